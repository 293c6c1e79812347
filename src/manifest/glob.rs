//! The files that the patterns of a manifest mean.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{Files, Spanned, matching};
use crate::text::quoted;

/// The files that patterns match, sorted, each once. A pattern that matches none is reported as `missing`.
pub fn expand(
    files: &dyn Files,
    patterns: &[Spanned<String>],
    missing: Code,
    sink: &mut Sink,
) -> Vec<String> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        match matching(files, &pattern.node) {
            Ok(paths) if paths.is_empty() => sink.push(
                Diagnostic::new(
                    missing,
                    format!("no file matches {}", quoted(&pattern.node)),
                )
                .at(pattern.span, "named here")
                .help("add the files and commit them, or take the pattern out"),
            ),
            Ok(paths) => found.extend(paths),
            Err(error) => sink.push(
                Diagnostic::new(
                    missing,
                    format!(
                        "cannot list the files of {}: {error}",
                        quoted(&pattern.node)
                    ),
                )
                .at(pattern.span, "named here"),
            ),
        }
    }
    found.into_iter().collect()
}
