//! The table of section 3, cell by cell; then every clause combination that is no compile error on a domain of three values,
//! against a second, naive writing of the table and against the promises of section 8.

use std::collections::{BTreeMap, HashMap};

use smol_str::SmolStr;

use super::*;
use crate::plan::{self, Authority, BlankPolicy, Expr, Fallback, Lane as PlanLane, Timing};
use crate::runtime::program::{Cell, Links, Program};
use crate::runtime::shadow::{Consistency, Mark, State};
use crate::runtime::{Record, compile};
use crate::value::{Kind, Wire};

struct NoLinks;

impl Links for NoLinks {
    fn linked(&self, _: &[u16], _: Side, _: &str) -> Option<SmolStr> {
        None
    }
}

fn lane(map: &str, from: Side) -> PlanLane {
    let value = match map {
        "" => Expr::Input,
        map => Expr::Map {
            map: map.into(),
            from,
            input: Box::new(Expr::Input),
            within: None,
        },
    };
    PlanLane {
        value,
        failure: Fallback::Reject,
        blank: BlankPolicy::Keeps,
        timing: Timing::Always,
        default: None,
        enforce: false,
    }
}

fn row(lanes: Sides<Option<PlanLane>>, authority: Authority) -> plan::Row {
    let cell = |side| plan::Cell {
        read: Expr::Field {
            side,
            field: "f".into(),
        },
        field: Some("f".into()),
    };
    plan::Row {
        name: "f".into(),
        origin: plan::Origin::default(),
        digest: "f".into(),
        cells: Sides::new(cell(Side::Left), cell(Side::Right)),
        lanes,
        normal: None,
        authority: Some(authority),
        when: None,
        bound: 2,
    }
}

/// Maps: `lossy` takes x and y to x; `partial` takes x alone; each the same in both directions.
fn program(rows: Vec<plan::Row>) -> Program {
    let field = plan::Field {
        kind: Kind::Text,
        equality: plan::Equality {
            trim: true,
            ..plan::Equality::default()
        },
        length: Some(9),
        digits: None,
        whole: false,
        only: None,
        required: false,
        boxed: false,
        forward_only: None,
    };
    let object = |system: &str| {
        let fields = [("f".into(), field.clone()), ("other".into(), field.clone())].into();
        let object = plan::Object {
            system: system.into(),
            name: "o".into(),
            modified: None,
            created: None,
            fields,
        };
        (SmolStr::new(format!("{system}.o")), object)
    };
    let system = plan::System {
        kind: "jsonl".into(),
        wire: Wire::Strings,
        id: "id".into(),
        deleted: None,
        modified: None,
        created: None,
        merged_into: None,
        converted_into: BTreeMap::new(),
        merged_from: None,
        converted: BTreeMap::new(),
        active: BTreeMap::new(),
    };
    let map = |rows: &[(&str, &str)]| {
        let rows: BTreeMap<SmolStr, Value> = rows
            .iter()
            .map(|(k, v)| (SmolStr::new(*k), Value::text(v)))
            .collect();
        plan::ValueMap {
            origin: plan::Origin::default(),
            forward: rows.clone(),
            backward: rows,
            otherwise: Sides::default(),
            within: false,
        }
    };
    let sync = plan::Sync {
        name: "s".into(),
        origin: plan::Origin::default(),
        objects: Sides::new("l.o".into(), "r.o".into()),
        mode: plan::Mode::Merge,
        writes_side: Sides::new(true, true),
        link_group: Sides::new("l.o".into(), "r.o".into()),
        identity: plan::Identity {
            admission: Sides::default(),
            originates: Sides::new(true, true),
            active_while: Sides::default(),
            leave: plan::Leave::Continue,
            keys: Vec::new(),
            many: Sides::new(plan::Many::Hold, plan::Many::Hold),
            stamp: Sides::default(),
            create: Sides::default(),
            create_with: Sides::default(),
            delete: Sides::new(plan::DeletePolicy::Keep, plan::DeletePolicy::Keep),
            yields_to: Vec::new(),
            converts_to: None,
            after: Vec::new(),
        },
        rows,
        protected: Sides::default(),
        write_set: Sides::new(vec!["f".into()], vec!["f".into()]),
    };
    compile(&plan::Plan {
        format: plan::FORMAT,
        project: "t".into(),
        language: 1,
        hashes: plan::Hashes::default(),
        systems: [("l".into(), system.clone()), ("r".into(), system)].into(),
        objects: [object("l"), object("r")].into(),
        maps: [
            ("lossy".into(), map(&[("x", "x"), ("y", "x")])),
            ("partial".into(), map(&[("x", "x")])),
        ]
        .into(),
        normalizers: BTreeMap::new(),
        syncs: vec![sync],
        brakes: plan::Brakes::default(),
        automations: Vec::new(),
        lifecycles: Vec::new(),
        reacting: BTreeMap::new(),
        not_executed: Vec::new(),
        bound: BTreeMap::new(),
    })
    .expect("compiles")
}

fn ask(row: &Row, a: &str, b: &str, trace: &Trace, changed: [i64; 2]) -> Verdict {
    let related = HashMap::new();
    let record = Record {
        id: "1".into(),
        values: [Value::text(a), Value::Blank].into(),
        ..Record::default()
    };
    let records = Sides::new(Some(&record), None);
    let scene = Scene {
        records,
        changed: &[],
        links: &NoLinks,
        related: &related,
    };
    let times = Times {
        changed: Sides::new(Some(changed[0]), Some(changed[1])),
        tolerance: 10,
    };
    merge(
        row,
        Sides::new(&Value::text(a), &Value::text(b)),
        trace,
        &times,
        &scene,
    )
}

fn known(a: &str, b: &str, consistent: Consistency) -> Trace {
    let mark = |t: &str| Mark::of(&Value::text(t));
    Trace::new(State::Known {
        marks: Sides::new(mark(a), mark(b)),
        consistent,
    })
}

/// A verdict in a word: `> x` and `< x` write x to the right and to the left; `log` that a value is lost by it.
fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Rest => "rest".into(),
        Verdict::Remember(_) => "shadow".into(),
        Verdict::Accepted(_) => "accepted".into(),
        Verdict::Drifted(..) => "drift".into(),
        Verdict::Hold(reason, _) => format!("hold {reason}"),
        Verdict::Write(sent) => {
            let arrow = if sent.side == Side::Right { '>' } else { '<' };
            format!(
                "{arrow} {}{}",
                sent.value,
                if sent.lost.is_some() { " log" } else { "" }
            )
        }
    }
}

/// Expectations: shadow (`-` recovered, `met`, or two values), now, verdict. `_` is blank.
fn table(row: &Row, cells: &[(&str, &str, &str)]) {
    let blank = |t: &str| {
        if t == "_" {
            String::new()
        } else {
            t.to_owned()
        }
    };
    for (shadow, now, wanted) in cells {
        let (a, b) = now.split_once(' ').expect("two values");
        let trace = match *shadow {
            "-" => Trace::default(),
            "met" => Trace::new(State::FirstMet),
            pair => {
                let (a, b) = pair.split_once(' ').expect("two values");
                let same = if a == b {
                    Consistency::Consistent
                } else {
                    Consistency::Inconsistent
                };
                known(&blank(a), &blank(b), same)
            }
        };
        let verdict = ask(row, &blank(a), &blank(b), &trace, [1_000, 2_000]);
        assert_eq!(word(&verdict), *wanted, "shadow {shadow}, now {now}");
    }
}

fn both(change: impl Fn(&mut PlanLane, &mut PlanLane)) -> Sides<Option<PlanLane>> {
    let (mut left, mut right) = (lane("", Side::Left), lane("", Side::Right));
    change(&mut left, &mut right);
    Sides::new(Some(left), Some(right))
}

fn one(change: impl Fn(&mut PlanLane)) -> Sides<Option<PlanLane>> {
    let mut left = lane("", Side::Left);
    change(&mut left);
    Sides::new(Some(left), None)
}

fn check(lanes: Sides<Option<PlanLane>>, authority: Authority, cells: &[(&str, &str, &str)]) {
    let program = program(vec![row(lanes, authority)]);
    table(&program.syncs[0].rows[0], cells);
}

const RIGHT_WINS: Authority = Authority::Wins(Side::Right);

#[test]
fn one_way() {
    let cells = [
        ("-", "x x", "shadow"),
        ("x x", "x x", "rest"),
        ("x x", "x x  ", "rest"),
        ("x y", "y y", "shadow"),
        ("-", "x y", "accepted"),
        ("met", "x y", "> x log"),
        ("met", "x _", "> x"),
        ("met", "_ y", "shadow"),
        ("x y", "x y", "rest"),
        ("x x", "y x", "> y"),
        ("x y", "z y", "> z log"),
        ("x x", "x y", "drift"),
        ("x x", "y z", "> y log"),
        ("x x", "_ x", "shadow"),
        ("x x", "far-too-long-for-it x", "hold R004"),
    ];
    check(one(|_| ()), RIGHT_WINS, &cells);
    let enforced = [
        ("x x", "x y", "> x log"),
        ("-", "x y", "> x log"),
        ("x x", "x _", "> x"),
        ("-", "_ y", "shadow"),
    ];
    check(one(|l| l.enforce = true), RIGHT_WINS, &enforced);
    let clears = [
        ("x x", "_ x", "> "),
        ("met", "_ x", "shadow"),
        ("-", "_ x", "accepted"),
    ];
    check(one(|l| l.blank = BlankPolicy::Clears), RIGHT_WINS, &clears);
    let fills = [
        ("x _", "y _", "> y"),
        ("x x", "y x", "shadow"),
        ("met", "x y", "shadow"),
    ];
    check(one(|l| l.timing = Timing::FillOnly), RIGHT_WINS, &fills);
    check(
        one(|l| l.timing = Timing::OnCreate),
        RIGHT_WINS,
        &[("x x", "y x", "rest"), ("met", "x y", "rest")],
    );
}

#[test]
fn two_way() {
    let cells = [
        ("-", "x y", "accepted"),
        ("-", "x x", "shadow"),
        ("met", "x y", "< y log"),
        ("met", "x _", "> x"),
        ("met", "_ y", "< y"),
        ("met", "_ _", "shadow"),
        ("x x", "y x", "> y"),
        ("x x", "x y", "< y"),
        ("x x", "y z", "< z log"),
        ("x x", "_ y", "< y"),
        ("x x", "_ x", "shadow"),
        ("_ x", "_ x", "rest"),
        ("_ x", "_ y", "< y"),
    ];
    check(both(|_, _| ()), RIGHT_WINS, &cells);
    check(
        both(|_, _| ()),
        Authority::Wins(Side::Left),
        &[("met", "x y", "> x log"), ("x x", "y z", "> y log")],
    );
    check(
        both(|_, _| ()),
        Authority::LatestElse(Side::Left),
        &[("met", "x y", "> x log"), ("x x", "y z", "< z log")],
    );
    check(
        both(|_, _| ()),
        Authority::Ask,
        &[
            ("-", "x y", "hold R012"),
            ("met", "x y", "hold R012"),
            ("met", "x _", "> x"),
            ("x x", "y z", "hold R012"),
            ("x x", "y x", "> y"),
        ],
    );
}

#[test]
fn prefer_unless_blank_puts_back() {
    check(
        both(|_, _| ()),
        Authority::PreferUnlessBlank(Side::Right),
        &[
            ("met", "x y", "< y log"),
            ("met", "x _", "> x"),
            ("x x", "y x", "< x log"),
            ("x x", "_ x", "< x"),
            ("_ _", "y _", "> y"),
            ("x x", "x y", "< y"),
            ("x x", "y z", "< z log"),
            ("x x", "y _", "> y"),
        ],
    );
}

#[test]
fn newer_edits_within_the_tolerance_go_to_the_else_side() {
    let program = program(vec![row(
        both(|_, _| ()),
        Authority::LatestElse(Side::Right),
    )]);
    let row = &program.syncs[0].rows[0];
    let trace = known("x", "x", Consistency::Consistent);
    assert_eq!(word(&ask(row, "y", "z", &trace, [1_000, 990])), "< z log");
    assert_eq!(word(&ask(row, "y", "z", &trace, [1_000, 900])), "> y log");
}

#[test]
fn defaults_stand_in_and_never_travel_back() {
    let default = |blank| {
        both(move |l, _| {
            l.default = Some(Value::text("d"));
            l.blank = blank;
        })
    };
    check(
        default(BlankPolicy::Keeps),
        RIGHT_WINS,
        &[
            ("met", "_ d", "shadow"),
            ("-", "_ d", "shadow"),
            ("x x", "_ x", "shadow"),
            ("x x", "x d", "shadow"),
            ("_ d", "y d", "> y"),
            ("met", "y d", "> y"),
            ("d d", "d d", "rest"),
        ],
    );
    check(
        default(BlankPolicy::Clears),
        RIGHT_WINS,
        &[("x x", "_ x", "> d"), ("met", "_ d", "shadow")],
    );
}

#[test]
fn a_failing_map_holds_only_the_write_that_needs_it() {
    let lanes = || {
        Sides::new(
            Some(lane("partial", Side::Left)),
            Some(lane("", Side::Right)),
        )
    };
    check(
        lanes(),
        RIGHT_WINS,
        &[
            ("x x", "y x", "hold R004"),
            ("met", "y _", "hold R004"),
            ("x x", "x y", "< y"),
            ("-", "y y", "shadow"),
            ("x x", "y z", "< z log"),
        ],
    );
}

#[test]
fn a_row_that_sleeps_neither_writes_nor_forgets() {
    let mut sleeping = row(both(|_, _| ()), RIGHT_WINS);
    sleeping.when = Some(Expr::IsSet(Box::new(Expr::Field {
        side: Side::Left,
        field: "other".into(),
    })));
    let program = program(vec![sleeping]);
    table(
        &program.syncs[0].rows[0],
        &[
            ("x x", "y x", "rest"),
            ("met", "x y", "rest"),
            ("-", "x y", "rest"),
            ("x x", "y y", "shadow"),
        ],
    );
}

// Every combination of clauses.

const VALUES: [&str; 3] = ["", "x", "y"];

fn contradicts(lanes: &Sides<Option<PlanLane>>, authority: Authority) -> bool {
    let two_way = lanes.left.is_some() && lanes.right.is_some();
    let lossy = |l: &Option<PlanLane>| l.as_ref().is_some_and(|l| l.value != Expr::Input);
    if two_way && lossy(&lanes.left) && lossy(&lanes.right) {
        return true;
    }
    for from in Side::BOTH {
        let Some(lane) = lanes.get(from) else {
            continue;
        };
        let clears = lane.blank == BlankPolicy::Clears;
        let fills = lane.timing == Timing::FillOnly;
        let on_create = lane.timing == Timing::OnCreate;
        if clears && (fills && lane.default.is_none() || on_create)
            || lane.enforce && (two_way || fills || on_create)
            || authority == Authority::Wins(from) && two_way && fills
            || authority == Authority::PreferUnlessBlank(from) && two_way && fills
            || authority == Authority::PreferUnlessBlank(!from) && two_way && (clears || fills)
        {
            return true;
        }
    }
    false
}

fn lanes_from(from: Side, enforce: &[bool]) -> Vec<Option<PlanLane>> {
    let mut all = Vec::new();
    for map in ["", "lossy"] {
        for blank in [BlankPolicy::Keeps, BlankPolicy::Clears] {
            for timing in [Timing::Always, Timing::FillOnly, Timing::OnCreate] {
                for default in [None, Some(Value::text("x"))] {
                    for enforce in enforce {
                        let default = default.clone();
                        all.push(Some(PlanLane {
                            blank,
                            timing,
                            default,
                            enforce: *enforce,
                            ..lane(map, from)
                        }));
                    }
                }
            }
        }
    }
    all
}

fn all_rows() -> Vec<plan::Row> {
    let mut rows = Vec::new();
    let authorities = [
        Authority::Wins(Side::Left),
        Authority::Wins(Side::Right),
        Authority::PreferUnlessBlank(Side::Left),
        Authority::PreferUnlessBlank(Side::Right),
        Authority::LatestElse(Side::Left),
        Authority::Ask,
    ];
    for left in lanes_from(Side::Left, &[false]) {
        for right in lanes_from(Side::Right, &[false]) {
            for authority in authorities {
                rows.push(row(Sides::new(left.clone(), right.clone()), authority));
            }
        }
    }
    for side in Side::BOTH {
        for lane in lanes_from(side, &[false, true]) {
            let mut lanes = Sides::new(None, None);
            *lanes.get_mut(side) = lane;
            rows.push(row(lanes, RIGHT_WINS));
        }
    }
    rows.retain(|r| !contradicts(&r.lanes, r.authority.unwrap_or(RIGHT_WINS)));
    rows
}

/// The table once more, written down naively: what is written where, or `rest`.
fn naive(row: &plan::Row, shadow: &str, old: [&str; 2], now: [&str; 2]) -> String {
    let lanes = [row.lanes.left.as_ref(), row.lanes.right.as_ref()];
    let map = |s: usize, v: &'static str| {
        if v == "y" && lanes[s].is_some_and(|l| l.value != Expr::Input) {
            "x"
        } else {
            v
        }
    };
    let still = |v: &str| VALUES.into_iter().find(|k| *k == v).unwrap_or("");
    let default = |s: usize| lanes[s].and_then(|l| l.default.as_ref()).map(|_| "x");
    let empty = |s: usize| now[s].is_empty() || default(1 - s) == Some(now[s]);
    let agrees = |s: usize| {
        let image = map(s, still(now[s]));
        lanes[s].is_some() && (image == now[1 - s] || image.is_empty() && empty(1 - s))
    };
    let may = |s: usize| lanes[s].is_some_and(|l| l.timing != Timing::OnCreate);
    if !may(0) && !may(1)
        || agrees(0)
        || agrees(1)
        || lanes[0].is_some() && lanes[1].is_some() && empty(0) && empty(1)
    {
        return "rest".into();
    }
    let number = |s: Side| usize::from(s == Side::Right);
    let authority = row.authority.unwrap_or(RIGHT_WINS);
    let winner = match authority {
        Authority::Wins(s) | Authority::LatestElse(s) => Some(number(s)),
        Authority::PreferUnlessBlank(s) => Some(if empty(number(s)) {
            1 - number(s)
        } else {
            number(s)
        }),
        Authority::Ask => None,
    };
    let two_way = may(0) && may(1);
    let only = usize::from(!may(0));
    let enforced = lanes[only].is_some_and(|l| l.enforce);
    let changed = [now[0] != old[0], now[1] != old[1]];
    let from = match (shadow, two_way) {
        ("recovered", true) => {
            return if winner.is_none() {
                "hold".into()
            } else {
                "rest".into()
            };
        }
        ("recovered", false) => enforced.then_some(only),
        ("met", false) => Some(only),
        ("met", true) if empty(0) != empty(1) => Some(usize::from(empty(0))),
        ("met", true) => match winner {
            Some(side) => Some(side),
            None => return "hold".into(),
        },
        (_, false) if changed[only] => Some(only),
        (_, false) if changed[1 - only] && enforced => Some(only),
        (_, false) => None,
        (_, true) => match (changed, authority) {
            ([false, false], _) => None,
            ([true, true], Authority::LatestElse(_)) => Some(1),
            ([true, true], _) => match winner {
                Some(side) => Some(side),
                None => return "hold".into(),
            },
            ([left, _], Authority::PreferUnlessBlank(s)) if usize::from(!left) != number(s) => {
                winner
            }
            ([left, _], _) => Some(usize::from(!left)),
        },
    };
    let Some(from) = from else {
        return "rest".into();
    };
    let (Some(lane), to) = (lanes[from], 1 - from) else {
        return "rest".into();
    };
    let met = shadow != "known";
    let source = if empty(from) { "" } else { now[from] };
    let mut value = map(from, still(source));
    if value.is_empty() {
        if let (Some(default), true) = (default(from), empty(to)) {
            value = default;
        } else if met || lane.blank == BlankPolicy::Keeps {
            return "rest".into();
        } else {
            value = default(from).unwrap_or("");
        }
    }
    if lane.timing == Timing::FillOnly && !empty(to) {
        return "rest".into();
    }
    format!("{} {value}", if to == 1 { '>' } else { '<' })
}

#[test]
fn every_clause_combination_keeps_the_promises() {
    let rows = all_rows();
    let program = program(rows.clone());
    let mut cases = 0;
    for (spec, row) in rows.iter().zip(&program.syncs[0].rows) {
        for a in VALUES {
            for b in VALUES {
                let pairs = VALUES
                    .iter()
                    .flat_map(|x| VALUES.iter().map(move |y| Some([*x, *y])));
                for shadow in pairs.chain([None]) {
                    for recovered in [true, false] {
                        let (name, trace) = match shadow {
                            Some([x, y]) if recovered => ("known", settled(row, x, y)),
                            Some(_) => continue,
                            None if recovered => ("recovered", Trace::default()),
                            None => ("met", Trace::new(State::FirstMet)),
                        };
                        let verdict = ask(row, a, b, &trace, [1_000, 2_000]);
                        let short = match &verdict {
                            Verdict::Write(sent) => {
                                format!(
                                    "{} {}",
                                    if sent.side == Side::Right { '>' } else { '<' },
                                    sent.value
                                )
                            }
                            Verdict::Hold(..) => "hold".into(),
                            _ => "rest".into(),
                        };
                        let context =
                            || format!("{spec:#?}\n{name} {shadow:?} now `{a}` `{b}`: {verdict:?}");
                        assert_eq!(
                            short,
                            naive(spec, name, shadow.unwrap_or_default(), [a, b]),
                            "{}",
                            context()
                        );
                        promises(row, [a, b], &trace, &verdict, &context);
                        cases += 1;
                    }
                }
            }
        }
    }
    assert!(cases > 50_000, "{cases}");
}

/// A shadow of two values, with its consistency as the row sees it.
fn settled(row: &Row, a: &str, b: &str) -> Trace {
    match ask(row, a, b, &Trace::default(), [0, 0]) {
        Verdict::Remember(trace) => Trace {
            last: None,
            ..trace
        },
        _ => known(a, b, Consistency::Inconsistent),
    }
}

fn promises(
    row: &Row,
    now: [&str; 2],
    trace: &Trace,
    verdict: &Verdict,
    context: &dyn Fn() -> String,
) {
    if let Verdict::Write(sent) = verdict {
        let State::Known { consistent, .. } = &sent.done.state else {
            panic!("{}", context())
        };
        assert_eq!(
            *consistent,
            Consistency::Consistent,
            "a write must make its pair consistent\n{}",
            context()
        );
        let target = usize::from(sent.side == Side::Right);
        let default = row
            .lanes
            .get(!sent.side)
            .as_ref()
            .and_then(|l| l.default.as_ref());
        let blank = now[target].is_empty() || default.is_some_and(|d| d.to_string() == now[target]);
        let unchanged = match &trace.state {
            State::Known { marks, consistent } => {
                *consistent == Consistency::Consistent
                    && *marks.get(sent.side) == Mark::of(&Value::text(now[target]))
            }
            _ => false,
        };
        assert_eq!(
            sent.lost.is_some(),
            !blank && !unchanged,
            "what is lost is logged\n{}",
            context()
        );
    }
    // Quiescence: after at most one write nothing more is written, whatever is remembered; and amnesia finds nothing to do.
    let mut state = [now[0].to_owned(), now[1].to_owned()];
    let mut trace = trace.clone();
    let mut writes = 0;
    for _ in 0..4 {
        match ask(row, &state[0], &state[1], &trace, [1_000, 2_000]) {
            Verdict::Write(sent) => {
                writes += 1;
                state[usize::from(sent.side == Side::Right)] = sent.value.to_string();
                trace = sent.done;
            }
            Verdict::Remember(next) | Verdict::Accepted(next) | Verdict::Drifted(next, _) => {
                trace = next
            }
            Verdict::Rest | Verdict::Hold(..) => {}
        }
    }
    assert!(writes <= 1, "{writes} writes\n{}", context());
    let last = ask(row, &state[0], &state[1], &trace, [1_000, 2_000]);
    assert!(
        matches!(last, Verdict::Rest | Verdict::Hold(..)),
        "no rest: {last:?}\n{}",
        context()
    );
    let resting = settled(row, &state[0], &state[1]).state;
    if trace.state == resting
        && matches!(
            resting,
            State::Known {
                consistent: Consistency::Consistent,
                ..
            }
        )
    {
        let again = ask(row, &state[0], &state[1], &Trace::default(), [1_000, 2_000]);
        assert!(
            matches!(again, Verdict::Remember(_) | Verdict::Rest),
            "amnesia: {again:?}\n{}",
            context()
        );
    }
}

/// Where all that may come from a lane is known, and its target takes it, nobody looks at each value.
#[test]
fn a_lane_fits_where_all_that_it_gives_does() {
    let fits = |lane: PlanLane| {
        let lanes = Sides::new(Some(lane), None);
        let program = program(vec![row(lanes, Authority::Wins(Side::Left))]);
        let lane = program.syncs[0].rows[0].lanes.left.as_ref();
        lane.is_some_and(|lane| lane.fits)
    };
    let mapped = || lane("partial", Side::Left);
    let long = || Value::text("0123456789");
    assert!(fits(mapped()));
    assert!(!fits(lane("", Side::Left)));
    for failure in [Fallback::Keep, Fallback::Value(long())] {
        assert!(!fits(PlanLane {
            failure,
            ..mapped()
        }));
    }
    let default = Some(long());
    assert!(!fits(PlanLane {
        default,
        ..mapped()
    }));
}

#[test]
fn numbers_that_a_field_cannot_hold_are_refused() {
    let mut program = program(vec![row(both(|_, _| ()), RIGHT_WINS)]);
    let mut cell = program.syncs.remove(0).rows.remove(0).cells.right;
    cell.kind = Some(Kind::Number);
    cell.digits = Some(3);
    let takes = |cell: &Cell, number: &str| {
        let number = Value::Number(number.parse().expect("a number"));
        cell.fits(&number).map_err(|failed| failed.text)
    };
    for number in ["0", "999", "-999", "999.75", "1.0"] {
        assert_eq!(takes(&cell, number), Ok(()), "{number}");
    }
    let refused = "the field takes 3 digits before the point, and the number is";
    for number in ["1000", "-1000.5", "12345678901234567890"] {
        assert_eq!(takes(&cell, number), Err(format!("{refused} `{number}`")));
    }
    cell.whole = true;
    assert_eq!(takes(&cell, "1.0"), Ok(()));
    let refused = "the field takes whole numbers alone, and the number is `1.5`";
    assert_eq!(takes(&cell, "1.5"), Err(refused.to_owned()));
}
