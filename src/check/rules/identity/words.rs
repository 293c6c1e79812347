//! Words that several rules on identity share.

use crate::model::{FieldView, SyncView};
use crate::side::Side;
use crate::value::Kind;

/// A `match` that is likely to be right: over the pair of texts of a row that look most like an identity.
pub(super) fn likely_match(sync: SyncView<'_>) -> String {
    let worth = |f: &FieldView<'_>| {
        let name = f.name().to_ascii_lowercase();
        match () {
            () if f.field.unique => 0,
            () if name.contains("email") => 1,
            () if name.contains("domain") => 2,
            () if name.contains("name") || name.contains("subject") => 3,
            () => 4,
        }
    };
    let mut pairs: Vec<_> = sync
        .rows()
        .filter_map(|row| Some((row.field(Side::Left)?, row.field(Side::Right)?)))
        .filter(|(l, r)| l.kind() == Kind::Text && r.kind() == Kind::Text && l.picklist().is_none())
        .collect();
    pairs.sort_by_key(|(l, r)| worth(l).min(worth(r)));
    match pairs.first().filter(|(l, r)| worth(l).min(worth(r)) < 4) {
        Some((left, right)) => format!("match  {} = {}", left.name(), right.name()),
        None => "match  … = …".to_owned(),
    }
}
