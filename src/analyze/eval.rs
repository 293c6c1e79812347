//! The value of an expression where only the spec and a few known values decide it: for proofs over finite domains and
//! for samples.

use crate::formula;
use crate::model::{Expr, ExprKind, FieldRef, Model};
use crate::side::Side;
use crate::value::Value;

/// A field that an expression reads: of a record of the pair, or of the record that a reference of it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The side of the pair's record.
    pub side: Side,
    /// The reference that leads to the record of the field; none where the field is the record's own.
    pub through: Option<FieldRef>,
    /// The field.
    pub field: FieldRef,
}

impl Cell {
    /// The cell that an expression reads by itself, where it is a field.
    pub const fn of(e: &Expr) -> Option<Self> {
        match e.node {
            ExprKind::Field { side, field } => Some(Self {
                side,
                through: None,
                field,
            }),
            ExprKind::Related {
                side,
                reference,
                field,
                ..
            } => Some(Self {
                side,
                through: Some(reference),
                field,
            }),
            _ => None,
        }
    }
}

/// What is known of what an expression reads.
pub struct Known<'k> {
    /// The model of the expression.
    pub model: &'k Model,
    /// The value that passes through the row.
    pub input: Option<&'k Value>,
    /// The values of fields.
    pub cells: &'k dyn Fn(Cell) -> Option<Value>,
}

/// What an expression makes of a value; none where it fails, is rejected, or depends on more than the value.
pub fn eval(model: &Model, e: &Expr, input: &Value) -> Option<Value> {
    let known = Known {
        model,
        input: Some(input),
        cells: &|_| None,
    };
    known.eval(e)
}

impl Known<'_> {
    /// The value of an expression; none where it fails, is rejected, or depends on what is not known. Of a conjunction one
    /// false part decides, of a disjunction a true one, whatever the others are.
    pub fn eval(&self, e: &Expr) -> Option<Value> {
        if let Some(cell) = Cell::of(e) {
            return (self.cells)(cell);
        }
        match &e.node {
            ExprKind::Input => self.input.cloned(),
            ExprKind::Const(value) => Some(value.clone()),
            ExprKind::Call {
                function,
                arguments,
            } => {
                let arguments: Option<Vec<Value>> =
                    arguments.iter().map(|a| self.eval(a)).collect();
                formula::function(function)?.call(&arguments?).ok()
            }
            ExprKind::Map {
                map,
                from,
                input,
                within: None,
            } => match self.eval(input)? {
                Value::Blank => Some(Value::Blank),
                Value::Text(text) => self.model.maps.get(map.index())?.apply(*from, &text),
                _ => None,
            },
            ExprKind::Each { map, from, input } => {
                let map = self.model.maps.get(map.index())?;
                match self.eval(input)? {
                    Value::Blank => Some(Value::Blank),
                    Value::Set(members) => {
                        let images: Option<Vec<Value>> =
                            members.iter().map(|m| map.apply(*from, m)).collect();
                        Some(Value::set(images?.iter().flat_map(Value::members)))
                    }
                    other => map.apply(*from, &other.to_string()),
                }
            }
            ExprKind::Normalize { table, input } => match self.eval(input)? {
                Value::Text(text) => self.model.normalizers.get(table.index())?.apply(&text),
                other => Some(other),
            },
            ExprKind::Arithmetic {
                operation,
                left,
                right,
            } => operation.apply(&self.eval(left)?, &self.eval(right)?).ok(),
            ExprKind::Not(inner) => self.holds(inner).map(|b| Value::Bool(!b)),
            ExprKind::All(parts) => self.joined(parts, false),
            ExprKind::Any(parts) => self.joined(parts, true),
            ExprKind::Compare {
                comparison,
                left,
                right,
            } => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                Some(Value::Bool(comparison.holds(&left, &right)))
            }
            ExprKind::In { input, list } => {
                let value = self.eval(input)?;
                let listed = |one: &Value| list.iter().any(|(v, _)| v == one);
                Some(Value::Bool(value.is_among(listed)))
            }
            ExprKind::IsSet(inner) => self.eval(inner).map(|v| Value::Bool(!v.is_blank())),
            _ => None,
        }
    }

    /// Whether a condition holds; a blank does not.
    pub fn holds(&self, e: &Expr) -> Option<bool> {
        self.eval(e).map(|v| v == Value::Bool(true))
    }

    fn joined(&self, parts: &[Expr], decisive: bool) -> Option<Value> {
        let mut known = true;
        for part in parts {
            match self.holds(part) {
                Some(b) if b == decisive => return Some(Value::Bool(decisive)),
                Some(_) => {}
                None => known = false,
            }
        }
        known.then_some(Value::Bool(!decisive))
    }
}
