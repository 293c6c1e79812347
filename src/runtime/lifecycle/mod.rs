//! The decision about a cluster: a pure function of what is remembered of it and of how its records are now.
//!
//! A record that shows another stage than before is a move of its side. A move that lines of the lifecycle permit, one after the other,
//! enters its stage: the other records get the first value of their cells. What is not permitted is held as it is, and is never put
//! back. A record that has not changed since the stage was left does not decide.

mod choose;
mod enter;
mod members;
mod memory;
mod moves;
#[cfg(test)]
mod tests;

pub use choose::choose;
pub use memory::{Memory, Seen};

use super::merge::Cause;
use super::program::{Lifecycle, Links, Related, StageColumn, alike, vanishes};
use super::protocol::Record;
use super::reason::Reason;
use crate::value::Value;
use moves::Moved;

/// A cluster as it is now.
#[derive(Clone, Copy)]
pub struct Cluster<'a> {
    /// The lifecycle.
    pub life: &'a Lifecycle,
    /// What is remembered; nothing of a cluster that was linked, and of which the memory was lost.
    pub memory: Option<&'a Memory>,
    /// By column: its record.
    pub records: &'a [Option<&'a Record>],
    /// The links.
    pub links: &'a dyn Links,
    /// The records that conditions read along references.
    pub related: &'a Related,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What is to be done about a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Rest,
    /// Nothing; what is held stays held.
    HeldAgain,
    /// This becomes what is remembered, once the writes are done.
    Enter(Box<Entering>),
    /// A person must decide; what is remembered stays.
    Hold(Reason, String),
}

/// A stage that is entered, or kept with records that look different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entering {
    /// What is remembered then.
    pub memory: Memory,
    /// What happened.
    pub event: Event,
    /// What is written.
    pub writes: Vec<StageWrite>,
}

/// What happened to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Its stage stays.
    Stays,
    /// It was met for the first time.
    Met,
    /// It was recovered, and its records show different stages: they stay as they are.
    Accepted,
    /// It entered another stage.
    Moved,
    /// It is about to: a field is cleared before, and the cluster is decided about once more.
    Moving,
}

/// A write to the record of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageWrite {
    /// The column.
    pub column: usize,
    /// The value.
    pub value: Value,
    /// Why.
    pub cause: Cause,
    /// The value that goes to the log, since a move is overwritten.
    pub lost: Option<Value>,
}

/// Why a cluster is held.
type Held = (Reason, String);

/// The stages in which a column shows a value.
fn stages_of(life: &Lifecycle, column: usize, value: &Value) -> Vec<usize> {
    let all = 0..life.stages.len();
    all.filter(|stage| shows(life, *stage, column, value))
        .collect()
}

fn shows(life: &Lifecycle, stage: usize, column: usize, value: &Value) -> bool {
    let Some(entry) = life.columns.get(column) else {
        return false;
    };
    let mut cell = life.cell(stage, column).iter();
    cell.any(|v| alike(&entry.cell.equality, value, &Value::text(v)))
}

/// A record of a cluster, as the decision sees it.
#[derive(Clone, Copy)]
struct Stand<'a> {
    column: usize,
    entry: &'a StageColumn,
    record: &'a Record,
    /// What was seen of this very record before.
    seen: Option<&'a Seen>,
}

impl<'a> Stand<'a> {
    fn value(self) -> Value {
        match self.entry.source.read(self.record) {
            Ok(value) => value.into_owned(),
            Err(_) => Value::Blank,
        }
    }

    fn is_blank(self) -> bool {
        vanishes(&self.entry.cell.equality, &self.value())
    }

    fn is_converted(self) -> bool {
        let flag = self.entry.converted.map(|c| c.read(self.record));
        flag.is_some_and(|f| f.is_ok_and(|f| *f == Value::Bool(true)))
    }

    /// Whether it was converted since it was last seen.
    fn newly_converted(self) -> bool {
        self.is_converted() && self.seen.is_none_or(|s| !s.converted)
    }

    fn changed(self) -> bool {
        let same = |seen: &Seen| alike(&self.entry.cell.equality, &seen.value, &self.value());
        self.seen.is_none_or(|seen| !same(seen)) || self.newly_converted()
    }

    fn shows(self, life: &Lifecycle, stage: usize) -> bool {
        shows(life, stage, self.column, &self.value())
    }
}

impl<'a> Cluster<'a> {
    /// Decides.
    pub fn decide(self) -> Verdict {
        for stand in self.stands() {
            if let Err(failed) = stand.entry.source.read(stand.record) {
                return Verdict::Hold(failed.reason, failed.text);
            }
        }
        let decided = match self.memory {
            Some(memory) => match memory.stage {
                Some(stage) => self.go_on(memory, stage),
                None => self.meet(),
            },
            None => self.recover(),
        };
        decided.unwrap_or_else(|(reason, text)| Verdict::Hold(reason, text))
    }

    /// The records that are there.
    fn stands(self) -> impl DoubleEndedIterator<Item = Stand<'a>> {
        let columns = self.life.columns.iter().zip(self.records).enumerate();
        columns.filter_map(move |(column, (entry, record))| {
            let record = (*record)?;
            let seen = self.memory.and_then(|m| m.seen.get(column)?.as_ref());
            Some(Stand {
                column,
                entry,
                record,
                seen: seen.filter(|s| s.id == record.id),
            })
        })
    }

    /// The stage that the last column shows which shows any.
    fn stands_in(self) -> Result<Option<(Stand<'a>, usize)>, Held> {
        let Some(last) = self.stands().rev().find(|s| !s.is_blank()) else {
            return Ok(None);
        };
        let stages = stages_of(self.life, last.column, &last.value());
        let agreed = stages.iter().find(|stage| self.all_show(**stage));
        match agreed.or(stages.first()) {
            Some(stage) => Ok(Some((last, *stage))),
            None => Err(nowhere(last)),
        }
    }

    /// Whether every record that is to show a stage does.
    fn all_show(self, stage: usize) -> bool {
        self.followers(stage).all(|s| s.shows(self.life, stage))
    }

    /// A cluster of which nothing is known any more is taken as it is; only blanks are filled.
    fn recover(self) -> Result<Verdict, Held> {
        let Some((_, stage)) = self.stands_in()? else {
            return Ok(Verdict::Rest);
        };
        let unequal = |s: &Stand<'_>| !s.is_blank() && !s.shows(self.life, stage);
        let event = if self.followers(stage).any(|s| unequal(&s)) {
            Event::Accepted
        } else {
            Event::Met
        };
        self.enter(&[stage], event, |s| s.is_blank().then_some(Cause::Filled))
    }

    /// Records that a key brought together: the last column says where they are, and the others follow where moves lead there.
    fn meet(self) -> Result<Verdict, Held> {
        let Some((last, stage)) = self.stands_in()? else {
            return Ok(Verdict::Rest);
        };
        for stand in self.followers(stage) {
            if stand.is_blank() || stand.shows(self.life, stage) {
                continue;
            }
            let stages = stages_of(self.life, stand.column, &stand.value());
            let Some(own) = stages.first().copied() else {
                return Err(nowhere(stand));
            };
            if !self.life.leads(own, stage) {
                let text = format!(
                    "`{}` is in `{}`, `{}` in `{}`, and no moves lead there",
                    last.entry.name,
                    self.life.name(stage),
                    stand.entry.name,
                    self.life.name(own)
                );
                return Err((Reason::MoveNotPermitted, text));
            }
        }
        self.enter(&[stage], Event::Met, |s| {
            Some(if s.is_blank() {
                Cause::Filled
            } else {
                Cause::Won
            })
        })
    }

    /// A cluster that is known: whoever changed has moved, or has not.
    fn go_on(self, memory: &Memory, stage: usize) -> Result<Verdict, Held> {
        let changed = self.stands().any(Stand::changed);
        let there = |column| self.stands().any(|s| s.column == column);
        let mut seen = memory.seen.iter().enumerate();
        let gone = seen.any(|(column, seen)| seen.is_some() && !there(column));
        if !changed && !gone {
            return match memory {
                Memory { refused: true, .. } => Ok(Verdict::HeldAgain),
                // Nothing is written in this run, so the next write answers nobody.
                Memory { last: Some(_), .. } => self.enter(&[stage], Event::Stays, |_| None),
                _ if self.has_changes() => self.enter(&[stage], Event::Stays, |_| None),
                _ => Ok(Verdict::Rest),
            };
        }
        if let Some(agreed) = self.agreed(stage) {
            let event = if agreed == stage {
                Event::Stays
            } else {
                Event::Moved
            };
            return self.enter(&[agreed], event, |_| None);
        }
        match self.moved(stage)? {
            Moved::No => self.enter(&[stage], Event::Stays, |s| {
                (s.is_blank() && s.seen.is_none()).then_some(Cause::Filled)
            }),
            Moved::To { path, cause } => self.enter(&path, Event::Moved, |_| Some(cause)),
        }
    }
}

/// A value leads nowhere.
fn nowhere(stand: Stand<'_>) -> Held {
    let name = &stand.entry.name;
    let text = if stand.is_blank() {
        format!("`{name}` was cleared, and nothing says where that leads")
    } else {
        format!("`{}` of `{name}` is in no stage", stand.value())
    };
    (Reason::MoveNotPermitted, text)
}
