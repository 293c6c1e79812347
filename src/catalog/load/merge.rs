//! Drafts laid over each other until they are a catalog.

use std::collections::{BTreeMap, HashMap};

use smol_str::SmolStr;

use super::draft::{FieldDraft, Fields, ObjectDraft};
use super::{BaseCatalog, Said, SaidBy, SystemSource, base, report, stages};
use crate::catalog::field::{Field, FieldType, Known, PickValue, Picklist};
use crate::catalog::object::{Object, Pipeline, RecordType};
use crate::catalog::serial::fold;
use crate::catalog::{Catalog, DefaultValue, Owner, ValueSet};
use crate::diagnostic::{Code, Sink};
use crate::platform::SystemKind;
use crate::source::Sources;

/// A catalog under construction.
pub(super) struct Builder<'a> {
    system: &'a SystemSource,
    said: Said,
    objects: BTreeMap<SmolStr, Object>,
    owners: BTreeMap<SmolStr, Owner>,
    sets: BTreeMap<SmolStr, ValueSet>,
    /// Stages of objects that other files describe, with the files that list them.
    stages: Vec<(SmolStr, Pipeline, SmolStr)>,
    fetched: Option<jiff::civil::Date>,
    missing: bool,
}

impl<'a> Builder<'a> {
    /// The base catalog of a system, where it wants one, and what its files say of no object.
    pub fn new(system: &'a SystemSource, said: Said) -> Self {
        let mut builder = Self {
            system,
            said,
            objects: BTreeMap::new(),
            owners: BTreeMap::new(),
            sets: BTreeMap::new(),
            stages: Vec::new(),
            fetched: None,
            missing: false,
        };
        if system.base != BaseCatalog::None {
            let standard = base::standard(system.kind).into_iter();
            builder.objects = standard.map(|o| (fold(&o.name), o)).collect();
        }
        for SaidBy { path, draft, .. } in &mut builder.said.files {
            let fetched = [builder.fetched, draft.fetched];
            builder.fetched = fetched.into_iter().flatten().min();
            let owners = std::mem::take(&mut draft.owners).into_iter();
            builder.owners.extend(owners.map(|o| (o.id.clone(), o)));
            let sets = std::mem::take(&mut draft.value_sets).into_iter();
            builder.sets.extend(sets.map(|s| (s.name.clone(), s)));
            let stages = std::mem::take(&mut draft.stages).into_iter();
            let by = SmolStr::new(path.as_str());
            builder
                .stages
                .extend(stages.map(|(object, stages)| (object, stages, by.clone())));
        }
        builder
    }

    /// Reports what is wrong with the files, and whether that leaves names unknown.
    pub fn report(&mut self, sources: &mut Sources, sink: &mut Sink) {
        let (name, said) = (&self.system.name, &self.said);
        for pattern in &said.unmatched {
            report::unmatched(pattern, name, sink);
        }
        report::troubles(&said.files, sources, sink);
        let mut troubles = said.files.iter().flat_map(|f| &f.draft.troubles);
        self.missing = !said.unmatched.is_empty()
            || self.system.base == BaseCatalog::Unread
            || troubles.any(|t| t.code == Code::M007);
        let silent = said.files.iter().all(|f| f.draft.objects.is_empty());
        if silent && !self.missing && self.objects.is_empty() {
            self.missing = true;
            report::no_catalog(name, sink);
        }
        report::unlisted(&said.files, &self.sets, sources, sink);
    }

    /// Lays what the files say of objects over it, in their order, and draws the conclusions that need all of them.
    pub fn finish(mut self) -> Catalog {
        let files = std::mem::take(&mut self.said.files);
        let called = called(&files);
        for said in files {
            for mut draft in said.draft.objects {
                if let Some(name) = called.get(&fold(&draft.name)) {
                    draft.name = name.clone();
                }
                self.object(draft);
            }
        }
        self.standard_sets();
        for (name, pipeline, by) in std::mem::take(&mut self.stages) {
            if let Some(object) = self.objects.get_mut(&fold(&name)) {
                object.pipelines = vec![pipeline];
                if base::is_origin(&object.origin) {
                    object.origin = by;
                }
            }
        }
        self.objects.values_mut().for_each(stages::narrow);
        self.objects.values_mut().for_each(stages::fill);
        self.activities();
        let SystemSource {
            name, kind, base, ..
        } = self.system;
        if *base != BaseCatalog::None && *kind == SystemKind::Salesforce {
            self.objects
                .values_mut()
                .filter(|o| o.known == Known::Metadata)
                .for_each(base::system_fields);
        }
        let objects = self.objects.into_values().collect();
        let mut catalog = Catalog::new(name.clone(), *kind, objects);
        catalog.missing = self.missing;
        catalog.fetched = self.fetched;
        catalog.owners = self.owners.into_values().collect();
        catalog.value_sets = self.sets.into_values().collect();
        catalog
    }

    fn object(&mut self, draft: ObjectDraft) {
        let sets = &self.sets;
        let object = self
            .objects
            .entry(fold(&draft.name))
            .or_insert_with(|| Object {
                known: draft.known,
                custom: self.system.kind == SystemKind::Salesforce && draft.name.contains("__"),
                ..Object::new(draft.name.clone())
            });
        // Pipelines and associations alone do not say what fields there are.
        if draft.has_fields() || draft.known == Known::Metadata {
            object.known = object.known.max(draft.known);
        }
        if let Some(label) = draft.label {
            object.label = label;
        }
        object.aliases.extend(draft.aliases);
        object.aliases.sort_unstable();
        object.aliases.dedup();
        object.custom = draft.custom.unwrap_or(object.custom);
        object.creatable = draft.creatable.unwrap_or(object.creatable);
        object.updatable = draft.updatable.unwrap_or(object.updatable);
        object.deletable = draft.deletable.unwrap_or(object.deletable);
        // the folder of a part says no more than the object's own file in it
        if !draft.origin.is_empty() && !object.origin.starts_with(&*draft.origin) {
            object.origin = draft.origin;
        }
        for record_type in draft.record_types {
            lay_record_type(&mut object.record_types, record_type);
        }
        object.record_types.sort_by(|a, b| a.name.cmp(&b.name));
        for process in draft.processes {
            object.processes.retain(|p| p.name != process.name);
            object.processes.push(process);
        }
        object.processes.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pipelines) = draft.pipelines {
            object.pipelines = pipelines;
        }
        for association in draft.associations {
            object.associations.retain(|a| a.name != association.name);
            object.associations.push(association);
        }
        object.associations.sort_by(|a, b| a.name.cmp(&b.name));
        let exact = self.system.kind != SystemKind::Salesforce;
        match draft.fields {
            Fields::Ready(fields) if object.fields.is_empty() => object.fields = fields,
            Fields::Ready(fields) => lay(&mut object.fields, fields, exact, |f| &f.name, |f, _| f),
            Fields::Drafts(drafts) => {
                let known = draft.known;
                let over = |d: FieldDraft, earlier| lay_field(d, earlier, known, sets);
                lay(&mut object.fields, drafts, exact, |d| &d.name, over);
            }
        }
    }

    /// The platform's value sets become the values of the standard fields that use them.
    fn standard_sets(&mut self) {
        for (set, object, field) in base::STANDARD_SETS {
            let Some(values) = self
                .sets
                .get(*set)
                .filter(|s| s.standard)
                .map(|s| s.values.clone())
            else {
                continue;
            };
            let object = self.objects.get_mut(&fold(object));
            let found = object.and_then(|o| {
                o.fields
                    .iter_mut()
                    .find(|f| f.name.eq_ignore_ascii_case(field))
            });
            // What a describe says of the values is more than what the set says.
            if let Some(field) = found.filter(|f| f.known != Known::Catalog) {
                let external = field.ty == FieldType::Combobox;
                field
                    .picklist
                    .get_or_insert_with(|| {
                        Box::new(Picklist {
                            external,
                            ..Picklist::default()
                        })
                    })
                    .values = values;
            }
        }
        let is_standard = |set: &str| self.sets.get(set).is_some_and(|s| s.standard);
        if !is_standard("Country") && !is_standard("State") {
            return;
        }
        for object in self.objects.values_mut() {
            for field in object
                .fields
                .iter_mut()
                .filter(|f| f.known != Known::Catalog && !f.custom)
            {
                let (set, controller) = match &*field.name {
                    n if n.ends_with("CountryCode") => ("Country", None),
                    n if n.ends_with("StateCode") => {
                        ("State", Some(n.replace("State", "Country").into()))
                    }
                    _ => continue,
                };
                let Some(set) = self.sets.get(set).filter(|s| s.standard) else {
                    continue;
                };
                field.ty = FieldType::Picklist;
                let values = set.values.clone();
                field.picklist = Some(Box::new(Picklist {
                    values,
                    controller,
                    restricted: true,
                    external: false,
                }));
            }
        }
    }

    /// Custom fields of tasks and events are declared on `Activity`.
    fn activities(&mut self) {
        let Some(shared) = self
            .objects
            .get("activity")
            .filter(|_| self.system.kind == SystemKind::Salesforce)
        else {
            return;
        };
        let shared: Vec<Field> = shared.fields.iter().filter(|f| f.custom).cloned().collect();
        for name in ["task", "event"] {
            let Some(object) = self.objects.get_mut(name) else {
                continue;
            };
            let missing = shared.iter().filter(|s| {
                !object
                    .fields
                    .iter()
                    .any(|f| f.name.eq_ignore_ascii_case(&s.name))
            });
            let missing: Vec<Field> = missing.cloned().collect();
            object.fields.extend(missing);
        }
    }
}

/// The names of objects by their other names, as far as files state them: the properties of a custom object may be in a file that
/// is named after its type.
fn called(files: &[SaidBy]) -> BTreeMap<SmolStr, SmolStr> {
    let drafts = files.iter().flat_map(|f| &f.draft.objects);
    let names = drafts.flat_map(|d| d.aliases.iter().map(|a| (fold(a), d.name.clone())));
    names.collect()
}

/// Lays items over fields: an item meets the field of its name, if there is one.
fn lay<T>(
    fields: &mut Vec<Field>,
    items: Vec<T>,
    exact: bool,
    name: impl Fn(&T) -> &SmolStr,
    mut over: impl FnMut(T, Option<Field>) -> Field,
) {
    let key = |name: &SmolStr| if exact { name.clone() } else { fold(name) };
    let mut places: HashMap<SmolStr, usize> = fields
        .iter()
        .enumerate()
        .map(|(i, f)| (key(&f.name), i))
        .collect();
    for item in items {
        let key = key(name(&item));
        if let Some(slot) = places.get(&key).and_then(|i| fields.get_mut(*i)) {
            let earlier = std::mem::replace(slot, Field::new("", FieldType::Text));
            *slot = over(item, Some(earlier));
        } else {
            places.insert(key, fields.len());
            fields.push(over(item, None));
        }
    }
}

fn lay_field(
    mut draft: FieldDraft,
    earlier: Option<Field>,
    known: Known,
    sets: &BTreeMap<SmolStr, ValueSet>,
) -> Field {
    if let Some(name) = draft.value_set.take() {
        let picklist = draft.picklist.get_or_insert_default();
        match sets.get(&name) {
            Some(set) => picklist.values = with_controls(&set.values, &picklist.values),
            None => picklist.external = true,
        }
    }
    if !draft.whole
        && let Some(earlier) = &earlier
        && !matches!(earlier.ty, FieldType::Unknown(_))
    {
        // Metadata name the types of standard fields loosely: a Combobox is a Picklist there.
        draft.ty = None;
    }
    let mut field = draft.over(earlier, known);
    if let Some(picklist) = &field.picklist
        && field.default.is_none()
        && let Some(value) = picklist.values.iter().find(|v| v.default)
    {
        field.default = Some(Box::new(DefaultValue::Value(value.value.clone())));
    }
    field
}

/// The values of a set, with what the field says of the values that control them.
fn with_controls(values: &[PickValue], controls: &[PickValue]) -> Vec<PickValue> {
    let control = |v: &PickValue| {
        controls
            .iter()
            .find(|c| c.value == v.value)
            .map(|c| c.valid_for.clone())
    };
    values
        .iter()
        .map(|v| PickValue {
            valid_for: control(v).unwrap_or_default(),
            ..v.clone()
        })
        .collect()
}

/// A describe names record types, metadata say what they allow: neither takes from the other.
fn lay_record_type(all: &mut Vec<RecordType>, mut new: RecordType) {
    if let Some(at) = all
        .iter()
        .position(|r| r.name.eq_ignore_ascii_case(&new.name))
    {
        let earlier = all.swap_remove(at);
        new.process = new.process.or(earlier.process);
        new.id = new.id.or(earlier.id);
        if new.picklists.is_empty() {
            new.picklists = earlier.picklists;
        }
    }
    all.push(new);
}
