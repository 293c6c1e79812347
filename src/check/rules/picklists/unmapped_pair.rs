//! K001, second part: two picklist fields on one row without a map, and values that only one of them has.

use super::words::{fate, some, written};
use crate::analyze::{home, standing};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::model::{Arrow, Catalogued, ExprKind, FieldView, RowView};
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
            .help(self.block())
    }

    /// A whole map of the two fields, to be pasted.
    fn block(&self) -> String {
        let (left, right) = (self.fields.left, self.fields.right);
        let arrow = self.row.row.arrow.node;
        let name = pascal(&self.row.row.name);
        let mut rows: Vec<(Vec<String>, Option<String>)> = Vec::new();
        let from = if arrow == Arrow::Left {
            Side::Right
        } else {
            Side::Left
        };
        for choice in self.fields.get(from).choices() {
            let value = written(&choice.value);
            let home = home(choice, *self.fields.get(!from)).map(|h| written(&h.value));
            match rows.iter_mut().find(|(_, h)| home.is_some() && *h == home) {
                Some((values, _)) if !values.contains(&value) => values.push(value),
                Some(_) => {}
                None => rows.push((vec![value], home)),
            }
        }
        let mut lines: Vec<(String, String)> = Vec::new();
        for (values, home) in &rows {
            let (value, home) = (
                values.join(", "),
                home.clone().unwrap_or_else(|| "…".into()),
            );
            lines.push(if from == Side::Left {
                (value, home)
            } else {
                (home, value)
            });
        }
        if arrow == Arrow::Both {
            for choice in right.choices().map(|c| written(&c.value)) {
                if !lines.iter().any(|(_, r)| *r == choice) {
                    lines.push(("…".into(), choice));
                }
            }
        }
        let width = lines
            .iter()
            .map(|(l, _)| l.chars().count())
            .max()
            .unwrap_or(0);
        let arrow = arrow.text();
        let mut text = "declare a map and put the value that each means in place of …\n".to_owned();
        text.push_str(&format!(
            "  picklist {name}: {} {arrow} {} {{\n",
            left.full_name(),
            right.full_name()
        ));
        for (l, r) in &lines {
            text.push_str(&format!("    {l:width$} {arrow} {r}\n"));
        }
        text.push_str(&format!("  }}\nand apply it on the row\n  via {name}"));
        text
    }
}

/// A field's name as the name of a map: `hs_lead_status` becomes `HsLeadStatus`.
fn pascal(name: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    };
    name.split(|c: char| !c.is_alphanumeric())
        .map(capital)
        .collect()
}
