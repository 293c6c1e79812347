//! M006: a file that is not part of the project.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text::closest;

/// A module that no file of the project, and none of the library, has.
pub fn describe(target: &str, span: Span, known: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(
        Code::M006,
        format!("there is no file `{target}` in this project"),
    )
    .at(span, "not part of the project");
    match closest(target, known.iter().copied()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("a file `people.sync` is used as `people`; the library's files are used as `std.picklists`"),
    }
}
