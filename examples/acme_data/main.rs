//! Writes the records of `examples/acme`: both houses of a company that has run HubSpot and Salesforce side by side for
//! two years, with everything that such years leave behind.
//!
//! `cargo run --example acme_data` writes `examples/acme/data/`. The same program writes the same bytes on every machine:
//! each record draws from a stream of its own, so that a change of one does not reshuffle the others.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a generator over its own lists and tables stops where they do not fit together"
)]

mod companies;
mod lists;
mod owners;
mod people;
mod random;
mod row;
mod work;

use std::collections::BTreeMap;
use std::path::Path;

use row::File;

/// The files by their path below `data/`, with their whole text.
pub fn files() -> BTreeMap<&'static str, String> {
    let mut out = Files::default();
    let owners = owners::make(&mut out);
    let companies = companies::make(&owners, &mut out);
    let people = people::make(&owners, &companies, &mut out);
    work::make(&owners, &companies, &people, &mut out);
    out.texts()
}

/// The records of each object, in the order of their making.
#[derive(Default)]
struct Files {
    hubspot_owner: File,
    hubspot_company: File,
    hubspot_contact: File,
    hubspot_deal: File,
    hubspot_meeting: File,
    user: File,
    account: File,
    contact: File,
    lead: File,
    opportunity: File,
    contact_role: File,
    task: File,
}

impl Files {
    fn texts(self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("hubspot/owner.jsonl", self.hubspot_owner.text()),
            ("hubspot/company.jsonl", self.hubspot_company.text()),
            ("hubspot/contact.jsonl", self.hubspot_contact.text()),
            ("hubspot/deal.jsonl", self.hubspot_deal.text()),
            ("hubspot/meeting.jsonl", self.hubspot_meeting.text()),
            ("salesforce/User.jsonl", self.user.text()),
            ("salesforce/Account.jsonl", self.account.text()),
            ("salesforce/Contact.jsonl", self.contact.text()),
            ("salesforce/Lead.jsonl", self.lead.text()),
            ("salesforce/Opportunity.jsonl", self.opportunity.text()),
            (
                "salesforce/OpportunityContactRole.jsonl",
                self.contact_role.text(),
            ),
            ("salesforce/Task.jsonl", self.task.text()),
        ])
    }
}

fn main() -> std::io::Result<()> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme/data"));
    for (path, text) in files() {
        let path = data.join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder"))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}
