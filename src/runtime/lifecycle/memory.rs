//! What is remembered of a cluster: its stage, when stages were entered, and how its records were last seen.

use rust_decimal::prelude::ToPrimitive;
use smol_str::SmolStr;

use crate::runtime::program::{Lifecycle, Member};
use crate::runtime::shadow::{Reader, put_value};
use crate::value::Value;

/// A record as it was last seen, or as it was last sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: SmolStr,
    /// What it showed.
    pub value: Value,
    /// Whether it had been converted.
    pub converted: bool,
}

/// What is remembered of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The stage; none of a cluster whose records were linked by a key, and never met.
    pub stage: Option<usize>,
    /// By stage: when it was entered last, in milliseconds since 1970.
    pub entered: Vec<Option<i64>>,
    /// By column: its record.
    pub seen: Vec<Option<Seen>>,
    /// By member: what a condition that asks whether it has changed compares it with; blank where none asks.
    pub members: Vec<Value>,
    /// A write was refused, and nothing has changed since.
    pub refused: bool,
    /// The column that was written in the last run, if one was.
    pub last: Option<usize>,
    /// How often in a row a write answered a change of what was written before.
    pub streak: u8,
}

impl Memory {
    /// As bytes.
    pub fn encode(&self, life: &Lifecycle) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        let mut put = |value: &Value| put_value(&mut out, value);
        put(&Value::text(&life.digest));
        put(&self
            .stage
            .map_or(Value::Blank, |s| Value::text(life.name(s))));
        put(&Value::Bool(self.refused));
        let last = self.last.and_then(|column| life.columns.get(column));
        put(&last.map_or(Value::Blank, |c| Value::text(&c.name)));
        put(&Value::Number(self.streak.into()));
        for stage in 0..life.stages.len() {
            let at = self.entered.get(stage).copied().flatten();
            put(&at.map_or(Value::Blank, Value::DateTime));
        }
        for column in 0..life.columns.len() {
            match self.seen.get(column).and_then(Option::as_ref) {
                None => put(&Value::Blank),
                Some(seen) => {
                    put(&Value::text(&seen.id));
                    put(&seen.value);
                    put(&Value::Bool(seen.converted));
                }
            }
        }
        for member in 0..life.members.len() {
            put(self.members.get(member).unwrap_or(&Value::Blank));
        }
        out
    }

    /// From bytes; none where they are of another form of the lifecycle.
    pub fn decode(life: &Lifecycle, blob: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(blob);
        if reader.value()? != Value::text(&life.digest) {
            return None;
        }
        let stage = reader.value()?;
        let stage = stage.as_text();
        let stage = stage.and_then(|name| life.stages.iter().position(|s| s.name == *name));
        let refused = reader.value()? == Value::Bool(true);
        let last = reader.value()?;
        let last = last.as_text();
        let last = last.and_then(|name| life.columns.iter().position(|c| c.name == *name));
        let streak = match reader.value()? {
            Value::Number(n) => n.to_u8().unwrap_or_default(),
            _ => 0,
        };
        let mut entered = Vec::with_capacity(life.stages.len());
        for _ in &life.stages {
            entered.push(match reader.value()? {
                Value::DateTime(at) => Some(at),
                _ => None,
            });
        }
        let mut seen = Vec::with_capacity(life.columns.len());
        for _ in &life.columns {
            seen.push(match reader.value()? {
                Value::Text(id) => Some(Seen {
                    id,
                    value: reader.value()?,
                    converted: reader.value()? == Value::Bool(true),
                }),
                _ => None,
            });
        }
        let mut members = Vec::with_capacity(life.members.len());
        for _ in &life.members {
            members.push(reader.value()?);
        }
        Some(Self {
            stage,
            entered,
            seen,
            members,
            refused,
            last,
            streak,
        })
    }

    /// Says that a stage was entered.
    pub fn enter(&mut self, stage: usize, at: i64) {
        if self.entered.len() <= stage {
            self.entered.resize(stage + 1, None);
        }
        if let Some(slot) = self.entered.get_mut(stage) {
            *slot = Some(at);
        }
        self.stage = Some(stage);
    }

    /// Says what was sent to a column's record, so that it is no edit.
    pub fn sent(&mut self, life: &Lifecycle, column: usize, value: &Value) {
        if let Some(Some(seen)) = self.seen.get_mut(column) {
            seen.value = value.clone();
        }
        let stage = life.columns.get(column).map(|c| c.source);
        for (member, slot) in life.members.iter().zip(&mut self.members) {
            if let Member::Field {
                column: own,
                source,
                watched: Some(_),
            } = member
                && *own == column
                && Some(*source) == stage
            {
                slot.clone_from(value);
            }
        }
    }
}
