//! What formulas of automations compute: a test sees what the platform would write, and no function that decides whether an
//! automation runs is taken as known by the values that were tried.

use accordant::diagnostic::Code;

use crate::answers::{SHOUT, USER, WHISPER, errors, project, settles, shout};
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
