//! G005: automations that nothing orders, and whose order decides what a synced field holds.

use super::words;
use crate::analyze::graph::Unordered;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Automation, FieldRef, Model, RowView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where one save starts two automations, and nothing fixes which of them runs first, a synced field holds the same in
    /// the end. Both orders are run from every state of the fields that they touch, as far as there are not too many.
    ///
    /// # Why it matters
    /// The same edit ends now in one value, now in another: after a deployment, in a sandbox, on a busy day. The sync carries
    /// on whichever came out, and nobody can say why.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Rush is English" {
    ///   when  Case.Ref__c = "rush"
    ///   sets  Case.Language__c = "English"
    /// }
    ///
    /// automation crm "Long ones are German" {
    ///   when  Case.Tally__c > 10
    ///   sets  Case.Language__c = "German"
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
    /// automation crm "Rush is English" {
    ///   when  Case.Ref__c = "rush"
    ///   sets  Case.Language__c = "English"
    /// }
    ///
    /// automation crm "Others are German" {
    ///   when  Case.Ref__c = "other"
    ///   sets  Case.Language__c = "German"
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
    /// Let one automation do the work of both, give each a condition that excludes the other, or fix their order: flows of
    /// Salesforce have a trigger order for it.
    ///
    /// # How to waive
    /// `allow G005 in Ticket because "…" by "…" until 2027-06-30`
    pub G005
}

struct OrderDependent<'m> {
    model: &'m Model,
    unordered: &'m Unordered,
    automations: [&'m Automation; 2],
}

/// Finds automations whose order decides about a synced field.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for unordered in &cx.facts.graph.unordered {
        let [one, other] = unordered
            .automations
            .map(|a| model.automations.get(a.index()));
        if let Some((one, other)) = one.zip(other) {
            let found = OrderDependent {
                model,
                unordered,
                automations: [one, other],
            };
            cx.report(found.describe());
        }
    }
}

impl OrderDependent<'_> {
    fn describe(&self) -> Diagnostic {
        let Unordered {
            built,
            found,
            differs,
            ..
        } = self.unordered;
        let place = built.places.get(differs.index());
        let field = place.and_then(|p| p.field());
        let name = field.map(|f| self.model.field_name(f)).unwrap_or_default();
        let [one, other] = self.automations;
        let mut finding = Diagnostic::new(
            Code::G005,
            format!("what `{name}` holds depends on which of two automations runs first"),
        );
        if let Some((span, text)) = field.and_then(|f| self.synced_by(f)) {
            finding = finding.at(span, text);
        }
        let flows = [one, other]
            .iter()
            .all(|a| a.kind == "record-triggered flow");
        let remedy =
            "let one of them do the work of both, or give each a condition that excludes the other";
        finding
            .at(one.span, words::automatic(one))
            .at(other.span, format!("and {}", words::automatic(other)))
            .story(words::orders(self.model, built, found))
            .note("nothing fixes their order: the same edit ends in one value here, and in another one there")
            .help(match flows {
                true => format!("give each of them a trigger order, or {remedy}"),
                false => remedy.to_owned(),
            })
    }

    /// The row or the lifecycle that has a field.
    fn synced_by(&self, field: FieldRef) -> Option<(Span, &'static str)> {
        let has = |row: &RowView<'_>| {
            let mut sides = Side::BOTH.into_iter();
            sides.any(|side| row.field(side).is_some_and(|f| f.id == field))
        };
        if let Some(row) = self.model.rows().find(has) {
            return Some((row.row.head, "this row has the field"));
        }
        let mut lifecycles = self.model.lifecycles.iter();
        let lifecycle = lifecycles.find(|l| l.columns.iter().any(|c| c.field == Some(field)))?;
        Some((lifecycle.name.span, "this lifecycle has the field"))
    }
}
