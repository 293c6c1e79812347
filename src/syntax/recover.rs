//! From a file to its tree: every item is read on its own, and what cannot be read is broken and reported, once.

use pest::Parser;
use rayon::prelude::*;

use super::ast::{Block, Item, Layout, Line, SyntaxTree};
use super::build::{Builder, Node};
use super::cut::{self, Cut, Range, Rules, Soundness};
use super::grammar::{Grammar, Rule};
use super::{keywords, lines, report, trivia};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// Larger files are refused (S006).
const MAX_BYTES: usize = 64 << 20;

/// Smaller files are not worth a second core.
const PARALLEL_BYTES: usize = 64 << 10;

/// What is wrong with an item, and what of it nobody could read.
type Amiss = (Vec<Diagnostic>, Vec<Span>);

/// Parses a file. Never fails: what cannot be read is [`Item::Broken`] or a broken line, and has been reported.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> SyntaxTree {
    if text.len() > MAX_BYTES {
        let message = format!("this file has more than {} MiB", MAX_BYTES >> 20);
        let help = "split it: each file is a module, and `use` takes names from another";
        sink.push(
            Diagnostic::new(Code::S006, message)
                .at(Span::new(file, 0, 0), "")
                .help(help),
        );
        return SyntaxTree {
            file,
            items: Vec::new(),
            tail: Vec::new(),
            unread: vec![Span::new(file, 0, 0)],
        };
    }
    let cuts = cut::items(text);
    let read = |cut: &Cut| {
        let mut reader = Reader::new(file, text);
        let item = reader.item(cut);
        (item, (reader.found, reader.unread))
    };
    let (items, amiss): (Vec<Line<Item>>, Vec<Amiss>) = if text.len() < PARALLEL_BYTES {
        cuts.lines.iter().map(read).unzip()
    } else {
        cuts.lines.par_iter().map(read).unzip()
    };
    let mut unread: Vec<Span> = fallen_out(&cuts.lines, text)
        .map(|cut| Span::new(file, cut.code.0 as u32, cut.code.1 as u32))
        .collect();
    for (found, gaps) in amiss {
        unread.extend(gaps);
        found.into_iter().for_each(|d| sink.push(d));
    }
    SyntaxTree {
        file,
        items,
        tail: trivia::pieces(file, text, cuts.tail, trivia::Place::End),
        unread,
    }
}

/// Items whose block ends too early: indented lines that begin no item follow, and what they say was to be said in it.
fn fallen_out<'c>(cuts: &'c [Cut], text: &'c str) -> impl Iterator<Item = &'c Cut> {
    let indented = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.ends_with([' ', '\t'])
    };
    let pairs = cuts.iter().zip(cuts.iter().skip(1));
    pairs.filter_map(move |(block, next)| {
        let stray = matches!(next.sound, Soundness::Stray(_)) && indented(next.code.0);
        (block.block.is_some() && stray).then_some(block)
    })
}

/// Reads a line in its plainest form; what is not of that form is `None`, and is for the grammar.
pub(super) type Plain<T> = fn(&Reader, &Cut) -> Option<T>;

/// Reads the pieces of one item.
pub(super) struct Reader<'t> {
    pub file: FileId,
    pub text: &'t str,
    found: Vec<Diagnostic>,
    unread: Vec<Span>,
}

impl<'t> Reader<'t> {
    pub const fn new(file: FileId, text: &'t str) -> Self {
        Self {
            file,
            text,
            found: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// What was wrong so far.
    #[cfg(test)]
    pub fn found(&self) -> &[Diagnostic] {
        &self.found
    }

    pub fn slice(&self, range: Range) -> &'t str {
        self.text.get(range.0..range.1).unwrap_or_default()
    }

    pub const fn span(&self, range: Range) -> Span {
        Span::new(self.file, range.0 as u32, range.1 as u32)
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Remembers that a line says something that nobody knows.
    pub fn unread(&mut self, cut: &Cut) {
        self.unread.push(self.span(cut.code));
    }

    fn item(&mut self, cut: &Cut) -> Line<Item> {
        let node = self.item_node(cut).unwrap_or_else(|| {
            self.unread(cut);
            Item::Broken
        });
        self.line(cut, node)
    }

    fn item_node(&mut self, cut: &Cut) -> Option<Item> {
        if let Soundness::Stray(end) = cut.sound {
            self.found.push(report::stray(self, (cut.code.0, end)));
            return None;
        }
        if !self.brackets(cut) {
            return None;
        }
        lines::item(self, cut)
    }

    /// A line with what stands around it.
    pub fn line<T>(&self, cut: &Cut, node: T) -> Line<T> {
        Line {
            node,
            span: self.span(cut.code),
            trivia: trivia::around(self.file, self.text, cut),
        }
    }

    /// Whether the brackets of a line allow to parse it; reports those that do not fit.
    pub fn brackets(&mut self, cut: &Cut) -> bool {
        if cut.too_deep.is_some() || cut.unclosed.is_some() {
            self.unread(cut);
        }
        if let Some(at) = cut.too_deep {
            let message = format!("brackets are nested more than {} deep here", cut::MAX_DEPTH);
            self.report(
                Diagnostic::new(Code::S005, message).at(self.span((at, at + 1)), "one too many"),
            );
            return false;
        }
        let Some(at) = cut.unclosed else { return true };
        let bracket = self.slice((at, at + 1));
        let of_block = cut.block.is_some_and(|b| b.open == at);
        let end = self.span(cut.code).after();
        let mut diagnostic =
            Diagnostic::new(Code::S002, format!("this `{bracket}` is never closed"))
                .at(self.span((at, at + 1)), "opened here");
        let closing = match bracket {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        diagnostic = diagnostic.at(end, format!("`{closing}` is missing, at the latest here"));
        self.report(diagnostic.help(format!("write the `{closing}` that belongs to it")));
        of_block
    }

    /// Parses a piece by its entry rule and builds what it says. `None` where something was reported.
    pub fn read<T>(
        &mut self,
        rule: Rule,
        range: Range,
        build: impl FnOnce(&mut Builder, Node) -> Option<T>,
    ) -> Option<T> {
        let piece = self.slice(range);
        let node = match Grammar::parse(rule, piece) {
            Ok(mut pairs) => pairs.next(),
            Err(error) => {
                self.found
                    .push(report::unexpected(self, rule, range, &error));
                self.unread.push(self.span(range));
                return None;
            }
        };
        let mut builder = Builder::new(self.file, range.0);
        let built = node.and_then(|node| build(&mut builder, node));
        let found = builder.into_found();
        if built.is_none() && found.is_empty() {
            let message = "this was parsed, and could not be understood";
            self.report(Diagnostic::new(Code::B001, message).at(self.span(range), ""));
        }
        if built.is_none() {
            self.unread.push(self.span(range));
        }
        self.found.extend(found);
        built
    }

    /// Reads the block of a line, line by line.
    pub fn block<T>(
        &mut self,
        cut: &Cut,
        rules: Rules,
        plain: Option<Plain<T>>,
        mut read: impl FnMut(&mut Self, &Cut) -> T,
    ) -> Block<T> {
        let Some(braces) = cut.block else {
            let end = self.span(cut.code).after();
            return Block {
                lines: Vec::new(),
                tail: Vec::new(),
                layout: Layout::Absent,
                span: end,
            };
        };
        let opening = trivia::behind_brace(self.text, braces.inside);
        let inside = opening.map_or(braces.inside, |c| (c.1, braces.inside.1));
        let cuts = cut::lines(self.text, inside, rules);
        let mut lines = Vec::with_capacity(cuts.lines.len());
        for cut in &cuts.lines {
            let node = plain
                .and_then(|plain| plain(self, cut))
                .unwrap_or_else(|| read(self, cut));
            lines.push(self.line(cut, node));
        }
        Block {
            lines,
            tail: trivia::pieces(self.file, self.text, cuts.tail, trivia::Place::End),
            layout: match braces.close {
                None => Layout::Unclosed,
                Some(_) if trivia::over_lines(self.slice(braces.inside)) => Layout::Lines,
                Some(_) => Layout::Inline,
            },
            span: self.span((braces.open, braces.close.map_or(braces.inside.1, |c| c + 1))),
        }
    }

    /// The header of a line with a block, or the whole line without one.
    pub fn head(&self, cut: &Cut) -> Range {
        let end = cut.block.map_or(cut.code.1, |b| b.open);
        (
            cut.code.0,
            cut.code.0 + self.slice((cut.code.0, end)).trim_end().len(),
        )
    }

    /// The word that a line begins with, where it is not a field: no arrow, dot, colon or comma follows.
    pub fn leading_word(&self, cut: &Cut) -> &'t str {
        let word = cut::word_at(self.text, cut.code.0);
        let rest = self
            .slice((cut.code.0 + word.len(), cut.code.1))
            .trim_start();
        let field = ["->", "<-", "=>", ".", ",", "~", "→", "←", "↔"]
            .iter()
            .any(|sign| rest.starts_with(sign));
        if field { "" } else { word }
    }
}

/// Rules of blocks whose lines have no blocks of their own.
pub(super) const PLAIN: Rules = Rules {
    commas: cut::Commas::Continue,
    opens_block: |_| false,
};

/// Rules of blocks whose entries end with a comma, too.
pub(super) const ENTRIES: Rules = Rules {
    commas: cut::Commas::Split,
    opens_block: |_| false,
};

/// Rules of `volume`.
pub(super) const COUNTS: Rules = Rules {
    commas: cut::Commas::SplitUnlessNumber,
    opens_block: |_| false,
};

/// Rules of `test`.
pub(super) const STEPS: Rules = Rules {
    commas: cut::Commas::Continue,
    opens_block: |_| true,
};

/// Whether an item of this word must have a block.
pub(super) fn needs_block(word: &str) -> bool {
    keywords::opens_block(word) && !matches!(word, "system" | "model")
}
