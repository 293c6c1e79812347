//! G002: updates that make another value in every round.

use super::words;
use crate::analyze::graph::{Growth, Judged};
use crate::analyze::settle::{Verdict, Witness};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;
use crate::text::count;
use crate::value::Value;

/// The most values that a finding tells of what grows.
const SHOWN: usize = 3;

rule! {
    /// # What it checks
    /// No circle of rows and automations makes a new value of the last one in every round. Growth is told once it has passed all
    /// that conditions compare it with: what may still end at a bound is not told so. That a record is held in the end, because its
    /// field takes no more digits or characters, is no rest.
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
    witness: &'m Witness,
    growth: &'m Growth,
}

/// Finds parts of the cell graph whose values have no end.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for judged in &cx.facts.graph.parts {
        if let Verdict::Diverges(witness) = judged.judgement.verdict()
            && let Some(growth) = &judged.growth
        {
            let found = Diverges {
                model,
                judged,
                witness,
                growth,
            };
            cx.report(found.describe());
        }
    }
}

impl Diverges<'_> {
    fn describe(&self) -> Diagnostic {
        let name = words::subject(self.model, self.judged);
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
        .story(words::story(self.model, &self.judged.built, self.witness))
        .note(self.growing())
        .help(words::remedies(self.model, self.judged))
    }

    fn growing(&self) -> String {
        let Growth { place, values, by } = self.growth;
        let field = place.field().map(|f| self.model.field_name(f));
        let shown: Vec<String> = values
            .iter()
            .take(SHOWN)
            .map(|v| format!("`{v}`"))
            .collect();
        let falls = by.is_some_and(|by| by.is_sign_negative());
        let by = by.map(|by| by.abs().normalize());
        let how = match (values.first(), by) {
            (Some(Value::Text(_)), Some(by)) => {
                let characters = by.to_string().parse().unwrap_or_default();
                format!(
                    "it becomes {} longer each time",
                    count(characters, "character")
                )
            }
            (Some(Value::Text(_)), None) => "it becomes longer each time".to_owned(),
            (Some(Value::Number(_)), Some(by)) if falls => format!("it falls by {by} each time"),
            (Some(Value::Number(_)), Some(by)) => format!("it grows by {by} each time"),
            _ if falls => "it goes back each time".to_owned(),
            _ => "it goes on each time".to_owned(),
        };
        let field = field.unwrap_or_default();
        format!(
            "`{field}` becomes {}: {how}, without an end",
            shown.join(", then ")
        )
    }
}
