//! Formulas as expressions of the model, as far as it has what they say.

mod calls;
mod choices;

use std::str::FromStr;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::user::AtWork;
use crate::formula::{self, Expr as Formula, Node, Operator, Reference};
use crate::model::{Comparison, Expr, ExprKind, FieldRef, Model, ObjectRef, Operation};
use crate::side::Side;
use crate::source::Span;
use crate::value::{Kind, Value, read_text};

/// Formulas over the records of one object, read for the place of what holds them, and for whoever is at work.
pub(super) struct Formulas<'m> {
    pub model: &'m Model,
    pub object: ObjectRef,
    pub span: Span,
    pub at_work: AtWork<'m>,
    pub event: Event,
}

/// What happens to the record that a formula is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// It is made: it is new, and nothing of it has changed.
    Made,
    /// It was there already.
    Saved,
}

/// A value, and the conditions under which it is the one; none where it cannot be said.
pub(super) type Case = (Vec<Expr>, Option<Expr>);

/// The day on which everything happens: one that begins while updates travel is an edit more.
const TODAY: Value = Value::Date(jiff::civil::date(2026, 3, 1));
/// A moment to begin with: noon of that day, UTC.
const FIRST_MOMENT: Value = Value::DateTime(1_772_366_400_000);

impl Formulas<'_> {
    const fn at(&self, node: ExprKind, kind: Option<Kind>) -> Expr {
        Expr {
            node,
            span: self.span,
            kind,
        }
    }

    /// A condition. What cannot be said is unknown: it may hold or not, and otherwise whenever a field that it reads changes.
    pub fn condition(&self, e: &Formula) -> Expr {
        let known = self.truth(e).or_else(|| self.chosen(e));
        known.unwrap_or_else(|| self.unknown(e))
    }

    /// Something unknown, of the fields that a formula reads.
    fn unknown(&self, e: &Formula) -> Expr {
        let mut read: Vec<Expr> = Vec::new();
        e.visit(&mut |e| {
            let field = e.as_reference().and_then(|r| self.asked(r));
            read.extend(field.filter(|f| !read.contains(f)));
        });
        let unknown = Expr::unknown(self.span);
        if read.is_empty() {
            return unknown;
        }
        read.push(unknown);
        let node = ExprKind::Call {
            function: SmolStr::new_static("unknown"),
            arguments: read.into(),
        };
        self.at(node, Some(Kind::Bool))
    }

    /// The field that a reference reads, or is a question about: `{!renewal.$IS_BEFORE}`.
    fn asked(&self, reference: &Reference) -> Option<Expr> {
        let question = reference.path.last().is_some_and(|l| l.starts_with('$'));
        match (reference.merge && question, reference.path.split_last()) {
            (true, Some((_, [name]))) => self.reference(&Reference {
                path: vec![name.clone()],
                merge: false,
            }),
            _ => self.reference(reference),
        }
    }

    fn not(&self, e: Expr) -> Expr {
        match e.node {
            ExprKind::Const(Value::Bool(b)) => self.constant(!b),
            _ => self.at(ExprKind::Not(Box::new(e)), Some(Kind::Bool)),
        }
    }

    const fn constant(&self, holds: bool) -> Expr {
        Expr::constant(Value::Bool(holds), self.span)
    }

    fn truth(&self, e: &Formula) -> Option<Expr> {
        let found = self.value(e)?;
        (found.kind == Some(Kind::Bool)).then_some(found)
    }

    /// All of some conditions, or one of them; without those that are known, unless they decide.
    fn joined(&self, arguments: &[Formula], all: bool) -> Expr {
        let mut parts: Vec<Expr> = arguments.iter().map(|a| self.condition(a)).collect();
        if parts.contains(&self.constant(!all)) {
            return self.constant(!all);
        }
        parts.retain(|p| *p != self.constant(all));
        match (parts.len(), all) {
            (0, _) => self.constant(all),
            (1, _) => parts.pop().unwrap_or_else(|| self.constant(all)),
            (_, true) => self.at(ExprKind::All(parts.into()), Some(Kind::Bool)),
            (_, false) => self.at(ExprKind::Any(parts.into()), Some(Kind::Bool)),
        }
    }

    /// An expression; none where the model has no words for it.
    fn value(&self, e: &Formula) -> Option<Expr> {
        match &e.node {
            Node::Text(text) => Some(Expr::constant(Value::text(text), self.span)),
            Node::Number(digits) => {
                let number = Decimal::from_str(digits).ok()?;
                Some(Expr::constant(Value::Number(number.normalize()), self.span))
            }
            Node::Bool(b) => Some(Expr::constant(Value::Bool(*b), self.span)),
            Node::Null => Some(Expr::constant(Value::Blank, self.span)),
            Node::Reference(reference) => self.reference(reference),
            Node::Call {
                function,
                arguments,
            } => self.call(function, arguments),
            Node::Sign { minus, operand } => {
                let operand = self.value(operand)?;
                if !minus {
                    return Some(operand);
                }
                let zero = Expr::constant(Value::Number(Decimal::ZERO), self.span);
                self.arithmetic(Operation::Subtract, zero, operand)
            }
            Node::Binary {
                operator,
                left,
                right,
            } => self.binary(*operator, left, right),
            Node::Pairs(_) => None,
        }
    }

    fn binary(&self, operator: Operator, left: &Formula, right: &Formula) -> Option<Expr> {
        let comparison = match operator {
            Operator::Equal => Comparison::Equal,
            Operator::Unequal => Comparison::NotEqual,
            Operator::Less => Comparison::Less,
            Operator::LessOrEqual => Comparison::LessOrEqual,
            Operator::Greater => Comparison::Greater,
            Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
            Operator::Add | Operator::Concatenate => {
                let (x, y) = (self.value(left)?, self.value(right)?);
                let texts = operator == Operator::Concatenate || x.kind == Some(Kind::Text);
                return if texts {
                    self.function("concat", vec![x, y])
                } else {
                    self.arithmetic(Operation::Add, x, y)
                };
            }
            Operator::Subtract | Operator::Multiply | Operator::Divide => {
                let operation = match operator {
                    Operator::Subtract => Operation::Subtract,
                    Operator::Multiply => Operation::Multiply,
                    _ => Operation::Divide,
                };
                return self.arithmetic(operation, self.value(left)?, self.value(right)?);
            }
            Operator::Power => {
                return self.function("^", vec![self.value(left)?, self.value(right)?]);
            }
        };
        self.compare(comparison, left, right)
    }

    /// Two values compared; a field compared with what it was before has changed or not.
    fn compare(&self, comparison: Comparison, left: &Formula, right: &Formula) -> Option<Expr> {
        for (now, before) in [(left, right), (right, left)] {
            if let (Node::Reference(field), Some([prior])) =
                (&now.node, before.as_call("PRIORVALUE"))
                && matches!(&prior.node, Node::Reference(p) if p.names_the_same(field))
            {
                let changed = self.changed(field)?;
                return match comparison {
                    Comparison::NotEqual => Some(changed),
                    Comparison::Equal => Some(self.not(changed)),
                    _ => None,
                };
            }
        }
        if let Some(known) = self.at_work.compare(comparison, left, right) {
            return Some(self.constant(known));
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (left, right) = (beside(&right, left)?, right);
        let right = beside(&left, right)?;
        let node = ExprKind::Compare {
            comparison,
            left: Box::new(left),
            right: Box::new(right),
        };
        Some(self.at(node, Some(Kind::Bool)))
    }

    fn changed(&self, reference: &Reference) -> Option<Expr> {
        let field = self.own(reference)?;
        let side = Side::Left;
        Some(self.at(ExprKind::Changed { side, field }, Some(Kind::Bool)))
    }

    /// What stands for the present moment or day, written to the record itself; none where something else is written.
    pub fn stamp(&self, target: FieldRef, e: &Formula) -> Option<Expr> {
        let side = Side::Left;
        let kind = self.model.field(target).map(|f| f.kind());
        let now = |function| e.as_call(function).is_some_and(<[Formula]>::is_empty);
        match kind {
            Some(Kind::DateTime) if now("NOW") => {
                let node = ExprKind::Field {
                    side,
                    field: target,
                };
                let first = Expr::constant(FIRST_MOMENT, self.span);
                self.function(formula::LATER, vec![self.at(node, kind), first])
            }
            Some(Kind::Date) if now("NOW") || now("TODAY") => {
                Some(Expr::constant(TODAY, self.span))
            }
            _ => None,
        }
    }

    /// A field of the record itself.
    fn own(&self, reference: &Reference) -> Option<FieldRef> {
        match reference.path.as_slice() {
            [name] if !reference.merge && reference.global().is_none() => {
                self.field(self.object, name)
            }
            _ => None,
        }
    }

    fn field(&self, object: ObjectRef, name: &str) -> Option<FieldRef> {
        super::metadata::field(self.model, object, name)
    }

    fn reference(&self, reference: &Reference) -> Option<Expr> {
        let side = Side::Left;
        if let Some(field) = self.own(reference) {
            let kind = self.model.field(field).map(|f| f.kind());
            return Some(self.at(ExprKind::Field { side, field }, kind));
        }
        let [relation, name] = reference.path.as_slice() else {
            return None;
        };
        if reference.merge || reference.global().is_some() {
            return None;
        }
        let through = super::metadata::relation(self.model, self.object, relation)?;
        let object = super::metadata::referred(self.model, through)?;
        let field = self.field(object, name)?;
        let kind = self.model.field(field).map(|f| f.kind());
        let node = ExprKind::Related {
            side,
            reference: through,
            field,
        };
        Some(self.at(node, kind))
    }
}

/// A constant beside a value of another kind, as a value of that kind; none where it is none.
fn beside(other: &Expr, e: Expr) -> Option<Expr> {
    let ExprKind::Const(value) = &e.node else {
        return Some(e);
    };
    let kind = other.kind.filter(|k| value.kind().is_some_and(|v| v != *k));
    match kind {
        None => Some(e),
        Some(kind) => Some(Expr::constant(typed(kind, value)?, e.span)),
    }
}

/// A value as one of a kind.
pub(super) fn typed(kind: Kind, value: &Value) -> Option<Value> {
    match value {
        Value::Blank => Some(Value::Blank),
        value if value.kind() == Some(kind) => Some(value.clone()),
        Value::Text(text) if kind == Kind::Set => Some(Value::set(text.split(';'))),
        value => read_text(kind, &value.to_string()).ok(),
    }
}
