//! Names, paths and references, as written.

use smol_str::SmolStr;

use crate::side::Side;
use crate::source::Span;

/// How a name or value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quotes {
    /// `gold`
    Bare,
    /// `"Closed Won"`
    Double,
    /// A backticked name: never a keyword.
    Backtick,
}

/// A name, a value or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it says, without quotes and with escapes resolved.
    pub text: SmolStr,
    /// Where, quotes included.
    pub span: Span,
    /// How it was written.
    pub quotes: Quotes,
}

impl Name {
    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Names joined by dots: `hubspot.contact.lifecyclestage`. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The names.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// One object of a system, or several that are treated alike: `salesforce.Account`, `salesforce.(Lead | Contact)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// The system.
    pub system: Name,
    /// The objects; at least one.
    pub objects: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// A field of one object, or the like-named field of several: `salesforce.(Lead | Contact).LeadSource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRef {
    /// Whose.
    pub object: ObjectRef,
    /// Which.
    pub field: Name,
    /// All of it.
    pub span: Span,
}

/// A field of the sync's object on one side: `salesforce.HubSpot_Company_Id__c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideField {
    /// The side, by the name of its system.
    pub side: Name,
    /// The field.
    pub field: Name,
    /// All of it.
    pub span: Span,
}

/// Fields of the sync's object on one side: `salesforce.{OwnerId, Contract_Start__c}`, `salesforce.OwnerId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFields {
    /// The side, by the name of its system.
    pub side: Name,
    /// The fields; at least one.
    pub fields: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// Who may write whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrow {
    /// `->`: the left side writes the right one.
    Right,
    /// `<-`: the right side writes the left one.
    Left,
    /// `<->`: both.
    Both,
}

impl Arrow {
    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Right => "->",
            Self::Left => "<-",
            Self::Both => "<->",
        }
    }

    /// Whether it writes that side.
    pub fn writes(self, side: Side) -> bool {
        match self {
            Self::Right => side == Side::Right,
            Self::Left => side == Side::Left,
            Self::Both => true,
        }
    }
}
