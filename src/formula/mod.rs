//! The formula language of Salesforce: validation rules, formula fields, workflow criteria, formulas of flows.
//!
//! Text in, [`Formula`] out ([`parse`]); a formula is printed in one form ([`std::fmt::Display`]), and computed over whatever
//! answers for a record ([`Context`]), with Salesforce's blanks, roundings and errors. Knows no catalog: what a reference
//! names, and whether it exists, is for others to say. Knows no clock: what `NOW()` is comes in.

mod ast;
pub mod cases;
mod datum;
mod evaluate;
mod functions;
mod grammar;
mod kinds;
mod library;
mod moment;
mod number;
mod parse;
mod print;
mod scan;
mod signatures;

pub use ast::{Expr, Formula, Node, Operator, Reference};
pub use datum::{Blanks, Context, Datum, DatumKind, Fault};
pub use library::{ADD_ITEM, LATER, function, own};
pub use number::Number;
pub use parse::{FormulaError, parse};
