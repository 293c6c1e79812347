//! What one file says of objects and fields, before it is merged: everything may be left unsaid.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::catalog::field::{DefaultValue, Field, FieldType, Known, Picklist};
use crate::catalog::object::{Association, Object, Pipeline, Process, RecordType};
use crate::catalog::{Owner, ValueSet};

/// What a file says of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldDraft {
    pub name: SmolStr,
    /// The file says all that there is to say: what it leaves unsaid is not so.
    pub whole: bool,
    pub label: Option<SmolStr>,
    pub ty: Option<FieldType>,
    pub length: Option<u32>,
    pub precision: Option<u8>,
    pub scale: Option<u8>,
    pub required: Option<bool>,
    pub nillable: Option<bool>,
    pub creatable: Option<bool>,
    pub updatable: Option<bool>,
    pub unique: Option<bool>,
    pub external_id: Option<bool>,
    pub id_lookup: Option<bool>,
    pub case_sensitive: Option<bool>,
    pub calculated: Option<bool>,
    pub formula: Option<Box<str>>,
    pub hidden: Option<bool>,
    pub custom: Option<bool>,
    pub references: Option<ThinVec<SmolStr>>,
    pub relationship: Option<Box<str>>,
    pub picklist: Option<Picklist>,
    /// The named value set that holds the values; those of `picklist` then only say what controls them.
    pub value_set: Option<SmolStr>,
    pub default: Option<DefaultValue>,
    /// Where the file speaks of it.
    pub at: usize,
}

fn say<T>(target: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *target = said;
    }
}

impl FieldDraft {
    /// The field as it is after this file, given what earlier files said of it.
    pub fn over(self, earlier: Option<Field>, known: Known) -> Field {
        let known = earlier.as_ref().map_or(known, |e| e.known.max(known));
        let kept = if self.whole { None } else { earlier };
        let mut field =
            kept.unwrap_or_else(|| Field::new(self.name, FieldType::Unknown("unstated".into())));
        field.known = known;
        say(&mut field.label, self.label);
        say(&mut field.ty, self.ty);
        field.length = self.length.or(field.length);
        field.precision = self.precision.or(field.precision);
        field.scale = self.scale.or(field.scale);
        say(&mut field.required, self.required);
        say(&mut field.nillable, self.nillable);
        say(&mut field.creatable, self.creatable);
        say(&mut field.updatable, self.updatable);
        say(&mut field.unique, self.unique);
        say(&mut field.external_id, self.external_id);
        say(&mut field.id_lookup, self.id_lookup);
        say(&mut field.case_sensitive, self.case_sensitive);
        say(&mut field.calculated, self.calculated);
        say(&mut field.hidden, self.hidden);
        say(&mut field.custom, self.custom);
        say(&mut field.references, self.references);
        field.formula = self.formula.or(field.formula);
        field.relationship = self.relationship.or(field.relationship);
        field.picklist = self.picklist.map(Box::new).or(field.picklist);
        field.default = self.default.map(Box::new).or(field.default);
        field
    }
}

/// Fields of one file: drafts, or fields that need no merging (our own form).
#[derive(Debug)]
pub(super) enum Fields {
    Drafts(Vec<FieldDraft>),
    Ready(Vec<Field>),
}

/// What a file says of an object.
#[derive(Debug)]
pub(super) struct ObjectDraft {
    pub name: SmolStr,
    pub label: Option<SmolStr>,
    pub aliases: Vec<SmolStr>,
    pub custom: Option<bool>,
    pub creatable: Option<bool>,
    pub updatable: Option<bool>,
    pub deletable: Option<bool>,
    pub known: Known,
    pub origin: SmolStr,
    pub fields: Fields,
    pub record_types: Vec<RecordType>,
    pub processes: Vec<Process>,
    pub pipelines: Option<Vec<Pipeline>>,
    pub associations: Vec<Association>,
}

impl ObjectDraft {
    /// A draft that says nothing but the name.
    pub fn new(name: impl Into<SmolStr>, known: Known) -> Self {
        Self {
            name: name.into(),
            label: None,
            aliases: Vec::new(),
            custom: None,
            creatable: None,
            updatable: None,
            deletable: None,
            known,
            origin: SmolStr::default(),
            fields: Fields::Drafts(Vec::new()),
            record_types: Vec::new(),
            processes: Vec::new(),
            pipelines: None,
            associations: Vec::new(),
        }
    }

    /// The draft with these fields.
    pub fn with(mut self, fields: Vec<FieldDraft>) -> Self {
        self.fields = Fields::Drafts(fields);
        self
    }

    /// A whole object of our own form.
    pub fn ready(object: Object, origin: &str) -> Self {
        Self {
            name: object.name,
            label: Some(object.label).filter(|l| !l.is_empty()),
            aliases: object.aliases,
            custom: Some(object.custom),
            creatable: Some(object.creatable),
            updatable: Some(object.updatable),
            deletable: Some(object.deletable),
            known: object.known,
            origin: if object.origin.is_empty() {
                origin.into()
            } else {
                object.origin
            },
            fields: Fields::Ready(object.fields),
            record_types: object.record_types,
            processes: object.processes,
            pipelines: (!object.pipelines.is_empty()).then_some(object.pipelines),
            associations: object.associations,
        }
    }

    /// Whether it speaks of fields.
    pub fn has_fields(&self) -> bool {
        match &self.fields {
            Fields::Drafts(drafts) => !drafts.is_empty(),
            Fields::Ready(fields) => !fields.is_empty(),
        }
    }
}

/// All that one file says.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub objects: Vec<ObjectDraft>,
    pub owners: Vec<Owner>,
    pub value_sets: Vec<ValueSet>,
    /// Stages of objects that other files describe.
    pub stages: Vec<(SmolStr, Pipeline)>,
    pub fetched: Option<jiff::civil::Date>,
    pub troubles: Vec<Trouble>,
}

/// Something wrong with a file: what, at which byte, and what to do.
#[derive(Debug)]
pub(super) struct Trouble {
    pub code: crate::diagnostic::Code,
    pub message: String,
    pub at: usize,
    pub help: &'static str,
}
