//! Lines of cells become columns: which lines are aligned with each other, how wide their columns are, where comments
//! stand, and where a line that is too long goes on below.

use crate::syntax::ast::{Comment, CommentKind, Piece, Trivia};

/// Lines are broken beyond this width.
pub(super) const MAX_WIDTH: usize = 120;

/// A wider cell does not widen its column.
const MAX_CELL: usize = 64;

/// How far lines of a block stand in.
pub(super) const INDENT: usize = 2;

/// How far a line that goes on below stands in.
const CONTINUED: usize = 4;

/// Stands before a line that is taken over with its own indentation; never gets out.
pub(super) const RAW: char = '\u{1}';

/// Which lines are aligned with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Aligned with nothing, and no border between others.
    Free,
    /// Aligned with nothing, and a border between others.
    Alone,
    /// A keyword and what follows.
    Statement,
    /// Left, arrow, right, clauses.
    Row,
    /// Left, arrow, right.
    Map,
    /// Controlling value, left, arrow, right.
    MapWithin,
    /// Name and cells.
    Stage,
    /// From, arrow, to, clauses.
    Transition,
    /// `column`, name, field, the rest.
    Column,
    /// Step, object, record.
    Step,
}

impl Table {
    /// The blanks behind a column.
    const fn gap(self, column: usize) -> &'static str {
        match (self, column) {
            (Self::Row | Self::Map, 1) | (Self::MapWithin, 0 | 2) | (Self::Column, 0) => " ",
            (Self::Transition, 0 | 1) | (Self::Step, _) => " ",
            _ => "  ",
        }
    }
}

/// A line before it is laid out.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub table: Table,
    pub cells: Vec<String>,
    /// The lines of its block, without their indentation, and `}`.
    pub body: Vec<String>,
    /// Its text is what was written, line breaks included.
    pub verbatim: bool,
    /// That text holds the comment behind its `{`.
    pub holds_comment: bool,
}

impl Shown {
    /// A line of its own.
    pub fn free(code: String) -> Self {
        Self {
            table: Table::Free,
            cells: vec![code],
            body: Vec::new(),
            verbatim: false,
            holds_comment: false,
        }
    }

    /// All on one line, for a block that is written on one line.
    pub fn inline(&self) -> String {
        self.cells
            .iter()
            .filter(|c| !c.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn table(table: Table, cells: Vec<String>) -> Self {
        Self {
            table,
            cells,
            body: Vec::new(),
            verbatim: false,
            holds_comment: false,
        }
    }
}

/// The lines of a block or a file, laid out; `depth` is how far they will stand in.
pub(super) fn lay_out(
    shown: &[Shown],
    around: &[&Trivia],
    tail: &[Piece],
    depth: usize,
) -> Vec<String> {
    let codes = align(shown, around);
    let comments: Vec<Option<&Comment>> = around.iter().map(|t| t.trailing()).collect();
    let columns = comment_columns(&codes, &comments, shown);
    let mut out = Vec::new();
    for (n, (line, trivia)) in shown.iter().zip(around).enumerate() {
        let code = codes.get(n).map_or("", String::as_str);
        push_pieces(&mut out, trivia.leading());
        let mut lines: Vec<String> = if line.verbatim {
            let raw = |(n, l): (usize, &str)| {
                if n == 0 {
                    l.to_owned()
                } else {
                    format!("{RAW}{l}")
                }
            };
            code.lines().enumerate().map(raw).collect()
        } else {
            break_line(code, MAX_WIDTH.saturating_sub(depth))
        };
        let column = columns.get(n).copied().unwrap_or(0);
        let comment = trivia.trailing().filter(|_| !line.holds_comment);
        if let (Some(last), Some(comment)) = (lines.last_mut(), comment) {
            let width = last.chars().count();
            let pad = if lines_differ(code, last) {
                2
            } else {
                column.saturating_sub(width).max(2)
            };
            last.push_str(&" ".repeat(pad));
            last.push_str(&words(comment));
        }
        out.extend(lines);
        out.extend(line.body.iter().cloned());
        if let (Some(last), Some(comment)) = (out.last_mut(), trivia.closing()) {
            last.push_str("  ");
            last.push_str(&words(comment));
        }
    }
    push_pieces(&mut out, tail);
    out
}

fn lines_differ(code: &str, last: &str) -> bool {
    code.len() != last.len()
}

fn push_pieces(out: &mut Vec<String>, pieces: &[Piece]) {
    for piece in pieces {
        out.push(match piece {
            Piece::Blank => String::new(),
            Piece::Comment(comment) => words(comment),
        });
    }
}

/// A comment as it is written.
pub(super) fn words(comment: &Comment) -> String {
    let slashes = match comment.kind {
        CommentKind::Plain => "//",
        CommentKind::Doc => "///",
        CommentKind::File => "//!",
    };
    let gap = if comment.text.is_empty() || comment.text.starts_with('/') {
        ""
    } else {
        " "
    };
    format!("{slashes}{gap}{}", comment.text)
}

/// Each line's code with its columns padded.
fn align(shown: &[Shown], around: &[&Trivia]) -> Vec<String> {
    let mut codes = Vec::with_capacity(shown.len());
    let mut start = 0;
    while start < shown.len() {
        let end = group_end(shown, around, start);
        let group = shown.get(start..end).unwrap_or_default();
        let table = group
            .iter()
            .map(|l| l.table)
            .find(|t| *t != Table::Free)
            .unwrap_or(Table::Free);
        let widths = widths(group, table);
        codes.extend(group.iter().map(|line| pad(line, &widths)));
        start = end;
    }
    codes
}

/// Where the run of lines ends that are aligned with the line at `start`.
fn group_end(shown: &[Shown], around: &[&Trivia], start: usize) -> usize {
    let mut table = Table::Free;
    for (n, (line, trivia)) in shown.iter().zip(around).enumerate().skip(start) {
        let apart = n > start && trivia.leading().contains(&Piece::Blank);
        let other = table != Table::Free && line.table != Table::Free && line.table != table;
        if apart || other || n > start && line.table == Table::Alone {
            return n;
        }
        if table == Table::Free {
            table = line.table;
        }
    }
    shown.len()
}

fn widths(group: &[Shown], table: Table) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for line in group
        .iter()
        .filter(|l| l.table == table && table != Table::Alone)
    {
        for (n, cell) in line.cells.iter().enumerate() {
            let width = cell.chars().count();
            if n >= widths.len() {
                widths.push(0);
            }
            if let Some(column) = widths
                .get_mut(n)
                .filter(|c| width <= MAX_CELL && **c < width)
            {
                *column = width;
            }
        }
    }
    widths
}

fn pad(line: &Shown, widths: &[usize]) -> String {
    let mut out = String::new();
    let cells = line
        .cells
        .iter()
        .rposition(|c| !c.is_empty())
        .map_or(0, |n| n + 1);
    for (n, cell) in line.cells.iter().take(cells).enumerate() {
        out.push_str(cell);
        if n + 1 < cells {
            let width = widths.get(n).copied().unwrap_or(0);
            out.push_str(&" ".repeat(width.saturating_sub(cell.chars().count())));
            out.push_str(line.table.gap(n));
        }
    }
    out
}

/// The column of each line's comment: one for each run of lines that have comments.
fn comment_columns(codes: &[String], comments: &[Option<&Comment>], shown: &[Shown]) -> Vec<usize> {
    let mut columns = vec![0; codes.len()];
    let single = |n: usize| {
        shown
            .get(n)
            .is_some_and(|l| !l.verbatim && l.body.is_empty())
    };
    let width = |n: usize| codes.get(n).map_or(0, |c| c.chars().count());
    let mut n = 0;
    while n < codes.len() {
        let run = (n..codes.len())
            .take_while(|i| comments.get(*i).is_some_and(Option::is_some) && single(*i))
            .count();
        let widest = (n..n + run)
            .map(width)
            .filter(|w| *w <= MAX_WIDTH / 2 + INDENT)
            .max()
            .unwrap_or(0);
        columns
            .iter_mut()
            .skip(n)
            .take(run)
            .for_each(|c| *c = widest + 2);
        n += run.max(1);
    }
    columns
}

/// Breaks a line behind commas, bars, `and` and `or`, so that its parts fit.
fn break_line(code: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = code;
    let mut room = width;
    while rest.chars().count() > room {
        let Some(at) = break_place(rest, room) else {
            break;
        };
        let (head, tail) = rest.split_at(at);
        out.push(format!(
            "{}{}",
            if out.is_empty() { "" } else { "    " },
            head.trim_end()
        ));
        rest = tail.trim_start();
        room = width.saturating_sub(CONTINUED);
    }
    out.push(format!(
        "{}{rest}",
        if out.is_empty() { "" } else { "    " }
    ));
    out
}

/// The last place within the room, or else the first one, where a line can go on below. A block on one line stays on
/// one: broken, it would be another block.
fn break_place(code: &str, room: usize) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    let mut blocks = 0_u32;
    let mut best = None;
    for (n, (at, c)) in code.char_indices().enumerate() {
        match quote {
            Some(q) => {
                if c == q && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped && q == '"';
            }
            None if c == '"' || c == '`' => quote = Some(c),
            None if c == '{' => blocks += 1,
            None if c == '}' => blocks = blocks.saturating_sub(1),
            None if c == ' ' && blocks == 0 => {
                let before = code.get(..at).unwrap_or_default();
                let breaks = [",", " |", " and", " or"]
                    .iter()
                    .any(|end| before.ends_with(end));
                if breaks && (n <= room || best.is_none()) {
                    best = Some(at);
                }
                if n > room && best.is_some() {
                    return best;
                }
            }
            None => {}
        }
    }
    best
}
