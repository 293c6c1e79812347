//! A plan executed, in earnest or as a rehearsal, and what is said of it: what `run` and `preview` have in common.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use smol_str::SmolStr;

use super::engine::{self, Built, Engine, Mood, Stop};
use super::output::Loudness;
use super::summary::{self, Shown, Told};
use super::{Failure, Format, Output};
use crate::connect::Begin;
use crate::runtime::Report;
use crate::runtime::archive::{Held, LogEntry};
use crate::runtime::driver::{self, RunError, Wish};

/// What is to be executed, and where.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// A plan or a project; the project of the current folder if none is given.
    pub path: Option<&'a PathBuf>,
    /// The environment of the manifest.
    pub env: &'a str,
    /// Whether it starts over from the data of the project.
    pub fresh: bool,
    /// Whether it writes.
    pub mood: Mood,
}

/// An execution that came to its end.
pub struct Execution {
    built: Built,
    engine: Engine,
    held: Vec<(SmolStr, Held)>,
    logged: Vec<(SmolStr, LogEntry)>,
    elapsed: Duration,
}

/// Executes a plan; a project is built first.
///
/// # Errors
/// Where a file, a store or the state cannot be used.
pub fn execute(order: Order<'_>, output: &Output) -> Result<Execution, Stop> {
    let built = engine::plan_of(order.path, output)?;
    output.remark(&summary::heading(&built));
    let begin = beginning(order.fresh, order.env)?;
    let interrupted = interrupts();
    let mut engine = engine::open(&built, order.env, begin, order.mood, output)?;
    remark_on_copies(&engine, output);
    let start = Instant::now();
    drive(&mut engine, &interrupted, output)?;
    if order.mood == Mood::Earnest {
        let closed = engine.stores.close();
        closed.map_err(|e| engine::store_failure(&e))?;
    }
    let archive = engine.machine.archive();
    let stop = |e| engine::state_stop(&e, &engine.state, output);
    let held = archive.held().map_err(stop)?;
    let logged = archive.logged(engine.machine.report().run).map_err(stop)?;
    Ok(Execution {
        elapsed: start.elapsed(),
        built,
        engine,
        held,
        logged,
    })
}

impl Execution {
    /// What the machine counted.
    pub fn report(&self) -> &Report {
        self.engine.machine.report()
    }

    /// Says what happened: as JSON, or for people, between a head and an end.
    pub fn tell(
        &self,
        output: &Output,
        head: impl FnOnce(&Told<'_>) -> String,
        end: impl FnOnce(&Told<'_>) -> String,
    ) {
        let told = Told {
            built: &self.built,
            report: self.report(),
            held: &self.held,
            logged: &self.logged,
            elapsed: self.elapsed,
        };
        if output.format == Format::Json {
            output.result(&format!("{:#}\n", summary::record(&told)));
            return;
        }
        let (plan, report) = (&self.built.plan, told.report);
        let shown = match output.loudness() {
            Loudness::Verbose => Shown::All,
            _ => Shown::Some,
        };
        output.result(&head(&told));
        output.result(&summary::endings(plan, report));
        output.result(&summary::lifecycles(report));
        output.result(&summary::needing(plan, &self.held, shown));
        output.result(&summary::noticed(plan, &self.logged, shown));
        output.result(&summary::not_executed(report));
        output.result(&end(&told));
    }
}

/// Whether new copies are made; only the environment that works on copies can start over.
fn beginning(fresh: bool, env: &str) -> Result<Begin, Failure> {
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
fn remark_on_copies(engine: &Engine, output: &Output) {
    output.detail(&format!("stores and state: {}\n", engine.folder.display()));
    if let Some(first) = engine.outdated.first() {
        output.remark(&format!(
            "  note: `{first}` has changed since it was copied; `--fresh` starts over from it\n"
        ));
    }
}

/// Watches for interrupts from here on: the flag is set by the first one, and nothing is cut off.
fn interrupts() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    // a second handler cannot be set in one process; the first one does
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst));
    interrupted
}

/// Drives the machine to its end, with a bar for each sync; an interrupt ends it after what is under way.
fn drive(engine: &mut Engine, interrupted: &AtomicBool, output: &Output) -> Result<(), Stop> {
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
