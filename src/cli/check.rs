//! `accordant check`: what it is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Check a project: parse, resolve, analyse, run all rules. Needs no network
#[derive(Debug, Args)]
pub struct Check {
    /// Projects, or files of a project; the one of the current folder if none is given
    pub paths: Vec<PathBuf>,
    /// Treat findings of this level as errors
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub deny: Option<Deny>,
}

/// What else makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}
