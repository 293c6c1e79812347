//! The states that a network can reach, and the steps between them.
//!
//! A network starts with any values that its platforms can have stored, its pairs newly met (or recovered, for the regime in
//! which what was remembered is lost: once, at any time). From every state people may save any record with any values, or
//! time may pass, or the plan runs: edits may come between any two rounds, not only at rest. Where silence begins, only
//! rounds with their pauses are left: these are the **silent** steps, and they are the ones that are kept.
//!
//! *Any values* are the [seeds](super::network::Cell::seeds) of a cell. Where values are made of others without an end, a
//! search that let people enter each of them would try all their combinations, and each is like a seed: what is made of it
//! was made of the seed a step later. The price: a loop that only a value beside the seeds leads into, which no writer makes
//! of a seed, is not found there; that such a part settles is proved by other means, or not said.
//!
//! States are explored in layers of equal effort: how many cells had to be filled or edited to get there. Silent steps cost
//! nothing, so a layer is closed under them, and a loop is found in the first layer that has one.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::engine::Engine;
use super::judge::Limits;
use super::network::Symbol;
use super::run::{Run, Write};
use super::state::{Trace, put};
use crate::merge::Shadow;
use crate::model::Phase;

/// What a person, or time, does between two rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A record is saved with these values, by cell. Without values something is saved that is not here.
    Save(usize, Vec<(usize, Symbol)>),
    /// Rules that run later run before the next round.
    Pause,
}

/// A silent step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub to: u32,
    /// A row wrote something.
    pub wrote: bool,
    /// A row wrote something, or a rule ran later.
    pub moved: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub packed: u128,
    pub cost: u32,
    /// Its silent steps, once it was visited.
    pub edges: Option<(u32, u32)>,
}

/// The states that were met, and the silent steps between them.
pub(super) struct Space<'e, 'n> {
    pub run: Run<'e, 'n>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    index: HashMap<u128, u32, BuildHasherDefault<Mix>>,
    /// States to be visited, by cost.
    layers: Vec<Vec<u32>>,
    /// The states that the present regime begins with.
    pub begun: Vec<u32>,
    pub limits: Limits,
    /// How many steps were taken.
    work: usize,
}

/// There are more states, or steps, than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl<'e, 'n> Space<'e, 'n> {
    pub fn new(engine: &'e Engine<'n>, limits: Limits) -> Self {
        Self {
            run: Run::new(engine),
            nodes: Vec::new(),
            edges: Vec::new(),
            index: HashMap::default(),
            layers: Vec::new(),
            begun: Vec::new(),
            limits,
            work: 0,
        }
    }

    /// Adds every state that the platforms can have stored, and whatever else was met before, with pairs that have come so
    /// far.
    pub fn start(&mut self, shadow: Shadow) -> Result<(), TooMany> {
        let engine = self.run.engine;
        let network = engine.network;
        let derived = |at: usize| {
            let mut rules = network.rules.iter().filter(|r| r.phase == Phase::Derived);
            rules.any(|r| r.effects.iter().any(|e| e.target.index() == at))
        };
        let values: Vec<Vec<Symbol>> = (0..)
            .zip(&network.cells)
            .map(|(at, cell)| {
                let seeds = cell.stores.iter().take(cell.seeds.into());
                let mut stored: Vec<Symbol> = seeds.copied().collect();
                stored.push(0);
                stored.sort_unstable();
                stored.dedup();
                if derived(at) { vec![0] } else { stored }
            })
            .collect();
        let all = values
            .iter()
            .try_fold(1_usize, |n, v| n.checked_mul(v.len()));
        if all.is_none_or(|all| all > self.limits.states) {
            return Err(TooMany);
        }
        self.begun.clear();
        self.interrupted(shadow)?;
        let mut combination = Combination::new(values.iter().map(Vec::len));
        while let Some(picks) = combination.next() {
            self.run.choices.borrow_mut().first();
            loop {
                self.run.state = engine.blank();
                for ((at, pick), values) in picks.iter().enumerate().zip(&values) {
                    put(
                        &mut self.run.state.cells,
                        at,
                        values.get(*pick).copied().unwrap_or(0),
                    );
                }
                let filled = self.run.state.cells.iter().filter(|v| **v != 0).count();
                self.run.derive();
                self.begin(shadow, filled as u32)?;
                if !self.run.choices.borrow_mut().next() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Adds every state that was met before, without what was remembered in it. Where every value is a seed, these are states
    /// that a network starts with in any case.
    fn interrupted(&mut self, shadow: Shadow) -> Result<(), TooMany> {
        let cells = &self.run.engine.network.cells;
        if cells.iter().all(|c| usize::from(c.seeds) >= c.size()) {
            return Ok(());
        }
        for node in 0..self.nodes.len() as u32 {
            self.go(node);
            self.run.state.pending = 0;
            let filled = self.run.state.cells.iter().filter(|v| **v != 0).count();
            self.begin(shadow, filled as u32)?;
        }
        Ok(())
    }

    /// The state that the run is in is one to begin with.
    fn begin(&mut self, shadow: Shadow, cost: u32) -> Result<(), TooMany> {
        self.run.state.traces.fill(Trace::without(shadow));
        let node = self.meet(cost)?;
        self.begun.push(node);
        Ok(())
    }

    /// The number of the state that the run is in, if it was met.
    pub fn find(&self) -> Option<u32> {
        self.index
            .get(&self.run.engine.layout.pack(&self.run.state))
            .copied()
    }

    /// Goes to a state.
    pub fn go(&mut self, node: u32) {
        if let Some(node) = self.nodes.get(node as usize) {
            self.run
                .engine
                .layout
                .unpack(node.packed, &mut self.run.state);
        }
    }

    /// Whether a cell holds what stands for all values beyond the last one.
    pub fn is_beyond(&self, node: u32) -> bool {
        let engine = self.run.engine;
        let mut state = engine.blank();
        if let Some(node) = self.nodes.get(node as usize) {
            engine.layout.unpack(node.packed, &mut state);
        }
        let mut cells = engine.network.cells.iter().zip(&state.cells);
        cells.any(|(cell, held)| cell.open && usize::from(*held) + 1 == cell.size())
    }

    /// The silent steps of a state that was visited.
    pub fn steps(&self, node: u32) -> &[Edge] {
        let edges = self.nodes.get(node as usize).and_then(|n| n.edges);
        let (first, last) = edges.unwrap_or_default();
        self.edges
            .get(first as usize..last as usize)
            .unwrap_or_default()
    }

    /// The state that the run is in was reached with so much effort.
    fn meet(&mut self, cost: u32) -> Result<u32, TooMany> {
        let packed = self.run.engine.layout.pack(&self.run.state);
        let next = self.nodes.len() as u32;
        let id = *self.index.entry(packed).or_insert(next);
        self.work += 1;
        if id == next {
            if self.nodes.len() >= self.limits.states {
                return Err(TooMany);
            }
            self.nodes.push(Node {
                packed,
                cost,
                edges: None,
            });
        } else {
            match self.nodes.get_mut(id as usize) {
                Some(node) if cost < node.cost => node.cost = cost,
                _ => return Ok(id),
            }
        }
        let layer = cost as usize;
        if self.layers.len() <= layer {
            self.layers.resize_with(layer + 1, Vec::new);
        }
        if let Some(layer) = self.layers.get_mut(layer) {
            layer.push(id);
        }
        // An environment of many choices makes few states and many steps.
        if self.work > self.limits.steps {
            return Err(TooMany);
        }
        Ok(id)
    }

    /// Visits all states of the next layer; none where there is none.
    pub fn layer(&mut self) -> Result<Option<Vec<u32>>, TooMany> {
        let Some(cost) = self.layers.iter().position(|l| !l.is_empty()) else {
            return Ok(None);
        };
        let mut visited = Vec::new();
        while let Some(id) = self.layers.get_mut(cost).and_then(Vec::pop) {
            let open = |n: &&Node| n.cost as usize == cost && n.edges.is_none();
            if self.nodes.get(id as usize).filter(open).is_some() {
                self.visit(id)?;
                visited.push(id);
            }
        }
        Ok(Some(visited))
    }

    fn visit(&mut self, id: u32) -> Result<(), TooMany> {
        let Some(node) = self.nodes.get(id as usize).copied() else {
            return Ok(());
        };
        let first = self.edges.len() as u32;
        self.run.choices.borrow_mut().first();
        loop {
            self.go(id);
            let wrote = self.run.round();
            let moved = self.run.pause() || wrote;
            let to = self.meet(node.cost)?;
            self.edges.push(Edge { to, wrote, moved });
            if !self.run.choices.borrow_mut().next() {
                break;
            }
        }
        let last = self.edges.len() as u32;
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.edges = Some((first, last));
        }
        self.go(id);
        for event in events(&self.run) {
            self.run.choices.borrow_mut().first();
            loop {
                self.go(id);
                happen(&mut self.run, &event);
                self.meet(node.cost + effort(&event))?;
                if !self.run.choices.borrow_mut().next() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// How much a person had to do for it.
pub(super) fn effort(event: &Event) -> u32 {
    match event {
        Event::Save(_, values) => values.len().max(1) as u32,
        Event::Pause => 0,
    }
}

/// Lets something happen.
pub(super) fn happen(run: &mut Run<'_, '_>, event: &Event) {
    match event {
        Event::Pause => {
            run.pause();
        }
        Event::Save(record, values) => {
            let writes: Vec<Write> = values.iter().map(|(cell, v)| (*cell, *v, None)).collect();
            run.edit(*record, &writes);
        }
    }
}

/// What can happen in the state that a run is in.
///
/// Where nothing reacts to the saves of a record, saves of single cells reach what saves of several do.
pub(super) fn events(run: &Run<'_, '_>) -> Vec<Event> {
    let network = run.engine.network;
    let mut events = Vec::new();
    if run.state.pending != 0 {
        events.push(Event::Pause);
    }
    for record in 0..network.records.len() {
        let own = |(_, c): &(usize, &super::network::Cell)| c.record.index() == record && c.edited;
        let cells = network.cells.iter().enumerate().filter(own);
        let cells: Vec<(usize, Symbol, Symbol)> =
            cells.map(|(at, c)| (at, run.cell(at), c.seeds)).collect();
        if run.engine.reacts(record) {
            // a value that nobody enters can be left as it is
            let picks = cells
                .iter()
                .map(|(_, held, seeds)| usize::from(*seeds) + usize::from(held >= seeds));
            let mut combination = Combination::new(picks);
            while let Some(picks) = combination.next() {
                let edits = cells.iter().zip(picks).map(|(c, p)| (c, *p as Symbol));
                let edits = edits.filter(|((_, held, seeds), new)| new != held && new < seeds);
                events.push(Event::Save(
                    record,
                    edits.map(|((at, ..), new)| (*at, new)).collect(),
                ));
            }
        } else {
            for (at, held, seeds) in cells {
                let new = (0..seeds).filter(|v| *v != held);
                events.extend(new.map(|v| Event::Save(record, vec![(at, v)])));
            }
        }
    }
    events
}

/// All combinations of positions in lists of these lengths, the last of which counts fastest.
pub(super) struct Combination {
    lengths: Vec<usize>,
    picks: Vec<usize>,
    begun: bool,
}

impl Combination {
    pub fn new(lengths: impl Iterator<Item = usize>) -> Self {
        let lengths: Vec<usize> = lengths.collect();
        Self {
            picks: vec![0; lengths.len()],
            lengths,
            begun: false,
        }
    }

    pub fn next(&mut self) -> Option<&[usize]> {
        if !self.begun {
            self.begun = true;
            return (!self.lengths.contains(&0)).then_some(&self.picks);
        }
        for (pick, length) in self.picks.iter_mut().zip(&self.lengths).rev() {
            *pick += 1;
            if *pick < *length {
                return Some(&self.picks);
            }
            *pick = 0;
        }
        None
    }
}

/// A hasher for numbers that are distinct already.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 29;
    }

    fn write_u128(&mut self, number: u128) {
        self.write_u64(number as u64);
        self.write_u64((number >> 64) as u64);
    }
}
