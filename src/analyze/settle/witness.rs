//! The shortest story of a loop: how it begins, what people do, and the rounds until one repeats; or of values that have no
//! end: the first rounds that make them.
//!
//! Shortest is: the fewest cells filled or edited, then the fewest rounds that move something and pauses before them, then the
//! fewest values that are there before anything happens, then the first values of the domains. The search is Dijkstra's over
//! states that were met. Of the stories in which people wait until all is at rest before they go on one is told, if there is
//! one: these are what a test can tell.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::edits::{Event, effort, events, happen};
use super::engine::{Act, Engine};
use super::loops::Loops;
use super::network::{CellId, RecordId, Symbol};
use super::run::{Choices, Run};
use super::space::Space;
use crate::side::Side;

/// A run of a network that never comes to rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The cells that it is about. The others are blank in the beginning and have no part in it, whatever they do.
    pub about: Vec<CellId>,
    /// How the pairs begin: met by a match key, or recovered without what was remembered of them.
    pub begin: Begin,
    /// What the cells hold at the beginning.
    pub given: Vec<Symbol>,
    /// Which side is the newer one in every conflict; none: the edits have no order.
    pub newer: Option<Side>,
    /// What happens, one after the other.
    pub steps: Vec<Step>,
    /// Whether people go on before all is at rest: no test tells that.
    pub hasty: bool,
    /// What people do ends before this step: the last one leads to where the network was then, or values grow from it on.
    pub again: usize,
    /// The rounds from there until it is so again; 0 where each round makes another value.
    pub period: usize,
}

/// How the pairs of a witness begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// They are met by a match key.
    Met,
    /// They are linked, and what was remembered of them is lost.
    Recovered,
}

/// One step of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub kind: StepKind,
    /// What the rows and automations then did, in their order.
    pub acts: Vec<Act>,
    /// What the cells hold afterwards.
    pub cells: Vec<Symbol>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A person saves a record with these values; without values, with a change of something that is not here.
    Edit(RecordId, Vec<(CellId, Symbol)>),
    /// Automations that run later run.
    Pause,
    /// The plan runs, then automations that run later.
    Round,
}

/// How a state was come by.
#[derive(Clone, Debug)]
enum How {
    Start,
    Event(Event),
    Round,
}

/// When people may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// Once all is at rest.
    Patient,
    /// Whenever they like.
    Hasty,
}

/// How a state was come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Come {
    /// Rounds have to follow.
    Bound,
    /// People may go on.
    Free,
}

/// A state on the way, the one before it, and the choices in between.
struct Entry {
    node: u32,
    from: usize,
    how: How,
    choices: Choices,
}

/// The rounds that follow what people do, by their choices, and how many of them lead back to where they began.
type Course = (Vec<Choices>, usize);

/// The shortest story that leads into these states, from the first of which it goes on as told.
pub(super) fn story<'e, 'n>(
    space: &mut Space<'e, 'n>,
    moving: &[u32],
    begin: Begin,
    newer: Option<Side>,
    goes_on: impl FnOnce(&mut Space<'e, 'n>, u32) -> Option<Course>,
) -> Option<Witness> {
    let begun = space.begun.clone();
    let patient = way(space, &begun, moving, Pace::Patient);
    let hasty = patient.is_none();
    let (entries, last) = patient.or_else(|| way(space, &begun, moving, Pace::Hasty))?;
    let target = entries.get(last)?.node;
    let (rounds, period) = goes_on(space, target)?;
    let mut path = Vec::new();
    let mut at = last;
    let given = loop {
        let entry = entries.get(at)?;
        if matches!(entry.how, How::Start) {
            space.go(entry.node);
            break space.run.state.clone();
        }
        path.push((&entry.how, &entry.choices));
        at = entry.from;
    };
    path.reverse();
    let again = path.len();
    path.extend(rounds.iter().map(|choices| (&How::Round, choices)));
    let mut witness = Witness {
        about: (0..given.cells.len()).map(|at| CellId(at as u16)).collect(),
        begin,
        given: given.cells.clone(),
        newer,
        steps: Vec::new(),
        hasty,
        again,
        period,
    };
    let mut run = Run::new(space.run.engine);
    run.state = given;
    for (how, choices) in path {
        witness.steps.push(told(&mut run, how, choices));
    }
    Some(witness)
}

/// Does a step and tells it.
fn told(run: &mut Run<'_, '_>, how: &How, choices: &Choices) -> Step {
    run.choices.replace(choices.again());
    run.log = Some(Vec::new());
    let kind = match how {
        How::Event(event) => {
            happen(run, event);
            match event {
                Event::Pause => StepKind::Pause,
                Event::Save(record, values) => {
                    let values = values.iter().map(|(cell, v)| (CellId(*cell as u16), *v));
                    StepKind::Edit(RecordId(*record as u16), values.collect())
                }
            }
        }
        How::Start | How::Round => {
            run.round();
            run.pause();
            StepKind::Round
        }
    };
    Step {
        kind,
        acts: run.log.take().unwrap_or_default(),
        cells: run.state.cells.clone(),
    }
}

/// Dijkstra's search from the beginnings to the first of these states.
fn way(
    space: &mut Space<'_, '_>,
    begun: &[u32],
    moving: &[u32],
    pace: Pace,
) -> Option<(Vec<Entry>, usize)> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut heap = BinaryHeap::new();
    let mut begun = begun.to_vec();
    begun.sort_unstable_by_key(|id| space.nodes.get(*id as usize).map(|n| n.packed));
    begun.dedup();
    for node in begun {
        space.go(node);
        let given = filled(space.run.engine, &space.run.state.cells);
        heap.push(Reverse((given, 0, given, entries.len())));
        entries.push(Entry {
            node,
            from: 0,
            how: How::Start,
            choices: Choices::default(),
        });
    }
    let mut done = vec![None; space.nodes.len()];
    while let Some(Reverse((cost, rounds, given, at))) = heap.pop() {
        let entry = entries.get(at)?;
        let node = entry.node;
        let stamped = space.run.engine.network.records.iter().any(|r| r.stamped);
        let goes_on = match entry.how {
            How::Start => stamped,
            How::Event(_) => false,
            How::Round => true,
        };
        let rest = pace == Pace::Hasty
            || !goes_on
            || space.steps(node).iter().all(|e| !e.moved && e.to == node);
        let known = done.get_mut(node as usize)?;
        let come = if rest { Come::Free } else { Come::Bound };
        if known.is_some_and(|k| k >= come) {
            continue;
        }
        *known = Some(come);
        if moving.binary_search(&node).is_ok() {
            return Some((entries, at));
        }
        space.go(node);
        let mut hows: Vec<How> = Vec::new();
        if rest {
            hows.extend(events(&space.run).into_iter().map(How::Event));
        }
        hows.push(How::Round);
        for how in hows {
            space.run.choices.borrow_mut().first();
            loop {
                space.go(node);
                let (more, moved) = match &how {
                    How::Event(event) => {
                        happen(&mut space.run, event);
                        (effort(event), u32::from(*event == Event::Pause))
                    }
                    How::Start | How::Round => {
                        let wrote = space.run.round();
                        let moved = space.run.pause() || wrote;
                        (0, u32::from(moved))
                    }
                };
                if let Some(to) = space.find()
                    && done
                        .get(to as usize)
                        .is_some_and(|d| *d != Some(Come::Free))
                {
                    heap.push(Reverse((cost + more, rounds + moved, given, entries.len())));
                    entries.push(Entry {
                        node: to,
                        from: at,
                        how: how.clone(),
                        choices: space.run.choices.borrow().again(),
                    });
                }
                if !space.run.choices.borrow_mut().next() {
                    break;
                }
            }
        }
    }
    None
}

/// The cells that hold something, derived ones left out.
fn filled(engine: &Engine<'_>, cells: &[Symbol]) -> u32 {
    let derived = |at: &usize| {
        engine.derived.iter().any(|rule| {
            let rule = engine.network.rules.get(*rule);
            rule.is_some_and(|r| r.effects.iter().any(|e| e.target.index() == *at))
        })
    };
    engine.filled(cells).filter(|at| !derived(at)).count() as u32
}

/// The choices of the fewest rounds that lead from a state back to itself with something moving among them.
pub(super) fn circle(space: &mut Space<'_, '_>, target: u32, moving: &[u32]) -> Option<Course> {
    let mut from: HashMap<(u32, bool), ((u32, bool), Choices)> = HashMap::new();
    let mut queue = VecDeque::from([(target, false)]);
    while let Some((node, moved)) = queue.pop_front() {
        space.run.choices.borrow_mut().first();
        loop {
            space.go(node);
            let wrote = space.run.round();
            let moved_now = space.run.pause() || wrote || moved;
            if let Some(to) = space.find()
                && moving.binary_search(&to).is_ok()
                && !from.contains_key(&(to, moved_now))
            {
                let choices = space.run.choices.borrow().again();
                from.insert((to, moved_now), ((node, moved), choices));
                if (to, moved_now) == (target, true) {
                    let circle = back(from, target);
                    let period = circle.len();
                    return Some((circle, period));
                }
                queue.push_back((to, moved_now));
            }
            if !space.run.choices.borrow_mut().next() {
                break;
            }
        }
    }
    None
}

/// The choices of as many rounds as count for endless, of the longest course from a state. It leads back to nowhere.
pub(super) fn course(space: &mut Space<'_, '_>, loops: &Loops, from: u32) -> Option<Course> {
    let mut rounds = Vec::new();
    let mut node = from;
    while rounds.len() < space.limits.rounds as usize {
        let steps = space.steps(node);
        let longest = (0..steps.len()).max_by_key(|at| {
            let edge = steps.get(*at);
            let rest = edge.map(|e| loops.moves(e.to) + u32::from(e.moved));
            (rest, edge.is_some_and(|e| e.wrote), Reverse(*at))
        })?;
        space.run.choices.borrow_mut().first();
        space.go(node);
        for _ in 0..longest {
            space.run.round();
            space.run.pause();
            space.run.choices.borrow_mut().next();
            space.go(node);
        }
        space.run.round();
        space.run.pause();
        node = space.find()?;
        rounds.push(space.run.choices.borrow().again());
    }
    Some((rounds, 0))
}

fn back(mut from: HashMap<(u32, bool), ((u32, bool), Choices)>, target: u32) -> Vec<Choices> {
    let mut circle = Vec::new();
    let mut at = (target, true);
    while let Some((before, choices)) = from.remove(&at) {
        circle.push(choices);
        at = before;
        if at == (target, false) {
            break;
        }
    }
    circle.reverse();
    circle
}
