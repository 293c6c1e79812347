//! Expressions compared by what they do, not by what they read.

use crate::model::{Expr, ExprKind};

/// Whether an expression is a field as it stands.
pub const fn is_field(e: &Expr) -> bool {
    matches!(e.node, ExprKind::Field { .. } | ExprKind::Related { .. })
}

fn is_input(e: &Expr) -> bool {
    e.node == ExprKind::Input
}

/// Whether two expressions do the same to what they read, a field or the input of a row.
pub fn alike(a: &Expr, b: &Expr) -> bool {
    let leaf = |e: &Expr| is_field(e) || is_input(e);
    match (&a.node, &b.node) {
        _ if leaf(a) || leaf(b) => leaf(a) && leaf(b),
        (
            ExprKind::Call {
                function: f,
                arguments: x,
            },
            ExprKind::Call {
                function: g,
                arguments: y,
            },
        ) => f == g && x.len() == y.len() && x.iter().zip(y).all(|(x, y)| alike(x, y)),
        (
            ExprKind::Normalize { table: f, input: x },
            ExprKind::Normalize { table: g, input: y },
        ) => f == g && alike(x, y),
        (
            ExprKind::Map {
                map: f, input: x, ..
            },
            ExprKind::Map {
                map: g, input: y, ..
            },
        ) => f == g && alike(x, y),
        (x, y) => x == y,
    }
}
