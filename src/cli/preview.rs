//! `accordant preview`: what it is told.

use std::path::PathBuf;

use clap::Args;

/// Show the writes that `run` would make, and write nothing
#[derive(Debug, Args)]
pub struct Preview {
    /// A plan or a project; the project of the current folder if none is given
    pub path: Option<PathBuf>,
    /// The environment of the manifest
    #[arg(long, default_value = "local")]
    pub env: String,
    /// Save the changes for `run --approved`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// List every value that would be overwritten
    #[arg(long)]
    pub values: bool,
    /// End with exit code 3 if there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Start over from the data of the project
    #[arg(long)]
    pub fresh: bool,
}
