//! What helps where an arrow leads into something that can only be read; several rules meet that.

use crate::model::{Arrow, CellKind, ExprKind, FieldView, RowView};
use crate::side::Side;
use crate::value::Value;

/// What to write instead of a row whose arrow leads into a constant, a computation or a path. A constant is most often a field
/// that was meant, under its label or in quotes: turned around, the arrow would write it to every record.
pub(super) fn help(row: RowView<'_>, side: Side) -> String {
    let Some(constant) = constant(row, side) else {
        let draft = row.draft(Arrow::from(side));
        return format!("let it travel the other way\n  {draft}");
    };
    match meant(row, side, constant) {
        Some(field) => {
            let draft = row.draft(row.row.arrow.node).naming(side, field.name());
            format!("name the field\n  {draft}")
        }
        None => format!(
            "name a field of `{}` here, without quotes; `{}` would give every record the value `{constant}`",
            row.sync.object(side).map_or("", |o| o.name.as_str()),
            Arrow::from(side).text()
        ),
    }
}

fn constant<'m>(row: RowView<'m>, side: Side) -> Option<&'m Value> {
    match &row.row.cells.get(side).node {
        CellKind::Computed(e) => match &e.node {
            ExprKind::Const(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The field that has the text of a constant as its name or its label.
fn meant<'m>(row: RowView<'m>, side: Side, constant: &Value) -> Option<FieldView<'m>> {
    let text = constant.as_text()?;
    let is = |s: &str| s.eq_ignore_ascii_case(text);
    let named = row.sync.fields(side).find(|f| is(f.name()));
    named.or_else(|| row.sync.fields(side).find(|f| is(&f.field.label)))
}
