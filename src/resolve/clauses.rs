//! Where the clauses of rows stand, for remedies that change one of them.

use thin_vec::ThinVec;

use super::rows::arrow;
use crate::model::{Arrow, Clause, Part};
use crate::side::Side;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, ViaKind};

/// The clauses of a row, one by one.
pub(super) fn stated_clauses(row: &ast::Row) -> ThinVec<Clause> {
    let mut clauses = ThinVec::with_capacity(row.clauses.len());
    for clause in &row.clauses {
        parts(clause, &mut clauses);
    }
    clauses
}

fn parts(clause: &ast::Clause, clauses: &mut ThinVec<Clause>) {
    let limit = clause.direction.map(|d| arrow(d.node));
    let limit = Side::BOTH
        .into_iter()
        .find(|s| limit == Some(Arrow::from(*s)));
    let mut one = |part, from, said| clauses.push(Clause { part, from, said });
    let ClauseKind::Via(via) = &clause.node else {
        let start = clause.direction.map_or(clause.span.start, |d| d.span.end);
        let said = Span {
            start,
            ..clause.span
        };
        return one(part(&clause.node), limit, said);
    };
    match &via.how {
        ViaKind::One(transform) => one(Part::Via, limit, transform.span),
        ViaKind::Pair { right, left } => {
            one(Part::Via, Some(Side::Left), right.span);
            one(Part::Via, Some(Side::Right), left.span);
        }
    }
    if let Some(otherwise) = &via.otherwise {
        one(Part::Otherwise, None, otherwise.span);
    }
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
