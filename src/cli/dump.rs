//! `accordant dump`: what it is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// The plan
    Plan,
}
