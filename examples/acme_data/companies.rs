//! Companies and accounts.

use std::collections::BTreeSet;

use super::Files;
use super::lists::{BRANCHES, CULTURES, Culture, STEMS, typed};
use super::owners::{ACTIVE, INTEGRATION, Owner};
use super::random::{Random, shuffled};
use super::row::{MINUTES, Row, State, Times, minute, salesforce_id};

/// What the two houses know of a company.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One record on each side.
    Pair,
    /// As before, with a disagreement or a gap somewhere.
    Differs,
    /// As before, known to each other since an earlier integration that was given up half-way.
    Stamped,
    /// No usable website: only name and country tell that they are one.
    ByName,
    SalesforceOnly,
    HubSpotOnly,
    /// HubSpot has it twice.
    HubSpotTwice,
    /// Salesforce has it twice.
    SalesforceTwice,
    /// In a country to which Acme does not sell.
    Freedonia,
    /// With the tier that was given up.
    Legacy,
    /// In an industry that only Salesforce knows.
    Aerospace,
    /// Its account belongs to nobody who is an owner.
    Unowned,
    /// Deleted in HubSpot, in Salesforce.
    HubSpotDeleted,
    SalesforceDeleted,
}

const TABLE: [(Kind, usize); 14] = [
    (Kind::Pair, 292),
    (Kind::Differs, 48),
    (Kind::Stamped, 45),
    (Kind::ByName, 14),
    (Kind::SalesforceOnly, 38),
    (Kind::HubSpotOnly, 44),
    (Kind::HubSpotTwice, 3),
    (Kind::SalesforceTwice, 4),
    (Kind::Freedonia, 3),
    (Kind::Legacy, 2),
    (Kind::Aerospace, 2),
    (Kind::Unowned, 2),
    (Kind::HubSpotDeleted, 3),
    (Kind::SalesforceDeleted, 2),
];

/// A company as the other files refer to it.
pub struct Company {
    pub kind: Kind,
    pub culture: &'static Culture,
    pub name: String,
    pub domain: String,
    /// The number of its owner.
    pub owner: usize,
    pub hubspot: Option<String>,
    pub account: Option<String>,
}

pub fn make(owners: &[Owner], out: &mut Files) -> Vec<Company> {
    let mut taken = BTreeSet::new();
    let kinds = shuffled("companies", &TABLE);
    let kinds = std::iter::once(Kind::Pair).chain(kinds); // the first is that of the README's Ann Lee
    kinds
        .enumerate()
        .map(|(number, kind)| company(number, kind, owners, &mut taken, out))
        .collect()
}

fn company(
    number: usize,
    kind: Kind,
    owners: &[Owner],
    taken: &mut BTreeSet<String>,
    out: &mut Files,
) -> Company {
    let mut random = Random::of("company", number);
    let home = if number == 0 || random.chance(30) {
        random.below(2)
    } else {
        random.below(20)
    };
    let culture = CULTURES[if number == 0 { 0 } else { home }];
    let (stem, branch) = loop {
        let stem = if number == 0 {
            STEMS[0]
        } else {
            STEMS[random.below(STEMS.len())]
        };
        let branch = if number == 0 {
            0
        } else {
            random.below(BRANCHES.len())
        };
        if taken.insert(format!("{stem} {branch}")) {
            break (stem, BRANCHES[branch]);
        }
    };
    let name = match random.below(3) {
        0 => format!("{stem} {}", branch.0),
        1 => format!("{stem} {} {}", branch.0, culture.suffix),
        _ => format!("{stem} {}, {}", branch.0, culture.suffix),
    };
    let mut company = Company {
        kind,
        culture,
        name,
        domain: format!("{}{}.example", typed(stem), typed(branch.0)),
        owner: random.below(ACTIVE),
        hubspot: None,
        account: None,
    };
    let facts = Facts::of(&company, branch, &mut random);
    if kind != Kind::SalesforceOnly {
        let id = format!("{}", 7_001 + number * 4);
        out.hubspot_company
            .push(hubspot(&company, &id, &facts, owners, &mut random));
        if kind == Kind::HubSpotTwice {
            let twin = format!("{}", 7_003 + number * 4);
            out.hubspot_company
                .push(hubspot(&company, &twin, &facts, owners, &mut random));
        }
        company.hubspot = Some(id);
    }
    if kind != Kind::HubSpotOnly {
        let id = salesforce_id("001", number);
        out.account
            .push(account(&company, &id, &facts, &mut random));
        if kind == Kind::SalesforceTwice {
            let twin = salesforce_id("001", 2_000 + number);
            out.account
                .push(account(&company, &twin, &facts, &mut random));
        }
        company.account = Some(id);
    }
    company
}

/// What is true of a company; the two houses say it in their own ways.
struct Facts {
    employees: i64,
    tier: usize,
    industries: (&'static str, &'static str),
    country: &'static str,
    created: i64,
}

const TIERS: [(&str, &str); 4] = [
    ("gold", "Gold"),
    ("silver", "Silver"),
    ("bronze", "Bronze"),
    ("trial", "Bronze"),
];

impl Facts {
    fn of(
        company: &Company,
        branch: (&'static str, &'static str, &'static str),
        random: &mut Random,
    ) -> Self {
        Self {
            employees: [8, 14, 35, 60, 120, 250, 480, 900, 2_400, 11_000][random.below(10)]
                + random.between(0, 9),
            tier: random.below(TIERS.len()),
            industries: (branch.1, branch.2),
            country: company.culture.country,
            created: random.between(0, MINUTES * 8 / 10),
        }
    }
}

fn times(facts: &Facts, random: &mut Random) -> Times {
    let created = facts.created + random.between(0, 20_000);
    Times {
        created: minute(created),
        modified: minute(random.between(created, MINUTES - 60)),
    }
}

fn hubspot(
    company: &Company,
    id: &str,
    facts: &Facts,
    owners: &[Owner],
    random: &mut Random,
) -> Row {
    let kind = company.kind;
    let differs = kind == Kind::Differs;
    let gap = differs && random.chance(45);
    let country = match kind {
        Kind::Freedonia => "Freedonia",
        Kind::ByName => facts.country,
        _ if gap => "",
        _ => random.pick(company.culture.spellings),
    };
    let employees = match (differs, gap) {
        (true, true) => String::new(),
        (true, false) => format!("{}", facts.employees + 25),
        _ => format!("{}", facts.employees),
    };
    let tier = if differs {
        (facts.tier + 1) % 3
    } else {
        facts.tier
    };
    let owner = if differs && random.chance(30) {
        (company.owner + 1) % ACTIVE
    } else {
        company.owner
    };
    let stamped = kind == Kind::Stamped;
    let account = company_account(company, id);
    let gone = kind == Kind::HubSpotDeleted;
    Row::hubspot(id)
        .text("name", &company.name)
        .text(
            "domain",
            if kind == Kind::ByName {
                ""
            } else {
                &company.domain
            },
        )
        .text(
            "website",
            if kind == Kind::ByName {
                ""
            } else {
                &company.domain
            },
        )
        .text("industry", if gap { "" } else { facts.industries.0 })
        .text(
            "tier",
            if gap && random.chance(50) {
                ""
            } else {
                TIERS[tier].0
            },
        )
        .text("numberofemployees", &employees)
        .text("country", country)
        .text("hubspot_owner_id", &owners[owner].hubspot)
        .some("salesforce_account_id", if stamped { &account } else { "" })
        .hubspot_end(
            "hs_lastmodifieddate",
            times(facts, random),
            if gone { State::Gone } else { State::There },
        )
}

/// The account of a HubSpot company, by the number in its id.
fn company_account(company: &Company, id: &str) -> String {
    let number = id.parse::<usize>().map_or(0, |id| (id - 7_001) / 4);
    if company.kind == Kind::HubSpotOnly {
        String::new()
    } else {
        salesforce_id("001", number)
    }
}

fn account(company: &Company, id: &str, facts: &Facts, random: &mut Random) -> Row {
    let kind = company.kind;
    let domain = &company.domain;
    let website = match (kind, random.below(7)) {
        (Kind::ByName, 0..3) => String::new(),
        (Kind::ByName, _) => "n/a".to_owned(),
        (_, 0) => format!("https://www.{domain}/"),
        (_, 1) => format!("http://{domain}"),
        (_, 2) => format!("www.{domain}"),
        (_, 3) => format!(
            "HTTPS://WWW.{}/en/about?utm_source=crm",
            domain.to_uppercase()
        ),
        (_, 4) => format!("https://{domain}:443/#contact"),
        _ => domain.clone(),
    };
    let differs = kind == Kind::Differs;
    let country = match kind {
        Kind::Freedonia => "Freedonia",
        _ if differs && random.chance(20) => "",
        _ => facts.country,
    };
    let tier = match kind {
        Kind::Legacy => "Legacy",
        _ if differs && random.chance(20) => "",
        _ => TIERS[facts.tier].1,
    };
    let gone = kind == Kind::SalesforceDeleted;
    let industry = if kind == Kind::Aerospace {
        "Aerospace"
    } else {
        facts.industries.1
    };
    let owner = if kind == Kind::Unowned {
        INTEGRATION
    } else {
        company.owner
    };
    let (year, month) = (random.between(2025, 2026), random.between(1, 10));
    let contract = if random.chance(55) {
        format!("{year}-{month:02}-01")
    } else {
        String::new()
    };
    Row::salesforce(id)
        .text("Name", &company.name)
        .text("Website", &website)
        .text("Industry", industry)
        .text("Tier__c", tier)
        .number(
            "NumberOfEmployees",
            (!differs || random.chance(80)).then_some(facts.employees),
        )
        .text("BillingCountry", country)
        .text("OwnerId", &salesforce_id("005", owner))
        .text("Rating", ["", "Hot", "Warm", "Cold"][random.below(4)])
        .text("Contract_Start__c", &contract)
        .text(
            "Original_Source__c",
            ["Web", "Event", "Outbound", ""][random.below(4)],
        )
        .salesforce_end(
            times(facts, random),
            if gone { State::Gone } else { State::There },
        )
}
