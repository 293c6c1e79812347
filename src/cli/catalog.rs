//! `accordant catalog`: what it is told.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Work with the catalogs of the systems
#[derive(Debug, Args)]
pub struct Catalog {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with catalogs.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Turn exports of a system into the normalised form that a team commits
    Import(Import),
}

/// The arguments of `catalog import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Describe results, properties, pipelines, owners, or folders in source format
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The system that they are of, by its kind
    #[arg(long, value_name = "KIND")]
    pub system: String,
    /// The folder for the normalised files
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
