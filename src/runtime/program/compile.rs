//! From a plan to a program. Every name that leads nowhere is a contradiction of the plan, told as such.

mod exprs;
mod syncs;

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smol_str::SmolStr;

use super::Program;
use super::eval::{Source, Spellings, Table};
use super::lifecycle::tell_syncs;
use crate::plan::{self, Plan, PlanError};
use crate::runtime::fingerprint::Fingerprint;
use crate::runtime::{Lookup as Unique, Meta, ObjectId, Presence, Shape, Slot};
use crate::side::Side;
use crate::value::library::{Function, function};
use exprs::{spellings, table};

pub(super) use exprs::Place;

pub(super) type Done<T> = Result<T, PlanError>;

/// Finds a function by its name.
pub type Functions = fn(&str) -> Option<&'static Function>;

pub(super) fn inconsistent<T>(reason: String) -> Done<T> {
    Err(PlanError::Inconsistent { reason })
}

/// Compiles a plan. Refuses one whose parts do not fit together, or that would write what it promises not to.
pub fn compile(plan: &Plan) -> Done<Program> {
    let mut compiler = Compiler::new(plan, function)?;
    let mut syncs = Vec::with_capacity(plan.syncs.len());
    for sync in &plan.syncs {
        syncs.push(compiler.sync(sync)?);
    }
    for (at, sync) in plan.syncs.iter().enumerate() {
        for name in &sync.identity.yields_to {
            let target = compiler.sync_index(name)?;
            let own = syncs.get(at).map(|s| s.met_related.clone());
            if let Some(target) = syncs.get_mut(usize::from(target)) {
                target.joiners.push(index(at)?);
                extend(&mut target.met_related, &own.unwrap_or_default());
            }
        }
    }
    let mut lifecycles = Vec::with_capacity(plan.lifecycles.len());
    for lifecycle in &plan.lifecycles {
        lifecycles.push(compiler.lifecycle(lifecycle)?);
    }
    tell_syncs(&lifecycles, &mut syncs);
    Ok(Program {
        project: plan.project.clone(),
        hash: plan.hashes.plan.clone(),
        edition: edition(plan),
        shapes: compiler.shapes,
        syncs,
        lifecycles,
        brakes: plan.brakes,
        not_executed: plan.not_executed.clone(),
    })
}

fn edition(plan: &Plan) -> u64 {
    let mut hasher = Fingerprint::default();
    match plan.hashes.plan.as_str() {
        // A plan that was never sealed is known by all that it says.
        "" => serde_json::to_string(plan)
            .unwrap_or_default()
            .hash(&mut hasher),
        sealed => sealed.hash(&mut hasher),
    }
    plan.bound.hash(&mut hasher);
    hasher.finish()
}

/// Adds what is not there yet.
fn extend<T: Copy + PartialEq>(all: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !all.contains(one) {
            all.push(*one);
        }
    }
}

pub(super) fn index(at: usize) -> Done<u16> {
    u16::try_from(at).or_else(|_| inconsistent("it has more than 65,535 parts of one sort".into()))
}

pub(super) struct Compiler<'p> {
    pub(super) plan: &'p Plan,
    objects: BTreeMap<&'p SmolStr, ObjectId>,
    shapes: Vec<Shape>,
    forward: HashMap<(&'p SmolStr, Side), Arc<Table>>,
    spellings: HashMap<&'p SmolStr, Arc<Spellings>>,
    /// Gathered while the expressions of one sync are compiled.
    pub(super) related: Vec<(Side, Source, ObjectId)>,
    /// Likewise: the slots that are read of records that references name.
    along: Vec<(ObjectId, u16)>,
    /// Likewise, of one row: the slots that it reads of the records of the pair.
    reads: Vec<(Side, u16)>,
    through: Vec<u16>,
    asks_changed: bool,
    functions: Functions,
}

impl<'p> Compiler<'p> {
    pub(super) fn new(plan: &'p Plan, functions: Functions) -> Done<Self> {
        let mut objects = BTreeMap::new();
        let mut shapes = Vec::new();
        for (at, (key, object)) in plan.objects.iter().enumerate() {
            objects.insert(key, ObjectId(index(at)?));
            shapes.push(shape(plan, key, object)?);
        }
        let mut forward = HashMap::new();
        for (name, map) in &plan.maps {
            for (side, rows) in [(Side::Left, &map.forward), (Side::Right, &map.backward)] {
                forward.insert(
                    (name, side),
                    Arc::new(table(name, rows, map.otherwise.get(side).as_ref())),
                );
            }
        }
        let spellings = plan
            .normalizers
            .iter()
            .map(|(name, n)| (name, Arc::new(spellings(name, n))))
            .collect();
        Ok(Self {
            plan,
            objects,
            shapes,
            forward,
            spellings,
            related: Vec::new(),
            along: Vec::new(),
            reads: Vec::new(),
            through: Vec::new(),
            asks_changed: false,
            functions,
        })
    }

    /// The references read by the expressions since the last call, each once.
    pub(super) fn take_related(&mut self) -> Vec<(Source, ObjectId)> {
        let related = std::mem::take(&mut self.related);
        related.into_iter().map(|(_, s, o)| (s, o)).collect()
    }

    pub(super) fn sync_index(&self, name: &str) -> Done<u16> {
        match self.plan.syncs.iter().position(|s| s.name == name) {
            Some(at) => index(at),
            None => inconsistent(format!("it has no sync `{name}`")),
        }
    }

    pub(super) fn object(&self, key: &SmolStr) -> Done<(ObjectId, &'p plan::Object)> {
        match (self.objects.get(key), self.plan.objects.get(key)) {
            (Some(id), Some(object)) => Ok((*id, object)),
            _ => inconsistent(format!("it has no object `{key}`")),
        }
    }

    /// A field of an object; the members beside the fields go by their own names.
    pub(super) fn source(&self, key: &SmolStr, field: &SmolStr) -> Done<Source> {
        let (_, object) = self.object(key)?;
        if let (Some(kind), Some(slot)) = (
            object.fields.get(field).map(|f| f.kind),
            object.fields.keys().position(|f| f == field),
        ) {
            return Ok(Source::Slot(index(slot)?, kind));
        }
        let system = self.plan.systems.get(&object.system);
        let is = |member: Option<&SmolStr>| member == Some(field);
        match system {
            Some(s) if s.id == *field => Ok(Source::Id),
            Some(s) if is(object.created.as_ref().or(s.created.as_ref())) => Ok(Source::Created),
            Some(s) if is(object.modified.as_ref().or(s.modified.as_ref())) => Ok(Source::Modified),
            _ => inconsistent(format!("`{key}` has no field `{field}`")),
        }
    }

    pub(super) fn slot(&self, key: &SmolStr, field: &SmolStr) -> Done<u16> {
        match self.source(key, field)? {
            Source::Slot(slot, _) => Ok(slot),
            _ => inconsistent(format!("`{field}` of `{key}` cannot be written")),
        }
    }

    /// A field of an object, where the plan says anything of it.
    pub(super) fn field(&self, key: &SmolStr, name: &SmolStr) -> Option<&'p plan::Field> {
        self.plan.objects.get(key)?.fields.get(name)
    }
}

fn shape(plan: &Plan, key: &SmolStr, object: &plan::Object) -> Done<Shape> {
    let Some(system) = plan.systems.get(&object.system) else {
        return inconsistent(format!("it has no system `{}`", object.system));
    };
    let stamp = |field: &SmolStr| {
        plan.syncs.iter().any(|s| {
            Side::BOTH.iter().any(|side| {
                s.objects.get(*side) == key && s.identity.stamp.get(*side).as_ref() == Some(field)
            })
        })
    };
    let slot = |(name, field): (&SmolStr, &plan::Field)| Slot {
        name: name.clone(),
        kind: field.kind,
        lookup: if stamp(name) {
            Unique::Unique(field.equality)
        } else {
            Unique::None
        },
        presence: if system.merged_from.as_ref() == Some(name) {
            Presence::Optional
        } else {
            Presence::Expected
        },
    };
    Ok(Shape {
        system: object.system.clone(),
        object: object.name.clone(),
        meta: Meta {
            id: system.id.clone(),
            deleted: system.deleted.clone(),
            modified: object
                .modified
                .as_ref()
                .or(system.modified.as_ref())
                .cloned(),
            created: object.created.as_ref().or(system.created.as_ref()).cloned(),
            merged_into: system.merged_into.clone(),
        },
        fields: object.fields.iter().map(slot).collect(),
    })
}
