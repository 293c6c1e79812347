//! The profile of Salesforce.
//!
//! From its API documentation and recorded answers: blanks around a text are cut and an empty text is null; instants are
//! kept to the second; numbers are rounded to the field's scale; restricted picklists refuse unknown values before any
//! flow runs, the others store them; collections hold 200 records; names have no case.

use super::SystemKind;
use super::profile::{
    Automations, Conversion, Marks, Merged, NameCase, PlatformWrite, Profile, Refuses, Setting,
    Upsert,
};
use super::stored::{Case, LineEnds, Precision, Trim};
use crate::value::Wire;

/// A write of the same record that nothing switches off.
const fn always(
    object: &'static str,
    field: &'static str,
    writes: &'static [(&'static str, &'static str)],
) -> PlatformWrite {
    PlatformWrite {
        object,
        field,
        writes,
        makes: None,
        setting: None,
        when: "always",
    }
}

/// What an org can be.
const EDITIONS: &[&str] = &[
    "contact_manager",
    "database",
    "developer",
    "einstein_1",
    "enterprise",
    "essentials",
    "free",
    "group",
    "performance",
    "personal",
    "pro_suite",
    "professional",
    "starter",
    "unlimited",
];

pub(super) const PROFILE: Profile = Profile {
    kind: SystemKind::Salesforce,
    wire: Wire::Typed,
    id: "Id",
    id_length: 18,
    deleted: Some("IsDeleted"),
    marks: &[(
        "",
        Marks {
            created: "CreatedDate",
            modified: "SystemModstamp",
        },
    )],
    merged: Merged::Into("MasterRecordId"),
    refuses: Refuses::Restricted,
    names: NameCase::Ignored,
    trim: Trim::Both,
    line_ends: LineEnds::Alike,
    precision: Precision::Second,
    lower_case: &[],
    email_case: Case::Lower,
    text_limit: None,
    upsert: Upsert::ExternalId,
    owner: Some("OwnerId"),
    forward_only: &[],
    writes: &[
        always(
            "Opportunity",
            "StageName",
            &[
                ("Opportunity", "Probability"),
                ("Opportunity", "ForecastCategory"),
                ("Opportunity", "ForecastCategoryName"),
                ("Opportunity", "IsClosed"),
                ("Opportunity", "IsWon"),
                ("Opportunity", "ExpectedRevenue"),
            ],
        ),
        always(
            "Opportunity",
            "Probability",
            &[("Opportunity", "ExpectedRevenue")],
        ),
        always(
            "Opportunity",
            "Amount",
            &[("Opportunity", "ExpectedRevenue")],
        ),
        always(
            "Case",
            "Status",
            &[("Case", "IsClosed"), ("Case", "ClosedDate")],
        ),
        always(
            "Task",
            "Status",
            &[("Task", "IsClosed"), ("Task", "CompletedDateTime")],
        ),
        always("Task", "Priority", &[("Task", "IsHighPriority")]),
        always("Task", "WhatId", &[("Task", "AccountId")]),
        always("Task", "WhoId", &[("Task", "AccountId")]),
        always("Event", "WhatId", &[("Event", "AccountId")]),
        always("Event", "WhoId", &[("Event", "AccountId")]),
        always(
            "CampaignMember",
            "Status",
            &[
                ("CampaignMember", "HasResponded"),
                ("CampaignMember", "FirstRespondedDate"),
            ],
        ),
        always("Contact", "FirstName", &[("Contact", "Name")]),
        always("Contact", "LastName", &[("Contact", "Name")]),
        always("Lead", "FirstName", &[("Lead", "Name")]),
        always("Lead", "LastName", &[("Lead", "Name")]),
    ],
    automations: Automations::WithTheWrite,
    field_times: false,
    currency_codes: &["CurrencyIsoCode"],
    queue_owned: &["Lead", "Case", "Task"],
    conversion: Some(Conversion {
        object: "Lead",
        flag: "IsConverted",
        date: "ConvertedDate",
        became: &[
            ("Account", "ConvertedAccountId"),
            ("Contact", "ConvertedContactId"),
            ("Opportunity", "ConvertedOpportunityId"),
        ],
    }),
    active: &[("User", "IsActive")],
    settings: &[
        ("api", Setting::Number),
        ("edition", Setting::Word(EDITIONS)),
        ("user", Setting::Text),
        ("permission_set", Setting::Text),
    ],
    batch: 200,
};
