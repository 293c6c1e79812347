//! `accordant run`: a plan executed.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::Args;

use super::engine::{self, Engine, Mood, Stop};
use super::output::Loudness;
use super::summary::{self, Shown, Told};
use super::{Exit, Failure, Format, Output};
use crate::connect::Begin;
use crate::runtime::driver::{self, RunError, Wish};

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
    let built = engine::plan_of(args.path.as_ref(), output)?;
    output.remark(&summary::heading(&built));
    let begin = beginning(args.fresh, &args.env)?;
    let interrupted = interrupts();
    let mut engine = engine::open(&built, &args.env, begin, Mood::Earnest, output)?;
    remark_on_copies(&engine, output);
    let start = Instant::now();
    drive(&mut engine, &interrupted, output)?;
    engine
        .stores
        .close()
        .map_err(|e| engine::store_failure(&e))?;
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
    let told = Told {
        built: &built,
        report,
        held: &held,
        logged: &logged,
        elapsed: start.elapsed(),
    };
    if output.format == Format::Json {
        output.result(&format!("{:#}\n", summary::record(&told)));
    } else {
        let shown = if output.loudness() == Loudness::Verbose {
            Shown::All
        } else {
            Shown::Some
        };
        output.result(&summary::table(&built.plan, report));
        output.result(&summary::endings(&built.plan, report));
        output.result(&summary::lifecycles(report));
        output.result(&summary::needing(&built.plan, &held, shown));
        output.result(&summary::noticed(&built.plan, &logged, shown));
        output.result(&summary::not_executed(report));
        output.result(&summary::closing(&told));
    }
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

/// Whether new copies are made; only the environment that works on copies can start over.
pub(super) fn beginning(fresh: bool, env: &str) -> Result<Begin, Failure> {
    match (fresh, env) {
        (false, _) => Ok(Begin::GoOn),
        (true, "local") => Ok(Begin::Fresh),
        (true, other) => Err(Failure::new(format!(
            "`{other}` does not work on copies, so it cannot start over"
        ))
        .help("leave `--fresh` out, or use the environment `local`")),
    }
}

/// Says where the copies lie, and that originals have changed since.
pub(super) fn remark_on_copies(engine: &Engine, output: &Output) {
    output.detail(&format!("stores and state: {}\n", engine.folder.display()));
    if let Some(first) = engine.outdated.first() {
        output.remark(&format!(
            "  note: `{first}` has changed since it was copied; `--fresh` starts over from it\n"
        ));
    }
}

/// Watches for interrupts from here on: the flag is set by the first one, and nothing is cut off.
pub(super) fn interrupts() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    // a second handler cannot be set in one process; the first one does
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst));
    interrupted
}

/// Drives the machine to its end, with a bar for each sync; an interrupt ends it after what is under way.
pub(super) fn drive(
    engine: &mut Engine,
    interrupted: &AtomicBool,
    output: &Output,
) -> Result<(), Stop> {
    let bar = output.progress(0, "");
    let clock = || jiff::Timestamp::now().as_millisecond();
    let done = driver::run(&mut engine.machine, &mut engine.stores, clock, |progress| {
        bar.set_message(progress.sync.to_string());
        bar.set_length(progress.records);
        bar.set_position(progress.records);
        if interrupted.load(Ordering::SeqCst) {
            Wish::Stop
        } else {
            Wish::GoOn
        }
    });
    bar.finish_and_clear();
    done.map_err(|error| match error {
        RunError::Archive(error) => engine::state_stop(&error, &engine.state, output),
        RunError::Store(error) => Stop::Failure(engine::store_failure(&error)),
    })
}
