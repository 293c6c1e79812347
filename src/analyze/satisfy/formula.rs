//! Conditions taken apart: what joins them, the questions that they ask, and the fields that those are about.

use crate::analyze::eval::Cell;
use crate::model::{Comparison, Expr, ExprKind, Model};
use crate::value::{Kind, Value};

use super::domain;

/// Conditions of which each must hold, or must not.
pub(super) struct Formula<'e> {
    pub model: &'e Model,
    pub goals: Vec<(Part, bool)>,
    pub atoms: Vec<Atom<'e>>,
    pub cells: Vec<(Cell, Vec<Value>)>,
    /// How many questions may turn out either way.
    pub free: usize,
}

/// A condition over atoms.
pub(super) enum Part {
    Atom(usize),
    Not(Box<Part>),
    All(Vec<Part>),
    Any(Vec<Part>),
}

/// A question that is not taken apart.
pub(super) struct Atom<'e> {
    pub expr: &'e Expr,
    /// The fields that it reads, as positions.
    pub cells: Vec<usize>,
    pub form: Form,
}

/// How much is known of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One field beside constants: the values of its cell tell all cases apart.
    Plain,
    /// Decided by the values of its cells, which are complete lists.
    Listed,
    /// May turn out either way; questions of one number ask the same.
    Free(usize),
}

impl<'e> Formula<'e> {
    pub fn new(model: &'e Model, goals: impl Iterator<Item = (&'e Expr, bool)>) -> Self {
        let mut formula = Self {
            model,
            goals: Vec::new(),
            atoms: Vec::new(),
            cells: Vec::new(),
            free: 0,
        };
        for (e, wanted) in goals {
            let part = formula.part(e);
            formula.goals.push((part, wanted));
        }
        domain::fill(&mut formula);
        formula
    }

    fn part(&mut self, e: &'e Expr) -> Part {
        match &e.node {
            ExprKind::Not(inner) => Part::Not(Box::new(self.part(inner))),
            ExprKind::All(parts) => Part::All(parts.iter().map(|p| self.part(p)).collect()),
            ExprKind::Any(parts) => Part::Any(parts.iter().map(|p| self.part(p)).collect()),
            _ => self.atom(e),
        }
    }

    fn atom(&mut self, expr: &'e Expr) -> Part {
        if let Some(known) = self.atoms.iter().position(|a| same(a.expr, expr)) {
            return Part::Atom(known);
        }
        let mut cells = Vec::new();
        expr.visit(&mut |e| {
            if let Some(cell) = Cell::of(e) {
                let at = self.cells.iter().position(|(c, _)| *c == cell);
                let at = at.unwrap_or_else(|| {
                    self.cells.push((cell, Vec::new()));
                    self.cells.len() - 1
                });
                if !cells.contains(&at) {
                    cells.push(at);
                }
            }
        });
        let listed = |at: &usize| {
            let cell = self.cells.get(*at).map(|(c, _)| *c);
            cell.is_some_and(|c| domain::is_listed(self.model, c))
        };
        let form = if is_plain(self.model, expr) {
            Form::Plain
        } else if is_decidable(expr) && cells.iter().all(listed) {
            Form::Listed
        } else {
            self.free += 1;
            Form::Free(self.free - 1)
        };
        self.atoms.push(Atom { expr, cells, form });
        Part::Atom(self.atoms.len() - 1)
    }
}

/// Whether a question is about one field and constants beside it, so that a value for each range tells all its cases.
fn is_plain(model: &Model, e: &Expr) -> bool {
    let constant = |e: &Expr| matches!(e.node, ExprKind::Const(_));
    match &e.node {
        ExprKind::Field { .. } | ExprKind::Related { .. } | ExprKind::Const(_) => true,
        ExprKind::IsSet(inner) | ExprKind::In { input: inner, .. } => Cell::of(inner).is_some(),
        ExprKind::Compare {
            comparison,
            left,
            right,
        } => {
            let cell = match (Cell::of(left), Cell::of(right)) {
                (Some(cell), None) if constant(right) => cell,
                (None, Some(cell)) if constant(left) => cell,
                _ => return false,
            };
            let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            equality || domain::is_listed(model, cell) || domain::is_ordered(model, cell)
        }
        _ => false,
    }
}

/// Whether the fields that a question reads decide it, as far as can be told here.
fn is_decidable(e: &Expr) -> bool {
    let mut decidable = true;
    e.visit(&mut |e| {
        decidable &= matches!(
            e.node,
            ExprKind::Const(_)
                | ExprKind::Field { .. }
                | ExprKind::Related { .. }
                | ExprKind::Call { .. }
                | ExprKind::Map { within: None, .. }
                | ExprKind::Compare { .. }
                | ExprKind::In { .. }
                | ExprKind::IsSet(_)
                | ExprKind::Not(_)
                | ExprKind::All(_)
                | ExprKind::Any(_)
        );
    });
    decidable
}

/// The constants that stand in a question.
pub(super) fn constants(e: &Expr) -> Vec<Value> {
    let mut found = Vec::new();
    e.visit(&mut |e| match &e.node {
        ExprKind::Const(value) => found.push(value.clone()),
        ExprKind::In { list, .. } => found.extend(list.iter().map(|(v, _)| v.clone())),
        _ => {}
    });
    found.retain(|v| v.kind() != Some(Kind::Bool) && !v.is_blank());
    found
}

/// Whether two expressions are the same but for where they are written. What is poisoned is like nothing.
fn same(a: &Expr, b: &Expr) -> bool {
    use ExprKind as E;
    let all =
        |x: &[Expr], y: &[Expr]| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y));
    match (&a.node, &b.node) {
        (E::Unknown, _) => false,
        (
            E::Call {
                function: f,
                arguments: x,
            },
            E::Call {
                function: g,
                arguments: y,
            },
        ) => f == g && all(x, y),
        (E::All(x), E::All(y)) | (E::Any(x), E::Any(y)) => all(x, y),
        (E::Not(x), E::Not(y)) | (E::IsSet(x), E::IsSet(y)) => same(x, y),
        (
            E::Compare {
                comparison: c,
                left: l,
                right: r,
            },
            E::Compare {
                comparison: d,
                left: m,
                right: s,
            },
        ) => c == d && same(l, m) && same(r, s),
        (E::In { input: x, list: l }, E::In { input: y, list: m }) => {
            same(x, y) && l.iter().map(|(v, _)| v).eq(m.iter().map(|(v, _)| v))
        }
        (E::Normalize { table: t, input: x }, E::Normalize { table: u, input: y }) => {
            t == u && same(x, y)
        }
        (
            E::Map {
                map: m,
                from: f,
                input: x,
                within: None,
            },
            E::Map {
                map: n,
                from: g,
                input: y,
                within: None,
            },
        ) => m == n && f == g && same(x, y),
        (
            E::Arithmetic {
                operation: o,
                left: l,
                right: r,
            },
            E::Arithmetic {
                operation: p,
                left: m,
                right: s,
            },
        ) => o == p && same(l, m) && same(r, s),
        (x, y) => x == y,
    }
}
