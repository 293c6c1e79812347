//! The records of a story that becomes a test: one of each object, all of one alias, with what links and admits them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::admission::admission;
use super::satisfy::{self, Answer};
use super::settle::Begin;
use crate::model::{Expr, ExprKind, FieldRef, Model, Moment, ObjectRef, Step, StepKind, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::value::{Kind, Value};

/// All records of a story are one pair, or refer to each other: one alias is enough.
pub(super) const ALIAS: &str = "one";

/// The alias of records that are there for a second time.
pub(super) const SECOND: &str = "two";

/// Records under way.
pub(super) struct Cast<'m> {
    pub model: &'m Model,
    /// What its records are called.
    pub alias: &'static str,
    /// What the story is about.
    pub span: Span,
    pub objects: Vec<ObjectRef>,
    /// By record.
    pub given: Vec<BTreeMap<FieldRef, Value>>,
}

impl<'m> Cast<'m> {
    /// A record of each object, of which nothing is known.
    pub fn new(model: &'m Model, span: Span, objects: Vec<ObjectRef>) -> Self {
        Self {
            model,
            alias: ALIAS,
            span,
            given: objects.iter().map(|_| BTreeMap::new()).collect(),
            objects,
        }
    }

    /// A step of the story.
    pub fn step(&self, at: Option<Moment>, kind: StepKind) -> Step {
        Step {
            span: self.span,
            at,
            kind,
        }
    }

    /// What a record is given.
    pub fn record(&mut self, object: ObjectRef) -> Option<&mut BTreeMap<FieldRef, Value>> {
        let at = self.objects.iter().position(|o| *o == object)?;
        self.given.get_mut(at)
    }

    /// Sets a field that has no value yet. Whether it has this one now.
    pub fn set(&mut self, field: FieldRef, value: Value) -> bool {
        let Some(record) = self.record(field.object) else {
            return false;
        };
        *record.entry(field).or_insert_with(|| value.clone()) == value
    }

    /// The syncs both of whose records are there.
    pub fn syncs(&self) -> Vec<SyncView<'m>> {
        let all = self.model.sync_views();
        all.filter(|view| {
            let has = |side| {
                let end = view.sync.ends.get(side).object;
                end.is_some_and(|o| self.objects.contains(&o))
            };
            Side::BOTH.into_iter().all(has)
        })
        .collect()
    }

    /// Gives the records of a pair what links them: one key, or for records that were linked before the ids of each other.
    pub fn link(&mut self, sync: SyncView<'m>, begin: Begin) -> Option<()> {
        match begin {
            Begin::Met => {
                let mut keys = sync.sync.keys.iter();
                keys.find(|key| {
                    let fields = key.parts.iter().map(|part| {
                        let left = ends(&part.sides.left)?;
                        Some((left, ends(&part.sides.right)?))
                    });
                    let Some(fields) = fields.collect::<Option<Vec<_>>>() else {
                        return false;
                    };
                    fields.into_iter().all(|(left, right)| {
                        let value = self.sample(left);
                        value.is_some_and(|v| self.set(left, v.clone()) && self.set(right, v))
                    })
                })?;
            }
            Begin::Recovered => {
                let stamps = Side::BOTH.map(|s| sync.sync.stamp.get(s).as_ref().map(|s| s.node));
                let mut stamped = stamps.into_iter().flatten().peekable();
                stamped.peek()?;
                for field in stamped {
                    self.set(field, Value::text(self.alias));
                }
            }
        }
        Some(())
    }

    /// A value that two records have in common.
    fn sample(&self, field: FieldRef) -> Option<Value> {
        match self.model.field(field)?.kind() {
            Kind::Text => Some(Value::text(format!("{}@x.example", self.alias))),
            Kind::Number if self.alias == ALIAS => Some(Value::Number(7.into())),
            Kind::Number => Some(Value::Number(8.into())),
            _ => None,
        }
    }

    /// Fills what the records of a pair must be to be admitted.
    pub fn admit(&mut self, sync: SyncView<'m>) -> Option<()> {
        for side in Side::BOTH {
            let wanted = admission(sync, side);
            let object = sync.sync.ends.get(side).object?;
            if wanted.is_empty() {
                continue;
            }
            let known = self.record(object)?.clone();
            let known: Vec<Expr> = known
                .into_iter()
                .map(|(field, value)| satisfy::equals(side, field, value))
                .collect();
            let conditions: Vec<&Expr> = wanted.iter().chain(&known).collect();
            let Answer::Yes(example) = satisfy::satisfy(self.model, &conditions, &[]) else {
                return None;
            };
            for (cell, value) in example.into_iter().filter(|(c, _)| c.through.is_none()) {
                self.set(cell.field, value);
            }
        }
        Some(())
    }

    /// The records as a story begins with them.
    pub fn beginning(&self) -> Vec<Step> {
        let records = self.objects.iter().zip(&self.given);
        let given = records.map(|(object, values)| {
            let filled = values.iter().filter(|(_, v)| !v.is_blank());
            let kind = StepKind::Given {
                object: *object,
                alias: SmolStr::new_static(self.alias),
                values: filled.map(|(f, v)| (*f, v.clone(), self.span)).collect(),
            };
            self.step(None, kind)
        });
        given.collect()
    }
}

/// The field that an end of a key is; none where it is computed.
const fn ends(e: &Expr) -> Option<FieldRef> {
    match e.node {
        ExprKind::Field { field, .. } => Some(field),
        _ => None,
    }
}
