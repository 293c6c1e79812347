//! What a network does, written a second time: from the definition of the semantics, sharing nothing with the analysis but
//! the type of networks. Worlds instead of one state, sets of truths instead of choices, elimination instead of a search for
//! strongly connected parts.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use accordant::analyze::settle::network::{Guard, Network, Row, Rule, Source, Table};
use accordant::model::{Authority, BlankPolicy, Entry, Phase, Timing};
use accordant::side::Side;

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
            ran: [0; RULES],
        };
        for (slot, value) in world.cells.iter_mut().zip(cells) {
            *slot = *value as u8;
        }
        world
    }

    fn truths(&self, guard: &Guard, w: &World, when: When<'_>) -> Truths {
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
            Guard::Unknown => unknown,
            Guard::In(cell, list) => only(list.contains(&at(cell.index()).into())),
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
            Guard::Not(inner) => {
                let [no, yes] = self.truths(inner, w, when);
                [yes, no]
            }
            Guard::All(list) => list.iter().fold(only(true), |[no, yes], g| {
                let [n, y] = self.truths(g, w, when);
                [no || n, yes && y]
            }),
            Guard::Any(list) => list.iter().fold(only(false), |[no, yes], g| {
                let [n, y] = self.truths(g, w, when);
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
        if !touched {
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
        let mut drafts = vec![(draft, assigned)];
        let [before, after, later] = &self.order[record];
        for &r in before {
            let rule = &self.net.rules[r];
            let mut next = Vec::new();
            for (w, assigned) in drafts {
                let [no, yes] = self.started(rule, &w, &old);
                if no {
                    next.push((w, assigned));
                }
                let mut list = if yes { vec![(w, assigned)] } else { Vec::new() };
                for effect in &rule.effects {
                    let cell = effect.target.index();
                    let mut more = Vec::new();
                    for (w, assigned) in list {
                        let [no, yes] = self.truths(&effect.when, &w, When::Saving(&old));
                        if no {
                            more.push((w, assigned));
                        }
                        for value in self.sources(&effect.value, &w).into_iter().filter(|_| yes) {
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
        for (mut w, assigned) in drafts {
            for cell in 0..self.net.cells.len() {
                if assigned[cell] {
                    w.cells[cell] = self.net.cells[cell].stores[usize::from(w.cells[cell])] as u8;
                }
            }
            worlds.extend(self.derive(w));
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

    fn each(&self, worlds: Vec<World>, f: impl Fn(World) -> Vec<World>) -> Vec<World> {
        if let [one] = worlds[..] {
            return f(one);
        }
        worlds.into_iter().flat_map(f).collect()
    }

    /// A rule writes what it writes, record by record.
    fn act(&self, w: World, rule: &Rule, when: When<'_>) -> Vec<World> {
        let mut plans: Vec<Vec<(usize, Sets)>> = vec![Vec::new()];
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
                        if !plan.iter().any(|(r, _)| *r == record) {
                            plan.push((record, Vec::new()));
                        }
                        let (_, sets) = plan.iter_mut().find(|(r, _)| *r == record).unwrap();
                        sets.retain(|(c, _)| *c != cell);
                        sets.push((cell, *value));
                    }
                    more.push(plan);
                }
            }
            plans = more;
        }
        let mut out = Vec::new();
        for plan in plans {
            let mut worlds = vec![w];
            for (record, sets) in plan {
                worlds = self.each(worlds, |w| self.save(w, record, &sets, false));
            }
            out.extend(worlds);
        }
        out
    }

    fn fresh(mut w: World) -> World {
        w.ran = [0; RULES];
        w
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
                    self.act(Self::fresh(w), &self.net.rules[r], When::Late)
                });
            }
        }
        (worlds.into_iter().map(Self::fresh).collect(), true)
    }

    /// The plan runs; with each world, whether it wrote.
    pub fn round(&self, w: World) -> Vec<(World, bool)> {
        let mut worlds = vec![(w, false)];
        for sync in 0..self.net.syncs.len() {
            let mut next = Vec::new();
            for (w, wrote) in worlds {
                for (w, more) in self.sync(w, sync) {
                    next.push((w, wrote || more));
                }
            }
            worlds = next;
        }
        worlds
    }

    fn sync(&self, w: World, sync: usize) -> Vec<(World, bool)> {
        // every combination of what the rows can decide, all from the same read
        let mut plans: Vec<Vec<(usize, Decided)>> = vec![Vec::new()];
        for r in (0..self.net.rows.len()).filter(|r| self.net.rows[*r].sync.index() == sync) {
            let decided = self.decided(r, &w);
            plans = plans
                .into_iter()
                .flat_map(|plan| {
                    decided.iter().map(move |d| {
                        let mut plan = plan.clone();
                        plan.push((r, *d));
                        plan
                    })
                })
                .collect();
        }
        let mut out = Vec::new();
        for plan in plans {
            let mut start = w;
            let mut sets: [Sets; 2] = [Vec::new(), Vec::new()];
            for (r, decided) in &plan {
                let row = &self.net.rows[*r];
                let (a, b) = (
                    w.cells[row.cells.left.index()],
                    w.cells[row.cells.right.index()],
                );
                match decided {
                    Decided::Nothing => {}
                    Decided::Remember => start.rows[*r] = pair(row, a, b),
                    Decided::Write(Side::Left, v) => {
                        start.rows[*r] = pair(row, *v, b);
                        sets[0].push((row.cells.left.index(), *v));
                    }
                    Decided::Write(Side::Right, v) => {
                        start.rows[*r] = pair(row, a, *v);
                        sets[1].push((row.cells.right.index(), *v));
                    }
                }
            }
            let records = self.net.syncs[sync].records;
            let mut worlds = vec![start];
            for (record, sets) in [(records.left, &sets[0]), (records.right, &sets[1])] {
                if !sets.is_empty() {
                    worlds = self.each(worlds, |w| {
                        self.save(Self::fresh(w), record.index(), sets, false)
                    });
                }
            }
            let wrote = sets.iter().any(|s| !s.is_empty());
            for mut after in worlds {
                for (r, decided) in &plan {
                    if let Decided::Write(side, sent) = decided {
                        self.read_back(&w, &mut after, *r, *side, *sent);
                    }
                }
                out.push((Self::fresh(after), wrote));
            }
        }
        out
    }

    /// A field that may refuse silently: what stands otherwise than sent was refused.
    fn read_back(&self, before: &World, after: &mut World, r: usize, side: Side, sent: u8) {
        let row = &self.net.rows[r];
        let at = row.cells.get(side).index();
        let cell = &self.net.cells[at];
        let class = |v: u8| cell.class[usize::from(v)];
        if cell.forward.is_some() && class(after.cells[at]) != class(sent) {
            let (a, b) = (row.cells.left.index(), row.cells.right.index());
            after.rows[r] = pair(row, before.cells[a], before.cells[b]);
        }
    }

    /// The table of the semantics: everything that can be decided about a row.
    fn decided(&self, r: usize, w: &World) -> Vec<Decided> {
        let row = &self.net.rows[r];
        let (a, b) = (
            w.cells[row.cells.left.index()],
            w.cells[row.cells.right.index()],
        );
        let held = |side| if side == Side::Left { a } else { b };
        let runs = |from: Side| {
            let lane = row.lanes.get(from).as_ref();
            lane.is_some_and(|l| l.timing != Timing::OnCreate)
        };
        let (right, left) = (runs(Side::Left), runs(Side::Right));
        if !right && !left {
            return vec![Decided::Nothing];
        }
        let half = |from: Side| {
            row.lanes.get(from).is_some()
                && image(row, from, held(from)).is_some_and(|w| {
                    same(row, !from, w, held(!from))
                        || same(row, !from, w, 0) && nothing(row, !from, held(!from))
                })
        };
        let both = row.lanes.left.is_some() && row.lanes.right.is_some();
        let blanks = both && nothing(row, Side::Left, a) && nothing(row, Side::Right, b);
        if half(Side::Left) || half(Side::Right) || blanks {
            return vec![Decided::Remember];
        }
        let awake = self.truths(&row.when, w, When::Merging(sync_of(row)));
        let write = |from: Side, known: bool| {
            let mut list = Vec::new();
            if awake[0] {
                list.push(Decided::Nothing);
            }
            if awake[1] {
                list.push(self.filtered(row, from, held(from), held(!from), known));
            }
            list
        };
        let drift = |from: Side, known: bool| {
            let enforce = row.lanes.get(from).as_ref().is_some_and(|l| l.enforce);
            match (enforce, known) {
                (true, _) => write(from, known),
                (false, true) => vec![Decided::Nothing],
                (false, false) => recovered(awake),
            }
        };
        let wins = |side: Side, known| write(side, known);
        let from = if right { Side::Left } else { Side::Right };
        match w.rows[r] {
            Memory::Lost if right && left => match row.authority {
                Authority::Ask => vec![Decided::Nothing],
                _ => recovered(awake),
            },
            Memory::Lost => drift(from, false),
            Memory::Met if right && left => {
                match (nothing(row, Side::Left, a), nothing(row, Side::Right, b)) {
                    (true, false) => write(Side::Right, false),
                    (false, true) => write(Side::Left, false),
                    _ => match row.authority {
                        Authority::Ask => vec![Decided::Nothing],
                        Authority::Wins(s)
                        | Authority::PreferUnlessBlank(s)
                        | Authority::LatestElse(s) => wins(s, false),
                    },
                }
            }
            Memory::Met => write(from, false),
            Memory::Pair(sa, sb) => {
                let da = !same(row, Side::Left, sa, a);
                let db = !same(row, Side::Right, sb, b);
                let source_moved = if from == Side::Left { da } else { db };
                match (da, db) {
                    (false, false) => vec![Decided::Nothing],
                    _ if !(right && left) && source_moved => write(from, true),
                    _ if !(right && left) => drift(from, true),
                    (true, true) => match row.authority {
                        Authority::Ask => vec![Decided::Nothing],
                        Authority::Wins(s) => wins(s, true),
                        Authority::PreferUnlessBlank(s) if nothing(row, s, held(s)) => {
                            wins(!s, true)
                        }
                        Authority::PreferUnlessBlank(s) => wins(s, true),
                        Authority::LatestElse(s) => match self.nature {
                            Nature::Idle(newer) => wins(newer.unwrap_or(s), true),
                            Nature::Wild => {
                                [wins(Side::Left, true), wins(Side::Right, true)].concat()
                            }
                        },
                    },
                    _ => {
                        let edited = if da { Side::Left } else { Side::Right };
                        match row.authority {
                            Authority::PreferUnlessBlank(s)
                                if s != edited && !nothing(row, s, held(s)) =>
                            {
                                write(s, true)
                            }
                            _ => write(edited, true),
                        }
                    }
                }
            }
        }
    }

    /// The clauses of a lane filter what it would write; `known` is whether there is a shadow.
    fn filtered(&self, row: &Row, from: Side, source: u8, target: u8, known: bool) -> Decided {
        let Some(lane) = row
            .lanes
            .get(from)
            .as_ref()
            .filter(|l| l.timing != Timing::OnCreate)
        else {
            return Decided::Nothing;
        };
        let made = if nothing(row, from, source) {
            Some(0)
        } else {
            image(row, from, source)
        };
        let Some(made) = made else {
            return Decided::Nothing;
        };
        let occupied = !nothing(row, !from, target);
        let mut value = made;
        if same(row, !from, made, 0) {
            if occupied && (!known || lane.blank == BlankPolicy::Keeps) {
                return Decided::Remember;
            }
            value = lane.default.map_or(0, |d| d as u8);
        }
        if occupied && lane.timing == Timing::FillOnly {
            return Decided::Remember;
        }
        let cell = &self.net.cells[row.cells.get(!from).index()];
        if cell.takes[usize::from(value)] {
            Decided::Write(!from, value)
        } else {
            Decided::Nothing
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Decided {
    Nothing,
    Remember,
    Write(Side, u8),
}

fn recovered(awake: Truths) -> Vec<Decided> {
    let mut list = Vec::new();
    if awake[0] {
        list.push(Decided::Nothing);
    }
    if awake[1] {
        list.push(Decided::Remember);
    }
    list
}

const fn sync_of(row: &Row) -> u16 {
    row.sync.0
}

fn same(row: &Row, side: Side, x: u8, y: u8) -> bool {
    let class = row.class.get(side);
    class[usize::from(x)] == class[usize::from(y)]
}

/// Blank, or the default that stood in for a blank.
fn nothing(row: &Row, side: Side, value: u8) -> bool {
    let default = row.lanes.get(!side).as_ref().and_then(|l| l.default);
    same(row, side, value, 0) || default.is_some_and(|d| same(row, side, value, d as u8))
}

fn image(row: &Row, from: Side, value: u8) -> Option<u8> {
    let lane = row.lanes.get(from).as_ref()?;
    if same(row, from, value, 0) {
        return Some(0);
    }
    lane.image[usize::from(value)].map(|v| v as u8)
}

fn pair(row: &Row, a: u8, b: u8) -> Memory {
    let first = |side: Side, v: u8| (0..v).find(|x| same(row, side, *x, v)).unwrap_or(v);
    Memory::Pair(first(Side::Left, a), first(Side::Right, b))
}

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
                    let stored = (0..cell.stores.len() as u16)
                        .filter(|v| *v == 0 || cell.stores.contains(v));
                    stored.map(move |v| {
                        let mut w = w;
                        w.cells[at] = v as u8;
                        w
                    })
                })
                .collect();
        }
        list.into_iter().flat_map(|w| self.derive(w)).collect()
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
                for value in 0..self.net.cells[cell].stores.len() as u8 {
                    if value != w.cells[cell] {
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
