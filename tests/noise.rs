//! Noise is a defect: a correct spec of the size that real teams have is nearly silent.
//!
//! The spec is made here, always the same, from the catalogs of both systems' standard objects: every field that a user
//! may write on one side is paired with a field of a compatible kind on the other, by likeness of name first; picklists
//! get complete maps, required fields a default, short fields a cut, whole numbers a rounding.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use accordant::catalog::{Field, FieldType, Object};
use accordant::diagnostic::Level;
use accordant::session::{Compilation, compile};
use accordant::source::MemoryFiles;
use accordant::value::Kind;

use crate::support::line;

const MANIFEST: &str = r#"
[project]
name = "noise"
language = 1
specs = ["*.sync"]

[systems.hubspot]
catalog = ["catalogs/hubspot.json"]

[systems.salesforce]
catalog = ["catalogs/salesforce.json"]
"#;

/// The unique ids that a project adds to both systems.
const HUBSPOT: &str = r#"{"accordant_catalog":1,"origin":"the noise test","objects":[
{"name":"contact","fields":[
 {"name":"sf_contact_id","type":"text","unique":true,"id_lookup":true,"custom":true},
 {"name":"sf_lead_id","type":"text","unique":true,"id_lookup":true,"custom":true}]},
{"name":"company","fields":[{"name":"sf_account_id","type":"text","unique":true,"id_lookup":true,"custom":true}]},
{"name":"ticket","fields":[{"name":"sf_case_id","type":"text","unique":true,"id_lookup":true,"custom":true}]},
{"name":"deal","fields":[{"name":"sf_opportunity_id","type":"text","unique":true,"id_lookup":true,"custom":true}]}
]}"#;
const SALESFORCE: &str = r#"{"accordant_catalog":1,"origin":"the noise test","objects":[
{"name":"Contact","fields":[{"name":"HubSpot_Id__c","type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true}]},
{"name":"Lead","fields":[{"name":"HubSpot_Id__c","type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true}]},
{"name":"Account","fields":[{"name":"HubSpot_Id__c","type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true}]},
{"name":"Case","fields":[{"name":"HubSpot_Id__c","type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true}]},
{"name":"Opportunity","fields":[{"name":"HubSpot_Id__c","type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true}]}
]}"#;

const SYSTEMS: &str = "system hubspot: hubspot { auto_create_companies off, lifecycle_automation off }\nsystem salesforce: salesforce\n";

/// A pair of objects: the sync's name, the two objects, its statements, and rows that nobody should guess.
struct Pair {
    name: &'static str,
    objects: [&'static str; 2],
    statements: &'static str,
    rows: &'static [[&'static str; 3]],
}

const PAIRS: &[Pair] = &[
    Pair {
        name: "Company",
        objects: ["company", "Account"],
        statements: "  truth   salesforce
  match   name = Name
  many    salesforce keep first by CreatedDate, Id
  many    hubspot hold
  key     hubspot.sf_account_id, salesforce.HubSpot_Id__c
  create  in hubspot, salesforce
  delete  keep\n",
        rows: &[
            ["name", "Name", "<->  default \"Unknown\""],
            ["hubspot_owner_id", "OwnerId", "<-   through Owner"],
            ["industry", "Industry", "<->  via industry"],
        ],
    },
    Pair {
        name: "Contact",
        objects: ["contact", "Contact"],
        statements: "  truth   salesforce
  after   Company else without
  from    hubspot where lifecyclestage in (opportunity, customer, evangelist)
  leave   continue
  match   email = Email
  many    salesforce keep first by CreatedDate, Id
  many    hubspot hold
  key     hubspot.sf_contact_id, salesforce.HubSpot_Id__c
  create  in hubspot, salesforce
  delete  keep\n",
        rows: &[
            ["email", "Email", "<->  via lower_trim"],
            ["lastname", "LastName", "<->  default \"Unknown\""],
            ["associatedcompanyid", "AccountId", "<->  through Company"],
            ["hubspot_owner_id", "OwnerId", "<-   through Owner"],
        ],
    },
    Pair {
        name: "Lead",
        objects: ["contact", "Lead"],
        statements: "  truth     hubspot
  yields    to Contact
  from      hubspot where lifecyclestage = marketingqualifiedlead and email is set
  from      salesforce where not IsConverted
  leave     continue
  match     email = Email
  many      salesforce hold
  many      hubspot hold
  key       hubspot.sf_lead_id, salesforce.HubSpot_Id__c
  create    in hubspot, salesforce
  delete    keep
  converts  to Contact\n",
        rows: &[
            ["email", "Email", "<->  via lower_trim"],
            ["lastname", "LastName", "<->  default \"Unknown\""],
            ["company", "Company", "<->  default \"Unknown\""],
            ["hubspot_owner_id", "OwnerId", "<-   through Owner"],
        ],
    },
    Pair {
        name: "Deal",
        objects: ["deal", "Opportunity"],
        statements: "  truth    salesforce
  after    Company else without
  match    dealname = Name and closedate = CloseDate
  many     salesforce hold
  many     hubspot hold
  key      hubspot.sf_opportunity_id, salesforce.HubSpot_Id__c
  create   in hubspot
  delete   in hubspot archive, in salesforce keep\n",
        rows: &[
            ["dealname", "Name", "<->"],
            [
                "closedate",
                "CloseDate",
                "<->  via date(\"America/New_York\")",
            ],
            ["amount", "Amount", "<->"],
            ["dealstage", "StageName", "<-   via DealStage"],
            ["company", "AccountId", "<->  through Company"],
            ["hubspot_owner_id", "OwnerId", "<-   through Owner"],
        ],
    },
    Pair {
        name: "Ticket",
        objects: ["ticket", "Case"],
        statements: "  truth    salesforce
  after    Company else without
  match    subject = Subject and createdate = CreatedDate
  many     salesforce hold
  many     hubspot hold
  key      hubspot.sf_case_id, salesforce.HubSpot_Id__c
  create   in salesforce
  delete   keep\n",
        rows: &[
            ["subject", "Subject", "<->"],
            ["company", "AccountId", "->   through Company"],
            ["contact", "ContactId", "->   through Contact"],
            ["hubspot_owner_id", "OwnerId", "<-   through Owner"],
        ],
    },
];

fn project(spec: &str) -> Compilation {
    let mut files = MemoryFiles::default();
    for (path, text) in [
        ("accordant.toml", MANIFEST),
        ("catalogs/hubspot.json", HUBSPOT),
        ("catalogs/salesforce.json", SALESFORCE),
        ("systems.sync", SYSTEMS),
        ("main.sync", spec),
    ] {
        files.insert(path, text);
    }
    compile(&files, Some(jiff::civil::date(2026, 11, 23)))
}

/// What of a name tells fields apart: letters and digits, without what only names the object or the address.
fn core(name: &str) -> String {
    let name = name.to_lowercase().replace(['_', ' '], "");
    let name = name.trim_start_matches("hs").trim_start_matches("mailing");
    name.trim_start_matches("billing").to_owned()
}

/// Whether the values of a picklist are known and its own.
fn listed(field: &Field) -> bool {
    field.options().is_some_and(|p| !p.values.is_empty())
}

const fn writable(field: &Field) -> bool {
    field.creatable && field.updatable
}

/// Whether the field is one that a team would sync: not the platform's own plumbing.
fn wanted(field: &Field) -> bool {
    use FieldType as T;
    let plumbing = matches!(
        field.ty,
        T::Reference
            | T::Id
            | T::Address
            | T::Location
            | T::Binary
            | T::Json
            | T::RichText
            | T::MultiPicklist
    );
    let stage = [
        "lifecyclestage",
        "StageName",
        "Status",
        "dealstage",
        "IsConverted",
        "IsDeleted",
    ];
    let empty = field.picklist.is_some() && !listed(field);
    !plumbing && !empty && !field.custom && !stage.contains(&field.name.as_str())
}

/// The row of two fields, in which the right one is Salesforce's, and the values that a map of them needs.
fn row(left: &Field, right: &Field) -> Option<(String, Option<&'static str>)> {
    use Kind as K;
    let (to_left, to_right) = (writable(left), writable(right));
    let required = if right.nillable {
        ""
    } else {
        ", -> default false"
    };
    let plain = |f: &Field| f.kind() == K::Text && f.picklist.is_none();
    let amount = |f: &Field| f.ty == FieldType::Currency;
    let clauses = match (left.kind(), right.kind()) {
        _ if amount(left) != amount(right) => return None,
        _ if listed(left) && listed(right) && to_right => return Some((String::new(), Some("->"))),
        _ if listed(left) && listed(right) && to_left => return Some((String::new(), Some("<-"))),
        _ if plain(left) && right.kind() == K::Text && to_left && !(plain(right) && to_right) => {
            "<-".into()
        }
        (K::Text, K::Text) if plain(left) && plain(right) && to_right => {
            let same = left.ty == right.ty || right.ty == FieldType::LongText;
            let short = right.length.filter(|l| *l < 32_000);
            match short {
                _ if !same && to_left => "<-".into(),
                _ if !same => return None,
                Some(length) => format!("->   via truncate({length})"),
                None if to_left => "<->".into(),
                None => "->".into(),
            }
        }
        (K::Bool, K::Bool) if to_right && to_left => format!("<->{required}"),
        (K::Number, K::Number) if to_left => "<-".into(),
        (K::Number, K::Number) if to_right => "->   via round".into(),
        (K::Date, K::Date) | (K::DateTime, K::DateTime) if to_left => "<-".into(),
        (K::Date, K::Date) | (K::DateTime, K::DateTime) if to_right => "->".into(),
        (K::DateTime, K::Date) if to_right => "->   via date(\"America/New_York\")".into(),
        _ => return None,
    };
    Some((clauses, None))
}

/// A complete map: every choice of the source has a row.
fn map(name: &str, ends: [String; 2], arrow: &str, left: &Field, right: &Field) -> String {
    let choices = |f: &Field| -> Vec<String> {
        let list = f.options().map(|p| p.values.clone()).unwrap_or_default();
        let active = list.iter().filter(|v| v.active && !v.hidden);
        let mut values: Vec<String> = active.map(|v| format!("\"{}\"", v.value)).collect();
        values.dedup();
        values
    };
    let (lefts, rights) = (choices(left), choices(right));
    let mut text = format!("picklist {name}: {} {arrow} {} {{\n", ends[0], ends[1]);
    if arrow == "->" {
        for (value, home) in lefts.iter().zip(rights.iter().cycle()) {
            let _ = writeln!(text, "  {value} -> {home}");
        }
    } else {
        for (value, home) in rights.iter().zip(lefts.iter().cycle()) {
            let _ = writeln!(text, "  {home} <- {value}");
        }
    }
    text + "}\n\n"
}

/// Pairs the fields of two objects and writes the sync; `taken` are fields of the left that other syncs write.
fn sync(pair: &Pair, left: &Object, right: &Object, taken: &mut BTreeSet<String>) -> String {
    let mut maps = String::new();
    let mut rows = String::new();
    let mut used: BTreeSet<String> = pair
        .rows
        .iter()
        .flat_map(|r| [r[0].to_owned(), r[1].to_owned()])
        .collect();
    for [l, r, how] in pair.rows {
        let (arrow, clauses) = how.split_at(how.find(' ').unwrap_or(how.len()));
        let _ = writeln!(rows, "  {l} {arrow} {r} {clauses}");
    }
    let targets: Vec<&Field> = right
        .fields
        .iter()
        .filter(|f| wanted(f) && !used.contains(f.name.as_str()))
        .collect();
    for target in targets {
        let mut candidates: Vec<&Field> = left.fields.iter().filter(|f| wanted(f)).collect();
        candidates.sort_by_key(|f| core(&f.name) != core(&target.name));
        let found = candidates.into_iter().find_map(|source| {
            let free =
                !used.contains(source.name.as_str()) && !taken.contains(source.name.as_str());
            row(source, target)
                .filter(|_| free)
                .map(|how| (source, how))
        });
        let Some((source, (clauses, mapped))) = found else {
            continue;
        };
        used.insert(source.name.to_string());
        taken.insert(source.name.to_string());
        match mapped {
            Some(arrow) => {
                let name = format!("{}{}", pair.name, target.name);
                let ends = [
                    format!("hubspot.{}.{}", left.name, source.name),
                    format!("salesforce.{}.{}", right.name, target.name),
                ];
                maps += &map(&name, ends, arrow, source, target);
                let _ = writeln!(
                    rows,
                    "  {} {arrow} {}  via {name}",
                    source.name, target.name
                );
            }
            None => {
                let (arrow, rest) =
                    clauses.split_at(clauses.find([' ', ',']).unwrap_or(clauses.len()));
                let _ = writeln!(rows, "  {} {arrow} {}{rest}", source.name, target.name);
            }
        }
    }
    let [l, r] = pair.objects;
    format!(
        "{maps}sync {}: hubspot.{l} <-> salesforce.{r} {{\n{}\n{rows}}}\n\n",
        pair.name, pair.statements
    )
}

fn spec() -> String {
    let empty = project("");
    let catalogs = &empty.model().catalogs;
    let object = |system: &str, name: &str| {
        let catalog = catalogs.get(system).expect("a catalog");
        catalog
            .object(name)
            .and_then(|o| catalog.get(o))
            .expect("a standard object")
    };
    let mut text = String::from(
        "use std.picklists.industry\nuse std.transforms.{lower_trim}\n
sync Owner: hubspot.owner <-> salesforce.User, link only {
  match  email = Email
  many   salesforce hold
  many   hubspot hold
}

picklist DealStage: hubspot.deal.dealstage <- salesforce.Opportunity.StageName {
  appointmentscheduled  <- Prospecting, Qualification
  qualifiedtobuy        <- \"Needs Analysis\", \"Value Proposition\"
  decisionmakerboughtin <- \"Id. Decision Makers\", \"Perception Analysis\"
  contractsent          <- \"Proposal/Price Quote\", \"Negotiation/Review\"
  closedwon             <- \"Closed Won\"
  closedlost            <- \"Closed Lost\"
}\n\n",
    );
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut before = "";
    for pair in PAIRS {
        if pair.objects[0] != before {
            taken.clear();
        }
        before = pair.objects[0];
        text += &sync(
            pair,
            object("hubspot", pair.objects[0]),
            object("salesforce", pair.objects[1]),
            &mut taken,
        );
    }
    text
}

#[test]
fn a_correct_spec_of_three_hundred_fields_is_nearly_silent() {
    let text = spec();
    if let Ok(path) = std::env::var("ACCORDANT_NOISE_SPEC") {
        std::fs::write(path, &text).expect("writable");
    }
    let compilation = project(&text);
    let mut fields = BTreeSet::new();
    for row in compilation.model().rows() {
        for side in accordant::side::Side::BOTH {
            fields.extend(row.field(side).map(|f| f.id));
        }
    }
    let said = |level: Level| -> Vec<String> {
        let found = compilation.findings.iter().filter(|d| d.level == level);
        found.map(|d| line(d, &compilation.sources)).collect()
    };
    let errors = said(Level::Error);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(fields.len() >= 300, "only {} fields", fields.len());
    let (warnings, hints) = (said(Level::Warning), said(Level::Hint));
    assert!(
        warnings.len() <= 10,
        "{} warnings\n{}",
        warnings.len(),
        warnings.join("\n")
    );
    assert!(
        hints.len() <= 15,
        "{} hints\n{}",
        hints.len(),
        hints.join("\n")
    );
}
