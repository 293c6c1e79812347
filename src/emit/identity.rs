//! How records are recognised, made and given up, in sentences.

use super::markdown::{alternatives, code, text};
use super::phrase::{change, label, phrase};
use super::rows::{names, sync_names};
use crate::model::{Expr, ExprKind, Filter, KeyPart, Many, Mode, RowView, SyncView};
use crate::plan::{Absent, DeletePolicy, Leave, Order, Sync};
use crate::side::{Side, Sides};

/// The sentences, in the order in which a record meets them.
pub fn sentences(view: SyncView<'_>, sync: &Sync) -> Vec<String> {
    let names = names(view).map(|n| text(&n));
    let mut out = Vec::new();
    admission(view, sync, &names, &mut out);
    if !sync.identity.yields_to.is_empty() {
        out.push(format!(
            "A record that belongs to {} is taken there, and not here.",
            text(&sync_names(&sync.identity.yields_to, "or"))
        ));
    }
    for after in &sync.identity.after {
        let absent = match &after.otherwise {
            Absent::Wait => "and waits for it".to_owned(),
            Absent::Without => "and goes without it where it will never come".to_owned(),
            Absent::As(other) => {
                format!("and is taken by {} where it will never come", text(other))
            }
        };
        out.push(format!(
            "A record comes after its record of {}, {absent}.",
            text(&after.sync)
        ));
    }
    matching(view, &names, &mut out);
    for side in Side::BOTH {
        if let Some(field) = sync.identity.stamp.get(side) {
            out.push(format!(
                "The field {} of {} holds the id of the other record.",
                code(field),
                names.get(side)
            ));
        }
    }
    creation(view, sync, &names, &mut out);
    if let Some(other) = &sync.identity.converts_to {
        out.push(format!(
            "When a record of {} is converted, its link follows to {}.",
            names.right,
            text(other)
        ));
    }
    deletion(view, sync, &names, &mut out);
    out
}

fn condition(view: SyncView<'_>, filter: Option<&Filter>) -> Option<String> {
    let condition = filter?.condition.as_ref()?;
    Some(text(&phrase(view.model, condition)))
}

fn admission(view: SyncView<'_>, sync: &Sync, names: &Sides<String>, out: &mut Vec<String>) {
    for side in Side::BOTH {
        let name = names.get(side);
        if let Some(narrowed) = view.sync.narrowed.get(side) {
            out.push(format!(
                "Only records of {name} that are “{}” take part; new ones are made as such.",
                text(&narrowed.node.name)
            ));
        }
        if let Some(condition) = condition(view, view.sync.from.get(side).as_ref()) {
            let made = if *sync.identity.create.get(!side) {
                format!(", or created in {},", names.get(!side))
            } else {
                String::new()
            };
            out.push(format!(
                "A record of {name} is matched{made} only if {condition}."
            ));
        }
        if let Some(condition) = condition(view, view.sync.active_while.get(side).as_ref()) {
            out.push(format!(
                "A linked pair rests unless, in {name}, {condition}."
            ));
        }
    }
    let leaves = match view.sync.leave.as_ref().map(|l| l.node) {
        Some(Leave::Continue) => "goes on being kept in step",
        Some(Leave::Freeze) => "rests until it does again",
        Some(Leave::Unlink) => "is taken apart",
        None => return,
    };
    out.push(format!(
        "A linked pair that no longer meets these conditions {leaves}."
    ));
}

fn matching(view: SyncView<'_>, names: &Sides<String>, out: &mut Vec<String>) {
    let part = |e: &Expr| match &e.node {
        ExprKind::Field { field, .. } => text(&label(view.model, *field)),
        _ => text(&phrase(view.model, e)),
    };
    for (number, key) in view.sync.keys.iter().enumerate() {
        let parts: Vec<String> = key
            .parts
            .iter()
            .map(|p| {
                format!(
                    "{} in {} equals {} in {}{}",
                    part(&p.sides.left),
                    names.left,
                    part(&p.sides.right),
                    names.right,
                    compared_by(view, p)
                )
            })
            .collect();
        let first = if number == 0 {
            "Two records that are not linked yet are the same if"
        } else {
            "Failing that, if"
        };
        out.push(format!("{first} {}.", alternatives(&parts, "and")));
    }
    if view.sync.keys.is_empty() {
        if view.sync.mode != Mode::AppendOnly {
            out.push(
                "Records are never recognised by their content, only by their ids.".to_owned(),
            );
        }
        return;
    }
    for side in Side::BOTH {
        let name = names.get(side);
        let what = match view.sync.many.get(side).as_ref().map(|m| &m.node) {
            Some(Many::First(keys)) => {
                let by: Vec<String> = keys
                    .iter()
                    .map(|k| {
                        let field = k
                            .field
                            .map_or_else(|| "id".to_owned(), |f| text(&label(view.model, f)));
                        match k.order {
                            Order::Ascending => format!("the lowest {field}"),
                            Order::Descending => format!("the highest {field}"),
                        }
                    })
                    .collect();
                format!(
                    "the one with {} is taken, and the others are reported",
                    by.join(", then ")
                )
            }
            Some(Many::Hold) | None => "none is taken, and a person is asked".to_owned(),
        };
        out.push(format!("Where several records of {name} match, {what}."));
    }
}

/// The normal form of the row that maps the fields of a part.
fn compared_by(view: SyncView<'_>, part: &KeyPart) -> String {
    let reads = |row: &RowView<'_>, side: Side| {
        let field = row.row.cells.get(side).field();
        let fields = part.sides.get(side).fields();
        fields.iter().any(|(_, f, _)| Some(*f) == field)
    };
    let row = view
        .rows()
        .find(|r| Side::BOTH.iter().all(|s| reads(r, *s)));
    let form = row.and_then(|r| change(view.model, r.row.normal.as_ref()?));
    form.map_or_else(String::new, |f| format!(" (compared by {})", text(&f)))
}

fn creation(view: SyncView<'_>, sync: &Sync, names: &Sides<String>, out: &mut Vec<String>) {
    if sync.mode == Mode::LinkOnly {
        return;
    }
    let which = if view.sync.keys.is_empty() {
        "that has no partner"
    } else {
        "that matches none"
    };
    let create = &sync.identity.create;
    for side in Side::BOTH.into_iter().filter(|s| *create.get(*s)) {
        out.push(format!(
            "A record of {} {which} is created in {}.",
            names.get(!side),
            names.get(side)
        ));
    }
    if !create.left && !create.right {
        out.push("No records are created.".to_owned());
    }
}

fn deletion(view: SyncView<'_>, sync: &Sync, names: &Sides<String>, out: &mut Vec<String>) {
    for side in Side::BOTH {
        if view.sync.delete.get(side).is_none() {
            continue;
        }
        let does = match sync.identity.delete.get(side) {
            DeletePolicy::Keep => "stays".to_owned(),
            DeletePolicy::Unlink => "stays, and the two are no longer linked".to_owned(),
            DeletePolicy::Archive => "is archived".to_owned(),
            DeletePolicy::Flag(field) => format!("stays, and {} is set", code(field)),
            DeletePolicy::Propagate => "is deleted, too".to_owned(),
        };
        out.push(format!(
            "When a record of {} is deleted, its partner in {} {does}.",
            names.get(!side),
            names.get(side)
        ));
    }
}
