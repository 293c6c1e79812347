//! The members of a JSON line, found in one pass over its bytes.
//!
//! Only what is plain is read here: an object of texts, numbers and literals, with member names free of escapes. The answer to
//! anything else is none: then the full parser reads the line, and says what is wrong with it if something is. So nothing
//! here has to report, and whatever is accepted here is accepted there with the same values.

/// A walk over one line.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
}

/// What comes next in a line.
pub(super) enum Next<'t> {
    /// The value of a member that begins as expected.
    Expected(Raw<'t>),
    /// A member.
    Member {
        /// What stands before the value: where the line before has the same, it is the same member.
        lead: &'t str,
        /// Its name.
        name: &'t str,
        /// Its value.
        value: Raw<'t>,
    },
    /// The end, with nothing after it.
    End,
}

/// The text of a value.
#[derive(Clone, Copy)]
pub(super) enum Raw<'t> {
    /// What stands between quotation marks, free of escapes.
    Plain(&'t str),
    /// A text with its quotation marks; it has escapes, which may be broken.
    Escaped(&'t str),
    /// A number, `true`, `false` or `null`.
    Bare(&'t str),
}

impl<'t> Scan<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next member, which mostly begins with the lead that the line before has here; none where the line is not plain.
    #[inline]
    pub(super) fn next(&mut self, expected: Option<&str>) -> Option<Next<'t>> {
        if let Some(lead) = expected
            && self.rest().starts_with(lead.as_bytes())
        {
            self.at += lead.len();
            return self.value().map(Next::Expected);
        }
        self.unexpected()
    }

    #[cold]
    fn unexpected(&mut self) -> Option<Next<'t>> {
        let start = self.at;
        let Some(name) = self.name()? else {
            self.blanks();
            return self.rest().is_empty().then_some(Next::End);
        };
        let lead = self.text.get(start..self.at)?;
        let value = self.value()?;
        Some(Next::Member { lead, name, value })
    }

    /// The name of the next member, with all that stands around it; within, none at the end of the object.
    fn name(&mut self) -> Option<Option<&'t str>> {
        let first = self.at == 0;
        self.blanks();
        if first {
            self.take(b'{')?;
            self.blanks();
        }
        if self.take(b'}').is_some() {
            return Some(None);
        }
        if !first {
            self.take(b',')?;
            self.blanks();
        }
        self.take(b'"')?;
        let Raw::Plain(name) = self.quoted()? else {
            return None;
        };
        self.blanks();
        self.take(b':')?;
        self.blanks();
        Some(Some(name))
    }

    #[inline]
    fn value(&mut self) -> Option<Raw<'t>> {
        if self.take(b'"').is_some() {
            self.quoted()
        } else {
            self.bare()
        }
    }

    #[inline]
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        self.at += self.rest().iter().take_while(blank).count();
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        let there = self.rest().first() == Some(&byte);
        self.at += usize::from(there);
        there.then_some(())
    }

    /// The rest of a text of which the first quotation mark is taken.
    #[inline]
    fn quoted(&mut self) -> Option<Raw<'t>> {
        let start = self.at;
        let end = start + special(self.rest())?;
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return self.text.get(start..end).map(Raw::Plain);
        }
        self.at = end;
        self.escaped(start)
    }

    /// The rest of a text that may have escapes; it starts here.
    #[cold]
    fn escaped(&mut self, start: usize) -> Option<Raw<'t>> {
        while self.take(b'\\').is_some() {
            self.at += 1;
            self.at += special(self.rest())?;
        }
        // A control character ends no text.
        self.take(b'"')?;
        self.text.get(start - 1..self.at).map(Raw::Escaped)
    }

    fn bare(&mut self) -> Option<Raw<'t>> {
        let ends = |b: &u8| matches!(b, b',' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
        let length = self.rest().iter().position(ends)?;
        let raw = self.text.get(self.at..self.at + length)?;
        self.at += length;
        (matches!(raw, "null" | "true" | "false") || is_number(raw)).then_some(Raw::Bare(raw))
    }
}

/// Whether this is a JSON number without an exponent.
fn is_number(raw: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let raw = raw.strip_prefix('-').unwrap_or(raw);
    let (whole, fraction) = match raw.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (raw, None),
    };
    digits(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// Marks the quotation marks, backslashes and control characters of eight bytes, which cannot be within a plain text. The lowest
/// mark is exact, and there is none where there is nothing to mark.
const fn marks(word: [u8; 8]) -> u64 {
    let word = u64::from_le_bytes(word);
    // With one bit flipped, the quotation mark follows the control characters.
    let low = word ^ (ONES * (b'"' ^ 0x20) as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    let low = low.wrapping_sub(ONES * 0x21) & !low;
    let slash = slash.wrapping_sub(ONES) & !slash;
    (low | slash) & HIGHS
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Where the first quotation mark, backslash or control character stands.
#[inline]
fn special(bytes: &[u8]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let found = marks(*word);
        if found != 0 {
            return Some(at * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    let at = tail.iter().position(|b| is_special(*b))?;
    Some(words.len() * 8 + at)
}

/// Whether a text is in JSON as it is, between quotation marks.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    let (words, tail) = bytes.as_chunks();
    let unmarked = words.iter().all(|word| marks(*word) == 0);
    // The last eight bytes are one word, whatever was seen of them.
    unmarked
        && match bytes.last_chunk() {
            Some(last) => marks(*last) == 0,
            None => !tail.iter().any(|b| is_special(*b)),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for special_byte in [b'"', b'\\', 0, b'\n', 0x1f] {
            for at in 0..40 {
                for length in at + 1..41 {
                    for other in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                        let mut bytes = vec![other; length];
                        assert_eq!(special(&bytes), None);
                        assert!(is_plain(&bytes));
                        bytes[at] = special_byte;
                        assert_eq!(special(&bytes), Some(at), "{special_byte} {other} {length}");
                        assert!(!is_plain(&bytes));
                    }
                }
            }
        }
    }
}
