//! Hashes over canonical forms: of the specs, of the catalogs as far as the plan needs them, of single rows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::plan::{Lifecycle, Normalizer, Object, Row, ValueMap};
use crate::source::SourceFile;

/// How many hexadecimal digits name a row's meaning.
const ROW_DIGITS: usize = 16;

/// SHA-256 of all spec files by path and content, whatever the order in which they come.
pub fn spec_hash<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> String {
    let files: BTreeMap<&str, &str> = files.into_iter().map(|f| (f.path(), f.text())).collect();
    hex(&json!(files))
}

/// One hash for each system, over the objects and fields that the plan has of it.
pub(super) fn of_catalogs(objects: &BTreeMap<SmolStr, Object>) -> BTreeMap<SmolStr, String> {
    let mut systems: BTreeMap<&SmolStr, BTreeMap<&SmolStr, &Object>> = BTreeMap::new();
    for (key, object) in objects {
        systems
            .entry(&object.system)
            .or_default()
            .insert(key, object);
    }
    systems
        .into_iter()
        .map(|(system, objects)| (system.clone(), hex(&canonical(&objects))))
        .collect()
}

/// What a row means, apart from where it stands: the row, and the maps and tables that it uses.
pub(super) fn of_row(
    row: &Row,
    maps: &BTreeMap<SmolStr, ValueMap>,
    normalizers: &BTreeMap<SmolStr, Normalizer>,
) -> SmolStr {
    let mut json = canonical(row);
    let mut used = BTreeSet::new();
    names(&json, &mut used);
    let bare = |mut json: Json| {
        if let Some(object) = json.as_object_mut() {
            object.remove("origin");
            object.remove("digest");
            object.remove("bound");
        }
        json
    };
    let maps = maps.iter().filter(|(n, _)| used.contains(n.as_str()));
    let tables = normalizers
        .iter()
        .filter(|(n, _)| used.contains(n.as_str()));
    let maps: BTreeMap<_, _> = maps.map(|(n, m)| (n, bare(canonical(m)))).collect();
    let tables: BTreeMap<_, _> = tables.map(|(n, t)| (n, bare(canonical(t)))).collect();
    json = json!({"row": bare(json.take()), "maps": maps, "tables": tables});
    let mut digest = hex(&json);
    digest.truncate(ROW_DIGITS);
    digest.into()
}

/// What a lifecycle means, apart from where it stands.
pub(super) fn of_lifecycle(lifecycle: &Lifecycle) -> SmolStr {
    let mut json = canonical(lifecycle);
    if let Some(object) = json.as_object_mut() {
        object.remove("origin");
        object.remove("digest");
    }
    let mut digest = hex(&json);
    digest.truncate(ROW_DIGITS);
    digest.into()
}

/// The names of maps and tables in an expression's JSON.
fn names(json: &Json, out: &mut BTreeSet<String>) {
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(name) if key == "map" || key == "table" => {
                        out.insert(name.clone());
                    }
                    other => names(other, out),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|i| names(i, out)),
        _ => {}
    }
}

/// A value as JSON; its object keys are sorted. What cannot be written is null: no type of the plan is like that.
fn canonical(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

fn hex(json: &Json) -> String {
    let hash = Sha256::digest(json.to_string().as_bytes());
    hash.iter().map(|b| format!("{b:02x}")).collect()
}
