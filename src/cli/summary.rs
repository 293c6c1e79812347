//! What a run did, told so that a person enjoys reading it; and the same as JSON.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::build::short;
use super::engine::Built;
use crate::diagnostic::render::WIDTH;
use crate::plan::{DeletePolicy, Mode, Plan};
use crate::runtime::archive::{Held, LogEntry, LogKind};
use crate::runtime::{Reason, Report};
use crate::side::Side;
use crate::text::{count, number, visible, wrap};

/// Held records shown for each reason; all of them with `--verbose`.
const SHOWN: usize = 3;

/// Everything that a summary tells.
pub struct Told<'a> {
    /// The project and its plan.
    pub built: &'a Built,
    /// What the machine counted.
    pub report: &'a Report,
    /// What needs a person.
    pub held: &'a [(SmolStr, Held)],
    /// What the run wrote into its log.
    pub logged: &'a [(SmolStr, LogEntry)],
    /// How long it took.
    pub elapsed: Duration,
}

/// `acme  7 files, 6 syncs, 74 rows   checked in 22 ms, plan 9f3c…e1`.
pub fn heading(built: &Built) -> String {
    let model = built.compilation.model();
    let rows = model.syncs.iter().map(|s| s.rows.len()).sum();
    format!(
        "{}  {}, {}, {}   checked in {} ms, plan {}\n",
        built.plan.project,
        count(built.compilation.files, "file"),
        count(model.syncs.len(), "sync"),
        count(rows, "row"),
        built.elapsed.as_millis(),
        short(&built.plan.hashes.plan),
    )
}

/// The table of all syncs.
pub fn table(plan: &Plan, report: &Report) -> String {
    let width = report
        .syncs
        .iter()
        .map(|s| s.name.chars().count())
        .max()
        .unwrap_or(4)
        .max(4);
    let mut out = format!(
        "\n  {:width$}  {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}\n",
        "sync", "linked", "created", "updated", "same", "held", "quarantined"
    );
    for sync in &report.syncs {
        let mode = plan
            .syncs
            .iter()
            .find(|s| s.name == sync.name)
            .map(|s| s.mode);
        let (held, quarantined) = sync.held_and_quarantined();
        let cell = |n: u64, applies: bool| if applies { number(n) } else { "–".to_owned() };
        let merges = mode == Some(Mode::Merge);
        let _ = writeln!(
            out,
            "  {:width$}  {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}",
            sync.name,
            number(sync.linked),
            cell(
                sync.created.left + sync.created.right,
                mode != Some(Mode::LinkOnly)
            ),
            cell(sync.updated.left + sync.updated.right, merges),
            cell(sync.same, merges),
            number(held),
            number(quarantined),
        );
    }
    out
}

/// A line for each object of which records were archived, deleted or flagged, and for each sync that gave links up.
pub fn endings(plan: &Plan, report: &Report) -> String {
    let mut lines = Vec::new();
    for sync in &report.syncs {
        let Some(planned) = plan.syncs.iter().find(|s| s.name == sync.name) else {
            continue;
        };
        for side in Side::BOTH {
            let done = match planned.identity.delete.get(side) {
                DeletePolicy::Propagate => "deleted",
                DeletePolicy::Flag(_) => "flagged",
                DeletePolicy::Archive | DeletePolicy::Keep | DeletePolicy::Unlink => "archived",
            };
            let n = *sync.deleted.get(side);
            let object = planned.objects.get(side);
            lines.extend((n > 0).then(|| {
                format!(
                    "{}: {} of {object} {done}, since the other side deleted its own",
                    sync.name,
                    count(n as usize, "record")
                )
            }));
        }
        let n = sync.unlinked;
        lines.extend(
            (n > 0).then(|| format!("{}: {} given up", sync.name, count(n as usize, "link"))),
        );
    }
    lines.iter().map(|line| format!("\n  {line}\n")).collect()
}

/// A line for each lifecycle: who moved, who was met, who needs a person.
pub fn lifecycles(report: &Report) -> String {
    let mut out = String::new();
    for life in &report.lifecycles {
        let held: u64 = life.held.values().sum();
        let counts = [
            (life.moved, "moved", true),
            (life.met, "met", life.met > 0),
            (life.accepted, "accepted as they are", life.accepted > 0),
            (held, "held", true),
        ];
        let told = counts.iter().filter(|(.., told)| *told);
        let words: Vec<String> = told
            .map(|(n, word, _)| format!("{} {word}", number(*n)))
            .collect();
        let _ = writeln!(out, "\n  lifecycle {}: {}", life.name, words.join(", "));
    }
    out
}

/// What needs a person, by reason; `all` shows every record.
pub fn needing(plan: &Plan, held: &[(SmolStr, Held)], shown: Shown) -> String {
    if held.is_empty() {
        return String::new();
    }
    let mut records: Vec<_> = held.iter().map(|(s, h)| about(plan, s, h)).collect();
    records.sort_unstable();
    records.dedup();
    let verb = if records.len() == 1 { "needs" } else { "need" };
    let mut out = format!("\n  {} {verb} a person\n", count(records.len(), "record"));
    for reason in Reason::ALL {
        // What several syncs say of one record is told once.
        let mut said = HashSet::new();
        let of: Vec<_> = held
            .iter()
            .filter(|(_, h)| h.reason == *reason)
            .filter(|(s, h)| said.insert((about(plan, s, h), &h.field, &h.text)))
            .collect();
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "    {} {:<22} {:>6}",
            reason.code(),
            reason.slug(),
            number(of.len() as u64)
        );
        let limit = if shown == Shown::All {
            usize::MAX
        } else {
            SHOWN
        };
        let groups = by_cause(&of, shown);
        for group in groups.iter().take(limit) {
            let Some((sync, held)) = group.first() else {
                continue;
            };
            let field = if held.field.is_empty() {
                String::new()
            } else {
                format!(" {}", held.field)
            };
            let others = match group.len() {
                1 => String::new(),
                n => format!(" and {} of the same cause", number((n - 1) as u64)),
            };
            let text = format!(
                "{} {}{field}{others}: {}",
                object(plan, sync, held.side),
                visible(&held.id),
                visible(&held.text)
            );
            out.push_str(&hanging(&text, 6));
        }
        let listed: usize = groups.iter().take(limit).map(Vec::len).sum();
        if of.len() > listed {
            let _ = writeln!(
                out,
                "      and {} more (--verbose lists them)",
                number((of.len() - listed) as u64)
            );
        }
    }
    out
}

/// Differences that were found and stay, which no later run tells again; `all` shows every one.
pub fn noticed(plan: &Plan, logged: &[(SmolStr, LogEntry)], shown: Shown) -> String {
    let mut out = String::new();
    for (kind, head, why) in [
        (
            LogKind::Drift,
            "R019 drift",
            "only the other side may write it",
        ),
        (
            LogKind::Accepted,
            "accepted as they are",
            "nothing says which came first",
        ),
    ] {
        let of: Vec<_> = logged.iter().filter(|(_, e)| e.kind == kind).collect();
        if of.is_empty() {
            continue;
        }
        if out.is_empty() {
            out.push_str("\n  differences that stay, told once\n");
        }
        let _ = writeln!(out, "    {head:<27} {:>6}", number(of.len() as u64));
        let limit = if shown == Shown::All { of.len() } else { SHOWN };
        for (sync, entry) in of.iter().take(limit) {
            let text = format!(
                "{} {} {}: {} here, {} in {} {}; {why}",
                object(plan, sync, entry.side),
                visible(entry.ids.get(entry.side)),
                entry.field,
                quoted(&entry.old),
                quoted(&entry.new),
                object(plan, sync, !entry.side),
                visible(entry.ids.get(!entry.side)),
            );
            out.push_str(&hanging(&text, 6));
        }
        if of.len() > limit {
            let more = number((of.len() - limit) as u64);
            let _ = writeln!(out, "      and {more} more (--verbose lists them)");
        }
    }
    out
}

/// A value of a field as it is told.
fn quoted(value: &str) -> String {
    match value {
        "" => "blank".to_owned(),
        text => format!("`{}`", visible(text)),
    }
}

/// What is held, grouped by equal causes where only a few are listed.
fn by_cause<'h>(held: &[&'h (SmolStr, Held)], shown: Shown) -> Vec<Vec<&'h (SmolStr, Held)>> {
    let mut groups: Vec<Vec<&(SmolStr, Held)>> = Vec::new();
    let mut places = HashMap::new();
    for entry in held {
        let key = (&entry.0, &entry.1.field, &entry.1.text);
        let place = match shown {
            Shown::Some => *places.entry(key).or_insert(groups.len()),
            Shown::All => groups.len(),
        };
        match groups.get_mut(place) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}

/// How many held records are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A few of each reason.
    Some,
    /// Every one.
    All,
}

/// The record that is held: its object and id.
fn about<'h>(plan: &'h Plan, sync: &str, held: &'h Held) -> (&'h str, &'h str) {
    (object(plan, sync, held.side), &held.id)
}

fn object<'p>(plan: &'p Plan, name: &str, side: Side) -> &'p str {
    plan.object_of(name, side).map_or("", |o| o.as_str())
}

/// What the plan declares and this version does not execute.
pub fn not_executed(report: &Report) -> String {
    if report.not_executed.is_empty() {
        return String::new();
    }
    let names: Vec<String> = report
        .not_executed
        .iter()
        .map(|(construct, name, _)| format!("{construct} {name}"))
        .collect();
    let mut out = String::from("\n");
    let text = format!("not executed by this version: {}", names.join(", "));
    out.push_str(&hanging(&text, 2));
    out
}

/// The last line of a run.
pub fn closing(told: &Told<'_>) -> String {
    let systems = count(told.built.plan.systems.len(), "system");
    let counted = |n: u64, of: &str| count(usize::try_from(n).unwrap_or(usize::MAX), of);
    let mut written = counted(told.report.fields, "field");
    let stamped = told.report.all_stamped();
    if stamped > 0 {
        let _ = write!(written, " and {}", counted(stamped, "key"));
    }
    let mut out = format!(
        "\n  wrote {written} in {systems} in {:.1} s",
        told.elapsed.as_secs_f64()
    );
    if let Some(brake) = &told.report.brake {
        out.push_str(&braked(brake));
    } else if told.report.stopped {
        out.push_str("\n  interrupted: what was done is saved, and the next run goes on from here");
    } else if told.report.passes_on {
        out.push_str("; a second run would pass on what it wrote to those who read it");
    } else {
        out.push_str("; a second run would write nothing");
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// That a limit was reached.
pub fn braked(brake: &str) -> String {
    let text = format!("R014 brake: the run stops before its end: {brake}");
    format!("\n{}", hanging(&text, 2))
}

/// A paragraph at a margin, its further lines a little to the right.
fn hanging(text: &str, margin: usize) -> String {
    let mut out = String::new();
    for (i, line) in wrap(text, WIDTH - margin - 2).iter().enumerate() {
        let left = if i == 0 { margin } else { margin + 2 };
        let _ = writeln!(out, "{:left$}{line}", "");
    }
    out
}

/// The same as data.
pub fn record(told: &Told<'_>) -> Value {
    let plan = &told.built.plan;
    json!({
        "version": 1,
        "project": plan.project,
        "plan": plan.hashes.plan,
        "fields": told.report.fields,
        "stopped": told.report.stopped,
        "brake": told.report.brake,
        "syncs": told.report.syncs.iter().map(|s| json!({
            "name": s.name,
            "linked": s.linked,
            "met": s.met,
            "created": {"left": s.created.left, "right": s.created.right},
            "updated": {"left": s.updated.left, "right": s.updated.right},
            "deleted": {"left": s.deleted.left, "right": s.deleted.right},
            "stamped": {"left": s.stamped.left, "right": s.stamped.right},
            "same": s.same,
            "unlinked": s.unlinked,
            "drifted": s.drifted,
            "accepted": s.accepted,
            "overwritten": s.overwritten,
            "writes": s.writes.iter().map(|((row, side, cause), n)| json!({
                "row": row, "side": side, "cause": cause.word(), "count": n,
            })).collect::<Vec<_>>(),
            "held": s.held.iter().map(|(r, n)| (r.code(), n)).collect::<std::collections::BTreeMap<_, _>>(),
        })).collect::<Vec<_>>(),
        "lifecycles": told.report.lifecycles.iter().map(|l| json!({
            "name": l.name,
            "clusters": l.clusters,
            "met": l.met,
            "accepted": l.accepted,
            "moved": l.moved,
            "overwritten": l.overwritten,
            "writes": l.writes.iter().map(|((column, cause), n)| json!({
                "column": column, "cause": cause.word(), "count": n,
            })).collect::<Vec<_>>(),
            "held": l.held.iter().map(|(r, n)| (r.code(), n)).collect::<std::collections::BTreeMap<_, _>>(),
        })).collect::<Vec<_>>(),
        "held": told.held.iter().map(|(sync, h)| json!({
            "sync": sync,
            "object": object(plan, sync, h.side),
            "id": h.id,
            "field": if h.field.is_empty() { None } else { Some(&h.field) },
            "code": h.reason.code(),
            "slug": h.reason.slug(),
            "text": h.text,
        })).collect::<Vec<_>>(),
        "log": told.logged.iter().map(|(sync, e)| json!({
            "kind": match e.kind {
                LogKind::Overwritten => "overwritten",
                LogKind::Drift => "drift",
                LogKind::Accepted => "accepted",
            },
            "sync": sync,
            "field": e.field,
            "left": e.ids.left,
            "right": e.ids.right,
            "side": e.side,
            "old": e.old,
            "new": e.new,
        })).collect::<Vec<_>>(),
        "not_executed": told.report.not_executed.iter().map(|(construct, name, reason)| json!({
            "construct": construct, "name": name, "reason": reason,
        })).collect::<Vec<_>>(),
    })
}
