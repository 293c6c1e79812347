//! What is read plainly is held against what the grammar reads.

use proptest::prelude::*;

use super::super::ast::{Block, Item, Layout, MapRowLine, Picklist, Sync, SyncLine};
use super::super::cut;
use super::super::grammar::Rule;
use super::super::lines::{self, Place};
use super::super::recover::{PLAIN, Reader};
use super::*;

const FILE: FileId = FileId(3);

const WORDS: &[&str] = &[
    "a",
    "Email__c",
    "_x1",
    "x",
    "via",
    "each",
    "prefer",
    "unless",
    "blank",
    "latest",
    "else",
    "through",
    "on",
    "create",
    "fill",
    "only",
    "default",
    "enforce",
    "ask",
    "wins",
    "as",
    "when",
    "currency",
    "keeps",
    "clears",
    "keep",
    "reject",
    "none",
    "true",
    "false",
    "match",
    "key",
    "truth",
    "and",
    "or",
    "not",
    "viax",
    "eachx",
    "sync",
    "picklist",
    "within",
    "many",
    "hold",
    "delete",
    "in",
    "archive",
    "unlink",
    "propagate",
    "flag",
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

/// Texts with a few characters changed, now and then.
fn slipped(right: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let slip = (
        any::<prop::sample::Index>(),
        prop_oneof![one_of(SIGNS), one_of(WORDS), gap()],
    );
    let slips = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(slip, 1..3)];
    (right, slips).prop_map(|(mut text, slips)| {
        for (at, slip) in slips {
            let mut letters: Vec<String> = text.chars().map(String::from).collect();
            let at = at.index(letters.len() + 1);
            letters.splice(at..(at + 1).min(letters.len()), [slip]);
            text = letters.concat();
        }
        text
    })
}

/// Headers and statements, with any words in them.
fn line() -> impl Strategy<Value = String> {
    const LINES: &[&str] = &[
        "picklist W: W.W.W <-> W.W.W",
        "picklist W: W . W.W->W.W.W",
        "picklist W within W: W.W.W <- W.W.W",
        "picklist W: W.(W | W).W <-> W.W.W",
        "picklist W",
        "sync W: W.W <-> W.W",
        "sync W :W.W->W.W",
        "sync W: W.W <- W.W, link only",
        "truth W",
        "match W = W",
        "match W=W and W = W",
        "match W.W = W",
        "match W(W) = W",
        "match W = W W",
        "many W hold",
        "many W keep first by W, W",
        "key W.W",
        "key W.W, W.W",
        "key W.W W",
        "create in W, W",
        "create in W,",
        "delete keep",
        "delete in W archive, in W unlink",
        "delete propagate, W",
        "delete flag W",
        "delete in W W",
        "ends W, W",
        "W W",
    ];
    let words = prop::collection::vec(one_of(WORDS), 7);
    slipped((one_of(LINES), words).prop_map(|(line, words)| {
        let mut words = words.into_iter();
        let word = |part: &str| match part {
            "W" => words.next().unwrap_or_default(),
            other => other.to_owned(),
        };
        line.split_inclusive('W')
            .flat_map(|part| match part.strip_suffix('W') {
                Some(before) => [before, "W"],
                None => [part, ""],
            })
            .map(word)
            .collect()
    }))
}

/// Rows that are nearly right, and what follows them.
fn row() -> impl Strategy<Value = String> {
    let end = || prop_oneof![4 => one_of(WORDS), 1 => one_of(SIGNS), 1 => Just("\"Very hot\"".to_owned())];
    let arrow = one_of(&["->", "<-", "<->"]);
    let clauses = prop::collection::vec((one_of(&[", ", ",", "  ", " ,\t"]), clause()), 0..4);
    let row = (end(), gap(), arrow, gap(), end(), clauses).prop_map(
        |(left, g, arrow, h, right, clauses)| {
            let mut row = format!("{left}{g}{arrow}{h}{right}");
            for (sign, clause) in clauses {
                row += &(sign + &clause);
            }
            row
        },
    );
    slipped(row)
}

const fn nothing<T>() -> Block<T> {
    Block {
        lines: Vec::new(),
        tail: Vec::new(),
        layout: Layout::Absent,
        span: Span::new(FILE, 0, 0),
    }
}

/// The headers that are read plainly, as the grammar reads them.
fn same_head(text: &str, head: Range) -> Result<(), TestCaseError> {
    let mut reader = Reader::new(FILE, text);
    if let Some((name, ends)) = super::picklist(FILE, text, head) {
        let read = reader.read(Rule::picklist_head, head, |b, n| b.picklist(&n, nothing()));
        let plain = Item::Picklist(Picklist {
            name,
            within: None,
            ends: Some(ends),
            rows: nothing(),
        });
        prop_assert_eq!(Some(plain), read, "{:?}", text);
    }
    if let Some((name, left, arrow, right)) = super::sync(FILE, text, head) {
        let read = reader.read(Rule::sync_head, head, |b, n| b.sync(&n, nothing()));
        let plain = Item::Sync(Sync {
            name,
            left,
            arrow,
            right,
            modes: Vec::new(),
            body: nothing(),
        });
        prop_assert_eq!(Some(plain), read, "{:?}", text);
    }
    prop_assert!(reader.found().is_empty(), "{:?}", text);
    Ok(())
}

/// What is read plainly is what the grammar makes of it, and nothing is wrong with it.
fn same(text: &str) -> Result<(), TestCaseError> {
    let cuts = cut::lines(text, (0, text.len()), PLAIN);
    for cut in &cuts.lines {
        same_head(text, cut.code)?;
        if let Some(statement) = super::statement(FILE, text, cut.code) {
            for place in [Place::Sync, Place::Relation] {
                let mut reader = Reader::new(FILE, text);
                let read = lines::sync_line(&mut reader, cut, place);
                prop_assert_eq!(&SyncLine::Statement(statement.clone()), &read, "{:?}", text);
                prop_assert!(reader.found().is_empty(), "{:?}", text);
            }
        }
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
    fn headers_and_statements_are_what_the_grammar_makes_of_them(first in line(), second in line()) {
        same(&format!("{first}\n{second}"))?;
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
    for text in [
        "truth crm",
        "match email = Email and name = Name",
        "many crm hold",
        "key desk.crm_id, crm.Desk_Id__c",
        "create in desk, crm",
        "delete in desk archive, in crm keep",
    ] {
        assert!(
            super::statement(FILE, text, (0, text.len())).is_some(),
            "{text}"
        );
    }
    for text in [
        "match a.b = c",
        "many crm keep first by Id",
        "truth",
        "key a",
    ] {
        assert!(
            super::statement(FILE, text, (0, text.len())).is_none(),
            "{text}"
        );
    }
    let head = "picklist Tier: desk.company.tier <-> crm.Account.Tier__c";
    assert!(super::picklist(FILE, head, (0, head.len())).is_some());
    let head = "sync Company: desk.company <-> crm.Account";
    assert!(super::sync(FILE, head, (0, head.len())).is_some());
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
