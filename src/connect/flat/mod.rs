//! Stores of flat files: one file an object, one record a line or so.
//!
//! ```text
//!   contacts.jsonl           the data; never changed in place, replaced as a whole at the end
//!   contacts.jsonl.journal   what was written since, one entry a write; made durable by `commit`, replayed by `open`
//!   (index)                  where each id and each unique value stands in both
//! ```
//!
//! A record's position is the byte where it starts in the data file; records made in this session come after the end of the
//! file. So one number orders all records, a scan is one pass over the file, and closing copies what was not touched byte for
//! byte. Memory holds a page and a bounded part of the index, never the records.

mod csv;
mod frames;
mod index;
mod journal;
mod jsonl;
mod object;
mod scan;
mod sorted;

use std::path::{Path, PathBuf};

use smol_str::SmolStr;

use super::table::apply;
use super::{BATCH, Capabilities, IdStyle, Ids, Lifetime, Store, StoreError, of_object};
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::{Value, Wire};

pub use csv::Csv;
pub use jsonl::Jsonl;

use object::ObjectFile;

/// Longest record that is read, in bytes.
const LONGEST: usize = 8 << 20;

/// How records stand in a file.
pub trait Format: Send + Sized {
    /// Ending of the file names.
    const EXTENSION: &'static str;

    /// Whether the first record of a file names the columns.
    const HEADER: bool;

    /// Whether a record goes on after this line, which starts outside or within quotation marks.
    fn quotes(before: Quotes, line: &[u8]) -> Quotes;

    /// Gets ready for a shape, with the file's header if it has one. The error is a reason and a remedy.
    fn new(shape: &Shape, wire: Wire, header: Option<&[u8]>) -> Result<Self, (String, String)>;

    /// The header of a new file.
    fn header(shape: &Shape) -> Option<Vec<u8>>;

    /// Reads a record, given without its line end.
    fn read(&mut self, raw: &[u8]) -> Result<Record, Fault>;

    /// Writes a record, without a line end: changed from what it was, or new. Everything that is not changed stays byte for
    /// byte.
    fn write(
        &mut self,
        before: Option<&[u8]>,
        patch: &Patch<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault>;

    /// Whether a record can be marked as deleted.
    fn can_archive(&self) -> bool;
}

/// Whether a line end belongs to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// It ends the record.
    Closed,
    /// It is part of a value.
    Open,
}

/// Why a record could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its id, if that could be read.
    pub id: Option<SmolStr>,
    /// Why, in words.
    pub reason: String,
}

impl Fault {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            id: None,
            reason: reason.into(),
        }
    }
}

/// What is written into a record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patch<'a> {
    /// Its id, where it is new.
    pub id: Option<&'a str>,
    /// The slots that are set.
    pub values: &'a [(u16, Value)],
    /// It is marked as deleted.
    pub archive: Option<Archived>,
}

/// Says that a record is marked as deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archived;

/// A folder with one file an object.
pub struct Flat<F> {
    folder: PathBuf,
    wire: Wire,
    style: IdStyle,
    objects: Vec<ObjectFile<F>>,
}

impl<F: Format> Flat<F> {
    /// The store of a folder. `wire` says how JSON values are written, `style` what new ids look like.
    pub fn new(folder: &Path, wire: Wire, style: IdStyle) -> Self {
        Self {
            folder: folder.to_owned(),
            wire,
            style,
            objects: Vec::new(),
        }
    }
}

impl<F: Format> Store for Flat<F> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            batch: BATCH,
            cursors: Lifetime::Session,
        }
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        self.objects.clear();
        if !self.folder.is_dir() {
            return Err(StoreError::at(
                &self.folder,
                "there is no such folder",
                "create it, or correct its path in the project file",
            ));
        }
        for shape in shapes {
            let name = shape.object.as_str();
            if name.is_empty() || name.contains(['/', '\\', ':', '\0']) || name.starts_with('.') {
                let reason = format!("the object name `{name}` cannot be a file name");
                return Err(StoreError::at(
                    &self.folder,
                    reason,
                    "use a SQLite store for this system",
                ));
            }
            let path = self.folder.join(format!("{name}.{}", F::EXTENSION));
            self.objects
                .push(ObjectFile::open(path, shape, self.wire, self.style)?);
        }
        Ok(())
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        of_object(&mut self.objects, object)?.scan(from, limit)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let file = of_object(&mut self.objects, object)?;
        ids.iter()
            .filter_map(|id| file.record(id).transpose())
            .collect()
    }

    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError> {
        of_object(&mut self.objects, object)?.find(slot, value)
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        of_object(&mut self.objects, object)?.ids()
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let file = of_object(&mut self.objects, object)?;
        writes.iter().map(|write| apply(file, write)).collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.objects.iter_mut().try_for_each(ObjectFile::commit)
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        self.objects.drain(..).try_for_each(ObjectFile::close)
    }
}
