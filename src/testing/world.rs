//! What a case happens to: the records of all systems, the state, the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::platforms::{Platforms, Reaction, Waiting};
use super::{Bench, Told, instant};
use crate::connect::{Behaving, IdStyle, Ids, Memory, StoreError, Stores};
use crate::plan::{CaseAction, CaseStep, Field, Moment, System};
use crate::runtime::driver::{self, Wish};
use crate::runtime::{
    Action, Archive, Machine, ObjectId, Outcome, Reason, Record, Settings, Shape, Write,
};
use crate::side::Side;
use crate::value::{Value, read_text, write_text};

/// Ids of digits begin above this.
const LEAST: usize = 50_000_000_000;

/// A record as its system has it. `record.values` is not used; what no store holds is among the fields, too.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub record: Record,
    pub fields: BTreeMap<SmolStr, Value>,
}

/// What happened in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Round {
    /// What was written, in words.
    pub sent: Vec<String>,
    /// What automations of the systems changed, in words.
    pub reactions: Vec<String>,
    /// Whether something that a system did after the run changed a record.
    pub stirred: bool,
}

impl Round {
    /// Whether nothing happened that a further run could answer.
    pub const fn is_quiet(&self) -> bool {
        self.sent.is_empty() && !self.stirred
    }
}

/// Everything there is.
pub(super) struct World<'b> {
    pub bench: &'b Bench,
    /// Milliseconds since 1970.
    pub now: i64,
    /// By `system.object`, in the order of creation.
    objects: BTreeMap<SmolStr, Vec<Entry>>,
    makers: BTreeMap<SmolStr, Ids>,
    /// By alias and object: the record that the alias names.
    named: BTreeMap<(SmolStr, SmolStr), SmolStr>,
    aliases: BTreeSet<SmolStr>,
    /// Automations that have not had their turn.
    waiting: BTreeSet<Waiting>,
    /// Which records have started the automations that they start once.
    started: BTreeSet<Waiting>,
    /// Between runs.
    archive: Option<Archive>,
    /// The archive's numbers for syncs and link groups.
    numbers: BTreeMap<SmolStr, i64>,
}

impl<'b> World<'b> {
    /// An empty world on the eve of day 1.
    pub fn new(bench: &'b Bench, aliases: BTreeSet<SmolStr>) -> Told<Self> {
        let told = |e: crate::runtime::ArchiveError| e.to_string();
        let mut archive = Archive::memory().map_err(told)?;
        let mut numbers = BTreeMap::new();
        for sync in &bench.plan.syncs {
            for name in [&sync.name, &sync.link_group.left, &sync.link_group.right] {
                let number = archive.number(name).map_err(told)?;
                numbers.insert(name.clone(), number);
            }
        }
        archive.commit().map_err(told)?;
        Ok(Self {
            bench,
            now: instant(Moment { day: 0, minute: 0 }),
            objects: BTreeMap::new(),
            makers: BTreeMap::new(),
            named: BTreeMap::new(),
            aliases,
            waiting: BTreeSet::new(),
            started: BTreeSet::new(),
            archive: Some(archive),
            numbers,
        })
    }

    /// Gives every record of these steps its id, so that they may refer to each other in any order.
    pub fn reserve(&mut self, given: &[CaseStep]) {
        for step in given {
            let CaseAction::Given {
                object,
                alias,
                values,
            } = &step.action
            else {
                continue;
            };
            let id = self.system(object).and_then(|s| values.get(&s.id));
            let id = match id {
                Some(id) if !id.is_blank() => SmolStr::new(write_text(id)),
                _ => self.next_id(object),
            };
            self.maker(object).observe(&id);
            self.name(alias, object, &id);
        }
    }

    /// Day 1 begins.
    pub fn begin(&mut self) {
        self.now = instant(Moment { day: 1, minute: 0 });
    }

    /// Whether day 1 has begun.
    pub fn has_begun(&self) -> bool {
        self.now >= instant(Moment { day: 1, minute: 0 })
    }

    /// Sets the clock. While time passes, what the systems left for later has its turn.
    pub fn go_to(&mut self, moment: Option<Moment>) -> Told<()> {
        let now = moment.map_or(self.now, instant);
        if now < self.now {
            return Err(
                "this happens before the step above it: put the steps in the order of their times"
                    .into(),
            );
        }
        if now > self.now && !self.waiting.is_empty() {
            let mut platforms = self.platforms()?;
            platforms.catch_up().map_err(|e| e.to_string())?;
            self.end(&mut platforms)?;
        }
        self.now = now;
        Ok(())
    }

    /// The system of an object.
    pub fn system(&self, object: &str) -> Option<&'b System> {
        let (system, _) = object.split_once('.')?;
        self.bench.plan.systems.get(system)
    }

    /// A field as the plan knows it.
    pub fn field(&self, object: &str, field: &str) -> Option<&'b Field> {
        self.bench.plan.objects.get(object)?.fields.get(field)
    }

    fn maker(&mut self, object: &SmolStr) -> &mut Ids {
        let style = self
            .system(object)
            .map_or(IdStyle::Digits, |s| IdStyle::of_kind(&s.kind));
        let name = object.split_once('.').map_or(object.as_str(), |(_, n)| n);
        let objects = self.makers.len();
        self.makers.entry(object.clone()).or_insert_with(|| {
            let mut ids = Ids::new(style, name);
            // numbers that no value of a test looks like, others for each object
            if style == IdStyle::Digits {
                ids.observe(&format!("{}", LEAST + objects * 1_000_000));
            }
            ids
        })
    }

    /// An id for a new record.
    pub fn next_id(&mut self, object: &SmolStr) -> SmolStr {
        self.maker(object).next_id()
    }

    /// Says that an alias names a record.
    pub fn name(&mut self, alias: &SmolStr, object: &SmolStr, id: &SmolStr) {
        self.named
            .insert((alias.clone(), object.clone()), id.clone());
    }

    /// The records of an object.
    pub fn records(&mut self, object: &str) -> impl Iterator<Item = &mut Entry> {
        self.objects.get_mut(object).into_iter().flatten()
    }

    /// Adds a record.
    pub fn add(&mut self, object: &SmolStr, entry: Entry) {
        self.maker(object).observe(&entry.record.id);
        self.objects.entry(object.clone()).or_default().push(entry);
    }

    /// A record, deleted or not.
    pub fn entry(&self, object: &str, id: &str) -> Option<&Entry> {
        let all = self.objects.get(object)?;
        all.iter().find(|e| e.record.id == id)
    }

    /// A record that is not deleted.
    pub fn live(&self, object: &str, id: &str) -> Option<&Entry> {
        self.entry(object, id).filter(|e| !e.record.deleted)
    }

    /// The record of an object that an alias names, deleted ones included.
    pub fn find(&self, object: &str, alias: &str) -> Option<&SmolStr> {
        self.named.get(&(alias.into(), object.into()))
    }

    /// The living record of an object that an alias names, to be changed.
    pub fn living(&mut self, object: &str, alias: &str) -> Told<&mut Entry> {
        let none = || Err(format!("there is no {object} `{alias}` at this time"));
        let Some(id) = self.find(object, alias).cloned() else {
            return none();
        };
        let all = self.objects.get_mut(object).into_iter().flatten();
        match all.into_iter().find(|e| e.record.id == id) {
            Some(entry) if !entry.record.deleted => Ok(entry),
            _ => none(),
        }
    }

    /// The value that a spec writes for a field: of the field's kind, with the id in the place of an alias.
    pub fn meant(&self, object: &str, field: &str, value: &Value) -> Value {
        if let Some(text) = value.as_text() {
            let mut targets = self.bench.references.targets(object, field);
            if let Some(id) = targets.find_map(|target| self.find(target, text)) {
                return Value::text(id);
            }
        }
        match (self.field(object, field), value.kind()) {
            (Some(known), Some(kind)) if known.kind != kind => {
                read_text(known.kind, &write_text(value)).unwrap_or_else(|_| value.clone())
            }
            _ => value.clone(),
        }
    }

    /// A record in the words of the case: by its alias, else by its id.
    pub fn called(&self, object: &str, id: &str) -> String {
        let alias = self
            .named
            .iter()
            .find(|((_, o), named)| o == object && *named == id);
        let name = alias.map_or(id, |((alias, _), _)| alias);
        format!("{object} `{name}`")
    }

    /// A value as the case would write it: by the alias where it is the id of a record that has one.
    pub fn shown(&self, object: &str, field: &str, value: &Value) -> String {
        if value.is_blank() {
            return "blank".to_owned();
        }
        let id = value.as_text().unwrap_or_default();
        let mut targets = self.bench.references.targets(object, field);
        match targets.find(|target| self.entry(target, id).is_some()) {
            Some(target) => self.called(target, id),
            None => format!("`{value}`"),
        }
    }

    /// One whole run, then what the systems left for later.
    pub fn round(&mut self) -> Told<Round> {
        let mut platforms = self.platforms()?;
        let archive = self
            .archive
            .take()
            .ok_or("the run before this one failed")?;
        let program = Arc::clone(&self.bench.program);
        let mut machine = Machine::new(program, archive, Settings::default());
        let now = self.now;
        driver::run(&mut machine, &mut platforms, || now, |_| Wish::GoOn)
            .map_err(|e| e.to_string())?;
        if let Some(brake) = &machine.report().brake {
            return Err(format!("the run stopped at a limit of the plan: {brake}"));
        }
        let archive = machine.into_archive().map_err(|e| e.to_string())?;
        self.archive = Some(archive);
        let later = platforms.catch_up().map_err(|e| e.to_string())?;
        self.end(&mut platforms)?;
        self.learn()?;
        let sent = platforms.sent.iter();
        Ok(Round {
            sent: sent
                .map(|(object, write, outcome)| self.told(*object, write, outcome))
                .collect(),
            reactions: self.reacted(&platforms),
            stirred: later,
        })
    }

    /// A person has changed or made a record; `before` is what stood there. The automations of its system answer.
    pub fn react(&mut self, object: &SmolStr, id: &SmolStr, before: Option<&Entry>) -> Told<()> {
        let program = &self.bench.program;
        let Some(at) = program
            .shapes
            .iter()
            .position(|s| object.split_once('.') == Some((s.system.as_str(), s.object.as_str())))
        else {
            return Ok(());
        };
        let shape = program.shapes.get(at);
        let before = before.zip(shape).map(|(entry, shape)| {
            let value = |name| entry.fields.get(name).cloned().unwrap_or_default();
            Record {
                values: shape.fields.iter().map(|slot| value(&slot.name)).collect(),
                ..entry.record.clone()
            }
        });
        let mut platforms = self.platforms()?;
        let object = ObjectId(u16::try_from(at).unwrap_or(u16::MAX));
        let told = |e: StoreError| e.to_string();
        platforms
            .edited(object, id, before.as_ref())
            .map_err(told)?;
        self.end(&mut platforms)
    }

    /// Both systems as they answer, with what is there and what waits.
    fn platforms(&mut self) -> Told<Platforms<'b>> {
        let stores = self.stores()?;
        let waiting = std::mem::take(&mut self.waiting);
        let started = std::mem::take(&mut self.started);
        Ok(Platforms::new(self.bench, stores, waiting, started))
    }

    /// What the stores hold becomes what is there, and what waits goes on waiting.
    fn end(&mut self, platforms: &mut Platforms<'_>) -> Told<()> {
        self.waiting = std::mem::take(&mut platforms.waiting);
        self.started = std::mem::take(&mut platforms.started);
        let program = Arc::clone(&self.bench.program);
        for (at, shape) in program.shapes.iter().enumerate() {
            let object = ObjectId(u16::try_from(at).unwrap_or(u16::MAX));
            let records = all(&mut platforms.stores, object).map_err(|e| e.to_string())?;
            self.take_over(shape, records);
        }
        Ok(())
    }

    /// What automations changed, in words.
    fn reacted(&self, platforms: &Platforms<'_>) -> Vec<String> {
        let reactions = platforms.reactions.iter();
        let sentence = |r: &Reaction| {
            let rule = self.bench.automations.get(r.automation)?;
            let shape = self.bench.program.shapes.get(usize::from(r.object.0))?;
            let field = &shape.fields.get(usize::from(r.slot))?.name;
            let key = self.bench.program.object_name(r.object);
            Some(format!(
                "{} \"{}\" stored `{field}` = {} in {}",
                rule.kind,
                rule.name,
                self.shown(&key, field, &r.value),
                self.called(&key, &r.id)
            ))
        };
        reactions.filter_map(sentence).collect()
    }

    /// The stores of all systems, filled with what is there.
    fn stores(&self) -> Told<Stores> {
        let plan = &self.bench.plan;
        let mut stores = Stores::default();
        for (name, system) in &plan.systems {
            let mut memory = Memory::new(IdStyle::of_kind(&system.kind));
            for (key, object) in plan.objects.iter().filter(|(_, o)| o.system == *name) {
                for entry in self.objects.get(key).into_iter().flatten() {
                    memory.put(&object.name, entry.record.clone(), entry.fields.clone());
                }
            }
            stores.add(name.clone(), Box::new(Behaving::new(memory, plan, name)));
        }
        stores
            .open(&self.bench.program.shapes)
            .map_err(|e| e.to_string())?;
        Ok(stores)
    }

    /// What a store holds after a run becomes what is there. A record that is gone lies in the bin, and keeps its id.
    fn take_over(&mut self, shape: &Shape, records: Vec<Record>) {
        let key = format_smolstr!("{}.{}", shape.system, shape.object);
        let now = self.now;
        let mut after: BTreeMap<SmolStr, Record> = BTreeMap::new();
        let mut made = Vec::new();
        for record in records {
            self.maker(&key).observe(&record.id);
            if self.entry(&key, &record.id).is_none() {
                made.push(record.id.clone());
            }
            after.insert(record.id.clone(), record);
        }
        for id in made {
            let record = Record {
                id,
                created: Some(now),
                ..Record::default()
            };
            self.add(
                &key,
                Entry {
                    record,
                    fields: BTreeMap::new(),
                },
            );
        }
        for entry in self.records(&key) {
            let before = entry.record.deleted;
            match after.remove(&entry.record.id) {
                None => entry.record.deleted = true,
                Some(record) => {
                    entry.record.deleted = record.deleted;
                    for (slot, value) in shape.fields.iter().zip(record.values) {
                        let held = entry.fields.entry(slot.name.clone()).or_default();
                        if *held != value {
                            *held = value;
                            entry.record.modified = Some(now);
                        }
                    }
                }
            }
            if entry.record.deleted != before || entry.record.modified.is_none() {
                entry.record.modified = Some(now);
            }
        }
    }

    /// Follows the links of every alias to records that it names from now on. A living record keeps its alias.
    fn learn(&mut self) -> Told<()> {
        for alias in self.aliases.clone() {
            let mut reached: Vec<(SmolStr, SmolStr)> = self
                .named
                .iter()
                .filter(|((a, _), _)| *a == alias)
                .map(|((_, object), id)| (object.clone(), id.clone()))
                .collect();
            let mut at = 0;
            while let Some((object, id)) = reached.get(at).cloned() {
                at += 1;
                for next in self.linked(&object, &id)? {
                    if !reached.contains(&next) {
                        reached.push(next);
                    }
                }
            }
            for (object, id) in reached {
                let known = self.find(&object, &alias);
                let alive = |id: &SmolStr| self.live(&object, id).is_some();
                if known.is_none_or(|known| !alive(known) && alive(&id)) {
                    self.name(&alias, &object, &id);
                }
            }
        }
        Ok(())
    }

    /// The records that a record is linked with.
    fn linked(&self, object: &SmolStr, id: &SmolStr) -> Told<Vec<(SmolStr, SmolStr)>> {
        let mut found = Vec::new();
        let Some(archive) = &self.archive else {
            return Ok(found);
        };
        let number = |name| self.numbers.get(name).copied().unwrap_or_default();
        for sync in &self.bench.plan.syncs {
            for side in Side::BOTH {
                if sync.objects.get(side) != object {
                    continue;
                }
                let group = number(sync.link_group.get(side));
                let link = archive.link(side, group, id).map_err(|e| e.to_string())?;
                if let Some(link) = link.filter(|l| l.sync == number(&sync.name)) {
                    let other = sync.objects.get(!side).clone();
                    found.push((other, link.ids.get(!side).clone()));
                }
            }
        }
        Ok(found)
    }

    /// What needs a person, a sentence each.
    pub fn held(&self) -> Vec<String> {
        self.told_of(|_| true)
    }

    /// The rows that were stopped because their own writes were changed again and again, a sentence each.
    pub fn stopped(&self) -> Vec<String> {
        self.told_of(|reason| reason == Reason::Unsettled)
    }

    fn told_of(&self, wanted: impl Fn(Reason) -> bool) -> Vec<String> {
        let Some(archive) = &self.archive else {
            return Vec::new();
        };
        let sentence = |(name, held): (SmolStr, crate::runtime::archive::Held)| {
            if !wanted(held.reason) {
                return None;
            }
            let object = self.bench.plan.object_of(&name, held.side)?;
            let record = self.called(object, &held.id);
            let (code, slug) = (held.reason.code(), held.reason.slug());
            let row = match held.field.as_str() {
                "" => String::new(),
                row => format!(", row `{row}`"),
            };
            let text = self.by_alias(&held.text);
            Some(format!(
                "{record} is held in `{name}`{row}: {code} {slug}, {text}"
            ))
        };
        let held = archive.held().unwrap_or_default();
        held.into_iter().filter_map(sentence).collect()
    }

    /// A text with the aliases of records in the place of their ids.
    fn by_alias(&self, text: &str) -> String {
        /// Shorter ones may well be values.
        const SHORTEST: usize = 11;
        let mut text = text.to_owned();
        for ((alias, object), id) in &self.named {
            if id.len() >= SHORTEST {
                text = text.replace(&format!("`{id}`"), &format!("{object} `{alias}`"));
            }
        }
        text
    }

    /// A write in words: `phone` of hubspot.contact `ann` = `+1…`.
    fn told(&self, object: ObjectId, write: &Write, outcome: &Outcome) -> String {
        let Some(shape) = self.bench.program.shapes.get(usize::from(object.0)) else {
            return String::new();
        };
        let key = self.bench.program.object_name(object);
        let id = match (outcome, &write.action) {
            (Outcome::Written { id, .. }, _) => Some(id),
            (_, Action::Update(id) | Action::Archive(id) | Action::Delete(id)) => Some(id),
            _ => None,
        };
        let record = id.map_or_else(|| format!("a new {key}"), |id| self.called(&key, id));
        if matches!(write.action, Action::Archive(_) | Action::Delete(_)) {
            return format!("the end of {record}");
        }
        let values = write.values.iter().filter_map(|(slot, value)| {
            let field = &shape.fields.get(usize::from(*slot))?.name;
            Some(format!("`{field}` = {}", self.shown(&key, field, value)))
        });
        let values: Vec<String> = values.collect();
        let refused = match outcome {
            Outcome::Refused { reason, .. } => format!(" (refused: {reason})"),
            _ => String::new(),
        };
        format!("{} of {record}{refused}", values.join(", "))
    }
}

/// All records of an object.
pub(super) fn all(stores: &mut Stores, object: ObjectId) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::new();
    let mut from = None;
    loop {
        let page = stores.scan(object, from, 1_000)?;
        records.extend(page.records);
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(records),
        }
    }
}
