//! Conditions as questions: can they hold together, does one follow from another, do they cover every record?
//!
//! In come conditions of the model, over one record or a pair; out comes an answer, with a record as its example. Each
//! field becomes a finite choice: the values of its list, true and false, or one value for each range that the constants
//! beside it leave apart, and blank where a record may be without it. That choice is exact where a field is only compared
//! with constants. Everything else a condition may ask (a function of a text, what has changed, what is linked) may turn
//! out either way, the same way wherever it is asked. Knows nothing of syncs, and has no words.

mod domain;
mod formula;
mod search;
#[cfg(test)]
mod tests;

use thin_vec::thin_vec;

use super::eval::Cell;
use crate::model::{Comparison, Expr, ExprKind, FieldRef, Model};
use crate::side::Side;
use crate::source::Span;
use crate::value::{Kind, Value};

/// The values of a few fields of a record; whatever its other fields hold.
pub type Example = Vec<(Cell, Value)>;

/// Whether there is a record of which conditions hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is: as few fields as decide it, each with the first value that does.
    Yes(Example),
    /// There is none.
    No,
    /// That depends on what nobody can know here, or took too long.
    Unknown,
}

/// Whether there is a record of which all of some conditions hold, and none of some others.
pub fn satisfy(model: &Model, hold: &[&Expr], fail: &[&Expr]) -> Answer {
    let goals = hold.iter().map(|e| (*e, true));
    let goals = goals.chain(fail.iter().map(|e| (*e, false)));
    search::search(&formula::Formula::new(model, goals))
}

/// Whether two conditions provably never hold together. No answer is a no.
pub fn disjoint(model: &Model, a: &Expr, b: &Expr) -> bool {
    satisfy(model, &[a, b], &[]) == Answer::No
}

/// Whether one condition provably holds wherever another does. No answer is a no.
pub fn implies(model: &Model, a: &Expr, b: &Expr) -> bool {
    satisfy(model, &[a], &[b]) == Answer::No
}

/// What may be written to a field.
#[derive(Clone, Debug)]
pub struct Written {
    /// One of these; any value where nobody can list them.
    pub values: Option<Vec<Value>>,
    /// A blank, too.
    pub blank: bool,
    /// Only into a blank.
    pub fills: bool,
}

/// Whether a record that meets a condition can fail it once a field of it is written. In the example the value before and
/// the one after are told apart by their side: the one after is on the other side.
pub fn escapes(
    model: &Model,
    condition: &Expr,
    (side, field): (Side, FieldRef),
    written: &Written,
) -> Answer {
    let mut after = condition.clone();
    after.rewrite(&mut |e| match &mut e.node {
        ExprKind::Field { side: s, field: f } if *f == field => *s = !side,
        _ => {}
    });
    let blank = || truth(ExprKind::Not(Box::new(filled(!side, field))));
    let set = match &written.values {
        Some(values) => truth(ExprKind::In {
            input: Box::new(read(!side, field)),
            list: values
                .iter()
                .map(|v| (v.clone(), Span::default()))
                .collect(),
        }),
        None => filled(!side, field),
    };
    let set = match written.blank {
        true => truth(ExprKind::Any(thin_vec![set, blank()])),
        false => set,
    };
    let before = filled(side, field);
    let full: &[&Expr] = if written.fills { &[&before] } else { &[] };
    let fail: Vec<&Expr> = full.iter().copied().chain([&after]).collect();
    satisfy(model, &[condition, &set], &fail)
}

/// The condition that a field has a value, as a spec would write it.
pub fn equals(side: Side, field: FieldRef, value: Value) -> Expr {
    let condition = ExprKind::Compare {
        comparison: Comparison::Equal,
        left: Box::new(read(side, field)),
        right: Box::new(Expr::constant(value, Span::default())),
    };
    truth(condition)
}

/// The condition that a field is not blank.
pub fn filled(side: Side, field: FieldRef) -> Expr {
    truth(ExprKind::IsSet(Box::new(read(side, field))))
}

fn truth(node: ExprKind) -> Expr {
    Expr {
        node,
        span: Span::default(),
        kind: Some(Kind::Bool),
    }
}

fn read(side: Side, field: FieldRef) -> Expr {
    Expr {
        node: ExprKind::Field { side, field },
        span: Span::default(),
        kind: None,
    }
}
