//! Keys find pairs, in their declared order; what finds none is created.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::batch::{Batch, Job, Meeting};
use super::{Machine, Phase, Step};
use crate::plan::Order;
use crate::runtime::Reason;
use crate::runtime::archive::{Member, Standing};
use crate::runtime::program::Sync;
use crate::runtime::shadow::Reader;
use crate::side::{Side, Sides};
use crate::value::Value;

/// Records of a cluster that are named in full.
const NAMED: usize = 4;

/// Whose keys are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    /// Those of the sync.
    Own,
    /// Those of records that were converted into records of the sync.
    Converted,
}

impl Machine {
    /// The next pairs that a key finds. Records are taken in the order of the sweep: neighbours stay neighbours in the archive.
    pub(super) fn find_pairs(&mut self, at: usize, key: usize, side: Side, after: i64) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(sync) = program.syncs.get(at) else {
            return Ok(());
        };
        let keys = sync.keys.len() + program.converted_keys(at).count();
        if key >= keys {
            self.phase = Phase::Make {
                sync: at,
                side: Side::Left,
                after: 0,
            };
            return Ok(());
        }
        if side == Side::Left && after == 0 {
            self.archive.index_key(key)?;
        }
        let heads = self.archive.heads(key, side, after, self.settings.window)?;
        self.phase = match (heads.last(), side) {
            (Some((last, _)), _) => Phase::Match {
                sync: at,
                key,
                side,
                after: *last,
            },
            (None, Side::Left) => Phase::Match {
                sync: at,
                key,
                side: Side::Right,
                after: 0,
            },
            (None, Side::Right) => Phase::Match {
                sync: at,
                key: key + 1,
                side: Side::Left,
                after: 0,
            },
        };
        let mut jobs = Vec::new();
        let keys = if key < sync.keys.len() {
            Keys::Own
        } else {
            Keys::Converted
        };
        for (_, hash) in &heads {
            let members = self.archive.cluster(key, hash)?;
            // What has a left newcomer was looked at from there.
            let left = |m: &Member| m.side == Side::Left && m.standing != Standing::Linked;
            if side == Side::Left || !members.iter().any(left) {
                jobs.extend(self.resolve_cluster(at, sync, keys, &members)?);
            }
        }
        self.batch = (!jobs.is_empty()).then(|| Batch::new(at, jobs, HashMap::new()));
        Ok(())
    }

    /// None, one or many: a pair, or who is held.
    fn resolve_cluster(
        &mut self,
        at: usize,
        sync: &Sync,
        keys: Keys,
        members: &[Member],
    ) -> Step<Option<Job>> {
        let split = members.partition_point(|m| m.side == Side::Left);
        let (left, right) = members.split_at(split);
        let sides = Sides::new(left, right);
        let linked = members.iter().any(|m| m.standing == Standing::Linked);
        if linked {
            // Somebody of this key is linked: whoever is not is a second one, but for who was linked since he was offered.
            let linked = |side: Side, id: &str| {
                let mut linked = sides.get(side).iter();
                linked.any(|m| m.standing == Standing::Linked && m.id == id)
            };
            for member in members.iter().filter(|m| m.standing != Standing::Linked) {
                if linked(member.side, &member.id) {
                    self.archive.take(member)?;
                    continue;
                }
                let several = sides.get(member.side).len() > 1;
                let other_linked = sides
                    .get(!member.side)
                    .iter()
                    .any(|m| m.standing == Standing::Linked);
                if several && member.standing == Standing::Starts {
                    self.take_out(at, member, Reason::SeveralMatch, members)?;
                } else if other_linked {
                    self.take_out(at, member, Reason::AlreadyLinked, sides.get(!member.side))?;
                }
            }
            return Ok(None);
        }
        let several = sides.map(|s| s.len() > 1);
        if left.is_empty() || right.is_empty() {
            // Nobody to match. Several of one side must not become several on the other.
            let side = if left.is_empty() {
                Side::Right
            } else {
                Side::Left
            };
            if *several.get(side) && *sync.create.get(!side) && keys == Keys::Own {
                self.choose(at, sync, side, sides.get(side), members)?;
            }
            return Ok(None);
        }
        let starts = |m: &Member| matches!(m.standing, Standing::Starts | Standing::Joins);
        if !members.iter().any(starts) {
            return Ok(None);
        }
        if several.left && several.right {
            for member in members {
                self.take_out(at, member, Reason::SeveralMatch, members)?;
            }
            return Ok(None);
        }
        let mut chosen = Sides::new(left.first(), right.first());
        for side in Side::BOTH {
            if *several.get(side) {
                *chosen.get_mut(side) = self.choose(at, sync, side, sides.get(side), members)?;
            }
        }
        let (Some(left), Some(right)) = (chosen.left, chosen.right) else {
            // Many, and no order: the one of the other side waits with them.
            for side in Side::BOTH {
                if let (false, Some(one)) = (*several.get(side), sides.get(side).first()) {
                    self.take_out(at, one, Reason::SeveralMatch, members)?;
                }
            }
            return Ok(None);
        };
        self.archive.take(left)?;
        self.archive.take(right)?;
        Ok(Some(Job::Pair {
            ids: Sides::new(left.id.clone(), right.id.clone()),
            meeting: Meeting::Key,
        }))
    }

    /// The first of several by the order of their side, the others held; without an order all are.
    fn choose<'m>(
        &mut self,
        at: usize,
        sync: &Sync,
        side: Side,
        members: &'m [Member],
        cluster: &[Member],
    ) -> Step<Option<&'m Member>> {
        let first = sync.many.get(side).as_ref().and_then(|order| {
            let orders: Vec<Order> = order.iter().map(|(_, o)| *o).collect();
            members.iter().min_by(|a, b| rank(a, b, &orders))
        });
        for member in members {
            if first.is_none_or(|f| f.place != member.place) {
                self.take_out(at, member, Reason::SeveralMatch, cluster)?;
            }
        }
        Ok(first)
    }

    fn take_out(
        &mut self,
        at: usize,
        member: &Member,
        reason: Reason,
        others: &[Member],
    ) -> Step<()> {
        self.archive.take(member)?;
        let names = others
            .iter()
            .filter(|m| reason == Reason::SeveralMatch || m.id != member.id);
        let mut names: Vec<String> = names.map(|m| format!("`{}`", m.id)).collect();
        if let Some(more) = names.len().checked_sub(NAMED).filter(|more| *more > 0) {
            names.truncate(NAMED);
            names.push(format!("{more} more"));
        }
        let names = crate::text::list(&names);
        // One cause has one text, whoever of the cluster it is told of.
        let text = if reason == Reason::AlreadyLinked {
            format!("its key is that of {names}, which is linked already")
        } else {
            format!("{names} have one key, and only one of each side can be linked")
        };
        self.hold(at, member.side, &member.id, "", reason, text)
    }

    /// The next records to be made on the other side of `side`.
    pub(super) fn find_creates(&mut self, at: usize, side: Side, after: i64) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(sync) = program.syncs.get(at) else {
            return Ok(());
        };
        let members = if *sync.create.get(!side) {
            self.archive
                .unmatched(sync.keys.len(), side, after, self.settings.window)?
        } else {
            Vec::new()
        };
        self.phase = match (members.last(), side) {
            (Some((last, _)), _) => Phase::Make {
                sync: at,
                side,
                after: last.place,
            },
            (None, Side::Left) => Phase::Make {
                sync: at,
                side: Side::Right,
                after: 0,
            },
            (None, Side::Right) => Phase::Again { sync: at },
        };
        let mut jobs = Vec::new();
        for (member, barred) in members {
            let id = member.id;
            match barred {
                None => jobs.push(Job::Make { from: side, id }),
                Some(barred) => {
                    let text = format!(
                        "`{barred}` has its key and is not admitted: it would be made twice"
                    );
                    self.hold(at, side, &id, "", Reason::NotAdmitted, text)?;
                }
            }
        }
        self.batch = (!jobs.is_empty()).then(|| Batch::new(at, jobs, HashMap::new()));
        Ok(())
    }
}

/// The declared order of two records of a side; blanks last, the id decides in the end.
fn rank(a: &Member, b: &Member, orders: &[Order]) -> Ordering {
    let (mut left, mut right) = (Reader::new(&a.rank), Reader::new(&b.rank));
    for order in orders {
        let (x, y) = (
            left.value().unwrap_or_default(),
            right.value().unwrap_or_default(),
        );
        let found = match (&x, &y) {
            (Value::Blank, Value::Blank) => Ordering::Equal,
            (Value::Blank, _) => Ordering::Greater,
            (_, Value::Blank) => Ordering::Less,
            _ if *order == Order::Descending => y.cmp(&x),
            _ => x.cmp(&y),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
    a.id.cmp(&b.id)
}
