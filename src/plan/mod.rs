//! The hatch: the executable plan. It comes out of `lower`, and it is all that the runtime ever sees.
//!
//! A plan is one self-contained JSON document. Everything in it is named, nothing is numbered: an object is
//! `system.object`, a field its API name, a map and a sync their declared names. So a plan reads without the spec, and an
//! insertion changes only the lines that it adds. Knows nothing of texts, spans or catalogs.

mod automation;
mod bind;
mod case;
mod document;
mod expr;
mod identity;
mod lifecycle;
mod row;

pub use automation::{Automation, Effect, Entry, Events, Phase, Reached, StartedBy};
pub use bind::{bind, env_names};
pub use case::{Case, CaseAction, CaseStep, Expected, Moment};
pub use document::{PlanError, load, seal};
pub use expr::{Comparison, Expr, Operation};
pub use identity::{
    Absent, After, DeletePolicy, Identity, Leave, Many, MatchKey, MatchPart, Order, SortKey,
};
pub use lifecycle::{
    Found, Lifecycle, Member, Pick, Rank, StageColumn, StageMove, StageRow, StageState, Through,
};
pub use row::{Authority, BlankPolicy, Cell, Fallback, Lane, Row, Timing};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::side::{Side, Sides};
use crate::value::{Kind, Value, Wire};

/// The version of this document's form. A loader refuses a newer one.
pub const FORMAT: u32 = 1;

/// A compiled project, ready to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the document's form: [`FORMAT`].
    pub format: u32,
    /// Name of the project.
    pub project: SmolStr,
    /// Version of the language that the spec is written in.
    pub language: u32,
    /// What the plan was made from, and the hash of the document itself.
    pub hashes: Hashes,
    /// The two or more systems, by their declared names.
    pub systems: BTreeMap<SmolStr, System>,
    /// Every object that a sync reads or writes, by `system.object`.
    pub objects: BTreeMap<SmolStr, Object>,
    /// Picklist maps by name.
    pub maps: BTreeMap<SmolStr, ValueMap>,
    /// Normalisation tables by name.
    pub normalizers: BTreeMap<SmolStr, Normalizer>,
    /// The syncs, in the order in which they are executed.
    pub syncs: Vec<Sync>,
    /// The lifecycles that move clusters of records, after all syncs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycles: Vec<Lifecycle>,
    /// When a run must stop and ask.
    pub brakes: Brakes,
    /// What the systems do by themselves to these objects, as far as it is known. A run does not execute it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automations: Vec<Automation>,
    /// Objects with the fields that only automations touch: no run reads them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reacting: BTreeMap<SmolStr, Object>,
    /// What the spec declares and this version does not execute, each with the reason.
    pub not_executed: Vec<NotExecuted>,
    /// The names of the environment that were put in by [`bind`]: no part of the document.
    #[serde(skip)]
    pub bound: BTreeMap<SmolStr, SmolStr>,
}

impl Plan {
    /// The object of a side of a sync, or the hub of a lifecycle, by name: that of what one of them holds.
    pub fn object_of(&self, name: &str, side: Side) -> Option<&SmolStr> {
        let sync = self.syncs.iter().find(|s| s.name == name);
        let lifecycle = self.lifecycles.iter().find(|l| l.name == name);
        let hub = || lifecycle.and_then(Lifecycle::hub).map(|c| &c.object);
        sync.map(|s| s.objects.get(side)).or_else(hub)
    }
}

/// SHA-256 hashes in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hashes {
    /// Of all spec files, by path and content.
    pub spec: String,
    /// Of the catalogs, by system, as far as the plan's objects and fields need them.
    pub catalogs: BTreeMap<SmolStr, String>,
    /// Name and version of the tool that compiled it.
    pub tool: String,
    /// Of this document with this member empty, in canonical form.
    pub plan: String,
}

/// Where an element of the plan stands in the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Path relative to the project's root.
    pub file: SmolStr,
    /// One-based line.
    pub line: u32,
}

/// One end of the syncs: the part of its platform profile that execution needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct System {
    /// The kind as declared: `hubspot`, `salesforce`, `sqlite`, `jsonl`, `csv`.
    pub kind: SmolStr,
    /// How values are written in JSON.
    pub wire: Wire,
    /// The member or column that holds a record's id.
    pub id: SmolStr,
    /// The member that is true on a deleted record, where the system says so: positive evidence of a delete.
    pub deleted: Option<SmolStr>,
    /// The member that holds the instant of the record's last change.
    pub modified: Option<SmolStr>,
    /// The member that holds the instant of the record's creation.
    pub created: Option<SmolStr>,
    /// On a deleted record: the member that names the record it was merged into.
    pub merged_into: Option<SmolStr>,
    /// The fields in which a converted record names what it became, by object: `Lead -> {Contact: ConvertedContactId}`.
    pub converted_into: BTreeMap<SmolStr, BTreeMap<SmolStr, SmolStr>>,
    /// The member in which a record lists the records that were merged into it, where that is how the system tells a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_from: Option<SmolStr>,
    /// The field that is true once a record is converted, by object: `Lead -> IsConverted`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub converted: BTreeMap<SmolStr, SmolStr>,
    /// The field that is false once an owner has left, by object: `User -> IsActive`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub active: BTreeMap<SmolStr, SmolStr>,
}

/// An object of one system with all fields that the plan touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The system's declared name.
    pub system: SmolStr,
    /// The object's API name.
    pub name: SmolStr,
    /// The member that holds the instant of the last change, where this object has another than the system's others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<SmolStr>,
    /// The member that holds the instant of the creation, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<SmolStr>,
    /// The fields by API name.
    pub fields: BTreeMap<SmolStr, Field>,
}

/// A field: its kind, and which values the platform stores alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The scalar kind of its values.
    pub kind: Kind,
    /// When two of its values are equal.
    #[serde(default, skip_serializing_if = "Equality::is_exact")]
    pub equality: Equality,
    /// Longest text that the platform takes, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Most digits of a number before its decimal point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// Numbers with decimal places are refused, not rounded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// The only values that the platform takes, where it refuses others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<SmolStr>>,
    /// A create without it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// A box, which the platform never leaves blank: what is not ticked is stored as false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub boxed: bool,
    /// A write that would move it backwards is silently ignored; its values in forward order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_only: Option<Vec<SmolStr>>,
}

/// The kernel of what a platform does to a value that it stores: values with one normal form are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Equality {
    /// Leading and trailing blanks do not count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trim: bool,
    /// Case does not count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fold_case: bool,
    /// `\r\n` and `\n` are one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub line_ends: bool,
    /// Numbers count to this many decimal places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// Instants count in whole seconds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole_seconds: bool,
}

impl Equality {
    /// Whether values are equal only if they are the same.
    pub fn is_exact(&self) -> bool {
        *self == Self::default()
    }
}

/// A picklist map: a lens between the values of two sides.
///
/// `forward` takes left values, `backward` right values. A value in neither meets `otherwise` of its direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ValueMap {
    /// Where it is declared.
    pub origin: Origin,
    /// From a left value to the right value that is written for it.
    pub forward: BTreeMap<SmolStr, Value>,
    /// From a right value to the left value that is written for it.
    pub backward: BTreeMap<SmolStr, Value>,
    /// What a value in no row becomes, by the side that it comes from.
    pub otherwise: Sides<Option<Fallback>>,
    /// For dependent picklists: the rows of `forward` and `backward` are keyed `controlling value`, U+001F, `value`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub within: bool,
}

/// A normalisation table: variants to their one spelling. Idempotent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Normalizer {
    /// Where it is declared.
    pub origin: Origin,
    /// Case does not count in looking a variant up.
    pub ignore_case: bool,
    /// Punctuation and white space do not count.
    pub ignore_punctuation: bool,
    /// Accents do not count.
    pub ignore_accents: bool,
    /// From a variant, folded as said above, to its spelling. Every spelling is its own variant.
    pub table: BTreeMap<SmolStr, SmolStr>,
    /// What a text in no row becomes.
    pub otherwise: Fallback,
}

/// One pair of objects that stay one truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// The declared name.
    pub name: SmolStr,
    /// Where it is declared.
    pub origin: Origin,
    /// The pair, as keys of [`Plan::objects`].
    pub objects: Sides<SmolStr>,
    /// What is done with the records of the pair.
    pub mode: Mode,
    /// Which sides are ever written.
    pub writes_side: Sides<bool>,
    /// Syncs that share an object and therefore its links: a record is linked at most once among them.
    pub link_group: Sides<SmolStr>,
    /// How records of both sides are recognised as one, made, and given up.
    pub identity: Identity,
    /// The field rows, in the order of the spec.
    pub rows: Vec<Row>,
    /// Fields that nothing may write, and those that may be written once.
    pub protected: Sides<Vec<Protected>>,
    /// All fields that this sync may ever write, sorted: the runtime refuses any other.
    pub write_set: Sides<Vec<SmolStr>>,
}

/// What a sync does with its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Matched, linked, merged field by field.
    Merge,
    /// Recognised as one, never written.
    LinkOnly,
    /// Written once, never matched, never updated.
    AppendOnly,
}

/// A field that is protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Protected {
    /// The field's API name.
    pub field: SmolStr,
    /// It may be written in the create, and never again.
    pub after_create: bool,
}

/// Limits of one run. Beyond one of them the run stops before the first write that would pass it (R014).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Brakes {
    /// Records archived or deleted: at least this many are always allowed.
    pub deletes_floor: u64,
    /// Records archived or deleted, as a share of the links in thousandths; the larger of both limits holds.
    pub deletes_per_mille: u64,
    /// Records created on one side; none where unlimited.
    pub creates: Option<u64>,
    /// Records changed on one side; none where unlimited.
    pub changes: Option<u64>,
}

impl Default for Brakes {
    /// Ten deletes or 0.5 % of the links; creates and changes unlimited.
    fn default() -> Self {
        Self {
            deletes_floor: 10,
            deletes_per_mille: 5,
            creates: None,
            changes: None,
        }
    }
}

/// A declaration that this version compiles and does not execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotExecuted {
    /// The construct: `lifecycle`, `route`, `relation`.
    pub construct: SmolStr,
    /// Its declared name.
    pub name: SmolStr,
    /// Where it is declared.
    pub origin: Origin,
    /// What happens instead, in words.
    pub reason: String,
}
