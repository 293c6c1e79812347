//! Witnesses of updates that never come to rest, and of moves that go another way than those who make them expect: each is replayed
//! by the engine before it is shown, and can be run again.

use std::fmt::Write;
use std::str::FromStr;

use smol_str::SmolStr;

use super::{Exit, Failure, Output};
use crate::analyze::graph::{Alone, Judged, scenarios};
use crate::analyze::settle::Verdict;
use crate::check::rules::lifecycle::stories::{Story, Waits, stories};
use crate::diagnostic::{Code, Diagnostic};
use crate::emit::test_block;
use crate::lower;
use crate::model::{Lifecycle, Model};
use crate::plan::{Case, Plan};
use crate::session::Compilation;
use crate::testing::{CaseResult, run_case};
use crate::text::list;

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
    /// It went as told.
    Reproduced,
    /// It went as told until no record could take more, as this says.
    Held(String),
    /// It did not.
    Rested,
    /// It cannot be told as a scenario, a lifecycle in it is not carried out, or the project has names that are unknown.
    Untold,
}

/// What a finding tells.
enum Told<'c> {
    /// A part that never comes to rest.
    Loop(&'c Judged),
    /// A lifecycle in which somebody waits in vain.
    Stories(Vec<Story>),
}

/// Replays what findings tell. What is reproduced gets the command that does it again; a loop that is not is no fact, and becomes
/// an error of ours. A stage that never rests is found over stages; what is replayed is a run of the same cells, and may be
/// another one.
pub(super) fn confirm(compilation: &mut Compilation) {
    if !compilation.findings.iter().any(|f| is_replayed(f.code)) {
        return;
    }
    let mut findings = std::mem::take(&mut compilation.findings);
    for finding in findings.iter_mut().filter(|f| is_replayed(f.code)) {
        let Some((told, at)) = told_of(compilation, finding) else {
            continue;
        };
        match replay(compilation, &told) {
            Replay::Reproduced => {
                finding.replay = Some(format!("accordant test --witness {}@{at}", finding.code));
            }
            Replay::Held(how) => {
                finding.replay = Some(format!("accordant test --witness {}@{at}", finding.code));
                let note = finding.note.take().unwrap_or_default();
                finding.note = Some(format!("{note}; {UNTIL}: {how}"));
            }
            Replay::Rested if matches!(finding.code, Code::G001 | Code::G002) => {
                *finding = match told {
                    Told::Loop(Judged {
                        alone: Some(why), ..
                    }) => doubtful(finding, &alone(compilation.model(), *why)),
                    Told::Loop(_) if finding.code == Code::G002 => doubtful(finding, ENDS),
                    _ => unreproduced(finding),
                };
            }
            Replay::Rested | Replay::Untold => {}
        }
    }
    compilation.findings = findings;
}

/// The codes whose findings tell a run.
const REPLAYED: [Code; 6] = [
    Code::G001,
    Code::G002,
    Code::L005,
    Code::L006,
    Code::L007,
    Code::L011,
];

/// Whether findings of a code tell a run that can be replayed.
fn is_replayed(code: Code) -> bool {
    REPLAYED.contains(&code)
}

/// Why a loop beside cells that others write is in doubt, who were not judged with it.
fn alone(model: &Model, why: Alone) -> String {
    match why {
        Alone::Many => {
            "others write what the loop reads, and are too many to be tried: it is one where records keep what people enter there".to_owned()
        }
        Alone::Crowded => {
            "it comes to rest where no two records refer to one, and was not seen to go on where two do".to_owned()
        }
        Alone::Apart(sync) => {
            let name = model.sync(sync).map(|s| s.sync.name.node.clone());
            let name = name.unwrap_or_default();
            format!(
                "`{name}` writes what the loop reads, and where it holds those records, too, this comes to rest; where it does not hold them, it is a loop"
            )
        }
    }
}

/// Why growth is in doubt that has an end where it began.
const ENDS: &str = "the values are new in each of these rounds, and came to an end when it was tried further: others may have none";

/// What ends growth that nothing else ends.
const UNTIL: &str = "it goes on until no record takes the value";

/// What is told as endless, and did not happen.
fn doubtful(finding: &Diagnostic, why: &str) -> Diagnostic {
    let mut open = Diagnostic::new(Code::G003, "nobody can say whether this comes to rest")
        .note(why)
        .help(finding.help.clone().unwrap_or_default());
    open.level = finding.level;
    open.labels.clone_from(&finding.labels);
    open.story.clone_from(&finding.story);
    open
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

/// What a finding tells, and its place as `file:line`.
fn told_of<'c>(compilation: &'c Compilation, finding: &Diagnostic) -> Option<(Told<'c>, String)> {
    let span = finding.labels.first()?.span;
    let file = compilation.sources.get(span.file)?;
    let (model, facts) = (compilation.model(), &compilation.facts);
    let mut parts = facts.graph.parts.iter();
    let part = parts.find(|judged| {
        let mut subjects = judged.built.subjects(model);
        let mut lifecycles = judged.built.lifecycles(model);
        match (finding.code, judged.judgement.verdict()) {
            (Code::G001, Verdict::Oscillates(_)) | (Code::G002, Verdict::Diverges(_)) => {
                subjects.any(|(_, at)| at == span)
            }
            (Code::L007, Verdict::Oscillates(_)) => lifecycles.any(|l| l.span.contains(span)),
            _ => false,
        }
    });
    let told = match part {
        Some(judged) => Told::Loop(judged),
        None => {
            let mut stories = stories(model, facts, finding.code);
            stories.retain(|s| s.place == span);
            (!stories.is_empty()).then_some(Told::Stories(stories))?
        }
    };
    let (line, _) = file.line_column(span.start);
    Some((told, format!("{}:{line}", file.path())))
}

/// What is told, as tests.
fn cases(compilation: &Compilation, told: &Told<'_>) -> Vec<Case> {
    let model = compilation.model();
    let scenarios = match told {
        Told::Loop(judged) => {
            let witness = judged.witness().into_iter();
            witness
                .flat_map(|w| scenarios(model, &judged.built, w))
                .collect()
        }
        Told::Stories(stories) => stories
            .iter()
            .map(|s| s.scenario.clone())
            .collect::<Vec<_>>(),
    };
    let scenarios = scenarios.iter();
    scenarios
        .map(|scenario| lower::case(model, scenario, &compilation.sources))
        .collect()
}

/// Whether what is told is carried out: a run knows the lifecycles that write in it.
fn is_carried_out(compilation: &Compilation, plan: &Plan, told: &Told<'_>) -> bool {
    let model = compilation.model();
    let known = |l: &Lifecycle| plan.lifecycles.iter().any(|p| p.name == l.name.node);
    match told {
        Told::Loop(judged) => judged.built.lifecycles(model).all(known),
        Told::Stories(stories) => {
            let needed = stories.iter().filter_map(|s| s.lifecycle);
            let mut needed = needed.filter_map(|at| model.lifecycles.get(at));
            needed.all(known)
        }
    }
}

/// The first of the tests that goes as told, else the last one, with what it came to; none where nothing can be told as a test, or
/// where a lifecycle writes in it that no run carries out.
fn rehearsal(compilation: &Compilation, told: &Told<'_>) -> Option<(Case, CaseResult)> {
    let plan = compilation.rehearsal()?;
    if !is_carried_out(compilation, &plan, told) {
        return None;
    }
    let mut last = None;
    for case in cases(compilation, told) {
        let result = run_case(&plan, &case);
        // whoever waits in vain has come as far as that
        let fails = match told {
            Told::Loop(judged) => !result.passed() || is_held(judged, &result),
            Told::Stories(all) => {
                let waits = all.first().map_or(Waits::Value, |s| s.waits);
                !result.passed() && run_case(&plan, &premise(&case, waits)).passed()
            }
        };
        if fails {
            return Some((case, result));
        }
        if result.passed() {
            last = Some((case, result));
        }
    }
    last
}

/// Whether growth came to its end where a record could not be written: nothing else ends it, and nobody wants that.
fn is_held(judged: &Judged, result: &CaseResult) -> bool {
    let grows = matches!(judged.judgement.verdict(), Verdict::Diverges(_));
    grows && result.passed() && !result.held.is_empty()
}

/// A test up to where somebody waits.
fn premise(case: &Case, waits: Waits) -> Case {
    let mut premise = case.clone();
    premise.steps.pop();
    if waits == Waits::Rest {
        premise.steps.pop();
    }
    premise
}

fn replay(compilation: &Compilation, told: &Told<'_>) -> Replay {
    let held = |result: &CaseResult| match told {
        Told::Loop(judged) if is_held(judged, result) => result.held.first().cloned(),
        _ => None,
    };
    match rehearsal(compilation, told) {
        None => Replay::Untold,
        Some((_, result)) if result.passed() => held(&result).map_or(Replay::Rested, Replay::Held),
        Some(_) => Replay::Reproduced,
    }
}

/// What the finding tells that a reference names.
fn named<'c>(compilation: &'c Compilation, wanted: &Reference) -> Result<Told<'c>, Failure> {
    let found = compilation
        .findings
        .iter()
        .filter(|f| f.code == wanted.code);
    for finding in found {
        let Some((told, at)) = told_of(compilation, finding) else {
            continue;
        };
        let (file, line) = at.rsplit_once(':').unwrap_or_default();
        let here = wanted.file.as_ref().is_none_or(|f| f == file);
        if here && line == wanted.line.to_string() {
            return Ok(told);
        }
    }
    if !is_replayed(wanted.code) {
        return Err(Failure::new(format!(
            "findings of {} are not replayed: they tell no run",
            wanted.code
        ))
        .help(format!(
            "those of {} are; `accordant check` tells every finding",
            list(&REPLAYED.map(Code::name))
        )));
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
    let told = named(compilation, wanted)?;
    let (case, result) = rehearsal(compilation, &told).ok_or_else(untold)?;
    output.result(&retold(&told, &case, &result));
    let held = matches!(&told, Told::Loop(judged) if is_held(judged, &result));
    Ok(match result.passed() && !held {
        true => Exit::Fine,
        false => Exit::Findings,
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
    let told = named(compilation, wanted)?;
    let run = rehearsal(compilation, &told).map(|(case, _)| case);
    let case = run.or_else(|| cases(compilation, &told).pop());
    let case = case.ok_or_else(untold)?;
    output.result(&test_block(&case));
    Ok(Exit::Fine)
}

fn untold() -> Failure {
    Failure::new("this finding cannot be told as a test: its records cannot be given what links and admits them")
        .help("what it says holds all the same; `accordant check` tells it event by event")
}

fn retold(told: &Told<'_>, case: &Case, result: &CaseResult) -> String {
    let for_value = |s: &Story| s.waits == Waits::Value;
    let (fails, passes) = match told {
        Told::Stories(all) if all.iter().any(for_value) => {
            ("it does not come", "it comes as expected")
        }
        _ => ("it goes on", "it comes to rest"),
    };
    let mut text = test_block(case);
    for failure in &result.failures {
        let _ = writeln!(text, "\n{fails}: {}", failure.text);
    }
    match told {
        Told::Loop(judged) if is_held(judged, result) => {
            let how = result.held.join("; ");
            let _ = writeln!(text, "\n{UNTIL}: {how}");
        }
        _ if result.passed() => {
            let _ = writeln!(text, "\n{passes}");
        }
        _ => {}
    }
    text
}
