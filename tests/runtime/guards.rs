//! Conditions of lifecycles: over all records of a cluster at once, over what changed since it was last settled, over times of stages.

use accordant::plan::Plan;

use super::crashes::crash_anywhere;
use super::world::Bench;
use crate::support::{compile_fixture, planned};

const CONTACT: &str = "desk.contact";
const PERSON: &str = "crm.Person";
const DEAL: &str = "crm.Opportunity";
const MAIL: &str = "ann@x.example";
const HELD: &[&str] = &["Journey R024 Left c1"];
const LATER: (&str, &str) = ("last_form_at", "2030-01-01T00:00:00Z");

fn plan() -> Plan {
    let plan = planned(&compile_fixture(include_str!("guards.sync")));
    let told = plan.not_executed.iter().map(|n| n.construct.as_str());
    assert_eq!(told.collect::<Vec<_>>(), ["re-entry", "relation"]);
    plan
}

/// A contact with a person, in these stages, after a first run.
fn cluster(contact: &str, person: &str) -> Bench {
    let mut bench = Bench::new(&plan());
    let fields = [("email", MAIL), ("lifecyclestage", contact)];
    bench.world.set(CONTACT, "c1", &fields);
    let fields = [("Email", MAIL), ("Plan__c", person)];
    bench.world.set(PERSON, "p1", &fields);
    bench.run();
    bench
}

/// The same with a deal in which the person takes part.
fn with_deal(contact: &str, person: &str, deal: &str) -> Bench {
    let mut bench = cluster(contact, person);
    let fields = [("Name", "Ten seats"), ("StageName", deal)];
    bench.world.set(DEAL, "d1", &fields);
    let ends = [("PersonId", "p1"), ("OpportunityId", "d1")];
    bench.world.set("crm.OpportunityContactRole", "r1", &ends);
    bench.run();
    bench
}

fn edit(bench: &mut Bench, object: &'static str, fields: &[(&str, &str)]) {
    let id = match object {
        CONTACT => "c1",
        PERSON => "p1",
        _ => "d1",
    };
    bench.world.set(object, id, fields);
    bench.run();
}

/// The contact and the person stand there, this is held, and a further run changes neither.
#[track_caller]
fn expect(bench: &mut Bench, contact: &str, person: &str, held: &[&str]) {
    for _ in 0..2 {
        assert_eq!(bench.world.get(CONTACT, "c1", "lifecyclestage"), contact);
        assert_eq!(bench.world.get(PERSON, "p1", "Plan__c"), person);
        assert_eq!(bench.held(), held);
        bench.expect_quiet();
    }
}

#[test]
fn a_change_opens_the_move_that_it_comes_with() {
    let mut bench = cluster("subscriber", "");
    edit(&mut bench, CONTACT, &[("lifecyclestage", "lead"), LATER]);
    expect(&mut bench, "lead", "Free", &[]);
}

#[test]
fn a_held_move_is_made_once_the_change_comes() {
    let mut bench = cluster("subscriber", "");
    edit(&mut bench, CONTACT, &[("lifecyclestage", "lead")]);
    expect(&mut bench, "lead", "", HELD);
    edit(&mut bench, CONTACT, &[LATER]);
    expect(&mut bench, "lead", "Free", &[]);
}

#[test]
fn a_change_that_was_seen_before_opens_nothing() {
    let mut bench = cluster("subscriber", "");
    edit(&mut bench, CONTACT, &[LATER]);
    expect(&mut bench, "subscriber", "", &[]);
    edit(&mut bench, CONTACT, &[("lifecyclestage", "lead")]);
    expect(&mut bench, "lead", "", HELD);
}

#[test]
fn what_a_lifecycle_wrote_is_no_change() {
    let mut bench = with_deal("lead", "Free", "Proposal");
    expect(&mut bench, "opportunity", "Team", &[]);
    edit(&mut bench, DEAL, &[("StageName", "Lost")]);
    expect(&mut bench, "opportunity", "Team", HELD);
    edit(&mut bench, PERSON, &[("Phone", "+12125550100")]);
    expect(&mut bench, "other", "Team", &[]);
}

#[test]
fn a_condition_reads_the_records_of_all_columns() {
    let won = [("StageName", "Won")];
    let mut bench = with_deal("lead", "Free", "Proposal");
    edit(&mut bench, DEAL, &won);
    expect(&mut bench, "opportunity", "Team", HELD);
    edit(&mut bench, PERSON, &[("Title", "Ten seats")]);
    expect(&mut bench, "opportunity", "Team", HELD);
    edit(&mut bench, CONTACT, &[("score", "10")]);
    expect(&mut bench, "customer", "Business", &[]);
}

#[test]
fn a_condition_compares_the_times_of_two_stages() {
    let mut bench = with_deal("lead", "Free", "Proposal");
    bench.world.set(PERSON, "p1", &[("Phone", "+12125550100")]);
    edit(&mut bench, DEAL, &[("StageName", "Lost")]);
    expect(&mut bench, "other", "Team", &[]);
    edit(&mut bench, CONTACT, &[("lifecyclestage", "lead"), LATER]);
    expect(&mut bench, "lead", "Free", &[]);

    // whoever was met as lost has never been in `open`
    let mut bench = with_deal("other", "", "Lost");
    expect(&mut bench, "other", "", &[]);
    edit(&mut bench, CONTACT, &[("lifecyclestage", "lead"), LATER]);
    expect(&mut bench, "lead", "", HELD);
}

#[test]
fn a_crash_anywhere_forgets_no_change() {
    let begin = || {
        let mut bench = cluster("subscriber", "");
        let fields = [("lifecyclestage", "lead"), LATER];
        bench.world.set(CONTACT, "c1", &fields);
        bench
    };
    let ends = crash_anywhere(begin, |bench, _| expect(bench, "lead", "Free", &[]));
    assert!(ends > 5, "long enough to be worth crashing: {ends}");
}
