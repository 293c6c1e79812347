//! Automations that ask who is at work, and workflows that enrol once or again: what `check` says of them, and what a test sees.

use accordant::diagnostic::{Code, Level};
use accordant::lower::cases;
use accordant::session::{Compilation, compile};
use accordant::testing::run_case;

use crate::graph::ticket;
use crate::support::{fixture_files, planned};

const SHOUT: &str = include_str!("graph/Shout.flow-meta.xml");
const USER: &str = "system crm: salesforce { user \"sync@example.com\" }\n";
const WHISPER: &str = "automation desk \"Whisper\" {\n  when  ticket.language changes\n  sets  ticket.language = lower(ticket.language)\n}\n\n";

/// A project with metadata of both houses: names and texts of files.
fn project(systems: &str, text: &str, metadata: &[(&str, String)]) -> Compilation {
    let mut files = fixture_files(&[("main.sync", text)]);
    let manifest = "[project]\nname = \"fixture\"\nlanguage = 1\nspecs = [\"*.sync\"]\n\n\
        [systems.desk]\ncatalog = [\"catalogs/desk.json\"]\nbase = false\nmetadata = [\"desk/*\"]\n\n\
        [systems.crm]\ncatalog = [\"catalogs/crm.json\"]\nbase = false\nmetadata = [\"crm/*\"]\n";
    files.insert("accordant.toml", manifest);
    files.insert("systems.sync", format!("system desk: hubspot\n{systems}"));
    files.insert("desk/none.json", "{ \"results\": [] }");
    files.insert("crm/none.flowDefinition-meta.xml", "<FlowDefinition/>");
    for (name, text) in metadata {
        files.insert(*name, text.as_str());
    }
    compile(&files, Some(jiff::civil::date(2026, 11, 23)))
}

/// The errors of a compile by their codes.
fn errors(compilation: &Compilation) -> Vec<Code> {
    let errors = compilation.findings.iter();
    let errors = errors.filter(|d| d.level == Level::Error);
    errors.map(|d| d.code).collect()
}

/// The flow of the fixture with a condition.
fn shout(condition: &str) -> (&'static str, String) {
    let escaped = condition.replace('<', "&lt;").replace('>', "&gt;");
    let start = format!("<filterFormula>{escaped}</filterFormula>\n        <object>");
    let text = SHOUT.replace("<object>", &start);
    ("crm/Shout.flow-meta.xml", text)
}

#[track_caller]
fn settles(steps: &str, compilation: &Compilation) {
    let plan = planned(compilation);
    let model = compilation.model.as_ref().expect("checked");
    let cases = cases(model, &compilation.sources);
    assert!(!cases.is_empty(), "{steps}");
    for case in &cases {
        let result = run_case(&plan, case);
        assert!(result.passed(), "{result:#?}");
    }
}

/// The user of the sync is known by name, and so is that people are others. Of what else whoever is at work may have, nothing is.
#[test]
fn conditions_on_who_is_at_work_decide_where_the_user_of_the_sync_is_named() {
    let text = format!("{WHISPER}{}", ticket("  language <-> Language__c\n"));
    for (condition, told) in [
        ("{!$User.Username} <> \"sync@example.com\"", None),
        ("NOT({!$User.Username} = \"Sync@Example.com\")", None),
        (
            "AND({!$User.Username} <> \"sync@example.com\", ISCHANGED({!$Record.Language__c}))",
            None,
        ),
        ("{!$User.Alias} <> \"sync@example.com\"", None),
        ("{!$User.Username} = \"sync@example.com\"", Some(Code::G001)),
        (
            "{!$User.Username} <> \"other@example.com\"",
            Some(Code::G001),
        ),
        ("{!$User.Alias} <> \"sync\"", Some(Code::G003)),
        ("{!$Profile.Name} <> \"Sync\"", Some(Code::G003)),
        ("NOT({!$Permission.Bypass})", Some(Code::G003)),
        ("{!$Permission.Bypass}", Some(Code::G003)),
        ("NOT({!$Setup.Switches__c.Off__c})", Some(Code::G003)),
    ] {
        let compilation = project(USER, &text, &[shout(condition)]);
        let wanted: Vec<Code> = told.into_iter().collect();
        assert_eq!(errors(&compilation), wanted, "{condition}");
    }
}

/// What a flow makes of what people write travels once, whatever it is: the sync does not start it, and nobody else does.
#[test]
fn a_flow_that_spares_the_user_of_the_sync_may_write_anything() {
    let digits = "automation desk \"Digits\" {\n  when  ticket.language changes\n  sets  ticket.language = digits(ticket.language)\n}\n\n";
    let text = format!("{digits}{}", ticket("  language <-> Language__c\n"));
    for (user, rests) in [("sync", true), ("other", false)] {
        let (file, flow) = shout(&format!("{{!$User.Username}} <> \"{user}@example.com\""));
        let plus = "\"+\" &amp; SUBSTITUTE({!$Record.Language__c}, \"+\", \"\")";
        let flow = flow.replace("UPPER({!$Record.Language__c})", plus);
        let errors = errors(&project(USER, &text, &[(file, flow)]));
        assert_eq!(errors.is_empty(), rests, "{user}: {errors:?}");
    }
}

/// What is not known is named, and the fix that is told is one.
#[test]
fn what_is_asked_of_whoever_is_at_work_is_named() {
    let text = format!("{WHISPER}{}", ticket("  language <-> Language__c\n"));
    let compilation = project(USER, &text, &[shout("NOT({!$Permission.Bypass})")]);
    let found = compilation.findings.iter().find(|d| d.code == Code::G003);
    let told = format!("{:?}", found.expect("G003"));
    assert!(told.contains("$Permission.Bypass"), "{told}");
    let fix = "`{!$User.Username} <> \\\"sync@example.com\\\"`";
    assert!(told.contains(fix), "{told}");
}

/// What the sync writes stays as it is, what people write is shouted.
#[test]
fn a_flow_that_spares_the_user_of_the_sync_answers_people_in_tests() {
    let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n\
         at day 1 10:00 desk.ticket one { language = \"de\" }\n  settle\n  expect crm.Case one { Language__c = \"de\" }\n\
         at day 2 10:00 crm.Case one { Language__c = \"fr\" }\n  expect crm.Case one { Language__c = \"FR\" }\n\
         settle\n  expect desk.ticket one { language = \"FR\" }\n  expect quiet\n";
    let text = format!(
        "{}\ntest \"people\" {{\n{steps}}}\n",
        ticket("  language <-> Language__c\n")
    );
    let spares = shout("{!$User.Username} <> \"sync@example.com\"");
    settles(steps, &project(USER, &text, &[spares]));
}

/// A workflow that sets the language to `en`, by its criteria, whether it enrols again, and the trigger for that.
fn workflow(criteria: &str, again: bool, trigger: Option<&str>) -> (&'static str, String) {
    let filter = |operation: &str| {
        format!(
            "{{ \"filterBranchType\": \"AND\", \"filterBranches\": [], \"filters\": [ {{ \"filterType\": \"PROPERTY\", \
             \"property\": \"language\", \"operation\": {operation} }} ] }}"
        )
    };
    let trigger = trigger.map(filter).unwrap_or_default();
    let text = format!(
        "{{ \"id\": \"1\", \"isEnabled\": true, \"name\": \"Force\", \"type\": \"PLATFORM_FLOW\", \"objectTypeId\": \"ticket\", \
         \"startActionId\": \"1\", \"actions\": [ {{ \"actionId\": \"1\", \"type\": \"SINGLE_CONNECTION\", \"actionTypeId\": \"0-5\", \
         \"fields\": {{ \"property_name\": \"language\", \"value\": {{ \"type\": \"STATIC_VALUE\", \"staticValue\": \"en\" }} }} }} ], \
         \"enrollmentCriteria\": {{ \"type\": \"LIST_BASED\", \"shouldReEnroll\": {again}, \"listFilterBranch\": {}, \
         \"reEnrollmentTriggersFilterBranches\": [ {trigger} ] }} }}",
        filter(criteria)
    );
    ("desk/force.json", text)
}

const KNOWN: &str = "{ \"operator\": \"IS_KNOWN\", \"operationType\": \"ALL_PROPERTY\" }";
const OTHER: &str =
    "{ \"operator\": \"IS_NOT_EQUAL_TO\", \"operationType\": \"STRING\", \"value\": \"en\" }";

/// A workflow that enrols a record once cannot fight for it; one that a trigger enrols at each change does.
#[test]
fn a_loop_needs_a_workflow_that_enrols_a_record_again() {
    let loud = ("crm/Shout.flow-meta.xml", SHOUT.to_owned());
    let text = ticket("  language <-> Language__c\n");
    for (criteria, again, trigger, told) in [
        (OTHER, false, None, None),
        (OTHER, true, None, Some(Code::G001)),
        (KNOWN, true, None, None),
        (KNOWN, false, Some(KNOWN), None),
        (KNOWN, true, Some(KNOWN), Some(Code::G001)),
    ] {
        let metadata = [loud.clone(), workflow(criteria, again, trigger)];
        let compilation = project(USER, &text, &metadata);
        let wanted: Vec<Code> = told.into_iter().collect();
        assert_eq!(
            errors(&compilation),
            wanted,
            "{criteria} {again} {trigger:?}"
        );
    }
}

#[test]
fn a_test_sees_a_workflow_enrol_once_or_at_each_change() {
    for (again, trigger, second) in [(false, None, "fr"), (true, Some(KNOWN), "en")] {
        let steps = format!(
            "given desk.ticket one {{ subject = \"s\" }}\n  given crm.Case one {{ Subject = \"s\" }}\n  settle\n\
             at day 1 10:00 desk.ticket one {{ language = \"de\" }}\n  settle\n  expect crm.Case one {{ Language__c = \"en\" }}\n\
             at day 2 10:00 desk.ticket one {{ language = \"fr\" }}\n  settle\n  expect crm.Case one {{ Language__c = \"{second}\" }}\n"
        );
        let rows = ticket("  language <-> Language__c\n");
        let text = format!("{rows}\ntest \"again\" {{\n{steps}}}\n");
        settles(
            &steps,
            &project(USER, &text, &[workflow(KNOWN, again, trigger)]),
        );
    }
}

/// A workflow that takes tickets with a bug to billing, by whether they have one, or nothing else.
fn to_billing(operator: &str) -> (&'static str, String) {
    let bug = format!(
        "{{ \"operator\": \"{operator}\", \"operationType\": \"ENUMERATION\", \"values\": [\"bug\"] }}"
    );
    let (name, text) = workflow(&bug, true, None);
    let text = text.replace("\"language\"", "\"tags\"");
    (name, text.replace("\"en\"", "\"billing\""))
}

/// A flow that gives cases with a topic two of them.
fn to_both(filter: &str) -> (&'static str, String) {
    let text = SHOUT.replace("UPPER({!$Record.Language__c})", "&quot;Billing;Bug&quot;");
    let text = text.replace("Language__c", "Topics__c");
    let start = format!("{filter}\n        <object>");
    ("crm/Both.flow-meta.xml", text.replace("<object>", &start))
}

const HAS_BILLING: &str =
    "<filterFormula>INCLUDES({!$Record.Topics__c}, &quot;Billing&quot;)</filterFormula>";
const CONTAINS_BILLING: &str = "<filterLogic>and</filterLogic><filters><field>Topics__c</field>\
     <operator>Contains</operator><value><stringValue>Billing</stringValue></value></filters>";
const TOPICS: &str = "picklist Topic: desk.ticket.tags <-> crm.Case.Topics__c {\n  billing <-> Billing\n  bug <-> Bug\n  \
     idea <-> Idea\n}\n\n";

/// Whether a set has a member is asked whatever else is in it; that it is some set, of all its members.
#[test]
fn both_houses_ask_sets_for_members() {
    let text = format!(
        "{TOPICS}{}",
        ticket("  tags <-> Topics__c  via each Topic\n")
    );
    for filter in [HAS_BILLING, CONTAINS_BILLING] {
        for (operator, told) in [
            ("IS_ANY_OF", Some(Code::G001)),
            ("IS_ALL_OF", Some(Code::G001)),
            ("IS_EXACTLY", None),
        ] {
            let metadata = [to_billing(operator), to_both(filter)];
            let wanted: Vec<Code> = told.into_iter().collect();
            let found = errors(&project(USER, &text, &metadata));
            assert_eq!(found, wanted, "{operator} {filter}");
        }
    }
    for (operator, topics) in [("IS_ANY_OF", "Billing"), ("IS_EXACTLY", "Bug;Idea")] {
        let steps = format!(
            "given desk.ticket one {{ subject = \"s\" }}\n  given crm.Case one {{ Subject = \"s\" }}\n  settle\n\
             at day 1 10:00 desk.ticket one {{ tags = \"bug;idea\" }}\n  settle\n  \
             expect crm.Case one {{ Topics__c = \"{topics}\" }}\n"
        );
        let text = format!("{text}\ntest \"members\" {{\n{steps}}}\n");
        settles(&steps, &project(USER, &text, &[to_billing(operator)]));
    }
}
