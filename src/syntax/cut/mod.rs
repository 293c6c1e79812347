//! Cuts text into logical lines, before any of it is parsed: a file into items, a block into its lines. Knows strings,
//! comments and brackets, and the words that open items; so one slip spoils one line, and never what comes after it.

mod scan;

use super::keywords;
use scan::Pairing;

/// Brackets may be nested this deep; beyond, the line is not parsed (S005).
pub(super) const MAX_DEPTH: usize = 64;

/// A range of bytes: first, and one past the last.
pub(super) type Range = (usize, usize);

/// The block at the end of a logical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Braces {
    /// Where `{` stands.
    pub open: usize,
    /// What stands between.
    pub inside: Range,
    /// Where `}` stands, if it does.
    pub close: Option<usize>,
}

/// A logical line.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    /// What stands between the line before and this one: blanks, comments, separators.
    pub gap: Range,
    /// The line, its block included, blanks around it not.
    pub code: Range,
    /// Its block.
    pub block: Option<Braces>,
    /// Comments within it, but not in its block.
    pub inner: Vec<Range>,
    /// The comment behind it on its last line.
    pub trailing: Option<Range>,
    /// A bracket that is opened and never closed.
    pub unclosed: Option<usize>,
    /// The first bracket that is nested too deep.
    pub too_deep: Option<usize>,
    /// Whether lines of a file that begin no item were joined to this one, which is the first of them.
    pub sound: Soundness,
}

/// Whether a line can be an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Soundness {
    /// It is worth parsing.
    Sound,
    /// It begins with no word that opens an item; the range is its first logical line.
    Stray(usize),
}

/// The lines of a file or a block, and what stands behind the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Cuts {
    pub lines: Vec<Cut>,
    pub tail: Range,
}

/// What a comma outside brackets does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Commas {
    /// The line goes on.
    Continue,
    /// The line ends.
    Split,
    /// The line ends, unless a number follows.
    SplitUnlessNumber,
}

/// How lines are cut in a place.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub commas: Commas,
    /// Whether a line that begins with this word can end with a block.
    pub opens_block: fn(&str) -> bool,
}

/// Cuts a file into its items.
pub(super) fn items(text: &str) -> Cuts {
    let rules = Rules {
        commas: Commas::Continue,
        opens_block: keywords::opens_block,
    };
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        to: text.len(),
        rules,
        level: Level::File,
        unclosed: 0,
    };
    cutter.lines(0)
}

/// Cuts the inside of a block into its lines.
pub(super) fn lines(text: &str, inside: Range, rules: Rules) -> Cuts {
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        to: inside.1,
        rules,
        level: Level::Block,
        unclosed: 0,
    };
    cutter.lines(inside.0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    Block,
}

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    to: usize,
    rules: Rules,
    level: Level,
    unclosed: usize,
}

impl Cutter<'_> {
    fn at(&self, i: usize) -> Option<u8> {
        if i < self.to {
            self.bytes.get(i).copied()
        } else {
            None
        }
    }

    fn lines(&mut self, from: usize) -> Cuts {
        let mut cuts = Cuts::default();
        cuts.lines.reserve(self.about(from));
        let mut gap = from;
        loop {
            let start = self.skip_gap(gap);
            if start >= self.to {
                cuts.tail = (gap, self.to);
                return cuts;
            }
            let cut = self.line(gap, start);
            gap = cut.trailing.map_or(cut.code.1, |t| t.1);
            cuts.lines.push(cut);
        }
    }

    /// About how many lines there are.
    fn about(&self, from: usize) -> usize {
        let text = self.bytes.get(from..self.to).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', text);
        let opens_item = |at: &usize| text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        match self.level {
            Level::File => breaks.filter(opens_item).count() + 1,
            Level::Block => breaks.count(),
        }
    }

    /// The first byte of the next line of code.
    fn skip_gap(&self, mut i: usize) -> usize {
        while let Some(b) = self.at(i) {
            match b {
                b' ' | b'\t' | b'\r' | b'\n' | b';' => i += 1,
                b',' if self.rules.commas != Commas::Continue => i += 1,
                b'/' if self.at(i + 1) == Some(b'/') => i = self.line_end(i),
                _ => break,
            }
        }
        i
    }

    fn line_end(&self, i: usize) -> usize {
        let rest = self.bytes.get(i..self.to).unwrap_or_default();
        rest.iter()
            .position(|b| *b == b'\n')
            .map_or(self.to, |n| i + n)
    }

    fn line(&mut self, gap: usize, start: usize) -> Cut {
        let word = word_at(self.text, start);
        let stray = self.level == Level::File && !keywords::ITEMS.contains(&word);
        let may_block = stray || (self.rules.opens_block)(word);
        let mut scan = self.scan(start, may_block, Pairing::Nested);
        if scan.block.is_some_and(|b| b.close.is_none()) {
            scan = self.scan(start, may_block, Pairing::Indented);
        }
        if scan.unclosed.is_some() {
            self.unclosed += 1;
        }
        let mut sound = Soundness::Sound;
        if stray {
            sound = Soundness::Stray(scan.end);
            scan.end = self.skip_strays(scan.end);
        }
        let after = self.behind(scan.end);
        let comment = (self.at(after) == Some(b'/') && self.at(after + 1) == Some(b'/'))
            .then(|| self.comment(after));
        Cut {
            gap: (gap, start),
            code: (start, scan.end),
            block: scan.block.filter(|_| !stray),
            inner: scan.comments,
            trailing: comment,
            unclosed: scan.unclosed,
            too_deep: scan.too_deep,
            sound,
        }
    }

    /// Goes on behind a line that is no item, to the end of the last line before the next header.
    fn skip_strays(&self, mut end: usize) -> usize {
        loop {
            let start = self.skip_gap(end);
            if start >= self.to || keywords::is_header(self.text, start) {
                return end;
            }
            end = self.scan(start, true, Pairing::Nested).end;
        }
    }

    /// Behind a line: over blanks and one separator.
    fn behind(&self, mut i: usize) -> usize {
        while matches!(self.at(i), Some(b' ' | b'\t' | b';' | b',')) {
            i += 1;
        }
        i
    }

    fn comment(&self, start: usize) -> Range {
        let end = self.line_end(start);
        (
            start,
            start + self.text.get(start..end).map_or(0, |t| t.trim_end().len()),
        )
    }
}

/// The word that begins at a place; empty where none does.
pub(super) fn word_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let n = rest
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    rest.get(..n).unwrap_or_default()
}
