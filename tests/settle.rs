//! That updates settle, or that they do not: the analysis against an interpreter that shares no code with it.

mod counters;
pub mod interpreter;
mod pair;
pub mod random;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use accordant::analyze::settle::alike;
use accordant::analyze::settle::law::{Automatic, rests};
use accordant::analyze::settle::network::Source;
use accordant::analyze::settle::{
    Begin, Judgement, Limits, Network, StepKind, Verdict, Witness, anywhere, judge,
};
use accordant::model::Phase;
use accordant::side::Side;
use interpreter::{Interpreter, Memory, Nature, Reached, World};
use random::{Knowledge, Random, network};

/// Replays a witness. What it says of every cell after every step must be so, and the last step must lead back.
fn replays(net: &Network, witness: &Witness, nature: Nature) -> Result<(), String> {
    let interpreter = Interpreter::new(net, nature);
    let memory = match witness.begin {
        Begin::Met => Memory::Met,
        Begin::Recovered => Memory::Lost,
    };
    let mut worlds = vec![interpreter.world(&witness.given, memory)];
    let mut seen: Vec<World> = Vec::new();
    let mut moved = false;
    for (at, step) in witness.steps.iter().enumerate() {
        if at == witness.again {
            seen = worlds.clone();
        }
        let mut next = Vec::new();
        for world in worlds {
            match &step.kind {
                StepKind::Edit(record, values) => {
                    let sets: Vec<(usize, u8)> =
                        values.iter().map(|(c, v)| (c.index(), *v as u8)).collect();
                    next.extend(interpreter.edit(world, record.index(), &sets));
                }
                StepKind::Pause => next.extend(interpreter.pause(world).0),
                StepKind::Round => {
                    for (world, wrote) in interpreter.round(world) {
                        let (list, more) = interpreter.pause(world);
                        moved |= at >= witness.again && (wrote || more);
                        next.extend(list);
                    }
                }
            }
        }
        let told = |w: &World| {
            witness
                .about
                .iter()
                .all(|c| u16::from(w.cells[c.index()]) == step.cells[c.index()])
        };
        next.retain(told);
        if next.is_empty() {
            return Err(format!("step {at} does not happen: {step:?}"));
        }
        worlds = next;
    }
    if !moved {
        return Err("nothing moves".into());
    }
    let rounds = witness.steps.len() - witness.again;
    match witness.period {
        0 => return Ok(()),
        period if period != rounds => return Err("it does not say its period".into()),
        _ => {}
    }
    let about = |w: &World| {
        let mut w = *w;
        let other = |c: usize| !witness.about.iter().any(|a| a.index() == c);
        (0..net.cells.len())
            .filter(|c| other(*c))
            .for_each(|c| w.cells[c] = 0);
        let rows = net
            .rows
            .iter()
            .zip(&mut w.rows)
            .filter(|(r, _)| other(r.cells.left.index()));
        rows.for_each(|(_, memory)| *memory = Memory::Lost);
        w
    };
    let back = worlds
        .iter()
        .any(|w| seen.iter().any(|s| about(s) == about(w)));
    if back {
        Ok(())
    } else {
        Err("it does not come back".into())
    }
}

/// Compares both verdicts; an error is a mismatch. How many worlds the interpreter saw.
fn compare(net: &Network, judgement: &Judgement, thorough: bool) -> Result<usize, String> {
    let wild = Interpreter::new(net, Nature::Wild);
    let mut reached = Reached::new(wild, thorough);
    for (verdict, memory) in [
        (&judgement.kept, Memory::Met),
        (&judgement.lost, Memory::Lost),
    ] {
        match verdict {
            Verdict::Stable | Verdict::Settles { .. } => {
                let told = verdict.rounds().unwrap_or_default();
                match reached.from(memory) {
                    None => return Err("accepted, and it loops".into()),
                    Some(rounds) if rounds.max(1) == told => {}
                    Some(rounds) => return Err(format!("it takes {rounds} rounds")),
                }
            }
            Verdict::Oscillates(witness) => {
                replays(net, witness, Nature::Idle(witness.newer))?;
                break;
            }
            Verdict::Undecided { witness, .. } => {
                replays(net, witness, Nature::Wild)?;
                for newer in [None, Some(Side::Left), Some(Side::Right)] {
                    let nature = Nature::Idle(newer);
                    let mut idle = Reached::new(Interpreter::new(net, nature), thorough);
                    let memories = [Memory::Met, Memory::Lost];
                    let until = memories.iter().position(|m| *m == memory).unwrap();
                    if memories[..=until].iter().any(|m| idle.from(*m).is_none()) {
                        return Err("undecided, and it loops whatever the unknown does".into());
                    }
                }
                break;
            }
            Verdict::TooLarge { .. } => return Err("too large".into()),
            Verdict::Diverges(_) => return Err("no values without an end are here".into()),
        }
    }
    Ok(reached.worlds.len())
}

/// What live automations make of a cell, read off their tables.
fn automatic(net: &Network, at: usize, live: &[bool]) -> Automatic {
    let cell = &net.cells[at];
    let rules = net.rules.iter().zip(live).filter(|(_, live)| **live);
    let automatic = rules.filter(|(r, _)| r.phase != Phase::Derived);
    let effects = automatic.flat_map(|(r, _)| &r.effects);
    let effects = effects.filter(|e| e.target.index() == at);
    let stays = |v: u16| v != 0 && cell.stores[usize::from(v)] != 0;
    let fills = effects.clone().all(|e| match &e.value {
        Source::Constant(v) => stays(*v),
        Source::Table(t) if t.inputs == [e.target] => {
            t.values[1..].iter().flatten().all(|v| stays(*v))
        }
        Source::Table(t) => t.values.iter().flatten().all(|v| stays(*v)),
        Source::Unknown(_) => false,
    });
    let climbs = counters::climbs(net, at, live);
    let filled = |v: u16| v >= 1 && cell.stores[usize::from(v)] != 0;
    let one_way = effects.clone().all(|e| match &e.value {
        Source::Table(t) if t.inputs == [e.target] => (0..).zip(&t.values).all(|(from, to)| {
            to.is_none_or(|to| filled(to) && cell.stores[usize::from(to)] >= from)
        }),
        _ => false,
    });
    let tables: Option<Vec<&Vec<Option<u16>>>> = effects
        .map(|e| match &e.value {
            Source::Table(t) if t.inputs == [e.target] => Some(&t.values),
            _ => None,
        })
        .collect();
    let Some(tables) = tables else {
        return Automatic {
            fills,
            one_way,
            climbs,
            ..Automatic::default()
        };
    };
    let leads = |from: u16| {
        let made = tables.iter().filter_map(move |t| t[usize::from(from)]);
        let stored = cell.stores[usize::from(from)];
        made.chain([stored]).filter(move |to| *to != from)
    };
    // the longest way, by one more step each time: one of as many steps as there are values goes round
    let mut longest = vec![0_usize; cell.size()];
    for _ in 0..=cell.size() {
        for from in 0..cell.size() {
            let further = leads(from as u16).map(|to| longest[usize::from(to)] + 1);
            longest[from] = further.max().unwrap_or(0);
        }
    }
    let most = longest.iter().copied().max().unwrap_or(0);
    let same = |t: &&Vec<Option<u16>>| {
        (0..)
            .zip(t.iter())
            .all(|(v, to)| to.is_none_or(|to| to == v))
    };
    Automatic {
        leaves: tables.iter().all(same),
        ends: (most < cell.size()).then_some(most as u32),
        fills,
        one_way,
        climbs,
    }
}

/// What comes to rest from every state does so from those that are reached.
fn rests_from_anywhere(
    net: &Network,
    judgement: &Judgement,
    from_anywhere: &AtomicUsize,
) -> Result<(), String> {
    let Some(most) = anywhere(net, 3_000) else {
        return Ok(());
    };
    from_anywhere.fetch_add(1, Ordering::Relaxed);
    match judgement.verdict().rounds() {
        Some(rounds) if rounds <= most.max(1) => Ok(()),
        other => Err(format!("from anywhere {most} rounds, the search {other:?}")),
    }
}

/// What the laws say of a network is so.
fn obeys(net: &Network, judgement: &Judgement, by_law: &AtomicUsize) -> Result<(), String> {
    let known = |live: &[bool]| {
        let cells = 0..net.cells.len();
        cells.map(|c| automatic(net, c, live)).collect()
    };
    let Some(most) = rests(net, &known) else {
        return Ok(());
    };
    by_law.fetch_add(1, Ordering::Relaxed);
    match judgement.verdict().rounds() {
        Some(rounds) if rounds <= most => Ok(()),
        other => Err(format!("the law says {most} rounds, the search {other:?}")),
    }
}

#[derive(Default)]
struct Tally {
    settled: AtomicUsize,
    slow: AtomicUsize,
    oscillates: AtomicUsize,
    undecided: AtomicUsize,
    lost: AtomicUsize,
}

impl Tally {
    fn count(&self, judgement: &Judgement) {
        let add = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
        match &judgement.kept {
            Verdict::Stable => add(&self.settled),
            Verdict::Settles { .. } => add(&self.slow),
            Verdict::Oscillates(_) | Verdict::Diverges(_) => add(&self.oscillates),
            Verdict::Undecided { .. } | Verdict::TooLarge { .. } => add(&self.undecided),
        };
        if judgement.kept.rounds().is_some() && judgement.lost.rounds().is_none() {
            add(&self.lost);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|s| s.parse().ok())
}

/// Whether everything is tried: a million networks, and every pair. Else a share of it.
pub fn in_full() -> bool {
    std::env::var_os("ACCORDANT_PROOFS").is_some_and(|v| v == "full")
}

/// Fewer values, where a network needs no more, are judged as all of them.
fn says_the_same(net: &Network, whole: &Judgement, shrunk: &AtomicUsize) -> Result<(), String> {
    let Some(fewer) = alike::fewer(net) else {
        return Ok(());
    };
    shrunk.fetch_add(1, Ordering::Relaxed);
    let fewer = judge(&fewer.network, Limits::default());
    let sort = |v: &Verdict| (v.rounds(), std::mem::discriminant(v));
    match sort(whole.verdict()) == sort(fewer.verdict()) {
        true => Ok(()),
        false => Err(format!("with fewer values it is {fewer:#?}")),
    }
}

#[test]
fn random_networks_are_judged_as_an_exhaustive_interpreter_finds_them() {
    let seed = number("ACCORDANT_SEED").unwrap_or(20_261_123);
    let count = number("ACCORDANT_NETWORKS").unwrap_or(if in_full() { 1_000_000 } else { 10_000 });
    let tally = Tally::default();
    let states = AtomicUsize::new(0);
    let by_law = AtomicUsize::new(0);
    let shrunk = AtomicUsize::new(0);
    let from_anywhere = AtomicUsize::new(0);
    let wrong: Vec<String> = (0..count)
        .into_par_iter()
        .filter_map(|at| {
            let mut random = Random(seed ^ at.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let knowledge = if at % 10 == 0 {
                Knowledge::Partial
            } else {
                Knowledge::Full
            };
            let net = network(&mut random, knowledge);
            let judgement = judge(&net, Limits::default());
            tally.count(&judgement);
            let thorough = at % 16 == 0;
            let found = compare(&net, &judgement, thorough);
            let found = found.and_then(|n| says_the_same(&net, &judgement, &shrunk).map(|()| n));
            let found = found.and_then(|n| match at % 16 {
                0 => rests_from_anywhere(&net, &judgement, &from_anywhere).map(|()| n),
                _ => Ok(n),
            });
            match found.and_then(|n| obeys(&net, &judgement, &by_law).map(|()| n)) {
                Ok(n) => {
                    states.fetch_add(n, Ordering::Relaxed);
                    None
                }
                Err(error) => Some(format!(
                    "network {at} of seed {seed}: {error}\n{judgement:#?}\n{net:#?}"
                )),
            }
        })
        .collect();
    let n = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "seed {seed}: {count} networks, {} states by the interpreter: {} stable, {} settle slowly, {} oscillate, {} undecided ({:.2} %), {} only where the shadow is lost, {} by the law, {} with fewer values, of one in 16 {} from anywhere; {} wrong",
        n(&states),
        n(&tally.settled),
        n(&tally.slow),
        n(&tally.oscillates),
        n(&tally.undecided),
        n(&tally.undecided) as f64 * 100.0 / count as f64,
        n(&tally.lost),
        n(&by_law),
        n(&shrunk),
        n(&from_anywhere),
        wrong.len(),
    );
    let heads: Vec<&str> = wrong.iter().filter_map(|w| w.lines().next()).collect();
    assert!(wrong.is_empty(), "{}\n{}", heads.join("\n"), wrong[0]);
}

/// Counters end as the law says that they do, and it says so of many of which no other law says anything.
#[test]
fn random_counters_end_where_the_law_says_so() {
    let seed = number("ACCORDANT_SEED").unwrap_or(20_261_127);
    let count = number("ACCORDANT_COUNTERS").unwrap_or(if in_full() { 20_000 } else { 1_500 });
    let (by_law, ends, by_others) = <(AtomicUsize, AtomicUsize, AtomicUsize)>::default();
    let wrong: Vec<String> = (0..count)
        .into_par_iter()
        .filter_map(|at| {
            let mut random = Random(seed ^ at.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let net = counters::counters(&mut random);
            let judgement = judge(&net, Limits::default());
            let known = |live: &[bool]| {
                let cells = (0..net.cells.len()).map(|c| automatic(&net, c, live));
                let other = |a: Automatic| Automatic { climbs: None, ..a };
                cells.map(other).collect()
            };
            by_others.fetch_add(
                usize::from(rests(&net, &known).is_some()),
                Ordering::Relaxed,
            );
            ends.fetch_add(
                usize::from(judgement.verdict().rounds().is_some()),
                Ordering::Relaxed,
            );
            let error = obeys(&net, &judgement, &by_law).err()?;
            Some(format!("counters {at} of seed {seed}: {error}\n{net:#?}"))
        })
        .collect();
    let n = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "seed {seed}: of {count} counters {} end, {} by the law, {} by it without counting; {} wrong",
        n(&ends),
        n(&by_law),
        n(&by_others),
        wrong.len(),
    );
    let heads: Vec<&str> = wrong.iter().filter_map(|w| w.lines().next()).collect();
    assert!(wrong.is_empty(), "{}\n{}", heads.join("\n"), wrong[0]);
    let more = n(&by_law) - n(&by_others);
    assert!(more as u64 > count / 40, "counting says nothing");
}

/// A left and a right cell of the blank, `us` and `Us`, with a plain two-way row between them.
fn countries() -> Network {
    use accordant::analyze::settle::network::{
        Cell, CellId, Guard, Lane, Record, RecordId, Row, Sync, SyncId,
    };
    use accordant::model::Authority;
    use accordant::side::Sides;
    let lane = || Some(Lane::plain(vec![Some(0), Some(1), Some(2)]));
    Network {
        records: (0..2)
            .map(|system| Record {
                system,
                stamped: false,
            })
            .collect(),
        cells: vec![Cell::plain(RecordId(0), 3), Cell::plain(RecordId(1), 3)],
        syncs: vec![Sync {
            records: Sides::new(RecordId(0), RecordId(1)),
        }],
        rows: vec![Row {
            sync: SyncId(0),
            cells: Sides::new(CellId(0), CellId(1)),
            lanes: Sides::new(lane(), lane()),
            authority: Authority::Wins(Side::Right),
            when: Guard::Always,
            class: Sides::new(vec![0, 1, 2], vec![0, 1, 2]),
        }],
        rules: Vec::new(),
    }
}

/// An automation of the right record that writes `us` or `Us` over the other one before it is saved.
fn spelling(
    phase: accordant::model::Phase,
    from: u16,
    to: u16,
) -> accordant::analyze::settle::network::Rule {
    use accordant::analyze::settle::network::{CellId, Effect, Guard, RecordId, Rule, Source};
    Rule {
        record: RecordId(1),
        phase,
        starts: Vec::new(),
        by: accordant::model::StartedBy::Anyone,
        acts: accordant::model::StartedBy::People,
        entry: accordant::model::Entry::EveryTime,
        guard: Guard::In(CellId(1), vec![from]),
        effects: vec![Effect {
            target: CellId(1),
            when: Guard::Always,
            value: Source::Constant(to),
            clears: false,
        }],
        limit: 1,
        rank: 0,
    }
}

#[test]
fn a_store_that_lowers_and_a_flow_that_capitalises_undo_each_other() {
    let mut net = countries();
    assert_eq!(judge(&net, Limits::default()).kept, Verdict::Stable);
    net.rules
        .push(spelling(accordant::model::Phase::BeforeSave, 1, 2));
    let Verdict::Settles { rounds: 2 } = judge(&net, Limits::default()).kept else {
        panic!("the flow alone travels back once");
    };
    net.cells[0].stores = vec![0, 1, 1];
    let Verdict::Oscillates(witness) = judge(&net, Limits::default()).kept else {
        panic!("it oscillates");
    };
    // a person fills one cell, and from then on two rounds repeat
    let edits = witness
        .steps
        .iter()
        .filter(|s| matches!(s.kind, StepKind::Edit(..)));
    assert_eq!((edits.count(), witness.period), (1, 2));
    assert_eq!(replays(&net, &witness, Nature::Idle(None)), Ok(()));
    // to a row that ignores the case nothing happens
    net.rows[0].class = accordant::side::Sides::new(vec![0, 1, 1], vec![0, 1, 1]);
    assert_eq!(judge(&net, Limits::default()).kept, Verdict::Stable);
}

#[test]
fn a_value_goes_back_where_the_field_is_cleared_first() {
    use accordant::analyze::settle::network::{CellId, Guard, RecordId};
    use accordant::model::Phase;
    let mut net = countries();
    net.cells[1].forward = Some(vec![None, Some(0), Some(1)]);
    let mut pushes_on = spelling(Phase::BeforeSave, 1, 2);
    pushes_on.record = RecordId(0);
    pushes_on.guard = Guard::In(CellId(0), vec![1]);
    pushes_on.effects[0].target = CellId(0);
    net.rules = vec![pushes_on, spelling(Phase::Later, 2, 1)];
    let settles = |net: &Network| judge(net, Limits::default()).kept.rounds().is_some();
    assert!(settles(&net), "the platform leaves the later value there");
    net.rules[1].effects[0].clears = true;
    let Verdict::Oscillates(witness) = judge(&net, Limits::default()).kept else {
        panic!("one sends it back, the other on");
    };
    assert_eq!(replays(&net, &witness, Nature::Idle(None)), Ok(()));
}

/// Two cells of the blank and the numbers up to seven, the last of which stands for all beyond; people enter the first one.
/// Each system counts on what a sync writes.
fn counters() -> Network {
    use accordant::analyze::settle::network::{
        CellId, Effect, Guard, Lane, RecordId, Rule, Source, Table,
    };
    let mut net = countries();
    let same: Vec<u16> = (0..8).collect();
    let more: Vec<Option<u16>> = (0..8)
        .map(|n: u16| Some(if n == 0 { 0 } else { (n + 1).min(7) }))
        .collect();
    for cell in &mut net.cells {
        cell.stores.clone_from(&same);
        cell.class.clone_from(&same);
        cell.takes = vec![true; 8];
        (cell.seeds, cell.open) = (2, true);
    }
    for side in Side::BOTH {
        let lane = Lane::plain(same.iter().map(|n| Some(*n)).collect());
        *net.rows[0].lanes.get_mut(side) = Some(lane);
        net.rows[0].class.get_mut(side).clone_from(&same);
    }
    for at in 0..2 {
        net.rules.push(Rule {
            record: RecordId(at),
            phase: accordant::model::Phase::BeforeSave,
            starts: vec![CellId(at)],
            by: accordant::model::StartedBy::Anyone,
            acts: accordant::model::StartedBy::People,
            entry: accordant::model::Entry::EveryTime,
            guard: Guard::Always,
            effects: vec![Effect {
                target: CellId(at),
                when: Guard::Always,
                value: Source::Table(Table {
                    inputs: vec![CellId(at)],
                    values: more.clone(),
                }),
                clears: false,
            }],
            limit: 1,
            rank: 0,
        });
    }
    net
}

#[test]
fn counters_on_both_sides_count_without_an_end() {
    let mut net = counters();
    let limits = Limits {
        rounds: 4,
        ..Limits::default()
    };
    let Verdict::Diverges(witness) = judge(&net, limits).kept else {
        panic!("they count each other up");
    };
    assert_eq!(
        (witness.period, witness.steps.len() - witness.again),
        (0, 4)
    );
    assert_eq!(replays(&net, &witness, Nature::Idle(None)), Ok(()));
    // one of them alone counts once, and its number travels back
    net.rules.pop();
    assert_eq!(judge(&net, limits).kept, Verdict::Settles { rounds: 2 });
}

#[test]
fn what_is_too_large_says_what_would_cut_it() {
    let mut net = countries();
    net.cells[1].stores = (0..3).collect();
    let Verdict::TooLarge { states, cut } = judge(
        &net,
        Limits {
            states: 5,
            ..Limits::default()
        },
    )
    .kept
    else {
        panic!("it is larger than five states");
    };
    assert_eq!((states, cut.len()), (Some(9), 2));
}

#[test]
fn two_flows_in_no_order_that_do_not_commute_are_told() {
    use accordant::analyze::settle::disagreements;
    use accordant::model::Phase;
    let mut net = countries();
    net.rules = vec![
        spelling(Phase::BeforeSave, 1, 2),
        spelling(Phase::BeforeSave, 2, 1),
    ];
    let found = disagreements(&net, |_| true, Limits::default());
    assert_eq!(found.len(), 1);
    assert_ne!(found[0].ends[0], found[0].ends[1]);
    net.rules[1].rank = 1;
    assert_eq!(disagreements(&net, |_| true, Limits::default()), Vec::new());
}
