//! Percents where formulas meet fields. A field stores the number that people see, 50 for 50 %; a formula reads its share, 0.5, and
//! what a formula gives to a percent field is a share, too (Salesforce Help: Tips for Using Number, Currency, and Percent Formula
//! Fields). Flows read shares in their formulas as well, but store what a formula gives as it is (Salesforce Help: Percentage Fields
//! in Flows). Here all is told of the numbers that are stored.

use std::str::FromStr;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::logic;
use super::names::Names;
use crate::catalog::FieldType;
use crate::formula::{Expr, Node, Operator};

/// Whether a path from an object leads to a percent.
pub(super) fn is_percent(names: Names<'_>, object: &str, path: &[SmolStr]) -> bool {
    let way = names.way(object, path);
    let last = way.fields.last();
    let field = last.and_then(|f| names.known(&f.object, &f.field));
    field.is_some_and(|f| f.ty == FieldType::Percent)
}

/// A formula over the records of an object, told of the numbers that are stored.
pub(super) fn of_stored(names: Names<'_>, object: &str, formula: &Expr) -> Expr {
    let told = logic::replace(formula, &mut |reference| {
        let field = Expr {
            node: Node::Reference(reference.clone()),
            span: 0..0,
        };
        let own = !reference.merge && reference.global().is_none();
        match own && is_percent(names, object, &reference.path) {
            true => share(field),
            false => field,
        }
    });
    compared(told)
}

/// The share that a stored number is.
pub(super) fn share(number: Expr) -> Expr {
    logic::compare(Operator::Divide, number, logic::number("100"))
}

/// The number that is stored for a share.
pub(super) fn stored(share: Expr) -> Expr {
    match share.node {
        Node::Null => share,
        Node::Number(digits) => times(&digits),
        Node::Call {
            function,
            mut arguments,
        } if function == "IF" => {
            for branch in arguments.iter_mut().skip(1) {
                *branch = stored(std::mem::replace(branch, logic::null()));
            }
            logic::call("IF", arguments)
        }
        Node::Binary {
            operator: Operator::Divide,
            left,
            right,
        } if is_hundred(&right) => *left,
        node => {
            let share = Expr { node, span: 0..0 };
            logic::compare(Operator::Multiply, share, logic::number("100"))
        }
    }
}

/// A hundred times a number.
fn times(digits: &str) -> Expr {
    let number = Decimal::from_str(digits).ok();
    let number = number.and_then(|n| n.checked_mul(Decimal::ONE_HUNDRED));
    let digits = number.map_or_else(|| digits.to_owned(), |n| n.normalize().to_string());
    logic::number(&digits)
}

fn is_hundred(e: &Expr) -> bool {
    *e == logic::number("100")
}

/// A formula whose comparisons of a share with a number are those of what is stored with a hundred times the number.
pub(super) fn compared(e: Expr) -> Expr {
    let node = match e.node {
        Node::Binary {
            operator,
            left,
            right,
        } => match (shared(&left), shared(&right), &left.node, &right.node) {
            (Some(field), None, _, Node::Number(digits)) if operator.is_comparison() => {
                return logic::compare(operator, field, times(digits));
            }
            (None, Some(field), Node::Number(digits), _) if operator.is_comparison() => {
                return logic::compare(operator, times(digits), field);
            }
            _ => Node::Binary {
                operator,
                left: Box::new(compared(*left)),
                right: Box::new(compared(*right)),
            },
        },
        Node::Call {
            function,
            arguments,
        } => match (function.as_str(), arguments.as_slice()) {
            // a test that asks nothing of the number
            ("ISBLANK" | "ISNULL" | "ISCHANGED" | "PRIORVALUE", [only]) => Node::Call {
                arguments: vec![shared(only).unwrap_or_else(|| only.clone())],
                function,
            },
            _ => Node::Call {
                function,
                arguments: arguments.into_iter().map(compared).collect(),
            },
        },
        other => other,
    };
    Expr { node, span: e.span }
}

/// What a share is of.
fn shared(e: &Expr) -> Option<Expr> {
    match &e.node {
        Node::Binary {
            operator: Operator::Divide,
            left,
            right,
        } if is_hundred(right) && left.as_reference().is_some() => Some((**left).clone()),
        _ => None,
    }
}
