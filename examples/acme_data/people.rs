//! Contacts of HubSpot; contacts and leads of Salesforce.

use std::collections::BTreeSet;

use super::Files;
use super::companies::{Company, Kind as CompanyKind};
use super::lists::{CULTURES, Culture, SOURCES, TITLES, shown, typed};
use super::owners::{ACTIVE, COUNT, DEFAULT_OWNER, Owner};
use super::random::{Random, shuffled};
use super::row::{
    MINUTES, Row, State, Times, hubspot_time, minute, salesforce_id, salesforce_time,
};

/// What the two houses know of a person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A contact of both houses.
    Contact,
    /// As before, with a disagreement or a gap somewhere.
    ContactDiffers,
    /// As before, known to each other since an earlier integration that was given up half-way.
    ContactStamped,
    /// As before, and Salesforce still has the lead that the contact came from.
    ContactFromLead,
    /// As before; the address has changed since, and only the converted lead tells that they are one.
    ContactThroughLead,
    /// Salesforce has the contact twice.
    ContactTwice,
    /// The company is one of those that are held.
    ContactOfHeld,
    /// A customer of whom Salesforce knows nothing.
    HubSpotCustomer,
    SalesforceContact,
    /// Salesforce has the contact, HubSpot a mere subscriber.
    ContactSubscriber,
    /// A qualified lead of both houses.
    Lead,
    LeadDiffers,
    LeadStamped,
    /// Qualified, and new to Salesforce.
    HubSpotLead,
    SalesforceLead,
    /// Qualified in HubSpot; Salesforce has a contact and a lead.
    LeadAndContact,
    /// Nobody whom Sales should see yet.
    Subscriber,
    /// A customer whose last name is longer than Salesforce can hold.
    LongName,
    LongNameLead,
    /// A customer, a qualified lead, without a last name.
    Nameless,
    NamelessLead,
    /// Deleted in HubSpot, in Salesforce.
    HubSpotDeleted,
    SalesforceDeleted,
}

const TABLE: [(Kind, usize); 23] = [
    (Kind::Contact, 760),
    (Kind::ContactDiffers, 168),
    (Kind::ContactStamped, 90),
    (Kind::ContactFromLead, 22),
    (Kind::ContactThroughLead, 3),
    (Kind::ContactTwice, 5),
    (Kind::ContactOfHeld, 4),
    (Kind::HubSpotCustomer, 31),
    (Kind::SalesforceContact, 26),
    (Kind::ContactSubscriber, 2),
    (Kind::Lead, 214),
    (Kind::LeadDiffers, 44),
    (Kind::LeadStamped, 20),
    (Kind::HubSpotLead, 86),
    (Kind::SalesforceLead, 28),
    (Kind::LeadAndContact, 3),
    (Kind::Subscriber, 470),
    (Kind::LongName, 1),
    (Kind::LongNameLead, 1),
    (Kind::Nameless, 2),
    (Kind::NamelessLead, 3),
    (Kind::HubSpotDeleted, 4),
    (Kind::SalesforceDeleted, 3),
];

/// A person as deals and meetings refer to them.
pub struct Person {
    pub kind: Kind,
    pub company: Option<usize>,
    pub owner: usize,
    pub hubspot: Option<String>,
    /// The stage in HubSpot.
    pub stage: &'static str,
}

impl Person {
    /// Whether the person is a contact of both houses who will be linked without doubt.
    pub fn is_contact(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            Contact | ContactDiffers | ContactStamped | ContactFromLead
        )
    }

    /// Whether the person will be linked to someone of Salesforce without doubt.
    pub fn is_linked(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            Contact
                | ContactDiffers
                | ContactStamped
                | ContactFromLead
                | HubSpotCustomer
                | Lead
                | LeadDiffers
                | LeadStamped
                | HubSpotLead
        )
    }
}

/// All that is true of a person.
struct Facts {
    number: usize,
    kind: Kind,
    culture: &'static Culture,
    first: &'static str,
    last: String,
    email: String,
    phone: String,
    title: &'static str,
    source: &'static str,
    created: i64,
}

pub fn make(owners: &[Owner], companies: &[Company], out: &mut Files) -> Vec<Person> {
    let mut taken = BTreeSet::new();
    let kinds = shuffled("people", &TABLE);
    let kinds = std::iter::once(Kind::Contact).chain(kinds); // the first is the README's Ann Lee
    kinds
        .enumerate()
        .map(|(number, kind)| person(number, kind, owners, companies, &mut taken, out))
        .collect()
}

/// A company that suits the person; none for those who never said where they work.
fn employer(
    number: usize,
    kind: Kind,
    companies: &[Company],
    random: &mut Random,
) -> Option<usize> {
    use CompanyKind as C;
    if number == 0 {
        return Some(0);
    }
    if matches!(kind, Kind::Subscriber | Kind::ContactThroughLead)
        || random.chance(4) && kind != Kind::ContactOfHeld
    {
        return None;
    }
    let start = random.below(companies.len());
    let mut turns = (start..companies.len()).chain(0..start);
    turns.find(|at| {
        let company = companies[*at].kind;
        match kind {
            Kind::ContactOfHeld => company == C::HubSpotTwice,
            Kind::SalesforceContact => matches!(company, C::SalesforceOnly | C::Pair),
            Kind::HubSpotCustomer | Kind::HubSpotLead => {
                matches!(company, C::HubSpotOnly | C::Pair)
            }
            _ => matches!(
                company,
                C::Pair | C::Differs | C::Stamped | C::ByName | C::Legacy | C::Freedonia
            ),
        }
    })
}

fn person(
    number: usize,
    kind: Kind,
    owners: &[Owner],
    companies: &[Company],
    taken: &mut BTreeSet<String>,
    out: &mut Files,
) -> Person {
    let mut random = Random::of("person", number);
    let at = employer(number, kind, companies, &mut random);
    let company = at.map(|at| &companies[at]);
    let facts = Facts::of(number, kind, company, taken, &mut random);
    let owner = match company {
        // Some customers are still with a rep who left before Salesforce came.
        _ if kind == Kind::HubSpotCustomer && number.is_multiple_of(7) => COUNT - 1,
        Some(company) => company.owner,
        None => random.below(ACTIVE),
    };
    let mut person = Person {
        kind,
        company: at,
        owner,
        hubspot: None,
        stage: "",
    };
    if !matches!(kind, Kind::SalesforceContact | Kind::SalesforceLead) {
        let id = hubspot_id(number);
        let owner = &owners[owner].hubspot;
        let (row, stage) = hubspot(&facts, company, owner, &mut random);
        out.hubspot_contact.push(row);
        person.stage = stage;
        person.hubspot = Some(id);
    }
    use Kind::*;
    match kind {
        Lead | LeadDiffers | LeadStamped | SalesforceLead => {
            out.lead
                .push(lead(&facts, company, owner, None, &mut random));
        }
        HubSpotCustomer | HubSpotLead | Subscriber | LongName | LongNameLead | Nameless
        | NamelessLead => {}
        _ => {
            out.contact
                .push(contact(&facts, number, company, owner, &mut random));
            if kind == ContactTwice {
                out.contact
                    .push(contact(&facts, 5_000 + number, company, owner, &mut random));
            }
            if kind == LeadAndContact {
                out.lead
                    .push(lead(&facts, company, owner, None, &mut random));
            }
            if matches!(kind, ContactFromLead | ContactThroughLead) {
                let account = company.and_then(|company| company.account.as_deref());
                out.lead.push(lead(
                    &facts,
                    company,
                    owner,
                    Some(account.unwrap_or("")),
                    &mut random,
                ));
            }
        }
    }
    person
}

fn hubspot_id(number: usize) -> String {
    format!("{}", 5_501 + number * 3)
}

impl Facts {
    fn of(
        number: usize,
        kind: Kind,
        company: Option<&Company>,
        taken: &mut BTreeSet<String>,
        random: &mut Random,
    ) -> Self {
        // A fifth of the people work abroad.
        let culture = match company {
            Some(company) if number == 0 || random.chance(80) => company.culture,
            _ => CULTURES[random.below(CULTURES.len())],
        };
        let (first, last) = if number == 0 {
            ("Ann", "Lee")
        } else {
            (random.pick(culture.first), random.pick(culture.last))
        };
        let host = company.map_or("mailbox.example", |company| company.domain.as_str());
        let local = format!("{}.{}", typed(first), typed(last));
        let mut email = format!("{local}@{host}");
        let mut count = 1;
        while !taken.insert(email.clone()) {
            count += 1;
            email = format!("{local}{count}@{host}");
        }
        let long = matches!(kind, Kind::LongName | Kind::LongNameLead);
        Self {
            number,
            kind,
            culture,
            first: shown(first),
            last: if long {
                LONG.to_owned()
            } else {
                shown(last).to_owned()
            },
            email,
            phone: dialled(culture.phone, random),
            title: random.pick(&TITLES),
            source: random.pick(&SOURCES),
            created: random.between(0, MINUTES * 9 / 10),
        }
    }

    fn times(&self, random: &mut Random) -> Times {
        let created = self.created + random.between(0, 5_000);
        Times {
            created: minute(created),
            modified: minute(random.between(created, MINUTES - 60)),
        }
    }

    fn differs(&self) -> bool {
        matches!(self.kind, Kind::ContactDiffers | Kind::LeadDiffers)
    }

    /// The number as a form, or a rep, wrote it.
    fn written_phone(&self, random: &mut Random) -> String {
        match random.below(5) {
            0 | 1 => self.phone.clone(),
            2 => grouped(&self.phone),
            3 if self.culture.phone.starts_with("+1") => at_home(&self.phone),
            _ => self.phone.replacen('+', "+ ", 1),
        }
    }
}

/// A last name of 95 letters.
const LONG: &str = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwoh";

/// Digits for the `#` of a pattern.
fn dialled(pattern: &str, random: &mut Random) -> String {
    let digit = |random: &mut Random| char::from_digit(random.below(10) as u32, 10).unwrap_or('0');
    pattern
        .chars()
        .map(|letter| if letter == '#' { digit(random) } else { letter })
        .collect()
}

/// `+4420794601##` in groups.
fn grouped(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().skip(1).collect();
    let groups: Vec<String> = digits
        .chunks(3)
        .map(|group| group.iter().collect())
        .collect();
    format!("+{}", groups.join(" "))
}

/// `+12125550134` as Americans write it.
fn at_home(phone: &str) -> String {
    format!("({}) {}-{}", &phone[2..5], &phone[5..8], &phone[8..])
}

fn stage(kind: Kind, random: &mut Random) -> &'static str {
    use Kind::*;
    match kind {
        Lead | LeadDiffers | LeadStamped | HubSpotLead | LeadAndContact | LongNameLead
        | NamelessLead => "marketingqualifiedlead",
        Subscriber | ContactSubscriber => ["subscriber", "subscriber", "lead"][random.below(3)],
        ContactFromLead => "opportunity",
        _ => [
            "customer",
            "customer",
            "customer",
            "opportunity",
            "evangelist",
        ][random.below(5)],
    }
}

/// The contact, and its stage.
fn hubspot(
    facts: &Facts,
    company: Option<&Company>,
    owner: &str,
    random: &mut Random,
) -> (Row, &'static str) {
    use Kind::*;
    let gap = facts.differs() && random.chance(40);
    let conflict = facts.differs() && !gap;
    let mut email = facts.email.clone();
    if facts.kind == ContactThroughLead {
        email = email.replace("mailbox", "oldmailbox");
    } else if random.chance(6) {
        email = format!("{} ", email.to_uppercase());
    }
    // A person whom nobody named, a form that asked for the first name only.
    let last = if matches!(facts.kind, Nameless | NamelessLead) {
        ""
    } else {
        &facts.last
    };
    let first = if conflict && random.chance(30) {
        facts.first.to_lowercase()
    } else {
        facts.first.to_owned()
    };
    let phone = match (gap, conflict && random.chance(50), random.below(20)) {
        (true, ..) => String::new(),
        (_, true, _) => dialled(facts.culture.phone, random),
        (_, _, 0) => dialled(facts.culture.local, random),
        (_, _, 1) if facts.kind == Subscriber => "12345".to_owned(),
        _ => facts.written_phone(random),
    };
    let title = match (gap, conflict && random.chance(50)) {
        (true, _) if random.chance(50) => "",
        (_, true) => random.pick(&TITLES),
        _ => facts.title,
    };
    let country = if random.chance(15) {
        ""
    } else {
        random.pick(facts.culture.spellings)
    };
    let company_id = company
        .and_then(|company| company.hubspot.as_deref())
        .unwrap_or("");
    let company_id = if gap && random.chance(50) {
        ""
    } else {
        company_id
    };
    let stage = stage(facts.kind, random);
    let times = facts.times(random);
    let score = random.between(
        if stage == "subscriber" { 0 } else { 50 },
        if stage == "subscriber" { 40 } else { 99 },
    );
    let (contact_id, lead_id) = match facts.kind {
        ContactStamped => (salesforce_id("003", facts.number), String::new()),
        LeadStamped | ContactThroughLead => (String::new(), salesforce_id("00Q", facts.number)),
        _ => (String::new(), String::new()),
    };
    let gone = if facts.kind == HubSpotDeleted {
        State::Gone
    } else {
        State::There
    };
    let row = Row::hubspot(&hubspot_id(facts.number))
        .text("email", &email)
        .text("firstname", &first)
        .text("lastname", last)
        .text("phone", &phone)
        .text("jobtitle", title)
        .some("company", company.map_or("", |company| &company.name))
        .text("country", country)
        .text("lifecyclestage", stage)
        .text("hubspotscore", &format!("{score}"))
        .text("hs_analytics_source", facts.source)
        .text("recent_conversion_date", &hubspot_time(times.created))
        .some("associatedcompanyid", company_id)
        .text(
            "hubspot_owner_id",
            if facts.kind == Subscriber { "" } else { owner },
        )
        .some("salesforce_contact_id", &contact_id)
        .some("salesforce_lead_id", &lead_id)
        .hubspot_end("lastmodifieddate", times, gone);
    (row, stage)
}

fn lead_source(source: &str) -> &'static str {
    match source {
        "REFERRALS" => "Partner Referral",
        "EMAIL_MARKETING" | "OFFLINE" => "Other",
        _ => "Web",
    }
}

/// The address as Salesforce has it.
fn rep_email(facts: &Facts, random: &mut Random) -> String {
    if random.chance(10) {
        let mut letters = facts.email.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        format!("{first}{}", letters.as_str())
    } else {
        facts.email.clone()
    }
}

fn contact(
    facts: &Facts,
    number: usize,
    company: Option<&Company>,
    owner: usize,
    random: &mut Random,
) -> Row {
    let gap = facts.differs() && random.chance(30);
    let account = company
        .and_then(|company| company.account.as_deref())
        .unwrap_or("");
    let phone = if gap {
        String::new()
    } else {
        facts.written_phone(random)
    };
    let owner = if random.chance(1) {
        DEFAULT_OWNER
    } else {
        owner
    };
    let gone = if facts.kind == Kind::SalesforceDeleted {
        State::Gone
    } else {
        State::There
    };
    Row::salesforce(&salesforce_id("003", number))
        .text("AccountId", account)
        .text("FirstName", facts.first)
        .text("LastName", &facts.last)
        .text("Email", &rep_email(facts, random))
        .text("Phone", &phone)
        .text("Title", if gap { "" } else { facts.title })
        .text("LeadSource", lead_source(facts.source))
        .text("OwnerId", &salesforce_id("005", owner))
        .salesforce_end(facts.times(random), gone)
}

fn lead(
    facts: &Facts,
    company: Option<&Company>,
    owner: usize,
    converted: Option<&str>,
    random: &mut Random,
) -> Row {
    let gap = facts.differs() && random.chance(30);
    let phone = if gap {
        String::new()
    } else {
        facts.written_phone(random)
    };
    let country = if facts.differs() && random.chance(40) {
        ""
    } else {
        facts.culture.country
    };
    let mut email = rep_email(facts, random);
    if facts.kind == Kind::ContactThroughLead {
        email = email.replace("mailbox", "oldmailbox");
    }
    let times = facts.times(random);
    let row = Row::salesforce(&salesforce_id("00Q", facts.number))
        .text("FirstName", facts.first)
        .text("LastName", &facts.last)
        .text(
            "Company",
            company.map_or("Unknown", |company| &company.name),
        )
        .text("Email", &email)
        .text("Phone", &phone)
        .text("Title", if gap { "" } else { facts.title })
        .text("Country", country)
        .text("LeadSource", lead_source(facts.source))
        .text(
            "Status",
            if converted.is_some() {
                "Closed - Converted"
            } else {
                "Working - Contacted"
            },
        )
        .text("OwnerId", &salesforce_id("005", owner))
        .flag("IsConverted", converted.is_some());
    let row = match converted {
        None => row,
        Some(account) => row
            .text("ConvertedDate", &salesforce_time(times.modified)[..10])
            .text("ConvertedContactId", &salesforce_id("003", facts.number))
            .text("ConvertedAccountId", account),
    };
    row.salesforce_end(times, State::There)
}
