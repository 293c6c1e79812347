//! L009: somebody comes back, and nothing says as what and to whom.

use super::words::{arrow, field, head, place, whole};
use crate::analyze::Life;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{StageIdx, Transition};

rule! {
    /// # What it checks
    /// A move that brings back what was closed says as what (`as task`, `as lead`, `as opportunity`), and who owns it.
    ///
    /// # Why it matters
    /// Somebody who was lost and comes back is found by nobody: the closed record stays closed, and its owner has moved on.
    ///
    /// # Example
    /// ```sync,fail
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New | Working
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50
    ///   final customer
    /// }
    /// ```
    /// ```sync,pass
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New | Working
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say what is made and who owns it, for instance `as task, keep owner else route`.
    ///
    /// # How to waive
    /// `allow L009 in Journey because "…" by "…" until 2027-06-30`
    pub L009
}

struct ReEntryUndefined<'m> {
    life: Life<'m>,
    line: &'m Transition,
    from: StageIdx,
    column: usize,
}

/// Finds lines that lead back from a closed stage without saying what is made and who owns it.
pub fn run(cx: &mut Cx<'_>) {
    for (life, _) in whole(cx.model, cx.facts) {
        for line in &life.lifecycle.transitions {
            let back = line
                .from
                .iter()
                .map(|f| f.node)
                .filter(|f| line.to.node < *f);
            let closed = back.filter_map(|from| Some((from, life.closed_by(from)?)));
            let complete = line.made.is_some() && line.owner.is_some();
            if let Some((from, column)) = closed.into_iter().next().filter(|_| !complete) {
                let found = ReEntryUndefined {
                    life,
                    line,
                    from,
                    column,
                };
                cx.report(found.describe());
            }
        }
    }
}

impl ReEntryUndefined<'_> {
    fn describe(&self) -> Diagnostic {
        let (life, line) = (self.life, self.line);
        let (missing, paste) = match (line.made, line.owner) {
            (None, None) => ("as what, and who owns it", "as task, keep owner else route"),
            (None, _) => ("as what", "as task"),
            _ => ("who owns what is made", "keep owner else route"),
        };
        let value = life.written(self.from, self.column).unwrap_or_default();
        let cell = life.lifecycle.cell(self.from, self.column).first();
        Diagnostic::new(
            Code::L009,
            format!(
                "`{}` brings somebody back, and nothing says {missing}",
                arrow(life, self.from, line.to.node)
            ),
        )
        .at(head(line), "they come back")
        .at(
            cell.map_or(place(life, self.from), |c| c.span),
            format!("from where {} is closed", field(life, self.column)),
        )
        .note(format!(
            "a record at `{value}` is done: nobody works on it, and its owner has moved on"
        ))
        .help(format!("say it behind a comma\n  …, {paste}"))
    }
}
