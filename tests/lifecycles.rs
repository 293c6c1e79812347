//! Lifecycles that were made at random, and long ones: what `check` finds is what a plain reading of them gives.
//!
//! Every stage of these shows in the contact, so that a contact always shows where its cluster is; then which moves go back
//! can be read off the stages alone.

use std::collections::BTreeSet;
use std::fmt::Write;

use accordant::diagnostic::Diagnostic;

use crate::support::{Random, compile_fixture};

const HEAD: &str = "sync Person: desk.contact <-> crm.Person {
  truth   desk
  match   email = Email
  many    desk hold
  many    crm hold
  delete  keep

  email <-> Email
}

lifecycle Journey {
  column contact  desk.contact.lifecyclestage
  column person   crm.Person.Phase__c

";

/// The stages: name and cells. The crm shows all but the first.
const STAGES: [(&str, &str, &str); 4] = [
    ("visitor", "subscriber", "none"),
    ("talking", "lead", "New | Working"),
    ("won", "opportunity | customer", "Won"),
    ("lost", "other", "Lost"),
];

/// A permitted move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    from: usize,
    to: usize,
    crm: bool,
}

fn spec(lines: &[Line], finals: &BTreeSet<usize>) -> String {
    let mut text = HEAD.to_owned();
    for (name, contact, person) in STAGES {
        let _ = writeln!(text, "  {name}:  {contact},  {person}");
    }
    let _ = writeln!(text, "  truth desk\n  start visitor");
    for line in lines {
        let by = if line.crm { "crm" } else { "desk" };
        let (from, to) = (STAGES[line.from].0, STAGES[line.to].0);
        let _ = writeln!(text, "  {from} -> {to}  by {by}  as task, keep owner");
    }
    if !finals.is_empty() {
        let names: Vec<&str> = finals.iter().map(|f| STAGES[*f].0).collect();
        let _ = writeln!(text, "  final {}", names.join(", "));
    }
    text + "}\n"
}

fn random(seed: u64) -> (Vec<Line>, BTreeSet<usize>) {
    let mut random = Random::new(seed);
    let mut lines = Vec::new();
    for from in 0..STAGES.len() {
        for to in (0..STAGES.len()).filter(|to| *to != from) {
            for crm in [false, true] {
                // nobody can show in the crm that somebody is a visitor
                if random.below(4) == 0 && !(crm && to == 0) {
                    lines.push(Line { from, to, crm });
                }
            }
        }
    }
    let left = |stage: &usize| lines.iter().any(|l: &Line| l.from == *stage);
    let finals = (0..STAGES.len())
        .filter(|s| !left(s) && random.below(2) == 0)
        .collect();
    (lines, finals)
}

fn reachable(lines: &[Line]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([0]);
    loop {
        let more: Vec<usize> = lines
            .iter()
            .filter(|l| reached.contains(&l.from) && !reached.contains(&l.to))
            .map(|l| l.to)
            .collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}

fn told(findings: &[Diagnostic], code: &str) -> Vec<String> {
    let of = findings.iter().filter(|d| d.code.name() == code);
    of.map(|d| d.message.clone()).collect()
}

#[test]
fn what_is_found_is_what_a_plain_reading_gives() {
    let mut seen = BTreeSet::new();
    for seed in 0..400 {
        let (lines, finals) = random(seed);
        if lines.is_empty() {
            continue;
        }
        let text = spec(&lines, &finals);
        let findings = compile_fixture(&text).findings;
        seen.extend(findings.iter().map(|d| d.code.name()));
        let reached = reachable(&lines);
        let unreached = told(&findings, "L002");
        assert_eq!(
            unreached.is_empty(),
            reached.len() == STAGES.len(),
            "{text}{unreached:?}"
        );
        for (at, (name, ..)) in STAGES.iter().enumerate() {
            let said = unreached.iter().any(|m| m.contains(&format!("`{name}`")));
            assert!(!said || !reached.contains(&at), "{text}{unreached:?}");
            let dead = told(&findings, "L003")
                .iter()
                .any(|m| m.contains(&format!("`{name}`")));
            let left = lines.iter().any(|l| l.from == at);
            let ends = reached.contains(&at) && !left && !finals.contains(&at);
            assert_eq!(dead, ends, "{name} in {text}");
        }
        let back = |l: &&Line| l.crm && l.to < l.from && reached.contains(&l.from);
        let wanted = lines.iter().filter(back).count();
        assert_eq!(told(&findings, "L005").len(), wanted, "{text}");
        for quiet in [
            "L004", "L006", "L007", "L008", "L009", "L010", "L011", "L013",
        ] {
            assert_eq!(told(&findings, quiet), [""; 0], "{text}");
        }
    }
    assert!(
        seen.is_superset(&BTreeSet::from(["L002", "L003", "L005"])),
        "{seen:?}"
    );
}

#[test]
fn a_long_ladder_is_read_whole() {
    let stages = 60;
    let mut text = String::from(
        "lifecycle Ladder {\n  column number  desk.customer.phone\n  column title   crm.Person.Title\n\n",
    );
    for n in 0..stages {
        let _ = writeln!(text, "  s{n}:  \"{n}\",  \"t{n}\"");
    }
    let _ = writeln!(text, "  truth desk\n  start s0");
    for n in 0..stages - 1 {
        let _ = writeln!(text, "  s{n} -> s{}  by desk by crm", n + 1);
        if n > 0 {
            let _ = writeln!(text, "  s{n} -> s{}  by crm", n - 1);
        }
    }
    let _ = writeln!(text, "  final s{}\n}}", stages - 1);
    text += "sync Person: desk.customer <-> crm.Person {\n  truth crm\n  match email = Email\n  many desk hold\n  many crm hold\n  delete keep\n  email <-> Email\n}\n";
    let findings = compile_fixture(&text).findings;
    let of_lifecycles = findings.iter().filter(|d| d.code.family() == 'L');
    let told: Vec<&str> = of_lifecycles.map(|d| d.message.as_str()).collect();
    assert_eq!(told, [""; 0]);
}
