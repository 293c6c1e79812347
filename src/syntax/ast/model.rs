//! `model`: who leads which part.

use super::{Block, Name, ObjectRef};
use crate::source::{Span, Spanned};

/// `model hybrid partition hubspot.contact by lifecyclestage { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The rule pack that the spec is held to.
    pub kind: Spanned<ModelKind>,
    /// Who leads which records; of a hybrid model.
    pub partition: Option<Partition>,
}

/// The operating models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelKind {
    /// HubSpot leads.
    HubspotCentric,
    /// Salesforce leads.
    SalesforceCentric,
    /// Each leads its part.
    Hybrid,
}

/// Which side leads, by the values of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// Whose field.
    pub object: ObjectRef,
    /// Which field.
    pub field: Name,
    /// Values and sides.
    pub rows: Block<PartitionRow>,
}

/// A line of a partition.
#[derive(Clone, Debug, PartialEq)]
pub enum PartitionRow {
    /// `subscriber, lead -> hubspot`
    Leads {
        /// For which values.
        values: PartitionValues,
        /// Which side leads, by the name of its system.
        side: Name,
    },
    /// Could not be read; reported.
    Broken,
}

/// The values of a partition's row.
#[derive(Clone, Debug, PartialEq)]
pub enum PartitionValues {
    /// These.
    Values(Vec<Name>),
    /// `else`: all others.
    Else(Span),
}
