//! K012: values of one side that differ only in case.

use super::words::{consequence, written};
use crate::analyze::{StatedValue, standing};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Catalogued, FieldView, MapValue, Model, PicklistMap, Role};
use crate::side::Side;

rule! {
    /// # What it checks
    /// A value is spelled as its field spells it, upper and lower case included, and no side of a map has two values
    /// that differ only in case.
    ///
    /// # Why it matters
    /// API values have a case. One system takes `web` for `Web`, another stores it as a second value, and people do not
    /// see the difference in a list.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open, waiting -> working
    ///   closed             -> Closed
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open, waiting -> Working
    ///   closed             -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Spell the value as the finding says, or merge the two values in the system.
    ///
    /// # How to waive
    /// `allow K012 in State because "…" by "…" until 2027-06-30`
    pub K012
}

struct OtherCase<'m> {
    stated: &'m StatedValue,
    field: FieldView<'m>,
    meant: &'m str,
}

struct TwoSpellings<'m> {
    map: &'m PicklistMap,
    first: &'m MapValue,
    second: &'m MapValue,
}

/// Finds values that exist in another case only, and pairs of a map that no list tells apart.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for stated in cx
        .facts
        .stated
        .iter()
        .filter(|s| s.standing == Catalogued::OtherCase)
    {
        let Some(field) = cx.model.field(stated.field) else {
            continue;
        };
        if let (_, Some(entry)) = standing(field, &stated.value.value) {
            found.push(
                OtherCase {
                    stated,
                    field,
                    meant: &entry.value,
                }
                .describe(),
            );
        }
    }
    for map in cx.model.maps.iter().filter(|m| !m.standard) {
        for side in Side::BOTH {
            found.extend(spellings(cx.model, map, side).map(|t| t.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

/// The first pair of a map's side that differs only in case and that no catalog can decide about.
fn spellings<'m>(model: &Model, map: &'m PicklistMap, side: Side) -> Option<TwoSpellings<'m>> {
    let listed =
        |f: &crate::model::FieldRef| model.field(*f).is_some_and(|f| f.picklist().is_some());
    if map.ends.get(side).fields.iter().any(listed) {
        return None;
    }
    let values: Vec<&MapValue> = map.rows.iter().flat_map(|r| r.values.get(side)).collect();
    values.iter().enumerate().find_map(|(i, second)| {
        let differs =
            |v: &&MapValue| v.value != second.value && v.value.eq_ignore_ascii_case(&second.value);
        let first = values.iter().take(i).copied().find(differs)?;
        Some(TwoSpellings { map, first, second })
    })
}

impl OtherCase<'_> {
    fn describe(&self) -> Diagnostic {
        let stored = self.stated.role == Role::Written && !self.field.rejects_unknown();
        let level = if stored { Level::Warning } else { Level::Error };
        let message = format!(
            "`{}` has no value `{}`, only `{}`",
            self.field.full_name(),
            self.stated.value.value,
            self.meant
        );
        Diagnostic::new(Code::K012, message)
            .level(level)
            .at(self.stated.value.span, "spelled here in another case")
            .note(consequence(self.stated, self.field))
            .help(format!(
                "spell it as the field does\n  {}",
                written(self.meant)
            ))
    }
}

impl TwoSpellings<'_> {
    fn describe(&self) -> Diagnostic {
        let (first, second) = (&self.first.value, &self.second.value);
        let message = format!(
            "`{}` has `{first}` and `{second}`, which differ only in case",
            self.map.name.node
        );
        Diagnostic::new(Code::K012, message)
            .at(self.second.span, "spelled like this here")
            .at(self.first.span, "and like this here")
            .note("people do not see the difference, and a system may not make it")
            .help("keep the spelling that the system stores")
    }
}
