//! The tests of a spec, run by the engine that runs production: a plan and its [`Case`]s come in, results go out.
//!
//! Each case has a world of its own: both systems in memory, behaving as their platforms do, an empty state, and a clock
//! that only the case moves. Day 1 is 2026-01-01 UTC. Nothing else comes in, so a case gives the same result everywhere.
//!
//! - Records `given` before anything else happens are there since day 0; a later `given` is a record that a person makes
//!   at that time. The members `id`, creation and last change of a record may be given like fields.
//! - An alias names a pair: a record of an object in which the alias was never given is the one that the links of the
//!   alias's other records lead to, over as many syncs as it takes.
//! - In a field that holds the id of another record (one that a row reads `through` a sync or along a path, one that an
//!   automation goes along, a key stamp, the mark of a conversion) a text that is an alias of a record of that object stands for that record's id.
//! - `settle` runs the plan until a run writes nothing, at most [`ROUNDS`] times, or as often as the plan says that a row writes.
//! - Automations that the plan knows answer what people and runs write, see [`platforms`]; a record that is there since day 0 has
//!   started none.
//! - A field that no row reads is kept beside the store, and compared as it is.
//!
//! Does not know specs, files or how results are printed; the form of JUnit excepted.

mod acts;
mod expect;
mod junit;
mod platforms;
mod references;
mod verbs;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::formula;
use crate::plan::{Case, CaseAction, CaseStep, Moment, Origin, Plan, PlanError, bind, env_names};
use crate::runtime::program::{Automation, automations};
use crate::runtime::{Program, compile};
use references::References;
use world::{Round, World};

pub use junit::junit;

/// Runs after which `settle` gives up, unless the plan says of a row that it takes longer to rest.
pub const ROUNDS: u32 = 12;

/// Runs after which `settle` gives up, whatever the plan says.
const MOST_ROUNDS: u32 = 1_000;

/// What a failure says, without its place.
type Told<T> = Result<T, String>;

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// What the case promises.
    pub name: String,
    /// Where it is written.
    pub origin: Origin,
    /// What does not hold, in the order of the steps; empty where the case passed.
    pub failures: Vec<Failure>,
    /// What needs a person at the end, a sentence each: usually the reason, where something does not hold.
    pub held: Vec<String>,
}

impl CaseResult {
    /// Whether everything holds.
    pub const fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step.
    pub origin: Origin,
    /// What was expected and what is there, in words.
    pub text: String,
}

/// A plan prepared for its tests. Cases share it and nothing else.
#[derive(Debug)]
pub struct Bench {
    plan: Plan,
    program: Arc<Program>,
    automations: Vec<Automation>,
    references: References,
    /// Runs after which `settle` gives up.
    rounds: u32,
}

impl Bench {
    /// Prepares a plan. Names of the environment stand for themselves, so that tests need no environment.
    ///
    /// # Errors
    /// Where the plan contradicts itself.
    pub fn new(plan: &Plan) -> Result<Self, PlanError> {
        let mut plan = plan.clone();
        let names: BTreeMap<SmolStr, SmolStr> = env_names(&mut plan)
            .into_iter()
            .map(|name| (name.clone(), name))
            .collect();
        bind(&mut plan, &names)?;
        for (key, object) in std::mem::take(&mut plan.reacting) {
            match plan.objects.get_mut(&key) {
                Some(known) => known.fields.extend(object.fields),
                None => {
                    plan.objects.insert(key, object);
                }
            }
        }
        let program = Arc::new(compile(&plan)?);
        let automations = automations(&plan, formula::function)?;
        let references = References::of(&plan);
        let rows = plan.syncs.iter().flat_map(|s| &s.rows);
        let slowest = rows.map(|r| r.bound.saturating_add(1)).max();
        let rounds = slowest.unwrap_or_default().clamp(ROUNDS, MOST_ROUNDS);
        Ok(Self {
            plan,
            program,
            automations,
            references,
            rounds,
        })
    }

    /// Runs a case. It ends at the first step that cannot be done; expectations that do not hold are gathered.
    pub fn run(&self, case: &Case) -> CaseResult {
        let mut result = CaseResult {
            name: case.name.clone(),
            origin: case.origin.clone(),
            failures: Vec::new(),
            held: Vec::new(),
        };
        let mut fail = |origin: &Origin, texts: Vec<String>| {
            result
                .failures
                .extend(texts.into_iter().map(|text| Failure {
                    origin: origin.clone(),
                    text,
                }));
        };
        let mut world = match World::new(self, aliases(case)) {
            Ok(world) => world,
            Err(text) => {
                fail(&case.origin, vec![text]);
                return result;
            }
        };
        let given = case.steps.iter().take_while(|s| is_given(s)).count();
        let (given, steps) = case.steps.split_at(given);
        world.reserve(given);
        for step in given {
            if let Err(text) = take(&mut world, step) {
                fail(&step.origin, text);
            }
        }
        world.begin();
        for step in steps {
            let taken = world
                .go_to(step.at)
                .map_err(|text| vec![text])
                .and_then(|()| take(&mut world, step));
            if let Err(texts) = taken {
                fail(&step.origin, texts);
                if !matches!(step.action, CaseAction::Expect(_)) {
                    break;
                }
            }
        }
        result.held = world.held();
        result
    }
}

/// Runs one case of a plan.
pub fn run_case(plan: &Plan, case: &Case) -> CaseResult {
    match Bench::new(plan) {
        Ok(bench) => bench.run(case),
        Err(error) => CaseResult {
            name: case.name.clone(),
            origin: case.origin.clone(),
            failures: vec![Failure {
                origin: case.origin.clone(),
                text: error.to_string(),
            }],
            held: Vec::new(),
        },
    }
}

const fn is_given(step: &CaseStep) -> bool {
    matches!(step.action, CaseAction::Given { .. })
}

/// Every alias of a case.
fn aliases(case: &Case) -> BTreeSet<SmolStr> {
    let given = case.steps.iter().filter_map(|step| match &step.action {
        CaseAction::Given { alias, .. } => Some(alias.clone()),
        _ => None,
    });
    given.collect()
}

/// Does what a step says.
fn take(world: &mut World<'_>, step: &CaseStep) -> Result<(), Vec<String>> {
    let one = |text| vec![text];
    match &step.action {
        CaseAction::Given {
            object,
            alias,
            values,
        } => verbs::give(world, object, alias, values).map_err(one),
        CaseAction::Edit {
            object,
            alias,
            values,
        } => verbs::edit(world, object, alias, values).map_err(one),
        CaseAction::Merge {
            object,
            alias,
            into,
        } => verbs::merge(world, object, alias, into).map_err(one),
        CaseAction::Convert { object, alias } => verbs::convert(world, object, alias).map_err(one),
        CaseAction::Delete { object, alias } => verbs::delete(world, object, alias).map_err(one),
        CaseAction::Deactivate { object, alias } => {
            verbs::deactivate(world, object, alias).map_err(one)
        }
        CaseAction::Settle => settle(world).map_err(one),
        CaseAction::Expect(expected) => expect::expect(world, expected),
    }
}

/// Runs the plan until a run writes nothing. Where a row was stopped on the way, it is the stop that made an end, and whatever
/// rest comes of it is none: what the row left undone may even look as if nothing had been.
fn settle(world: &mut World<'_>) -> Told<()> {
    let mut last = Round::default();
    let rounds = world.bench.rounds;
    for _ in 0..rounds {
        let round = world.round()?;
        if let Some(stopped) = world.stopped().first() {
            return Err(format!(
                "{stopped}; before that, a round wrote {}",
                expect::happened(&last)
            ));
        }
        if round.is_quiet() {
            return Ok(());
        }
        last = round;
    }
    Err(format!(
        "after {rounds} rounds there is still no rest; the last round wrote {}",
        expect::happened(&last)
    ))
}

/// Milliseconds since 1970 of a moment of a case.
fn instant(moment: Moment) -> i64 {
    /// 2026-01-01T00:00:00Z.
    const DAY_ONE: i64 = 1_767_225_600_000;
    const MINUTE: i64 = 60_000;
    let days = i64::from(moment.day) - 1;
    DAY_ONE + (days * 24 * 60 + i64::from(moment.minute)) * MINUTE
}
