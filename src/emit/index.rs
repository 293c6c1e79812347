//! The overview: systems, syncs in order, what is documented and not executed yet.

use std::fmt::Write;

use super::markdown::{code, prose, table, text};
use super::{Book, lifecycle, page, rows};
use crate::model::Mode;
use crate::plan;

/// `docs/index.md`.
pub fn page(book: Book<'_>) -> String {
    let mut out = String::new();
    let name = if book.plan.project.is_empty() {
        "This project"
    } else {
        book.plan.project.as_str()
    };
    let _ = writeln!(out, "# {}\n", text(name));
    for (_, docs) in &book.model.docs {
        let _ = writeln!(out, "{}\n", prose(docs));
    }
    let _ = writeln!(out, "## Systems\n");
    let systems = book.plan.systems.iter().map(|(name, system)| {
        let objects = book.plan.objects.values().filter(|o| o.system == *name);
        let objects: Vec<String> = objects.map(|o| code(&o.name)).collect();
        vec![code(name), text(&system.kind), objects.join(", ")]
    });
    let systems: Vec<_> = systems.collect();
    let _ = writeln!(out, "{}", table(&["Name", "Kind", "Objects"], &systems));
    let _ = writeln!(out, "## What is kept in step\n");
    let _ = writeln!(
        out,
        "In this order: what others refer to comes first. The fields are in [`matrix.csv`](../matrix.csv) as a sheet.\n"
    );
    let _ = writeln!(out, "{}", syncs(book));
    lifecycles(&mut out, book);
    let _ = writeln!(
        out,
        "## Who writes which field\n\n[![Fields of both systems, and everything that writes them](../graph.svg)](../graph.svg)\n"
    );
    not_executed(&mut out, book);
    out
}

fn syncs(book: Book<'_>) -> String {
    let rows: Vec<Vec<String>> = (1..)
        .zip(book.syncs())
        .map(|(number, (view, sync))| {
            let names = rows::names(view);
            let truth = view.sync.truth.as_ref().map(|t| names.get(t.node));
            let does = match sync.mode {
                Mode::Merge => truth.map_or_else(
                    || "each field says who wins".to_owned(),
                    |t| format!("{} is the system of record", text(t)),
                ),
                Mode::LinkOnly => "recognised, never written".to_owned(),
                Mode::AppendOnly => "written once, never changed".to_owned(),
            };
            let fields = sync.rows.len();
            vec![
                number.to_string(),
                format!("[{}]({})", text(&sync.name), page::file(&sync.name)),
                code(&sync.objects.left),
                arrow(sync).to_owned(),
                code(&sync.objects.right),
                does,
                fields.to_string(),
            ]
        })
        .collect();
    table(
        &["", "Name", "Left", "", "Right", "Who leads", "Fields"],
        &rows,
    )
}

/// The direction of a sync.
pub const fn arrow(sync: &plan::Sync) -> &'static str {
    match (sync.writes_side.left, sync.writes_side.right) {
        (true, true) => "↔",
        (false, true) => "→",
        (true, false) => "←",
        (false, false) => "=",
    }
}

fn lifecycles(out: &mut String, book: Book<'_>) {
    if book.model.lifecycles.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Lifecycles\n");
    for l in &book.model.lifecycles {
        let _ = writeln!(out, "- [{}]({})", text(&l.name.node), lifecycle::file(l));
    }
    out.push('\n');
}

fn not_executed(out: &mut String, book: Book<'_>) {
    if book.plan.not_executed.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Written down, and not carried out yet\n");
    let _ = writeln!(
        out,
        "The specification says these things, they are checked, and this version does not act on them.\n"
    );
    let rows = book.plan.not_executed.iter().map(|n| {
        vec![
            text(&n.construct),
            text(&n.name),
            text(&n.reason),
            code(&format!("{}:{}", n.origin.file, n.origin.line)),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let head = ["What", "Name", "What happens instead", "Defined in"];
    let _ = writeln!(out, "{}", table(&head, &rows));
}
