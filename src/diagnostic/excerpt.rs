//! What is shown of a file: the lines that the labels of a finding are on, and nothing else of it.
//!
//! So a label in a catalog of one endless line costs one line on the screen, and many findings in a large file cost no
//! more than few in a small one. How an excerpt is drawn is not known here.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::Diagnostic;
use super::render::WIDTH;
use crate::source::{SourceFile, Sources, Span};
use crate::text;

/// Columns that line number and frame take from a snippet.
const GUTTER: usize = 9;
/// Columns left for the text of a label, however far to the right it starts.
const LABEL_WIDTH: usize = 36;
/// Labels that are at most so many lines apart share a frame.
const NEAR: u32 = 4;
/// A label over more lines than this is shown at its first line only.
const TALL: u32 = 8;
/// Blanks a tab is shown as.
const TAB: &str = "  ";

/// A label whose place is known: lines and byte offsets within them.
struct Placed<'a> {
    order: usize,
    text: &'a str,
    start: (u32, u32),
    end: (u32, u32),
}

/// Lines of one file with the labels on them, as they are to be drawn.
pub(super) struct Excerpt {
    /// The path of the file.
    pub(super) name: String,
    /// One-based number of the first line.
    pub(super) first: u32,
    /// The lines, free of what a terminal would obey, and cut where they are too long.
    pub(super) text: String,
    /// The labels in the order of their places.
    pub(super) marks: Vec<Mark>,
    /// One-based line and column of the leading label.
    pub(super) place: (u32, u32),
}

/// A label on an excerpt.
pub(super) struct Mark {
    /// The bytes of the excerpt that it is about.
    pub(super) range: Range<usize>,
    /// What it says, broken into lines.
    pub(super) words: Option<String>,
    /// How much it stands out.
    pub(super) rank: Rank,
}

/// Whether a label is the one that its excerpt is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// The first of its excerpt's labels in the order of the finding.
    Leading,
    /// Any other.
    Other,
}

/// The excerpts of a finding: that of the primary label first, the others in the order of their labels.
pub(super) fn excerpts(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Excerpt> {
    let mut by_file: Vec<(&SourceFile, Vec<Placed>)> = Vec::new();
    for (order, label) in diagnostic.labels.iter().enumerate() {
        let Some(file) = sources.get(label.span.file) else {
            continue;
        };
        let placed = place(file, label.span, order, &label.text);
        match by_file.iter_mut().find(|(f, _)| std::ptr::eq(*f, file)) {
            Some((_, labels)) => labels.push(placed),
            None => by_file.push((file, vec![placed])),
        }
    }
    let mut clusters: Vec<(&SourceFile, Vec<Placed>)> = Vec::new();
    for (file, mut labels) in by_file {
        labels.sort_by_key(|l| (l.start, l.order));
        let mut reach = None;
        for label in labels {
            let (from, to) = (label.start.0, label.end.0);
            match clusters
                .last_mut()
                .filter(|_| reach.is_some_and(|r| from <= r + NEAR))
            {
                Some((_, cluster)) => cluster.push(label),
                None => clusters.push((file, vec![label])),
            }
            reach = reach.max(Some(to));
        }
    }
    clusters.sort_by_key(|(_, labels)| labels.iter().map(|l| l.order).min());
    clusters
        .into_iter()
        .map(|(file, labels)| excerpt(file, &labels))
        .collect()
}

/// Finds the lines of a span, without the blanks at its ends.
fn place<'a>(file: &SourceFile, span: Span, order: usize, text: &'a str) -> Placed<'a> {
    let under = file.slice(span.start, span.end);
    let (start, end) = if under.trim().is_empty() {
        let rest = file.slice(span.start, file.text().len() as u32);
        // an empty place at the end of the file stands behind its last word
        let at = if rest.trim().is_empty() {
            file.text().trim_end().len() as u32
        } else {
            span.start
        };
        (at, at)
    } else {
        let lead = (under.len() - under.trim_start().len()) as u32;
        (
            span.start + lead,
            span.start + under.trim_end().len() as u32,
        )
    };
    let locate = |offset: u32| {
        let line = file.line_column(offset).0;
        (
            line,
            offset.saturating_sub(file.line(line).map_or(0, |(begin, _)| begin)),
        )
    };
    let start = locate(start);
    let mut end = locate(end);
    if end.0 - start.0 >= TALL {
        let (_, line) = file.line(start.0).unwrap_or_default();
        end = (start.0, line.trim_end().len() as u32);
    }
    Placed {
        order,
        text,
        start,
        end,
    }
}

fn excerpt(file: &SourceFile, labels: &[Placed]) -> Excerpt {
    let last = labels.iter().map(|l| l.end.0).max().unwrap_or(1);
    let first = head(file, labels.iter().map(|l| l.start.0).min().unwrap_or(1));
    let leading = labels.iter().map(|l| l.order).min();
    let mut text = String::new();
    let mut shown = Vec::new();
    for number in first..=last {
        let (_, line) = file.line(number).unwrap_or_default();
        let focus = labels
            .iter()
            .filter(|l| l.start.0 == number)
            .map(|l| l.start.1 as usize)
            .min();
        let line = Line::cut(line, focus.unwrap_or(0));
        if number > first {
            text.push('\n');
        }
        let base = text.len();
        text.push_str(&line.text);
        shown.push((base, line));
    }
    let offset = |(number, byte): (u32, u32)| {
        shown
            .get((number - first) as usize)
            .map_or(0, |(base, line)| base + line.offset(byte as usize))
    };
    let mut place = (first, 1);
    let mut marks = Vec::with_capacity(labels.len());
    for label in labels {
        let start = offset(label.start);
        let end = offset(label.end).max(start);
        let column = shown
            .get((label.start.0 - first) as usize)
            .map_or(0, |(base, _)| start - base);
        let room = WIDTH
            .saturating_sub(GUTTER + column + (end - start) / 2 + 4)
            .max(LABEL_WIDTH);
        let words = text::wrap(&text::visible(label.text), room).join("\n");
        let rank = if Some(label.order) == leading {
            Rank::Leading
        } else {
            Rank::Other
        };
        if rank == Rank::Leading {
            let (begin, _) = file.line(label.start.0).unwrap_or_default();
            place = file.line_column(begin + label.start.1);
        }
        marks.push(Mark {
            range: start..end,
            words: Some(words).filter(|w| !w.is_empty()),
            rank,
        });
    }
    let name = text::visible(file.path()).into_owned();
    Excerpt {
        name,
        first,
        text,
        marks,
        place,
    }
}

/// The first line to show: a line without a word of its own, such as a closing bracket, is shown with those above it.
fn head(file: &SourceFile, line: u32) -> u32 {
    let speaks = |n| {
        file.line(n)
            .is_some_and(|(_, l)| l.chars().any(char::is_alphanumeric))
    };
    if speaks(line) {
        return line;
    }
    let above = (line.saturating_sub(3).max(1)..line)
        .rev()
        .take_while(|n| speaks(*n));
    above.last().unwrap_or(line)
}

/// A line as it is shown, and where each of its bytes went.
struct Line {
    text: String,
    /// Byte offset in the file's line, byte offset in the shown text; ascending, one for each character kept.
    map: Vec<(usize, usize)>,
}

impl Line {
    /// Shows a line from a little before `focus`, as far as there is room.
    fn cut(line: &str, focus: usize) -> Self {
        let room = WIDTH - GUTTER;
        let shown = |c: char| {
            if c == '\t' {
                TAB.len()
            } else {
                c.width().unwrap_or(1)
            }
        };
        // a line of very many bytes is too wide, without looking at each of them
        let fits = line.len() <= 8 * room && line.chars().map(shown).sum::<usize>() <= room;
        let from = if fits {
            0
        } else {
            lead_in(line, focus, room / 4)
        };
        let mut text = String::new();
        let mut map = Vec::new();
        let mut used = 0;
        if from > 0 {
            text.push('…');
            used += 1;
        }
        for (at, c) in line.get(from..).unwrap_or_default().char_indices() {
            let at = from + at;
            map.push((at, text.len()));
            if used + shown(c) >= room && at + c.len_utf8() < line.len() {
                text.push('…');
                map.push((at + c.len_utf8(), text.len()));
                return Self { text, map };
            }
            used += shown(c);
            match c {
                '\t' => text.push_str(TAB),
                c => text.push_str(&text::visible(c.encode_utf8(&mut [0; 4]))),
            }
        }
        map.push((line.len(), text.len()));
        Self { text, map }
    }

    /// Where a byte of the file's line is in the shown text; what was cut off is at the nearer end.
    fn offset(&self, byte: usize) -> usize {
        let index = self.map.partition_point(|(from, _)| *from < byte);
        self.map
            .get(index)
            .or(self.map.last())
            .map_or(0, |(_, to)| *to)
    }
}

/// The offset of the character that stands `before` characters ahead of `focus`.
fn lead_in(line: &str, focus: usize, before: usize) -> usize {
    let ahead = line.get(..focus).unwrap_or_default();
    ahead
        .char_indices()
        .rev()
        .nth(before)
        .map_or(0, |(at, _)| at)
}
