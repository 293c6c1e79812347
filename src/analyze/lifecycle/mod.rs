//! Lifecycles as automata. In comes a [`Lifecycle`] of the model, out go facts: what each move writes, which stages can be
//! reached and how, what happens where both sides move at once, and what rows and automations make of a move.
//!
//! An event is a move that a line of the lifecycle permits. What the spec does after it (the writes to the other columns,
//! and what a platform refuses of them) is a step of its own. Guards are taken as conditions that may hold, unless they
//! provably never do; so a stage is unreachable only if no order of events leads there.

mod automaton;
mod clusters;
mod guards;
mod links;
mod races;
mod reactions;
mod resets;
mod tale;
mod writes;

pub use automaton::{Event, Explored, Refusal};
pub use clusters::{Clusters, Hindrance, Way, clusters, shown_in_creates};
pub use guards::Never;
pub use links::Cause;
pub use races::{Contender, Race, Winner};
pub use reactions::{Chain, End, Reaction};
pub use tale::{Tale, tale};
pub use writes::StageWrite;

use crate::catalog::Object;
use crate::model::{
    FieldView, Lifecycle, Model, Relation, StageIdx, SystemId, Through, Transition,
};

/// What is known of one lifecycle.
#[derive(Debug)]
pub struct Automaton {
    /// The transitions that are never permitted, by position, and why.
    pub never: Vec<(usize, Never)>,
    /// Which states there are, and how they are reached.
    pub explored: Explored,
    /// Pairs of moves of both sides out of one stage.
    pub races: Vec<Race>,
    /// What rows and automations do after a move, as far as it moves the stage on.
    pub chains: Vec<Chain>,
}

/// The facts of every lifecycle, in the order of the model.
pub(super) fn automata(model: &Model) -> Vec<Automaton> {
    model.life_views().map(automaton).collect()
}

/// What every move of every lifecycle writes.
pub(super) fn stage_writes(model: &Model) -> Vec<StageWrite> {
    model.life_views().flat_map(writes::of).collect()
}

fn automaton(life: Life<'_>) -> Automaton {
    let never = guards::never(life);
    let explored = automaton::explore(life, &never);
    let races = races::races(life, &explored);
    let chains = reactions::chains(life, &explored);
    Automaton {
        never,
        explored,
        races,
        chains,
    }
}

/// A lifecycle of a model, with the questions that analyses and rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Life<'m> {
    /// The model.
    pub model: &'m Model,
    /// Its position among the lifecycles.
    pub number: usize,
    /// The lifecycle.
    pub lifecycle: &'m Lifecycle,
}

impl Model {
    /// The lifecycles in the order of the spec.
    pub fn life_views(&self) -> impl Iterator<Item = Life<'_>> {
        self.lifecycles
            .iter()
            .enumerate()
            .map(|(number, lifecycle)| Life {
                model: self,
                number,
                lifecycle,
            })
    }
}

impl<'m> Life<'m> {
    /// The field of a column.
    pub fn field(self, column: usize) -> Option<FieldView<'m>> {
        let column = self.lifecycle.columns.get(column)?;
        self.model.field(column.field?)
    }

    /// The system of a column.
    pub fn system(self, column: usize) -> Option<SystemId> {
        let column = self.lifecycle.columns.get(column)?;
        Some(column.field?.object.system)
    }

    /// What a system is called in the spec.
    pub fn system_name(self, system: SystemId) -> &'m str {
        self.model
            .systems
            .get(system.index())
            .map_or("", |s| s.name.node.as_str())
    }

    /// The relation that leads to the records of a column.
    pub fn through(self, column: usize) -> Option<&'m Relation> {
        match self.lifecycle.columns.get(column)?.through?.node {
            Through::Relation(id) => self.model.relations.get(id.index()),
            Through::Sync(_) | Through::Unknown => None,
        }
    }

    /// The positions of the columns.
    pub fn columns(self) -> std::ops::Range<usize> {
        0..self.lifecycle.columns.len()
    }

    /// The value that is written into a column when a stage is entered.
    pub fn written(self, stage: StageIdx, column: usize) -> Option<&'m str> {
        let first = self.lifecycle.cell(stage, column).first();
        first.map(|v| v.value.as_str())
    }

    /// The stage whose cell of a column has a value; of several the first.
    pub fn stage_of(self, column: usize, value: &str) -> Option<StageIdx> {
        let mut rows = self.lifecycle.rows();
        rows.find(|(at, _)| self.shows(*at, column, value))
            .map(|(at, _)| at)
    }

    /// Whether a column may show a value in a stage.
    pub fn shows(self, stage: StageIdx, column: usize, value: &str) -> bool {
        let cell = self.lifecycle.cell(stage, column);
        cell.iter().any(|v| v.value == value)
    }

    /// The systems that may take a transition: where it does not say so, those that can.
    pub fn movers(self, t: &Transition) -> Vec<SystemId> {
        let converts = |c: &usize| t.conversion.is_none() || self.converts(*c);
        let mut systems: Vec<SystemId> = if t.by.is_empty() {
            let columns = self.columns().filter(converts);
            columns.filter_map(|c| self.system(c)).collect()
        } else {
            t.by.iter().map(|b| b.node).collect()
        };
        systems.sort_unstable();
        systems.dedup();
        systems
    }

    /// Whether records of a column's object are converted into others by their platform.
    pub fn converts(self, column: usize) -> bool {
        self.field(column).is_some_and(|f| {
            let conversion = f.system.profile.conversion;
            conversion.is_some_and(|c| f.object.name.eq_ignore_ascii_case(c.object))
        })
    }

    /// The columns in which a move shows when a system takes it out of a stage: those that have another value there.
    pub fn ways(self, t: &Transition, from: StageIdx, system: SystemId) -> Vec<usize> {
        let shows = |column: &usize| {
            let new = self.lifecycle.cell(t.to.node, *column);
            let old = self.lifecycle.cell(from, *column);
            new.iter().any(|v| old.iter().all(|o| o.value != v.value))
        };
        let own = self.columns().filter(|c| self.system(*c) == Some(system));
        let mut ways: Vec<usize> = own
            .filter(|c| match t.conversion {
                Some(_) => self.converts(*c),
                None => shows(c),
            })
            .collect();
        // a value that a conversion sets comes of nothing else, as far as there is a choice
        ways.sort_by_key(|c| t.conversion.is_none() && self.set_by_conversion(*c, t.to.node));
        ways
    }

    /// Whether conversions set what a column shows in a stage.
    fn set_by_conversion(self, column: usize, stage: StageIdx) -> bool {
        let mut lines = self.lifecycle.transitions.iter();
        self.converts(column) && lines.any(|t| t.conversion.is_some() && t.to.node == stage)
    }

    /// Of the columns in which a move shows, the one in which somebody makes it after these events: there has to be a record that
    /// nobody has converted.
    pub fn hand(
        self,
        t: &Transition,
        from: StageIdx,
        system: SystemId,
        way: &[Event],
    ) -> Option<usize> {
        let mut ways = self.ways(t, from, system).into_iter();
        ways.find(|c| !self.is_converted(*c, way))
    }

    /// Whether the record of a column was converted, by the last of some events that is about it.
    pub fn is_converted(self, column: usize, way: &[Event]) -> bool {
        let last = way.iter().rev().find(|e| e.column() == column);
        let Some(Event::Moves { transition, .. }) = last else {
            return false;
        };
        let line = self.lifecycle.transitions.get(*transition);
        line.is_some_and(|t| t.conversion.is_some())
    }

    /// Whether the platform ignores a write that takes a column from one stage to another, since it would move backwards.
    pub fn goes_back(self, column: usize, from: StageIdx, to: StageIdx) -> bool {
        let values = self.written(from, column).zip(self.written(to, column));
        values.is_some_and(|(old, new)| self.refuses(column, old, new))
    }

    /// Whether the platform leaves a value of a column where another one is written that comes before it.
    pub fn refuses(self, column: usize, old: &str, new: &str) -> bool {
        let forward_only = |f: &FieldView<'_>| {
            f.system
                .profile
                .refuses_backwards(&f.object.name, &f.field.name)
        };
        let Some(field) = self.field(column).filter(forward_only) else {
            return false;
        };
        let place = |value: &str| {
            let mut values = field.picklist()?.values.iter();
            values.position(|v| v.value == value)
        };
        place(old)
            .zip(place(new))
            .is_some_and(|(old, new)| new < old)
    }

    /// The column by which records in a stage are closed, as far as the catalogs say so: the last one that shows it.
    pub fn closed_by(self, stage: StageIdx) -> Option<usize> {
        let shows = |c: &usize| !self.lifecycle.cell(stage, *c).is_empty();
        let column = self.columns().rev().find(shows)?;
        let field = self.field(column)?;
        let mut cell = self.lifecycle.cell(stage, column).iter();
        cell.all(|v| is_closed(field.object, &v.value))
            .then_some(column)
    }

    /// The values of a column in which its records are closed, as far as the catalogs say so.
    pub fn closing(self, column: usize) -> impl Iterator<Item = smol_str::SmolStr> {
        let field = self.field(column);
        let values = self
            .lifecycle
            .rows()
            .flat_map(move |(at, _)| self.lifecycle.cell(at, column));
        values
            .filter(move |v| field.is_some_and(|f| is_closed(f.object, &v.value)))
            .map(|v| v.value.clone())
    }

    /// Whether a line permits a system to move from one stage to another.
    pub fn permits(self, from: StageIdx, to: StageIdx, system: SystemId) -> bool {
        self.lifecycle
            .transitions
            .iter()
            .any(|t| t.leaves(from) && t.to.node == to && self.movers(t).contains(&system))
    }
}

fn is_closed(object: &Object, value: &str) -> bool {
    let mut stages = object.pipelines.iter().filter_map(|p| p.stage(value));
    stages.any(|s| s.closed)
}
