//! A formula in its one printed form, which reads back as the same tree: few brackets, texts in double quotes.

use std::fmt::{self, Display, Write};

use super::{Expr, Formula, Node, Reference};

/// Of what a sign binds, and of what stands alone.
const SIGN: u8 = 8;
const ALONE: u8 = 9;

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.join(".");
        if self.merge {
            write!(f, "{{!{path}}}")
        } else {
            f.write_str(&path)
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Text(text) => quoted(text, f),
            Node::Number(number) => f.write_str(number),
            Node::Bool(true) => f.write_str("TRUE"),
            Node::Bool(false) => f.write_str("FALSE"),
            Node::Null => f.write_str("NULL"),
            Node::Reference(reference) => reference.fmt(f),
            Node::Call {
                function,
                arguments,
            } => {
                write!(f, "{function}(")?;
                for (i, argument) in arguments.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    argument.fmt(f)?;
                }
                f.write_char(')')
            }
            Node::Sign { minus, operand } => {
                f.write_char(if *minus { '-' } else { '+' })?;
                within(operand, SIGN, f)
            }
            Node::Binary {
                operator,
                left,
                right,
            } => {
                within(left, operator.strength(), f)?;
                write!(f, " {} ", operator.sign())?;
                within(right, operator.strength() + 1, f)
            }
            Node::Pairs(pairs) => {
                f.write_char('[')?;
                for (i, (name, value)) in pairs.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    quoted(name, f)?;
                    write!(f, "={value}")?;
                }
                f.write_char(']')
            }
        }
    }
}

/// Writes an operand, in brackets if it binds less tightly than its place asks for.
fn within(expr: &Expr, wanted: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let strength = match &expr.node {
        Node::Binary { operator, .. } => operator.strength(),
        Node::Sign { .. } => SIGN,
        _ => ALONE,
    };
    if strength < wanted {
        write!(f, "({expr})")
    } else {
        expr.fmt(f)
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
