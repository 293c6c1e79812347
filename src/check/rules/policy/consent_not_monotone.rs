//! P012: an opt-out could be undone.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{
    Arrow, Authority, Comparison, Expr, ExprKind, FieldRef, FieldView, Part, RowView, SyncView,
    Timing,
};
use crate::side::Side;
use crate::text::{list, quoted};
use crate::value::{Kind, Value};

rule! {
    /// # What it checks
    /// A row that writes whether a person has opted out lets only the opt-out travel: where the two sides differ, the one
    /// that declines wins, whichever side it is and whenever it was said. A row that travels both ways lets every later opt-out
    /// travel, and can undo one at the first meeting alone: there it is a warning, else an error.
    ///
    /// # Why it matters
    /// At the first meeting, and in every conflict, the authority decides: an opt-out on the other side is overwritten, and
    /// the next mail goes to somebody who has declined it. That is a breach of the law, not of a data model.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   vip -> HasOptedOut__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   vip -> HasOptedOut__c  when vip = true
    /// }
    /// ```
    ///
    /// # How to fix
    /// One row for each direction, each with a condition that lets the opt-out pass and nothing else. Who opts in again does
    /// so on both sides, or on the side that asks for it.
    ///
    /// # How to waive
    /// `allow P012 in Ticket because "…" by "…" until 2027-06-30`
    pub P012
}

/// Rows of one sync, each with the sides that it writes and the value that declines.
struct ConsentNotMonotone<'m> {
    rows: Vec<(RowView<'m>, Vec<Side>, bool)>,
}

/// Finds rows that could undo an opt-out.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let rows = sync.rows().filter(|_| sync.merges());
    // a two-way row lets every later opt-out travel: there the first meeting alone is in danger
    let (mild, grave): (Vec<_>, Vec<_>) = rows
        .filter_map(undoes)
        .partition(|(row, ..)| at_first(*row));
    for (rows, level) in [(grave, Level::Error), (mild, Level::Warning)] {
        if !rows.is_empty() {
            cx.report(ConsentNotMonotone { rows }.describe().level(level));
        }
    }
}

/// Whether a row can undo an opt-out at the first meeting only.
fn at_first(row: RowView<'_>) -> bool {
    row.two_way() && !matches!(row.authority(), Some(Authority::PreferUnlessBlank(_)))
}

/// The sides on which a row could undo an opt-out, and the value that declines.
fn undoes(row: RowView<'_>) -> Option<(RowView<'_>, Vec<Side>, bool)> {
    let mut to = Vec::new();
    let mut declined = true;
    for side in Side::BOTH {
        let Some((lane, target)) = row.writes(side) else {
            continue;
        };
        let boxed = Some(target).filter(|t| t.kind() == Kind::Bool);
        let Some(declines) = boxed.and_then(FieldView::declines) else {
            continue;
        };
        let source = row.field(!side).map(|f| f.id);
        let limited = source.zip(row.row.when.as_ref());
        let only = limited.is_some_and(|(f, when)| implies(when, f, declines));
        if lane.timing == Timing::Always && !only {
            to.push(side);
            declined = declines;
        }
    }
    (!to.is_empty()).then_some((row, to, declined))
}

/// Whether a condition holds only where a box has this value.
fn implies(e: &Expr, field: FieldRef, wanted: bool) -> bool {
    let is = |e: &Expr| matches!(e.node, ExprKind::Field { field: f, .. } if f == field);
    match &e.node {
        ExprKind::Field { .. } => wanted && is(e),
        ExprKind::Not(inner) => !wanted && is(inner),
        ExprKind::Compare {
            comparison: Comparison::Equal,
            left,
            right,
        } => {
            let value = |e: &Expr| e.node == ExprKind::Const(Value::Bool(wanted));
            is(left) && value(right) || is(right) && value(left)
        }
        ExprKind::All(parts) => parts.iter().any(|p| implies(p, field, wanted)),
        ExprKind::Any(parts) => {
            !parts.is_empty() && parts.iter().all(|p| implies(p, field, wanted))
        }
        _ => false,
    }
}

impl ConsentNotMonotone<'_> {
    fn describe(&self) -> Diagnostic {
        let mut names: Vec<String> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for (row, to, declined) in &self.rows {
            let name = |side: Side| row.field(side).map_or("…", |f| f.name());
            let written = to.first().and_then(|s| row.field(*s));
            names.extend(written.map(|f| quoted(&f.full_name())));
            for to in to {
                let when = format!("when {} = {declined}", name(!*to));
                let one = row.draft(Arrow::from(!*to)).with(Part::When, None, when);
                lines.push(one.to_string());
            }
        }
        let mut finding = Diagnostic::new(
            Code::P012,
            format!("an opt-out in {} could be undone", list(&names)),
        );
        for (at, (row, ..)) in self.rows.iter().enumerate() {
            let text = if at == 0 {
                "whatever the other side says is written here"
            } else {
                "and here"
            };
            finding = finding.at(row.row.head, text);
        }
        finding
            .note("where the two sides differ, the one that declines must win")
            .help(format!(
                "let the opt-out alone travel\n  {}",
                lines.join("\n  ")
            ))
    }
}
