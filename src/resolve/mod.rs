//! Name resolution: syntax trees and catalogs come in, the [`Model`] goes out.
//!
//! Never fails: an unknown name is reported once and poisoned, and whatever depends on it stays silent. Looks up names and
//! picks what they mean; whether the result makes sense is the business of the rules.

mod automations;
mod clauses;
mod declared;
mod exprs;
mod lifecycles;
mod lookup;
mod maps;
mod routes;
mod rows;
pub mod rules;
mod scenarios;
mod symbols;
mod syncs;
mod systems;
mod transforms;
mod within;
mod world;

use smol_str::SmolStr;

use crate::automation::Automations;
use crate::catalog::Catalogs;
use crate::diagnostic::Sink;
use crate::model::Model;
use crate::source::Sources;
use crate::syntax::ast::{Item, Line, SyntaxTree};

use lookup::{Cx, Gaps, Shared};
use symbols::Symbols;

/// A parsed file under the name by which `use` knows it: `people` for `people.sync`, `std.picklists` for the library.
#[derive(Debug)]
pub struct Module {
    /// The module's name.
    pub name: SmolStr,
    /// What stands in it.
    pub tree: SyntaxTree,
    /// Whether it belongs to the library that ships with the tool: nothing in it is the user's mistake.
    pub standard: bool,
}

/// What a project is resolved against.
#[derive(Debug)]
pub struct World<'a> {
    /// The schema snapshots of the systems.
    pub catalogs: Catalogs,
    /// What was read from the metadata of each system, by its name.
    pub automations: &'a [(SmolStr, Automations)],
    /// The names that any environment of the manifest defines.
    pub environments: &'a [SmolStr],
}

/// Resolves every name of a project.
///
/// The lines of maps and syncs, which are most of a project, are taken out of the trees and given up as soon as they are
/// resolved.
pub fn resolve(
    project: &str,
    modules: &mut [Module],
    world: World<'_>,
    sources: &Sources,
    sink: &mut Sink,
) -> Model {
    let mut model = Model {
        project: project.into(),
        catalogs: world.catalogs,
        ..Model::default()
    };
    let maps = taken(modules, |item| match item {
        Item::Picklist(map) => Some(&mut map.rows.lines),
        _ => None,
    });
    let syncs = taken(modules, |item| match item {
        Item::Sync(sync) => Some(&mut sync.body.lines),
        _ => None,
    });
    let modules: &[Module] = modules;
    systems::declare(modules, &mut model, sink);
    let symbols = Symbols::declare(modules, sources, sink);
    let mut cx = Cx {
        model: Shared::new(model),
        modules,
        symbols: Shared::new(symbols),
        environments: world.environments,
        sources,
        sink: Sink::default(),
        values: Vec::new(),
        module: 0,
        gaps: Gaps::None,
        constants: Vec::new(),
        calls: None,
    };
    cx.incomplete();
    cx.import();
    declared::declared(&mut cx);
    maps::picklists(&mut cx, maps);
    maps::normalizers(&mut cx);
    syncs::headers(&mut cx);
    syncs::bodies(&mut cx, syncs);
    within::controllers(&mut cx);
    world::relations(&mut cx);
    lifecycles::lifecycles(&mut cx);
    automations::automations(&mut cx, world.automations);
    routes::routes(&mut cx);
    world::deferred(&mut cx);
    world::waivers(&mut cx);
    scenarios::scenarios(&mut cx);
    cx.unused();
    rules::unknown_system::declared_amiss(modules, &mut cx.sink);
    rules::unknown_name::once(&mut cx.sink);
    sink.absorb(cx.sink);
    let mut model = cx.model.into_inner();
    model.values = cx.values;
    model.docs = world::file_docs(modules, sources);
    let texts = modules.iter().map(|m| m.tree.file);
    model.texts = texts
        .filter_map(|id| Some((id, sources.get(id)?.shared_text())))
        .collect();
    model
}

/// The bodies of the items that have one of this sort, in order.
fn taken<T>(
    modules: &mut [Module],
    body: impl Fn(&mut Item) -> Option<&mut Vec<Line<T>>>,
) -> Vec<Vec<Line<T>>> {
    let items = modules.iter_mut().flat_map(|m| &mut m.tree.items);
    let bodies = items.filter_map(|line| body(&mut line.node));
    bodies.map(std::mem::take).collect()
}
