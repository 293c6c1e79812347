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

/// The order without case alone.
pub(super) fn any_case(a: &str, b: &str) -> Ordering {
    for (x, y) in a.bytes().zip(b.bytes()) {
        let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}
