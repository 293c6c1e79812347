//! `accordant check`: what it is told, and how it ends.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use crate::diagnostic::{Diagnostic, Level};

/// Check a project: parse, resolve, analyse, run all rules. Needs no network
#[derive(Debug, Args)]
pub struct Check {
    /// Projects, or files of a project; the one of the current folder if none is given
    pub paths: Vec<PathBuf>,
    /// Treat findings of this level as errors
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub deny: Option<Deny>,
}

impl Check {
    /// How the command ends, given what was found.
    pub fn verdict(&self, found: &[Diagnostic]) -> Exit {
        let least = match self.deny {
            Some(Deny::Warnings) => Level::Warning,
            None => Level::Error,
        };
        if found.iter().any(|finding| finding.level >= least) {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }
}

/// What else makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}
