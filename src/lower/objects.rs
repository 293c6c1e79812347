//! Systems and objects: the part of profiles and catalogs that execution needs, for exactly the fields that are touched.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Cx;
use crate::catalog::FieldType;
use crate::model::{FieldRef, FieldView, Mode};
use crate::plan::{Equality, Field, Object, System};
use crate::platform::{Case, LineEnds, Merged, Precision, Trim, UnknownValue};
use crate::side::Side;
use crate::value::Kind;

impl Cx<'_> {
    /// Every touched object with its touched fields, those of conversions included.
    pub fn lower_objects(&mut self) -> BTreeMap<SmolStr, Object> {
        self.touch_conversions();
        self.touch_merges();
        let mut objects = BTreeMap::new();
        for (id, fields) in &self.touched {
            let (Some(system), Some(object)) = (
                self.model.systems.get(id.system.index()),
                self.model.object(*id),
            ) else {
                continue;
            };
            let usual = system.profile.marks("");
            let marks = system.profile.marks(&object.name);
            let other = |own: Option<&str>, usual: Option<&str>| {
                own.filter(|o| Some(*o) != usual).map(SmolStr::new)
            };
            let fields = fields
                .iter()
                .filter(|f| !self.is_member(**f))
                .filter_map(|f| self.model.field(*f))
                .map(|f| (f.field.name.clone(), field(f)));
            let entry = Object {
                system: system.name.node.clone(),
                name: object.name.clone(),
                modified: other(marks.map(|m| m.modified), usual.map(|m| m.modified)),
                created: other(marks.map(|m| m.created), usual.map(|m| m.created)),
                fields: fields.collect(),
            };
            objects.insert(self.model.object_name(*id), entry);
        }
        objects
    }

    /// The fields that name what a record became, for syncs whose links follow a conversion.
    fn touch_conversions(&mut self) {
        let model = self.model;
        for sync in model.syncs.iter().filter(|s| s.converts_to.is_some()) {
            let Some(from) = sync.ends.right.object else {
                continue;
            };
            let target = sync.converts_to.as_ref().map(|s| s.node.index());
            let to = target
                .and_then(|t| model.syncs.get(t))
                .and_then(|s| model.object(s.ends.right.object?));
            let conversion = model
                .systems
                .get(from.system.index())
                .and_then(|s| s.profile.conversion);
            let became = conversion.iter().flat_map(|c| c.became);
            let names = became.filter(|(object, _)| to.is_some_and(|o| o.name == *object));
            for (_, name) in names {
                let field = model.object(from).and_then(|o| o.field(name));
                if let Some(field) = field {
                    self.field(FieldRef {
                        object: from,
                        field,
                    });
                }
            }
        }
    }

    /// The fields in which records list what was merged into them, of objects whose records are linked.
    fn touch_merges(&mut self) {
        let model = self.model;
        for sync in model.syncs.iter().filter(|s| s.mode != Mode::AppendOnly) {
            for id in Side::BOTH.iter().filter_map(|s| sync.ends.get(*s).object) {
                let system = model.systems.get(id.system.index());
                let Some(Merged::From(name)) = system.map(|s| s.profile.merged) else {
                    continue;
                };
                if let Some(field) = model.object(id).and_then(|o| o.field(name)) {
                    self.field(FieldRef { object: id, field });
                }
            }
        }
    }

    /// The systems that touched objects belong to.
    pub fn lower_systems(&self) -> BTreeMap<SmolStr, System> {
        let used = self.touched.keys().map(|o| o.system);
        let mut systems = BTreeMap::new();
        for system in used.filter_map(|id| self.model.systems.get(id.index())) {
            let profile = system.profile;
            let marks = profile.marks("");
            let converted_into = profile
                .conversion
                .iter()
                .map(|c| {
                    let became = c.became.iter().map(|(o, f)| ((*o).into(), (*f).into()));
                    (c.object.into(), became.collect())
                })
                .collect();
            let entry = System {
                kind: system.kind.to_string().into(),
                wire: profile.wire,
                id: profile.id.into(),
                deleted: profile.deleted.map(SmolStr::new),
                modified: marks.map(|m| m.modified.into()),
                created: marks.map(|m| m.created.into()),
                merged_into: match profile.merged {
                    Merged::Into(field) => Some(field.into()),
                    Merged::From(_) | Merged::Never => None,
                },
                converted_into,
                merged_from: match profile.merged {
                    Merged::From(field) => Some(field.into()),
                    Merged::Into(_) | Merged::Never => None,
                },
                converted: profile
                    .conversion
                    .iter()
                    .map(|c| (c.object.into(), c.flag.into()))
                    .collect(),
                active: profile
                    .active
                    .iter()
                    .map(|(object, flag)| ((*object).into(), (*flag).into()))
                    .collect(),
            };
            systems.insert(system.name.node.clone(), entry);
        }
        systems
    }

    /// Which values of a field the platform stores alike.
    pub fn equality(&self, id: FieldRef) -> Option<Equality> {
        self.model.field(id).map(equality)
    }
}

/// A rule of the profile counts only for values of the kind that it is about.
fn equality(view: FieldView<'_>) -> Equality {
    let stored = view.field.stored(view.system.profile, &view.object.name);
    let kind = view.kind();
    let text = matches!(kind, Kind::Text | Kind::Set);
    Equality {
        trim: text && stored.trim == Trim::Both,
        fold_case: text && stored.case == Case::Lower,
        line_ends: text && stored.line_ends == LineEnds::Alike,
        scale: stored.scale.filter(|_| kind == Kind::Number),
        whole_seconds: kind == Kind::DateTime && stored.precision == Precision::Second,
    }
}

fn field(view: FieldView<'_>) -> Field {
    let profile = view.system.profile;
    let kind = view.kind();
    let names = |active_only: bool| -> Vec<SmolStr> {
        let mut names: Vec<SmolStr> = Vec::new();
        let values = view.field.options().into_iter().flat_map(|p| &p.values);
        for value in values.filter(|v| v.active || !active_only) {
            if !names.contains(&value.value) {
                names.push(value.value.clone());
            }
        }
        names
    };
    let closed = view.field.unknown_value(profile) == Some(UnknownValue::Rejects)
        && matches!(kind, Kind::Text | Kind::Set);
    let places = view.field.scale.unwrap_or(0);
    let digits = view.field.precision.map(|all| all.saturating_sub(places));
    Field {
        kind,
        equality: equality(view),
        length: view
            .field
            .text_limit(profile)
            .filter(|_| kind == Kind::Text),
        digits: digits.filter(|_| kind == Kind::Number),
        whole: view.field.ty == FieldType::Integer,
        only: Some(names(true)).filter(|n| closed && !n.is_empty()),
        required: view.field.required,
        boxed: view.is_box(),
        forward_only: profile
            .refuses_backwards(&view.object.name, &view.field.name)
            .then(|| names(false)),
    }
}
