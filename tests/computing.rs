//! What formulas and filters of automations say, of texts, numbers, days, several values at once, boxes, and what was before: a
//! test sees what the platform would do, and what is told of loops agrees with it.

use accordant::diagnostic::Code;

use crate::answers::{KNOWN, SHOUT, USER, WHISPER, errors, project, settles, shout, workflow};
use crate::graph::ticket;

/// The flow of the fixture, with another formula, run when the box is ticked.
fn computing(formula: &str) -> (&'static str, String) {
    let (name, text) = shout("ISCHANGED({!$Record.Vip__c})");
    let formula = formula.replace('&', "&amp;").replace('<', "&lt;");
    (
        name,
        text.replace("UPPER({!$Record.Language__c})", &formula),
    )
}

#[test]
fn a_flow_writes_what_its_formula_computes() {
    for (formula, written) in [
        ("MID({!$Record.Ref__c}, 2, 2)", "b-"),
        ("LPAD({!$Record.Ref__c}, 6, \"0\")", "00ab-1"),
        ("IF(FIND(\"-\", {!$Record.Ref__c}) = 3, \"y\", \"n\")", "y"),
        (
            "IF(REGEX({!$Record.Ref__c}, \"[a-z]+-[0-9]\"), \"y\", \"n\")",
            "y",
        ),
        ("IF(ENDS({!$Record.Ref__c}, \"-1\"), \"y\", \"n\")", "y"),
        ("TEXT(FLOOR({!$Record.Score__c} / 3))", "2"),
        ("TEXT(CEILING({!$Record.Score__c} / 3))", "3"),
        ("TEXT(MOD({!$Record.Score__c}, 4))", "3"),
        ("TEXT({!$Record.Score__c} ^ 2)", "49"),
        ("TEXT({!$Record.DueOn__c} - DATE(2026, 1, 1))", "30"),
        ("TEXT(WEEKDAY({!$Record.DueOn__c}))", "7"),
        ("TEXT(DATE(2027, 1, 1))", "2027-01-01"),
        ("TEXT(ADDMONTHS({!$Record.DueOn__c}, 1))", "2026-02-28"),
        (
            "TEXT(DATE(YEAR({!$Record.DueOn__c}) + 1, 1, 1))",
            "2027-01-01",
        ),
        ("TEXT(DATEVALUE({!$Record.OpenedAt__c}))", "2026-01-05"),
        (
            "TEXT(DATEVALUE({!$Record.OpenedAt__c} + 1.5))",
            "2026-01-06",
        ),
        (
            "\"v-\" & IF({!$Record.Score__c} > 5, \"hi\", \"lo\") & CASE({!$Record.Ref__c}, \"x\", \"1\", \"ab-1\", \"2\", \"3\")",
            "v-hi2",
        ),
        (
            "IF(IF({!$Record.Score__c} > 9, \"hi\", \"lo\") = \"lo\", \"y\", \"n\")",
            "y",
        ),
        (
            "TEXT(IFS({!$Record.Score__c} > 9, 1, {!$Record.Score__c} > 5, 2, 3) * 10)",
            "20",
        ),
        ("TEXT(PICKLISTCOUNT({!$Record.Topics__c}))", "2"),
        ("IF(SQRT({!$Record.Score__c} - 8) > 0, \"y\", \"n\")", "xx"),
    ] {
        let steps = format!(
            "given desk.ticket one {{ subject = \"s\", language = \"xx\" }}\n  \
             given crm.Case one {{ Subject = \"s\", Language__c = \"xx\", Ref__c = \"ab-1\", Score__c = 7, \
             DueOn__c = \"2026-01-31\", OpenedAt__c = \"2026-01-05T10:00:00Z\", Topics__c = \"Billing;Bug\" }}\n  settle\n  \
             at day 1 10:00 crm.Case one {{ Vip__c = true }}\n  settle\n  \
             expect desk.ticket one {{ language = \"{written}\" }}\n"
        );
        let rows = ticket("  language <-> Language__c\n");
        let text = format!("{rows}\ntest \"computes\" {{\n{steps}}}\n");
        let compilation = project(USER, &text, &[computing(formula)]);
        assert_eq!(errors(&compilation), [], "{formula}");
        settles(formula, &compilation);
    }
}

#[test]
fn a_loop_through_functions_of_formulas_is_told() {
    let text = format!("{WHISPER}{}", ticket("  language <-> Language__c\n"));
    let shorter = SHOUT.replace(
        "UPPER({!$Record.Language__c})",
        "UPPER(MID({!$Record.Language__c}, 1, 2))",
    );
    let found = project(USER, &text, &[("crm/Short.flow-meta.xml", shorter)]);
    assert_eq!(errors(&found), [Code::G001]);
}

/// Whether the flow runs is decided by values that need not be among those that are tried: the loop is not accepted.
#[test]
fn a_condition_on_a_function_is_not_decided_by_the_values_that_were_tried() {
    let text = format!("{WHISPER}{}", ticket("  language <-> Language__c\n"));
    for condition in [
        "REGEX({!$Record.Language__c}, \"[Qq]{2}\")",
        "MONTH({!$Record.DueOn__c}) = 1",
        "MOD({!$Record.Score__c}, 13) = 12",
    ] {
        let found = errors(&project(USER, &text, &[shout(condition)]));
        let told = matches!(found.as_slice(), [Code::G001 | Code::G003]);
        assert!(told, "{condition}: {found:?}");
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

/// A workflow that gives tickets that have tags one more; one that sets the language of those that meet a condition.
fn tagging(member: &str) -> (&'static str, String) {
    let (name, text) = workflow(KNOWN, true, Some(KNOWN));
    let text = text
        .replace("\"language\"", "\"tags\"")
        .replace("STATIC_VALUE", "STATIC_APPEND_VALUE");
    (
        name,
        text.replace(
            "\"staticValue\": \"en\"",
            &format!("\"staticAppendValue\": \"{member}\""),
        ),
    )
}

/// A flow that gives cases with topics one more.
fn adding(member: &str) -> (&'static str, String) {
    let text = SHOUT
        .replace("Language__c", "Topics__c")
        .replace("<operator>Assign", "<operator>AddItem");
    let text = text.replace(
        "UPPER({!$Record.Topics__c})",
        &format!("&quot;{member}&quot;"),
    );
    ("crm/Add.flow-meta.xml", text)
}

#[test]
fn a_member_is_added_to_the_others_and_once() {
    let text = format!(
        "{TOPICS}{}",
        ticket("  tags <-> Topics__c  via each Topic\n")
    );
    let metadata = [tagging("bug"), adding("Billing")];
    let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n\
         at day 1 10:00 desk.ticket one { tags = \"idea\" }\n  settle\n  expect crm.Case one { Topics__c = \"Billing;Bug;Idea\" }\n  \
         expect quiet\n";
    let text = format!("{text}\ntest \"members\" {{\n{steps}}}\n");
    let compilation = project(USER, &text, &metadata);
    assert_eq!(errors(&compilation), []);
    settles(steps, &compilation);
}

/// What takes all away and what adds one do not agree.
#[test]
fn a_member_that_is_added_again_and_again_is_told() {
    let text = format!(
        "{TOPICS}{}",
        ticket("  tags <-> Topics__c  via each Topic\n")
    );
    let only = SHOUT.replace("Language__c", "Topics__c");
    let only = only.replace("UPPER({!$Record.Topics__c})", "&quot;Billing&quot;");
    let metadata = [tagging("bug"), ("crm/Only.flow-meta.xml", only)];
    assert_eq!(errors(&project(USER, &text, &metadata)), [Code::G001]);
}

/// A workflow that sets the language where a condition on another property holds.
fn where_holds(property: &str, operation: &str) -> (&'static str, String) {
    let (name, text) = workflow(operation, true, None);
    (
        name,
        text.replace(
            "\"property\": \"language\"",
            &format!("\"property\": \"{property}\""),
        ),
    )
}

#[test]
fn days_and_ends_of_texts_decide_who_is_enrolled() {
    let point = |operator: &str| {
        format!(
            "{{ \"operator\": \"{operator}\", \"operationType\": \"TIME_POINT\", \"timePoint\": {{ \"timeType\": \"DATE\", \
             \"year\": 2026, \"month\": 2, \"day\": 1 }} }}"
        )
    };
    let on = "{ \"operator\": \"IS_EQUAL_TO\", \"operationType\": \"DATE\", \"year\": 2026, \"month\": \"MARCH\", \"day\": 1 }";
    let ends = "{ \"operator\": \"ENDS_WITH\", \"operationType\": \"MULTISTRING\", \"values\": [\"x\", \"-1\"] }";
    for (property, operation, before, value) in [
        ("due_on", point("IS_AFTER"), "2026-02-01", "2026-02-02"),
        ("due_on", point("IS_BEFORE"), "2026-02-01", "2026-01-31"),
        ("due_on", on.to_owned(), "2026-03-02", "2026-03-01"),
        ("summary", ends.to_owned(), "-1a", "a-1"),
    ] {
        let steps = format!(
            "given desk.ticket one {{ subject = \"s\" }}\n  given crm.Case one {{ Subject = \"s\" }}\n  settle\n\
             at day 1 10:00 desk.ticket one {{ {property} = \"{before}\" }}\n  settle\n  expect crm.Case one {{ Language__c = blank }}\n\
             at day 2 10:00 desk.ticket one {{ {property} = \"{value}\" }}\n  settle\n  expect crm.Case one {{ Language__c = \"en\" }}\n"
        );
        let rows = ticket("  language <-> Language__c\n");
        let text = format!("{rows}\ntest \"enrols\" {{\n{steps}}}\n");
        settles(
            property,
            &project(USER, &text, &[where_holds(property, &operation)]),
        );
    }
}

/// What a condition is compared with may be written in a form that is not read: it may hold.
#[test]
fn a_comparison_that_is_not_read_may_hold() {
    let french = SHOUT.replace("UPPER({!$Record.Language__c})", "&quot;fr&quot;");
    let other =
        "{ \"operator\": \"IS_EQUAL_TO\", \"operationType\": \"RANGED_TIME\", \"upper\": {} }";
    let text = ticket("  language <-> Language__c\n");
    let metadata = [
        ("crm/French.flow-meta.xml", french),
        where_holds("language", other),
    ];
    let found = errors(&project(USER, &text, &metadata));
    assert!(
        matches!(found.as_slice(), [Code::G001 | Code::G003]),
        "{found:?}"
    );
}

#[test]
fn a_declared_automation_may_empty_a_field() {
    let steps = "given desk.ticket one { subject = \"s\", language = \"de\" }\n  given crm.Case one { Subject = \"s\", Language__c = \"de\" }\n  \
         settle\n  at day 1 10:00 crm.Case one { Vip__c = true }\n  settle\n  expect desk.ticket one { language = blank }\n";
    let text = format!(
        "automation crm \"Empties\" {{\n  when  Case.Vip__c changes\n  sets  Case.Language__c = blank\n}}\n\n{}\n\
         test \"empties\" {{\n{steps}}}\n",
        ticket("  language <-> Language__c  blank clears\n")
    );
    settles(steps, &project(USER, &text, &[]));
}

/// Salesforce stores a box that nobody ticked as false: an automation that asks for that runs, a row that comes from there brings it,
/// and what is blank on the other side agrees with it.
#[test]
fn a_box_that_nobody_ticked_is_false() {
    let project = |row: &str, steps: &str| {
        let text = format!(
            "automation crm \"Plain\" {{\n  when  Case.Ref__c changes and Case.Vip__c = false\n  sets  Case.Language__c = \"plain\"\n}}\n\n{}\n\
             test \"boxes\" {{\n{steps}}}\n",
            ticket(&format!("  language <-> Language__c\n  {row}\n"))
        );
        settles(steps, &project(USER, &text, &[]));
    };
    let given = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n  ";
    let asked = "at day 1 10:00 crm.Case one { Ref__c = \"r\" }\n  settle\n  expect desk.ticket one { language = \"plain\" }\n  ";
    for (row, vip) in [
        ("vip <-> Vip__c", "blank"),
        ("vip -> Vip__c  enforce", "blank"),
        ("vip <- Vip__c", "false"),
    ] {
        let rests = format!("expect desk.ticket one {{ vip = {vip} }}\n  expect quiet\n  ");
        project(row, &format!("{given}{rests}{asked}"));
    }
    // what is cleared is false
    let unticked = "at day 2 10:00 desk.ticket one { vip = true }\n  settle\n  at day 3 10:00 crm.Case one { Vip__c = blank }\n  settle\n  \
         expect desk.ticket one { vip = false }\n  expect quiet\n";
    project("vip <-> Vip__c", &format!("{given}{unticked}"));
}

/// What a platform drops is not there in a test either: Salesforce cuts blanks around texts before anybody reads them.
#[test]
fn what_a_platform_drops_is_dropped_in_tests() {
    let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\", Ref__c = \" x \" }\n  settle\n  \
         expect desk.ticket one { country = \"x\", language = blank }\n  at day 1 10:00 crm.Case one { Ref__c = \" y\" }\n  settle\n  \
         expect desk.ticket one { country = \"y\", language = \"known\" }\n  expect quiet\n";
    let text = format!(
        "automation desk \"Knows\" {{\n  when  ticket.country = \"y\"\n  sets  ticket.language = \"known\"\n}}\n\
         automation desk \"Clears\" {{\n  when  ticket.country = \" x \"\n  sets  ticket.country = blank\n}}\n{}\ntest \"blanks\" {{\n  {steps}}}\n",
        ticket("  language -> Language__c\n  country <- Ref__c  enforce\n")
    );
    settles(steps, &project(USER, &text, &[]));
}

/// To Salesforce nothing of a new record has changed, and it is new.
#[test]
fn nothing_of_a_new_record_has_changed() {
    let formula = |asked: &str| format!("<filterFormula>{asked}</filterFormula>");
    let operator = "<filterLogic>and</filterLogic><filters><field>Language__c</field><operator>IsChanged</operator>\
        <value><booleanValue>true</booleanValue></value></filters>";
    let cases = [
        (formula("ISCHANGED({!$Record.Language__c})"), false, true),
        (operator.to_owned(), false, true),
        (formula("ISNEW()"), true, false),
        (
            formula("ISNEW() || ISCHANGED({!$Record.Language__c})"),
            true,
            true,
        ),
        (
            formula("NOT(ISCHANGED({!$Record.Language__c}))"),
            true,
            false,
        ),
        (
            formula("AND(NOT(ISNEW()), ISCHANGED({!$Record.Language__c}))"),
            false,
            true,
        ),
    ];
    for (asked, made, changed) in cases {
        for moment in ["RecordBeforeSave", "RecordAfterSave"] {
            let flow = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\">\
                 <label>Marks</label><processType>AutoLaunchedFlow</processType>\
                 <recordUpdates><name>Set</name><label>Set</label><inputAssignments><field>Ref__c</field>\
                 <value><stringValue>marked</stringValue></value></inputAssignments><inputReference>$Record</inputReference></recordUpdates>\
                 <start><connector><targetReference>Set</targetReference></connector>{asked}<object>Case</object>\
                 <recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>{moment}</triggerType></start><status>Active</status></Flow>\n"
            );
            let told = |marked: bool| if marked { "\"marked\"" } else { "blank" };
            let (made, changed) = (told(made), told(changed));
            let steps = format!(
                "settle\n  at day 1 10:00 given crm.Case one {{ Subject = \"s\", Language__c = \"en\" }}\n  expect crm.Case one {{ Ref__c = {made} }}\n  \
                 given crm.Case two {{ Subject = \"t\" }}\n  at day 2 09:00 crm.Case two {{ Ref__c = blank }}\n  \
                 at day 2 10:00 crm.Case two {{ Language__c = \"de\", Ref__c = blank }}\n  expect crm.Case two {{ Ref__c = {changed} }}\n"
            );
            let rows = ticket("  language <-> Language__c\n  country <- Ref__c\n");
            let text = format!("{rows}\ntest \"new\" {{\n  {steps}}}\n");
            settles(
                &steps,
                &project(USER, &text, &[("crm/Marks.flow-meta.xml", flow)]),
            );
        }
    }
}

/// A flow that answers a move from one value to another with a third.
fn on_move(from: &str, to: &str, then: &str) -> (&'static str, String) {
    let moved = format!(
        "AND(ISPICKVAL({{!$Record__Prior.Status}}, \"{from}\"), ISPICKVAL({{!$Record.Status}}, \"{to}\"))"
    );
    let (name, text) = shout(&moved);
    let text = text
        .replace("CreateAndUpdate", "Update")
        .replace("Language__c", "Status");
    (
        name,
        text.replace("UPPER({!$Record.Status})", &format!("&quot;{then}&quot;")),
    )
}

const STATES: &str = "picklist State: desk.ticket.state <-> crm.Case.Status {\n  new <-> New\n  open <-> Working\n  \
     waiting -> Working\n  closed <-> Closed\n  closed <- Escalated\n}\n\nautomation desk \"Opens\" {\n  \
     when  ticket.state = closed\n  sets  ticket.state = open\n}\n\n";

/// What a value was before the save is asked of that save: a loop needs the move itself to come again.
#[test]
fn a_move_between_two_values_is_told_from_one_that_ends_there() {
    let rows = format!("{STATES}{}", ticket("  state <-> Status  via State\n"));
    for (from, told) in [("New", None), ("Closed", Some(Code::G001))] {
        let compilation = project(USER, &rows, &[on_move(from, "Working", "Closed")]);
        let wanted: Vec<Code> = told.into_iter().collect();
        assert_eq!(errors(&compilation), wanted, "{from}");
    }
}

#[test]
fn a_test_sees_what_was_before() {
    let steps = "given desk.ticket one { subject = \"s\", state = closed }\n  given crm.Case one { Subject = \"s\", Status = Closed }\n  \
         settle\n  at day 1 10:00 crm.Case one { Status = Working }\n  expect crm.Case one { Status = Working }\n  \
         at day 2 10:00 crm.Case one { Status = New }\n  at day 3 10:00 crm.Case one { Status = Working }\n  \
         expect crm.Case one { Status = Escalated }\n";
    let text = format!(
        "{STATES}{}\ntest \"moves\" {{\n{steps}}}\n",
        ticket("  state <-> Status  via State\n")
    );
    settles(
        steps,
        &project(USER, &text, &[on_move("New", "Working", "Escalated")]),
    );
}

/// The flow of the fixture, stamping a case wherever a condition holds.
pub fn stamping(condition: &str) -> (&'static str, String) {
    let (name, text) = shout(condition);
    let text = text
        .replace("$Record.Language__c</assign", "$Record.OpenedAt__c</assign")
        .replace("<dataType>String", "<dataType>DateTime")
        .replace("UPPER({!$Record.Language__c})", "NOW()");
    (name, text)
}

/// The workflow of the fixture, stamping a ticket at each change of the stamp.
pub fn stamped_again() -> (&'static str, String) {
    let (name, text) = workflow(KNOWN, true, Some(KNOWN));
    let now = "{ \"type\": \"TIMESTAMP\", \"timestampType\": \"EXECUTION_TIME\" }";
    let text = text
        .replace(
            "{ \"type\": \"STATIC_VALUE\", \"staticValue\": \"en\" }",
            now,
        )
        .replace("\"language\"", "\"opened_at\"");
    (name, text)
}

/// Each stamp is later than the one before: what answers stamps with stamps never rests. Nobody has to know the moments for that,
/// unless a condition compares them.
#[test]
fn stamps_that_answer_stamps_never_rest() {
    let text = ticket("  opened_at <-> OpenedAt__c\n");
    let changed = "ISCHANGED({!$Record.OpenedAt__c})";
    let older = "{!$Record.OpenedAt__c} < {!$Record.CreatedDate}";
    let summer = "{!$Record.OpenedAt__c} < DATETIMEVALUE(\"2026-06-01 00:00:00\")";
    for (metadata, told) in [
        (vec![stamping(changed)], None),
        (vec![stamped_again(), stamping(changed)], Some(Code::G002)),
        (vec![stamped_again(), stamping(older)], Some(Code::G003)),
        (vec![stamped_again(), stamping(summer)], Some(Code::G003)),
    ] {
        let compilation = project(USER, &text, &metadata);
        let wanted: Vec<Code> = told.into_iter().collect();
        assert_eq!(errors(&compilation), wanted, "{metadata:#?}");
    }
}

/// The days of two stamps are one until the next day begins, and then nothing starts them.
#[test]
fn stamps_of_days_rest() {
    let text = ticket("  due_on <-> DueOn__c\n");
    let of_days = |(name, text): (&'static str, String)| {
        let text = text
            .replace("OpenedAt__c", "DueOn__c")
            .replace("<dataType>DateTime", "<dataType>Date")
            .replace("NOW()", "TODAY()")
            .replace("opened_at", "due_on");
        (name, text)
    };
    let flow = of_days(stamping("ISCHANGED({!$Record.OpenedAt__c})"));
    let compilation = project(USER, &text, &[of_days(stamped_again()), flow]);
    assert_eq!(errors(&compilation), []);
}

/// A test sees a stamp, and a later one after it.
#[test]
fn a_stamp_is_stored_in_tests() {
    let steps = "given desk.ticket one { subject = \"s\" }\n  given crm.Case one { Subject = \"s\" }\n  settle\n  \
         at day 1 10:00 crm.Case one { Vip__c = true }\n  \
         expect crm.Case one { OpenedAt__c = \"2026-03-01T12:00:00Z\" }\n  \
         at day 1 11:00 crm.Case one { Vip__c = false }\n  settle\n  \
         expect desk.ticket one { opened_at = \"2026-03-01T12:01:00Z\" }\n";
    let rows = ticket("  opened_at <-> OpenedAt__c\n");
    let text = format!("{rows}\ntest \"stamps\" {{\n{steps}}}\n");
    let stamping = stamping("ISCHANGED({!$Record.Vip__c})");
    let compilation = project(USER, &text, &[stamping]);
    assert_eq!(errors(&compilation), []);
    settles("stamps", &compilation);
}
