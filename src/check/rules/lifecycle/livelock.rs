//! L007: a stage that moves on and on by itself.

use super::stories::{Story, Waits};
use super::words::{cause_place, event, head, reaction, way_to, whole};
use crate::analyze::{Automaton, Chain, End, Facts, Life, Tale, tale};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;
use crate::source::Span;

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
    for found in endless(cx.model, cx.facts) {
        cx.report(found.describe());
    }
}

/// What each of them looks like to those who wait for a rest.
pub(super) fn stories(model: &Model, facts: &Facts) -> Vec<Story> {
    let found = endless(model, facts).into_iter();
    found.filter_map(|f| f.story()).collect()
}

fn endless<'m>(model: &'m Model, facts: &'m Facts) -> Vec<Livelock<'m>> {
    let mut found = Vec::new();
    for (life, facts) in whole(model, facts) {
        found.extend(facts.chains.iter().filter_map(|chain| {
            Some(Livelock {
                life,
                facts,
                chain,
                repeats: match chain.end {
                    End::Repeats(at) => at,
                    End::Home | End::Held | End::Cleared => return None,
                },
            })
        }));
    }
    found
}

impl Livelock<'_> {
    fn place(&self) -> Span {
        let life = self.life.lifecycle;
        let line = life.transitions.get(self.chain.transition);
        line.map_or(life.span, head)
    }

    fn story(&self) -> Option<Story> {
        let told = Tale {
            way: &self.facts.explored.way_to(self.chain.from)?,
            at_once: &[self.chain.begins?],
            others: self.chain.objects(self.life),
            before: Vec::new(),
            after: None,
            wanted: None,
        };
        Some(Story {
            place: self.place(),
            lifecycle: Some(self.life.number),
            waits: Waits::Rest,
            scenario: tale(self.life, &told)?,
        })
    }

    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let mut story = way_to(life, self.facts, self.chain.from);
        story.extend(self.chain.begins.map(|e| event(life, &e)));
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
        .at(self.place(), "it begins with this move");
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
