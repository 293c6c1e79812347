//! What follows on a move by itself: rows and automations that read one column and write another, and so move the stage on
//! where a line permits it.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::links::{Cause, Link, links};
use super::resets::resets;
use super::{Event, Explored, Life};
use crate::model::{FieldRef, MapValue, ObjectRef, StageIdx};
use crate::value::Value;

/// A write that moves the stage on, without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// What writes.
    pub cause: Cause,
    /// The column that it reads.
    pub source: usize,
    /// What that column shows.
    pub value: SmolStr,
    /// The column that it writes.
    pub target: usize,
    /// What it writes there; empty where it clears it.
    pub writes: SmolStr,
    /// The stage that the cluster was in.
    pub from: StageIdx,
    /// The stage that this means; the same where it means none.
    pub to: StageIdx,
}

/// What comes of a permitted move.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The line of the move.
    pub transition: usize,
    /// The stage that it leaves.
    pub from: StageIdx,
    /// The move itself; none where nobody can make it in a column.
    pub begins: Option<Event>,
    /// What must be so beside that, for automations to run.
    pub needs: Vec<(FieldRef, Value)>,
    /// What follows, one after the other.
    pub reactions: Vec<Reaction>,
    /// How it ends.
    pub end: End,
}

/// How a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Never: from this position of the reactions on it repeats.
    Repeats(usize),
    /// In the stage that the move left.
    Home,
    /// In a stage to which no line leads from there.
    Held,
    /// In no stage: the column that the move was made in is cleared.
    Cleared,
}

/// The first way to take a line out of a stage.
fn begins(life: Life<'_>, explored: &Explored, transition: usize, from: StageIdx) -> Option<Event> {
    let way = explored.way_to(from)?;
    let line = life.lifecycle.transitions.get(transition)?;
    let mut movers = life.movers(line).into_iter();
    movers.find_map(|by| {
        Some(Event::Moves {
            transition,
            by,
            column: life.hand(line, from, by, &way)?,
            from,
            to: line.to.node,
        })
    })
}

impl Chain {
    /// Whether it repeats for ever.
    pub const fn repeats(&self) -> bool {
        matches!(self.end, End::Repeats(_))
    }

    /// The objects of the columns that it goes through.
    pub fn objects(&self, life: Life<'_>) -> Vec<ObjectRef> {
        let columns = self.reactions.iter().flat_map(|r| [r.source, r.target]);
        columns
            .filter_map(|c| Some(life.field(c)?.id.object))
            .collect()
    }
}

/// Chains that never end, or end where they began: one for each line, and for each cycle the first. And what an automation writes over
/// a move.
pub(super) fn chains(life: Life<'_>, explored: &Explored) -> Vec<Chain> {
    let links = links(life);
    if links.is_empty() {
        return Vec::new();
    }
    let all = Reactions {
        life,
        links: &links,
    };
    let mut found: Vec<Chain> = Vec::new();
    let mut told = BTreeSet::new();
    for (number, t) in life.lifecycle.transitions.iter().enumerate() {
        for from in t.from.iter().map(|f| f.node) {
            if !explored.taken.contains(&(number, from)) || told.contains(&number) {
                continue;
            }
            let mut walk = Walk {
                home: from,
                path: Vec::new(),
                done: BTreeSet::new(),
            };
            let Some(end) = all.follow(from, t.to.node, &mut walk) else {
                continue;
            };
            let path = walk.path;
            let cycle = |c: &Chain| c.repeats() && c.reactions.iter().any(|r| path.contains(r));
            if end == End::Home || !found.iter().any(cycle) {
                told.insert(number);
                found.push(Chain {
                    transition: number,
                    from,
                    begins: begins(life, explored, number, from),
                    needs: Vec::new(),
                    reactions: path,
                    end,
                });
            }
        }
    }
    let known = |c: &Chain, cause| c.reactions.iter().any(|r| r.cause == cause);
    let over = resets(life, explored, &links);
    let over = over.filter(|c| {
        !c.reactions
            .iter()
            .any(|r| found.iter().any(|f| known(f, r.cause)))
    });
    let over: Vec<Chain> = over.collect();
    found.extend(over);
    found
}

struct Reactions<'m> {
    life: Life<'m>,
    links: &'m [Link<'m>],
}

impl Reactions<'_> {
    /// What follows where a stage was entered from another: columns that have changed are read.
    fn after(&self, before: StageIdx, stage: StageIdx) -> Vec<Reaction> {
        let mut found = Vec::new();
        for link in self.links {
            for value in self.life.lifecycle.cell(stage, link.source) {
                let value = value.value.as_str();
                if self.life.shows(before, link.source, value)
                    || !link.may_run(self.life.model, value)
                {
                    continue;
                }
                let Some(writes) = link.writes(self.life.model, value) else {
                    continue;
                };
                let mut shown = self.life.lifecycle.cell(stage, link.target).iter();
                let stays = |v: &MapValue| {
                    v.value == writes || self.life.refuses(link.target, &v.value, &writes)
                };
                if shown.any(stays) {
                    continue;
                }
                let to = self.life.stage_of(link.target, &writes);
                let by = self.life.system(link.target);
                let Some((to, by)) = to.zip(by) else { continue };
                if self.life.permits(stage, to, by) {
                    found.push(Reaction {
                        cause: link.cause,
                        source: link.source,
                        value: value.into(),
                        target: link.target,
                        writes,
                        from: stage,
                        to,
                    });
                }
            }
        }
        found
    }

    /// Follows the reactions on a move, depth first, to where they repeat or end at home; the path is what led there.
    fn follow(&self, before: StageIdx, stage: StageIdx, walk: &mut Walk) -> Option<End> {
        let next = self.after(before, stage);
        if next.is_empty() && stage == walk.home && !walk.path.is_empty() {
            return Some(End::Home);
        }
        if walk.path.len() > DEEPEST || !walk.done.insert((before, stage)) {
            let first = walk.path.iter().position(|r| next.contains(r));
            return first.map(End::Repeats);
        }
        for reaction in next {
            let to = reaction.to;
            walk.path.push(reaction);
            if let Some(end) = self.follow(stage, to, walk) {
                return Some(end);
            }
            walk.path.pop();
        }
        None
    }
}

/// So many reactions on one move are followed.
const DEEPEST: usize = 256;

/// What was followed so far.
struct Walk {
    /// The stage that the move left.
    home: StageIdx,
    path: Vec<Reaction>,
    /// Stages, each with the one before it, whose reactions were followed.
    done: BTreeSet<(StageIdx, StageIdx)>,
}
