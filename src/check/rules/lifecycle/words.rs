//! Words that several rules on lifecycles share: events as sentences, stages and lines as a spec writes them.

use crate::analyze::{Automaton, Cause, Event, Facts, Life, Reaction};
use crate::model::{Model, StageIdx, Transition};
use crate::source::Span;
use crate::text::quoted;

/// The lifecycles that could be read whole, with what is known of each.
pub(super) fn whole<'m>(model: &'m Model, facts: &'m Facts) -> Vec<(Life<'m>, &'m Automaton)> {
    let known = |life: &Life<'_>| {
        let named = life.columns().all(|c| life.field(c).is_some());
        named && !life.lifecycle.stages.is_empty() && !model.is_incomplete(life.lifecycle.span)
    };
    let lives = model.life_views().zip(&facts.lifecycles);
    lives.filter(|(life, _)| known(life)).collect()
}

/// A stage's name, quoted.
pub(super) fn stage(life: Life<'_>, at: StageIdx) -> String {
    quoted(life.lifecycle.stage_name(at))
}

/// The place of a stage's name.
pub(super) fn place(life: Life<'_>, at: StageIdx) -> Span {
    life.lifecycle
        .stage(at)
        .map_or(life.lifecycle.span, |s| s.name.span)
}

/// A column's field with its system, quoted.
pub(super) fn field(life: Life<'_>, column: usize) -> String {
    let name = life.field(column).map(|f| f.full_name());
    quoted(&name.unwrap_or_default())
}

/// `lead -> mql`.
pub(super) fn arrow(life: Life<'_>, from: StageIdx, to: StageIdx) -> String {
    format!(
        "{} -> {}",
        life.lifecycle.stage_name(from),
        life.lifecycle.stage_name(to)
    )
}

/// The place of a line: its stages, without its clauses.
pub(super) fn head(t: &Transition) -> Span {
    t.from.first().map_or(t.to.span, |f| f.span.to(t.to.span))
}

/// The events that lead to a stage.
pub(super) fn way_to(life: Life<'_>, facts: &Automaton, at: StageIdx) -> Vec<String> {
    let events = facts.explored.way_to(at).unwrap_or_default();
    events.iter().map(|e| event(life, e)).collect()
}

/// An event as a sentence.
pub(super) fn event(life: Life<'_>, event: &Event) -> String {
    match *event {
        Event::Begins { column } => {
            let first = life.lifecycle.first();
            match life.written(first, column) {
                Some(value) => format!(
                    "somebody begins as {}: {} is `{value}`",
                    stage(life, first),
                    field(life, column)
                ),
                None => format!("somebody begins as {}", stage(life, first)),
            }
        }
        Event::Joins { column, stage: at } => format!(
            "a record with {} at `{}` joins, still {}",
            field(life, column),
            life.written(at, column).unwrap_or_default(),
            stage(life, at)
        ),
        Event::Moves {
            transition,
            by,
            column,
            from,
            to,
        } => moved(life, transition, life.system_name(by), column, (from, to)),
    }
}

/// A move as a sentence.
pub(super) fn moved(
    life: Life<'_>,
    transition: usize,
    by: &str,
    column: usize,
    (from, to): (StageIdx, StageIdx),
) -> String {
    let line = life.lifecycle.transitions.get(transition);
    let what = format!("from {} to {}", stage(life, from), stage(life, to));
    if line.is_some_and(|t| t.conversion.is_some()) {
        let object = life.field(column).map(|f| f.object.name.clone());
        return format!(
            "somebody in `{by}` converts the {}: {what}",
            quoted(&object.unwrap_or_default())
        );
    }
    let value = life.entered(column, from, to).unwrap_or_default();
    format!("{}: {what}", sets(life, by, column, value))
}

/// An edit as a sentence.
pub(super) fn sets(life: Life<'_>, by: &str, column: usize, value: &str) -> String {
    let field = field(life, column);
    format!("somebody in `{by}` sets {field} to `{value}`")
}

/// A reaction as a sentence.
pub(super) fn reaction(life: Life<'_>, reaction: &Reaction) -> String {
    let who = match reaction.cause {
        Cause::Row(row) => {
            let name = life.model.row(row).map(|r| r.row.name.as_str());
            format!("the row {}", quoted(name.unwrap_or_default()))
        }
        Cause::Automation(n) => life.model.automations.get(n).map_or_else(String::new, |a| {
            format!("the {} {}", a.kind, quoted(&a.name))
        }),
    };
    if reaction.writes.is_empty() {
        let (from, to) = (field(life, reaction.source), field(life, reaction.target));
        return format!(
            "{who} reads `{}` in {from}, and clears {to}: it shows no stage",
            reaction.value
        );
    }
    format!(
        "{who} reads `{}` in {}, and sets {} to `{}`: from {} to {}",
        reaction.value,
        field(life, reaction.source),
        field(life, reaction.target),
        reaction.writes,
        stage(life, reaction.from),
        stage(life, reaction.to)
    )
}

/// Where a reaction is written.
pub(super) fn cause_place(life: Life<'_>, reaction: &Reaction) -> Option<Span> {
    match reaction.cause {
        Cause::Row(row) => life.model.row(row).map(|r| r.row.head),
        Cause::Automation(n) => life.model.automations.get(n).map(|a| a.span),
    }
}
