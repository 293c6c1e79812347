use proptest::prelude::*;

use super::*;
use crate::runtime::{Lookup, Meta, Presence, Slot};

fn format() -> Jsonl {
    let field = |name: &str, kind| Slot {
        name: name.into(),
        kind,
        lookup: Lookup::None,
        presence: Presence::Expected,
    };
    let shape = Shape {
        system: "crm".into(),
        object: "person".into(),
        meta: Meta {
            id: "id".into(),
            deleted: Some("archived".into()),
            modified: None,
            created: None,
            merged_into: None,
        },
        fields: vec![
            field("name", Kind::Text),
            field("size", Kind::Number),
            field("tags", Kind::Set),
        ],
    };
    Jsonl::new(&shape, Wire::Strings, None).expect("is made")
}

/// What is read in one pass is what the full parser reads, and what it refuses is left to that one.
#[test]
fn both_ways_to_read_a_line_agree() {
    let lines = [
        r#"{"id":"1","name":"Ann","size":12,"tags":"a;b"}"#,
        r#" { "id" : "1" , "name" : "Ann" , "size" : -1.5 } "#,
        r#"{"id":1,"name":null,"size":"7","archived":true}"#,
        r#"{"id":"1","name":"A \"quoted\" \\ name\u00e9","other":"\u12"}"#,
        r#"{"id":"1","name":"first","name":"second"}"#,
        r#"{"id":"1","n\u0061me":"escaped","size":1e3}"#,
        r#"{"id":"1","name":{"a":[1]},"tags":["b","a"]}"#,
        r#"{"id":"1","size":01}"#,
        r#"{"id":"1","size":-}"#,
        r#"{"id":"1","size":1.}"#,
        r#"{"id":"1","name":"a",}"#,
        r#"{"id":"1" "name":"a"}"#,
        r#"{"id":"1","name":"a"} x"#,
        r#"{"id":"1","name":"a"#,
        r#"{"id":"1","name":tru}"#,
        r#"{"id":"1","name":"\ud800"}"#,
        r#"{"id":"1","unknown":"\ud800"}"#,
        r#"{"id":"1","name":"}"}"#,
        r#"{"id":"1","name":"été, 你好"}"#,
        r#"{"":1,"id":"1"}"#,
        "{\"id\":\"1\",\"name\":\"a\tb\"}",
        "{}",
        "{",
    ];
    // Each line follows another, so that its names are expected, or not.
    let (mut format, mut plain) = (format(), 0);
    for text in lines.into_iter().cycle().take(lines.len() * 3) {
        let quick = format.read_plain(text);
        let full = format.read_full(text.as_bytes());
        plain += usize::from(quick.is_some());
        if let Some(quick) = quick {
            assert_eq!(full.as_ref(), Ok(&quick), "{text}");
        }
    }
    assert!(plain >= 3 * 7, "{plain}");
}

/// Whether it is deleted, and when it was changed, decides about a record: nothing is guessed.
#[test]
fn a_member_that_is_no_data_and_says_nothing_is_told() {
    let mut format = format();
    for line in [
        r#"{"id":"7","archived":"maybe"}"#,
        r#"{"id":"7","name":"A \"b\"","archived":12}"#,
    ] {
        let fault = format.read(line.as_bytes()).expect_err(line);
        assert_eq!(fault.id.as_deref(), Some("7"));
        let why = "and does not say whether it is deleted";
        assert!(fault.reason.ends_with(why), "{}", fault.reason);
    }
    let blank = format.read(br#"{"id":"7","archived":""}"#);
    assert!(!blank.expect("says nothing of it").deleted);
}

/// What some program may take for a JSON value, and what is one in an odd form.
const ODD: &[&str] = &[
    "null",
    "true",
    "tru",
    "0",
    "-0",
    "01",
    "-",
    "1.",
    ".5",
    "1e3",
    "12.50",
    "99999999999999999999999",
    r#""\ud800""#,
    r#""\u00e9""#,
    r#""\x""#,
    r#""a\"b""#,
    "\"a\tb\"",
    "\"a",
    "\"}\"",
    r#"{"a":[1,{}]}"#,
    r#"["b","a"]"#,
    "[1]",
    "",
];
const NAMES: &[&str] = &[
    "id",
    "name",
    "size",
    "tags",
    "archived",
    "other",
    r"n\u0061me",
    "naïve",
    "",
];
const COLONS: &[&str] = &[":", ":", ":", " : ", ""];
const COMMAS: &[&str] = &[",", ",", ",", " , ", ",,", ""];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => ".{0,40}".prop_map(|text| serde_json::to_string(&text).expect("a text is JSON")),
        1 => prop::sample::select(ODD).prop_map(str::to_owned),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let member = (
        prop::sample::select(NAMES),
        prop::sample::select(COLONS),
        value(),
        prop::sample::select(COMMAS),
    );
    prop::collection::vec(member, 0..7).prop_map(|members| {
        let mut line = String::from("{");
        for (at, (name, colon, value, mark)) in members.iter().enumerate() {
            line.push_str(if at > 0 { mark } else { "" });
            line.push_str(&format!("\"{name}\"{colon}{value}"));
        }
        line + "}"
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// However odd lines are, and whatever line came before: one pass reads what the full parser reads, or nothing.
    #[test]
    fn one_pass_reads_what_the_full_parser_reads(lines in prop::collection::vec(line(), 1..5)) {
        let (mut quick, slow) = (format(), format());
        for line in lines {
            let wanted = slow.read_full(&line.as_bytes());
            if let Some(record) = quick.read_plain(&line) {
                prop_assert_eq!(wanted.as_ref(), Ok(&record), "{}", line);
            }
            let Ok(wanted) = wanted else {
                prop_assert!(quick.read(line.as_bytes()).is_err(), "{}", line);
                continue;
            };
            match quick.read(line.as_bytes()) {
                Ok(record) => prop_assert_eq!(&record, &wanted, "{}", line),
                Err(_) => prop_assert!(wanted.id.is_empty(), "{}", line),
            }
        }
    }
}
