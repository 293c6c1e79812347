//! Lifecycles: columns become ways from a hub to records, stages and moves keep their names.
//!
//! A lifecycle is carried out whole, or not at all: what stands against it is told in the plan. What a line makes at a re-entry is
//! apart from that, since the move itself goes without it.

use smol_str::SmolStr;

use super::members::Members;
use super::{Cx, Done, digest};
use crate::analyze::{Clusters, Life, Way, clusters, shown_in_creates};
use crate::check::rules::lifecycle::hindrance;
use crate::model::{self, SyncView, Transition};
use crate::plan::{Found, Lifecycle, NotExecuted, StageColumn, StageMove, StageRow, Through};
use crate::side::Side;

impl Cx<'_> {
    /// The lifecycles that are carried out.
    pub fn lifecycles(&mut self) -> Done<Vec<Lifecycle>> {
        let model = self.model;
        let mut lowered = Vec::new();
        for life in model.life_views() {
            if let Ok(found) = clusters(life) {
                let mut lifecycle = self.lifecycle(life, &found)?;
                lifecycle.digest = digest::of_lifecycle(&lifecycle);
                lowered.push(lifecycle);
            }
        }
        Ok(lowered)
    }

    /// What of the lifecycles is not carried out.
    pub fn lifecycles_not_executed(&self) -> Vec<NotExecuted> {
        let told = |life: Life<'_>| {
            let told = |construct: &str, reason: String| NotExecuted {
                construct: construct.into(),
                name: life.lifecycle.name.node.clone(),
                origin: self.origin(life.lifecycle.span),
                reason,
            };
            if let Err(found) = clusters(life) {
                let reason = hindrance(life, found);
                let reason =
                    format!("stages are checked and documented, and not moved yet: {reason}");
                return Some(told("lifecycle", reason));
            }
            let mut lines = life.lifecycle.transitions.iter();
            let made = lines.find_map(|t| t.made.as_ref())?;
            let word = made.node.word();
            Some(told(
                "re-entry",
                format!("whoever comes back is moved, and the {word} for it is not made yet"),
            ))
        };
        self.model.life_views().filter_map(told).collect()
    }

    /// The fields that the records which a sync makes on a side show their stage in.
    pub fn stages_made(&mut self, view: SyncView<'_>, side: Side) -> Vec<SmolStr> {
        let shown = shown_in_creates(view, side).into_iter();
        let fields = shown.filter_map(|(life, c)| life.field(c));
        fields.map(|f| self.field(f.id)).collect()
    }

    fn lifecycle(&mut self, life: Life<'_>, found: &Clusters<'_>) -> Done<Lifecycle> {
        let lifecycle = life.lifecycle;
        let mut columns = Vec::new();
        for (column, way) in found.ways.iter().enumerate() {
            columns.extend(self.stage_column(life, column, way));
        }
        let values = |at, column| {
            let cell = lifecycle.cell(at, column).iter();
            cell.map(|v| v.value.clone()).collect()
        };
        let stages = lifecycle.rows().map(|(at, stage)| StageRow {
            name: stage.name.node.clone(),
            cells: life.columns().map(|column| values(at, column)).collect(),
        });
        let mut moves = Vec::new();
        self.members = Some(Members::of(life, found.hub));
        for t in &lifecycle.transitions {
            self.stage_moves(life, t, &mut moves)?;
        }
        let members = self.members.take().map(|m| m.found).unwrap_or_default();
        Ok(Lifecycle {
            name: lifecycle.name.node.clone(),
            origin: self.origin(lifecycle.span),
            digest: SmolStr::default(),
            columns,
            stages: stages.collect(),
            members,
            moves,
            truth: lifecycle.truth.map(|t| life.system_name(t.node).into()),
        })
    }

    fn stage_column(
        &mut self,
        life: Life<'_>,
        column: usize,
        way: &Way<'_>,
    ) -> Option<StageColumn> {
        let entry = life.lifecycle.columns.get(column)?;
        let field = life.field(column)?;
        let conversion = field.system.profile.conversion;
        let flag = conversion
            .filter(|_| life.converts(column))
            .and_then(|c| field.object.field(c.flag));
        let converted = flag.map(|flag| {
            self.field(model::FieldRef {
                object: field.id.object,
                field: flag,
            })
        });
        let found = match way {
            Way::Hub => Found::Hub,
            Way::Linked(sync) => Found::Linked(sync.sync.name.node.clone()),
            Way::Through {
                object,
                near,
                far,
                sync,
            } => Found::Through(Through {
                object: self.object(*object),
                near: self.field(near.id),
                far: self.field(far.id),
                sync: sync.sync.name.node.clone(),
                choice: entry.choice.clone(),
                closed: life.closing(column).collect(),
            }),
        };
        Some(StageColumn {
            name: entry.name.node.clone(),
            object: self.object(field.id.object),
            field: self.field(field.id),
            found,
            converted,
        })
    }

    fn stage_moves(
        &mut self,
        life: Life<'_>,
        t: &Transition,
        moves: &mut Vec<StageMove>,
    ) -> Done<()> {
        let when = t.when.as_ref().map(|w| self.expr(w)).transpose()?;
        for by in life.movers(t) {
            for from in &t.from {
                moves.push(StageMove {
                    from: life.lifecycle.stage_name(from.node).into(),
                    to: life.lifecycle.stage_name(t.to.node).into(),
                    by: life.system_name(by).into(),
                    conversion: t.conversion.is_some(),
                    when: when.clone(),
                    clear_first: t.clear_first.is_some(),
                });
            }
        }
        Ok(())
    }
}
