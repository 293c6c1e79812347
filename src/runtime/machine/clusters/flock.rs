//! A page of clusters: gathered from hubs, fetched, decided about.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use smol_str::SmolStr;

use super::Recovery;
use super::send::{Sending, Unsure};
use crate::runtime::lifecycle::{Cluster, Entering, Memory, Verdict, choose};
use crate::runtime::machine::batch::referred;
use crate::runtime::machine::wanted::Wanted;
use crate::runtime::machine::{Machine, Step};
use crate::runtime::program::{Found, Lifecycle, Related, StageColumn};
use crate::runtime::protocol::{Command, ObjectId, Record};
use crate::value::Value;

/// Clusters under way.
#[derive(Debug, Default)]
pub(in crate::runtime::machine) struct Flock {
    /// The lifecycle.
    pub life: usize,
    pub(super) members: Vec<Member>,
    pub records: Related,
    pub asks: VecDeque<(ObjectId, Vec<SmolStr>)>,
    asked: Option<ObjectId>,
    pub sends: Vec<Sending>,
    pub in_flight: Vec<Sending>,
    /// Writes that the system may have ignored.
    pub unsure: Vec<Unsure>,
    pub recovery: Vec<Recovery>,
    stage: Stage,
}

/// One cluster.
#[derive(Debug)]
pub(super) struct Member {
    pub hub: SmolStr,
    /// By column: the records that may be its.
    ids: Vec<Vec<SmolStr>>,
    /// Columns whose record is only remembered: its link has gone.
    remembered: Vec<usize>,
    memory: Option<Memory>,
    /// What was decided, where that is anything.
    pub entering: Option<Box<Entering>>,
}

/// How far a flock is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Related,
    Decide,
    Send,
    Verify,
    Settle,
}

impl Flock {
    /// Records and clusters in it.
    pub(in crate::runtime::machine) fn size(&self) -> usize {
        let writes = self.sends.len() + self.in_flight.len() + self.unsure.len();
        self.members.len() + self.records.len() + writes + self.recovery.len()
    }

    pub(in crate::runtime::machine) fn take_records(&mut self, records: Vec<Record>) {
        if let Some(object) = self.asked.take() {
            let keyed = records.into_iter().map(|r| ((object, r.id.clone()), r));
            self.records.extend(keyed);
        }
    }
}

impl Machine {
    /// The clusters of hubs that a link leads to, or of which something is remembered.
    pub(super) fn gather(
        &mut self,
        at: usize,
        life: &Lifecycle,
        hubs: Vec<Record>,
    ) -> Step<Option<Flock>> {
        let Some(object) = life.hub_object() else {
            return Ok(None);
        };
        let mut flock = Flock {
            life: at,
            ..Flock::default()
        };
        for hub in hubs.into_iter().filter(|h| !h.deleted) {
            if let Some(member) = self.member(at, life, &hub.id)? {
                flock.members.push(member);
                flock.records.insert((object, hub.id.clone()), hub);
            }
        }
        ask_all(life, &mut flock);
        let count = flock.members.len() as u64;
        if let Some(report) = self.lifecycle_report(at) {
            report.clusters += count;
        }
        Ok((count > 0).then_some(flock))
    }

    fn member(&self, at: usize, life: &Lifecycle, hub: &SmolStr) -> Step<Option<Member>> {
        let memory = self.archive.memory_of(self.lifecycle_number(at), hub)?;
        let memory = memory.and_then(|blob| Memory::decode(life, &blob));
        let mut linked = false;
        let mut remembered = Vec::new();
        let mut ids = Vec::with_capacity(life.columns.len());
        for (column, entry) in life.columns.iter().enumerate() {
            let way = match &entry.found {
                Found::Hub => {
                    ids.push(vec![hub.clone()]);
                    continue;
                }
                Found::Linked(way) | Found::Through { way, .. } => *way,
            };
            let other = self.way_of(way, hub)?;
            linked |= other.is_some();
            ids.push(match (&entry.found, other) {
                (Found::Through { .. }, Some(near)) => self.archive.tied(column, &near)?,
                (Found::Linked(_), Some(other)) => vec![other],
                // The link of a converted record has followed it, and the record is still there.
                (Found::Linked(_), None) => {
                    remembered.push(column);
                    let seen = memory.as_ref().and_then(|m| m.seen.get(column)?.as_ref());
                    seen.map(|s| s.id.clone()).into_iter().collect()
                }
                _ => Vec::new(),
            });
        }
        Ok((linked || memory.is_some()).then(|| Member {
            hub: hub.clone(),
            ids,
            remembered,
            memory,
            entering: None,
        }))
    }

    /// Goes on with the clusters; a command where something has to be asked, none where they are done.
    pub(in crate::runtime::machine) fn advance_flock(&mut self) -> Step<Option<Command>> {
        loop {
            let Some(flock) = &mut self.flock else {
                return Ok(None);
            };
            if let Some((object, ids)) = flock.asks.pop_front() {
                flock.asked = Some(object);
                return Ok(Some(Command::Read { object, ids }));
            }
            match flock.stage {
                Stage::Related => {
                    flock.stage = Stage::Decide;
                    if let Some(life) = self.program.lifecycles.get(flock.life) {
                        ask_related(life, flock);
                    }
                }
                Stage::Decide => {
                    flock.stage = Stage::Send;
                    self.resolve_clusters()?;
                    self.decide_flock()?;
                }
                Stage::Send => match self.next_stage_write() {
                    Some(command) => return Ok(Some(command)),
                    None => self.begin_stage_check(),
                },
                Stage::Verify => {
                    flock.stage = Stage::Settle;
                    self.check_stages()?;
                }
                Stage::Settle => self.settle_flock()?,
            }
        }
    }

    /// Writes are done: those that may have been ignored are read back.
    fn begin_stage_check(&mut self) {
        let Some(flock) = &mut self.flock else { return };
        flock.stage = Stage::Verify;
        let mut wanted = Wanted::default();
        for unsure in &flock.unsure {
            wanted.add(unsure.object, [unsure.id.clone()]);
        }
        flock.asks.extend(wanted.asks());
    }

    fn decide_flock(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut flock) = self.flock.take() else {
            return Ok(());
        };
        let Some(life) = program.lifecycles.get(flock.life) else {
            self.flock = Some(flock);
            return Ok(());
        };
        for (at, member) in flock.members.iter_mut().enumerate() {
            let records = chosen(life, member, &flock.records);
            let verdict = Cluster {
                life,
                memory: member.memory.as_ref(),
                records: &records,
                links: &*self,
                related: &flock.records,
                now: self.now,
            }
            .decide();
            match verdict {
                Verdict::Rest => {}
                Verdict::HeldAgain => self.hold_cluster_again(flock.life, life, &member.hub)?,
                Verdict::Hold(reason, text) => {
                    self.hold_cluster(flock.life, &member.hub, "", (reason, text))?;
                }
                Verdict::Enter(entering) => {
                    for write in &entering.writes {
                        let column = life.columns.get(write.column);
                        let record = records.get(write.column).copied().flatten();
                        if let (Some(column), Some(record)) = (column, record) {
                            let slot = usize::from(column.slot);
                            flock.sends.push(Sending {
                                member: at,
                                write: write.clone(),
                                id: record.id.clone(),
                                before: record.values.get(slot).cloned().unwrap_or_default(),
                                seq: 0,
                            });
                        }
                    }
                    member.entering = Some(entering);
                }
            }
        }
        let object = |s: &Sending| life.columns.get(s.write.column).map(|c| c.object);
        flock.sends.sort_by_key(object);
        let passes = self.intend_stages(flock.life, life, &mut flock)?;
        self.flock = passes.then_some(flock);
        Ok(())
    }

    /// Clusters of which a field was cleared are looked at once more.
    pub(super) fn look_again_at(&mut self, at: usize, hubs: Vec<SmolStr>) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(life) = program.lifecycles.get(at) else {
            return Ok(());
        };
        let mut flock = Flock {
            life: at,
            ..Flock::default()
        };
        for hub in hubs {
            flock.members.extend(self.member(at, life, &hub)?);
        }
        ask_all(life, &mut flock);
        self.flock = (!flock.members.is_empty()).then_some(flock);
        Ok(())
    }
}

/// Asks for the records of the clusters that are not there yet.
fn ask_all(life: &Lifecycle, flock: &mut Flock) {
    let mut wanted = Wanted::default();
    for member in &flock.members {
        for (entry, ids) in life.columns.iter().zip(&member.ids) {
            let missing = ids
                .iter()
                .filter(|id| !flock.records.contains_key(&(entry.object, (*id).clone())));
            wanted.add(entry.object, missing.cloned());
        }
    }
    flock.asks.extend(wanted.asks());
}

/// Asks for the records that conditions read along references.
fn ask_related(life: &Lifecycle, flock: &mut Flock) {
    for (column, reference, object) in &life.related {
        let Some(entry) = life.columns.get(*column) else {
            continue;
        };
        let members = flock.members.iter();
        let own = members.filter_map(|m| m.ids.get(*column)).flatten();
        let own = own.filter_map(|id| flock.records.get(&(entry.object, id.clone())));
        let wanted: BTreeSet<SmolStr> = own.filter_map(|r| referred(*reference, r)).collect();
        if !wanted.is_empty() {
            flock
                .asks
                .push_back((*object, wanted.into_iter().collect()));
        }
    }
}

/// By column the record that stands for it. One that is only remembered counts if it was converted: else its link was given up.
fn chosen<'r>(life: &Lifecycle, member: &Member, records: &'r Related) -> Vec<Option<&'r Record>> {
    let is_converted = |entry: &StageColumn, record: &Record| {
        let flag = entry.converted.map(|c| c.read(record));
        flag.is_some_and(|f| f.is_ok_and(|f| *f == Value::Bool(true)))
    };
    let mut chosen = Vec::with_capacity(life.columns.len());
    for (column, (entry, ids)) in life.columns.iter().zip(&member.ids).enumerate() {
        let stays = |r: &&Record| {
            !r.deleted && (!member.remembered.contains(&column) || is_converted(entry, r))
        };
        let records = ids
            .iter()
            .filter_map(|id| records.get(&(entry.object, id.clone())));
        let records: Vec<&Record> = records.filter(stays).collect();
        chosen.push(choose(life, column, &records));
    }
    chosen
}
