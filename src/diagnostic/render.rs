//! Findings for people: header, snippets, why and fix, within [`WIDTH`] columns, readable without colour.
//!
//! The snippets are drawn by miette. It is given an excerpt instead of the file: only the lines that are shown, free of
//! characters that a terminal would obey, and cut where they are too long. So a label in a catalog of one endless line
//! costs one line on the screen, and many findings in a large file cost no more than few in a small one.

use std::fmt::{self, Write};
use std::time::Duration;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceSpan,
};
use miette::{SourceCode, SpanContents, ThemeCharacters, ThemeStyles};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Code, Diagnostic, Level};
use crate::source::{SourceFile, Sources, Span};
use crate::text;

/// Columns that the output keeps to.
pub const WIDTH: usize = 100;
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

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Text only.
    Plain,
    /// The sixteen colours of every terminal.
    Ansi,
}

impl Colour {
    /// The text in a style, by its ANSI parameters.
    fn paint(self, parameters: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{parameters}m{text}\u{1b}[0m"),
        }
    }
}

/// What was checked, for the last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Files read.
    pub files: usize,
    /// Syncs among their items.
    pub syncs: usize,
    /// Rows of all syncs.
    pub rows: usize,
}

/// All findings, an empty line after each.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, colour: Colour) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        header(&mut out, diagnostic, colour);
        for frame in frames(diagnostic, sources) {
            out.push_str(&frame.draw(colour));
        }
        let mut remarks = Remarks {
            out: &mut out,
            colour,
        };
        if let Some(note) = &diagnostic.note {
            remarks.put("why", note);
        }
        if let Some(help) = &diagnostic.help {
            remarks.put("fix", help);
        }
        out.push('\n');
    }
    out
}

/// The last lines: what was found in how much, in what time, and where to read on.
pub fn summary(diagnostics: &[Diagnostic], extent: Extent, elapsed: Duration) -> String {
    let of = |level| diagnostics.iter().filter(|d| d.level == level).count();
    let found: Vec<String> = [Level::Error, Level::Warning, Level::Hint]
        .into_iter()
        .filter_map(|level| {
            Some(of(level))
                .filter(|n| *n > 0)
                .map(|n| text::count(n, level.word()))
        })
        .collect();
    let found = if found.is_empty() {
        "no findings".to_owned()
    } else {
        text::list(&found)
    };
    let left = format!(
        "{found} in {}, {}, {}",
        text::count(extent.files, "file"),
        text::count(extent.syncs, "sync"),
        text::count(extent.rows, "row"),
    );
    let right = format!("checked in {}", duration(elapsed));
    let gap = WIDTH.saturating_sub(left.width() + right.width()).max(2);
    let mut out = format!("{left}{:gap$}{right}\n", "");
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    if !codes.is_empty() {
        let codes: Vec<&str> = codes.into_iter().map(Code::name).collect();
        for (i, line) in text::wrap(
            &format!("accordant explain {}", codes.join(" · ")),
            WIDTH - 9,
        )
        .iter()
        .enumerate()
        {
            let _ = writeln!(
                out,
                "{}{line}",
                if i == 0 { "explain: " } else { "         " }
            );
        }
    }
    out
}

/// `14 ms`, `2.3 s`, `4 min 10 s`.
fn duration(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0 => format!("{} ms", elapsed.as_millis()),
        1..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn header(out: &mut String, diagnostic: &Diagnostic, colour: Colour) {
    let (style, word) = match diagnostic.level {
        Level::Error => ("1;31", ""),
        Level::Warning => ("1;33", " (warning)"),
        Level::Hint => ("1;36", " (hint)"),
    };
    let name = format!("{} {}{word}:", diagnostic.code, diagnostic.code.slug());
    let message = text::visible(&diagnostic.message);
    let lines = text::wrap(&format!("{name} {message}"), WIDTH - 2);
    for (i, line) in lines.iter().enumerate() {
        let _ = match line.strip_prefix(&name).filter(|_| i == 0) {
            Some(rest) => writeln!(out, "{}{rest}", colour.paint(style, &name)),
            None => writeln!(out, "  {line}"),
        };
    }
}

/// The remarks below the snippets, each under its word.
struct Remarks<'a> {
    out: &'a mut String,
    colour: Colour,
}

impl Remarks<'_> {
    fn put(&mut self, word: &str, body: &str) {
        let mut first = true;
        for line in body.lines() {
            let line = text::visible(line.trim_end());
            // what is indented is text to paste, and stays as it is
            let pieces = if line.starts_with("  ") {
                vec![line.into_owned()]
            } else {
                text::wrap(&line, WIDTH - 8)
            };
            for piece in pieces {
                let margin = if first {
                    format!("  {}   ", self.colour.paint("1", word))
                } else {
                    " ".repeat(8)
                };
                let _ = writeln!(self.out, "{}", format!("{margin}{piece}").trim_end());
                first = false;
            }
        }
    }
}

/// A label whose place is known: lines and byte offsets within them.
struct Placed<'a> {
    order: usize,
    text: &'a str,
    start: (u32, u32),
    end: (u32, u32),
}

/// Lines of one file with the labels on them.
struct Frame {
    name: String,
    /// One-based number of the first line.
    first: u32,
    /// The lines as they are shown.
    excerpt: String,
    labels: Vec<LabeledSpan>,
    /// One-based line and column of the leading label.
    place: (u32, u32),
}

/// The frames of a finding: that of the primary label first, the others in the order of their labels.
fn frames(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Frame> {
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
        .map(|(file, labels)| frame(file, &labels))
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

fn frame(file: &SourceFile, labels: &[Placed]) -> Frame {
    let last = labels.iter().map(|l| l.end.0).max().unwrap_or(1);
    let first = head(file, labels.iter().map(|l| l.start.0).min().unwrap_or(1));
    let leading = labels.iter().map(|l| l.order).min();
    let mut excerpt = String::new();
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
            excerpt.push('\n');
        }
        let base = excerpt.len();
        excerpt.push_str(&line.text);
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
        let (start, end) = (offset(label.start), offset(label.end));
        let column = shown
            .get((label.start.0 - first) as usize)
            .map_or(0, |(base, _)| start - base);
        let room = WIDTH
            .saturating_sub(GUTTER + column + (end - start) / 2 + 4)
            .max(LABEL_WIDTH);
        let words = text::wrap(&text::visible(label.text), room).join("\n");
        let words = Some(words).filter(|w| !w.is_empty());
        let range = SourceSpan::from((start, end.saturating_sub(start)));
        if Some(label.order) == leading {
            let (begin, _) = file.line(label.start.0).unwrap_or_default();
            place = file.line_column(begin + label.start.1);
            marks.push(LabeledSpan::new_primary_with_span(words, range));
        } else {
            marks.push(LabeledSpan::new_with_span(words, range));
        }
    }
    Frame {
        name: text::visible(file.path()).into_owned(),
        first,
        excerpt,
        labels: marks,
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
        let width: usize = line.chars().map(shown).sum();
        let from = if width <= room {
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
        for (at, c) in line.char_indices().skip_while(|(at, _)| *at < from) {
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
    let ahead = line
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= focus);
    let ahead: Vec<usize> = ahead.collect();
    ahead
        .len()
        .checked_sub(before + 1)
        .and_then(|i| ahead.get(i))
        .copied()
        .unwrap_or(0)
}

impl Frame {
    /// The frame as miette draws it.
    fn draw(&self, colour: Colour) -> String {
        let styles = match colour {
            Colour::Plain => ThemeStyles::none(),
            Colour::Ansi => ThemeStyles::ansi(),
        };
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles,
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .without_syntax_highlighting();
        let mut report = String::new();
        if handler.render_report(&mut report, self).is_err() {
            return String::new();
        }
        // header and message are ours; the report's own end where the frame begins
        let lines = report.lines().skip_while(|line| !line.contains('╭'));
        lines.fold(String::new(), |mut out, line| {
            out.push_str(line.trim_end());
            out.push('\n');
            out
        })
    }
}

impl SourceCode for Frame {
    /// With context: the whole excerpt. Without: asked only where the leading label stands, for the frame's title.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from((0, self.excerpt.len()));
        let (span, line, column) = if before + after == 0 {
            (*span, self.place.0 as usize - 1, self.place.1 as usize - 1)
        } else {
            (whole, self.first as usize - 1, 0)
        };
        let lines = self.excerpt.lines().count();
        let data = self.excerpt.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            span,
            line,
            column,
            lines,
        )))
    }
}

impl miette::Diagnostic for Frame {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl std::error::Error for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Frame {
    /// Nothing: the message stands above the frames.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
