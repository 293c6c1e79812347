//! Findings as JSON: one document, stable keys, places one-based and in characters.

use serde::Serialize;

use super::{Diagnostic, Level};
use crate::source::{Sources, Span};

/// Where something is; all `null` where it is nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) end_line: Option<u32>,
    pub(super) end_column: Option<u32>,
}

impl Place {
    /// The place of a span; nowhere for a span of no file.
    pub(super) fn of(span: Span, sources: &Sources) -> Self {
        let Some(file) = sources.get(span.file) else {
            return Self::default();
        };
        let (line, column) = file.line_column(span.start);
        let (end_line, end_column) = file.line_column(span.end);
        Self {
            file: Some(file.path().to_owned()),
            line: Some(line),
            column: Some(column),
            end_line: Some(end_line),
            end_column: Some(end_column),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    slug: &'static str,
    level: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place,
    labels: Vec<LabelOut<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    story: &'a [String],
    note: Option<&'a str>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<&'a str>,
}

#[derive(Serialize)]
struct LabelOut<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    hints: usize,
}

/// The findings as one line of JSON, in the order given.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let of = |level| diagnostics.iter().filter(|d| d.level == level).count();
    let document = Document {
        version: 1,
        diagnostics: diagnostics.iter().map(|d| finding(d, sources)).collect(),
        summary: Summary {
            errors: of(Level::Error),
            warnings: of(Level::Warning),
            hints: of(Level::Hint),
        },
    };
    let mut out = serde_json::to_string(&document).unwrap_or_default();
    out.push('\n');
    out
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> Finding<'a> {
    Finding {
        code: diagnostic.code.name(),
        slug: diagnostic.code.slug(),
        level: diagnostic.level.word(),
        message: &diagnostic.message,
        place: diagnostic
            .labels
            .first()
            .map_or_else(Place::default, |l| Place::of(l.span, sources)),
        labels: diagnostic
            .labels
            .iter()
            .map(|l| LabelOut {
                place: Place::of(l.span, sources),
                text: &l.text,
            })
            .collect(),
        story: &diagnostic.story,
        note: diagnostic.note.as_deref(),
        help: diagnostic.help.as_deref(),
        replay: diagnostic.replay.as_deref(),
    }
}
