//! The text of rows in parts, for remedies that change one of them.

use super::rows::arrow;
use crate::model::{Arrow, Clause, Part, RowText};
use crate::side::{Side, Sides};
use crate::syntax::Printer;
use crate::syntax::ast::{self, ClauseKind, ViaKind};

/// What a row says, part by part. `text` is the file that it was read from.
pub(super) fn row_text(row: &ast::Row, text: &str) -> RowText {
    let printer = Printer::new(text);
    let cell = |operand| printer.operand(operand).into();
    RowText {
        cells: Sides::new(cell(&row.left), cell(&row.right)),
        clauses: row.clauses.iter().flat_map(|c| parts(c, printer)).collect(),
    }
}

fn parts(clause: &ast::Clause, printer: Printer<'_>) -> Vec<Clause> {
    let limit = clause.direction.map(|d| arrow(d.node));
    let limit = Side::BOTH
        .into_iter()
        .find(|s| limit == Some(Arrow::from(*s)));
    let one = |part, from: Option<Side>, text: String| Clause {
        part,
        from,
        text: text.into(),
    };
    let ClauseKind::Via(via) = &clause.node else {
        return vec![one(part(&clause.node), limit, printer.said(&clause.node))];
    };
    let how = |t| format!("via {}", printer.transform(t));
    let mut parts = match &via.how {
        ViaKind::One(transform) => vec![one(Part::Via, limit, how(transform))],
        ViaKind::Pair { right, left } => vec![
            one(Part::Via, Some(Side::Left), how(right)),
            one(Part::Via, Some(Side::Right), how(left)),
        ],
    };
    let otherwise = via.otherwise.iter();
    parts.extend(otherwise.map(|f| one(Part::Otherwise, None, printer.otherwise(f))));
    parts
}

const fn part(clause: &ClauseKind) -> Part {
    match clause {
        ClauseKind::Via(_) => Part::Via,
        ClauseKind::Through(_) => Part::Through,
        ClauseKind::Prefer(_) | ClauseKind::Wins(_) | ClauseKind::Latest(_) | ClauseKind::Ask => {
            Part::Authority
        }
        ClauseKind::Blank(_) => Part::Blank,
        ClauseKind::OnCreate | ClauseKind::FillOnly => Part::Timing,
        ClauseKind::Default(_) => Part::Default,
        ClauseKind::Enforce => Part::Enforce,
        ClauseKind::Currency { .. } => Part::Currency,
        ClauseKind::When(_) => Part::When,
        ClauseKind::As(_) => Part::Name,
    }
}
