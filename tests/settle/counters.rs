//! Counters that automations of both systems raise and lower under conditions, and that a row hands on: what the law says of those
//! that end, against a search of all there is.

use std::collections::BTreeSet;

use accordant::analyze::settle::Network;
use accordant::analyze::settle::network::{
    Cell, CellId, Effect, Guard, Lane, Record, RecordId, Row, Rule, Source, Sync, SyncId, Table,
};
use accordant::model::{Authority, BlankPolicy, Entry, Phase, StartedBy, Timing};
use accordant::side::{Side, Sides};

use super::random::Random;

/// What an effect does to a counter: it puts this there, or something larger, or something smaller.
enum Does {
    Puts(u16),
    Raises,
    Lowers,
}

/// An effect on a counter, and the numbers at which it may run.
struct Turn {
    does: Does,
    at: BTreeSet<u16>,
}

/// How often live automations change a counter and what its row hands it to, read off tables in which numbers stand in their order;
/// none where it need not end.
pub fn climbs(net: &Network, at: usize, live: &[bool]) -> Option<u32> {
    let cells = net.exchange(CellId(at as u16))?;
    let size = net.cells[at].size() as u16;
    let same = |list: &[u16]| list.iter().copied().eq(0..size);
    let plain = |c: &CellId| {
        let cell = &net.cells[c.index()];
        cell.forward.is_none() && cell.empty == 0 && same(&cell.stores) && same(&cell.class)
    };
    let handed = |row: &&Row| {
        [row.cells.left, row.cells.right]
            .iter()
            .any(|c| cells.contains(c))
    };
    let as_it_is = |row: &Row| {
        let lanes = [&row.lanes.left, &row.lanes.right].into_iter().flatten();
        let images = |l: &Lane| l.image.iter().copied().eq((0..size).map(Some));
        { lanes }.all(images) && same(&row.class.left) && same(&row.class.right)
    };
    let mut rows = net.rows.iter().filter(handed);
    if !cells.iter().all(plain) || cells.len() > 1 && !rows.all(as_it_is) {
        return None;
    }
    let mut turns = Vec::new();
    for (rule, _) in net.rules.iter().zip(live).filter(|(_, live)| **live) {
        for effect in rule.effects.iter().filter(|e| cells.contains(&e.target)) {
            turns.push(turn(rule, effect, size)?);
        }
    }
    let turns: Vec<&Turn> = turns.iter().filter(|t| !t.at.is_empty()).collect();
    let up = ends(&turns, |a, b| a < b, |t| matches!(t.does, Does::Raises));
    let down = ends(&turns, |a, b| a > b, |t| matches!(t.does, Does::Lowers));
    (up || down).then_some(u32::from(size) + turns.len() as u32)
}

fn turn(rule: &Rule, effect: &Effect, size: u16) -> Option<Turn> {
    let cell = effect.target;
    let does = match &effect.value {
        Source::Constant(0) | Source::Unknown(_) => return None,
        Source::Constant(v) => Does::Puts(*v),
        Source::Table(t) if t.inputs == [cell] => {
            let made: Vec<(u16, u16)> = (0..)
                .zip(&t.values)
                .filter_map(|(v, m)| Some((v, (*m)?)))
                .collect();
            let blank = made.iter().all(|(v, m)| *v == 0 || *m != 0);
            let filled = || made.iter().filter(|(v, _)| *v != 0);
            if blank && filled().all(|(v, m)| m > v) {
                Does::Raises
            } else if blank && filled().all(|(v, m)| m < v) {
                Does::Lowers
            } else {
                return None;
            }
        }
        Source::Table(_) => return None,
    };
    let may = |v: u16| may(&rule.guard, cell, v, true) && self::may(&effect.when, cell, v, true);
    let at: BTreeSet<u16> = (1..size).filter(|v| may(*v)).collect();
    // what is begun where it does not run may find what it asks for then
    let never = at.is_empty()
        && (1..size).any(|v| self::may(&effect.when, cell, v, true))
        && (1..size).any(|v| self::may(&rule.guard, cell, v, true));
    (!never).then_some(Turn { does, at })
}

/// Whether a condition may turn out so where a cell holds this.
fn may(guard: &Guard, cell: CellId, value: u16, truth: bool) -> bool {
    match guard {
        Guard::Always => truth,
        Guard::In(c, list) | Guard::Bound(c, list) if *c == cell => list.contains(&value) == truth,
        Guard::Where(t) if t.inputs == [cell] => {
            t.values[usize::from(value)].is_some_and(|v| v != 0) == truth
        }
        Guard::Not(inner) => may(inner, cell, value, !truth),
        Guard::All(parts) if truth => parts.iter().all(|g| may(g, cell, value, true)),
        Guard::Any(parts) if !truth => parts.iter().all(|g| may(g, cell, value, false)),
        Guard::All(parts) | Guard::Any(parts) => parts.iter().any(|g| may(g, cell, value, truth)),
        _ => true,
    }
}

/// Whether all steps go one way until they end, and what is put there is passed by none of them.
fn ends(
    turns: &[&Turn],
    before: impl Fn(&u16, &u16) -> bool,
    steps: impl Fn(&Turn) -> bool,
) -> bool {
    let jumps = |t: &Turn, v: u16| t.at.iter().all(|at| before(at, &v));
    let mut passed: Vec<u16> = Vec::new();
    let mut stops: Vec<u16> = Vec::new();
    for turn in turns {
        match turn.does {
            Does::Puts(v) if jumps(turn, v) => passed.extend(&turn.at),
            Does::Puts(v) => stops.push(v),
            _ if steps(turn) => passed.extend(&turn.at),
            _ => return false,
        }
    }
    let stays = |v: &u16| {
        let beyond = passed.iter().all(|at| before(at, v));
        beyond && turns.iter().all(|t| !t.at.contains(v))
    };
    stops.iter().all(stays)
}

/// A network of two counters with a row between them, a cell beside them, and automations on both sides.
pub fn counters(random: &mut Random) -> Network {
    let size = random.pick(&[4, 5, 6]);
    let mut net = Network {
        records: (0..2)
            .map(|system| Record {
                system,
                stamped: false,
            })
            .collect(),
        ..Network::default()
    };
    net.cells
        .extend((0..2).map(|r| Cell::plain(RecordId(r), size)));
    net.cells
        .push(Cell::plain(RecordId(random.below(2) as u16), 2));
    net.cells[2].edited = random.percent(50);
    net.syncs.push(Sync {
        records: Sides::new(RecordId(0), RecordId(1)),
    });
    net.rows.push(row(random, size));
    for _ in 0..random.pick(&[1, 2, 2, 3]) {
        let rule = rule(random, &net);
        net.rules.push(rule);
    }
    net
}

fn row(random: &mut Random, size: u16) -> Row {
    let lane = |random: &mut Random| {
        let mut lane = Lane::plain((0..size).map(Some).collect());
        lane.blank = random.pick(&[BlankPolicy::Clears, BlankPolicy::Keeps]);
        lane.timing = random.pick(&[
            Timing::Always,
            Timing::Always,
            Timing::Always,
            Timing::Always,
            Timing::FillOnly,
        ]);
        if lane.timing == Timing::FillOnly {
            lane.blank = BlankPolicy::Keeps;
        }
        lane.default = random.percent(10).then_some(1);
        lane.ordered = true;
        lane
    };
    let mut lanes = Sides::new(Some(lane(random)), Some(lane(random)));
    if random.percent(25) {
        let from = random.pick(&Side::BOTH);
        *lanes.get_mut(!from) = None;
        if let Some(lane) = lanes.get_mut(from) {
            lane.enforce = lane.timing == Timing::Always && random.percent(30);
        }
    }
    let side = random.pick(&Side::BOTH);
    let plain = [&lanes.left, &lanes.right]
        .into_iter()
        .flatten()
        .all(|l| l.blank == BlankPolicy::Keeps && l.timing == Timing::Always);
    let authority = match random.below(8) {
        0 if plain => Authority::PreferUnlessBlank(side),
        1 => Authority::LatestElse(side),
        2 => Authority::Ask,
        _ => Authority::Wins(side),
    };
    let fills = [&lanes.left, &lanes.right]
        .into_iter()
        .flatten()
        .any(|l| l.timing == Timing::FillOnly);
    Row {
        sync: SyncId(0),
        cells: Sides::new(CellId(0), CellId(1)),
        lanes,
        authority: if fills { Authority::Ask } else { authority },
        when: match random.percent(15) {
            true => Guard::In(CellId(2), vec![1]),
            false => Guard::Always,
        },
        class: Sides::new((0..size).collect(), (0..size).collect()),
    }
}

fn rule(random: &mut Random, net: &Network) -> Rule {
    let record = random.below(2);
    let beside = net.cells[2].record.index() == record;
    let counter = CellId(record as u16);
    let size = net.cells[record].size() as u16;
    let bound = |random: &mut Random| {
        let (at, above) = (
            1 + random.below(usize::from(size) - 1) as u16,
            random.percent(35),
        );
        Guard::Bound(counter, (1..size).filter(|v| (*v > at) == above).collect())
    };
    let asks = |random: &mut Random| match random.below(10) {
        0 => Guard::Always,
        1 => Guard::In(counter, vec![random.below(size.into()) as u16]),
        2 => Guard::Not(Box::new(bound(random))),
        3 => Guard::All(vec![bound(random), bound(random)]),
        4 => Guard::Any(vec![bound(random), Guard::In(counter, vec![0])]),
        _ => bound(random),
    };
    let also = |random: &mut Random, guard: Guard| match beside && random.percent(25) {
        true => Guard::All(vec![guard, Guard::In(CellId(2), vec![1])]),
        false => guard,
    };
    let phase = random.pick(&[
        Phase::BeforeSave,
        Phase::AfterSave,
        Phase::Later,
        Phase::Later,
    ]);
    let mut effects = Vec::new();
    for _ in 0..random.pick(&[1, 1, 1, 2]) {
        let grade = beside && random.percent(20);
        let by = random.pick(&[1, 1, 1, 2, -1]);
        let added = |v: u16| match i32::from(v) + by {
            _ if v == 0 => Some(0),
            sum if sum >= 1 && sum < i32::from(size) => Some(sum as u16),
            _ => None,
        };
        let value = match random.below(10) {
            _ if grade => Source::Constant(random.below(2) as u16),
            0..3 => Source::Constant(1 + random.below(usize::from(size) - 1) as u16),
            3 if random.percent(30) => Source::Constant(0),
            _ => Source::Table(Table {
                inputs: vec![counter],
                values: (0..size).map(added).collect(),
            }),
        };
        effects.push(Effect {
            target: if grade { CellId(2) } else { counter },
            when: if random.percent(25) {
                asks(random)
            } else {
                Guard::Always
            },
            value,
            clears: false,
        });
    }
    let guard = asks(random);
    let mut starts = vec![counter];
    if beside && random.percent(20) {
        starts = vec![CellId(2)];
    }
    if random.percent(20) {
        starts.clear();
    }
    Rule {
        record: RecordId(record as u16),
        phase,
        starts,
        by: random.pick(&[
            StartedBy::Anyone,
            StartedBy::Anyone,
            StartedBy::Sync,
            StartedBy::People,
        ]),
        acts: StartedBy::People,
        entry: random.pick(&[Entry::EveryTime, Entry::EveryTime, Entry::BecomesTrue]),
        guard: also(random, guard),
        effects,
        limit: random.pick(&[1, 2]),
        rank: random.below(2) as u32,
    }
}
