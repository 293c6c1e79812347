//! A hash that tells whether something is as it was. It is remembered between runs, so it is the same on every machine; it is
//! no defence against somebody who makes up values to have one fingerprint.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Hashes eight bytes at a time, each by one multiplication of which both halves are kept.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

/// A map over keys that a plan declares: nobody makes them up to collide.
pub type DeclaredMap<K, V> = HashMap<K, V, BuildHasherDefault<Fingerprint>>;

/// A set of what a plan declares.
pub type DeclaredSet<K> = HashSet<K, BuildHasherDefault<Fingerprint>>;

/// Digits of the fraction of pi: numbers without a pattern.
const START: u64 = 0x243f_6a88_85a3_08d3;
const WORD: u64 = 0x1319_8a2e_0370_7345;
const TAIL: u64 = 0xa409_3822_299f_31d1;

impl Default for Fingerprint {
    fn default() -> Self {
        Self(START)
    }
}

impl Fingerprint {
    #[inline]
    fn fold(&mut self, word: u64, key: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(key);
        self.0 = (product as u64) ^ ((product >> 64) as u64).rotate_left(23);
    }
}

/// The fingerprint of bytes.
pub fn of(bytes: &[u8]) -> u64 {
    let mut hash = Fingerprint::default();
    hash.write(bytes);
    hash.finish()
}

/// Less than eight bytes as a number, the lowest first.
fn little_end(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl Hasher for Fingerprint {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word), WORD);
        }
        let last = match bytes.last_chunk() {
            // The end of the last eight bytes is the tail.
            Some(end) => u64::from_le_bytes(*end)
                .checked_shr(64 - 8 * tail.len() as u32)
                .unwrap_or(0),
            None => little_end(tail),
        };
        self.fold(last ^ ((bytes.len() as u64) << 56), TAIL);
    }

    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.fold(n.into(), TAIL);
    }

    fn write_u16(&mut self, n: u16) {
        self.fold(n.into(), TAIL);
    }

    fn write_u32(&mut self, n: u32) {
        self.fold(n.into(), TAIL);
    }

    fn write_u64(&mut self, n: u64) {
        self.fold(n, WORD);
    }

    fn write_usize(&mut self, n: usize) {
        self.fold(n as u64, WORD);
    }

    fn finish(&self) -> u64 {
        let mut last = *self;
        last.fold(0, WORD);
        last.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_differs_has_another_fingerprint() {
        let mut seen = HashSet::new();
        for length in 0..40 {
            assert!(seen.insert(of(&vec![0; length])), "{length}");
            for at in 0..length {
                for bit in 0..8 {
                    let mut bytes = vec![0; length];
                    bytes[at] = 1 << bit;
                    assert!(seen.insert(of(&bytes)), "{length} {at} {bit}");
                }
            }
        }
    }

    /// However the bytes after the last word are read.
    #[test]
    fn a_tail_is_its_bytes() {
        let bytes: Vec<u8> = (0..40_u8).map(|n| n.wrapping_mul(89)).collect();
        for length in 0..bytes.len() {
            let (words, tail) = bytes[..length].as_chunks();
            let mut plain = Fingerprint::default();
            for word in words {
                plain.fold(u64::from_le_bytes(*word), WORD);
            }
            plain.fold(little_end(tail) ^ ((length as u64) << 56), TAIL);
            assert_eq!(of(&bytes[..length]), plain.finish(), "{length}");
        }
    }

    /// States remember it: it must not change without need, since all pairs would be merged once more.
    #[test]
    fn it_is_the_same_everywhere() {
        let mut hash = Fingerprint::default();
        hash.write(b"Ann Lee, Acme");
        hash.write_u64(7);
        assert_eq!(hash.finish(), 0xff58_da68_07d5_3606);
    }
}
