//! `accordant build`: the plan and its documents.

use std::path::PathBuf;

use clap::Args;

use super::engine::{self, Stop};
use super::output::write_atomically;
use super::{Exit, Failure, Output, check};
use crate::emit;
use crate::text::count;

/// Check a project, then write the plan and all artifacts
#[derive(Debug, Args)]
pub struct Build {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
    /// Where to write, relative to the project
    #[arg(long, default_value = "target/accordant", value_name = "DIR")]
    pub out: PathBuf,
}

/// Writes the plan and all artifacts.
///
/// # Errors
/// Where there is no project, or a file cannot be read or written.
pub fn run(args: &Build, output: &Output) -> Result<Exit, Failure> {
    engine::exit(write(args, output))
}

fn write(args: &Build, output: &Output) -> Result<Exit, Stop> {
    let here = PathBuf::from(".");
    let built = engine::build(args.path.as_ref().unwrap_or(&here), output)?;
    check::report(&built.compilation, &built.project, built.elapsed, output);
    let Ok(model) = &built.compilation.model else {
        return Ok(Exit::Findings);
    };
    let artifacts = emit::emit(model, &built.compilation.facts.graph, &built.plan)
        .map_err(|e| Failure::new(format!("B001 the artifacts cannot be written: {e}")))?;
    let out = if args.out.is_absolute() {
        args.out.clone()
    } else {
        built.project.root.join(&args.out)
    };
    for (path, bytes) in &artifacts.0 {
        write_atomically(&out.join(path), bytes)?;
    }
    let shown = format!("{}{}", built.project.base, args.out.display());
    let written = count(artifacts.0.len(), "file");
    output.remark(&format!(
        "wrote {written} to {shown}: plan {}\n",
        short(&built.plan.hashes.plan)
    ));
    Ok(Exit::Fine)
}

/// The two ends of a hash: `9f3c…e1`.
pub fn short(hash: &str) -> String {
    match (hash.get(..4), hash.get(hash.len().saturating_sub(2)..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => hash.to_owned(),
    }
}
