//! The members of a JSON line, found in one pass over its bytes.
//!
//! Only what is plain is read here: an object of texts, numbers and literals, with member names free of escapes. The answer to
//! anything else is none: then the full parser reads the line, and says what is wrong with it if something is. So nothing
//! here has to report, and whatever is accepted here is accepted there with the same values.

/// A walk over one line.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
    started: bool,
}

/// What comes next in a line.
pub(super) enum Next<'t> {
    /// A member.
    Member {
        /// Its name, unless it is the expected one.
        name: Option<&'t str>,
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
        Self {
            text,
            at: 0,
            started: false,
        }
    }

    /// The next member, where a name free of quotation marks is expected; none where the line is not plain.
    pub(super) fn next(&mut self, expected: Option<&str>) -> Option<Next<'t>> {
        self.blanks();
        if !self.started {
            self.started = true;
            self.take(b'{')?;
            self.blanks();
            if self.take(b'}').is_some() {
                return self.end();
            }
        } else if self.take(b'}').is_some() {
            return self.end();
        } else {
            self.take(b',')?;
            self.blanks();
        }
        self.take(b'"')?;
        let is_next = |name: &&str| {
            let rest = self.rest().strip_prefix(name.as_bytes());
            rest.is_some_and(|rest| rest.first() == Some(&b'"'))
        };
        let name = if let Some(expected) = expected.filter(is_next) {
            self.at += expected.len() + 1;
            None
        } else if let Raw::Plain(name) = self.quoted()? {
            Some(name)
        } else {
            return None;
        };
        self.blanks();
        self.take(b':')?;
        self.blanks();
        let value = if self.take(b'"').is_some() {
            self.quoted()?
        } else {
            self.bare()?
        };
        Some(Next::Member { name, value })
    }

    fn end(&mut self) -> Option<Next<'t>> {
        self.blanks();
        self.rest().is_empty().then_some(Next::End)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        self.at += self.rest().iter().take_while(blank).count();
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let there = self.rest().first() == Some(&byte);
        self.at += usize::from(there);
        there.then_some(())
    }

    /// The rest of a text of which the first quotation mark is taken.
    fn quoted(&mut self) -> Option<Raw<'t>> {
        let start = self.at;
        self.at += special(self.rest())?;
        if self.take(b'"').is_some() {
            return self.text.get(start..self.at - 1).map(Raw::Plain);
        }
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

/// Where the first quotation mark, backslash or control character stands: what cannot be within a plain text. Eight bytes are
/// looked at together; of the marks that the subtractions leave, the lowest is exact.
pub(super) fn special(bytes: &[u8]) -> Option<usize> {
    let is = |word: u64, byte: u8| {
        let other = word ^ (ONES * u64::from(byte));
        other.wrapping_sub(ONES) & !other
    };
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (is(word, b'"') | is(word, b'\\') | controls) & HIGHS;
        if found != 0 {
            return Some(at * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    let at = tail
        .iter()
        .position(|b| matches!(b, b'"' | b'\\' | 0..0x20))?;
    Some(words.len() * 8 + at)
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
                        bytes[at] = special_byte;
                        assert_eq!(special(&bytes), Some(at), "{special_byte} {other} {length}");
                    }
                }
            }
        }
    }
}
