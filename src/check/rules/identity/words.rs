//! Words that several rules on identity share.

use crate::model::{DeletePolicy, Expr, ExprKind, FieldView, Key, Mode, SyncView};
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

/// A field of a side that is there already and that would do as its `key`.
pub(super) fn likely_key(sync: SyncView<'_>, side: Side) -> String {
    let fields = sync
        .object(side)
        .map(|o| o.fields.as_slice())
        .unwrap_or_default();
    let fits = |f: &&crate::catalog::Field| {
        f.unique && (f.external_id || f.id_lookup) && f.creatable && f.name != "email"
    };
    let name = fields.iter().find(fits).map_or("…", |f| f.name.as_str());
    format!("{}.{name}", sync.side_name(side))
}

/// A `delete` statement as it would be written, with a policy of its own for one side.
pub(super) fn delete_line(sync: SyncView<'_>, changed: Side, policy: &str) -> String {
    let word = |side: Side| match sync.sync.delete.get(side).as_ref().map(|d| &d.node) {
        _ if side == changed => policy.to_owned(),
        None | Some(DeletePolicy::Keep) => "keep".to_owned(),
        Some(DeletePolicy::Unlink) => "unlink".to_owned(),
        Some(DeletePolicy::Archive) => "archive".to_owned(),
        Some(DeletePolicy::Propagate) => "propagate".to_owned(),
        Some(DeletePolicy::Flag(field)) => {
            let name = field
                .and_then(|f| sync.model.field(f))
                .map_or("…", |f| f.name());
            format!("flag {name}")
        }
    };
    let parts = Side::BOTH.map(|side| format!("in {} {}", sync.side_name(side), word(side)));
    format!("delete  {}", parts.join(", "))
}

/// Whether a sync makes records on both sides, recognises them by what people fill, and keeps no ids: told by I016.
pub(super) fn creates_twice(sync: SyncView<'_>) -> bool {
    let both = |holds: &dyn Fn(Side) -> bool| Side::BOTH.iter().all(|s| holds(*s));
    sync.sync.mode == Mode::Merge
        && both(&|s| sync.creates(s) && sync.sync.stamp.get(s).is_none())
        && !sync.sync.keys.is_empty()
        && !sync.model.is_incomplete(sync.sync.span)
}

/// How well the keys of a sync tell the records of a side apart, where nothing says what happens to several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Each by itself; or `many` says what happens, or there is nothing to tell.
    Each,
    /// Few, or one, as people fill them.
    Few,
    /// Only kinds of records: a key is made of lists of values, or of true and false.
    Kinds,
}

/// What the keys of a sync tell of the records of a side. What is poisoned identifies.
pub(super) fn telling(sync: SyncView<'_>, side: Side) -> Telling {
    let silent = sync.sync.many.get(side).is_none() && sync.object(side).is_some();
    if sync.sync.mode == Mode::AppendOnly || !silent {
        return Telling::Each;
    }
    let field = |e: &Expr| match e.node {
        ExprKind::Field { field, .. } => sync.model.field(field),
        _ => None,
    };
    let distinct = |e: &Expr| e.is_poisoned() || field(e).is_some_and(|f| f.identifies());
    let listed =
        |e: &Expr| field(e).is_some_and(|f| f.kind() == Kind::Bool || f.picklist().is_some());
    let parts = |k: &Key, is: &dyn Fn(&Expr) -> bool| -> (bool, bool) {
        let mut parts = k.parts.iter().map(|p| is(p.sides.get(side)));
        (parts.clone().all(|b| b), parts.any(|b| b))
    };
    let mut keys = sync.sync.keys.iter();
    if keys.clone().all(|k| parts(k, &distinct).1) {
        Telling::Each
    } else if keys.any(|k| !k.parts.is_empty() && parts(k, &listed).0) {
        Telling::Kinds
    } else {
        Telling::Few
    }
}
