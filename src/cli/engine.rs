//! From a project to a run: the plan, the environment, the stores, the state. Shared by `build`, `run` and `preview`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::output::reason;
use super::project::{self, Project};
use super::{Exit, Failure, Output, check};
use crate::connect::{Begin, Behaving, IdStyle, Location, Overlay, StoreError, Stores, Workspace};
use crate::manifest::{Environment, StoreConfig};
use crate::plan::{self, Plan};
use crate::runtime::{Archive, ArchiveError, Machine, Program, Settings, compile};
use crate::session::Compilation;
use crate::side::Side;
use crate::text::closest;

/// The environment that works on copies: what it does leaves the project's own data as it is.
const SANDBOX: &str = "local";

/// A project that has passed its check, and its plan.
pub struct Built {
    /// Where it is.
    pub project: Project,
    /// Everything that the compile made.
    pub compilation: Compilation,
    /// The plan, sealed.
    pub plan: Plan,
    /// How long compiling took.
    pub elapsed: Duration,
}

/// Why there is nothing to run: the program ends like this, and everything has been said.
pub enum Stop {
    /// With this exit code.
    Exit(Exit),
    /// With a failure that is still to be said.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Gives the exit of a command that may have stopped early.
pub fn exit(outcome: Result<Exit, Stop>) -> Result<Exit, Failure> {
    match outcome {
        Ok(exit) | Err(Stop::Exit(exit)) => Ok(exit),
        Err(Stop::Failure(failure)) => Err(failure),
    }
}

/// Compiles a project to its plan. Findings are printed; errors end the command.
pub fn build(path: &Path, output: &Output) -> Result<Built, Stop> {
    let project = project::find(path)?;
    let (compilation, elapsed) = check::compile(&project)?;
    let Some(lowered) = compilation.plan() else {
        check::report(&compilation, &project, elapsed, output);
        return Err(Stop::Exit(Exit::Findings));
    };
    let mut plan = lowered.map_err(|bug| Failure::new(format!("{} {}", bug.code, bug.message)))?;
    plan::seal(&mut plan)
        .map_err(|e| Failure::new(format!("B001 the plan cannot be written: {e}")))?;
    Ok(Built {
        project,
        compilation,
        plan,
        elapsed,
    })
}

/// A project's plan, or a plan file held against the project that it lies in.
pub fn plan_of(path: Option<&PathBuf>, output: &Output) -> Result<Built, Stop> {
    let here = PathBuf::from(".");
    let path = path.unwrap_or(&here);
    let mut built = build(path, output)?;
    if path.is_file() && path.extension().is_some_and(|e| e == "json") {
        let bytes = std::fs::read(path).map_err(|e| {
            Failure::new(format!("cannot read `{}`: {}", path.display(), reason(&e)))
        })?;
        let plan = plan::load(&bytes).map_err(|e| {
            let failure = Failure::new(format!("R001 plan-refused: {e}"));
            failure.help("build it again from its project: accordant build")
        })?;
        if plan.hashes.catalogs != built.plan.hashes.catalogs || plan.project != built.plan.project
        {
            output.failure(
                &Failure::new(
                    "R001 plan-refused: the catalogs have changed since this plan was compiled",
                )
                .help("build it again and look at what changed: accordant build"),
            );
            return Err(Stop::Exit(Exit::Refused));
        }
        built.plan = plan;
    }
    Ok(built)
}

/// Whether a run writes or only tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It writes.
    Earnest,
    /// It writes into an overlay that is thrown away.
    Rehearsal,
}

/// A machine and the stores that it works on.
pub struct Engine {
    /// The machine, not yet started.
    pub machine: Machine,
    /// The stores.
    pub stores: Stores,
    /// Where stores and state lie.
    pub folder: PathBuf,
    /// The state file.
    pub state: PathBuf,
    /// Originals that have changed since they were copied.
    pub outdated: Vec<String>,
}

/// Opens an environment's stores and state for a plan.
pub fn open(
    built: &Built,
    env: &str,
    begin: Begin,
    mood: Mood,
    output: &Output,
) -> Result<Engine, Stop> {
    let environment = environment(built, env)?;
    let locations = locations(&built.plan, environment, env)?;
    // as seen from the working folder, so that messages stay short
    let root = Path::new(&built.project.base);
    let (folder, places, outdated) = if env == SANDBOX {
        let folder = root.join("target/accordant").join(env);
        let workspace =
            Workspace::prepare(root, &locations, &folder, begin).map_err(|e| store_failure(&e))?;
        (workspace.folder, workspace.stores, workspace.outdated)
    } else {
        let at = |l: &Location| l.at(root.join(l.path()));
        (
            PathBuf::from(root),
            locations.iter().map(|(s, l)| (s.clone(), at(l))).collect(),
            Vec::new(),
        )
    };
    let state = folder.join(
        environment
            .state
            .as_ref()
            .map_or("state.db", |s| s.node.as_str()),
    );
    let mut archive = Archive::open(&state).map_err(|e| state_stop(&e, &state, output))?;
    claim(&mut archive, &built.plan, &state, output)?;
    if mood == Mood::Rehearsal {
        archive
            .rehearse()
            .map_err(|e| state_stop(&e, &state, output))?;
    }
    let program = program(&built.plan, environment)?;
    if let Some(vanished) =
        vanished(&mut archive, &program, &places).map_err(|e| state_stop(&e, &state, output))?
    {
        return Err(store_failure(&vanished).into());
    }
    let stores = stores(&built.plan, &places, &program.shapes, mood)?;
    let machine = Machine::new(Arc::new(program), archive, Settings::default());
    Ok(Engine {
        machine,
        stores,
        folder,
        state,
        outdated,
    })
}

/// An object's file that is not there any more, though the state has links of its records: it would be taken for empty, and its
/// records for new.
fn vanished(
    archive: &mut Archive,
    program: &Program,
    places: &BTreeMap<SmolStr, Location>,
) -> Result<Option<StoreError>, ArchiveError> {
    for sync in &program.syncs {
        for side in Side::BOTH {
            let shape = program.shapes.get(usize::from(sync.objects.get(side).0));
            let Some((shape, place)) = shape.and_then(|s| Some((s, places.get(&s.system)?))) else {
                continue;
            };
            if let Err(vanished) = place.still_has(&shape.object) {
                let group = archive.number(sync.group.get(side))?;
                if archive.knows_some(side, group)? {
                    return Ok(Some(vanished));
                }
            }
        }
    }
    Ok(None)
}

fn environment<'b>(built: &'b Built, env: &str) -> Result<&'b Environment, Failure> {
    let all = &built.compilation.manifest.environments;
    all.get(env).ok_or_else(|| {
        let failure = Failure::new(format!("the manifest has no environment `{env}`"));
        match closest(env, all.keys().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("add it to accordant.toml\n  [environments.{env}]")),
        }
    })
}

fn locations(
    plan: &Plan,
    environment: &Environment,
    env: &str,
) -> Result<BTreeMap<SmolStr, Location>, Failure> {
    let mut found = BTreeMap::new();
    for system in plan.systems.keys() {
        let Some(config) = environment.stores.get(system.as_str()) else {
            let message =
                format!("the environment `{env}` does not say where the records of `{system}` are");
            let help = format!(
                "add a line to it in accordant.toml\n  {system} = {{ jsonl = \"data/{system}\" }}"
            );
            return Err(Failure::new(message).help(help));
        };
        let location = match config {
            StoreConfig::Jsonl(path) => Location::Jsonl(PathBuf::from(&path.node)),
            StoreConfig::Csv(path) => Location::Csv(PathBuf::from(&path.node)),
            StoreConfig::Sqlite(path) => Location::Sqlite(PathBuf::from(&path.node)),
            StoreConfig::Remote(_) => {
                let message = format!(
                    "`{system}` of the environment `{env}` is reached over the network, which this version does not do"
                );
                return Err(
                    Failure::new(message).help("run on embedded stores: jsonl, csv or sqlite")
                );
            }
        };
        found.insert(system.clone(), location);
    }
    Ok(found)
}

/// A state belongs to one project: that of another would make its links ours.
fn claim(archive: &mut Archive, plan: &Plan, state: &Path, output: &Output) -> Result<(), Stop> {
    let claimed = archive
        .meta("project")
        .map_err(|e| state_stop(&e, state, output))?;
    match claimed {
        Some(project) if project != plan.project => {
            let message =
                format!("R002 state-refused: this state belongs to the project `{project}`");
            output.failure(
                &Failure::new(message).help("give the environment a state file of its own"),
            );
            Err(Stop::Exit(Exit::Refused))
        }
        Some(_) => Ok(()),
        None => {
            let done = archive
                .set_meta("project", &plan.project)
                .and_then(|()| archive.commit());
            done.map_err(|e| state_stop(&e, state, output))
        }
    }
}

fn program(plan: &Plan, environment: &Environment) -> Result<Program, Failure> {
    let names = environment
        .names
        .iter()
        .map(|(k, v)| (SmolStr::new(k), SmolStr::new(&v.node)));
    let mut bound = plan.clone();
    let refused = |e: plan::PlanError| Failure::new(format!("R001 plan-refused: {e}"));
    plan::bind(&mut bound, &names.collect()).map_err(|e| {
        refused(e).help("give the name a value in the environment's `names` in accordant.toml")
    })?;
    compile(&bound).map_err(refused)
}

fn stores(
    plan: &Plan,
    places: &BTreeMap<SmolStr, Location>,
    shapes: &[crate::runtime::Shape],
    mood: Mood,
) -> Result<Stores, Failure> {
    let mut stores = Stores::default();
    for (name, system) in &plan.systems {
        let Some(place) = places.get(name) else {
            continue;
        };
        let store = place.store(system.wire, IdStyle::of_kind(&system.kind));
        match mood {
            Mood::Earnest => stores.add(name.clone(), Box::new(Behaving::new(store, plan, name))),
            Mood::Rehearsal => {
                stores.add(
                    name.clone(),
                    Box::new(Behaving::new(Overlay::new(store), plan, name)),
                );
            }
        }
    }
    stores.open(shapes).map_err(|e| store_failure(&e))?;
    Ok(stores)
}

/// Why a store cannot go on, in words.
pub fn store_failure(error: &StoreError) -> Failure {
    let place = match error.line {
        Some(line) => format!("{}:{line}: ", error.file),
        None if error.file.is_empty() => String::new(),
        None => format!("{}: ", error.file),
    };
    Failure::new(format!("R003 store-unreadable: {place}{}", error.reason))
        .help(error.remedy.clone())
}

/// Why the state cannot go on; a lock that another run holds is a refusal for safety.
pub fn state_stop(error: &ArchiveError, state: &Path, output: &Output) -> Stop {
    let failure = Failure::new(format!("R002 state-refused: {error}: {}", state.display()));
    match error {
        ArchiveError::InUse => {
            output.failure(&failure.help("wait for the other run to end"));
            Stop::Exit(Exit::Refused)
        }
        ArchiveError::Newer { .. } => {
            Stop::Failure(failure.help("use the newer accordant that wrote it"))
        }
        ArchiveError::Foreign => {
            Stop::Failure(failure.help("give the environment a state file of its own"))
        }
        ArchiveError::Failed { .. } => Stop::Failure(failure.help(
            "let this user read and write the file and its folder, see that the disk has room, and run again",
        )),
        ArchiveError::Damaged { .. } => Stop::Failure(failure.help(
            "put a copy of it back; where there is none, put it aside and run again: pairs are found by the ids \
             stamped on them, and what was edited since the last run is reported, and not carried over",
        )),
    }
}
