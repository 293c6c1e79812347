//! Match keys: compared by the equality of the row that maps the same fields.

use super::exprs::substitute;
use super::{Cx, Done};
use crate::model::{ExprKind, FieldRef, Key, KeyPart, RowView, SyncView};
use crate::plan::{Expr, MatchKey, MatchPart};
use crate::side::{Side, Sides};
use crate::value::Kind;

impl Cx<'_> {
    /// Lowers a match key.
    pub fn match_key(&mut self, view: SyncView<'_>, key: &Key) -> Done<MatchKey> {
        let mut parts = Vec::with_capacity(key.parts.len());
        for part in &key.parts {
            parts.push(self.match_part(view, part)?);
        }
        Ok(MatchKey { parts })
    }

    /// Both sides go through the normal form of the row that maps the fields. Where the row has a map or a function
    /// instead, and compares the bare fields, one side goes through it to the other.
    fn match_part(&mut self, view: SyncView<'_>, part: &KeyPart) -> Done<MatchPart> {
        let mut sides = Sides::new(self.expr(&part.sides.left)?, self.expr(&part.sides.right)?);
        let reads = |r: &RowView<'_>, side: Side| {
            let field = r.row.cells.get(side).field();
            let fields = part.sides.get(side).fields();
            fields.iter().any(|(_, f, _)| Some(*f) == field)
        };
        let row = view
            .rows()
            .find(|r| reads(r, Side::Left) && reads(r, Side::Right));
        if let Some(row) = row {
            if let Some(normal) = &row.row.normal {
                for side in Side::BOTH {
                    let form = self.expr(normal)?;
                    let plain = sides.get(side).clone();
                    *sides.get_mut(side) = substitute(form, &plain);
                }
            } else if bare(part, Side::Left).is_some() && bare(part, Side::Right).is_some() {
                let from = if row.lane(Side::Left).is_some() {
                    Side::Left
                } else {
                    Side::Right
                };
                if let Some(lane) = row.lane(from) {
                    let value = self.lane_value(row, from, &lane.value)?;
                    let plain = sides.get(from).clone();
                    *sides.get_mut(from) = substitute(value, &plain);
                }
            }
        }
        let stored = Sides::new(Side::Left, Side::Right)
            .map(|side| bare(part, side).and_then(|f| self.equality(f)));
        let fold = Side::BOTH
            .iter()
            .any(|s| stored.get(*s).is_some_and(|e| e.fold_case));
        if !fold
            && Side::BOTH
                .iter()
                .any(|s| stored.get(*s).is_some_and(|e| e.trim))
        {
            for side in Side::BOTH {
                let kept = stored.get(side).is_some_and(|e| !e.trim);
                if kept && part.sides.get(side).kind == Some(Kind::Text) {
                    let plain = sides.get(side).clone();
                    *sides.get_mut(side) = Expr::Call {
                        function: "trim".into(),
                        arguments: vec![plain],
                    };
                }
            }
        }
        Ok(MatchPart { sides, fold })
    }
}

/// The field, where a part is nothing but a field.
fn bare(part: &KeyPart, side: Side) -> Option<FieldRef> {
    match part.sides.get(side).node {
        ExprKind::Field { field, .. } => Some(field),
        _ => None,
    }
}
