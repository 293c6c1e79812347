//! Where the files of a catalog are.

use crate::source::Span;

/// A path or a pattern of paths, relative to the project's root; a folder stands for all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern: `catalogs/*.json`, `force-app/main/default`.
    pub text: String,
    /// Where the manifest says it.
    pub place: Option<Span>,
}

impl<S: Into<String>> From<S> for Pattern {
    fn from(text: S) -> Self {
        Self {
            text: text.into(),
            place: None,
        }
    }
}
