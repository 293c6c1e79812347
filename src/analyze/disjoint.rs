//! Conditions that cannot hold together.

use crate::model::{Comparison, Expr, ExprKind, FieldRef};
use crate::side::Side;
use crate::value::Value;

/// Whether two conditions provably never hold for one pair of records. No answer is a no.
pub fn disjoint(a: &Expr, b: &Expr) -> bool {
    match (&a.node, &b.node) {
        (ExprKind::Any(list), _) => list.iter().all(|e| disjoint(e, b)),
        (_, ExprKind::Any(list)) => list.iter().all(|e| disjoint(a, e)),
        (ExprKind::All(list), _) => list.iter().any(|e| disjoint(e, b)),
        (_, ExprKind::All(list)) => list.iter().any(|e| disjoint(a, e)),
        _ => atom(a)
            .zip(atom(b))
            .is_some_and(|((f, a), (g, b))| f == g && a.excludes(&b)),
    }
}

/// What a condition on one field leaves to it.
#[derive(Debug)]
enum Range<'e> {
    /// One of these.
    Among(Vec<&'e Value>),
    /// None of these.
    Beside(Vec<&'e Value>),
    /// Compared with a value.
    Ordered(Comparison, &'e Value),
}

type Atom<'e> = ((Side, FieldRef), Range<'e>);

static BLANK: Value = Value::Blank;
static TRUE: Value = Value::Bool(true);

fn atom(e: &Expr) -> Option<Atom<'_>> {
    let field = |e: &Expr| match e.node {
        ExprKind::Field { side, field } => Some((side, field)),
        _ => None,
    };
    match &e.node {
        ExprKind::Field { .. } => Some((field(e)?, Range::Among(vec![&TRUE]))),
        ExprKind::IsSet(inner) => Some((field(inner)?, Range::Beside(vec![&BLANK]))),
        ExprKind::In { input, list } => {
            let values = list.iter().map(|(v, _)| v).collect();
            Some((field(input)?, Range::Among(values)))
        }
        ExprKind::Compare {
            comparison,
            left,
            right,
        } => {
            let (of, value, comparison) = match (&left.node, &right.node) {
                (_, ExprKind::Const(v)) => (field(left)?, v, *comparison),
                (ExprKind::Const(v), _) => (field(right)?, v, turned(*comparison)),
                _ => return None,
            };
            let range = match comparison {
                Comparison::Equal => Range::Among(vec![value]),
                Comparison::NotEqual => Range::Beside(vec![value]),
                other => Range::Ordered(other, value),
            };
            Some((of, range))
        }
        ExprKind::Not(inner) => {
            let (of, range) = atom(inner)?;
            Some((of, range.complement()?))
        }
        _ => None,
    }
}

const fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

impl<'e> Range<'e> {
    /// A comparison has no complement here: a blank is on neither side of it.
    fn complement(self) -> Option<Self> {
        match self {
            Self::Among(values) => Some(Self::Beside(values)),
            Self::Beside(values) => Some(Self::Among(values)),
            Self::Ordered(..) => None,
        }
    }

    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Among(a), Self::Among(b)) => !a.iter().any(|v| b.contains(v)),
            (Self::Among(a), Self::Beside(b)) | (Self::Beside(b), Self::Among(a)) => {
                a.iter().all(|v| b.contains(v))
            }
            (Self::Among(a), Self::Ordered(c, limit))
            | (Self::Ordered(c, limit), Self::Among(a)) => a.iter().all(|v| !holds(v, *c, limit)),
            (Self::Ordered(c, x), Self::Ordered(d, y)) => {
                apart(*c, x, *d, y) || apart(*d, y, *c, x)
            }
            _ => false,
        }
    }
}

fn holds(value: &Value, comparison: Comparison, limit: &Value) -> bool {
    !value.is_blank()
        && match comparison {
            Comparison::Less => value < limit,
            Comparison::LessOrEqual => value <= limit,
            Comparison::Greater => value > limit,
            Comparison::GreaterOrEqual => value >= limit,
            Comparison::Equal => value == limit,
            Comparison::NotEqual => value != limit,
        }
}

/// Whether what lies below `x` and what lies above `y` have nothing in common.
fn apart(below: Comparison, x: &Value, above: Comparison, y: &Value) -> bool {
    match (below, above) {
        (Comparison::LessOrEqual, Comparison::GreaterOrEqual) => x < y,
        (
            Comparison::Less | Comparison::LessOrEqual,
            Comparison::Greater | Comparison::GreaterOrEqual,
        ) => x <= y,
        _ => false,
    }
}
