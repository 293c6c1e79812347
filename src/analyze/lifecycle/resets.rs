//! What an automation writes over a move in the very field that shows it: whoever looks again finds the stage that was left, or one
//! to which no line leads.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::guards::among;
use super::links::{Cause, Link};
use super::reactions::{Chain, End, Reaction};
use super::{Event, Explored, Life};
use crate::analyze::satisfy::{self, Answer, Example};
use crate::model::{
    Automation, Entry, Events, Expr, ExprKind, StageIdx, StartedBy, SystemId, Transition,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

/// For each automation the first move that it writes over: one that shows where it was made, else one that follows another column.
pub(super) fn resets<'a>(
    life: Life<'a>,
    explored: &'a Explored,
    links: &'a [Link<'a>],
) -> impl Iterator<Item = Chain> {
    let mut told = BTreeSet::new();
    let over = links.iter().filter(|l| l.over);
    over.filter_map(move |link| {
        let Cause::Automation(number) = link.cause else {
            return None;
        };
        let reset = Reset {
            life,
            link,
            automation: life.model.automations.get(number)?,
            by: life.system(link.source)?,
        };
        if told.contains(&number) {
            return None;
        }
        let found = [StartedBy::People, StartedBy::Sync]
            .into_iter()
            .find_map(|who| reset.first(explored, who))?;
        told.insert(number);
        Some(found)
    })
}

/// An automation that writes the column that starts it.
struct Reset<'m> {
    life: Life<'m>,
    link: &'m Link<'m>,
    automation: &'m Automation,
    /// The system of the column.
    by: SystemId,
}

/// A line with one of the stages that it leaves.
#[derive(Clone, Copy)]
struct Step<'m> {
    number: usize,
    line: &'m Transition,
    from: StageIdx,
}

impl<'m> Reset<'m> {
    /// The first move that it writes over: one of people in the column, or one that the sync writes there.
    fn first(&self, explored: &Explored, who: StartedBy) -> Option<Chain> {
        let started = self.automation.by.includes(who);
        if !started || matches!(self.automation.events, Events::Created | Events::Deleted) {
            return None;
        }
        let lines = self.life.lifecycle.transitions.iter().enumerate();
        let mut steps = lines.flat_map(|(number, line)| {
            let from = line.from.iter().map(|f| f.node);
            from.map(move |from| Step { number, line, from })
        });
        steps.find_map(|step| {
            let taken = explored.taken.contains(&(step.number, step.from));
            let way = explored.way_to(step.from).filter(|_| taken)?;
            let (begins, values) = self.shown(step, who, &way)?;
            values
                .into_iter()
                .find_map(|v| self.taken_back(step, begins, v))
        })
    }

    /// The move, and what the column shows then and did not before.
    fn shown(
        &self,
        step: Step<'m>,
        who: StartedBy,
        way: &[Event],
    ) -> Option<(Event, Vec<&'m str>)> {
        let Step { number, line, from } = step;
        let (life, column) = (self.life, self.link.source);
        let ways = life.movers(line).into_iter().flat_map(|by| {
            let ways = life.ways(line, from, by).into_iter();
            ways.map(move |column| (by, column))
        });
        let own = who == StartedBy::People;
        let entry = life.lifecycle.columns.get(column)?;
        let gone = line.conversion.is_some() && life.converts(column);
        if gone || life.is_converted(column, way) || !own && entry.through.is_some() {
            return None;
        }
        let mut ways = ways.filter(|(_, c)| (*c == column) == own && !life.is_converted(*c, way));
        let (by, moved) = ways.next()?;
        let to = line.to.node;
        let begins = Event::Moves {
            transition: number,
            by,
            column: moved,
            from,
            to,
        };
        let cell = life
            .lifecycle
            .cell(to, column)
            .iter()
            .map(|v| v.value.as_str());
        let written = cell.take(if own { usize::MAX } else { 1 });
        let new = written.filter(|v| !life.shows(from, column, v));
        Some((begins, new.collect()))
    }

    /// What comes of it, where the automation leads back or where no line leads.
    fn taken_back(&self, step: Step<'m>, begins: Event, value: &str) -> Option<Chain> {
        let (life, column, from) = (self.life, self.link.source, step.from);
        let to = step.line.to.node;
        if self.link.clears() {
            return self.chain(step, begins, value, (SmolStr::default(), to, End::Cleared));
        }
        let writes = self.link.writes(life.model, value)?;
        if life.shows(to, column, &writes) || life.refuses(column, value, &writes) {
            return None;
        }
        let home = life.shows(from, column, &writes);
        let end = if home {
            Some(from)
        } else {
            life.stage_of(column, &writes)
        }?;
        let own = matches!(begins, Event::Moves { column: way, .. } if way == column);
        let goes_on =
            life.permits(to, end, self.by) || own && !home && life.permits(from, end, self.by);
        if goes_on {
            return None;
        }
        let how = if own && home { End::Home } else { End::Held };
        self.chain(step, begins, value, (writes, end, how))
    }

    /// The move and what comes of it, if the automation may be started: what it writes, the stage that this means, how it ends.
    fn chain(
        &self,
        step: Step<'m>,
        begins: Event,
        value: &str,
        (writes, to, end): (SmolStr, StageIdx, End),
    ) -> Option<Chain> {
        let (life, column) = (self.life, self.link.source);
        let example = self.starts(step, value)?;
        let stages: Vec<_> = life
            .columns()
            .filter_map(|c| Some(life.field(c)?.id))
            .collect();
        let needs = example
            .into_iter()
            .filter(|(cell, _)| cell.through.is_none() && !stages.contains(&cell.field));
        Some(Chain {
            transition: step.number,
            from: step.from,
            begins: Some(begins),
            needs: needs.map(|(cell, value)| (cell.field, value)).collect(),
            reactions: vec![Reaction {
                cause: self.link.cause,
                source: column,
                value: value.into(),
                target: column,
                writes,
                from: step.line.to.node,
                to,
            }],
            end,
        })
    }

    /// What else a record is that the automation is started for; none where it provably is not.
    fn starts(&self, step: Step<'m>, value: &str) -> Option<Example> {
        let model = self.life.model;
        let among = |values: Vec<&str>| {
            let values = values.into_iter();
            let list = values.map(|v| (Value::text(v), Span::default())).collect();
            among(Side::Left, self.link.field, list)
        };
        let before = self.life.lifecycle.cell(step.from, self.link.source);
        let before: Vec<&str> = before.iter().map(|v| v.value.as_str()).collect();
        if let (Some(guard), false) = (&self.automation.guard, before.is_empty())
            && self.automation.entry != Entry::EveryTime
            && satisfy::implies(model, &among(before), guard)
        {
            return None;
        }
        let shown = among(vec![value]);
        let when = step.line.when.as_ref().map(of_one_record);
        let conditions = self.link.conditions.iter().map(|(_, c)| *c);
        let all: Vec<&Expr> = conditions.chain(&when).chain([&shown]).collect();
        match satisfy::satisfy(model, &all, &[]) {
            Answer::Yes(example) => Some(example),
            Answer::Unknown => Some(Example::new()),
            Answer::No => None,
        }
    }
}

/// A condition of a line as an automation would ask it, which knows no sides.
fn of_one_record(condition: &Expr) -> Expr {
    let mut condition = condition.clone();
    condition.rewrite(&mut |e| {
        if let ExprKind::Field { side, .. } = &mut e.node {
            *side = Side::Left;
        }
    });
    condition
}
