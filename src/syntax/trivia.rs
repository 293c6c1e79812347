//! Comments and blank lines become trivia of the line that they belong to.

use smol_str::SmolStr;

use super::ast::{Comment, CommentKind, Piece, Trivia};
use super::cut::{Cut, Range};
use crate::source::{FileId, Span};

/// What a gap stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A line of code: what is on its own physical line belongs to it.
    Line,
    /// The end of a block or a file: blank lines there mean nothing.
    End,
}

/// The comments and blank lines of a gap.
pub(super) fn pieces(file: FileId, text: &str, gap: Range, place: Place) -> Vec<Piece> {
    let blank_before = gap.0 > 0;
    let gap_text = text.get(gap.0..gap.1).unwrap_or_default();
    let breaks = gap_text.bytes().filter(|b| *b == b'\n').count();
    if breaks < 2 && !gap_text.contains('/') {
        return Vec::new();
    }
    let mut out: Vec<Piece> = Vec::new();
    let mut at = gap.0;
    for (n, line) in gap_text.split('\n').enumerate() {
        let code = line.trim_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
        if line.trim_start().starts_with("//") || code.starts_with("//") {
            let start = at + line.find("//").unwrap_or(0);
            out.push(Piece::Comment(comment(
                file,
                text,
                (start, at + line.trim_end().len()),
            )));
        } else if n > 0
            && n < breaks
            && code.is_empty()
            && !matches!(out.last(), Some(Piece::Blank))
        {
            out.push(Piece::Blank);
        }
        at += line.len() + 1;
    }
    let opens = text
        .get(..gap.0)
        .is_none_or(|before| !blank_before || before.ends_with('{') || opens_block(before));
    if opens && matches!(out.first(), Some(Piece::Blank)) {
        out.remove(0);
    }
    if place == Place::End && matches!(out.last(), Some(Piece::Blank)) {
        out.pop();
    }
    out
}

/// Whether what stands before ends with a brace and a comment behind it.
fn opens_block(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.find("//").is_some_and(|n| {
        line.get(..n)
            .is_some_and(|code| code.trim_end().ends_with('{'))
    })
}

/// All that stands around a line.
pub(super) fn around(file: FileId, text: &str, cut: &Cut) -> Trivia {
    let mut trivia = Trivia::default();
    let leading = pieces(file, text, cut.gap, Place::Line);
    if !leading.is_empty() {
        trivia.around().leading = leading;
    }
    if !cut.inner.is_empty() {
        trivia.around().inner = cut.inner.iter().map(|c| comment(file, text, *c)).collect();
    }
    let opening = cut.block.and_then(|b| behind_brace(text, b.inside));
    let trailing = cut.trailing.map(|c| comment(file, text, c));
    match opening {
        Some(opening) => {
            trivia.around().trailing = Some(comment(file, text, opening));
            trivia.around().closing = trailing;
        }
        None if spans_lines(text, cut) => {
            if trailing.is_some() {
                trivia.around().closing = trailing;
            }
        }
        None => {
            if trailing.is_some() {
                trivia.around().trailing = trailing;
            }
        }
    }
    trivia
}

/// Whether the line has a block over several lines.
fn spans_lines(text: &str, cut: &Cut) -> bool {
    cut.block
        .is_some_and(|b| text.get(b.inside.0..b.inside.1).is_some_and(over_lines))
}

/// Whether what stands in a block goes over several lines; nothing does not.
pub(super) fn over_lines(inside: &str) -> bool {
    inside.contains('\n') && !inside.trim().is_empty()
}

/// The comment behind `{`, on its line.
pub(super) fn behind_brace(text: &str, inside: Range) -> Option<Range> {
    let rest = text.get(inside.0..inside.1)?;
    let line = rest.split('\n').next()?;
    let code = line.trim_start();
    let start = inside.0 + line.len() - code.len();
    code.starts_with("//")
        .then(|| (start, start + code.trim_end().len()))
}

fn comment(file: FileId, text: &str, range: Range) -> Comment {
    let written = text.get(range.0..range.1).unwrap_or_default();
    let (kind, rest) = if let Some(rest) = written.strip_prefix("//!") {
        (CommentKind::File, rest)
    } else if let Some(rest) = written
        .strip_prefix("///")
        .filter(|rest| !rest.starts_with('/'))
    {
        (CommentKind::Doc, rest)
    } else {
        (
            CommentKind::Plain,
            written.strip_prefix("//").unwrap_or(written),
        )
    };
    let said = rest.strip_prefix(' ').unwrap_or(rest).trim_end();
    Comment {
        kind,
        text: SmolStr::new(said),
        span: Span::new(file, range.0 as u32, range.1 as u32),
    }
}
