//! Findings for people: header, snippets, why and fix, within [`WIDTH`] columns, readable without colour.
//!
//! The snippets are drawn by miette, from excerpts instead of files.

use std::fmt::{self, Write};
use std::time::Duration;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
};
use miette::{SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles};
use unicode_width::UnicodeWidthStr;

use super::excerpt::{Excerpt, Rank, excerpts};
use super::{Code, Diagnostic, Level};
use crate::source::Sources;
use crate::text;

/// Columns that the output keeps to.
pub const WIDTH: usize = 100;
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
        for excerpt in excerpts(diagnostic, sources) {
            out.push_str(&Frame(excerpt).draw(colour));
        }
        let mut remarks = Remarks {
            out: &mut out,
            colour,
        };
        for (n, event) in (1..).zip(diagnostic.story.iter()) {
            remarks.put(&format!("{n:<3}"), event);
        }
        if let Some(note) = &diagnostic.note {
            remarks.put("why", note);
        }
        if let Some(help) = &diagnostic.help {
            remarks.put("fix", help);
        }
        if let Some(replay) = &diagnostic.replay {
            let _ = writeln!(out, "  {}  {replay}", colour.paint("1", "replay"));
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

/// An excerpt in the eyes of miette.
struct Frame(Excerpt);

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
        let whole = SourceSpan::from((0, self.0.text.len()));
        let (span, line, column) = if before + after == 0 {
            (
                *span,
                self.0.place.0 as usize - 1,
                self.0.place.1 as usize - 1,
            )
        } else {
            (whole, self.0.first as usize - 1, 0)
        };
        let lines = self.0.text.lines().count();
        let data = self.0.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name.clone(),
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
        Some(Box::new(self.0.marks.iter().map(|mark| {
            let span = SourceSpan::from((mark.range.start, mark.range.len()));
            match mark.rank {
                Rank::Leading => LabeledSpan::new_primary_with_span(mark.words.clone(), span),
                Rank::Other => LabeledSpan::new_with_span(mark.words.clone(), span),
            }
        })))
    }
}

impl std::error::Error for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

impl fmt::Display for Frame {
    /// Nothing: the message stands above the frames.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
