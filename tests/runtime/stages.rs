//! Lifecycles that are carried out: permitted moves travel, others are held and never put back, whatever happens in between.

use std::collections::BTreeSet;

use accordant::plan::Plan;
use accordant::runtime::Cause;

use super::crashes::crash_anywhere;
use super::simulation::Dice;
use super::world::Bench;
use crate::support::{compile_fixture, planned};

const PEOPLE: &str = include_str!("stages.sync");

const CONTACT: &str = "desk.contact";
const PERSON: &str = "crm.Person";

fn plan() -> Plan {
    let plan = planned(&compile_fixture(PEOPLE));
    assert_eq!(plan.not_executed, [], "the lifecycle is carried out");
    plan
}

/// A contact and a person with one address, in these stages, after a first run.
fn pair(contact: &str, person: &str) -> Bench {
    let mut bench = Bench::new(&plan());
    bench.world.set(
        CONTACT,
        "c1",
        &[("email", "ann@x.example"), ("lifecyclestage", contact)],
    );
    bench.world.set(
        PERSON,
        "p1",
        &[("Email", "ann@x.example"), ("Plan__c", person)],
    );
    bench.run();
    bench
}

fn stands(bench: &Bench) -> (String, String) {
    (
        bench.world.get(CONTACT, "c1", "lifecyclestage"),
        bench.world.get(PERSON, "p1", "Plan__c"),
    )
}

#[track_caller]
fn expect(bench: &mut Bench, contact: &str, person: &str, held: &[&str]) {
    assert_eq!(stands(bench), (contact.to_owned(), person.to_owned()));
    assert_eq!(bench.held(), held);
    bench.expect_quiet();
    assert_eq!(bench.held(), held);
}

#[test]
fn a_permitted_move_sets_the_other_side() {
    let mut bench = pair("subscriber", "");
    expect(&mut bench, "subscriber", "", &[]);
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "lead")]);
    bench.run();
    expect(&mut bench, "lead", "Free", &[]);
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "other")]);
    bench.run();
    expect(&mut bench, "other", "Business", &[]);
}

#[test]
fn a_move_that_nothing_permits_is_held_and_not_put_back() {
    let mut bench = pair("lead", "Free");
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "subscriber")]);
    bench.run();
    expect(&mut bench, "subscriber", "Free", &["Journey R024 Left c1"]);
    bench.world.set(CONTACT, "c1", &[("notes", "Lee")]);
    bench.run();
    assert_eq!(
        bench.world.get(PERSON, "p1", "LastName"),
        "Lee",
        "other rows go on"
    );
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "customer")]);
    bench.run();
    expect(&mut bench, "customer", "Business", &[]);
}

#[test]
fn a_cleared_stage_is_held() {
    let mut bench = pair("lead", "Free");
    bench.world.set(PERSON, "p1", &[("Plan__c", "")]);
    bench.run();
    expect(&mut bench, "lead", "", &["Journey R024 Left c1"]);
}

#[test]
fn a_move_waits_for_its_condition() {
    let mut bench = pair("lead", "Free");
    bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
    bench.run();
    expect(&mut bench, "lead", "Team", &["Journey R024 Left c1"]);
    bench.world.set(CONTACT, "c1", &[("score", "12")]);
    bench.run();
    expect(&mut bench, "opportunity", "Team", &[]);
}

#[test]
fn several_moves_of_a_side_count_unless_a_line_leads_there_directly() {
    let with_detour = || {
        let mut plan = plan();
        let moves = &mut plan.lifecycles[0].moves;
        let back = moves.iter().find(|m| m.from == "big").expect("a move");
        let mut detour = back.clone();
        (detour.from, detour.to) = ("trying".into(), "big".into());
        moves.push(detour);
        plan
    };
    let moved = |plan: &Plan| {
        let mut bench = Bench::new(plan);
        let mail = "ann@x.example";
        let contact = [("email", mail), ("lifecyclestage", "lead")];
        bench.world.set(CONTACT, "c1", &contact);
        let person = [("Email", mail), ("Plan__c", "Free")];
        bench.world.set(PERSON, "p1", &person);
        bench.run();
        bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
        bench.run();
        bench
    };
    let mut plan = with_detour();
    let mut bench = moved(&plan);
    expect(&mut bench, "lead", "Team", &["Journey R024 Left c1"]);
    plan.lifecycles[0].moves.retain(|m| m.when.is_none());
    expect(&mut moved(&plan), "opportunity", "Team", &[]);
}

#[test]
fn another_value_of_a_stage_is_no_move() {
    let mut bench = pair("customer", "Business");
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "other")]);
    bench.run();
    expect(&mut bench, "other", "Business", &[]);
    bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
    bench.run();
    expect(&mut bench, "opportunity", "Team", &[]);
}

#[test]
fn a_field_that_does_not_go_back_is_cleared_first_in_the_same_run() {
    let mut bench = pair("opportunity", "Team");
    let before = bench.world.log.len();
    bench.world.set(PERSON, "p1", &[("Plan__c", "Free")]);
    let report = bench.run();
    assert_eq!(
        bench.world.log[before..],
        [
            "desk.contact Update(\"c1\") lifecyclestage=",
            "desk.contact Update(\"c1\") lifecyclestage=lead"
        ]
    );
    let writes = report.lifecycles[0].writes.keys();
    let causes: BTreeSet<Cause> = writes.map(|(_, c)| *c).collect();
    assert_eq!(
        causes,
        BTreeSet::from([Cause::Changed, Cause::ClearedFirst])
    );
    expect(&mut bench, "lead", "Free", &[]);
}

#[test]
fn a_move_that_the_platform_ignores_is_told_and_nobody_is_put_back() {
    let mut bench = pair("lead", "Free");
    bench.world.ignored = vec![(CONTACT, "lifecyclestage")];
    bench.world.set(CONTACT, "c1", &[("score", "12")]);
    bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
    bench.run();
    expect(
        &mut bench,
        "lead",
        "Team",
        &["Journey R010 Left c1 contact"],
    );
}

#[test]
fn of_two_moves_the_one_counts_that_may_follow_the_other_or_that_of_the_truth() {
    let mut bench = pair("lead", "Free");
    bench.world.set(
        CONTACT,
        "c1",
        &[("score", "12"), ("lifecyclestage", "customer")],
    );
    bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
    let report = bench.run();
    assert_eq!(
        report.lifecycles[0].overwritten, 1,
        "the other move is in the log"
    );
    expect(&mut bench, "customer", "Business", &[]);
}

#[test]
fn two_moves_that_nothing_decides_are_held() {
    let mut plan = plan();
    plan.lifecycles[0].truth = None;
    let mut bench = Bench::new(&plan);
    let mail = "ann@x.example";
    bench.world.set(
        CONTACT,
        "c1",
        &[("email", mail), ("lifecyclestage", "lead"), ("score", "12")],
    );
    bench
        .world
        .set(PERSON, "p1", &[("Email", mail), ("Plan__c", "Free")]);
    bench.run();
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "customer")]);
    bench.world.set(PERSON, "p1", &[("Plan__c", "Team")]);
    bench.run();
    expect(&mut bench, "customer", "Team", &["Journey R025 Left c1"]);
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "opportunity")]);
    bench.run();
    expect(&mut bench, "opportunity", "Team", &[]);
}

#[test]
fn strangers_are_told_where_they_are_by_the_last_column_if_moves_lead_there() {
    let mut bench = pair("lead", "Business");
    expect(&mut bench, "customer", "Business", &[]);
    let mut bench = pair("", "Team");
    expect(&mut bench, "opportunity", "Team", &[]);
    let mut bench = pair("customer", "");
    expect(&mut bench, "customer", "Business", &[]);
    let mut bench = pair("subscriber", "Free");
    expect(&mut bench, "lead", "Free", &[]);
}

#[test]
fn a_record_that_is_made_shows_the_stage() {
    let mut bench = Bench::new(&plan());
    let mail = "bo@x.example";
    bench.world.set(
        CONTACT,
        "c1",
        &[("email", mail), ("lifecyclestage", "opportunity")],
    );
    bench.run();
    let made = bench.world.ids(PERSON)[0].to_owned();
    assert_eq!(bench.world.get(PERSON, &made, "Plan__c"), "Team");
    bench.expect_quiet();
    assert_eq!(bench.held(), [""; 0]);
}

#[test]
fn a_lost_state_moves_nobody() {
    let mut bench = pair("lead", "Free");
    bench.forget();
    bench.run();
    expect(&mut bench, "lead", "Free", &[]);
    bench.world.set(PERSON, "p1", &[("Plan__c", "Business")]);
    bench.run();
    expect(&mut bench, "lead", "Business", &["Journey R024 Left c1"]);
}

#[test]
fn a_crash_anywhere_in_a_move_back_ends_where_it_would_have() {
    let begin = || {
        let mut bench = pair("opportunity", "Team");
        bench.world.set(PERSON, "p1", &[("Plan__c", "Free")]);
        bench
    };
    let ends = crash_anywhere(begin, |bench, _| expect(bench, "lead", "Free", &[]));
    assert!(
        ends > 4,
        "the move is long enough to be worth crashing: {ends}"
    );
}

/// What people set is there after each run. Where both sides moved, in one run or since a move that is held, one of the two is.
#[test]
fn whatever_people_do_no_move_is_put_back() {
    let stages = ["subscriber", "lead", "opportunity", "customer", "other", ""];
    let plans = ["Free", "Team", "Business", ""];
    for seed in 1..=60u64 {
        let mut dice = Dice::new(seed);
        let mut bench = pair(dice.pick(&stages), dice.pick(&plans));
        for _ in 0..12 {
            bench.world.now += 1;
            let (before, waits) = (stands(&bench), !bench.held().is_empty());
            if dice.roll(4) == 0 {
                bench
                    .world
                    .set(CONTACT, "c1", &[("score", dice.pick(&["", "3", "12"]))]);
            }
            if dice.roll(2) == 0 {
                bench
                    .world
                    .set(CONTACT, "c1", &[("lifecyclestage", dice.pick(&stages))]);
            }
            if dice.roll(2) == 0 {
                bench
                    .world
                    .set(PERSON, "p1", &[("Plan__c", dice.pick(&plans))]);
            }
            let set = stands(&bench);
            bench.run();
            let after = stands(&bench);
            let kept = (after.0 == set.0, after.1 == set.1);
            let moved = (before.0 != set.0, before.1 != set.1);
            assert!(kept.0 || kept.1, "seed {seed}: {set:?} became {after:?}");
            if moved != (true, true) && !waits {
                let mine = (!moved.0 || kept.0) && (!moved.1 || kept.1);
                assert!(mine, "seed {seed}: {before:?}, {set:?} became {after:?}");
            }
            bench.expect_quiet();
        }
    }
}
