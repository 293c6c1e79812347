//! K010: a row of a map that nothing reaches.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{MapRow, NormalizeTable, PicklistMap};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Every row of a map takes at least one value that no earlier row takes, in a direction that the map serves; and
    /// every row of a normalisation table has a variant of its own.
    ///
    /// # Why it matters
    /// A row without effect misleads whoever changes the map next.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open, waiting -> New
    ///   closed             -> Closed
    ///   open               -> New
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open, waiting -> New
    ///   closed             -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Delete the row, or give the map the arrow that the row needs.
    ///
    /// # How to waive
    /// `allow K010 in State because "…" by "…" until 2027-06-30`
    pub K010
}

struct UnreachableRow<'m> {
    row: Span,
    cause: Cause<'m>,
}

enum Cause<'m> {
    Direction(&'m PicklistMap, &'static str),
    Taken(Span),
}

/// Finds rows without effect.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let maps = cx.model.maps.iter();
    for map in maps.filter(|m| !m.standard && !m.bijective) {
        for (i, row) in map.rows.iter().enumerate() {
            if let Some(cause) = cause(map, i, row) {
                found.push(
                    UnreachableRow {
                        row: row.span,
                        cause,
                    }
                    .describe(),
                );
            }
        }
    }
    for table in cx.model.normalizers.iter().filter(|t| !t.standard) {
        found.extend(in_table(table).map(|f| f.describe()));
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn cause<'m>(map: &'m PicklistMap, at: usize, row: &'m MapRow) -> Option<Cause<'m>> {
    let served = |s: &Side| row.arrow.goes_from(*s) && map.arrow.goes_from(*s);
    let sides: Vec<Side> = Side::BOTH.into_iter().filter(served).collect();
    if sides.is_empty() {
        return Some(Cause::Direction(map, row.arrow.text()));
    }
    let mut taker = None;
    for from in sides {
        let image = row.values.get(!from).first()?;
        for value in row.values.get(from) {
            let takes = |r: &&MapRow| {
                r.arrow.goes_from(from)
                    && r.key(from) == row.key(from)
                    && r.values.get(from).iter().any(|v| v.value == value.value)
            };
            let earlier = map.rows.iter().take(at).find(takes)?;
            // A value that goes elsewhere before is another mistake: K006, or K004.
            earlier
                .values
                .get(!from)
                .first()
                .filter(|v| v.value == image.value)?;
            taker = Some(earlier.span);
        }
    }
    taker.map(Cause::Taken)
}

fn in_table(table: &NormalizeTable) -> impl Iterator<Item = UnreachableRow<'_>> {
    table.rows.iter().enumerate().filter_map(|(i, row)| {
        let mut taker = None;
        for variant in &row.variants {
            let form = table.fold(&variant.value);
            let takes = |v: &crate::model::MapValue| table.fold(&v.value) == form;
            let earlier = table
                .rows
                .iter()
                .take(i)
                .find(|r| r.variants.iter().any(takes))?;
            (earlier.output.value == row.output.value).then_some(())?;
            taker = Some(earlier.span);
        }
        Some(UnreachableRow {
            row: row.span,
            cause: Cause::Taken(taker?),
        })
    })
}

impl UnreachableRow<'_> {
    fn describe(&self) -> Diagnostic {
        let finding = Diagnostic::new(Code::K010, "nothing ever reaches this row");
        match self.cause {
            Cause::Direction(map, arrow) => finding
                .at(self.row, format!("this row goes `{arrow}`"))
                .at(
                    map.name.span,
                    format!("and this map only `{}`", map.arrow.text()),
                )
                .help(format!(
                    "delete the row, or give the map the arrow `{}`",
                    crate::model::Arrow::Both.text()
                )),
            Cause::Taken(earlier) => finding
                .at(self.row, "says the same again")
                .at(earlier, "an earlier row takes its values")
                .help("delete it"),
        }
    }
}
