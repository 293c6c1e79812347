//! One object's file, with its index and its journal.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::frames::{Frames, NoRecord};
use super::index::{Index, Place, Staged, id_hash, value_hash};
use super::journal::{Entry, Journal, Kind, hash};
use super::{Archived, Fault, Format, LONGEST, Patch};
use crate::connect::table::{Change, Table, lookup, lookups, refused, with, written};
use crate::connect::{IdStyle, Ids, StoreError};
use crate::runtime::{Cursor, Outcome, Page, Record, Shape, Unreadable};
use crate::value::{Value, Wire};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Records that are indexed at a time.
const CHUNK: usize = 1024;

/// One object's file.
pub(super) struct ObjectFile<F> {
    path: PathBuf,
    shape: Shape,
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

    /// Reads a page from a position that is indexed, or the first that is not, which the page then is.
    fn page(&mut self, from: u64, limit: usize) -> Result<Page, StoreError> {
        let staged = self
            .index
            .staged(from, limit + 1)
            .map_err(|e| self.index_error(&e))?;
        let mut staged = staged.into_iter().peekable();
        let indexing = from == self.frontier;
        let stop = if from < self.frontier {
            self.frontier
        } else {
            self.len
        };
        let mut met: Vec<(Place, Result<Record, Fault>)> = Vec::new();
        let mut pos = from;
        if from < stop
            && let Some(mut frames) = self.frames.take()
        {
            let read = self.frames_into(&mut frames, from, stop, limit, &mut staged, &mut met);
            pos = frames.position();
            self.frames = Some(frames);
            read?;
        }
        let duplicates = if indexing {
            self.frontier = pos.max(self.frontier);
            self.add_to_index(&met)?
        } else {
            self.index
                .duplicates(from, pos)
                .map_err(|e| self.index_error(&e))?
        };
        let mut next = (pos < self.len).then_some(Cursor(pos));
        while next.is_none()
            && let Some(new) = staged.next_if(|_| met.len() < limit)
        {
            if let Some(raw) = self.staged_raw(new)? {
                met.push((new.place, self.format.read(&raw)));
            }
        }
        if next.is_none() {
            next = staged.peek().map(|new| Cursor(new.place.pos));
        }
        self.paged(met, &duplicates, next)
    }

    /// Reads records of the data file, staged ones in their staged form.
    fn frames_into(
        &mut self,
        frames: &mut Frames,
        from: u64,
        stop: u64,
        limit: usize,
        staged: &mut std::iter::Peekable<impl Iterator<Item = Staged>>,
        met: &mut Vec<(Place, Result<Record, Fault>)>,
    ) -> Result<(), StoreError> {
        frames.seek(from).map_err(|e| self.read_error(&e))?;
        while met.len() < limit && frames.position() < stop {
            let Some(frame) = frames.next::<F>().map_err(|e| self.read_error(&e))? else {
                break;
            };
            let place = Place {
                pos: frame.pos,
                len: frame.len,
            };
            if let Some(new) = staged.next_if(|new| new.place.pos == frame.pos) {
                if let Some(raw) = self.staged_raw(new)? {
                    met.push((place, self.format.read(&raw)));
                }
                continue;
            }
            match frame.content {
                Ok(content) if content.trim_ascii().is_empty() => {}
                Ok(content) => met.push((place, self.format.read(content))),
                Err(why) => {
                    if why == NoRecord::Unclosed {
                        self.unclosed.get_or_insert(frame.pos);
                    }
                    met.push((place, Err(Fault::new(why.reason()))));
                }
            }
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
        for (slot, text) in lookups(&self.shape, record) {
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

    fn paged(
        &mut self,
        met: Vec<(Place, Result<Record, Fault>)>,
        duplicates: &[u64],
        next: Option<Cursor>,
    ) -> Result<Page, StoreError> {
        let mut page = Page {
            records: Vec::with_capacity(met.len()),
            unreadable: Vec::new(),
            glances: Vec::new(),
            next,
        };
        for (place, record) in met {
            match record {
                Ok(record) if duplicates.binary_search(&place.pos).is_err() => {
                    page.records.push(record)
                }
                Ok(record) => {
                    let reason = format!("another record before it has the id `{}`", record.id);
                    let place = self.place(place.pos)?;
                    page.unreadable.push(Unreadable {
                        place,
                        id: Some(record.id),
                        reason,
                        duplicate: true,
                    });
                }
                Err(Fault { id, reason }) => {
                    let place = self.place(place.pos)?;
                    page.unreadable.push(Unreadable {
                        place,
                        id,
                        reason,
                        duplicate: false,
                    });
                }
            }
        }
        Ok(page)
    }

    /// A position as people find it: file and line.
    fn place(&mut self, pos: u64) -> Result<String, StoreError> {
        let (from, line) = if self.known_line.0 <= pos {
            self.known_line
        } else {
            (0, 1)
        };
        let more = self
            .frames
            .as_mut()
            .map_or(Ok(0), |frames| frames.lines(from, pos));
        self.known_line = (pos, line + more.map_err(|e| self.read_error(&e))?);
        Ok(format!("{}:{}", self.path.display(), self.known_line.1))
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
            for (slot, text) in lookups(&self.shape, before) {
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

    /// Writes a record's new form into the journal, from `self.out`.
    fn note(&mut self, id: &str, before: u64) -> Result<(u64, u64), StoreError> {
        let at = self
            .journal
            .add(Kind::Put, id, before, &self.out)
            .map_err(|e| self.journal_error(&e))?;
        Ok((at, self.out.len() as u64))
    }

    /// The refusal of a write to a file in which a value never ends: quotation marks that are written could end it.
    fn unclosed(&mut self) -> Result<Option<Outcome>, StoreError> {
        let Some(pos) = self.unclosed else {
            return Ok(None);
        };
        let place = self.place(pos)?;
        let reason =
            format!("the file is not written before the quotation mark at {place} is closed");
        Ok(Some(refused(&self.shape, None, &reason)))
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.journal.commit().map_err(|e| self.journal_error(&e))
    }

    /// Brings the data file up to date and removes the journal.
    pub(super) fn close(mut self) -> Result<(), StoreError> {
        self.commit()?;
        if !self.index.is_clean() {
            let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
            let mut new = path.clone().into_os_string();
            new.push(".new");
            let new = PathBuf::from(new);
            let merged = self.merge(&path, &new);
            if merged.is_err() {
                // The journal still has everything; a half-written file helps nobody.
                let _ = fs::remove_file(&new);
            }
            merged?;
        }
        let journal = self.journal.path().to_owned();
        self.journal
            .discard()
            .map_err(|e| StoreError::io(&journal, "remove", &e))
    }

    fn merge(&mut self, path: &Path, new: &Path) -> Result<(), StoreError> {
        let cannot = |error: io::Error| StoreError::io(new, "write", &error);
        let mut out = BufWriter::with_capacity(1 << 18, File::create(new).map_err(cannot)?);
        match self.frames.is_some() {
            true => self.merge_file(path, &mut out)?,
            false => {
                let header = self
                    .header
                    .iter()
                    .flat_map(|h| [h.as_slice(), self.line_end]);
                header
                    .into_iter()
                    .try_for_each(|part| out.write_all(part))
                    .map_err(cannot)?;
            }
        }
        self.each_staged(self.len, |file, _, raw| {
            raw.map_or(Ok(()), |raw| {
                out.write_all(&raw)
                    .and_then(|()| out.write_all(file.line_end))
            })
        })?;
        let file = out.into_inner().map_err(|e| cannot(e.into_error()))?;
        if let Ok(metadata) = fs::metadata(path) {
            file.set_permissions(metadata.permissions())
                .map_err(cannot)?;
        }
        file.sync_all().map_err(cannot)?;
        drop(file);
        self.frames = None;
        fs::rename(new, path).map_err(|e| StoreError::io(path, "replace", &e))?;
        // The new name is durable with its folder. Where folders cannot be synced, the journal is replayed without harm.
        let _ = path
            .parent()
            .and_then(|folder| File::open(folder).ok())
            .map(|folder| folder.sync_all());
        Ok(())
    }

    /// Copies the data file, staged records in their staged form; it ends with a line end if records follow.
    fn merge_file(&mut self, path: &Path, out: &mut BufWriter<File>) -> Result<(), StoreError> {
        let mut old = File::open(path).map_err(|e| StoreError::io(path, "read", &e))?;
        let mut pos = 0;
        let mut copy = |out: &mut BufWriter<File>, from: u64, to: u64| {
            old.seek(SeekFrom::Start(from))?;
            io::copy(&mut (&old).take(to.saturating_sub(from)), out).map(drop)
        };
        self.each_staged(0, |file, place, raw| {
            if place.pos >= file.len {
                return Ok(());
            }
            copy(out, pos, place.pos)?;
            pos = place.pos + place.len;
            if let Some(raw) = raw {
                out.write_all(&raw)?;
                let mut end = Vec::new();
                let tail = place.len.min(2);
                if let Some(frames) = file.frames.as_mut() {
                    frames.read_at(pos - tail, tail, &mut end)?;
                }
                let end: &[u8] = match end.as_slice() {
                    b"\r\n" => b"\r\n",
                    [.., b'\n'] => b"\n",
                    _ => b"",
                };
                out.write_all(end)?;
            }
            Ok(())
        })?;
        let path = &self.path;
        let cannot = |error: io::Error| StoreError::io(path, "read", &error);
        copy(out, pos, self.len).map_err(cannot)?;
        let more = !self
            .index
            .staged(self.len, 1)
            .map_err(|e| StoreError::sql(path, &e))?
            .is_empty();
        let mut last = Vec::new();
        if let Some(frames) = self.frames.as_mut().filter(|_| more && self.len > 0) {
            frames.read_at(self.len - 1, 1, &mut last).map_err(cannot)?;
        }
        if !last.is_empty() && last != b"\n" {
            out.write_all(self.line_end).map_err(cannot)?;
        }
        Ok(())
    }

    /// Goes over all staged records from a position on, a window at a time.
    fn each_staged(
        &mut self,
        from: u64,
        mut act: impl FnMut(&mut Self, Place, Option<Vec<u8>>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let mut from = from;
        loop {
            let window = self
                .index
                .staged(from, CHUNK)
                .map_err(|e| self.index_error(&e))?;
            for staged in &window {
                let raw = self.staged_raw(*staged)?;
                act(self, staged.place, raw)
                    .map_err(|e| StoreError::io(&self.path, "write", &e))?;
                from = staged.place.pos + 1;
            }
            if window.len() < CHUNK {
                return Ok(());
            }
        }
    }
}

impl<F: Format> Table for ObjectFile<F> {
    type Key = Held;

    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<(Held, Record)>, StoreError> {
        self.complete()?;
        self.known(id)
    }

    fn by_unique(
        &mut self,
        slot: u16,
        value: &Value,
    ) -> Result<Option<(Held, Record)>, StoreError> {
        self.complete()?;
        let sought = lookup(&self.shape, slot, value);
        let places = self.index.places_with(slot, &sought);
        for place in places.map_err(|e| self.index_error(&e))? {
            let Some((held, record)) = self.at(place)? else {
                continue;
            };
            let now = record
                .values
                .get(usize::from(slot))
                .unwrap_or(&Value::Blank);
            let text = lookup(&self.shape, slot, now);
            if text == sought && !record.deleted {
                return Ok(Some((held, record)));
            }
            if value_hash(slot, &text) != value_hash(slot, &sought) || record.deleted {
                return Err(self.changed());
            }
        }
        Ok(None)
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        self.complete()?;
        if let Some(refusal) = self.unclosed()? {
            return Ok(refusal);
        }
        let id = self.maker.next_id();
        self.out.clear();
        let patch = Patch {
            id: Some(&id),
            values,
            archive: None,
        };
        if let Err(fault) = self.format.write(None, &patch, &mut self.out) {
            return Ok(refused(&self.shape, None, &fault.reason));
        }
        if self.out.len() > LONGEST {
            return Ok(refused(
                &self.shape,
                None,
                "the record would be longer than 8 MiB",
            ));
        }
        let content = self.note(&id, 0)?;
        let place = Place {
            pos: self.next,
            len: 0,
        };
        self.next += 1;
        let staged = Staged {
            place,
            content: Some(content),
        };
        let shape = &self.shape;
        let unique = |(slot, value): &(u16, Value)| {
            let field = shape.fields.get(usize::from(*slot))?;
            Some((*slot, field.found_by(value)?))
        };
        let index = &mut self.index;
        values
            .iter()
            .filter_map(unique)
            .try_for_each(|(slot, text)| index.add_unique(slot, &text, place))
            .and_then(|()| index.add(&id, place))
            .and_then(|()| index.stage(staged))
            .map_err(|e| StoreError::sql(&self.path, &e))?;
        Ok(Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        held: Held,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        if let Some(refusal) = self.unclosed()? {
            return Ok(refusal);
        }
        let old = hash(&held.raw);
        let (patch, after) = match change {
            Change::Remove => {
                self.journal
                    .add(Kind::Remove, &before.id, old, b"")
                    .map_err(|e| self.journal_error(&e))?;
                self.stage(held.place, Some(before), None, None)?;
                return Ok(written(&before.id));
            }
            Change::Archive if !self.format.can_archive() => {
                return Ok(refused(
                    &self.shape,
                    None,
                    "this file has no column that marks a deleted record",
                ));
            }
            Change::Archive => (
                Patch {
                    archive: Some(Archived),
                    ..Patch::default()
                },
                Record {
                    deleted: true,
                    ..before.clone()
                },
            ),
            Change::Set(values) => (
                Patch {
                    values,
                    ..Patch::default()
                },
                Record {
                    values: with(&before.values, values),
                    ..before.clone()
                },
            ),
        };
        self.out.clear();
        if let Err(fault) = self.format.write(Some(&held.raw), &patch, &mut self.out) {
            return Ok(refused(&self.shape, None, &fault.reason));
        }
        if self.out.len() > LONGEST {
            return Ok(refused(
                &self.shape,
                None,
                "the record would be longer than 8 MiB",
            ));
        }
        let content = self.note(&before.id, old)?;
        self.stage(held.place, Some(before), Some(&after), Some(content))?;
        Ok(written(&before.id))
    }
}
