//! What a formula computes with, and what can go wrong.

use std::fmt;

use jiff::civil::{Date, Time};
use smol_str::SmolStr;

use super::{Number, Reference};

/// One value of a formula.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// Nothing.
    #[default]
    Blank,
    /// Text; a function may give an empty one.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(Date),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    DateTime(i64),
    /// A time of day.
    Time(Time),
    /// A place: latitude and longitude in degrees, or none where both are blank.
    Place(Option<(f64, f64)>),
}

/// What a value is known to be before anything is computed. Some functions go by it: a blank text equals another one, a
/// blank date does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatumKind {
    /// The word `NULL`.
    Null,
    /// Text, picklists and ids.
    Text,
    /// Numbers, currencies, percents.
    Number,
    /// True or false.
    Bool,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// A place.
    Place,
    /// Nobody knows.
    Unknown,
}

/// Why there is no value: what Salesforce shows as `#Error!`, told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A division by zero.
    Division,
    /// A result that is no number: the root of a negative one, an overflow.
    NoNumber,
    /// An argument that is out of range.
    Range,
    /// A text that is no number.
    NumberText,
    /// A text that is no date, no date and time, no time of day.
    DateText,
    /// A time of day before midnight.
    TimeRange,
    /// A value of a kind that the function does not take.
    Kind,
    /// A blank where the function needs a value.
    Blank,
    /// A pattern that is none, or one of a form that is not understood here.
    Pattern,
    /// A wrong number of arguments, for the function of this name.
    Arguments(SmolStr),
    /// A function that needs what is not known here: other records, the session, the platform; or one that nobody knows.
    Unknown(SmolStr),
    /// A reference whose value is not known.
    Reference(Reference),
}

impl Fault {
    /// Whether `IFERROR` gives its second argument.
    pub(super) const fn is_caught(&self) -> bool {
        !matches!(
            self,
            Self::TimeRange
                | Self::Kind
                | Self::Blank
                | Self::Arguments(_)
                | Self::Unknown(_)
                | Self::Reference(_)
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Division => f.write_str("a division by zero"),
            Self::NoNumber => f.write_str("the result is no number"),
            Self::Range => f.write_str("an argument is out of range"),
            Self::NumberText => f.write_str("the text is no number"),
            Self::DateText => f.write_str("the text is no date or time"),
            Self::TimeRange => f.write_str("the time is before midnight"),
            Self::Kind => f.write_str("an argument is of a kind that is not taken"),
            Self::Blank => f.write_str("a value that is needed is blank"),
            Self::Pattern => f.write_str("the pattern is not understood"),
            Self::Arguments(name) => write!(f, "`{name}` does not take so many arguments"),
            Self::Unknown(name) => write!(f, "`{name}` cannot be computed here"),
            Self::Reference(reference) => write!(f, "the value of `{reference}` is not known"),
        }
    }
}

impl std::error::Error for Fault {}

/// What a formula is computed over: a record, and who asks when.
pub trait Context {
    /// The value of a reference. A percent is its share: 50 % is 0.5.
    ///
    /// # Errors
    /// Where it is not known, or is a formula that fails itself.
    fn value(&self, reference: &Reference) -> Result<Datum, Fault>;

    /// What a reference is known to be.
    fn kind(&self, reference: &Reference) -> DatumKind;

    /// The value before the change, for `PRIORVALUE` and `ISCHANGED`.
    ///
    /// # Errors
    /// As for the value; where there is no change.
    fn prior(&self, reference: &Reference) -> Result<Datum, Fault> {
        Err(Fault::Reference(reference.clone()))
    }

    /// Whether the record is created; none where that is not known.
    fn is_new(&self) -> Option<bool> {
        None
    }

    /// Milliseconds since 1970-01-01T00:00:00Z for `NOW` and `TODAY`; none where no time is given.
    fn now(&self) -> Option<i64> {
        None
    }

    /// The rate of a currency; none is 1.
    fn rate(&self, _currency: &str) -> Option<Number> {
        None
    }
}

/// What a blank number field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// Zero, as formula fields have it by default.
    AsZeros,
    /// Blank.
    AsBlanks,
}

impl Datum {
    /// Whether nothing is there; an empty text is nothing.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The kind of the value; a blank has that of `NULL`.
    pub const fn kind(&self) -> DatumKind {
        match self {
            Self::Blank => DatumKind::Null,
            Self::Text(_) => DatumKind::Text,
            Self::Number(_) => DatumKind::Number,
            Self::Bool(_) => DatumKind::Bool,
            Self::Date(_) => DatumKind::Date,
            Self::DateTime(_) => DatumKind::DateTime,
            Self::Time(_) => DatumKind::Time,
            Self::Place(_) => DatumKind::Place,
        }
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}
