//! L007: a stage that moves on and on by itself.

use super::words::{cause_place, head, moved, reaction, way_to, whole};
use crate::analyze::{Automaton, Chain, Life};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

rule! {
    /// # What it checks
    /// What rows and automations make of a move comes to rest: they do not move the stage on and on without a person.
    ///
    /// # Why it matters
    /// Each run would move the person to another stage and back, write to both systems each time, and never end.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist Swapped: desk.contact.lifecyclestage -> crm.Person.Phase__c {
    ///   subscriber        -> Working
    ///   lead              -> New
    ///   customer          -> Won
    ///   other             -> Lost
    /// }
    ///
    /// sync Person: desk.contact <-> crm.Person {
    ///   lifecyclestage -> Phase__c  via Swapped
    /// }
    ///
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   New
    ///   talking:   lead,         Working
    ///
    ///   visitor -> talking  by desk by crm
    ///   talking -> visitor  by desk by crm
    /// }
    /// ```
    /// ```sync,pass
    /// picklist Same: desk.contact.lifecyclestage -> crm.Person.Phase__c {
    ///   subscriber        -> New
    ///   lead              -> Working
    ///   customer          -> Won
    ///   other             -> Lost
    /// }
    ///
    /// sync Person: desk.contact <-> crm.Person {
    ///   lifecyclestage -> Phase__c  via Same
    /// }
    ///
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   New
    ///   talking:   lead,         Working
    ///
    ///   visitor -> talking  by desk by crm
    ///   talking -> visitor  by desk by crm
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let one of the two write the field: take the row away, or let its map say what the stages say.
    ///
    /// # How to waive
    /// `allow L007 in Journey because "…" by "…" until 2027-06-30`
    pub L007
}

struct Livelock<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    chain: &'m Chain,
    repeats: usize,
}

/// Finds moves after which rows and automations move the stage for ever; each cycle once.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        for chain in &facts.chains {
            if let Some(repeats) = chain.repeats {
                let found = Livelock {
                    life,
                    facts,
                    chain,
                    repeats,
                };
                cx.report(found.describe());
            }
        }
    }
}

impl Livelock<'_> {
    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let lines = &life.lifecycle.transitions;
        let line = lines.get(self.chain.transition);
        let mut story = way_to(life, self.facts, self.chain.from);
        if let Some(t) = line {
            let by = life.movers(t).first().copied();
            let way =
                by.and_then(|by| Some((by, life.ways(t, self.chain.from, by).first().copied()?)));
            if let Some((by, way)) = way {
                let stages = (self.chain.from, t.to.node);
                story.push(moved(
                    life,
                    self.chain.transition,
                    life.system_name(by),
                    way,
                    stages,
                ));
            }
        }
        let first = story.len() + self.repeats + 1;
        story.extend(self.chain.reactions.iter().map(|r| reaction(life, r)));
        story.push(format!("and so on, as in {first}"));
        let cycle = self.chain.reactions.iter().skip(self.repeats);
        let names = cycle
            .clone()
            .map(|r| life.lifecycle.stage_name(r.from).to_owned());
        let mut names: Vec<String> = names.collect();
        names.extend(names.first().cloned());
        let mut finding = Diagnostic::new(
            Code::L007,
            format!("the stage never comes to rest: `{}`", names.join(" -> ")),
        )
        .at(
            line.map_or(life.lifecycle.span, head),
            "it begins with this move",
        );
        let mut told = Vec::new();
        for place in cycle.filter_map(|r| cause_place(life, r)) {
            if !told.contains(&place) {
                told.push(place);
                finding = finding.at(place, "and this moves it on");
            }
        }
        finding
            .story(story)
            .note("every run would move it again, and write to both systems each time")
            .help("leave the field to the lifecycle, or let what writes it say what the stages say")
    }
}
