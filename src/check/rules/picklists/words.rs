//! Words that several rules on picklists share.

use crate::analyze::StatedValue;
use crate::model::{FieldView, Role};
use crate::text::{count, quoted};

/// A value as a map writes it: quoted unless it is an identifier that stands for itself.
pub(in crate::check::rules) fn written(value: &str) -> String {
    const TAKEN: [&str; 5] = ["else", "keep", "reject", "blank", "none"];
    let mut chars = value.chars();
    let plain = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !TAKEN.contains(&value);
    if plain {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Some values in words: three of them, and how many more there are.
pub(in crate::check::rules) fn some<T: AsRef<str>>(values: &[T], conjunction: &str) -> String {
    let values: Vec<String> = values.iter().map(|v| quoted(v.as_ref())).collect();
    crate::text::some(&values, 3, conjunction)
}

/// What a field does with a value that it does not know.
pub(super) fn fate(target: FieldView<'_>, value: &str) -> String {
    let system = target.system.kind.title();
    let field = target.name();
    if target.rejects_unknown() {
        format!(
            "{system} restricts `{field}`: a record with `{value}` would be refused, and could not sync at all"
        )
    } else {
        format!(
            "{system} would store `{value}` in `{field}` beside its list, and every report would count it apart"
        )
    }
}

/// Why a stated value that its field does not know matters.
pub(super) fn consequence(stated: &StatedValue, field: FieldView<'_>) -> String {
    match stated.role {
        Role::Written => fate(field, &stated.value.value),
        Role::Compared => format!(
            "no record has it in `{}`, so nothing ever comes of it",
            field.name()
        ),
    }
}

/// The value that was most likely meant, else those that there are.
pub(super) fn suggestion(field: FieldView<'_>, stated: &StatedValue) -> String {
    if let Some(meant) = &stated.meant {
        return format!("did you mean `{meant}`?");
    }
    let mut known: Vec<String> = Vec::new();
    for choice in field.choices().map(|c| quoted(&c.value)) {
        if !known.contains(&choice) {
            known.push(choice);
        }
    }
    match known.len() {
        n if n > 8 => {
            let first = known.get(..8).unwrap_or_default().join(", ");
            format!("use one of its {}: {first}, …", count(n, "value"))
        }
        _ => format!("use one of its values: {}", known.join(", ")),
    }
}
