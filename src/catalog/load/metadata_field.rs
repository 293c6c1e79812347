//! Salesforce field metadata: types, limits, value sets.

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::draft::FieldDraft;
use crate::catalog::field::{DefaultValue, FieldType, PickValue, Picklist};
use crate::catalog::xml::Node;

/// Reads one field; `file` is its name where the element has none.
///
/// Standard fields say only what an org may change of them, custom fields say all.
pub(super) fn read(node: &Node, file: &str) -> Option<FieldDraft> {
    let name: SmolStr = node
        .text_of("fullName")
        .or(Some(file).filter(|f| !f.is_empty()))?
        .into();
    let custom = name.contains("__");
    let stated = node.text_of("type");
    let mut draft = FieldDraft {
        whole: custom && stated.is_some(),
        label: node.text_of("label").map(Into::into),
        precision: node.number("precision"),
        scale: node.number("scale"),
        unique: node.flag("unique"),
        external_id: node.flag("externalId"),
        id_lookup: node.flag("externalId"),
        case_sensitive: node.flag("caseSensitive"),
        custom: Some(custom),
        at: node.at,
        name,
        ..FieldDraft::default()
    };
    if let Some(ty) = stated {
        typed(&mut draft, node, ty);
    }
    if draft.ty == Some(FieldType::Picklist) || draft.ty == Some(FieldType::MultiPicklist) {
        values(&mut draft, node, custom);
    }
    demands(&mut draft, node, stated.unwrap_or(""));
    if node.text_of("formula").is_some() || stated == Some("Summary") {
        draft.calculated = Some(true);
        draft.formula = node.text_of("formula").map(Into::into);
        draft.creatable = Some(false);
        draft.updatable = Some(false);
        draft.required = Some(false);
    }
    Some(draft)
}

/// The name field of a custom object.
pub(super) fn name_field(node: &Node) -> FieldDraft {
    let counted = node.text_of("type") == Some("AutoNumber");
    FieldDraft {
        name: SmolStr::new_static("Name"),
        label: node.text_of("label").map(Into::into),
        ty: Some(if counted {
            FieldType::AutoNumber
        } else {
            FieldType::Text
        }),
        length: Some(80),
        creatable: Some(!counted),
        updatable: Some(!counted),
        at: node.at,
        ..FieldDraft::default()
    }
}

fn typed(draft: &mut FieldDraft, node: &Node, ty: &str) {
    let mut reference = |node: &Node| {
        draft.references = node.text_of("referenceTo").map(|r| thin_vec![r.into()]);
        draft.relationship = match draft.name.strip_suffix("__c") {
            Some(stem) => Some(format!("{stem}__r").into()),
            None => draft.name.strip_suffix("Id").map(Into::into),
        };
        FieldType::Reference
    };
    let (ty, length) = match ty {
        "Text" => (FieldType::Text, None),
        "TextArea" => (FieldType::LongText, Some(255)),
        "LongTextArea" => (FieldType::LongText, None),
        "Html" => (FieldType::RichText, None),
        "Email" => (FieldType::Email, Some(80)),
        "Phone" => (FieldType::Phone, Some(40)),
        "Url" => (FieldType::Url, Some(255)),
        "Checkbox" => (FieldType::Boolean, None),
        "Number" | "Summary" => (FieldType::Number, None),
        "Integer" | "Long" => (FieldType::Integer, None),
        "Currency" => (FieldType::Currency, None),
        "Percent" => (FieldType::Percent, None),
        "Date" => (FieldType::Date, None),
        "DateTime" => (FieldType::DateTime, None),
        "Time" => (FieldType::Time, None),
        "Picklist" => (FieldType::Picklist, Some(255)),
        "MultiselectPicklist" => (FieldType::MultiPicklist, None),
        "Lookup"
        | "MasterDetail"
        | "Hierarchy"
        | "ExternalLookup"
        | "IndirectLookup"
        | "MetadataRelationship" => (reference(node), None),
        "AutoNumber" => (FieldType::AutoNumber, None),
        "EncryptedText" => (FieldType::Encrypted, None),
        "Location" => (FieldType::Location, None),
        "Address" => (FieldType::Address, None),
        "File" => (FieldType::Binary, None),
        other => (FieldType::Unknown(other.into()), None),
    };
    let computed = matches!(ty, FieldType::AutoNumber);
    if computed || matches!(ty, FieldType::Address | FieldType::Location) {
        draft.creatable = Some(false);
        draft.updatable = Some(false);
    }
    draft.length = node.number("length").or(length.filter(|_| draft.whole));
    draft.ty = Some(ty);
}

/// What a create must carry. A required field with a default may be left out of it.
fn demands(draft: &mut FieldDraft, node: &Node, ty: &str) {
    let formula = node.text_of("defaultValue");
    draft.default = formula
        .filter(|d| ty != "Checkbox" || *d == "true")
        .map(|d| {
            if ty == "Checkbox" {
                DefaultValue::Value(d.into())
            } else {
                DefaultValue::Formula(d.into())
            }
        });
    if draft.default.is_none()
        && let Some(value) = draft
            .picklist
            .as_ref()
            .and_then(|p| p.values.iter().find(|v| v.default))
    {
        draft.default = Some(DefaultValue::Value(value.value.clone()));
    }
    let owned = ty == "MasterDetail";
    if ty == "Checkbox" || owned {
        draft.nillable = Some(false);
    }
    if let Some(required) = node
        .flag("required")
        .map(|r| r || owned)
        .or(owned.then_some(true))
    {
        draft.required = Some(required && draft.default.is_none());
        draft.nillable = draft.nillable.filter(|n| !n).or(Some(!required));
    }
}

fn values(draft: &mut FieldDraft, node: &Node, custom: bool) {
    let Some(set) = node.child("valueSet") else {
        if let Some(old) = node.child("picklist") {
            let values = old.all("picklistValues").filter_map(pick_value).collect();
            let controller = old.text_of("controllingField").map(Into::into);
            draft.picklist = Some(Picklist {
                values,
                controller,
                restricted: old.flag("restrictedPicklist") == Some(true),
                external: false,
            });
        } else if custom {
            draft.picklist = Some(Picklist {
                external: true,
                ..Picklist::default()
            });
        }
        return;
    };
    draft.value_set = set.text_of("valueSetName").map(Into::into);
    let restricted = set.flag("restricted").unwrap_or(draft.value_set.is_some());
    let definition = set.child("valueSetDefinition");
    let mut values: Vec<PickValue> = definition.map_or_else(Vec::new, |d| {
        d.all("value").filter_map(pick_value).collect()
    });
    for setting in set.all("valueSettings") {
        let Some(name) = setting.text_of("valueName") else {
            continue;
        };
        let at = values
            .iter()
            .position(|v| v.value == name)
            .unwrap_or_else(|| {
                values.push(PickValue::new(name));
                values.len() - 1
            });
        let allowed = setting
            .all("controllingFieldValue")
            .map(|c| match c.text.trim() {
                "checked" => SmolStr::new_static("true"),
                "unchecked" => SmolStr::new_static("false"),
                other => other.into(),
            });
        if let Some(value) = values.get_mut(at) {
            value.valid_for.extend(allowed);
        }
    }
    let controller = set.text_of("controllingField").map(Into::into);
    draft.picklist = Some(Picklist {
        values,
        restricted,
        controller,
        external: false,
    });
}

/// A value of any kind of set.
pub(super) fn pick_value(node: &Node) -> Option<PickValue> {
    let value = node.text_of("fullName")?;
    Some(PickValue {
        label: node.text_of("label").unwrap_or(value).into(),
        active: node.flag("isActive").unwrap_or(true),
        default: node.flag("default").unwrap_or(false),
        ..PickValue::new(value)
    })
}
