//! What a kind of system can do, as data.

use smol_str::SmolStr;

use super::stored::{Case, LineEnds, Precision, Trim};
use super::{SystemKind, hubspot, salesforce, store};
use crate::value::Wire;

/// The capabilities of one kind of system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The kind.
    pub kind: SystemKind,
    /// How values are written in JSON.
    pub wire: Wire,
    /// The field that holds a record's id.
    pub id: &'static str,
    /// How long ids are that are given out today, in characters.
    pub id_length: u32,
    /// The true-or-false field that marks a deleted or archived record.
    pub deleted: Option<&'static str>,
    /// Fields that the platform keeps of every record, by object; an empty object name means all others.
    pub marks: &'static [(&'static str, Marks)],
    /// How a merge shows in the records.
    pub merged: Merged,
    /// Which picklists refuse what is not in their list.
    pub refuses: Refuses,
    /// Whether field names have a case.
    pub names: NameCase,
    /// Blanks around a text.
    pub trim: Trim,
    /// Line ends.
    pub line_ends: LineEnds,
    /// The finest part of an instant.
    pub precision: Precision,
    /// Fields, beside e-mail addresses, whose texts are stored in lower case.
    pub lower_case: &'static [(&'static str, &'static str)],
    /// What happens to e-mail addresses.
    pub email_case: Case,
    /// The longest text of a field that declares no length, in characters.
    pub text_limit: Option<u32>,
    /// By which fields a record can be upserted.
    pub upsert: Upsert,
    /// Fields whose picklist moves forward only: a step back is ignored, unless the field is cleared first.
    pub forward_only: &'static [(&'static str, &'static str)],
    /// What the platform writes by itself.
    pub writes: &'static [PlatformWrite],
    /// When automations run that people make on it.
    pub automations: Automations,
    /// Whether it keeps for each field when it was last changed.
    pub field_times: bool,
    /// Names of the field in which a record says in what currency its amounts are.
    pub currency_codes: &'static [&'static str],
    /// Objects that a queue may own; custom objects may, too, where this is not empty.
    pub queue_owned: &'static [&'static str],
    /// How a record becomes one of another object.
    pub conversion: Option<Conversion>,
    /// The field by which a record says whose it is.
    pub owner: Option<&'static str>,
    /// Objects of owners, each with the field that is false once one has left.
    pub active: &'static [(&'static str, &'static str)],
    /// The entries that a `system` block may have, each with what it takes.
    pub settings: &'static [(&'static str, Setting)],
    /// The most records of one write request.
    pub batch: u32,
}

/// What an entry of a `system` block takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A number.
    Number,
    /// A name or a text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Setting {
    /// `on` or `off`.
    pub(super) const SWITCH: Self = Self::Word(&["on", "off"]);
}

/// Fields that the platform keeps of every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// When it was created.
    pub created: &'static str,
    /// When it was last modified, in a way that a scan for changes can rely on.
    pub modified: &'static str,
}

/// How a merge shows in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The deleted record names, in this field, the one that it became.
    Into(&'static str),
    /// The surviving record lists, in this field, those that it swallowed, separated by `;`.
    From(&'static str),
    /// Not at all.
    Never,
}

/// When automations run that people make on a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automations {
    /// In the transaction of the write that starts them.
    WithTheWrite,
    /// Later, when their queue comes to them.
    Later,
}

/// Whether names have a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameCase {
    /// `Email` and `email` are two fields.
    Matters,
    /// They are one.
    Ignored,
}

/// By which fields a record can be upserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upsert {
    /// External ids, and fields that the platform looks records up by.
    ExternalId,
    /// Fields that the platform keeps unique.
    Unique,
    /// Any field: the store has no rules of its own.
    Any,
}

/// Which picklists refuse what is not in their list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuses {
    /// All.
    Every,
    /// Those that are restricted.
    Restricted,
    /// None.
    Never,
}

/// What happens to a picklist value that is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownValue {
    /// The write is refused.
    Rejects,
    /// It is stored, and turns up in reports.
    Stores,
}

/// Fields that the platform sets when another one changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformWrite {
    /// The object whose change starts it.
    pub object: &'static str,
    /// The field whose change starts it.
    pub field: &'static str,
    /// Object and field of what is written.
    pub writes: &'static [(&'static str, &'static str)],
    /// The object of which a record is made, where there is none to be written.
    pub makes: Option<&'static str>,
    /// The setting of the `system` block that can switch it off.
    pub setting: Option<&'static str>,
    /// When, in words.
    pub when: &'static str,
}

/// How a record of one object becomes records of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The object that is converted, and read-only afterwards.
    pub object: &'static str,
    /// True once it is converted.
    pub flag: &'static str,
    /// When it was.
    pub date: &'static str,
    /// What it became: object, and the field that holds the id.
    pub became: &'static [(&'static str, &'static str)],
}

impl SystemKind {
    /// What this kind can do.
    pub const fn profile(self) -> &'static Profile {
        match self {
            Self::HubSpot => &hubspot::PROFILE,
            Self::Salesforce => &salesforce::PROFILE,
            Self::Sqlite => &store::SQLITE,
            Self::Jsonl => &store::JSONL,
            Self::Csv => &store::CSV,
        }
    }
}

impl Profile {
    /// The fields that the platform keeps of the records of an object.
    pub fn marks(&self, object: &str) -> Option<Marks> {
        let of = |name: &str| {
            self.marks
                .iter()
                .find(|(o, _)| o.eq_ignore_ascii_case(name))
                .map(|(_, m)| *m)
        };
        of(object).or_else(|| of(""))
    }

    /// Whether a field moves forward only.
    pub fn refuses_backwards(&self, object: &str, field: &str) -> bool {
        self.forward_only.contains(&(object, field))
    }

    /// Whether texts of a field are stored in lower case for a reason other than their type.
    pub fn lowers(&self, object: &str, field: &str) -> bool {
        self.lower_case.contains(&(object, field))
    }

    /// What the platform writes when a field of an object changes.
    pub fn writes_on(
        &self,
        object: &str,
        field: &str,
    ) -> impl Iterator<Item = &'static PlatformWrite> {
        let same = |a: &str, b: &str| match self.names {
            NameCase::Matters => a == b,
            NameCase::Ignored => a.eq_ignore_ascii_case(b),
        };
        self.writes
            .iter()
            .filter(move |w| same(w.object, object) && same(w.field, field))
    }

    /// Whether a queue may own records of an object.
    pub fn queue_may_own(&self, object: &str) -> bool {
        !self.queue_owned.is_empty()
            && (object.ends_with("__c")
                || self
                    .queue_owned
                    .iter()
                    .any(|o| o.eq_ignore_ascii_case(object)))
    }

    /// The code field beside a country or state field: `BillingCountryCode` for `BillingCountry`. Where an object has
    /// it, the field itself takes only the labels of the code's list.
    pub fn code_twin(&self, field: &str) -> Option<SmolStr> {
        let address = field.ends_with("Country") || field.ends_with("State");
        (self.kind == SystemKind::Salesforce && address).then(|| format!("{field}Code").into())
    }

    /// Whether the platform has associations beside references.
    pub const fn has_associations(&self) -> bool {
        matches!(self.kind, SystemKind::HubSpot)
    }

    /// Whether records have record types.
    pub const fn has_record_types(&self) -> bool {
        matches!(self.kind, SystemKind::Salesforce)
    }
}
