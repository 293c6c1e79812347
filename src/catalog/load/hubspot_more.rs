//! HubSpot's bodies beside properties: pipelines, owners, associations, schemas of custom objects.

use serde::Deserialize;
use smol_str::SmolStr;

use super::draft::{Draft, ObjectDraft, Trouble};
use super::hubspot::{Property, aliases, fields, nameless, object_of, singular};
use super::json::Body;
use crate::catalog::field::Known;
use crate::catalog::object::{Association, Pipeline, Stage};
use crate::catalog::{Owner, OwnerKind};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PipelineBody {
    // as earlier versions of the API call it
    #[serde(alias = "pipelineId")]
    id: SmolStr,
    object_type: Option<SmolStr>,
    label: Option<SmolStr>,
    stages: Vec<StageBody>,
    archived: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageBody {
    #[serde(alias = "stageId")]
    id: SmolStr,
    label: Option<SmolStr>,
    display_order: Option<i64>,
    metadata: Option<StageMetadata>,
    archived: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageMetadata {
    is_closed: Option<serde_json::Value>,
    probability: Option<serde_json::Value>,
    ticket_state: Option<SmolStr>,
}

/// Reads a list of pipelines; the file names the object.
pub(super) fn pipelines(body: Body<'_>, out: &mut Draft) -> Result<(), Trouble> {
    let found: Vec<PipelineBody> = body.read()?;
    let stated = found.iter().find_map(|p| p.object_type.as_ref());
    let name = stated
        .map(|object| singular(&object.to_ascii_lowercase()))
        .or_else(|| object_of(body))
        .or_else(|| by_stages(&found))
        .ok_or_else(|| nameless(body))?;
    let pipelines = found
        .into_iter()
        .filter(|p| p.archived != Some(true))
        .map(|p| {
            let mut stages = p.stages;
            stages.sort_by_key(|s| s.display_order.unwrap_or(i64::MAX));
            let stages = stages
                .into_iter()
                .filter(|s| s.archived != Some(true))
                .map(stage)
                .collect();
            Pipeline {
                label: p.label.unwrap_or_else(|| p.id.clone()),
                id: p.id,
                stages,
            }
        });
    let draft = ObjectDraft {
        pipelines: Some(pipelines.collect()),
        ..ObjectDraft::new(name.clone(), Known::Catalog)
    };
    out.objects.push(ObjectDraft {
        aliases: aliases(&name),
        origin: body.path.into(),
        ..draft
    });
    Ok(())
}

/// The object whose stages these are: those of deals have a probability, those of tickets a state.
fn by_stages(pipelines: &[PipelineBody]) -> Option<SmolStr> {
    let mut stages = pipelines.iter().flat_map(|p| &p.stages);
    stages.find_map(|stage| {
        let metadata = stage.metadata.as_ref()?;
        let ticket = metadata.ticket_state.as_ref().map(|_| "ticket");
        let deal = metadata.probability.as_ref().map(|_| "deal");
        ticket.or(deal).map(SmolStr::new_static)
    })
}

/// Stage metadata are texts: `"isClosed": "true", "probability": "0.2"`.
fn stage(from: StageBody) -> Stage {
    let metadata = from.metadata.unwrap_or_default();
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let probability = metadata
        .probability
        .as_ref()
        .and_then(|p| text(p).parse::<f64>().ok());
    let probability = probability
        .filter(|p| (0.0..=1.0).contains(p))
        .map(|p| (p * 100.0).round() as u8);
    let closed = metadata
        .is_closed
        .as_ref()
        .is_some_and(|c| text(c).eq_ignore_ascii_case("true"))
        || metadata.ticket_state.as_deref() == Some("CLOSED");
    Stage {
        label: from.label.unwrap_or_else(|| from.id.clone()),
        id: from.id,
        closed,
        won: closed && probability == Some(100),
        probability,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerBody {
    id: serde_json::Value,
    email: Option<SmolStr>,
    first_name: Option<SmolStr>,
    last_name: Option<SmolStr>,
    #[serde(rename = "type")]
    kind: Option<SmolStr>,
    archived: Option<bool>,
}

/// Reads a list of owners.
pub(super) fn owners(body: Body<'_>, out: &mut Draft) -> Result<(), Trouble> {
    let found: Vec<OwnerBody> = body.read()?;
    out.owners.extend(found.into_iter().map(|o| {
        let names = [o.first_name, o.last_name];
        let name = names
            .into_iter()
            .flatten()
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        Owner {
            id: o
                .id
                .as_str()
                .map_or_else(|| o.id.to_string(), str::to_owned)
                .into(),
            name: name.into(),
            email: o.email.unwrap_or_default(),
            kind: if o.kind.as_deref() == Some("QUEUE") {
                OwnerKind::Queue
            } else {
                OwnerKind::User
            },
            active: o.archived != Some(true),
            objects: Vec::new(),
        }
    }));
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssociationLabel {
    type_id: Option<u32>,
    label: Option<SmolStr>,
    name: Option<SmolStr>,
}

/// Reads the association types of two objects; the file names them: `deal_to_contact.json`.
pub(super) fn associations(body: Body<'_>, out: &mut Draft) -> Result<(), Trouble> {
    let found: Vec<AssociationLabel> = body.read()?;
    let Some((from, to)) = body
        .stem()
        .split_once("_to_")
        .map(|(f, t)| (singular(f), singular(t)))
    else {
        return Err(body.skipped(
            "the file does not say which objects its associations join",
            "name it after both objects: `deals_to_contacts.json`",
        ));
    };
    let associations = found.into_iter().map(|a| Association {
        name: a
            .name
            .or_else(|| a.label.as_deref().map(slug))
            .filter(|n| !n.is_empty())
            .unwrap_or_else(|| to.clone()),
        to: to.clone(),
        type_id: a.type_id,
        label: a.label.filter(|l| !l.is_empty()),
    });
    let draft = ObjectDraft {
        associations: associations.collect(),
        ..ObjectDraft::new(from.clone(), Known::Catalog)
    };
    out.objects.push(ObjectDraft {
        aliases: aliases(&from),
        origin: body.path.into(),
        ..draft
    });
    Ok(())
}

/// A label as a name: lower case, other than letters and digits as `_`.
fn slug(label: &str) -> SmolStr {
    label
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    name: SmolStr,
    object_type_id: Option<SmolStr>,
    fully_qualified_name: Option<SmolStr>,
    labels: Option<Labels>,
    required_properties: Option<Vec<SmolStr>>,
    properties: Option<Vec<Property>>,
    associations: Option<Vec<SchemaAssociation>>,
    archived: Option<bool>,
}

#[derive(Deserialize)]
struct Labels {
    singular: Option<SmolStr>,
    plural: Option<SmolStr>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemaAssociation {
    to_object_type_id: Option<SmolStr>,
    id: Option<SmolStr>,
}

/// Reads schemas of (custom) objects.
pub(super) fn schemas(body: Body<'_>, parts: &[&str], out: &mut Draft) -> Result<(), Trouble> {
    for part in parts {
        let schema: Schema = Body { json: part, ..body }.read()?;
        if schema.archived == Some(true) {
            continue;
        }
        let name = singular(&schema.name);
        let mut drafts = fields(&name, schema.properties.unwrap_or_default());
        let required = schema.required_properties.unwrap_or_default();
        for draft in drafts.iter_mut().filter(|d| required.contains(&d.name)) {
            draft.required = Some(true);
        }
        let labels = schema.labels.unwrap_or(Labels {
            singular: None,
            plural: None,
        });
        let mut other = aliases(&name);
        other.extend(
            [
                schema.object_type_id.clone(),
                schema.fully_qualified_name,
                labels.plural,
            ]
            .into_iter()
            .flatten(),
        );
        let own = schema.object_type_id.unwrap_or_default();
        let associations = schema
            .associations
            .unwrap_or_default()
            .into_iter()
            .filter_map(|a| {
                let to = singular(&a.to_object_type_id.filter(|t| *t != own)?);
                Some(Association {
                    name: to.clone(),
                    to,
                    type_id: a.id.and_then(|i| i.parse().ok()),
                    label: None,
                })
            });
        out.objects.push(ObjectDraft {
            label: labels.singular,
            aliases: other.iter().map(|a| a.to_lowercase().into()).collect(),
            custom: Some(own.starts_with("2-")),
            origin: body.path.into(),
            associations: associations.collect(),
            ..ObjectDraft::new(name, Known::Catalog).with(drafts)
        });
    }
    Ok(())
}
