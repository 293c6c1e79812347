//! Lines in their plainest form, read byte by byte: `email <-> Email  via lower_trim, latest else salesforce`, `hot <->
//! "Very hot"`, the headers of maps and syncs, and the statements that most syncs have. They are nearly all of a spec, and
//! reading them so takes a tenth of what the grammar takes.
//!
//! The grammar says what a line is. This reads only what it reads, and makes of it what [`build`](super::build) makes of
//! it; whatever might mean more is `None`, and is left to the grammar: paths, numbers, expressions, several transforms,
//! clauses for one direction, letters beyond ASCII, lines that go on, mistakes. A test holds the two against each other.

mod head;
mod row;
mod statement;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;

use super::ast::{Arrow, Name, Quotes};
use super::bytes::Bytes;
use super::cut::Range;
use crate::source::{FileId, Span, Spanned};

pub(super) use head::{picklist, sync};
pub(super) use row::{map_row, row};
pub(super) use statement::statement;

/// The bytes that a bare name is made of.
static LETTERS: Bytes =
    Bytes::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

/// Reads tokens, and the blanks behind each.
pub(super) struct Scanner<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Scanner<'t> {
    pub const fn new(file: FileId, text: &'t str, code: Range) -> Self {
        Self {
            file,
            text,
            at: code.0,
            end: code.1,
        }
    }

    pub const fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub fn rest(&self) -> &'t [u8] {
        let bytes = self.text.as_bytes();
        bytes.get(self.at..self.end).unwrap_or_default()
    }

    /// Takes so many bytes, and the blanks behind them.
    pub fn take(&mut self, length: usize) -> (&'t str, Span) {
        let (start, end) = (self.at, self.at + length);
        let is_blank = |b: &&u8| matches!(b, b' ' | b'\t');
        let behind = self.rest().iter().skip(length).take_while(is_blank);
        self.at = end + behind.count();
        let span = Span::new(self.file, start as u32, end as u32);
        (self.text.get(start..end).unwrap_or_default(), span)
    }

    /// Takes a sign that must stand here.
    pub fn sign(&mut self, sign: u8) -> Option<()> {
        self.accept(sign).then_some(())
    }

    pub fn accept(&mut self, sign: u8) -> bool {
        let there = self.rest().first() == Some(&sign);
        if there {
            self.take(1);
        }
        there
    }

    /// A word that ends where its ASCII letters end.
    pub fn word(&mut self) -> Option<(&'t str, Span)> {
        let rest = self.rest();
        let behind = rest.iter().position(|b| !LETTERS.has(*b));
        let length = behind.unwrap_or(rest.len());
        let sound = !rest.first()?.is_ascii_digit() && rest.get(length).is_none_or(u8::is_ascii);
        (length > 0 && sound).then(|| self.take(length))
    }

    pub fn name(&mut self) -> Option<Name> {
        self.word().map(|(word, span)| bare(word, span))
    }

    pub fn keyword(&mut self, keyword: &str) -> Option<Span> {
        let (word, span) = self.word()?;
        (word == keyword).then_some(span)
    }

    /// A text without escapes.
    pub fn quoted(&mut self) -> Option<Name> {
        let inside = self.rest().strip_prefix(b"\"")?;
        let length = inside
            .iter()
            .position(|b| matches!(b, b'"' | b'\\' | b'\n'))?;
        if inside.get(length) != Some(&b'"') {
            return None;
        }
        let (written, span) = self.take(length + 2);
        Some(Name {
            text: SmolStr::new(written.get(1..=length)?),
            span,
            quotes: Quotes::Double,
        })
    }

    pub fn arrow(&mut self) -> Option<Spanned<Arrow>> {
        let (arrow, length) = match self.rest() {
            [b'<', b'-', b'>', ..] => (Arrow::Both, 3),
            [b'-', b'>', ..] => (Arrow::Right, 2),
            [b'<', b'-', ..] => (Arrow::Left, 2),
            _ => return None,
        };
        let (_, span) = self.take(length);
        Some(Spanned::new(arrow, span))
    }
}

fn bare(word: &str, span: Span) -> Name {
    Name {
        text: SmolStr::new(word),
        span,
        quotes: Quotes::Bare,
    }
}
