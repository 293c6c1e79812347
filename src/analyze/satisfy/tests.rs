//! Answers against the evaluation of every record of small domains.

use jiff::civil::date;
use rust_decimal::Decimal;
use thin_vec::thin_vec;

use super::{Answer, Example, disjoint, equals, filled, implies, satisfy};
use crate::analyze::eval::{Cell, Known};
use crate::catalog::{Catalog, Catalogs, Field, FieldIdx, FieldType, Object, PickValue, Picklist};
use crate::model::{Comparison, Expr, ExprKind, FieldRef, Model, ObjectRef, System, SystemId};
use crate::platform::SystemKind;
use crate::side::Side;
use crate::source::{Span, Spanned};
use crate::value::Value;

const COLOUR: usize = 0;
const DAY: usize = 1;
const HOT: usize = 2;
const NAME: usize = 3;
const SIZE: usize = 4;
const TAGS: usize = 5;

/// An object with a list, a day, a truth, a text, a whole number and a set, in the order of their names.
fn model() -> Model {
    let mut object = Object::new("Thing");
    let mut colour = Field::new("Colour", FieldType::Picklist);
    let mut white = PickValue::new("white");
    white.active = false;
    colour.picklist = Some(Box::new(Picklist {
        values: vec![PickValue::new("red"), white, PickValue::new("blue")],
        restricted: true,
        ..Picklist::default()
    }));
    let mut hot = Field::new("Hot", FieldType::Boolean);
    hot.nillable = false;
    object.fields = vec![
        colour,
        Field::new("Day", FieldType::Date),
        hot,
        Field::new("Name", FieldType::Text),
        Field::new("Size", FieldType::Integer),
        Field::new("Tags", FieldType::MultiPicklist),
    ];
    let catalog = Catalog::new("crm", SystemKind::Salesforce, vec![object]);
    Model {
        systems: vec![System {
            name: Spanned::new("crm".into(), Span::default()),
            kind: SystemKind::Salesforce,
            profile: SystemKind::Salesforce.profile(),
            catalog: Some(0),
            settings: Vec::new(),
        }],
        catalogs: Catalogs::from_iter([catalog]),
        ..Model::default()
    }
}

fn field(model: &Model, at: usize) -> FieldRef {
    let object = model.catalogs.get("crm").unwrap().object("Thing").unwrap();
    FieldRef {
        object: ObjectRef {
            system: SystemId(0),
            object,
        },
        field: FieldIdx(at as u32),
    }
}

fn node(node: ExprKind) -> Expr {
    Expr {
        node,
        span: Span::default(),
        kind: None,
    }
}

fn read(model: &Model, at: usize) -> Expr {
    node(ExprKind::Field {
        side: Side::Left,
        field: field(model, at),
    })
}

fn not(e: Expr) -> Expr {
    node(ExprKind::Not(Box::new(e)))
}

fn compare(comparison: Comparison, left: Expr, right: Value) -> Expr {
    node(ExprKind::Compare {
        comparison,
        left: Box::new(left),
        right: Box::new(Expr::constant(right, Span::default())),
    })
}

fn lower(e: Expr) -> Expr {
    node(ExprKind::Call {
        function: "lower".into(),
        arguments: thin_vec![e],
    })
}

fn number(n: i64) -> Value {
    Value::Number(Decimal::from(n))
}

/// Values of each field, finer than any constant below can tell apart.
fn domain(at: usize) -> Vec<Value> {
    let texts = ["a", "b", "A", "z"];
    let mut values = match at {
        COLOUR => ["red", "white", "blue"].map(Value::text).to_vec(),
        DAY => (1..=7).map(|d| Value::Date(date(2026, 1, d))).collect(),
        HOT => return vec![Value::Bool(true), Value::Bool(false)],
        NAME => texts.map(Value::text).to_vec(),
        _ => (-1..=5).map(number).collect(),
    };
    values.push(Value::Blank);
    values
}

/// Random numbers, the same on every machine (SplitMix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

fn atom(model: &Model, random: &mut Random, functions: bool) -> Expr {
    let at = random.below(5);
    let constant = match at {
        COLOUR => Value::text(["red", "white", "blue"][random.below(3)]),
        DAY => Value::Date(date(2026, 1, [2, 4, 5][random.below(3)])),
        HOT => return read(model, HOT),
        NAME => Value::text(["a", "b"][random.below(2)]),
        _ => number([0, 1, 3][random.below(3)]),
    };
    let ordered = at == DAY || at == SIZE;
    match random.below(5) {
        0 => node(ExprKind::IsSet(Box::new(read(model, at)))),
        1 => node(ExprKind::In {
            input: Box::new(read(model, at)),
            list: thin_vec![(constant, Span::default())],
        }),
        2 if functions && at == NAME => {
            compare(Comparison::Equal, lower(read(model, at)), constant)
        }
        _ => {
            let comparison = COMPARISONS[random.below(if ordered { 6 } else { 2 })];
            compare(comparison, read(model, at), constant)
        }
    }
}

fn condition(model: &Model, random: &mut Random, depth: usize, functions: bool) -> Expr {
    if depth == 0 {
        return atom(model, random, functions);
    }
    let chosen = random.below(4);
    if chosen == 3 {
        return atom(model, random, functions);
    }
    let first = condition(model, random, depth - 1, functions);
    if chosen == 2 {
        return not(first);
    }
    let parts = vec![first, condition(model, random, depth - 1, functions)];
    if chosen == 0 {
        node(ExprKind::All(parts.into()))
    } else {
        node(ExprKind::Any(parts.into()))
    }
}

/// Every record of which all goals hold, as far as it agrees with what is given.
fn records(model: &Model, goals: &[(&Expr, bool)], given: &Example) -> (usize, usize) {
    let domains: Vec<Vec<Value>> = (0..5)
        .map(|at| {
            let fixed = given.iter().find(|(c, _)| c.field == field(model, at));
            fixed.map_or_else(|| domain(at), |(_, v)| vec![v.clone()])
        })
        .collect();
    let (mut all, mut met) = (0, 0);
    let count: usize = domains.iter().map(Vec::len).product();
    for mut n in 0..count {
        let record: Vec<&Value> = domains
            .iter()
            .map(|d| {
                let value = &d[n % d.len()];
                n /= d.len();
                value
            })
            .collect();
        let cells = |c: Cell| Some(record[c.field.field.0 as usize].clone());
        let known = Known {
            model,
            input: None,
            cells: &cells,
        };
        all += 1;
        met += usize::from(
            goals
                .iter()
                .all(|(e, wanted)| known.holds(e) == Some(*wanted)),
        );
    }
    (all, met)
}

/// Whether what is given meets all goals, whatever the other fields are, without a look at their values.
fn decided_by(model: &Model, goals: &[(&Expr, bool)], given: &Example) -> bool {
    let cells = |c: Cell| given.iter().find(|(g, _)| *g == c).map(|(_, v)| v.clone());
    let known = Known {
        model,
        input: None,
        cells: &cells,
    };
    goals
        .iter()
        .all(|(e, wanted)| known.holds(e) == Some(*wanted))
}

#[test]
fn answers_agree_with_every_record() {
    let model = model();
    let mut random = Random(7);
    let (mut yes, mut no, mut unknown) = (0, 0, 0);
    for round in 0..600 {
        let functions = round % 3 == 2;
        let (a, b) = (
            condition(&model, &mut random, 3, functions),
            condition(&model, &mut random, 3, functions),
        );
        let goals = [(&a, true), (&b, false)];
        let (_, met) = records(&model, &goals, &Vec::new());
        match satisfy(&model, &[&a], &[&b]) {
            Answer::Yes(example) => {
                yes += 1;
                let (all, decided) = records(&model, &goals, &example);
                assert_eq!(
                    all, decided,
                    "{example:?} does not decide {a:?} and not {b:?}"
                );
                for left_out in 0..example.len() {
                    let mut fewer = example.clone();
                    fewer.remove(left_out);
                    let met = decided_by(&model, &goals, &fewer);
                    assert!(!met, "{example:?} says more than it needs to");
                }
            }
            Answer::No => {
                no += 1;
                assert_eq!(met, 0, "there is a record of {a:?} and not {b:?}");
            }
            Answer::Unknown => {
                unknown += 1;
                assert!(
                    functions,
                    "{a:?} and not {b:?} ask of fields and constants alone"
                );
            }
        }
    }
    assert!(
        yes > 100 && no > 50,
        "{yes} yes, {no} no, {unknown} unknown"
    );
}

#[test]
fn the_example_is_the_first_listed_and_the_shortest() {
    let model = model();
    let long = node(ExprKind::All(thin_vec![
        equals(Side::Left, field(&model, NAME), Value::text("a")),
        read(&model, HOT),
    ]));
    let short = not(equals(
        Side::Left,
        field(&model, COLOUR),
        Value::text("red"),
    ));
    let either = node(ExprKind::Any(thin_vec![long, short]));
    let Answer::Yes(example) = satisfy(&model, &[&either], &[]) else {
        panic!("there is a record");
    };
    // `white` is inactive and comes after all active values
    let cells: Vec<_> = example
        .iter()
        .map(|(c, v)| (c.field.field.0 as usize, v.clone()))
        .collect();
    assert_eq!(cells, [(COLOUR, Value::text("blue"))]);
}

#[test]
fn ranges_leave_no_gap_that_a_field_cannot_hold() {
    let model = model();
    let size = |c, n| compare(c, read(&model, SIZE), number(n));
    let above = size(Comparison::Greater, 1);
    let below = size(Comparison::Less, 2);
    assert!(
        disjoint(&model, &above, &below),
        "there is no whole number between 1 and 2"
    );
    assert!(implies(
        &model,
        &above,
        &filled(Side::Left, field(&model, SIZE))
    ));
    assert!(!disjoint(&model, &above, &size(Comparison::Less, 3)));
}

#[test]
fn what_cannot_be_decided_is_the_same_wherever_it_is_asked() {
    let model = model();
    let changed = node(ExprKind::Changed {
        side: Side::Left,
        field: field(&model, NAME),
    });
    let unchanged = not(changed.clone());
    assert!(disjoint(&model, &changed, &unchanged));
    assert_eq!(satisfy(&model, &[&changed], &[]), Answer::Unknown);
    let poisoned = Expr::unknown(Span::default());
    assert!(
        !disjoint(&model, &poisoned, &not(poisoned.clone())),
        "nothing is known of it"
    );
}

#[test]
fn a_function_is_tried_on_the_values_beside_it() {
    let model = model();
    let same = compare(
        Comparison::Equal,
        lower(read(&model, NAME)),
        Value::text("a"),
    );
    let Answer::Yes(example) = satisfy(&model, &[&same], &[]) else {
        panic!("`a` is `a` in lower case");
    };
    assert_eq!(
        example.first().map(|(_, v)| v.clone()),
        Some(Value::text("a"))
    );
}

#[test]
fn a_set_may_have_several_members() {
    let model = model();
    let tags = field(&model, TAGS);
    let has = |members: &[&str]| {
        let node = ExprKind::In {
            input: Box::new(super::read(Side::Left, tags)),
            list: members
                .iter()
                .map(|m| (Value::text(m), Span::default()))
                .collect(),
        };
        super::truth(node)
    };
    let is = |members: &[&str]| equals(Side::Left, tags, Value::set(members));
    assert!(!disjoint(&model, &has(&["a"]), &has(&["b"])));
    assert!(!disjoint(
        &model,
        &has(&["a"]),
        &super::truth(ExprKind::Not(Box::new(is(&["a"]))))
    ));
    assert!(disjoint(&model, &is(&["a"]), &has(&["b"])));
    assert!(implies(&model, &is(&["a", "b"]), &has(&["b", "c"])));
    assert!(!implies(&model, &has(&["a", "b"]), &has(&["b"])));
}
