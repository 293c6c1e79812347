//! The page of one sync.

use std::fmt::Write;

use super::markdown::{code, named, prose, table, text};
use super::rows::{Line, lines, names};
use super::{Book, identity, index, tables};
use crate::model::{Mode, SyncView};
use crate::plan::Sync;
use crate::side::{Side, Sides};

/// The name of a sync's page.
pub fn file(sync: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = sync.chars().map(safe).collect();
    if name.eq_ignore_ascii_case("index") {
        format!("{name}-sync.md")
    } else {
        format!("{name}.md")
    }
}

/// `docs/<sync>.md`.
pub fn page(book: Book<'_>, view: SyncView<'_>, sync: &Sync) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", text(&sync.name));
    if let Some(docs) = &view.sync.docs {
        let _ = writeln!(out, "{}\n", prose(docs));
    }
    let _ = writeln!(out, "{}\n", purpose(view, sync));
    let _ = writeln!(
        out,
        "Defined in `{}`, line {}. [All of it](index.md)\n",
        sync.origin.file, sync.origin.line
    );
    let _ = writeln!(out, "## Which records belong together\n");
    for sentence in identity::sentences(view, sync) {
        let _ = writeln!(out, "- {sentence}");
    }
    out.push('\n');
    let lines = lines(view, sync);
    if !lines.is_empty() {
        let _ = writeln!(out, "## Fields\n");
        let _ = writeln!(out, "{}", matrix(view, &lines));
    }
    tables::lists(&mut out, book, sync);
    protected(&mut out, view, sync);
    out
}

fn object(view: SyncView<'_>, side: Side) -> String {
    let object = view.object(side);
    let name = object.map_or("", |o| o.name.as_str());
    let label = object.map_or("", |o| o.label.as_str());
    format!("{} {}", text(view.side_name(side)), named(label, name))
}

fn purpose(view: SyncView<'_>, sync: &Sync) -> String {
    let objects = Sides::new(object(view, Side::Left), object(view, Side::Right));
    let names = names(view).map(|n| text(&n));
    match sync.mode {
        Mode::LinkOnly => format!(
            "Recognises records of **{}** and **{}** as the same, and writes nothing to either.",
            objects.left, objects.right
        ),
        Mode::AppendOnly => {
            let (from, to) = if sync.writes_side.right {
                (&objects.left, &objects.right)
            } else {
                (&objects.right, &objects.left)
            };
            format!(
                "Every record of **{from}** is written once as a record of **{to}**, and not changed afterwards."
            )
        }
        Mode::Merge => {
            let way = match index::arrow(sync) {
                "→" => format!(", from {} to {} only", names.left, names.right),
                "←" => format!(", from {} to {} only", names.right, names.left),
                _ => ", both ways".to_owned(),
            };
            let truth = view.sync.truth.as_ref().map_or_else(String::new, |t| {
                format!(
                    " Where both sides changed, {} wins, unless the field says otherwise.",
                    names.get(t.node)
                )
            });
            format!(
                "Keeps **{}** and **{}** in step{way}.{truth}",
                objects.left, objects.right
            )
        }
    }
}

fn matrix(view: SyncView<'_>, lines: &[Line<'_>]) -> String {
    let names = names(view).map(|n| text(&n));
    let side = |line: &Line<'_>, side: Side| {
        let (label, name, kind) = line.cell(side);
        if name.is_empty() {
            return text(&label);
        }
        format!("{}<br>{}", named(&label, &name), text(&kind))
    };
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let notes = line.view.row.docs.as_deref().unwrap_or_default();
            vec![
                side(line, Side::Left),
                line.arrow().to_owned(),
                side(line, Side::Right),
                text(&line.authority()),
                dash(text(&line.blank(Side::Left))),
                dash(text(&line.blank(Side::Right))),
                text(&line.timing()),
                dash(text(&line.transform())),
                dash(text(notes)),
                code(&line.place()),
            ]
        })
        .collect();
    let blanks = names.clone().map(|n| format!("A blank in {n}"));
    let head = [
        names.left.as_str(),
        "",
        names.right.as_str(),
        "Who wins",
        blanks.left.as_str(),
        blanks.right.as_str(),
        "When written",
        "Change on the way",
        "Notes",
        "Defined in",
    ];
    table(&head, &rows)
}

fn dash(text: String) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

fn protected(out: &mut String, view: SyncView<'_>, sync: &Sync) {
    let mut lines = Vec::new();
    for side in Side::BOTH {
        for p in sync.protected.get(side) {
            let object = view.object(side);
            let field = object.and_then(|o| o.get(o.field(&p.field)?));
            let name = named(field.map_or("", |f| f.label.as_str()), &p.field);
            let how = if p.after_create {
                "is written when the record is created, and never again"
            } else {
                "is never written"
            };
            lines.push(format!("- {} {name} {how}.", text(view.side_name(side))));
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "## Protected\n\n{}\n", lines.join("\n"));
    }
}
