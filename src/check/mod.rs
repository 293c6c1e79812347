//! The gate: every rule reads the model and its facts, and has the words. Only what is free of errors gets through.

pub mod rules;
mod waivers;

use std::collections::HashMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::analyze::Facts;
use crate::diagnostic::{Code, Diagnostic, Page, Sink};
use crate::model::{Model, SyncView};
use crate::source::Span;

use rules::Run;

/// A model that has passed every rule. Only the gate makes one.
#[derive(Debug)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What a rule sees, and where it reports.
#[derive(Debug)]
pub struct Cx<'m> {
    /// The model.
    pub model: &'m Model,
    /// The facts about it.
    pub facts: &'m Facts,
    found: Vec<Diagnostic>,
}

impl Cx<'_> {
    /// Reports a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }
}

/// Runs all rules side by side, then the waivers of the spec. `today` decides which of them have expired.
pub fn check(model: &Model, facts: &Facts, today: Option<Date>, sink: &mut Sink) {
    let mut found = Sink::default();
    broken(model, facts)
        .into_iter()
        .for_each(|(_, finding)| found.push(finding));
    found.inner_mut().retain(|d| !may_be_unread(model, d));
    explained(found.inner_mut());
    sink.absorb(waivers::apply(model, &mut found, sink, today));
    once_for_shared_rows(model, found.inner_mut());
    sink.absorb(found);
}

/// What breaks the rules, by the position of each rule, then in the order in which the rule finds it.
fn broken(model: &Model, facts: &Facts) -> Vec<(usize, Diagnostic)> {
    let rules = || rules::ALL.iter().enumerate();
    let one = |rule: usize, run: &dyn Fn(&mut Cx<'_>)| {
        let mut cx = Cx {
            model,
            facts,
            found: Vec::new(),
        };
        run(&mut cx);
        cx.found.into_iter().map(move |found| (rule, found))
    };
    let of_sync = |sync: SyncView<'_>| -> Vec<(usize, Diagnostic)> {
        let of_rule = |(n, rule): (usize, &Run)| match rule {
            Run::Sync(run) => Some(one(n, &|cx| run(cx, sync))),
            Run::Project(_) => None,
        };
        rules().filter_map(of_rule).flatten().collect()
    };
    let of_project = |(n, rule): (usize, &Run)| match rule {
        Run::Sync(_) => None,
        Run::Project(run) => Some(one(n, run).collect::<Vec<_>>()),
    };
    let rules: Vec<(usize, &Run)> = rules().collect();
    let (mut found, project): (Vec<_>, Vec<_>) = rayon::join(
        || model.par_sync_views().flat_map_iter(of_sync).collect(),
        || {
            rules
                .into_par_iter()
                .filter_map(of_project)
                .flatten_iter()
                .collect()
        },
    );
    found.extend(project);
    found.sort_by_key(|(rule, _)| *rule);
    found
}

/// Findings about something that is not there.
const ABSENT: &[Code] = &[
    Code::T005,
    Code::T013,
    Code::T014,
    Code::P001,
    Code::K001,
    Code::K004,
    Code::I001,
    Code::I004,
    Code::I005,
    Code::I007,
    Code::I008,
    Code::I012,
    Code::I015,
    Code::I016,
    Code::L012,
    Code::O007,
    Code::O008,
    Code::G007,
];

/// Whether a finding misses what may stand in a line that could not be read.
fn may_be_unread(model: &Model, finding: &Diagnostic) -> bool {
    let mut places = finding.labels.iter().map(|l| l.span);
    ABSENT.contains(&finding.code) && places.any(|place| model.is_incomplete(place))
}

/// Findings that are mere consequences of others about the same row: told when that row has been mended, if they are still true.
const CONSEQUENCES: &[(&[Code], &[Code])] = &[
    // a circle goes through the row
    (
        &[Code::G001, Code::G002, Code::G003],
        &[
            Code::K004,
            Code::K005,
            Code::P010,
            Code::P011,
            Code::P013,
            Code::P014,
            Code::L011,
        ],
    ),
    // whichever runs first, and in however many rounds, it is not known to come to rest
    (
        &[Code::G005, Code::G009],
        &[Code::G001, Code::G002, Code::G003],
    ),
    // the create lacks fields altogether, and that finding tells of all of them
    (&[Code::T013], &[Code::T005]),
    // the field that was named by mistake is another row's, too
    (&[Code::P014], &[Code::T001]),
];

/// Drops findings that others explain.
fn explained(found: &mut Vec<Diagnostic>) {
    let overlaps = |a: Span, b: Span| a.contains(b) || b.contains(a);
    for (consequences, causes) in CONSEQUENCES {
        let places: Vec<Span> = found
            .iter()
            .filter(|d| causes.contains(&d.code))
            .flat_map(|d| d.labels.iter().map(|l| l.span))
            .collect();
        found.retain(|d| {
            let mut own = d.labels.iter().map(|l| l.span);
            !(consequences.contains(&d.code) && own.any(|p| places.iter().any(|c| overlaps(p, *c))))
        });
    }
}

/// A slip in shared rows is one finding, however many syncs use them: the further ones give it their places, and what they
/// would say.
fn once_for_shared_rows(model: &Model, found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(Code, Span), usize> = HashMap::new();
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for finding in found.drain(..) {
        let place = finding.labels.first().map(|l| (finding.code, l.span));
        let before = place.and_then(|p| seen.get(&p).copied());
        match (place, before.and_then(|at| kept.get_mut(at))) {
            (Some((_, span)), Some(first)) if in_shared_rows(model, span) => first.also(finding),
            (place, _) => {
                if let Some(place) = place {
                    seen.entry(place).or_insert(kept.len());
                }
                kept.push(finding);
            }
        }
    }
    *found = kept;
}

fn in_shared_rows(model: &Model, place: Span) -> bool {
    let mut shared = model.rows().filter(|r| r.row.shared.is_some());
    shared.any(|r| r.row.span.contains(place))
}

/// Lets a model through if nothing of level error has been reported.
pub fn gate(model: Model, findings: &[Diagnostic]) -> Result<Checked<Model>, Box<Model>> {
    if findings
        .iter()
        .any(|d| d.level == crate::diagnostic::Level::Error)
    {
        Err(Box::new(model))
    } else {
        Ok(Checked(model))
    }
}

/// The pages of all rules, for `explain`.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    rules::PAGES.iter().chain(waivers::PAGES)
}
