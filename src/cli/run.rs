//! `accordant run`: a plan executed.

use std::path::PathBuf;

use clap::Args;

use super::engine::{self, Mood, Stop};
use super::execution::{self, Order};
use super::{Exit, Failure, Output, summary};

/// Execute a compiled plan; a project is built first
#[derive(Debug, Args)]
pub struct Run {
    /// A plan or a project; the project of the current folder if none is given
    pub path: Option<PathBuf>,
    /// The environment of the manifest; `local` works on copies of its stores
    #[arg(long, default_value = "local")]
    pub env: String,
    /// End when nothing is left to do (this is the default)
    #[arg(long)]
    pub once: bool,
    /// Start over from the data of the project (only in `local`)
    #[arg(long)]
    pub fresh: bool,
}

/// Runs a project or a plan.
///
/// # Errors
/// Where a file, a store or the state cannot be used.
pub fn run(args: &Run, output: &Output) -> Result<Exit, Failure> {
    engine::exit(execute(args, output))
}

fn execute(args: &Run, output: &Output) -> Result<Exit, Stop> {
    let order = Order {
        path: args.path.as_ref(),
        env: &args.env,
        fresh: args.fresh,
        mood: Mood::Earnest,
    };
    let done = execution::execute(order, output)?;
    done.tell(
        output,
        |told| summary::table(&told.built.plan, told.report),
        summary::closing,
    );
    let report = done.report();
    Ok(if report.brake.is_some() {
        Exit::Refused
    } else if report.stopped {
        Exit::Interrupted
    } else if report.needing_a_person() > 0 {
        Exit::Held
    } else {
        Exit::Fine
    })
}
