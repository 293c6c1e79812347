//! The states that a network can reach, and the steps between them.
//!
//! A network starts with any values that its platforms can have stored, and that are left where the sync saves a record at the
//! first meeting; its pairs are newly met (or recovered, for the regime in
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
//! nothing, so a layer is closed under them, and a loop is found in the first layer that has one. Nothing of a layer is looked
//! at before those below it: a loop that needs little is found soon, however many states there are.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::edits::{Event, effort, events, happen, most_edited};
use super::engine::Engine;
use super::judge::Limits;
use super::network::{BLANK, Cell, Symbol};
use super::run::Run;
use super::state::{Trace, put};
use crate::merge::Shadow;
use crate::model::Phase;

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
    /// The states of the layers that are done, by cost: they are edited later.
    visited: Vec<Vec<u32>>,
    /// What cells can begin with.
    stored: Vec<Vec<Symbol>>,
    /// How the pairs of the present regime begin.
    shadow: Shadow,
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
            visited: Vec::new(),
            stored: Vec::new(),
            shadow: Shadow::FirstMet,
            begun: Vec::new(),
            limits,
            work: 0,
        }
    }

    /// Begins a regime: with every state that the platforms can have stored, and whatever else was met before, with pairs
    /// that have come so far.
    pub fn start(&mut self, shadow: Shadow) -> Result<(), TooMany> {
        let network = self.run.engine.network;
        let derived = |at: usize| {
            let mut rules = network.rules.iter().filter(|r| r.phase == Phase::Derived);
            rules.any(|r| r.effects.iter().any(|e| e.target.index() == at))
        };
        let stored = |(at, cell): (usize, &Cell)| {
            let seeds = cell.stores.iter().take(cell.seeds.into());
            let filled = |v: &Symbol| !derived(at) && *v != cell.empty && *v != BLANK;
            let mut stored: Vec<Symbol> = seeds.copied().filter(filled).collect();
            stored.sort_unstable();
            stored.dedup();
            // what costs nothing comes first
            stored.insert(0, cell.empty);
            stored
        };
        self.stored = network.cells.iter().enumerate().map(stored).collect();
        self.shadow = shadow;
        self.layers.clear();
        self.visited.clear();
        self.begun.clear();
        self.interrupted(shadow)
    }

    /// Adds the states to begin with of which so many cells are filled.
    fn fill(&mut self, count: usize) -> Result<(), TooMany> {
        let lengths: Vec<usize> = self.stored.iter().map(Vec::len).collect();
        for picks in filled(&lengths, count, self.limits.states)? {
            self.run.choices.borrow_mut().first();
            loop {
                self.run.state = self.run.engine.blank();
                for ((at, pick), values) in picks.iter().enumerate().zip(&self.stored) {
                    let value = values.get(*pick).copied().unwrap_or(0);
                    put(&mut self.run.state.cells, at, value);
                }
                self.run.derive();
                self.run.stamp();
                self.begin(self.shadow, count as u32)?;
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
            let filled = self.run.engine.filled(&self.run.state.cells).count();
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
    pub fn meet(&mut self, cost: u32) -> Result<u32, TooMany> {
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

    /// Visits all states of the next layer that has some; none where there is none.
    pub fn layer(&mut self) -> Result<Option<Vec<u32>>, TooMany> {
        let cells = self.run.engine.network.cells.len();
        // no edit is of more cells, or of less than one
        while self.visited.len() <= self.layers.len().max(cells) + cells {
            let cost = self.visited.len();
            self.fill(cost)?;
            self.edit(cost)?;
            let visited = self.close(cost)?;
            self.visited.push(visited.clone());
            if !visited.is_empty() {
                return Ok(Some(visited));
            }
        }
        Ok(None)
    }

    /// Visits the states of a layer, and those that silence leads to from there.
    pub fn close(&mut self, cost: usize) -> Result<Vec<u32>, TooMany> {
        let mut visited = Vec::new();
        while let Some(id) = self.layers.get_mut(cost).and_then(Vec::pop) {
            let open = |n: &&Node| n.cost as usize == cost && n.edges.is_none();
            if self.nodes.get(id as usize).filter(open).is_some() {
                self.visit(id)?;
                visited.push(id);
            }
        }
        Ok(visited)
    }

    /// Lets people edit the states of the layers below in every way that leads to this one.
    fn edit(&mut self, cost: usize) -> Result<(), TooMany> {
        let below = std::mem::take(&mut self.visited);
        let most = most_edited(self.run.engine.network);
        for (effort, nodes) in (1..=most).zip(below.iter().rev()) {
            for id in nodes {
                self.go(*id);
                let edits = events(&self.run);
                for edit in edits.iter().filter(|e| self::effort(e) == effort) {
                    self.happen(*id, edit, cost as u32)?;
                }
            }
        }
        self.visited = below;
        Ok(())
    }

    /// Lets something happen in a state, in every way.
    fn happen(&mut self, id: u32, event: &Event, cost: u32) -> Result<(), TooMany> {
        self.run.choices.borrow_mut().first();
        loop {
            self.go(id);
            happen(&mut self.run, event);
            self.meet(cost)?;
            if !self.run.choices.borrow_mut().next() {
                return Ok(());
            }
        }
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
        if self.run.state.pending == 0 {
            return Ok(());
        }
        self.happen(id, &Event::Pause, node.cost)
    }
}

/// All ways to fill so many of some cells, by positions in their lists, the first of which are the blanks.
fn filled(lengths: &[usize], count: usize, limit: usize) -> Result<Vec<Vec<usize>>, TooMany> {
    let Some((first, more)) = lengths.split_first() else {
        return Ok(vec![Vec::new(); usize::from(count == 0)]);
    };
    let mut all = Vec::new();
    for pick in 0..*first {
        let Some(rest) = count.checked_sub(usize::from(pick != 0)) else {
            break;
        };
        let further = filled(more, rest, limit)?;
        all.extend(further.into_iter().map(|further| {
            let mut picks = vec![pick];
            picks.extend(further);
            picks
        }));
        if all.len() > limit {
            return Err(TooMany);
        }
    }
    Ok(all)
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
