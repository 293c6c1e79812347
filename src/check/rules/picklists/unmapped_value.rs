//! K001: a value that can come, and for which the map has no row.

use crate::analyze::{Coverage, home};
use crate::catalog::PickValue;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldView, Model, PicklistMap};
use crate::side::Side;
use crate::text::{count, list, quoted};

rule! {
    /// # What it checks
    /// Every value that people can choose on the side that a map reads has a row in the map, or an `else` that takes it.
    ///
    /// # Why it matters
    /// A value without a row cannot be translated. Where the target refuses unknown values the record stops syncing; where
    /// it stores them, reports fill with values that nobody counts.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new    -> New
    ///   open   -> Working
    ///   closed -> Closed
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new           -> New
    ///   open, waiting -> Working
    ///   closed        -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Paste the rows that the finding proposes and correct them, or say with `else` what all other values become.
    ///
    /// # How to waive
    /// `allow K001 in State because "…" by "…" until 2027-06-30`: records with such a value are held.
    pub K001
}

struct UnmappedValue<'m> {
    map: &'m PicklistMap,
    coverage: &'m Coverage,
    source: FieldView<'m>,
}

/// Finds choosable values without a home, once for each map, direction and field.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for coverage in cx.facts.coverage.iter().filter(|c| !c.missing.is_empty()) {
        let map = cx
            .model
            .maps
            .get(coverage.map.index())
            .filter(|m| !m.standard);
        if let (Some(map), Some(source)) = (map, cx.model.field(coverage.field)) {
            found.push(
                UnmappedValue {
                    map,
                    coverage,
                    source,
                }
                .describe(cx.model),
            );
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

impl<'m> UnmappedValue<'m> {
    fn describe(&self, model: &'m Model) -> Diagnostic {
        let missing = &self.coverage.missing;
        let shown: Vec<String> = missing.iter().take(3).map(|v| quoted(v)).collect();
        let values = match missing.len() {
            n if n > 3 => format!("{} and {} more", shown.join(", "), n - 3),
            _ => list(&shown).replace(" and ", " or "),
        };
        let rows = if missing.len() == 1 {
            "no row for it"
        } else {
            "no rows for them"
        };
        let target = self.target(model);
        let finding = Diagnostic::new(
            Code::K001,
            format!(
                "`{}` can be {values}, and this map has {rows}",
                self.source.full_name()
            ),
        )
        .at(self.map.end, "the map ends here")
        .help(self.rows_to_paste(target));
        match target {
            Some(target) => finding.note(fate(target, &self.example())),
            None => finding,
        }
    }

    fn target(&self, model: &'m Model) -> Option<FieldView<'m>> {
        let fields = &self.map.ends.get(!self.coverage.from).fields;
        fields.first().and_then(|f| model.field(*f))
    }

    fn example(&self) -> String {
        self.coverage
            .missing
            .first()
            .map_or_else(String::new, |v| v.to_string())
    }

    fn rows_to_paste(&self, target: Option<FieldView<'m>>) -> String {
        let missing = &self.coverage.missing;
        let entry = |v: &str| self.source.choices().find(|c| c.value == v);
        let pairs: Vec<(String, Option<String>)> = missing
            .iter()
            .filter_map(|v| entry(v))
            .map(|v| (written(&v.value), self.likeliest(v, target)))
            .collect();
        let width = pairs
            .iter()
            .map(|(v, _)| v.chars().count())
            .max()
            .unwrap_or(0);
        let arrow = self.map.arrow.text();
        let mut text = format!(
            "add {}\n",
            if pairs.len() == 1 {
                "the row".into()
            } else {
                count(pairs.len(), "row")
            }
        );
        for (value, home) in &pairs {
            let home = home.as_deref().unwrap_or("…");
            let (left, right) = match self.coverage.from {
                Side::Left => (value.as_str(), home),
                Side::Right => (home, value.as_str()),
            };
            text.push_str(&format!("  {left:width$}  {arrow}  {right}\n"));
        }
        if pairs.iter().any(|(_, home)| home.is_none()) {
            text.push_str("and put the value that each means in place of …");
        }
        text.trim_end().to_owned()
    }

    fn likeliest(&self, value: &PickValue, target: Option<FieldView<'m>>) -> Option<String> {
        target
            .and_then(|t| home(value, t))
            .map(|v| written(&v.value))
    }
}

/// A value as a map writes it: quoted unless it is an identifier.
fn written(value: &str) -> String {
    let mut chars = value.chars();
    let plain = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// What the target does with a value that it does not know.
fn fate(target: FieldView<'_>, value: &str) -> String {
    if target.rejects_unknown() {
        format!(
            "{} restricts `{}`: a record with `{value}` would be refused, and could not sync at all",
            target.system.kind.title(),
            target.name()
        )
    } else {
        format!(
            "without a row a record with `{value}` is held, since nothing says what it means in `{}`",
            target.name()
        )
    }
}
