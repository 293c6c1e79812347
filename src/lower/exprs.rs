//! Expressions: the same tree, with names.

use smol_str::SmolStr;

use super::members::Asked;
use super::{Cx, Done, impossible};
use crate::model::{Expr, ExprKind, MapId, RowView, ViaKind};
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
                object,
                field,
            } => Lowered::Related {
                side: *side,
                reference: self.read_field(*reference, Asked::Value),
                object: self.object(*object),
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
                within: within.as_ref().map(|w| self.boxed(w)).transpose()?,
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

    /// The value of a lane: a map whose values depend on another one is given that other one.
    pub fn lane_value(&mut self, row: RowView<'_>, from: Side, value: &Expr) -> Done<Lowered> {
        let mut lowered = self.expr(value)?;
        let Some(ViaKind::Map(map)) = row.row.via.as_ref().map(|v| &v.kind) else {
            return Ok(lowered);
        };
        if let Some(controlling) = self.controlling(row, *map, from)? {
            lowered.visit_mut(&mut |e| {
                if let Lowered::Map {
                    within: within @ None,
                    ..
                } = e
                {
                    *within = Some(Box::new(controlling.clone()));
                }
            });
        }
        Ok(lowered)
    }

    /// The controlling value of a map with `within`: that of the row which the named map, table or field stands on, in
    /// the spelling of the right side.
    fn controlling(&mut self, row: RowView<'_>, map: MapId, from: Side) -> Done<Option<Lowered>> {
        let model = self.model;
        let Some(within) = model.maps.get(map.index()).and_then(|m| m.within.as_ref()) else {
            return Ok(None);
        };
        let name: &SmolStr = &within.node;
        let stands_on = |r: &RowView<'_>| match r.row.via.as_ref().map(|v| &v.kind) {
            Some(ViaKind::Map(m)) => model
                .maps
                .get(m.index())
                .is_some_and(|m| m.name.node == *name),
            Some(ViaKind::Normalize(t)) => model
                .normalizers
                .get(t.index())
                .is_some_and(|t| t.name.node == *name),
            _ => false,
        };
        let named = |r: &RowView<'_>| {
            Side::BOTH
                .iter()
                .any(|s| r.field(*s).is_some_and(|f| f.name() == name.as_str()))
        };
        let found = row.sync.rows().find(stands_on);
        let Some(controller) = found.or_else(|| row.sync.rows().find(named)) else {
            return Err(impossible(
                "a controlling field that no row maps",
                within.span,
            ));
        };
        let mut read = self.read(controller, from)?;
        let form = match (controller.row.normal.as_deref(), controller.lane(from)) {
            (Some(normal), _) => Some(normal),
            (None, Some(lane)) if from == Side::Left => Some(&lane.value),
            _ => None,
        };
        if let Some(form) = form {
            read = substitute(self.expr(form)?, &read);
        }
        Ok(Some(read))
    }

    fn sync_name(&self, id: crate::model::SyncId) -> SmolStr {
        let sync = self.model.syncs.get(id.index());
        sync.map_or_else(SmolStr::default, |s| s.name.node.clone())
    }
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
