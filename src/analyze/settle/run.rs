//! A network in motion: guards, saves, rounds and pauses, as [`engine`](super::engine) defines them.

use std::cell::RefCell;

use super::engine::{Act, Engine, Unknown, look_up};
use super::network::{CellId, Guard, RuleId, Source, Symbol, Writer};
use super::state::{State, put};
use crate::model::{Entry, StartedBy};

/// A sequence of choices, and the way to the next one: depth first, the last choice counts fastest.
#[derive(Debug, Default)]
pub(super) struct Choices {
    picks: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    fn choose(&mut self, of: usize) -> usize {
        if of <= 1 {
            return 0;
        }
        if self.at == self.picks.len() {
            self.picks.push((0, of));
        }
        self.at += 1;
        self.picks.get(self.at - 1).map_or(0, |(pick, _)| *pick)
    }

    /// These choices, to be taken once more.
    pub fn again(&self) -> Self {
        Self {
            picks: self.picks.clone(),
            at: 0,
        }
    }

    /// Starts over.
    pub fn first(&mut self) {
        self.picks.clear();
        self.at = 0;
    }

    /// Goes on to the next sequence, if there is one.
    pub fn next(&mut self) -> bool {
        self.at = 0;
        while let Some((pick, of)) = self.picks.pop() {
            if pick + 1 < of {
                self.picks.push((pick + 1, of));
                return true;
            }
        }
        false
    }
}

/// Of what moment a guard is asked, and what *changed* means in it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// Now, within the save that began with the cells at this place of the stack.
    Save(usize),
    /// Before that save.
    Before(usize),
    /// Now, by a row of this sync.
    Sync(usize),
    /// Now, after what started it is forgotten.
    Later,
}

/// A network in motion. It is made once and used for many steps.
pub(super) struct Run<'e, 'n> {
    pub engine: &'e Engine<'n>,
    pub state: State,
    pub choices: RefCell<Choices>,
    /// What was done, where somebody wants to know.
    pub log: Option<Vec<Act>>,
    /// Whose transaction it is.
    by: StartedBy,
    /// How often each rule ran in this transaction.
    runs: Vec<u8>,
    /// The cells before each save that has begun.
    stack: Vec<Symbol>,
}

/// A value for a cell, and who writes it: nobody is a person.
pub(super) type Write = (usize, Symbol, Option<Writer>);

impl<'e, 'n> Run<'e, 'n> {
    pub fn new(engine: &'e Engine<'n>) -> Self {
        Self {
            engine,
            state: engine.blank(),
            choices: RefCell::default(),
            log: None,
            by: StartedBy::People,
            runs: vec![0; engine.network.rules.len()],
            stack: Vec::new(),
        }
    }

    pub(super) fn cell(&self, at: usize) -> Symbol {
        self.state.cells.get(at).copied().unwrap_or(0)
    }

    fn before(&self, base: usize, at: usize) -> Symbol {
        self.stack.get(base + at).copied().unwrap_or(0)
    }

    pub(super) fn choose(&self, of: usize) -> usize {
        self.choices.borrow_mut().choose(of)
    }

    pub(super) fn holds(&self, guard: &Guard, asked: Asked) -> bool {
        self.holds_if(guard, asked, false)
    }

    /// Whether a guard holds; `inert` is what it is of an unknown part that does nothing.
    fn holds_if(&self, guard: &Guard, asked: Asked, inert: bool) -> bool {
        let value = |cell: CellId| match asked {
            Asked::Before(base) => self.before(base, cell.index()),
            Asked::Save(_) | Asked::Sync(_) | Asked::Later => self.cell(cell.index()),
        };
        let unknown = |inert| match self.engine.unknown {
            Unknown::Free => self.choose(2) == 1,
            Unknown::Inert(_) => inert,
        };
        match guard {
            Guard::Always => true,
            Guard::In(cell, values) | Guard::Bound(cell, values) => values.contains(&value(*cell)),
            Guard::Changed(cell) => match asked {
                Asked::Save(base) => self.before(base, cell.index()) != value(*cell),
                Asked::Before(_) => false,
                Asked::Sync(sync) => self.differs(sync, *cell),
                Asked::Later => unknown(false),
            },
            Guard::Before(inner) => match asked {
                Asked::Save(base) | Asked::Before(base) => {
                    self.holds_if(inner, Asked::Before(base), inert)
                }
                Asked::Sync(_) => self.holds_if(inner, asked, inert),
                Asked::Later => unknown(inert),
            },
            Guard::Where(table) => {
                look_up(table, self.engine.network, value).is_some_and(|v| v != 0)
            }
            Guard::Not(inner) => !self.holds_if(inner, asked, !inert),
            Guard::All(parts) => parts.iter().all(|g| self.holds_if(g, asked, inert)),
            Guard::Any(parts) => parts.iter().any(|g| self.holds_if(g, asked, inert)),
            Guard::Unknown => unknown(inert),
        }
    }

    fn value(&self, source: &Source) -> Option<Symbol> {
        match source {
            Source::Constant(value) => Some(*value),
            Source::Table(table) => {
                look_up(table, self.engine.network, |cell| self.cell(cell.index()))
            }
            Source::Unknown(_) if self.engine.unknown != Unknown::Free => None,
            Source::Unknown(values) => values.get(self.choose(values.len())).copied(),
        }
    }

    /// Whether a save starts a rule.
    fn starts(&self, rule: usize, base: usize) -> bool {
        let Some(rule) = self.engine.network.rules.get(rule) else {
            return false;
        };
        let changed = |c: &CellId| self.before(base, c.index()) != self.cell(c.index());
        rule.by.includes(self.by)
            && (rule.starts.is_empty() || rule.starts.iter().any(changed))
            && self.holds(&rule.guard, Asked::Save(base))
            && (rule.entry == Entry::EveryTime || !self.holds(&rule.guard, Asked::Before(base)))
    }

    /// Whether a cell moves forward only, and this value is further back than the other one, which is stored.
    fn refuses(&self, cell: usize, stored: Symbol, value: Symbol) -> bool {
        let forward = self.engine.network.cells.get(cell);
        let place = |value: Symbol| {
            let places = forward?.forward.as_ref()?;
            places.get(usize::from(value)).copied().flatten()
        };
        let old = place(stored);
        old.zip(place(value)).is_some_and(|(old, new)| new < old)
    }

    /// Begins a transaction of somebody.
    fn transaction(&mut self, by: StartedBy) {
        self.by = by;
        self.runs.fill(0);
    }

    pub(super) fn save(&mut self, record: usize, writes: &[Write]) {
        let engine = self.engine;
        let base = self.stack.len();
        self.stack.extend_from_slice(&self.state.cells);
        let logged = self.log.as_ref().map_or(0, Vec::len);
        let mut assigned = 0_u64;
        for (cell, value, writer) in writes {
            let refused = writer.is_some() && self.refuses(*cell, self.before(base, *cell), *value);
            self.note(*writer, *cell, *value);
            if !refused && assigned >> cell & 1 == 0 {
                assigned |= 1 << cell;
                put(&mut self.state.cells, *cell, *value);
            }
        }
        let rules = engine.by_record.get(record);
        let saved = writes.is_empty() || assigned != 0;
        if saved && let Some(rules) = rules {
            for rule in &rules.before {
                if self.starts(*rule, base) {
                    self.assign(*rule, base, &mut assigned);
                }
            }
        }
        self.store(assigned);
        self.fill(logged);
        if saved && let Some(rules) = rules {
            for rule in &rules.later {
                if self.starts(*rule, base) {
                    self.state.pending |= 1 << rule;
                }
            }
            for rule in &rules.after {
                let limit = engine.network.rules.get(*rule).map_or(0, |r| r.limit);
                let runs = self.runs.get(*rule).copied().unwrap_or(0);
                if runs < limit && self.starts(*rule, base) {
                    put(&mut self.runs, *rule, runs + 1);
                    self.effects(*rule, Asked::Save(base));
                }
            }
        }
        self.stack.truncate(base);
    }

    /// What a rule before a save assigns.
    fn assign(&mut self, at: usize, base: usize, assigned: &mut u64) {
        let Some(rule) = self.engine.network.rules.get(at) else {
            return;
        };
        let active = rule.effects.iter();
        let active = active.filter(|e| self.holds(&e.when, Asked::Save(base)));
        let values: Vec<(usize, Symbol)> = active
            .filter_map(|e| Some((e.target.index(), self.value(&e.value)?)))
            .collect();
        for (cell, value) in values {
            if !self.refuses(cell, self.before(base, cell), value) {
                self.note(Some(Writer::Rule(RuleId(at as u16))), cell, value);
                *assigned |= 1 << cell;
                put(&mut self.state.cells, cell, value);
            }
        }
    }

    /// The platform stores what was assigned.
    fn store(&mut self, assigned: u64) {
        let mut rest = assigned;
        while rest != 0 {
            let cell = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let value = usize::from(self.cell(cell));
            let stores = self.engine.network.cells.get(cell);
            let stored = stores.and_then(|c| c.stores.get(value)).copied();
            let stored = stored.unwrap_or_default();
            put(&mut self.state.cells, cell, stored);
        }
        self.derive();
    }

    /// Saves what the sync saves at the first meeting, whatever its rows write. What waits then has run when a story begins.
    pub fn stamp(&mut self) {
        for (at, record) in self.engine.network.records.iter().enumerate() {
            if record.stamped {
                self.transaction(StartedBy::Sync);
                self.save(at, &[]);
                self.state.pending = 0;
            }
        }
    }

    /// Computes derived cells: each is blank but for the last of its effects whose condition holds.
    pub fn derive(&mut self) {
        let engine = self.engine;
        for rule in &engine.derived {
            let Some(rule) = engine.network.rules.get(*rule) else {
                continue;
            };
            let holds = self.holds(&rule.guard, Asked::Later);
            for effect in &rule.effects {
                put(&mut self.state.cells, effect.target.index(), 0);
            }
            for effect in rule.effects.iter().filter(|_| holds) {
                if self.holds(&effect.when, Asked::Later) {
                    let value = self.value(&effect.value).unwrap_or_default();
                    put(&mut self.state.cells, effect.target.index(), value);
                }
            }
        }
    }

    /// Saves what a rule writes, record by record.
    fn effects(&mut self, at: usize, asked: Asked) {
        let network = self.engine.network;
        let Some(rule) = network.rules.get(at) else {
            return;
        };
        let writer = Some(Writer::Rule(RuleId(at as u16)));
        let mut saves: Vec<(usize, Vec<Write>)> = Vec::new();
        let mut cleared: Vec<usize> = Vec::new();
        for effect in &rule.effects {
            let cell = effect.target.index();
            let Some(record) = network.cells.get(cell).map(|c| c.record.index()) else {
                continue;
            };
            if !self.holds(&effect.when, asked) {
                continue;
            }
            let Some(value) = self.value(&effect.value) else {
                continue;
            };
            let at = saves.iter().position(|(r, _)| *r == record);
            let at = at.unwrap_or_else(|| {
                saves.push((record, Vec::new()));
                saves.len() - 1
            });
            if let Some((_, writes)) = saves.get_mut(at) {
                writes.retain(|(c, _, _)| *c != cell);
                writes.push((cell, value, writer));
            }
            cleared.retain(|c| *c != cell);
            cleared.extend(effect.clears.then_some(cell));
        }
        for (record, writes) in saves {
            let refused = |(cell, value, _): &&Write| {
                cleared.contains(cell) && self.refuses(*cell, self.cell(*cell), *value)
            };
            let blank = |(cell, _, writer): &Write| (*cell, 0, *writer);
            let clears: Vec<Write> = writes.iter().filter(refused).map(blank).collect();
            if !clears.is_empty() {
                self.save(record, &clears);
                self.transaction(self.by);
            }
            self.save(record, &writes);
        }
    }

    /// A person saves a record; so does a change of fields that are not here, which gives no values.
    pub fn edit(&mut self, record: usize, writes: &[Write]) {
        self.transaction(StartedBy::People);
        self.save(record, writes);
    }

    /// A sync saves a record.
    pub(super) fn send(&mut self, record: usize, writes: &[Write]) {
        self.transaction(StartedBy::Sync);
        self.save(record, writes);
    }

    /// What was noted runs. Whether anything did.
    pub fn pause(&mut self) -> bool {
        let due = std::mem::take(&mut self.state.pending);
        if due == 0 {
            return false;
        }
        let engine = self.engine;
        for rule in engine.later.iter().filter(|r| due >> **r & 1 == 1) {
            let acts = engine.network.rules.get(*rule).map(|r| r.acts);
            self.transaction(acts.unwrap_or_default());
            self.effects(*rule, Asked::Later);
        }
        true
    }

    fn note(&mut self, writer: Option<Writer>, cell: usize, value: Symbol) {
        if let (Some(log), Some(writer)) = (&mut self.log, writer) {
            let cell = CellId(cell as u16);
            log.push(Act {
                writer,
                cell,
                value,
                stored: value,
            });
        }
    }

    /// What became of what was noted since.
    fn fill(&mut self, since: usize) {
        let cells = &self.state.cells;
        for act in self.log.iter_mut().flatten().skip(since) {
            act.stored = cells.get(act.cell.index()).copied().unwrap_or_default();
        }
    }
}
