//! The project file, `accordant.toml`: its text comes in, a [`Manifest`] and findings go out.
//!
//! It names files, systems and environments. It does not read the files that it names, and knows nothing of what the
//! spec says about the systems. Secrets are never in it, only references to where they are.

mod glob;
mod read;
mod stores;

use std::collections::BTreeMap;

pub use glob::expand;
pub use read::read;

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::{Span, Spanned};

/// The name of the file at the root of every project.
pub const FILE_NAME: &str = "accordant.toml";
/// The version of the language that this tool compiles.
pub const LANGUAGE: u32 = 1;

/// A project, as its file describes it. What could not be read is reported, and stands here as its default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// Name, language and spec files.
    pub project: Project,
    /// What each system offers, by the name that the spec declares it under.
    pub systems: BTreeMap<String, SystemConfig>,
    /// Where the records of each system are, by the name of the environment.
    pub environments: BTreeMap<String, Environment>,
    /// The score from 0 to 1 below which a protected environment refuses a first load.
    pub readiness: Option<f64>,
    /// Levels that differ from the codes' own.
    pub levels: BTreeMap<Code, Weight>,
    /// Poisoned: a table of it could not be read, which has been reported. What is not in it may well be meant to be.
    pub unread: bool,
}

/// The table `[project]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The name of the project; empty where it is missing.
    pub name: String,
    /// The version of the language that the specs are written in.
    pub language: u32,
    /// Patterns of the spec files, relative to the project's root.
    pub specs: Vec<Spanned<String>>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            name: String::new(),
            language: LANGUAGE,
            specs: vec![Spanned::new("*.sync".to_owned(), Span::default())],
        }
    }
}

/// A table `[systems.NAME]`: where the catalog of a system is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemConfig {
    /// The name of the table.
    pub span: Span,
    /// Patterns of catalog files: describe results, properties, normalised catalogs.
    pub catalog: Vec<Spanned<String>>,
    /// Patterns of metadata: folders in source format, workflow files.
    pub metadata: Vec<Spanned<String>>,
    /// Whether the standard objects that are built in belong to the catalog.
    pub base: bool,
    /// Poisoned: a key of it could not be read, which has been reported. There may be more files than are known.
    pub unread: bool,
}

/// A table `[environments.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The name of the table.
    pub span: Span,
    /// Where the records of each system are.
    pub stores: BTreeMap<String, StoreConfig>,
    /// Path of the state file, relative to the project's root.
    pub state: Option<Spanned<String>>,
    /// Ids that differ by environment, which a spec reads as `env.NAME`.
    pub names: BTreeMap<String, Spanned<String>>,
}

/// Where the records of one system are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreConfig {
    /// A folder with one JSONL file an object.
    Jsonl(Spanned<String>),
    /// A folder with one CSV file an object.
    Csv(Spanned<String>),
    /// A database with one table an object.
    Sqlite(Spanned<String>),
    /// The system itself.
    Remote(Box<Remote>),
}

/// How to reach a system, by reference only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// The place of the setting.
    pub span: Span,
    /// Its address.
    pub url: Option<Setting>,
    /// The access token of a private app.
    pub token: Option<Setting>,
    /// The login of a connected app by a signed token.
    pub jwt: Option<Jwt>,
}

/// The login of a connected app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// The consumer key.
    pub client_id: Setting,
    /// Path of the private key.
    pub key_file: String,
    /// The user that the app acts as.
    pub user: String,
}

/// A text, or where to find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The text itself: never a secret.
    Text(String),
    /// The environment variable that holds it.
    Env(String),
    /// The file that holds it.
    File(String),
}

/// What a project makes of the level of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Reported at this level.
    Level(Level),
    /// Not reported.
    Off,
}

impl Manifest {
    /// Gives findings the levels of the project, and drops those that it has switched off.
    pub fn weigh(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain_mut(|finding| match self.levels.get(&finding.code) {
            Some(Weight::Off) => false,
            Some(Weight::Level(level)) => {
                finding.level = *level;
                true
            }
            None => true,
        });
    }
}
