//! The profile of HubSpot.
//!
//! From its developer documentation and knowledge base: every value is a text; enumerations refuse what is not an option;
//! lifecycle stages move forward only; e-mail addresses and company domains are kept in lower case; text properties hold
//! 65,536 characters; batches hold 100 records.

use super::SystemKind;
use super::profile::{
    Automations, Marks, Merged, NameCase, PlatformWrite, Profile, Refuses, Setting, Upsert,
};
use super::stored::{Case, LineEnds, Precision, Trim};
use crate::value::Wire;

const DEAL_MOVES: &str = "an associated deal is created, or is won";

pub(super) const PROFILE: Profile = Profile {
    kind: SystemKind::HubSpot,
    wire: Wire::Strings,
    // the member of the API's envelope; the property `hs_object_id` says the same
    id: "id",
    id_length: 12,
    deleted: Some("archived"),
    marks: &[
        (
            "contact",
            Marks {
                created: "createdate",
                modified: "lastmodifieddate",
            },
        ),
        (
            "owner",
            Marks {
                created: "createdAt",
                modified: "updatedAt",
            },
        ),
        (
            "company",
            Marks {
                created: "createdate",
                modified: "hs_lastmodifieddate",
            },
        ),
        (
            "deal",
            Marks {
                created: "createdate",
                modified: "hs_lastmodifieddate",
            },
        ),
        (
            "ticket",
            Marks {
                created: "createdate",
                modified: "hs_lastmodifieddate",
            },
        ),
        (
            "",
            Marks {
                created: "hs_createdate",
                modified: "hs_lastmodifieddate",
            },
        ),
    ],
    merged: Merged::From("hs_merged_object_ids"),
    refuses: Refuses::Every,
    names: NameCase::Matters,
    trim: Trim::Kept,
    line_ends: LineEnds::Alike,
    precision: Precision::Millisecond,
    lower_case: &[
        ("contact", "email"),
        ("contact", "work_email"),
        ("company", "domain"),
    ],
    email_case: Case::Lower,
    text_limit: Some(65_536),
    upsert: Upsert::Unique,
    owner: Some("hubspot_owner_id"),
    forward_only: &[("contact", "lifecyclestage"), ("company", "lifecyclestage")],
    writes: &[
        PlatformWrite {
            object: "deal",
            field: "dealstage",
            writes: &[
                ("deal", "hs_deal_stage_probability"),
                ("deal", "hs_is_closed"),
                ("deal", "hs_is_closed_won"),
                ("deal", "hs_is_closed_lost"),
                ("deal", "closedate"),
            ],
            makes: None,
            setting: None,
            when: "the stage changes; the close date when it becomes a closed one",
        },
        PlatformWrite {
            object: "deal",
            field: "dealstage",
            writes: &[("contact", "lifecyclestage"), ("company", "lifecyclestage")],
            makes: None,
            setting: Some("lifecycle_automation"),
            when: DEAL_MOVES,
        },
        PlatformWrite {
            object: "contact",
            field: "email",
            writes: &[("company", "domain"), ("contact", "associatedcompanyid")],
            makes: Some("company"),
            setting: Some("auto_create_companies"),
            when: "the domain of the address has no company yet, or one to be associated with",
        },
        PlatformWrite {
            object: "contact",
            field: "email",
            writes: &[("contact", "hs_email_domain")],
            makes: None,
            setting: None,
            when: "always",
        },
        PlatformWrite {
            object: "contact",
            field: "hubspot_owner_id",
            writes: &[("contact", "hubspot_owner_assigneddate")],
            makes: None,
            setting: None,
            when: "always",
        },
    ],
    automations: Automations::Later,
    field_times: true,
    currency_codes: &["deal_currency_code", "hs_currency_code"],
    queue_owned: &[],
    conversion: None,
    active: &[],
    settings: &[
        (
            "edition",
            Setting::Word(&["free", "starter", "professional", "enterprise"]),
        ),
        ("auto_create_companies", Setting::SWITCH),
        ("lifecycle_automation", Setting::SWITCH),
        ("embed", Setting::Text),
    ],
    batch: 100,
};
