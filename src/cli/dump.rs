//! `accordant dump`: a look at every stage.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::plan;
use crate::session::Compilation;

use super::{Exit, Failure, Output, automations, check, formulas, project, witness};

/// Print what a stage of the compiler made, for those who work on it
#[derive(Debug, Args)]
pub struct Dump {
    /// The stage
    #[arg(value_enum)]
    pub stage: Stage,
    /// The project, or the folder of metadata, the current one if none is given; for `formulas`, the file;
    /// for `witness`, what is told, such as G001@people.sync:41
    pub path: Option<PathBuf>,
    /// For `witness`: the project
    pub project: Option<PathBuf>,
}

/// A stage that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The syntax trees
    Ast,
    /// The resolved model
    Model,
    /// What the analyses found
    Facts,
    /// The plan
    Plan,
    /// The JSON Schema of the plan
    Schema,
    /// Cases of Salesforce formulas, and what they compute here: a JSON line a case, with blank numbers as zeros in
    /// `expected` and `computed`, as blanks in `expected_null_as_null` and `computed_null_as_null`; `equal` if both are
    Formulas,
    /// What a finding tells, as a `test` block that fails until the loop is broken
    Witness,
    /// What the systems do by themselves, read from any folder of metadata: flows, processes, workflow rules, formulas,
    /// code, HubSpot workflows. With `--format json` an array of objects with the members name, kind, object, trigger,
    /// guard, reads, writes, file, element, understood (full, partly, opaque), why. The kinds are record_triggered_flow,
    /// scheduled_flow, platform_event_flow, autolaunched_flow, screen_flow, process_builder, workflow_rule,
    /// formula_field, rollup_summary, assignment_rule, escalation_rule, lead_conversion, approval_process, apex_trigger,
    /// apex_class, hubspot_workflow. A trigger is the phase (before_save, after_save, later) and the events of a record,
    /// or derived, scheduled, submitted, converted, called, by people
    Automations,
}

/// Prints what a stage made of a project, findings or not.
///
/// # Errors
/// Where there is no project, or its folder or file cannot be read.
pub fn run(args: &Dump, output: &Output) -> Result<Exit, Failure> {
    if matches!(args.stage, Stage::Schema) {
        output.result(&format!("{:#}\n", crate::emit::plan_schema()));
        return Ok(Exit::Fine);
    }
    if matches!(args.stage, Stage::Formulas) {
        return formulas::run(args.path.as_deref(), output);
    }
    let here = PathBuf::from(".");
    if matches!(args.stage, Stage::Automations) {
        return automations::dump(args.path.as_ref().unwrap_or(&here), output);
    }
    let place = match args.stage {
        Stage::Witness => args.project.as_ref(),
        _ => args.path.as_ref(),
    };
    let project = project::find(place.unwrap_or(&here))?;
    let (compilation, elapsed) = check::compile(&project)?;
    if matches!(args.stage, Stage::Witness) {
        let wanted = args.path.clone().unwrap_or_default();
        let wanted = wanted.to_string_lossy().parse();
        let wanted = wanted.map_err(|text: String| Failure::new(text))?;
        return witness::dump(&compilation, &wanted, output);
    }
    let mut text = String::new();
    match args.stage {
        Stage::Ast => {
            for (module, tree) in compilation.trees() {
                let _ = writeln!(text, "{module}: {tree:#?}");
            }
        }
        Stage::Model => {
            let model = compilation.model();
            let _ = writeln!(
                text,
                "{:#?}\n{:#?}\n{:#?}",
                model.maps, model.normalizers, model.syncs
            );
        }
        Stage::Facts => {
            let _ = writeln!(text, "{:#?}", compilation.facts);
        }
        Stage::Plan => text = sealed(&compilation)?,
        Stage::Schema | Stage::Formulas | Stage::Automations | Stage::Witness => {}
    }
    output.result(&text);
    if compilation.model.is_err() {
        check::report(&compilation, &project, elapsed, output);
    }
    Ok(if compilation.model.is_ok() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// The sealed plan as JSON; nothing where the gate is shut.
fn sealed(compilation: &Compilation) -> Result<String, Failure> {
    let mut plan = match compilation.plan() {
        None => return Ok(String::new()),
        Some(Ok(plan)) => plan,
        Some(Err(bug)) => return Err(Failure::new(bug.message)),
    };
    let bytes = plan::seal(&mut plan).map_err(|e| Failure::new(e.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
