//! `accordant dump automations` and `accordant catalog check`: what the systems do by themselves.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::disk::DiskFiles;
use super::{Exit, Failure, Format, Output, project};
use crate::automation::{self, Account, Automation, Automations, Effect, Phase, Written};
use crate::catalog::{self, BaseCatalog, Pattern, SystemSource};
use crate::diagnostic::render::Extent;
use crate::diagnostic::{Level, Sink};
use crate::platform::SystemKind;
use crate::session;
use crate::source::Sources;
use crate::text::count;

/// The systems whose metadata a folder may hold.
const KINDS: [SystemKind; 2] = [SystemKind::Salesforce, SystemKind::HubSpot];

/// Prints the automations of a folder of metadata, which need not be a project: as a JSON array with an automation on each
/// line, or for people.
///
/// # Errors
/// Where the folder cannot be read.
pub fn dump(path: &Path, output: &Output) -> Result<Exit, Failure> {
    let (root, text) = if path.is_file() {
        let name = path.file_name().unwrap_or_default();
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        (
            folder.unwrap_or(Path::new(".")),
            name.to_string_lossy().into_owned(),
        )
    } else {
        (path, ".".to_owned())
    };
    let files = DiskFiles::new(root).map_err(|e| Failure::new(e.0))?;
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let mut found: Vec<Automation> = Vec::new();
    for kind in KINDS {
        let system = SystemSource {
            name: kind.word().into(),
            kind,
            catalog: Vec::new(),
            metadata: vec![Pattern {
                text: text.clone(),
                place: None,
            }],
            base: BaseCatalog::Standard,
        };
        // what is wrong with the catalog is told where a catalog is asked for
        let catalogs = catalog::load(
            std::slice::from_ref(&system),
            &files,
            &mut Sources::default(),
            &mut Sink::default(),
        );
        for catalog in catalogs.iter() {
            let read = automation::load(&system, catalog, &files, &mut sources, &mut sink);
            found.extend(read.active);
        }
    }
    let troubles = sink.sorted(&sources);
    if !troubles.is_empty() {
        output.snippets(&troubles, &sources);
    }
    output.result(&match output.format {
        Format::Json => json(&found),
        _ => lines(&found),
    });
    Ok(Exit::Fine)
}

fn json(found: &[Automation]) -> String {
    let lines: Vec<String> = found.iter().map(automation::json_line).collect();
    if lines.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// One block an automation: what it is, when it runs, what it reads and writes.
fn lines(found: &[Automation]) -> String {
    let mut out = String::new();
    for automation in found {
        let of = automation.object.as_ref();
        let of = of.map_or_else(String::new, |o| format!(" of {o}"));
        let _ = writeln!(
            out,
            "{}   {}{of}   {}",
            automation.name,
            automation.kind.phrase(),
            automation.file
        );
        let _ = writeln!(out, "  runs     {}", automation::trigger(automation));
        if let Some(guard) = &automation.guard {
            let _ = writeln!(out, "  if       {guard}");
        }
        if let Some(first) = &automation.first {
            let _ = writeln!(out, "  or once  {first}");
        }
        for effect in &automation.effects {
            let _ = writeln!(out, "  writes   {}", written(automation, effect));
        }
        for object in &automation.deletes {
            let _ = writeln!(out, "  deletes  {object}");
        }
        if automation.locks {
            let _ = writeln!(out, "  locks    the record until it is decided");
        }
        for reason in &automation.reasons {
            let _ = writeln!(out, "  {:<7}  {reason}", automation.understood.word());
        }
    }
    out
}

/// A field with its value; of which record, when and under which condition, as far as that is not plain.
fn written(automation: &Automation, effect: &Effect) -> String {
    let mut out = effect.target.to_string();
    if let Some(value) = &effect.value {
        let _ = write!(out, " = {value}");
    }
    match &effect.record {
        Written::Itself => {}
        Written::Referenced(field) => {
            let _ = write!(out, "   of the record in {field}");
        }
        Written::Referring(field) => {
            let _ = write!(out, "   of those whose {field} it is");
        }
        Written::Made => out.push_str("   of a new record"),
        Written::Found => out.push_str("   of records that it finds"),
    }
    if effect.phase != automation.phase && effect.phase == Phase::Later {
        out.push_str("   later");
    }
    if let Some(when) = &effect.when {
        let _ = write!(out, "   if {when}");
    }
    out
}

/// Tells how far the automations of a project's systems are understood, by kind and reason.
///
/// # Errors
/// Where there is no project, or its folder cannot be read.
pub fn check(path: &Path, output: &Output) -> Result<Exit, Failure> {
    let project = project::find(path)?;
    let files = DiskFiles::new(&project.root).map_err(|e| Failure::new(e.0))?;
    let survey = session::survey(&files);
    let findings = &survey.findings;
    match output.format {
        Format::Json => {
            let systems: Vec<_> = survey
                .systems
                .iter()
                .map(|(name, automations)| {
                    serde_json::json!({ "system": name, "automations": Account::of(automations) })
                })
                .collect();
            let document = serde_json::json!({ "version": 1, "systems": systems });
            output.result(&format!("{document:#}\n"));
            if !findings.is_empty() {
                output.snippets(findings, &survey.sources);
            }
        }
        Format::Human | Format::Dot | Format::Mermaid | Format::Svg => {
            if !findings.is_empty() {
                output.snippets(findings, &survey.sources);
            }
            for (name, automations) in &survey.systems {
                output.result(&told(name, automations));
            }
        }
        Format::Sarif | Format::Github => output.findings(
            findings,
            &survey.sources,
            &project.base,
            Extent::default(),
            Duration::ZERO,
        ),
    }
    let failed = findings.iter().any(|d| d.level == Level::Error);
    Ok(if failed { Exit::Findings } else { Exit::Fine })
}

/// The counts of a system as a table, and the reasons below it.
fn told(name: &str, automations: &Automations) -> String {
    let account = Account::of(automations);
    let mut out = String::new();
    let all = automations.active.len();
    if all + automations.inactive.len() == 0 {
        let _ = writeln!(
            out,
            "{name}  no automations in its metadata: list its flows and workflows in the manifest, as `metadata`"
        );
        return out;
    }
    let _ = writeln!(
        out,
        "{name}  {} read from metadata\n",
        count(all, "automation")
    );
    let _ = writeln!(
        out,
        "  {:<30} {:>6} {:>8} {:>8} {:>9}",
        "", "full", "in part", "opaque", "inactive"
    );
    let cell = |n: usize| {
        if n == 0 {
            "–".to_owned()
        } else {
            n.to_string()
        }
    };
    for kind in &account.kinds {
        let _ = writeln!(
            out,
            "  {:<30} {:>6} {:>8} {:>8} {:>9}",
            kind.phrase,
            cell(kind.full),
            cell(kind.partly),
            cell(kind.opaque),
            cell(kind.inactive)
        );
    }
    if !account.reasons.is_empty() {
        let _ = writeln!(out, "\n  why not in full");
        for reason in &account.reasons {
            let _ = writeln!(
                out,
                "  {:>5}  {}   such as {}",
                reason.automations, reason.reason, reason.example
            );
        }
        let _ = writeln!(
            out,
            "\n  what they write can be declared in the spec:  automation {name} \"…\" {{ … }}"
        );
    }
    out
}
