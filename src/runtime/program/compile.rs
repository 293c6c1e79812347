//! From a plan to a program. Every name that leads nowhere is a contradiction of the plan, told as such.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smol_str::SmolStr;

use super::eval::{Lookup, Members, Node, Source, Spellings, Table, fold, fold_controlling};
use super::lifecycle::tell_syncs;
use super::{
    Cell, Conversion, Deletion, KeyPart, Lane, Program, Row, Stamp, StampWrite, Sync, Wait,
};
use crate::plan::{
    self, Absent, Authority, DeletePolicy, Equality, Expr, Fallback, Many, Mode, Plan, PlanError,
    Timing,
};
use crate::runtime::fingerprint::Fingerprint;
use crate::runtime::{Lookup as Unique, Meta, ObjectId, Presence, Shape, Slot};
use crate::side::{Side, Sides};
use crate::value::library::{Folding, function};

pub(super) type Done<T> = Result<T, PlanError>;

pub(super) fn inconsistent<T>(reason: String) -> Done<T> {
    Err(PlanError::Inconsistent { reason })
}

/// Compiles a plan. Refuses one whose parts do not fit together, or that would write what it promises not to.
pub fn compile(plan: &Plan) -> Done<Program> {
    let mut compiler = Compiler::new(plan)?;
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

/// What an expression is compiled in.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// What it sees.
    sees: Sees<'p>,
    /// Equality of the value that passes.
    input: Equality,
}

/// The records that an expression sees, and with them what the numbers of [`Node::Changed`] stand for.
#[derive(Clone, Copy)]
enum Sees<'p> {
    /// The two records of a pair: rows, against their shadows.
    Pair(&'p plan::Sync),
    /// One record on the left, as an automation does: slots, against the record before.
    Record(&'p SmolStr),
    /// The members of a cluster as one record on the left: slots, against what is remembered of it.
    Cluster(&'p plan::Lifecycle),
}

impl<'p> Place<'p> {
    const fn of_sync(sync: &'p plan::Sync, input: Equality) -> Self {
        Self {
            sees: Sees::Pair(sync),
            input,
        }
    }

    /// An expression of an automation, over the record that starts it.
    pub(super) fn of_object(object: &'p SmolStr) -> Self {
        Self {
            sees: Sees::Record(object),
            input: Equality::default(),
        }
    }

    /// A condition of a lifecycle, over the members of a cluster.
    pub(super) fn of_cluster(lifecycle: &'p plan::Lifecycle) -> Self {
        Self {
            sees: Sees::Cluster(lifecycle),
            input: Equality::default(),
        }
    }
}

pub(super) struct Compiler<'p> {
    pub(super) plan: &'p Plan,
    objects: BTreeMap<&'p SmolStr, ObjectId>,
    shapes: Vec<Shape>,
    forward: HashMap<(&'p SmolStr, Side), Arc<Table>>,
    spellings: HashMap<&'p SmolStr, Arc<Spellings>>,
    /// Gathered while the expressions of one sync are compiled.
    pub(super) related: Vec<(Side, Source, ObjectId)>,
    through: Vec<u16>,
    asks_changed: bool,
}

impl<'p> Compiler<'p> {
    pub(super) fn new(plan: &'p Plan) -> Done<Self> {
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
            through: Vec::new(),
            asks_changed: false,
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

    /// Where an expression finds what it names.
    fn seen(&self, place: Place<'_>, side: Side, name: &SmolStr) -> Done<Source> {
        match place.sees {
            Sees::Pair(sync) => self.source(sync.objects.get(side), name),
            Sees::Record(object) => self.source(object, name),
            Sees::Cluster(lifecycle) => self.member(lifecycle, name),
        }
    }

    fn equality(&self, place: Place<'_>, expr: &Expr) -> Equality {
        let (side, name) = match expr {
            Expr::Input => return place.input,
            Expr::Field { side, field } => (*side, field),
            _ => return Equality::default(),
        };
        let field = match place.sees {
            Sees::Pair(sync) => self.field(sync.objects.get(side), name),
            Sees::Record(object) => self.field(object, name),
            Sees::Cluster(lifecycle) => self.field_of_member(lifecycle, name),
        };
        field.map_or(Equality::default(), |f| f.equality)
    }

    /// A field of an object, where the plan says anything of it.
    pub(super) fn field(&self, key: &SmolStr, name: &SmolStr) -> Option<&'p plan::Field> {
        self.plan.objects.get(key)?.fields.get(name)
    }

    fn nodes(&mut self, place: Place<'_>, exprs: &'p [Expr]) -> Done<Box<[Node]>> {
        exprs.iter().map(|e| self.node(place, e)).collect()
    }

    fn boxed(&mut self, place: Place<'_>, expr: &'p Expr) -> Done<Box<Node>> {
        self.node(place, expr).map(Box::new)
    }

    pub(super) fn node(&mut self, place: Place<'_>, expr: &'p Expr) -> Done<Node> {
        Ok(match expr {
            Expr::Input => Node::Input,
            Expr::Const(value) => Node::Const(value.clone()),
            Expr::Env(name) => {
                return inconsistent(format!("the environment's `{name}` has not been put in"));
            }
            Expr::Field { side, field } => Node::Field(*side, self.seen(place, *side, field)?),
            Expr::Related {
                side,
                reference,
                object,
                field,
            } => {
                let reference = self.seen(place, *side, reference)?;
                let (id, _) = self.object(object)?;
                let entry = (*side, reference, id);
                if !self.related.contains(&entry) {
                    self.related.push(entry);
                }
                Node::Related {
                    side: *side,
                    reference,
                    object: id,
                    source: self.source(object, field)?,
                }
            }
            Expr::Call {
                function: name,
                arguments,
            } => {
                let Some(function) = function(name) else {
                    return inconsistent(format!(
                        "it calls `{name}`, which is no function of this version"
                    ));
                };
                if !function.takes(arguments.len()) {
                    return inconsistent(format!(
                        "`{name}` does not take {} arguments",
                        arguments.len()
                    ));
                }
                Node::Call(function, self.nodes(place, arguments)?)
            }
            Expr::Map {
                map,
                from,
                input,
                within,
            } => {
                let lookup = self.lookup(place, input);
                let within = within.as_ref().map(|w| self.boxed(place, w)).transpose()?;
                let input = self.boxed(place, input)?;
                Node::Map {
                    table: self.table(map, *from)?,
                    lookup,
                    input,
                    within,
                    each: Members::Whole,
                }
            }
            Expr::Each { map, from, input } => {
                let lookup = self.lookup(place, input);
                let input = self.boxed(place, input)?;
                Node::Map {
                    table: self.table(map, *from)?,
                    lookup,
                    input,
                    within: None,
                    each: Members::Each,
                }
            }
            Expr::Normalize { table, input } => match self.spellings.get(table).cloned() {
                Some(table) => Node::Normalize {
                    table,
                    input: self.boxed(place, input)?,
                },
                None => return inconsistent(format!("it has no table `{table}`")),
            },
            Expr::Linked { syncs, from, input } => {
                let syncs: Box<[u16]> = syncs
                    .iter()
                    .map(|s| self.sync_index(s))
                    .collect::<Done<_>>()?;
                self.through.extend_from_slice(&syncs);
                Node::Linked {
                    syncs,
                    from: *from,
                    input: self.boxed(place, input)?,
                }
            }
            Expr::Otherwise { first, second } => {
                Node::Otherwise(self.boxed(place, first)?, self.boxed(place, second)?)
            }
            Expr::Not(inner) => Node::Not(self.boxed(place, inner)?),
            Expr::All(parts) => Node::All(self.nodes(place, parts)?),
            Expr::Any(parts) => Node::Any(self.nodes(place, parts)?),
            Expr::Compare {
                comparison,
                left,
                right,
            } => Node::Compare(
                *comparison,
                self.boxed(place, left)?,
                self.boxed(place, right)?,
            ),
            Expr::In { input, list } => {
                let mut list = list.clone();
                list.sort_unstable();
                Node::In(self.boxed(place, input)?, list.into())
            }
            Expr::IsSet(inner) => Node::IsSet(self.boxed(place, inner)?),
            Expr::Changed { side, field } => {
                self.asks_changed = true;
                match (place.sees, self.seen(place, *side, field)?) {
                    (Sees::Pair(sync), _) => {
                        Node::Changed(*side, changed_rows(sync, *side, field)?)
                    }
                    (_, Source::Slot(slot, _)) => Node::Changed(*side, Box::new([slot])),
                    _ => return inconsistent(format!("`{field}` is no field that changes")),
                }
            }
            Expr::Arithmetic {
                operation,
                left,
                right,
            } => Node::Arithmetic(
                *operation,
                self.boxed(place, left)?,
                self.boxed(place, right)?,
            ),
            Expr::If {
                condition,
                then,
                otherwise,
            } => Node::If(
                self.boxed(place, condition)?,
                self.boxed(place, then)?,
                self.boxed(place, otherwise)?,
            ),
        })
    }

    fn lookup(&self, place: Place<'_>, input: &Expr) -> Lookup {
        let equality = self.equality(place, input);
        if equality.fold_case || equality.trim {
            Lookup::Folded
        } else {
            Lookup::Exact
        }
    }

    fn table(&self, name: &SmolStr, from: Side) -> Done<Arc<Table>> {
        match self.forward.get(&(name, from)) {
            Some(table) => Ok(Arc::clone(table)),
            None => inconsistent(format!("it has no map `{name}`")),
        }
    }

    fn optional(
        &mut self,
        place: Place<'_>,
        expr: &'p Sides<Option<Expr>>,
    ) -> Done<Sides<Option<Node>>> {
        let mut one = |e: &'p Option<Expr>| e.as_ref().map(|e| self.node(place, e)).transpose();
        Ok(Sides::new(one(&expr.left)?, one(&expr.right)?))
    }

    fn sync(&mut self, sync: &'p plan::Sync) -> Done<Sync> {
        let place = Place::of_sync(sync, Equality::default());
        let identity = &sync.identity;
        let (left, right) = (
            self.object(&sync.objects.left)?,
            self.object(&sync.objects.right)?,
        );
        let mut rows = Vec::with_capacity(sync.rows.len());
        for row in &sync.rows {
            rows.push(self.row(sync, row)?);
        }
        let row_related = std::mem::take(&mut self.related);
        let mut through = Vec::new();
        rows.iter().for_each(|r| extend(&mut through, &r.through));
        let keys = identity
            .keys
            .iter()
            .map(|k| self.key(place, k))
            .collect::<Done<_>>()?;
        let admission = self.optional(place, &identity.admission)?;
        let mut met_related = std::mem::take(&mut self.related);
        if sync.mode == Mode::AppendOnly {
            extend(&mut met_related, &row_related);
        }
        let active_while = self.optional(place, &identity.active_while)?;
        let after = identity
            .after
            .iter()
            .map(|a| self.after(a))
            .collect::<Done<_>>()?;
        let sides = Sides::new(Side::Left, Side::Right);
        let mut related = std::mem::take(&mut self.related);
        extend(&mut related, &row_related);
        extend(&mut related, &met_related);
        let mut done = Sync {
            name: sync.name.clone(),
            objects: Sides::new(left.0, right.0),
            mode: sync.mode,
            group: sync.link_group.clone(),
            admission,
            originates: identity.originates,
            active_while,
            leave: identity.leave,
            keys,
            many: each(sides, |s| self.many(sync, s))?,
            stamp: each(sides, |s| self.stamp(sync, s))?,
            create: each(sides, |s| {
                Ok(*identity.create.get(s) && *sync.writes_side.get(s))
            })?,
            create_with: each(sides, |s| self.create_with(sync, s))?,
            stages_made: Sides::default(),
            delete: each(sides, |s| self.deletion(sync, s))?,
            joiners: Vec::new(),
            converts: self.conversion(sync)?,
            swallowed: each(sides, |s| self.swallowed(sync, s))?,
            after,
            rows,
            write_set: each(sides, |s| {
                let key = sync.objects.get(s);
                sync.write_set
                    .get(s)
                    .iter()
                    .map(|f| self.slot(key, f))
                    .collect()
            })?,
            write_once: each(sides, |s| {
                let key = sync.objects.get(s);
                let once = sync.protected.get(s).iter().filter(|p| p.after_create);
                let known = once.filter(|p| sync.write_set.get(s).contains(&p.field));
                known.map(|p| self.slot(key, &p.field)).collect()
            })?,
            required: each(sides, |s| self.slots(sync, s, |f| f.required))?,
            read_back: each(sides, |s| self.slots(sync, s, |f| f.forward_only.is_some()))?,
            related,
            met_related,
            through,
            asks_changed: std::mem::take(&mut self.asks_changed),
        };
        if sync.mode == Mode::AppendOnly {
            let from = if *sync.writes_side.get(Side::Right) {
                Side::Left
            } else {
                Side::Right
            };
            *done.create.get_mut(!from) = true;
        }
        Ok(done)
    }

    fn key(&mut self, place: Place<'_>, key: &'p plan::MatchKey) -> Done<Vec<KeyPart>> {
        let part = |p: &'p plan::MatchPart| -> Done<KeyPart> {
            let sides = Sides::new(
                self.node(place, &p.sides.left)?,
                self.node(place, &p.sides.right)?,
            );
            Ok(KeyPart {
                sides,
                fold: p.fold,
            })
        };
        key.parts.iter().map(part).collect()
    }

    fn after(&self, after: &plan::After) -> Done<(u16, Wait)> {
        let wait = match &after.otherwise {
            Absent::Wait => Wait::Wait,
            Absent::Without => Wait::Without,
            Absent::As(other) => Wait::As(self.sync_index(other)?),
        };
        Ok((self.sync_index(&after.sync)?, wait))
    }

    fn row(&mut self, sync: &'p plan::Sync, row: &'p plan::Row) -> Done<Row> {
        self.through.clear();
        let mut one = |side: Side| self.cell(sync, row.cells.get(side), side);
        let cells = Sides::new(one(Side::Left)?, one(Side::Right)?);
        let mut lanes = Sides::new(None, None);
        for side in Side::BOTH {
            if let Some(lane) = row.lanes.get(side) {
                writable(
                    sync,
                    !side,
                    row.cells.get(!side).field.as_ref(),
                    lane.timing,
                )?;
                let place = Place::of_sync(sync, cells.get(side).equality);
                let value = self.node(place, &lane.value)?;
                let fits = |made: &crate::value::Value| cells.get(!side).fits(made).is_ok();
                *lanes.get_mut(side) = Some(Lane {
                    fits: value.makes_only(fits)
                        && lane.failure.gives_only(fits)
                        && lane.default.as_ref().is_none_or(fits),
                    value,
                    failure: lane.failure.clone(),
                    blank: lane.blank,
                    timing: lane.timing,
                    default: lane.default.clone(),
                    enforce: lane.enforce,
                });
            }
        }
        let place = Place::of_sync(sync, Equality::default());
        Ok(Row {
            name: row.name.clone(),
            origin: row.origin.clone(),
            digest: row.digest.clone(),
            normal: row
                .normal
                .as_ref()
                .map(|n| self.node(place, n))
                .transpose()?,
            // A one-way row is never asked.
            authority: row.authority.unwrap_or(Authority::Wins(Side::Left)),
            when: row.when.as_ref().map(|w| self.node(place, w)).transpose()?,
            bound: row.bound,
            cells,
            lanes,
            through: std::mem::take(&mut self.through),
        })
    }

    fn cell(&mut self, sync: &'p plan::Sync, cell: &'p plan::Cell, side: Side) -> Done<Cell> {
        let place = Place::of_sync(sync, Equality::default());
        let key = sync.objects.get(side);
        let field = cell.field.as_ref().and_then(|f| self.field(key, f));
        let slot = cell.field.as_ref().map(|f| self.slot(key, f)).transpose()?;
        let mut done = Cell::of(self.node(place, &cell.read)?, slot, field);
        if field.is_none() {
            done.equality = self.equality(place, &cell.read);
        }
        Ok(done)
    }

    fn many(&self, sync: &plan::Sync, side: Side) -> Done<Option<Vec<(Source, plan::Order)>>> {
        match sync.identity.many.get(side) {
            Many::Hold => Ok(None),
            Many::First(keys) => {
                let one = |k: &plan::SortKey| {
                    Ok((self.source(sync.objects.get(side), &k.field)?, k.order))
                };
                keys.iter().map(one).collect::<Done<_>>().map(Some)
            }
        }
    }

    fn stamp(&self, sync: &plan::Sync, side: Side) -> Done<Option<Stamp>> {
        let Some(field) = sync.identity.stamp.get(side) else {
            return Ok(None);
        };
        let slot = self.slot(sync.objects.get(side), field)?;
        let write = if writable(sync, side, Some(field), Timing::Always).is_ok() {
            StampWrite::Always
        } else if writable(sync, side, Some(field), Timing::OnCreate).is_ok() {
            StampWrite::OnCreate
        } else {
            StampWrite::Never
        };
        let (_, object) = self.object(sync.objects.get(side))?;
        let equality = object.fields.get(field).map(|f| f.equality);
        Ok(Some(Stamp {
            slot,
            write,
            equality: equality.unwrap_or_default(),
        }))
    }

    fn create_with(&self, sync: &plan::Sync, side: Side) -> Done<Vec<(u16, crate::value::Value)>> {
        let mut slots = Vec::new();
        for (field, value) in sync.identity.create_with.get(side) {
            writable(sync, side, Some(field), Timing::OnCreate)?;
            slots.push((self.slot(sync.objects.get(side), field)?, value.clone()));
        }
        Ok(slots)
    }

    fn deletion(&self, sync: &plan::Sync, side: Side) -> Done<Deletion> {
        Ok(match sync.identity.delete.get(side) {
            DeletePolicy::Keep => Deletion::Keep,
            DeletePolicy::Unlink => Deletion::Unlink,
            DeletePolicy::Archive => Deletion::Archive,
            DeletePolicy::Propagate => Deletion::Propagate,
            DeletePolicy::Flag(field) => {
                writable(sync, side, Some(field), Timing::Always)?;
                Deletion::Flag(self.slot(sync.objects.get(side), field)?)
            }
        })
    }

    fn conversion(&self, sync: &plan::Sync) -> Done<Option<Conversion>> {
        let Some(name) = &sync.identity.converts_to else {
            return Ok(None);
        };
        let target = self.sync_index(name)?;
        let to = self
            .plan
            .syncs
            .get(usize::from(target))
            .map(|s| &s.objects.right);
        let (_, from) = self.object(&sync.objects.right)?;
        let to = to
            .and_then(|key| self.plan.objects.get(key))
            .map(|o| &o.name);
        let field = self
            .plan
            .systems
            .get(&from.system)
            .and_then(|s| s.converted_into.get(&from.name))
            .and_then(|into| into.get(to?));
        match field {
            Some(field) => Ok(Some(Conversion {
                sync: target,
                source: self.source(&sync.objects.right, field)?,
            })),
            None => inconsistent(format!(
                "`{}` has no field that names what it was converted into",
                from.name
            )),
        }
    }

    /// The member in which records list what was merged into them.
    fn swallowed(&self, sync: &plan::Sync, side: Side) -> Done<Option<Source>> {
        let key = sync.objects.get(side);
        let (_, object) = self.object(key)?;
        let system = self.plan.systems.get(&object.system);
        let field = system.and_then(|s| s.merged_from.as_ref());
        let known = field.filter(|f| object.fields.contains_key(*f));
        known.map(|f| self.source(key, f)).transpose()
    }

    fn slots(
        &self,
        sync: &plan::Sync,
        side: Side,
        wanted: impl Fn(&plan::Field) -> bool,
    ) -> Done<Vec<u16>> {
        let (_, object) = self.object(sync.objects.get(side))?;
        object
            .fields
            .values()
            .enumerate()
            .filter(|(_, f)| wanted(f))
            .map(|(at, _)| index(at))
            .collect()
    }
}

fn each<T>(sides: Sides<Side>, mut f: impl FnMut(Side) -> Done<T>) -> Done<Sides<T>> {
    Ok(Sides::new(f(sides.left)?, f(sides.right)?))
}

/// Refuses a write that the plan promises not to make.
fn writable(sync: &plan::Sync, side: Side, field: Option<&SmolStr>, timing: Timing) -> Done<()> {
    let Some(field) = field else {
        return inconsistent(format!(
            "a row of `{}` writes what is not a field",
            sync.name
        ));
    };
    let protected = sync.protected.get(side).iter().find(|p| p.field == *field);
    if protected.is_some_and(|p| !p.after_create || timing != Timing::OnCreate) {
        return inconsistent(format!(
            "`{}` writes `{field}`, which is protected",
            sync.name
        ));
    }
    if !sync.writes_side.get(side) || !sync.write_set.get(side).contains(field) {
        return inconsistent(format!(
            "`{}` writes `{field}`, which is not in its write set",
            sync.name
        ));
    }
    Ok(())
}

/// The rows whose cell on a side is this field.
fn changed_rows(sync: &plan::Sync, side: Side, field: &SmolStr) -> Done<Box<[u16]>> {
    let reads = |row: &plan::Row| {
        let cell = row.cells.get(side);
        cell.field.as_ref() == Some(field)
            || cell.read
                == Expr::Field {
                    side,
                    field: field.clone(),
                }
    };
    let rows: Vec<usize> = sync
        .rows
        .iter()
        .enumerate()
        .filter(|(_, r)| reads(r))
        .map(|(at, _)| at)
        .collect();
    if rows.is_empty() {
        return inconsistent(format!(
            "`{}` asks whether `{field}` changed, and no row maps it",
            sync.name
        ));
    }
    rows.into_iter().map(index).collect()
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

fn table(
    name: &SmolStr,
    rows: &BTreeMap<SmolStr, crate::value::Value>,
    otherwise: Option<&Fallback>,
) -> Table {
    let mut folded: HashMap<String, Option<&crate::value::Value>> = HashMap::new();
    for (key, value) in rows {
        let slot = folded.entry(fold(key)).or_insert(Some(value));
        if slot.is_some_and(|known| known != value) {
            *slot = None;
        }
    }
    Table {
        name: name.clone(),
        exact: rows
            .iter()
            .map(|(k, v)| (fold_controlling(k), v.clone()))
            .collect(),
        folded: folded
            .into_iter()
            .filter_map(|(k, v)| Some((k, v?.clone())))
            .collect(),
        otherwise: otherwise.cloned().unwrap_or(Fallback::Reject),
    }
}

fn spellings(name: &SmolStr, normalizer: &plan::Normalizer) -> Spellings {
    let folding = Folding {
        case: normalizer.ignore_case,
        punctuation: normalizer.ignore_punctuation,
        accents: normalizer.ignore_accents,
    };
    Spellings {
        name: name.clone(),
        folding,
        table: normalizer
            .table
            .iter()
            .map(|(k, v)| (folding.fold(k), v.clone()))
            .collect(),
        otherwise: normalizer.otherwise.clone(),
    }
}
