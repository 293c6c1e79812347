//! Our own form of a catalog: JSON, one line a field, usual things left out; what `catalog import` writes and a team
//! commits.
//!
//! ```json
//! {"accordant_catalog":1,"objects":[
//! {"name":"Account","label":"Account","fields":[
//! {"name":"Name","label":"Account Name","type":"text","length":255,"required":true,"nillable":false}
//! ]}
//! ]}
//! ```
//! Beside `objects` may stand `fetched` (a day), `origin` (words), `owners` and `value_sets`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::draft::{Draft, ObjectDraft, Trouble};
use super::json::Body;
use crate::catalog::object::Object;
use crate::catalog::{Catalog, Owner, ValueSet};
use crate::diagnostic::Code;

/// The version that this tool writes, and the newest that it reads.
pub(super) const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "accordant_catalog")]
    version: u32,
    #[serde(default, rename = "origin")]
    _origin: Option<SmolStr>,
    #[serde(default, deserialize_with = "day")]
    fetched: Option<jiff::civil::Date>,
    #[serde(default)]
    objects: Vec<Object>,
    #[serde(default)]
    owners: Vec<Owner>,
    #[serde(default)]
    value_sets: Vec<ValueSet>,
}

fn day<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<jiff::civil::Date>, D::Error> {
    let text = SmolStr::deserialize(deserializer)?;
    text.parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a day as in `2026-11-20`")))
}

/// Reads a file whose version is this.
pub(super) fn load(body: Body<'_>, version: &str, out: &mut Draft) -> Result<(), Trouble> {
    if version != VERSION.to_string() {
        return Err(Trouble {
            code: Code::M007,
            message: format!(
                "catalog format `{}` is not known, this version reads `{VERSION}`",
                shortened(version)
            ),
            at: body.start(),
            help: "update accordant, or import the catalog again with this version",
        });
    }
    take(body.read()?, body, out);
    Ok(())
}

/// Reads a file that says at its very beginning that it is of this version and holds what it should; false, and nothing
/// read, where it does not. Its keys need not be looked through first to tell what it is.
pub(super) fn load_at_once(body: Body<'_>, out: &mut Draft) -> bool {
    if !body.json.starts_with("{\"accordant_catalog\"") {
        return false;
    }
    match serde_json::from_str::<File>(body.json) {
        Ok(file) if file.version == VERSION => {
            take(file, body, out);
            true
        }
        _ => false,
    }
}

fn take(file: File, body: Body<'_>, out: &mut Draft) {
    out.fetched = file.fetched;
    out.owners.extend(file.owners);
    out.value_sets.extend(file.value_sets);
    out.objects.extend(
        file.objects
            .into_iter()
            .map(|o| ObjectDraft::ready(o, body.path)),
    );
}

/// At most 20 characters of a text, on one line.
fn shortened(text: &str) -> String {
    text.chars()
        .take(20)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Writes one object, one line a field.
fn write_object(object: &Object, origin: &SmolStr) -> Result<String, serde_json::Error> {
    let head = Object {
        label: object.label.clone(),
        aliases: object.aliases.clone(),
        custom: object.custom,
        creatable: object.creatable,
        updatable: object.updatable,
        deletable: object.deletable,
        known: object.known,
        origin: origin.clone(),
        record_types: object.record_types.clone(),
        processes: object.processes.clone(),
        pipelines: object.pipelines.clone(),
        associations: object.associations.clone(),
        ..Object::new(object.name.clone())
    };
    let mut text = serde_json::to_string(&head)?;
    if object.fields.is_empty() {
        return Ok(text);
    }
    text.pop();
    text.push_str(",\"fields\":[\n");
    for (i, field) in object.fields.iter().enumerate() {
        if i > 0 {
            text.push_str(",\n");
        }
        text.push_str(&serde_json::to_string(field)?);
    }
    text.push_str("\n]}");
    Ok(text)
}

#[derive(Serialize)]
struct Shared<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    owners: &'a [Owner],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    value_sets: &'a [ValueSet],
}

/// Writes a file of these objects.
pub(super) fn write_file(
    objects: &[&Object],
    fetched: Option<jiff::civil::Date>,
) -> Result<String, serde_json::Error> {
    let objects: Vec<String> = objects
        .iter()
        .map(|o| write_object(o, &o.origin))
        .collect::<Result<_, _>>()?;
    let fetched = fetched.map_or_else(String::new, |day| format!("\"fetched\":\"{day}\","));
    Ok(format!(
        "{{\"accordant_catalog\":{VERSION},{fetched}\"objects\":[\n{}\n]}}\n",
        objects.join(",\n")
    ))
}

/// Writes what belongs to no object: owners and value sets.
pub(super) fn write_shared(catalog: &Catalog) -> Result<Option<String>, serde_json::Error> {
    if catalog.owners.is_empty() && catalog.value_sets.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(&Shared {
        owners: &catalog.owners,
        value_sets: &catalog.value_sets,
    })?;
    Ok(Some(format!(
        "{{\"accordant_catalog\":{VERSION},{}\n",
        text.trim_start_matches('{')
    )))
}

impl Catalog {
    /// SHA-256 of all that the catalog holds: of its kind, its objects (each digested alone, in their order), owners and
    /// value sets. Equal catalogs have equal digests.
    pub fn digest(&self) -> [u8; 32] {
        use rayon::prelude::*;
        let digest = |o: &Object| -> [u8; 32] {
            Sha256::digest(write_object(o, &SmolStr::default()).unwrap_or_default()).into()
        };
        let objects: Vec<[u8; 32]> = self.objects.par_iter().map(digest).collect();
        let mut sum = Sha256::new();
        sum.update(self.kind.word());
        objects.iter().for_each(|o| sum.update(o));
        sum.update(write_shared(self).ok().flatten().unwrap_or_default());
        sum.finalize().into()
    }
}
