//! P004: an automation writes a protected field as a consequence of a row.

use crate::analyze::graph::{Edge, Reached, Writer, acting, row};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Model, Protect};

rule! {
    /// # What it checks
    /// No write of a row starts an automation that writes a field which `protect` names, directly or by way of other
    /// automations and rows. Code that is not understood is told apart (G008).
    ///
    /// # Why it matters
    /// A protected field is a promise to the people who own it. Whether a row breaks it or an automation that the row sets
    /// off, the value is gone.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Escalate" {
    ///   when  Case.Priority = High
    ///   sets  Case.DueOn__c = Case.OpenedOn__c
    /// }
    ///
    /// sync Ticket: desk.ticket -> crm.Case {
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   priority -> Priority  via Urgency
    ///   protect crm.DueOn__c
    /// }
    ///
    /// picklist Urgency: desk.ticket.priority -> crm.Case.Priority {
    ///   low    -> Low
    ///   normal -> Medium
    ///   high   -> High
    ///   else   -> Medium
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Escalate" {
    ///   when  Case.Priority = High
    ///   sets  Case.DueOn__c = Case.OpenedOn__c
    /// }
    ///
    /// sync Ticket: desk.ticket -> crm.Case {
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   subject -> Subject
    ///   protect crm.DueOn__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Keep the automation from running for the user of the sync, leave the field alone that starts it, or give the
    /// protection up.
    ///
    /// # How to waive
    /// `allow P004 in Ticket because "…" by "…" until 2027-06-30`
    pub P004
}

struct ProtectedFieldReachable<'m> {
    model: &'m Model,
    protect: &'m Protect,
    path: Vec<&'m Edge>,
}

/// Finds protected fields that automations write as a consequence of rows.
pub fn run(cx: &mut Cx<'_>) {
    let (model, graph) = (cx.model, &cx.facts.graph);
    for Reached {
        sync,
        protect,
        path,
    } in &graph.reached
    {
        let protects = model.sync(*sync).map(|s| &s.sync.protect);
        if let Some(protect) = protects.and_then(|p| p.get(*protect)) {
            let path = path.iter().filter_map(|i| graph.edges.get(*i)).collect();
            let found = ProtectedFieldReachable {
                model,
                protect,
                path,
            };
            cx.report(found.describe());
        }
    }
}

impl ProtectedFieldReachable<'_> {
    fn describe(&self) -> Diagnostic {
        let field = self.model.field_name(self.protect.field);
        let mut finding = Diagnostic::new(
            Code::P004,
            format!("`{field}` is protected, and would be written as a consequence"),
        );
        for (at, edge) in self.path.iter().enumerate() {
            let written = self.model.field_name(edge.target);
            let text = match (at, edge.writer) {
                (0, _) => format!("this writes `{written}`"),
                (_, Writer::Row(..)) => format!("then this row writes `{written}`"),
                (_, Writer::Step(_) | Writer::Route(_)) => format!("then this writes `{written}`"),
                (_, Writer::Automation(..)) => match acting(self.model, edge) {
                    Some((a, _)) if a.kind == "platform" => {
                        format!("then {} itself writes `{written}`", a.name)
                    }
                    Some((a, _)) => format!("then the {} `{}` writes `{written}`", a.kind, a.name),
                    None => format!("then `{written}` is written"),
                },
            };
            finding = finding.at(edge.span, text);
        }
        let first = self.path.first().and_then(|e| row(self.model, e));
        let drop = first.map(|r| format!(", or drop the row `{}`", r.row.name));
        finding
            .at(self.protect.span, "protected here")
            .note("whether a row breaks the promise or what it sets off, the value is gone")
            .help(format!(
                "keep the automation from running for the user of the sync{}",
                drop.unwrap_or_default()
            ))
    }
}
