//! Formulas put together: the connectives and comparisons that criteria of all kinds come down to.

use smol_str::SmolStr;

use crate::formula::{Expr, Node, Operator, Reference};

/// More parts than this are not kept: whoever reads a formula walks all of it.
const LARGEST: usize = 600;

fn expr(node: Node) -> Expr {
    Expr { node, span: 0..0 }
}

/// A field of the record, or a path from it.
pub(super) fn field(path: &[SmolStr]) -> Expr {
    reference(path.to_vec(), false)
}

/// Something that the automation finds out while it runs.
pub(super) fn found(path: &[&str]) -> Expr {
    reference(path.iter().map(SmolStr::new).collect(), true)
}

fn reference(path: Vec<SmolStr>, merge: bool) -> Expr {
    expr(Node::Reference(Reference { path, merge }))
}

pub(super) fn text(value: &str) -> Expr {
    expr(Node::Text(value.into()))
}

pub(super) fn truth(value: bool) -> Expr {
    expr(Node::Bool(value))
}

pub(super) fn null() -> Expr {
    expr(Node::Null)
}

/// A number as metadata write it; text where it is none.
pub(super) fn number(written: &str) -> Expr {
    let (minus, digits) = written
        .strip_prefix('-')
        .map_or((false, written), |rest| (true, rest));
    let whole = digits.trim_matches(|c: char| c.is_ascii_digit());
    if digits.is_empty() || !matches!(whole, "" | ".") || digits.starts_with('.') {
        return text(written);
    }
    let operand = expr(Node::Number(digits.trim_end_matches('.').into()));
    if minus {
        let operand = Box::new(operand);
        expr(Node::Sign { minus, operand })
    } else {
        operand
    }
}

pub(super) fn call(function: &'static str, arguments: Vec<Expr>) -> Expr {
    expr(Node::Call {
        function: SmolStr::new_static(function),
        arguments,
    })
}

pub(super) fn compare(operator: Operator, left: Expr, right: Expr) -> Expr {
    let (left, right) = (Box::new(left), Box::new(right));
    expr(Node::Binary {
        operator,
        left,
        right,
    })
}

pub(super) fn not(operand: Expr) -> Expr {
    match operand.node {
        Node::Bool(value) => truth(!value),
        Node::Call {
            function,
            mut arguments,
        } if function == "NOT" && arguments.len() == 1 => arguments.pop().unwrap_or_else(null),
        node => call("NOT", vec![expr(node)]),
    }
}

/// Nothing is there.
pub(super) fn blank(operand: Expr) -> Expr {
    match operand.node {
        Node::Null => truth(true),
        node => call("ISBLANK", vec![expr(node)]),
    }
}

/// The field that a comparison says to differ from what it was: `PRIORVALUE(F) <> F`.
fn differing(e: &Expr) -> Option<&Expr> {
    let Node::Binary {
        operator: Operator::Unequal,
        left,
        right,
    } = &e.node
    else {
        return None;
    };
    [(left, right), (right, left)]
        .into_iter()
        .find_map(|(before, now)| match before.as_call("PRIORVALUE")? {
            [field] if field.as_reference()?.names_the_same(now.as_reference()?) => Some(&**now),
            _ => None,
        })
}

/// A conjunction that tells a change in a roundabout way, told plainly: a field of a record that is not new, and that
/// differs from what it was, has changed.
pub(super) fn plainly(e: Expr) -> Expr {
    let is_old = |e: &Expr| {
        let inner = e.as_call("NOT").and_then(<[Expr]>::first);
        inner.is_some_and(|i| i.as_call("ISNEW").is_some())
    };
    let parts = conjuncts(&e);
    if !parts.iter().any(is_old) || !parts.iter().any(|p| differing(p).is_some()) {
        return e;
    }
    let others = parts.iter().filter(|p| !is_old(p));
    all(others
        .map(|p| match differing(p) {
            Some(field) => call("ISCHANGED", vec![field.clone()]),
            None => p.clone(),
        })
        .collect())
}

/// All of them hold.
pub(super) fn all(parts: Vec<Expr>) -> Expr {
    connect("AND", true, parts)
}

/// One of them holds.
pub(super) fn any(parts: Vec<Expr>) -> Expr {
    connect("OR", false, parts)
}

fn connect(function: &'static str, neutral: bool, parts: Vec<Expr>) -> Expr {
    let mut kept: Vec<Expr> = Vec::new();
    for part in parts {
        match part.node {
            Node::Bool(value) if value == neutral => {}
            Node::Bool(value) => return truth(value),
            Node::Call {
                function: f,
                arguments,
            } if f == function => kept.extend(arguments),
            node => kept.push(Expr {
                node,
                span: part.span,
            }),
        }
    }
    match kept.len() {
        0 => truth(neutral),
        1 => kept.pop().unwrap_or_else(null),
        _ => call(function, kept),
    }
}

/// `IF(condition, yes, no)`, or one of them where the condition or the branches leave no choice.
pub(super) fn choice(condition: Expr, yes: Expr, no: Expr) -> Expr {
    match condition.node {
        Node::Bool(true) => yes,
        Node::Bool(false) => no,
        _ if yes == no => yes,
        node => call("IF", vec![expr(node), yes, no]),
    }
}

/// What a condition is whatever the record holds.
pub(super) const fn constant(e: &Expr) -> Option<bool> {
    match e.node {
        Node::Bool(value) => Some(value),
        _ => None,
    }
}

/// Whether a formula is larger than what is kept.
pub(super) fn is_large(e: &Expr) -> bool {
    let mut parts = 0usize;
    e.visit(&mut |_| parts += 1);
    parts > LARGEST
}

/// The formula with each reference replaced.
pub(super) fn replace(e: &Expr, with: &mut impl FnMut(&Reference) -> Expr) -> Expr {
    e.replaced(&mut |e| e.as_reference().map(&mut *with))
}

/// A condition without the `= TRUE` behind it.
fn bare(e: &Expr) -> &Expr {
    match &e.node {
        Node::Binary {
            operator: Operator::Equal,
            left,
            right,
        } if right.node == Node::Bool(true) => left,
        _ => e,
    }
}

/// The conjuncts of a condition.
pub(super) fn conjuncts(e: &Expr) -> &[Expr] {
    e.as_call("AND").unwrap_or(std::slice::from_ref(e))
}

/// The fields of which one has to have changed for the condition to hold: those of a conjunct that asks for nothing else.
pub(super) fn demanded_changes(guard: &Expr) -> Vec<SmolStr> {
    let changed = |e: &Expr| {
        let e = bare(e);
        let field = match e.as_call("ISCHANGED") {
            Some([field]) => field,
            _ => differing(e)?,
        };
        match field.as_reference()?.path.as_slice() {
            [field] => Some(field.clone()),
            _ => None,
        }
    };
    conjuncts(guard)
        .iter()
        .find_map(|c| {
            let alternatives = c.as_call("OR").unwrap_or(std::slice::from_ref(c));
            alternatives.iter().map(changed).collect::<Option<Vec<_>>>()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_however_they_are_told() {
        let read = |text: &str| crate::formula::parse(text).expect("reads").root;
        for (guard, fields) in [
            ("AND(ISCHANGED(A), B = 1)", "A"),
            ("AND(ISCHANGED(A) = TRUE, B = 1)", "A"),
            ("A <> PRIORVALUE(a)", "A"),
            ("OR(ISCHANGED(A), PRIORVALUE(B) <> B)", "A B"),
            ("OR(ISCHANGED(A), B = 1)", ""),
            ("A <> PRIORVALUE(B)", ""),
        ] {
            assert_eq!(demanded_changes(&read(guard)).join(" "), fields, "{guard}");
        }
        for (told, plain) in [
            ("AND(NOT(ISNEW()), PRIORVALUE(A) <> A)", "ISCHANGED(A)"),
            (
                "AND(A <> PRIORVALUE(A), B, NOT(ISNEW()))",
                "AND(ISCHANGED(A), B)",
            ),
            ("AND(PRIORVALUE(A) <> A, B)", "AND(PRIORVALUE(A) <> A, B)"),
        ] {
            assert_eq!(plainly(read(told)).to_string(), plain);
        }
    }

    #[test]
    fn numbers_are_told_from_text() {
        assert_eq!(number("12.50").to_string(), "12.50");
        assert_eq!(number("-3").to_string(), "-3");
        for bad in ["", "1.2.3", "abc", ".5", "1e5"] {
            assert_eq!(number(bad), text(bad));
        }
    }
}
