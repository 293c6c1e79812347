//! Picklist maps and normalisation tables.

use std::ops::Deref;

use smol_str::SmolStr;

use super::{Arrow, Fallback, FieldRef, MapId, NormalizeId};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::value::Value;
use crate::value::library::Folding;

/// `picklist NAME: left.field ARROW right.field { … }`.
#[derive(Clone, Debug)]
pub struct PicklistMap {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The whole declaration.
    pub span: Span,
    /// The closing brace.
    pub end: Span,
    /// Which directions it serves.
    pub arrow: Arrow,
    /// The fields whose values it maps; several where the header names alternatives.
    pub ends: Sides<MapEnd>,
    /// `within`: on what else its values depend.
    pub within: Option<Within>,
    /// The rows, in order.
    pub rows: Vec<MapRow>,
    /// `else`, by the side that the unmapped value comes from.
    pub otherwise: Sides<Option<Otherwise>>,
    /// Whether it belongs to the standard library, where no row is the user's mistake.
    pub standard: bool,
    /// It [pairs](Self::pairs) its values, as most maps do: what is wrong with rows that share a value need not be looked for.
    pub bijective: bool,
}

/// `within NAME`: the values of a map depend on that of another row of the sync that applies it.
#[derive(Clone, Debug)]
pub struct Within {
    /// As written.
    pub name: Spanned<SmolStr>,
    /// By what the other row is found.
    pub by: Controller,
}

/// What tells the row with the controlling values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// It applies this map.
    Map(MapId),
    /// It applies this table.
    Table(NormalizeId),
    /// It has a field of the name, as it may where no row applies the map or table.
    Field,
    /// The name is unknown, or leads back to the map, and that is reported.
    Unknown,
}

/// One end of a map.
#[derive(Clone, Debug)]
pub struct MapEnd {
    /// Where it is written.
    pub span: Span,
    /// The fields; empty where the name is unknown.
    pub fields: Vec<FieldRef>,
}

/// A row: values that mean the same.
#[derive(Clone, Debug)]
pub struct MapRow {
    /// The whole row.
    pub span: Span,
    /// Its arrow.
    pub arrow: Arrow,
    /// The values of each side. Against the arrow the first one is written.
    pub values: Sides<MapValues>,
    /// The controlling value of the block that it stands in.
    pub within: Option<Box<Sides<MapValue>>>,
}

/// The values of one end of a row, in order: there are many rows, and nearly all have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapValues {
    /// One.
    One(MapValue),
    /// Several, or none where `else` or a word stands.
    Several(Vec<MapValue>),
}

impl Deref for MapValues {
    type Target = [MapValue];

    fn deref(&self) -> &[MapValue] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

impl FromIterator<MapValue> for MapValues {
    fn from_iter<I: IntoIterator<Item = MapValue>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (Some(one), None) => Self::One(one),
            (first, second) => {
                Self::Several(first.into_iter().chain(second).chain(values).collect())
            }
        }
    }
}

impl<'a> IntoIterator for &'a MapValues {
    type Item = &'a MapValue;
    type IntoIter = std::slice::Iter<'a, MapValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A value as written in a map, a table or an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapValue {
    /// The value.
    pub value: SmolStr,
    /// Where it is written.
    pub span: Span,
}

/// Whether and how a picklist value stands in a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalogued {
    /// There, active and visible.
    Active,
    /// There, but inactive or hidden.
    Inactive,
    /// There is only a value of another case.
    OtherCase,
    /// It is the label of a value.
    Label,
    /// Not there.
    Unknown,
    /// Nothing can be said: the field has no list of values, or they live elsewhere.
    Unlisted,
}

/// `else -> …`.
#[derive(Clone, Debug)]
pub struct Otherwise {
    /// Where it is written.
    pub span: Span,
    /// What an unmapped value becomes.
    pub fallback: Fallback,
}

impl PicklistMap {
    /// Whether it pairs each of its values with one of the other side, both ways, and says nothing of others: what goes
    /// there comes back as it was.
    pub fn pairs(&self) -> bool {
        let pairs = self.rows.iter().all(|r| {
            let one = |side| r.values.get(side).len() == 1;
            r.arrow == Arrow::Both && r.within.is_none() && one(Side::Left) && one(Side::Right)
        });
        let distinct = |side| {
            let values = self.rows.iter().flat_map(|r| r.values.get(side));
            let mut values: Vec<&str> = values.map(|v| v.value.as_str()).collect();
            values.sort_unstable();
            values
                .windows(2)
                .all(|two| !matches!(two, [a, b] if a == b))
        };
        let silent = self.otherwise.left.is_none() && self.otherwise.right.is_none();
        pairs && silent && distinct(Side::Left) && distinct(Side::Right)
    }

    /// What a value that comes from a side becomes by the rows alone; none where no row takes it.
    ///
    /// With the arrow every listed value goes to the first one of the other side.
    pub fn image(&self, from: Side, value: &str) -> Option<&MapValue> {
        self.image_near(from, value, 0)
    }

    /// The same, looked for in the row of this position first: most maps have the order of the lists that they are about.
    pub fn image_near(&self, from: Side, value: &str, near: usize) -> Option<&MapValue> {
        let takes = |r: &&MapRow| {
            r.arrow.goes_from(from) && r.values.get(from).iter().any(|v| v.value == value)
        };
        // of several rows that take a value the first one counts
        let near = self.rows.get(near).filter(|_| self.bijective);
        let row = near.filter(takes).or_else(|| self.rows.iter().find(takes));
        row.and_then(|r| r.values.get(!from).first())
    }

    /// What a value that comes from a side becomes, `else` included; none where it is rejected.
    pub fn apply(&self, from: Side, value: &str) -> Option<Value> {
        if let Some(image) = self.image(from, value) {
            return Some(Value::text(&image.value));
        }
        match &self.otherwise.get(from).as_ref()?.fallback {
            Fallback::Reject => None,
            Fallback::Keep => Some(Value::text(value)),
            Fallback::Blank => Some(Value::Blank),
            Fallback::Value(v) => Some(v.clone()),
        }
    }
}

/// `normalize NAME: text, ignoring … { … }`.
#[derive(Clone, Debug)]
pub struct NormalizeTable {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The whole declaration.
    pub span: Span,
    /// Case does not count.
    pub ignore_case: Option<Span>,
    /// Punctuation and white space do not count.
    pub ignore_punctuation: Option<Span>,
    /// Accents do not count.
    pub ignore_accents: Option<Span>,
    /// The rows.
    pub rows: Vec<NormalizeRow>,
    /// `else`: keep where nothing is said.
    pub otherwise: Option<Otherwise>,
    /// Whether it belongs to the standard library.
    pub standard: bool,
}

/// Variants and their one spelling.
#[derive(Clone, Debug)]
pub struct NormalizeRow {
    /// The whole row.
    pub span: Span,
    /// The variants.
    pub variants: Vec<MapValue>,
    /// The spelling.
    pub output: MapValue,
}

/// A value that stands beside a field somewhere in the spec: in a filter, a constant row, a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueUse {
    /// The field.
    pub field: FieldRef,
    /// The value.
    pub value: MapValue,
    /// Whether the value is written to the field, or only compared with it.
    pub role: Role,
}

/// What becomes of a value beside a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is compared.
    Compared,
    /// It is written.
    Written,
}

impl NormalizeTable {
    /// The spelling of a text, `else` included; none where it is rejected.
    pub fn apply(&self, text: &str) -> Option<Value> {
        let folding = self.folding();
        let folded = folding.fold(text);
        let is = |v: &MapValue| folding.fold(&v.value) == folded;
        let row = self.rows.iter().find(|r| is(&r.output));
        let row = row.or_else(|| self.rows.iter().find(|r| r.variants.iter().any(is)));
        if let Some(row) = row {
            return Some(Value::text(&row.output.value));
        }
        match self.otherwise.as_ref().map(|o| &o.fallback) {
            None | Some(Fallback::Keep) => Some(Value::text(text)),
            Some(Fallback::Blank) => Some(Value::Blank),
            Some(Fallback::Value(v)) => Some(v.clone()),
            Some(Fallback::Reject) => None,
        }
    }

    /// What does not count in this table.
    pub const fn folding(&self) -> Folding {
        Folding {
            case: self.ignore_case.is_some(),
            punctuation: self.ignore_punctuation.is_some(),
            accents: self.ignore_accents.is_some(),
        }
    }

    /// A text without what makes no difference in this table: two texts of one form are one variant.
    pub fn fold(&self, text: &str) -> String {
        self.folding().fold(text)
    }
}

impl MapRow {
    /// The controlling value of the block that it stands in.
    pub fn key(&self, from: Side) -> Option<&str> {
        self.within.as_ref().map(|w| w.get(from).value.as_str())
    }
}
