//! The product automaton: the stage of a cluster, which of its columns have a record, and what those show that do not move
//! backwards. Explored breadth first, so that the events that lead to a state are as few as can be.

use std::collections::{BTreeMap, BTreeSet};

use super::{Life, Never};
use crate::model::{StageIdx, SystemId, Transition};

/// Beyond so many states the search ends, and what was not reached counts as reachable.
const MOST: usize = 1 << 17;

/// Something that happens to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody is met, in the first stage.
    Begins {
        /// The column of the record.
        column: usize,
    },
    /// A record of a column comes along, and shows the stage.
    Joins {
        /// The column.
        column: usize,
        /// What it shows.
        stage: StageIdx,
    },
    /// A system moves a column: an edit, or a record that is made.
    Moves {
        /// The line that permits it.
        transition: usize,
        /// Who moves.
        by: SystemId,
        /// The column in which it shows.
        column: usize,
        /// From this stage.
        from: StageIdx,
        /// To this one.
        to: StageIdx,
    },
}

impl Event {
    /// The column of its record.
    pub const fn column(&self) -> usize {
        match *self {
            Self::Begins { column } | Self::Joins { column, .. } | Self::Moves { column, .. } => {
                column
            }
        }
    }
}

/// A state that can be reached, with the event that first led to it.
#[derive(Clone, Debug)]
struct Visit {
    /// The state before; none for those in which somebody begins.
    before: Option<usize>,
    event: Event,
}

/// A write that the platform ignores, since the field does not move backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The state in which the move happens.
    pub visit: usize,
    /// The move.
    pub event: Event,
    /// The line that permits it.
    pub transition: usize,
    /// The column that is not written.
    pub column: usize,
    /// What it shows.
    pub shows: StageIdx,
    /// What it would show.
    pub to: StageIdx,
}

/// Everything that can be reached from the first stage.
#[derive(Debug, Default)]
pub struct Explored {
    visits: Vec<Visit>,
    /// For each stage the first state in it.
    reached: BTreeMap<StageIdx, usize>,
    /// The lines that can be taken, with the stage that they leave.
    pub taken: BTreeSet<(usize, StageIdx)>,
    /// Writes that are refused: the first for each line and column.
    pub refusals: Vec<Refusal>,
    /// The search ended before everything was seen.
    pub cut: Option<usize>,
}

impl Explored {
    /// Whether a stage can be reached, or may be.
    pub fn reaches(&self, stage: StageIdx) -> bool {
        self.cut.is_some() || self.reached.contains_key(&stage)
    }

    /// The events of a shortest way to a stage; none where there is no way.
    pub fn way_to(&self, stage: StageIdx) -> Option<Vec<Event>> {
        self.reached.get(&stage).map(|visit| self.events(*visit))
    }

    /// The events that lead to a state.
    pub fn events(&self, visit: usize) -> Vec<Event> {
        let mut events = Vec::new();
        let mut at = Some(visit);
        while let Some(visit) = at.and_then(|v| self.visits.get(v)) {
            events.push(visit.event);
            at = visit.before;
        }
        events.reverse();
        events
    }
}

/// What a column shows of a cluster.
///
/// Only what cannot move backwards is remembered exactly: of the others it is enough that there is a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    /// What was there has been converted, and nobody can edit it.
    Converted,
    Something,
    Stage(StageIdx),
}

impl Shown {
    /// Whether there is a record that can be written.
    const fn is_there(self) -> bool {
        !matches!(self, Self::Nothing | Self::Converted)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    stage: StageIdx,
    columns: Vec<Shown>,
}

struct Search<'m> {
    life: Life<'m>,
    /// Columns that do not move backwards.
    exact: Vec<bool>,
    /// The lines that leave each stage.
    leaving: BTreeMap<StageIdx, Vec<(usize, &'m Transition)>>,
    seen: BTreeSet<State>,
    states: Vec<State>,
    found: Explored,
}

/// Explores a lifecycle.
pub(super) fn explore(life: Life<'_>, never: &[(usize, Never)]) -> Explored {
    let forward_only = |c: usize| {
        life.field(c).is_some_and(|f| {
            f.system
                .profile
                .refuses_backwards(&f.object.name, &f.field.name)
        })
    };
    let mut leaving: BTreeMap<StageIdx, Vec<(usize, &Transition)>> = BTreeMap::new();
    for (number, t) in life.lifecycle.transitions.iter().enumerate() {
        if !never.iter().any(|(n, _)| *n == number) {
            for from in &t.from {
                leaving.entry(from.node).or_default().push((number, t));
            }
        }
    }
    let mut search = Search {
        life,
        exact: life.columns().map(forward_only).collect(),
        leaving,
        seen: BTreeSet::new(),
        states: Vec::new(),
        found: Explored::default(),
    };
    search.begin();
    let mut at = 0;
    while let Some(state) = search.states.get(at).cloned() {
        if search.states.len() > MOST {
            search.found.cut = Some(search.states.len());
            break;
        }
        search.joins(at, &state);
        search.moves(at, &state);
        at += 1;
    }
    search.found
}

impl<'m> Search<'m> {
    fn begin(&mut self) {
        let first = self.life.lifecycle.first();
        let shows = |c: &usize| !self.life.lifecycle.cell(first, *c).is_empty();
        let column = self.life.columns().find(shows).unwrap_or(0);
        let mut state = State {
            stage: first,
            columns: vec![Shown::Nothing; self.exact.len()],
        };
        self.show(&mut state, column, first);
        self.visit(None, Event::Begins { column }, state);
    }

    fn show(&self, state: &mut State, column: usize, stage: StageIdx) {
        let exact = self.exact.get(column).copied().unwrap_or_default();
        if let Some(slot) = state.columns.get_mut(column) {
            *slot = if exact {
                Shown::Stage(stage)
            } else {
                Shown::Something
            };
        }
    }

    fn visit(&mut self, before: Option<usize>, event: Event, state: State) {
        if !self.seen.insert(state.clone()) {
            return;
        }
        let number = self.found.visits.len();
        self.found.reached.entry(state.stage).or_insert(number);
        self.found.visits.push(Visit { before, event });
        self.states.push(state);
    }

    /// A record that comes along shows the stage, where its column has a value for it.
    fn joins(&mut self, at: usize, state: &State) {
        for column in self.life.columns() {
            let shown = state.columns.get(column).copied().unwrap_or(Shown::Nothing);
            if shown.is_there() || self.life.lifecycle.cell(state.stage, column).is_empty() {
                continue;
            }
            let mut next = state.clone();
            self.show(&mut next, column, state.stage);
            let stage = state.stage;
            self.visit(Some(at), Event::Joins { column, stage }, next);
        }
    }

    fn moves(&mut self, at: usize, state: &State) {
        let lines = self.leaving.get(&state.stage).cloned().unwrap_or_default();
        for (transition, t) in lines {
            for by in self.life.movers(t) {
                let ways = self.life.ways(t, state.stage, by);
                let converted = |c: &usize| state.columns.get(*c) == Some(&Shown::Converted);
                // only where nothing else shows the move a new record is made
                let all = ways.iter().all(converted);
                for column in ways.into_iter().filter(|c| all || !converted(c)) {
                    let event = Event::Moves {
                        transition,
                        by,
                        column,
                        from: state.stage,
                        to: t.to.node,
                    };
                    self.step(at, state, transition, t, event, column);
                }
            }
        }
    }

    /// A move, and what the spec writes after it.
    fn step(
        &mut self,
        at: usize,
        state: &State,
        transition: usize,
        t: &'m Transition,
        event: Event,
        moved: usize,
    ) {
        let mut next = state.clone();
        let there = state.columns.get(moved).is_some_and(|s| s.is_there());
        if t.conversion.is_some() && !there {
            return;
        }
        self.found.taken.insert((transition, state.stage));
        next.stage = t.to.node;
        for column in self.life.columns() {
            let shown = state.columns.get(column).copied().unwrap_or(Shown::Nothing);
            let empty = self.life.lifecycle.cell(t.to.node, column).is_empty();
            if column == moved || (shown.is_there() && !empty) {
                self.show(&mut next, column, t.to.node);
            }
            let Shown::Stage(shows) = shown else { continue };
            let back = !empty && column != moved && self.life.goes_back(column, shows, t.to.node);
            if back && t.clear_first.is_none() {
                self.refuse(Refusal {
                    visit: at,
                    event,
                    transition,
                    column,
                    shows,
                    to: t.to.node,
                });
            }
        }
        if t.conversion.is_some() {
            // what was converted is gone; it may have become records of other columns, which join
            if let Some(slot) = next.columns.get_mut(moved) {
                *slot = Shown::Converted;
            }
        }
        self.visit(Some(at), event, next);
    }

    fn refuse(&mut self, refusal: Refusal) {
        let known = |r: &Refusal| r.transition == refusal.transition && r.column == refusal.column;
        if !self.found.refusals.iter().any(known) {
            self.found.refusals.push(refusal);
        }
    }
}
