//! `budget` and `volume`: what there is to spend, and how much comes.

use super::{Block, Name, Number, ObjectRef, Unit};
use crate::source::{Span, Spanned};

/// `budget salesforce { api 100_000 per day (55_000 used by "Outreach") }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Whose.
    pub system: Name,
    /// Of what, how much.
    pub entries: Block<BudgetEntry>,
}

/// A line of a budget.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "broken lines are rare")]
pub enum BudgetEntry {
    /// `storage 10 GB (7 GB used)`
    Limit {
        /// `api`, `storage`, `contacts`.
        what: Name,
        /// How much there is.
        limit: Amount,
        /// How much of it others use.
        used: Option<Used>,
    },
    /// Could not be read; reported.
    Broken,
}

/// `100_000 per day`, `10 GB`, `500_000`.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// How many.
    pub number: Number,
    /// Of what.
    pub unit: Option<Spanned<Unit>>,
    /// In which time: `day`.
    pub per: Option<Name>,
    /// All of it.
    pub span: Span,
}

/// `(55_000 used by "Outreach, ZoomInfo, billing")`.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    /// How much.
    pub amount: Amount,
    /// By whom, as a text.
    pub by: Option<Name>,
}

/// `volume per day { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// In which time: `day`.
    pub per: Name,
    /// How many of what.
    pub entries: Block<VolumeEntry>,
}

/// A line of a volume.
#[derive(Clone, Debug, PartialEq)]
pub enum VolumeEntry {
    /// `hubspot.contact 12_000 changed, 900 created`
    Counts {
        /// Of which object.
        object: ObjectRef,
        /// How many; at least one.
        counts: Vec<Count>,
    },
    /// Could not be read; reported.
    Broken,
}

/// `900 created`.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// How many.
    pub number: Number,
    /// `created`, `changed`, `deleted`.
    pub what: Name,
}
