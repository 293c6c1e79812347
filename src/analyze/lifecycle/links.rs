//! What joins columns without a person: the lanes of rows, and the effects of automations that a change of a column starts.

use smol_str::SmolStr;

use super::Life;
use super::guards::among;
use crate::analyze::{disjoint, eval};
use crate::model::{
    Automation, Effect, Entry, Expr, ExprKind, FieldRef, Lane, Model, Phase, RowId, Timing, Written,
};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

/// What writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A row of a sync.
    Row(RowId),
    /// An automation, by its position in the model.
    Automation(usize),
}

/// A lane or an effect from one column to another one or to itself.
pub(super) struct Link<'m> {
    pub cause: Cause,
    /// The column that is read.
    pub source: usize,
    /// The column that is written.
    pub target: usize,
    /// Under which it writes.
    pub conditions: Vec<(Side, &'m Expr)>,
    /// The field that is read.
    pub field: FieldRef,
    /// What it writes is what it reads.
    pub over: bool,
    value: Writes<'m>,
}

#[derive(Clone)]
enum Writes<'m> {
    Lane(&'m Lane),
    Constant(&'m str),
    /// A blank.
    Nothing,
}

/// All of them: those of rows, then those of automations.
pub(super) fn links(life: Life<'_>) -> Vec<Link<'_>> {
    let mut all = Links {
        life,
        found: Vec::new(),
    };
    all.rows();
    for (number, automation) in life.model.automations.iter().enumerate() {
        if automation.phase != Phase::Derived {
            all.effects(number, automation);
        }
    }
    all.found
}

struct Links<'m> {
    life: Life<'m>,
    found: Vec<Link<'m>>,
}

impl<'m> Links<'m> {
    fn column_of(&self, field: FieldRef) -> Option<usize> {
        let mut columns = self.life.columns();
        columns.find(|c| self.life.field(*c).is_some_and(|f| f.id == field))
    }

    fn rows(&mut self) {
        for row in self.life.model.rows().filter(|r| r.sync.merges()) {
            for side in Side::BOTH {
                let (Some(from), Some((lane, to))) = (row.field(side), row.writes(!side)) else {
                    continue;
                };
                let columns = self.column_of(from.id).zip(self.column_of(to.id));
                if let Some((source, target)) = columns.filter(|_| lane.timing == Timing::Always) {
                    self.found.push(Link {
                        cause: Cause::Row(row.id),
                        source,
                        target,
                        conditions: row.row.when.iter().map(|w| (side, &**w)).collect(),
                        field: from.id,
                        over: false,
                        value: Writes::Lane(lane),
                    });
                }
            }
        }
    }

    fn effects(&mut self, number: usize, automation: &'m Automation) {
        for (at, effect) in automation.effects.iter().enumerate() {
            let Some((target, value)) = self.column_of(effect.target).zip(constant(effect)) else {
                continue;
            };
            // what is cleared to be set again is not cleared
            let mut later = automation.effects.iter().skip(at + 1);
            let again = later.any(|e| e.target == effect.target);
            let clears = matches!(value, Writes::Nothing);
            for source in self.life.columns() {
                let Some(field) = self.life.field(source).map(|f| f.id) else {
                    continue;
                };
                let over = source == target && effect.record == Written::Itself;
                let starts = reads(automation, field) || (over && runs_always(automation));
                if !starts || clears && (!over || again) {
                    continue;
                }
                let guards = automation.guard.iter().chain(&effect.when);
                self.found.push(Link {
                    cause: Cause::Automation(number),
                    source,
                    target,
                    conditions: guards.map(|g| (Side::Left, g)).collect(),
                    field,
                    over,
                    value: value.clone(),
                });
            }
        }
    }
}

impl Link<'_> {
    /// Whether its conditions may hold while the column that it reads shows a value.
    pub fn may_run(&self, model: &Model, value: &str) -> bool {
        self.conditions.iter().all(|(side, condition)| {
            let shown = vec![(Value::text(value), Span::default())];
            !disjoint(model, condition, &among(*side, self.field, shown))
        })
    }

    /// Whether it clears what it writes.
    pub const fn clears(&self) -> bool {
        matches!(self.value, Writes::Nothing)
    }

    /// What it writes while the column that it reads shows a value.
    pub fn writes(&self, model: &Model, value: &str) -> Option<SmolStr> {
        match self.value {
            Writes::Constant(value) => Some(value.into()),
            Writes::Nothing => None,
            Writes::Lane(lane) => match eval(model, &lane.value, &Value::text(value))? {
                Value::Text(text) => Some(text),
                _ => None,
            },
        }
    }
}

fn constant(effect: &Effect) -> Option<Writes<'_>> {
    match &effect.value.as_ref()?.node {
        ExprKind::Const(Value::Text(text)) => Some(Writes::Constant(text.as_str())),
        ExprKind::Const(Value::Blank) => Some(Writes::Nothing),
        _ => None,
    }
}

/// Whether a change of a field starts an automation.
fn reads(automation: &Automation, field: FieldRef) -> bool {
    let guarded = |e: &Expr| e.fields().iter().any(|(_, f, _)| *f == field);
    automation.object == Some(field.object)
        && (automation.changes.contains(&field)
            || automation.changes.is_empty() && automation.guard.as_ref().is_some_and(guarded))
}

/// Whether each change of its record starts it, whatever has changed, and all that it does is known.
const fn runs_always(automation: &Automation) -> bool {
    let every = matches!(automation.entry, Entry::EveryTime);
    every && automation.changes.is_empty() && automation.opaque.is_none()
}
