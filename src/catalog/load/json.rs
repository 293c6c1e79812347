//! Which JSON body a file holds, told by its keys; and the places of what is wrong in it.
//!
//! Read are: our own form; a describe, also inside the answers of a composite or batch call and of the `sf` command;
//! HubSpot's properties, pipelines, owners, associations and object schemas, as `{"results": […]}` or as a bare list.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::draft::{Draft, Trouble};
use super::{describe, hubspot, hubspot_more, normal};
use crate::diagnostic::Code;

/// Answers inside answers are followed this deep.
const MAX_WRAPS: usize = 8;

/// A text of JSON within a file.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub file: &'a str,
    pub path: &'a str,
    pub json: &'a str,
}

impl<'a> Body<'a> {
    /// The same file, another part of it.
    pub fn part(self, raw: &'a RawValue) -> Self {
        Self {
            json: raw.get(),
            ..self
        }
    }

    /// Where the part begins in the file.
    pub fn start(self) -> usize {
        (self.json.as_ptr() as usize)
            .saturating_sub(self.file.as_ptr() as usize)
            .min(self.file.len())
    }

    /// Reads the part as a type.
    pub fn read<T: Deserialize<'a>>(self) -> Result<T, Trouble> {
        serde_json::from_str(self.json).map_err(|e| Trouble {
            code: Code::M007,
            message: words(&e),
            at: self.start() + offset(self.json, e.line(), e.column()),
            help: "fetch the file again, or take it out of the manifest",
        })
    }

    /// Reports that nothing in it can be used.
    pub fn skipped(self, message: impl Into<String>, help: &'static str) -> Trouble {
        Trouble {
            code: Code::M008,
            message: message.into(),
            at: self.start(),
            help,
        }
    }

    /// The file's name without folder and extension.
    pub fn stem(self) -> &'a str {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// The message of the JSON reader without its place, in our words' form.
fn words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(m, _)| m);
    let message = message.replace(char::is_control, " ");
    format!(
        "not the JSON that was expected: {}",
        message.trim_end_matches('.')
    )
}

/// Byte offset of a one-based line and column (in bytes).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = if line <= 1 {
        0
    } else {
        text.bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .nth(line - 2)
            .map_or(text.len(), |(i, _)| i + 1)
    };
    (start + column.saturating_sub(1)).min(text.len())
}

/// The keys by which a body is known.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    accordant_catalog: Option<&'a RawValue>,
    #[serde(borrow)]
    fields: Option<&'a RawValue>,
    #[serde(borrow)]
    results: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow, rename = "compositeResponse")]
    composite: Option<&'a RawValue>,
    sobjects: Option<IgnoredAny>,
    #[serde(rename = "objectTypeId")]
    object_type_id: Option<IgnoredAny>,
    #[serde(rename = "groupName")]
    group: Option<IgnoredAny>,
    #[serde(rename = "fieldType")]
    field_type: Option<IgnoredAny>,
    stages: Option<IgnoredAny>,
    email: Option<IgnoredAny>,
    #[serde(rename = "userId")]
    user_id: Option<IgnoredAny>,
    #[serde(rename = "typeId")]
    type_id: Option<IgnoredAny>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(rename = "errorCode")]
    error_code: Option<IgnoredAny>,
}

/// Reads a file.
pub(super) fn load(path: &str, file: &str, out: &mut Draft) {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    if let Err(trouble) = follow(
        Body {
            file,
            path,
            json: file,
        },
        MAX_WRAPS,
        out,
    ) {
        out.troubles.push(trouble);
    }
}

fn follow(body: Body<'_>, wraps: usize, out: &mut Draft) -> Result<(), Trouble> {
    if wraps == 0 {
        return Err(body.skipped(
            "answers are nested too deep",
            "save the innermost answer alone",
        ));
    }
    if body.json.trim_start().starts_with('[') {
        return list(body, wraps, out);
    }
    if normal::load_at_once(body, out) {
        return Ok(());
    }
    let keys: Keys<'_> = body.read()?;
    if let Some(version) = keys.accordant_catalog {
        normal::load(body, version.get(), out)
    } else if keys.object_type_id.is_some() {
        hubspot_more::schemas(body, &[body.json], out)
    } else if let Some(fields) = keys.fields.filter(|f| f.get().starts_with('[')) {
        describe::load(body, fields, out)
    } else if keys.sobjects.is_some() {
        Err(body.skipped(
            "a global describe names objects without their fields",
            "describe the objects that the spec uses",
        ))
    } else if let Some(inner) = keys
        .results
        .or(keys.result)
        .or(keys.composite)
        .or(keys.body)
    {
        follow(body.part(inner), wraps - 1, out)
    } else if keys.error_code.is_some() || keys.status.is_some_and(|s| s.get() == "\"error\"") {
        Err(Trouble {
            code: Code::M007,
            message: "the system answered with an error instead of a catalog".to_owned(),
            at: body.start(),
            help: "fetch the file again, and look at what it says",
        })
    } else {
        Err(body.skipped(
            "no catalog is recognised in the file",
            "catalogs are describe results, HubSpot properties, pipelines, owners, schemas, or files of `catalog import`",
        ))
    }
}

fn list(body: Body<'_>, wraps: usize, out: &mut Draft) -> Result<(), Trouble> {
    let items: Vec<&RawValue> = body.read()?;
    let Some(first) = items.first() else {
        return Err(body.skipped("the list is empty", "fetch the file again"));
    };
    let Ok(keys) = serde_json::from_str::<Keys<'_>>(first.get()) else {
        return Err(body.skipped("the list does not hold objects", "fetch the file again"));
    };
    let parts: Vec<&str> = items.iter().map(|i| i.get()).collect();
    if keys.stages.is_some() {
        hubspot_more::pipelines(body, out)
    } else if keys.object_type_id.is_some() {
        hubspot_more::schemas(body, &parts, out)
    } else if keys.field_type.is_some() || keys.group.is_some() {
        hubspot::properties(body, out)
    } else if keys.type_id.is_some() {
        hubspot_more::associations(body, out)
    } else if keys.email.is_some() || keys.user_id.is_some() {
        hubspot_more::owners(body, out)
    } else {
        for item in items {
            follow(body.part(item), wraps - 1, out)?;
        }
        Ok(())
    }
}
