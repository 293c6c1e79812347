//! K013: free text into a country or state that takes only the labels of a list.

use smol_str::SmolStr;

use super::words::some;
use crate::analyze::{Rest, range};
use crate::catalog::Picklist;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{FieldView, RowView, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Where an object has a code field beside a country or state, the texts that rows write to the country or state are
    /// labels of the code's list. Free text is a warning, a result that is not in the list an error.
    ///
    /// # Why it matters
    /// With country and state lists switched on, `BillingCountry` looks like text and behaves like a restricted picklist:
    /// `USA` is refused where the list says `United States`, and the whole record with it.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Company: desk.customer -> crm.Site {
    ///   match  name = Name
    ///   many   crm hold
    ///   many   desk hold
    ///   delete keep
    ///   country -> BillingCountry
    /// }
    /// ```
    /// ```sync,pass
    /// normalize Country: text, ignoring case {
    ///   "US", "USA" -> "United States"
    ///   "CA"        -> "Canada"
    ///   "UK", "GB"  -> "United Kingdom"
    ///   else        -> reject
    /// }
    /// sync Company: desk.customer -> crm.Site {
    ///   match  name = Name
    ///   many   crm hold
    ///   many   desk hold
    ///   delete keep
    ///   country -> BillingCountry  via Country else blank
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write the code field, or normalise to the labels of its list and say what becomes of the rest.
    ///
    /// # How to waive
    /// `allow K013 in Company because "…" by "…" until 2027-06-30`
    pub K013
}

struct CountryList<'m> {
    row: RowView<'m>,
    target: FieldView<'m>,
    code: &'m str,
    list: &'m Picklist,
    unlisted: Vec<SmolStr>,
}

/// Finds rows that can write something else than a label; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        if let Some(found) = Side::BOTH.into_iter().find_map(|side| country(row, side)) {
            cx.report(found.describe());
        }
    }
}

fn country(row: RowView<'_>, side: Side) -> Option<CountryList<'_>> {
    let (_, target) = row.writes(side)?;
    let twin = target.system.profile.code_twin(target.name())?;
    let code = target
        .object
        .fields
        .iter()
        .find(|f| f.name.eq_ignore_ascii_case(&twin))?;
    let list = code.options()?;
    let mut possible = range(row, !side);
    possible.values.retain(|v| list.by_label(v).is_none());
    if possible.values.is_empty() && possible.rest == Rest::Closed {
        return None;
    }
    let unlisted = possible.values;
    Some(CountryList {
        row,
        target,
        code: &code.name,
        list,
        unlisted,
    })
}

impl CountryList<'_> {
    fn describe(&self) -> Diagnostic {
        let name = self.target.full_name();
        let labels: Vec<&str> = self
            .list
            .values
            .iter()
            .take(3)
            .map(|v| v.label.as_str())
            .collect();
        let like = if labels.is_empty() {
            String::new()
        } else {
            format!(", such as {}", some(&labels, "or"))
        };
        let help = format!(
            "write `{}` instead, or normalise to the labels of its list{like}, with `else -> reject` for the rest",
            self.code
        );
        let place = self
            .row
            .row
            .via
            .as_ref()
            .map_or(self.row.row.head, |v| v.span);
        let finding = if self.unlisted.is_empty() {
            Diagnostic::new(
                Code::K013,
                format!(
                    "`{name}` takes only the labels of a list, and this row may write any text"
                ),
            )
            .level(Level::Warning)
            .at(place, "nothing limits what is written here")
        } else {
            let values = some(&self.unlisted, "or");
            Diagnostic::new(
                Code::K013,
                format!("`{name}` takes only the labels of a list, and has no {values}"),
            )
            .at(place, "this row can write that")
        };
        let system = self.target.system.kind.title();
        finding
            .note(format!(
                "`{}` stands beside it: {system} refuses any other text, and the record with it",
                self.code
            ))
            .help(help)
    }
}
