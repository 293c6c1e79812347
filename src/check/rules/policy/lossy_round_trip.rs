//! P011: a two-way row of which neither side determines the other.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{Round, round_trip};
use crate::model::{RowView, SyncView, ViaKind};
use crate::side::{Side, Sides};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Of two values that meet on a two-way row at least one determines the other: it comes back as it was. Maps are followed
    /// value by value, and may be finer here on the left, there on the right; of functions values are tried.
    ///
    /// # Why it matters
    /// A map may be finer on one side. Where both sides lose something, no side is right: each edit forgets what the other one
    /// knew, and nobody notices.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist Plan: desk.customer.plan <-> crm.Person.Plan__c {
    ///   free, team <-> Free, Team
    ///   business   <-> Business
    /// }
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  desk
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   plan <-> Plan__c  via Plan
    /// }
    /// ```
    /// ```sync,pass
    /// picklist Plan: desk.customer.plan <-> crm.Person.Plan__c {
    ///   free     <-> Free
    ///   team     <-> Team
    ///   business <-> Business
    /// }
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  desk
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   plan <-> Plan__c  via Plan
    /// }
    /// ```
    ///
    /// # How to fix
    /// Give the values of one side a counterpart each, or let the row travel one way.
    ///
    /// # How to waive
    /// `allow P011 in Customer because "…" by "…" until 2027-06-30`
    pub P011
}

struct LossyRoundTrip<'m> {
    row: RowView<'m>,
    via: Span,
    lost: Sides<Round>,
}

/// Finds two-way rows on which a value of each side is lost on its way across and back.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows().filter(|r| r.two_way()) {
        let Some(via) = row
            .row
            .via
            .as_ref()
            .filter(|v| matches!(v.kind, ViaKind::Map(_) | ViaKind::Lens(_)))
        else {
            continue;
        };
        if let Some(lost) = round_trip(row) {
            cx.report(
                LossyRoundTrip {
                    row,
                    via: via.span,
                    lost,
                }
                .describe(),
            );
        }
    }
}

impl LossyRoundTrip<'_> {
    fn describe(&self) -> Diagnostic {
        let told = |side: Side| {
            let Round { value, image, back } = self.lost.get(side);
            let here = self.row.sync.side_name(side);
            format!("`{value}` of {here} becomes `{image}`, which comes back as `{back}`")
        };
        Diagnostic::new(
            Code::P011,
            format!(
                "neither side of `{}` determines the other",
                self.row.row.name
            ),
        )
        .at(
            self.via,
            "loses something on the way there and on the way back",
        )
        .at(self.row.row.arrow.span, "on a row that travels both ways")
        .note(format!("{}, and {}", told(Side::Left), told(Side::Right)))
        .help("give each value of one side a counterpart of its own, or let the row travel one way")
    }
}
