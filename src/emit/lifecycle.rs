//! The page of a lifecycle: stages, moves, a diagram.

use std::fmt::Write;

use super::Book;
use super::markdown::{code, prose, table, text};
use super::phrase::phrase;
use crate::model::{Lifecycle, Model, Transition};

/// The name of a lifecycle's page.
pub fn file(lifecycle: &Lifecycle) -> String {
    format!("lifecycle-{}", super::page::file(&lifecycle.name.node))
}

/// `docs/lifecycle-<name>.md`.
pub fn page(book: Book<'_>, lifecycle: &Lifecycle) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", text(&lifecycle.name.node));
    if let Some(docs) = &lifecycle.docs {
        let _ = writeln!(out, "{}\n", prose(docs));
    }
    let held = book
        .plan
        .not_executed
        .iter()
        .find(|n| n.construct == "lifecycle" && n.name == lifecycle.name.node);
    if let Some(held) = held {
        let _ = writeln!(out, "Not carried out yet: {}.\n", text(&held.reason));
    }
    let _ = writeln!(out, "## Stages\n\n{}", stages(book.model, lifecycle));
    let _ = writeln!(out, "## Moves\n\n{}", moves(book.model, lifecycle));
    let _ = writeln!(out, "```mermaid\n{}```", diagram(book.model, lifecycle));
    out
}

fn stages(model: &Model, lifecycle: &Lifecycle) -> String {
    let mut head = vec!["Stage".to_owned()];
    head.extend(lifecycle.columns.iter().map(|c| {
        let field = c.field.map(|f| model.field_name(f)).unwrap_or_default();
        let rule = c.rule.as_ref().map(|r| format!("<br>{}", text(r)));
        format!(
            "{}<br>{}{}",
            text(&c.name.node),
            code(&field),
            rule.unwrap_or_default()
        )
    }));
    let rows: Vec<Vec<String>> = lifecycle
        .stages
        .iter()
        .map(|stage| {
            let mut cells = vec![text(&stage.name.node)];
            cells.extend(stage.cells.iter().map(|values| {
                let values: Vec<String> = values.iter().map(|v| text(&v.value)).collect();
                if values.is_empty() {
                    "–".to_owned()
                } else {
                    values.join(", ")
                }
            }));
            cells
        })
        .collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table(&head, &rows)
}

fn conditions(model: &Model, t: &Transition) -> (String, String) {
    let mut by = t.by.as_ref().map(ToString::to_string).unwrap_or_default();
    if t.conversion.is_some() {
        by = format!("{by}, by conversion");
    }
    let when = t
        .when
        .as_ref()
        .map(|w| phrase(model, w))
        .unwrap_or_default();
    (by.trim_start_matches(", ").to_owned(), when)
}

fn moves(model: &Model, lifecycle: &Lifecycle) -> String {
    let rows: Vec<Vec<String>> = lifecycle
        .transitions
        .iter()
        .map(|t| {
            let (by, when) = conditions(model, t);
            let from: Vec<String> = t.from.iter().map(|f| text(f)).collect();
            vec![
                from.join(", "),
                text(&t.to),
                text(&by),
                text(&when),
                text(&t.remarks.join("; ")),
            ]
        })
        .collect();
    table(&["From", "To", "Who may", "When", "Then"], &rows)
}

fn diagram(model: &Model, lifecycle: &Lifecycle) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    let id = |name: &str| {
        let at = lifecycle.stages.iter().position(|s| s.name.node == name);
        at.map(|i| format!("s{i}"))
    };
    for (i, stage) in lifecycle.stages.iter().enumerate() {
        let _ = writeln!(out, "  state \"{}\" as s{i}", plain(&stage.name.node));
    }
    if let Some(start) = lifecycle.start.as_ref().and_then(|s| id(&s.node)) {
        let _ = writeln!(out, "  [*] --> {start}");
    }
    for t in &lifecycle.transitions {
        let (by, when) = conditions(model, t);
        let label = if when.is_empty() {
            by
        } else {
            format!("{by}, if {when}")
        };
        for (from, to) in t.from.iter().filter_map(|f| Some((id(f)?, id(&t.to)?))) {
            let label = plain(&label);
            if label.is_empty() {
                let _ = writeln!(out, "  {from} --> {to}");
            } else {
                let _ = writeln!(out, "  {from} --> {to}: {label}");
            }
        }
    }
    for stage in lifecycle.finals.iter().filter_map(|s| id(&s.node)) {
        let _ = writeln!(out, "  {stage} --> [*]");
    }
    out
}

/// Text without what Mermaid reads as its own.
fn plain(text: &str) -> String {
    let safe = text.chars().map(|c| match c {
        '"' | '`' => '\'',
        ';' | '#' | ':' | '{' | '}' | '<' | '>' | '[' | ']' | '%' | '\n' | '\r' => ' ',
        c => c,
    });
    safe.collect::<String>().trim().to_owned()
}
