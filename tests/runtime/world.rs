//! Two stores in memory, and a plan over them that uses most of the language.

use std::collections::BTreeMap;
use std::sync::Arc;

use accordant::plan::*;
use accordant::runtime::driver::{Stores, Wish, run};
use accordant::runtime::{
    Action, Archive, Cursor, Machine, ObjectId, Outcome, Page, Program, Record, Report, Settings,
    Shape, Write, compile,
};
use accordant::side::{Side, Sides};
use accordant::value::{Kind, Value, Wire, read_text, write_text};
use smol_str::SmolStr;

/// The records of all objects, and everything that was written to them.
#[derive(Clone, Debug)]
pub struct World {
    pub shapes: Vec<Shape>,
    pub objects: Vec<BTreeMap<SmolStr, Record>>,
    pub log: Vec<String>,
    pub now: i64,
    next: u32,
    /// Fields that are refused, by object key.
    pub refused: Vec<(&'static str, &'static str)>,
    /// Fields that are left silently as they are.
    pub ignored: Vec<(&'static str, &'static str)>,
    /// A write of this value spoils its whole batch.
    pub poison: Option<&'static str>,
}

impl World {
    pub fn new(program: &Program) -> Self {
        let shapes = program.shapes.clone();
        let objects = vec![BTreeMap::new(); shapes.len()];
        Self {
            shapes,
            objects,
            log: Vec::new(),
            now: 0,
            next: 0,
            refused: Vec::new(),
            ignored: Vec::new(),
            poison: None,
        }
    }

    pub fn object(&self, key: &str) -> usize {
        self.shapes
            .iter()
            .position(|s| format!("{}.{}", s.system, s.object) == key)
            .expect("object")
    }

    fn slot(&self, object: usize, field: &str) -> usize {
        self.shapes[object]
            .fields
            .iter()
            .position(|f| f.name == field)
            .expect("field")
    }

    /// A user makes or changes a record.
    pub fn set(&mut self, key: &str, id: &str, fields: &[(&str, &str)]) {
        let object = self.object(key);
        let width = self.shapes[object].fields.len();
        let values: Vec<(usize, Value)> = fields
            .iter()
            .map(|(f, text)| {
                let slot = self.slot(object, f);
                (
                    slot,
                    read_text(self.shapes[object].fields[slot].kind, text).expect("value"),
                )
            })
            .collect();
        let now = self.now;
        let record = self.objects[object]
            .entry(id.into())
            .or_insert_with(|| Record {
                id: id.into(),
                values: vec![Value::Blank; width].into(),
                created: Some(now),
                ..Record::default()
            });
        for (slot, value) in values {
            record.values[slot] = value;
        }
        record.modified = Some(now);
    }

    pub fn get(&self, key: &str, id: &str, field: &str) -> String {
        let object = self.object(key);
        let record = self.objects[object]
            .get(id)
            .unwrap_or_else(|| panic!("no {key} {id}"));
        write_text(&record.values[self.slot(object, field)])
    }

    pub fn delete(&mut self, key: &str, id: &str) {
        let object = self.object(key);
        self.objects[object].get_mut(id).expect("record").deleted = true;
    }

    pub fn ids(&self, key: &str) -> Vec<&str> {
        self.objects[self.object(key)]
            .values()
            .filter(|r| !r.deleted)
            .map(|r| r.id.as_str())
            .collect()
    }

    fn write_one(&mut self, object: usize, write: &Write) -> Outcome {
        let key = format!(
            "{}.{}",
            self.shapes[object].system, self.shapes[object].object
        );
        let names: Vec<(String, &Value)> = write
            .values
            .iter()
            .map(|(s, v)| {
                (
                    self.shapes[object].fields[usize::from(*s)].name.to_string(),
                    v,
                )
            })
            .collect();
        let shown: Vec<String> = names.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut entry = format!("{key} {:?} {}", write.action, shown.join(" "));
        for (name, _) in &names {
            if self.refused.iter().any(|(k, f)| *k == key && f == name) {
                entry.push_str(" refused");
                self.log.push(entry);
                return Outcome::Refused {
                    field: Some(name.as_str().into()),
                    reason: "a rule says no".into(),
                };
            }
        }
        self.log.push(entry);
        let (id, created, skip): (SmolStr, bool, &[u16]) = match &write.action {
            Action::Update(id) => (id.clone(), false, &[]),
            Action::Archive(id) | Action::Delete(id) => {
                return match self.objects[object].get_mut(id) {
                    Some(record) => {
                        record.deleted = true;
                        Outcome::Written {
                            id: id.clone(),
                            created: false,
                        }
                    }
                    None => Outcome::Gone,
                };
            }
            Action::Create => (self.fresh(), true, &[]),
            Action::Upsert { slot, on_create } => {
                let value = &write
                    .values
                    .iter()
                    .find(|(s, _)| s == slot)
                    .expect("key value")
                    .1;
                let met = self.objects[object]
                    .values()
                    .find(|r| !r.deleted && r.values[usize::from(*slot)] == *value);
                match met.map(|r| r.id.clone()) {
                    Some(id) => (id, false, on_create),
                    None => (self.fresh(), true, &[]),
                }
            }
        };
        let width = self.shapes[object].fields.len();
        let now = self.now;
        if !created && !self.objects[object].contains_key(&id) {
            return Outcome::Gone;
        }
        let ignored: Vec<usize> = self
            .ignored
            .iter()
            .filter(|(k, _)| *k == key)
            .map(|(_, f)| self.slot(object, f))
            .collect();
        let record = self.objects[object]
            .entry(id.clone())
            .or_insert_with(|| Record {
                id: id.clone(),
                values: vec![Value::Blank; width].into(),
                created: Some(now),
                ..Record::default()
            });
        for (slot, value) in &write.values {
            if !skip.contains(slot) && !ignored.contains(&usize::from(*slot)) {
                record.values[usize::from(*slot)] = value.clone();
            }
        }
        record.modified = Some(now);
        Outcome::Written { id, created }
    }

    fn fresh(&mut self) -> SmolStr {
        self.next += 1;
        format!("new{:04}", self.next).into()
    }
}

impl Stores for World {
    type Error = String;

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, String> {
        let start = from.map_or(0, |c| c.0 as usize);
        let all = &self.objects[usize::from(object.0)];
        let records: Vec<Record> = all.values().skip(start).take(limit).cloned().collect();
        let end = start + records.len();
        Ok(Page {
            records,
            next: (end < all.len()).then_some(Cursor(end as u64)),
            ..Page::default()
        })
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, String> {
        let page = self.scan(object, from, limit)?;
        Ok(Page {
            glances: page.records.iter().map(Record::glance).collect(),
            records: Vec::new(),
            ..page
        })
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, String> {
        Ok(ids
            .iter()
            .filter_map(|id| self.objects[usize::from(object.0)].get(id).cloned())
            .collect())
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, String> {
        let poisonous = |(_, value): &(u16, Value)| value.as_text() == self.poison;
        if self.poison.is_some() && writes.iter().any(|w| w.values.iter().any(poisonous)) {
            return Err("the batch holds what the interface cannot read".into());
        }
        Ok(writes
            .iter()
            .map(|w| self.write_one(usize::from(object.0), w))
            .collect())
    }

    fn refusal(&self, error: &String) -> Option<String> {
        Some(error.clone())
    }
}

pub fn field(side: Side, name: &str) -> Expr {
    Expr::Field {
        side,
        field: name.into(),
    }
}

pub fn lane() -> Lane {
    Lane {
        value: Expr::Input,
        failure: Fallback::Reject,
        blank: BlankPolicy::Keeps,
        timing: Timing::Always,
        default: None,
        enforce: false,
    }
}

pub fn row(left: &str, right: &str, to_right: Option<Lane>, to_left: Option<Lane>) -> Row {
    let cell = |side, name: &str| Cell {
        read: field(side, name),
        field: Some(name.into()),
    };
    Row {
        name: left.into(),
        origin: Origin::default(),
        digest: format!("{left}-{right}").into(),
        cells: Sides::new(cell(Side::Left, left), cell(Side::Right, right)),
        lanes: Sides::new(to_right, to_left),
        normal: None,
        authority: Some(Authority::Wins(Side::Right)),
        when: None,
        bound: 2,
    }
}

fn via(function: &str) -> Expr {
    Expr::Call {
        function: function.into(),
        arguments: vec![Expr::Input],
    }
}

fn mapped(map: &str, from: Side) -> Lane {
    Lane {
        value: Expr::Map {
            map: map.into(),
            from,
            input: Box::new(Expr::Input),
            within: None,
        },
        ..lane()
    }
}

fn through(sync: &str, from: Side) -> Lane {
    Lane {
        value: Expr::Linked {
            syncs: vec![sync.into()],
            from,
            input: Box::new(Expr::Input),
        },
        ..lane()
    }
}

fn object(system: &str, name: &str, fields: &[&str]) -> (SmolStr, Object) {
    let field = |name: &&str| {
        let field = Field {
            kind: Kind::Text,
            equality: Equality::default(),
            length: None,
            digits: None,
            whole: false,
            only: None,
            required: *name == "LastName",
            boxed: false,
            forward_only: None,
        };
        (SmolStr::new(*name), field)
    };
    let key = format!("{system}.{name}");
    let fields = fields.iter().map(field).collect();
    (
        key.into(),
        Object {
            modified: None,
            created: None,
            system: system.into(),
            name: name.into(),
            fields,
        },
    )
}

fn system(kind: &str, wire: Wire) -> System {
    System {
        kind: kind.into(),
        wire,
        id: "id".into(),
        deleted: Some("deleted".into()),
        modified: Some("modified".into()),
        created: Some("created".into()),
        merged_into: Some("merged_into".into()),
        converted_into: BTreeMap::new(),
        merged_from: None,
        converted: BTreeMap::new(),
        active: BTreeMap::new(),
    }
}

fn key(left: &str, right: &str) -> MatchKey {
    let sides = Sides::new(field(Side::Left, left), field(Side::Right, right));
    MatchKey {
        parts: vec![MatchPart { sides, fold: true }],
    }
}

pub fn sync(name: &str, left: &str, right: &str, keys: Vec<MatchKey>, rows: Vec<Row>) -> Sync {
    let mut write_set = Sides::new(vec![SmolStr::new("sf_id")], vec![SmolStr::new("Hub_Id")]);
    for row in &rows {
        for side in Side::BOTH {
            if let (Some(_), Some(field)) = (row.lanes.get(side), &row.cells.get(!side).field) {
                write_set.get_mut(!side).push(field.clone());
            }
        }
    }
    write_set.left.sort();
    write_set.right.sort();
    Sync {
        name: name.into(),
        origin: Origin::default(),
        objects: Sides::new(left.into(), right.into()),
        mode: Mode::Merge,
        writes_side: Sides::new(true, true),
        link_group: Sides::new(left.into(), right.into()),
        identity: Identity {
            admission: Sides::new(None, None),
            originates: Sides::new(true, true),
            active_while: Sides::new(None, None),
            leave: Leave::Continue,
            keys,
            many: Sides::new(
                Many::Hold,
                Many::First(vec![SortKey {
                    field: "created".into(),
                    order: Order::Ascending,
                }]),
            ),
            stamp: Sides::new(Some("sf_id".into()), Some("Hub_Id".into())),
            create: Sides::new(true, true),
            create_with: Sides::default(),
            delete: Sides::new(DeletePolicy::Keep, DeletePolicy::Archive),
            yields_to: Vec::new(),
            converts_to: None,
            after: Vec::new(),
        },
        rows,
        protected: Sides::default(),
        write_set,
    }
}

/// Companies and contacts of both systems.
pub fn plan() -> Plan {
    let company = sync(
        "Company",
        "hub.company",
        "sf.Account",
        vec![key("domain", "Website")],
        vec![
            row("name", "Name", Some(lane()), Some(lane())),
            row("domain", "Website", Some(lane()), Some(lane())),
        ],
    );
    let mut rows = vec![
        row(
            "email",
            "Email",
            Some(Lane {
                value: via("lower_trim"),
                ..lane()
            }),
            Some(Lane {
                value: via("lower_trim"),
                ..lane()
            }),
        ),
        row(
            "last",
            "LastName",
            Some(Lane {
                default: Some(Value::text("Unknown")),
                ..lane()
            }),
            Some(lane()),
        ),
        row("phone", "Phone", Some(lane()), Some(lane())),
        row(
            "title",
            "Title",
            Some(Lane {
                blank: BlankPolicy::Clears,
                ..lane()
            }),
            Some(lane()),
        ),
        row(
            "tier",
            "Tier",
            Some(mapped("Tier", Side::Left)),
            Some(mapped("Tier", Side::Right)),
        ),
        row(
            "source",
            "Source",
            Some(Lane {
                timing: Timing::OnCreate,
                ..lane()
            }),
            None,
        ),
        row("rating", "Rating", None, Some(lane())),
        row(
            "company",
            "AccountId",
            Some(through("Company", Side::Left)),
            Some(through("Company", Side::Right)),
        ),
    ];
    rows[0].normal = Some(via("lower_trim"));
    rows[2].authority = Some(Authority::LatestElse(Side::Right));
    rows[3].authority = Some(Authority::Ask);
    let mut contact = sync(
        "Contact",
        "hub.contact",
        "sf.Contact",
        vec![key("email", "Email")],
        rows,
    );
    contact.identity.after = vec![After {
        sync: "Company".into(),
        otherwise: Absent::Without,
    }];
    let tiers = [("gold", "Gold"), ("silver", "Silver"), ("trial", "Silver")];
    let map = ValueMap {
        origin: Origin::default(),
        forward: tiers
            .iter()
            .map(|(l, r)| (SmolStr::new(*l), Value::text(r)))
            .collect(),
        backward: tiers[..2]
            .iter()
            .map(|(l, r)| (SmolStr::new(*r), Value::text(l)))
            .collect(),
        otherwise: Sides::default(),
        within: false,
    };
    Plan {
        format: FORMAT,
        project: "test".into(),
        language: 1,
        hashes: Hashes::default(),
        systems: [
            ("hub".into(), system("jsonl", Wire::Strings)),
            ("sf".into(), system("jsonl", Wire::Typed)),
        ]
        .into(),
        objects: [
            object("hub", "company", &["name", "domain", "sf_id"]),
            object("sf", "Account", &["Name", "Website", "Hub_Id"]),
            object(
                "hub",
                "contact",
                &[
                    "email", "last", "phone", "title", "tier", "source", "rating", "company",
                    "sf_id",
                ],
            ),
            object(
                "sf",
                "Contact",
                &[
                    "Email",
                    "LastName",
                    "Phone",
                    "Title",
                    "Tier",
                    "Source",
                    "Rating",
                    "AccountId",
                    "Hub_Id",
                ],
            ),
        ]
        .into(),
        maps: [("Tier".into(), map)].into(),
        normalizers: BTreeMap::new(),
        syncs: vec![company, contact],
        lifecycles: Vec::new(),
        brakes: Brakes::default(),
        automations: Vec::new(),
        reacting: BTreeMap::new(),
        not_executed: Vec::new(),
        bound: BTreeMap::new(),
    }
}

/// A world, a program and an archive that run together.
pub struct Bench {
    pub program: Arc<Program>,
    pub world: World,
    archive: Option<Archive>,
    pub settings: Settings,
}

impl Bench {
    pub fn new(plan: &Plan) -> Self {
        let program = Arc::new(compile(plan).expect("compiles"));
        let world = World::new(&program);
        let archive = Some(Archive::memory().expect("archive"));
        Self {
            program,
            world,
            archive,
            settings: Settings {
                window: 3,
                tolerance: 0,
            },
        }
    }

    pub fn run(&mut self) -> Report {
        self.world.now += 60_000;
        let archive = self.archive.take().expect("archive");
        let mut machine = Machine::new(Arc::clone(&self.program), archive, self.settings);
        let now = self.world.now;
        run(&mut machine, &mut self.world, || now, |_| Wish::GoOn).expect("runs");
        let report = machine.report().clone();
        self.archive = Some(machine.into_archive().expect("archive"));
        self.world.now += 60_000;
        report
    }

    pub fn swap_archive(&mut self, archive: Archive) -> Archive {
        self.archive.replace(archive).expect("archive")
    }

    /// The state file is lost.
    pub fn forget(&mut self) {
        self.archive = Some(Archive::memory().expect("archive"));
    }

    pub fn archive(&self) -> &Archive {
        self.archive.as_ref().expect("archive")
    }

    /// What is held: sync, code, side, id, row.
    pub fn held(&self) -> Vec<String> {
        let held = self.archive().held().expect("held");
        held.iter()
            .map(|(sync, h)| {
                format!("{sync} {} {:?} {} {}", h.reason, h.side, h.id, h.field)
                    .trim()
                    .into()
            })
            .collect()
    }

    /// Runs once more and expects that nothing is written.
    pub fn expect_quiet(&mut self) {
        let before = self.world.log.len();
        self.run();
        assert_eq!(
            &self.world.log[before..],
            &[] as &[String],
            "a further run must write nothing"
        );
    }
}
