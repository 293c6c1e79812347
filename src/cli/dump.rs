//! `accordant dump`: a look at every stage.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Output, check, project};

/// Print what a stage of the compiler made, for those who work on it
#[derive(Debug, Args)]
pub struct Dump {
    /// The stage
    #[arg(value_enum)]
    pub stage: Stage,
    /// The project; the one of the current folder if none is given
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
}

/// Prints what a stage made of a project, findings or not.
///
/// # Errors
/// Where there is no project, or its folder cannot be read.
pub fn run(args: &Dump, output: &Output) -> Result<Exit, Failure> {
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
