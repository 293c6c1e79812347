//! Salesforce metadata files, in source format (one file a field) and in metadata format (one file an object).

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::draft::{Draft, FieldDraft, ObjectDraft, Trouble};
use super::metadata_field::{self, pick_value};
use crate::catalog::field::{Known, PickValue};
use crate::catalog::object::{Pipeline, Process, RecordType, Stage};
use crate::catalog::xml::{self, Node, without_placeholders};
use crate::catalog::{Owner, OwnerKind, ValueSet};
use crate::diagnostic::Code;

/// What a metadata file is about, by its name's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Object,
    Field,
    RecordType,
    BusinessProcess,
    StandardValueSet,
    GlobalValueSet,
    Queue,
    Address,
}

const TOPICS: &[(&str, Topic)] = &[
    (".object", Topic::Object),
    (".field", Topic::Field),
    (".recordType", Topic::RecordType),
    (".businessProcess", Topic::BusinessProcess),
    (".standardValueSet", Topic::StandardValueSet),
    (".globalValueSet", Topic::GlobalValueSet),
    (".queue", Topic::Queue),
    ("Address.settings", Topic::Address),
];

/// The file's topic, and its name without folder and suffix; nothing for metadata that says nothing of the schema.
fn topic(path: &str) -> Option<(Topic, &str)> {
    topic_of(path, TOPICS)
}

/// What a file of source-format metadata is about, by its name's end, and its name without folder and suffix.
pub(crate) fn topic_of<'p, T: Copy>(path: &'p str, topics: &[(&str, T)]) -> Option<(T, &'p str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix("-meta.xml").unwrap_or(name);
    topics
        .iter()
        .find_map(|(end, topic)| Some((*topic, name.strip_suffix(end)?)))
}

/// Whether the file has a part in a catalog.
pub(super) fn concerns(path: &str) -> bool {
    topic(path).is_some()
}

/// Reads a file.
pub(super) fn load(path: &str, text: &str, out: &mut Draft) {
    let Some((topic, stem)) = topic(path) else {
        return;
    };
    let root = match xml::parse(text) {
        Ok(root) => root,
        Err((message, at)) => {
            let help = "retrieve the file again, or take it out of the manifest";
            return out.troubles.push(Trouble {
                code: Code::M007,
                message: format!("not readable as XML: {message}"),
                at,
                help,
            });
        }
    };
    let stem = without_placeholders(stem);
    // objects/X/fields/F.field-meta.xml
    let folder = without_placeholders(path.rsplit('/').nth(2).unwrap_or(""));
    let part = || ObjectDraft {
        origin: path.rsplitn(3, '/').nth(2).unwrap_or_default().into(),
        ..ObjectDraft::new(SmolStr::new(&folder), Known::Metadata)
    };
    match topic {
        Topic::Object => out.objects.push(object(&stem, path, &root)),
        Topic::Field => out
            .objects
            .extend(metadata_field::read(&root, &stem).map(|f| part().with(vec![f]))),
        Topic::RecordType => {
            let record_types = vec![record_type(&root, &stem)];
            out.objects.push(ObjectDraft {
                record_types,
                ..part()
            });
        }
        Topic::BusinessProcess => {
            let processes = vec![process(&root, &stem)];
            out.objects.push(ObjectDraft {
                processes,
                ..part()
            });
        }
        Topic::StandardValueSet => standard_set(&stem, &root, out),
        Topic::GlobalValueSet => {
            let values = root
                .all("customValue")
                .chain(root.all("value"))
                .filter_map(pick_value)
                .collect();
            out.value_sets.push(ValueSet {
                name: SmolStr::new(&stem),
                standard: false,
                values,
            });
        }
        Topic::Queue => out.owners.push(queue(&stem, &root)),
        Topic::Address => address(&root, out),
    }
}

fn object(name: &str, path: &str, root: &Node) -> ObjectDraft {
    let mut fields: Vec<FieldDraft> = root
        .all("fields")
        .filter_map(|f| metadata_field::read(f, ""))
        .collect();
    let setting = root.child("customSettingsType").is_some();
    if let Some(field) = root.child("nameField").filter(|_| !setting) {
        fields.push(metadata_field::name_field(field));
    }
    let custom = name.contains("__");
    ObjectDraft {
        label: root.text_of("label").map(Into::into),
        custom: Some(custom),
        origin: path.into(),
        record_types: root
            .all("recordTypes")
            .map(|r| record_type(r, ""))
            .collect(),
        processes: root
            .all("businessProcesses")
            .map(|p| process(p, ""))
            .collect(),
        ..ObjectDraft::new(name, Known::Metadata).with(fields)
    }
}

fn named(node: &Node, file: &str) -> SmolStr {
    node.text_of("fullName").unwrap_or(file).into()
}

fn record_type(node: &Node, file: &str) -> RecordType {
    let name = named(node, file);
    let picklists = node.all("picklistValues").filter_map(|p| {
        let values = p
            .all("values")
            .filter_map(|v| v.text_of("fullName"))
            .map(decode)
            .collect();
        Some((p.text_of("picklist")?.into(), values))
    });
    RecordType {
        id: None,
        label: node
            .text_of("label")
            .map_or_else(|| name.clone(), Into::into),
        active: node.flag("active").unwrap_or(true),
        process: node.text_of("businessProcess").map(Into::into),
        picklists: picklists.collect(),
        name,
    }
}

fn process(node: &Node, file: &str) -> Process {
    Process {
        name: named(node, file),
        active: node.flag("isActive").unwrap_or(true),
        values: node
            .all("values")
            .filter_map(|v| v.text_of("fullName"))
            .map(decode)
            .collect(),
    }
}

/// Record types and processes write the values with percent signs: `Proposal%2FPrice Quote`.
fn decode(text: &str) -> SmolStr {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|h| std::str::from_utf8(h).ok());
        if let Some(byte) = code.and_then(|c| u8::from_str_radix(c, 16).ok()) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).map_or_else(|_| text.into(), Into::into)
}

/// The sets whose values carry more than themselves: which object's stages they are.
const STAGES: &[(&str, &str, &str)] = &[
    ("OpportunityStage", "Opportunity", "StageName"),
    ("LeadStatus", "Lead", "Status"),
    ("CaseStatus", "Case", "Status"),
    ("TaskStatus", "Task", "Status"),
];

fn standard_set(name: &str, root: &Node, out: &mut Draft) {
    let values: Vec<PickValue> = root.all("standardValue").filter_map(pick_value).collect();
    if let Some((_, object, field)) = STAGES.iter().find(|(set, _, _)| *set == name) {
        let stages = root.all("standardValue").filter_map(|v| {
            let value = pick_value(v).filter(|p| p.active)?;
            let converted = v.flag("converted") == Some(true);
            let won = v.flag("won") == Some(true) || converted;
            let closed = v.flag("closed") == Some(true) || won;
            Some(Stage {
                id: value.value,
                label: value.label,
                closed,
                won,
                probability: v.number("probability"),
            })
        });
        let pipeline = Pipeline {
            id: SmolStr::new_static(field),
            label: SmolStr::new_static(field),
            stages: stages.collect(),
        };
        out.stages.push((SmolStr::new_static(object), pipeline));
    }
    out.value_sets.push(ValueSet {
        name: name.into(),
        standard: true,
        values,
    });
}

fn queue(name: &str, root: &Node) -> Owner {
    let mut objects: Vec<SmolStr> = root
        .all("queueSobject")
        .filter_map(|q| q.text_of("sobjectType"))
        .map(Into::into)
        .collect();
    objects.sort_unstable();
    Owner {
        id: name.into(),
        name: root.text_of("name").unwrap_or(name).into(),
        email: root.text_of("email").unwrap_or_default().into(),
        kind: OwnerKind::Queue,
        active: true,
        objects,
    }
}

/// The lists of countries and states become two value sets, `Country` and `State`, of ISO codes with labels.
fn address(root: &Node, out: &mut Draft) {
    let entry = |node: &Node| {
        let code = node.text_of("isoCode")?;
        Some(PickValue {
            label: node.text_of("label").unwrap_or(code).into(),
            active: node.flag("active").unwrap_or(true),
            hidden: node.flag("visible") == Some(false),
            ..PickValue::new(code)
        })
    };
    let (mut countries, mut states) = (Vec::new(), Vec::new());
    for country in root
        .child("countriesAndStates")
        .iter()
        .flat_map(|n| n.all("countries"))
    {
        let Some(value) = entry(country) else {
            continue;
        };
        states.extend(country.all("states").filter_map(entry).map(|s| PickValue {
            valid_for: thin_vec![value.value.clone()],
            ..s
        }));
        countries.push(value);
    }
    out.value_sets.push(ValueSet {
        name: SmolStr::new_static("Country"),
        standard: true,
        values: countries,
    });
    out.value_sets.push(ValueSet {
        name: SmolStr::new_static("State"),
        standard: true,
        values: states,
    });
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn values_of_record_types_are_decoded() {
        assert_eq!(decode("Proposal%2FPrice Quote"), "Proposal/Price Quote");
        assert_eq!(decode("50 % off"), "50 % off");
        assert_eq!(decode("%"), "%");
    }
}
