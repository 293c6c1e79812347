//! `accordant preview`: the writes that `run` would make, found by the machine that makes them.

use std::path::PathBuf;

use clap::Args;

use super::engine::{self, Mood, Stop};
use super::execution::{self, Order};
use super::forecast::forecast;
use super::{Exit, Failure, Output, summary};

/// Show the writes that `run` would make, and write nothing
#[derive(Debug, Args)]
pub struct Preview {
    /// A plan or a project; the project of the current folder if none is given
    pub path: Option<PathBuf>,
    /// The environment of the manifest
    #[arg(long, default_value = "local")]
    pub env: String,
    /// End with exit code 3 if there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Start over from the data of the project (only in `local`)
    #[arg(long)]
    pub fresh: bool,
}

/// Rehearses a run.
///
/// # Errors
/// Where a file, a store or the state cannot be used.
pub fn run(args: &Preview, output: &Output) -> Result<Exit, Failure> {
    engine::exit(rehearse(args, output))
}

fn rehearse(args: &Preview, output: &Output) -> Result<Exit, Stop> {
    let order = Order {
        path: args.path.as_ref(),
        env: &args.env,
        fresh: args.fresh,
        mood: Mood::Rehearsal,
    };
    let done = execution::execute(order, output)?;
    let report = done.report();
    let brake = report.brake.as_deref();
    done.tell(
        output,
        |told| forecast(told.built, told.report),
        |_| brake.map(summary::braked).unwrap_or_default(),
    );
    let changes = report.fields > 0
        || report.all_stamped() > 0
        || report
            .syncs
            .iter()
            .any(|s| s.created.left + s.created.right + s.deleted.left + s.deleted.right > 0);
    Ok(if report.brake.is_some() {
        Exit::Refused
    } else if args.detailed_exitcode && changes {
        Exit::Changes
    } else {
        Exit::Fine
    })
}
