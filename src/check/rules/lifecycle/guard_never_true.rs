//! L010: a line that can never be taken.

use super::words::{arrow, field, head, place, stage, whole};
use crate::analyze::{Life, Never};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Transition;
use crate::text::{list, quoted};

rule! {
    /// # What it checks
    /// Every line can be taken: its condition does not contradict itself or the stage that it enters, the stages whose times it
    /// asks for can have been entered, and whoever may take it has a column in which the move shows.
    ///
    /// # Why it matters
    /// A line that never holds is a move that everybody believes in, and that never happens.
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
    ///   talking  -> customer  by crm   when contact.score > 9 and contact.score < 5
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
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
    /// Correct the condition, or take the line out.
    ///
    /// # How to waive
    /// `allow L010 in Journey because "…" by "…" until 2027-06-30`
    pub L010
}

struct GuardNeverTrue<'m> {
    life: Life<'m>,
    line: &'m Transition,
    why: &'m Never,
}

/// Finds lines that are never permitted.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        for (number, why) in &facts.never {
            if let Some(line) = life.lifecycle.transitions.get(*number) {
                cx.report(GuardNeverTrue { life, line, why }.describe());
            }
        }
    }
}

impl GuardNeverTrue<'_> {
    fn describe(&self) -> Diagnostic {
        let (life, line) = (self.life, self.line);
        let from = line.from.first().map_or(line.to.node, |f| f.node);
        let to = stage(life, line.to.node);
        let finding = Diagnostic::new(
            Code::L010,
            format!("`{}` can never happen", arrow(life, from, line.to.node)),
        );
        match self.why {
            Never::Contradiction(a, b) => finding
                .at(*b, "where this holds")
                .at(*a, "this does not")
                .note("the two parts of the condition contradict each other")
                .help("correct the condition, or take the line out"),
            Never::NotInStage { part, column } => finding
                .at(*part, format!("asked when {to} has just been entered"))
                .at(
                    life.lifecycle
                        .cell(line.to.node, *column)
                        .first()
                        .map_or(place(life, line.to.node), |v| v.span),
                    "and there it is this",
                )
                .note(format!(
                    "the move shows in {}: by the time it is looked at it has a value of {to}",
                    field(life, *column)
                ))
                .help("ask for another field, or take the condition out: the stages that are left are named before the arrow"),
            Never::NotEntered { part, stage: at } => finding
                .at(*part, format!("{} was never entered by then", stage(life, *at)))
                .at(head(line), "whoever is here has not been there")
                .note("a time that is blank is neither earlier nor later than another")
                .help("name a stage that comes before this one"),
            Never::Invisible => {
                let movers = life.movers(line).into_iter();
                let movers: Vec<String> = movers.map(|m| quoted(life.system_name(m))).collect();
                finding
                    .at(head(line), format!("by {}", list(&movers)))
                    .at(place(life, line.to.node), "which has no other value here")
                    .note(format!(
                        "a move is an edit of a column: {} cannot show that somebody is in {to}",
                        list(&movers)
                    ))
                    .help("give the stage a value in a column of that system, or let the other system make this move")
            }
        }
    }
}
