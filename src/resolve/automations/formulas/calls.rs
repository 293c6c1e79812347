//! Calls and arithmetic of formulas: those that the expressions of the model have, and functions for all else.

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::{Event, Formulas};
use crate::formula::{self, Expr as Formula, Node};
use crate::model::{Comparison, Expr, ExprKind, Operation};
use crate::value::library::ResultKind;
use crate::value::{Kind, Value, read_text};

/// Functions that the library has under another name.
const FUNCTIONS: &[(&str, &str)] = &[
    ("ABS", "abs"),
    ("BEGINS", "starts_with"),
    ("BLANKVALUE", "coalesce"),
    ("CONTAINS", "contains"),
    ("DAY", "day"),
    ("ENDS", "ends_with"),
    ("INITCAP", "title"),
    ("LEFT", "left"),
    ("LEN", "length"),
    ("LOWER", "lower"),
    ("MAX", "max"),
    ("MIN", "min"),
    ("MONTH", "month"),
    ("NULLVALUE", "coalesce"),
    ("RIGHT", "right"),
    ("ROUND", "round"),
    ("SUBSTITUTE", "replace"),
    ("TRIM", "trim"),
    ("UPPER", "upper"),
    ("VALUE", "number"),
    ("YEAR", "year"),
];

impl Formulas<'_> {
    /// Arithmetic of numbers and days; of instants and times of day it is a function of formulas.
    pub(super) fn arithmetic(&self, operation: Operation, left: Expr, right: Expr) -> Option<Expr> {
        use Kind::{Date, DateTime, Time};
        let (left, right) = match (operation, right.kind) {
            (Operation::Add, Some(Date | DateTime | Time)) => (right, left),
            _ => (left, right),
        };
        let kind = match (left.kind, right.kind, operation) {
            (Some(DateTime | Time), _, Operation::Add) => {
                return self.function("+", vec![left, right]);
            }
            (Some(DateTime | Time), _, Operation::Subtract) => {
                return self.function("-", vec![left, right]);
            }
            (Some(Date), Some(Date), Operation::Subtract) => Some(Kind::Number),
            (kind, other, _) => kind.or(other),
        };
        let node = ExprKind::Arithmetic {
            operation,
            left: Box::new(left),
            right: Box::new(right),
        };
        Some(self.at(node, kind))
    }

    /// A call, or what it gives where that is known; none where there is no such function, or it takes other arguments.
    pub(super) fn function(&self, name: &str, arguments: Vec<Expr>) -> Option<Expr> {
        let known = formula::function(name).filter(|f| f.takes(arguments.len()))?;
        let constant = |a: &Expr| match &a.node {
            ExprKind::Const(value) => Some(value.clone()),
            _ => None,
        };
        let constants: Option<Vec<Value>> = arguments.iter().map(constant).collect();
        if let Some(value) = constants.and_then(|c| known.call(&c).ok()) {
            return Some(Expr::constant(value, self.span));
        }
        let first = arguments.first().and_then(|a| a.kind);
        let kind = match (name, known.result) {
            // the days between two instants
            ("-", _) if arguments.iter().all(|a| a.kind == first) => Some(Kind::Number),
            (_, ResultKind::Is(kind)) => Some(kind),
            (_, ResultKind::Same) => first,
        };
        let function = SmolStr::new_static(known.name);
        let node = ExprKind::Call {
            function,
            arguments: arguments.into(),
        };
        Some(self.at(node, kind))
    }

    /// A call; none where the model has no words for it.
    pub(super) fn call(&self, function: &str, arguments: &[Formula]) -> Option<Expr> {
        let truth = |node| Some(self.at(node, Some(Kind::Bool)));
        match (function, arguments) {
            ("AND", parts) => Some(self.joined(parts, true)),
            ("OR", parts) => Some(self.joined(parts, false)),
            ("NOT", [inner]) => Some(self.not(self.condition(inner))),
            ("ISBLANK" | "ISNULL", [inner]) => {
                let set = truth(ExprKind::IsSet(Box::new(self.value(inner)?)))?;
                Some(self.not(set))
            }
            // a day that is written in metadata is a call to the formula language
            ("DATEVALUE", [one]) if one.as_text().is_some() => self.written(Kind::Date, one),
            ("DATETIMEVALUE", [one]) if one.as_text().is_some() => {
                self.written(Kind::DateTime, one)
            }
            ("TIMEVALUE", [one]) if one.as_text().is_some() => self.written(Kind::Time, one),
            ("INCLUDES" | "CONTAINS", [field, value]) if self.is_set(field) => {
                let (Node::Text(member), Some(set)) = (&value.node, self.value(field)) else {
                    return None;
                };
                truth(ExprKind::In {
                    input: Box::new(set),
                    list: thin_vec![(Value::text(member), self.span)],
                })
            }
            (formula::ADD_ITEM, [field, _]) if !self.is_set(field) => None,
            ("ISPICKVAL", [field, value]) => self.compare(Comparison::Equal, field, value),
            ("ISCHANGED", [_]) if self.event == Event::Made => {
                Some(Expr::constant(Value::Bool(false), self.span))
            }
            ("ISCHANGED", [field]) => match &field.node {
                Node::Reference(reference) => self.changed(reference),
                _ => None,
            },
            ("PRIORVALUE", [field]) => {
                let now = self
                    .own(field.as_reference()?)
                    .and_then(|_| self.value(field))?;
                let kind = now.kind;
                Some(self.at(ExprKind::Before(Box::new(now)), kind))
            }
            ("ISNEW", []) => {
                let new = Value::Bool(self.event == Event::Made);
                Some(Expr::constant(new, self.span))
            }
            ("TEXT", [inner]) => {
                let inner = self.value(inner)?;
                match inner.kind {
                    Some(Kind::Text) => Some(inner),
                    _ => self.function("text", vec![inner]),
                }
            }
            _ => {
                let renamed = FUNCTIONS.iter().find(|(f, _)| *f == function);
                let name = renamed.map_or(function, |(_, name)| name);
                let arguments: Option<Vec<Expr>> =
                    arguments.iter().map(|a| self.value(a)).collect();
                self.function(name, arguments?)
            }
        }
    }

    fn is_set(&self, e: &Formula) -> bool {
        self.value(e).is_some_and(|e| e.kind == Some(Kind::Set))
    }

    /// A constant of a kind that is written as a text.
    fn written(&self, kind: Kind, e: &Formula) -> Option<Expr> {
        let Node::Text(text) = &e.node else {
            return None;
        };
        let value = read_text(kind, text).ok()?;
        Some(Expr::constant(value, self.span))
    }
}
