//! The words that open items and statements: which rule of the grammar reads what stands behind them.

use super::cut::word_at;
use super::grammar::Rule;

/// The words that open items.
pub(super) const ITEMS: &[&str] = &[
    "allow",
    "automation",
    "budget",
    "const",
    "fields",
    "fn",
    "lifecycle",
    "metric",
    "model",
    "normalize",
    "picklist",
    "relation",
    "route",
    "signoff",
    "sync",
    "system",
    "test",
    "use",
    "volume",
];

/// The words that open statements of a sync, with their rules.
pub(super) const STATEMENTS: &[(&str, Rule)] = &[
    ("after", Rule::after),
    ("append", Rule::mode_line),
    ("converts", Rule::converts),
    ("create", Rule::create),
    ("delete", Rule::delete),
    ("ends", Rule::ends),
    ("from", Rule::admission),
    ("handoff", Rule::handoff),
    ("key", Rule::key),
    ("leave", Rule::leave),
    ("link", Rule::mode_line),
    ("many", Rule::many),
    ("match", Rule::match_line),
    ("pipeline", Rule::narrow),
    ("protect", Rule::protect),
    ("record", Rule::narrow),
    ("truth", Rule::truth),
    ("while", Rule::admission),
    ("yields", Rule::yields),
];

/// Whether an item that begins with this word ends with a block.
pub(super) fn opens_block(word: &str) -> bool {
    ITEMS.contains(&word)
        && !matches!(
            word,
            "allow" | "const" | "fn" | "metric" | "signoff" | "use"
        )
}

/// Whether an item begins here, even though a block may still be open: a word that opens items, and behind it a name
/// or a text on the same line, not an arrow or an operator.
pub(super) fn is_header(text: &str, start: usize) -> bool {
    let word = word_at(text, start);
    if !ITEMS.contains(&word) {
        return false;
    }
    let rest = text.get(start + word.len()..).unwrap_or_default();
    let behind = rest.trim_start_matches([' ', '\t']);
    behind.len() < rest.len()
        && behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '"' | '`'))
}
