//! G008: code that nobody understands writes what rows write.

use super::words;
use crate::analyze::graph::Opaque;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Automation, Model};
use crate::text::some;

rule! {
    /// # What it checks
    /// Code of a system (Apex, custom code of a workflow) names no field that a row writes, or what it does is declared. One
    /// finding for each object.
    ///
    /// # Why it matters
    /// Whether such fields come to rest, and who wrote them, is known only as far as the code is: every verdict about them
    /// holds on the condition that the code leaves them alone.
    ///
    /// # How to fix
    /// Declare what the code does, under its own name: `automation salesforce "AccountTrigger" { when …; sets … }`.
    ///
    /// # How to waive
    /// `allow G008 in Ticket because "…" by "…" until 2027-06-30`
    pub G008
}

struct OpaqueAutomation<'m> {
    model: &'m Model,
    opaque: &'m Opaque,
}

/// Finds objects whose code is not understood and names fields that rows write.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for opaque in &cx.facts.graph.opaque {
        cx.report(OpaqueAutomation { model, opaque }.describe());
    }
}

impl OpaqueAutomation<'_> {
    fn describe(&self) -> Diagnostic {
        let automations: Vec<&Automation> = self
            .opaque
            .automations
            .iter()
            .filter_map(|a| self.model.automations.get(a.index()))
            .collect();
        let mut names: Vec<String> = automations.iter().map(|a| words::automatic(a)).collect();
        // code that runs before and after a save is one automation
        names.dedup();
        let fields: Vec<String> = self
            .opaque
            .fields
            .iter()
            .filter_map(|f| self.model.field(*f))
            .map(|f| match f.id.object == self.opaque.object {
                true => format!("`{}`", f.name()),
                false => format!("`{}`", self.model.field_name(f.id)),
            })
            .collect();
        let object = self.model.object_name(self.opaque.object);
        let row = self.model.rows().find(|r| {
            let mut sides = crate::side::Side::BOTH.into_iter();
            sides.any(|s| {
                r.writes(s)
                    .is_some_and(|(_, f)| self.opaque.fields.contains(&f.id))
            })
        });
        let mut finding = Diagnostic::new(
            Code::G008,
            format!("code that runs for `{object}` may write fields that rows write"),
        );
        if let Some(row) = row {
            finding = finding.at(row.row.head, "written here");
        }
        if let Some(first) = automations.first() {
            finding = finding.at(first.span, "and named in this code");
        }
        let system = self.model.systems.get(self.opaque.object.system.index());
        finding
            .note(format!(
                "{} named by {}: what is said of them holds only if it leaves them alone",
                some(&fields, 4, "and"),
                some(&names, 4, "and")
            ))
            .help(format!(
                "declare what the code does, under its own name\n  automation {} \"{}\" {{ … }}",
                system.map_or("…", |s| s.name.node.as_str()),
                automations.first().map_or("…", |a| a.name.as_str())
            ))
    }
}
