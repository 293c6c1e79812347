//! Reading a file page by page: the first pass takes its records into the index.

use super::super::frames::{Frames, NoRecord};
use super::super::index::{Place, Staged};
use super::super::{Fault, Format};
use super::{CHUNK, ObjectFile};
use crate::connect::StoreError;
use crate::runtime::{Cursor, Page, Record, Unreadable};

impl<F: Format> ObjectFile<F> {
    /// Reads a page from a position that is indexed, or the first that is not, which the page then is.
    pub(super) fn page(&mut self, from: u64, limit: usize) -> Result<Page, StoreError> {
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
        let mut met: Vec<(Place, Result<Record, Fault>)> = Vec::with_capacity(limit.min(CHUNK));
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
    pub(super) fn place(&mut self, pos: u64) -> Result<String, StoreError> {
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
}
