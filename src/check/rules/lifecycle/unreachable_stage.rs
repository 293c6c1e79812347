//! L002: a stage that nothing leads to.

use std::collections::BTreeSet;

use super::words::{place, stage, whole};
use crate::analyze::{Automaton, Life};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::StageIdx;

rule! {
    /// # What it checks
    /// Every stage can be reached from the first one by moves that somebody may take.
    ///
    /// # Why it matters
    /// Nobody is ever in a stage that nothing leads to, and whatever the spec, a report or a team expects of it never happens.
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
    /// Add the line that leads there, or take the stage out.
    ///
    /// # How to waive
    /// `allow L002 in Journey because "…" by "…" until 2027-06-30`
    pub L002
}

struct UnreachableStage<'m> {
    life: Life<'m>,
    at: StageIdx,
    /// Stages that are out of reach for want of this one.
    behind: Vec<StageIdx>,
}

/// Finds stages without a way from the first one. Those that only another unreachable one leads to are told with it.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        if life.lifecycle.transitions.is_empty() {
            continue;
        }
        let mut told: BTreeSet<StageIdx> = BTreeSet::new();
        let lost: Vec<StageIdx> = life
            .lifecycle
            .rows()
            .map(|(at, _)| at)
            .filter(|at| !facts.explored.reaches(*at))
            .collect();
        let without: Vec<StageIdx> = lost.iter().copied().filter(|at| alone(life, *at)).collect();
        for at in without.into_iter().chain(lost.iter().copied()) {
            if told.contains(&at) {
                continue;
            }
            let behind = behind(life, at, &lost);
            told.extend(behind.iter().copied());
            told.insert(at);
            if !blocked(life, facts, at, &behind) {
                let behind = behind.into_iter().filter(|b| *b != at).collect();
                cx.report(UnreachableStage { life, at, behind }.describe());
            }
        }
    }
}

/// Whether no line leads to a stage from another one.
fn alone(life: Life<'_>, at: StageIdx) -> bool {
    let mut lines = life.lifecycle.transitions.iter();
    !lines.any(|t| t.to.node == at && t.from.iter().any(|f| f.node != at))
}

/// The unreachable stages to which a stage leads, itself included.
fn behind(life: Life<'_>, at: StageIdx, lost: &[StageIdx]) -> Vec<StageIdx> {
    let mut found = vec![at];
    let mut next = 0;
    while let Some(from) = found.get(next).copied() {
        next += 1;
        for t in life.lifecycle.transitions.iter().filter(|t| t.leaves(from)) {
            if lost.contains(&t.to.node) && !found.contains(&t.to.node) {
                found.push(t.to.node);
            }
        }
    }
    found
}

/// Whether a line leads there that cannot be taken: a finding of its own.
fn blocked(life: Life<'_>, facts: &Automaton, at: StageIdx, behind: &[StageIdx]) -> bool {
    let mut lines = life.lifecycle.transitions.iter().enumerate();
    lines.any(|(n, t)| {
        let from_reach = t.from.iter().any(|f| facts.explored.reaches(f.node));
        let never = facts.never.iter().any(|(m, _)| *m == n);
        (t.to.node == at || behind.contains(&t.to.node))
            && from_reach
            && (never || t.conversion.is_some())
    })
}

impl UnreachableStage<'_> {
    fn describe(&self) -> Diagnostic {
        let first = self.life.lifecycle.first();
        let finding = Diagnostic::new(
            Code::L002,
            format!("nobody can get to {}", stage(self.life, self.at)),
        )
        .at(place(self.life, self.at), "no line leads here")
        .at(place(self.life, first), "from where everybody begins");
        let finding = if self.behind.is_empty() {
            finding.note("nobody is ever in it, whatever a report or a team expects of it")
        } else {
            let names: Vec<String> = self.behind.iter().map(|b| stage(self.life, *b)).collect();
            finding.note(format!(
                "nor to {}, which only it leads to",
                crate::text::list(&names)
            ))
        };
        finding.help(format!(
            "add the line that leads there\n  {} -> {}  by …",
            self.life.lifecycle.stage_name(first),
            self.life.lifecycle.stage_name(self.at)
        ))
    }
}
