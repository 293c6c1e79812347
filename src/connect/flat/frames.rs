//! Cutting a file into records without reading them: each a number of whole lines, none longer than the limit in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::{Format, LONGEST, Quotes};

const BUFFER: usize = 1 << 18;

/// A file that is read from any position on, record by record.
pub(super) struct Frames {
    file: BufReader<File>,
    /// For single records, so that they do not disturb what is buffered.
    point: File,
    pos: u64,
    buffer: Vec<u8>,
}

/// One record, or what stands where one should be.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Where it starts.
    pub pos: u64,
    /// Its length with its line end, in bytes.
    pub len: u64,
    /// Its content without line end, or why it has none.
    pub content: Result<&'a [u8], NoRecord>,
}

/// Why there is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRecord {
    /// A line passes the limit.
    TooLong,
    /// A value goes on to the end of the file, or beyond all reason: what follows is read as if it did not.
    Unclosed,
}

impl NoRecord {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "it is longer than 8 MiB",
            Self::Unclosed => "a quotation mark is never closed",
        }
    }
}

impl Frames {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = BufReader::with_capacity(BUFFER, File::open(path)?);
        Ok(Self {
            file,
            point: File::open(path)?,
            pos: 0,
            buffer: Vec::new(),
        })
    }

    /// Where the next record starts.
    pub(super) const fn position(&self) -> u64 {
        self.pos
    }

    /// Goes to a position.
    pub(super) fn seek(&mut self, pos: u64) -> io::Result<()> {
        if pos != self.pos {
            self.file.seek(SeekFrom::Start(pos))?;
            self.pos = pos;
        }
        Ok(())
    }

    /// The next record, none at the end of the file.
    pub(super) fn next<F: Format>(&mut self) -> io::Result<Option<Frame<'_>>> {
        self.buffer.clear();
        let pos = self.pos;
        let mut first = 0;
        let mut quotes = Quotes::Closed;
        loop {
            let read = self.buffer.len();
            let room = (LONGEST + 2).saturating_sub(self.buffer.len());
            let got = self.line(room)?;
            if self.buffer.is_empty() {
                return Ok(None);
            }
            if first == 0 {
                first = self.buffer.len();
            }
            let ended = got == 0 || !self.buffer.ends_with(b"\n");
            if self.buffer.len() >= LONGEST + 2 || (!ended && self.buffer.len() > LONGEST) {
                let lines = self.buffer.len() > first;
                let why = if lines {
                    NoRecord::Unclosed
                } else {
                    NoRecord::TooLong
                };
                return self.give_up(pos, first, why).map(Some);
            }
            quotes = F::quotes(quotes, self.buffer.get(read..).unwrap_or_default());
            if quotes == Quotes::Closed {
                break;
            }
            if ended {
                return self.give_up(pos, first, NoRecord::Unclosed).map(Some);
            }
        }
        self.pos += self.buffer.len() as u64;
        let content = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        Ok(Some(Frame {
            pos,
            len: self.buffer.len() as u64,
            content: Ok(content),
        }))
    }

    /// Appends a line with its end, or as much of it as there is room for.
    fn line(&mut self, room: usize) -> io::Result<usize> {
        let mut got = 0;
        loop {
            let there = match self.file.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                there => there?,
            };
            let there = there.get(..room - got).unwrap_or(there);
            let end = memchr::memchr(b'\n', there);
            let length = end.map_or(there.len(), |at| at + 1);
            self.buffer
                .extend_from_slice(there.get(..length).unwrap_or_default());
            self.file.consume(length);
            got += length;
            if length == 0 || end.is_some() {
                return Ok(got);
            }
        }
    }

    /// Passes over the first line of what could not be a record.
    fn give_up(&mut self, pos: u64, first: usize, why: NoRecord) -> io::Result<Frame<'_>> {
        let mut end = pos + first as u64;
        self.file.seek(SeekFrom::Start(end))?;
        let cut = self.buffer.get(first.saturating_sub(1)) != Some(&b'\n');
        if cut {
            end += self.file.skip_until(b'\n')? as u64;
        }
        self.pos = end;
        Ok(Frame {
            pos,
            len: end - pos,
            content: Err(why),
        })
    }

    /// The bytes of a record that starts and ends here.
    pub(super) fn read_at(&mut self, pos: u64, len: u64, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        self.point.seek(SeekFrom::Start(pos))?;
        self.point.by_ref().take(len).read_to_end(out).map(drop)
    }

    /// The number of line ends between two positions.
    pub(super) fn lines(&mut self, from: u64, to: u64) -> io::Result<u64> {
        let back = self.pos;
        self.file.seek(SeekFrom::Start(from))?;
        let mut rest = self.file.by_ref().take(to.saturating_sub(from));
        let mut lines = 0;
        while rest.skip_until(b'\n')? > 0 {
            lines += 1;
        }
        self.file.seek(SeekFrom::Start(back))?;
        Ok(lines)
    }
}
