//! P009: what a person clears comes back, since an automation fills it again.

use crate::analyze::graph::{Edge, Rivals, Writer, acting, row};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Model, Part, RowView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Where a two-way row lets a blank clear a field, no automation fills that field whenever it is blank.
    ///
    /// # Why it matters
    /// A person clears the value, the row clears the other side, the automation fills it there, and the row brings it back:
    /// the field cannot be cleared at all, and each attempt costs two writes.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Default language" {
    ///   when  Case.Language__c is blank
    ///   sets  Case.Language__c = "en"
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language <-> Language__c  blank clears
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Default language" {
    ///   when  Case.Language__c is blank
    ///   sets  Case.Language__c = "en"
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language <-> Language__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the blank keep what is there, or keep the automation from filling what was cleared.
    ///
    /// # How to waive
    /// `allow P009 in Ticket because "…" by "…" until 2027-06-30`
    pub P009
}

struct DefaultRefillsCleared<'m> {
    model: &'m Model,
    row: RowView<'m>,
    from: Side,
    clears: &'m Edge,
    fills: &'m Edge,
}

/// Finds rows that clear what an automation fills again.
pub fn run(cx: &mut Cx<'_>) {
    let (model, graph) = (cx.model, &cx.facts.graph);
    for Rivals { first, second } in &graph.refills {
        let edges = graph.edges.get(*first).zip(graph.edges.get(*second));
        let Some((clears, fills)) = edges else {
            continue;
        };
        let (Some(row), Writer::Row(_, from)) = (row(model, clears), clears.writer) else {
            continue;
        };
        let found = DefaultRefillsCleared {
            model,
            row,
            from,
            clears,
            fills,
        };
        cx.report(found.describe());
    }
}

impl DefaultRefillsCleared<'_> {
    fn describe(&self) -> Diagnostic {
        let field = self.model.field_name(self.clears.target);
        let automation = acting(self.model, self.fills).map(|(a, _)| a);
        let who = automation.map_or_else(String::new, |a| format!("the {} `{}`", a.kind, a.name));
        let row = self.row.draft(self.row.row.arrow.node);
        let row = row.with(Part::Blank, Some(self.from), "blank keeps");
        Diagnostic::new(
            Code::P009,
            format!("`{field}` cannot be cleared: it is filled again at once"),
        )
        .at(
            self.row.row.head,
            "this row clears it where the other side is cleared",
        )
        .at(
            self.fills.span,
            format!("and {who} fills it whenever it is blank"),
        )
        .note("the value then travels back to the person who cleared it")
        .help(format!("let a blank keep what is there\n  {row}"))
    }
}
