//! What a platform does with a write beyond storing it: so that a run on embedded stores refuses what the real one would.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::table::{refused, written};
use super::{Capabilities, Ids, Store, StoreError, of_object};
use crate::plan::{Field, Plan};
use crate::runtime::{Action, Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::Value;

/// A store that behaves like its platform, as far as the plan says what that is: lengths, the only values, required fields,
/// fields that move forward only. Writes of such a field backwards are silently dropped, as the platform does.
pub struct Behaving<S> {
    store: S,
    fields: BTreeMap<SmolStr, BTreeMap<SmolStr, Field>>,
    objects: Vec<Rules>,
}

/// The rules of one object, by slot.
struct Rules {
    shape: Shape,
    fields: Vec<Option<Field>>,
}

/// What becomes of a write before it reaches the store.
enum Passed {
    /// It is decided already.
    Decided(Outcome),
    /// The store gets it as it is.
    AsItIs,
    /// The store gets this.
    Changed(Write),
}

impl<S: Store> Behaving<S> {
    /// Gives a store the behaviour of one of the plan's systems.
    pub fn new(store: S, plan: &Plan, system: &str) -> Self {
        let own = plan
            .objects
            .values()
            .filter(|object| object.system == system);
        let searchable = |(name, field): (&SmolStr, &Field)| {
            let mut field = field.clone();
            field.only.iter_mut().for_each(|only| only.sort_unstable());
            (name.clone(), field)
        };
        let fields = own.map(|object| {
            let fields = object.fields.iter().map(searchable).collect();
            (object.name.clone(), fields)
        });
        let fields = fields.collect();
        Self {
            store,
            fields,
            objects: Vec::new(),
        }
    }

    fn pass(&mut self, object: ObjectId, write: &Write) -> Result<Passed, StoreError> {
        let rules = of_object(&mut self.objects, object)?;
        if let Some(refusal) = rules.refusal(write) {
            return Ok(Passed::Decided(refusal));
        }
        let forward = write
            .values
            .iter()
            .any(|(slot, value)| rules.position(*slot, value).is_some());
        let missing = match write.action {
            Action::Create | Action::Upsert { .. } => rules.missing(write),
            _ => None,
        };
        if !forward && missing.is_none() {
            return Ok(Passed::AsItIs);
        }
        let current = match &write.action {
            Action::Update(id) => self.store.read(object, std::slice::from_ref(id))?.pop(),
            Action::Upsert { slot, .. } => match write.values.iter().find(|(s, _)| s == slot) {
                Some((_, value)) => self.store.find(object, *slot, value)?,
                None => None,
            },
            _ => None,
        };
        let rules = of_object(&mut self.objects, object)?;
        Ok(match (current, missing) {
            (None, Some(slot)) => Passed::Decided(refused(
                &rules.shape,
                Some(slot),
                "a record cannot be made without it",
            )),
            (None, None) => Passed::AsItIs,
            (Some(current), _) => rules.forward(write, &current),
        })
    }
}

impl Rules {
    fn field(&self, slot: u16) -> Option<&Field> {
        self.fields.get(usize::from(slot))?.as_ref()
    }

    /// The refusal of a value that the field does not take.
    fn refusal(&self, write: &Write) -> Option<Outcome> {
        let update = matches!(write.action, Action::Update(_));
        write.values.iter().find_map(|(slot, value)| {
            let field = self.field(*slot)?;
            let reason = match value {
                Value::Blank if field.required && update => Some("it cannot be empty".to_owned()),
                value => self::refusal(field, value),
            };
            reason.map(|reason| refused(&self.shape, Some(*slot), &reason))
        })
    }

    /// The first slot without which no record is made, and that the write does not set.
    fn missing(&self, write: &Write) -> Option<u16> {
        let required = (0..)
            .zip(&self.fields)
            .filter(|(_, field)| field.as_ref().is_some_and(|f| f.required));
        let set = |slot| {
            write
                .values
                .iter()
                .any(|(s, value)| *s == slot && !value.is_blank())
        };
        required.map(|(slot, _)| slot).find(|slot| !set(*slot))
    }

    /// How far a value is in the order of a field that moves forward only.
    fn position(&self, slot: u16, value: &Value) -> Option<usize> {
        let order = self.field(slot)?.forward_only.as_ref()?;
        let text = value.as_text()?;
        order.iter().position(|known| known == text)
    }

    /// Drops what would move a field backwards.
    fn forward(&self, write: &Write, current: &Record) -> Passed {
        let backwards = |(slot, value): &&(u16, Value)| {
            let now = current
                .values
                .get(usize::from(*slot))
                .and_then(|now| self.position(*slot, now));
            now.zip(self.position(*slot, value))
                .is_some_and(|(now, new)| new < now)
        };
        let values: Vec<_> = write
            .values
            .iter()
            .filter(|value| !backwards(value))
            .cloned()
            .collect();
        if values.is_empty() {
            return Passed::Decided(written(&current.id));
        }
        Passed::Changed(Write {
            action: write.action.clone(),
            values,
        })
    }
}

/// Why a field does not take a value, in words; none where it does. A platform looks at this before any automation runs.
pub fn refusal(field: &Field, value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => too_long(text, field).or_else(|| not_listed(text, field)),
        Value::Set(items) => items.iter().find_map(|item| not_listed(item, field)),
        _ => None,
    }
}

fn too_long(text: &str, field: &Field) -> Option<String> {
    let length = usize::try_from(field.length?).ok()?;
    // No text has more characters than bytes.
    if text.len() <= length {
        return None;
    }
    let has = text.chars().count();
    (has > length).then(|| format!("it has {has} characters, and at most {length} are stored"))
}

fn not_listed(text: &str, field: &Field) -> Option<String> {
    let only = field.only.as_ref()?;
    // Sorted here, in the order of its system in a plan: a value that is found at once is there either way.
    let found = only.binary_search_by(|known| known.as_str().cmp(text));
    let listed = found.is_ok() || only.iter().any(|known| known == text);
    (!listed).then(|| {
        let text: String = text.chars().take(80).collect();
        format!("`{text}` is not one of its values")
    })
}

impl<S: Store> Store for Behaving<S> {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        let rules = |shape: &Shape| {
            let known = self.fields.get(&shape.object);
            let field = |name: &SmolStr| known.and_then(|fields| fields.get(name)).cloned();
            Rules {
                shape: shape.clone(),
                fields: shape.fields.iter().map(|slot| field(&slot.name)).collect(),
            }
        };
        self.objects = shapes.iter().map(rules).collect();
        self.store.open(shapes)
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.store.scan(object, from, limit)
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.store.skim(object, from, limit)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        self.store.read(object, ids)
    }

    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError> {
        self.store.find(object, slot, value)
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        self.store.ids(object)
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let passed = writes
            .iter()
            .map(|write| self.pass(object, write))
            .collect::<Result<Vec<_>, _>>()?;
        if passed.iter().all(|p| matches!(p, Passed::AsItIs)) {
            return self.store.write(object, writes);
        }
        let on = passed.iter().zip(writes).filter_map(|(passed, write)| {
            Some(match passed {
                Passed::Decided(_) => return None,
                Passed::AsItIs => write.clone(),
                Passed::Changed(write) => write.clone(),
            })
        });
        let on: Vec<Write> = on.collect();
        let mut outcomes = self.store.write(object, &on)?.into_iter();
        let outcome = |passed| match passed {
            Passed::Decided(outcome) => outcome,
            Passed::AsItIs | Passed::Changed(_) => outcomes.next().unwrap_or(Outcome::Gone),
        };
        Ok(passed.into_iter().map(outcome).collect())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.store.commit()
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.store.close()
    }
}
