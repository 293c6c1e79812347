//! An exhaustive search: all that can be reached, and whether it comes to rest.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Interpreter, Memory, Sets, World};
use accordant::model::Phase;

/// Everything that can be reached, by all edits and rounds.
pub struct Reached<'n> {
    interpreter: Interpreter<'n>,
    /// Saves of all combinations of cells are tried even where nothing reacts to a save.
    thorough: bool,
    known: HashMap<u64, u32, BuildHasherDefault<Plain>>,
    pub worlds: Vec<World>,
    silent: Vec<Vec<(u32, bool, bool)>>,
}

impl<'n> Reached<'n> {
    pub fn new(interpreter: Interpreter<'n>, thorough: bool) -> Self {
        Self {
            interpreter,
            thorough,
            known: HashMap::default(),
            worlds: Vec::new(),
            silent: Vec::new(),
        }
    }

    fn meet(&mut self, w: World) -> u32 {
        let next = self.worlds.len() as u32;
        let id = *self.known.entry(w.number()).or_insert(next);
        if id == next {
            self.worlds.push(w);
        }
        id
    }

    /// The most writing rounds until rest with these beginnings, too; none where something never rests.
    pub fn from(&mut self, memory: Memory) -> Option<u32> {
        // a loss comes at any time
        for at in 0..self.worlds.len() {
            let forgotten = self.interpreter.forgotten(self.worlds[at], memory);
            self.meet(forgotten);
        }
        for start in self.interpreter.starts(memory) {
            self.meet(start);
        }
        while let Some(w) = self.worlds.get(self.silent.len()).copied() {
            let mut steps = Vec::new();
            for (after, wrote) in self.interpreter.round(w) {
                let (list, more) = self.interpreter.pause(after);
                for end in list {
                    steps.push((self.meet(end), wrote, wrote || more));
                }
            }
            self.silent.push(steps);
            for end in self.interpreter.pause(w).0 {
                self.meet(end);
            }
            for (record, sets) in self.interpreter.saves(&w, self.thorough) {
                for end in self.interpreter.edit(w, record, &sets) {
                    self.meet(end);
                }
            }
        }
        eliminate(&self.silent)
    }
}

impl Interpreter<'_> {
    fn starts(&self, memory: Memory) -> Vec<World> {
        let derived: Vec<usize> = (self.net.rules.iter())
            .filter(|r| r.phase == Phase::Derived)
            .flat_map(|r| r.effects.iter().map(|e| e.target.index()))
            .collect();
        let mut list = vec![self.world(&[], memory)];
        for (at, cell) in self.net.cells.iter().enumerate() {
            if derived.contains(&at) {
                continue;
            }
            list = list
                .into_iter()
                .flat_map(|w| {
                    let entered = &cell.stores[..usize::from(cell.seeds)];
                    // where there is no blank, what nobody entered is something else
                    let some = |v: &u16| entered.contains(v) && *v != 0;
                    let all = 0..cell.stores.len() as u16;
                    let stored = all.filter(move |v| *v == cell.empty || some(v));
                    stored.map(move |v| {
                        let mut w = w;
                        w.cells[at] = v as u8;
                        w
                    })
                })
                .collect();
        }
        let derived = list.into_iter().flat_map(|w| self.derive(w)).collect();
        let stamped = (0..self.net.records.len()).filter(|r| self.net.records[*r].stamped);
        stamped.fold(derived, |worlds, record| {
            self.each(worlds, |w| self.stamp(w, record))
        })
    }

    /// The sync saves a record, and nothing waits any more.
    fn stamp(&self, w: World, record: usize) -> Vec<World> {
        let worlds = self.save(Self::of_sync(w), record, &[], false).into_iter();
        let begun = worlds.map(|w| World {
            waiting: [false; super::RULES],
            ..Self::fresh(w)
        });
        begun.collect()
    }

    /// The same cells, and nothing else of what was.
    fn forgotten(&self, w: World, memory: Memory) -> World {
        let cells = w.cells.map(u16::from);
        self.world(&cells, memory)
    }

    fn saves(&self, w: &World, thorough: bool) -> Vec<(usize, Sets)> {
        let mut out = Vec::new();
        for record in 0..self.net.records.len() {
            let reacts = self
                .net
                .rules
                .iter()
                .any(|r| r.record.index() == record && r.phase != Phase::Derived);
            let cells: Vec<usize> = (0..self.net.cells.len())
                .filter(|c| {
                    self.net.cells[*c].record.index() == record && self.net.cells[*c].edited
                })
                .collect();
            let mut lists: Vec<Sets> = vec![Vec::new()];
            for cell in cells {
                let mut more = lists.clone();
                for value in 0..self.net.cells[cell].seeds as u8 {
                    let none = value == 0 && self.net.cells[cell].empty != 0;
                    if value != w.cells[cell] && !none {
                        for list in &lists {
                            if thorough || reacts || list.is_empty() {
                                more.push([&list[..], &[(cell, value)]].concat());
                            }
                        }
                    }
                }
                lists = more;
            }
            out.extend(lists.into_iter().map(|sets| (record, sets)));
        }
        out
    }
}

/// A state whose silent steps all lead to states that come to rest comes to rest, too: what is never reached so does not.
fn eliminate(silent: &[Vec<(u32, bool, bool)>]) -> Option<u32> {
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); silent.len()];
    let mut open: Vec<usize> = vec![0; silent.len()];
    for (from, steps) in silent.iter().enumerate() {
        for (to, _, moved) in steps {
            if *to as usize != from || *moved {
                before[*to as usize].push(from as u32);
                open[from] += 1;
            }
        }
    }
    let mut ready: Vec<u32> = (0..silent.len() as u32)
        .filter(|n| open[*n as usize] == 0)
        .collect();
    let mut rounds = vec![0; silent.len()];
    let mut at = 0;
    while at < ready.len() {
        let node = ready[at] as usize;
        at += 1;
        let ends = silent[node].iter().filter(|(to, ..)| *to as usize != node);
        rounds[node] = ends
            .map(|(to, wrote, _)| rounds[*to as usize] + u32::from(*wrote))
            .max()
            .unwrap_or(0);
        for from in &before[node] {
            open[*from as usize] -= 1;
            if open[*from as usize] == 0 {
                ready.push(*from);
            }
        }
    }
    (ready.len() == silent.len()).then(|| rounds.into_iter().max().unwrap_or(0))
}

#[derive(Default)]
pub struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed")
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (n ^ n >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
}
