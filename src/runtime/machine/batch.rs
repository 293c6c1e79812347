//! A batch: pairs to merge and records to create, from the first read to the last commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use smol_str::SmolStr;

use super::wanted::Wanted;
use super::{Machine, Step};
use crate::runtime::archive::{IntentState, Link, OpenIntent, Rest};
use crate::runtime::merge::{Cause, Sent};
use crate::runtime::program::{Failed, Program, Related, Source, alike};
use crate::runtime::protocol::{Command, ObjectId, Outcome, Record, Write};
use crate::runtime::shadow::Trace;
use crate::side::{Side, Sides};
use crate::value::{Value, write_text};

/// How a pair came to be looked at.
#[derive(Clone, Debug)]
pub(super) enum Meeting {
    /// It is linked.
    Linked(Link),
    /// A stamp of the record on this side names the other.
    Stamp(Side),
    /// A key, or the journal, found it.
    Key,
}

/// One thing to decide about.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// Two records that are, or may become, one.
    Pair {
        ids: Sides<SmolStr>,
        meeting: Meeting,
    },
    /// A linked pair at rest: whether both records are still there.
    Look { ids: Sides<SmolStr>, link: Link },
    /// A record whose counterpart is to be made.
    Make { from: Side, id: SmolStr },
}

/// A pair or a create under way, after its decision.
#[derive(Debug)]
pub(super) struct Work {
    /// The ids, as far as they are known.
    pub ids: Sides<Option<SmolStr>>,
    /// What will be remembered.
    pub traces: Vec<Trace>,
    /// What has to be done with the link in the end.
    pub keep: Keep,
    /// Whether the pair is at rest with that.
    pub rest: Rest,
    /// When the pair is merged once more, if it is.
    pub again: Option<Turn>,
}

/// When a pair is merged once more, since a record that it refers to may be linked by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// At the end of its sync.
    Sync,
    /// At the end of the run.
    Run,
}

/// What is done with the link of a pair in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Nothing.
    Nothing,
    /// Whether it is at rest is new.
    Rest,
    /// The shadow is new.
    Shadow,
    /// The link is new.
    Link,
}

/// What a write means once its outcome is known.
#[derive(Debug)]
pub(super) enum Meaning {
    /// Fields of a linked pair: row by row.
    Merge(Vec<(usize, Sent)>),
    /// A record is made: the hash of its values, the rows and the stages that they are of, and the rows that go without.
    Make {
        digest: i64,
        causes: Vec<usize>,
        stages: Vec<usize>,
        held: Vec<(usize, Box<Failed>)>,
    },
    /// Only a stamp.
    Stamp,
    /// A delete.
    Delete,
}

/// A write on its way.
#[derive(Debug)]
pub(super) struct Sending {
    pub work: usize,
    pub side: Side,
    pub write: Write,
    pub before: Vec<(u16, Value)>,
    pub meaning: Meaning,
    pub seq: i64,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fetch,
    Related,
    Decide,
    Send,
    Verify,
    Settle,
}

/// A page of work.
#[derive(Debug)]
pub(super) struct Batch {
    pub sync: usize,
    pub jobs: Vec<Job>,
    pub records: Related,
    pub works: Vec<Work>,
    /// Written fields that may have been ignored silently: side, id, slot, work, row.
    pub verify: Vec<(Side, ReadBack)>,
    pub recovery: Vec<(usize, OpenIntent)>,
    /// Fields written, by row.
    pub written: BTreeMap<(usize, Side, Cause), u64>,
    asks: VecDeque<(ObjectId, Vec<SmolStr>)>,
    asked: Option<ObjectId>,
    pub sends: Vec<Sending>,
    in_flight: Vec<Sending>,
    pub wrote: bool,
    stage: Stage,
}

/// A written field to be read back.
#[derive(Debug)]
pub(super) struct ReadBack {
    pub id: SmolStr,
    pub work: usize,
    pub row: usize,
    pub sent: Sent,
    pub slot: u16,
}

/// Writes that go out in one command.
pub(super) const SENT_AT_ONCE: usize = 1_000;

impl Batch {
    pub(super) fn new(sync: usize, jobs: Vec<Job>, records: Related) -> Self {
        Self {
            sync,
            jobs,
            records,
            works: Vec::new(),
            verify: Vec::new(),
            recovery: Vec::new(),
            written: BTreeMap::new(),
            asks: VecDeque::new(),
            asked: None,
            sends: Vec::new(),
            in_flight: Vec::new(),
            wrote: false,
            stage: Stage::Fetch,
        }
    }

    /// The batch that reads back what a crashed run may have changed.
    pub(super) fn recovery(program: &Program, open: Vec<(usize, OpenIntent)>) -> Option<Self> {
        if open.is_empty() {
            return None;
        }
        let mut batch = Self::new(0, Vec::new(), HashMap::new());
        let mut wanted = Wanted::default();
        for (sync, open) in &open {
            let object = program
                .syncs
                .get(*sync)
                .map(|s| *s.objects.get(open.intent.side));
            if let (Some(object), Some(id)) = (object, open.intent.ids.get(open.intent.side)) {
                wanted.add(object, [id.clone()]);
            }
        }
        batch.asks.extend(wanted.asks());
        batch.recovery = open;
        batch.stage = Stage::Decide;
        Some(batch)
    }

    /// Records, pairs and writes in it.
    pub(super) fn size(&self) -> usize {
        let work = self.jobs.len() + self.works.len() + self.verify.len() + self.recovery.len();
        self.records.len() + work + self.sends.len() + self.in_flight.len()
    }

    /// Asks for records that are not there yet.
    pub(super) fn ask(&mut self, object: ObjectId, ids: impl IntoIterator<Item = SmolStr>) {
        let missing: BTreeSet<SmolStr> = ids
            .into_iter()
            .filter(|id| !self.records.contains_key(&(object, id.clone())))
            .collect();
        if !missing.is_empty() {
            self.asks.push_back((object, missing.into_iter().collect()));
        }
    }

    pub(super) fn take_records(&mut self, records: Vec<Record>) {
        if let Some(object) = self.asked.take() {
            self.records
                .extend(records.into_iter().map(|r| ((object, r.id.clone()), r)));
        }
    }
}

impl Machine {
    /// Goes on with the batch; a command where something has to be asked, none where it is done.
    pub(super) fn advance_batch(&mut self) -> Step<Option<Command>> {
        loop {
            let Some(batch) = &mut self.batch else {
                return Ok(None);
            };
            if let Some((object, ids)) = batch.asks.pop_front() {
                batch.asked = Some(object);
                return Ok(Some(Command::Read { object, ids }));
            }
            match batch.stage {
                Stage::Fetch => {
                    batch.stage = Stage::Related;
                    self.ask_counterparts();
                }
                Stage::Related => {
                    batch.stage = Stage::Decide;
                    if let Some(sync) = self.program.syncs.get(batch.sync) {
                        ask_related(batch, sync);
                    }
                }
                Stage::Decide => {
                    batch.stage = Stage::Send;
                    if batch.recovery.is_empty() {
                        self.decide_batch()?;
                    } else {
                        self.resolve_recovery()?;
                    }
                }
                Stage::Send => {
                    self.keep_promises()?;
                    match self.next_write() {
                        Some(command) => return Ok(Some(command)),
                        None => self.begin_verify(),
                    }
                }
                Stage::Verify => {
                    batch.stage = Stage::Settle;
                    self.verify()?;
                }
                Stage::Settle => {
                    if let Some(batch) = self.batch.take() {
                        self.settle(batch)?;
                    }
                }
            }
        }
    }

    /// Asks for the records that the batch lacks.
    fn ask_counterparts(&mut self) {
        let program = std::sync::Arc::clone(&self.program);
        let Some(batch) = &mut self.batch else { return };
        let Some(sync) = program.syncs.get(batch.sync) else {
            return;
        };
        let mut wanted: Sides<Vec<SmolStr>> = Sides::default();
        for job in &batch.jobs {
            match job {
                Job::Pair { ids, .. } | Job::Look { ids, .. } => {
                    for side in Side::BOTH {
                        wanted.get_mut(side).push(ids.get(side).clone());
                    }
                }
                Job::Make { from, id } => wanted.get_mut(*from).push(id.clone()),
            }
        }
        batch.ask(sync.objects.left, wanted.left);
        batch.ask(sync.objects.right, wanted.right);
    }

    fn next_write(&mut self) -> Option<Command> {
        let batch = self.batch.as_mut()?;
        let sync = self.program.syncs.get(batch.sync)?;
        let side = batch.sends.first()?.side;
        let count = batch
            .sends
            .iter()
            .take(SENT_AT_ONCE)
            .take_while(|s| s.side == side)
            .count();
        batch.in_flight = batch.sends.drain(..count).collect();
        batch.wrote = true;
        // What was decided about is not asked again once it is sent, but for what the write does.
        let writes = batch.in_flight.iter_mut().map(|s| Write {
            action: s.write.action.clone(),
            values: std::mem::take(&mut s.write.values),
        });
        let writes = writes.collect();
        Some(Command::Write {
            object: *sync.objects.get(side),
            writes,
        })
    }

    pub(super) fn on_outcomes(&mut self, outcomes: &[Outcome]) -> Step<()> {
        let Some(batch) = &mut self.batch else {
            return Ok(());
        };
        let sent = std::mem::take(&mut batch.in_flight);
        for (sending, outcome) in sent.into_iter().zip(outcomes) {
            self.on_outcome(sending, outcome)?;
        }
        Ok(())
    }

    fn begin_verify(&mut self) {
        let Some(batch) = &mut self.batch else { return };
        batch.stage = Stage::Verify;
        let Some(sync) = self.program.syncs.get(batch.sync) else {
            return;
        };
        for side in Side::BOTH {
            let object = *sync.objects.get(side);
            let ids: BTreeSet<SmolStr> = batch
                .verify
                .iter()
                .filter(|(s, _)| *s == side)
                .map(|(_, v)| v.id.clone())
                .collect();
            if !ids.is_empty() {
                batch.asks.push_back((object, ids.into_iter().collect()));
            }
        }
    }

    /// Closes the intents of a crashed run: what is there as it was sent has landed.
    fn resolve_recovery(&mut self) -> Step<()> {
        let Some(batch) = &mut self.batch else {
            return Ok(());
        };
        for (sync, open) in std::mem::take(&mut batch.recovery) {
            let Some(s) = self.program.syncs.get(sync) else {
                continue;
            };
            let intent = &open.intent;
            let object = *s.objects.get(intent.side);
            let record = intent
                .ids
                .get(intent.side)
                .as_ref()
                .and_then(|id| batch.records.get(&(object, id.clone())));
            let equality = |slot: u16| {
                let cells = s.rows.iter().map(|r| r.cells.get(intent.side));
                cells
                    .filter(|c| c.slot == Some(slot))
                    .map(|c| c.equality)
                    .next()
                    .unwrap_or_default()
            };
            let there = |r: &Record, (slot, sent): &(u16, Value)| {
                r.values
                    .get(usize::from(*slot))
                    .is_some_and(|now| alike(&equality(*slot), now, sent))
            };
            let landed = record.is_some_and(|r| intent.sent.iter().all(|sent| there(r, sent)));
            let Sides { left, right } = &intent.ids;
            if let (true, Some(shadow), Some(left), Some(right)) =
                (landed, &intent.shadow, left, right)
            {
                let groups = self.numbers.groups.get(sync).copied().unwrap_or_default();
                let ids = Sides::new(left.clone(), right.clone());
                self.archive.put_shadow(groups, &ids, Rest::NONE, shadow)?;
            }
            self.archive.resolve(
                open.seq,
                if landed {
                    IntentState::Done
                } else {
                    IntentState::Void
                },
            )?;
        }
        Ok(())
    }
}

/// The id that a reference of a record names.
pub(super) fn referred(reference: Source, record: &Record) -> Option<SmolStr> {
    let value = reference.read(record).ok()?;
    (!value.is_blank()).then(|| SmolStr::new(write_text(&value)))
}

fn ask_related(batch: &mut Batch, sync: &crate::runtime::program::Sync) {
    for (side, reference, object) in &sync.related {
        let own = *sync.objects.get(*side);
        let mut ids: BTreeSet<SmolStr> = BTreeSet::new();
        for job in &batch.jobs {
            let id = match job {
                Job::Pair { ids, .. } | Job::Look { ids, .. } => ids.get(*side),
                Job::Make { from, id } if from == side => id,
                Job::Make { .. } => continue,
            };
            let record = batch.records.get(&(own, id.clone()));
            ids.extend(record.and_then(|r| referred(*reference, r)));
        }
        batch.ask(*object, ids);
    }
}
