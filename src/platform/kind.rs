//! The kinds of systems that a spec can declare.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of a system, as written after the colon: `system crm: salesforce`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SystemKind {
    /// A HubSpot portal.
    HubSpot,
    /// A Salesforce org.
    Salesforce,
    /// Tables of an SQLite database.
    Sqlite,
    /// A folder of JSON-lines files, one an object.
    Jsonl,
    /// A folder of CSV files, one an object.
    Csv,
}

impl SystemKind {
    /// Every kind, in the order of the language guide.
    pub const ALL: [Self; 5] = [
        Self::HubSpot,
        Self::Salesforce,
        Self::Sqlite,
        Self::Jsonl,
        Self::Csv,
    ];

    /// The word that a spec writes: `hubspot`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HubSpot => "hubspot",
            Self::Salesforce => "salesforce",
            Self::Sqlite => "sqlite",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The name as people write it: `HubSpot`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::HubSpot => "HubSpot",
            Self::Salesforce => "Salesforce",
            Self::Sqlite => "SQLite",
            Self::Jsonl => "JSONL",
            Self::Csv => "CSV",
        }
    }
}

impl fmt::Display for SystemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for SystemKind {
    type Err = ();

    /// Reads the word of a spec; exact, in lower case.
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|k| k.word() == s).ok_or(())
    }
}
