//! The members of a JSON line, found in one pass over its bytes.
//!
//! Only what is plain is read here: an object of texts, numbers and literals, with member names free of escapes. The answer to
//! anything else is none: then the full parser reads the line, and says what is wrong with it if something is. So nothing
//! here has to report, and whatever is accepted here is accepted there with the same values.

/// A walk over one line.
pub(super) struct Scan<'t> {
    /// What was not walked over yet.
    rest: &'t str,
    /// Nothing was.
    fresh: bool,
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
    /// A walk over a line, or what is left of it after some members.
    pub(super) const fn new(rest: &'t str, fresh: bool) -> Self {
        Self { rest, fresh }
    }

    /// What was not walked over yet.
    pub(super) const fn rest(&self) -> &'t str {
        self.rest
    }

    /// The next member, which mostly begins with the lead that the line before has here; none where the line is not plain.
    #[inline]
    pub(super) fn next(&mut self, expected: Option<&str>) -> Option<Next<'t>> {
        if let Some(rest) = expected.and_then(|lead| after(self.rest, lead)) {
            self.rest = rest;
            self.fresh = false;
            return self.value().map(Next::Expected);
        }
        self.unexpected()
    }

    #[cold]
    fn unexpected(&mut self) -> Option<Next<'t>> {
        let start = self.rest;
        let Some(name) = self.name()? else {
            self.blanks();
            return self.rest.is_empty().then_some(Next::End);
        };
        let lead = before(start, self.rest)?;
        let value = self.value()?;
        Some(Next::Member { lead, name, value })
    }

    /// The name of the next member, with all that stands around it; within, none at the end of the object.
    fn name(&mut self) -> Option<Option<&'t str>> {
        let first = std::mem::take(&mut self.fresh);
        self.blanks();
        if first {
            self.take('{')?;
            self.blanks();
        }
        if self.take('}').is_some() {
            return Some(None);
        }
        if !first {
            self.take(',')?;
            self.blanks();
        }
        let start = self.rest;
        self.take('"')?;
        let Raw::Plain(name) = self.quoted(start)? else {
            return None;
        };
        self.blanks();
        self.take(':')?;
        self.blanks();
        Some(Some(name))
    }

    fn value(&mut self) -> Option<Raw<'t>> {
        let start = self.rest;
        if self.take('"').is_some() {
            self.quoted(start)
        } else {
            self.bare()
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, sign: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    /// The rest of a text of which the first quotation mark, which stands at the start, is taken.
    fn quoted(&mut self, start: &'t str) -> Option<Raw<'t>> {
        let (text, rest) = until_mark(self.rest)?;
        self.rest = rest;
        if self.take('"').is_some() {
            return Some(Raw::Plain(text));
        }
        while self.take('\\').is_some() {
            let mut escaped = self.rest.chars();
            escaped.next();
            self.rest = until_mark(escaped.as_str())?.1;
        }
        // A control character ends no text.
        self.take('"')?;
        before(start, self.rest).map(Raw::Escaped)
    }

    fn bare(&mut self) -> Option<Raw<'t>> {
        let length = self.rest.find([',', '}', ' ', '\t', '\r', '\n'])?;
        let (raw, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
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

/// The value of the next member and what comes after it, where that begins with this lead and is a text free of escapes.
#[inline]
pub(super) fn text_after<'t>(lead: &str, rest: &'t str) -> Option<(&'t str, &'t str)> {
    let (text, rest) = until_mark(after(rest, lead)?.strip_prefix('"')?)?;
    Some((text, rest.strip_prefix('"')?))
}

/// What comes after a lead, where a text begins with it. Most leads are of two words, which are sooner looked at than another
/// function is called.
#[inline]
fn after<'t>(text: &'t str, lead: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(lead.len())?;
    let (head, lead) = (head.as_bytes(), lead.as_bytes());
    let same = if (8..=16).contains(&lead.len()) {
        head.first_chunk::<8>() == lead.first_chunk() && head.last_chunk::<8>() == lead.last_chunk()
    } else {
        head == lead
    };
    same.then_some(rest)
}

/// What stands in a text before its rest.
fn before<'t>(text: &'t str, rest: &str) -> Option<&'t str> {
    text.get(..text.len().checked_sub(rest.len())?)
}

/// Parts a text at its first quotation mark, backslash or control character.
#[inline]
fn until_mark(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(special(text.as_bytes())?)
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
    fn a_lead_is_there_as_a_whole_or_not() {
        let text = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";
        for length in 0..text.len() {
            let (lead, rest) = text.split_at(length);
            assert_eq!(after(text, lead), Some(rest));
            for at in 0..length {
                assert_eq!(after(&text[..at], lead), None, "{length} {at}");
                let other = [&lead[..at], "#", &lead[at + 1..]].concat();
                assert_eq!(after(text, &other), None, "{length} {at}");
            }
        }
    }

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
