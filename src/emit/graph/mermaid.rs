//! The cell graph for Mermaid, as repositories and wikis draw it.

use std::fmt::Write;

use super::{Drawing, field_id};

/// The drawing as a Mermaid flowchart.
pub fn mermaid(drawing: &Drawing) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, object) in drawing.objects.iter().enumerate() {
        let _ = writeln!(out, "  subgraph o{at}[{}]", quoted(&object.name));
        for (field, name) in &object.fields {
            let _ = writeln!(out, "    {}[{}]", field_id(*field), quoted(name));
        }
        out.push_str("  end\n");
    }
    for automation in &drawing.automations {
        let id = &automation.id;
        let _ = writeln!(out, "  {id}([{}])", quoted(&automation.name));
        for read in &automation.reads {
            let _ = writeln!(out, "  {} -.-> {id}", field_id(*read));
        }
        for written in &automation.writes {
            let _ = writeln!(out, "  {id} --> {}", field_id(*written));
        }
    }
    for row in &drawing.rows {
        let arrow = if row.both { "<-->" } else { "-->" };
        let _ = writeln!(out, "  {} {arrow} {}", field_id(row.from), field_id(row.to));
    }
    out
}

/// A text in quotes; what Mermaid would read as its own becomes an entity.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '|' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
