//! Rows in their plainest form, read byte by byte: `email <-> Email  via lower_trim, latest else salesforce` and
//! `hot <-> "Very hot"`. They are nearly all of a spec, and reading them so takes a tenth of what the grammar takes.
//!
//! The grammar says what a row is. This reads only what it reads, and makes of it what [`build`](super::build) makes of
//! it; whatever might mean more is `None`, and is left to the grammar: paths, numbers, expressions, several transforms,
//! clauses for one direction, letters beyond ASCII, lines that go on, mistakes. A test holds the two against each other.

use smol_str::SmolStr;

use super::ast::{
    Arrow, BlankPolicy, Cell, Clause, ClauseKind, MapRow, Name, Operand, Outcome, Quotes, Row,
    Transform, Via, ViaKind,
};
use super::cut::Range;
use crate::source::{FileId, Span, Spanned};

/// Reads a row of a sync.
pub(super) fn row(file: FileId, text: &str, code: Range) -> Option<Row> {
    let mut scanner = Scanner::new(file, text, code);
    let left = scanner.operand()?;
    let arrow = scanner.arrow()?;
    let right = scanner.operand()?;
    let mut clauses: Vec<Clause> = Vec::new();
    let mut more = scanner.accept(b',') || !scanner.is_done();
    while more {
        let clause = scanner.clause()?;
        let said = |c: &Clause| c.node.repeats(&clause.node);
        if clauses.iter().any(said) {
            return None;
        }
        clauses.push(clause);
        more = scanner.accept(b',');
    }
    scanner.is_done().then_some(Row {
        left,
        arrow,
        right,
        clauses,
    })
}

/// Reads a row of a map.
pub(super) fn map_row(file: FileId, text: &str, code: Range) -> Option<MapRow> {
    let mut scanner = Scanner::new(file, text, code);
    let left = scanner.cell()?;
    let arrow = scanner.arrow()?;
    let right = scanner.cell()?;
    scanner.is_done().then_some(MapRow {
        within: None,
        left,
        arrow,
        right,
    })
}

/// Reads tokens, and the blanks behind each.
struct Scanner<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Scanner<'t> {
    const fn new(file: FileId, text: &'t str, code: Range) -> Self {
        Self {
            file,
            text,
            at: code.0,
            end: code.1,
        }
    }

    const fn is_done(&self) -> bool {
        self.at >= self.end
    }

    fn rest(&self) -> &'t [u8] {
        let bytes = self.text.as_bytes();
        bytes.get(self.at..self.end).unwrap_or_default()
    }

    /// Takes so many bytes, and the blanks behind them.
    fn take(&mut self, length: usize) -> (&'t str, Span) {
        let (start, end) = (self.at, self.at + length);
        let is_blank = |b: &&u8| matches!(b, b' ' | b'\t');
        let behind = self.rest().iter().skip(length).take_while(is_blank);
        self.at = end + behind.count();
        let span = Span::new(self.file, start as u32, end as u32);
        (self.text.get(start..end).unwrap_or_default(), span)
    }

    fn accept(&mut self, sign: u8) -> bool {
        let there = self.rest().first() == Some(&sign);
        if there {
            self.take(1);
        }
        there
    }

    /// A word that ends where its ASCII letters end.
    fn word(&mut self) -> Option<(&'t str, Span)> {
        let rest = self.rest();
        let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let length = rest
            .iter()
            .position(|b| !is_letter(b))
            .unwrap_or(rest.len());
        let sound = !rest.first()?.is_ascii_digit() && rest.get(length).is_none_or(u8::is_ascii);
        (length > 0 && sound).then(|| self.take(length))
    }

    fn name(&mut self) -> Option<Name> {
        self.word().map(|(word, span)| bare(word, span))
    }

    fn keyword(&mut self, keyword: &str) -> Option<Span> {
        let (word, span) = self.word()?;
        (word == keyword).then_some(span)
    }

    /// A text without escapes.
    fn quoted(&mut self) -> Option<Name> {
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

    fn arrow(&mut self) -> Option<Spanned<Arrow>> {
        let (arrow, length) = match self.rest() {
            [b'<', b'-', b'>', ..] => (Arrow::Both, 3),
            [b'-', b'>', ..] => (Arrow::Right, 2),
            [b'<', b'-', ..] => (Arrow::Left, 2),
            _ => return None,
        };
        let (_, span) = self.take(length);
        Some(Spanned::new(arrow, span))
    }

    fn operand(&mut self) -> Option<Operand> {
        let name = self.name()?;
        let is_field = !matches!(name.as_str(), "true" | "false");
        is_field.then_some(Operand::Field(name))
    }

    fn cell(&mut self) -> Option<Cell> {
        if self.rest().first() == Some(&b'"') {
            return self.quoted().map(Cell::Value);
        }
        let (word, span) = self.word()?;
        let outcome = match word {
            "else" => return Some(Cell::Else(span)),
            "keep" => Outcome::Keep,
            "reject" => Outcome::Reject,
            "blank" => Outcome::Blank,
            "none" => Outcome::None,
            _ => return Some(Cell::Value(bare(word, span))),
        };
        Some(Cell::Outcome(Spanned::new(outcome, span)))
    }

    fn clause(&mut self) -> Option<Clause> {
        let (word, start) = self.word()?;
        let (node, end) = match word {
            "via" => {
                let name = self.name().filter(|n| n.text != "each")?;
                let span = name.span;
                (ClauseKind::Via(one(name)), span)
            }
            "prefer" => {
                let name = self.name()?;
                self.keyword("unless")?;
                (ClauseKind::Prefer(name), self.keyword("blank")?)
            }
            "latest" => {
                self.keyword("else")?;
                named(self.name()?, ClauseKind::Latest)
            }
            "through" => named(self.name()?, |name| ClauseKind::Through(vec![name])),
            "as" => named(self.name()?, ClauseKind::As),
            "ask" => (ClauseKind::Ask, start),
            "enforce" => (ClauseKind::Enforce, start),
            "on" => (ClauseKind::OnCreate, self.keyword("create")?),
            "fill" => (ClauseKind::FillOnly, self.keyword("only")?),
            "blank" => match self.word()? {
                ("clears", end) => (ClauseKind::Blank(BlankPolicy::Clears), end),
                ("keeps", end) => (ClauseKind::Blank(BlankPolicy::Keeps), end),
                _ => return None,
            },
            "default" | "when" | "currency" => return None,
            _ => (ClauseKind::Wins(bare(word, start)), self.keyword("wins")?),
        };
        Some(Clause {
            node,
            direction: None,
            span: start.to(end),
        })
    }
}

fn bare(word: &str, span: Span) -> Name {
    Name {
        text: SmolStr::new(word),
        span,
        quotes: Quotes::Bare,
    }
}

fn named(name: Name, clause: impl FnOnce(Name) -> ClauseKind) -> (ClauseKind, Span) {
    let span = name.span;
    (clause(name), span)
}

/// `via NAME`.
const fn one(name: Name) -> Via {
    let span = name.span;
    Via {
        how: ViaKind::One(Transform {
            each: None,
            name,
            arguments: Vec::new(),
            span,
        }),
        otherwise: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ast::{MapRowLine, SyncLine};
    use super::super::cut;
    use super::super::lines::{self, Place};
    use super::super::recover::{PLAIN, Reader};
    use super::*;

    const FILE: FileId = FileId(3);

    const WORDS: &[&str] = &[
        "a", "Email__c", "_x1", "x", "via", "each", "prefer", "unless", "blank", "latest", "else",
        "through", "on", "create", "fill", "only", "default", "enforce", "ask", "wins", "as",
        "when", "currency", "keeps", "clears", "keep", "reject", "none", "true", "false", "match",
        "key", "truth", "and", "or", "not", "viax", "eachx",
    ];
    const SIGNS: &[&str] = &[
        "->",
        "<-",
        "<->",
        ",",
        ".",
        ":",
        "...",
        "=",
        "|",
        "~",
        "(",
        ")",
        "{",
        "}",
        "[",
        "\"a b\"",
        "\"",
        "\"a\\\"b\"",
        "`a b`",
        "`",
        "7",
        "1.5",
        "2x",
        "é",
        "aé",
        "//",
        "// c",
        ";",
        "\\",
        "-",
        "<",
        ">",
        "\n",
        "\r\n",
        "\u{a0}",
    ];

    fn one_of(all: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::select(all).prop_map(str::to_owned)
    }

    fn gap() -> impl Strategy<Value = String> {
        one_of(&["", " ", " ", " ", "  ", "\t", "\n"])
    }

    /// Tokens of all sorts in any order.
    fn soup() -> impl Strategy<Value = String> {
        let token = prop_oneof![3 => one_of(WORDS), 2 => one_of(SIGNS), 1 => "[ -~é]{1,3}"];
        prop::collection::vec((token, gap()), 0..14)
            .prop_map(|all| all.into_iter().map(|(t, g)| t + &g).collect())
    }

    fn clause() -> impl Strategy<Value = String> {
        const CLAUSES: &[&str] = &[
            "via W",
            "via W",
            "prefer W unless blank",
            "latest else W",
            "through W",
            "ask",
            "enforce",
            "on create",
            "fill only",
            "blank keeps",
            "blank clears",
            "as W",
            "W wins",
            "default W",
            "when W",
            "-> via W",
            "via W else keep",
            "via each W",
            "via W(2)",
            "currency W, W",
            "W W",
            "W",
        ];
        (one_of(CLAUSES), one_of(WORDS)).prop_map(|(clause, word)| clause.replace('W', &word))
    }

    /// Rows that are nearly right, with a few characters changed, and what follows them.
    fn row() -> impl Strategy<Value = String> {
        let end = || prop_oneof![4 => one_of(WORDS), 1 => one_of(SIGNS), 1 => Just("\"Very hot\"".to_owned())];
        let arrow = one_of(&["->", "<-", "<->"]);
        let clauses = prop::collection::vec((one_of(&[", ", ",", "  ", " ,\t"]), clause()), 0..4);
        let slip = (
            any::<prop::sample::Index>(),
            prop_oneof![one_of(SIGNS), one_of(WORDS), gap()],
        );
        let slips = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(slip, 1..3)];
        (end(), gap(), arrow, gap(), end(), clauses, slips).prop_map(
            |(left, g, arrow, h, right, clauses, slips)| {
                let mut row = format!("{left}{g}{arrow}{h}{right}");
                for (sign, clause) in clauses {
                    row += &(sign + &clause);
                }
                for (at, slip) in slips {
                    let mut letters: Vec<String> = row.chars().map(String::from).collect();
                    let at = at.index(letters.len() + 1);
                    letters.splice(at..(at + 1).min(letters.len()), [slip]);
                    row = letters.concat();
                }
                row
            },
        )
    }

    /// What is read plainly is what the grammar makes of it, and nothing is wrong with it.
    fn same(text: &str) -> Result<(), TestCaseError> {
        let cuts = cut::lines(text, (0, text.len()), PLAIN);
        for cut in &cuts.lines {
            if let Some(row) = super::row(FILE, text, cut.code) {
                for place in [Place::Sync, Place::Fields, Place::Relation] {
                    let mut reader = Reader::new(FILE, text);
                    let read = lines::sync_line(&mut reader, cut, place);
                    prop_assert_eq!(&SyncLine::Row(row.clone()), &read, "{:?}", text);
                    prop_assert!(reader.found().is_empty(), "{:?}", text);
                }
            }
            if let Some(row) = super::map_row(FILE, text, cut.code) {
                let mut reader = Reader::new(FILE, text);
                let read = lines::map_row(&mut reader, cut);
                prop_assert_eq!(&MapRowLine::Row(row), &read, "{:?}", text);
                prop_assert!(reader.found().is_empty(), "{:?}", text);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_what_the_grammar_makes_of_them(first in row(), sign in one_of(&["\n", ";", " "]), second in row()) {
            same(&format!("{first}{sign}{second}"))?;
        }

        #[test]
        fn any_text_is_what_the_grammar_makes_of_it(text in soup()) {
            same(&text)?;
        }
    }

    #[test]
    fn plain_rows_are_read_plainly() {
        let rows = [
            "email <-> Email",
            "email->Email,via lower_trim",
            "a <- b  prefer crm unless blank, on create, blank keeps",
            "a <-> b  latest else crm, enforce, as Other",
            "a -> b  through Person, fill only, blank clears",
            "a <-> b\tcrm wins",
            "wins <-> via  ask",
        ];
        for text in rows {
            assert!(row(text), "{text}");
        }
        for text in [
            "hot <-> Hot",
            "\"Very hot\" -> keep",
            "else -> \"a, b\"",
            "none<-x",
        ] {
            assert!(
                super::map_row(FILE, text, (0, text.len())).is_some(),
                "{text}"
            );
        }
        let others = [
            "a <-> b,",
            "a.b -> c",
            "a -> b  via f(2)",
            "a -> b  ask, ask",
            "true -> b",
            "a -> 7",
            "a -> b  -> via f",
        ];
        for text in others {
            assert!(!row(text), "{text}");
        }
        fn row(text: &str) -> bool {
            super::row(FILE, text, (0, text.len())).is_some()
        }
    }
}
