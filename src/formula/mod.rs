//! The formula language of Salesforce: validation rules, formula fields, workflow criteria, formulas of flows.
//!
//! Text in, [`Formula`] out ([`parse`]); a formula is printed in one form ([`std::fmt::Display`]). Knows no catalog: what a
//! reference names, and whether it exists, is for others to say.

mod ast;
mod grammar;
mod parse;
mod print;
mod scan;

pub use ast::{Expr, Formula, Node, Operator, Reference};
pub use parse::{FormulaError, parse};
