//! K006: one value, two meanings.

use super::words::written;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, MapRow, MapValue, NormalizeTable, PicklistMap};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// No value stands in two rows of a map, or of a normalisation table, that send it to different values.
    ///
    /// # Why it matters
    /// Only one of the rows can win. The other one looks like a decision and does nothing.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new, open       -> New
    ///   waiting, open   -> Working
    ///   closed          -> Closed
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new             -> New
    ///   waiting, open   -> Working
    ///   closed          -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Keep one of the rows. In a two-way map several values that mean the same stand in one row; the first is written back.
    ///
    /// # How to waive
    /// `allow K006 in State because "…" by "…" until 2027-06-30`: the first row wins.
    pub K006
}

struct RepeatedValue<'m> {
    value: &'m MapValue,
    image: &'m str,
    first: Span,
    before: &'m str,
    one_row: Option<String>,
}

/// Finds values with two images, at the second one.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let maps = cx.model.maps.iter();
    for map in maps.filter(|m| !m.standard && !m.bijective) {
        for from in Side::BOTH {
            found.extend(in_map(map, from).into_iter().map(|f| f.describe()));
        }
    }
    for table in cx.model.normalizers.iter().filter(|t| !t.standard) {
        found.extend(in_table(table).into_iter().map(|f| f.describe()));
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn in_map(map: &PicklistMap, from: Side) -> Vec<RepeatedValue<'_>> {
    let mut seen: Vec<(Option<&str>, &MapValue, &MapValue)> = Vec::new();
    let mut found = Vec::new();
    for row in map.rows.iter().filter(|r| r.arrow.goes_from(from)) {
        let Some(image) = row.values.get(!from).first() else {
            continue;
        };
        for value in row.values.get(from) {
            let key = row.key(from);
            match seen
                .iter()
                .find(|(k, v, _)| *k == key && v.value == value.value)
            {
                None => seen.push((key, value, image)),
                Some((_, _, before)) if before.value == image.value => {}
                Some(_) if takes_the_first(row, value, from) => {}
                Some((_, first, before)) => found.push(RepeatedValue {
                    value,
                    image: &image.value,
                    first: first.span,
                    before: &before.value,
                    one_row: one_row(map, row, before, image, value, from),
                }),
            }
        }
    }
    found
}

/// Whether a two-way row loses its own first value on the left: K004 tells what becomes of that.
fn takes_the_first(row: &MapRow, value: &MapValue, from: Side) -> bool {
    from == Side::Left && row.arrow == Arrow::Both && row.values.left.first() == Some(value)
}

/// The one row in which two values of the left mean the same one of the right.
fn one_row(
    map: &PicklistMap,
    row: &MapRow,
    before: &MapValue,
    image: &MapValue,
    value: &MapValue,
    from: Side,
) -> Option<String> {
    let merged = from == Side::Right && map.arrow == Arrow::Both && row.arrow == Arrow::Both;
    merged.then(|| {
        format!(
            "{}, {} <-> {}",
            written(&before.value),
            written(&image.value),
            written(&value.value)
        )
    })
}

fn in_table(table: &NormalizeTable) -> Vec<RepeatedValue<'_>> {
    let mut seen: Vec<(String, &MapValue, &MapValue)> = Vec::new();
    let mut found = Vec::new();
    for row in &table.rows {
        for value in &row.variants {
            let form = table.fold(&value.value);
            match seen.iter().find(|(f, ..)| *f == form) {
                None => seen.push((form, value, &row.output)),
                Some((_, _, before)) if before.value == row.output.value => {}
                Some((_, first, before)) => found.push(RepeatedValue {
                    value,
                    image: &row.output.value,
                    first: first.span,
                    before: &before.value,
                    one_row: None,
                }),
            }
        }
    }
    found
}

impl RepeatedValue<'_> {
    fn describe(&self) -> Diagnostic {
        let (value, image, before) = (&self.value.value, self.image, self.before);
        let finding = Diagnostic::new(
            Code::K006,
            format!("`{value}` becomes `{before}` in one row and `{image}` in another"),
        )
        .at(self.value.span, format!("`{image}` here"))
        .at(self.first, format!("and `{before}` here, which wins"));
        match &self.one_row {
            Some(row) => finding
                .note("only one of them can be written back; the other row looks like a decision and does nothing")
                .help(format!("put them in one row, the value that is written back first\n  {row}")),
            None => finding
                .note("the first row wins; the other one looks like a decision and does nothing")
                .help("keep the row that is meant"),
        }
    }
}
