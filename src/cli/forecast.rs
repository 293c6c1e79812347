//! What a run would write, told before it does.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::engine::Built;
use crate::plan::{Plan, StageColumn};
use crate::runtime::{Cause, LifecycleReport, Report, SyncReport};
use crate::side::Side;
use crate::text::{count, number};

/// What a run would write, field by field, whichever syncs and lifecycles write it.
pub fn forecast(built: &Built, report: &Report) -> String {
    let sum = |f: fn(&SyncReport) -> u64| report.syncs.iter().map(f).sum::<u64>();
    let made = sum(|s| s.created.left + s.created.right);
    let changed = report.all_updated(Side::Left) + report.all_updated(Side::Right);
    let gone = sum(|s| s.deleted.left + s.deleted.right);
    let total = count((made + changed + gone) as usize, "record");
    let mut out = format!(
        "would write {total}: {} new, {} changed, {} archived      nothing was written\n",
        number(made),
        number(changed),
        number(gone)
    );
    let stamped = report.all_stamped();
    if stamped > 0 {
        let records = count(stamped as usize, "record");
        let _ = writeln!(out, "  {records} would bear the key of the other side");
    }
    let mut written = Written::new();
    for sync in &report.syncs {
        add_targets(&built.plan, sync, &mut written);
    }
    for life in &report.lifecycles {
        add_stage_targets(&built.plan, life, &mut written);
    }
    let mut lines: Vec<_> = written.into_iter().map(|(t, c)| line(t, &c)).collect();
    lines.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let width = lines.iter().map(|l| l.1.chars().count()).max().unwrap_or(0);
    for (n, target, words) in &lines {
        let _ = writeln!(out, "  {target:width$}  {:>7}   {words}", number(*n));
    }
    let moves = report.lifecycles.iter().map(|l| l.overwritten);
    let overwritten = sum(|s| s.overwritten) + moves.sum::<u64>();
    let cleared: u64 = report
        .syncs
        .iter()
        .flat_map(|s| &s.writes)
        .filter(|((_, _, cause), _)| *cause == Cause::Cleared)
        .map(|(_, n)| n)
        .sum();
    let _ = writeln!(
        out,
        "  {} would be overwritten by a rule, {} cleared, 0 protected fields touched",
        count(overwritten as usize, "value"),
        number(cleared)
    );
    out
}

/// By field, `salesforce.Contact.Phone`, how often it would be written for which cause, whichever syncs write it.
type Written = BTreeMap<String, BTreeMap<Cause, u64>>;

/// What would be written to a field, and why.
fn line(target: String, causes: &BTreeMap<Cause, u64>) -> (u64, String, String) {
    let told = Cause::ALL.iter().filter_map(|c| Some((c, causes.get(c)?)));
    let words: Vec<String> = told
        .map(|(c, n)| format!("{} {}", c.word(), number(*n)))
        .collect();
    (causes.values().sum(), target, words.join(" · "))
}

/// Adds what a lifecycle would write to the fields of its columns.
fn add_stage_targets(plan: &Plan, life: &LifecycleReport, written: &mut Written) {
    let planned = plan.lifecycles.iter().find(|l| l.name == life.name);
    for ((name, cause), n) in &life.writes {
        let column = planned.and_then(|l| l.columns.iter().find(|c| c.name == *name));
        if let Some(StageColumn { object, field, .. }) = column {
            let causes = written.entry(format!("{object}.{field}")).or_default();
            *causes.entry(*cause).or_default() += n;
        }
    }
}

/// Adds what the rows of a sync would write.
fn add_targets(plan: &Plan, sync: &SyncReport, written: &mut Written) {
    let planned = plan.syncs.iter().find(|s| s.name == sync.name);
    for ((row, side, cause), n) in &sync.writes {
        let entry = planned.and_then(|p| p.rows.iter().find(|r| r.name == *row));
        let field = entry.and_then(|r| r.cells.get(*side).field.as_ref());
        let object = planned.map_or("", |p| p.objects.get(*side).as_str());
        let target = format!("{object}.{}", field.unwrap_or(row));
        *written
            .entry(target)
            .or_default()
            .entry(*cause)
            .or_default() += n;
    }
}
