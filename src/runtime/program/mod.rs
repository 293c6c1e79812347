//! The program: a plan compiled for execution. A [`Plan`](crate::plan::Plan) comes in, names go; what comes out are slots,
//! tables and function pointers. Whatever the plan's own promises forbid (a write outside the write set, a write to a
//! protected field) is refused here once more.

mod automation;
mod compile;
mod equality;
mod eval;
mod lifecycle;
mod members;

pub use automation::{Automation, Effect, Reached, automations};
pub use compile::compile;
pub use equality::{alike, canonical, vanishes};
pub use eval::{Answer, Failed, Links, Node, Related, Scene, Source};
pub use lifecycle::{Found, Lifecycle, StageColumn, StageMade, StageMove, Way};
pub use members::Member;

use std::borrow::Cow;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::plan::{
    Authority, BlankPolicy, Brakes, Equality, Fallback, Field, Leave, Mode, NotExecuted, Order,
    Origin, Timing,
};
use crate::runtime::fingerprint::DeclaredSet;
use crate::runtime::{ObjectId, Reason, Record, Shape};
use crate::side::{Side, Sides};
use crate::value::{Kind, Value};

/// A plan ready to be executed.
#[derive(Debug)]
pub struct Program {
    /// The project's name.
    pub project: SmolStr,
    /// The hash of the plan.
    pub hash: String,
    /// Another number where anything is different that decides what a pair of records asks for: the plan, or the names of the
    /// environment that it was bound to.
    pub edition: u64,
    /// The objects; an [`ObjectId`] is a position in this list.
    pub shapes: Vec<Shape>,
    /// The syncs in the order of execution.
    pub syncs: Vec<Sync>,
    /// The lifecycles that are executed after them.
    pub lifecycles: Vec<Lifecycle>,
    /// When a run must stop.
    pub brakes: Brakes,
    /// What is declared and not executed.
    pub not_executed: Vec<NotExecuted>,
}

impl Program {
    /// The syncs whose converted records become records of this one.
    pub fn converting_into(&self, sync: usize) -> impl Iterator<Item = (usize, &Sync)> {
        self.syncs.iter().enumerate().filter(move |(_, s)| {
            s.converts
                .is_some_and(|c| usize::from(c.sync) == sync && s.mode != Mode::AppendOnly)
        })
    }

    /// The keys of those syncs, each with the position of its sync and its own: they are compared after the sync's.
    pub fn converted_keys(&self, sync: usize) -> impl Iterator<Item = (usize, usize, &[KeyPart])> {
        self.converting_into(sync).flat_map(|(at, s)| {
            let keys = s.keys.iter().enumerate();
            keys.map(move |(key, parts)| (at, key, parts.as_slice()))
        })
    }

    /// The key of an object as the plan names it: `hubspot.contact`.
    pub fn object_name(&self, object: ObjectId) -> String {
        self.shapes
            .get(usize::from(object.0))
            .map_or_else(String::new, |s| format!("{}.{}", s.system, s.object))
    }
}

/// A compiled sync.
#[derive(Debug)]
pub struct Sync {
    /// The declared name.
    pub name: SmolStr,
    /// The objects of the pair.
    pub objects: Sides<ObjectId>,
    /// What is done with the pair.
    pub mode: Mode,
    /// The names under which links are unique.
    pub group: Sides<SmolStr>,
    /// What a side's record must satisfy to be matched or created from.
    pub admission: Sides<Option<Node>>,
    /// Whether records of a side start matches and creates.
    pub originates: Sides<bool>,
    /// Pairs rest while this does not hold.
    pub active_while: Sides<Option<Node>>,
    /// What happens to a linked pair that is no longer admitted.
    pub leave: Leave,
    /// Match keys in order; the keys of both sides' records.
    pub keys: Vec<Vec<KeyPart>>,
    /// The total order of a side, or none: hold.
    pub many: Sides<Option<Vec<(Source, Order)>>>,
    /// The stamps.
    pub stamp: Sides<Option<Stamp>>,
    /// Whether records are created on a side.
    pub create: Sides<bool>,
    /// Values set on every create.
    pub create_with: Sides<Vec<(u16, Value)>>,
    /// What a record that is made on a side shows of its source's stage.
    pub stages_made: Sides<Vec<StageMade>>,
    /// What a delete on the other side does on a side.
    pub delete: Sides<Deletion>,
    /// Syncs that yield to this one: their records may join it.
    pub joiners: Vec<u16>,
    /// The sync that a converted record's link follows to.
    pub converts: Option<Conversion>,
    /// The member in which a side's records list those that were merged into them.
    pub swallowed: Sides<Option<Source>>,
    /// Syncs waited for, beyond their order.
    pub after: Vec<(u16, Wait)>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Slots that a row writes and another one reads: after such a write a pair is merged once more.
    pub echoes: Sides<Vec<u16>>,
    /// The only slots that are ever written.
    pub write_set: Sides<Vec<u16>>,
    /// Those of them that are written in creates and never again.
    pub write_once: Sides<Vec<u16>>,
    /// Slots without which a create is refused.
    pub required: Sides<Vec<u16>>,
    /// Slots whose writes may be ignored silently, and are read back.
    pub read_back: Sides<Vec<u16>>,
    /// References whose records expressions read.
    pub related: Vec<(Side, Source, ObjectId)>,
    /// What they read there.
    pub along: Vec<(ObjectId, u16)>,
    /// Those of them that tell in a sweep who is admitted, and by which keys.
    pub met_related: Vec<(Side, Source, ObjectId)>,
    /// The syncs through whose links its rows go, each once.
    pub through: Vec<u16>,
    /// Whether an expression asks what changed.
    pub asks_changed: bool,
}

impl Sync {
    /// Whether another row reads what a row writes to this slot.
    pub fn echoes(&self, side: Side, slot: u16) -> bool {
        self.echoes.get(side).binary_search(&slot).is_ok()
    }
}

/// One part of a match key.
#[derive(Debug)]
pub struct KeyPart {
    /// What is compared.
    pub sides: Sides<Node>,
    /// Case and surrounding blanks do not count.
    pub fold: bool,
}

/// The field that holds the other side's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its slot.
    pub slot: u16,
    /// When two of its values are one.
    pub equality: Equality,
    /// Whether we may write it.
    pub write: StampWrite,
}

/// When a stamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampWrite {
    /// It is only read.
    Never,
    /// In creates only.
    OnCreate,
    /// In creates and in linking.
    Always,
}

/// What a delete on the other side does; a flag's slot is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The link stays with a tombstone.
    Keep,
    /// The link is given up.
    Unlink,
    /// The record is archived.
    Archive,
    /// The field is set to true.
    Flag(u16),
    /// The record is deleted.
    Propagate,
}

/// What happens to a record whose parent will never come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It waits.
    Wait,
    /// It goes without.
    Without,
    /// Another sync takes it.
    As(u16),
}

/// Where the links of converted records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The sync.
    pub sync: u16,
    /// The member of the converted record that names what it became.
    pub source: Source,
}

/// A compiled row.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub name: SmolStr,
    /// Where it is written.
    pub origin: Origin,
    /// Changes whenever the row does.
    pub digest: SmolStr,
    /// The cells.
    pub cells: Sides<Cell>,
    /// The lane that starts at each side.
    pub lanes: Sides<Option<Lane>>,
    /// The normal form of a two-way row.
    pub normal: Option<Node>,
    /// Who wins.
    pub authority: Authority,
    /// The row writes only where this holds.
    pub when: Option<Node>,
    /// Rounds after which it is quiet.
    pub bound: u32,
    /// The syncs whose links it goes through.
    pub through: Vec<u16>,
}

/// A compiled cell.
#[derive(Debug)]
pub struct Cell {
    /// How it is read.
    pub read: Node,
    /// The slot that is written.
    pub slot: Option<u16>,
    /// When two of its values are equal.
    pub equality: Equality,
    /// The longest text that it takes.
    pub length: Option<u32>,
    /// The most digits before the decimal point that it takes.
    pub digits: Option<u8>,
    /// It takes no decimal places.
    pub whole: bool,
    /// The only values that it takes.
    pub only: Option<DeclaredSet<SmolStr>>,
    /// The kind that it takes.
    pub kind: Option<Kind>,
    /// A box, which is never blank.
    pub boxed: bool,
}

impl Cell {
    /// A cell that is read like this, and whose field, if it is one, the plan knows.
    fn of(read: Node, slot: Option<u16>, field: Option<&Field>) -> Self {
        Self {
            read,
            slot,
            equality: field.map(|f| f.equality).unwrap_or_default(),
            length: field.and_then(|f| f.length),
            digits: field.and_then(|f| f.digits),
            whole: field.is_some_and(|f| f.whole),
            only: field.and_then(|f| Some(f.only.as_ref()?.iter().cloned().collect())),
            kind: field.map(|f| f.kind),
            boxed: field.is_some_and(|f| f.boxed),
        }
    }

    /// What it holds once it is cleared.
    pub const fn cleared(&self) -> Value {
        match self.boxed {
            true => Value::Bool(false),
            false => Value::Blank,
        }
    }

    /// Refuses a value that the field would not take.
    #[inline]
    pub fn fits(&self, value: &Value) -> Result<(), Box<Failed>> {
        let fit = match value {
            Value::Blank => true,
            Value::Text(text) => {
                self.kind.is_none_or(|k| k == Kind::Text) && self.lists(text) && self.is_short(text)
            }
            Value::Set(items) => {
                self.kind.is_none_or(|k| k == Kind::Set) && items.iter().all(|i| self.lists(i))
            }
            Value::Number(number) => {
                self.kind.is_none_or(|k| k == Kind::Number) && self.holds(*number)
            }
            other => self.kind.is_none_or(|k| other.kind() == Some(k)),
        };
        if fit { Ok(()) } else { Err(self.misfit(value)) }
    }

    fn lists(&self, text: &SmolStr) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(text))
    }

    fn is_short(&self, text: &str) -> bool {
        self.length
            .is_none_or(|n| text.len() <= n as usize || text.chars().count() <= n as usize)
    }

    fn holds(&self, number: Decimal) -> bool {
        let whole = number.trunc();
        let most = self.digits.and_then(|n| 10_i128.checked_pow(n.into()));
        (!self.whole || whole == number) && most.is_none_or(|most| whole.mantissa().abs() < most)
    }

    /// Why the field does not take a value.
    #[cold]
    fn misfit(&self, value: &Value) -> Box<Failed> {
        if let (Some(kind), Some(found)) = (self.kind, value.kind())
            && kind != found
        {
            let text = format!("`{value}` is not {}", kind.phrase());
            return Failed::new(Reason::NotConvertible, text);
        }
        if let Value::Number(number) = value {
            let text = match self.digits {
                _ if self.whole && !number.is_integer() => "whole numbers alone".to_owned(),
                digits => format!("{} digits before the point", digits.unwrap_or_default()),
            };
            let text = format!("the field takes {text}, and the number is `{number}`");
            return Failed::new(Reason::ValueRejected, text);
        }
        let unlisted = value.members().into_iter().find(|text| !self.lists(text));
        let text = match unlisted {
            Some(text) => format!("`{text}` is none of the field's values"),
            None => {
                let length = value.as_text().unwrap_or_default().chars().count();
                let limit = self.length.unwrap_or_default();
                format!("the text has {length} characters, and the field takes {limit}")
            }
        };
        Failed::new(Reason::ValueRejected, text)
    }
}

/// A compiled direction.
#[derive(Debug)]
pub struct Lane {
    /// The value for the target.
    pub value: Node,
    /// What happens where that fails.
    pub failure: Fallback,
    /// What a blank does.
    pub blank: BlankPolicy,
    /// When it may write.
    pub timing: Timing,
    /// Stands in for a blank.
    pub default: Option<Value>,
    /// Drift is undone.
    pub enforce: bool,
    /// Whether its target takes whatever it may make: then nobody need look.
    pub fits: bool,
}

impl Lane {
    /// What it makes of a value that is not blank.
    #[inline]
    pub(crate) fn image<'v>(&'v self, scene: &Scene<'v>, value: &'v Value) -> Answer<'v> {
        match self.value.eval(scene, value) {
            Ok(image) => Ok(image),
            Err(failed) => match &self.failure {
                Fallback::Reject => Err(failed),
                Fallback::Keep => Ok(Cow::Borrowed(value)),
                Fallback::Blank => Ok(Cow::Owned(Value::Blank)),
                Fallback::Value(other) => Ok(Cow::Borrowed(other)),
            },
        }
    }
}

impl Row {
    /// Whether two values of a side are one: stored alike by the platform, or of one normal form.
    pub fn same(&self, scene: &Scene<'_>, side: Side, x: &Value, y: &Value) -> bool {
        let equality = &self.cells.get(side).equality;
        alike(equality, x, y)
            || self.normal.is_some()
                && alike(equality, &self.normal(scene, x), &self.normal(scene, y))
    }

    /// The normal form of a value; the value itself where the row has none, or none for it.
    fn normal<'v>(&'v self, scene: &Scene<'v>, value: &'v Value) -> Cow<'v, Value> {
        match &self.normal {
            Some(normal) => normal.eval(scene, value).unwrap_or(Cow::Borrowed(value)),
            None => Cow::Borrowed(value),
        }
    }

    /// Whether a value counts as nothing on a side.
    #[inline]
    pub fn blank(&self, scene: &Scene<'_>, side: Side, value: &Value) -> bool {
        let cell = self.cells.get(side);
        vanishes(&cell.equality, value)
            || self.normal.is_some() && self.same(scene, side, value, &Value::Blank)
    }

    /// Whether a value reads as nothing on a side: it is blank, or the default that stood in for a blank.
    #[inline]
    pub fn reads_blank(&self, scene: &Scene<'_>, side: Side, value: &Value) -> bool {
        let default = self
            .lanes
            .get(!side)
            .as_ref()
            .and_then(|l| l.default.as_ref());
        self.blank(scene, side, value) || default.is_some_and(|d| self.same(scene, side, value, d))
    }

    /// The value that a lane makes of a source value, before defaults: blank of a blank.
    pub fn image<'v>(&'v self, scene: &Scene<'v>, from: Side, value: &'v Value) -> Answer<'v> {
        match self.lanes.get(from) {
            Some(lane) if !self.blank(scene, from, value) => lane.image(scene, value),
            _ => Ok(Cow::Owned(Value::Blank)),
        }
    }

    /// Refuses a value that the target would not take.
    pub fn fits(&self, target: Side, value: &Value) -> Result<(), Box<Failed>> {
        self.cells.get(target).fits(value)
    }

    /// Whether a record was made without this row's field, which nothing fills later: its cause still stands.
    pub fn went_without(&self, scene: &Scene<'_>, records: Sides<&Record>) -> bool {
        Side::BOTH.into_iter().any(|from| {
            let lane = self.lanes.get(from).as_ref();
            let target = self.cells.get(!from).slot;
            let now = target.and_then(|s| records.get(!from).values.get(usize::from(s)));
            lane.is_some_and(|l| l.timing == Timing::OnCreate)
                && now.is_some_and(Value::is_blank)
                && self.fails(scene, from)
        })
    }

    /// Whether the row's value for a create from this side cannot be made.
    pub fn fails(&self, scene: &Scene<'_>, from: Side) -> bool {
        let blank = Value::Blank;
        let source = self.cells.get(from).read.eval(scene, &blank);
        source.map_or(true, |value| {
            self.lanes.get(from).is_some()
                && crate::runtime::merge::compose(self, from, &value, scene).is_err()
        })
    }

    /// Whether the row is only about creates: then it has no shadow and no drift.
    pub fn only_on_create(&self) -> bool {
        Side::BOTH.iter().all(|s| {
            self.lanes
                .get(*s)
                .as_ref()
                .is_none_or(|l| l.timing == Timing::OnCreate)
        })
    }

    /// The lane that starts at a side, where it may write outside a create.
    pub fn active(&self, from: Side) -> Option<&Lane> {
        self.lanes
            .get(from)
            .as_ref()
            .filter(|l| l.timing != Timing::OnCreate)
    }
}
