//! One story each: what came, what was written, what was held.

use accordant::plan::*;
use accordant::side::{Side, Sides};
use accordant::value::Value;

use super::world::{Bench, plan};

fn ann(bench: &mut Bench) {
    bench.world.set(
        "hub.contact",
        "h1",
        &[
            ("email", "Ann@X.example"),
            ("last", "Lee"),
            ("phone", "1"),
            ("tier", "trial"),
        ],
    );
    bench.world.set(
        "sf.Contact",
        "s1",
        &[
            ("Email", "ann@x.example"),
            ("LastName", "Lee"),
            ("Phone", "1"),
            ("Tier", "Silver"),
        ],
    );
}

#[test]
fn a_first_run_links_and_creates_and_a_second_writes_nothing() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.set(
        "hub.company",
        "c1",
        &[("name", "Acme"), ("domain", "acme.example")],
    );
    bench.world.set(
        "hub.contact",
        "h2",
        &[
            ("email", "bob@x.example"),
            ("company", "c1"),
            ("source", "web"),
        ],
    );
    bench.world.set(
        "sf.Contact",
        "s3",
        &[
            ("Email", "cy@x.example"),
            ("LastName", "Poe"),
            ("Source", "ads"),
            ("Rating", "hot"),
        ],
    );
    let report = bench.run();
    insta::assert_snapshot!(bench.world.log.join("\n"));
    assert_eq!(report.syncs[1].created, Sides::new(1, 1));
    assert_eq!(report.syncs[1].linked, 3);
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.expect_quiet();
}

#[test]
fn edits_travel_and_conflicts_go_to_who_wins() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    bench
        .world
        .set("hub.contact", "h1", &[("last", "Poe"), ("phone", "2")]);
    bench.world.now += 60_000;
    bench.world.set(
        "sf.Contact",
        "s1",
        &[("LastName", "Roe"), ("Rating", "hot")],
    );
    bench.run();
    assert_eq!(bench.world.get("hub.contact", "h1", "last"), "Roe");
    assert_eq!(bench.world.get("sf.Contact", "s1", "Phone"), "2");
    assert_eq!(bench.world.get("hub.contact", "h1", "rating"), "hot");
    let log = bench.archive().logged(2).expect("log");
    assert_eq!(
        log.iter()
            .map(|(_, l)| (l.field.as_str(), l.old.as_str()))
            .collect::<Vec<_>>(),
        [("last", "Poe")]
    );
    bench.expect_quiet();
}

#[test]
fn what_one_row_writes_and_another_reads_travels_in_the_same_run() {
    let mut plan = plan();
    let last = plan.syncs[1].rows[1].cells.left.clone();
    let phone = &mut plan.syncs[1].rows[2];
    assert_eq!(phone.name, "phone");
    phone.cells.left = last;
    phone.lanes.right = None;
    let mut bench = Bench::new(&plan);
    ann(&mut bench);
    bench.run();
    bench.world.set("sf.Contact", "s1", &[("LastName", "Roe")]);
    let made = [("Email", "cy@x.example"), ("LastName", "Moe")];
    bench.world.set("sf.Contact", "s3", &made);
    bench.run();
    assert_eq!(bench.world.get("hub.contact", "h1", "last"), "Roe");
    assert_eq!(bench.world.get("sf.Contact", "s1", "Phone"), "Roe");
    assert_eq!(bench.world.get("sf.Contact", "s3", "Phone"), "Moe");
    bench.expect_quiet();
}

#[test]
fn a_lossy_map_rests_and_the_finer_side_stays() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    assert_eq!(bench.world.get("hub.contact", "h1", "tier"), "trial");
    bench.world.set("sf.Contact", "s1", &[("Tier", "Gold")]);
    bench.run();
    assert_eq!(bench.world.get("hub.contact", "h1", "tier"), "gold");
    bench
        .world
        .set("hub.contact", "h1", &[("tier", "unheard of")]);
    bench.run();
    assert_eq!(bench.held(), ["Contact R004 Left h1 tier"]);
    assert_eq!(bench.world.get("sf.Contact", "s1", "Tier"), "Gold");
    bench.world.set("hub.contact", "h1", &[("tier", "silver")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.expect_quiet();
}

#[test]
fn a_person_decides_where_the_row_asks() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.set("hub.contact", "h1", &[("title", "CEO")]);
    bench.world.set("sf.Contact", "s1", &[("Title", "CTO")]);
    bench.run();
    assert_eq!(bench.held(), ["Contact R012 Left h1 title"]);
    bench.world.set("sf.Contact", "s1", &[("Title", "CEO")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.world.set("hub.contact", "h1", &[("title", "")]);
    bench.run();
    assert_eq!(
        bench.world.get("sf.Contact", "s1", "Title"),
        "",
        "this lane clears"
    );
    bench.expect_quiet();
}

#[test]
fn duplicates_are_chosen_by_order_or_held() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.now += 1;
    bench.world.set(
        "sf.Contact",
        "s0",
        &[("Email", "ann@x.example"), ("LastName", "Lee")],
    );
    bench
        .world
        .set("hub.contact", "h7", &[("email", "two@x.example")]);
    bench
        .world
        .set("hub.contact", "h8", &[("email", "two@x.example")]);
    bench.run();
    let held = [
        "Contact R011 Left h7",
        "Contact R011 Left h8",
        "Contact R011 Right s0",
    ];
    assert_eq!(bench.held(), held);
    assert_eq!(bench.world.get("hub.contact", "h1", "sf_id"), "s1");
    bench.expect_quiet();
    assert_eq!(bench.held(), held);
    bench
        .world
        .set("hub.contact", "h9", &[("email", "ANN@x.example")]);
    bench.run();
    assert!(
        bench.held().contains(&"Contact R011 Left h9".into()),
        "{:?}",
        bench.held()
    );
    assert_eq!(bench.world.ids("sf.Contact").len(), 2);
}

#[test]
fn losing_the_state_changes_no_data_and_makes_no_record() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "bob@x.example"), ("phone", "5")],
    );
    bench.run();
    bench.world.set("sf.Contact", "s1", &[("Phone", "9")]);
    bench.forget();
    let before = bench.world.objects.clone();
    let report = bench.run();
    assert_eq!(bench.world.objects, before);
    assert_eq!(report.syncs[1].accepted, 1);
    assert_eq!(report.syncs[1].linked, 2);
    bench.expect_quiet();
}

#[test]
fn a_delete_needs_evidence_and_an_edit_beats_it() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench
        .world
        .set("hub.contact", "h2", &[("email", "bob@x.example")]);
    bench.run();
    let bob = bench.world.get("hub.contact", "h2", "sf_id");
    bench.world.delete("hub.contact", "h2");
    bench.world.delete("hub.contact", "h1");
    bench.world.set("sf.Contact", "s1", &[("Phone", "77")]);
    let report = bench.run();
    assert_eq!(report.syncs[1].deleted, Sides::new(0, 1));
    assert_eq!(
        bench.world.ids("sf.Contact"),
        ["s1"],
        "{bob} is archived, and the edited one stays"
    );
    assert_eq!(bench.held(), ["Contact R012 Right s1"]);
    bench.expect_quiet();
    assert_eq!(bench.world.ids("hub.contact"), Vec::<&str>::new());
}

#[test]
fn a_record_that_lives_alone_against_the_rules_is_told_until_both_or_neither_are_there() {
    let restore = |bench: &mut Bench, key: &str, id: &str| {
        let object = bench.world.object(key);
        let record = bench.world.objects[object].get_mut(id).expect("record");
        record.deleted = false;
    };
    // Both directions: which side is swept first makes no difference.
    for (gone, kept, side) in [
        (("hub.contact", "h1"), ("sf.Contact", "s1"), "Right s1"),
        (("sf.Contact", "s1"), ("hub.contact", "h1"), "Left h1"),
    ] {
        let mut archives = plan();
        archives.syncs[1].identity.delete =
            Sides::new(DeletePolicy::Archive, DeletePolicy::Archive);
        let mut bench = Bench::new(&archives);
        ann(&mut bench);
        bench.run();
        // An edit beats the delete: told for as long as one is gone.
        bench.world.delete(gone.0, gone.1);
        let phone = if kept.0 == "sf.Contact" {
            "Phone"
        } else {
            "phone"
        };
        bench.world.set(kept.0, kept.1, &[(phone, "77")]);
        for _ in 0..3 {
            bench.run();
            assert_eq!(bench.held(), [format!("Contact R012 {side}")]);
        }
        restore(&mut bench, gone.0, gone.1);
        bench.run();
        assert_eq!(bench.held(), Vec::<String>::new());
        bench.expect_quiet();
        // The delete is followed, and then taken back.
        bench.world.delete(kept.0, kept.1);
        bench.run();
        assert_eq!(bench.held(), Vec::<String>::new(), "both are gone");
        assert_eq!(bench.world.ids(gone.0), Vec::<&str>::new());
        restore(&mut bench, kept.0, kept.1);
        for _ in 0..2 {
            bench.world.set(kept.0, kept.1, &[(phone, "88")]);
            bench.run();
            assert_eq!(bench.held(), [format!("Contact R012 {side}")]);
        }
        let object = bench.world.object(gone.0);
        let purged = bench.world.objects[object].remove(gone.1).expect("record");
        bench.run();
        assert_eq!(bench.held(), [format!("Contact R012 {side}")], "purged");
        bench.world.objects[object].insert(gone.1.into(), purged);
        bench.world.delete(kept.0, kept.1);
        bench.run();
        assert_eq!(bench.held(), Vec::<String>::new(), "neither is there");
        restore(&mut bench, gone.0, gone.1);
        restore(&mut bench, kept.0, kept.1);
        bench.run();
        assert_eq!(bench.held(), Vec::<String>::new());
        bench.expect_quiet();
    }
}

#[test]
fn a_record_that_a_rule_keeps_lives_alone_in_silence() {
    let mut keeps = plan();
    keeps.syncs[1].identity.delete = Sides::new(DeletePolicy::Keep, DeletePolicy::Keep);
    let mut bench = Bench::new(&keeps);
    ann(&mut bench);
    bench.run();
    bench.world.delete("hub.contact", "h1");
    bench.run();
    bench.world.set("sf.Contact", "s1", &[("Phone", "77")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    let object = bench.world.object("hub.contact");
    bench.world.objects[object].remove("h1").expect("record");
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new(), "purged");
}

#[test]
fn a_record_that_vanishes_is_no_delete_and_is_told() {
    for (key, id, stays, held) in [
        (
            "hub.contact",
            "h1",
            ("sf.Contact", "s1"),
            "Contact R008 Right s1",
        ),
        (
            "sf.Contact",
            "s1",
            ("hub.contact", "h1"),
            "Contact R008 Left h1",
        ),
    ] {
        let mut bench = Bench::new(&plan());
        ann(&mut bench);
        let more = [("email", "bob@x.example"), ("last", "Ek")];
        bench.world.set("hub.contact", "h2", &more);
        bench.run();
        bench.run();
        let object = bench.world.object(key);
        let lost = bench.world.objects[object].remove(id).expect("record");
        for _ in 0..2 {
            bench.expect_quiet();
            assert_eq!(
                bench
                    .world
                    .ids(stays.0)
                    .iter()
                    .filter(|i| **i == stays.1)
                    .count(),
                1
            );
            assert_eq!(bench.held(), [held]);
        }
        bench.world.objects[object].insert(id.into(), lost);
        bench.expect_quiet();
        assert_eq!(bench.held(), Vec::<String>::new(), "it is back");
    }
}

#[test]
fn the_brake_stops_before_the_first_delete_too_many() {
    let mut plan = plan();
    plan.brakes.deletes_floor = 1;
    let mut bench = Bench::new(&plan);
    for n in 0..4 {
        bench.world.set(
            "hub.contact",
            &format!("h{n}"),
            &[("email", &format!("{n}@x.example"))],
        );
    }
    bench.run();
    for n in 0..2 {
        bench.world.delete("hub.contact", &format!("h{n}"));
    }
    let report = bench.run();
    assert!(report.brake.is_some());
    assert_eq!(bench.world.ids("sf.Contact").len(), 4);
}

#[test]
fn refused_writes_are_held_and_not_sent_again() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    bench.world.refused = vec![("sf.Contact", "Phone")];
    bench.world.set("hub.contact", "h1", &[("phone", "66")]);
    bench.world.set(
        "hub.contact",
        "h5",
        &[("email", "eve@x.example"), ("phone", "1")],
    );
    bench.run();
    let held = ["Contact R008 Left h5", "Contact R009 Left h1 phone"];
    assert_eq!(bench.held(), held);
    bench.expect_quiet();
    assert_eq!(bench.held(), held);
    bench.world.refused.clear();
    bench.world.set("hub.contact", "h1", &[("phone", "67")]);
    bench.world.set("hub.contact", "h5", &[("phone", "2")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    assert_eq!(bench.world.get("sf.Contact", "s1", "Phone"), "67");
}

#[test]
fn a_write_that_spoils_its_batch_is_held_alone_and_not_sent_again() {
    let mut bench = Bench::new(&plan());
    bench.settings.window = 100;
    for n in 0..9 {
        let mail = format!("{n}@x.example");
        let fields = [("email", mail.as_str()), ("last", "Lee")];
        bench.world.set("hub.contact", &format!("h{n}"), &fields);
    }
    bench.run();
    bench.world.poison = Some("\u{1}");
    for n in 0..9 {
        let phone = if n == 4 { "\u{1}" } else { "5" };
        bench
            .world
            .set("hub.contact", &format!("h{n}"), &[("phone", phone)]);
    }
    bench.world.set(
        "hub.contact",
        "h9",
        &[("email", "z@x.example"), ("phone", "\u{1}")],
    );
    bench.run();
    let held = ["Contact R008 Left h9", "Contact R009 Left h4 phone"];
    assert_eq!(bench.held(), held);
    for n in [0, 1, 2, 3, 5, 6, 7, 8] {
        let other = bench.world.get("hub.contact", &format!("h{n}"), "sf_id");
        assert_eq!(bench.world.get("sf.Contact", &other, "Phone"), "5", "h{n}");
    }
    bench.expect_quiet();
    assert_eq!(bench.held(), held);
}

#[test]
fn a_field_that_is_left_as_it_was_is_a_refusal_and_no_edit() {
    let mut plan = plan();
    let account = plan.objects.get_mut("sf.Contact").expect("object");
    account.fields.get_mut("Title").expect("field").forward_only =
        Some(vec!["a".into(), "b".into()]);
    let mut bench = Bench::new(&plan);
    ann(&mut bench);
    bench.world.set("hub.contact", "h1", &[("title", "b")]);
    bench.run();
    bench.world.ignored = vec![("sf.Contact", "Title")];
    bench.world.set("hub.contact", "h1", &[("title", "a")]);
    bench.run();
    assert_eq!(bench.held(), ["Contact R010 Left h1 title"]);
    bench.expect_quiet();
    assert_eq!(bench.held(), ["Contact R010 Left h1 title"]);
    assert_eq!(bench.world.get("hub.contact", "h1", "title"), "a");
}

#[test]
fn children_wait_for_parents_that_are_coming_and_go_without_others() {
    let mut bench = Bench::new(&plan());
    // c1 and c2 are duplicates and held; c9 does not exist.
    for id in ["c1", "c2"] {
        bench.world.set(
            "hub.company",
            id,
            &[("name", "Acme"), ("domain", "acme.example")],
        );
    }
    bench.world.set(
        "hub.contact",
        "h1",
        &[("email", "a@x.example"), ("company", "c1")],
    );
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "b@x.example"), ("company", "c9")],
    );
    bench.run();
    assert_eq!(
        bench.held(),
        [
            "Company R011 Left c1",
            "Company R011 Left c2",
            "Contact R007 Left h1"
        ]
    );
    assert_eq!(bench.world.ids("sf.Contact").len(), 1);
    bench.world.delete("hub.company", "c2");
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    let child = bench.world.get("hub.contact", "h1", "sf_id");
    let parent = bench.world.get("hub.company", "c1", "sf_id");
    assert_eq!(bench.world.get("sf.Contact", &child, "AccountId"), parent);
    bench.expect_quiet();
}

#[test]
fn what_the_plan_forbids_is_refused_again() {
    let mut bad = plan();
    bad.syncs[1].protected.right.push(Protected {
        field: "Phone".into(),
        after_create: false,
    });
    assert!(matches!(
        accordant::runtime::compile(&bad),
        Err(PlanError::Inconsistent { .. })
    ));
    let mut bad = plan();
    bad.syncs[1].write_set.right.retain(|f| f != "Phone");
    assert!(matches!(
        accordant::runtime::compile(&bad),
        Err(PlanError::Inconsistent { .. })
    ));
    let mut bad = plan();
    bad.syncs[1].rows[0].when = Some(Expr::Field {
        side: Side::Left,
        field: "nothing".into(),
    });
    assert!(matches!(
        accordant::runtime::compile(&bad),
        Err(PlanError::Inconsistent { .. })
    ));
}

#[test]
fn the_last_check_before_the_wire_refuses_what_the_plan_promises_not_to_write() {
    let mut program = accordant::runtime::compile(&plan()).expect("compiles");
    // A program that contradicts its own promises, as no plan can: a bug of ours.
    let phone = program.syncs[1].rows[2].cells.right.slot.expect("slot");
    let source = program.syncs[1].rows[5].cells.right.slot.expect("slot");
    program.syncs[1].write_set.right.retain(|s| *s != phone);
    program.syncs[1].write_once.right.push(source);
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    bench.program = std::sync::Arc::new(program);
    let more = [("phone", "9"), ("last", "Roe")];
    bench.world.set("hub.contact", "h1", &more);
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "b@x.example"), ("phone", "1")],
    );
    bench.world.set(
        "hub.contact",
        "h3",
        &[("email", "c@x.example"), ("source", "web")],
    );
    bench.run();
    let held = [
        "Contact R021 Left h2",
        "Contact R021 Left h1 last",
        "Contact R021 Left h1 phone",
    ];
    let mut found = bench.held();
    found.sort();
    let mut wanted = held.map(str::to_owned);
    wanted.sort();
    assert_eq!(found, wanted);
    assert_eq!(bench.world.get("sf.Contact", "s1", "Phone"), "1");
    let made = bench.world.get("hub.contact", "h3", "sf_id");
    assert_eq!(
        bench.world.get("sf.Contact", &made, "Source"),
        "web",
        "written once, in the create"
    );
    bench.expect_quiet();
}

#[test]
fn an_automation_that_nobody_declared_is_stopped() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    bench.world.set("hub.contact", "h1", &[("phone", "0")]);
    let mut rounds = 0;
    loop {
        let before = bench.world.log.len();
        bench.run();
        if bench.world.log.len() == before {
            break;
        }
        // Each side changes what was written to it.
        let (key, id, name) = if bench.world.log.last().expect("write").starts_with("sf") {
            ("sf.Contact", "s1", "Phone")
        } else {
            ("hub.contact", "h1", "phone")
        };
        let grown = format!("{}0", bench.world.get(key, id, name));
        bench.world.set(key, id, &[(name, &grown)]);
        rounds += 1;
        assert!(rounds < 20, "never stopped");
    }
    assert_eq!(bench.held(), ["Contact R015 Left h1 phone"]);
}

#[test]
fn yielding_syncs_join_the_other_instead_of_making_a_record() {
    let mut plan = plan();
    let is = |value: &str| {
        let left = Box::new(Expr::Field {
            side: Side::Left,
            field: "source".into(),
        });
        Some(Expr::Compare {
            comparison: Comparison::Equal,
            left,
            right: Box::new(Expr::Const(Value::text(value))),
        })
    };
    let mut lead = plan.syncs[1].clone();
    plan.syncs[1].identity.admission.left = is("customer");
    lead.name = "Lead".into();
    lead.objects.right = "sf.Lead".into();
    lead.link_group.right = "sf.Lead".into();
    lead.identity.admission.left = is("lead");
    lead.identity.yields_to = vec!["Contact".into()];
    lead.identity.stamp.left = None;
    let mut object = plan.objects["sf.Contact"].clone();
    object.name = "Lead".into();
    plan.objects.insert("sf.Lead".into(), object);
    plan.syncs.push(lead);
    let mut bench = Bench::new(&plan);
    ann(&mut bench);
    bench.world.set("hub.contact", "h1", &[("source", "lead")]);
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "new@x.example"), ("source", "lead")],
    );
    bench
        .world
        .set("hub.contact", "h3", &[("email", "none@x.example")]);
    bench.run();
    assert_eq!(bench.world.get("hub.contact", "h1", "sf_id"), "s1");
    assert_eq!(bench.world.ids("sf.Lead").len(), 1);
    assert_eq!(bench.world.ids("sf.Contact").len(), 1);
    bench.expect_quiet();
}

/// Contacts, and leads that are converted into them. What converts runs first.
fn with_leads() -> Plan {
    let mut plan = plan();
    let mut lead = plan.syncs[1].clone();
    lead.name = "Lead".into();
    lead.objects.right = "sf.Lead".into();
    lead.link_group.right = "sf.Lead".into();
    lead.identity.stamp.left = None;
    lead.identity.converts_to = Some("Contact".into());
    lead.identity.create = Sides::new(false, false);
    let mut object = plan.objects["sf.Contact"].clone();
    object.name = "Lead".into();
    object
        .fields
        .insert("ConvertedContactId".into(), object.fields["Email"].clone());
    plan.objects.insert("sf.Lead".into(), object);
    plan.syncs.insert(1, lead);
    let into =
        [("ConvertedContactId", "Contact")].map(|(field, object)| (object.into(), field.into()));
    plan.systems
        .get_mut("sf")
        .expect("system")
        .converted_into
        .insert("Lead".into(), into.into());
    plan
}

#[test]
fn a_converted_record_takes_its_link_along() {
    let mut bench = Bench::new(&with_leads());
    bench.world.set(
        "hub.contact",
        "h1",
        &[("email", "ann@x.example"), ("last", "Lee")],
    );
    bench.world.set(
        "sf.Lead",
        "l1",
        &[("Email", "ann@x.example"), ("LastName", "Lee")],
    );
    bench.run();
    bench.world.set(
        "sf.Contact",
        "s1",
        &[("Email", "ann@other.example"), ("LastName", "Lee")],
    );
    bench
        .world
        .set("sf.Lead", "l1", &[("ConvertedContactId", "s1")]);
    let report = bench.run();
    assert_eq!(
        report.syncs.iter().map(|s| s.linked).collect::<Vec<_>>(),
        [0, 0, 1]
    );
    assert_eq!(
        bench.world.ids("hub.contact"),
        ["h1"],
        "no second contact is made"
    );
    assert_eq!(
        bench.world.get("hub.contact", "h1", "email"),
        "ann@other.example",
        "the shadow came along"
    );
    bench.expect_quiet();
}

#[test]
fn what_leads_to_a_converted_record_leads_to_what_it_became() {
    for trail in ["stamp here", "stamp there", "key"] {
        let mut plan = with_leads();
        plan.syncs[1].identity.create = Sides::new(true, true);
        for (at, field) in [(1, "lead_id"), (2, "sf_id")] {
            plan.syncs[at].identity.stamp.left = Some(field.into());
            plan.syncs[at].write_set.left =
                [plan.syncs[at].write_set.left.clone(), vec![field.into()]].concat();
        }
        let contact = plan.objects.get_mut("hub.contact").expect("object");
        let like = contact.fields["sf_id"].clone();
        contact.fields.insert("lead_id".into(), like);
        let mut bench = Bench::new(&plan);
        bench.world.set(
            "hub.contact",
            "h1",
            &[("email", "old@x.example"), ("last", "Lee")],
        );
        let lead = [
            ("Email", "away@x.example"),
            ("LastName", "Lee"),
            ("ConvertedContactId", "s1"),
        ];
        bench.world.set("sf.Lead", "l1", &lead);
        bench.world.set(
            "sf.Contact",
            "s1",
            &[("Email", "new@x.example"), ("LastName", "Lee")],
        );
        match trail {
            "stamp here" => bench.world.set("hub.contact", "h1", &[("lead_id", "l1")]),
            "stamp there" => bench.world.set("sf.Lead", "l1", &[("Hub_Id", "h1")]),
            _ => bench
                .world
                .set("sf.Lead", "l1", &[("Email", "old@x.example")]),
        }
        if trail == "key" {
            // Keys are tried sync by sync: the leads' turn comes after the contacts'.
            let lead = plan.syncs.remove(1);
            plan.syncs.push(lead);
            let world = bench.world.clone();
            bench = Bench::new(&plan);
            bench.world = world;
        }
        bench.run();
        assert_eq!(bench.world.ids("hub.contact"), ["h1"], "{trail}");
        assert_eq!(bench.world.ids("sf.Contact"), ["s1"], "{trail}");
        assert_eq!(bench.world.ids("sf.Lead"), ["l1"], "{trail}");
        assert_eq!(
            bench.world.get("hub.contact", "h1", "sf_id"),
            "s1",
            "{trail}"
        );
        assert_eq!(bench.held(), Vec::<String>::new(), "{trail}");
        bench.expect_quiet();
    }
}

#[test]
fn a_conversion_into_a_record_of_another_waits_for_a_person() {
    let mut bench = Bench::new(&with_leads());
    for (id, email) in [("h1", "ann@x.example"), ("h2", "other@x.example")] {
        bench
            .world
            .set("hub.contact", id, &[("email", email), ("last", "Lee")]);
    }
    bench.world.set(
        "sf.Lead",
        "l2",
        &[("Email", "other@x.example"), ("LastName", "Lee")],
    );
    bench.world.set(
        "sf.Contact",
        "s1",
        &[("Email", "ann@x.example"), ("LastName", "Lee")],
    );
    bench.run();
    assert_eq!(bench.world.ids("sf.Contact"), ["s1"]);
    bench
        .world
        .set("sf.Lead", "l2", &[("ConvertedContactId", "s1")]);
    bench.run();
    assert_eq!(bench.held(), ["Contact R020 Left h2"]);
    bench.world.set("hub.contact", "h2", &[("phone", "5")]);
    bench.expect_quiet();
    assert_eq!(bench.held(), ["Contact R020 Left h2"], "it goes on waiting");
    assert_eq!(
        bench.world.get("hub.contact", "h1", "sf_id"),
        "s1",
        "the earlier link stands"
    );
    bench.world.delete("hub.contact", "h2");
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
}

#[test]
fn a_merge_into_a_linked_record_waits_for_a_person() {
    let mut bench = Bench::new(&plan());
    for (left, right, email) in [("h1", "s1", "ann@x.example"), ("h2", "s2", "bob@x.example")] {
        bench
            .world
            .set("hub.contact", left, &[("email", email), ("last", "Lee")]);
        bench.world.set(
            "sf.Contact",
            right,
            &[("Email", email), ("LastName", "Lee")],
        );
    }
    bench.run();
    bench.world.delete("hub.contact", "h2");
    let object = bench.world.object("hub.contact");
    bench.world.objects[object]
        .get_mut("h2")
        .expect("record")
        .merged_into = Some("h1".into());
    bench.run();
    assert_eq!(bench.held(), ["Contact R020 Right s2"]);
    bench.expect_quiet();
    assert_eq!(
        bench.held(),
        ["Contact R020 Right s2"],
        "it goes on waiting"
    );
    assert_eq!(
        bench.world.ids("sf.Contact"),
        ["s1", "s2"],
        "nothing is deleted"
    );
    bench.world.delete("sf.Contact", "s2");
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
}

#[test]
fn a_merge_moves_the_link_and_deletes_nothing() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.run();
    bench.world.set(
        "hub.contact",
        "h9",
        &[("email", "ann@work.example"), ("last", "Lee")],
    );
    bench.world.delete("hub.contact", "h1");
    let object = bench.world.object("hub.contact");
    bench.world.objects[object]
        .get_mut("h1")
        .expect("record")
        .merged_into = Some("h9".into());
    let report = bench.run();
    assert_eq!(report.syncs[1].deleted, Sides::new(0, 0));
    assert_eq!(
        bench.world.get("sf.Contact", "s1", "Email"),
        "ann@work.example"
    );
    assert_eq!(bench.world.ids("sf.Contact"), ["s1"]);
    bench.expect_quiet();
}

#[test]
fn a_merge_that_only_the_survivor_tells_moves_the_link_and_deletes_nothing() {
    let list = |plan: &mut Plan, system: &str, object: &str| {
        plan.systems.get_mut(system).expect("system").merged_from = Some("swallowed".into());
        let object = plan.objects.get_mut(object).expect("object");
        let mut field = object.fields.values().next().expect("field").clone();
        field.kind = accordant::value::Kind::Set;
        object.fields.insert("swallowed".into(), field);
    };
    // The survivor comes before or after the record that went; on either side; which is deleted or gone without a trace.
    for (survivor, goes) in [
        ("0", "archived"),
        ("z", "archived"),
        ("0", "gone"),
        ("z", "gone"),
    ] {
        for side in Side::BOTH {
            let mut plan = plan();
            plan.syncs[1].identity.delete =
                Sides::new(DeletePolicy::Archive, DeletePolicy::Archive);
            let (key, loser) = match side {
                Side::Left => ("hub.contact", "h1"),
                Side::Right => ("sf.Contact", "s1"),
            };
            list(&mut plan, key.split_once('.').expect("key").0, key);
            let mut bench = Bench::new(&plan);
            ann(&mut bench);
            bench.run();
            let fields = match side {
                Side::Left => [
                    ("email", "ann@work.example"),
                    ("last", "Lee"),
                    ("swallowed", "h1;h0"),
                ],
                Side::Right => [
                    ("Email", "ann@work.example"),
                    ("LastName", "Lee"),
                    ("swallowed", "s1;s0"),
                ],
            };
            bench.world.set(key, survivor, &fields);
            let object = bench.world.object(key);
            if goes == "gone" {
                bench.world.objects[object].remove(loser);
            } else {
                bench.world.delete(key, loser);
            }
            let report = bench.run();
            let story = format!("{survivor} {goes} {side:?}");
            assert_eq!(report.syncs[1].deleted, Sides::new(0, 0), "{story}");
            assert_eq!(bench.held(), Vec::<String>::new(), "{story}");
            let (other, id, mail) = match side {
                Side::Left => ("sf.Contact", "s1", "Email"),
                Side::Right => ("hub.contact", "h1", "email"),
            };
            assert_eq!(
                bench.world.get(other, id, mail),
                "ann@work.example",
                "{story}"
            );
            assert_eq!(bench.world.ids(other), [id], "{story}");
            bench.expect_quiet();
            let before = bench.world.objects.clone();
            bench.forget();
            bench.run();
            assert_eq!(bench.world.objects, before, "the stamps followed: {story}");
            assert_eq!(bench.held(), Vec::<String>::new(), "{story}");
        }
    }
}

#[test]
fn recognised_records_are_never_written_and_activities_once() {
    let mut plan = plan();
    plan.syncs[0].mode = Mode::LinkOnly;
    plan.syncs[0].rows.clear();
    plan.syncs[0].identity.create = Sides::new(false, false);
    plan.syncs[0].writes_side = Sides::new(false, false);
    plan.syncs[1].mode = Mode::AppendOnly;
    plan.syncs[1].writes_side.left = false;
    plan.syncs[1].identity.after.clear();
    for row in &mut plan.syncs[1].rows {
        row.lanes.right = None;
    }
    plan.syncs[1].identity.stamp.left = None;
    let mut bench = Bench::new(&plan);
    bench
        .world
        .set("hub.company", "c1", &[("domain", "acme.example")]);
    bench
        .world
        .set("sf.Account", "a1", &[("Website", "ACME.example")]);
    bench.world.set(
        "hub.contact",
        "h1",
        &[("email", "a@x.example"), ("company", "c1")],
    );
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "b@x.example"), ("company", "c7")],
    );
    let report = bench.run();
    assert_eq!(report.syncs[0].linked, 1);
    assert_eq!(bench.held(), ["Contact R018 Left h2 company"]);
    assert_eq!(bench.world.ids("sf.Contact").len(), 2);
    assert_eq!(bench.world.get("sf.Contact", "new0001", "AccountId"), "a1");
    bench.world.set("hub.contact", "h1", &[("phone", "5")]);
    bench.expect_quiet();
    assert_eq!(
        bench.held(),
        ["Contact R018 Left h2 company"],
        "it stays so"
    );
    bench.forget();
    bench.run();
    assert_eq!(
        bench.world.ids("sf.Contact").len(),
        2,
        "the stamp is met again"
    );
    assert_eq!(
        bench.world.get("sf.Contact", "new0001", "Phone"),
        "",
        "and nothing is updated"
    );
}

#[test]
fn a_pair_that_leaves_is_frozen_or_given_up() {
    for leave in [Leave::Freeze, Leave::Unlink] {
        let mut plan = plan();
        plan.syncs[1].identity.leave = leave;
        let filled = Expr::IsSet(Box::new(Expr::Field {
            side: Side::Left,
            field: "source".into(),
        }));
        plan.syncs[1].identity.admission.left = Some(filled);
        let mut bench = Bench::new(&plan);
        ann(&mut bench);
        bench.world.set("hub.contact", "h1", &[("source", "web")]);
        bench.run();
        bench
            .world
            .set("hub.contact", "h1", &[("source", ""), ("phone", "9")]);
        bench.expect_quiet();
        bench.world.set("hub.contact", "h1", &[("source", "web")]);
        bench.run();
        let wanted = if leave == Leave::Freeze { "9" } else { "1" };
        assert_eq!(
            bench.world.get("sf.Contact", "s1", "Phone"),
            wanted,
            "{leave:?}"
        );
    }
}

/// Rows that refer through a sync: its name, the sync that gets the row, the field of each side.
fn referring(plan: &mut Plan, at: usize, sync: &str, left: &str, right: &str) {
    let through = |from| Lane {
        value: Expr::Linked {
            syncs: vec![sync.into()],
            from,
            input: Box::new(Expr::Input),
        },
        ..super::world::lane()
    };
    let objects = plan.syncs[at].objects.clone();
    for (key, field) in [(&objects.left, left), (&objects.right, right)] {
        let object = plan.objects.get_mut(key).expect("object");
        let like = object.fields.values().next().expect("field").clone();
        object.fields.insert(field.into(), like);
    }
    let row = super::world::row(
        left,
        right,
        Some(through(Side::Left)),
        Some(through(Side::Right)),
    );
    plan.syncs[at].rows.push(row);
    plan.syncs[at].write_set.left.push(left.into());
    plan.syncs[at].write_set.right.push(right.into());
}

#[test]
fn references_in_a_circle_are_cut_and_closed() {
    let mut plan = plan();
    referring(&mut plan, 0, "Company", "parent", "ParentId");
    let mut bench = Bench::new(&plan);
    bench.world.set(
        "hub.company",
        "c1",
        &[("domain", "a.example"), ("parent", "c2")],
    );
    bench.world.set(
        "hub.company",
        "c2",
        &[("domain", "b.example"), ("parent", "c1")],
    );
    bench.run();
    let (first, second) = (
        bench.world.get("hub.company", "c1", "sf_id"),
        bench.world.get("hub.company", "c2", "sf_id"),
    );
    assert_eq!(bench.world.get("sf.Account", &first, "ParentId"), second);
    assert_eq!(bench.world.get("sf.Account", &second, "ParentId"), first);
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.expect_quiet();
}

#[test]
fn no_double_is_made_of_a_record_that_is_not_admitted() {
    let mut plan = plan();
    plan.syncs[1].identity.admission.left = Some(Expr::IsSet(Box::new(Expr::Field {
        side: Side::Left,
        field: "source".into(),
    })));
    let mut bench = Bench::new(&plan);
    ann(&mut bench);
    bench.run();
    assert_eq!(bench.world.ids("hub.contact"), ["h1"]);
    assert_eq!(bench.held(), ["Contact R023 Right s1"]);
    let text = bench.archive().held().expect("held")[0].1.text.clone();
    assert!(
        text.starts_with("`h1` has its key and is not admitted"),
        "{text}"
    );
    bench.expect_quiet();
    assert_eq!(bench.held(), ["Contact R023 Right s1"]);
    bench.world.set("hub.contact", "h1", &[("source", "web")]);
    let report = bench.run();
    assert_eq!(report.syncs[1].linked, 1, "admitted, it is the one");
    assert_eq!(bench.held(), Vec::<String>::new());
    assert_eq!(bench.world.ids("hub.contact"), ["h1"]);
    bench.expect_quiet();
}

#[test]
fn a_pair_of_which_only_the_stamps_were_written_is_the_same() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "bob@x.example"), ("last", "Roe")],
    );
    let report = bench.run();
    assert_eq!(report.syncs[1].same, 1, "and the one that was made is not");
    assert_eq!(report.syncs[1].updated, Sides::new(0, 0));
    // Both of the pair that was met, and the source of the one that was made.
    assert_eq!(report.syncs[1].stamped, Sides::new(2, 1));
    let report = bench.run();
    assert_eq!(report.syncs[1].same, 2);
    assert_eq!(report.syncs[1].stamped, Sides::new(0, 0));
}

#[test]
fn what_an_upsert_met_keeps_its_fields_and_they_are_not_counted() {
    let mut plan = plan();
    plan.syncs[1].mode = Mode::AppendOnly;
    plan.syncs[1].writes_side.left = false;
    plan.syncs[1].identity.after.clear();
    for row in &mut plan.syncs[1].rows {
        row.lanes.right = None;
    }
    plan.syncs[1].identity.stamp.left = None;
    let mut bench = Bench::new(&plan);
    bench.world.set(
        "hub.contact",
        "h1",
        &[("email", "a@x.example"), ("last", "Lee")],
    );
    assert_eq!(bench.run().syncs[1].fields(), 2);
    bench.forget();
    let report = bench.run();
    assert_eq!(report.syncs[1].created, Sides::new(0, 0));
    assert_eq!(report.syncs[1].fields(), 0);
    assert_eq!(report.syncs[1].linked, 1);
}

#[test]
fn a_pair_rests_while_its_sync_is_not_active() {
    let mut plan = plan();
    plan.syncs[1].identity.active_while.left = Some(Expr::IsSet(Box::new(Expr::Field {
        side: Side::Left,
        field: "source".into(),
    })));
    let mut bench = Bench::new(&plan);
    ann(&mut bench);
    bench.world.set("hub.contact", "h1", &[("source", "web")]);
    bench.run();
    bench
        .world
        .set("hub.contact", "h1", &[("source", ""), ("phone", "7")]);
    bench.expect_quiet();
    bench.world.set("hub.contact", "h1", &[("source", "web")]);
    bench.run();
    assert_eq!(
        bench.world.get("sf.Contact", "s1", "Phone"),
        "7",
        "what waited travels"
    );
    bench.expect_quiet();
}

#[test]
fn what_a_create_went_without_is_held_as_long_as_its_cause_stands() {
    let mut plan = plan();
    plan.syncs[1].rows[5].lanes.left = Some(Lane {
        timing: Timing::OnCreate,
        ..plan.syncs[1].rows[4].lanes.left.clone().expect("lane")
    });
    let mut bench = Bench::new(&plan);
    let fields = [
        ("email", "a@x.example"),
        ("last", "Lee"),
        ("source", "odd"),
        ("tier", "odd"),
    ];
    bench.world.set("hub.contact", "h1", &fields);
    let fields = [
        ("Email", "b@x.example"),
        ("LastName", "Lee"),
        ("Tier", "odd"),
    ];
    bench.world.set("sf.Contact", "s2", &fields);
    bench.run();
    let held = [
        "Contact R004 Left h1 source",
        "Contact R004 Left h1 tier",
        "Contact R004 Left new0002 tier",
    ];
    assert_eq!(bench.held(), held);
    bench.expect_quiet();
    assert_eq!(bench.held(), held);
    let made = bench.world.get("hub.contact", "h1", "sf_id");
    bench
        .world
        .set("sf.Contact", &made, &[("Source", "Silver")]);
    bench.run();
    assert_eq!(bench.held(), held[1..], "somebody filled it");
}

#[test]
fn a_required_field_whose_row_failed_has_one_cause() {
    let mut plan = plan();
    let contact = plan.objects.get_mut("sf.Contact").expect("object");
    contact.fields.get_mut("LastName").expect("field").length = Some(5);
    let mut bench = Bench::new(&plan);
    bench.world.set(
        "hub.contact",
        "h1",
        &[("email", "a@x.example"), ("last", "far too long")],
    );
    bench.run();
    assert_eq!(bench.held(), ["Contact R004 Left h1"]);
    bench.expect_quiet();
    assert_eq!(bench.held(), ["Contact R004 Left h1"]);
}

#[test]
fn a_pair_waits_for_a_parent_that_is_held_and_goes_without_others() {
    let mut bench = Bench::new(&plan());
    ann(&mut bench);
    bench.world.set("hub.contact", "h1", &[("company", "c9")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new(), "there is no c9");
    for id in ["c1", "c2"] {
        let fields = [("name", "Acme"), ("domain", "acme.example")];
        bench.world.set("hub.company", id, &fields);
    }
    bench
        .world
        .set("hub.contact", "h1", &[("company", "c1"), ("phone", "9")]);
    bench.run();
    let waits = "Contact R007 Left h1 company".to_owned();
    assert!(bench.held().contains(&waits), "{:?}", bench.held());
    assert_eq!(
        bench.world.get("sf.Contact", "s1", "Phone"),
        "9",
        "the other rows go on"
    );
    bench.expect_quiet();
    assert!(bench.held().contains(&waits));
    bench.world.delete("hub.company", "c2");
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    let parent = bench.world.get("hub.company", "c1", "sf_id");
    assert_eq!(bench.world.get("sf.Contact", "s1", "AccountId"), parent);
    bench.expect_quiet();
}

/// A filter or a key that reads along a reference: the company's domain, from a contact.
fn along(side: Side, reference: &str, object: &str, field: &str) -> Expr {
    Expr::Related {
        side,
        reference: reference.into(),
        object: object.into(),
        field: field.into(),
    }
}

#[test]
fn admission_and_keys_read_along_references() {
    let mut plan = plan();
    let domain = along(Side::Left, "company", "hub.company", "domain");
    plan.syncs[1].identity.admission.left = Some(Expr::IsSet(Box::new(domain.clone())));
    let site = along(Side::Right, "AccountId", "sf.Account", "Website");
    let last = Sides::new(
        super::world::field(Side::Left, "last"),
        super::world::field(Side::Right, "LastName"),
    );
    let part = |sides| MatchPart { sides, fold: true };
    plan.syncs[1].identity.keys = vec![MatchKey {
        parts: vec![part(last), part(Sides::new(domain, site))],
    }];
    let mut bench = Bench::new(&plan);
    for (id, other, domain) in [("c1", "a1", "one.example"), ("c2", "a2", "two.example")] {
        bench.world.set("hub.company", id, &[("domain", domain)]);
        bench.world.set("sf.Account", other, &[("Website", domain)]);
    }
    for (id, other, company, account) in [("h1", "s1", "c1", "a1"), ("h2", "s2", "c2", "a2")] {
        let fields = [("last", "Lee"), ("company", company)];
        bench.world.set("hub.contact", id, &fields);
        let fields = [("LastName", "Lee"), ("AccountId", account)];
        bench.world.set("sf.Contact", other, &fields);
    }
    bench.world.set("hub.contact", "h3", &[("last", "Roe")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
    assert_eq!(bench.world.get("hub.contact", "h1", "sf_id"), "s1");
    assert_eq!(bench.world.get("hub.contact", "h2", "sf_id"), "s2");
    assert_eq!(
        bench.world.ids("sf.Contact"),
        ["s1", "s2"],
        "h3 is of no company, and not admitted"
    );
    bench.world.set("hub.contact", "h3", &[("company", "c1")]);
    bench.run();
    assert_eq!(bench.world.ids("sf.Contact").len(), 3);
    bench.expect_quiet();
}

#[test]
fn each_outcome_says_its_reason() {
    let mut plan = plan();
    plan.syncs[1].rows[1].lanes.left = Some(super::world::lane());
    plan.syncs[1].rows[2]
        .lanes
        .left
        .as_mut()
        .expect("lane")
        .value = Expr::Call {
        function: "e164".into(),
        arguments: vec![Expr::Input, Expr::Const(Value::text("US"))],
    };
    let mut bench = Bench::new(&plan);
    let fields = [
        ("email", "a@x.example"),
        ("last", "Lee"),
        ("phone", "call me"),
    ];
    bench.world.set("hub.contact", "h1", &fields);
    bench
        .world
        .set("hub.contact", "h2", &[("email", "b@x.example")]);
    bench.run();
    assert_eq!(
        bench.held(),
        ["Contact R005 Left h2", "Contact R006 Left h1 phone"]
    );
    let held = bench.archive().held().expect("held");
    assert_eq!(
        held[0].1.text,
        "`LastName` is required there, and nothing fills it"
    );
    bench.world.set("hub.contact", "h1", &[("rating", "cold")]);
    let report = bench.run();
    assert_eq!(report.syncs[1].drifted, 1, "R019 is told once, in the log");
    assert_eq!(bench.run().syncs[1].drifted, 0);
}

#[test]
fn a_default_never_travels_back() {
    let mut bench = Bench::new(&plan());
    bench
        .world
        .set("hub.contact", "h1", &[("email", "a@x.example")]);
    let fields = [("Email", "b@x.example"), ("LastName", "Unknown")];
    bench.world.set("sf.Contact", "s2", &fields);
    bench.run();
    let made = bench.world.get("hub.contact", "h1", "sf_id");
    assert_eq!(bench.world.get("sf.Contact", &made, "LastName"), "Unknown");
    assert_eq!(bench.world.get("hub.contact", "h1", "last"), "");
    let made = bench.world.get("sf.Contact", "s2", "Hub_Id");
    assert_eq!(
        bench.world.get("hub.contact", &made, "last"),
        "",
        "nor in a create"
    );
    bench.expect_quiet();
    bench.forget();
    bench.expect_quiet();
}

#[test]
fn a_reference_to_what_is_linked_later_in_the_run_is_written_in_it() {
    let mut plan = plan();
    referring(&mut plan, 0, "Company", "parent", "ParentId");
    referring(&mut plan, 0, "Contact", "boss", "Boss");
    let mut bench = Bench::new(&plan);
    let company = |bench: &mut Bench, id: &str, more: &[(&str, &str)]| {
        let domain = format!("{id}.example");
        let fields = [&[("domain", domain.as_str())], more].concat();
        bench.world.set("hub.company", id, &fields);
    };
    let person = |bench: &mut Bench, id: &str, company: &str| {
        let mail = format!("{id}@x.example");
        let fields = [
            ("email", mail.as_str()),
            ("last", "Lee"),
            ("company", company),
        ];
        bench.world.set("hub.contact", id, &fields);
    };
    // Two syncs that refer to each other, and a sync that refers to itself: first when all is new, then when half is linked.
    company(&mut bench, "c1", &[("boss", "h1")]);
    person(&mut bench, "h1", "c1");
    bench.run();
    let there = |bench: &Bench, id: &str, field: &str| {
        let other = bench.world.get("hub.company", id, "sf_id");
        bench.world.get("sf.Account", &other, field)
    };
    let person_of = |bench: &Bench, id: &str| bench.world.get("hub.contact", id, "sf_id");
    assert_eq!(there(&bench, "c1", "Boss"), person_of(&bench, "h1"));
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.expect_quiet();
    company(&mut bench, "c2", &[]);
    person(&mut bench, "h2", "c2");
    bench
        .world
        .set("hub.company", "c1", &[("boss", "h2"), ("parent", "c2")]);
    bench.run();
    assert_eq!(there(&bench, "c1", "Boss"), person_of(&bench, "h2"));
    let parent = bench.world.get("hub.company", "c2", "sf_id");
    assert_eq!(there(&bench, "c1", "ParentId"), parent);
    assert_eq!(bench.held(), Vec::<String>::new());
    bench.expect_quiet();
    bench.world.set("hub.company", "c1", &[("boss", "nobody")]);
    bench.run();
    assert_eq!(bench.held(), ["Company R018 Left c1 boss"]);
    bench.expect_quiet();
    assert_eq!(bench.held(), ["Company R018 Left c1 boss"]);
    bench.world.set("hub.company", "c1", &[("boss", "h1")]);
    bench.run();
    assert_eq!(bench.held(), Vec::<String>::new());
}

#[test]
fn who_waits_is_told_why_the_other_does_not_come() {
    let mut bench = Bench::new(&plan());
    for id in ["c1", "c2"] {
        bench
            .world
            .set("hub.company", id, &[("domain", "acme.example")]);
    }
    let fields = [("email", "a@x.example"), ("company", "c1")];
    bench.world.set("hub.contact", "h1", &fields);
    bench.run();
    let held = bench.archive().held().expect("held");
    let waiting = held
        .iter()
        .find(|(sync, _)| sync == "Contact")
        .expect("held");
    assert_eq!(
        waiting.1.text,
        "`company`: `c1` is linked with no record, and is held itself (R011 several-match)"
    );
}
