//! From files to catalogs.
//!
//! A catalog is put together in this order, the later source over the earlier one, field by field:
//! 1. the base catalog of the platform's standard schema, where the system wants it;
//! 2. the project's metadata: custom fields whole, of standard fields what an org may change;
//! 3. the project's catalog files (describes, property lists, normalised files): each field that they mention whole.
//!
//! A field that a later source does not mention stays as it was; [`Known`](super::Known) tells the strongest source of
//! each. Within a source, files come in the order of the manifest's patterns, then by path.

mod base;
mod describe;
mod draft;
mod hubspot;
mod hubspot_more;
mod json;
mod merge;
mod metadata;
mod metadata_field;
mod normal;
mod pattern;
mod stages;

pub(crate) use metadata::topic_of;
pub use pattern::Pattern;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use smol_str::SmolStr;

use super::{Catalog, Catalogs, Known, read_text};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::platform::SystemKind;
use crate::source::{FileId, Files, SourceFile, Sources, Span, matching};
use crate::text::{count, list, quoted};
use draft::{Draft, Trouble};
use merge::Builder;

/// Whether a catalog stands on the platform's standard schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseCatalog {
    /// The standard objects and fields of the kind, as far as it has any.
    Standard,
    /// Only what the files say.
    None,
    /// The standard schema, and whatever stands in files that the manifest was to name and does not, which has been reported.
    Unread,
}

/// Where the catalog of one declared system comes from.
#[derive(Clone, Debug)]
pub struct SystemSource {
    /// The name that the spec and the manifest give the system.
    pub name: SmolStr,
    /// Its kind.
    pub kind: SystemKind,
    /// Describe results, property lists, normalised files.
    pub catalog: Vec<Pattern>,
    /// Source-format metadata.
    pub metadata: Vec<Pattern>,
    /// What it stands on.
    pub base: BaseCatalog,
}

/// Loads the catalogs of all systems, in their order. What is wrong with a file is reported with file and line; the
/// other files are used.
pub fn load(
    systems: &[SystemSource],
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Catalogs {
    systems
        .iter()
        .map(|s| load_one(s, files, sources, sink))
        .collect()
}

/// The normalised files of one system, by file name: one an object that the project's files mention, and `_shared.json`
/// for owners and value sets. What only the base catalog says is not in them.
pub fn import(
    system: &SystemSource,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> BTreeMap<String, String> {
    let mut catalog = load_one(system, files, sources, sink);
    catalog.objects.retain(|o| !o.origin.starts_with("base:"));
    let mut out = BTreeMap::new();
    for object in &mut catalog.objects {
        object.fields.retain(|f| f.known != Known::Base);
        if let Ok(text) = normal::write_file(&[object], catalog.fetched) {
            out.insert(format!("{}.json", object.name), text);
        }
    }
    if let Ok(Some(text)) = normal::write_shared(&catalog) {
        out.insert("_shared.json".to_owned(), text);
    }
    out
}

fn load_one(
    system: &SystemSource,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Catalog {
    let mut builder = Builder::new(system);
    builder.base();
    let (metadata, lacks_metadata) = paths(&system.metadata, system, files, sink);
    let (catalogs, lacks_catalog) = paths(&system.catalog, system, files, sink);
    let metadata: Vec<String> = metadata
        .into_iter()
        .filter(|p| metadata::concerns(p))
        .collect();
    let catalogs: Vec<String> = catalogs
        .into_iter()
        .filter(|p| p.ends_with(".json"))
        .collect();
    let mut poisoned = lacks_metadata | lacks_catalog | (system.base == BaseCatalog::Unread);
    let drafts: Vec<(String, Draft, Option<String>)> = metadata
        .into_par_iter()
        .chain(catalogs)
        .map(|path| read(path, files))
        .collect();
    poisoned |= drafts
        .iter()
        .any(|(_, d, _)| d.troubles.iter().any(|t| t.code == Code::M007));
    report(&drafts, sources, sink);
    let silent = drafts.iter().all(|(_, d, _)| d.objects.is_empty());
    if silent && !poisoned && !builder.has_objects() {
        poisoned = true;
        let what = format!("system `{}` has no catalog", system.name);
        let help = format!(
            "list its files in the manifest, under `[systems.{}]`, as `catalog`",
            system.name
        );
        sink.push(Diagnostic::new(Code::M002, what).help(help));
    }
    let mut catalog = builder.finish(drafts, sources, sink);
    catalog.missing = poisoned;
    catalog
}

/// The files of some patterns, each once; and whether a pattern, reported, matched nothing.
fn paths(
    patterns: &[Pattern],
    system: &SystemSource,
    files: &dyn Files,
    sink: &mut Sink,
) -> (Vec<String>, bool) {
    let (mut seen, mut out, mut missing) = (BTreeSet::new(), Vec::new(), false);
    for pattern in patterns {
        let found = matching(files, &pattern.text);
        if !matches!(&found, Ok(found) if !found.is_empty()) {
            missing = true;
            let what = format!(
                "no file matches `{}`, a catalog of system `{}`",
                pattern.text, system.name
            );
            let diagnostic = Diagnostic::new(Code::M002, what)
                .note("names of this system cannot be checked without it")
                .help("correct the path, or fetch the catalog; paths are relative to the manifest");
            sink.push(
                pattern
                    .place
                    .iter()
                    .fold(diagnostic, |d, place| d.at(*place, "matches nothing")),
            );
        }
        out.extend(
            found
                .unwrap_or_default()
                .into_iter()
                .filter(|p| seen.insert(p.clone())),
        );
    }
    (out, missing)
}

/// Reads one file; its text comes along only where a message may need it.
fn read(path: String, files: &dyn Files) -> (String, Draft, Option<String>) {
    let mut draft = Draft::default();
    let text = match read_text(&path, files) {
        Ok(text) => text,
        Err(why) => {
            draft.troubles.push(Trouble {
                code: Code::M007,
                message: why.message,
                at: why.at,
                help: why.help,
            });
            return (path, draft, Some(why.text));
        }
    };
    if path.ends_with(".json") {
        json::load(&path, &text, &mut draft);
    } else {
        metadata::load(&path, &text, &mut draft);
    }
    let quotes = !draft.troubles.is_empty() || !path.ends_with(".json");
    (path, draft, quotes.then_some(text))
}

/// Reports what is wrong with the files, at its places. Files of which nothing is taken for the same reason, such as
/// the other JSON of a whole folder, are one finding.
fn report(drafts: &[(String, Draft, Option<String>)], sources: &mut Sources, sink: &mut Sink) {
    let mut skipped: Vec<(&Trouble, Span, Vec<String>)> = Vec::new();
    for (path, draft, text) in drafts.iter().filter(|(_, d, _)| !d.troubles.is_empty()) {
        let text = text.as_deref().unwrap_or("");
        let file = sources.add(SourceFile::new(path.as_str(), text));
        for trouble in &draft.troubles {
            let place = character(file, text, trouble.at);
            if trouble.code == Code::M007 {
                let message = format!("catalog file `{path}` cannot be read");
                sink.push(told(trouble, message, place));
                continue;
            }
            match skipped
                .iter_mut()
                .find(|(t, ..)| t.message == trouble.message)
            {
                Some((_, _, paths)) => paths.push(quoted(path)),
                None => skipped.push((trouble, place, vec![quoted(path)])),
            }
        }
    }
    for (trouble, place, paths) in skipped {
        let message = match paths.as_slice() {
            [only] => format!("nothing is taken from {only}"),
            all => format!("nothing is taken from {}", count(all.len(), "file")),
        };
        let finding = told(trouble, message, place);
        sink.push(match paths.split_first() {
            Some((_, others)) if !others.is_empty() => {
                finding.note(format!("the others are {}", list(others)))
            }
            _ => finding,
        });
    }
}

fn told(trouble: &Trouble, message: String, place: Span) -> Diagnostic {
    Diagnostic::new(trouble.code, message)
        .at(place, trouble.message.as_str())
        .help(trouble.help)
}

/// The character at a byte of a file.
fn character(file: FileId, text: &str, at: usize) -> Span {
    let start = floor(text, at);
    let end = text
        .get(start..)
        .and_then(|t| t.chars().next())
        .map_or(start, |c| start + c.len_utf8());
    Span::new(file, start as u32, end as u32)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
