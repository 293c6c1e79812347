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
    let told = |construct: &str| {
        let mut all = book.plan.not_executed.iter();
        all.find(|n| n.construct == construct && n.name == lifecycle.name.node)
    };
    let held = told("lifecycle");
    for told in held.into_iter().chain(told("re-entry")) {
        let _ = writeln!(out, "Not carried out yet: {}.\n", text(&told.reason));
    }
    let _ = writeln!(out, "## Stages\n\n{}", stages(book.model, lifecycle));
    let _ = writeln!(out, "## Moves\n\n{}", moves(book.model, lifecycle));
    let truth = lifecycle.truth.as_ref();
    if let Some(truth) = truth.and_then(|t| book.model.systems.get(t.node.index())) {
        let _ = writeln!(
            out,
            "Where both systems move, and the moves do not follow on each other, that of **{}** counts.\n",
            text(&truth.name.node)
        );
    }
    if held.is_none() {
        let _ = writeln!(
            out,
            "A move that is not in this table is held for a person: the other system does not follow, and nothing is put back. Several moves of one system between two runs count as if each had been seen, unless a line leads from the first stage to the last: then that line decides.\n"
        );
    }
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
    let systems =
        t.by.iter()
            .filter_map(|s| model.systems.get(s.node.index()));
    let mut by: Vec<String> = systems.map(|s| s.name.node.to_string()).collect();
    if t.conversion.is_some() {
        by.push("by conversion".to_owned());
    }
    let when = t
        .when
        .as_ref()
        .map(|w| phrase(model, w))
        .unwrap_or_default();
    (by.join(", "), when)
}

/// What a move does beside what it writes.
fn then(t: &Transition) -> String {
    let mut parts = Vec::new();
    if let Some(made) = t.made {
        parts.push(format!("as {}", made.node.word()));
    }
    if let Some(owner) = t.owner {
        parts.push(owner.node.words().to_owned());
    }
    if t.clear_first.is_some() {
        parts.push("a field that does not go back is cleared first".to_owned());
    }
    parts.join("; ")
}

fn moves(model: &Model, lifecycle: &Lifecycle) -> String {
    let rows: Vec<Vec<String>> = lifecycle
        .transitions
        .iter()
        .map(|t| {
            let (by, when) = conditions(model, t);
            let from: Vec<String> = t
                .from
                .iter()
                .map(|f| text(lifecycle.stage_name(f.node)))
                .collect();
            vec![
                from.join(", "),
                text(lifecycle.stage_name(t.to.node)),
                text(&by),
                text(&when),
                text(&then(t)),
            ]
        })
        .collect();
    table(&["From", "To", "Who may", "When", "Then"], &rows)
}

fn diagram(model: &Model, lifecycle: &Lifecycle) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for (i, stage) in lifecycle.stages.iter().enumerate() {
        let _ = writeln!(out, "  state \"{}\" as s{i}", plain(&stage.name.node));
    }
    if let Some(start) = lifecycle.start {
        let _ = writeln!(out, "  [*] --> s{}", start.node.index());
    }
    for t in &lifecycle.transitions {
        let (by, when) = conditions(model, t);
        let label = if when.is_empty() {
            by
        } else {
            format!("{by}, if {when}")
        };
        let to = t.to.node.index();
        for from in t.from.iter().map(|f| f.node.index()) {
            let label = plain(&label);
            if label.is_empty() {
                let _ = writeln!(out, "  s{from} --> s{to}");
            } else {
                let _ = writeln!(out, "  s{from} --> s{to}: {label}");
            }
        }
    }
    for stage in &lifecycle.finals {
        let _ = writeln!(out, "  s{} --> [*]", stage.node.index());
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
