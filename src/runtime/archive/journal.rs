//! The journal: every write as an intent, durable before it is sent, with what stood there before.

use rusqlite::params;
use smol_str::SmolStr;

use super::{Archive, Asked, side_number, side_of};
use crate::runtime::shadow::{Reader, put_value};
use crate::side::{Side, Sides};
use crate::value::Value;

/// What a write does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentAction {
    /// Makes it.
    Create,
    /// Changes it.
    Update,
    /// Archives or deletes it.
    Delete,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was not sent, or did not land.
    Void,
}

/// A write that is about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The number of its sync.
    pub sync: i64,
    /// The side that is written.
    pub side: Side,
    /// The ids of the pair, as far as they are known.
    pub ids: Sides<Option<SmolStr>>,
    /// What it does.
    pub action: IntentAction,
    /// The slots that are set.
    pub sent: Vec<(u16, Value)>,
    /// What stood in them before.
    pub before: Vec<(u16, Value)>,
    /// The shadow of the pair once it is done.
    pub shadow: Option<Vec<u8>>,
}

/// A write of which a run that crashed does not know whether it landed.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIntent {
    /// Its number.
    pub seq: i64,
    /// The write.
    pub intent: Intent,
}

impl Archive {
    /// Writes an intent down and gives its number.
    pub fn intend(&mut self, run: i64, at: i64, intent: &Intent) -> Asked<i64> {
        self.begin()?;
        let action = match intent.action {
            IntentAction::Create => 0,
            IntentAction::Update => 1,
            IntentAction::Delete => 2,
        };
        self.connection
            .prepare_cached(
                "INSERT INTO journal VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
            )?
            .execute(params![
                run,
                at,
                intent.sync,
                side_number(intent.side),
                intent.ids.left.as_deref(),
                intent.ids.right.as_deref(),
                action,
                pack(&intent.sent),
                pack(&intent.before),
                intent.shadow
            ])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Writes down what became of an intent, with the next commit at the latest.
    pub fn resolve(&mut self, seq: i64, state: IntentState) -> Asked<()> {
        match &mut self.resolved {
            Some((seqs, same)) if *same == state && *seqs.end() + 1 == seq => {
                *seqs = *seqs.start()..=seq;
                Ok(())
            }
            _ => {
                self.write_resolved()?;
                self.resolved = Some((seq..=seq, state));
                Ok(())
            }
        }
    }

    /// Writes down what became of intents that follow each other.
    pub(super) fn write_resolved(&mut self) -> Asked<()> {
        let Some((seqs, state)) = self.resolved.take() else {
            return Ok(());
        };
        self.begin()?;
        let state = match state {
            IntentState::Done => 1,
            IntentState::Refused => 2,
            IntentState::Void => 3,
        };
        self.connection
            .prepare_cached(
                "UPDATE journal SET state = ?3, shadow = NULL WHERE seq BETWEEN ?1 AND ?2",
            )?
            .execute(params![seqs.start(), seqs.end(), state])?;
        Ok(())
    }

    /// The intents of which nobody knows what became of them, oldest first.
    pub fn open_intents(&self) -> Asked<Vec<OpenIntent>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, sync, side, left_id, right_id, action, sent, before, shadow FROM journal WHERE state = 0 ORDER BY seq",
        )?;
        let rows = statement.query_map([], |r| {
            let id =
                |at| Ok::<_, rusqlite::Error>(r.get::<_, Option<String>>(at)?.map(SmolStr::from));
            let action = match r.get::<_, i64>(5)? {
                0 => IntentAction::Create,
                1 => IntentAction::Update,
                _ => IntentAction::Delete,
            };
            let intent = Intent {
                sync: r.get(1)?,
                side: side_of(r.get(2)?),
                ids: Sides::new(id(3)?, id(4)?),
                action,
                sent: unpack(r.get_ref(6)?.as_blob()?),
                before: unpack(r.get_ref(7)?.as_blob()?),
                shadow: r.get(8)?,
            };
            Ok(OpenIntent {
                seq: r.get(0)?,
                intent,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn pack(values: &[(u16, Value)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(values.len() * 16);
    for (slot, value) in values {
        out.extend_from_slice(&slot.to_le_bytes());
        put_value(&mut out, value);
    }
    out
}

fn unpack(blob: &[u8]) -> Vec<(u16, Value)> {
    let mut reader = Reader::new(blob);
    std::iter::from_fn(|| Some((reader.slot()?, reader.value()?))).collect()
}
