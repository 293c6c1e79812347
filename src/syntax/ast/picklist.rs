//! `picklist` and `normalize`: values that mean the same.

use super::{Arrow, Block, FieldRef, Name};
use crate::source::{Span, Spanned};

/// `picklist Tier: hubspot.company.tier <-> salesforce.Account.Tier__c { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Picklist {
    /// What it is called.
    pub name: Name,
    /// The map of the controlling values: `within Country`.
    pub within: Option<Name>,
    /// The fields whose values it maps, where they are said.
    pub ends: Option<PicklistEnds>,
    /// The values.
    pub rows: Block<MapRowLine>,
}

/// The two fields of a picklist map.
#[derive(Clone, Debug, PartialEq)]
pub struct PicklistEnds {
    /// Left of the arrow.
    pub left: FieldRef,
    /// Which way values travel.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: FieldRef,
}

/// `normalize Country: text, ignoring case, punctuation { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalize {
    /// What it is called.
    pub name: Name,
    /// The type of its values: `text`.
    pub kind: Name,
    /// What makes no difference: `case`, `punctuation`, `accents`.
    pub ignoring: Vec<Name>,
    /// The spellings, and the one that stands for them.
    pub rows: Block<MapRowLine>,
}

/// A line of a map.
#[derive(Clone, Debug, PartialEq)]
pub enum MapRowLine {
    /// `gold <-> Gold`
    Row(MapRow),
    /// Could not be read; reported.
    Broken,
}

/// `"United States": AL <-> "Alabama"`, `EMAIL_MARKETING, OFFLINE -> "Other"`, `else -> keep`.
///
/// There are more of these than of any other line: what few of them have is boxed.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRow {
    /// The controlling value, in a map `within` another.
    pub within: Option<Box<Name>>,
    /// Left of the arrow.
    pub left: Cell,
    /// Which way.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: Cell,
}

/// One end of a row of a map.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// `gold`
    Value(Name),
    /// `EMAIL_MARKETING, OFFLINE`: two or more.
    Values(Vec<Name>),
    /// `else`: all values that no other row names.
    Else(Span),
    /// `keep`, `reject`, `blank`, `none`
    Outcome(Spanned<Outcome>),
}

impl Cell {
    /// The values that it names; none for `else` and for outcomes.
    pub fn values(&self) -> &[Name] {
        match self {
            Self::Value(one) => std::slice::from_ref(one),
            Self::Values(several) => several,
            Self::Else(_) | Self::Outcome(_) => &[],
        }
    }
}

/// What comes out where no value is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The value itself, unchanged.
    Keep,
    /// The row is held.
    Reject,
    /// Nothing: the blank.
    Blank,
    /// No write.
    None,
}
