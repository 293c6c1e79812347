//! The cell graph for Graphviz.

use std::fmt::Write;

use super::{Drawing, field_id};

/// The drawing in the DOT language.
pub fn dot(drawing: &Drawing) -> String {
    let mut out = String::from(
        "digraph accordant {\n  rankdir=LR\n  node [shape=box, fontname=\"Helvetica\", fontsize=11]\n  edge [fontname=\"Helvetica\", fontsize=9]\n",
    );
    for (at, object) in drawing.objects.iter().enumerate() {
        let _ = writeln!(
            out,
            "  subgraph cluster_{at} {{\n    label={}",
            quoted(&object.name)
        );
        for (field, name) in &object.fields {
            let _ = writeln!(out, "    {} [label={}]", field_id(*field), quoted(name));
        }
        out.push_str("  }\n");
    }
    for automation in &drawing.automations {
        let id = &automation.id;
        let label = quoted(&format!("{}\n{}", automation.name, automation.kind));
        let _ = writeln!(out, "  {id} [label={label}, shape=ellipse, style=dashed]");
        for read in &automation.reads {
            let _ = writeln!(out, "  {} -> {id} [style=dashed]", field_id(*read));
        }
        for written in &automation.writes {
            let _ = writeln!(out, "  {id} -> {}", field_id(*written));
        }
    }
    for row in &drawing.rows {
        let both = if row.both { ", dir=both" } else { "" };
        let (from, to) = (field_id(row.from), field_id(row.to));
        let _ = writeln!(out, "  {from} -> {to} [label={}{both}]", quoted(&row.name));
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}
