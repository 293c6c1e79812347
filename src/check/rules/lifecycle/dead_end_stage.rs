//! L003: a stage that nothing leaves, and that is not final.

use super::words::{head, place, stage, way_to, whole};
use crate::analyze::{Automaton, Life};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{StageIdx, Transition};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Something leaves every stage, unless it is `final`; and nothing leaves one that is.
    ///
    /// # Why it matters
    /// Who gets into a stage without a way out stays there. That is right for a customer; for a lead it means that nobody will
    /// ever look at it again.
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
    /// Add the line that leaves it, or say `final`.
    ///
    /// # How to waive
    /// `allow L003 in Journey because "…" by "…" until 2027-06-30`
    pub L003
}

struct DeadEndStage<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    at: StageIdx,
}

/// Finds stages that can be reached and not left, and final ones that are left.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        let lines = &life.lifecycle.transitions;
        for (at, _) in life.lifecycle.rows() {
            let left = lines.iter().find(|t| t.leaves(at));
            match (left, life.lifecycle.finals.iter().find(|f| f.node == at)) {
                (Some(line), Some(declared)) => {
                    cx.report(left_though_final(life, at, declared.span, line));
                }
                (None, None) if facts.explored.reaches(at) => {
                    cx.report(DeadEndStage { life, facts, at }.describe());
                }
                _ => {}
            }
        }
    }
}

fn left_though_final(
    life: Life<'_>,
    at: StageIdx,
    declared: Span,
    line: &Transition,
) -> Diagnostic {
    Diagnostic::new(
        Code::L003,
        format!("{} is final, and a line leaves it", stage(life, at)),
    )
    .at(declared, "nothing is to leave it")
    .at(head(line), "this does")
    .note("one of the two is not meant")
    .help("take the stage out of `final`, or take the line away")
}

impl DeadEndStage<'_> {
    fn describe(&self) -> Diagnostic {
        let name = self.life.lifecycle.stage_name(self.at);
        Diagnostic::new(Code::L003, format!("whoever is in `{name}` stays there"))
            .at(place(self.life, self.at), "nothing leaves this stage")
            .story(way_to(self.life, self.facts, self.at))
            .note("no system may move them on, and nothing says that this is the end")
            .help(format!(
                "say that it is the end\n  final {name}\nor add the line that leaves it\n  {name} -> …  by …"
            ))
    }
}
