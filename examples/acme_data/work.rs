//! Deals and opportunities, meetings and tasks.

use jiff::civil::{Date, date};

use super::Files;
use super::companies::{Company, Kind as CompanyKind};
use super::owners::Owner;
use super::people::{Kind as PersonKind, Person};
use super::random::{Random, shuffled};
use super::row::{MINUTES, Row, State, Times, hubspot_time, minute, salesforce_id};

/// What the two houses know of a deal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deal {
    Pair,
    Differs,
    Stamped,
    SalesforceOnly,
    HubSpotOnly,
    /// In the pipeline of the renewals, which stays in HubSpot.
    Renewal,
    /// Salesforce has the opportunity twice.
    Twice,
    /// The company is one of those that are held.
    OfHeld,
}

const DEALS: [(Deal, usize); 8] = [
    (Deal::Pair, 196),
    (Deal::Differs, 30),
    (Deal::Stamped, 18),
    (Deal::SalesforceOnly, 12),
    (Deal::HubSpotOnly, 116),
    (Deal::Renewal, 24),
    (Deal::Twice, 2),
    (Deal::OfHeld, 2),
];

/// HubSpot's stage, Salesforce's, its probability.
const STAGES: [(&str, &str, i64); 10] = [
    ("appointmentscheduled", "Prospecting", 10),
    ("qualifiedtobuy", "Qualification", 10),
    ("qualifiedtobuy", "Needs Analysis", 20),
    ("presentationscheduled", "Value Proposition", 50),
    ("decisionmakerboughtin", "Id. Decision Makers", 60),
    ("presentationscheduled", "Perception Analysis", 70),
    ("contractsent", "Proposal/Price Quote", 75),
    ("contractsent", "Negotiation/Review", 90),
    ("closedwon", "Closed Won", 100),
    ("closedlost", "Closed Lost", 0),
];

/// What became of a meeting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    TookPlace,
    NotYet,
    /// With a subscriber, who never becomes anyone of Salesforce.
    Orphan,
    /// Its task is there already.
    Written,
}

const MEETINGS: [(Meeting, usize); 4] = [
    (Meeting::TookPlace, 618),
    (Meeting::NotYet, 58),
    (Meeting::Orphan, 4),
    (Meeting::Written, 20),
];

pub fn make(owners: &[Owner], companies: &[Company], people: &[Person], out: &mut Files) {
    for (number, kind) in shuffled("deals", &DEALS).into_iter().enumerate() {
        deal(number, kind, owners, companies, people, out);
    }
    for (number, kind) in shuffled("meetings", &MEETINGS).into_iter().enumerate() {
        meeting(number, kind, owners, people, out);
    }
    for number in 0..40 {
        call(number, people, out);
    }
}

/// The first of a list from a place of chance on that suits.
fn any<T>(list: &[T], random: &mut Random, suits: impl Fn(&T) -> bool) -> Option<usize> {
    let start = random.below(list.len());
    (start..list.len())
        .chain(0..start)
        .find(|at| suits(&list[*at]))
}

fn deal(
    number: usize,
    kind: Deal,
    owners: &[Owner],
    companies: &[Company],
    people: &[Person],
    out: &mut Files,
) {
    let mut random = Random::of("deal", number);
    let of_held = kind == Deal::OfHeld;
    let at = any(companies, &mut random, |company| match company.kind {
        CompanyKind::HubSpotTwice => of_held,
        CompanyKind::Pair | CompanyKind::Stamped => !of_held,
        _ => false,
    })
    .unwrap_or(0);
    let company = &companies[at];
    let product = [
        "Platform",
        "Pilot",
        "Expansion",
        "Support Plus",
        "Data Add-on",
        "Onboarding",
    ][random.below(6)];
    let name = format!("{} – {product} {}", company.name, 1_000 + number);
    let close = date(2025, 2, 1).saturating_add(jiff::Span::new().days(random.between(0, 800)));
    let amount = random.between(4, 900) * 250;
    let stage = STAGES[random.below(if close < date(2026, 11, 1) { 10 } else { 8 })];
    let stage = if close < date(2026, 11, 1) && stage.2 > 0 {
        STAGES[8]
    } else {
        stage
    };
    let created = random.between(0, MINUTES * 8 / 10);
    let times = Times {
        created: minute(created),
        modified: minute(random.between(created, MINUTES - 60)),
    };
    let currency = match company.culture.country {
        "United Kingdom" => "GBP",
        "Germany" | "France" | "Spain" | "Netherlands" | "Ireland" | "Italy" | "Greece" => "EUR",
        _ => "USD",
    };
    let deal = Facts {
        number,
        kind,
        name,
        close,
        amount,
        stage,
        currency,
        times,
        owner: company.owner,
    };
    if kind != Deal::SalesforceOnly {
        let person = any(people, &mut random, |person| {
            person.company == Some(at) && person.is_linked()
        });
        let contact = person
            .and_then(|at| people[at].hubspot.as_deref())
            .unwrap_or("");
        out.hubspot_deal
            .push(deal.hubspot(company, contact, owners, &mut random));
    }
    if !matches!(kind, Deal::HubSpotOnly | Deal::Renewal) {
        out.opportunity.push(deal.opportunity(number, company));
        if matches!(kind, Deal::Pair | Deal::Differs | Deal::Stamped) {
            out.contact_role.extend(deal.role(at, people));
        }
        if kind == Deal::Twice {
            out.opportunity
                .push(deal.opportunity(3_000 + number, company));
        }
    }
}

/// What is true of a deal.
struct Facts {
    number: usize,
    kind: Deal,
    name: String,
    close: Date,
    amount: i64,
    stage: (&'static str, &'static str, i64),
    currency: &'static str,
    times: Times,
    owner: usize,
}

impl Facts {
    fn hubspot(
        &self,
        company: &Company,
        contact: &str,
        owners: &[Owner],
        random: &mut Random,
    ) -> Row {
        let differs = self.kind == Deal::Differs;
        let amount = match (differs, random.below(3)) {
            (true, 0) => String::new(),
            (true, 1) => format!("{}", self.amount + 500),
            _ => format!("{}", self.amount),
        };
        let stage = if differs {
            "appointmentscheduled"
        } else {
            self.stage.0
        };
        let stage = if self.kind == Deal::Renewal {
            "183274611"
        } else {
            stage
        };
        // HubSpot keeps a moment: mostly the afternoon of New York, sometimes late in its evening, when UTC is a day on.
        let (day, hour) = if random.chance(10) {
            (
                self.close.saturating_add(jiff::Span::new().days(1)),
                "02:30",
            )
        } else {
            (self.close, "17:00")
        };
        let pipeline = if self.kind == Deal::Renewal {
            "renewals"
        } else {
            "default"
        };
        let stamp = if self.kind == Deal::Stamped {
            salesforce_id("006", self.number)
        } else {
            String::new()
        };
        Row::hubspot(&format!("{}", 30_001 + self.number * 2))
            .text("dealname", &self.name)
            .text("amount", &amount)
            .text("deal_currency_code", self.currency)
            .text("closedate", &format!("{day}T{hour}:00.000Z"))
            .text("dealstage", stage)
            .text("pipeline", pipeline)
            .text("hubspot_owner_id", &owners[self.owner].hubspot)
            .some("company", company.hubspot.as_deref().unwrap_or(""))
            .some("contact", contact)
            .some("salesforce_opportunity_id", &stamp)
            .hubspot_end("hs_lastmodifieddate", self.times, State::There)
    }

    /// Who of the company takes part: mostly somebody whose stage fits. Some are further in Salesforce than HubSpot knows, and a
    /// few customers are asked to buy more.
    fn role(&self, company: usize, people: &[Person]) -> Option<Row> {
        let mut random = Random::of("role", self.number);
        let mut who = |stages: &[&str]| {
            any(people, &mut random, |person| {
                person.company == Some(company)
                    && person.is_contact()
                    && stages.contains(&person.stage)
            })
        };
        let person = match self.stage.2 {
            100 => who(&["customer", "evangelist"]).or_else(|| who(&["opportunity"])),
            0 => who(&["opportunity"]),
            _ if self.number.is_multiple_of(5) => who(&["customer"]),
            _ => who(&["opportunity"]),
        }?;
        let role = [
            "Decision Maker",
            "Economic Buyer",
            "Business User",
            "Influencer",
        ][random.below(4)];
        Some(
            Row::salesforce(&salesforce_id("00K", self.number))
                .text("OpportunityId", &salesforce_id("006", self.number))
                .text("ContactId", &salesforce_id("003", person))
                .text("Role", role)
                .flag("IsPrimary", true)
                .salesforce_end(self.times, State::There),
        )
    }

    fn opportunity(&self, number: usize, company: &Company) -> Row {
        Row::salesforce(&salesforce_id("006", number))
            .text("Name", &self.name)
            .text("AccountId", company.account.as_deref().unwrap_or(""))
            .number("Amount", Some(self.amount))
            .text("CurrencyIsoCode", self.currency)
            .text("CloseDate", &self.close.to_string())
            .text("StageName", self.stage.1)
            .number("Probability", Some(self.stage.2))
            .text("OwnerId", &salesforce_id("005", self.owner))
            .salesforce_end(self.times, State::There)
    }
}

fn meeting(number: usize, kind: Meeting, owners: &[Owner], people: &[Person], out: &mut Files) {
    let mut random = Random::of("meeting", number);
    let at = any(people, &mut random, |person| match kind {
        Meeting::Orphan => person.kind == PersonKind::Subscriber,
        _ => person.is_linked(),
    })
    .unwrap_or(0);
    let person = &people[at];
    let title = [
        "Discovery call",
        "Demo",
        "Kick-off",
        "Quarterly review",
        "Pricing",
        "Security questions",
        "Check-in",
    ][random.below(7)];
    let outcome = match kind {
        Meeting::NotYet => ["SCHEDULED", "RESCHEDULED", "CANCELED", ""][random.below(4)],
        _ => [
            "COMPLETED",
            "COMPLETED",
            "COMPLETED",
            "COMPLETED",
            "NO_SHOW",
        ][random.below(5)],
    };
    let held = random.between(20_000, MINUTES - 2_000) / 30 * 30;
    let times = Times {
        created: minute(held - random.between(100, 9_000)),
        modified: minute(held + 45),
    };
    let id = format!("{}", 80_001 + number);
    out.hubspot_meeting.push(
        Row::hubspot(&id)
            .text("hs_meeting_title", title)
            .text("hs_meeting_outcome", outcome)
            .text("hs_timestamp", &hubspot_time(minute(held)))
            .text("hs_meeting_start_time", &hubspot_time(minute(held)))
            .text("hs_meeting_end_time", &hubspot_time(minute(held + 30)))
            .text("hubspot_owner_id", &owners[person.owner].hubspot)
            .some("contact", person.hubspot.as_deref().unwrap_or(""))
            .text("hs_createdate", &hubspot_time(times.created))
            .text("hs_lastmodifieddate", &hubspot_time(times.modified))
            .text("archived", "false"),
    );
    if kind == Meeting::Written {
        let task = Task {
            number: 1_000 + number,
            at: held,
            subject: title,
            person: at,
            owner: person.owner,
        };
        out.task.push(task.row(people, &id));
    }
}

/// A call that a rep noted in Salesforce; no business of HubSpot's.
fn call(number: usize, people: &[Person], out: &mut Files) {
    let mut random = Random::of("call", number);
    let at = any(people, &mut random, |person| {
        person.kind == PersonKind::Contact
    })
    .unwrap_or(0);
    let task = Task {
        number,
        at: random.between(20_000, MINUTES - 2_000),
        subject: "Call",
        person: at,
        owner: people[at].owner,
    };
    out.task.push(task.row(people, ""));
}

/// A task of Salesforce.
struct Task {
    number: usize,
    at: i64,
    subject: &'static str,
    person: usize,
    owner: usize,
}

impl Task {
    fn row(&self, people: &[Person], meeting: &str) -> Row {
        use PersonKind::{HubSpotLead, Lead, LeadDiffers, LeadStamped};
        // The day in New York, five hours behind, which is near enough for a note that nobody compares.
        let day = &hubspot_time(minute(self.at - 300))[..10];
        let who = match people[self.person].kind {
            HubSpotLead | PersonKind::HubSpotCustomer => String::new(),
            Lead | LeadDiffers | LeadStamped => salesforce_id("00Q", self.person),
            _ => salesforce_id("003", self.person),
        };
        let times = Times {
            created: minute(self.at + 60),
            modified: minute(self.at + 60),
        };
        Row::salesforce(&salesforce_id("00T", self.number))
            .text("Subject", self.subject)
            .text("ActivityDate", day)
            .text("Status", "Completed")
            .text("WhoId", &who)
            .text("OwnerId", &salesforce_id("005", self.owner))
            .some("HubSpot_Meeting_Id__c", meeting)
            .salesforce_end(times, State::There)
    }
}
