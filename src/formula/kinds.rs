//! What is known of an expression before anything is computed: the kind of its values, and whether functions are called
//! with arguments that they take.

use super::signatures::signature;
use super::{Context, DatumKind, Expr, FormulaError, Node, Operator};

/// Whether a value of this kind may stand where the letter does.
fn fits(letter: char, kind: DatumKind) -> bool {
    use DatumKind::{Bool, Date, DateTime, Null, Number, Place, Text, Time, Unknown};
    match kind {
        Null | Unknown => true,
        Text => matches!(letter, 'T' | 'A'),
        Number => matches!(letter, 'N' | 'A'),
        Bool => matches!(letter, 'B' | 'A'),
        Date => matches!(letter, 'D' | 'E' | 'F' | 'A'),
        DateTime => matches!(letter, 'M' | 'E' | 'F' | 'A'),
        Time => matches!(letter, 'C' | 'F' | 'A'),
        Place => matches!(letter, 'L' | 'A'),
    }
}

/// The kind of an expression's values, by what is known of what it reads.
///
/// # Errors
/// Where a function is unknown, or called with arguments that it does not take.
pub(super) fn check(expr: &Expr, cx: &dyn Context) -> Result<DatumKind, FormulaError> {
    let mut found = Ok(());
    expr.visit(&mut |e| {
        if found.is_ok() {
            found = check_one(e, cx);
        }
    });
    found.map(|()| kind(expr, cx))
}

fn check_one(expr: &Expr, cx: &dyn Context) -> Result<(), FormulaError> {
    let wrong = |message: String| Err(FormulaError::new(expr.span.start, message));
    match &expr.node {
        Node::Call {
            function,
            arguments,
        } => {
            let Some(signature) = signature(function) else {
                return wrong(format!("there is no function `{function}`"));
            };
            if !signature.takes(arguments.len()) {
                return wrong(format!(
                    "`{function}` does not take {} arguments",
                    arguments.len()
                ));
            }
            for (i, argument) in arguments.iter().enumerate() {
                if !fits(signature.parameter(i), kind(argument, cx)) {
                    return wrong(format!(
                        "argument {} of `{function}` is of a wrong kind",
                        i + 1
                    ));
                }
            }
            Ok(())
        }
        Node::Binary {
            operator,
            left,
            right,
        } => {
            let (a, b) = (kind(left, cx), kind(right, cx));
            let open = |k| matches!(k, DatumKind::Null | DatumKind::Unknown);
            let both = |letter| fits(letter, a) && fits(letter, b);
            let fine = match operator {
                Operator::Add | Operator::Subtract => arithmetic(*operator, a, b).is_some(),
                Operator::Concatenate => both('T'),
                Operator::Power | Operator::Multiply | Operator::Divide => both('N'),
                _ => a == b || open(a) || open(b),
            };
            if fine {
                Ok(())
            } else {
                wrong(format!(
                    "the operands of `{}` do not fit together",
                    operator.sign()
                ))
            }
        }
        _ => Ok(()),
    }
}

/// The kind of an expression's values; unknown where the expression is wrong.
pub(super) fn kind(expr: &Expr, cx: &dyn Context) -> DatumKind {
    match &expr.node {
        Node::Text(_) => DatumKind::Text,
        Node::Number(_) | Node::Sign { .. } => DatumKind::Number,
        Node::Bool(_) => DatumKind::Bool,
        Node::Null => DatumKind::Null,
        Node::Reference(reference) => cx.kind(reference),
        Node::Pairs(_) => DatumKind::Unknown,
        Node::Binary {
            operator,
            left,
            right,
        } => match operator {
            Operator::Add | Operator::Subtract => {
                arithmetic(*operator, kind(left, cx), kind(right, cx)).unwrap_or(DatumKind::Unknown)
            }
            Operator::Concatenate => DatumKind::Text,
            Operator::Power | Operator::Multiply | Operator::Divide => DatumKind::Number,
            _ => DatumKind::Bool,
        },
        Node::Call {
            function,
            arguments,
        } => match signature(function).map(|s| s.gives) {
            Some('T') => DatumKind::Text,
            Some('N') => DatumKind::Number,
            Some('B') => DatumKind::Bool,
            Some('D') => DatumKind::Date,
            Some('M') => DatumKind::DateTime,
            Some('C') => DatumKind::Time,
            Some('L') => DatumKind::Place,
            Some('=') => common(arguments.iter(), cx),
            Some('|') => common(results(function, arguments), cx),
            _ => DatumKind::Unknown,
        },
    }
}

/// What `+` or `-` gives; none where the operands do not fit together.
fn arithmetic(operator: Operator, a: DatumKind, b: DatumKind) -> Option<DatumKind> {
    use DatumKind::{Date, DateTime, Null, Number, Text, Time, Unknown};
    Some(match (a, b) {
        (Null, _) | (_, Null) => Null,
        (Unknown, _) | (_, Unknown) => Unknown,
        (Number, Number) => Number,
        (Date | DateTime | Time, Number) => a,
        (Number, Date | DateTime) if operator == Operator::Add => b,
        (Text, Text) if operator == Operator::Add => Text,
        (Date | DateTime | Time, _) if a == b && operator == Operator::Subtract => Number,
        _ => return None,
    })
}

/// The first kind that is one.
fn common<'a>(exprs: impl Iterator<Item = &'a Expr>, cx: &dyn Context) -> DatumKind {
    exprs
        .map(|e| kind(e, cx))
        .find(|k| *k != DatumKind::Null)
        .unwrap_or(DatumKind::Null)
}

/// The arguments that are results: every second one of `IF`, `IFS` and `CASE`, and the last.
fn results<'a>(function: &str, arguments: &'a [Expr]) -> impl Iterator<Item = &'a Expr> {
    let first = if function == "CASE" { 2 } else { 1 };
    let cases = arguments.iter().skip(first).step_by(2);
    cases.chain(arguments.last())
}
