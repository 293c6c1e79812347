//! Scores and grades: numbers that automations raise below a bound come to rest, whoever hands them on, and a test sees them do so;
//! those that nothing bounds are told, with a run.

use std::process::Command;

use rayon::prelude::*;

use accordant::diagnostic::Code;

use crate::answers::{errors, settles};
use crate::graph::ticket;
use crate::support::{compile_fixture, planned};
use crate::witness::project;

const AMOUNT: &str = "  amount <-> Score__c\n";
const HOURS: &str = "  hours <-> Tally__c\n";
const PRIORITY: &str = "picklist Prio: desk.ticket.priority <-> crm.Case.Priority {\n  low <-> Low\n  normal <-> Medium\n  \
     high, urgent <-> High\n}\n\n";
const STATE: &str = "picklist St: desk.ticket.state <-> crm.Case.Status {\n  new <-> New\n  open <-> Working\n  \
     waiting <-> Escalated, \"On Hold\"\n  closed <-> Closed\n}\n\n";
const GRADES: &str = "desk: ticket.amount changes and ticket.amount >= 80 => ticket.priority = high\n\
     desk: ticket.amount changes and ticket.amount < 80 and ticket.amount >= 40 => ticket.priority = normal\n\
     desk: ticket.amount changes and ticket.amount < 40 => ticket.priority = low\n";

/// Automations from lines of a house, a condition and what is set.
fn automations(lines: &str) -> String {
    let each = lines.lines().enumerate().map(|(at, line)| {
        let (house, rest) = line.split_once(": ").unwrap();
        let (when, sets) = rest.split_once(" => ").unwrap();
        format!("automation {house} \"{at}\" {{\n  when  {when}\n  sets  {sets}\n}}\n")
    });
    each.collect()
}

/// What comes to rest: automations, and rows.
fn ending() -> Vec<(String, String)> {
    let up = "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n";
    let graded = format!("{AMOUNT}  priority <-> Priority  via Prio\n");
    let staged = format!("{AMOUNT}  state <-> Status  via St\n");
    let both = format!("{AMOUNT}{HOURS}");
    let cases: &[(&str, &str)] = &[
        (up, AMOUNT),
        (up, "  amount -> Score__c\n"),
        (
            up,
            "  amount <-> Score__c  crm wins\n  language <-> Language__c\n",
        ),
        (up, "  amount <-> Score__c  latest else desk\n"),
        (
            "desk: ticket.amount changes and ticket.amount <= 100 => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and not ticket.amount >= 100 => ticket.amount = 5 + ticket.amount",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount >= 10 and ticket.amount < 100 => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and (ticket.amount < 100 or ticket.amount is blank) => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount in (1, 6, 11) => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount > 0 => ticket.amount = ticket.amount - 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.state = open and ticket.amount < 100 => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount < 100 => ticket.amount = ticket.amount + 5\ncrm: Case.Score__c < 50 => Case.Score__c = Case.Score__c + 10",
            AMOUNT,
        ),
        (
            "crm: Case.Score__c changes and Case.Score__c < 100 => Case.Score__c = Case.Score__c + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 1000 => ticket.amount = ticket.amount + 25",
            AMOUNT,
        ),
        // two steps of one house, and one of each
        (
            "desk: ticket.amount changes and ticket.amount < 50 => ticket.amount = ticket.amount + 10\n\
          desk: ticket.amount changes and ticket.amount >= 50 and ticket.amount < 100 => ticket.amount = ticket.amount + 5",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 10\n\
          desk: ticket.amount changes and ticket.amount < 50 => ticket.amount = ticket.amount + 1",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          crm: Case.Score__c changes and Case.Score__c < 50 => Case.Score__c = Case.Score__c + 10",
            AMOUNT,
        ),
        // a ceiling, a floor, a beginning
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          desk: ticket.amount > 100 => ticket.amount = 100",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          crm: Case.Score__c < 0 => Case.Score__c = 0",
            AMOUNT,
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          desk: ticket.amount is blank => ticket.amount = 0",
            AMOUNT,
        ),
        // scores that raise each other, one of them bounded
        (
            "desk: ticket.hours changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          crm: Case.Score__c changes and Case.Tally__c < 10 => Case.Tally__c = Case.Tally__c + 1",
            &both,
        ),
        (
            "desk: ticket.hours changes => ticket.amount = ticket.amount + 5\n\
          crm: Case.Score__c changes and Case.Tally__c < 10 => Case.Tally__c = Case.Tally__c + 1",
            &both,
        ),
        (
            "desk: ticket.hours changes and ticket.hours < 8 => ticket.hours = ticket.hours + 0.5",
            HOURS,
        ),
    ];
    let mut all: Vec<(String, String)> = cases
        .iter()
        .map(|(lines, rows)| (automations(lines), ticket(rows)))
        .collect();
    for more in [
        up,
        "",
        "crm: Case.Priority = High and Case.Score__c < 100 => Case.Score__c = Case.Score__c + 5\n",
        "crm: Case.Priority changes and Case.Score__c < 100 => Case.Score__c = Case.Score__c + 5\n",
    ] {
        let lines = format!("{GRADES}{more}");
        all.push((
            format!("{PRIORITY}{}", automations(&lines)),
            ticket(&graded),
        ));
    }
    for lines in [
        "crm: Case.Score__c >= 50 => Case.Status = Working\ndesk: ticket.state = open and ticket.amount < 100 => ticket.amount = ticket.amount + 20",
        "crm: Case.Score__c changes and Case.Score__c >= 50 => Case.Status = Working\n\
         desk: ticket.state changes and ticket.amount < 100 => ticket.amount = ticket.amount + 20",
    ] {
        all.push((format!("{STATE}{}", automations(lines)), ticket(&staged)));
    }
    all
}

/// No finding, and a run that rests, whichever side people begin at, and while they go on.
#[test]
fn what_is_counted_below_a_bound_comes_to_rest() {
    ending().into_par_iter().for_each(|(automations, rows)| {
        let edits = match rows.contains("hours") {
            true => ("hours = 1", "Tally__c = 2"),
            false => ("amount = 1", "Score__c = 2"),
        };
        let steps = format!(
            "given desk.ticket one {{ subject = \"s\" }}\n  given crm.Case one {{ Subject = \"s\" }}\n  settle\n  \
             at day 1 10:00 desk.ticket one {{ {0} }}\n  settle\n  expect quiet\n  \
             at day 2 10:00 crm.Case one {{ {1} }}\n  settle\n  expect quiet\n  \
             at day 3 10:00 desk.ticket one {{ {0} }}\n  at day 3 10:00 crm.Case one {{ {1} }}\n  settle\n  expect quiet\n",
            edits.0, edits.1
        );
        let text = format!("{automations}{rows}\ntest \"counts\" {{\n  {steps}}}\n");
        let compilation = compile_fixture(&text);
        assert_eq!(errors(&compilation), [], "{text}");
        settles(&text, &compilation);
    });
}

/// A flow that sets the score of a case before it is saved: under this filter, to what this computes.
fn flow(filter: &str, formula: &str) -> (&'static str, String) {
    let formula = formula.replace('<', "&lt;");
    let filters = match filter {
        "" => String::new(),
        bound => format!(
            "<filterLogic>and</filterLogic><filters><field>Score__c</field><operator>LessThan</operator>\
             <value><numberValue>{bound}</numberValue></value></filters>"
        ),
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\"><label>Raises</label>\
         <processType>AutoLaunchedFlow</processType><formulas><name>Raised</name><dataType>Number</dataType>\
         <expression>{formula}</expression><scale>0</scale></formulas><recordUpdates><name>Set</name><label>Set</label>\
         <inputAssignments><field>Score__c</field><value><elementReference>Raised</elementReference></value></inputAssignments>\
         <inputReference>$Record</inputReference></recordUpdates><start><connector><targetReference>Set</targetReference></connector>\
         {filters}<object>Case</object><recordTriggerType>CreateAndUpdate</recordTriggerType>\
         <triggerType>RecordBeforeSave</triggerType></start><status>Active</status></Flow>\n"
    );
    ("crm/Raises.flow-meta.xml", text)
}

/// A flow beside a workflow, both bounded, by a filter, a choice or a smallest of two.
#[test]
fn what_a_flow_computes_up_to_a_bound_comes_to_rest() {
    let up = automations(
        "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5",
    );
    for (filter, formula) in [
        ("50", "{!$Record.Score__c} + 10"),
        (
            "",
            "IF({!$Record.Score__c} < 50, {!$Record.Score__c} + 10, {!$Record.Score__c})",
        ),
        ("", "MIN({!$Record.Score__c} + 10, 100)"),
    ] {
        let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n  \
             at day 1 10:00 desk.ticket one { amount = 1 }\n  settle\n  expect quiet\n";
        let text = format!("{up}{}\ntest \"counts\" {{\n  {steps}}}\n", ticket(AMOUNT));
        let compilation =
            crate::answers::project(crate::answers::USER, &text, &[flow(filter, formula)]);
        assert_eq!(errors(&compilation), [], "{formula}");
        settles(formula, &compilation);
    }
}

/// The rounds are those that were seen from where a score begins, and the plan grants as many as it takes from far.
#[test]
fn how_long_a_score_takes_is_told() {
    let up = automations(
        "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5",
    );
    let compilation = compile_fixture(&format!("{up}{}", ticket(AMOUNT)));
    let mut slow = compilation.findings.iter().filter(|f| f.code == Code::G009);
    let told = slow.next().expect("it takes long");
    assert_eq!(told.message, "`amount` settles only after 22 rounds");
    let plan = planned(&compilation);
    let rows = plan.syncs.iter().flat_map(|s| &s.rows);
    let bounds: Vec<u32> = rows.map(|r| r.bound).collect();
    // from a thousand below the bound
    assert_eq!(bounds, [202]);
}

/// A row whose other side answers each write is not stopped, though a counter writes there many times.
#[test]
fn what_a_counter_leads_to_has_as_many_rounds() {
    let lines = "desk: ticket.amount changes and ticket.amount < 10 => ticket.amount = ticket.amount + 2\n\
                 desk: ticket.amount changes => ticket.hours = ticket.hours + 7\n\
                 crm: Case.Tally__c changes => Case.Tally__c = Case.Tally__c + 1";
    let steps = "given desk.ticket one { subject = \"s\", hours = 1 }\n  given crm.Case one { Subject = \"s\", Tally__c = 1 }\n  settle\n  \
         at day 1 10:00 desk.ticket one { amount = -9 }\n  settle\n  expect quiet\n";
    let rows = ticket(&format!("{AMOUNT}{HOURS}"));
    let text = format!(
        "{}{rows}\ntest \"counts\" {{\n  {steps}}}\n",
        automations(lines)
    );
    let compilation = compile_fixture(&text);
    assert_eq!(errors(&compilation), []);
    settles(&text, &compilation);
}

/// A row that only writes what the growth asks for is not what the finding is about.
#[test]
fn growth_beside_another_row_was_replayed() {
    let lines =
        "desk: ticket.hours changes and ticket.amount >= 12 => ticket.hours = ticket.hours + 3";
    let text = format!(
        "{}{}",
        automations(lines),
        ticket(&format!("{AMOUNT}{HOURS}"))
    );
    let told = checked(&text);
    assert!(told.contains("G002 diverges: `hours`"), "{told}");
    assert!(
        told.contains("replay  accordant test --witness G002@"),
        "{told}"
    );
}

/// What nothing bounds, and what is lowered or begun again where it is raised, goes on for ever: the engine ran into it.
#[test]
fn what_is_counted_without_a_bound_was_replayed() {
    let both = format!("{AMOUNT}{HOURS}");
    for (lines, rows, code) in [
        (
            "desk: ticket.amount changes => ticket.amount = ticket.amount + 5",
            AMOUNT,
            "G002",
        ),
        (
            "desk: ticket.amount changes and ticket.amount > 10 => ticket.amount = ticket.amount + 5",
            AMOUNT,
            "G002",
        ),
        (
            "desk: ticket.amount changes and ticket.amount != 100 => ticket.amount = ticket.amount + 5",
            AMOUNT,
            "G002",
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount - 5",
            AMOUNT,
            "G002",
        ),
        (
            "desk: ticket.hours changes => ticket.amount = ticket.amount + 5\n\
          crm: Case.Score__c changes => Case.Tally__c = Case.Tally__c + 1",
            &both,
            "G002",
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          desk: ticket.amount changes and ticket.amount > 50 => ticket.amount = ticket.amount - 5",
            AMOUNT,
            "G001",
        ),
        (
            "desk: ticket.amount changes and ticket.amount < 100 => ticket.amount = ticket.amount + 5\n\
          desk: ticket.amount changes and ticket.amount >= 100 => ticket.amount = 0",
            AMOUNT,
            "G001",
        ),
        // the row itself takes back what was raised
        (
            "crm: Case.Score__c changes and Case.Score__c < 100 => Case.Score__c = Case.Score__c + 5",
            "  amount -> Score__c  enforce\n",
            "G001",
        ),
        (
            "crm: Case.Score__c changes and Case.Score__c < 100 => Case.Score__c = Case.Score__c + 5",
            "  amount <-> Score__c  prefer desk unless blank\n",
            "G001",
        ),
    ] {
        let text = format!("{}{}", automations(lines), ticket(rows));
        let told = checked(&text);
        assert!(told.contains(&format!("{code} ")), "{text}\n{told}");
        assert!(
            told.contains(&format!("replay  accordant test --witness {code}@")),
            "{text}\n{told}"
        );
    }
}

/// Growth is told once it has passed all bounds that are stated: what may end there is not told as endless.
#[test]
fn what_may_end_at_a_bound_is_not_told_as_endless() {
    for lines in [
        "desk: ticket.amount changes and ticket.amount > 0 and ticket.amount < 100000 => ticket.amount = ticket.amount * 2",
        "desk: ticket.language changes => ticket.language = left(concat(ticket.language, \"x\"), 60)",
        "desk: ticket.language changes and length(ticket.language) < 60 => ticket.language = concat(ticket.language, \"x\")",
        "desk: ticket.amount changes and ticket.amount < 50 => ticket.amount = ticket.amount + 1\n\
         desk: ticket.amount changes and ticket.amount > 9000 => ticket.amount = ticket.amount - 1",
    ] {
        let rows = "  amount <-> Score__c\n  language <-> Language__c\n";
        let text = format!("{}{}", automations(lines), ticket(rows));
        let found = errors(&compile_fixture(&text));
        assert!(
            matches!(found.as_slice(), [] | [Code::G003]),
            "{lines}: {found:?}"
        );
    }
}

/// A field has room for so many digits: who counts beyond them has the record held, which is no rest.
#[test]
fn what_grows_until_the_record_is_held_is_told_as_growth() {
    let lines = "desk: ticket.hours changes => ticket.amount = ticket.amount + 1\n\
                 crm: Case.Score__c changes => Case.Tally__c = Case.Tally__c + 400000";
    let text = format!(
        "{}{}",
        automations(lines),
        ticket(&format!("{AMOUNT}{HOURS}"))
    );
    let told = checked(&text);
    assert!(told.contains("G002 diverges"), "{told}");
    assert!(
        told.contains("replay  accordant test --witness G002@main.sync:16"),
        "{told}"
    );
    let joined = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        joined.contains("it goes on until no record takes the value: desk.ticket `one` is held"),
        "{told}"
    );
}

/// What `check` says.
fn checked(text: &str) -> String {
    let root = project(text);
    let mut command = Command::new(env!("CARGO_BIN_EXE_accordant"));
    let output = command
        .arg("check")
        .current_dir(root.path())
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}
