//! Lifecycles over several columns: a lead that a sync links, deals that contact roles lead to.

use accordant::plan::Plan;

use super::crashes::crash_anywhere;
use super::simulation::Dice;
use super::world::Bench;
use crate::support::{compile_fixture, planned};

const CLUSTERS: &str = include_str!("clusters.sync");

const CONTACT: &str = "desk.contact";
const PERSON: &str = "crm.Person";
const LEAD: &str = "crm.Lead";
const DEAL: &str = "crm.Opportunity";
const ROLE: &str = "crm.OpportunityContactRole";
const MAIL: &str = "ann@x.example";

fn plan() -> Plan {
    planned(&compile_fixture(CLUSTERS))
}

/// A contact with a lead, in these stages, after a first run.
fn with_lead(contact: &str, lead: &str) -> Bench {
    let mut bench = Bench::new(&plan());
    let world = &mut bench.world;
    world.set(
        CONTACT,
        "c1",
        &[("email", MAIL), ("lifecyclestage", contact)],
    );
    world.set(LEAD, "l1", &[("Email", MAIL), ("Status", lead)]);
    bench.run();
    bench
}

/// A contact with a person and a deal, in these stages, after a first run.
fn with_deal(contact: &str, deal: &str) -> Bench {
    let mut bench = Bench::new(&plan());
    let world = &mut bench.world;
    world.set(
        CONTACT,
        "c1",
        &[("email", MAIL), ("lifecyclestage", contact)],
    );
    world.set(PERSON, "p1", &[("Email", MAIL)]);
    deal_of(&mut bench, "d1", deal);
    bench.run();
    bench
}

/// A deal in which the person takes part.
fn deal_of(bench: &mut Bench, id: &str, stage: &str) {
    bench.world.set(DEAL, id, &[("StageName", stage)]);
    let role = format!("r-{id}");
    let ends = [("PersonId", "p1"), ("OpportunityId", id)];
    bench.world.set(ROLE, &role, &ends);
}

fn contact(bench: &Bench) -> String {
    bench.world.get(CONTACT, "c1", "lifecyclestage")
}

fn lead(bench: &Bench) -> String {
    bench.world.get(LEAD, "l1", "Status")
}

fn move_contact(bench: &mut Bench, stage: &str) {
    bench.world.set(CONTACT, "c1", &[("lifecyclestage", stage)]);
    bench.run();
}

fn move_lead(bench: &mut Bench, stage: &str) {
    bench.world.set(LEAD, "l1", &[("Status", stage)]);
    bench.run();
}

fn move_deal(bench: &mut Bench, id: &str, stage: &str) {
    bench.world.set(DEAL, id, &[("StageName", stage)]);
    bench.run();
}

/// The contact stands there, this is held, and a further run changes neither.
#[track_caller]
fn expect(bench: &mut Bench, stage: &str, held: &[&str]) {
    for _ in 0..2 {
        assert_eq!(contact(bench), stage);
        assert_eq!(bench.held(), held);
        bench.expect_quiet();
    }
}

const HELD: &[&str] = &["Journey R024 Left c1"];

#[test]
fn what_a_line_makes_at_a_re_entry_is_told_once_and_the_lifecycle_goes_without() {
    let plan = plan();
    let listed: Vec<&str> = plan
        .not_executed
        .iter()
        .map(|n| n.construct.as_str())
        .collect();
    assert_eq!(listed, ["re-entry", "relation"]);
    assert_eq!(plan.lifecycles.len(), 1);
}

#[test]
fn a_conversion_is_made_by_the_system_that_converts_where_no_line_says_so() {
    let text = include_str!("clusters.sync").replacen("by crm   by conversion", "by conversion", 1);
    let plan = planned(&compile_fixture(&text));
    let moves = &plan.lifecycles[0].moves;
    let by: Vec<&str> = moves
        .iter()
        .filter(|m| m.conversion)
        .map(|m| m.by.as_str())
        .collect();
    assert_eq!(by, ["crm"]);
}

#[test]
fn a_move_of_the_hub_reaches_the_lead_and_back() {
    let mut bench = with_lead("subscriber", "");
    expect(&mut bench, "subscriber", &[]);
    move_contact(&mut bench, "lead");
    assert_eq!(lead(&bench), "Working");
    expect(&mut bench, "lead", &[]);
    move_lead(&mut bench, "Rejected");
    expect(&mut bench, "other", &[]);
}

#[test]
fn a_lead_that_is_made_shows_the_stage_of_its_contact() {
    let mut bench = Bench::new(&plan());
    let fields = [("email", MAIL), ("lifecyclestage", "lead")];
    bench.world.set(CONTACT, "c1", &fields);
    bench.run();
    let made = bench.world.ids(LEAD)[0].to_owned();
    assert_eq!(bench.world.get(LEAD, &made, "Status"), "Working");
    expect(&mut bench, "lead", &[]);
}

#[test]
fn only_a_conversion_makes_a_move_by_conversion() {
    let mut bench = with_lead("lead", "Working");
    move_lead(&mut bench, "Converted");
    expect(&mut bench, "lead", HELD);
    bench.world.set(LEAD, "l1", &[("IsConverted", "true")]);
    bench.run();
    expect(&mut bench, "opportunity", &[]);
}

#[test]
fn a_conversion_is_a_move_whatever_the_status_says_and_a_converted_lead_is_not_written() {
    let mut bench = with_lead("lead", "Working");
    bench.world.set(LEAD, "l1", &[("IsConverted", "true")]);
    bench.run();
    assert_eq!(lead(&bench), "Working");
    expect(&mut bench, "opportunity", &[]);
}

#[test]
fn a_deal_without_a_stage_does_not_hide_the_conversion_that_made_it() {
    let filter = "  from    desk where lifecyclestage in (opportunity, customer)\n";
    let text = CLUSTERS.replacen(filter, "", 1);
    let mut bench = Bench::new(&planned(&compile_fixture(&text)));
    let fields = [("email", MAIL), ("lifecyclestage", "lead")];
    bench.world.set(CONTACT, "c1", &fields);
    bench
        .world
        .set(LEAD, "l1", &[("Email", MAIL), ("Status", "Working")]);
    bench.run();
    bench.world.set(LEAD, "l1", &[("IsConverted", "true")]);
    bench.world.set(PERSON, "p1", &[("Email", MAIL)]);
    deal_of(&mut bench, "d1", "");
    bench.run();
    expect(&mut bench, "opportunity", &[]);
}

#[test]
fn deals_move_the_contact_as_far_as_lines_lead() {
    let mut bench = with_deal("opportunity", "Prospecting");
    expect(&mut bench, "opportunity", &[]);
    move_deal(&mut bench, "d1", "Proposal");
    expect(&mut bench, "opportunity", &[]);
    move_deal(&mut bench, "d1", "Won");
    expect(&mut bench, "customer", &[]);
    move_deal(&mut bench, "d1", "Lost");
    // two moves of one side in one interval: won, open, lost
    expect(&mut bench, "other", &[]);
}

#[test]
fn a_field_that_does_not_go_back_is_cleared_first() {
    let mut bench = with_deal("customer", "Won");
    let before = bench.world.log.len();
    move_deal(&mut bench, "d1", "Proposal");
    assert_eq!(
        bench.world.log[before..],
        [
            "desk.contact Update(\"c1\") lifecyclestage=",
            "desk.contact Update(\"c1\") lifecyclestage=opportunity"
        ]
    );
    expect(&mut bench, "opportunity", &[]);
}

#[test]
fn a_move_that_no_line_permits_is_held_and_not_put_back() {
    let mut bench = with_deal("opportunity", "Proposal");
    move_contact(&mut bench, "customer");
    expect(&mut bench, "customer", HELD);
    let text = bench.archive().held().expect("held")[0].1.text.clone();
    assert_eq!(
        text,
        "`customer` of `contact` would move it from `open` to `won`, which no line of the lifecycle permits here"
    );
    move_deal(&mut bench, "d1", "Won");
    expect(&mut bench, "customer", &[]);
}

#[test]
fn somebody_comes_back_after_they_were_lost_and_the_lost_deal_does_not_decide_any_more() {
    let mut bench = with_deal("opportunity", "Proposal");
    move_deal(&mut bench, "d1", "Lost");
    expect(&mut bench, "other", &[]);
    move_contact(&mut bench, "lead");
    expect(&mut bench, "lead", HELD);
    let form = [("last_form_at", "2030-01-01T00:00:00Z")];
    bench.world.set(CONTACT, "c1", &form);
    bench.run();
    assert_eq!(bench.world.get(DEAL, "d1", "StageName"), "Lost");
    expect(&mut bench, "lead", &[]);
}

#[test]
fn of_several_deals_the_furthest_open_one_decides_else_the_one_that_closed_last() {
    let mut bench = with_deal("opportunity", "Prospecting");
    deal_of(&mut bench, "d2", "Lost");
    bench.run();
    expect(&mut bench, "opportunity", &[]);
    move_deal(&mut bench, "d1", "Won");
    expect(&mut bench, "customer", &[]);
    move_deal(&mut bench, "d2", "Proposal");
    expect(&mut bench, "opportunity", &[]);
    move_deal(&mut bench, "d2", "Lost");
    expect(&mut bench, "other", &[]);
}

#[test]
fn a_role_that_is_gone_moves_nobody() {
    let mut bench = with_deal("opportunity", "Proposal");
    bench.world.delete(ROLE, "r-d1");
    bench.run();
    expect(&mut bench, "opportunity", &[]);
    deal_of(&mut bench, "d2", "Won");
    bench.run();
    expect(&mut bench, "customer", &[]);
}

#[test]
fn both_sides_move_and_the_truth_counts() {
    let mut bench = with_lead("lead", "Working");
    bench
        .world
        .set(CONTACT, "c1", &[("lifecyclestage", "other")]);
    move_lead(&mut bench, "Rejected");
    expect(&mut bench, "other", &[]);
    let mut bench = with_lead("other", "Rejected");
    let form = [
        ("lifecyclestage", "lead"),
        ("last_form_at", "2030-01-01T00:00:00Z"),
    ];
    bench.world.set(CONTACT, "c1", &form);
    move_lead(&mut bench, "Working");
    expect(&mut bench, "lead", &[]);
}

#[test]
fn strangers_are_where_the_last_column_is() {
    let mut bench = with_deal("opportunity", "Won");
    expect(&mut bench, "customer", &[]);
    let mut bench = with_deal("opportunity", "Lost");
    expect(&mut bench, "other", &[]);
    let mut bench = with_lead("", "Working");
    expect(&mut bench, "lead", &[]);
}

#[test]
fn a_lost_memory_moves_nobody() {
    let mut bench = with_deal("opportunity", "Proposal");
    move_deal(&mut bench, "d1", "Lost");
    let form = [
        ("lifecyclestage", "lead"),
        ("last_form_at", "2030-01-01T00:00:00Z"),
    ];
    bench.world.set(CONTACT, "c1", &form);
    bench.run();
    expect(&mut bench, "lead", &[]);
    let mut other = plan();
    other.lifecycles[0].digest = "another".into();
    let program = accordant::runtime::compile(&other).expect("compiles");
    bench.program = std::sync::Arc::new(program);
    let report = bench.run();
    assert_eq!(report.lifecycles[0].accepted, 1);
    expect(&mut bench, "lead", &[]);
}

#[test]
fn a_write_that_is_refused_is_told_and_not_sent_again() {
    let mut bench = with_deal("opportunity", "Proposal");
    bench.world.refused = vec![(CONTACT, "lifecyclestage")];
    move_deal(&mut bench, "d1", "Won");
    expect(&mut bench, "opportunity", &["Journey R009 Left c1 contact"]);
    bench.world.refused.clear();
    move_contact(&mut bench, "customer");
    expect(&mut bench, "customer", &[]);
}

#[test]
fn a_limit_stops_moves_before_they_are_made() {
    let mut bench = with_deal("opportunity", "Proposal");
    let mut tight = plan();
    tight.brakes.changes = Some(0);
    let program = accordant::runtime::compile(&tight).expect("compiles");
    bench.program = std::sync::Arc::new(program);
    bench.world.set(DEAL, "d1", &[("StageName", "Won")]);
    let report = bench.run();
    assert_eq!(
        report.brake.as_deref(),
        Some("Journey: 1 records would change, and the plan allows 0")
    );
    assert_eq!(contact(&bench), "opportunity");
}

#[test]
fn a_crash_anywhere_ends_where_the_move_would_have() {
    let begin = || {
        let mut bench = with_deal("customer", "Won");
        bench.world.set(DEAL, "d1", &[("StageName", "Proposal")]);
        bench
    };
    let ends = crash_anywhere(begin, |bench, _| expect(bench, "opportunity", &[]));
    assert!(ends > 10, "long enough to be worth crashing: {ends}");
}

#[test]
fn a_program_that_writes_what_a_sync_protects_is_refused() {
    let mut plan = plan();
    let protected = accordant::plan::Protected {
        field: "lifecyclestage".into(),
        after_create: true,
    };
    plan.syncs[0].protected.left.push(protected);
    let error = accordant::runtime::compile(&plan).expect_err("refused");
    assert!(
        error.to_string().contains("which `Person` protects"),
        "{error}"
    );
}

#[test]
fn somebody_who_answers_every_move_is_stopped() {
    let mut bench = with_lead("lead", "Working");
    for round in 0..12 {
        // a flow rejects whatever Marketing takes up, and a workflow takes up whatever is rejected
        let form = format!("{}-01-01T00:00:00Z", 2030 + round);
        match contact(&bench).as_str() {
            "lead" => bench.world.set(LEAD, "l1", &[("Status", "Rejected")]),
            _ => bench.world.set(
                CONTACT,
                "c1",
                &[("lifecyclestage", "lead"), ("last_form_at", &form)],
            ),
        }
        bench.run();
    }
    assert_eq!(bench.held(), ["Journey R015 Left c1"]);
    let before = bench.world.log.len();
    bench.run();
    assert_eq!(bench.world.log.len(), before);
}

/// What people set is there after each run, and deals are never written.
#[test]
fn whatever_people_do_deals_stay_and_no_lone_move_is_put_back() {
    let stages = ["subscriber", "lead", "opportunity", "customer", "other", ""];
    let deals = ["Prospecting", "Proposal", "Won", "Lost"];
    for seed in 1..=40u64 {
        let mut dice = Dice::new(seed);
        let mut bench = with_deal(dice.pick(&stages[2..4]), dice.pick(&deals));
        let mut count = 1;
        for round in 0..10 {
            bench.world.now += 1;
            let waits = !bench.held().is_empty();
            let alone = dice.roll(3) == 0;
            if !alone {
                let deal = format!("d{}", 1 + dice.roll(count));
                bench
                    .world
                    .set(DEAL, &deal, &[("StageName", dice.pick(&deals))]);
            }
            if !alone && dice.roll(4) == 0 {
                count += 1;
                deal_of(&mut bench, &format!("d{count}"), dice.pick(&deals));
            }
            if dice.roll(4) == 0 {
                let form = format!("{}-01-01T00:00:00Z", 2030 + round);
                bench.world.set(CONTACT, "c1", &[("last_form_at", &form)]);
            }
            if alone || dice.roll(3) == 0 {
                let stage = [("lifecyclestage", dice.pick(&stages))];
                bench.world.set(CONTACT, "c1", &stage);
            }
            let set = contact(&bench);
            let before = bench.world.log.len();
            bench.run();
            if alone && !waits {
                assert_eq!(contact(&bench), set, "seed {seed}");
            }
            let mut written = bench.world.log[before..].iter();
            assert!(
                written.all(|w| w.starts_with("desk.contact ")),
                "seed {seed}"
            );
            bench.expect_quiet();
        }
    }
}
