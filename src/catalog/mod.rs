//! What each system offers: objects, fields, types, lengths, picklist values, record types, pipelines, associations.
//!
//! In come describe results, source-format metadata, property lists and our own normalised files; out go [`Catalogs`],
//! against which every name of a spec is resolved. Knows nothing of specs, and does not judge: whether a value is wrong
//! is the business of the rules.

mod field;
mod file;
mod load;
mod names;
mod object;
mod serial;
mod stored;
pub mod xml;

pub use field::{DefaultValue, Field, FieldType, Known, PickValue, Picklist};
pub use file::{Unreadable, read_text};
pub(crate) use load::topic_of;
pub use load::{BaseCatalog, Pattern, Said, SystemSource, import, lay, load, read};
pub use object::{Association, FieldIdx, Object, Pipeline, Process, RecordType, Stage};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::HashMap;
use thin_vec::thin_vec;

use crate::platform::SystemKind;
use names::Names;
use serial::{any_case, by_name, fold, is_true, yes};

/// The catalogs of all systems that a project declares, in the order of its manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogs(Vec<Catalog>);

impl Catalogs {
    /// The catalog of a declared system, by the system's name.
    pub fn get(&self, system: &str) -> Option<&Catalog> {
        self.0.iter().find(|c| c.system == system)
    }

    /// The position of a declared system's catalog.
    pub fn position(&self, system: &str) -> Option<usize> {
        self.0.iter().position(|c| c.system == system)
    }

    /// The catalog at a position.
    pub fn at(&self, position: usize) -> Option<&Catalog> {
        self.0.get(position)
    }

    /// Lets the name of an association stand for the associated record, as a reference field, wherever no field of the
    /// object has that name.
    pub fn with_associations(mut self) -> Self {
        for catalog in &mut self.0 {
            for (object, names) in catalog.objects.iter_mut().zip(&mut catalog.fields) {
                if object.associations.is_empty() {
                    continue;
                }
                for association in &object.associations {
                    if object.fields.iter().all(|f| f.name != association.name) {
                        let mut field = Field::new(association.name.clone(), FieldType::Reference);
                        field.references = thin_vec![association.to.clone()];
                        object.fields.push(field);
                    }
                }
                object.fields.sort_by(|a, b| by_name(&a.name, &b.name));
                *names = Names::of(&object.fields);
            }
        }
        self
    }

    /// The catalogs in the order of the manifest.
    pub fn iter(&self) -> impl Iterator<Item = &Catalog> {
        self.0.iter()
    }
}

impl FromIterator<Catalog> for Catalogs {
    fn from_iter<I: IntoIterator<Item = Catalog>>(catalogs: I) -> Self {
        Self(catalogs.into_iter().collect())
    }
}

/// An object of one [`Catalog`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIdx(pub u32);

/// Everything known of one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// The name that the spec and the manifest give the system.
    pub system: SmolStr,
    /// Its kind.
    pub kind: SystemKind,
    /// Objects, sorted by name without case.
    pub objects: Vec<Object>,
    /// Poisoned: a file of it was not found or could not be read, which has been reported. A name that is not found in
    /// it may well exist, so a failed lookup stays silent.
    pub missing: bool,
    /// The oldest day at which a part of it was fetched, where its files say so.
    pub fetched: Option<jiff::civil::Date>,
    /// People and groups who may own records, sorted by id.
    pub owners: Vec<Owner>,
    /// Named value sets (standard and global), sorted by name.
    pub value_sets: Vec<ValueSet>,
    /// Names and other names of objects, in lower case.
    names: HashMap<SmolStr, ObjectIdx>,
    /// By object.
    fields: Vec<Names>,
}

impl Catalog {
    /// A catalog of these objects, in any order; the later one of two of one name wins.
    pub fn new(system: impl Into<SmolStr>, kind: SystemKind, objects: Vec<Object>) -> Self {
        let mut catalog = Self {
            system: system.into(),
            kind,
            objects,
            missing: false,
            fetched: None,
            owners: Vec::new(),
            value_sets: Vec::new(),
            names: HashMap::new(),
            fields: Vec::new(),
        };
        catalog.seal();
        catalog
    }

    /// Sorts everything and rebuilds the index of names: to be called after a change of `objects`.
    pub fn seal(&mut self) {
        self.objects.sort_by(|a, b| any_case(&a.name, &b.name));
        later_wins(&mut self.objects, |a, b| {
            a.name.eq_ignore_ascii_case(&b.name)
        });
        let objects = self.objects.par_iter_mut();
        let fields = objects.map(|object| {
            object.fields.sort_by(|a, b| by_name(&a.name, &b.name));
            later_wins(&mut object.fields, |a, b| a.name == b.name);
            Names::of(&object.fields)
        });
        self.fields = fields.collect();
        let objects = || self.objects.iter().zip((0..).map(ObjectIdx));
        let own = objects().map(|(object, at)| (fold(&object.name), at));
        let mut names: HashMap<SmolStr, ObjectIdx> = own.collect();
        // a name of an object comes before an alias of another
        for (object, at) in objects() {
            for alias in &object.aliases {
                names.entry(fold(alias)).or_insert(at);
            }
        }
        self.names = names;
    }

    /// An object by its name, or by another name that means it (`contacts`), in any case.
    pub fn object(&self, name: &str) -> Option<ObjectIdx> {
        self.names.get(&fold(name)).copied()
    }

    /// The object of an index of this catalog.
    pub fn get(&self, object: ObjectIdx) -> Option<&Object> {
        self.objects.get(object.0 as usize)
    }

    /// A field by the system's own rule: Salesforce API names have no case, the others do.
    pub fn field(&self, object: ObjectIdx, name: &str) -> Option<FieldIdx> {
        let names = self.fields.get(object.0 as usize)?;
        let object = self.get(object)?;
        names.find(&object.fields, name, self.kind.profile().names)
    }
}

/// Of neighbours that are the same, keeps the last.
fn later_wins<T>(sorted: &mut Vec<T>, same: impl Fn(&T, &T) -> bool) {
    sorted.dedup_by(|later, earlier| {
        let again = same(later, earlier);
        if again {
            std::mem::swap(later, earlier);
        }
        again
    });
}

/// Someone, or some group, who may own records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The id that records carry; for a Salesforce queue of the metadata its API name.
    pub id: SmolStr,
    /// Name as people know it; may be empty.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub name: SmolStr,
    /// E-mail address; may be empty.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub email: SmolStr,
    /// What it is.
    pub kind: OwnerKind,
    /// Whether it can be given records.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
    /// The objects whose records it may own, sorted; empty where the catalog does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<SmolStr>,
}

/// What an [`Owner`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// A person.
    User,
    /// A queue of several people.
    Queue,
}

/// A named list of values that several fields may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueSet {
    /// API name.
    pub name: SmolStr,
    /// Belongs to the platform (`Industry`), not to the org.
    pub standard: bool,
    /// The values, in order.
    pub values: Vec<PickValue>,
}
