//! Where the records of a file are, by hashes of their ids and of their unique values. A hash may stand for several records:
//! whoever asks looks at what stands there.

use rusqlite::Result;
use smol_str::SmolStr;

use super::sorted::Sorted;
use crate::runtime::fingerprint;

/// Places of the records of one object file.
pub(super) struct Index {
    /// Lengths, by hash of the id and position.
    ids: Sorted<1>,
    /// The greatest id so far: most files have theirs in order.
    greatest: SmolStr,
    /// Lengths, by hash of the value and position.
    uniques: Sorted<1>,
    duplicates: Sorted<0>,
    /// Length, and where the content is and how long; by position.
    staged: Sorted<3>,
}

/// A place in the data file, or after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where the record starts.
    pub pos: u64,
    /// Its length in the data file, line end included; nothing for a record of this session.
    pub len: u64,
}

/// A record that was written in this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// What it stands for.
    pub place: Place,
    /// Where its content is in the journal, and how long that is; none if it was removed.
    pub content: Option<(u64, u64)>,
}

/// Stands for a record that was removed.
const REMOVED: i64 = -1;

/// Longest number that is its own hash, in digits.
const DIGITS: usize = 18;

/// The hash of an id. A number is its own: numbers that follow each other stay neighbours.
pub(super) fn id_hash(id: &str) -> i64 {
    let bytes = id.as_bytes();
    if bytes.len() <= DIGITS && bytes.iter().all(u8::is_ascii_digit) {
        return bytes
            .iter()
            .fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    }
    fingerprint::of(bytes).cast_signed()
}

/// The hash of a value in a slot.
pub(super) fn value_hash(slot: u16, value: &str) -> i64 {
    id_hash(value) ^ (i64::from(slot) << 48)
}

/// What entries stand for.
fn places(found: Vec<((i64, i64), [i64; 1])>) -> impl Iterator<Item = Place> + use<> {
    found.into_iter().map(|((_, pos), [len])| Place {
        pos: pos.cast_unsigned(),
        len: len.cast_unsigned(),
    })
}

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            ids: Sorted::new(),
            greatest: SmolStr::new_static(""),
            uniques: Sorted::new(),
            duplicates: Sorted::new(),
            staged: Sorted::new(),
        }
    }

    /// Whether an id is greater than all that were taken in, and so a new one.
    pub(super) fn is_greatest(&self, id: &str) -> bool {
        (id.len(), id) > (self.greatest.len(), self.greatest.as_str())
    }

    /// Takes a record in.
    pub(super) fn add(&mut self, id: &SmolStr, place: Place) -> Result<()> {
        if self.is_greatest(id) {
            self.greatest = id.clone();
        }
        let key = (id_hash(id), place.pos.cast_signed());
        self.ids.put(key, [place.len.cast_signed()])
    }

    pub(super) fn remove(&mut self, id: &str, pos: u64) -> Result<()> {
        self.ids.remove((id_hash(id), pos.cast_signed()))
    }

    /// Where records may be that have an id.
    pub(super) fn places(&self, id: &str) -> Result<impl Iterator<Item = Place> + use<>> {
        let hash = id_hash(id);
        let found = self.ids.range((hash, 0), (hash, i64::MAX), usize::MAX);
        found.map(places)
    }

    pub(super) fn add_unique(&mut self, slot: u16, value: &str, place: Place) -> Result<()> {
        let key = (value_hash(slot, value), place.pos.cast_signed());
        self.uniques.put(key, [place.len.cast_signed()])
    }

    pub(super) fn remove_unique(&mut self, slot: u16, value: &str, pos: u64) -> Result<()> {
        let key = (value_hash(slot, value), pos.cast_signed());
        self.uniques.remove(key)
    }

    /// Where records may be that have a value in a slot, the first of the file first.
    pub(super) fn places_with(
        &self,
        slot: u16,
        value: &str,
    ) -> Result<impl Iterator<Item = Place> + use<>> {
        let hash = value_hash(slot, value);
        let found = self.uniques.range((hash, 0), (hash, i64::MAX), usize::MAX);
        found.map(places)
    }

    /// Takes note of a record whose id another had before.
    pub(super) fn add_duplicate(&mut self, pos: u64) -> Result<()> {
        self.duplicates.put((pos.cast_signed(), 0), [])
    }

    /// The positions of such records from one to before another.
    pub(super) fn duplicates(&self, from: u64, to: u64) -> Result<Vec<u64>> {
        let keys = ((from.cast_signed(), 0), (to.cast_signed(), -1));
        if self.duplicates.is_empty() || keys.0 > keys.1 {
            return Ok(Vec::new());
        }
        let found = self.duplicates.range(keys.0, keys.1, usize::MAX)?;
        let positions = found.into_iter().map(|((pos, _), _)| pos.cast_unsigned());
        Ok(positions.collect())
    }

    /// Says where the content of a record is now.
    pub(super) fn stage(&mut self, staged: Staged) -> Result<()> {
        let (at, size) = staged.content.map_or((REMOVED, 0), |(at, size)| {
            (at.cast_signed(), size.cast_signed())
        });
        let Place { pos, len } = staged.place;
        self.staged
            .put((pos.cast_signed(), 0), [len.cast_signed(), at, size])
    }

    /// The staged record of a position.
    pub(super) fn staged_at(&self, pos: u64) -> Result<Option<Staged>> {
        let key = (pos.cast_signed(), 0);
        let found = self.staged.range(key, key, 1)?;
        Ok(found.into_iter().map(staged).next())
    }

    /// Staged records from a position on, in order.
    pub(super) fn staged(&self, from: u64, limit: usize) -> Result<Vec<Staged>> {
        let keys = ((from.cast_signed(), 0), (i64::MAX, 0));
        let found = self.staged.range(keys.0, keys.1, limit)?;
        Ok(found.into_iter().map(staged).collect())
    }

    /// Whether nothing was written.
    pub(super) fn is_clean(&self) -> bool {
        self.staged.is_empty()
    }
}

fn staged(((pos, _), [len, at, size]): ((i64, i64), [i64; 3])) -> Staged {
    Staged {
        place: Place {
            pos: pos.cast_unsigned(),
            len: len.cast_unsigned(),
        },
        content: (at != REMOVED).then(|| (at.cast_unsigned(), size.cast_unsigned())),
    }
}
