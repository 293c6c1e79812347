//! One object's file, with its index and its journal.

mod pages;
mod rewrite;
mod table;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::frames::Frames;
use super::index::{Index, Place, Staged, id_hash};
use super::journal::{Entry, Journal, Kind, hash};
use super::{Fault, Format};
use crate::connect::table::{Table, lookups, unique};
use crate::connect::{IdStyle, Ids, StoreError};
use crate::runtime::{Cursor, Page, Record, Shape};
use crate::value::{Value, Wire};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Records that are indexed at a time.
const CHUNK: usize = 1024;

/// One object's file.
pub(super) struct ObjectFile<F> {
    path: PathBuf,
    shape: Shape,
    /// The slots by whose values records are found.
    unique: Box<[u16]>,
    format: F,
    /// The data file, where there is one.
    frames: Option<Frames>,
    header: Option<Vec<u8>>,
    line_end: &'static [u8],
    /// Where the first record starts, how long the file is, and up to where it is indexed.
    start: u64,
    len: u64,
    frontier: u64,
    /// Where the next new record will be.
    next: u64,
    index: Index,
    journal: Journal,
    maker: Ids,
    /// A position of which the line is known.
    known_line: (u64, u64),
    /// Where a value starts that never ends, if one does.
    unclosed: Option<u64>,
    out: Vec<u8>,
}

/// A record that was found: where it is, and what stands there.
pub(super) struct Held {
    place: Place,
    raw: Vec<u8>,
}

/// What is at the start of a file.
struct Head {
    frames: Option<Frames>,
    header: Option<Vec<u8>>,
    line_end: &'static [u8],
    start: u64,
    len: u64,
}

fn head<F: Format>(path: &Path) -> Result<Head, StoreError> {
    let cannot = |error: io::Error| StoreError::io(path, "read", &error);
    let none = Head {
        frames: None,
        header: None,
        line_end: b"\n",
        start: 0,
        len: 0,
    };
    let len = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(none),
        metadata => metadata.map_err(cannot)?.len(),
    };
    let mut frames = Frames::open(path).map_err(cannot)?;
    let mut bom = Vec::new();
    frames
        .read_at(0, BOM.len() as u64, &mut bom)
        .map_err(cannot)?;
    let mut start = if bom == BOM { BOM.len() as u64 } else { 0 };
    frames.seek(start).map_err(cannot)?;
    let mut header = None;
    let mut line_end: &[u8] = b"\n";
    if let Some(frame) = frames.next::<F>().map_err(cannot)? {
        let content = frame.content.unwrap_or_default();
        if frame.len == content.len() as u64 + 2 {
            line_end = b"\r\n";
        }
        if F::HEADER {
            start += frame.len;
            header = Some(content.to_vec());
        }
    } else if F::HEADER {
        // Nothing in it, not even a header: as if there were no file.
        return Ok(none);
    }
    Ok(Head {
        frames: Some(frames),
        header,
        line_end,
        start,
        len,
    })
}

impl<F: Format> ObjectFile<F> {
    /// Opens a file; a missing one has no records, and comes into being with the first write. What an earlier run left in
    /// the journal is taken up.
    pub(super) fn open(
        path: PathBuf,
        shape: &Shape,
        wire: Wire,
        style: IdStyle,
    ) -> Result<Self, StoreError> {
        let Head {
            frames,
            header,
            line_end,
            start,
            len,
        } = head::<F>(&path)?;
        let format = F::new(shape, wire, header.as_deref())
            .map_err(|(reason, remedy)| StoreError::at(&path, reason, remedy).at_line(1))?;
        let header = header.or_else(|| F::header(shape));
        let journal = Journal::new(&path, header.as_deref().unwrap_or_default());
        let mut file = Self {
            shape: shape.clone(),
            unique: unique(shape),
            format,
            frames,
            header,
            line_end,
            start,
            len,
            frontier: start,
            next: len,
            index: Index::new(),
            journal,
            maker: Ids::new(style, &shape.object),
            known_line: (0, 1),
            unclosed: None,
            out: Vec::new(),
            path,
        };
        file.recover()?;
        Ok(file)
    }

    fn read_error(&self, error: &io::Error) -> StoreError {
        StoreError::io(&self.path, "read", error)
    }

    fn index_error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    fn journal_error(&self, error: &io::Error) -> StoreError {
        let mut wrong = StoreError::io(self.journal.path(), "use", error);
        if error.kind() == io::ErrorKind::InvalidData {
            "move it away: it holds what an interrupted run wrote".clone_into(&mut wrong.remedy);
        }
        wrong
    }

    /// Replays the journal of a run that did not end.
    fn recover(&mut self) -> Result<(), StoreError> {
        if !self.journal.recover().map_err(|e| self.journal_error(&e))? {
            return Ok(());
        }
        self.complete()?;
        let entries = self.journal.entries().map_err(|e| self.journal_error(&e))?;
        for entry in entries {
            self.replay(&entry.map_err(|e| self.journal_error(&e))?)?;
        }
        Ok(())
    }

    fn replay(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let content = Some((entry.at, entry.body.len() as u64));
        let found = self.by_id(&entry.id)?;
        let same = |held: &Held| hash(&held.raw) == entry.before;
        match (entry.kind, found) {
            (Kind::Put, None) if entry.before == 0 => {
                let place = Place {
                    pos: self.next,
                    len: 0,
                };
                if let Ok(record) = self.format.read(&entry.body) {
                    self.stage(place, None, Some(&record), content)?;
                }
            }
            (Kind::Put, Some((held, before))) if same(&held) => {
                if let Ok(record) = self.format.read(&entry.body) {
                    self.stage(held.place, Some(&before), Some(&record), content)?;
                }
            }
            (Kind::Remove, Some((held, before))) if same(&held) => {
                self.stage(held.place, Some(&before), None, None)?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn scan(&mut self, from: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        let from = from.map_or(self.start, |cursor| cursor.0.max(self.start));
        if from > self.frontier {
            self.complete()?;
        }
        self.page(from, limit.max(1))
    }

    pub(super) fn record(&mut self, id: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.by_id(id)?.map(|(_, record)| record))
    }

    pub(super) fn find(&mut self, slot: u16, value: &Value) -> Result<Option<Record>, StoreError> {
        Ok(self.by_unique(slot, value)?.map(|(_, record)| record))
    }

    pub(super) fn ids(&mut self) -> Result<Ids, StoreError> {
        self.complete()?;
        Ok(self.maker.clone())
    }

    /// Indexes the rest of the file.
    fn complete(&mut self) -> Result<(), StoreError> {
        while self.frontier < self.len {
            self.page(self.frontier, CHUNK)?;
        }
        Ok(())
    }

    /// Takes records into the index; gives the positions of those whose ids are taken.
    fn add_to_index(
        &mut self,
        met: &[(Place, Result<Record, Fault>)],
    ) -> Result<Vec<u64>, StoreError> {
        let mut duplicates = Vec::new();
        for (place, record) in met {
            let Ok(record) = record else { continue };
            if self.index.is_greatest(&record.id) || self.known(&record.id)?.is_none() {
                self.add(*place, record)?;
            } else {
                self.index
                    .add_duplicate(place.pos)
                    .map_err(|e| self.index_error(&e))?;
                duplicates.push(place.pos);
            }
        }
        Ok(duplicates)
    }

    /// Takes a record of which the id is new into the index.
    fn add(&mut self, place: Place, record: &Record) -> Result<(), StoreError> {
        self.maker.observe(&record.id);
        self.index
            .add(&record.id, place)
            .map_err(|e| self.index_error(&e))?;
        self.add_lookups(place, record)
    }

    fn add_lookups(&mut self, place: Place, record: &Record) -> Result<(), StoreError> {
        for (slot, text) in lookups(&self.shape, &self.unique, record) {
            self.index
                .add_unique(slot, &text, place)
                .map_err(|e| self.index_error(&e))?;
        }
        Ok(())
    }

    /// The record of an id, as far as the file is indexed.
    fn known(&mut self, id: &str) -> Result<Option<(Held, Record)>, StoreError> {
        let places = self.index.places(id).map_err(|e| self.index_error(&e))?;
        for place in places {
            match self.at(place)? {
                Some((held, record)) if record.id == id => return Ok(Some((held, record))),
                Some((_, other)) if id_hash(&other.id) != id_hash(id) => return Err(self.changed()),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The record at a place, which the index knows; none if it was removed.
    fn at(&mut self, place: Place) -> Result<Option<(Held, Record)>, StoreError> {
        let Some(raw) = self.raw(place)? else {
            return Ok(None);
        };
        match self.format.read(&raw) {
            Ok(record) => Ok(Some((Held { place, raw }, record))),
            Err(_) => Err(self.changed()),
        }
    }

    fn changed(&self) -> StoreError {
        StoreError::at(
            &self.path,
            "another program changed it while it was in use",
            "run again when nobody else writes it",
        )
    }

    fn staged_raw(&mut self, staged: Staged) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((at, size)) = staged.content else {
            return Ok(None);
        };
        let mut raw = Vec::new();
        self.journal
            .read(at, size, &mut raw)
            .map_err(|e| self.journal_error(&e))?;
        Ok(Some(raw))
    }

    /// What stands at a place now, without line end.
    fn raw(&mut self, place: Place) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(staged) = self
            .index
            .staged_at(place.pos)
            .map_err(|e| self.index_error(&e))?
        {
            return self.staged_raw(staged);
        }
        let Some(frames) = self.frames.as_mut() else {
            return Ok(None);
        };
        let mut raw = Vec::new();
        let read = frames.read_at(place.pos, place.len, &mut raw);
        read.map_err(|e| self.read_error(&e))?;
        for end in *b"\n\r" {
            if raw.last() == Some(&end) {
                raw.pop();
            }
        }
        Ok(Some(raw))
    }

    /// Puts a record's new form into the index.
    fn stage(
        &mut self,
        place: Place,
        before: Option<&Record>,
        after: Option<&Record>,
        content: Option<(u64, u64)>,
    ) -> Result<(), StoreError> {
        let changed = |path: &Path, result: rusqlite::Result<()>| {
            result.map_err(|e| StoreError::sql(path, &e))
        };
        if let Some(before) = before {
            for (slot, text) in lookups(&self.shape, &self.unique, before) {
                changed(&self.path, self.index.remove_unique(slot, &text, place.pos))?;
            }
        }
        match (before, after) {
            (None, Some(after)) => {
                self.add(place, after)?;
                self.next = self.next.max(place.pos + 1);
            }
            (Some(_), Some(after)) => self.add_lookups(place, after)?,
            (Some(before), None) => {
                changed(&self.path, self.index.remove(&before.id, place.pos))?;
            }
            (None, None) => {}
        }
        changed(&self.path, self.index.stage(Staged { place, content }))
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.journal.commit().map_err(|e| self.journal_error(&e))
    }
}
