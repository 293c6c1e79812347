//! Salesforce describe results, whole or reduced (without lengths and permissions).

use serde::Deserialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::draft::{Draft, FieldDraft, ObjectDraft, Trouble};
use super::json::Body;
use crate::catalog::field::{DefaultValue, FieldType, Known, PickValue, Picklist};
use crate::catalog::object::RecordType;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Describe {
    name: Option<SmolStr>,
    label: Option<SmolStr>,
    custom: Option<bool>,
    createable: Option<bool>,
    updateable: Option<bool>,
    deletable: Option<bool>,
    #[serde(default)]
    record_type_infos: Option<Vec<RecordTypeInfo>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordTypeInfo {
    record_type_id: Option<SmolStr>,
    name: Option<SmolStr>,
    developer_name: Option<SmolStr>,
    active: Option<bool>,
    master: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribeField {
    name: SmolStr,
    label: Option<SmolStr>,
    #[serde(rename = "type")]
    ty: SmolStr,
    length: Option<u32>,
    digits: Option<u32>,
    precision: Option<u32>,
    scale: Option<u32>,
    nillable: Option<bool>,
    createable: Option<bool>,
    updateable: Option<bool>,
    defaulted_on_create: Option<bool>,
    unique: Option<bool>,
    external_id: Option<bool>,
    id_lookup: Option<bool>,
    case_sensitive: Option<bool>,
    calculated: Option<bool>,
    calculated_formula: Option<Box<str>>,
    auto_number: Option<bool>,
    html_formatted: Option<bool>,
    deprecated_and_hidden: Option<bool>,
    custom: Option<bool>,
    reference_to: Option<ThinVec<SmolStr>>,
    relationship_name: Option<Box<str>>,
    controller_name: Option<SmolStr>,
    restricted_picklist: Option<bool>,
    picklist_values: Option<Vec<Entry>>,
    default_value: Option<serde_json::Value>,
    default_value_formula: Option<SmolStr>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    value: Option<SmolStr>,
    label: Option<SmolStr>,
    active: Option<bool>,
    default_value: Option<bool>,
    valid_for: Option<SmolStr>,
}

/// Reads one describe. A body without a name is named after its file.
pub(super) fn load(body: Body<'_>, fields: &RawValue, out: &mut Draft) -> Result<(), Trouble> {
    let head: Describe = body.read()?;
    let fields: Vec<DescribeField> = body.part(fields).read()?;
    let name = head.name.unwrap_or_else(|| body.stem().into());
    let drafts = fields
        .iter()
        .map(|f| field(f, controlling_values(f, &fields)))
        .collect();
    let record_types = head.record_type_infos.unwrap_or_default();
    out.objects.push(ObjectDraft {
        label: head.label,
        custom: head.custom,
        creatable: head.createable,
        updatable: head.updateable,
        deletable: head.deletable,
        origin: body.path.into(),
        record_types: record_types.into_iter().filter_map(record_type).collect(),
        ..ObjectDraft::new(name, Known::Catalog).with(drafts)
    });
    Ok(())
}

fn record_type(info: RecordTypeInfo) -> Option<RecordType> {
    let name = info
        .developer_name
        .or_else(|| info.name.clone())
        .filter(|_| info.master != Some(true))?;
    Some(RecordType {
        id: info.record_type_id,
        label: info.name.unwrap_or_else(|| name.clone()),
        name,
        active: info.active.unwrap_or(true),
        process: None,
        picklists: std::collections::BTreeMap::new(),
    })
}

/// The values of the field that controls a picklist, in describe order: what the bits of `validFor` stand for.
fn controlling_values(field: &DescribeField, fields: &[DescribeField]) -> Vec<SmolStr> {
    let Some(name) = &field.controller_name else {
        return Vec::new();
    };
    let Some(controller) = fields.iter().find(|f| f.name.eq_ignore_ascii_case(name)) else {
        return Vec::new();
    };
    if controller.ty == "boolean" {
        return vec!["false".into(), "true".into()];
    }
    let entries = controller.picklist_values.as_deref().unwrap_or_default();
    entries
        .iter()
        .map(|e| e.value.clone().unwrap_or_default())
        .collect()
}

fn field(from: &DescribeField, controlling: Vec<SmolStr>) -> FieldDraft {
    let whole = from.createable.is_some();
    let text = matches!(
        &*from.ty,
        "string"
            | "textarea"
            | "email"
            | "phone"
            | "url"
            | "encryptedstring"
            | "combobox"
            | "picklist"
            | "multipicklist"
    );
    let number = matches!(&*from.ty, "double" | "currency" | "percent");
    let small = |n: Option<u32>| n.and_then(|n| u8::try_from(n).ok());
    let ty = field_type(from);
    let picks = matches!(
        ty,
        FieldType::Picklist | FieldType::MultiPicklist | FieldType::Combobox
    );
    FieldDraft {
        name: from.name.clone(),
        whole,
        label: from.label.clone(),
        length: from.length.filter(|l| text && *l > 0),
        precision: if number {
            small(from.precision)
        } else {
            small(from.digits.filter(|d| *d > 0 && from.ty == "int"))
        },
        scale: small(from.scale).filter(|_| number),
        required: whole.then(|| {
            from.nillable == Some(false)
                && from.createable == Some(true)
                && from.defaulted_on_create != Some(true)
        }),
        nillable: from.nillable,
        creatable: from.createable,
        updatable: from.updateable,
        unique: from.unique,
        external_id: from.external_id,
        id_lookup: from.id_lookup,
        case_sensitive: from
            .case_sensitive
            .filter(|_| from.ty != "id" && from.ty != "reference"),
        calculated: from.calculated,
        formula: from.calculated_formula.clone().filter(|f| !f.is_empty()),
        hidden: from.deprecated_and_hidden,
        custom: from.custom,
        references: from
            .reference_to
            .clone()
            .filter(|r| !r.is_empty())
            .map(|mut r| {
                r.sort_unstable();
                r
            }),
        relationship: from.relationship_name.clone().filter(|r| !r.is_empty()),
        picklist: picks.then(|| picklist(from, &ty, &controlling)),
        default: default_value(from),
        ty: Some(ty),
        ..FieldDraft::default()
    }
}

fn field_type(from: &DescribeField) -> FieldType {
    match &*from.ty {
        _ if from.auto_number == Some(true) => FieldType::AutoNumber,
        "string" => FieldType::Text,
        "textarea" if from.html_formatted == Some(true) => FieldType::RichText,
        "textarea" => FieldType::LongText,
        "boolean" => FieldType::Boolean,
        "int" | "long" => FieldType::Integer,
        "double" => FieldType::Number,
        "currency" => FieldType::Currency,
        "percent" => FieldType::Percent,
        "date" => FieldType::Date,
        "datetime" => FieldType::DateTime,
        "time" => FieldType::Time,
        "email" => FieldType::Email,
        "phone" => FieldType::Phone,
        "url" => FieldType::Url,
        "picklist" => FieldType::Picklist,
        "multipicklist" => FieldType::MultiPicklist,
        "combobox" => FieldType::Combobox,
        "reference" => FieldType::Reference,
        "id" => FieldType::Id,
        "encryptedstring" => FieldType::Encrypted,
        "address" => FieldType::Address,
        "location" => FieldType::Location,
        "base64" => FieldType::Binary,
        "json" | "complexvalue" => FieldType::Json,
        other => FieldType::Unknown(other.into()),
    }
}

fn picklist(from: &DescribeField, ty: &FieldType, controlling: &[SmolStr]) -> Picklist {
    let entries = from.picklist_values.as_deref().unwrap_or_default();
    Picklist {
        values: entries
            .iter()
            .filter_map(|e| {
                let value = e.value.clone().filter(|v| !v.is_empty())?;
                Some(PickValue {
                    label: e.label.clone().unwrap_or_else(|| value.clone()),
                    active: e.active.unwrap_or(true),
                    default: e.default_value.unwrap_or(false),
                    valid_for: e
                        .valid_for
                        .as_deref()
                        .map_or_else(ThinVec::new, |bits| valid_for(bits, controlling)),
                    ..PickValue::new(value)
                })
            })
            .collect(),
        restricted: from.restricted_picklist.unwrap_or(false),
        controller: from.controller_name.clone().filter(|c| !c.is_empty()),
        external: *ty == FieldType::Combobox,
    }
}

fn default_value(from: &DescribeField) -> Option<DefaultValue> {
    if let Some(formula) = from.default_value_formula.clone().filter(|f| !f.is_empty()) {
        return Some(DefaultValue::Formula(formula));
    }
    match from.default_value.as_ref()? {
        serde_json::Value::Null => None,
        // Every checkbox has a default, and false is the usual one.
        serde_json::Value::Bool(false) => None,
        serde_json::Value::String(s) if s.is_empty() => None,
        serde_json::Value::String(s) => Some(DefaultValue::Value(s.into())),
        other => Some(DefaultValue::Value(other.to_string().into())),
    }
}

/// Decodes a bitmap over the controlling field's values: base64, the most significant bit of the first byte first.
pub(super) fn valid_for(bits: &str, controlling: &[SmolStr]) -> ThinVec<SmolStr> {
    let sextet = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let bits = bits
        .bytes()
        .map_while(sextet)
        .flat_map(|s| (0..6).map(move |i| s >> (5 - i) & 1 == 1));
    controlling
        .iter()
        .zip(bits)
        .filter(|(_, set)| *set)
        .map(|(value, _)| value.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::valid_for;

    #[test]
    fn bits_count_from_the_most_significant() {
        let controlling: Vec<smol_str::SmolStr> = (0..12).map(|i| format!("v{i}").into()).collect();
        assert_eq!(valid_for("gAA=", &controlling), ["v0"]);
        assert_eq!(valid_for("AIA=", &controlling), ["v8"]);
        assert_eq!(valid_for("//A=", &controlling).len(), 12);
        assert!(valid_for("", &controlling).is_empty());
    }
}
