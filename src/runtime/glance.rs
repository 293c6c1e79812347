//! A record at a glance: enough to tell whether it is as it was. A store that holds records in a form of its own can give it
//! without building their values, which is most of the work of reading them.

use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

use super::fingerprint::Fingerprint;
use super::protocol::Record;
use crate::value::Value;

/// A record that was only glanced at: enough to tell whether it is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// The id within its object, never empty.
    pub id: SmolStr,
    /// The system says that this record is deleted.
    pub deleted: bool,
    /// That of the whole record: see [`Record::digest`].
    pub digest: u64,
}

/// A digest of a record's values and times, value by value: it can be had of what a store holds, without the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Digest(Fingerprint);

impl Digest {
    /// Takes the next value.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.text(text.as_bytes()),
            other => {
                self.0.write_u8(1);
                other.hash(&mut self.0);
            }
        }
    }

    /// Takes the next value, which is a text.
    #[inline]
    pub fn text(&mut self, bytes: &[u8]) {
        self.0.write_u8(0);
        self.0.write(bytes);
    }

    /// The digest, after all values.
    pub fn of_times(mut self, modified: Option<i64>, created: Option<i64>) -> u64 {
        (modified, created).hash(&mut self.0);
        self.0.finish()
    }
}

impl Record {
    /// Tells whether its values and times are as they were.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        self.values.iter().for_each(|value| digest.value(value));
        digest.of_times(self.modified, self.created)
    }

    /// What a glance at it tells.
    pub fn glance(&self) -> Glance {
        Glance {
            id: self.id.clone(),
            deleted: self.deleted,
            digest: self.digest(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(values: &[Value], modified: Option<i64>, created: Option<i64>) -> Record {
        Record {
            values: values.into(),
            modified,
            created,
            ..Record::default()
        }
    }

    #[test]
    fn whatever_a_merge_could_see_makes_another_digest() {
        let text = |t: &str| Value::text(t);
        let all = [
            record(&[text("a"), text("b")], None, None),
            record(&[text("b"), text("a")], None, None),
            record(&[text("ab"), Value::Blank], None, None),
            record(&[Value::Blank, text("ab")], None, None),
            record(&[text("true"), Value::Blank], None, None),
            record(&[Value::Bool(true), Value::Blank], None, None),
            record(&[text("a"), text("b")], Some(1), None),
            record(&[text("a"), text("b")], None, Some(1)),
            record(&[text("a"), text("b"), Value::Blank], None, None),
        ];
        let digests: std::collections::BTreeSet<u64> = all.iter().map(Record::digest).collect();
        assert_eq!(digests.len(), all.len());
    }
}
