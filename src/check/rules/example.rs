//! Example records in words.

use crate::analyze::{Cell, Example};
use crate::model::Model;
use crate::text::list;
use crate::value::Value;

/// What of a record decides: `` `Country` is `Mexico` and `Vip__c` is true ``.
pub(super) fn in_words(model: &Model, example: &Example) -> String {
    let parts: Vec<String> = example
        .iter()
        .map(|(cell, value)| {
            let name = name(model, *cell);
            match value {
                Value::Blank => format!("`{name}` is blank"),
                Value::Bool(b) => format!("`{name}` is {b}"),
                other => format!("`{name}` is `{other}`"),
            }
        })
        .collect();
    if parts.is_empty() {
        "all else is as it likes".to_owned()
    } else {
        list(&parts)
    }
}

/// `Country`, `Account.Tier__c`.
fn name(model: &Model, cell: Cell) -> String {
    let of = |f| model.field(f).map_or("", |v| v.name());
    match cell.through.and_then(|r| model.field(r)) {
        Some(reference) => {
            let path = reference.field.relationship.as_deref();
            format!("{}.{}", path.unwrap_or(reference.name()), of(cell.field))
        }
        None => of(cell.field).to_owned(),
    }
}
