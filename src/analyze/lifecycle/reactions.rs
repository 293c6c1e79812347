//! What follows on a move by itself: rows and automations that read one column and write another, and so move the stage on
//! where a line permits it.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::guards::among;
use super::{Event, Explored, Life};
use crate::analyze::{disjoint, eval};
use crate::model::{
    Automation, Effect, Expr, ExprKind, FieldRef, Lane, MapValue, Model, ObjectRef, Phase, RowId,
    StageIdx, Timing,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

/// What writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A row of a sync.
    Row(RowId),
    /// An automation, by its position in the model.
    Automation(usize),
}

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
    /// What it writes there.
    pub writes: SmolStr,
    /// The stage that the cluster was in.
    pub from: StageIdx,
    /// The stage that this means.
    pub to: StageIdx,
}

/// What comes of a permitted move.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The line of the move.
    pub transition: usize,
    /// The stage that it leaves.
    pub from: StageIdx,
    /// What follows, one after the other.
    pub reactions: Vec<Reaction>,
    /// The position in `reactions` from which on it repeats for ever; none where it ends in the stage that was left.
    pub repeats: Option<usize>,
}

impl Chain {
    /// The move that it begins with; none where nobody can make it in a column.
    pub fn begins(&self, life: Life<'_>) -> Option<Event> {
        let line = life.lifecycle.transitions.get(self.transition)?;
        let mut movers = life.movers(line).into_iter();
        movers.find_map(|by| {
            Some(Event::Moves {
                transition: self.transition,
                by,
                column: life.ways(line, self.from, by).first().copied()?,
                from: self.from,
                to: line.to.node,
            })
        })
    }

    /// The objects of the columns that it goes through.
    pub fn objects(&self, life: Life<'_>) -> Vec<ObjectRef> {
        let columns = self.reactions.iter().flat_map(|r| [r.source, r.target]);
        columns
            .filter_map(|c| Some(life.field(c)?.id.object))
            .collect()
    }
}

/// Chains that never end, or end where they began: one for each line, and for each cycle the first.
pub(super) fn chains(life: Life<'_>, explored: &Explored) -> Vec<Chain> {
    let all = Reactions::new(life);
    if all.none() {
        return Vec::new();
    }
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
            let Some(repeats) = all.follow(from, t.to.node, &mut walk) else {
                continue;
            };
            let path = walk.path;
            let cycle =
                |c: &Chain| c.repeats.is_some() && c.reactions.iter().any(|r| path.contains(r));
            if repeats.is_none() || !found.iter().any(cycle) {
                told.insert(number);
                found.push(Chain {
                    transition: number,
                    from,
                    reactions: path,
                    repeats,
                });
            }
        }
    }
    found
}

/// A lane or an effect between two columns.
struct Link<'m> {
    cause: Cause,
    source: usize,
    target: usize,
    conditions: Vec<(Side, &'m Expr)>,
    field: FieldRef,
    value: Writes<'m>,
}

enum Writes<'m> {
    Lane(&'m Lane),
    Constant(&'m str),
}

struct Reactions<'m> {
    life: Life<'m>,
    links: Vec<Link<'m>>,
}

impl<'m> Reactions<'m> {
    fn new(life: Life<'m>) -> Self {
        let mut all = Self {
            life,
            links: Vec::new(),
        };
        all.rows();
        for (number, automation) in life.model.automations.iter().enumerate() {
            if automation.phase != Phase::Derived {
                all.effects(number, automation);
            }
        }
        all
    }

    const fn none(&self) -> bool {
        self.links.is_empty()
    }

    fn column_of(&self, field: FieldRef) -> Option<usize> {
        let mut columns = self.life.columns();
        columns.find(|c| self.life.field(*c).is_some_and(|f| f.id == field))
    }

    fn rows(&mut self) {
        for row in self.life.model.rows().filter(|r| r.sync.merges()) {
            for side in Side::BOTH {
                let (Some(from), Some((lane, to))) = (row.field(side), row.writes(!side)) else {
                    continue;
                };
                let columns = self.column_of(from.id).zip(self.column_of(to.id));
                if let Some((source, target)) = columns.filter(|_| lane.timing == Timing::Always) {
                    self.links.push(Link {
                        cause: Cause::Row(row.id),
                        source,
                        target,
                        conditions: row.row.when.iter().map(|w| (side, &**w)).collect(),
                        field: from.id,
                        value: Writes::Lane(lane),
                    });
                }
            }
        }
    }

    fn effects(&mut self, number: usize, automation: &'m Automation) {
        for effect in &automation.effects {
            let Some((target, value)) = self.column_of(effect.target).zip(constant(effect)) else {
                continue;
            };
            for source in self.life.columns() {
                let Some(field) = self.life.field(source).map(|f| f.id) else {
                    continue;
                };
                if !reads(automation, field) {
                    continue;
                }
                let guards = automation.guard.iter().chain(&effect.when);
                self.links.push(Link {
                    cause: Cause::Automation(number),
                    source,
                    target,
                    conditions: guards.map(|g| (Side::Left, g)).collect(),
                    field,
                    value: Writes::Constant(value),
                });
            }
        }
    }

    /// What follows where a stage was entered from another: columns that have changed are read.
    fn after(&self, before: StageIdx, stage: StageIdx) -> Vec<Reaction> {
        let mut found = Vec::new();
        for link in &self.links {
            for value in self.life.lifecycle.cell(stage, link.source) {
                let value = value.value.as_str();
                if self.life.shows(before, link.source, value)
                    || !link.may_run(self.life.model, value)
                {
                    continue;
                }
                let Some(writes) = self.written(link, value) else {
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

    fn written(&self, link: &Link<'_>, value: &str) -> Option<SmolStr> {
        match link.value {
            Writes::Constant(value) => Some(value.into()),
            Writes::Lane(lane) => match eval(self.life.model, &lane.value, &Value::text(value))? {
                Value::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// Follows the reactions on a move, depth first. Some where they repeat, from a position of the path on, or where they
    /// end at home; the path is what led there.
    fn follow(&self, before: StageIdx, stage: StageIdx, walk: &mut Walk) -> Option<Option<usize>> {
        let next = self.after(before, stage);
        if next.is_empty() && stage == walk.home && !walk.path.is_empty() {
            return Some(None);
        }
        if walk.path.len() > DEEPEST || !walk.done.insert((before, stage)) {
            let first = walk.path.iter().position(|r| next.contains(r));
            return first.map(Some);
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

impl Link<'_> {
    /// Whether its conditions may hold while the column that it reads shows a value.
    fn may_run(&self, model: &Model, value: &str) -> bool {
        self.conditions.iter().all(|(side, condition)| {
            let shown = vec![(Value::text(value), Span::default())];
            !disjoint(model, condition, &among(*side, self.field, shown))
        })
    }
}

fn constant(effect: &Effect) -> Option<&str> {
    match &effect.value.as_ref()?.node {
        ExprKind::Const(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    }
}

/// Whether a change of a field starts an automation.
fn reads(automation: &Automation, field: FieldRef) -> bool {
    let guarded = |e: &Expr| e.fields().iter().any(|(_, f, _)| *f == field);
    automation.object == Some(field.object)
        && (automation.changes.contains(&field)
            || automation.changes.is_empty() && automation.guard.as_ref().is_some_and(guarded))
}
