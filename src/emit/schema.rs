//! The JSON Schema of the plan, made from the very types that the loader reads.

use serde_json::{Value as Json, json};

use crate::plan::{FORMAT, Plan};

/// What the schema calls itself; nothing is fetched from there.
pub const SCHEMA_URI: &str = "urn:accordant:plan:1";

/// The JSON Schema (2020-12) of `plan.json`.
pub fn plan_schema() -> Json {
    let mut schema = schemars::schema_for!(Plan).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("$id".into(), json!(SCHEMA_URI));
        members.insert("title".into(), json!("the plan of accordant"));
    }
    if let Some(format) = schema.pointer_mut("/properties/format") {
        *format = json!({
            "description": "version of the document's form",
            "type": "integer",
            "minimum": 1,
            "maximum": FORMAT,
        });
    }
    schema
}
