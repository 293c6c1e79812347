//! The stores: one suite of promises for every kind, then what is particular to each.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where a promise is broken"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use accordant::connect::{
    Begin, Behaving, Csv, Flat, IdStyle, Jsonl, Location, Memory, Overlay, Sqlite, Store, Stores,
    Workspace,
};
use accordant::plan::{Brakes, Equality, Field, Hashes, Object, Plan};
use accordant::runtime::{
    Action, Cursor, Lookup, Meta, ObjectId, Outcome, Page, Presence, Record, Shape, Slot, Write,
};
use accordant::value::{Kind, Value, Wire};
use proptest::prelude::{ProptestConfig, any, proptest};
use rust_decimal::Decimal;
use smol_str::SmolStr;
use tempfile::TempDir;

const CONTACTS: ObjectId = ObjectId(0);
const ACTIVE: u16 = 0;
const EMAIL: u16 = 1;
const NAME: u16 = 2;
const SCORE: u16 = 3;

/// As a platform compares addresses.
const FOLDED: Equality = Equality {
    trim: true,
    fold_case: true,
    line_ends: false,
    scale: None,
    whole_seconds: false,
};

fn slot(name: &str, kind: Kind, lookup: Lookup) -> Slot {
    Slot {
        name: name.into(),
        kind,
        lookup,
        presence: Presence::Expected,
    }
}

fn shape() -> Shape {
    Shape {
        system: "crm".into(),
        object: "contacts".into(),
        meta: Meta {
            id: "id".into(),
            deleted: Some("_deleted".into()),
            modified: Some("_modified".into()),
            created: None,
            merged_into: None,
        },
        fields: vec![
            slot("active", Kind::Bool, Lookup::None),
            slot("email", Kind::Text, Lookup::Unique(FOLDED)),
            slot("name", Kind::Text, Lookup::None),
            slot("score", Kind::Number, Lookup::None),
        ],
    }
}

/// A store of some kind in a folder of its own, with five contacts in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Memory,
    JsonStrings,
    JsonTyped,
    Csv,
    Sqlite,
}

const SORTS: [Sort; 5] = [
    Sort::Memory,
    Sort::JsonStrings,
    Sort::JsonTyped,
    Sort::Csv,
    Sort::Sqlite,
];

const CSV: &str = "id,name,email,score,active,_deleted,_modified,note\n\
    1,Ann,ann@x.org,1.50,true,,2026-11-20T10:06:00.000Z,\"a, \"\"quoted\"\" note\"\n\
    2,Bob,bob@x.org,2,false,,,\n\
    3,\"Cy\nLine\",cy@x.org,,,,,\n\
    4,Di,di@x.org,4,true,true,,\n\
    5,Ed,,5,true,,,  kept  \n";

const STRINGS: &str = r#"{"id":"1","name":"Ann","email":"ann@x.org","score":"1.50","active":"true","_modified":"2026-11-20T10:06:00.000Z","note": {"deep": [1, 2]} }
{"id":"2", "score":"2", "email":"bob@x.org","name":"Bob","active":"false"}
{"id":"3","name":"Cy\nLine","email":"cy@x.org","score":""}
{"id":"4","name":"Di","email":"di@x.org","score":"4","active":"true","_deleted":"true"}
{"id":"5","name":"Ed","email":null,"score":"5","active":"true","note":"kept"}
"#;

const TYPED: &str = r#"{"id":"1","name":"Ann","email":"ann@x.org","score":1.50,"active":true,"_modified":1795169160000}
{"id":2,"name":"Bob","email":"bob@x.org","score":2,"active":false,"extra":1e400}
{"id":"3","name":"Cy\nLine","email":"cy@x.org"}
{"id":"4","name":"Di","email":"di@x.org","score":4,"active":true,"_deleted":true}
{"id":"5","name":"Ed","score":5,"active":true}
"#;

const SQL: &str = "
    CREATE TABLE contacts (id TEXT, name TEXT, email TEXT, score NUMERIC, active BOOLEAN, _deleted INTEGER, _modified TEXT, note);
    INSERT INTO contacts VALUES
      ('1', 'Ann', 'ann@x.org', 1.5, 1, NULL, '2026-11-20T10:06:00.000Z', 'n'),
      ('2', 'Bob', 'bob@x.org', 2, 0, 0, NULL, NULL),
      ('3', 'Cy' || char(10) || 'Line', 'cy@x.org', NULL, NULL, NULL, NULL, NULL),
      ('4', 'Di', 'di@x.org', 4, 1, 1, NULL, NULL),
      ('5', 'Ed', NULL, 5, 1, NULL, NULL, x'00ff');";

impl Sort {
    fn seeded(self, folder: &Path) -> Box<dyn Store> {
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("writes");
        match self {
            Self::Memory => {
                let mut store = Memory::new(IdStyle::Digits);
                for record in expected() {
                    let names = shape().fields.into_iter().map(|slot| slot.name);
                    let fields: Vec<_> = names.zip(record.values.iter().cloned()).collect();
                    store.put("contacts", record, fields);
                }
                return Box::new(store);
            }
            Self::JsonStrings => put("contacts.jsonl", STRINGS),
            Self::JsonTyped => put("contacts.jsonl", TYPED),
            Self::Csv => put("contacts.csv", CSV),
            Self::Sqlite => {
                let db = rusqlite::Connection::open(folder.join("crm.db")).expect("opens");
                db.execute_batch(SQL).expect("seeds");
            }
        }
        self.at(folder)
    }

    /// The store over what is there already.
    fn at(self, folder: &Path) -> Box<dyn Store> {
        match self {
            Self::Memory => Box::new(Memory::new(IdStyle::Digits)),
            Self::JsonStrings => {
                Box::new(Flat::<Jsonl>::new(folder, Wire::Strings, IdStyle::Digits))
            }
            Self::JsonTyped => Box::new(Flat::<Jsonl>::new(folder, Wire::Typed, IdStyle::Digits)),
            Self::Csv => Box::new(Flat::<Csv>::new(folder, Wire::Strings, IdStyle::Digits)),
            Self::Sqlite => Box::new(Sqlite::new(&folder.join("crm.db"), IdStyle::Digits)),
        }
    }
}

fn number(text: &str) -> Value {
    Value::Number(text.parse::<Decimal>().expect("a number").normalize())
}

fn expected() -> Vec<Record> {
    let record = |id: &str, active: Option<bool>, email: &str, name: &str, score: &str| Record {
        id: id.into(),
        values: [
            active.map_or(Value::Blank, Value::Bool),
            Value::text(email),
            Value::text(name),
            if score.is_empty() {
                Value::Blank
            } else {
                number(score)
            },
        ]
        .into(),
        ..Record::default()
    };
    let mut all = vec![
        record("1", Some(true), "ann@x.org", "Ann", "1.5"),
        record("2", Some(false), "bob@x.org", "Bob", "2"),
        record("3", None, "cy@x.org", "Cy\nLine", ""),
        record("4", Some(true), "di@x.org", "Di", "4"),
        record("5", Some(true), "", "Ed", "5"),
    ];
    all[0].modified = Some(1_795_169_160_000);
    all[3].deleted = true;
    all
}

fn scan(store: &mut dyn Store, limit: usize) -> Page {
    let mut all = Page::default();
    let mut from = None;
    for _ in 0..1_000_000 {
        let page = store.scan(CONTACTS, from, limit).expect("scans");
        assert!(
            page.records.len() + page.unreadable.len() <= limit,
            "a page keeps its limit"
        );
        all.records.extend(page.records);
        all.unreadable.extend(page.unreadable);
        from = page.next;
        if from.is_none() {
            return all;
        }
    }
    panic!("the scan never ends");
}

fn update(id: &str, values: Vec<(u16, Value)>) -> Write {
    Write {
        action: Action::Update(id.into()),
        values,
    }
}

fn create(values: Vec<(u16, Value)>) -> Write {
    Write {
        action: Action::Create,
        values,
    }
}

fn one(store: &mut dyn Store, write: Write) -> Outcome {
    let mut outcomes = store.write(CONTACTS, &[write]).expect("writes");
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

fn get(store: &mut dyn Store, id: &str) -> Option<Record> {
    store.read(CONTACTS, &[id.into()]).expect("reads").pop()
}

fn written(id: &str) -> Outcome {
    Outcome::Written {
        id: id.into(),
        created: false,
    }
}

/// Every sort of store, plain and under an overlay, opened.
fn every(mut test: impl FnMut(&mut dyn Store, &str)) {
    for sort in SORTS {
        let folder = TempDir::new().expect("a folder");
        let mut store = sort.seeded(folder.path());
        store.open(&[shape()]).expect("opens");
        test(store.as_mut(), &format!("{sort:?}"));
        let folder = TempDir::new().expect("a folder");
        let mut store = Overlay::new(sort.seeded(folder.path()));
        store.open(&[shape()]).expect("opens");
        test(&mut store, &format!("overlay over {sort:?}"));
    }
}

#[test]
fn a_scan_meets_every_record_once_in_order() {
    every(|store, name| {
        for limit in [1, 2, 3, 5, 100] {
            let page = scan(store, limit);
            assert_eq!(page.records, expected(), "{name}, {limit} at a time");
            assert_eq!(page.unreadable, [], "{name}");
        }
    });
}

#[test]
fn records_are_read_by_id_and_missing_ones_left_out() {
    every(|store, name| {
        let ids = ["5", "99", "1"].map(SmolStr::new_static);
        let read = store.read(CONTACTS, &ids).expect("reads");
        assert_eq!(
            read,
            [expected()[4].clone(), expected()[0].clone()],
            "{name}"
        );
        let found = store
            .find(CONTACTS, EMAIL, &Value::text("bob@x.org"))
            .expect("finds");
        assert_eq!(found, Some(expected()[1].clone()), "{name}");
        let deleted = store
            .find(CONTACTS, EMAIL, &Value::text("di@x.org"))
            .expect("finds");
        assert_eq!(
            deleted, None,
            "{name}: a deleted record is not found by its key"
        );
    });
}

#[test]
fn updates_set_and_clear_and_leave_the_rest() {
    every(|store, name| {
        let write = update(
            "1",
            vec![
                (ACTIVE, Value::Bool(false)),
                (NAME, Value::text("Änn \"A\", \\ \n")),
                (SCORE, Value::Blank),
            ],
        );
        assert_eq!(one(store, write), written("1"), "{name}");
        let mut want = expected()[0].clone();
        want.values = [
            Value::Bool(false),
            Value::text("ann@x.org"),
            Value::text("Änn \"A\", \\ \n"),
            Value::Blank,
        ]
        .into();
        assert_eq!(get(store, "1"), Some(want.clone()), "{name}");
        let mut all = expected();
        all[0] = want;
        assert_eq!(scan(store, 2).records, all, "{name}");
        assert_eq!(
            one(store, update("99", vec![(NAME, Value::text("x"))])),
            Outcome::Gone,
            "{name}"
        );
        assert_eq!(
            one(store, update("4", vec![(NAME, Value::text("x"))])),
            Outcome::Gone,
            "{name}: it is deleted"
        );
    });
}

#[test]
fn creates_make_new_ids_and_come_last() {
    every(|store, name| {
        let plausible = store.ids(CONTACTS).expect("ids").next_id();
        let values = vec![
            (EMAIL, Value::text("fay@x.org")),
            (NAME, Value::text("Fay")),
            (SCORE, number("12.25")),
        ];
        assert_eq!(
            one(store, create(values)),
            Outcome::Written {
                id: "6".into(),
                created: true
            },
            "{name}"
        );
        assert_eq!(plausible, "6", "{name}");
        let values = vec![(NAME, Value::text("Gus"))];
        assert_eq!(
            one(store, create(values)),
            Outcome::Written {
                id: "7".into(),
                created: true
            },
            "{name}"
        );
        let all = scan(store, 4).records;
        assert_eq!(all.len(), 7, "{name}");
        assert_eq!(all[5].values[usize::from(SCORE)], number("12.25"), "{name}");
        assert_eq!(
            (all[6].id.as_str(), get(store, "7")),
            ("7", Some(all[6].clone())),
            "{name}"
        );
        let twice = create(vec![(EMAIL, Value::text("fay@x.org"))]);
        let refused = one(store, twice);
        assert!(
            matches!(&refused, Outcome::Refused { field: Some(f), .. } if f == "email"),
            "{name}: {refused:?}"
        );
    });
}

#[test]
fn an_upsert_updates_what_it_meets_and_keeps_on_create_slots_back() {
    every(|store, name| {
        let upsert = |email: &str, score: &str| Write {
            action: Action::Upsert {
                slot: EMAIL,
                on_create: vec![NAME],
            },
            values: vec![
                (EMAIL, Value::text(email)),
                (NAME, Value::text("New")),
                (SCORE, number(score)),
            ],
        };
        assert_eq!(
            one(store, upsert("bob@x.org", "22")),
            written("2"),
            "{name}"
        );
        let bob = get(store, "2").expect("there");
        assert_eq!(
            (&bob.values[2], &bob.values[3]),
            (&Value::text("Bob"), &number("22")),
            "{name}"
        );
        let made = one(store, upsert("zoe@x.org", "1"));
        assert_eq!(
            made,
            Outcome::Written {
                id: "6".into(),
                created: true
            },
            "{name}"
        );
        assert_eq!(
            get(store, "6").expect("there").values[2],
            Value::text("New"),
            "{name}"
        );
        assert_eq!(
            one(store, upsert("zoe@x.org", "2")),
            written("6"),
            "{name}: a retry makes no second record"
        );
        assert_eq!(
            one(store, upsert(" Zoe@X.org", "3")),
            written("6"),
            "{name}: found as its platform compares"
        );
        // A key that moved is found at its new place only.
        assert_eq!(
            one(store, update("2", vec![(EMAIL, Value::text("rob@x.org"))])),
            written("2"),
            "{name}"
        );
        assert_eq!(one(store, upsert("rob@x.org", "3")), written("2"), "{name}");
        assert!(
            matches!(
                one(store, upsert("bob@x.org", "4")),
                Outcome::Written { created: true, .. }
            ),
            "{name}"
        );
        let blank = Write {
            action: Action::Upsert {
                slot: EMAIL,
                on_create: vec![],
            },
            values: vec![(EMAIL, Value::Blank)],
        };
        assert!(
            matches!(one(store, blank), Outcome::Refused { .. }),
            "{name}"
        );
    });
}

#[test]
fn archived_records_stay_and_deleted_ones_go() {
    every(|store, name| {
        let archive = |id: &str| Write {
            action: Action::Archive(id.into()),
            values: vec![],
        };
        let delete = |id: &str| Write {
            action: Action::Delete(id.into()),
            values: vec![],
        };
        assert_eq!(one(store, archive("2")), written("2"), "{name}");
        assert_eq!(one(store, archive("2")), Outcome::Gone, "{name}");
        assert!(get(store, "2").expect("still there").deleted, "{name}");
        assert_eq!(one(store, delete("5")), written("5"), "{name}");
        assert_eq!(one(store, delete("5")), Outcome::Gone, "{name}");
        assert_eq!(get(store, "5"), None, "{name}");
        let ids: Vec<_> = scan(store, 2).records.into_iter().map(|r| r.id).collect();
        assert_eq!(ids, ["1", "2", "3", "4"], "{name}");
        assert_eq!(
            store
                .find(CONTACTS, EMAIL, &Value::text("bob@x.org"))
                .expect("finds"),
            None,
            "{name}"
        );
    });
}

#[test]
fn a_glance_tells_of_a_record_what_the_record_would() {
    every(|store, name| {
        let (mut from, mut met) = (None, Vec::new());
        loop {
            let whole = store.scan(CONTACTS, from, 2).expect("scans");
            let page = store.skim(CONTACTS, from, 2).expect("skims");
            let glances = page.records.iter().map(Record::glance);
            met.extend(glances.chain(page.glances));
            assert_eq!(
                (page.unreadable, page.next),
                (whole.unreadable, whole.next),
                "{name}"
            );
            from = whole.next;
            if from.is_none() {
                break;
            }
        }
        let all: Vec<_> = expected().iter().map(Record::glance).collect();
        assert_eq!(met, all, "{name}");
    });
}

#[test]
fn a_scan_is_stable_while_records_are_written() {
    every(|store, name| {
        let first = store.scan(CONTACTS, None, 2).expect("scans");
        let mut met: Vec<SmolStr> = first.records.into_iter().map(|r| r.id).collect();
        let long = Value::text("long ".repeat(500));
        store
            .write(
                CONTACTS,
                &[
                    update("1", vec![(NAME, long.clone())]),
                    update("3", vec![(NAME, long.clone())]),
                    create(vec![(NAME, Value::text("New"))]),
                    Write {
                        action: Action::Delete("4".into()),
                        values: vec![],
                    },
                ],
            )
            .expect("writes");
        let mut from = first.next;
        while let Some(at) = from {
            let page = store.scan(CONTACTS, Some(at), 2).expect("scans");
            for record in page.records {
                assert!(
                    record.id != "3" || record.values[2] == long,
                    "{name}: as it is when it is met"
                );
                met.push(record.id);
            }
            from = page.next;
        }
        assert_eq!(met, ["1", "2", "3", "5", "6"], "{name}");
    });
}

#[test]
fn what_is_closed_is_there_after_opening_again() {
    for sort in SORTS {
        let folder = TempDir::new().expect("a folder");
        let mut store = sort.seeded(folder.path());
        store.open(&[shape()]).expect("opens");
        one(
            store.as_mut(),
            update("1", vec![(NAME, Value::text("Anna"))]),
        );
        one(
            store.as_mut(),
            create(vec![
                (EMAIL, Value::text("f@x.org")),
                (NAME, Value::text("Fay")),
            ]),
        );
        one(
            store.as_mut(),
            Write {
                action: Action::Archive("3".into()),
                values: vec![],
            },
        );
        one(
            store.as_mut(),
            Write {
                action: Action::Delete("2".into()),
                values: vec![],
            },
        );
        let want = scan(store.as_mut(), 10);
        store.close().expect("closes");
        let mut again = if sort == Sort::Memory {
            store
        } else {
            sort.at(folder.path())
        };
        again.open(&[shape()]).expect("opens again");
        assert_eq!(scan(again.as_mut(), 10), want, "{sort:?}");
        again.close().expect("closes");
        let left: Vec<_> = names(folder.path());
        assert!(left.len() <= 1, "{sort:?} leaves {left:?}");
    }
}

#[test]
fn a_crash_keeps_what_was_committed_and_nothing_else() {
    for sort in SORTS.into_iter().filter(|sort| *sort != Sort::Memory) {
        let folder = TempDir::new().expect("a folder");
        let mut store = sort.seeded(folder.path());
        store.open(&[shape()]).expect("opens");
        one(
            store.as_mut(),
            update("1", vec![(NAME, Value::text("Anna"))]),
        );
        one(store.as_mut(), create(vec![(NAME, Value::text("Fay"))]));
        store.commit().expect("commits");
        let committed = scan(store.as_mut(), 10);
        one(
            store.as_mut(),
            update("1", vec![(NAME, Value::text("Lost"))]),
        );
        one(
            store.as_mut(),
            Write {
                action: Action::Delete("2".into()),
                values: vec![],
            },
        );
        drop(store);
        for round in 0..3 {
            // Opening and crashing again changes nothing.
            let mut store = sort.at(folder.path());
            store.open(&[shape()]).expect("opens");
            assert_eq!(
                scan(store.as_mut(), 10),
                committed,
                "{sort:?}, round {round}"
            );
        }
        let mut store = sort.at(folder.path());
        store.open(&[shape()]).expect("opens");
        one(
            store.as_mut(),
            update("1", vec![(NAME, Value::text("Annette"))]),
        );
        store.close().expect("closes");
        let mut store = sort.at(folder.path());
        store.open(&[shape()]).expect("opens");
        assert_eq!(
            get(store.as_mut(), "1").expect("there").values[2],
            Value::text("Annette"),
            "{sort:?}"
        );
        assert_eq!(
            scan(store.as_mut(), 10).records.len(),
            committed.records.len(),
            "{sort:?}"
        );
    }
}

fn names(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name());
    let mut all: Vec<_> = all
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    all.sort();
    all
}

#[test]
fn a_journal_replayed_over_a_file_that_took_it_in_does_nothing() {
    let folder = TempDir::new().expect("a folder");
    let mut store = Sort::JsonStrings.seeded(folder.path());
    store.open(&[shape()]).expect("opens");
    one(
        store.as_mut(),
        update("1", vec![(NAME, Value::text("Anna"))]),
    );
    one(store.as_mut(), create(vec![(NAME, Value::text("Fay"))]));
    store.commit().expect("commits");
    let journal = fs::read(folder.path().join("contacts.jsonl.journal")).expect("a journal");
    store.close().expect("closes");
    let merged = fs::read(folder.path().join("contacts.jsonl")).expect("a file");
    fs::write(folder.path().join("contacts.jsonl.journal"), journal).expect("writes");
    let mut store = Sort::JsonStrings.at(folder.path());
    store.open(&[shape()]).expect("opens");
    store.close().expect("closes");
    assert_eq!(
        fs::read(folder.path().join("contacts.jsonl")).expect("a file"),
        merged
    );
    assert_eq!(names(folder.path()), ["contacts.jsonl"]);
}

#[test]
fn what_is_not_written_stays_byte_for_byte() {
    let change = |sort: Sort| {
        let folder = TempDir::new().expect("a folder");
        let mut store = sort.seeded(folder.path());
        store.open(&[shape()]).expect("opens");
        one(
            store.as_mut(),
            update("1", vec![(NAME, Value::text("Anna")), (SCORE, number("7"))]),
        );
        one(
            store.as_mut(),
            update("5", vec![(EMAIL, Value::text("ed@x.org"))]),
        );
        store.close().expect("closes");
        let name = names(folder.path()).remove(0);
        fs::read_to_string(folder.path().join(name)).expect("a file")
    };
    let strings = STRINGS
        .replace("\"Ann\"", "\"Anna\"")
        .replace("\"1.50\"", "\"7\"")
        .replace("null", "\"ed@x.org\"");
    assert_eq!(change(Sort::JsonStrings), strings);
    let typed = TYPED.replace("\"Ann\"", "\"Anna\"").replace("1.50", "7");
    let typed = typed.replace(
        "\"score\":5,\"active\":true}",
        "\"score\":5,\"active\":true,\"email\":\"ed@x.org\"}",
    );
    assert_eq!(change(Sort::JsonTyped), typed);
    let csv = CSV
        .replace("Ann,", "Anna,")
        .replace("1.50", "7")
        .replace("Ed,,", "Ed,ed@x.org,");
    assert_eq!(change(Sort::Csv), csv);
}

#[test]
fn an_overlay_never_touches_what_is_below() {
    for sort in [Sort::JsonStrings, Sort::Csv] {
        let folder = TempDir::new().expect("a folder");
        let mut store = Overlay::new(sort.seeded(folder.path()));
        let name = names(folder.path()).remove(0);
        let before = fs::read(folder.path().join(&name)).expect("a file");
        store.open(&[shape()]).expect("opens");
        one(&mut store, update("1", vec![(NAME, Value::text("Anna"))]));
        one(&mut store, create(vec![(NAME, Value::text("Fay"))]));
        store.commit().expect("commits");
        store.close().expect("closes");
        drop(store);
        assert_eq!(fs::read(folder.path().join(&name)).expect("a file"), before);
        assert_eq!(names(folder.path()), [name]);
    }
}

fn jsonl(text: &[u8]) -> (TempDir, Box<dyn Store>) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("contacts.jsonl"), text).expect("writes");
    let mut store = Sort::JsonTyped.at(folder.path());
    store.open(&[shape()]).expect("opens");
    (folder, store)
}

#[test]
fn unreadable_lines_are_named_and_the_others_go_on() {
    let deep = format!(
        "{{\"id\":\"d\",\"x\":{}{}}}",
        "[".repeat(64),
        "]".repeat(64)
    );
    let not_deep = format!(
        "{{\"id\":\"nd\",\"x\":\"{}\",\"y\":{}1{}}}",
        "[".repeat(99),
        "[".repeat(63),
        "]".repeat(63)
    );
    let long = format!("{{\"id\":\"l\",\"x\":\"{}\"}}", "y".repeat(9 << 20));
    let lines: Vec<Vec<u8>> = vec![
        b"\xef\xbb\xbf{\"id\":\"a\",\"name\":\"first\"}\r".to_vec(), // 1: BOM, CRLF
        b"   ".to_vec(),                                             // 2: blank
        b"{\"id\":\"a\",\"name\":\"second\"}".to_vec(),              // 3: duplicate
        b"{\"name\":\"no id\"}".to_vec(),                            // 4
        b"{\"id\":\"\"}".to_vec(),                                   // 5
        b"[1,2]".to_vec(),                                           // 6
        b"{\"id\":\"x\",".to_vec(),                                  // 7
        b"{\"id\":\"x\",\"name\":\"\xff\"}".to_vec(),                // 8
        long.into_bytes(),                                           // 9
        deep.into_bytes(),                                           // 10
        not_deep.into_bytes(),                                       // 11: fine
        b"{\"id\":\"x\"} {}".to_vec(),                               // 12
        b"{\"id\":\"x\",\"name\":\"\\ud800\"}".to_vec(),             // 13
        b"{\"id\":\"z\",\"score\":\"many\",\"active\":[1]}".to_vec(), // 14: raw values
    ];
    let (folder, mut store) = jsonl(&lines.join(&b'\n'));
    for limit in [1, 3, 100] {
        let page = scan(store.as_mut(), limit);
        let ids: Vec<_> = page.records.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["a", "nd", "z"]);
        assert_eq!(page.records[0].values[2], Value::text("first"));
        assert_eq!(
            page.records[2].values[3],
            Value::text("many"),
            "raw where it does not fit"
        );
        assert_eq!(page.records[2].values[0], Value::text("[1]"));
        let place =
            |line: u32| format!("{}:{line}", folder.path().join("contacts.jsonl").display());
        let places: Vec<_> = page.unreadable.iter().map(|u| u.place.clone()).collect();
        assert_eq!(places, [3, 4, 5, 6, 7, 8, 9, 10, 12, 13].map(place));
        let duplicates: Vec<_> = page
            .unreadable
            .iter()
            .filter(|u| u.duplicate)
            .map(|u| u.id.clone())
            .collect();
        assert_eq!(duplicates, [Some("a".into())]);
        let reasons: Vec<_> = page.unreadable.iter().map(|u| u.reason.as_str()).collect();
        for (reason, part) in reasons.iter().zip([
            "another record",
            "no id",
            "no id",
            "not a JSON object",
            "EOF",
            "not UTF-8",
            "longer than 8 MiB",
            "nested deeper than 64",
            "trailing",
            "broken escape",
        ]) {
            assert!(reason.contains(part), "{reason} should say {part}");
        }
    }
    // What cannot be read is kept when the file is written.
    one(
        store.as_mut(),
        update("z", vec![(NAME, Value::text("Zed"))]),
    );
    one(store.as_mut(), create(vec![(NAME, Value::text("New"))]));
    store.close().expect("closes");
    let mut want = lines.clone();
    want[13] = b"{\"id\":\"z\",\"score\":\"many\",\"active\":[1],\"name\":\"Zed\"}\r".to_vec();
    want.push(b"{\"id\":\"1\",\"name\":\"New\"}\r\n".to_vec());
    assert_eq!(
        fs::read(folder.path().join("contacts.jsonl")).expect("a file"),
        want.join(&b'\n')
    );
}

/// Ids and unique values of digits are found by their number: those that are one number are still different texts.
#[test]
fn texts_that_are_one_number_are_different() {
    let (_folder, mut store) = jsonl(
        b"{\"id\":\"7\",\"email\":\"1\"}\n{\"id\":\"007\",\"email\":\"01\"}\n{\"id\":\"07\"}\n{\"id\":\"007\"}\n",
    );
    let page = scan(store.as_mut(), 10);
    let ids: Vec<_> = page.records.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["7", "007", "07"]);
    assert!(page.unreadable.iter().all(|u| u.duplicate));
    assert_eq!(page.unreadable.len(), 1);
    for id in ["7", "07", "007"] {
        let read = store.read(CONTACTS, &[id.into()]).expect("reads");
        let ids: Vec<_> = read.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, [id]);
    }
    let none = store.read(CONTACTS, &["0007".into()]).expect("reads");
    assert!(none.is_empty());
    for (email, id) in [("1", Some("7")), ("01", Some("007")), ("001", None)] {
        let found = store.find(CONTACTS, EMAIL, &Value::text(email));
        let found = found.expect("asked").map(|r| r.id);
        assert_eq!(found.as_deref(), id, "{email}");
    }
}

/// Whether a record is deleted, and when it was changed, is not guessed, whatever the store.
#[test]
fn a_record_that_does_not_say_whether_it_is_deleted_is_named() {
    let rows = [
        ("a", "true", "2026-11-20T10:00:00Z"),
        ("b", "maybe", ""),
        ("c", "", "yesterday"),
        ("d", "", ""),
    ];
    let folder = TempDir::new().expect("a folder");
    let line = |(id, deleted, modified): &(&str, &str, &str)| {
        format!("{{\"id\":\"{id}\",\"_deleted\":\"{deleted}\",\"_modified\":\"{modified}\"}}\n")
    };
    let lines: String = rows.iter().map(line).collect();
    fs::write(folder.path().join("contacts.jsonl"), lines).expect("writes");
    let row =
        |(id, deleted, modified): &(&str, &str, &str)| format!("{id},{deleted},{modified},,,,\n");
    let table: String = rows.iter().map(row).collect();
    let header = "id,_deleted,_modified,active,email,name,score\n";
    fs::write(
        folder.path().join("contacts.csv"),
        format!("{header}{table}"),
    )
    .expect("writes");
    let db = rusqlite::Connection::open(folder.path().join("crm.db")).expect("opens");
    db.execute_batch(&format!("CREATE TABLE contacts ({})", header.trim()))
        .expect("runs");
    for (id, deleted, modified) in rows {
        let row = [id, deleted, modified];
        let sql = "INSERT INTO contacts (id, _deleted, _modified) VALUES (?, ?, ?)";
        db.execute(sql, row).expect("runs");
    }
    drop(db);
    for sort in [Sort::JsonTyped, Sort::Csv, Sort::Sqlite] {
        let mut store = sort.at(folder.path());
        store.open(&[shape()]).expect("opens");
        let page = scan(store.as_mut(), 10);
        let read: Vec<_> = page
            .records
            .iter()
            .map(|r| (r.id.as_str(), r.deleted))
            .collect();
        assert_eq!(read, [("a", true), ("d", false)]);
        let wrong = page.unreadable.iter();
        let wrong: Vec<_> = wrong
            .map(|u| (u.id.as_deref(), u.reason.as_str()))
            .collect();
        assert!(
            matches!(wrong.as_slice(), [(Some("b"), b), (Some("c"), c)]
                if b.contains("does not say whether") && c.contains("does not say when")),
            "{wrong:?}"
        );
    }
}

#[test]
fn unreadable_rows_are_named_and_the_others_go_on() {
    let text: &[u8] = b"\xef\xbb\xbfid,name,email,score,active\r\n\
        a,\"two\r\nlines\",,,\r\n\
        \r\n\
        a,again,,,\r\n\
        b,short\r\n\
        ,no id,,,\r\n\
        c,\xff,,,\r\n\
        d,\"it \"\"says\"\" 5\",,not a number,maybe\r\n\
        e,5\" pipe,,,\r\n\
        f,\"never closed,,,\r\n\
        g,last,,,";
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("contacts.csv");
    fs::write(&path, text).expect("writes");
    let mut store = Sort::Csv.at(folder.path());
    store.open(&[shape()]).expect("opens");
    let page = scan(store.as_mut(), 2);
    let ids: Vec<_> = page.records.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["a", "d", "e", "g"]);
    let read: Vec<_> = page.records.iter().map(|r| r.values[2].clone()).collect();
    assert_eq!(
        read,
        ["two\r\nlines", "it \"says\" 5", "5\" pipe", "last"].map(Value::text)
    );
    assert_eq!(page.records[1].values[3], Value::text("not a number"));
    let lines: Vec<_> = page
        .unreadable
        .iter()
        .map(|u| u.place.rsplit(':').next().expect("a line").to_owned())
        .collect();
    assert_eq!(lines, ["5", "6", "7", "8", "11"]);
    let refused = one(store.as_mut(), update("a", vec![(NAME, Value::text("x"))]));
    assert!(
        matches!(&refused, Outcome::Refused { reason, .. } if reason.contains("contacts.csv:11")),
        "{refused:?}"
    );
    drop(store);
    let quote = text
        .windows(6)
        .position(|w| w == b"\"never")
        .expect("it is there");
    let text = [&text[..quote], &text[quote + 1..]].concat();
    fs::write(&path, &text).expect("writes");
    let mut store = Sort::Csv.at(folder.path());
    store.open(&[shape()]).expect("opens");
    one(
        store.as_mut(),
        update("a", vec![(NAME, Value::text("one line"))]),
    );
    one(
        store.as_mut(),
        update("g", vec![(NAME, Value::text("the end"))]),
    );
    one(store.as_mut(), create(vec![(NAME, Value::text("a,b"))]));
    let archive = Write {
        action: Action::Archive("a".into()),
        values: vec![],
    };
    assert!(
        matches!(one(store.as_mut(), archive), Outcome::Refused { .. }),
        "there is no column for it"
    );
    store.close().expect("closes");
    let text = String::from_utf8_lossy(&text).into_owned();
    let want = text
        .replace("\"two\r\nlines\"", "one line")
        .replace("g,last,,,", "g,the end,,,\r\n1,\"a,b\",,,\r\n");
    let got = fs::read(&path).expect("a file");
    assert_eq!(String::from_utf8_lossy(&got), want);
}

#[test]
fn a_missing_file_is_an_empty_object_and_comes_with_the_first_write() {
    for (sort, name) in [
        (Sort::JsonTyped, "contacts.jsonl"),
        (Sort::Csv, "contacts.csv"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let mut store = sort.at(folder.path());
        store.open(&[shape()]).expect("opens");
        assert_eq!(scan(store.as_mut(), 10), Page::default());
        store.close().expect("closes");
        assert_eq!(names(folder.path()), Vec::<String>::new());
        store.open(&[shape()]).expect("opens");
        one(
            store.as_mut(),
            create(vec![
                (ACTIVE, Value::Bool(true)),
                (NAME, Value::text("Ann")),
            ]),
        );
        one(
            store.as_mut(),
            Write {
                action: Action::Archive("1".into()),
                values: vec![],
            },
        );
        let want = scan(store.as_mut(), 10);
        store.close().expect("closes");
        assert_eq!(names(folder.path()), [name]);
        store.open(&[shape()]).expect("opens");
        assert_eq!(scan(store.as_mut(), 10), want);
        assert!(want.records[0].deleted);
    }
}

#[test]
fn a_store_that_cannot_be_used_says_why() {
    let folder = TempDir::new().expect("a folder");
    let gone = folder.path().join("gone");
    let failure = |store: &mut dyn Store, shapes: &[Shape]| store.open(shapes).expect_err("fails");
    for sort in [Sort::JsonTyped, Sort::Csv, Sort::Sqlite] {
        let error = failure(sort.at(&gone).as_mut(), &[shape()]);
        assert!(
            error.code == "R003" && error.reason.contains("there is no such"),
            "{error}"
        );
        assert!(!error.remedy.is_empty());
    }
    fs::write(folder.path().join("contacts.csv"), "id;name;email\n").expect("writes");
    let error = failure(Sort::Csv.at(folder.path()).as_mut(), &[shape()]);
    assert_eq!(
        (error.line, error.remedy.contains("semicolons")),
        (Some(1), true),
        "{error}"
    );
    fs::write(
        folder.path().join("contacts.csv"),
        "id,name,email,active,name\n",
    )
    .expect("writes");
    let error = failure(Sort::Csv.at(folder.path()).as_mut(), &[shape()]);
    assert!(error.reason.contains("two columns `name`"), "{error}");
    fs::write(
        folder.path().join("crm.db"),
        "no database at all, but long enough to have a header of one ".repeat(20),
    )
    .expect("writes");
    let error = failure(Sort::Sqlite.at(folder.path()).as_mut(), &[shape()]);
    assert!(error.remedy.contains("sound SQLite database"), "{error}");
    fs::remove_file(folder.path().join("crm.db")).expect("removes");
    let db = rusqlite::Connection::open(folder.path().join("crm.db")).expect("opens");
    db.execute_batch(
        "CREATE TABLE \"we\"\"ird\" (id, a); CREATE TABLE contacts (id, name, email, active)",
    )
    .expect("runs");
    let error = failure(Sort::Sqlite.at(folder.path()).as_mut(), &[shape()]);
    assert!(
        error
            .reason
            .contains("table `contacts` has no column `score`"),
        "{error}"
    );
    let other = Shape {
        object: "we\"ird".into(),
        fields: vec![slot("a", Kind::Text, Lookup::None)],
        ..shape()
    };
    Sort::Sqlite
        .at(folder.path())
        .open(std::slice::from_ref(&other))
        .expect("quotes names");
    let missing = Shape {
        object: "nowhere".into(),
        ..other.clone()
    };
    assert!(
        failure(Sort::Sqlite.at(folder.path()).as_mut(), &[missing])
            .reason
            .contains("no table `nowhere`")
    );
    db.execute_batch("INSERT INTO \"we\"\"ird\" VALUES (1, 1); CREATE TABLE d (id, a); INSERT INTO d VALUES (1, 2), (1, 3)").expect("runs");
    let twice = Shape {
        object: "d".into(),
        ..other.clone()
    };
    assert!(
        failure(Sort::Sqlite.at(folder.path()).as_mut(), &[twice])
            .reason
            .contains("two rows")
    );
    db.execute_batch("CREATE TABLE w (id TEXT PRIMARY KEY, a) WITHOUT ROWID")
        .expect("runs");
    let without = Shape {
        object: "w".into(),
        ..other.clone()
    };
    assert!(
        failure(Sort::Sqlite.at(folder.path()).as_mut(), &[without])
            .reason
            .contains("row ids")
    );
    let outside = Shape {
        object: "../contacts".into(),
        ..other
    };
    assert!(
        failure(Sort::JsonTyped.at(folder.path()).as_mut(), &[outside])
            .reason
            .contains("file name")
    );
    fs::write(folder.path().join("contacts.jsonl.journal"), "a poem").expect("writes");
    let error = failure(Sort::JsonTyped.at(folder.path()).as_mut(), &[shape()]);
    assert!(error.reason.contains("not a journal"), "{error}");
}

#[test]
fn sqlite_names_rows_that_it_cannot_read_and_constraints_that_refuse() {
    let folder = TempDir::new().expect("a folder");
    let db = rusqlite::Connection::open(folder.path().join("crm.db")).expect("opens");
    let sql = "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, score TEXT, active TEXT CHECK (active <> 'false'));
        INSERT INTO contacts VALUES (-7, 'neg', NULL, '1', 'true'), (1, 'one', 'a', 'x', '1'), (2, x'fffe', 'b', NULL, NULL), (0, CAST(x'fffe' AS TEXT), 'c', NULL, NULL)";
    db.execute_batch(sql).expect("seeds");
    let mut store = Sort::Sqlite.at(folder.path());
    store.open(&[shape()]).expect("opens");
    let page = scan(store.as_mut(), 1);
    assert_eq!(
        page.records
            .iter()
            .map(|r| r.id.as_str())
            .collect::<Vec<_>>(),
        ["-7", "1"]
    );
    assert_eq!(
        page.records[1].values[..],
        [
            Value::Bool(true),
            Value::text("a"),
            Value::text("one"),
            Value::text("x")
        ]
    );
    let glanced = store.skim(ObjectId(0), None, 10).expect("skims");
    for page in [&page, &glanced] {
        let unreadable = page.unreadable.iter().map(|u| u.id.as_deref());
        assert!(unreadable.eq([Some("0"), Some("2")]), "{page:?}");
    }
    assert_eq!(glanced.glances.len(), page.records.len());
    let refused = one(store.as_mut(), update("1", vec![(NAME, Value::Blank)]));
    assert!(
        matches!(&refused, Outcome::Refused { field: Some(f), .. } if f == "name"),
        "{refused:?}"
    );
    assert!(matches!(
        one(
            store.as_mut(),
            update("1", vec![(ACTIVE, Value::Bool(false))])
        ),
        Outcome::Refused { .. }
    ));
    let made = one(store.as_mut(), create(vec![(NAME, Value::text("new"))]));
    assert_eq!(
        made,
        Outcome::Written {
            id: "3".into(),
            created: true
        }
    );
    assert!(matches!(
        one(
            store.as_mut(),
            Write {
                action: Action::Archive("1".into()),
                values: vec![]
            }
        ),
        Outcome::Refused { .. }
    ));
    store.close().expect("closes");
    let count: i64 = db
        .query_row("SELECT count(*) FROM contacts", [], |row| row.get(0))
        .expect("counts");
    assert_eq!(count, 5);
}

fn plan() -> Plan {
    let field = |kind| Field {
        kind,
        equality: Default::default(),
        length: None,
        digits: None,
        whole: false,
        only: None,
        required: false,
        boxed: false,
        forward_only: None,
    };
    let list = |items: &[&str]| Some(items.iter().map(SmolStr::new).collect());
    let fields = BTreeMap::from([
        ("active".into(), field(Kind::Bool)),
        (
            "email".into(),
            Field {
                length: Some(12),
                ..field(Kind::Text)
            },
        ),
        (
            "name".into(),
            Field {
                only: list(&["Ann", "Bob", "Eve"]),
                required: true,
                ..field(Kind::Text)
            },
        ),
        (
            "stage".into(),
            Field {
                forward_only: list(&["lead", "customer"]),
                ..field(Kind::Text)
            },
        ),
    ]);
    Plan {
        format: 1,
        project: "p".into(),
        language: 1,
        hashes: Hashes::default(),
        systems: BTreeMap::new(),
        objects: BTreeMap::from([(
            "crm.contacts".into(),
            Object {
                modified: None,
                created: None,
                system: "crm".into(),
                name: "contacts".into(),
                fields,
            },
        )]),
        maps: BTreeMap::new(),
        normalizers: BTreeMap::new(),
        syncs: Vec::new(),
        lifecycles: Vec::new(),
        brakes: Brakes::default(),
        automations: Vec::new(),
        reacting: BTreeMap::new(),
        not_executed: Vec::new(),
        bound: BTreeMap::new(),
    }
}

#[test]
fn a_behaving_store_refuses_what_its_platform_would() {
    let stage = 4;
    let mut shape = shape();
    shape.fields.push(slot("stage", Kind::Text, Lookup::None));
    let mut memory = Memory::new(IdStyle::Salesforce);
    let fields = [("email", "a@x"), ("name", "Ann"), ("stage", "customer")];
    let fields = fields.map(|(name, value)| (SmolStr::new_static(name), Value::text(value)));
    memory.put(
        "contacts",
        Record {
            id: "1".into(),
            ..Record::default()
        },
        fields,
    );
    let mut store = Behaving::new(memory, &plan(), "crm");
    store.open(&[shape]).expect("opens");
    let refused = |outcome: &Outcome, name: &str| matches!(outcome, Outcome::Refused { field: Some(f), .. } if f == name);
    let upsert = |email: &str, values: Vec<(u16, Value)>| {
        let values = [vec![(EMAIL, Value::text(email))], values].concat();
        Write {
            action: Action::Upsert {
                slot: EMAIL,
                on_create: vec![],
            },
            values,
        }
    };
    let outcomes = store
        .write(
            CONTACTS,
            &[
                update("1", vec![(EMAIL, Value::text("thirteen char"))]),
                update("1", vec![(NAME, Value::text("Mallory"))]),
                update("1", vec![(NAME, Value::Blank)]),
                create(vec![(EMAIL, Value::text("b@x"))]),
                upsert("c@x", vec![]),
                upsert("a@x", vec![(ACTIVE, Value::Bool(true))]),
                create(vec![(NAME, Value::text("Eve"))]),
            ],
        )
        .expect("writes");
    for (outcome, name) in outcomes
        .iter()
        .zip(["email", "name", "name", "name", "name"])
    {
        assert!(refused(outcome, name), "{outcome:?} is about {name}");
    }
    assert_eq!(outcomes[5], written("1"));
    assert!(matches!(&outcomes[6], Outcome::Written { id, created: true } if id.len() == 18));
    assert_eq!(
        one(&mut store, update("1", vec![(stage, Value::text("lead"))])),
        written("1")
    );
    let back = update(
        "1",
        vec![(NAME, Value::text("Bob")), (stage, Value::text("lead"))],
    );
    assert_eq!(one(&mut store, back), written("1"));
    let record = get(&mut store, "1").expect("there");
    assert_eq!(
        (&record.values[2], &record.values[4]),
        (&Value::text("Bob"), &Value::text("customer")),
        "silently ignored"
    );
    one(&mut store, update("1", vec![(stage, Value::Blank)]));
    one(&mut store, update("1", vec![(stage, Value::text("lead"))]));
    assert_eq!(
        get(&mut store, "1").expect("there").values[4],
        Value::text("lead"),
        "a clear permits it"
    );
}

#[test]
fn the_stores_of_a_run_are_addressed_by_the_objects_of_the_program() {
    let folder = TempDir::new().expect("a folder");
    let mut stores = Stores::default();
    stores.add("crm", Sort::Csv.seeded(folder.path()));
    stores.add("erp", Box::new(Memory::new(IdStyle::Digits)));
    let erp = Shape {
        system: "erp".into(),
        ..shape()
    };
    stores.open(&[erp, shape()]).expect("opens");
    assert_eq!(
        stores
            .scan(ObjectId(0), None, 10)
            .expect("scans")
            .records
            .len(),
        0
    );
    assert_eq!(
        stores
            .scan(ObjectId(1), None, 10)
            .expect("scans")
            .records
            .len(),
        5
    );
    stores
        .write(ObjectId(0), &[create(vec![(NAME, Value::text("x"))])])
        .expect("writes");
    assert_eq!(
        stores
            .read(ObjectId(0), &["1".into()])
            .expect("reads")
            .len(),
        1
    );
    assert!(stores.scan(ObjectId(2), None, 10).is_err());
    stores.commit().expect("commits");
    stores.close().expect("closes");
    let unknown = Shape {
        system: "dwh".into(),
        ..shape()
    };
    assert!(
        stores
            .open(&[unknown])
            .expect_err("fails")
            .reason
            .contains("`dwh`")
    );
}

#[test]
fn a_work_folder_holds_copies_and_goes_on_from_them() {
    let root = TempDir::new().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("makes");
        fs::write(path, text).expect("writes");
    };
    put("data/crm/contacts.jsonl", "{\"id\":\"1\"}\n");
    put("data/crm/notes.txt", "private");
    put("data/erp.db", "");
    let stores = BTreeMap::from([
        (SmolStr::new("crm"), Location::Jsonl("data/crm".into())),
        (SmolStr::new("erp"), Location::Sqlite("data/erp.db".into())),
    ]);
    let folder = root.path().join("target/work/local");
    let prepare = |begin| Workspace::prepare(root.path(), &stores, &folder, begin);
    let work = prepare(Begin::GoOn).expect("copies");
    assert_eq!(work.stores["crm"], Location::Jsonl(folder.join("crm")));
    assert_eq!(
        work.stores["erp"],
        Location::Sqlite(folder.join("erp/erp.db"))
    );
    assert_eq!(names(&folder), ["copied.json", "crm", "erp"]);
    assert_eq!(
        names(&folder.join("crm")),
        ["contacts.jsonl"],
        "store files and nothing else"
    );
    fs::write(folder.join("crm/contacts.jsonl"), "changed by a run").expect("writes");
    fs::write(folder.join("state.db"), "state").expect("writes");
    let work = prepare(Begin::GoOn).expect("goes on");
    assert_eq!(work.outdated, Vec::<String>::new());
    assert_eq!(
        fs::read_to_string(folder.join("crm/contacts.jsonl")).expect("reads"),
        "changed by a run"
    );
    put("data/crm/contacts.jsonl", "{\"id\":\"2\"}\n");
    assert_eq!(
        prepare(Begin::GoOn).expect("goes on").outdated,
        ["data/crm/contacts.jsonl"]
    );
    prepare(Begin::Fresh).expect("starts over");
    assert_eq!(names(&folder), ["copied.json", "crm", "erp"]);
    assert_eq!(
        fs::read_to_string(folder.join("crm/contacts.jsonl")).expect("reads"),
        "{\"id\":\"2\"}\n"
    );
    fs::remove_file(folder.join("copied.json")).expect("removes");
    for begin in [Begin::Fresh, Begin::GoOn] {
        assert!(
            prepare(begin)
                .expect_err("fails")
                .reason
                .contains("not a work folder"),
            "foreign folders are left alone"
        );
    }
    assert!(folder.join("crm/contacts.jsonl").exists());
}

#[test]
fn a_large_file_is_scanned_in_windows() {
    let folder = TempDir::new().expect("a folder");
    let text: String = (0..200_000)
        .map(|i| format!("{{\"id\":\"{i}\",\"email\":\"u{i}@x.org\",\"score\":\"{i}\"}}\n"))
        .collect();
    fs::write(folder.path().join("contacts.jsonl"), text).expect("writes");
    let mut store = Sort::JsonStrings.at(folder.path());
    store.open(&[shape()]).expect("opens");
    let (mut from, mut met): (Option<Cursor>, usize) = (None, 0);
    loop {
        let page = store.scan(CONTACTS, from, 1000).expect("scans");
        assert!(
            page.records.len() <= 1000,
            "a window holds what was asked for"
        );
        for record in &page.records {
            assert_eq!(record.id, met.to_string());
            met += 1;
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(met, 200_000);
    assert_eq!(
        get(store.as_mut(), "123456").expect("there").values[3],
        number("123456")
    );
}

/// Reads and writes whatever is there; nothing may panic, and the scan must end.
fn exercise(sort: Sort, folder: &Path) {
    let mut store = sort.at(folder);
    if store.open(&[shape()]).is_err() {
        return;
    }
    let page = scan(store.as_mut(), 3);
    let mut writes: Vec<Write> = page
        .records
        .iter()
        .take(3)
        .map(|r| update(&r.id, vec![(NAME, Value::text("\"x\",\n"))]))
        .collect();
    writes.push(create(vec![(EMAIL, Value::text("new@x.org"))]));
    let outcomes = store.write(CONTACTS, &writes).expect("writes");
    let made = outcomes
        .iter()
        .filter(|o| matches!(o, Outcome::Written { created: true, .. }))
        .count();
    let again = scan(store.as_mut(), 3);
    assert_eq!(again.records.len(), page.records.len() + made);
    store.close().expect("closes");
    let mut store = sort.at(folder);
    store.open(&[shape()]).expect("opens again");
    assert_eq!(
        scan(store.as_mut(), 100).records,
        again.records,
        "what was closed reads back"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic(edits in proptest::collection::vec((any::<u16>(), any::<u8>(), 0_u8..4), 1..6)) {
        for (sort, name, text) in [(Sort::JsonStrings, "contacts.jsonl", STRINGS), (Sort::Csv, "contacts.csv", CSV)] {
            let mut bytes = text.as_bytes().to_vec();
            for (at, byte, what) in &edits {
                let at = usize::from(*at) % (bytes.len() + 1);
                let byte = if *what == 3 { b"\"{}[],:\n\r\\"[usize::from(*byte) % 10] } else { *byte };
                match what {
                    0 if at < bytes.len() => drop(bytes.remove(at)),
                    1 if at < bytes.len() => bytes[at] = byte,
                    _ => bytes.insert(at, byte),
                }
            }
            let folder = TempDir::new().expect("a folder");
            fs::write(folder.path().join(name), &bytes).expect("writes");
            exercise(sort, folder.path());
        }
    }

    #[test]
    fn mutated_journals_never_panic(at in any::<u16>(), byte in any::<u8>()) {
        let folder = TempDir::new().expect("a folder");
        let mut store = Sort::Csv.seeded(folder.path());
        store.open(&[shape()]).expect("opens");
        one(store.as_mut(), update("1", vec![(NAME, Value::text("Anna"))]));
        store.commit().expect("commits");
        one(store.as_mut(), create(vec![(NAME, Value::text("Fay"))]));
        store.commit().expect("commits");
        drop(store);
        let path = folder.path().join("contacts.csv.journal");
        let mut bytes = fs::read(&path).expect("a journal");
        let at = usize::from(at) % bytes.len();
        bytes[at] = byte;
        fs::write(&path, bytes).expect("writes");
        exercise(Sort::Csv, folder.path());
    }
}
