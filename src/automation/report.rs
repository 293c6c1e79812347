//! Automations told: one as a line of JSON, all of them as counts.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use smol_str::SmolStr;

use super::{Automation, Automations, Entry, Events, Kind, Phase, Understood};

/// An automation in the form of machine formats.
#[derive(Debug, Serialize)]
struct Line<'a> {
    name: &'a str,
    kind: &'static str,
    object: Option<&'a str>,
    trigger: String,
    guard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    reads: Vec<String>,
    writes: Vec<String>,
    file: &'a str,
    element: &'a str,
    understood: &'static str,
    why: Option<String>,
}

/// An automation as a JSON object on one line: names, fields as `Object.Field`, the guard as a formula.
pub fn json_line(automation: &Automation) -> String {
    let line = Line {
        name: &automation.name,
        kind: automation.kind.word(),
        object: automation.object.as_deref(),
        trigger: trigger(automation),
        guard: automation.guard.as_ref().map(ToString::to_string),
        first: automation.first.as_ref().map(ToString::to_string),
        reads: automation.reads.iter().map(ToString::to_string).collect(),
        writes: automation
            .writes()
            .iter()
            .map(ToString::to_string)
            .collect(),
        file: &automation.file,
        element: &automation.element,
        understood: automation.understood.word(),
        why: why(automation),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// When it runs, in stable words: phases, events, and what has to have changed.
pub fn trigger(automation: &Automation) -> String {
    if automation.phase == Phase::Derived {
        return "derived".to_owned();
    }
    let mut out = match automation.events {
        Some(events) => format!("{}: {}", phase(automation.phase), words(events)),
        None => started(automation.kind).to_owned(),
    };
    let mut told = automation.phase;
    for (phase, events) in &automation.also {
        if *phase == told {
            out.push_str(", ");
        } else {
            let _ = write!(out, "; {}: ", self::phase(*phase));
        }
        out.push_str(words(*events));
        told = *phase;
    }
    out.push_str(match automation.entry {
        Entry::EveryTime => "",
        Entry::BecomesTrue => "; becomes true",
        Entry::Once => "; becomes true; once",
    });
    let first = automation.first.is_some();
    if first {
        out.push_str("; becomes true; once");
    }
    if !automation.changes.is_empty() {
        out.push_str(if first {
            "; or changed: "
        } else {
            "; changed: "
        });
        out.push_str(&automation.changes.join(", "));
    } else if first {
        out.push_str("; or again");
    }
    out
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::BeforeSave => "before_save",
        Phase::AfterSave => "after_save",
        Phase::Later => "later",
        Phase::Derived => "derived",
    }
}

const fn words(events: Events) -> &'static str {
    match events {
        Events::Created => "create",
        Events::Updated => "update",
        Events::Saved => "create, update",
        Events::Deleted => "delete",
    }
}

/// What starts an automation that no event of a record starts.
const fn started(kind: Kind) -> &'static str {
    match kind {
        Kind::ScheduledFlow | Kind::RollupSummary => "scheduled",
        Kind::ScreenFlow => "by people",
        Kind::ApprovalProcess => "submitted",
        Kind::EntitlementProcess => "by milestones",
        Kind::LeadConversion => "converted",
        Kind::HubspotWorkflow => "enrolled by hand or by others",
        _ => "called",
    }
}

/// Why it is not fully understood, and what else is to be known of it.
fn why(automation: &Automation) -> Option<String> {
    let mut parts = automation.reasons.clone();
    if !automation.deletes.is_empty() {
        parts.push(format!(
            "deletes records of {}",
            automation.deletes.join(", ")
        ));
    }
    if automation.locks {
        parts.push("locks the record until it is decided".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How far the automations of a system are understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The counts of each kind that there is, in the order of [`Kind::ALL`].
    pub kinds: Vec<Count>,
    /// The reasons why automations are not fully understood, the commonest first, each with how many have it. What is
    /// particular to one, between backticks, is left out.
    pub reasons: Vec<Reason>,
}

/// The automations of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The word of the kind.
    pub kind: &'static str,
    /// Its words for people.
    #[serde(skip)]
    pub phrase: &'static str,
    /// Understood fully.
    pub full: usize,
    /// Understood in part.
    pub partly: usize,
    /// Not understood.
    pub opaque: usize,
    /// Switched off.
    pub inactive: usize,
}

/// A reason why automations of a kind are not fully understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The word of the kind.
    pub kind: &'static str,
    /// The reason.
    pub reason: String,
    /// How many automations have it.
    pub automations: usize,
    /// The first of them.
    pub example: SmolStr,
}

impl Account {
    /// Counts automations.
    pub fn of(automations: &Automations) -> Self {
        let mut counts: BTreeMap<Kind, Count> = BTreeMap::new();
        let mut reasons: BTreeMap<(Kind, String), (usize, SmolStr)> = BTreeMap::new();
        let new = |kind: Kind| Count {
            kind: kind.word(),
            phrase: kind.phrase(),
            ..Count::default()
        };
        for automation in &automations.active {
            let count = counts
                .entry(automation.kind)
                .or_insert_with(|| new(automation.kind));
            match automation.understood {
                Understood::Full => count.full += 1,
                Understood::Partly => count.partly += 1,
                Understood::Opaque => count.opaque += 1,
            }
            let mut own: Vec<String> = automation.reasons.iter().map(|r| general(r)).collect();
            own.sort_unstable();
            own.dedup();
            for reason in own {
                let entry = reasons
                    .entry((automation.kind, reason))
                    .or_insert_with(|| (0, automation.name.clone()));
                entry.0 += 1;
            }
        }
        for inactive in &automations.inactive {
            let count = counts
                .entry(inactive.kind)
                .or_insert_with(|| new(inactive.kind));
            count.inactive += 1;
        }
        let mut reasons: Vec<Reason> = reasons
            .into_iter()
            .map(|((kind, reason), (automations, example))| Reason {
                kind: kind.word(),
                reason,
                automations,
                example,
            })
            .collect();
        reasons.sort_by_key(|r| std::cmp::Reverse(r.automations));
        Self {
            kinds: counts.into_values().collect(),
            reasons,
        }
    }
}

/// A reason without what is particular to one automation.
fn general(reason: &str) -> String {
    let mut out = String::new();
    for (i, part) in reason.split('`').enumerate() {
        out.push_str(if i % 2 == 1 { "`…`" } else { part });
    }
    out
}
