//! `accordant catalog`: exports of a system become files that a team commits.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::disk::DiskFiles;
use super::output::{reason, write_atomically};
use super::{Exit, Failure, Output, automations};
use crate::catalog::{self, BaseCatalog, Pattern, SystemSource};
use crate::diagnostic::render::Extent;
use crate::diagnostic::{Level, Sink};
use crate::platform::SystemKind;
use crate::source::Sources;
use crate::text::{closest, count, list, quoted};

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
    /// Tell how far what the systems do by themselves is understood: counts by kind, and the reasons
    Check(Check),
}

/// The arguments of `catalog check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The project; the one of the current folder if none is given
    pub path: Option<PathBuf>,
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

/// Runs the action.
///
/// # Errors
/// Where the kind is unknown, there is no project, or a file cannot be read or written.
pub fn run(args: &Catalog, output: &Output) -> Result<Exit, Failure> {
    match &args.action {
        Action::Import(args) => import(args, output),
        Action::Check(check) => {
            let path = check.path.as_deref().unwrap_or(Path::new("."));
            automations::check(path, output)
        }
    }
}

fn import(import: &Import, output: &Output) -> Result<Exit, Failure> {
    let kind = SystemKind::from_str(&import.system).map_err(|()| unknown_kind(&import.system))?;
    let root = common_folder(&import.files)?;
    let files = DiskFiles::new(&root).map_err(|e| Failure::new(e.0))?;
    let patterns: Vec<Pattern> = import
        .files
        .iter()
        .map(|f| relative(f, &root))
        .collect::<Result<_, _>>()?;
    let source = SystemSource {
        name: kind.word().into(),
        kind,
        // a folder may hold both; each loader takes what is its own
        catalog: patterns.clone(),
        metadata: patterns,
        // what is written is laid over the base again, so it has to know what the base says
        base: BaseCatalog::Standard,
    };
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let written = catalog::import(&source, &files, &mut sources, &mut sink);
    let found = sink.sorted(&sources);
    let extent = Extent {
        files: import.files.len(),
        ..Extent::default()
    };
    if !found.is_empty() {
        output.findings(&found, &sources, "", extent, Duration::ZERO);
    }
    if found.iter().any(|d| d.level == Level::Error) {
        return Ok(Exit::Findings);
    }
    for (name, text) in &written {
        write_atomically(&import.out.join(name), text.as_bytes())?;
    }
    let written = count(written.len(), "file");
    output.remark(&format!("wrote {written} to {}\n", import.out.display()));
    Ok(Exit::Fine)
}

fn unknown_kind(word: &str) -> Failure {
    let kinds = SystemKind::ALL.map(SystemKind::word);
    let failure = Failure::new(format!("there is no kind of system `{word}`"));
    match closest(word, kinds) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("the kinds are {}", list(&kinds.map(quoted)))),
    }
}

/// The folder that all paths are below.
fn common_folder(paths: &[PathBuf]) -> Result<PathBuf, Failure> {
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let place = absolute(path)?;
        let folder = if place.is_dir() {
            place
        } else {
            place.parent().map(Path::to_owned).unwrap_or_default()
        };
        common = Some(match common {
            None => folder,
            Some(known) => {
                let shared = known.ancestors().find(|a| folder.starts_with(a));
                shared.map(Path::to_owned).unwrap_or_default()
            }
        });
    }
    Ok(common.unwrap_or_default())
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize()
        .map_err(|e| Failure::new(format!("cannot open `{}`: {}", path.display(), reason(&e))))
}

fn relative(path: &Path, root: &Path) -> Result<Pattern, Failure> {
    let place = absolute(path)?;
    let parts = place.strip_prefix(root).unwrap_or(&place).components();
    let parts: Vec<_> = parts
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    let text = if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    };
    Ok(Pattern { text, place: None })
}
