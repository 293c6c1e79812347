//! Match keys: compared by the equality of the row that maps the same fields.

use super::exprs::substitute;
use super::{Cx, Done};
use crate::analyze::day_of_instant;
use crate::model::{ExprKind, FieldRef, Key, KeyPart, RowView, SyncView};
use crate::plan::{Equality, Expr, MatchKey, MatchPart};
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
    /// instead, and the key compares the bare fields, one side goes through it to the other; an instant and a day meet as days.
    fn match_part(&mut self, view: SyncView<'_>, part: &KeyPart) -> Done<MatchPart> {
        let stored = Sides::new(Side::Left, Side::Right).map(|side| self.stored(part, side));
        let fold = stored.left.fold_case || stored.right.fold_case;
        let trim = !fold && (stored.left.trim || stored.right.trim);
        let mut sides = Sides::new(self.expr(&part.sides.left)?, self.expr(&part.sides.right)?);
        for side in Side::BOTH {
            let kept = trim && !stored.get(side).trim && bare(part, side).is_some();
            if kept && part.sides.get(side).kind == Some(Kind::Text) {
                let form = Expr::Call {
                    function: "trim".into(),
                    arguments: vec![Expr::Input],
                };
                wrap(&mut sides, side, form);
            }
        }
        let Some(row) = view
            .rows()
            .find(|r| reads(part, *r, Side::Left) && reads(part, *r, Side::Right))
        else {
            return Ok(MatchPart { sides, fold });
        };
        let both_bare = Side::BOTH.iter().all(|s| bare(part, *s).is_some());
        let from = row.lane(Side::Left).map_or(Side::Right, |_| Side::Left);
        if let Some(normal) = &row.row.normal {
            for side in Side::BOTH {
                let form = self.expr(normal)?;
                wrap(&mut sides, side, form);
            }
        } else if let Some((instant, day)) = day_of_instant(row).filter(|_| both_bare) {
            let form = self.expr(&day)?;
            wrap(&mut sides, instant, form);
        } else if let Some(lane) = row.lane(from).filter(|_| both_bare) {
            let form = self.lane_value(row, from, &lane.value)?;
            wrap(&mut sides, from, form);
        }
        Ok(MatchPart { sides, fold })
    }

    /// What the platform keeps of a part's values; of a computation nothing is known.
    fn stored(&self, part: &KeyPart, side: Side) -> Equality {
        let field = bare(part, side);
        field.and_then(|f| self.equality(f)).unwrap_or_default()
    }
}

fn wrap(sides: &mut Sides<Expr>, side: Side, form: Expr) {
    let plain = sides.get(side).clone();
    *sides.get_mut(side) = substitute(form, &plain);
}

/// Whether a part reads the field of a row's cell.
fn reads(part: &KeyPart, row: RowView<'_>, side: Side) -> bool {
    let field = row.row.cells.get(side).field();
    let fields = part.sides.get(side).fields();
    fields.iter().any(|(_, f, _)| Some(*f) == field)
}

/// The field, where a part is nothing but a field.
fn bare(part: &KeyPart, side: Side) -> Option<FieldRef> {
    match part.sides.get(side).node {
        ExprKind::Field { field, .. } => Some(field),
        _ => None,
    }
}
