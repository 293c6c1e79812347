//! `accordant init`: a small project that passes its own checks.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::write_atomically;
use super::{Exit, Failure, Output};
use crate::text::{count, quoted, some};

/// Start a project
#[derive(Debug, Args)]
pub struct Init {
    /// The folder of the project; made if it is not there
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// What to start from
    #[arg(long, value_enum, default_value_t = Template::HubspotSalesforce)]
    template: Template,
}

/// A project to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Companies and people of HubSpot and Salesforce, with tests and CI
    HubspotSalesforce,
}

/// The name that a template's manifest carries until the project's own takes its place.
const NAME: &str = "\"project-name\"";

macro_rules! template {
    ($folder:literal: $($path:literal from $file:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../specs/templates/", $folder, "/", $file)))),+]
    };
}

impl Template {
    /// The files: where they go, and their content.
    const fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::HubspotSalesforce => template!("hubspot-salesforce":
                "accordant.toml" from "accordant.toml",
                "main.sync" from "main.sync",
                "catalogs/hubspot/companies.json" from "catalogs/hubspot/companies.json",
                "catalogs/hubspot/contacts.json" from "catalogs/hubspot/contacts.json",
                "catalogs/salesforce/Account.json" from "catalogs/salesforce/Account.json",
                "catalogs/salesforce/Contact.json" from "catalogs/salesforce/Contact.json",
                ".github/workflows/accordant.yml" from "ci.yml",
                ".gitignore" from "gitignore",
            ),
        }
    }
}

/// Writes the files of the template, all or none.
///
/// # Errors
/// Where one of them is there already, or cannot be written.
pub fn run(args: &Init, output: &Output) -> Result<Exit, Failure> {
    let files = args.template.files();
    let present: Vec<&str> = files
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| args.dir.join(path).exists())
        .collect();
    if !present.is_empty() {
        return Err(refusal(&present));
    }
    let name = format!("\"{}\"", project_name(&args.dir));
    for (path, content) in files {
        write_atomically(
            &args.dir.join(path),
            content.replace(NAME, &name).as_bytes(),
        )?;
    }
    let shown = args.dir.display();
    output.remark(&format!(
        "wrote {} to {shown}\n",
        count(files.len(), "file")
    ));
    for (path, _) in files {
        output.remark(&format!("  {path}\n"));
    }
    let go = match shown.to_string() {
        here if here == "." => String::new(),
        plain
            if plain
                .chars()
                .all(|c| c.is_alphanumeric() || "-_./".contains(c)) =>
        {
            format!("cd {plain} && ")
        }
        other => format!("cd '{}' && ", other.replace('\'', r"'\''")),
    };
    output.remark(&format!("next:  {go}accordant check\n"));
    Ok(Exit::Fine)
}

/// Names a few of the files that are in the way.
fn refusal(present: &[&str]) -> Failure {
    const NAMED: usize = 3;
    let present: Vec<String> = present.iter().map(|path| quoted(path)).collect();
    let verb = if present.len() == 1 { "is" } else { "are" };
    let message = format!(
        "{} {verb} already there, and nothing is overwritten",
        some(&present, NAMED, "and")
    );
    Failure::new(message).help("choose another folder: accordant init DIR")
}

/// The folder's name as a project's name: letters, digits, `-` and `_`.
fn project_name(dir: &Path) -> String {
    let absolute = std::path::absolute(dir).unwrap_or_default();
    let folder = absolute
        .components()
        .next_back()
        .map(|c| c.as_os_str().to_string_lossy().into_owned());
    let keep = |c: char| {
        if c.is_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = folder.unwrap_or_default().chars().map(keep).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "project".to_owned()
    } else {
        name.to_owned()
    }
}
