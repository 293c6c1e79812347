//! Compiled expressions and their evaluation: slots and tables instead of names, functions as pointers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::plan::{Comparison, Fallback, Operation};
use crate::runtime::fingerprint::DeclaredMap;
use crate::runtime::{ObjectId, Reason, Record};
use crate::side::{Side, Sides};
use crate::value::library::{Folding, Function};
use crate::value::{Kind, Value, write_text};

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The outcome that this is.
    pub reason: Reason,
    /// In words.
    pub text: String,
}

impl Failed {
    pub(crate) fn new(reason: Reason, text: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            reason,
            text: text.into(),
        })
    }
}

/// The result of an expression.
pub type Answer<'v> = Result<Cow<'v, Value>, Box<Failed>>;

/// Where a member of a record is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a slot; a value of another kind could not be read.
    Slot(u16, Kind),
    /// Its id.
    Id,
    /// The instant of its creation.
    Created,
    /// The instant of its last change.
    Modified,
}

impl Source {
    /// The value of this member; fails where the store could not read it as its kind.
    #[inline]
    pub fn read(self, record: &Record) -> Answer<'_> {
        let instant = |t: Option<i64>| Ok(Cow::Owned(t.map_or(Value::Blank, Value::DateTime)));
        match self {
            Self::Slot(slot, kind) => match record.values.get(usize::from(slot)) {
                None => Ok(Cow::Owned(Value::Blank)),
                Some(value) if value.kind().is_none_or(|k| k == kind) => Ok(Cow::Borrowed(value)),
                Some(value) => Err(Failed::new(
                    Reason::NotConvertible,
                    format!("`{value}` is not {}", kind.phrase()),
                )),
            },
            Self::Id => Ok(Cow::Owned(Value::Text(record.id.clone()))),
            Self::Created => instant(record.created),
            Self::Modified => instant(record.modified),
        }
    }
}

/// One direction of a picklist map.
#[derive(Debug)]
pub struct Table {
    /// Its declared name.
    pub name: SmolStr,
    /// By the exact text of the value; a controlling value before it is trimmed and in lower case, however it is spelled.
    pub exact: DeclaredMap<SmolStr, Value>,
    /// By the text trimmed and in lower case, where that names one row.
    pub folded: DeclaredMap<String, Value>,
    /// What a value in no row becomes.
    pub otherwise: Fallback,
}

/// A normalisation table.
#[derive(Debug)]
pub struct Spellings {
    /// Its declared name.
    pub name: SmolStr,
    /// What does not count in looking a variant up.
    pub folding: Folding,
    /// From a folded variant to its spelling.
    pub table: DeclaredMap<String, SmolStr>,
    /// What a text in no row becomes.
    pub otherwise: Fallback,
}

/// Whether a table is asked again with the text folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The text as it is.
    Exact,
    /// Where that is in no row: trimmed, in lower case, as the source's platform compares it.
    Folded,
}

/// A compiled expression.
#[derive(Debug)]
pub enum Node {
    /// The value that passes through the row.
    Input,
    /// A constant.
    Const(Value),
    /// A member of the record on a side.
    Field(Side, Source),
    /// A field of the record that a reference names.
    Related {
        /// The side of the record that holds the reference.
        side: Side,
        /// The reference.
        reference: Source,
        /// The object referred to.
        object: ObjectId,
        /// What is read there.
        source: Source,
    },
    /// A function.
    Call(&'static Function, Box<[Node]>),
    /// A map, on a value or (`each`) on every member of a set.
    Map {
        /// The table.
        table: Arc<Table>,
        /// How it is asked.
        lookup: Lookup,
        /// The value.
        input: Box<Node>,
        /// The controlling value.
        within: Option<Box<Node>>,
        /// What it is applied to.
        each: Members,
    },
    /// A normalisation table.
    Normalize {
        /// The table.
        table: Arc<Spellings>,
        /// The text.
        input: Box<Node>,
    },
    /// The counterpart of a record.
    Linked {
        /// The syncs whose links are asked.
        syncs: Box<[u16]>,
        /// The side that the id comes from.
        from: Side,
        /// The id.
        input: Box<Node>,
    },
    /// The first that does not fail.
    Otherwise(Box<Node>, Box<Node>),
    /// Not.
    Not(Box<Node>),
    /// All hold.
    All(Box<[Node]>),
    /// One holds.
    Any(Box<[Node]>),
    /// Two values compared.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// One of a sorted list.
    In(Box<Node>, Box<[Value]>),
    /// Not blank.
    IsSet(Box<Node>),
    /// One of these rows changed on the side since its shadow.
    Changed(Side, Box<[u16]>),
    /// Arithmetic.
    Arithmetic(Operation, Box<Node>, Box<Node>),
    /// One of two.
    If(Box<Node>, Box<Node>, Box<Node>),
}

/// What a map is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// The value as a whole.
    Whole,
    /// Each member of a set.
    Each,
}

/// Who knows links.
pub trait Links {
    /// The id that a record of the side is linked with in one of these syncs, the first that has one.
    fn linked(&self, syncs: &[u16], from: Side, id: &str) -> Option<SmolStr>;
}

/// Records that references name, read beforehand.
pub type Related = HashMap<(ObjectId, SmolStr), Record>;

/// All that an expression may see.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The records of the pair, as far as they are there.
    pub records: Sides<Option<&'a Record>>,
    /// Per row, which cells changed since the shadow; empty where no expression asks.
    pub changed: &'a [Sides<bool>],
    /// The links.
    pub links: &'a dyn Links,
    /// The records that references name.
    pub related: &'a Related,
}

impl Node {
    /// Evaluates the expression. Most are leaves, for which nobody is called.
    #[inline]
    pub fn eval<'v>(&'v self, scene: &Scene<'v>, input: &'v Value) -> Answer<'v> {
        match self {
            Self::Input => Ok(Cow::Borrowed(input)),
            Self::Const(value) => Ok(Cow::Borrowed(value)),
            Self::Field(side, source) => match *scene.records.get(*side) {
                Some(record) => source.read(record),
                None => Ok(Cow::Owned(Value::Blank)),
            },
            branch => branch.compute(scene, input),
        }
    }

    fn compute<'v>(&'v self, scene: &Scene<'v>, input: &'v Value) -> Answer<'v> {
        let truth = |b: bool| Ok(Cow::Owned(Value::Bool(b)));
        match self {
            Self::Input | Self::Const(_) | Self::Field(..) => self.eval(scene, input),
            Self::Related {
                side,
                reference,
                object,
                source,
            } => related(scene, *side, *reference, *object, *source),
            Self::Call(function, arguments) => call(function, arguments, scene, input),
            Self::Map {
                table,
                lookup,
                input: inner,
                within,
                each,
            } => {
                let value = inner.eval(scene, input)?;
                let within = within.as_ref().map(|w| w.eval(scene, input)).transpose()?;
                map(table, *lookup, value, within.as_deref(), *each)
            }
            Self::Normalize {
                table,
                input: inner,
            } => normalize(table, inner.eval(scene, input)?),
            Self::Linked {
                syncs,
                from,
                input: inner,
            } => {
                let value = inner.eval(scene, input)?;
                if value.is_blank() {
                    return Ok(value);
                }
                let id = write_text(&value);
                match scene.links.linked(syncs, *from, &id) {
                    Some(other) => Ok(Cow::Owned(Value::Text(other))),
                    None => Err(Failed::new(
                        Reason::Unlinked,
                        format!("`{id}` is linked with no record"),
                    )),
                }
            }
            Self::Otherwise(first, second) => first
                .eval(scene, input)
                .or_else(|_| second.eval(scene, input)),
            Self::Not(inner) => truth(!inner.holds(scene, input)?),
            Self::All(parts) => {
                for part in parts {
                    if !part.holds(scene, input)? {
                        return truth(false);
                    }
                }
                truth(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds(scene, input)? {
                        return truth(true);
                    }
                }
                truth(false)
            }
            Self::Compare(comparison, left, right) => {
                truth(comparison.holds(&*left.eval(scene, input)?, &*right.eval(scene, input)?))
            }
            Self::In(inner, list) => {
                let value = inner.eval(scene, input)?;
                truth(value.is_among(|v| list.binary_search(v).is_ok()))
            }
            Self::IsSet(inner) => truth(!inner.eval(scene, input)?.is_blank()),
            Self::Changed(side, rows) => {
                let changed = |row: &u16| {
                    scene
                        .changed
                        .get(usize::from(*row))
                        .is_some_and(|c| *c.get(*side))
                };
                truth(rows.iter().any(changed))
            }
            Self::Arithmetic(operation, left, right) => arithmetic(
                *operation,
                &*left.eval(scene, input)?,
                &*right.eval(scene, input)?,
            ),
            Self::If(condition, then, otherwise) => {
                if condition.holds(scene, input)? {
                    then.eval(scene, input)
                } else {
                    otherwise.eval(scene, input)
                }
            }
        }
    }

    /// Whether all that the expression may come to is known, and like this. Blanks count as if they were.
    pub(super) fn makes_only(&self, like_this: impl Fn(&Value) -> bool) -> bool {
        match self {
            Self::Const(value) => like_this(value),
            Self::Map {
                table,
                each: Members::Whole,
                ..
            } => {
                let mut images = table.exact.values().chain(table.folded.values());
                table.otherwise.gives_only(&like_this) && images.all(like_this)
            }
            _ => false,
        }
    }

    /// Whether a condition holds; a blank does not.
    pub fn holds(&self, scene: &Scene<'_>, input: &Value) -> Result<bool, Box<Failed>> {
        // The borrow ends here, so the short lifetimes of scene and input do for both.
        Ok(*self.eval(scene, input)? == Value::Bool(true))
    }
}

fn related<'v>(
    scene: &Scene<'v>,
    side: Side,
    reference: Source,
    object: ObjectId,
    source: Source,
) -> Answer<'v> {
    let Some(record) = *scene.records.get(side) else {
        return Ok(Cow::Owned(Value::Blank));
    };
    let id = reference.read(record)?;
    if id.is_blank() {
        return Ok(Cow::Owned(Value::Blank));
    }
    match scene.related.get(&(object, SmolStr::new(write_text(&id)))) {
        Some(record) => source.read(record),
        None => Ok(Cow::Owned(Value::Blank)),
    }
}

fn call<'v>(
    function: &Function,
    arguments: &'v [Node],
    scene: &Scene<'v>,
    input: &'v Value,
) -> Answer<'v> {
    let failed = |f: crate::value::library::Failure| Failed::new(Reason::NotConvertible, f.0);
    if let [one] = arguments {
        let value = one.eval(scene, input)?;
        return function
            .call(std::slice::from_ref(&*value))
            .map(Cow::Owned)
            .map_err(failed);
    }
    let values = arguments
        .iter()
        .map(|a| a.eval(scene, input).map(Cow::into_owned))
        .collect::<Result<Vec<_>, _>>()?;
    function.call(&values).map(Cow::Owned).map_err(failed)
}

/// Between a controlling value and its dependent value in the keys of a map with `within`.
const WITHIN: char = '\u{1f}';

fn map<'v>(
    table: &'v Table,
    lookup: Lookup,
    value: Cow<'v, Value>,
    within: Option<&Value>,
    each: Members,
) -> Answer<'v> {
    let one = |text: &str| -> Result<Option<&'v Value>, Box<Failed>> {
        let keyed = within.map(|w| format!("{}{WITHIN}{text}", fold(&write_text(w))));
        let key = keyed.as_deref().unwrap_or(text);
        let found = table.exact.get(key);
        let folded = || {
            (lookup == Lookup::Folded)
                .then(|| table.folded.get(&fold(key)))
                .flatten()
        };
        match (found.or_else(folded), &table.otherwise) {
            (Some(found), _) => Ok(Some(found)),
            (None, Fallback::Reject) => Err(Failed::new(
                Reason::ValueRejected,
                format!("`{text}` is in no row of `{}`", table.name),
            )),
            (None, Fallback::Keep) => Ok(None),
            (None, Fallback::Blank) => Ok(Some(&Value::Blank)),
            (None, Fallback::Value(other)) => Ok(Some(other)),
        }
    };
    match (&*value, each) {
        (Value::Blank, _) => Ok(value),
        (Value::Set(items), Members::Each) => {
            let mut images: Vec<SmolStr> = Vec::with_capacity(items.len());
            for item in items {
                match one(item)? {
                    Some(Value::Set(several)) => images.extend(several.iter().cloned()),
                    Some(image) => images.push(write_text(image).into()),
                    None => images.push(item.clone()),
                }
            }
            Ok(Cow::Owned(Value::set(images)))
        }
        (Value::Text(text), _) => Ok(one(text)?.map_or(value, Cow::Borrowed)),
        (other, _) => Ok(one(&write_text(other))?.map_or(value, Cow::Borrowed)),
    }
}

/// A key whose value is as it is spelled, and whose controlling value, if it has one, is as platforms without case compare it.
pub(super) fn fold_controlling(key: &str) -> SmolStr {
    match key.split_once(WITHIN) {
        Some((within, value)) => format_smolstr!("{}{WITHIN}{value}", fold(within)),
        None => key.into(),
    }
}

/// A key as platforms without case compare it.
pub(super) fn fold(key: &str) -> String {
    key.split(WITHIN)
        .map(|part| part.trim().to_lowercase())
        .collect::<Vec<_>>()
        .join("\u{1f}")
}

fn normalize<'v>(table: &Spellings, value: Cow<'v, Value>) -> Answer<'v> {
    let Value::Text(text) = &*value else {
        return Ok(value);
    };
    if let Some(spelling) = table.table.get(&table.folding.fold(text)) {
        return Ok(if spelling == text {
            value
        } else {
            Cow::Owned(Value::Text(spelling.clone()))
        });
    }
    match &table.otherwise {
        Fallback::Keep => Ok(value),
        Fallback::Blank => Ok(Cow::Owned(Value::Blank)),
        Fallback::Value(other) => Ok(Cow::Owned(other.clone())),
        Fallback::Reject => Err(Failed::new(
            Reason::ValueRejected,
            format!("`{text}` is in no row of `{}`", table.name),
        )),
    }
}

fn arithmetic<'v>(operation: Operation, left: &Value, right: &Value) -> Answer<'v> {
    let done = operation.apply(left, right);
    done.map(Cow::Owned)
        .map_err(|text| Failed::new(Reason::NotConvertible, text))
}
