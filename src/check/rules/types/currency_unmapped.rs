//! T014: an amount travels without its currency.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::diagnostic::Level;
use crate::model::{FieldRef, FieldView, RowView};
use crate::side::{Side, Sides};

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
    row: RowView<'m>,
    codes: Sides<Option<FieldView<'m>>>,
}

/// Finds amounts without a currency on objects that have one. An error where both sides have one, so that the row could
/// say it; else a warning.
pub fn run(cx: &mut Cx<'_>) {
    for row in cx.model.rows().filter(|r| r.row.currency.is_none()) {
        let fields = Sides::new(row.field(Side::Left), row.field(Side::Right));
        let amount = |f: Option<FieldView<'_>>| f.is_some_and(FieldView::is_amount);
        let codes = fields.map(|f| f.and_then(FieldView::currency_code));
        let some = Side::BOTH
            .into_iter()
            .any(|s| codes.get(s).is_some_and(|c| !is_fixed(row, s, c.id)));
        if some && (amount(fields.left) || amount(fields.right)) {
            cx.report(CurrencyUnmapped { row, codes }.describe());
        }
    }
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
    let conditions = admission.into_iter().chain(&row.row.when);
    conditions
        .flat_map(|e| e.fields())
        .any(|(s, f, _)| s == side && f == code)
}

impl CurrencyUnmapped<'_> {
    fn describe(&self) -> Diagnostic {
        let finding = Diagnostic::new(
            Code::T014,
            format!(
                "`{}` is an amount, and its currency does not travel with it",
                self.row.row.name
            ),
        )
        .at(self.row.row.head, "the number alone travels")
        .note("the same number in another currency is another amount");
        let row = self.row.written(self.row.row.arrow.node);
        match (self.codes.left, self.codes.right) {
            (Some(left), Some(right)) => finding.help(format!(
                "let the currency travel along\n  {row}  currency {}, {}",
                left.name(),
                right.name()
            )),
            (left, right) => {
                let side = if left.is_some() {
                    Side::Left
                } else {
                    Side::Right
                };
                let code = left.or(right).map_or("", FieldView::name);
                finding.level(Level::Warning).help(format!(
                    "the other side knows one currency: admit only records of that one\n  from {} where {code} = \"USD\"",
                    self.row.sync.side_name(side)
                ))
            }
        }
    }
}
