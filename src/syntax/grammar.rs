//! The parser that pest makes of `grammar/accordant.pest`.

/// Parses one header or one logical line by its own entry rule.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/accordant.pest"]
pub(super) struct Grammar;
