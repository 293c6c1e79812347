//! Expressions: the same tree, with names.

use smol_str::SmolStr;

use super::members::Asked;
use super::{Cx, Done, impossible};
use crate::model::{Expr, ExprKind, RowView};
use crate::plan::Expr as Lowered;
use crate::side::Side;

impl Cx<'_> {
    /// Lowers an expression; what it reads is remembered.
    pub fn expr(&mut self, e: &Expr) -> Done<Lowered> {
        Ok(match &e.node {
            ExprKind::Unknown => return Err(impossible("an unknown name", e.span)),
            ExprKind::Entered(stage) => match &mut self.members {
                Some(members) => Lowered::Field {
                    side: Side::Left,
                    field: members.entered(stage),
                },
                None => return Err(impossible("a stage outside a lifecycle", e.span)),
            },
            ExprKind::Input => Lowered::Input,
            ExprKind::Const(value) => Lowered::Const(value.clone()),
            ExprKind::Env(name) => Lowered::Env(name.clone()),
            ExprKind::Field { side, field } => Lowered::Field {
                side: *side,
                field: self.read_field(*field, Asked::Value),
            },
            ExprKind::Related {
                side,
                reference,
                field,
            } => Lowered::Related {
                side: *side,
                reference: self.read_field(*reference, Asked::Value),
                object: self.object(field.object),
                field: self.field(*field),
            },
            ExprKind::Call {
                function,
                arguments,
            } => Lowered::Call {
                function: function.clone(),
                arguments: self.exprs(arguments)?,
            },
            ExprKind::Map {
                map,
                from,
                input,
                within,
            } => Lowered::Map {
                map: self.map_name(*map),
                from: *from,
                input: self.boxed(input)?,
                within: match within {
                    Some(within) => Some(self.boxed(within)?),
                    None => self.controlling.clone().map(Box::new),
                },
            },
            ExprKind::Each { map, from, input } => Lowered::Each {
                map: self.map_name(*map),
                from: *from,
                input: self.boxed(input)?,
            },
            ExprKind::Normalize { table, input } => Lowered::Normalize {
                table: self.table_name(*table),
                input: self.boxed(input)?,
            },
            ExprKind::Linked { syncs, from, input } => Lowered::Linked {
                syncs: syncs.iter().map(|s| self.sync_name(*s)).collect(),
                from: *from,
                input: self.boxed(input)?,
            },
            ExprKind::Not(inner) => Lowered::Not(self.boxed(inner)?),
            ExprKind::All(parts) => Lowered::All(self.exprs(parts)?),
            ExprKind::Any(parts) => Lowered::Any(self.exprs(parts)?),
            ExprKind::Compare {
                comparison,
                left,
                right,
            } => Lowered::Compare {
                comparison: *comparison,
                left: self.boxed(left)?,
                right: self.boxed(right)?,
            },
            ExprKind::In { input, list } => Lowered::In {
                input: self.boxed(input)?,
                list: list.iter().map(|(v, _)| v.clone()).collect(),
            },
            ExprKind::IsSet(inner) => Lowered::IsSet(self.boxed(inner)?),
            ExprKind::Before(inner) => before(self.expr(inner)?),
            ExprKind::Changed { side, field } => Lowered::Changed {
                side: *side,
                field: self.read_field(*field, Asked::Change),
            },
            ExprKind::Arithmetic {
                operation,
                left,
                right,
            } => Lowered::Arithmetic {
                operation: *operation,
                left: self.boxed(left)?,
                right: self.boxed(right)?,
            },
        })
    }

    fn exprs(&mut self, list: &[Expr]) -> Done<Vec<Lowered>> {
        list.iter().map(|e| self.expr(e)).collect()
    }

    fn boxed(&mut self, e: &Expr) -> Done<Box<Lowered>> {
        self.expr(e).map(Box::new)
    }

    /// The value of a lane: a map whose values depend on those of another row is given the value of that row.
    pub fn lane_value(&mut self, row: RowView<'_>, from: Side, value: &Expr) -> Done<Lowered> {
        let outer = self.controlling.take();
        self.controlling = self.controlling(row, from)?;
        let lowered = self.expr(value);
        self.controlling = outer;
        lowered
    }

    /// The controlling value for the map of a row, in the spelling of the right side.
    fn controlling(&mut self, row: RowView<'_>, from: Side) -> Done<Option<Lowered>> {
        let Some((_, within)) = row.dependent_map() else {
            return Ok(None);
        };
        let Some(controller) = row.controller() else {
            return Err(impossible(
                "a map that depends on a row which is not there",
                within.name.span,
            ));
        };
        let read = self.read(controller, from)?;
        let form = match (controller.row.normal.as_deref(), controller.lane(from)) {
            (Some(normal), _) => normal,
            (None, Some(lane)) if from == Side::Left => &lane.value,
            _ => return Ok(Some(read)),
        };
        let form = self.lane_value(controller, from, form)?;
        Ok(Some(substitute(form, &read)))
    }

    fn sync_name(&self, id: crate::model::SyncId) -> SmolStr {
        let sync = self.model.syncs.get(id.index());
        sync.map_or_else(SmolStr::default, |s| s.name.node.clone())
    }
}

/// An expression over the record as it was, which stands on the right of the one that starts an automation.
fn before(mut over: Lowered) -> Lowered {
    over.visit_mut(&mut |e| {
        if let Lowered::Field { side, .. } = e {
            *side = Side::Right;
        }
    });
    over
}

/// An expression over the input, with something that has no input of its own in the place of the input.
pub(super) fn substitute(mut over: Lowered, input: &Lowered) -> Lowered {
    over.visit_mut(&mut |e| {
        if *e == Lowered::Input {
            *e = input.clone();
        }
    });
    over
}
