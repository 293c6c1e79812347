//! K005: a normalisation table that does not leave its own results alone.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Fallback, MapValue, NormalizeTable};
use crate::source::Span;
use crate::value::Value;

rule! {
    /// # What it checks
    /// What a normalisation table gives stays as it is when it is normalised again: no result of one row is a variant of
    /// another. Case, punctuation and accents count as the table says.
    ///
    /// # Why it matters
    /// Both sides of a row are compared in their normal form. If that form has a normal form of its own, the two sides
    /// never agree, and each run writes again.
    ///
    /// # Example
    /// ```sync,fail
    /// normalize Country: text {
    ///   "UK"      -> "England"
    ///   "England" -> "United Kingdom"
    /// }
    /// ```
    /// ```sync,pass
    /// normalize Country: text {
    ///   "UK", "England" -> "United Kingdom"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Send all variants to the last result.
    ///
    /// # How to waive
    /// It cannot be waived: such a table cannot be compiled.
    pub K005
}

struct NotIdempotent<'m> {
    output: &'m str,
    place: Span,
    variant: &'m MapValue,
    again: &'m str,
}

/// Finds results that are variants of another row.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for table in cx.model.normalizers.iter().filter(|t| !t.standard) {
        let mut told: Vec<NotIdempotent<'_>> = Vec::new();
        for (output, place) in outputs(table) {
            let again = again(table, output, place);
            // two results that become each other are one swap
            told.extend(again.filter(|a| !told.iter().any(|t| t.swaps(a))));
        }
        found.extend(told.iter().map(NotIdempotent::describe));
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn outputs(table: &NormalizeTable) -> Vec<(&str, Span)> {
    let mut all: Vec<(&str, Span)> = Vec::new();
    let rows = table
        .rows
        .iter()
        .map(|r| (r.output.value.as_str(), r.output.span));
    let otherwise = table.otherwise.iter().filter_map(|o| match &o.fallback {
        Fallback::Value(Value::Text(text)) => Some((text.as_str(), o.span)),
        _ => None,
    });
    for (output, place) in rows.chain(otherwise) {
        if !all.iter().any(|(o, _)| *o == output) {
            all.push((output, place));
        }
    }
    all
}

fn again<'m>(table: &'m NormalizeTable, output: &'m str, place: Span) -> Option<NotIdempotent<'m>> {
    let form = table.fold(output);
    table
        .rows
        .iter()
        .filter(|r| r.output.value != output)
        .find_map(|row| {
            let variant = row.variants.iter().find(|v| table.fold(&v.value) == form)?;
            Some(NotIdempotent {
                output,
                place,
                variant,
                again: &row.output.value,
            })
        })
}

impl NotIdempotent<'_> {
    fn swaps(&self, other: &Self) -> bool {
        self.output == other.again && self.again == other.output
    }

    fn describe(&self) -> Diagnostic {
        let (output, again) = (self.output, self.again);
        Diagnostic::new(
            Code::K005,
            format!(
                "`{output}` is a result of this table, and becomes `{again}` when it is read again"
            ),
        )
        .at(self.place, "a result here")
        .at(self.variant.span, "and a variant here")
        .note("the two sides of a row are compared in their normal form, and would never agree")
        .help(format!("give `{again}` in both rows"))
    }
}
