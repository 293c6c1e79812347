//! `accordant dump`: a look at every stage.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::plan;
use crate::session::Compilation;

use super::{Exit, Failure, Output, check, formulas, project};

/// Print what a stage of the compiler made, for those who work on it
#[derive(Debug, Args)]
pub struct Dump {
    /// The stage
    #[arg(value_enum)]
    pub stage: Stage,
    /// The project, the one of the current folder if none is given; for `formulas`, the file
    pub path: Option<PathBuf>,
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
    let project = project::find(args.path.as_ref().unwrap_or(&here))?;
    let (compilation, elapsed) = check::compile(&project)?;
    let mut text = String::new();
    match args.stage {
        Stage::Ast => {
            for module in compilation.modules.iter().filter(|m| !m.standard) {
                let _ = writeln!(text, "{}: {:#?}", module.name, module.tree);
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
        Stage::Schema | Stage::Formulas => {}
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
