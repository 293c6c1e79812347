//! Objects: fields and what hangs on them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::field::{Field, Known};
use super::serial::{any_case, by_name, is_false, is_true, yes};

/// A field of one [`Object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldIdx(pub u32);

/// One object of a system: a Salesforce object, a HubSpot object type, a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// API name, as the system spells it; singular for HubSpot's standard objects (`contact`).
    pub name: SmolStr,
    /// What people see; may be empty.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub label: SmolStr,
    /// Other names that mean this object, in lower case, sorted: plurals, type ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<SmolStr>,
    /// Not part of the platform's standard schema.
    #[serde(default, skip_serializing_if = "is_false")]
    pub custom: bool,
    /// Whether records can be created by API.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub creatable: bool,
    /// Whether records can be updated by API.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub updatable: bool,
    /// Whether records can be deleted or archived by API.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub deletable: bool,
    /// The strongest source that mentions it.
    #[serde(default, skip_serializing_if = "Known::is_catalog")]
    pub known: Known,
    /// The file that described it: a path relative to the project's root, or `base:...`.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub origin: SmolStr,
    /// Fields, sorted by name without case, then exactly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Record types, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record_types: Vec<RecordType>,
    /// Sales, lead and support processes, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<Process>,
    /// Pipelines with their stages, in the order of the system. Salesforce has one, named after the field that holds the
    /// stage (`StageName`, `Status`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipelines: Vec<Pipeline>,
    /// Associations to other objects, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<Association>,
}

impl Object {
    /// An object without fields, of which records can be created, updated and deleted.
    pub fn new(name: impl Into<SmolStr>) -> Self {
        Self {
            name: name.into(),
            label: SmolStr::default(),
            aliases: Vec::new(),
            custom: false,
            creatable: true,
            updatable: true,
            deletable: true,
            known: Known::Catalog,
            origin: SmolStr::default(),
            fields: Vec::new(),
            record_types: Vec::new(),
            processes: Vec::new(),
            pipelines: Vec::new(),
            associations: Vec::new(),
        }
    }

    /// A field by its exact name. Systems whose names have no case are asked through
    /// [`Catalog::field`](super::Catalog::field).
    pub fn field(&self, name: &str) -> Option<FieldIdx> {
        let at = self
            .fields
            .binary_search_by(|f| by_name(&f.name, name))
            .ok()?;
        Some(FieldIdx(at as u32))
    }

    /// A field by its name in any case; the exact spelling first where several differ in case only.
    pub fn field_any_case(&self, name: &str) -> Option<FieldIdx> {
        let first = self
            .fields
            .partition_point(|f| any_case(&f.name, name) == Ordering::Less);
        let mut alike = self
            .fields
            .iter()
            .skip(first)
            .take_while(|f| f.name.eq_ignore_ascii_case(name));
        let exact = alike.clone().position(|f| f.name == name).unwrap_or(0);
        alike.nth(exact).map(|_| FieldIdx((first + exact) as u32))
    }

    /// The field of an index of this object.
    pub fn get(&self, field: FieldIdx) -> Option<&Field> {
        self.fields.get(field.0 as usize)
    }

    /// A record type by its API name, in any case.
    pub fn record_type(&self, name: &str) -> Option<&RecordType> {
        self.record_types
            .iter()
            .find(|r| r.name.eq_ignore_ascii_case(name))
    }

    /// A pipeline by its id.
    pub fn pipeline(&self, id: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|p| p.id == id)
    }

    /// A stage by its id, in any pipeline.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.pipelines.iter().find_map(|p| p.stage(id))
    }

    /// An association by the name that a spec writes: the other object's name, or a label's name.
    pub fn association(&self, name: &str) -> Option<&Association> {
        self.associations
            .iter()
            .find(|a| a.name.eq_ignore_ascii_case(name))
    }
}

/// A record type, and the picklist values that it allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordType {
    /// API name.
    pub name: SmolStr,
    /// The org's id of it, which is what records hold, where the catalog says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SmolStr>,
    /// What people see.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub label: SmolStr,
    /// Whether new records may have it.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
    /// The process that narrows its stages or statuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<SmolStr>,
    /// Field -> the values it allows. A picklist that is not listed is not narrowed, as far as the catalog knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub picklists: BTreeMap<SmolStr, Vec<SmolStr>>,
}

/// A sales, lead or support process: the stages or statuses that record types of it allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// API name.
    pub name: SmolStr,
    /// Whether it is in use.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
    /// The stages or statuses, in order.
    pub values: Vec<SmolStr>,
}

/// A pipeline: an ordered list of stages that a record passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The id that records carry.
    pub id: SmolStr,
    /// What people see.
    pub label: SmolStr,
    /// Stages in their order.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// A stage by its id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == id)
    }
}

/// One stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The id that records carry.
    pub id: SmolStr,
    /// What people see.
    pub label: SmolStr,
    /// Records in it are done, won or lost.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// Records in it are won, or converted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub won: bool,
    /// The chance to win, in whole percent, where the pipeline has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<u8>,
}

/// A way from records of one object to associated records of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Association {
    /// What a spec writes: the other object's name, or the API name of a labelled association.
    pub name: SmolStr,
    /// The other object.
    pub to: SmolStr,
    /// The platform's type id, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u32>,
    /// The label in words, of a labelled association.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<SmolStr>,
}
