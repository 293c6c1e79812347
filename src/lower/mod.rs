//! From the checked model to the plan: ids become names, spans become origins, and nothing changes its meaning.
//!
//! In come the model that passed the gate and what the plan's hashes are about; out go the [`Plan`] and the test
//! [`Case`](crate::plan::Case)s. Knows no clock, no file, and no environment: names of environments stay names.

mod automations;
mod cases;
mod digest;
mod exprs;
mod identity;
mod keys;
mod lifecycles;
mod members;
mod objects;
mod rows;
mod tables;

pub use cases::{case, cases};
pub use digest::spec_hash;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::analyze::Facts;
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{FieldRef, MapId, Model, NormalizeId, ObjectRef, RowId, SyncView};
use crate::plan::{Brakes, FORMAT, Hashes, NotExecuted, Origin, Plan, Protected, Sync};
use crate::side::{Side, Sides};
use crate::source::{Sources, Span};
use members::Asked;

/// What a plan is made of beside the model.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The texts that the model's spans point into.
    pub sources: &'a Sources,
    /// Hash of the spec files, see [`spec_hash`].
    pub spec_hash: &'a str,
    /// Name and version of the tool.
    pub tool: &'a str,
    /// Version of the language, from the manifest.
    pub language: u32,
}

/// What lowering gives: only a bug of ours stops it.
type Done<T> = Result<T, Box<Diagnostic>>;

/// Lowers a checked model.
///
/// # Errors
/// B001 where the model holds what the gate should not have let through.
pub fn lower(model: &Checked<Model>, facts: &Facts, inputs: &Inputs<'_>) -> Done<Plan> {
    rehearsal(model, facts, inputs)
}

/// Lowers a model that need not have passed the gate, to replay in memory what is wrong with it. Such a plan is for nothing else: it
/// is never sealed.
///
/// # Errors
/// B001 where a name in it is unknown: what does not resolve cannot be replayed.
pub fn rehearsal(model: &Model, facts: &Facts, inputs: &Inputs<'_>) -> Done<Plan> {
    let mut cx = Cx::new(model, facts, inputs);
    let order = crate::analyze::order(model);
    let groups = identity::link_groups(model);
    let mut syncs = Vec::with_capacity(order.len());
    for id in order {
        let Some(view) = model.sync(id) else { continue };
        let group = groups.get(id.index()).cloned().unwrap_or_default();
        syncs.push(cx.sync(view, group)?);
    }
    let lifecycles = cx.lifecycles()?;
    let maps = cx.lower_maps();
    let normalizers = cx.lower_normalizers();
    for row in syncs.iter_mut().flat_map(|s| &mut s.rows) {
        row.digest = digest::of_row(row, &maps, &normalizers);
    }
    let objects = cx.lower_objects();
    let (automations, reacting) = cx.lower_automations(&objects);
    let hashes = Hashes {
        spec: inputs.spec_hash.to_owned(),
        catalogs: digest::of_catalogs(&objects),
        tool: inputs.tool.to_owned(),
        plan: String::new(),
    };
    Ok(Plan {
        format: FORMAT,
        project: model.project.clone(),
        language: inputs.language,
        hashes,
        systems: cx.lower_systems(),
        objects,
        maps,
        normalizers,
        syncs,
        lifecycles,
        brakes: Brakes::default(),
        automations,
        reacting,
        not_executed: cx.not_executed(),
        bound: BTreeMap::new(),
    })
}

/// The model under way, and what the syncs so far have touched of it.
struct Cx<'a> {
    model: &'a Model,
    inputs: &'a Inputs<'a>,
    /// The rounds that rows need which write each other's cells.
    bounds: BTreeMap<RowId, u32>,
    /// Objects with the fields that the plan touches.
    touched: BTreeMap<ObjectRef, BTreeSet<FieldRef>>,
    maps: BTreeSet<MapId>,
    normalizers: BTreeSet<NormalizeId>,
    /// While the conditions of a lifecycle are lowered: what they read.
    members: Option<members::Members>,
    /// While a value of a row is lowered whose map depends on another row: that row's value.
    controlling: Option<crate::plan::Expr>,
}

impl<'a> Cx<'a> {
    fn new(model: &'a Model, facts: &Facts, inputs: &'a Inputs<'a>) -> Self {
        Self {
            model,
            inputs,
            bounds: facts.graph.bounds(),
            touched: BTreeMap::new(),
            maps: BTreeSet::new(),
            normalizers: BTreeSet::new(),
            members: None,
            controlling: None,
        }
    }

    fn origin(&self, span: Span) -> Origin {
        origin(self.inputs.sources, span)
    }

    /// Remembers an object, and gives its key in the plan.
    fn object(&mut self, object: ObjectRef) -> SmolStr {
        self.touched.entry(object).or_default();
        self.model.object_name(object)
    }

    /// Remembers a field, and gives its name.
    fn field(&mut self, field: FieldRef) -> SmolStr {
        self.touched.entry(field.object).or_default().insert(field);
        self.model
            .field(field)
            .map_or_else(SmolStr::default, |f| f.field.name.clone())
    }

    /// Remembers a field, and gives what an expression calls it: in the conditions of a lifecycle the columns' fields are members.
    fn read_field(&mut self, field: FieldRef, asked: Asked) -> SmolStr {
        let name = self.field(field);
        let members = self.members.as_mut();
        let member = members.and_then(|m| m.field(field.object, &name, asked));
        member.unwrap_or(name)
    }

    fn sync(&mut self, view: SyncView<'_>, link_group: Sides<SmolStr>) -> Done<Sync> {
        let sync = view.sync;
        let (Some(left), Some(right)) = (sync.ends.left.object, sync.ends.right.object) else {
            return Err(impossible("a sync without an object", sync.header));
        };
        let objects = Sides::new(self.object(left), self.object(right));
        let writes_side = rows::writes_side(sync);
        let mut rows = Vec::new();
        for row in view.rows() {
            rows.extend(self.row(row, writes_side)?);
        }
        let identity = self.identity(view, writes_side)?;
        let mut protected: Sides<Vec<Protected>> = Sides::default();
        for p in &sync.protect {
            let field = self.field(p.field);
            let after_create = p.after_create;
            protected.get_mut(p.side).push(Protected {
                field,
                after_create,
            });
        }
        let write_set = Sides::new(Side::Left, Side::Right).map(|side| {
            let stages = self.stages_made(view, side);
            rows::write_set(
                side,
                *writes_side.get(side),
                &rows,
                &identity,
                &stages,
                protected.get(side),
            )
        });
        Ok(Sync {
            name: sync.name.node.clone(),
            origin: self.origin(sync.header),
            objects,
            mode: sync.mode,
            writes_side,
            link_group,
            identity,
            rows,
            protected,
            write_set,
        })
    }

    fn not_executed(&self) -> Vec<NotExecuted> {
        let deferred = self.model.deferred.iter().map(|d| NotExecuted {
            construct: d.construct.into(),
            name: d.name.clone(),
            origin: self.origin(d.span),
            reason: d.reason.to_owned(),
        });
        let handoffs = self.model.syncs.iter().filter_map(|s| {
            Some(NotExecuted {
                construct: "handoff".into(),
                name: s.name.node.clone(),
                origin: self.origin(s.handoff.as_ref()?.span),
                reason: "what a handoff asks for is documented and not enforced yet".to_owned(),
            })
        });
        let lifecycles = self.lifecycles_not_executed().into_iter();
        lifecycles.chain(deferred).chain(handoffs).collect()
    }
}

/// The file and line of a span.
fn origin(sources: &Sources, span: Span) -> Origin {
    sources
        .get(span.file)
        .map_or_else(Origin::default, |f| Origin {
            file: f.path().into(),
            line: f.line_column(span.start).0,
        })
}

/// A state that the gate should have kept out.
fn impossible(what: &str, span: Span) -> Box<Diagnostic> {
    let bug = Diagnostic::new(
        Code::B001,
        format!("the compiler met {what} after the gate"),
    )
    .at(span, "while it made the plan of this")
    .help("this is a bug of accordant: report it with its version and this part of the spec");
    Box::new(bug)
}
