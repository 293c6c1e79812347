//! L005: a move back that the platform ignores.

use super::stories::{Story, Waits};
use super::words::{event, field, head, whole};
use crate::analyze::{Automaton, Event, Facts, Life, Refusal, Tale, tale};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;
use crate::source::Span;

rule! {
    /// # What it checks
    /// No move back writes a field that its platform moves forward only: HubSpot ignores a write that would take a lifecycle
    /// stage backwards, unless the field is cleared first.
    ///
    /// # Why it matters
    /// The write is answered with success, and nothing changes. The two systems then disagree, and a sync that does not know it
    /// takes the old value for an edit, and the rep's move is undone.
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
    ///   lost     -> talking   by crm  when contact.score >= 50, as task, keep owner
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
    ///   lost     -> talking   by crm  when contact.score >= 50, as task, keep owner, clear first
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say `clear first`: the field is cleared, and set then. Or let the other system make this move.
    ///
    /// # How to waive
    /// `allow L005 in Journey because "…" by "…" until 2027-06-30`
    pub L005
}

struct BackwardMoveRefused<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    refusal: &'m Refusal,
}

/// Finds moves to an earlier stage that write a field backwards; once a line and field.
pub fn run(cx: &mut Cx<'_>) {
    for found in refused(cx.model, cx.facts) {
        cx.report(found.describe());
    }
}

/// What each of them looks like to those who move.
pub(super) fn stories(model: &Model, facts: &Facts) -> Vec<Story> {
    let found = refused(model, facts).into_iter();
    found.filter_map(|f| f.story()).collect()
}

fn refused<'m>(model: &'m Model, facts: &'m Facts) -> Vec<BackwardMoveRefused<'m>> {
    let mut found = Vec::new();
    for (life, facts) in whole(model, facts) {
        let back = |r: &&Refusal| matches!(r.event, Event::Moves { from, to, .. } if to < from);
        let refusals = facts.explored.refusals.iter().filter(back);
        found.extend(refusals.map(|refusal| BackwardMoveRefused {
            life,
            facts,
            refusal,
        }));
    }
    found
}

impl BackwardMoveRefused<'_> {
    fn place(&self) -> Span {
        let life = self.life.lifecycle;
        let line = life.transitions.get(self.refusal.transition);
        line.map_or(life.span, head)
    }

    /// Whoever moves back expects the other column to follow.
    fn story(&self) -> Option<Story> {
        let refusal = self.refusal;
        let told = Tale {
            way: &self.facts.explored.events(refusal.visit),
            at_once: &[refusal.event],
            others: Vec::new(),
            before: Vec::new(),
            after: None,
            wanted: Some((
                refusal.column,
                self.life.written(refusal.to, refusal.column)?,
            )),
        };
        Some(Story {
            place: self.place(),
            lifecycle: Some(self.life.number),
            waits: Waits::Value,
            scenario: tale(self.life, &told)?,
        })
    }

    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let refusal = self.refusal;
        let name = field(life, refusal.column);
        let system = life
            .field(refusal.column)
            .map_or("", |f| f.system.kind.title());
        let value = |stage| life.written(stage, refusal.column).unwrap_or_default();
        let (old, new) = (value(refusal.shows), value(refusal.to));
        let line = life.lifecycle.transitions.get(refusal.transition);
        let place = self.place();
        let cell = life.lifecycle.cell(refusal.to, refusal.column).first();
        let mut story: Vec<String> = self
            .facts
            .explored
            .events(refusal.visit)
            .iter()
            .map(|e| event(life, e))
            .collect();
        story.push(event(life, &refusal.event));
        story.push(format!(
            "the spec writes `{new}` into {name}, and {system} leaves `{old}`"
        ));
        Diagnostic::new(
            Code::L005,
            format!("{system} does not move {name} back from `{old}` to `{new}`"),
        )
        .at(place, "this move goes back")
        .at(cell.map_or(place, |c| c.span), "and would write this")
        .story(story)
        .note("the write is answered with success and changes nothing: the two systems disagree from then on")
        .help(format!(
            "permit that the field is cleared first, behind a comma\n  {}, clear first\nor let the system of {name} make this move",
            line.map_or("…", |_| "…")
        ))
    }
}
