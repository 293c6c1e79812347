//! K001, second part: two picklist fields on one row without a map, and values that only one of them has, as they are or as
//! a function writes them.

use smol_str::SmolStr;

use super::paste::block;
use super::words::{fate, some};
use crate::analyze::{Declared, eval, forgotten_map, standing};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::model::{Catalogued, ExprKind, Fallback, FieldView, Lane, Model, RowView, SyncView};
use crate::side::{Side, Sides};
use crate::value::Value;

/// Two lists, and the values of each that the other one lacks and that would travel.
struct UnmappedPair<'m> {
    row: RowView<'m>,
    fields: Sides<FieldView<'m>>,
    missing: Sides<Vec<Lack<'m>>>,
}

/// A choice of one side, and what of it arrives on the other, which does not know it.
struct Lack<'m> {
    chosen: &'m str,
    written: SmolStr,
}

impl AsRef<str> for Lack<'_> {
    fn as_ref(&self) -> &str {
        &self.written
    }
}

/// Finds rows that carry values between two lists as they are; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        if let Some(pair) = pair(row) {
            cx.report(pair.describe(&cx.facts.declared));
        }
    }
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

/// What the choices of a side become on their way and the other side's list does not have: the choices themselves, or what
/// a function makes of them. Maps and tables have rules of their own.
fn lacking<'m>(row: RowView<'m>, fields: &Sides<FieldView<'m>>, from: Side) -> Vec<Lack<'m>> {
    let by_function = |l: &&Lane| matches!(l.value.node, ExprKind::Input | ExprKind::Call { .. });
    let Some(lane) = row.lane(from).filter(by_function) else {
        return Vec::new();
    };
    let mut values: Vec<Lack<'m>> = Vec::new();
    for choice in fields.get(from).choices() {
        let Some(written) = image(row.sync.model, lane, &choice.value) else {
            continue;
        };
        let known = matches!(
            standing(*fields.get(!from), &written).0,
            Catalogued::Active | Catalogued::Inactive
        );
        if !known && !values.iter().any(|v| v.written == written) {
            let chosen = choice.value.as_str();
            values.push(Lack { chosen, written });
        }
    }
    values
}

/// What a lane writes for a choice; none where nothing is written, or more than the choice decides.
fn image(model: &Model, lane: &Lane, choice: &SmolStr) -> Option<SmolStr> {
    if lane.value.node == ExprKind::Input {
        return Some(choice.clone());
    }
    let value = match (
        eval(model, &lane.value, &Value::text(choice)),
        &lane.failure,
    ) {
        (Some(value), _) => value,
        (None, Fallback::Keep) => return Some(choice.clone()),
        (None, Fallback::Value(value)) => value.clone(),
        (None, Fallback::Blank | Fallback::Reject) => return None,
    };
    match value {
        Value::Text(text) => Some(text.as_str().into()),
        _ => None,
    }
}

impl<'m> UnmappedPair<'m> {
    fn describe(&self, declared: &Declared) -> Diagnostic {
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
        let first = self.missing.get(from).first();
        let value = first.map_or("", |l| l.written.as_str());
        let (place, how) = match &self.row.row.via {
            Some(via) => {
                let chosen = first.map_or("", |l| l.chosen);
                (via.span, format!("makes `{value}` of `{chosen}`"))
            }
            None => (
                self.row.row.head,
                "values travel here as they are".to_owned(),
            ),
        };
        let level = if refused.is_some() {
            Level::Error
        } else {
            Level::Warning
        };
        Diagnostic::new(Code::K001, lacks.join(", and "))
            .level(level)
            .at(place, how)
            .note(fate(*self.fields.get(!from), value))
            .help(match forgotten_map(self.row, declared) {
                Some(map) => format!(
                    "apply the map that is declared for these fields\n  via {}",
                    map.name.node
                ),
                None => block(self.row.row, &self.fields),
            })
    }
}
