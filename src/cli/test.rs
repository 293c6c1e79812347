//! `accordant test`: the promises of a spec, held to by the engine that runs production.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;

use super::output::write_atomically;
use super::project::{self, Project};
use super::{Exit, Failure, Format, Output, check, witness};
use crate::diagnostic::{Code, Diagnostic, Level, Sink};
use crate::lower;
use crate::plan::{Case, Origin, Plan};
use crate::session::Compilation;
use crate::source::{Sources, Span};
use crate::testing::{Bench, CaseResult, junit};
use crate::text;

/// Run the `test` blocks of a project on the engine that runs production
#[derive(Debug, Args)]
pub struct Test {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
    /// Only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Run what a finding tells again instead, such as G001@people.sync:41
    #[arg(long, value_name = "CODE@FILE:LINE", conflicts_with_all = ["filter", "junit"])]
    pub witness: Option<witness::Reference>,
    /// Also write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Constructs that would write: a test that counts on one cannot pass in a version that does not execute it.
const WRITERS: [&str; 5] = ["relation", "lifecycle", "route", "automation", "handoff"];

/// Runs the tests of a project that passes `check`.
///
/// # Errors
/// Where there is no project, its plan cannot be made, or the results cannot be written.
pub fn run(args: &Test, output: &Output) -> Result<Exit, Failure> {
    let start = Instant::now();
    let project = project::find(args.path.as_deref().unwrap_or(".".as_ref()))?;
    let (compilation, elapsed) = check::compile(&project)?;
    if let Some(wanted) = &args.witness {
        return witness::run(&compilation, wanted, output);
    }
    let (Ok(model), Some(plan)) = (&compilation.model, compilation.plan()) else {
        check::report(&compilation, &project, elapsed, output);
        return Ok(Exit::Findings);
    };
    let plan = plan.map_err(|bug| Failure::new(bug.message).help(bug.help.unwrap_or_default()))?;
    let mut cases = lower::cases(model, &compilation.sources);
    if let Some(wanted) = &args.filter {
        cases.retain(|case| case.name.contains(wanted));
    }
    let results = results(&plan, &cases)?;
    if let Some(path) = &args.junit {
        write_atomically(path, junit(&plan.project, &results).as_bytes())?;
    }
    let failed: Vec<Diagnostic> = results
        .iter()
        .flat_map(|result| findings(result, &compilation.sources))
        .collect();
    let exit = if failed.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    };
    if output.format == Format::Human {
        let serious = |found: &&Diagnostic| found.level > Level::Hint;
        let warnings: Vec<_> = compilation
            .findings
            .iter()
            .filter(serious)
            .cloned()
            .collect();
        output.snippets(&warnings, &compilation.sources);
        tell(args, &results, &failed, &plan, &compilation, output);
    } else {
        let mut sink = Sink::default();
        for found in compilation.findings.iter().chain(&failed) {
            sink.push(found.clone());
        }
        let found = sink.sorted(&compilation.sources);
        report(&found, &compilation, &project, start, output);
    }
    Ok(exit)
}

/// Runs cases, several at once; the results are in the order of the spec.
fn results(plan: &Plan, cases: &[Case]) -> Result<Vec<CaseResult>, Failure> {
    let bench = Bench::new(plan).map_err(|error| Failure::new(error.to_string()))?;
    Ok(cases.par_iter().map(|case| bench.run(case)).collect())
}

/// For people: a line a test on stdout, what failed on stderr, the sum on stdout.
fn tell(
    args: &Test,
    results: &[CaseResult],
    failed: &[Diagnostic],
    plan: &Plan,
    compilation: &Compilation,
    output: &Output,
) {
    let mut lines = String::new();
    for result in results {
        let word = if result.passed() { "ok    " } else { "FAILED" };
        let _ = writeln!(lines, "{word}  {}", text::visible(&result.name));
    }
    output.result(&lines);
    if !failed.is_empty() {
        output.snippets(failed, &compilation.sources);
        let idle: Vec<String> = plan
            .not_executed
            .iter()
            .filter(|n| WRITERS.contains(&n.construct.as_str()))
            .map(|n| format!("{} `{}`", n.construct, n.name))
            .collect();
        if !idle.is_empty() {
            let idle = text::list(&idle);
            output.remark(&format!("not executed by this version: {idle}\n"));
        }
    }
    let sum = match (results.len(), &args.filter) {
        (0, Some(wanted)) => format!("no test has `{wanted}` in its name\n"),
        (0, None) => "there are no tests in this project\n".to_owned(),
        (all, _) => {
            let passed = results.iter().filter(|r| r.passed()).count();
            format!("{passed} passed, {} failed\n", all - passed)
        }
    };
    output.result(&sum);
}

fn report(
    found: &[Diagnostic],
    compilation: &Compilation,
    project: &Project,
    start: Instant,
    output: &Output,
) {
    output.findings(
        found,
        &compilation.sources,
        &project.base,
        check::extent(compilation),
        start.elapsed(),
    );
}

/// What does not hold in a test, a finding each. What is held is told with the first.
fn findings(result: &CaseResult, sources: &Sources) -> Vec<Diagnostic> {
    let held: Vec<_> = result.held.iter().map(|h| text::visible(h)).collect();
    let help = if held.is_empty() {
        "correct the spec, or the test if the agreement has changed"
    } else {
        "what is held is usually the reason: give the spec a rule for it, or change the test"
    };
    let name = text::visible(&result.name);
    let mut found = Vec::new();
    for failure in &result.failures {
        let mut finding = Diagnostic::new(Code::U001, text::visible(&failure.text)).help(help);
        if let Some(span) = span(&failure.origin, sources) {
            finding = finding.at(span, format!("in the test `{name}`"));
        }
        if found.is_empty() && !held.is_empty() {
            finding = finding.note(held.join("; "));
        }
        found.push(finding);
    }
    found
}

/// The text of a line.
fn span(origin: &Origin, sources: &Sources) -> Option<Span> {
    let (file, source) = sources
        .iter()
        .find(|(_, source)| source.path() == origin.file)?;
    let (start, line) = source.line(origin.line)?;
    let code = line.split("//").next().unwrap_or(line).trim_end();
    let code = if code.trim().is_empty() { line } else { code };
    let lead = u32::try_from(code.len() - code.trim_start().len()).ok()?;
    let length = u32::try_from(code.len()).ok()?;
    Some(Span::new(file, start + lead, start + length))
}
