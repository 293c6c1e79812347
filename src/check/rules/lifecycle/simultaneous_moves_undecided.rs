//! L006: both sides move at once, and nothing says whose move counts.

use super::stories::{Story, Waits};
use super::words::{head, moved, place, stage, way_to, whole};
use crate::analyze::{Automaton, Contender, Event, Facts, Life, Race, Tale, Winner, tale};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Model, StageIdx};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where both systems may move somebody out of one stage, to different stages, it is decided whose move counts: the one
    /// that is also permitted after the other, or that of the `truth`.
    ///
    /// # Why it matters
    /// Both move before either has heard of the other: a rep closes a deal while a form comes in. Without a rule the outcome
    /// depends on which is read first.
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
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   talking  -> visitor   by desk
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
    ///   truth crm
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   talking  -> visitor   by desk
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the side whose move counts with `truth`, or permit one of the moves after the other.
    ///
    /// # How to waive
    /// `allow L006 in Journey because "…" by "…" until 2027-06-30`: such moves are held for a person.
    pub L006
}

struct SimultaneousMovesUndecided<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    race: &'m Race,
}

/// Finds pairs of moves that nothing decides; once a lifecycle, at the first of them, with the outcome of all.
pub fn run(cx: &mut Cx<'_>) {
    for found in undecided(cx.model, cx.facts) {
        cx.report(found.describe());
    }
}

/// What each of them looks like to those whose move is to count.
pub(super) fn stories(model: &Model, facts: &Facts) -> Vec<Story> {
    let found = undecided(model, facts).into_iter();
    found.filter_map(|f| f.story()).collect()
}

fn undecided<'m>(model: &'m Model, facts: &'m Facts) -> Vec<SimultaneousMovesUndecided<'m>> {
    let mut found = Vec::new();
    for (life, facts) in whole(model, facts) {
        let mut races = facts.races.iter();
        let race = races.find(|r| matches!(r.winner, Winner::Apart | Winner::Either));
        found.extend(race.map(|race| SimultaneousMovesUndecided { life, facts, race }));
    }
    found
}

impl SimultaneousMovesUndecided<'_> {
    fn place(&self) -> Span {
        let [_, b] = self.race.moves;
        let line = self.life.lifecycle.transitions.get(b.transition);
        line.map_or(place(self.life, self.race.stage), head)
    }

    /// With the truth that is proposed, the column of the one shows where the other has moved.
    fn story(&self) -> Option<Story> {
        let from = self.race.stage;
        let [a, b] = self.race.moves;
        let way = self.facts.explored.way_to(from)?;
        let event = |c: Contender| {
            let line = self.life.lifecycle.transitions.get(c.transition)?;
            let column = self.life.hand(line, from, c.by, &way)?;
            Some((
                column,
                Event::Moves {
                    transition: c.transition,
                    by: c.by,
                    column,
                    from,
                    to: c.to,
                },
            ))
        };
        let ((column, mine), (_, yours)) = (event(a)?, event(b)?);
        let told = Tale {
            way: &way,
            at_once: &[mine, yours],
            others: Vec::new(),
            before: Vec::new(),
            after: None,
            wanted: Some((column, self.life.written(b.to, column)?)),
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
        let from = self.race.stage;
        let [a, b] = self.race.moves;
        let (mine, yours) = (life.system_name(a.by), life.system_name(b.by));
        let finding = Diagnostic::new(
            Code::L006,
            format!(
                "out of {} `{mine}` may move to {} while `{yours}` moves to {}, and nothing says which counts",
                stage(life, from),
                stage(life, a.to),
                stage(life, b.to)
            ),
        );
        let lines = [b, a].map(|c| life.lifecycle.transitions.get(c.transition));
        let words = ["permits the one", "and this the other"];
        let finding = lines
            .into_iter()
            .zip(words)
            .fold(finding, |finding, (line, words)| {
                finding.at(line.map_or(place(life, from), head), words)
            });
        let mut story = way_to(life, self.facts, from);
        let events = self.facts.explored.way_to(from).unwrap_or_default();
        for (contender, after) in [(a, ""), (b, ", before either has heard of the other")] {
            let line = life.lifecycle.transitions.get(contender.transition);
            let way = line.and_then(|t| life.hand(t, from, contender.by, &events));
            let told = moved(
                life,
                contender.transition,
                life.system_name(contender.by),
                way.unwrap_or(0),
                (from, contender.to),
            );
            story.push(format!("{told}{after}"));
        }
        let why = match self.race.winner {
            Winner::Either => {
                "each move is permitted after the other, so the outcome depends on which is read first"
            }
            _ => "neither move is permitted after the other, so neither can follow on it",
        };
        finding.story(story).note(why).help(self.help())
    }

    fn help(&self) -> String {
        let [a, b] = self.race.moves;
        let life = self.life;
        let mut text = format!(
            "say whose move counts\n  truth {}\nor permit one of them after the other\n  {} -> {}  by {}\nwhere both move, as it is now",
            life.system_name(b.by),
            life.lifecycle.stage_name(a.to),
            life.lifecycle.stage_name(b.to),
            life.system_name(b.by),
        );
        let rows: Vec<[String; 4]> = self.facts.races.iter().map(|r| self.row(r)).collect();
        let head = [
            "from".to_owned(),
            self.head(0),
            self.head(1),
            "counts".to_owned(),
        ];
        let all: Vec<&[String; 4]> = std::iter::once(&head).chain(&rows).collect();
        let width = |n: usize| {
            let cells = all.iter().filter_map(|r| r.get(n));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2), width(3)];
        for row in all.iter().take(MOST) {
            let cells = row.iter().zip(widths).map(|(c, w)| format!("{c:w$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            text.push_str(&format!("\n  {}", line.trim_end()));
        }
        text
    }

    fn head(&self, side: usize) -> String {
        let contender = self.race.moves.get(side);
        contender
            .map_or("", |c| self.life.system_name(c.by))
            .to_owned()
    }

    fn row(&self, race: &Race) -> [String; 4] {
        let name = |at: StageIdx| self.life.lifecycle.stage_name(at).to_owned();
        let [a, b] = race.moves;
        let counts = match race.winner {
            Winner::Follows(to) | Winner::Truth(to) => name(to),
            Winner::Apart | Winner::Either => "?".to_owned(),
        };
        [name(race.stage), name(a.to), name(b.to), counts]
    }
}

/// A longer table nobody reads in a finding.
const MOST: usize = 24;
