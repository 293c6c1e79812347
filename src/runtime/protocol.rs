//! What the machine and the world say to each other. The machine asks with [`Command`]s and is told with [`Input`]s;
//! whoever drives it executes the one against stores and gives back the other.

use smol_str::SmolStr;

use super::glance::Glance;
use super::program::canonical;
use crate::plan::Equality;
use crate::value::{Kind, Value, write_text};

/// An object of the program: an index into [`Program::shapes`](super).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u16);

/// The fields of an object that the plan touches, in the order of their slots. Stores read and write records in this form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The system's declared name.
    pub system: SmolStr,
    /// The object's API name.
    pub object: SmolStr,
    /// The members that every record has beside its fields.
    pub meta: Meta,
    /// The fields, sorted by name; a slot is a position in this list.
    pub fields: Vec<Slot>,
}

/// Names of the members of a record that are not data, as far as the system has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Holds the id.
    pub id: SmolStr,
    /// Is true on a deleted record.
    pub deleted: Option<SmolStr>,
    /// Holds the instant of the last change.
    pub modified: Option<SmolStr>,
    /// Holds the instant of creation.
    pub created: Option<SmolStr>,
    /// On a deleted record, names the record it was merged into.
    pub merged_into: Option<SmolStr>,
}

/// One field of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// API name.
    pub name: SmolStr,
    /// Kind of its values.
    pub kind: Kind,
    /// Records are looked up by this field: an upsert key.
    pub lookup: Lookup,
    /// Whether a store must have it.
    pub presence: Presence,
}

/// Whether a store must have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must: the spec names it.
    Expected,
    /// It is a mark that the system keeps by itself, and blank where the store lacks it.
    Optional,
}

impl Slot {
    /// The text by which a record with this value is found; none where this slot is no lookup, or the value blank.
    pub fn found_by(&self, value: &Value) -> Option<String> {
        match &self.lookup {
            Lookup::Unique(equality) if !value.is_blank() => {
                Some(write_text(&canonical(equality, value)))
            }
            Lookup::Unique(_) | Lookup::None => None,
        }
    }
}

/// Whether records are found by a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Never.
    None,
    /// By an upsert on this unique field; values that the platform stores alike find each other.
    Unique(Equality),
}

/// A record as a store read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The id within its object, never empty.
    pub id: SmolStr,
    /// One value a slot. A value whose kind is not the slot's could not be read: it is the raw text.
    pub values: Box<[Value]>,
    /// Milliseconds since 1970 of the last change, if the system says.
    pub modified: Option<i64>,
    /// Milliseconds since 1970 of the creation, if the system says.
    pub created: Option<i64>,
    /// The system says that this record is deleted.
    pub deleted: bool,
    /// The record that it was merged into.
    pub merged_into: Option<SmolStr>,
}

/// Where a scan goes on; opaque to the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// A record that a store could not read at all. It is quarantined with R016 (or R017) and the others go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where: `data/contacts.jsonl:17`.
    pub place: String,
    /// Its id, if that could be read.
    pub id: Option<SmolStr>,
    /// Why, in words.
    pub reason: String,
    /// Whether the reason is that another record has the same id (R017).
    pub duplicate: bool,
}

/// A page of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Records in the store's own stable order, deleted ones included.
    pub records: Vec<Record>,
    /// Records that were only glanced at, in that order.
    pub glances: Vec<Glance>,
    /// What could not be read on the way.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page starts; none after the last.
    pub next: Option<Cursor>,
}

/// One write to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What is done.
    pub action: Action,
    /// The slots that are set, sorted; a blank value clears.
    pub values: Vec<(u16, Value)>,
}

/// What a write does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes a record.
    Create,
    /// Makes a record, or updates the one whose unique field in this slot has this value.
    Upsert {
        /// The slot of the unique field; its value is among the write's values.
        slot: u16,
        /// Slots that are set only if the record is made, not if one is met.
        on_create: Vec<u16>,
    },
    /// Changes the record of this id.
    Update(SmolStr),
    /// Archives the record of this id: deleted, restorable.
    Archive(SmolStr),
    /// Deletes the record of this id.
    Delete(SmolStr),
}

/// What became of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Written {
        /// The record's id.
        id: SmolStr,
        /// Whether the record was made by this write.
        created: bool,
    },
    /// The system refused it; trying again as it is would fail again.
    Refused {
        /// The field that it names, if any.
        field: Option<SmolStr>,
        /// Its reason, in words.
        reason: String,
    },
    /// The record is not there.
    Gone,
}

/// What the machine wants done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Read a page of an object. Answered by [`Input::Page`].
    Scan {
        /// The object.
        object: ObjectId,
        /// Where to go on; none for the start.
        from: Option<Cursor>,
        /// At most this many records.
        limit: usize,
    },
    /// As a scan, where most records are as they were: a store may give glances in place of records. Answered by
    /// [`Input::Page`].
    Skim {
        /// The object.
        object: ObjectId,
        /// Where to go on.
        from: Option<Cursor>,
        /// At most this many records.
        limit: usize,
    },
    /// Read records by id, missing ones left out. Answered by [`Input::Records`].
    Read {
        /// The object.
        object: ObjectId,
        /// The ids, each once.
        ids: Vec<SmolStr>,
    },
    /// Write. The intents are durable already. Answered by [`Input::Outcomes`], one a write, in order.
    Write {
        /// The object.
        object: ObjectId,
        /// The writes; no two are about one record.
        writes: Vec<Write>,
    },
    /// Tell how far the run is. Not answered.
    Progress(Progress),
    /// Nothing is left to do. Not answered.
    Finish,
}

/// What the machine is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Begin a run.
    Start,
    /// Answer to [`Command::Scan`] and [`Command::Skim`].
    Page(Page),
    /// Answer to [`Command::Read`].
    Records(Vec<Record>),
    /// Answer to [`Command::Write`].
    Outcomes(Vec<Outcome>),
    /// The run shall end after what is under way: an interrupt.
    Stop,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The sync under way.
    pub sync: SmolStr,
    /// Records looked at in it so far.
    pub records: u64,
}
