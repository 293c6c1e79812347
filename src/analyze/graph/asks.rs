//! What conditions ask: what is there or what was, for values that they name, or on which side of a bound one lies.

use super::place::Place;
use crate::model::{Comparison, Expr, ExprKind};
use crate::value::{Kind, Value};

/// Whether an expression asks what something was before a change.
pub(super) fn asks_before(e: &Expr) -> bool {
    let mut found = false;
    e.visit(&mut |e| found |= matches!(e.node, ExprKind::Before(_)));
    found
}

/// A condition on what the record was before a change, as one on what it is; none where it asks what it is, too.
pub(super) fn all_before(e: &Expr) -> Option<Expr> {
    let mut whole = e.clone();
    whole.rewrite(&mut |e| {
        if let ExprKind::Before(inner) = &e.node {
            *e = match Place::of(inner) {
                Some(_) => Expr::constant(Value::Blank, e.span),
                None => Expr::unknown(e.span),
            };
        }
    });
    if is_opaque(&whole) || !Place::read_by(&whole).is_empty() {
        return None;
    }
    let mut now = e.clone();
    now.rewrite(&mut |e| {
        if let ExprKind::Before(inner) = &e.node {
            *e = (**inner).clone();
        }
    });
    Some(now)
}

/// The opposite of a condition.
pub(super) fn not(e: Expr) -> Expr {
    let span = e.span;
    Expr {
        node: ExprKind::Not(Box::new(e)),
        span,
        kind: Some(Kind::Bool),
    }
}

/// Whether a condition holds of those values of a place alone that it names, or of the blank.
pub(super) fn is_listed(e: &Expr) -> bool {
    let place = |e: &Expr| Place::of(e).is_some();
    let constant = |e: &Expr| matches!(e.node, ExprKind::Const(_));
    match &e.node {
        ExprKind::Compare {
            comparison: Comparison::Equal,
            left,
            right,
        } => place(left) && constant(right) || constant(left) && place(right),
        // a set that nobody named may have the member
        ExprKind::In { input, .. } => place(input) && input.kind != Some(Kind::Set),
        ExprKind::Not(inner) => match &inner.node {
            ExprKind::IsSet(inner) => place(inner),
            ExprKind::Compare {
                comparison: Comparison::NotEqual,
                left,
                right,
            } => place(left) && constant(right) || constant(left) && place(right),
            _ => false,
        },
        _ => place(e),
    }
}

/// Whether a condition compares a place with a bound in an order.
pub(super) fn is_bound(e: &Expr) -> bool {
    let place = |e: &Expr| Place::of(e).is_some() && e.kind.is_some_and(has_order);
    let constant = |e: &Expr| matches!(e.node, ExprKind::Const(_));
    match &e.node {
        ExprKind::Compare {
            comparison,
            left,
            right,
        } => {
            let order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            order && (place(left) && constant(right) || constant(left) && place(right))
        }
        _ => false,
    }
}

/// Whether the values of a kind are larger and smaller.
pub(super) const fn has_order(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Date | Kind::DateTime)
}

/// Whether an expression depends on a name that is unknown, on when a stage was entered, or on what was before.
pub(super) fn is_opaque(e: &Expr) -> bool {
    let mut opaque = false;
    e.visit(&mut |e| {
        opaque |= matches!(
            e.node,
            ExprKind::Unknown
                | ExprKind::Entered(_)
                | ExprKind::Input
                | ExprKind::Changed { .. }
                | ExprKind::Before(_)
        );
    });
    opaque
}
