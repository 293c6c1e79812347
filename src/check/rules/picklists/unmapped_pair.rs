//! K001, second part: two picklist fields on one row without a map, and values that only one of them has.

use super::paste::block;
use super::words::{fate, some};
use crate::analyze::standing;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::model::{Catalogued, ExprKind, FieldView, RowView};
use crate::side::{Side, Sides};

/// Two lists, and the values of each that the other one lacks and that would travel.
struct UnmappedPair<'m> {
    row: RowView<'m>,
    fields: Sides<FieldView<'m>>,
    missing: Sides<Vec<&'m str>>,
}

/// Finds rows that carry values between two lists as they are, once for each row of the spec.
pub fn run(cx: &mut Cx<'_>) {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for row in cx.model.rows() {
        if let Some(pair) = pair(row).filter(|_| !seen.contains(&row.row.head)) {
            seen.push(row.row.head);
            found.push(pair.describe());
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn pair(row: RowView<'_>) -> Option<UnmappedPair<'_>> {
    let fields = Sides::new(row.field(Side::Left)?, row.field(Side::Right)?);
    fields.left.picklist().and(fields.right.picklist())?;
    if fields.left.kind() != fields.right.kind() {
        return None;
    }
    let missing = Sides::new(
        lacking(row, &fields, Side::Left),
        lacking(row, &fields, Side::Right),
    );
    let some = !missing.left.is_empty() || !missing.right.is_empty();
    some.then_some(UnmappedPair {
        row,
        fields,
        missing,
    })
}

/// The choices of a side that travel unchanged and that the other side's list does not have.
fn lacking<'m>(row: RowView<'m>, fields: &Sides<FieldView<'m>>, from: Side) -> Vec<&'m str> {
    let unchanged = row
        .lane(from)
        .is_some_and(|l| l.value.node == ExprKind::Input);
    let mut values: Vec<&str> = Vec::new();
    for choice in fields.get(from).choices().filter(|_| unchanged) {
        let value = choice.value.as_str();
        let known = matches!(
            standing(*fields.get(!from), value).0,
            Catalogued::Active | Catalogued::Inactive
        );
        if !known && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

impl<'m> UnmappedPair<'m> {
    fn describe(&self) -> Diagnostic {
        let lists = Side::BOTH.map(|s| (s, self.missing.get(s)));
        let lacks: Vec<String> = lists
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(from, values)| {
                format!(
                    "`{}` has no value {}",
                    self.fields.get(!*from).full_name(),
                    some(values, "or")
                )
            })
            .collect();
        let refused = Side::BOTH
            .into_iter()
            .find(|s| !self.missing.get(*s).is_empty() && self.fields.get(!*s).rejects_unknown());
        let from = refused.unwrap_or(if self.missing.left.is_empty() {
            Side::Right
        } else {
            Side::Left
        });
        let value = self.missing.get(from).first().copied().unwrap_or_default();
        let level = if refused.is_some() {
            Level::Error
        } else {
            Level::Warning
        };
        Diagnostic::new(Code::K001, lacks.join(", and "))
            .level(level)
            .at(
                self.row.row.head,
                "values travel here as they are, without a map",
            )
            .note(fate(*self.fields.get(!from), value))
            .help(block(self.row.row, &self.fields))
    }
}
