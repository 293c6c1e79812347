//! The parser that pest makes of `grammar/formula.pest`.

/// Parses one formula.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/formula.pest"]
pub(super) struct Grammar;
