//! A witness as a scenario: the records, edits and rests that a test of the spec would have, so that the engine can replay it.

use smol_str::SmolStr;

use super::build::Built;
use super::parts::exclusive;
use super::place::Place;
use crate::analyze::cast::{ALIAS, Cast, SECOND};
use crate::analyze::settle::network::{CellId, RecordId, Symbol};
use crate::analyze::settle::{StepKind, Witness};
use crate::model::{
    Expectation, ExprKind, FieldRef, Model, Moment, Scenario, Step, SyncId, SyncView, Written,
};
use crate::side::Side;
use crate::source::Spanned;
use crate::value::Value;

/// Minutes between two edits of which one is newer: more than any tolerance of clocks.
const APART: u32 = 30;

/// Which of the records are linked, beside those that the rows of the part hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Linked {
    /// All that some sync can hold.
    All,
    /// None.
    Few,
}

/// Where a scenario begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// With what the witness begins with.
    Witness,
    /// With the lifecycles in their first stages, which a run has seen.
    Started,
}

/// A witness as scenarios that begin with the records of the part, make the edits, and expect quiet: the likelier one to go on
/// for ever comes first. None where it cannot be told so: people do not wait for a rest, no key links the records, or none that
/// they can have is admitted.
pub fn scenarios(model: &Model, built: &Built, witness: &Witness) -> Vec<Scenario> {
    if witness.hasty {
        return Vec::new();
    }
    // a lifecycle takes what it meets as it is, and moves those whom it knows
    let openings: &[Opening] = match built.steps.is_empty() {
        true => &[Opening::Witness],
        false => &[Opening::Started, Opening::Witness],
    };
    let mut told: Vec<Scenario> = Vec::new();
    for opening in openings {
        for linked in [Linked::All, Linked::Few] {
            let one = scenario(model, built, witness, (*opening, linked));
            told.extend(one.filter(|s| told.last().is_none_or(|t| t.steps != s.steps)));
        }
    }
    told
}

fn scenario(
    model: &Model,
    built: &Built,
    witness: &Witness,
    (opening, linked): (Opening, Linked),
) -> Option<Scenario> {
    let (name, span) = built.subjects(model).next()?;
    let mut telling = Telling {
        model,
        built,
        linked,
        cast: Cast::new(model, span, Vec::new()),
        second: None,
    };
    telling.come_on();
    telling.hold(witness)?;
    for sync in telling.syncs() {
        for cast in telling.casts_of(sync) {
            cast.link(sync, witness.begin)?;
        }
    }
    telling.refer();
    for sync in telling.syncs() {
        for cast in telling.casts_of(sync) {
            cast.admit(sync)?;
        }
    }
    if opening == Opening::Started {
        telling.start();
    }
    let mut steps = telling.cast.beginning();
    steps.extend(telling.second.iter().flat_map(Cast::beginning));
    let edited = matches!(witness.steps.first(), Some(s) if matches!(s.kind, StepKind::Edit(..)));
    let stamped = built.network.records.iter().any(|r| r.stamped);
    // what the sync stamps is saved before people go on
    if opening == Opening::Started || edited && stamped {
        steps.push(telling.cast.step(None, crate::model::StepKind::Settle));
    }
    steps.extend(telling.course(witness));
    steps.push(
        telling
            .cast
            .step(None, crate::model::StepKind::Expect(Expectation::Quiet)),
    );
    Some(Scenario {
        name: Spanned::new(format!("`{name}` comes to rest"), span),
        span,
        steps,
    })
}

/// An edit of a side, and how often what waits has a turn before it.
struct Edit {
    side: Side,
    step: Step,
    later: u32,
}

struct Telling<'m> {
    model: &'m Model,
    built: &'m Built,
    linked: Linked,
    cast: Cast<'m>,
    /// The records that are there for a second time.
    second: Option<Cast<'m>>,
}

impl<'m> Telling<'m> {
    /// The records of the story, of which nothing is known yet.
    fn come_on(&mut self) {
        let mut first = self.built.objects.clone();
        if let Some(twins) = self.built.twins {
            let second = first.split_off(twins.index().min(first.len()));
            self.second = Some(Cast {
                alias: SECOND,
                ..Cast::new(self.model, self.cast.span, second)
            });
        }
        self.cast = Cast::new(self.model, self.cast.span, first);
    }

    /// Those of the records that a sync holds.
    fn casts_of(&mut self, sync: SyncView<'m>) -> impl Iterator<Item = &mut Cast<'m>> {
        let holds = move |cast: &&mut Cast<'m>| cast.syncs().iter().any(|s| s.id == sync.id);
        let second = self.second.as_mut().filter(holds);
        [Some(&mut self.cast), second].into_iter().flatten()
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

    /// The records hold what the witness begins with.
    fn hold(&mut self, witness: &Witness) -> Option<()> {
        for (at, symbol) in (0..).zip(&witness.given) {
            let cell = CellId(at);
            let value = self.value(cell, *symbol);
            let record = self.built.network.cells.get(cell.index())?.record;
            let second = self.built.is_second(record);
            let second = self.second.as_mut().filter(|_| second);
            match self.built.places.get(cell.index())? {
                Place::Field(field) => {
                    second.unwrap_or(&mut self.cast).set(*field, value);
                }
                Place::Computed { .. } => {}
                Place::Through { .. } | Place::Started(_) if value.is_blank() => {}
                Place::Through { .. } | Place::Started(_) => return None,
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
                if let (Some(record), Some(value)) = (self.cast.record(field.object), value) {
                    let now = record.entry(field).or_default();
                    if now.is_blank() {
                        *now = value;
                    }
                }
            }
        }
    }

    /// The syncs of the part's rows, those by whose links a lifecycle finds the records of the part, and, where all are linked,
    /// those that hold others of its records at the same time.
    fn syncs(&self) -> Vec<SyncView<'m>> {
        let model = self.model;
        let whole = self.cast.syncs();
        let of_rows = |id: SyncId| self.built.rows.iter().any(|row| row.sync == id);
        let by_lifecycle = |_: SyncId| !self.built.steps.is_empty();
        let mut held: Vec<SyncView<'m>> = model.sync_views().filter(|v| of_rows(v.id)).collect();
        for view in whole.into_iter().filter(|v| !of_rows(v.id)) {
            let together = || held.iter().all(|v| !exclusive(model, v.id, view.id));
            if by_lifecycle(view.id) || self.linked == Linked::All && together() {
                held.push(view);
            }
        }
        held.sort_by_key(|v| v.id);
        held
    }

    /// Rows and automations that read or write along a reference find their record.
    fn refer(&mut self) {
        let model = self.model;
        let mut references: Vec<FieldRef> = Vec::new();
        for e in self.built.expressions(model) {
            e.visit(&mut |e| match e.node {
                ExprKind::Related {
                    reference, field, ..
                } if reference.object != field.object => references.push(reference),
                _ => {}
            });
        }
        let automations = self.built.automations.iter().flatten();
        let automations = automations.filter_map(|id| model.automations.get(id.index()));
        let effects = automations.flat_map(|a| &a.effects);
        references.extend(effects.filter_map(|e| match e.record {
            Written::Referenced(field) | Written::Referring(field) => Some(field),
            Written::Itself | Written::Made | Written::Found => None,
        }));
        // what is there once is what all of them refer to
        for reference in references {
            self.cast.set(reference, Value::text(ALIAS));
            if let Some(second) = &mut self.second {
                second.set(reference, Value::text(ALIAS));
            }
        }
    }

    /// The edits of the witness, each group followed by a rest. What waits has a turn where time passes before the next edit, or
    /// before the rest.
    fn course(&self, witness: &Witness) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        let mut day = 1;
        let mut later = 0;
        for step in &witness.steps {
            match &step.kind {
                StepKind::Edit(record, values) => {
                    edits.extend(self.edit(*record, values, later));
                }
                StepKind::Pause => later += 1,
                StepKind::Round => {
                    let turns = std::mem::take(&mut later);
                    self.rest(&mut steps, &mut edits, &mut day, witness.newer, turns);
                }
            }
        }
        self.rest(&mut steps, &mut edits, &mut day, witness.newer, later);
        steps
    }

    /// Ends a group of edits. Of two sides the newer one comes later; without one, all edits have one time. So often as what waits
    /// has a turn, that comes a while later.
    fn rest(
        &self,
        steps: &mut Vec<Step>,
        edits: &mut Vec<Edit>,
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
        edits.sort_by_key(|e| (e.later, newer == Some(e.side)));
        let today = *day;
        let after = |later: u32| Moment {
            day: today,
            minute: 10 * 60 + 2 * APART * later,
        };
        let mut now = 0;
        for mut edit in edits.drain(..) {
            self.wait(steps, now + 1..edit.later, after);
            now = edit.later;
            let apart = if newer == Some(edit.side) { APART } else { 0 };
            let moment = after(edit.later);
            edit.step.at = Some(Moment {
                minute: moment.minute + apart,
                ..moment
            });
            steps.push(edit.step);
        }
        self.wait(steps, now + 1..turns, after);
        steps.push(self.cast.step((turns > 0).then_some(after(turns)), settle));
        *day += 1;
    }

    /// Time passes, and nobody does anything but look.
    fn wait(
        &self,
        steps: &mut Vec<Step>,
        turns: std::ops::Range<u32>,
        after: impl Fn(u32) -> Moment,
    ) {
        let looks = turns.filter_map(|turn| {
            let look = crate::model::StepKind::Expect(Expectation::Record {
                object: *self.built.objects.first()?,
                alias: SmolStr::new_static(ALIAS),
                values: Vec::new(),
            });
            Some(self.cast.step(Some(after(turn)), look))
        });
        steps.extend(looks);
    }

    fn edit(&self, record: RecordId, values: &[(CellId, Symbol)], later: u32) -> Option<Edit> {
        let object = *self.built.objects.get(record.index())?;
        let values = values.iter().filter_map(|(cell, v)| {
            Some((self.field(*cell)?, self.value(*cell, *v), self.cast.span))
        });
        let mut sides = self.syncs().into_iter().flat_map(|sync| {
            let of = move |s: &Side| sync.sync.ends.get(*s).object == Some(object);
            Side::BOTH.into_iter().filter(of)
        });
        let side = sides.next().unwrap_or(Side::Left);
        let kind = crate::model::StepKind::Edit {
            object,
            alias: SmolStr::new_static(if self.built.is_second(record) {
                SECOND
            } else {
                ALIAS
            }),
            values: values.collect(),
        };
        Some(Edit {
            side,
            step: self.cast.step(None, kind),
            later,
        })
    }
}
