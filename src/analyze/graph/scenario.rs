//! A witness as a scenario: the records, edits and rests that a test of the spec would have, so that the engine can replay it.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::build::Built;
use super::place::Place;
use crate::analyze::admission;
use crate::analyze::satisfy::{self, Answer};
use crate::analyze::settle::network::{CellId, RecordId, Symbol};
use crate::analyze::settle::{Begin, StepKind, Witness};
use crate::model::{
    Expectation, Expr, ExprKind, FieldRef, Model, Moment, Scenario, Step, SyncView, Written,
};
use crate::side::Side;
use crate::source::{Span, Spanned};
use crate::value::{Kind, Value};

/// All records of a scenario are one pair, or refer to each other: one alias is enough.
const ALIAS: &str = "one";
/// Minutes between two edits of which one is newer: more than any tolerance of clocks.
const APART: u32 = 30;

/// Where a scenario begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// With what the witness begins with.
    Witness,
    /// With the lifecycles in their first stages, which a run has seen.
    Started,
}

/// A witness as scenarios that begin with the records of the part, make the edits, and expect quiet: the likelier one to go on
/// for ever comes first. None where it cannot be told so: no key links the records, or none that they can have is admitted.
pub fn scenarios(model: &Model, built: &Built, witness: &Witness) -> Vec<Scenario> {
    // a lifecycle takes what it meets as it is, and moves those whom it knows
    let openings: &[Opening] = match built.steps.is_empty() {
        true => &[Opening::Witness],
        false => &[Opening::Started, Opening::Witness],
    };
    let told = openings.iter();
    told.filter_map(|o| scenario(model, built, witness, *o))
        .collect()
}

fn scenario(model: &Model, built: &Built, witness: &Witness, opening: Opening) -> Option<Scenario> {
    let (name, span) = built.subjects(model).next()?;
    let mut telling = Telling {
        model,
        built,
        span,
        given: built.objects.iter().map(|_| BTreeMap::new()).collect(),
    };
    telling.hold(witness)?;
    for sync in telling.syncs() {
        telling.link(sync, witness.begin)?;
    }
    telling.refer();
    for sync in telling.syncs() {
        telling.admit(sync)?;
    }
    if opening == Opening::Started {
        telling.start();
    }
    let mut steps = telling.beginning();
    if opening == Opening::Started {
        steps.push(telling.step(None, crate::model::StepKind::Settle));
    }
    steps.extend(telling.course(witness));
    steps.push(telling.step(None, crate::model::StepKind::Expect(Expectation::Quiet)));
    Some(Scenario {
        name: Spanned::new(format!("`{name}` comes to rest"), span),
        span,
        steps,
    })
}

struct Telling<'m> {
    model: &'m Model,
    built: &'m Built,
    span: Span,
    /// By record.
    given: Vec<BTreeMap<FieldRef, Value>>,
}

impl<'m> Telling<'m> {
    fn step(&self, at: Option<Moment>, kind: crate::model::StepKind) -> Step {
        Step {
            span: self.span,
            at,
            kind,
        }
    }

    fn value(&self, cell: CellId, value: Symbol) -> Value {
        let values = self.built.values.get(cell.index());
        values
            .and_then(|v| v.get(usize::from(value)))
            .cloned()
            .unwrap_or_default()
    }

    /// The field of a cell that a record has by itself; none for a computed one.
    fn field(&self, cell: CellId) -> Option<FieldRef> {
        match self.built.places.get(cell.index())? {
            Place::Field(field) => Some(*field),
            Place::Through { .. } | Place::Computed { .. } | Place::Started(_) => None,
        }
    }

    fn record(
        &mut self,
        object: crate::model::ObjectRef,
    ) -> Option<&mut BTreeMap<FieldRef, Value>> {
        let at = self.built.objects.iter().position(|o| *o == object)?;
        self.given.get_mut(at)
    }

    /// Sets a field that has no value yet. Whether it has this one now.
    fn set(&mut self, field: FieldRef, value: Value) -> bool {
        let Some(record) = self.record(field.object) else {
            return false;
        };
        *record.entry(field).or_insert_with(|| value.clone()) == value
    }

    /// The records hold what the witness begins with.
    fn hold(&mut self, witness: &Witness) -> Option<()> {
        for (at, symbol) in (0..).zip(&witness.given) {
            let cell = CellId(at);
            let value = self.value(cell, *symbol);
            match self.field(cell) {
                Some(field) => {
                    self.set(field, value);
                }
                None if value.is_blank() => {}
                None => match self.built.places.get(cell.index())? {
                    Place::Computed { .. } => {}
                    Place::Field(_) | Place::Through { .. } | Place::Started(_) => return None,
                },
            }
        }
        Some(())
    }

    /// Columns that are blank show the first stage of their lifecycle.
    fn start(&mut self) {
        for lifecycle in self.built.lifecycles(self.model) {
            for (at, column) in lifecycle.columns.iter().enumerate() {
                let Some(field) = column.field else { continue };
                let shown = lifecycle.cell(lifecycle.first(), at).first();
                let value = shown.map(|v| Value::text(&v.value));
                if let (Some(record), Some(value)) = (self.record(field.object), value) {
                    let now = record.entry(field).or_default();
                    if now.is_blank() {
                        *now = value;
                    }
                }
            }
        }
    }

    /// The syncs of the part's rows, and those by whose links a lifecycle finds the records of the part.
    fn syncs(&self) -> Vec<SyncView<'m>> {
        let built = self.built;
        let all = self.model.sync_views();
        all.filter(|view| {
            let has = |side| {
                let end = view.sync.ends.get(side).object;
                end.is_some_and(|o| built.objects.contains(&o))
            };
            let rows = built.rows.iter().any(|row| row.sync == view.id);
            rows || !built.steps.is_empty() && Side::BOTH.into_iter().all(has)
        })
        .collect()
    }

    /// Gives the records of a pair what links them: one key, or for records that were linked before the ids of each other.
    fn link(&mut self, sync: SyncView<'m>, begin: Begin) -> Option<()> {
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
                    self.set(field, Value::text(ALIAS));
                }
            }
        }
        Some(())
    }

    /// A value that two records have in common.
    fn sample(&self, field: FieldRef) -> Option<Value> {
        match self.model.field(field)?.kind() {
            Kind::Text => Some(Value::text("one@x.example")),
            Kind::Number => Some(Value::Number(7.into())),
            _ => None,
        }
    }

    /// Automations that write along a reference find their record.
    fn refer(&mut self) {
        let automations = self.built.automations.iter().flatten();
        let effects = automations
            .filter_map(|id| self.model.automations.get(id.index()))
            .flat_map(|a| &a.effects);
        let references: Vec<FieldRef> = effects
            .filter_map(|e| match e.record {
                Written::Referenced(field) | Written::Referring(field) => Some(field),
                Written::Itself | Written::Made | Written::Found => None,
            })
            .collect();
        for reference in references {
            self.set(reference, Value::text(ALIAS));
        }
    }

    /// Fills what the records of a pair must be to be admitted.
    fn admit(&mut self, sync: SyncView<'m>) -> Option<()> {
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

    fn beginning(&self) -> Vec<Step> {
        let records = self.built.objects.iter().zip(&self.given);
        let given = records.map(|(object, values)| {
            let filled = values.iter().filter(|(_, v)| !v.is_blank());
            let kind = crate::model::StepKind::Given {
                object: *object,
                alias: SmolStr::new_static(ALIAS),
                values: filled.map(|(f, v)| (*f, v.clone(), self.span)).collect(),
            };
            self.step(None, kind)
        });
        given.collect()
    }

    /// The edits of the witness, each group followed by a rest. What waits has a turn where time passes before the rest; where it
    /// had several, people enter what stood there before the last one.
    fn course(&self, witness: &Witness) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut edits: Vec<(Side, Step)> = Vec::new();
        let mut day = 1;
        let mut entered = None;
        let mut turns = 0;
        let mut before: &[Symbol] = &witness.given;
        for step in &witness.steps {
            match &step.kind {
                StepKind::Edit(record, values) => {
                    edits.extend(self.edit(*record, values));
                    entered = Some((*record, values));
                    turns = 0;
                }
                StepKind::Pause => {
                    turns += 1;
                    if let Some((record, values)) = entered.filter(|_| turns > 1) {
                        let held = |(cell, v): &(CellId, Symbol)| {
                            let held = before.get(cell.index()).copied();
                            (*cell, held.unwrap_or(*v))
                        };
                        let values: Vec<_> = values.iter().map(held).collect();
                        edits.pop();
                        edits.extend(self.edit(record, &values));
                    }
                }
                StepKind::Round => {
                    let turns = std::mem::take(&mut turns);
                    self.rest(&mut steps, &mut edits, &mut day, witness.newer, turns);
                }
            }
            before = &step.cells;
        }
        self.rest(&mut steps, &mut edits, &mut day, witness.newer, turns);
        steps
    }

    /// Ends a group of edits. Of two sides the newer one comes later; without one, all edits have one time. Where what waits has
    /// turns before the rest, that comes a while later.
    fn rest(
        &self,
        steps: &mut Vec<Step>,
        edits: &mut Vec<(Side, Step)>,
        day: &mut u32,
        newer: Option<Side>,
        turns: u32,
    ) {
        let settle = crate::model::StepKind::Settle;
        let settled =
            matches!(steps.last(), Some(s) if matches!(s.kind, crate::model::StepKind::Settle));
        if edits.is_empty() && settled {
            return;
        }
        edits.sort_by_key(|(side, _)| newer == Some(*side));
        for (side, mut edit) in edits.drain(..) {
            let minute = 10 * 60 + if newer == Some(side) { APART } else { 0 };
            edit.at = Some(Moment { day: *day, minute });
            steps.push(edit);
        }
        let later = Moment {
            day: *day,
            minute: 10 * 60 + 2 * APART,
        };
        steps.push(self.step((turns > 0).then_some(later), settle));
        *day += 1;
    }

    fn edit(&self, record: RecordId, values: &[(CellId, Symbol)]) -> Option<(Side, Step)> {
        let object = *self.built.objects.get(record.index())?;
        let values = values
            .iter()
            .filter_map(|(cell, v)| Some((self.field(*cell)?, self.value(*cell, *v), self.span)));
        let mut sides = self.syncs().into_iter().flat_map(|sync| {
            let of = move |s: &Side| sync.sync.ends.get(*s).object == Some(object);
            Side::BOTH.into_iter().filter(of)
        });
        let side = sides.next().unwrap_or(Side::Left);
        let kind = crate::model::StepKind::Edit {
            object,
            alias: SmolStr::new_static(ALIAS),
            values: values.collect(),
        };
        Some((side, self.step(None, kind)))
    }
}

/// The field that an end of a key is; none where it is computed.
const fn ends(e: &Expr) -> Option<FieldRef> {
    match e.node {
        ExprKind::Field { field, .. } => Some(field),
        _ => None,
    }
}
