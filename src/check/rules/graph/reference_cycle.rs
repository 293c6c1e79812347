//! G006: objects that refer to each other.

use crate::analyze::graph::Circle;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;

rule! {
    /// # What it checks
    /// Whether the references between objects lead in a circle: a contact refers to its company, and the company to its main
    /// contact; or a company to its parent, which is a company as well.
    ///
    /// # Why it matters
    /// Neither record can be made first with its reference. The circle is cut: the record that comes first in the order of
    /// the spec is made without the reference, which is written once the other one is linked. A reference that is required
    /// cannot wait.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  desk
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   company -> Title  through Ticket
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   requester_id <-> ContactId  through Customer
    /// }
    /// ```
    /// ```sync,pass
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   surname <-> LastName
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   requester_id <-> ContactId  through Customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// There is nothing to fix unless the order matters: `after SYNC` says which of two objects comes first.
    ///
    /// # How to waive
    /// `allow G006 in Ticket because "…" by "…" until 2027-06-30`
    pub G006
}

struct ReferenceCycle<'m> {
    model: &'m Model,
    circle: &'m Circle,
}

/// Finds circles of references.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for circle in &cx.facts.graph.circles {
        cx.report(ReferenceCycle { model, circle }.describe());
    }
}

impl ReferenceCycle<'_> {
    fn describe(&self) -> Diagnostic {
        let names: Vec<String> = self
            .circle
            .syncs
            .iter()
            .filter_map(|s| self.model.sync(*s))
            .map(|s| format!("`{}`", s.sync.name.node))
            .collect();
        let message = match names.as_slice() {
            [one] => format!("records of {one} refer to each other"),
            several => format!("{} refer to each other", crate::text::list(several)),
        };
        let mut finding = Diagnostic::new(Code::G006, message);
        for (at, row) in self
            .circle
            .rows
            .iter()
            .filter_map(|r| self.model.row(*r))
            .enumerate()
        {
            let text = if at == 0 {
                "this reference"
            } else {
                "and this one"
            };
            finding = finding.at(row.row.head, text);
        }
        finding.note("a record that comes before the one it refers to is made without the reference, and gets it once both are linked")
    }
}
