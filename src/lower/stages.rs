//! Lifecycles of two columns: what the runtime carries out becomes a row of stages in the sync that links the two columns.
//!
//! A lifecycle is carried out whole, or not at all. What it takes today: two columns whose records one sync links, moves that
//! are edits, and nothing that has to be made or remembered beside the stage itself.

use smol_str::SmolStr;

use super::{Cx, Done};
use crate::analyze::Life;
use crate::model::{Arrow, Expr, ExprKind, FieldRef, Mode, SyncId, SyncView};
use crate::plan::{
    Authority, BlankPolicy, Cell, Expr as Lowered, Fallback, Lane, Move, Row, Stage, Stages, Timing,
};
use crate::side::{Side, Sides};

/// Rounds after which a row of stages is quiet: a field is cleared, and set.
const BOUND: u32 = 2;

/// A lifecycle that is carried out: where, and which column stands on which side.
pub(super) struct CarriedOut {
    sync: SyncId,
    columns: Sides<usize>,
    fields: Sides<FieldRef>,
}

/// Where a lifecycle is carried out, or why it is not.
pub(super) fn carried_out(life: Life<'_>) -> Result<CarriedOut, String> {
    if let Some(reason) = asks_for_more(life) {
        return Err(format!(
            "stages are checked and documented, and not moved yet: {reason}"
        ));
    }
    let found = place(life).map_err(|reason| {
        format!("stages are checked and documented, and not moved yet: {reason}")
    })?;
    Ok(found)
}

/// What a lifecycle says that is not carried out yet.
fn asks_for_more(life: Life<'_>) -> Option<String> {
    let lifecycle = life.lifecycle;
    if lifecycle.columns.len() != 2 {
        return Some("it has more than two columns, or less".into());
    }
    if let Some(column) = lifecycle.columns.iter().find(|c| c.through.is_some()) {
        return Some(format!(
            "the records of `{}` are found through others",
            column.name.node
        ));
    }
    let lines = || lifecycle.transitions.iter();
    if lines().any(|t| t.conversion.is_some()) {
        return Some("a line asks for a conversion".into());
    }
    if lines().any(|t| t.made.is_some() || t.owner.is_some()) {
        return Some("a line says what is made when somebody comes back".into());
    }
    let mut entered = false;
    for guard in lines().filter_map(|t| t.when.as_ref()) {
        guard.visit(&mut |e| entered |= matches!(e.node, ExprKind::Entered(_)));
    }
    if entered {
        return Some("a line asks when a stage was entered".into());
    }
    let partial = |c: usize| {
        lifecycle
            .stages
            .iter()
            .any(|s| s.cells.get(c).is_none_or(Vec::is_empty))
    };
    (partial(0) && partial(1)).then(|| "each of its columns is `none` in some stage".into())
}

/// The one sync that links both columns and may write both fields.
fn place(life: Life<'_>) -> Result<CarriedOut, String> {
    let model = life.model;
    let (Some(first), Some(second)) = (life.field(0), life.field(1)) else {
        return Err("a column has no field".into());
    };
    let side_of = |s: &SyncView<'_>| {
        let on = |side: Side, object| s.sync.ends.get(side).object == Some(object);
        Side::BOTH
            .into_iter()
            .find(|side| on(*side, first.id.object) && on(!*side, second.id.object))
    };
    let mut syncs = model
        .sync_views()
        .filter(|s| s.sync.mode == Mode::Merge && s.sync.arrow.node == Arrow::Both)
        .filter_map(|s| Some((s, side_of(&s)?)));
    let (sync, side) = match (syncs.next(), syncs.next()) {
        (Some(found), None) => found,
        (None, _) => return Err("no two-way sync links its columns".into()),
        _ => return Err("several syncs link its columns".into()),
    };
    let (columns, fields) = match side {
        Side::Left => (Sides::new(0, 1), Sides::new(first, second)),
        Side::Right => (Sides::new(1, 0), Sides::new(second, first)),
    };
    for side in Side::BOTH {
        let field = *fields.get(side);
        let name = field.full_name();
        if !field.field.updatable {
            return Err(format!("`{name}` cannot be written"));
        }
        if sync.sync.protect.iter().any(|p| p.field == field.id) {
            return Err(format!("`{name}` is protected"));
        }
        let mut rows = model.rows();
        if rows.any(|r| r.writes(side).is_some_and(|(_, f)| f.id == field.id)) {
            return Err(format!("a row writes `{name}`, too"));
        }
        let before = model.life_views().take(life.number);
        let mut others = before.flat_map(|l| l.columns().filter_map(move |c| l.field(c)));
        if others.any(|f| f.id == field.id) {
            return Err(format!("another lifecycle has `{name}`, too"));
        }
    }
    Ok(CarriedOut {
        sync: sync.id,
        columns,
        fields: fields.map(|f| f.id),
    })
}

impl Cx<'_> {
    /// The rows of stages of a sync.
    pub fn stage_rows(&mut self, view: SyncView<'_>) -> Done<Vec<Row>> {
        let model = self.model;
        let mut rows = Vec::new();
        let ends = |life: &Life<'_>| {
            let object = |column| life.field(column).map(|f| f.id.object);
            let of = |side| view.sync.ends.get(side).object;
            [of(Side::Left), of(Side::Right)].contains(&object(0))
        };
        for life in model.life_views().filter(ends) {
            if let Ok(found) = carried_out(life)
                && found.sync == view.id
            {
                rows.push(self.stage_row(life, view, &found)?);
            }
        }
        Ok(rows)
    }

    fn stage_row(&mut self, life: Life<'_>, view: SyncView<'_>, found: &CarriedOut) -> Done<Row> {
        let mut cell = |side: Side| {
            let field = self.field(*found.fields.get(side));
            Cell {
                read: Lowered::Field {
                    side,
                    field: field.clone(),
                },
                field: Some(field),
            }
        };
        let cells = Sides::new(cell(Side::Left), cell(Side::Right));
        let lane = || {
            Some(Lane {
                value: Lowered::Input,
                failure: Fallback::Reject,
                blank: BlankPolicy::Keeps,
                timing: Timing::Always,
                default: None,
                enforce: false,
            })
        };
        let truth = view.sync.truth.as_ref().map_or(Side::Left, |t| t.node);
        Ok(Row {
            name: life.lifecycle.name.node.clone(),
            origin: self.origin(life.lifecycle.span),
            digest: SmolStr::default(),
            cells,
            lanes: Sides::new(lane(), lane()),
            normal: None,
            authority: Some(Authority::Wins(truth)),
            when: None,
            bound: BOUND,
            stages: Some(Box::new(self.stages(life, view, found)?)),
        })
    }

    fn stages(&mut self, life: Life<'_>, view: SyncView<'_>, found: &CarriedOut) -> Done<Stages> {
        let lifecycle = life.lifecycle;
        let stages = lifecycle.rows().map(|(at, stage)| Stage {
            name: stage.name.node.clone(),
            values: found.columns.map(|c| {
                let cell = lifecycle.cell(at, c).iter();
                cell.map(|v| v.value.clone()).collect()
            }),
        });
        let side_of = |system| {
            Side::BOTH
                .into_iter()
                .find(|s| view.sync.ends.get(*s).object.map(|o| o.system) == Some(system))
        };
        let mut moves = Vec::new();
        for t in &lifecycle.transitions {
            let when = t.when.as_ref().map(|w| self.guard(w, found)).transpose()?;
            for by in life.movers(t).into_iter().filter_map(side_of) {
                for from in &t.from {
                    moves.push(Move {
                        from: lifecycle.stage_name(from.node).into(),
                        to: lifecycle.stage_name(t.to.node).into(),
                        by,
                        when: when.clone(),
                        clear_first: t.clear_first.is_some(),
                    });
                }
            }
        }
        let last = if found.columns.left == 1 {
            Side::Left
        } else {
            Side::Right
        };
        Ok(Stages {
            stages: stages.collect(),
            moves,
            decides: last,
            truth: lifecycle.truth.and_then(|t| side_of(t.node)),
        })
    }

    /// A guard reads the records of columns: each stands on a side of the sync.
    fn guard(&mut self, guard: &Expr, found: &CarriedOut) -> Done<Lowered> {
        let mut guard = guard.clone();
        let right = found.fields.right.object;
        guard.visit_mut(&mut |e| match &mut e.node {
            ExprKind::Field { side, field } | ExprKind::Changed { side, field } => {
                *side = if field.object == right {
                    Side::Right
                } else {
                    Side::Left
                };
            }
            _ => {}
        });
        self.expr(&guard)
    }
}
