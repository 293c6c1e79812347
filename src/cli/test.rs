//! `accordant test`: what it is told.

use std::path::PathBuf;

use clap::Args;

/// Run the `test` blocks of a project on the engine that runs production
#[derive(Debug, Args)]
pub struct Test {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
    /// Only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Also write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}
