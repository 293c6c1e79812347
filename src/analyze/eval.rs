//! The value of an expression for one input, where only the spec decides it: for proofs over finite domains and samples.

use crate::model::{Expr, ExprKind, Model};
use crate::value::{Value, library};

/// What an expression makes of a value; none where it fails, is rejected, or depends on more than the value.
pub fn eval(model: &Model, e: &Expr, input: &Value) -> Option<Value> {
    match &e.node {
        ExprKind::Input => Some(input.clone()),
        ExprKind::Const(value) => Some(value.clone()),
        ExprKind::Call {
            function,
            arguments,
        } => {
            let arguments: Option<Vec<Value>> =
                arguments.iter().map(|a| eval(model, a, input)).collect();
            library::function(function)?.call(&arguments?).ok()
        }
        ExprKind::Map {
            map,
            from,
            input: inner,
            within: None,
        } => match eval(model, inner, input)? {
            Value::Blank => Some(Value::Blank),
            Value::Text(text) => model.maps.get(map.index())?.apply(*from, &text),
            _ => None,
        },
        _ => None,
    }
}
