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
mod report;
mod stages;

pub(crate) use metadata::topic_of;
pub use pattern::Pattern;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use smol_str::SmolStr;

use super::{Catalogs, Known, read_text};
use crate::diagnostic::{Code, Sink};
use crate::platform::SystemKind;
use crate::source::{Files, Sources, matching};
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

/// What the files of one system say, each by itself.
#[derive(Debug, Default)]
pub struct Said {
    files: Vec<SaidBy>,
    /// Patterns that match no file.
    unmatched: Vec<Pattern>,
}

/// What one file says. Its text comes along only where a message may need it.
#[derive(Debug)]
struct SaidBy {
    path: String,
    draft: Draft,
    text: Option<String>,
}

/// Reads the files of one system, side by side. It need not be known yet what the system is.
pub fn read(metadata: &[Pattern], catalog: &[Pattern], files: &dyn Files) -> Said {
    let mut unmatched = Vec::new();
    let mut metadata = paths(metadata, files, &mut unmatched);
    let mut catalogs = paths(catalog, files, &mut unmatched);
    metadata.retain(|path| metadata::concerns(path));
    catalogs.retain(|path| path.ends_with(".json"));
    let paths = metadata.into_par_iter().chain(catalogs);
    Said {
        files: paths.map(|path| read_one(path, files)).collect(),
        unmatched,
    }
}

/// Loads the catalogs of all systems, in their order. What is wrong with a file is reported with file and line; the
/// other files are used.
pub fn load(
    systems: &[SystemSource],
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Catalogs {
    let said = |s: &SystemSource| read(&s.metadata, &s.catalog, files);
    lay(systems, systems.iter().map(said).collect(), sources, sink)
}

/// Puts the catalogs of all systems together from what their files say, in the same order.
pub fn lay(
    systems: &[SystemSource],
    said: Vec<Said>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Catalogs {
    let systems = systems.par_iter().zip(said);
    let mut builders: Vec<Builder<'_>> = systems.map(|(s, said)| Builder::new(s, said)).collect();
    for builder in &mut builders {
        builder.report(sources, sink);
    }
    let finished: Vec<_> = builders.into_par_iter().map(Builder::finish).collect();
    finished.into_iter().collect()
}

/// The normalised files of one system, by file name: one an object that the project's files mention, and `_shared.json`
/// for owners and value sets. What only the base catalog says is not in them.
pub fn import(
    system: &SystemSource,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> BTreeMap<String, String> {
    let mut catalogs = load(std::slice::from_ref(system), files, sources, sink);
    let mut out = BTreeMap::new();
    let Some(mut catalog) = catalogs.0.pop() else {
        return out;
    };
    catalog.objects.retain(|o| !base::is_origin(&o.origin));
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

/// The files of some patterns, each once.
fn paths(patterns: &[Pattern], files: &dyn Files, unmatched: &mut Vec<Pattern>) -> Vec<String> {
    let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
    for pattern in patterns {
        let found = matching(files, &pattern.text).unwrap_or_default();
        if found.is_empty() {
            unmatched.push(pattern.clone());
        }
        out.extend(found.into_iter().filter(|p| seen.insert(p.clone())));
    }
    out
}

fn read_one(path: String, files: &dyn Files) -> SaidBy {
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
            let text = Some(why.text);
            return SaidBy { path, draft, text };
        }
    };
    if path.ends_with(".json") {
        json::load(&path, &text, &mut draft);
    } else {
        metadata::load(&path, &text, &mut draft);
    }
    let quotes = !draft.troubles.is_empty() || !path.ends_with(".json");
    let text = quotes.then_some(text);
    SaidBy { path, draft, text }
}
