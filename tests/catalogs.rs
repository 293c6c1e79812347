//! Catalogs: what loads from real files, what a base catalog holds, what is told of bad ones.

use std::path::{Path, PathBuf};

use accordant::catalog::{
    BaseCatalog, Catalog, DefaultValue, Field, FieldType, Known, Object, OwnerKind, SystemSource,
    import, load,
};
use accordant::diagnostic::Sink;
use accordant::platform::{SystemKind, UnknownValue};
use accordant::source::{Files, MemoryFiles, ReadError, Sources};
use accordant::value::{Kind, Value};

/// The large public schemas, where they are present.
fn shared() -> Option<Folder> {
    crate::support::shared("").map(Folder)
}

/// Files of a folder on disk.
struct Folder(PathBuf);

impl Files for Folder {
    fn list(&self, dir: &str) -> Result<Vec<String>, ReadError> {
        fn walk(root: &Path, path: &Path, out: &mut Vec<String>) {
            if path.is_dir() {
                std::fs::read_dir(path)
                    .expect("lists")
                    .for_each(|e| walk(root, &e.expect("an entry").path(), out));
            } else if path.exists() {
                out.push(
                    path.strip_prefix(root)
                        .expect("below")
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
        let mut out = Vec::new();
        walk(&self.0, &self.0.join(dir), &mut out);
        out.sort();
        Ok(out)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.0.join(path)).map_err(|e| ReadError(e.to_string()))
    }
}

fn source(
    kind: SystemKind,
    catalog: &[&str],
    metadata: &[&str],
    base: BaseCatalog,
) -> SystemSource {
    SystemSource {
        name: kind.word().into(),
        kind,
        catalog: catalog.iter().map(|p| (*p).into()).collect(),
        metadata: metadata.iter().map(|p| (*p).into()).collect(),
        base,
    }
}

/// One catalog, and what was reported, as `code message`.
fn one(system: &SystemSource, files: &dyn Files) -> (Catalog, Vec<String>) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let catalogs = load(std::slice::from_ref(system), files, &mut sources, &mut sink);
    let found = sink.sorted(&sources);
    let lines = found.iter().map(|d| {
        let label = d.labels.first();
        let place = label.map_or_else(String::new, |l| sources.place(l.span));
        format!(
            "{} {place} {}: {}",
            d.code,
            d.message,
            label.map_or("", |l| &l.text)
        )
    });
    (
        catalogs.get(&system.name).expect("is there").clone(),
        lines.collect(),
    )
}

/// Objects, fields, picklist values, record types, processes, value sets, owners of a catalog.
fn counts(c: &Catalog) -> [usize; 7] {
    let values = |f: &accordant::catalog::Field| f.picklist.as_ref().map_or(0, |p| p.values.len());
    [
        c.objects.len(),
        c.objects.iter().map(|o| o.fields.len()).sum(),
        c.objects.iter().flat_map(|o| &o.fields).map(values).sum(),
        c.objects.iter().map(|o| o.record_types.len()).sum(),
        c.objects.iter().map(|o| o.processes.len()).sum(),
        c.value_sets.len(),
        c.owners.len(),
    ]
}

fn fixtures() -> Folder {
    Folder(PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/catalogs/fixtures"
    )))
}

/// The field `object.field` of a catalog.
fn field<'a>(catalog: &'a Catalog, object: &str, field: &str) -> &'a Field {
    let at = catalog
        .object(object)
        .unwrap_or_else(|| panic!("no object {object}"));
    let idx = catalog
        .field(at, field)
        .unwrap_or_else(|| panic!("no field {object}.{field}"));
    catalog
        .get(at)
        .and_then(|o| o.get(idx))
        .expect("the index is of this object")
}

fn object<'a>(catalog: &'a Catalog, name: &str) -> &'a Object {
    catalog
        .object(name)
        .and_then(|o| catalog.get(o))
        .unwrap_or_else(|| panic!("no object {name}"))
}

fn values(field: &Field) -> Vec<&str> {
    field
        .picklist
        .iter()
        .flat_map(|p| &p.values)
        .map(|v| v.value.as_str())
        .collect()
}

fn required(object: &Object) -> Vec<&str> {
    object
        .fields
        .iter()
        .filter(|f| f.required)
        .map(|f| f.name.as_str())
        .collect()
}

#[test]
fn a_describe_tells_types_limits_and_dependent_values() {
    let system = source(
        SystemKind::Salesforce,
        &["describe/*.json"],
        &[],
        BaseCatalog::None,
    );
    let (catalog, found) = one(&system, &fixtures());
    assert_eq!(found, Vec::<String>::new());
    let name = field(&catalog, "ACCOUNT", "name");
    assert_eq!(
        (name.length, name.required, name.kind()),
        (Some(255), true, Kind::Text)
    );
    assert!(field(&catalog, "Account", "LastModifiedDate").read_only());
    assert_eq!(field(&catalog, "Account", "OwnerId").references, ["User"]);
    let states = field(&catalog, "Account", "BillingStateCode")
        .options()
        .expect("has options");
    let al: Vec<_> = states
        .entries("AL")
        .map(|v| (v.label.as_str(), v.valid_for.join(",")))
        .collect();
    assert_eq!(
        al,
        [
            ("Alabama", "US".into()),
            ("Alagoas", "BR".into()),
            ("Alessandria", "IT".into())
        ]
    );
    let profile = SystemKind::Salesforce.profile();
    let labels = object(&catalog, "Account")
        .label_list(profile, "BillingCountry")
        .expect("a twin");
    assert!(
        labels
            .by_label("united states")
            .is_some_and(|v| v.value == "US")
    );
    assert_eq!(
        field(&catalog, "Account", "Industry").unknown_value(profile),
        Some(UnknownValue::Stores)
    );
    assert_eq!(
        field(&catalog, "Account", "BillingCountryCode").unknown_value(profile),
        Some(UnknownValue::Rejects)
    );
}

#[test]
fn metadata_tell_what_an_org_made() {
    let system = source(
        SystemKind::Salesforce,
        &[],
        &["metadata", "mdapi"],
        BaseCatalog::Standard,
    );
    let (catalog, found) = one(&system, &fixtures());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("M008 metadata/objects/Widget__c/fields/Lost__c.field-meta.xml:2"),
        "{found:?}"
    );
    let widget = |name| field(&catalog, "Widget__c", name);
    assert_eq!(required(object(&catalog, "Widget__c")), ["Weight__c"]);
    assert_eq!(
        (widget("Weight__c").precision, widget("Weight__c").scale),
        (Some(18), Some(2))
    );
    assert_eq!(
        widget("Code__c").default.as_deref(),
        Some(&DefaultValue::Formula("\"n/a\"".into()))
    );
    assert!(
        widget("Code__c").upserts(SystemKind::Salesforce.profile()) && widget("Code__c").unique
    );
    assert_eq!(
        widget("Double__c").formula.as_deref(),
        Some("Weight__c * 2 & \"x\"")
    );
    assert!(widget("Double__c").calculated && widget("Double__c").read_only());
    assert_eq!(
        widget("Account__c").relationship.as_deref(),
        Some("Account__r")
    );
    assert_eq!(widget("Odd__c").ty, FieldType::Unknown("Hologram".into()));
    assert_eq!(
        (values(widget("Tier__c")), widget("Tier__c").required),
        (vec!["Gold", "Silver"], false)
    );
    assert_eq!(
        widget("Tier__c")
            .picklist
            .as_ref()
            .map(|p| p.values[0].label.as_str()),
        Some("Gold tier")
    );
    let wrap = widget("Wrap__c").options().expect("has options");
    assert_eq!(wrap.controller.as_deref(), Some("Fragile__c"));
    assert_eq!(
        wrap.values
            .iter()
            .map(|v| (v.active, v.valid_for.join(",")))
            .collect::<Vec<_>>(),
        [(true, "true".to_owned()), (false, String::new())]
    );
    assert!(
        widget("Lost__c").options().is_none(),
        "a set that is not there cannot be checked"
    );
    // what every object has, and metadata do not say
    assert_eq!(
        (&widget("Name").ty, widget("Id").known),
        (&FieldType::AutoNumber, Known::Base)
    );
    assert_eq!(widget("OwnerId").references, ["User"]);
    // the base catalog gives the rest of a standard field
    let industry = field(&catalog, "Account", "Industry");
    assert_eq!(
        (values(industry), industry.length, industry.known),
        (vec!["Software", "Shipping"], Some(40), Known::Metadata)
    );
    // record types: encoded values, and the stages of their process
    let opportunity = object(&catalog, "Opportunity");
    let renewal = opportunity.record_type("renewal").expect("is there");
    assert_eq!(renewal.picklists["Type"], ["Existing Customer - Upgrade"]);
    assert_eq!(renewal.picklists["StageName"], ["Talk/Listen", "Won"]);
    assert!(
        opportunity
            .stage("Won")
            .is_some_and(|s| s.closed && s.won && s.probability == Some(100))
    );
    // packages under development write a placeholder for their namespace
    assert_eq!(
        field(&catalog, "Gift__c", "Donor__c").references,
        ["Contact"]
    );
    assert_eq!(
        values(field(&catalog, "Gift__c", "Kind__c")),
        ["Once", "Monthly"]
    );
    assert_eq!(object(&catalog, "Gift__c").record_types.len(), 1);
    assert_eq!(
        catalog
            .owners
            .iter()
            .map(|o| (o.id.as_str(), o.kind))
            .collect::<Vec<_>>(),
        [("Desk", OwnerKind::Queue)]
    );
    assert_eq!(
        catalog
            .value_sets
            .iter()
            .map(|s| s.name.as_str())
            .collect::<Vec<_>>(),
        ["Country", "Industry", "OpportunityStage", "State", "Tiers"]
    );
}

#[test]
fn hubspot_bodies_tell_properties_pipelines_owners_and_schemas() {
    let system = source(
        SystemKind::HubSpot,
        &["hubspot/**/*.json"],
        &[],
        BaseCatalog::Standard,
    );
    let (catalog, found) = one(&system, &fixtures());
    assert_eq!(found, Vec::<String>::new());
    let profile = SystemKind::HubSpot.profile();
    assert_eq!(catalog.object("contacts"), catalog.object("contact"));
    assert_eq!(catalog.object("0-1"), catalog.object("contact"));
    let contact = |name| field(&catalog, "contact", name);
    assert!(contact("email").upserts(profile) && contact("erp_id").upserts(profile));
    assert_eq!(
        contact("tier").unknown_value(profile),
        Some(UnknownValue::Rejects)
    );
    assert!(
        contact("tier")
            .options()
            .is_some_and(|p| p.values[1].hidden && p.values[1].active)
    );
    assert_eq!(
        (contact("tags").kind(), contact("score").read_only()),
        (Kind::Set, true)
    );
    assert_eq!(contact("warp").ty, FieldType::Unknown("wormhole".into()));
    assert_eq!(contact("hubspot_owner_id").references, ["owner"]);
    assert_eq!(contact("firstname").known, Known::Base);
    assert!(
        catalog
            .field(catalog.object("contact").expect("is there"), "Email")
            .is_none(),
        "names have a case"
    );
    let deal = object(&catalog, "deal");
    assert_eq!(
        deal.pipelines
            .iter()
            .map(|p| p.id.as_str())
            .collect::<Vec<_>>(),
        ["default", "7"]
    );
    assert_eq!(
        deal.pipelines[0]
            .stages
            .iter()
            .map(|s| s.id.as_str())
            .collect::<Vec<_>>(),
        ["new", "won"]
    );
    let stage = field(&catalog, "deal", "dealstage")
        .options()
        .expect("the stages of the pipelines");
    assert_eq!(stage.controller.as_deref(), Some("pipeline"));
    assert_eq!(
        stage.get("99").map(|v| v.valid_for.join(",")),
        Some("7".into())
    );
    assert_eq!(
        catalog
            .owners
            .iter()
            .map(|o| (o.name.as_str(), o.active))
            .collect::<Vec<_>>(),
        [("Ann Lee", true), ("Bob", false)]
    );
    let car = object(&catalog, "cars");
    assert_eq!((required(car), car.custom), (vec!["vin"], true));
    assert!(car.association("contact").is_some());
}

#[test]
fn stages_that_no_known_pipeline_has_are_taken_from_the_property() {
    let mut files = MemoryFiles::default();
    let deals = r#"{"results":[{"name":"dealstage","type":"enumeration","fieldType":"radio","groupName":"g",
        "externalOptions":true,"options":[{"label":"Ours","value":"123"}]}]}"#;
    files.insert("deals.json", deals);
    let system = source(SystemKind::HubSpot, &["*.json"], &[], BaseCatalog::Standard);
    let (catalog, found) = one(&system, &files);
    assert_eq!(found, Vec::<String>::new());
    let stage = field(&catalog, "deal", "dealstage");
    assert_eq!((values(stage), stage.required), (vec!["123"], true));
    assert!(
        stage
            .options()
            .is_some_and(|p| p.restricted && p.controller.is_none())
    );
}

#[test]
fn import_writes_what_loads_as_the_same_catalog() {
    let systems = [
        source(
            SystemKind::Salesforce,
            &["describe/*.json"],
            &["metadata", "mdapi"],
            BaseCatalog::Standard,
        ),
        source(
            SystemKind::Salesforce,
            &["describe/*.json"],
            &["metadata", "mdapi"],
            BaseCatalog::None,
        ),
        // parts of standard objects alone: a field, a record type, stages
        source(
            SystemKind::Salesforce,
            &[],
            &["parts"],
            BaseCatalog::Standard,
        ),
        source(
            SystemKind::HubSpot,
            &["hubspot/**/*.json"],
            &[],
            BaseCatalog::Standard,
        ),
        source(
            SystemKind::HubSpot,
            &["hubspot/**/*.json"],
            &[],
            BaseCatalog::None,
        ),
    ];
    for system in systems {
        let (direct, _) = one(&system, &fixtures());
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let written = import(&system, &fixtures(), &mut sources, &mut sink);
        let mut files = MemoryFiles::default();
        for (name, text) in &written {
            assert!(
                text.ends_with("]}\n") && text.starts_with("{\"accordant_catalog\":1,"),
                "{name}"
            );
            files.insert(format!("catalogs/{name}"), text.as_str());
        }
        let again = source(system.kind, &["catalogs"], &[], system.base);
        let (loaded, found) = one(&again, &files);
        assert_eq!(found, Vec::<String>::new());
        for object in &loaded.objects {
            assert_eq!(
                Some(object),
                direct.object(&object.name).and_then(|o| direct.get(o))
            );
        }
        assert_eq!(loaded.objects.len(), direct.objects.len());
        assert_eq!(
            (&loaded.owners, &loaded.value_sets),
            (&direct.owners, &direct.value_sets)
        );
        assert_eq!(loaded.digest(), direct.digest());
        assert!(!written.is_empty());
        assert_eq!(
            import(&again, &files, &mut sources, &mut sink),
            written,
            "importing again changes nothing"
        );
    }
}

#[test]
fn later_files_win_field_by_field() {
    let mut files = MemoryFiles::default();
    let account = |fields: &str| {
        format!(r#"{{"accordant_catalog":1,"objects":[{{"name":"account","fields":[{fields}]}}]}}"#)
    };
    files.insert(
        "a.json",
        account(r#"{"name":"Tier__c","type":"text","length":5},{"name":"X__c","type":"text"}"#),
    );
    files.insert("b.json", account(r#"{"name":"tier__c","type":"integer"}"#));
    let (catalog, found) = one(
        &source(
            SystemKind::Salesforce,
            &["?.json"],
            &[],
            BaseCatalog::Standard,
        ),
        &files,
    );
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(field(&catalog, "Account", "Tier__c").ty, FieldType::Integer);
    assert_eq!(field(&catalog, "Account", "X__c").known, Known::Catalog);
    assert_eq!(field(&catalog, "Account", "Industry").known, Known::Base);
    let (swapped, _) = one(
        &source(
            SystemKind::Salesforce,
            &["b.json", "a.json"],
            &[],
            BaseCatalog::Standard,
        ),
        &files,
    );
    assert_eq!(field(&swapped, "Account", "Tier__c").ty, FieldType::Text);
    assert_ne!(swapped.digest(), catalog.digest());
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_poisons() {
    let load = |name: &str, text: &[u8]| {
        let mut files = MemoryFiles::default();
        files.insert(name, text);
        one(
            &source(
                SystemKind::Salesforce,
                &["*.json", "*.xml"],
                &[],
                BaseCatalog::Standard,
            ),
            &files,
        )
    };
    for (text, want) in [
        ("{\n  \"fields\": [{\"name\": 1}]}", "M007 a.json:2 "),
        (
            "{\"fields\": [\n{\"name\":\"A\",\n\"type\": }]}",
            "M007 a.json:3 ",
        ),
        ("nonsense", "M007 a.json:1 "),
        ("", "M007 a.json:1 "),
        ("{\"accordant_catalog\": 2}", "M007 a.json:1 "),
        (
            "{\"accordant_catalog\": 1,\n\"objects\":[{\"name\":\"A\",\"colour\":1}]}",
            "M007 a.json:2 ",
        ),
        ("{\"hello\": 1}", "M008 a.json:1 "),
        ("[]", "M008 a.json:1 "),
        ("[1]", "M008 a.json:1 "),
        ("{\"sobjects\": []}", "M008 a.json:1 "),
    ] {
        let (catalog, found) = load("a.json", text.as_bytes());
        assert_eq!(found.len(), 2, "{text}: {found:?}"); // `*.xml` matches nothing
        assert!(
            found.iter().any(|f| f.starts_with(want)),
            "{text}: {found:?}"
        );
        assert!(
            found.iter().any(|f| f.starts_with("M002 ")),
            "{text}: {found:?}"
        );
        assert!(catalog.missing && catalog.object("Account").is_some());
    }
    for deep in [
        "[".repeat(100_000),
        "[".repeat(50_000) + &"]".repeat(50_000),
        "{\"result\":".repeat(50_000),
        "{\"fields\":[".repeat(50_000),
        "{\"result\":".repeat(20) + "{}" + &"}".repeat(20),
    ] {
        let (_, found) = load("a.json", deep.as_bytes());
        assert_eq!(found.len(), 2, "{found:?}");
    }
    let (_, found) = load("a.json", b"\xff\xfe{}");
    assert!(
        found.iter().any(|f| f.starts_with("M007 a.json:1")),
        "{found:?}"
    );
    let mut files = MemoryFiles::default();
    files.insert(
        "m/objects/A__c/fields/B__c.field-meta.xml",
        "<CustomField>\n<fullName>B__c</label></CustomField>",
    );
    let (catalog, found) = one(
        &source(SystemKind::Salesforce, &[], &["m"], BaseCatalog::Standard),
        &files,
    );
    assert!(
        found[0].starts_with("M007 m/objects/A__c/fields/B__c.field-meta.xml:2"),
        "{found:?}"
    );
    assert!(catalog.missing);
    let (catalog, found) = one(
        &source(SystemKind::Jsonl, &[], &[], BaseCatalog::Standard),
        &files,
    );
    assert!(
        catalog.missing && found.len() == 1 && found[0].starts_with("M002"),
        "{found:?}"
    );
    let (catalog, found) = one(
        &source(SystemKind::HubSpot, &[], &[], BaseCatalog::Standard),
        &files,
    );
    assert!(!catalog.missing && found.is_empty());
}

#[test]
fn other_json_of_a_folder_is_one_warning() {
    let mut files = MemoryFiles::default();
    for name in ["a", "b", "c"] {
        files.insert(format!("f/{name}.json"), "{\"hello\": 1}");
    }
    let mut sink = Sink::default();
    let mut sources = Sources::default();
    let org = source(SystemKind::Salesforce, &["f"], &[], BaseCatalog::Standard);
    load(&[org], &files, &mut sources, &mut sink);
    let found = sink.sorted(&sources);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "nothing is taken from 3 files");
    assert_eq!(
        found[0].note.as_deref(),
        Some("the others are `f/b.json` and `f/c.json`")
    );
}

#[test]
fn answers_are_found_inside_answers() {
    let describe = r#"{"name":"Thing__c","fields":[{"name":"A__c","type":"string","length":9,"createable":true}]}"#;
    for wrapped in [
        format!("[{describe}]"),
        format!(r#"{{"status":0,"result":{describe}}}"#),
        format!(r#"{{"compositeResponse":[{{"body":{describe},"httpStatusCode":200}}]}}"#),
        format!(r#"{{"hasErrors":false,"results":[{{"statusCode":200,"result":{describe}}}]}}"#),
    ] {
        let mut files = MemoryFiles::default();
        files.insert("a.json", wrapped.as_str());
        let (catalog, found) = one(
            &source(SystemKind::Salesforce, &["a.json"], &[], BaseCatalog::None),
            &files,
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(
            field(&catalog, "thing__c", "a__c").length,
            Some(9),
            "{wrapped}"
        );
    }
}

#[test]
fn the_base_catalogs_hold_the_standard_schema() {
    let files = MemoryFiles::default();
    let (salesforce, found) = one(
        &source(SystemKind::Salesforce, &[], &[], BaseCatalog::Standard),
        &files,
    );
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(counts(&salesforce)[..2], [11, 512]);
    let of = |name| required(object(&salesforce, name));
    assert_eq!(of("Lead"), ["Company", "LastName"]);
    assert_eq!(of("Contact"), ["LastName"]);
    assert_eq!(of("Account"), ["Name"]);
    assert_eq!(of("Opportunity"), ["CloseDate", "Name", "StageName"]);
    assert_eq!((of("Task"), of("Campaign")), (vec![], vec!["Name"]));
    let length = |object, name| field(&salesforce, object, name).length;
    assert_eq!(length("Contact", "FirstName"), Some(40));
    assert_eq!(length("Lead", "Title"), Some(128));
    assert_eq!(length("Opportunity", "Name"), Some(120));
    assert_eq!(length("Task", "Subject"), Some(255));
    assert_eq!(length("User", "Alias"), Some(8));
    assert_eq!(
        values(field(&salesforce, "Lead", "Status")),
        [
            "Open - Not Contacted",
            "Working - Contacted",
            "Closed - Converted",
            "Closed - Not Converted"
        ]
    );
    assert_eq!(
        values(field(&salesforce, "Contact", "LeadSource")),
        [
            "Web",
            "Phone Inquiry",
            "Partner Referral",
            "Purchased List",
            "Other"
        ]
    );
    assert_eq!(
        values(field(&salesforce, "Opportunity", "StageName")).len(),
        10
    );
    assert!(
        object(&salesforce, "Opportunity")
            .stage("Closed Won")
            .is_some_and(|s| s.won)
    );
    assert_eq!(
        field(&salesforce, "Opportunity", "AccountId")
            .relationship
            .as_deref(),
        Some("Account")
    );
    assert_eq!(
        field(&salesforce, "Task", "WhoId").references,
        ["Contact", "Lead"]
    );
    assert!(salesforce.objects.iter().all(|o| {
        o.fields
            .iter()
            .all(|f| !f.name.ends_with("__c") && f.known == Known::Base)
    }));

    let (hubspot, found) = one(
        &source(SystemKind::HubSpot, &[], &[], BaseCatalog::Standard),
        &files,
    );
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(counts(&hubspot)[..2], [9, 761]);
    let stages = [
        "subscriber",
        "lead",
        "marketingqualifiedlead",
        "salesqualifiedlead",
        "opportunity",
        "customer",
        "evangelist",
        "other",
    ];
    assert_eq!(values(field(&hubspot, "contact", "lifecyclestage")), stages);
    for name in [
        "salesforceleadid",
        "salesforcecontactid",
        "hubspotscore",
        "recent_conversion_date",
        "company",
        "jobtitle",
    ] {
        field(&hubspot, "contact", name);
    }
    assert_eq!(
        field(&hubspot, "contact", "associatedcompanyid").references,
        ["company"]
    );
    assert_eq!(
        field(&hubspot, "company", "hubspot_owner_id").references,
        ["owner"]
    );
    assert_eq!(
        required(object(&hubspot, "deal")),
        ["dealname", "dealstage"]
    );
    assert_eq!(
        values(field(&hubspot, "meeting", "hs_meeting_outcome")),
        [
            "SCHEDULED",
            "COMPLETED",
            "RESCHEDULED",
            "NO_SHOW",
            "CANCELED"
        ]
    );
    assert_eq!(values(field(&hubspot, "deal", "dealstage")).len(), 7);
    assert!(
        object(&hubspot, "deals")
            .stage("closedwon")
            .is_some_and(|s| s.closed && s.won)
    );
    let joined = |name: &str| {
        object(&hubspot, name)
            .associations
            .iter()
            .map(|a| a.to.as_str())
            .collect::<Vec<_>>()
    };
    assert!(joined("deal").contains(&"contact") && joined("meeting").contains(&"contact"));
    for object in &hubspot.objects {
        for association in &object.associations {
            assert!(
                hubspot.object(&association.to).is_some(),
                "{} ~ {}",
                object.name,
                association.to
            );
        }
    }
}

#[test]
fn profiles_say_what_each_platform_does() {
    let (salesforce, hubspot) = (
        SystemKind::Salesforce.profile(),
        SystemKind::HubSpot.profile(),
    );
    assert!(hubspot.refuses_backwards("contact", "lifecyclestage"));
    assert!(salesforce.queue_may_own("lead") && salesforce.queue_may_own("Widget__c"));
    assert!(!salesforce.queue_may_own("Contact") && !hubspot.queue_may_own("contact"));
    let marks = |object| hubspot.marks(object).map(|m| m.modified);
    assert_eq!(
        (marks("contact"), marks("deal")),
        (Some("lastmodifieddate"), Some("hs_lastmodifieddate"))
    );
    let written: Vec<_> = salesforce
        .writes_on("opportunity", "stagename")
        .flat_map(|w| w.writes)
        .collect();
    assert!(written.contains(&&("Opportunity", "Probability")));
    assert_eq!(
        salesforce.code_twin("MailingState").as_deref(),
        Some("MailingStateCode")
    );
    assert_eq!(hubspot.code_twin("country"), None);
    let files = MemoryFiles::default();
    for kind in [SystemKind::Salesforce, SystemKind::HubSpot] {
        let (catalog, _) = one(&source(kind, &[], &[], BaseCatalog::Standard), &files);
        let profile = kind.profile();
        for write in profile.writes {
            field(&catalog, write.object, write.field);
            write
                .writes
                .iter()
                .for_each(|(o, f)| assert!(!field(&catalog, o, f).name.is_empty()));
        }
        for (o, f) in profile.forward_only.iter().chain(profile.lower_case) {
            field(&catalog, o, f);
        }
        for o in &catalog.objects {
            let marks = profile.marks(&o.name).expect("every object has them");
            field(&catalog, &o.name, marks.created);
            field(&catalog, &o.name, marks.modified);
        }
        for (object, id) in profile.conversion.iter().flat_map(|c| c.became) {
            assert_eq!(field(&catalog, "Lead", id).references, [*object]);
        }
    }
    let email = field(
        &one(
            &source(SystemKind::Salesforce, &[], &[], BaseCatalog::Standard),
            &files,
        )
        .0,
        "Contact",
        "Email",
    )
    .stored(salesforce, "Contact");
    assert_eq!(
        email.normal(&Value::text(" Ann@X.example ")),
        Value::text("ann@x.example")
    );
}

#[test]
fn every_mutant_of_a_fixture_is_refused_or_read_without_panic() {
    let folder = fixtures();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    let pieces: [&[u8]; 12] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b"null",
        b"-1e999",
        b"<",
        b"</a>",
        b"&#x110000;",
        b"\xff",
        "ü\u{0}".as_bytes(),
    ];
    for path in folder.list("").expect("lists") {
        let original = folder.read(&path).expect("reads");
        for _ in 0..60 {
            let mut bytes = original.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                let end = (at + random(9)).min(bytes.len());
                let piece = pieces[random(pieces.len())];
                bytes.splice(at..end, piece.iter().copied());
            }
            let mut files = MemoryFiles::default();
            files.insert(path.as_str(), bytes);
            for kind in [SystemKind::Salesforce, SystemKind::HubSpot] {
                one(
                    &source(kind, &["**/*.json"], &["**"], BaseCatalog::None),
                    &files,
                );
            }
        }
    }
}

#[test]
fn the_northstar_org_loads_whole() {
    let Some(files) = shared() else { return };
    let folder = "salesforce/metadata/northstar-sales-cloud";
    let (catalog, found) = one(
        &source(SystemKind::Salesforce, &[], &[folder], BaseCatalog::None),
        &files,
    );
    assert_eq!(found, Vec::<String>::new());
    // 361 object files, and `QuoteLineItem`, which has fields only
    assert_eq!(catalog.objects.len(), 361 + 1);
    // 3,421 field files, the name fields of 4 custom objects, 4 fields of Activity on Task and on Event
    assert_eq!(
        catalog
            .objects
            .iter()
            .map(|o| o.fields.len())
            .sum::<usize>(),
        3_421 + 4 + 2 * 4
    );
    // values, record types, processes, value sets (58 standard, 13 global, countries, states), queues
    assert_eq!(counts(&catalog)[2..], [570, 21, 6, 73, 8]);
    assert_eq!(
        catalog.value_sets.iter().filter(|s| !s.standard).count(),
        13
    );
    let set = |name| {
        catalog
            .value_sets
            .iter()
            .find(|s| s.name == name)
            .expect("is there")
    };
    let (countries, states) = (set("Country"), set("State"));
    let stateless = countries
        .values
        .iter()
        .filter(|c| !states.values.iter().any(|s| s.valid_for.contains(&c.value)));
    assert_eq!(states.values.len() + stateless.count(), 621);
    assert!(
        countries
            .values
            .iter()
            .any(|c| c.value == "US" && c.label == "United States")
    );

    let (whole, _) = one(
        &source(
            SystemKind::Salesforce,
            &[],
            &[folder],
            BaseCatalog::Standard,
        ),
        &files,
    );
    assert_eq!(
        values(field(&whole, "Account", "Industry")).len(),
        set("Industry").values.len()
    );
    let unstated = |o: &Object| {
        o.fields
            .iter()
            .any(|f| f.ty == FieldType::Unknown("unstated".into()))
    };
    for name in ["Account", "Contact", "Lead", "Opportunity", "Case"] {
        let unknown = object(&whole, name)
            .fields
            .iter()
            .filter(|f| matches!(f.ty, FieldType::Unknown(_)));
        println!(
            "{name}: {:?}",
            unknown.map(|f| f.name.as_str()).collect::<Vec<_>>()
        );
    }
    assert!(
        unstated(object(&catalog, "LegalEntity")),
        "a type that nobody states stays unstated"
    );
}

/// Kind, catalog files, metadata, counts.
type Row<'a> = (SystemKind, &'a [&'a str], &'a [&'a str], [usize; 7]);

#[test]
fn all_other_public_schemas_load() {
    let Some(files) = shared() else { return };
    let describes = ["A*.json", "C*.json", "E*.json", "L*.json", "O*.json"]
        .map(|p| format!("salesforce/describe/{p}"));
    let describes: Vec<&str> = describes.iter().map(String::as_str).collect();
    let (salesforce, hubspot) = (SystemKind::Salesforce, SystemKind::HubSpot);
    let catalogs: [Row; 7] = [
        (
            salesforce,
            &[],
            &["salesforce/metadata/npsp"],
            [69, 975, 467, 16, 5, 10, 0],
        ),
        (
            salesforce,
            &[],
            &["salesforce/metadata/dreamhouse"],
            [2, 34, 5, 0, 0, 0, 0],
        ),
        (
            salesforce,
            &[],
            &["salesforce/metadata/ebikes"],
            [6, 35, 35, 0, 0, 0, 0],
        ),
        (
            salesforce,
            &[],
            &["salesforce/metadata/easy-spaces"],
            [5, 37, 90, 0, 0, 0, 0],
        ),
        (salesforce, &describes, &[], [8, 318, 713, 1, 0, 0, 0]),
        (
            salesforce,
            &["salesforce/soql_metadata/*.json"],
            &[],
            [29, 988, 3_599, 0, 0, 0, 0],
        ),
        (
            hubspot,
            &["hubspot/p*/*.json"],
            &[],
            [3, 571, 3_396, 0, 0, 0, 0],
        ),
    ];
    for (kind, catalog, metadata, want) in catalogs {
        let (loaded, found) = one(&source(kind, catalog, metadata, BaseCatalog::None), &files);
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(counts(&loaded), want, "{catalog:?} {metadata:?}");
    }
}

#[test]
fn the_real_bitmaps_decode() {
    let Some(files) = shared() else { return };
    let path = "salesforce/describe/_dependent_picklist_sample.json";
    let (catalog, _) = one(
        &source(SystemKind::Salesforce, &[path], &[], BaseCatalog::None),
        &files,
    );
    let states = field(&catalog, "_dependent_picklist_sample", "BillingStateCode")
        .options()
        .expect("has options");
    assert_eq!(states.values.len(), 384);
    let al: Vec<_> = states
        .entries("AL")
        .map(|v| (v.label.as_str(), v.valid_for.join(",")))
        .collect();
    assert_eq!(
        al,
        [
            ("Alabama", "US".into()),
            ("Alagoas", "BR".into()),
            ("Alessandria", "IT".into())
        ]
    );
    assert!(
        states.values.iter().all(|v| v.valid_for.len() == 1),
        "each state is of one country"
    );
}

#[test]
fn files_of_hubspot_are_about_the_object_that_they_or_their_names_tell() {
    let mut files = MemoryFiles::default();
    let property =
        r#"{"results":[{"name":"serial","label":"Serial","type":"string","fieldType":"text"}]}"#;
    files.insert("crm/2-4711.json", property);
    files.insert(
        "crm/schemas.json",
        r#"{"results":[{"name":"boat","objectTypeId":"2-4711","fullyQualifiedName":"p9_boat","labels":{"singular":"Boat","plural":"Boats"},"properties":[{"name":"length","label":"Length","type":"number","fieldType":"number"}]}]}"#,
    );
    files.insert(
        "crm/pipelines.json",
        r#"{"results":[{"id":"p1","label":"One","stages":[{"id":"s1","label":"Open","metadata":{"probability":"0.5"}}]}]}"#,
    );
    files.insert(
        "old/stages.json",
        r#"[{"pipelineId":"p2","objectType":"TICKET","label":"Two","stages":[{"stageId":"s2","label":"New"}]}]"#,
    );
    files.insert("crm/properties.json", property);
    files.insert("companies/properties.json", property);
    let system = source(
        SystemKind::HubSpot,
        &["crm", "old", "companies"],
        &[],
        BaseCatalog::None,
    );
    let (catalog, found) = one(&system, &files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("crm/properties.json"), "{found:#?}");
    let names: Vec<&str> = catalog.objects.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["boat", "company", "deal", "ticket"]);
    let fields: Vec<&str> = catalog.objects[0]
        .fields
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(fields, ["length", "serial"]);
    let stages = |object: usize| catalog.objects[object].pipelines[0].stages[0].id.as_str();
    assert_eq!((stages(2), stages(3)), ("s1", "s2"));
}
