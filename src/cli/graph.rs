//! `accordant graph`: who writes which field, as a drawing or as a list.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Format, Output, check, project};
use crate::analyze::graph::{Edge, Graph as Cells, Writer, acting, row};
use crate::emit::graph::{Drawing, dot, drawing, find_field, mermaid, svg, writers};
use crate::model::{FieldRef, Model};
use crate::session::Compilation;

/// Show who writes which field: rows, automations, and what leads to them
#[derive(Debug, Args)]
pub struct Graph {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
    /// Only what leads to one field: `salesforce.Contact.Phone`
    #[arg(long, value_name = "FIELD")]
    pub field: Option<String>,
}

/// Prints the graph: `--format dot`, `mermaid`, `svg` or `json`; for people a list of one field, else a drawing for Mermaid.
///
/// # Errors
/// Where there is no project, its folder cannot be read, or there is no such field.
pub fn run(args: &Graph, output: &Output) -> Result<Exit, Failure> {
    let here = PathBuf::from(".");
    let project = project::find(args.path.as_ref().unwrap_or(&here))?;
    let (compilation, _) = check::compile(&project)?;
    let (model, cells) = (compilation.model(), &compilation.facts.graph);
    let field = args.field.as_deref().map(|path| find_field(model, path));
    let field = field.transpose().map_err(Failure::new)?;
    let drawn = || drawing(model, cells, field);
    let text = match (output.format, field) {
        (Format::Human, Some(field)) => writers(model, cells, field, &compilation.sources),
        (Format::Human | Format::Mermaid, _) => mermaid(&drawn()),
        (Format::Dot, _) => dot(&drawn()),
        (Format::Svg, _) => svg(model, &drawn()),
        (Format::Json, _) => format!("{:#}\n", record(&compilation, cells, field, &drawn())),
        (Format::Sarif | Format::Github, _) => {
            return Err(Failure::new(
                "`graph` writes `human`, `dot`, `mermaid`, `svg` and `json` only",
            ));
        }
    };
    output.result(&text);
    Ok(Exit::Fine)
}

/// Every write that is drawn, as data.
fn record(
    compilation: &Compilation,
    cells: &Cells,
    field: Option<FieldRef>,
    drawn: &Drawing,
) -> serde_json::Value {
    let model = compilation.model();
    let drawn = |f: &FieldRef| {
        drawn
            .objects
            .iter()
            .any(|o| o.fields.iter().any(|(g, _)| g == f))
    };
    let edges = cells.edges.iter().filter(|e| drawn(&e.target));
    let edges: Vec<serde_json::Value> = edges
        .map(|edge| {
            let names = |fields: &[FieldRef]| -> Vec<String> {
                fields
                    .iter()
                    .map(|f| model.field_name(*f).to_string())
                    .collect()
            };
            json!({
                "target": model.field_name(edge.target).as_str(),
                "writer": writer(model, cells, edge),
                "starts": names(&edge.starts),
                "reads": names(&edge.reads),
                "place": compilation.sources.place(edge.span),
            })
        })
        .collect();
    let field = field.map(|f| model.field_name(f).to_string());
    json!({ "version": 1, "field": field, "edges": edges })
}

fn writer(model: &Model, cells: &Cells, edge: &Edge) -> serde_json::Value {
    if let Some(lifecycle) = cells.lifecycle(model, edge) {
        return json!({ "kind": "lifecycle", "name": lifecycle.name.node.as_str() });
    }
    if let Some(route) = cells.route(model, edge) {
        return json!({ "kind": "route", "name": model.object_name(route.object).as_str() });
    }
    match (edge.writer, acting(model, edge)) {
        (Writer::Automation(..), Some((a, _))) => {
            json!({ "kind": a.kind, "name": a.name.as_str() })
        }
        _ => {
            let row = row(model, edge);
            let name = row.map(|r| r.row.name.to_string());
            let sync = row.map(|r| r.sync.sync.name.node.to_string());
            json!({ "kind": "row", "name": name, "sync": sync })
        }
    }
}
