//! Both systems of a case as they answer a write: their records in memory, the refusals of their platforms, and the automations
//! that the plan knows of.
//!
//! A save is a transaction. Automations that run before it change what is stored; those that run after it write records, which are
//! saves of the same transaction, and each of them starts for a record in it as often as its platform lets it. What runs later
//! waits until a run is over or time passes, and then each has its turn once; what that starts waits for the next one. Derived
//! fields follow whatever is stored. An automation whose expression fails does not run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::Bench;
use crate::connect::{StoreError, Stores, refusal};
use crate::plan::{Entry, Events, Field, Phase, StartedBy};
use crate::runtime::program::{Automation, Reached, canonical};
use crate::runtime::{Action, Cursor, ObjectId, Outcome, Page, Record, Write, driver};
use crate::value::Value;

/// Saves within one transaction, beyond which a platform gives up.
const DEEPEST: usize = 16;

/// A change that an automation made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reaction {
    /// The automation, as a position in the bench's list.
    pub automation: usize,
    /// The object that was written.
    pub object: ObjectId,
    /// The record.
    pub id: SmolStr,
    /// The slot.
    pub slot: u16,
    /// What was stored.
    pub value: Value,
}

/// An automation that waits for its own transaction, with the record that started it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    automation: usize,
    id: SmolStr,
}

/// The stores of a case during a run or an edit, and what happened to them.
pub(super) struct Platforms<'b> {
    pub bench: &'b Bench,
    pub stores: Stores,
    /// What the run sent, with its outcome.
    pub sent: Vec<(ObjectId, Write, Outcome)>,
    /// What automations changed.
    pub reactions: Vec<Reaction>,
    /// What was left for later and has not had its turn.
    pub waiting: BTreeSet<Waiting>,
    /// Which records have started what they start once.
    pub started: BTreeSet<Waiting>,
    /// Whose transaction is under way.
    pub by: StartedBy,
    /// How often automations have run for a record in it.
    ran: BTreeMap<(usize, SmolStr), u8>,
}

pub(super) type Done<T> = Result<T, StoreError>;

/// Slots with their values.
type Values = Vec<(u16, Value)>;

/// What an effect writes: the object and which of its records, the slot, the value.
pub(super) type Written = ((ObjectId, Reached), u16, Value);

impl<'b> Platforms<'b> {
    /// Opened stores that answer as their platforms do, with what an earlier run or edit left for later, and what it has started.
    pub const fn new(
        bench: &'b Bench,
        stores: Stores,
        waiting: BTreeSet<Waiting>,
        started: BTreeSet<Waiting>,
    ) -> Self {
        Self {
            bench,
            stores,
            sent: Vec::new(),
            reactions: Vec::new(),
            waiting,
            started,
            by: StartedBy::People,
            ran: BTreeMap::new(),
        }
    }

    /// Begins a transaction of somebody.
    fn begin(&mut self, by: StartedBy) {
        self.by = by;
        self.ran.clear();
    }

    /// A person has changed or made a record, and it stands in the store; `before` is what stood there.
    pub fn edited(&mut self, object: ObjectId, id: &SmolStr, before: Option<&Record>) -> Done<()> {
        self.begin(StartedBy::People);
        let Some(now) = self.read_one(object, id)? else {
            return Ok(());
        };
        let mut stored = now.clone();
        let reactions = self.before_save(object, before, &mut stored)?;
        self.keep(object, &mut stored);
        let values = changes(&now, &stored);
        if !values.is_empty() {
            let action = Action::Update(id.clone());
            self.stores.write(object, &[Write { action, values }])?;
        }
        self.note(object, id, reactions);
        self.saved(object, id, before, 0)
    }

    /// Runs what was left for later, each in its own transaction; what that leaves for later has its turn another time. Whether
    /// anything changed.
    pub fn catch_up(&mut self) -> Done<bool> {
        let before = self.reactions.len();
        for Waiting { automation, id } in std::mem::take(&mut self.waiting) {
            let Some(rule) = self.bench.automations.get(automation) else {
                continue;
            };
            self.begin(StartedBy::People);
            if let Some(record) = self.read_one(rule.object, &id)? {
                self.take_effect(automation, rule, Some(&record), &record, 0)?;
            }
        }
        Ok(self.reactions.len() > before)
    }

    pub fn read_one(&mut self, object: ObjectId, id: &SmolStr) -> Done<Option<Record>> {
        let mut found = self.stores.read(object, std::slice::from_ref(id))?;
        Ok(found.pop().filter(|r| !r.deleted))
    }

    /// The record that a write is about, as it stands.
    fn current(&mut self, object: ObjectId, write: &Write) -> Done<Option<Record>> {
        match &write.action {
            Action::Create => Ok(None),
            Action::Update(id) | Action::Archive(id) | Action::Delete(id) => {
                self.read_one(object, id)
            }
            Action::Upsert { slot, .. } => {
                let shapes = &self.bench.program.shapes;
                let known = shapes.get(usize::from(object.0));
                let Some(key) = known.and_then(|s| s.fields.get(usize::from(*slot))) else {
                    return Ok(None);
                };
                let value = write.values.iter().find(|(s, _)| s == slot);
                let wanted = value.and_then(|(_, v)| key.found_by(v));
                let holds = |record: &Record| {
                    let value = record.values.get(usize::from(*slot));
                    !record.deleted && value.and_then(|v| key.found_by(v)) == wanted
                };
                let records = super::world::all(&mut self.stores, object)?;
                Ok(records.into_iter().find(|r| wanted.is_some() && holds(r)))
            }
        }
    }

    pub fn field(&self, object: ObjectId, slot: u16) -> Option<&'b Field> {
        let shape = self.bench.program.shapes.get(usize::from(object.0))?;
        let name = &shape.fields.get(usize::from(slot))?.name;
        let object = self.bench.program.object_name(object);
        self.bench
            .plan
            .objects
            .get(object.as_str())?
            .fields
            .get(name)
    }

    /// One write and all that follows from it in its transaction.
    fn save(&mut self, object: ObjectId, write: &Write, depth: usize) -> Done<Outcome> {
        if depth >= DEEPEST {
            let reason = "automations kept saving it: the platform gives up".to_owned();
            return Ok(Outcome::Refused {
                field: None,
                reason,
            });
        }
        let before = self.current(object, write)?;
        if matches!(write.action, Action::Archive(_) | Action::Delete(_)) {
            return self.end(object, write, before);
        }
        if let Some(outcome) = self.refused(object, write) {
            return Ok(outcome);
        }
        let width = self.bench.program.shapes.get(usize::from(object.0));
        let blank = || Record {
            values: vec![Value::Blank; width.map_or(0, |s| s.fields.len())].into(),
            ..Record::default()
        };
        let mut asked = before.clone().unwrap_or_else(blank);
        let kept: &[u16] = match (&write.action, &before) {
            (Action::Upsert { on_create, .. }, Some(_)) => on_create,
            _ => &[],
        };
        for (slot, value) in write.values.iter().filter(|(s, _)| !kept.contains(s)) {
            set(&mut asked, *slot, value.clone());
        }
        let mut stored = asked.clone();
        self.leave_unticked(object, &mut stored);
        let reactions = self.before_save(object, before.as_ref(), &mut stored)?;
        self.keep(object, &mut stored);
        let mut values = write.values.clone();
        for (slot, value) in changes(&asked, &stored) {
            values.retain(|(s, _)| *s != slot);
            values.push((slot, value));
        }
        values.sort_by_key(|(slot, _)| *slot);
        let action = write.action.clone();
        let mut outcomes = self.stores.write(object, &[Write { action, values }])?;
        let outcome = outcomes.pop().unwrap_or(Outcome::Gone);
        if let Outcome::Written { id, .. } = &outcome {
            self.note(object, id, reactions);
            self.saved(object, id, before.as_ref(), depth)?;
        }
        Ok(outcome)
    }

    /// What the platform keeps of what it is given.
    fn keep(&self, object: ObjectId, record: &mut Record) {
        for (slot, value) in (0..).zip(&mut record.values) {
            if let Some(field) = self.field(object, slot) {
                keep(field, value);
            }
        }
    }

    /// Boxes that are not ticked are false.
    fn leave_unticked(&self, object: ObjectId, record: &mut Record) {
        for (slot, value) in (0..).zip(&mut record.values) {
            if self.field(object, slot).is_some_and(|f| f.boxed) {
                untick(value);
            }
        }
    }

    /// The refusal of a value that no automation can repair, because the platform looks at it first.
    fn refused(&self, object: ObjectId, write: &Write) -> Option<Outcome> {
        write.values.iter().find_map(|(slot, value)| {
            let reason = refusal(self.field(object, *slot)?, value)?;
            let shape = self.bench.program.shapes.get(usize::from(object.0))?;
            let field = shape.fields.get(usize::from(*slot)).map(|s| s.name.clone());
            Some(Outcome::Refused { field, reason })
        })
    }

    fn end(&mut self, object: ObjectId, write: &Write, before: Option<Record>) -> Done<Outcome> {
        let mut outcomes = self.stores.write(object, std::slice::from_ref(write))?;
        let outcome = outcomes.pop().unwrap_or(Outcome::Gone);
        let Some(record) = before.filter(|_| matches!(outcome, Outcome::Written { .. })) else {
            return Ok(outcome);
        };
        let bench = self.bench;
        for (at, rule) in bench.automations.iter().enumerate() {
            if rule.object == object && rule.events == Events::Deleted {
                self.take_effect(at, rule, Some(&record), &record, 0)?;
            }
        }
        Ok(outcome)
    }

    fn note(&mut self, object: ObjectId, id: &SmolStr, reactions: Vec<(usize, u16, Value)>) {
        let reactions = reactions.into_iter();
        self.reactions
            .extend(reactions.map(|(automation, slot, value)| Reaction {
                automation,
                object,
                id: id.clone(),
                slot,
                value,
            }));
    }

    /// Lets automations change what is about to be stored.
    fn before_save(
        &mut self,
        object: ObjectId,
        before: Option<&Record>,
        stored: &mut Record,
    ) -> Done<Vec<(usize, u16, Value)>> {
        let bench = self.bench;
        let mut done = Vec::new();
        for (at, rule) in bench.automations.iter().enumerate() {
            if rule.object != object || rule.phase != Phase::BeforeSave {
                continue;
            }
            let seen = stored.clone();
            if !self.starts(rule, before, &seen)? {
                continue;
            }
            for (_, slot, value) in self.writes(rule, before, &seen)? {
                if set(stored, slot, value.clone()) {
                    done.push((at, slot, value));
                }
            }
        }
        Ok(done)
    }

    /// What follows a save: derived fields, then automations.
    fn saved(
        &mut self,
        object: ObjectId,
        id: &SmolStr,
        before: Option<&Record>,
        depth: usize,
    ) -> Done<()> {
        self.derive(object, id)?;
        let bench = self.bench;
        for (at, rule) in bench.automations.iter().enumerate() {
            if rule.object != object || !matches!(rule.phase, Phase::AfterSave | Phase::Later) {
                continue;
            }
            let Some(after) = self.read_one(object, id)? else {
                return Ok(());
            };
            if !self.starts(rule, before, &after)? {
                continue;
            }
            let own = Waiting {
                automation: at,
                id: id.clone(),
            };
            if rule.entry == Entry::Once && !self.started.insert(own) {
                continue;
            }
            if rule.phase == Phase::Later {
                let id = id.clone();
                self.waiting.insert(Waiting { automation: at, id });
                continue;
            }
            let ran = self.ran.entry((at, id.clone())).or_default();
            if *ran < rule.limit {
                *ran += 1;
                self.take_effect(at, rule, before, &after, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Brings the derived fields of a record up to date.
    fn derive(&mut self, object: ObjectId, id: &SmolStr) -> Done<()> {
        let bench = self.bench;
        for rule in &bench.automations {
            if rule.object != object || rule.phase != Phase::Derived {
                continue;
            }
            let Some(record) = self.read_one(object, id)? else {
                return Ok(());
            };
            for (target, slot, value) in self.writes(rule, Some(&record), &record)? {
                for id in self.targets(target, &record)? {
                    let action = Action::Update(id);
                    let values = vec![(slot, value.clone())];
                    self.stores.write(target.0, &[Write { action, values }])?;
                }
            }
        }
        Ok(())
    }

    /// Makes the writes of an automation, one save for each record; of several writes to one field the last one.
    fn take_effect(
        &mut self,
        at: usize,
        rule: &Automation,
        before: Option<&Record>,
        record: &Record,
        depth: usize,
    ) -> Done<()> {
        let mut saves: Vec<((ObjectId, SmolStr), Values)> = Vec::new();
        for (target, slot, value) in self.writes(rule, before, record)? {
            for id in self.targets(target, record)? {
                let key = (target.0, id);
                match saves.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, values)) => {
                        values.retain(|(s, _)| *s != slot);
                        values.push((slot, value.clone()));
                    }
                    None => saves.push((key, vec![(slot, value.clone())])),
                }
            }
        }
        for ((object, id), mut values) in saves {
            let Some(now) = self.read_one(object, &id)? else {
                continue;
            };
            values.retain(|(slot, value)| now.values.get(usize::from(*slot)) != Some(value));
            values.sort_by_key(|(slot, _)| *slot);
            if values.is_empty() {
                continue;
            }
            let action = Action::Update(id.clone());
            let noted = values.iter().map(|(s, v)| (at, *s, v.clone())).collect();
            let outcome = self.save(object, &Write { action, values }, depth)?;
            if matches!(outcome, Outcome::Written { .. }) {
                self.note(object, &id, noted);
            }
        }
        Ok(())
    }

    /// The records that an effect reaches from the record that started it.
    fn targets(
        &mut self,
        (object, reached): (ObjectId, Reached),
        record: &Record,
    ) -> Done<Vec<SmolStr>> {
        Ok(match reached {
            Reached::Itself => vec![record.id.clone()],
            Reached::Referenced(source) => {
                let id = source
                    .read(record)
                    .ok()
                    .and_then(|v| v.as_text().map(SmolStr::new));
                id.filter(|id| !id.is_empty()).into_iter().collect()
            }
            Reached::Referring(slot) => {
                let all = super::world::all(&mut self.stores, object)?;
                let refers = |r: &Record| {
                    let value = r.values.get(usize::from(slot));
                    value.and_then(Value::as_text) == Some(record.id.as_str())
                };
                let referring = all.into_iter().filter(|r| !r.deleted && refers(r));
                referring.map(|r| r.id).collect()
            }
        })
    }
}

/// What a platform keeps of a value.
pub(super) fn keep(field: &Field, value: &mut Value) {
    if let Cow::Owned(kept) = canonical(&field.equality, value) {
        *value = kept;
    }
}

/// A box that is not ticked is false.
pub(super) fn untick(value: &mut Value) {
    if value.is_blank() {
        *value = Value::Bool(false);
    }
}

/// Sets a slot. Whether that changed it.
fn set(record: &mut Record, slot: u16, value: Value) -> bool {
    match record.values.get_mut(usize::from(slot)) {
        Some(held) if *held != value => {
            *held = value;
            true
        }
        _ => false,
    }
}

/// The slots in which two states of a record differ, with the later value.
fn changes(earlier: &Record, later: &Record) -> Vec<(u16, Value)> {
    let pairs = (0..).zip(earlier.values.iter().zip(&later.values));
    let changed = pairs.filter(|(_, (a, b))| a != b);
    changed.map(|(slot, (_, b))| (slot, b.clone())).collect()
}

impl driver::Stores for Platforms<'_> {
    type Error = StoreError;

    fn scan(&mut self, object: ObjectId, from: Option<Cursor>, limit: usize) -> Done<Page> {
        self.stores.scan(object, from, limit)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Done<Vec<Record>> {
        self.stores.read(object, ids)
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Done<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(writes.len());
        for write in writes {
            self.begin(StartedBy::Sync);
            let outcome = self.save(object, write, 0)?;
            self.sent.push((object, write.clone(), outcome.clone()));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}
