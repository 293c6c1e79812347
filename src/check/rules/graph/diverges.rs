//! G002: updates that make another value in every round.

use super::words;
use crate::analyze::graph::{Judged, Place};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;
use crate::value::Value;

rule! {
    /// # What it checks
    /// No circle of rows and automations makes a new value of the last one in every round.
    ///
    /// # Why it matters
    /// The value grows until it is cut or refused, and what a person wrote is gone after the first round.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Count" {
    ///   when  Case.Tally__c changes
    ///   sets  Case.Tally__c = Case.Tally__c + 1
    /// }
    ///
    /// automation desk "Count" {
    ///   when  ticket.hours changes
    ///   sets  ticket.hours = ticket.hours + 1
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   hours <-> Tally__c
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Count" {
    ///   when  Case.Tally__c changes
    ///   sets  Case.Days__c = Case.Tally__c + 1
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   hours <-> Tally__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the value travel one way, or compute it in one place.
    ///
    /// # How to waive
    /// `allow G002 in Ticket because "…" by "…" until 2027-06-30`: the runtime then stops the row when it goes on for too long.
    pub G002
}

struct Diverges<'m> {
    model: &'m Model,
    judged: &'m Judged,
    grown: &'m [Value],
    place: Place,
}

/// Finds parts of the cell graph whose values have no end.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for judged in cx.facts.graph.parts.iter().filter(|p| p.diverges()) {
        if let Some((place, grown)) = judged.built.open.first() {
            let found = Diverges {
                model,
                judged,
                grown,
                place: *place,
            };
            cx.report(found.describe());
        }
    }
}

impl Diverges<'_> {
    fn describe(&self) -> Diagnostic {
        let name = words::subject(self.model, self.judged);
        let field = self.place.field().map(|f| self.model.field_name(f));
        let values: Vec<String> = self.grown.iter().map(|v| format!("`{v}`")).collect();
        let finding = Diagnostic::new(
            Code::G002,
            format!("`{name}` never settles: each round makes another value"),
        );
        words::point(
            finding,
            self.model,
            self.judged,
            "this row brings the value back",
        )
        .note(format!(
            "`{}` becomes {}, and so on without an end",
            field.unwrap_or_default(),
            values.join(", then ")
        ))
        .help(words::remedies(self.model, self.judged))
    }
}
