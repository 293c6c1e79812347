//! `accordant build`: what it is told.

use std::path::PathBuf;

use clap::Args;

/// Check a project, then write the plan and all artifacts
#[derive(Debug, Args)]
pub struct Build {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
    /// Where to write, relative to the project
    #[arg(long, default_value = "target/accordant", value_name = "DIR")]
    pub out: PathBuf,
}
