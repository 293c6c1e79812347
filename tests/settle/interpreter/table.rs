//! One run of the plan: the table of the semantics, row by row.

use super::{Interpreter, Memory, Nature, Sets, Truths, When, World};
use accordant::analyze::settle::network::Row;
use accordant::model::{Authority, BlankPolicy, Timing};
use accordant::side::Side;

impl Interpreter<'_> {
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
                        self.save(Self::of_sync(w), record.index(), sets, false)
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
        let emptied = |from: Side| {
            let default = row.lanes.get(from).as_ref().and_then(|l| l.default);
            default.is_none() && same(row, !from, held(!from), self.empty(row, !from))
        };
        let half = |from: Side| {
            row.lanes.get(from).is_some()
                && image(row, from, held(from)).is_some_and(|w| {
                    same(row, !from, w, held(!from))
                        || same(row, !from, w, 0)
                            && (nothing(row, !from, held(!from)) || emptied(from))
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

    /// What a side holds when it holds nothing.
    fn empty(&self, row: &Row, side: Side) -> u8 {
        self.net.cells[row.cells.get(side).index()].empty as u8
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
            value = lane.default.map_or(self.empty(row, !from), |d| d as u8);
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

pub(super) fn same(row: &Row, side: Side, x: u8, y: u8) -> bool {
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
