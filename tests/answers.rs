//! Automations that ask who is at work, and workflows that enrol once or again: what `check` says of them, and what a test sees.

use accordant::diagnostic::{Code, Level};
use accordant::lower::cases;
use accordant::session::{Compilation, compile};
use accordant::testing::run_case;

use crate::graph::ticket;
use crate::support::{fixture_files, planned};

pub const SHOUT: &str = include_str!("graph/Shout.flow-meta.xml");
pub const USER: &str = "system crm: salesforce { user \"sync@example.com\" }\n";
pub const WHISPER: &str = "automation desk \"Whisper\" {\n  when  ticket.language changes\n  sets  ticket.language = lower(ticket.language)\n}\n\n";

/// A project with metadata of both houses: names and texts of files.
pub fn project(systems: &str, text: &str, metadata: &[(&str, String)]) -> Compilation {
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
pub fn errors(compilation: &Compilation) -> Vec<Code> {
    let errors = compilation.findings.iter();
    let errors = errors.filter(|d| d.level == Level::Error);
    errors.map(|d| d.code).collect()
}

/// The flow of the fixture with a condition.
pub fn shout(condition: &str) -> (&'static str, String) {
    let escaped = condition.replace('<', "&lt;").replace('>', "&gt;");
    let start = format!("<filterFormula>{escaped}</filterFormula>\n        <object>");
    let text = SHOUT.replace("<object>", &start);
    ("crm/Shout.flow-meta.xml", text)
}

/// Runs the tests of a spec.
#[track_caller]
pub fn settles(steps: &str, compilation: &Compilation) {
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
pub fn workflow(criteria: &str, again: bool, trigger: Option<&str>) -> (&'static str, String) {
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

pub const KNOWN: &str = "{ \"operator\": \"IS_KNOWN\", \"operationType\": \"ALL_PROPERTY\" }";
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
        (OTHER, true, Some(KNOWN), Some(Code::G001)),
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

/// The trigger of the fixture, on another property.
fn triggered_by(property: &str, criteria: &str) -> (&'static str, String) {
    let (name, text) = workflow(criteria, true, Some(KNOWN));
    let (before, trigger) = text.split_once("reEnrollmentTriggers").expect("a trigger");
    let trigger = trigger.replace("language", property);
    (name, format!("{before}reEnrollmentTriggers{trigger}"))
}

/// Of a record that was enrolled, what meets the criteria anew counts for nothing unless a trigger fires with it.
#[test]
fn a_loop_needs_a_trigger_in_it() {
    let french = SHOUT.replace("UPPER({!$Record.Language__c})", "&quot;fr&quot;");
    let french = ("crm/French.flow-meta.xml", french);
    let text = ticket("  language <-> Language__c\n");
    let notes = "automation desk \"Notes\" {\n  when  ticket.language changes\n  sets  ticket.vip = ticket.language = \"en\"\n}\n\n";
    for (property, beside, told) in [
        ("vip", "", None),
        ("language", "", Some(Code::G001)),
        ("vip", notes, Some(Code::G001)),
    ] {
        let metadata = [french.clone(), triggered_by(property, OTHER)];
        let compilation = project(USER, &format!("{beside}{text}"), &metadata);
        let wanted: Vec<Code> = told.into_iter().collect();
        assert_eq!(errors(&compilation), wanted, "{property} {beside}");
    }
}

#[test]
fn a_test_sees_a_workflow_enrol_first_by_its_criteria_and_then_by_its_trigger() {
    let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n\
         at day 1 10:00 desk.ticket one { language = \"de\" }\n  settle\n  expect crm.Case one { Language__c = \"en\" }\n\
         at day 2 10:00 desk.ticket one { language = \"fr\" }\n  settle\n  expect crm.Case one { Language__c = \"fr\" }\n\
         at day 3 10:00 desk.ticket one { reference = \"r\" }\n  settle\n  expect crm.Case one { Language__c = \"en\" }\n";
    let rows = ticket("  language <-> Language__c\n  reference <-> Ref__c\n");
    let text = format!("{rows}\ntest \"again\" {{\n{steps}}}\n");
    settles(
        steps,
        &project(USER, &text, &[triggered_by("reference", OTHER)]),
    );
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
