//! G004: two writers of one field that do not agree.

use crate::analyze::graph::{Edge, Writer, acting, row};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, Model, RowView};
use crate::side::Side;

use super::words;

rule! {
    /// # What it checks
    /// What a row writes is not replaced at once by an automation that writes a value of its own, and two syncs that can hold
    /// a record at the same time do not write one field from different sources.
    ///
    /// # Why it matters
    /// The two sides never agree: each change of the one is overwritten on the other, and every report tells another story.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "All is English" {
    ///   when  Case.Language__c changes
    ///   sets  Case.Language__c = "English"
    /// }
    ///
    /// sync Ticket: desk.ticket -> crm.Case {
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language -> Language__c
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Blank is English" {
    ///   when  Case.Language__c is blank
    ///   sets  Case.Language__c = "English"
    /// }
    ///
    /// sync Ticket: desk.ticket -> crm.Case {
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language -> Language__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let one of them go, or give each a condition that excludes the other.
    ///
    /// # How to waive
    /// `allow G004 in Ticket because "…" by "…" until 2027-06-30`
    pub G004
}

struct TwoWriters<'m> {
    model: &'m Model,
    row: RowView<'m>,
    first: &'m Edge,
    second: &'m Edge,
}

/// Finds fields with two writers that do not agree.
pub fn run(cx: &mut Cx<'_>) {
    let (model, graph) = (cx.model, &cx.facts.graph);
    for rivals in &graph.rivals {
        let first = graph.edges.get(rivals.first);
        let (Some(first), Some(second)) = (first, graph.edges.get(rivals.second)) else {
            continue;
        };
        if let Some(row) = row(model, first) {
            let found = TwoWriters {
                model,
                row,
                first,
                second,
            };
            cx.report(found.describe());
        }
    }
}

impl TwoWriters<'_> {
    fn describe(&self) -> Diagnostic {
        let field = self.model.field_name(self.first.target);
        let automation = acting(self.model, self.second).map(|(a, _)| a);
        let finding = Diagnostic::new(
            Code::G004,
            match automation {
                Some(_) => format!("what this row writes to `{field}` is replaced at once"),
                None => format!("`{field}` is written by two syncs that may hold one record"),
            },
        )
        .at(self.row.row.head, "written here");
        match automation {
            Some(automation) => {
                let back = match self.first.writer {
                    Writer::Row(_, from) => Some(!from),
                    Writer::Automation(..) | Writer::Step(_) | Writer::Route(_) => None,
                };
                let goes = |from: &Side| self.row.sync.sync.arrow.node.goes_from(*from);
                let help = match back.filter(goes) {
                    Some(from) => format!(
                        "let the automation go, or let its value travel back\n  {}",
                        self.row.draft(Arrow::from(from))
                    ),
                    None => "let the automation go, or the row".to_owned(),
                };
                finding
                    .at(
                        self.second.span,
                        format!("and replaced by {}", words::automatic(automation)),
                    )
                    .note("the two sides never agree, since the value does not travel back")
                    .help(help)
            }
            None => finding
                .at(self.second.span, "and by this row of another sync")
                .note("which of the two values stays depends on what has changed last")
                .help("delete one of the rows, or give both a `when` that excludes the other"),
        }
    }
}
