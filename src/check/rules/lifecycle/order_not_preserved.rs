//! L008: stages in another order than their platform has their values.

use super::words::{field, head, stage, whole};
use crate::analyze::{Event, Life, Refusal};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

rule! {
    /// # What it checks
    /// Where a move goes on to a later stage, it does not take a field backwards that its platform moves forward only.
    ///
    /// # Why it matters
    /// The table says that one stage comes after the other, and the platform has them the other way round: it ignores the
    /// write, and the stage shows in one system only.
    ///
    /// # Example
    /// ```sync,fail
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   won:       customer,     Won
    ///   talking:   lead,         New | Working
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor -> won      by desk
    ///   won     -> talking  by crm
    ///   talking -> lost     by crm
    ///   final lost
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
    /// Put the stages in the order in which the platform has their values, or take values that are in this order.
    ///
    /// # How to waive
    /// `allow L008 in Journey because "…" by "…" until 2027-06-30`
    pub L008
}

struct OrderNotPreserved<'m> {
    life: Life<'m>,
    refusal: &'m Refusal,
}

/// Finds moves to a later stage that write a field backwards; once a line and field.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx) {
        for refusal in &facts.explored.refusals {
            let Event::Moves { from, to, .. } = refusal.event else {
                continue;
            };
            if from < to {
                let found = OrderNotPreserved { life, refusal };
                cx.report(found.describe());
            }
        }
    }
}

impl OrderNotPreserved<'_> {
    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let refusal = self.refusal;
        let name = field(life, refusal.column);
        let system = life
            .field(refusal.column)
            .map_or("", |f| f.system.kind.title());
        let value = |stage| life.written(stage, refusal.column).unwrap_or_default();
        let (old, new) = (value(refusal.shows), value(refusal.to));
        let cell = |stage| life.lifecycle.cell(stage, refusal.column).first();
        let line = life.lifecycle.transitions.get(refusal.transition);
        let place = line.map_or(life.lifecycle.span, head);
        let (earlier, later) = (stage(life, refusal.shows), stage(life, refusal.to));
        Diagnostic::new(
            Code::L008,
            format!("{later} comes after {earlier} here, and {system} has `{new}` before `{old}`"),
        )
        .at(cell(refusal.to).map_or(place, |c| c.span), format!("the value of {later}"))
        .at(cell(refusal.shows).map_or(place, |c| c.span), format!("the value of {earlier}"))
        .at(place, "this move goes on in the table, and back in the field")
        .note(format!("{system} moves {name} forward only: the write would be ignored"))
        .help("put the stages in the order of the field's values, or give them values that are in this order")
    }
}
