//! The standard schema of both platforms, as it ships in the binary, and what the platforms add to every object.

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::draft::{Draft, Fields};
use super::json;
use crate::catalog::field::{Field, FieldType, Known};
use crate::catalog::object::Object;
use crate::platform::SystemKind;

macro_rules! shipped {
    ($folder:literal: $($name:literal)*) => {
        &[$((concat!("base:", $folder, "/", $name), include_str!(concat!("../../../specs/catalogs/", $folder, "/", $name)))),*]
    };
}

const HUBSPOT: &[(&str, &str)] = shipped!("hubspot":
    "call.json" "company.json" "contact.json" "deal.json" "meeting.json" "note.json" "owner.json" "task.json" "ticket.json");

const SALESFORCE: &[(&str, &str)] = shipped!("salesforce":
    "Account.json" "Campaign.json" "CampaignMember.json" "Case.json" "Contact.json" "Event.json" "Lead.json"
    "Opportunity.json" "OpportunityContactRole.json" "Task.json" "User.json");

/// The files of a kind's base catalog, in our own form, with their names.
const fn files(kind: SystemKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        SystemKind::HubSpot => HUBSPOT,
        SystemKind::Salesforce => SALESFORCE,
        SystemKind::Sqlite | SystemKind::Jsonl | SystemKind::Csv => &[],
    }
}

/// Whether an origin is a file of the base catalog, so that no file of the project speaks of the object.
pub(super) fn is_origin(origin: &str) -> bool {
    origin.starts_with("base:")
}

/// The objects of a kind's base catalog.
pub(super) fn standard(kind: SystemKind) -> Vec<Object> {
    let mut draft = Draft::default();
    for (name, text) in files(kind) {
        json::load(name, text, &mut draft);
    }
    draft.objects.into_iter().map(object).collect()
}

fn object(draft: super::draft::ObjectDraft) -> Object {
    let mut fields = match draft.fields {
        Fields::Ready(fields) => fields,
        Fields::Drafts(_) => Vec::new(),
    };
    fields.iter_mut().for_each(|f| f.known = Known::Base);
    Object {
        label: draft.label.unwrap_or_default(),
        aliases: draft.aliases,
        creatable: draft.creatable.unwrap_or(true),
        updatable: draft.updatable.unwrap_or(true),
        deletable: draft.deletable.unwrap_or(true),
        known: Known::Base,
        origin: draft.origin,
        fields,
        record_types: draft.record_types,
        pipelines: draft.pipelines.unwrap_or_default(),
        associations: draft.associations,
        ..Object::new(draft.name)
    }
}

/// Standard value set, object, field: where the platform's sets are used.
pub(super) const STANDARD_SETS: &[(&str, &str, &str)] = &[
    ("AccountContactRole", "AccountContactRole", "Role"),
    ("AccountOwnership", "Account", "Ownership"),
    ("AccountRating", "Account", "Rating"),
    ("AccountRating", "Lead", "Rating"),
    ("AccountType", "Account", "Type"),
    ("AssetStatus", "Asset", "Status"),
    ("CampaignMemberStatus", "CampaignMember", "Status"),
    ("CampaignStatus", "Campaign", "Status"),
    ("CampaignType", "Campaign", "Type"),
    ("CaseContactRole", "CaseContactRole", "Role"),
    ("CaseOrigin", "Case", "Origin"),
    ("CasePriority", "Case", "Priority"),
    ("CaseReason", "Case", "Reason"),
    ("CaseStatus", "Case", "Status"),
    ("CaseType", "Case", "Type"),
    ("ContactRole", "OpportunityContactRole", "Role"),
    ("ContractContactRole", "ContractContactRole", "Role"),
    ("ContractStatus", "Contract", "Status"),
    ("EventSubject", "Event", "Subject"),
    ("EventType", "Event", "Type"),
    ("Industry", "Account", "Industry"),
    ("Industry", "Lead", "Industry"),
    ("LeadSource", "Account", "AccountSource"),
    ("LeadSource", "Contact", "LeadSource"),
    ("LeadSource", "Lead", "LeadSource"),
    ("LeadSource", "Opportunity", "LeadSource"),
    ("LeadStatus", "Lead", "Status"),
    (
        "OpportunityCompetitor",
        "OpportunityCompetitor",
        "CompetitorName",
    ),
    ("OpportunityStage", "Opportunity", "StageName"),
    ("OpportunityType", "Opportunity", "Type"),
    ("OrderStatus", "Order", "Status"),
    ("OrderType", "Order", "Type"),
    ("PartnerRole", "Partner", "Role"),
    ("Product2Family", "Product2", "Family"),
    ("QuoteStatus", "Quote", "Status"),
    ("SalesTeamRole", "AccountTeamMember", "TeamMemberRole"),
    ("SalesTeamRole", "OpportunityTeamMember", "TeamMemberRole"),
    ("Salutation", "Contact", "Salutation"),
    ("Salutation", "Lead", "Salutation"),
    ("SolutionStatus", "Solution", "Status"),
    ("TaskPriority", "Task", "Priority"),
    ("TaskStatus", "Task", "Status"),
    ("TaskSubject", "Task", "Subject"),
    ("TaskType", "Task", "Type"),
    ("WorkOrderPriority", "WorkOrder", "Priority"),
    ("WorkOrderStatus", "WorkOrder", "Status"),
];

/// Adds the fields that every Salesforce object has and its metadata do not name.
pub(super) fn system_fields(object: &mut Object) {
    if object.name.ends_with("__mdt") || object.name.ends_with("__e") {
        return;
    }
    let user = |name: &'static str, relationship: &'static str| Field {
        references: thin_vec![SmolStr::new_static("User")],
        relationship: Some(relationship.into()),
        ..Field::new(name, FieldType::Reference)
    };
    let mut implied = vec![
        Field {
            label: "Record ID".into(),
            id_lookup: true,
            ..Field::new("Id", FieldType::Id)
        },
        Field {
            label: "Deleted".into(),
            ..Field::new("IsDeleted", FieldType::Boolean)
        },
        Field {
            label: "Created Date".into(),
            ..Field::new("CreatedDate", FieldType::DateTime)
        },
        Field {
            label: "Created By ID".into(),
            ..user("CreatedById", "CreatedBy")
        },
        Field {
            label: "Last Modified Date".into(),
            ..Field::new("LastModifiedDate", FieldType::DateTime)
        },
        Field {
            label: "Last Modified By ID".into(),
            ..user("LastModifiedById", "LastModifiedBy")
        },
        Field {
            label: "System Modstamp".into(),
            ..Field::new("SystemModstamp", FieldType::DateTime)
        },
    ];
    for field in &mut implied {
        (field.creatable, field.updatable, field.nillable) = (false, false, false);
    }
    // The parent owns the record where there is a master.
    if object.custom
        && !object
            .fields
            .iter()
            .any(|f| f.ty == FieldType::Reference && !f.nillable)
    {
        implied.push(Field {
            label: "Owner ID".into(),
            nillable: false,
            ..user("OwnerId", "Owner")
        });
    }
    if !object.record_types.is_empty() {
        implied.push(Field {
            label: "Record Type ID".into(),
            references: thin_vec![SmolStr::new_static("RecordType")],
            relationship: Some("RecordType".into()),
            ..Field::new("RecordTypeId", FieldType::Reference)
        });
    }
    for mut field in implied {
        if !object
            .fields
            .iter()
            .any(|f| f.name.eq_ignore_ascii_case(&field.name))
        {
            field.known = Known::Base;
            object.fields.push(field);
        }
    }
}
