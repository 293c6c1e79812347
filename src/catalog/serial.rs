//! The small predicates by which the normalised form leaves out what is usual.

use std::cmp::Ordering;

use smol_str::SmolStr;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(super) const fn is_true(b: &bool) -> bool {
    *b
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(super) const fn is_false(b: &bool) -> bool {
    !*b
}

pub(super) const fn yes() -> bool {
    true
}

/// ASCII lower case: how names of objects, and of fields of most systems, are compared.
pub(super) fn fold(name: &str) -> SmolStr {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// The order in which objects and fields are kept: without case, then exactly.
pub(super) fn by_name(a: &str, b: &str) -> Ordering {
    any_case(a, b).then_with(|| a.cmp(b))
}

/// The order without case alone. Names of one object mostly begin alike, so eight bytes are compared at a time.
pub(super) fn any_case(a: &str, b: &str) -> Ordering {
    let left = a.as_bytes().as_chunks::<8>();
    let right = b.as_bytes().as_chunks::<8>();
    for at in 0..=left.0.len().min(right.0.len()) {
        let (x, y) = (lower(eight(left, at)), lower(eight(right, at)));
        if x != y {
            return x.cmp(&y);
        }
    }
    a.len().cmp(&b.len())
}

/// A hash of a name without case.
pub(super) fn hash_without_case(name: &str) -> u32 {
    /// 2^64 over the golden ratio, odd: spreads what differs over the high bits.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let chunks = name.as_bytes().as_chunks::<8>();
    let eights = (0..=chunks.0.len()).map(|at| lower(eight(chunks, at)));
    let hash = eights.fold(name.len() as u64, |hash, bytes| {
        (hash.rotate_left(23) ^ bytes).wrapping_mul(SPREAD)
    });
    (hash >> 32) as u32
}

/// The bytes of a text at a position that counts in eights, the first one highest; zeros behind its end.
fn eight((chunks, rest): (&[[u8; 8]], &[u8]), at: usize) -> u64 {
    match chunks.get(at) {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => {
            let bytes = rest.iter().fold(0, |n, b| n << 8 | u64::from(*b));
            let behind = 8 * (8 - rest.len() as u32);
            bytes.checked_shl(behind).unwrap_or(0)
        }
    }
}

/// Eight bytes with their ASCII letters in lower case.
const fn lower(bytes: u64) -> u64 {
    const EACH: u64 = u64::from_be_bytes([1; 8]);
    let low = bytes & (EACH * 0x7f);
    // the high bit of a byte tells whether it is at least `A`, and whether it is beyond `Z`
    let from_a = low + EACH * (0x80 - b'A' as u64);
    let beyond_z = low + EACH * (0x7f - b'Z' as u64);
    let upper = (from_a ^ beyond_z) & !bytes & (EACH * 0x80);
    bytes | (upper >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_their_lower_case_is() {
        let words = [
            "",
            "a",
            "A",
            "b",
            "_",
            "Field_1__c",
            "field_1__C",
            "Field_12__c",
            "field_1",
            "fields_1",
            "FIELD_2__c",
            "eight_by",
            "Eight_By",
            "eight_byt",
            "EIGHT_BYTES",
            "straße__c",
            "STRASSE__c",
            "STRAßE__C",
            "Z[",
            "z@",
            "{",
        ];
        for a in words {
            for b in words {
                let plain = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
                assert_eq!(any_case(a, b), plain, "{a} and {b}");
            }
        }
    }
}
