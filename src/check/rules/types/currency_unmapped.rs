//! T014: an amount travels without its currency.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::diagnostic::Level;
use crate::model::{FieldRef, FieldView, Part, RowView, SyncView};
use crate::side::{Side, Sides};
use crate::text::{list, quoted};

rule! {
    /// # What it checks
    /// Where records of a side say in which currency their amounts are, the amount and its currency travel together.
    ///
    /// # Why it matters
    /// A hundred thousand yen that arrive as a hundred thousand dollars are a forecast that nobody trusts again.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Invoice: desk.invoice -> crm.Invoice__c, append only {
    ///   key crm.Desk_Invoice_Id__c
    ///
    ///   total -> Total__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Invoice: desk.invoice -> crm.Invoice__c, append only {
    ///   key crm.Desk_Invoice_Id__c
    ///
    ///   total -> Total__c  currency deal_currency_code, CurrencyIsoCode
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the two fields that hold the currency. Where one side knows one currency only, admit only records of that one.
    ///
    /// # How to waive
    /// `allow T014 in Invoice because "…" by "…" until 2027-06-30`
    pub T014
}

struct CurrencyUnmapped<'m> {
    /// The rows of one sync that have the same currency codes beside them; never empty.
    rows: Vec<RowView<'m>>,
    codes: Sides<Option<FieldView<'m>>>,
}

/// Finds amounts without a currency on objects that have one, once for each sync. An error where both sides have one, so
/// that the rows could say it; else a warning.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let mut found: Vec<CurrencyUnmapped<'_>> = Vec::new();
    for row in sync.rows().filter(|r| r.row.currency.is_none()) {
        let fields = Sides::new(row.field(Side::Left), row.field(Side::Right));
        let amount = |f: Option<FieldView<'_>>| f.is_some_and(FieldView::is_amount);
        if !(amount(fields.left) || amount(fields.right)) {
            continue;
        }
        let codes = fields.map(|f| f.and_then(FieldView::currency_code));
        let some = Side::BOTH
            .into_iter()
            .any(|s| codes.get(s).is_some_and(|c| !is_fixed(row, s, c.id)));
        if !some {
            continue;
        }
        let ids = |codes: Sides<Option<FieldView<'_>>>| codes.map(|c| c.map(|c| c.id));
        let same = |f: &&mut CurrencyUnmapped<'_>| {
            ids(f.codes) == ids(codes) && f.rows.iter().all(|r| r.sync.id == row.sync.id)
        };
        match found.iter_mut().find(same) {
            Some(earlier) => earlier.rows.push(row),
            None => found.push(CurrencyUnmapped {
                rows: vec![row],
                codes,
            }),
        }
    }
    let found: Vec<_> = found.iter().filter_map(|f| f.describe()).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

/// Whether the records that a row sees are limited by their currency.
fn is_fixed(row: RowView<'_>, side: Side, code: FieldRef) -> bool {
    let admission = row
        .sync
        .sync
        .from
        .get(side)
        .as_ref()
        .and_then(|f| f.condition.as_ref());
    let conditions = admission.into_iter().chain(row.row.when.as_deref());
    conditions
        .flat_map(|e| e.fields())
        .any(|(s, f, _)| s == side && f == code)
}

impl CurrencyUnmapped<'_> {
    fn describe(&self) -> Option<Diagnostic> {
        let first = self.rows.first()?;
        let names: Vec<String> = self.rows.iter().map(|r| quoted(&r.row.name)).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} is an amount, and its currency does not travel with it"),
            several => format!(
                "{} are amounts, and their currency does not travel with them",
                list(several)
            ),
        };
        let finding = Diagnostic::new(Code::T014, message)
            .at(first.row.head, "the number alone travels")
            .note("the same number in another currency is another amount");
        Some(match (self.codes.left, self.codes.right) {
            (Some(left), Some(right)) => {
                let rows = self.rows.iter().map(|r| {
                    let codes = format!("currency {}, {}", left.name(), right.name());
                    let row = r.draft(r.row.arrow.node).with(Part::Currency, None, codes);
                    format!("\n  {row}")
                });
                finding.help(format!(
                    "let the currency travel along{}",
                    rows.collect::<String>()
                ))
            }
            (left, right) => {
                let side = if left.is_some() {
                    Side::Left
                } else {
                    Side::Right
                };
                let code = left.or(right).map_or("", FieldView::name);
                finding.level(Level::Warning).help(format!(
                    "the other side knows one currency: admit only records of that one\n  from {} where {code} = \"USD\"",
                    first.sync.side_name(side)
                ))
            }
        })
    }
}
