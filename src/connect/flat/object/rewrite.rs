//! Closing: the data file and what the journal has of it become one file, which replaces the old one as a whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::super::Format;
use super::super::index::Place;
use super::{CHUNK, ObjectFile};
use crate::connect::StoreError;

impl<F: Format> ObjectFile<F> {
    /// Brings the data file up to date and removes the journal.
    pub(in crate::connect::flat) fn close(mut self) -> Result<(), StoreError> {
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
