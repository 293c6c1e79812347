//! A case as a `test` block: the text that a spec takes.

use std::collections::BTreeMap;
use std::fmt::Write;

use smol_str::SmolStr;

use crate::plan::{Case, CaseAction, CaseStep, Expected};
use crate::value::{Value, write_text};

/// Writes a case as a `test` block of the language, so that it can be kept in a spec.
pub fn test_block(case: &Case) -> String {
    let mut text = format!("test {} {{\n", quoted(&case.name));
    for step in &case.steps {
        let _ = writeln!(text, "  {}", line(step));
    }
    text.push_str("}\n");
    text
}

fn line(step: &CaseStep) -> String {
    let at = step.at.map_or_else(String::new, |m| {
        format!(
            "at day {} {:02}:{:02} ",
            m.day,
            m.minute / 60,
            m.minute % 60
        )
    });
    let record = |object: &str, alias: &str| format!("{object} {alias}");
    let what = match &step.action {
        CaseAction::Given {
            object,
            alias,
            values,
        } => format!("given {}{}", record(object, alias), block(values)),
        CaseAction::Edit {
            object,
            alias,
            values,
        } => format!("{}{}", record(object, alias), block(values)),
        CaseAction::Merge {
            object,
            alias,
            into,
        } => format!("merge {} into {into}", record(object, alias)),
        CaseAction::Convert { object, alias } => format!("convert {}", record(object, alias)),
        CaseAction::Delete { object, alias } => format!("delete {}", record(object, alias)),
        CaseAction::Deactivate { object, alias } => {
            format!("deactivate {}", record(object, alias))
        }
        CaseAction::Settle => "settle".to_owned(),
        CaseAction::Expect(Expected::Quiet) => "expect quiet".to_owned(),
        CaseAction::Expect(Expected::NoRecord { object, alias }) => {
            format!("expect no {}", record(object, alias))
        }
        CaseAction::Expect(Expected::Record {
            object,
            alias,
            values,
        }) => format!("expect {}{}", record(object, alias), block(values)),
    };
    at + &what
}

fn block(values: &BTreeMap<SmolStr, Value>) -> String {
    let set = |(field, value): (&SmolStr, &Value)| format!("{field} = {}", literal(value));
    let set: Vec<String> = values.iter().map(set).collect();
    match set.as_slice() {
        [] => " { }".to_owned(),
        set => format!(" {{ {} }}", set.join(", ")),
    }
}

/// A value as the language writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Blank => "blank".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Date(_) => write_text(value),
        Value::DateTime(_) | Value::Time(_) | Value::Text(_) | Value::Set(_) => {
            quoted(&write_text(value))
        }
    }
}

/// A text of the language: quotes, backslashes, line ends and tabs are escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
