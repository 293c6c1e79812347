//! P006: a cleared value would empty a field that must not be empty.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{create_may_lack, may_be_blank};
use crate::model::{Arrow, BlankPolicy, FieldView, Lane, Part, RowView, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Where a blank travels (`blank clears`), it does not reach a required field, a consent, or the owner of a record.
    ///
    /// # Why it matters
    /// An import with an empty column empties the other side as well. A consent or an owner that is gone does not come back by
    /// itself.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   subject <-> Subject  -> blank clears
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   subject <-> Subject  -> blank keeps
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the blank keep, or state the value that stands in for it.
    ///
    /// # How to waive
    /// `allow P006 in Ticket because "…" by "…" until 2027-06-30`
    pub P006
}

struct MayClearData<'m> {
    row: RowView<'m>,
    from: Side,
    target: FieldView<'m>,
    kind: Kept,
}

/// Why a field must not be emptied.
#[derive(Clone, Copy)]
enum Kept {
    Required,
    Consent,
    Owner,
}

/// Finds directions that clear what must be kept.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for (row, to) in sync.ways() {
        let clears = |l: &Lane| l.blank == BlankPolicy::Clears;
        if row.lane(!to).is_some_and(clears)
            && let Some(target) = row.field(to)
            && may_be_blank(row, !to)
            && !create_may_lack(row, to)
            && let Some(kind) = kept(target)
        {
            cx.report(
                MayClearData {
                    row,
                    from: !to,
                    target,
                    kind,
                }
                .describe(),
            );
        }
    }
}

fn kept(field: FieldView<'_>) -> Option<Kept> {
    if field.never_blank() {
        Some(Kept::Required)
    } else if field.is_consent() {
        Some(Kept::Consent)
    } else {
        field.is_owner().then_some(Kept::Owner)
    }
}

impl MayClearData<'_> {
    fn describe(&self) -> Diagnostic {
        let (what, why) = match self.kind {
            Kept::Required => (
                "is required",
                "the system refuses to empty it, and with it the whole record",
            ),
            Kept::Consent => (
                "holds a consent",
                "a consent that is gone cannot be told from one that was never given",
            ),
            Kept::Owner => (
                "names an owner",
                "a record without an owner is nobody's work",
            ),
        };
        let arrow = Arrow::from(self.from).text();
        let row = self.row.draft(self.row.row.arrow.node);
        let row = row.with(Part::Blank, Some(self.from), "blank keeps");
        Diagnostic::new(
            Code::P006,
            format!(
                "`{}` {what}, and a blank may clear it",
                self.target.full_name()
            ),
        )
        .at(self.row.row.head, format!("a blank travels `{arrow}` here"))
        .note(why)
        .help(format!("let a blank keep what is there\n  {row}"))
    }
}
