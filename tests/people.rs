//! Syncs that share an object, on acme's own fields: `yields to`, `converts to` and `else as` mean the same in whichever order a spec declares them.

use accordant::lower::cases;
use accordant::session::compile;
use accordant::source::MemoryFiles;
use accordant::testing::{CaseResult, run_case};

const HEAD: &str = r#"
system hubspot: hubspot
system salesforce: salesforce
"#;

const COMPANY: &str = r#"
sync Company: hubspot.company <-> salesforce.Account {
  truth   salesforce
  from    hubspot where domain is set
  leave   continue
  match   domain = Website
  many    salesforce hold
  many    hubspot hold
  create  in salesforce
  delete  keep
  key     salesforce.HubSpot_Company_Id__c
  name    <-> Name  default "Unnamed"
  domain  ->  Website
}
"#;

const CONTACT: &str = r#"
sync Contact: hubspot.contact <-> salesforce.Contact {
  truth   salesforce
  after   Company else as Lead
  from    hubspot where lifecyclestage in (customer, opportunity)
  leave   continue
  match   email = Email
  many    salesforce hold
  many    hubspot hold
  create  in hubspot, salesforce
  delete  keep
  key     hubspot.salesforcecontactid, salesforce.HubSpot_Contact_Id__c
  email     <-> Email
  lastname  <-> LastName  default "Unknown"
  phone     <-> Phone
  associatedcompanyid -> AccountId  through Company
}
"#;

const LEAD: &str = r#"
sync Lead: hubspot.contact <-> salesforce.Lead {
  truth   hubspot
  yields  to Contact
  from    hubspot where lifecyclestage = marketingqualifiedlead
  from    salesforce where not IsConverted
  leave   continue
  match   email = Email
  many    salesforce hold
  many    hubspot hold
  create  in salesforce
  delete  keep
  key     hubspot.salesforceleadid, salesforce.HubSpot_Contact_Id__c
  converts to Contact
  email     <-> Email
  lastname  <-> LastName  default "Unknown"
  company   ->  Company   default "Unknown", on create
}
"#;

/// Runs one test on every order of the three syncs; what came of it is the same in each.
#[track_caller]
fn passes(steps: &str) {
    let syncs = [COMPANY, CONTACT, LEAD];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let result = run(order.map(|at| syncs[at]).concat(), steps);
        assert!(result.passed(), "{order:?} {result:#?}");
        // What is held is told with a failure alone.
        let (_, known) = steps
            .split_once("given hubspot.contact ")
            .expect("a contact");
        let (known, _) = known.split_once(' ').expect("its alias");
        let failing = format!("{steps}\nexpect no hubspot.contact {known}");
        let result = run(order.map(|at| syncs[at]).concat(), &failing);
        assert_eq!(result.held, Vec::<String>::new(), "{order:?}");
    }
}

fn run(syncs: String, steps: &str) -> CaseResult {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme/catalogs/");
    let mut files = MemoryFiles::default();
    let mut manifest = "[project]\nname = \"p\"\nlanguage = 1\nspecs = [\"*.sync\"]\n".to_owned();
    for (system, objects) in [
        ("hubspot", &["companies", "contacts"][..]),
        ("salesforce", &["Account", "Contact", "Lead"]),
    ] {
        manifest.push_str(&format!(
            "[systems.{system}]\ncatalog = [\"{system}/*.json\"]\n"
        ));
        for object in objects {
            let path = format!("{system}/{object}.json");
            let text = std::fs::read_to_string(format!("{root}{path}")).expect("a catalog");
            files.insert(path, text);
        }
    }
    files.insert("accordant.toml", manifest);
    files.insert(
        "main.sync",
        format!("{HEAD}{syncs}\ntest \"t\" {{\n{steps}\n}}\n"),
    );
    let compilation = compile(&files, None);
    let findings: Vec<String> = compilation
        .findings
        .iter()
        .map(|d| crate::support::line(d, &compilation.sources))
        .collect();
    let plan = compilation
        .plan()
        .unwrap_or_else(|| panic!("{findings:#?}"))
        .expect("a plan");
    let model = compilation.model.as_ref().expect("checked");
    run_case(&plan, &cases(model, &compilation.sources)[0])
}

#[test]
fn whom_sales_knows_as_a_contact_does_not_become_a_lead() {
    passes(
        r#"given hubspot.contact ann { email = "ann@x.example", lastname = "Lee", lifecyclestage = marketingqualifiedlead }
           given salesforce.Contact ann { Email = "ann@x.example", LastName = "Lee" }
           settle
           expect no salesforce.Lead ann
           at day 2 09:00 salesforce.Contact ann { Phone = "5" }
           settle
           expect hubspot.contact ann { phone = "5" }
           expect quiet"#,
    );
}

#[test]
fn a_converted_lead_takes_its_link_along_and_is_not_held() {
    passes(
        r#"given hubspot.contact gus { email = "gus@x.example", lastname = "Dahl", lifecyclestage = marketingqualifiedlead }
               settle
               at day 2 09:00 convert salesforce.Lead gus
               settle
               at day 3 09:00 salesforce.Contact gus { Email = "gus@work.example", Phone = "5" }
               settle
               expect hubspot.contact gus { phone = "5", email = "gus@work.example" }
               expect quiet"#,
    );
}

#[test]
fn a_lead_that_was_converted_before_the_first_run_leads_to_its_contact() {
    passes(
        r#"given hubspot.contact gus { email = "gus@x.example", lastname = "Dahl", lifecyclestage = marketingqualifiedlead }
               given salesforce.Lead old { Email = "gus@x.example", LastName = "Dahl", IsConverted = true, ConvertedContactId = gus }
               given salesforce.Contact gus { Email = "gus@work.example", LastName = "Dahl" }
               settle
               at day 2 09:00 salesforce.Contact gus { Phone = "5" }
               settle
               expect hubspot.contact gus { phone = "5" }
               expect quiet"#,
    );
}

#[test]
fn a_converted_lead_with_the_stamp_of_a_linked_contact_is_not_held() {
    passes(
        r#"given hubspot.contact ann { email = "ann@x.example", lastname = "Lee", lifecyclestage = customer }
           given salesforce.Contact ann { Email = "ann@x.example", LastName = "Lee" }
           settle
           at day 1 09:00 given salesforce.Lead bo { Email = "bo@x.example", LastName = "Ek", HubSpot_Contact_Id__c = ann, IsConverted = true }
           settle
           expect quiet"#,
    );
}

#[test]
fn whose_company_will_never_come_goes_on_as_a_lead() {
    passes(
        r#"given hubspot.company nil { name = "Nil" }
           given hubspot.contact eva { email = "eva@x.example", lastname = "Ito", lifecyclestage = customer, associatedcompanyid = nil }
           given hubspot.contact bob { email = "bob@x.example", lastname = "Ek", lifecyclestage = customer }
           settle
           expect salesforce.Lead eva { LastName = "Ito" }
           expect no salesforce.Contact eva
           expect salesforce.Contact bob { LastName = "Ek" }
           expect quiet"#,
    );
}

/// A contact has a field for its company, and an association besides: what is said of the company is meant of the one in the field,
/// and what is said of the contacts of a company of those that have it there.
#[test]
fn an_automation_goes_by_the_field_that_names_the_company() {
    let automations = r#"
automation hubspot "Takes the company's" {
  when  contact.jobtitle changes
  sets  contact.city = company.city
}
automation hubspot "Hands it on" {
  when  company.zip changes
  sets  contact.zip = company.zip
}
"#;
    let result = run(
        format!("{automations}{COMPANY}{CONTACT}{LEAD}"),
        r#"given hubspot.company acme { domain = "x.example", city = "Lima" }
           given hubspot.contact ann { email = "ann@x.example", lastname = "Lee", associatedcompanyid = "acme" }
           given hubspot.contact bob { email = "bob@x.example", lastname = "Ek" }
           settle
           at day 2 09:00 hubspot.contact ann { jobtitle = "Boss" }
           at day 2 09:00 hubspot.company acme { zip = "5" }
           settle
           expect hubspot.contact ann { city = "Lima", zip = "5" }
           expect hubspot.contact bob { zip = blank }
           expect quiet"#,
    );
    assert!(result.passed(), "{result:#?}");
}
