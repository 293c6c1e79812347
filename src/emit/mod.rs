//! Artifacts: the plan as a document, and what people read of it. In come the checked model and its plan, out go files
//! in memory. Same inputs, same bytes; knows no disk and no clock.

pub mod graph;
mod identity;
mod index;
mod lifecycle;
mod markdown;
mod matrix;
mod page;
mod phrase;
mod rows;
mod schema;
mod tables;
mod test_block;

pub use schema::{SCHEMA_URI, plan_schema};
pub use test_block::test_block;

use std::collections::BTreeMap;

use crate::analyze::graph::Graph;
use crate::check::Checked;
use crate::model::{Model, SyncView};
use crate::plan::{self, Plan};

/// Files by their paths, relative to the folder that they are written to, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Artifacts(pub BTreeMap<String, Vec<u8>>);

impl Artifacts {
    fn add(&mut self, path: impl Into<String>, text: String) {
        self.0.insert(path.into(), text.into_bytes());
    }

    /// The text of a file; none where there is no such file.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.0.get(path)?).ok()
    }
}

/// Makes every artifact. The plan in them is sealed.
///
/// # Errors
/// Where the plan cannot be written as JSON, which no plan of `lower` does.
pub fn emit(
    model: &Checked<Model>,
    cells: &Graph,
    plan: &Plan,
) -> Result<Artifacts, serde_json::Error> {
    let mut artifacts = Artifacts::default();
    let mut sealed = plan.clone();
    artifacts
        .0
        .insert("plan.json".into(), plan::seal(&mut sealed)?);
    let mut schema = serde_json::to_string_pretty(&plan_schema())?;
    schema.push('\n');
    artifacts.add("plan.schema.json", schema);
    let book = Book { model, plan };
    artifacts.add("docs/index.md", index::page(book));
    for (view, sync) in book.syncs() {
        artifacts.add(
            format!("docs/{}", page::file(&sync.name)),
            page::page(book, view, sync),
        );
    }
    for lifecycle in &model.lifecycles {
        artifacts.add(
            format!("docs/{}", lifecycle::file(lifecycle)),
            lifecycle::page(book, lifecycle),
        );
    }
    artifacts.add("matrix.csv", matrix::csv(book));
    artifacts.add(
        "graph.svg",
        graph::svg(model, &graph::drawing(model, cells, None)),
    );
    Ok(artifacts)
}

/// What the pages are made of.
#[derive(Clone, Copy, Debug)]
struct Book<'a> {
    model: &'a Model,
    plan: &'a Plan,
}

impl<'a> Book<'a> {
    /// The syncs in the order of execution, as the spec and as the plan has them.
    fn syncs(self) -> impl Iterator<Item = (SyncView<'a>, &'a plan::Sync)> {
        self.plan.syncs.iter().filter_map(move |sync| {
            let view = self
                .model
                .sync_views()
                .find(|v| v.sync.name.node == sync.name)?;
            Some((view, sync))
        })
    }
}
