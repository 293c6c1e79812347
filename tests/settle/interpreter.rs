//! What a network does, written a second time: from the definition of the semantics, sharing nothing with the analysis but
//! the type of networks. Worlds instead of one state, sets of truths instead of choices, elimination instead of a search for
//! strongly connected parts.

mod search;
mod table;

pub use search::Reached;

use accordant::analyze::settle::network::{Guard, Network, Rule, Source, Table};
use accordant::model::{Entry, Phase, StartedBy};
use accordant::side::Side;
use table::same;

pub const CELLS: usize = 4;
pub const ROWS: usize = 3;
pub const RULES: usize = 3;

/// A pair's memory: nothing, met, or the two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Lost,
    Met,
    Pair(u8, u8),
}

/// Everything at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    pub cells: [u8; CELLS],
    pub rows: [Memory; ROWS],
    pub waiting: [bool; RULES],
    /// The transaction under way is the sync's.
    pub sync: bool,
    /// How often rules ran in the present transaction.
    ran: [u8; RULES],
}

impl World {
    fn number(&self) -> u64 {
        let mut n = 0;
        for cell in self.cells {
            n = n * 8 + u64::from(cell);
        }
        for row in self.rows {
            n = n * 32
                + match row {
                    Memory::Lost => 0,
                    Memory::Met => 1,
                    Memory::Pair(l, r) => 2 + u64::from(l) * 4 + u64::from(r),
                };
        }
        self.waiting.iter().fold(n, |n, w| n * 2 + u64::from(*w))
    }
}

/// Which of two edits is newer, and what the unknown does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Nothing; the newer edit is always of this side.
    Idle(Option<Side>),
    /// Anything.
    Wild,
}

#[derive(Clone, Copy)]
enum When<'w> {
    /// In a save that began with these cells.
    Saving(&'w [u8; CELLS]),
    /// Before it.
    Earlier(&'w [u8; CELLS]),
    /// In a row of a sync.
    Merging(u16),
    /// Afterwards.
    Late,
}

/// The truths that a condition can have: false, true.
type Truths = [bool; 2];

const fn only(truth: bool) -> Truths {
    [!truth, truth]
}

pub struct Interpreter<'n> {
    net: &'n Network,
    nature: Nature,
    /// By record, then before, after and later.
    order: Vec<[Vec<usize>; 3]>,
    later: Vec<usize>,
    derived: Vec<usize>,
}

type Sets = Vec<(usize, u8)>;

impl<'n> Interpreter<'n> {
    pub fn new(net: &'n Network, nature: Nature) -> Self {
        let sorted = |wanted: &dyn Fn(&Rule) -> bool| {
            let all = 0..net.rules.len();
            let mut list: Vec<usize> = all.filter(|r| wanted(&net.rules[*r])).collect();
            list.sort_by_key(|r| (net.rules[*r].rank, *r));
            list
        };
        let of = |record: usize| {
            [Phase::BeforeSave, Phase::AfterSave, Phase::Later]
                .map(|phase| sorted(&|r| r.record.index() == record && r.phase == phase))
        };
        Self {
            net,
            nature,
            order: (0..net.records.len()).map(of).collect(),
            later: sorted(&|r| r.phase == Phase::Later),
            derived: sorted(&|r| r.phase == Phase::Derived),
        }
    }
}

impl Interpreter<'_> {
    pub fn world(&self, cells: &[u16], memory: Memory) -> World {
        let mut world = World {
            cells: [0; CELLS],
            rows: [memory; ROWS],
            waiting: [false; RULES],
            sync: false,
            ran: [0; RULES],
        };
        for (slot, value) in world.cells.iter_mut().zip(cells) {
            *slot = *value as u8;
        }
        world
    }

    fn truths(&self, guard: &Guard, w: &World, when: When<'_>) -> Truths {
        self.truths_below(guard, w, when, false)
    }

    /// `negated`: under how many negations, odd or even.
    fn truths_below(&self, guard: &Guard, w: &World, when: When<'_>, negated: bool) -> Truths {
        let at = |cell: usize| match when {
            When::Earlier(cells) => cells[cell],
            _ => w.cells[cell],
        };
        let unknown = match self.nature {
            Nature::Wild => [true, true],
            Nature::Idle(_) => only(false),
        };
        match guard {
            Guard::Always => only(true),
            Guard::Unknown if self.nature != Nature::Wild => only(negated),
            Guard::Unknown => unknown,
            Guard::In(cell, list) | Guard::Bound(cell, list) => {
                only(list.contains(&at(cell.index()).into()))
            }
            Guard::Where(table) => only(self.table(table, at).is_some_and(|v| v != 0)),
            Guard::Changed(cell) => match when {
                When::Saving(old) => only(old[cell.index()] != w.cells[cell.index()]),
                When::Earlier(_) => only(false),
                When::Late => unknown,
                When::Merging(sync) => only((0..self.net.rows.len()).any(|r| {
                    let row = &self.net.rows[r];
                    let Memory::Pair(l, right) = w.rows[r] else {
                        return false;
                    };
                    row.sync.0 == sync
                        && (row.cells.left == *cell && !same(row, Side::Left, l, at(cell.index()))
                            || row.cells.right == *cell
                                && !same(row, Side::Right, right, at(cell.index())))
                })),
            },
            Guard::Before(inner) => match when {
                When::Saving(old) => self.truths_below(inner, w, When::Earlier(old), negated),
                When::Earlier(_) | When::Merging(_) => self.truths_below(inner, w, when, negated),
                When::Late if self.nature != Nature::Wild => only(negated),
                When::Late => unknown,
            },
            Guard::Not(inner) => {
                let [no, yes] = self.truths_below(inner, w, when, !negated);
                [yes, no]
            }
            Guard::All(list) => list.iter().fold(only(true), |[no, yes], g| {
                let [n, y] = self.truths_below(g, w, when, negated);
                [no || n, yes && y]
            }),
            Guard::Any(list) => list.iter().fold(only(false), |[no, yes], g| {
                let [n, y] = self.truths_below(g, w, when, negated);
                [no && n, yes || y]
            }),
        }
    }

    fn table(&self, table: &Table, at: impl Fn(usize) -> u8) -> Option<u8> {
        let mut index = 0;
        let mut weight = 1;
        for cell in table.inputs.iter().rev() {
            index += weight * usize::from(at(cell.index()));
            weight *= self.net.cells[cell.index()].stores.len();
        }
        table.values[index].map(|v| v as u8)
    }

    /// The values that a source can give; none is that nothing is written.
    fn sources(&self, source: &Source, w: &World) -> Vec<Option<u8>> {
        match source {
            Source::Constant(v) => vec![Some(*v as u8)],
            Source::Table(t) => vec![self.table(t, |c| w.cells[c])],
            Source::Unknown(_) if self.nature != Nature::Wild => vec![None],
            Source::Unknown(list) => list.iter().map(|v| Some(*v as u8)).collect(),
        }
    }

    fn started(&self, rule: &Rule, w: &World, old: &[u8; CELLS]) -> Truths {
        let touched = rule.starts.is_empty()
            || rule
                .starts
                .iter()
                .any(|c| old[c.index()] != w.cells[c.index()]);
        let other = match rule.by {
            StartedBy::Anyone => false,
            StartedBy::People => w.sync,
            StartedBy::Sync => !w.sync,
        };
        if !touched || other {
            return only(false);
        }
        let now = self.truths(&rule.guard, w, When::Saving(old));
        if rule.entry == Entry::EveryTime {
            return now;
        }
        let before = self.truths(&rule.guard, w, When::Earlier(old));
        [now[0] || before[1], now[1] && before[0]]
    }

    fn backwards(&self, cell: usize, from: u8, to: u8) -> bool {
        let Some(places) = &self.net.cells[cell].forward else {
            return false;
        };
        match (places[usize::from(from)], places[usize::from(to)]) {
            (Some(from), Some(to)) => to < from,
            _ => false,
        }
    }

    fn derive(&self, w: World) -> Vec<World> {
        let mut worlds = vec![w];
        for &r in &self.derived {
            let rule = &self.net.rules[r];
            let mut next = Vec::new();
            for w in worlds {
                let truths = self.truths(&rule.guard, &w, When::Late);
                let mut blank = w;
                for effect in &rule.effects {
                    blank.cells[effect.target.index()] = 0;
                }
                if truths[0] {
                    next.push(blank);
                }
                if truths[1] {
                    let mut list = vec![blank];
                    for effect in &rule.effects {
                        let mut more = Vec::new();
                        for w in list {
                            let [no, yes] = self.truths(&effect.when, &w, When::Late);
                            if no {
                                more.push(w);
                            }
                            for value in self.sources(&effect.value, &w).into_iter().filter(|_| yes)
                            {
                                let mut w = w;
                                w.cells[effect.target.index()] = value.unwrap_or(0);
                                more.push(w);
                            }
                        }
                        list = more;
                    }
                    next.extend(list);
                }
            }
            worlds = next;
        }
        worlds
    }

    fn save(&self, w: World, record: usize, sets: &[(usize, u8)], person: bool) -> Vec<World> {
        let old = w.cells;
        let kept: Vec<(usize, u8)> = sets
            .iter()
            .copied()
            .filter(|(c, v)| person || !self.backwards(*c, old[*c], *v))
            .collect();
        if kept.is_empty() && !sets.is_empty() {
            return vec![w];
        }
        let mut draft = w;
        let mut assigned = [false; CELLS];
        for (cell, value) in kept.into_iter().rev() {
            draft.cells[cell] = value;
            assigned[cell] = true;
        }
        let [before, after, later] = &self.order[record];
        if before.is_empty() && after.is_empty() && later.is_empty() {
            return self.derive(self.stored(draft, assigned));
        }
        let mut drafts = vec![(draft, assigned)];
        for &r in before {
            let rule = &self.net.rules[r];
            let mut next = Vec::new();
            for (w, assigned) in drafts {
                let [no, yes] = self.started(rule, &w, &old);
                if no {
                    next.push((w, assigned));
                }
                let seen = w;
                let mut list = if yes { vec![(w, assigned)] } else { Vec::new() };
                for effect in &rule.effects {
                    let cell = effect.target.index();
                    let mut more = Vec::new();
                    for (w, assigned) in list {
                        let [no, yes] = self.truths(&effect.when, &seen, When::Saving(&old));
                        if no {
                            more.push((w, assigned));
                        }
                        let sources = self.sources(&effect.value, &seen).into_iter();
                        for value in sources.filter(|_| yes) {
                            let (mut w, mut assigned) = (w, assigned);
                            if let Some(value) = value
                                && !self.backwards(cell, old[cell], value)
                            {
                                w.cells[cell] = value;
                                assigned[cell] = true;
                            }
                            more.push((w, assigned));
                        }
                    }
                    list = more;
                }
                next.extend(list);
            }
            drafts = next;
        }
        let mut worlds = Vec::new();
        for (w, assigned) in drafts {
            worlds.extend(self.derive(self.stored(w, assigned)));
        }
        for &r in later {
            worlds = self.each(worlds, |w| {
                let [no, yes] = self.started(&self.net.rules[r], &w, &old);
                let mut noted = w;
                noted.waiting[r] = true;
                let mut list = Vec::new();
                if no {
                    list.push(w);
                }
                if yes {
                    list.push(noted);
                }
                list
            });
        }
        for &r in after {
            let rule = &self.net.rules[r];
            worlds = self.each(worlds, |w| {
                if w.ran[r] >= rule.limit {
                    return vec![w];
                }
                let [no, yes] = self.started(rule, &w, &old);
                let mut list = if no { vec![w] } else { Vec::new() };
                if yes {
                    let mut run = w;
                    run.ran[r] += 1;
                    list.extend(self.act(run, rule, When::Saving(&old)));
                }
                list
            });
        }
        worlds
    }

    fn stored(&self, mut w: World, assigned: [bool; CELLS]) -> World {
        for (at, cell) in self.net.cells.iter().enumerate() {
            if assigned[at] {
                w.cells[at] = cell.stores[usize::from(w.cells[at])] as u8;
            }
        }
        w
    }

    fn each(&self, worlds: Vec<World>, f: impl Fn(World) -> Vec<World>) -> Vec<World> {
        if let [one] = worlds[..] {
            return f(one);
        }
        worlds.into_iter().flat_map(f).collect()
    }

    /// A rule writes what it writes, record by record.
    fn act(&self, w: World, rule: &Rule, when: When<'_>) -> Vec<World> {
        let mut plans: Vec<Vec<(usize, Sets, Vec<usize>)>> = vec![Vec::new()];
        for effect in &rule.effects {
            let cell = effect.target.index();
            let record = self.net.cells[cell].record.index();
            let [no, yes] = self.truths(&effect.when, &w, when);
            let values = self.sources(&effect.value, &w);
            let mut more = Vec::new();
            for plan in plans {
                if no {
                    more.push(plan.clone());
                }
                for value in values.iter().filter(|_| yes) {
                    let mut plan = plan.clone();
                    if let Some(value) = value {
                        if !plan.iter().any(|(r, ..)| *r == record) {
                            plan.push((record, Vec::new(), Vec::new()));
                        }
                        let save = plan.iter_mut().find(|(r, ..)| *r == record);
                        let (_, sets, clears) = save.unwrap();
                        sets.retain(|(c, _)| *c != cell);
                        clears.retain(|c| *c != cell);
                        sets.push((cell, *value));
                        if effect.clears {
                            clears.push(cell);
                        }
                    }
                    more.push(plan);
                }
            }
            plans = more;
        }
        let mut out = Vec::new();
        for plan in plans {
            let mut worlds = vec![w];
            for (record, sets, clears) in plan {
                worlds = self.each(worlds, |w| self.cleared(w, record, &sets, &clears));
                worlds = self.each(worlds, |w| self.save(w, record, &sets, false));
            }
            out.extend(worlds);
        }
        out
    }

    /// Of the cells that may be cleared before they are set, those are that would refuse it.
    fn cleared(
        &self,
        w: World,
        record: usize,
        sets: &[(usize, u8)],
        clears: &[usize],
    ) -> Vec<World> {
        let refuses = |cell: usize, value: u8| self.backwards(cell, w.cells[cell], value);
        let refused = sets
            .iter()
            .filter(|(cell, value)| clears.contains(cell) && refuses(*cell, *value));
        let blanks: Vec<(usize, u8)> = refused.map(|(cell, _)| (*cell, 0)).collect();
        if blanks.is_empty() {
            return vec![w];
        }
        let worlds = self.save(w, record, &blanks, false);
        let again = |done: World| World {
            sync: w.sync,
            ..Self::fresh(done)
        };
        worlds.into_iter().map(again).collect()
    }

    fn fresh(mut w: World) -> World {
        w.ran = [0; RULES];
        w.sync = false;
        w
    }

    /// A transaction of the sync begins.
    pub(super) fn of_sync(w: World) -> World {
        World {
            sync: true,
            ..Self::fresh(w)
        }
    }

    /// A person saves a record.
    pub fn edit(&self, w: World, record: usize, sets: &[(usize, u8)]) -> Vec<World> {
        let worlds = self.save(Self::fresh(w), record, sets, true);
        worlds.into_iter().map(Self::fresh).collect()
    }

    /// What waits runs; and whether anything did.
    pub fn pause(&self, w: World) -> (Vec<World>, bool) {
        if w.waiting == [false; RULES] {
            return (vec![w], false);
        }
        let due = w.waiting;
        let mut start = w;
        start.waiting = [false; RULES];
        let mut worlds = vec![start];
        for &r in &self.later {
            if due[r] {
                worlds = self.each(worlds, |w| {
                    let rule = &self.net.rules[r];
                    let start = match rule.acts {
                        StartedBy::Sync => Self::of_sync(w),
                        _ => Self::fresh(w),
                    };
                    self.act(start, rule, When::Late)
                });
            }
        }
        (worlds.into_iter().map(Self::fresh).collect(), true)
    }
}
