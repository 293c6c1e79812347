//! The resolved model: what the spec says, with ids instead of names.
//!
//! It comes out of `resolve`. Every name in it is known to exist, or is poisoned (`None`, [`ExprKind::Unknown`]) and
//! already reported; rules stay silent about what is poisoned. Nothing has been judged yet: types have not been compared,
//! values not been covered. It keeps spans and knows no syntax.

mod automation;
mod circles;
mod draft;
mod expr;
mod ids;
mod lifecycle;
mod maps;
mod route;
mod row;
mod scenario;
mod sync;
mod view;
mod world;

pub use automation::{Automation, Effect, Entry, Events, Phase, StartedBy, Turn, Written};
pub use circles::circles;
pub use draft::{Clause, Draft, Part};
pub use expr::{Comparison, Expr, ExprKind, Operation};
pub use ids::{
    FieldRef, FieldsId, MapId, NormalizeId, ObjectRef, RelationId, RowId, SyncId, SystemId,
};
pub use lifecycle::{
    Lifecycle, Made, NewOwner, Pick, Rank, Stage, StageColumn, StageIdx, StageState, Through,
    Transition,
};
pub use maps::{
    Catalogued, Controller, MapEnd, MapRow, MapValue, MapValues, NormalizeRow, NormalizeTable,
    Otherwise, PicklistMap, Role, ValueUse, Within,
};
pub use route::{AssigneeKind, Branch, Lead, OperatingModel, Partition, PartitionPart, Route};
pub use row::{
    Authority, BlankPolicy, Cell, CellKind, Fallback, Lane, Row, Stated, Timing, Via, ViaKind,
};
pub use scenario::{Expectation, Moment, Scenario, Step, StepKind, Values};
pub use sync::{
    Absent, After, Arrow, DeletePolicy, End, Filter, Handoff, Key, KeyPart, Leave, Many, Mode,
    Narrowing, Order, Protect, SortKey, Sync,
};
pub use view::{FieldView, RowView, SyncView};
pub use world::{Attribute, Deferred, Relation, System, Waiver};

use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::Catalogs;
use crate::source::{FileId, Span};

/// A whole project, resolved.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Name of the project, from the manifest.
    pub project: SmolStr,
    /// The schema snapshots that all names were resolved against.
    pub catalogs: Catalogs,
    /// The systems, in the order of their declaration.
    pub systems: Vec<System>,
    /// Picklist maps.
    pub maps: Vec<PicklistMap>,
    /// Normalisation tables.
    pub normalizers: Vec<NormalizeTable>,
    /// The syncs in the order of the spec.
    pub syncs: Vec<Sync>,
    /// Many-to-many relations.
    pub relations: Vec<Relation>,
    /// Writers that are not this spec, declared ones first.
    pub automations: Vec<Automation>,
    /// How many fields automations name that no catalog has.
    pub unbound: usize,
    /// Lifecycles.
    pub lifecycles: Vec<Lifecycle>,
    /// Who gets a record that is made, in the order of the spec.
    pub routes: Vec<Route>,
    /// The operating models that the spec is held to; a sound spec has one at most.
    pub operating_models: Vec<OperatingModel>,
    /// Declarations that are resolved and kept for the docs, and that this version does not execute.
    pub deferred: Vec<Deferred>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Test blocks.
    pub scenarios: Vec<Scenario>,
    /// Values that stand beside fields outside of maps, in the order in which they were met.
    pub values: Vec<ValueUse>,
    /// Declarations that nothing refers to: what each is, its name, and the place of the name.
    pub unused: Vec<(&'static str, SmolStr, Span)>,
    /// Declarations that have lines which could not be read, or that name shared rows, syncs or keys which are unknown: what they
    /// lack may be there.
    pub incomplete: Vec<Span>,
    /// Documentation of the spec files: path and text of the `//!` lines.
    pub docs: Vec<(SmolStr, String)>,
    /// The texts of the spec files, for remedies that repeat what is written.
    pub texts: Vec<(FileId, Arc<String>)>,
}

impl Model {
    /// What is written at a place of a spec file; empty where there is no such place.
    pub fn text(&self, place: Span) -> &str {
        let text = self.texts.iter().find(|(file, _)| *file == place.file);
        let text = text.and_then(|(_, text)| text.get(place.start as usize..place.end as usize));
        text.unwrap_or_default()
    }

    /// Whether a place stands in a declaration of which a part is missing: what it lacks may be what could not be read.
    pub fn is_incomplete(&self, place: Span) -> bool {
        self.incomplete.iter().any(|whole| whole.contains(place))
    }
}
