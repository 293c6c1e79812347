//! P005: rows that follow the other side than the truth of their sync.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::diagnostic::Level;
use crate::model::{Authority, RowView, SyncView};
use crate::side::Side;
use crate::text::quoted;

rule! {
    /// # What it checks
    /// The rows of a sync follow its `truth`. Rows that let the other side win are listed as a hint; where no row follows the
    /// truth at all, that is an error.
    ///
    /// # Why it matters
    /// A truth that no row follows misleads everybody who reads the first lines of a sync.
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
    ///   notes <-> Description  crm wins
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
    ///   notes <-> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the side that the rows follow, or let them follow the truth.
    ///
    /// # How to waive
    /// `allow P005 in Ticket because "…" by "…" until 2027-06-30`
    pub P005
}

struct AgainstSystemOfRecord<'m> {
    sync: SyncView<'m>,
    truth: Side,
    against: Vec<RowView<'m>>,
    followed: Followed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Followed {
    BySome,
    ByNone,
}

/// Finds syncs with rows against their truth; once a sync.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let Some(truth) = sync.sync.truth.as_ref().map(|t| t.node) else {
        return;
    };
    let rows = || sync.rows().filter(|r| !r.is_companion());
    let against: Vec<RowView<'_>> = rows()
        .filter(|r| r.two_way() && leader(*r) == Some(!truth))
        .collect();
    let follows = |r: &RowView<'_>| {
        if r.two_way() {
            leader(*r) == Some(truth)
        } else {
            r.lane(truth).is_some()
        }
    };
    let asks = |r: &RowView<'_>| r.two_way() && leader(*r).is_none();
    let followed = if rows().any(|r| follows(&r) || asks(&r)) {
        Followed::BySome
    } else {
        Followed::ByNone
    };
    let alone = followed == Followed::ByNone && rows().next().is_some();
    if alone || !against.is_empty() {
        cx.report(
            AgainstSystemOfRecord {
                sync,
                truth,
                against,
                followed,
            }
            .describe(),
        );
    }
}

/// The side that a two-way row favours.
fn leader(row: RowView<'_>) -> Option<Side> {
    match row.authority()? {
        Authority::Wins(side)
        | Authority::PreferUnlessBlank(side)
        | Authority::LatestElse(side) => Some(side),
        Authority::Ask => None,
    }
}

impl AgainstSystemOfRecord<'_> {
    fn describe(&self) -> Diagnostic {
        let truth = self.sync.side_name(self.truth);
        let other = self.sync.side_name(!self.truth);
        let span = self
            .sync
            .sync
            .truth
            .as_ref()
            .map_or(self.sync.sync.header, |t| t.span);
        if self.followed == Followed::ByNone {
            return Diagnostic::new(
                Code::P005,
                format!("`{truth}` is the truth here, and no row follows it"),
            )
            .at(span, "stated here")
            .note(format!("every row lets `{other}` win, or travels from it"))
            .help(format!("write what the rows say\n  truth {other}"));
        }
        let names: Vec<String> = self.against.iter().map(|r| quoted(&r.row.name)).collect();
        let shown = crate::text::some(&names, 5, "and");
        let lets = if names.len() == 1 { "lets" } else { "let" };
        Diagnostic::new(
            Code::P005,
            format!("{shown} {lets} `{other}` win, against the truth of the sync"),
        )
        .level(Level::Hint)
        .at(span, format!("all other rows follow `{truth}`"))
        .help("nothing to do if that is meant")
    }
}
