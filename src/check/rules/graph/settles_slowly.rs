//! G009: updates come to rest, but late.

use super::words;
use crate::analyze::graph::{Grounds, Judged};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;

/// As many rounds are usual: one that writes, one that brings back what the other side made of it, one that confirms.
const USUAL: u32 = 3;

rule! {
    /// # What it checks
    /// After the last edit, the updates come to rest within three rounds. Of a score that is raised up to a bound the rounds are those
    /// from the values that were tried: one that begins lower takes longer.
    ///
    /// # Why it matters
    /// Each further round is a write to each side that nobody asked for, and until the last one the two sides show values
    /// that neither of them keeps.
    ///
    /// # Example
    /// ```sync,fail
    /// automation desk "Escalate" {
    ///   when  ticket.country = "1"
    ///   sets  ticket.country = "2"
    /// }
    ///
    /// automation crm "Escalate" {
    ///   when  Case.Ref__c = "2"
    ///   sets  Case.Ref__c = "3"
    /// }
    ///
    /// automation desk "Escalate further" {
    ///   when  ticket.country = "3"
    ///   sets  ticket.country = "4"
    /// }
    ///
    /// automation crm "Escalate further" {
    ///   when  Case.Ref__c = "4"
    ///   sets  Case.Ref__c = "5"
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   country <-> Ref__c
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Escalate" {
    ///   when  Case.Ref__c = "2"
    ///   sets  Case.Ref__c = "3"
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   country <-> Ref__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let one of the automations do the work of all, or keep them on one side.
    ///
    /// # How to waive
    /// `allow G009 in Ticket because "…" by "…" until 2027-06-30`
    pub G009
}

struct SettlesSlowly<'m> {
    model: &'m Model,
    judged: &'m Judged,
    rounds: u32,
}

/// Finds parts of the cell graph that need many rounds.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    // a law alone only says how many rounds it takes at most
    let searched = |j: &&Judged| j.grounds != Grounds::Law;
    for judged in cx.facts.graph.parts.iter().filter(searched) {
        let rounds = judged.judgement.verdict().rounds();
        if let Some(rounds) = rounds.filter(|r| *r > USUAL) {
            let found = SettlesSlowly {
                model,
                judged,
                rounds,
            };
            cx.report(found.describe());
        }
    }
}

impl SettlesSlowly<'_> {
    fn describe(&self) -> Diagnostic {
        let name = words::subject(self.model, self.judged);
        let finding = Diagnostic::new(
            Code::G009,
            format!("`{name}` settles only after {}", words::rounds(self.rounds)),
        );
        let mut finding = words::point(finding, self.model, self.judged, "this row");
        let automations = self.judged.built.automations.iter().flatten();
        for automation in automations.filter_map(|a| self.model.automations.get(a.index())) {
            finding = finding.at(
                automation.span,
                format!("answered by {}", words::automatic(automation)),
            );
        }
        finding
            .note("each round writes to both sides what neither of them keeps")
            .help("let one automation do the work of all, or keep them on one side")
    }
}
