//! S003: a statement that stands twice for one side.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A statement that is there already.
pub fn describe(statement: &str, first: Span, again: Span) -> Diagnostic {
    Diagnostic::new(
        Code::S003,
        format!("`{statement}` is said twice for this side"),
    )
    .at(again, "said again here")
    .at(first, "first said here")
    .help("delete one of them")
}
