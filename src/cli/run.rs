//! `accordant run`: what it is told.

use std::path::PathBuf;

use clap::Args;

/// Execute a compiled plan; a project is built first
#[derive(Debug, Args)]
pub struct Run {
    /// A plan or a project; the project of the current folder if none is given
    pub path: Option<PathBuf>,
    /// The environment of the manifest
    #[arg(long, default_value = "local")]
    pub env: String,
    /// End when nothing is left to do (this is the default)
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Go on, and take up changes as they come
    #[arg(long)]
    pub watch: bool,
    /// Make exactly the changes of this file, or refuse
    #[arg(long, value_name = "FILE")]
    pub approved: Option<PathBuf>,
    /// Start over from the data of the project
    #[arg(long)]
    pub fresh: bool,
}
