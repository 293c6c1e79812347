//! Witnesses of updates that never come to rest: each is replayed by the engine before it is shown, and can be run again.

use std::fmt::Write;
use std::str::FromStr;

use smol_str::SmolStr;

use super::{Exit, Failure, Output};
use crate::analyze::graph::{Judged, scenarios};
use crate::analyze::settle::Verdict;
use crate::diagnostic::{Code, Diagnostic};
use crate::emit::test_block;
use crate::lower;
use crate::plan::Case;
use crate::session::Compilation;
use crate::testing::{CaseResult, run_case};

/// `G001@people.sync:41`: a code and the line of the row, or of the lifecycle, that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    code: Code,
    file: Option<SmolStr>,
    line: u32,
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            || format!("`{text}` is not of the form CODE@FILE:LINE, such as G001@people.sync:41");
        let (code, place) = text.split_once('@').ok_or_else(form)?;
        let code = code.parse().map_err(|()| format!("`{code}` is no code"))?;
        let (file, line) = match place.rsplit_once(':') {
            Some((file, line)) => (Some(SmolStr::new(file)), line),
            None => (None, place),
        };
        let line = line.parse().map_err(|_| form())?;
        Ok(Self { code, file, line })
    }
}

/// What became of a replay.
enum Replay {
    /// It never came to rest, as told.
    Reproduced,
    /// It came to rest.
    Rested,
    /// It cannot be told as a scenario, a lifecycle in it is not carried out, or the project has names that are unknown.
    Untold,
}

/// Replays what findings tell. What is reproduced gets the command that does it again; what is not is no fact, and becomes an
/// error of ours. A stage that never rests is found over stages; what is replayed is a run of the same cells, and may be another
/// one.
pub(super) fn confirm(compilation: &mut Compilation) {
    if !compilation.findings.iter().any(|f| is_replayed(f.code)) {
        return;
    }
    let mut findings = std::mem::take(&mut compilation.findings);
    for finding in findings.iter_mut().filter(|f| is_replayed(f.code)) {
        let Some((judged, at)) = judged_of(compilation, finding) else {
            continue;
        };
        match replay(compilation, judged) {
            Replay::Reproduced => {
                finding.replay = Some(format!("accordant test --witness {}@{at}", finding.code));
            }
            Replay::Rested if finding.code != Code::L007 => *finding = unreproduced(finding),
            Replay::Rested | Replay::Untold => {}
        }
    }
    compilation.findings = findings;
}

/// Whether findings of a code tell a run that never comes to rest.
fn is_replayed(code: Code) -> bool {
    matches!(code, Code::G001 | Code::G002 | Code::L007)
}

fn unreproduced(finding: &Diagnostic) -> Diagnostic {
    let mut bug = Diagnostic::new(
        Code::B001,
        "the analysis found a loop that the engine does not run into",
    )
    .help("this is a bug of accordant: report it with its version and this part of the spec");
    bug.labels.clone_from(&finding.labels);
    bug.story.clone_from(&finding.story);
    bug
}

/// The part that a finding is about, and its place as `file:line`.
fn judged_of<'c>(
    compilation: &'c Compilation,
    finding: &Diagnostic,
) -> Option<(&'c Judged, String)> {
    let span = finding.labels.first()?.span;
    let file = compilation.sources.get(span.file)?;
    let judged = compilation.facts.graph.parts.iter().find(|judged| {
        let model = compilation.model();
        let mut subjects = judged.built.subjects(model);
        let mut lifecycles = judged.built.lifecycles(model);
        match (finding.code, judged.judgement.verdict()) {
            (Code::G001, Verdict::Oscillates(_)) | (Code::G002, Verdict::Diverges(_)) => {
                subjects.any(|(_, at)| at == span)
            }
            (Code::L007, Verdict::Oscillates(_)) => lifecycles.any(|l| l.span.contains(span)),
            _ => false,
        }
    })?;
    let (line, _) = file.line_column(span.start);
    Some((judged, format!("{}:{line}", file.path())))
}

/// What a part's witness tells, as tests.
fn cases(compilation: &Compilation, judged: &Judged) -> Vec<Case> {
    let model = compilation.model();
    let told = judged.witness().into_iter();
    told.flat_map(|w| scenarios(model, &judged.built, w))
        .map(|scenario| lower::case(model, &scenario, &compilation.sources))
        .collect()
}

/// The first of a part's tests that never comes to rest, else the last one, with what it came to; none where nothing can be told
/// as a test, or where a lifecycle writes in it that no run carries out.
fn rehearsal(compilation: &Compilation, judged: &Judged) -> Option<(Case, CaseResult)> {
    let plan = compilation.rehearsal()?;
    let mut lifecycles = judged.built.lifecycles(compilation.model());
    if !lifecycles.all(|l| plan.lifecycles.iter().any(|p| p.name == l.name.node)) {
        return None;
    }
    let mut last = None;
    for case in cases(compilation, judged) {
        let result = run_case(&plan, &case);
        let rests = result.passed();
        last = Some((case, result));
        if !rests {
            break;
        }
    }
    last
}

fn replay(compilation: &Compilation, judged: &Judged) -> Replay {
    match rehearsal(compilation, judged) {
        None => Replay::Untold,
        Some((_, result)) if result.passed() => Replay::Rested,
        Some(_) => Replay::Reproduced,
    }
}

/// The part that a reference names.
fn named<'c>(compilation: &'c Compilation, wanted: &Reference) -> Result<&'c Judged, Failure> {
    let found = compilation
        .findings
        .iter()
        .filter(|f| f.code == wanted.code);
    for finding in found {
        let Some((judged, at)) = judged_of(compilation, finding) else {
            continue;
        };
        let (file, line) = at.rsplit_once(':').unwrap_or_default();
        let here = wanted.file.as_ref().is_none_or(|f| f == file);
        if here && line == wanted.line.to_string() {
            return Ok(judged);
        }
    }
    if !is_replayed(wanted.code) {
        return Err(Failure::new(format!(
            "findings of {} are not replayed: they tell no run that never comes to rest",
            wanted.code
        ))
        .help("those of G001, G002 and L007 are; `accordant check` tells every finding"));
    }
    let place = wanted.file.as_deref().unwrap_or("line");
    Err(Failure::new(format!(
        "there is no {} at {place}:{} any more",
        wanted.code, wanted.line
    ))
    .help("run `accordant check`: it names each finding that can be replayed"))
}

/// Runs a witness again and says what happens. A loop that is still there is a finding.
///
/// # Errors
/// Where the project has no such finding, or it cannot be replayed.
pub(super) fn run(
    compilation: &Compilation,
    wanted: &Reference,
    output: &Output,
) -> Result<Exit, Failure> {
    let judged = named(compilation, wanted)?;
    let (case, result) = rehearsal(compilation, judged).ok_or_else(untold)?;
    output.result(&told(&case, &result));
    Ok(if result.passed() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Writes a witness as a `test` block.
///
/// # Errors
/// Where the project has no such finding, or it cannot be told as a test.
pub(super) fn dump(
    compilation: &Compilation,
    wanted: &Reference,
    output: &Output,
) -> Result<Exit, Failure> {
    let judged = named(compilation, wanted)?;
    let told = rehearsal(compilation, judged).map(|(case, _)| case);
    let case = told.or_else(|| cases(compilation, judged).pop());
    let case = case.ok_or_else(untold)?;
    output.result(&test_block(&case));
    Ok(Exit::Fine)
}

fn untold() -> Failure {
    Failure::new("this finding cannot be told as a test: its records cannot be given what links and admits them")
        .help("what it says holds all the same; `accordant check` tells it event by event")
}

fn told(case: &Case, result: &CaseResult) -> String {
    let mut text = test_block(case);
    for failure in &result.failures {
        let _ = writeln!(text, "\nit goes on: {}", failure.text);
    }
    if result.passed() {
        text.push_str("\nit comes to rest\n");
    }
    text
}
