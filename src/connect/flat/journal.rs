//! What was written to an object file and is not in it yet.
//!
//! ```text
//!   magic  entry*          entry: kind u8, id length u32, body length u32, hash of what was there before u64,
//!                                 id, body, hash of all that u64; little-endian
//! ```
//!
//! Entries count up to the last commit mark. They are about ids and say what they replace, so that replaying a journal a
//! second time, or over a file that somebody changed since, does no harm: an entry whose "before" is not there any more is
//! passed over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::runtime::fingerprint;

const MAGIC: &[u8] = b"accordant journal 2\n";
const FIXED: usize = 17;
const PENDING: usize = 1 << 20;
const READ: usize = 1 << 15;

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The header of the file that the journal belongs to.
    Header,
    /// A record has this content.
    Put,
    /// A record is no more.
    Remove,
    /// Everything before is durable.
    Commit,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Header => b'H',
            Self::Put => b'P',
            Self::Remove => b'R',
            Self::Commit => b'C',
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Header, Self::Put, Self::Remove, Self::Commit]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }
}

/// An entry as it is read back.
#[derive(Debug)]
pub(super) struct Entry {
    pub kind: Kind,
    pub id: String,
    /// [`hash`] of the content that it replaces; 0 where there was none.
    pub before: u64,
    pub body: Vec<u8>,
    /// Where the body starts in the journal.
    pub at: u64,
    end: u64,
}

/// The journal of one object file. Its file comes into being with the first entry.
pub(super) struct Journal {
    path: PathBuf,
    header: Vec<u8>,
    file: Option<File>,
    /// The same file, read: what is read together mostly stands together.
    reader: Option<BufReader<File>>,
    read_to: u64,
    /// Bytes in the file.
    written: u64,
    pending: Vec<u8>,
    uncommitted: bool,
}

/// The fingerprint of a content; never 0, which stands for nothing.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    fingerprint::of(bytes).max(1)
}

impl Journal {
    /// The journal beside a data file with this header.
    pub(super) fn new(data: &Path, header: &[u8]) -> Self {
        let mut path = data.as_os_str().to_owned();
        path.push(".journal");
        Self {
            path: path.into(),
            header: header.to_vec(),
            file: None,
            reader: None,
            read_to: 0,
            written: 0,
            pending: Vec::new(),
            uncommitted: false,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes up a journal that an earlier run left behind; false if there is none, or nothing committed in it. Whatever was
    /// not committed is cut off.
    pub(super) fn recover(&mut self) -> io::Result<bool> {
        let mut reader = match self.reader() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            reader => reader?,
        };
        let invalid = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
        let mut committed = 0;
        let mut pos = MAGIC.len() as u64;
        while let Some(entry) = read_entry(&mut reader, pos)? {
            pos = entry.end;
            match entry.kind {
                Kind::Commit => committed = pos,
                Kind::Header if entry.body != self.header => {
                    return Err(invalid("it belongs to a file with other columns"));
                }
                _ => {}
            }
        }
        drop(reader);
        if committed == 0 {
            fs::remove_file(&self.path)?;
            return Ok(false);
        }
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        file.set_len(committed)?;
        file.seek(SeekFrom::End(0))?;
        self.file = Some(file);
        self.written = committed;
        Ok(true)
    }

    fn reader(&self) -> io::Result<BufReader<File>> {
        let mut reader = BufReader::new(File::open(&self.path)?);
        let mut magic = Vec::new();
        reader
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_to_end(&mut magic)?;
        if magic == MAGIC || MAGIC.starts_with(&magic) {
            Ok(reader)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is not a journal of accordant",
            ))
        }
    }

    /// Goes over the entries of a recovered journal.
    pub(super) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>> + use<>> {
        let mut reader = self.reader()?;
        let mut pos = MAGIC.len() as u64;
        Ok(std::iter::from_fn(move || {
            let entry = read_entry(&mut reader, pos).transpose()?;
            if let Ok(entry) = &entry {
                pos = entry.end;
            }
            Some(entry)
        }))
    }

    /// Adds an entry; gives where its body starts.
    pub(super) fn add(
        &mut self,
        kind: Kind,
        id: &str,
        before: u64,
        body: &[u8],
    ) -> io::Result<u64> {
        if self.file.is_none() {
            let mut options = OpenOptions::new();
            self.file = Some(
                options
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .open(&self.path)?,
            );
            self.pending.extend_from_slice(MAGIC);
            let header = std::mem::take(&mut self.header);
            self.add(Kind::Header, "", 0, &header)?;
            self.header = header;
        }
        let start = self.pending.len();
        let len = |n: usize| u32::try_from(n).map_err(io::Error::other);
        self.pending.push(kind.byte());
        self.pending
            .extend_from_slice(&len(id.len())?.to_le_bytes());
        self.pending
            .extend_from_slice(&len(body.len())?.to_le_bytes());
        self.pending.extend_from_slice(&before.to_le_bytes());
        self.pending.extend_from_slice(id.as_bytes());
        let at = self.written + self.pending.len() as u64;
        self.pending.extend_from_slice(body);
        let check = hash(self.pending.get(start..).unwrap_or_default());
        self.pending.extend_from_slice(&check.to_le_bytes());
        self.uncommitted = true;
        if self.pending.len() > PENDING {
            self.flush()?;
        }
        Ok(at)
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(self.written))?;
            file.write_all(&self.pending)?;
            self.written += self.pending.len() as u64;
            self.pending.clear();
        }
        Ok(())
    }

    /// The body of an entry.
    pub(super) fn read(&mut self, at: u64, len: u64, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        if let Some(skip) = at.checked_sub(self.written) {
            let range = usize::try_from(skip)
                .ok()
                .zip(usize::try_from(skip + len).ok());
            out.extend_from_slice(
                range
                    .and_then(|(a, b)| self.pending.get(a..b))
                    .unwrap_or_default(),
            );
        } else {
            let reader = match &mut self.reader {
                Some(reader) => reader,
                none => none.insert(BufReader::with_capacity(READ, File::open(&self.path)?)),
            };
            reader.seek_relative(at.wrapping_sub(self.read_to).cast_signed())?;
            reader.take(len).read_to_end(out)?;
            self.read_to = at + out.len() as u64;
        }
        Ok(())
    }

    /// Makes all entries durable.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        if self.uncommitted {
            self.add(Kind::Commit, "", 0, b"")?;
            self.flush()?;
            if let Some(file) = &self.file {
                file.sync_data()?;
            }
            self.uncommitted = false;
        }
        Ok(())
    }

    /// Removes the journal: all of it is in the data file.
    pub(super) fn discard(self) -> io::Result<()> {
        let made = self.file.is_some();
        drop((self.file, self.reader));
        if made {
            fs::remove_file(&self.path)
        } else {
            Ok(())
        }
    }
}

/// The next entry; none at the end, or where the rest was never finished.
fn read_entry(reader: &mut impl Read, pos: u64) -> io::Result<Option<Entry>> {
    let mut raw = Vec::new();
    reader.take(FIXED as u64).read_to_end(&mut raw)?;
    let number = |from: usize, to: usize| {
        let bytes = raw.get(from..to)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0_u64, |n, b| n << 8 | u64::from(*b)),
        )
    };
    let kind = raw.first().copied().and_then(Kind::of);
    let (Some(kind), Some(id_len), Some(len), Some(before)) =
        (kind, number(1, 5), number(5, 9), number(9, FIXED))
    else {
        return Ok(None);
    };
    reader.take(id_len + len + 8).read_to_end(&mut raw)?;
    let (content, check) = raw.split_at(raw.len().saturating_sub(8));
    let complete = raw.len() as u64 == FIXED as u64 + id_len + len + 8;
    if !complete || hash(content).to_le_bytes() != check {
        return Ok(None);
    }
    let text = content.get(FIXED..).unwrap_or_default();
    let Some((id, body)) = usize::try_from(id_len)
        .ok()
        .and_then(|n| text.split_at_checked(n))
    else {
        return Ok(None);
    };
    Ok(Some(Entry {
        kind,
        id: String::from_utf8_lossy(id).into_owned(),
        before,
        body: body.to_vec(),
        at: pos + FIXED as u64 + id_len,
        end: pos + raw.len() as u64,
    }))
}
