//! Finds where a logical line ends: past the brackets, texts and comments in it, and with the block behind it.

use super::super::bytes::Bytes;
use super::super::keywords;
use super::{Braces, Commas, Cutter, Level, MAX_DEPTH, Range};

/// In a block with more unclosed brackets than this, brackets no longer reach over the end of a line: otherwise each of
/// them would be followed to the end of the block, which takes quadratic time.
const MAX_UNCLOSED: usize = 8;

/// The bytes at which something may open, close or end. All others, letters and blanks, are passed over at once.
static NOTABLE: Bytes = Bytes::of(b"\"`/(){}[];,\n");

/// How a `}` finds its `{`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairing {
    /// The innermost one.
    Nested,
    /// The innermost one on a line that is not indented more: where braces do not add up.
    Indented,
}

/// An open bracket, and where its line begins.
#[derive(Clone, Copy)]
struct Bracket {
    sign: u8,
    at: usize,
    line: usize,
}

/// Where a scan of one logical line ended.
pub(super) struct Scan {
    pub end: usize,
    pub block: Option<Braces>,
    pub comments: Vec<Range>,
    pub unclosed: Option<usize>,
    pub too_deep: Option<usize>,
}

impl Cutter<'_> {
    /// Finds the end of the logical line that begins at `start`.
    pub fn scan(&self, start: usize, may_block: bool, pairing: Pairing) -> Scan {
        let mut scan = Scan {
            end: start,
            block: None,
            comments: Vec::new(),
            unclosed: None,
            too_deep: None,
        };
        let mut stack: Vec<Bracket> = Vec::new();
        let mut line = if pairing == Pairing::Indented {
            self.line_start(start)
        } else {
            start
        };
        let mut beyond = 0_usize;
        let mut i = start;
        loop {
            let plain = self.plain(i);
            scan.end = self.behind_code(i, plain).unwrap_or(scan.end);
            i = plain;
            let Some(b) = self.at(i) else { break };
            match b {
                b'"' | b'`' => {
                    i = self.skip_text(i, b);
                    scan.end = i;
                    continue;
                }
                b'/' if self.at(i + 1) == Some(b'/') => {
                    let comment = self.comment(i);
                    if scan.block.is_none() {
                        scan.comments.push(comment);
                    }
                    i = self.line_end(i);
                    continue;
                }
                b'(' | b'{' | b'[' if stack.len() > MAX_DEPTH => {
                    beyond += 1;
                    if scan.block.is_none() {
                        scan.too_deep = scan.too_deep.or(Some(i));
                    }
                }
                b'(' | b'{' | b'[' => {
                    if b == b'{' && stack.is_empty() && may_block && scan.block.is_none() {
                        scan.block = Some(Braces {
                            open: i,
                            inside: (i + 1, i + 1),
                            close: None,
                        });
                    }
                    stack.push(Bracket {
                        sign: b,
                        at: i,
                        line,
                    });
                }
                b'}' if beyond > 0
                    && pairing == Pairing::Indented
                    && self.blanks_before(i).is_some() =>
                {
                    beyond = 0;
                    continue;
                }
                b')' | b'}' | b']' if beyond > 0 => beyond -= 1,
                b')' | b']' => {
                    stack.pop_if(|open| closes(open.sign, b));
                }
                b'}' => {
                    self.close_brace(&mut stack, i, pairing);
                    if let Some(block) = scan.block.as_mut().filter(|_| stack.is_empty()) {
                        block.close = Some(i);
                        block.inside.1 = i;
                        scan.end = i + 1;
                        return scan;
                    }
                }
                b';' if stack.is_empty() => break,
                b',' if stack.is_empty() && self.splits(i) => break,
                b'\n' => {
                    if self.ends_here(
                        i,
                        start,
                        scan.end,
                        stack.is_empty(),
                        may_block && scan.block.is_none(),
                    ) {
                        break;
                    }
                    i += 1;
                    line = i;
                    continue;
                }
                _ => {}
            }
            i += 1;
            scan.end = i;
        }
        self.finish(&mut scan, stack.first().map(|b| b.at));
        scan
    }

    /// Behind the bytes that stand here and end nothing.
    fn plain(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..self.to).unwrap_or_default();
        let notable = rest.iter().position(|b| NOTABLE.has(*b));
        from + notable.unwrap_or(rest.len())
    }

    /// Behind the last byte of a range that is no blank.
    fn behind_code(&self, from: usize, to: usize) -> Option<usize> {
        let range = self.bytes.get(from..to)?;
        let last = range.iter().rposition(|b| !is_blank(*b))?;
        Some(from + last + 1)
    }

    /// The line ends at `scan.end`, perhaps with a bracket that is still open.
    fn finish(&self, scan: &mut Scan, open: Option<usize>) {
        scan.comments.retain(|c| c.1 <= scan.end);
        let Some(at) = open else { return };
        scan.unclosed = Some(at);
        if let Some(block) = scan.block.as_mut() {
            if self.level == Level::File {
                block.inside.1 = scan.end;
                return;
            }
            scan.block = None;
        }
        if self.level == Level::Block {
            let end = self.line_end(at);
            let line = self.text.get(at..end).unwrap_or_default();
            let code = line
                .find("//")
                .map_or(line, |n| line.get(..n).unwrap_or(line));
            scan.end = at + code.trim_end().len();
            scan.comments.retain(|c| c.1 <= scan.end);
        }
    }

    /// Pops the bracket that a `}` closes, and those within it that were not closed.
    fn close_brace(&self, stack: &mut Vec<Bracket>, at: usize, pairing: Pairing) {
        let limit = match pairing {
            Pairing::Nested => usize::MAX,
            Pairing::Indented => self.blanks_before(at).unwrap_or(usize::MAX),
        };
        let fits = |open: &Bracket| {
            open.sign == b'{' && (limit == usize::MAX || self.blanks_from(open.line) <= limit)
        };
        if let Some(n) = stack.iter().rposition(fits) {
            stack.truncate(n);
        }
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.bytes.get(..at).unwrap_or_default();
        before
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |n| n + 1)
    }

    /// How many blanks stand at the beginning of a line.
    fn blanks_from(&self, line: usize) -> usize {
        let line = self.bytes.get(line..).unwrap_or_default();
        line.iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    }

    /// How many blanks stand before a place that is the first on its line.
    fn blanks_before(&self, at: usize) -> Option<usize> {
        let before = self.bytes.get(..at).unwrap_or_default();
        let blanks = before
            .iter()
            .rev()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        (at == blanks || before.get(at - blanks - 1) == Some(&b'\n')).then_some(blanks)
    }

    fn splits(&self, comma: usize) -> bool {
        match self.rules.commas {
            Commas::Continue => false,
            Commas::Split => true,
            Commas::SplitUnlessNumber => {
                let mut i = comma + 1;
                while matches!(self.at(i), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                    i += 1;
                }
                !self.at(i).is_some_and(|b| b.is_ascii_digit())
            }
        }
    }

    /// Whether a logical line ends at the line break at `i`.
    fn ends_here(&self, i: usize, start: usize, end: usize, closed: bool, block_due: bool) -> bool {
        let header =
            self.level == Level::File && self.at(i + 1).is_some_and(|b| b.is_ascii_lowercase());
        if header && keywords::is_header(self.text, i + 1) {
            return true;
        }
        if !closed {
            return self.unclosed > MAX_UNCLOSED && self.level == Level::Block;
        }
        let code = self.bytes.get(start..end).unwrap_or_default();
        if continues(code) {
            return false;
        }
        !(block_due && self.at(self.skip_gap(i)) == Some(b'{'))
    }

    /// Behind a text or a backticked name, or at the end of the line where it is not closed.
    fn skip_text(&self, start: usize, quote: u8) -> usize {
        let mut i = start + 1;
        while let Some(b) = self.at(i) {
            match b {
                b'\n' => return i,
                b'\\' if quote == b'"' && self.at(i + 1) != Some(b'\n') => i += 2,
                _ if b == quote => return i + 1,
                _ => i += 1,
            }
        }
        self.to
    }
}

/// Whether a byte is a blank within a line.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

const fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']'))
}

/// Whether a statement goes on behind what it ends with so far: a comma, `|`, an arrow, a comparison, `and`, `or`.
fn continues(code: &[u8]) -> bool {
    match code {
        [.., b',' | b'|' | b'=' | b'<' | b'>'] | [.., b'<', b'-'] => true,
        [before @ .., b'a', b'n', b'd'] | [before @ .., b'o', b'r'] => before
            .last()
            .is_some_and(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'`'))),
        _ => false,
    }
}
