//! L011: a permitted move that is taken back.

use std::collections::BTreeSet;

use super::lost_to_rows::lost_to_rows;
use super::stories::{Story, Waits};
use super::words::{cause_place, event, field, head, reaction, sets, stage, way_to, whole};
use crate::analyze::graph::{AutomationId, Judged};
use crate::analyze::{Automaton, Cause, Chain, End, Event, Facts, Life, Reaction, Tale, tale};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::Model;
use crate::platform::PlatformWrite;
use crate::side::Side;

rule! {
    /// # What it checks
    /// Nothing takes back a move that its lifecycle permits: no row keeps writing the field as another one has it, no row or
    /// automation leads the stage back to where it was, or clears what shows it. A platform that moves the field by itself is a warning.
    ///
    /// # Why it matters
    /// A rep moves somebody, as agreed, and a minute later it is undone. After the second time people stop trusting the tool.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Person: desk.contact <-> crm.Person {
    ///   notes <-> Phase__c  prefer desk unless blank
    /// }
    ///
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
    /// ```sync,pass
    /// sync Person: desk.contact <-> crm.Person {
    ///   notes <-> Title  prefer desk unless blank
    /// }
    ///
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
    /// Leave the field to the lifecycle: take the row out, or the line that permits the move.
    ///
    /// # How to waive
    /// `allow L011 in Journey because "…" by "…" until 2027-06-30`
    pub L011
}

/// Finds rows that put a column back, once a column; and moves whose consequences lead back to where they began.
pub fn run(cx: &mut Cx<'_>) {
    let whirling = whirling(cx.facts);
    for (life, facts) in whole(cx.model, cx.facts) {
        for column in life.columns() {
            if let Some(write) = moved_by_platform(life, column) {
                cx.report(platform_moves(life, column, write));
            }
        }
        for chain in ended(facts, &whirling) {
            cx.report(led_back(life, facts, chain));
        }
        for found in lost_to_rows(life, facts) {
            cx.report(found.describe());
        }
    }
}

/// What each of them looks like to those who move, as far as people and the spec are all that it takes.
pub(super) fn stories(model: &Model, facts: &Facts) -> Vec<Story> {
    let mut found = Vec::new();
    let whirling = whirling(facts);
    for (life, facts) in whole(model, facts) {
        let chains = ended(facts, &whirling);
        found.extend(chains.filter_map(|c| story_of_chain(life, facts, c)));
        let rows = lost_to_rows(life, facts).into_iter();
        found.extend(rows.filter_map(|f| f.story()));
    }
    found
}

/// The automations that go round by themselves: that they do is the finding, whatever they take back on their way.
fn whirling(facts: &Facts) -> BTreeSet<usize> {
    let alone = facts.graph.parts.iter().filter_map(Judged::turning_alone);
    alone.flatten().map(AutomationId::index).collect()
}

/// The chains that come to an end.
fn ended<'f>(facts: &'f Automaton, whirling: &BTreeSet<usize>) -> impl Iterator<Item = &'f Chain> {
    let whirls = |r: &Reaction| matches!(r.cause, Cause::Automation(a) if whirling.contains(&a));
    let chains = facts.chains.iter();
    chains.filter(move |c| !c.repeats() && !c.reactions.iter().any(whirls))
}

/// Whoever makes the move expects it to stay.
fn story_of_chain(life: Life<'_>, facts: &Automaton, chain: &Chain) -> Option<Story> {
    let event = chain.begins?;
    let line = life.lifecycle.transitions.get(chain.transition)?;
    let Event::Moves {
        column, from, to, ..
    } = event
    else {
        return None;
    };
    let shown = match written_over(chain) {
        Some((column, value)) => (column, value),
        None => (column, life.entered(column, from, to)?),
    };
    let told = Tale {
        way: &facts.explored.way_to(chain.from)?,
        at_once: &[event],
        others: chain.objects(life),
        before: chain.needs.clone(),
        after: None,
        wanted: Some(shown),
    };
    Some(Story {
        place: head(line),
        lifecycle: Some(life.number),
        waits: Waits::Value,
        scenario: tale(life, &told)?,
    })
}

/// The column that an automation writes over, and what it showed.
fn written_over(chain: &Chain) -> Option<(usize, &str)> {
    let mut reactions = chain.reactions.iter();
    let first = reactions.next()?;
    let over = reactions.next().is_none() && first.source == first.target;
    over.then_some((first.source, first.value.as_str()))
}

/// What the platform writes into a column by itself, where a sync of the project starts it and nothing switches it off.
fn moved_by_platform(life: Life<'_>, column: usize) -> Option<&'static PlatformWrite> {
    let field = life.field(column)?;
    let system = field.id.object.system;
    let is_off = |w: &PlatformWrite| w.setting.is_some_and(|s| field.system.switches_off(s));
    let starts = |w: &PlatformWrite| {
        life.model.sync_views().any(|sync| {
            Side::BOTH.into_iter().any(|side| {
                let end = sync.sync.ends.get(side).object;
                let here = end.is_some_and(|o| o.system == system)
                    && sync.object(side).is_some_and(|o| o.name == w.object);
                let mut rows = sync.rows().filter_map(|r| r.writes(side));
                here && (sync.makes(side) || rows.any(|(_, f)| f.name() == w.field))
            })
        })
    };
    let mut writes = field.system.profile.writes.iter();
    writes.find(|w| {
        let target = (field.object.name.as_str(), field.name());
        w.setting.is_some() && w.writes.contains(&target) && !is_off(w) && starts(w)
    })
}

fn platform_moves(life: Life<'_>, column: usize, write: &PlatformWrite) -> Diagnostic {
    let field = life.field(column);
    let name = field.map_or_else(Default::default, |f| f.full_name());
    let system = field.map_or("", |f| f.system.kind.title());
    let columns = &life.lifecycle.columns;
    let place = columns
        .get(column)
        .map_or(life.lifecycle.span, |c| c.name.span);
    let setting = write.setting.unwrap_or_default();
    Diagnostic::new(
        Code::L011,
        format!("{system} moves `{name}` by itself when {}", write.when),
    )
    .level(Level::Warning)
    .at(place, "moved by people here, and by the platform as well")
    .note(format!(
        "a sync writes `{}` there, and that starts it: what somebody has moved is moved on, and nobody did it",
        write.object
    ))
    .help(format!("switch it off in {system}, and say so in the system's block\n  {setting} off"))
}

/// A move whose reactions end where it began, or that an automation writes over.
fn led_back(life: Life<'_>, facts: &Automaton, chain: &Chain) -> Diagnostic {
    let line = life.lifecycle.transitions.get(chain.transition);
    let mut story = way_to(life, facts, chain.from);
    let mut who = "";
    if let Some(begins @ Event::Moves { by, column, .. }) = chain.begins {
        who = life.system_name(by);
        let over = written_over(chain).filter(|(c, _)| *c == column);
        story.push(match (over, line) {
            (Some((_, value)), Some(t)) => {
                let stages = (stage(life, chain.from), stage(life, t.to.node));
                let what = sets(life, who, column, value);
                format!("{what}: from {} to {}", stages.0, stages.1)
            }
            _ => event(life, &begins),
        });
    }
    story.extend(chain.reactions.iter().map(|r| reaction(life, r)));
    let held = chain.reactions.last().filter(|_| chain.end == End::Held);
    story.extend(held.map(|last| {
        let by = life.system(last.target).map_or("", |s| life.system_name(s));
        let (from, to) = (stage(life, last.from), stage(life, last.to));
        format!("no line lets `{by}` move from {from} to {to}: it is held")
    }));
    let left = life.lifecycle.stage_name(chain.from);
    let finding = Diagnostic::new(
        Code::L011,
        format!("a move of `{who}` out of `{left}` is taken back"),
    )
    .at(
        line.map_or(life.lifecycle.span, head),
        "this line permits the move",
    );
    let places = chain.reactions.iter().filter_map(|r| cause_place(life, r));
    places
        .fold(finding, |finding, place| {
            finding.at(place, "and this undoes it")
        })
        .story(story)
        .note("whoever made the move finds it undone, and nobody has decided that")
        .help(remedy(life, chain))
}

fn remedy(life: Life<'_>, chain: &Chain) -> String {
    let over = chain
        .reactions
        .first()
        .filter(|_| written_over(chain).is_some());
    let Some(reaction) = over else {
        return "leave the field to the lifecycle, or let what writes it say what the stages say"
            .into();
    };
    let name = match reaction.cause {
        Cause::Automation(n) => life.model.automations.get(n),
        Cause::Row(_) => None,
    };
    format!(
        "let {} leave {} alone where it is `{}`",
        name.map_or_else(String::new, |a| format!("the {} `{}`", a.kind, a.name)),
        field(life, reaction.source),
        reaction.value
    )
}
