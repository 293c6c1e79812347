//! Expressions in the words of people: plain text, to be escaped where it is put.

use super::markdown::alternatives;
use crate::model::{Comparison, Expr, ExprKind, FieldRef, Model, Operation};
use crate::value::Value;

/// The label of a field, or its name where it has none.
pub fn label(model: &Model, field: FieldRef) -> String {
    let Some(view) = model.field(field) else {
        return String::new();
    };
    let field = view.field;
    let label = if field.label.is_empty() {
        &field.name
    } else {
        &field.label
    };
    label.to_string()
}

/// A value in quotation marks.
pub fn value(value: &Value) -> String {
    match value {
        Value::Blank => "nothing".to_owned(),
        Value::Text(t) => format!("“{t}”"),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// A condition or a computation as a phrase: `Stage is one of “trial” or “paying”`.
pub fn phrase(model: &Model, e: &Expr) -> String {
    let of = |e: &Expr| phrase(model, e);
    let joined = |list: &[Expr], word: &str| {
        let parts: Vec<String> = list.iter().map(|e| grouped(model, e)).collect();
        parts.join(&format!(" {word} "))
    };
    match &e.node {
        ExprKind::Unknown => String::new(),
        ExprKind::Input => "the value".to_owned(),
        ExprKind::Const(v) => value(v),
        ExprKind::Env(name) => format!("the environment's {name}"),
        ExprKind::Field { field, .. } => label(model, *field),
        ExprKind::Related {
            reference, field, ..
        } => format!("{} of {}", label(model, *field), label(model, *reference)),
        ExprKind::Call {
            function,
            arguments,
        } => {
            let arguments: Vec<String> = arguments.iter().map(of).collect();
            format!("{function}({})", arguments.join(", "))
        }
        ExprKind::Map { input, .. }
        | ExprKind::Each { input, .. }
        | ExprKind::Normalize { input, .. } => of(input),
        ExprKind::Linked { input, .. } => format!("the record linked with {}", of(input)),
        ExprKind::Not(inner) => match &inner.node {
            ExprKind::IsSet(field) => format!("{} is blank", of(field)),
            ExprKind::In { input, list } => format!("{} is none of {}", of(input), listed(list)),
            _ => format!("not {}", grouped(model, inner)),
        },
        ExprKind::All(list) => joined(list, "and"),
        ExprKind::Any(list) => joined(list, "or"),
        ExprKind::Compare {
            comparison,
            left,
            right,
        } => {
            let word = match comparison {
                Comparison::Equal => "is",
                Comparison::NotEqual => "is not",
                Comparison::Less => "is less than",
                Comparison::LessOrEqual => "is at most",
                Comparison::Greater => "is more than",
                Comparison::GreaterOrEqual => "is at least",
            };
            format!("{} {word} {}", of(left), of(right))
        }
        ExprKind::In { input, list } => format!("{} is {}", of(input), listed(list)),
        ExprKind::IsSet(inner) => format!("{} is filled", of(inner)),
        ExprKind::Before(inner) => format!("what {} was", of(inner)),
        ExprKind::Changed { field, .. } => format!("{} has changed", label(model, *field)),
        ExprKind::Arithmetic {
            operation,
            left,
            right,
        } => {
            let sign = match operation {
                Operation::Add => "+",
                Operation::Subtract => "-",
                Operation::Multiply => "×",
                Operation::Divide => "÷",
            };
            format!("{} {sign} {}", grouped(model, left), grouped(model, right))
        }
        ExprKind::Entered(stage) => format!("the time of entering {stage}"),
    }
}

fn listed(list: &[(Value, crate::source::Span)]) -> String {
    let values: Vec<String> = list.iter().map(|(v, _)| value(v)).collect();
    alternatives(&values, "or")
}

fn grouped(model: &Model, e: &Expr) -> String {
    let text = phrase(model, e);
    match e.node {
        ExprKind::All(_) | ExprKind::Any(_) | ExprKind::Arithmetic { .. } => format!("({text})"),
        _ => text,
    }
}

/// What happens to a value on its way, innermost first; nothing where it passes as it is.
pub fn change(model: &Model, e: &Expr) -> Option<String> {
    let (before, step) = match &e.node {
        ExprKind::Call {
            function,
            arguments,
        } => {
            let (first, rest) = arguments.split_first()?;
            let rest: Vec<String> = rest.iter().map(|a| phrase(model, a)).collect();
            let step = if rest.is_empty() {
                function.to_string()
            } else {
                format!("{function}({})", rest.join(", "))
            };
            (change(model, first), step)
        }
        ExprKind::Map { map, input, .. } => {
            let name = &model.maps.get(map.index())?.name.node;
            (change(model, input), format!("list {name}"))
        }
        ExprKind::Each { map, input, .. } => {
            let name = &model.maps.get(map.index())?.name.node;
            (change(model, input), format!("list {name}, each value"))
        }
        ExprKind::Normalize { table, input } => {
            let name = &model.normalizers.get(table.index())?.name.node;
            (change(model, input), format!("spellings {name}"))
        }
        ExprKind::Linked { syncs, input, .. } => {
            let names = syncs.iter().filter_map(|s| model.syncs.get(s.index()));
            let names: Vec<String> = names.map(|s| s.name.node.to_string()).collect();
            let step = format!("the linked record of {}", alternatives(&names, "or"));
            (change(model, input), step)
        }
        _ => return None,
    };
    Some(match before {
        Some(before) => format!("{before}, then {step}"),
        None => step,
    })
}
