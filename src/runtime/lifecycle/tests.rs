use smol_str::SmolStr;

use super::{Memory, Seen, choose};
use crate::plan::{Pick, Rank, StageRow, StageState};
use crate::runtime::ObjectId;
use crate::runtime::program::{Cell, Found, Lifecycle, Node, Source, StageColumn, Way};
use crate::runtime::protocol::Record;
use crate::side::Side;
use crate::value::{Kind, Value};

const STAGES: [(&str, &[&str]); 3] = [
    ("open", &["New", "Offer"]),
    ("won", &["Won"]),
    ("lost", &["Lost"]),
];

fn life(choice: Vec<Pick>) -> Lifecycle {
    let source = Source::Slot(0, Kind::Text);
    let found = Found::Through {
        way: Way {
            sync: 0,
            hub: Side::Left,
        },
        object: ObjectId(1),
        near: Source::Id,
        far: Source::Id,
        choice,
        closed: vec!["Won".into(), "Lost".into()],
    };
    let column = StageColumn {
        name: "deal".into(),
        object: ObjectId(0),
        side: Side::Right,
        cell: Cell {
            read: Node::Field(Side::Right, source),
            slot: Some(0),
            equality: crate::plan::Equality::default(),
            length: None,
            digits: None,
            whole: false,
            only: None,
            kind: Some(Kind::Text),
            boxed: false,
        },
        source,
        slot: 0,
        order: None,
        found,
        converted: None,
    };
    let stage = |(name, values): &(&str, &[&str])| StageRow {
        name: SmolStr::new(name),
        cells: vec![values.iter().map(SmolStr::new).collect()],
    };
    Lifecycle {
        name: "Journey".into(),
        digest: "d1".into(),
        hub: 0,
        columns: vec![column],
        stages: STAGES.iter().map(stage).collect(),
        members: Vec::new(),
        related: Vec::new(),
        moves: Vec::new(),
        truth: None,
    }
}

fn record(id: &str, stage: &str, modified: i64) -> Record {
    Record {
        id: id.into(),
        values: vec![Value::text(stage)].into(),
        created: Some(modified),
        modified: Some(modified),
        ..Record::default()
    }
}

fn chosen(choice: &[(Rank, Option<StageState>)], records: &[Record]) -> Option<SmolStr> {
    let choice = choice.iter().map(|(rank, state)| Pick {
        rank: *rank,
        state: *state,
    });
    let records: Vec<&Record> = records.iter().collect();
    choose(&life(choice.collect()), 0, &records).map(|r| r.id.clone())
}

#[test]
fn the_first_alternative_decides_for_which_there_is_a_record() {
    let furthest_open = (Rank::Furthest, Some(StageState::Open));
    let latest_closed = (Rank::Latest, Some(StageState::Closed));
    let both = [furthest_open, latest_closed];
    let all = [
        record("a", "New", 5),
        record("b", "Offer", 3),
        record("c", "Won", 8),
        record("d", "Lost", 9),
    ];
    assert_eq!(chosen(&both, &all).as_deref(), Some("b"));
    assert_eq!(chosen(&both, &all[2..]).as_deref(), Some("d"));
    assert_eq!(chosen(&[latest_closed], &all[..2]), None);
    assert_eq!(
        chosen(&[(Rank::Furthest, None)], &all).as_deref(),
        Some("d")
    );
    assert_eq!(
        chosen(&[(Rank::Earliest, None)], &all).as_deref(),
        Some("b")
    );
}

#[test]
fn of_equals_the_last_change_decides_and_then_the_id() {
    let furthest = [(Rank::Furthest, None)];
    let later = [record("a", "Won", 1), record("b", "Won", 2)];
    assert_eq!(chosen(&furthest, &later).as_deref(), Some("b"));
    let same = [record("b", "Won", 1), record("a", "Won", 1)];
    assert_eq!(chosen(&furthest, &same).as_deref(), Some("a"));
}

#[test]
fn a_memory_comes_back_as_it_was_and_not_under_another_form_of_the_lifecycle() {
    let mut life = life(Vec::new());
    let mut memory = Memory {
        stage: None,
        entered: vec![None; 3],
        seen: vec![Some(Seen {
            id: "d1".into(),
            value: Value::text("New"),
            converted: true,
        })],
        members: Vec::new(),
        refused: true,
        last: Some(0),
        streak: 3,
    };
    assert_eq!(
        Memory::decode(&life, &memory.encode(&life)).as_ref(),
        Some(&memory)
    );
    memory.enter(2, 77);
    memory.sent(&life, 0, &Value::Blank);
    let blob = memory.encode(&life);
    assert_eq!(Memory::decode(&life, &blob).as_ref(), Some(&memory));
    life.digest = "d2".into();
    assert_eq!(Memory::decode(&life, &blob), None);
    assert_eq!(Memory::decode(&life, b"damaged"), None);
}
