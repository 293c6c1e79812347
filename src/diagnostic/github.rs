//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use std::fmt::Write;

use super::json::Place;
use super::{Diagnostic, Level};
use crate::source::Sources;
use crate::text;

/// One command a finding. `base` is the project's folder as seen from the repository's root: empty, or ending in `/`.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources, base: &str) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let command = match diagnostic.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Hint => "notice",
        };
        let place = diagnostic
            .labels
            .first()
            .map_or_else(Place::default, |l| Place::of(l.span, sources));
        let mut properties = Vec::new();
        if let Some(file) = &place.file {
            properties.push(format!("file={}", property(&format!("{base}{file}"))));
        }
        let numbers = [
            ("line", place.line),
            ("col", place.column),
            ("endLine", place.end_line),
        ];
        properties.extend(
            numbers
                .into_iter()
                .filter_map(|(key, n)| n.map(|n| format!("{key}={n}"))),
        );
        // an end column is read together with the column, and only where both are on one line
        if let Some(end) = place.end_column.filter(|_| place.line == place.end_line) {
            properties.push(format!("endColumn={end}"));
        }
        let title = format!("{} {}", diagnostic.code, diagnostic.code.slug());
        properties.push(format!("title={}", property(&title)));
        let _ = writeln!(
            out,
            "::{command} {}::{}",
            properties.join(","),
            data(&body(diagnostic))
        );
    }
    out
}

/// The message, the events, why and fix, a line each.
fn body(diagnostic: &Diagnostic) -> String {
    let mut body = diagnostic.message.clone();
    for (n, event) in (1..).zip(diagnostic.story.iter()) {
        let _ = write!(body, "\n{n}. {event}");
    }
    for (word, remark) in [("why", &diagnostic.note), ("fix", &diagnostic.help)] {
        if let Some(remark) = remark {
            let _ = write!(body, "\n{word}: {remark}");
        }
    }
    let lines: Vec<_> = body.lines().map(text::visible).collect();
    lines.join("\n")
}

/// The data of a command: what would end it is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command: also what would end the property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
