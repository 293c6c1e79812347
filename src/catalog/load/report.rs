//! What is wrong with the files of a system, told at its places.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::draft::{Fields, Trouble};
use super::{Pattern, SaidBy};
use crate::catalog::ValueSet;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::text::{count, list, quoted};

/// Reports a pattern of a system's files that matches none.
pub(super) fn unmatched(pattern: &Pattern, system: &str, sink: &mut Sink) {
    let what = format!(
        "no file matches `{}`, a catalog of system `{system}`",
        pattern.text
    );
    let finding = Diagnostic::new(Code::M002, what)
        .note("names of this system cannot be checked without it")
        .help("correct the path, or fetch the catalog; paths are relative to the manifest");
    sink.push(match pattern.place {
        Some(place) => finding.at(place, "matches nothing"),
        None => finding,
    });
}

/// Reports that nothing says what a system has.
pub(super) fn no_catalog(system: &str, sink: &mut Sink) {
    let what = format!("system `{system}` has no catalog");
    let help = format!("list its files in the manifest, under `[systems.{system}]`, as `catalog`");
    sink.push(Diagnostic::new(Code::M002, what).help(help));
}

/// Reports picklists whose values are in a named set that no file brought: one finding for each set.
pub(super) fn unlisted(
    files: &[SaidBy],
    sets: &BTreeMap<SmolStr, ValueSet>,
    sources: &mut Sources,
    sink: &mut Sink,
) {
    let mut unlisted: BTreeMap<&SmolStr, Vec<(String, Span)>> = BTreeMap::new();
    for said in files {
        let mut file = None;
        for object in &said.draft.objects {
            let Fields::Drafts(fields) = &object.fields else {
                continue;
            };
            for field in fields {
                let Some(set) = field.value_set.as_ref().filter(|s| !sets.contains_key(*s)) else {
                    continue;
                };
                let text = said.text.as_deref().unwrap_or("");
                let file = *file
                    .get_or_insert_with(|| sources.add(SourceFile::new(said.path.as_str(), text)));
                let name = quoted(&format!("{}.{}", object.name, field.name));
                let place = character(file, text, field.at);
                unlisted.entry(set).or_default().push((name, place));
            }
        }
    }
    for (set, fields) in &unlisted {
        not_in_metadata(set, fields, sink);
    }
}

fn not_in_metadata(set: &str, fields: &[(String, Span)], sink: &mut Sink) {
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let finding = Diagnostic::new(
        Code::M008,
        format!("value set `{set}` is not in the metadata"),
    )
    .note(format!("values of {} are not checked", list(&names)))
    .help("retrieve the global value set, too");
    sink.push(match fields.first() {
        Some((_, place)) => finding.at(*place, "its values are used here"),
        None => finding,
    });
}

/// Reports what is wrong with the files, at its places. Files of which nothing is taken for the same reason, such as
/// the other JSON of a whole folder, are one finding.
pub(super) fn troubles(files: &[SaidBy], sources: &mut Sources, sink: &mut Sink) {
    let mut skipped: Vec<(&Trouble, Span, Vec<String>)> = Vec::new();
    let troubled = files.iter().filter(|f| !f.draft.troubles.is_empty());
    for SaidBy { path, draft, text } in troubled {
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
