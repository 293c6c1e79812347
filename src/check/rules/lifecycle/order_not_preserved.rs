//! L008: stages in another order than their platform has their values.

use super::words::{field, head, stage, whole};
use crate::analyze::{Automaton, Event, Life};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{StageIdx, Transition};

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

/// A move that goes on in the table and back in a field.
struct OrderNotPreserved<'m> {
    life: Life<'m>,
    line: &'m Transition,
    column: usize,
    shows: StageIdx,
    to: StageIdx,
}

/// Finds moves to a later stage that take a field backwards, whoever makes them; once a line and field.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        let mut told: Vec<(usize, usize)> = Vec::new();
        for (line, column, shows, to) in refused(facts).chain(turned(life, facts)) {
            let known = told.contains(&(line, column));
            if let Some(t) = life.lifecycle.transitions.get(line).filter(|_| !known) {
                told.push((line, column));
                let found = OrderNotPreserved {
                    life,
                    line: t,
                    column,
                    shows,
                    to,
                };
                cx.report(found.describe());
            }
        }
    }
}

/// A line, a column, what it shows before and after.
type Turn = (usize, usize, StageIdx, StageIdx);

/// What the spec would write after a move of another column.
fn refused(facts: &Automaton) -> impl Iterator<Item = Turn> {
    facts
        .explored
        .refusals
        .iter()
        .filter_map(|r| match r.event {
            Event::Moves { from, to, .. } if from < to => {
                Some((r.transition, r.column, r.shows, r.to))
            }
            _ => None,
        })
}

/// What the move itself would set.
fn turned<'m>(life: Life<'m>, facts: &'m Automaton) -> impl Iterator<Item = Turn> + 'm {
    facts.explored.taken.iter().flat_map(move |(line, from)| {
        let t = life.lifecycle.transitions.get(*line);
        let on = t.filter(|t| *from < t.to.node && t.clear_first.is_none());
        on.into_iter().flat_map(move |t| {
            let columns = life
                .columns()
                .filter(move |c| life.goes_back(*c, *from, t.to.node));
            columns.map(move |c| (*line, c, *from, t.to.node))
        })
    })
}

impl OrderNotPreserved<'_> {
    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let name = field(life, self.column);
        let system = life
            .field(self.column)
            .map_or("", |f| f.system.kind.title());
        let value = |stage| life.written(stage, self.column).unwrap_or_default();
        let (old, new) = (value(self.shows), value(self.to));
        let cell = |stage| life.lifecycle.cell(stage, self.column).first();
        let place = head(self.line);
        let (earlier, later) = (stage(life, self.shows), stage(life, self.to));
        Diagnostic::new(
            Code::L008,
            format!("{later} comes after {earlier} here, and {system} has `{new}` before `{old}`"),
        )
        .at(cell(self.to).map_or(place, |c| c.span), format!("the value of {later}"))
        .at(cell(self.shows).map_or(place, |c| c.span), format!("the value of {earlier}"))
        .at(place, "this move goes on in the table, and back in the field")
        .note(format!("{system} moves {name} forward only: the write would be ignored"))
        .help("put the stages in the order of the field's values, or give them values that are in this order")
    }
}
