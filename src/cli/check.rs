//! `accordant check`: the gate in CI.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::disk::DiskFiles;
use super::project::{self, Project};
use super::{Exit, Failure, Output, witness};
use crate::diagnostic::render::Extent;
use crate::diagnostic::{Diagnostic, Level};
use crate::session::{self, Compilation};

/// Check a project: parse, resolve, analyse, run all rules. Needs no network
#[derive(Debug, Args)]
pub struct Check {
    /// Projects, or files of a project; the one of the current folder if none is given
    pub paths: Vec<PathBuf>,
    /// Treat findings of this level as errors
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub deny: Option<Deny>,
}

impl Check {
    /// How the command ends, given what was found.
    pub fn verdict(&self, found: &[Diagnostic]) -> Exit {
        let least = match self.deny {
            Some(Deny::Warnings) => Level::Warning,
            None => Level::Error,
        };
        if found.iter().any(|finding| finding.level >= least) {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }
}

/// What else makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

/// Checks projects one by one.
///
/// # Errors
/// Where there is no project, or its folder cannot be read.
pub fn run(args: &Check, output: &Output) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() {
        &here[..]
    } else {
        &args.paths
    };
    let mut done = Vec::new();
    let mut exit = Exit::Fine;
    for path in paths {
        let project = project::find(path)?;
        if done.contains(&project.root) {
            continue;
        }
        let (compilation, elapsed) = compile(&project)?;
        report(&compilation, &project, elapsed, output);
        if args.verdict(&compilation.findings) == Exit::Findings {
            exit = Exit::Findings;
        }
        // the process ends soon, and taking a large model apart value by value takes longer than all rules
        std::mem::forget(compilation);
        done.push(project.root);
    }
    Ok(exit)
}

/// Compiles a project from the disk, as of today.
pub(super) fn compile(project: &Project) -> Result<(Compilation, Duration), Failure> {
    let start = Instant::now();
    let files = DiskFiles::new(&project.root).map_err(|e| Failure::new(e.0))?;
    let today = jiff::Timestamp::now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let mut compilation = session::compile(&files, Some(today));
    witness::confirm(&mut compilation);
    Ok((compilation, start.elapsed()))
}

/// Prints the findings of a compile.
pub(super) fn report(
    compilation: &Compilation,
    project: &Project,
    elapsed: Duration,
    output: &Output,
) {
    output.findings(
        &compilation.findings,
        &compilation.sources,
        &project.base,
        extent(compilation),
        elapsed,
    );
}

/// How much a compile was about.
pub(super) fn extent(compilation: &Compilation) -> Extent {
    let model = compilation.model();
    Extent {
        files: compilation.files,
        syncs: model.syncs.len(),
        rows: model.syncs.iter().map(|s| s.rows.len()).sum(),
    }
}
