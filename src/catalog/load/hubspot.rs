//! HubSpot's names of objects, and its properties.

use serde::Deserialize;
use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::draft::{Draft, FieldDraft, ObjectDraft, Trouble};
use super::json::Body;
use crate::catalog::field::{FieldType, Known, PickValue, Picklist};

/// Names of standard objects: singular, plural, type id.
pub(super) const STANDARD: &[(&str, &str, &str)] = &[
    ("contact", "contacts", "0-1"),
    ("company", "companies", "0-2"),
    ("deal", "deals", "0-3"),
    ("ticket", "tickets", "0-5"),
    ("product", "products", "0-7"),
    ("line_item", "line_items", "0-8"),
    ("task", "tasks", "0-27"),
    ("note", "notes", "0-46"),
    ("meeting", "meetings", "0-47"),
    ("call", "calls", "0-48"),
    ("email", "emails", "0-49"),
    ("quote", "quotes", "0-14"),
    ("lead", "leads", "0-136"),
    ("owner", "owners", "owner"),
];

/// The singular of a standard object's name, plural or type id; any other name as it stands.
pub(super) fn singular(name: &str) -> SmolStr {
    let found = STANDARD.iter().find(|(one, many, id)| {
        [one, many, id]
            .into_iter()
            .any(|n| n.eq_ignore_ascii_case(name))
    });
    found.map_or_else(|| name.into(), |(one, _, _)| SmolStr::new_static(one))
}

/// The other names of a standard object.
pub(super) fn aliases(name: &str) -> Vec<SmolStr> {
    let found = STANDARD.iter().find(|(one, _, _)| *one == name);
    let mut names: Vec<SmolStr> = found.map_or_else(Vec::new, |(_, many, id)| {
        vec![SmolStr::new_static(many), SmolStr::new_static(id)]
    });
    names.retain(|n| n != name);
    names.sort_unstable();
    names
}

/// The object that a file speaks of: `contacts.json`, `deals_pipelines.json`, `properties/contacts.json`.
/// None where neither its name nor its folder says it.
pub(super) fn object_of(body: Body<'_>) -> Option<SmolStr> {
    let mut stem = body.stem();
    for suffix in [
        "properties",
        "property",
        "pipelines",
        "pipeline",
        "associations",
    ] {
        if let Some(head) = stem.strip_suffix(suffix) {
            stem = head.trim_end_matches(['_', '-']);
        }
    }
    if !stem.is_empty() {
        return Some(singular(stem));
    }
    // any folder may hold them: only one that is called like an object says something
    let folder = body.path.rsplit('/').nth(1).unwrap_or("");
    let id = folder
        .split_once('-')
        .is_some_and(|(kind, number)| kind == "2" && number.chars().all(|c| c.is_ascii_digit()));
    let own = folder.starts_with('p') && folder.contains('_');
    let name = singular(folder);
    (id || own || STANDARD.iter().any(|(one, ..)| *one == name)).then_some(name)
}

/// What is said of a file whose object is not told.
pub(super) fn nameless(body: Body<'_>) -> Trouble {
    body.skipped(
        "its name does not say of which object it is",
        "name the file after the object, such as `deals.json` or `deals_pipelines.json`",
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    name: SmolStr,
    label: Option<SmolStr>,
    #[serde(rename = "type")]
    ty: Option<SmolStr>,
    field_type: Option<SmolStr>,
    options: Option<Vec<PropertyOption>>,
    calculated: Option<bool>,
    calculation_formula: Option<Box<str>>,
    external_options: Option<bool>,
    has_unique_value: Option<bool>,
    hidden: Option<bool>,
    hubspot_defined: Option<bool>,
    archived: Option<bool>,
    show_currency_symbol: Option<bool>,
    referenced_object_type: Option<SmolStr>,
    modification_metadata: Option<Modification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Modification {
    read_only_value: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertyOption {
    label: Option<SmolStr>,
    value: SmolStr,
    hidden: Option<bool>,
    display_order: Option<i64>,
}

/// Reads a list of properties; the file names the object.
pub(super) fn properties(body: Body<'_>, out: &mut Draft) -> Result<(), Trouble> {
    let properties: Vec<Property> = body.read()?;
    let name = object_of(body).ok_or_else(|| nameless(body))?;
    let draft = ObjectDraft::new(name.clone(), Known::Catalog).with(fields(&name, properties));
    out.objects.push(ObjectDraft {
        aliases: aliases(&name),
        origin: body.path.into(),
        ..draft
    });
    Ok(())
}

pub(super) fn fields(object: &str, properties: Vec<Property>) -> Vec<FieldDraft> {
    let mut drafts: Vec<FieldDraft> = properties
        .into_iter()
        .filter(|p| p.archived != Some(true))
        .map(field)
        .collect();
    drafts.iter_mut().for_each(|d| unsaid(object, d));
    drafts
}

/// What a create must carry, by object.
const REQUIRED: &[(&str, &str)] = &[
    ("call", "hs_timestamp"),
    ("deal", "dealname"),
    ("deal", "dealstage"),
    ("meeting", "hs_timestamp"),
    ("note", "hs_timestamp"),
    ("task", "hs_timestamp"),
    ("ticket", "hs_pipeline_stage"),
    ("ticket", "subject"),
];

/// What holds for standard properties, and the properties call does not say.
fn unsaid(object: &str, draft: &mut FieldDraft) {
    if REQUIRED.contains(&(object, &*draft.name)) {
        draft.required = Some(true);
    }
    match (object, &*draft.name) {
        ("contact", "email") => {
            draft.unique = Some(true);
            draft.id_lookup = Some(true);
        }
        ("contact", "associatedcompanyid") => {
            draft.ty = Some(FieldType::Reference);
            draft.references = Some(thin_vec![SmolStr::new_static("company")]);
        }
        (_, "hs_object_id") => draft.ty = Some(FieldType::Id),
        _ => {}
    }
}

fn field(from: Property) -> FieldDraft {
    let read_only = from
        .modification_metadata
        .as_ref()
        .and_then(|m| m.read_only_value)
        .unwrap_or(false);
    let calculated = from.calculated.unwrap_or(false);
    let writable = !read_only && !calculated;
    let reference = match from.referenced_object_type.as_deref() {
        Some("OWNER") => Some(SmolStr::new_static("owner")),
        Some(other) if !other.is_empty() => Some(singular(&other.to_ascii_lowercase())),
        _ => None,
    };
    let ty = field_type(&from, reference.is_some());
    let options = from.options.unwrap_or_default();
    let external = from.external_options.unwrap_or(false);
    let picks = matches!(ty, FieldType::Picklist | FieldType::MultiPicklist);
    FieldDraft {
        whole: true,
        label: from.label,
        creatable: Some(writable),
        updatable: Some(writable),
        unique: from.has_unique_value,
        external_id: from.has_unique_value,
        id_lookup: from.has_unique_value,
        calculated: Some(calculated),
        formula: from.calculation_formula.filter(|f| !f.is_empty()),
        hidden: from.hidden,
        custom: Some(from.hubspot_defined != Some(true)),
        references: reference.map(|r| thin_vec![r]),
        picklist: picks.then(|| picklist(options, external, &from.name)),
        ty: Some(ty),
        name: from.name,
        ..FieldDraft::default()
    }
}

fn field_type(from: &Property, reference: bool) -> FieldType {
    let form = from.field_type.as_deref().unwrap_or("");
    match from.ty.as_deref().unwrap_or("") {
        _ if reference => FieldType::Reference,
        "bool" => FieldType::Boolean,
        "enumeration" if form == "booleancheckbox" => FieldType::Boolean,
        "enumeration" if form == "checkbox" => FieldType::MultiPicklist,
        "enumeration" => FieldType::Picklist,
        "date" => FieldType::Date,
        "datetime" | "date_time" => FieldType::DateTime,
        "number" if from.show_currency_symbol == Some(true) => FieldType::Currency,
        // A number shown as a percentage stays a number: HubSpot keeps 0.5 where Salesforce's percent keeps 50.
        "number" => FieldType::Number,
        "phone_number" => FieldType::Phone,
        "string" => match form {
            "textarea" => FieldType::LongText,
            "html" => FieldType::RichText,
            "phonenumber" => FieldType::Phone,
            _ => FieldType::Text,
        },
        "object_coordinates" | "json" => FieldType::Json,
        other => FieldType::Unknown(if other.is_empty() {
            "unstated".into()
        } else {
            other.into()
        }),
    }
}

/// HubSpot refuses what is not an option, and takes hidden options by API.
fn picklist(mut options: Vec<PropertyOption>, external: bool, name: &str) -> Picklist {
    options.sort_by_key(|o| o.display_order.unwrap_or(i64::MAX));
    let values = options
        .into_iter()
        .filter(|o| !o.value.is_empty())
        .map(|o| PickValue {
            label: o.label.unwrap_or_else(|| o.value.clone()),
            hidden: o.hidden.unwrap_or(false),
            ..PickValue::new(o.value)
        });
    let values: Vec<_> = values.collect();
    // Contact lifecycle stages live in a pipeline of their own, but the answer lists them.
    let external = external && (values.is_empty() || name != "lifecyclestage");
    Picklist {
        restricted: true,
        controller: None,
        external,
        values,
    }
}
