//! Records as lines of JSON, their ids and their times.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Number, Value};

/// The lines of one object.
#[derive(Default)]
pub struct File(Vec<Row>);

impl File {
    /// Adds a record.
    pub fn push(&mut self, row: Row) {
        self.0.push(row);
    }

    /// Adds a record, if there is one.
    pub fn extend(&mut self, row: Option<Row>) {
        self.0.extend(row);
    }

    /// All lines.
    pub fn text(self) -> String {
        self.0.into_iter().map(Row::line).collect()
    }
}

/// One record, its members in the order in which they were set.
pub struct Row(Vec<(&'static str, Value)>);

impl Row {
    /// A HubSpot record.
    pub fn hubspot(id: &str) -> Self {
        Self(Vec::new()).text("id", id)
    }

    /// A Salesforce record.
    pub fn salesforce(id: &str) -> Self {
        Self(Vec::new()).text("Id", id)
    }

    /// A text; in HubSpot an empty one, in Salesforce null where there is none.
    pub fn text(mut self, name: &'static str, value: &str) -> Self {
        let salesforce = self.0.first().is_some_and(|(name, _)| *name == "Id");
        let value = if salesforce && value.is_empty() {
            Value::Null
        } else {
            Value::from(value)
        };
        self.0.push((name, value));
        self
    }

    /// A text, or no member at all where it is empty.
    pub fn some(self, name: &'static str, value: &str) -> Self {
        if value.is_empty() {
            self
        } else {
            self.text(name, value)
        }
    }

    /// A number of a Salesforce record.
    pub fn number(mut self, name: &'static str, value: Option<i64>) -> Self {
        let value = value.map_or(Value::Null, |n| Value::Number(Number::from(n)));
        self.0.push((name, value));
        self
    }

    /// True or false in a Salesforce record.
    pub fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.0.push((name, Value::Bool(value)));
        self
    }

    /// The times of a HubSpot record, and whether it is archived.
    pub fn hubspot_end(self, modified: &'static str, times: Times, state: State) -> Self {
        self.text("createdate", &hubspot_time(times.created))
            .text(modified, &hubspot_time(times.modified))
            .text("archived", state.word())
    }

    /// The times of a Salesforce record, and whether it is deleted.
    pub fn salesforce_end(self, times: Times, state: State) -> Self {
        self.salesforce_user_end(times)
            .flag("IsDeleted", state == State::Gone)
    }

    /// The times of a Salesforce user, who can be deactivated but never deleted.
    pub fn salesforce_user_end(self, times: Times) -> Self {
        let modified = salesforce_time(times.modified);
        self.text("CreatedDate", &salesforce_time(times.created))
            .text("LastModifiedDate", &modified)
            .text("SystemModstamp", &modified)
    }

    fn line(self) -> String {
        let members: Vec<String> = self
            .0
            .into_iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}\n", members.join(","))
    }
}

/// Whether a record is there, or in the recycle bin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    There,
    Gone,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::There => "false",
            Self::Gone => "true",
        }
    }
}

/// When a record was made and last changed.
#[derive(Clone, Copy)]
pub struct Times {
    pub created: Timestamp,
    pub modified: Timestamp,
}

/// The moment so many minutes after 2025 began, in UTC.
pub fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2025-01-01T00:00:00Z".parse().expect("is a moment");
    start + SignedDuration::from_mins(minutes)
}

/// The minutes of the two years before Acme's first run, 2026-11-20.
pub const MINUTES: i64 = 688 * 24 * 60;

pub fn hubspot_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

pub fn salesforce_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// An id of 18 characters as Salesforce makes them: the object's prefix, the instance, a number; three that check the case.
pub fn salesforce_id(prefix: &str, number: usize) -> String {
    let mut id = format!("{prefix}Hs000001").into_bytes();
    let mut rest = (number + 1) * 1_327 % 14_776_336; // spread, and never the same twice below 62^4
    let mut digits = [b'0'; 4];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    id.extend(digits);
    let checks: Vec<u8> = id
        .chunks(5)
        .map(|five| {
            let bits = five.iter().enumerate();
            let capitals = bits.filter(|(_, byte)| byte.is_ascii_uppercase());
            BASE32[capitals.map(|(at, _)| 1 << at).sum::<usize>()]
        })
        .collect();
    id.extend(checks);
    String::from_utf8(id).expect("is ASCII")
}
