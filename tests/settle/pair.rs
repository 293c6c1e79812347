//! One two-way row over three values, with a store that normalises on each side: every such pair there is, and the lemmas
//! about loops that they prove.
//!
//! Values are 1, 2 and 3, beside the blank, which every map and every store leaves blank. Blanks travel. There are 27
//! functions for each map and each store: 531,441 pairs.

use rayon::prelude::*;

use accordant::analyze::settle::network::{
    Cell, CellId, Guard, Lane, Network, Record, RecordId, Row, Sync, SyncId,
};
use accordant::analyze::settle::{Limits, judge};
use accordant::model::Authority;
use accordant::side::{Side, Sides};

/// A function of the values; the blank first.
type Map = [u8; 4];

/// The function of a number below 27.
fn map(number: usize) -> Map {
    let digit = |n: usize| (n % 3) as u8 + 1;
    [0, digit(number / 9), digit(number / 3), digit(number)]
}

const SAME: Map = [0, 1, 2, 3];

fn idempotent(m: &Map) -> bool {
    m.iter().all(|v| m[usize::from(*v)] == *v)
}

fn then(f: &Map, g: &Map) -> Map {
    f.map(|v| g[usize::from(v)])
}

/// A row `f` to the right and `g` to the left between stores `n` on the left and `m` on the right.
#[derive(Clone, Copy, Debug)]
struct Pair {
    f: Map,
    g: Map,
    n: Map,
    m: Map,
}

fn pair(number: usize) -> Pair {
    Pair {
        f: map(number % 27),
        g: map(number / 27 % 27),
        n: map(number / 729 % 27),
        m: map(number / 19_683),
    }
}

const ALL: usize = 531_441;

/// Who wins; `Either` is now this side, now that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Winner {
    Left,
    Right,
    Nobody,
    Either,
}

/// Both values, and the shadow: 0 is none, else 1 + 4 left + right.
type State = (u8, u8, u8);

const fn index((a, b, s): State) -> usize {
    ((a as usize * 4) + b as usize) * 17 + s as usize
}

impl Pair {
    fn right(&self, a: u8, _: u8) -> (State, bool) {
        let w = self.f[usize::from(a)];
        ((a, self.m[usize::from(w)], 1 + a * 4 + w), true)
    }

    fn left(&self, _: u8, b: u8) -> (State, bool) {
        let w = self.g[usize::from(b)];
        ((self.n[usize::from(w)], b, 1 + w * 4 + b), true)
    }

    fn consistent(&self, a: u8, b: u8) -> bool {
        self.f[usize::from(a)] == b || self.g[usize::from(b)] == a
    }

    /// Where a round can lead, and whether it writes.
    fn round(&self, (a, b, s): State, winner: Winner, out: &mut Vec<(State, bool)>) {
        if self.consistent(a, b) {
            return out.push(((a, b, 1 + a * 4 + b), false));
        }
        let (left, right) = match s {
            0 => (b != 0, a != 0),
            _ => (a != (s - 1) / 4, b != (s - 1) % 4),
        };
        match (left, right) {
            (false, false) => out.push(((a, b, s), false)),
            // at a first meeting the blank side is filled, else an edit of one side travels
            (true, false) => out.push(if s == 0 {
                self.left(a, b)
            } else {
                self.right(a, b)
            }),
            (false, true) => out.push(if s == 0 {
                self.right(a, b)
            } else {
                self.left(a, b)
            }),
            (true, true) => match winner {
                Winner::Nobody => out.push(((a, b, s), false)),
                Winner::Left => out.push(self.right(a, b)),
                Winner::Right => out.push(self.left(a, b)),
                Winner::Either => out.extend([self.right(a, b), self.left(a, b)]),
            },
        }
    }

    /// The most writing rounds until rest from all that can be reached; none where there is a loop. A lost shadow makes
    /// whatever is there the shadow.
    fn settles(&self, winner: Winner, lost: bool) -> Option<u8> {
        let mut met = [false; 272];
        let mut list: Vec<State> = Vec::with_capacity(272);
        let mut meet = |state: State, list: &mut Vec<State>| {
            if !std::mem::replace(&mut met[index(state)], true) {
                list.push(state);
            }
        };
        let (stored_left, stored_right) = (self.n, self.m);
        for a in stored_left {
            for b in stored_right {
                meet((a, b, 0), &mut list);
                if lost {
                    meet((a, b, 1 + a * 4 + b), &mut list);
                }
            }
        }
        let mut next: Vec<(State, bool)> = Vec::new();
        let mut at = 0;
        while let Some(&(a, b, s)) = list.get(at) {
            at += 1;
            next.clear();
            self.round((a, b, s), winner, &mut next);
            for (state, _) in &next {
                meet(*state, &mut list);
            }
            for v in stored_left {
                meet((v, b, s), &mut list);
            }
            for v in stored_right {
                meet((a, v, s), &mut list);
            }
        }
        let mut depth = [u8::MAX; 272];
        let mut most = 0;
        for state in list {
            most = most.max(self.depth(state, winner, &mut depth)?);
        }
        Some(most)
    }

    /// The most writing rounds until rest from a state; none on a loop. `depth`: not seen, on the way, or known.
    fn depth(&self, state: State, winner: Winner, depth: &mut [u8; 272]) -> Option<u8> {
        const OPEN: u8 = u8::MAX - 1;
        match depth[index(state)] {
            OPEN => return None,
            u8::MAX => {}
            known => return Some(known),
        }
        depth[index(state)] = OPEN;
        let mut next = Vec::new();
        self.round(state, winner, &mut next);
        let mut most = 0;
        for (to, wrote) in next {
            if to != state || wrote {
                most = most.max(self.depth(to, winner, depth)? + u8::from(wrote));
            }
        }
        depth[index(state)] = most;
        Some(most)
    }

    fn network(&self, authority: Authority) -> Network {
        let cell = |record: u16, stores: &Map| Cell {
            stores: stores.map(u16::from).to_vec(),
            empty: 0,
            ..Cell::plain(RecordId(record), 4)
        };
        let lane = |map: &Map| Some(Lane::plain(map.iter().map(|v| Some((*v).into())).collect()));
        Network {
            records: (0..2)
                .map(|system| Record {
                    system,
                    stamped: false,
                })
                .collect(),
            cells: vec![cell(0, &self.n), cell(1, &self.m)],
            syncs: vec![Sync {
                records: Sides::new(RecordId(0), RecordId(1)),
            }],
            rows: vec![Row {
                sync: SyncId(0),
                cells: Sides::new(CellId(0), CellId(1)),
                lanes: Sides::new(lane(&self.f), lane(&self.g)),
                authority,
                when: Guard::Always,
                class: Sides::new((0..4).collect(), (0..4).collect()),
            }],
            rules: Vec::new(),
        }
    }
}

/// The numbers of the pairs that are tried where all would take too long: every one in full, else one of sixteen.
fn some() -> impl ParallelIterator<Item = usize> {
    let share = if super::in_full() { 1 } else { 16 };
    (0..ALL / share).into_par_iter().map(move |n| n * share)
}

/// Pairs of all that satisfy something.
fn all(
    wanted: impl Fn(&Pair) -> bool + Send + std::marker::Sync,
) -> impl ParallelIterator<Item = Pair> {
    (0..ALL)
        .into_par_iter()
        .map(pair)
        .filter(move |p| wanted(p))
}

#[test]
fn every_pair_over_three_values_is_judged_as_it_behaves() {
    let wrong: Vec<Pair> = some()
        .map(|number| (number, pair(number)))
        .filter(|(number, p)| {
            let (authority, winner) = match number % 3 {
                0 => (Authority::Wins(Side::Left), Winner::Left),
                1 => (Authority::Wins(Side::Right), Winner::Right),
                _ => (Authority::Ask, Winner::Nobody),
            };
            let judgement = judge(&p.network(authority), Limits::default());
            let told = [judgement.kept.rounds(), judgement.lost.rounds()];
            let found =
                [false, true].map(|lost| p.settles(winner, lost).map(|k| u32::from(k.max(1))));
            told != found
        })
        .map(|(_, p)| p)
        .collect();
    println!(
        "{} pairs over three values: {} mismatches",
        some().count(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{:?}", wrong[0]);
}

#[test]
fn stores_that_change_nothing_settle_in_one_round() {
    let plain = all(|p| p.n == SAME && p.m == SAME);
    let slow = plain.filter(|p| !matches!(p.settles(Winner::Either, true), Some(0 | 1)));
    assert_eq!(slow.count(), 0);
}

#[test]
fn one_side_that_stores_what_is_written_settles() {
    let one = all(|p| p.n == SAME || p.m == SAME);
    let (count, loops) = one
        .map(|p| (1, usize::from(p.settles(Winner::Either, true).is_none())))
        .reduce(|| (0, 0), |x, y| (x.0 + y.0, x.1 + y.1));
    assert_eq!((count, loops), (38_637, 0));
}

#[test]
fn two_idempotent_stores_may_oscillate() {
    let both = all(|p| idempotent(&p.n) && idempotent(&p.m));
    let (count, loops) = both
        .map(|p| (1, usize::from(p.settles(Winner::Left, false).is_none())))
        .reduce(|| (0, 0), |x, y| (x.0 + y.0, x.1 + y.1));
    assert_eq!((count, loops), (72_900, 11_664));
}

#[test]
fn whether_a_pair_settles_does_not_depend_on_who_wins() {
    let differing = some().map(pair).filter(|p| {
        let verdicts = [Winner::Left, Winner::Right, Winner::Nobody, Winner::Either]
            .map(|winner| p.settles(winner, false).is_some());
        verdicts.iter().any(|v| *v != verdicts[0])
    });
    assert_eq!(differing.count(), 0);
}

/// Without a shadow a value goes back and forth as long as it changes.
fn comes_to_rest_without_a_shadow(f: &Map, g: &Map) -> bool {
    let there_and_back = then(f, g);
    (1..=3).all(|v| {
        let mut at = v;
        (0..3).for_each(|_| at = there_and_back[usize::from(at)]);
        there_and_back[usize::from(at)] == at
    })
}

#[test]
fn maps_that_undo_each_other_settle_without_a_shadow() {
    let pairs = (0..729).map(|n| (map(n % 27), map(n / 27)));
    let regular = pairs.filter(|(f, g)| then(&then(f, g), f) == *f && then(&then(g, f), g) == *g);
    let verdicts: Vec<bool> = regular
        .map(|(f, g)| comes_to_rest_without_a_shadow(&f, &g))
        .collect();
    assert_eq!(verdicts.len(), 87);
    assert!(verdicts.iter().all(|v| *v));
}

#[test]
fn maps_that_are_inverse_agree_at_rest_in_both_halves() {
    let inverse = all(|p| p.n == SAME && p.m == SAME && then(&p.f, &p.g) == SAME);
    let count = inverse.map(|p| {
        let values = (0..4).flat_map(|a| (0..4).map(move |b| (a, b)));
        let consistent = values.filter(|(a, b)| p.consistent(*a, *b));
        assert!(
            consistent
                .into_iter()
                .all(|(a, b)| p.f[a as usize] == b && p.g[b as usize] == a)
        );
        assert_eq!(p.settles(Winner::Either, true), Some(1));
    });
    assert_eq!(count.count(), 6);
}

/// One side that stores what is written is enough, but for a preferred side that has its value put back again and again.
#[test]
fn a_preferred_side_needs_the_other_to_store_what_is_written() {
    use accordant::analyze::settle::Verdict;
    use accordant::analyze::settle::law::{Automatic, rests};
    use accordant::model::BlankPolicy;
    let authority = Authority::PreferUnlessBlank(Side::Right);
    let numbers = (0..ALL).filter(|n| pair(*n).n == SAME).step_by(9);
    let mut loops = 0;
    for left in numbers.map(pair) {
        let right = Pair {
            f: left.g,
            g: left.f,
            n: left.m,
            m: left.n,
        };
        for p in [left, right] {
            let mut net = p.network(authority);
            for from in Side::BOTH {
                let lane = net.rows[0].lanes.get_mut(from).as_mut();
                lane.unwrap().blank = BlankPolicy::Keeps;
            }
            let judged = judge(&net, Limits::default());
            let rounds = judged.verdict().rounds();
            let left = Automatic {
                leaves: true,
                ends: Some(0),
                fills: true,
                one_way: true,
                climbs: None,
            };
            match rests(&net, &|_| vec![left, left]) {
                Some(most) => assert!(rounds.is_some_and(|k| k <= most), "{p:?}: {rounds:?}"),
                None => loops += usize::from(matches!(judged.kept, Verdict::Oscillates(_))),
            }
        }
    }
    assert!(loops > 0, "the exception would be none");
}
