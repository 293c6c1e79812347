//! `accordant preview`: the writes that `run` would make, found by the machine that makes them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::engine::{self, Mood, Stop};
use super::forecast::forecast;
use super::output::Loudness;
use super::summary::{self, Shown, Told};
use super::{Exit, Failure, Format, Output, run as running};

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
    let built = engine::plan_of(args.path.as_ref(), output)?;
    output.remark(&summary::heading(&built));
    let begin = running::beginning(args.fresh, &args.env)?;
    let interrupted = running::interrupts();
    let mut engine = engine::open(&built, &args.env, begin, Mood::Rehearsal, output)?;
    running::remark_on_copies(&engine, output);
    let start = Instant::now();
    running::drive(&mut engine, &interrupted, output)?;
    let report = engine.machine.report();
    let held = engine
        .machine
        .archive()
        .held()
        .map_err(|e| engine::state_stop(&e, &engine.state, output))?;
    let logged = engine
        .machine
        .archive()
        .logged(report.run)
        .map_err(|e| engine::state_stop(&e, &engine.state, output))?;
    let elapsed: Duration = start.elapsed();
    if output.format == Format::Json {
        let told = Told {
            built: &built,
            report,
            held: &held,
            logged: &logged,
            elapsed,
        };
        output.result(&format!("{:#}\n", summary::record(&told)));
    } else {
        let shown = if output.loudness() == Loudness::Verbose {
            Shown::All
        } else {
            Shown::Some
        };
        output.result(&forecast(&built, report));
        output.result(&summary::endings(&built.plan, report));
        output.result(&summary::lifecycles(report));
        output.result(&summary::needing(&built.plan, &held, shown));
        output.result(&summary::noticed(&built.plan, &logged, shown));
        output.result(&summary::not_executed(report));
        if let Some(brake) = &report.brake {
            output.result(&summary::braked(brake));
        }
    }
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
