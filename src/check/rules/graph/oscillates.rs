//! G001: updates that undo each other for ever.

use super::words;
use crate::analyze::graph::Judged;
use crate::analyze::settle::{Verdict, Witness};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;

rule! {
    /// # What it checks
    /// Whatever people edit, the updates that follow come to rest: rows in both directions, automations of both systems, and
    /// what the platforms store. The states of all cells that write each other are searched; what is reported was found by
    /// running them. Where several records refer to one, write to it and get what it holds, two of them are tried as well.
    ///
    /// # Why it matters
    /// A loop costs an API call for each side and record in every round, for ever, fills the history of every record, and
    /// leaves a value that depends on when somebody looks.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Upper case" {
    ///   when  Case.Language__c changes
    ///   sets  Case.Language__c = upper(Case.Language__c)
    /// }
    ///
    /// automation desk "Lower case" {
    ///   when  ticket.language changes
    ///   sets  ticket.language = lower(ticket.language)
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
    /// ```sync,pass
    /// automation crm "Upper case" {
    ///   when  Case.Language__c changes
    ///   sets  Case.Language__c = upper(Case.Language__c)
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
    /// Break the loop at one place: let the value travel one way, let the row take both spellings for one value, or keep the
    /// automation from running for the user of the sync. Each way that is offered was tried. Where two records undo each other
    /// by way of the one that they refer to, let the value go up to it or down from it, not both.
    ///
    /// # How to waive
    /// `allow G001 in Ticket because "…" by "…" until 2027-06-30`: the runtime then stops the row when it goes on for too long.
    pub G001
}

struct Oscillates<'m> {
    model: &'m Model,
    judged: &'m Judged,
    witness: &'m Witness,
}

/// Finds parts of the cell graph that never come to rest.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    let facts = cx.facts;
    let untold = |judged: &&Judged| !words::is_livelock(facts, judged);
    for judged in facts.graph.parts.iter().filter(untold) {
        if let Verdict::Oscillates(witness) = judged.judgement.verdict() {
            let found = Oscillates {
                model,
                judged,
                witness,
            };
            cx.report(found.describe());
        }
    }
}

impl Oscillates<'_> {
    fn describe(&self) -> Diagnostic {
        let name = words::subject(self.model, self.judged);
        let period = self.witness.period;
        let finding = Diagnostic::new(
            Code::G001,
            format!("`{name}` never settles (period {period})"),
        );
        words::point(finding, self.model, self.judged, "this row")
            .story(words::story(self.model, &self.judged.built, self.witness))
            .note(match self.judged.built.twins {
                None => "each pass undoes the last one: one API call per side and record, for ever",
                Some(_) => {
                    "two records that refer to one undo each other, pass by pass: one API call per side and record, for ever"
                }
            })
            .help(words::remedies(self.model, self.judged))
    }
}
