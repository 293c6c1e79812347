//! The plan: what it holds of a spec, its seal, its schema, its bytes.

use std::collections::BTreeMap;

use accordant::emit::plan_schema;
use accordant::lower::{cases, spec_hash};
use accordant::plan::{self, CaseAction, Expected, Expr, Found, Mode, Plan, PlanError};
use accordant::session::compile;
use accordant::source::{MemoryFiles, SourceFile};
use accordant::testing::run_case;
use accordant::value::Value;
use serde_json::{Value as Json, json};

use crate::support::{compile_fixture, fixture_files, planned};

/// A small helpdesk and a small sales tool.
pub const PROJECT: &str = include_str!("emit/project.sync");

/// The plan of a spec without errors.
pub fn plan_of(text: &str) -> Plan {
    planned(&compile_fixture(text))
}

fn sync<'p>(plan: &'p Plan, name: &str) -> &'p plan::Sync {
    plan.syncs.iter().find(|s| s.name == name).expect("a sync")
}

fn row<'p>(plan: &'p Plan, of: &str, name: &str) -> &'p plan::Row {
    let rows = &sync(plan, of).rows;
    rows.iter().find(|r| r.name == name).expect("a row")
}

#[test]
fn what_others_refer_to_comes_first_and_the_spec_breaks_ties() {
    let plan = plan_of(PROJECT);
    let names: Vec<&str> = plan.syncs.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Agent", "Person", "Ticket", "Prospect"]);
}

#[test]
fn objects_hold_exactly_the_fields_that_the_plan_touches() {
    let plan = plan_of(PROJECT);
    let fields: Vec<&str> = plan.objects["crm.User"]
        .fields
        .keys()
        .map(|k| k.as_str())
        .collect();
    assert_eq!(fields, ["Email"]);
    let case = &plan.objects["crm.Case"].fields;
    assert!(!case.contains_key("Vip__c") && !case.contains_key("CreatedDate"));
    assert_eq!(case["Subject"].length, Some(80));
    assert!(case["Subject"].required && case["Subject"].equality.trim);
    assert_eq!(case["Amount__c"].equality.scale, Some(2));
    let desk = &plan.objects["desk.ticket"].fields;
    let only: Vec<&str> = desk["state"]
        .only
        .iter()
        .flatten()
        .map(|v| v.as_str())
        .collect();
    assert_eq!(only, ["new", "open", "waiting", "closed"]);
    assert!(
        plan.objects["desk.customer"].fields["email"]
            .equality
            .fold_case
    );
}

#[test]
fn keys_are_compared_in_the_normal_form_of_the_row_that_maps_them() {
    let plan = plan_of(PROJECT);
    let person = sync(&plan, "Person");
    let part = &person.identity.keys[0].parts[0];
    assert!(part.fold, "both platforms keep addresses in lower case");
    assert!(matches!(&part.sides.left, Expr::Call { function, .. } if function == "lower_trim"));
    assert!(matches!(&part.sides.right, Expr::Call { function, .. } if function == "lower_trim"));
    let country = &person.identity.keys[1].parts[1];
    assert!(matches!(&country.sides.left, Expr::Normalize { table, .. } if table == "Country"));
    let inner = |e: &Expr| match e {
        Expr::Normalize { input, .. } => (**input).clone(),
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(inner(&country.sides.left), Expr::Call { function, .. } if function == "trim")
    );
    assert!(matches!(inner(&country.sides.right), Expr::Field { .. }));
    let trimmed = &person.identity.keys[1].parts[0];
    assert!(matches!(&trimmed.sides.left, Expr::Call { function, .. } if function == "trim"));
    assert!(matches!(&trimmed.sides.right, Expr::Field { .. }) && !trimmed.fold);
}

#[test]
fn a_row_says_all_that_the_merge_needs() {
    let plan = plan_of(PROJECT);
    let email = row(&plan, "Person", "email");
    assert!(email.normal.is_some() && email.bound == 2);
    let surname = row(&plan, "Person", "surname");
    assert_eq!(surname.bound, 1);
    assert_eq!(
        surname.lanes.left.as_ref().and_then(|l| l.default.clone()),
        Some(Value::text("Unknown"))
    );
    let owner = row(&plan, "Ticket", "agent_id");
    assert!(owner.lanes.left.is_some() && owner.lanes.right.is_none());
    assert_eq!(owner.authority, None);
    assert!(owner.digest.len() == 16 && owner.origin.file == "main.sync");
}

#[test]
fn the_write_set_holds_stamps_and_no_protected_field() {
    let plan = plan_of(PROJECT);
    let person = sync(&plan, "Person");
    let right: Vec<&str> = person.write_set.right.iter().map(|f| f.as_str()).collect();
    assert!(right.contains(&"Desk_Customer_Id__c") && !right.contains(&"Title"));
    assert!(right.is_sorted());
    assert_eq!(person.protected.right[0].field, "Title");
    let agent = sync(&plan, "Agent");
    assert_eq!(agent.mode, Mode::LinkOnly);
    assert!(agent.write_set.left.is_empty() && agent.write_set.right.is_empty());
}

#[test]
fn syncs_of_one_object_share_their_links() {
    let plan = plan_of(PROJECT);
    let (person, prospect) = (sync(&plan, "Person"), sync(&plan, "Prospect"));
    assert_eq!(person.link_group.left, prospect.link_group.left);
    assert_ne!(person.link_group.right, prospect.link_group.right);
    assert_eq!(prospect.identity.yields_to, ["Person"]);
}

#[test]
fn maps_write_the_first_value_and_tables_know_their_own_spellings() {
    let plan = plan_of(PROJECT);
    let state = &plan.maps["State"];
    assert_eq!(state.forward["waiting"], Value::text("Escalated"));
    assert_eq!(state.backward["Escalated"], Value::text("open"));
    let country = &plan.normalizers["Country"];
    assert_eq!(country.table["usa"], "United States");
    assert_eq!(country.table["unitedstates"], "United States");
}

#[test]
fn a_row_keeps_its_digest_until_its_meaning_changes() {
    let before = plan_of(PROJECT);
    let moved = plan_of(&format!("// one line more\n{PROJECT}"));
    let digest = |plan: &Plan| row(plan, "Ticket", "state").digest.clone();
    assert_eq!(digest(&before), digest(&moved));
    let changed = plan_of(&PROJECT.replace("Working, Escalated", "Escalated, Working"));
    assert_ne!(digest(&before), digest(&changed));
    let other = |plan: &Plan| row(plan, "Ticket", "subject").digest.clone();
    assert_eq!(other(&before), other(&changed));
}

#[test]
fn a_plan_survives_its_document_and_nothing_else_does() {
    let mut plan = plan_of(PROJECT);
    let bytes = plan::seal(&mut plan).expect("bytes");
    assert_eq!(plan::load(&bytes).expect("a plan"), plan);
    let text = String::from_utf8(bytes).expect("text");
    let flipped = text.replacen("\"surname\"", "\"surnamf\"", 1);
    assert!(matches!(
        plan::load(flipped.as_bytes()),
        Err(PlanError::Damaged { .. })
    ));
    let newer = text.replacen("\"format\": 1", "\"format\": 2", 1);
    assert_eq!(
        plan::load(newer.as_bytes()),
        Err(PlanError::Newer { format: 2 })
    );
    let cut = &text.as_bytes()[..text.len() / 2];
    assert!(matches!(plan::load(cut), Err(PlanError::Malformed { .. })));
}

#[test]
fn no_flipped_bit_of_a_plan_goes_unnoticed() {
    let mut plan = plan_of(PROJECT);
    let bytes = plan::seal(&mut plan).expect("bytes");
    for at in (0..bytes.len()).step_by(397) {
        for bit in [0x01, 0x20] {
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            if let Ok(loaded) = plan::load(&damaged) {
                assert_eq!(loaded, plan, "byte {at} counts for nothing");
            }
        }
    }
}

#[test]
fn a_plan_is_valid_by_its_schema_and_a_broken_one_is_not() {
    let mut plan = plan_of(PROJECT);
    let bytes = plan::seal(&mut plan).expect("bytes");
    let schema = plan_schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let sound: Json = serde_json::from_slice(&bytes).expect("json");
    let wrong: Vec<String> = validator
        .iter_errors(&sound)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (place, broken) in [
        ("/format", json!(99)),
        ("/syncs/0/mode", json!("sideways")),
        ("/syncs/0/identity/create/left", json!("yes")),
        ("/syncs/1/rows/0/cells/left/read", json!({"fields": {}})),
    ] {
        let mut document = sound.clone();
        *document.pointer_mut(place).expect("a place") = broken;
        assert!(!validator.is_valid(&document), "{place}");
    }
}

#[test]
fn same_inputs_same_bytes_in_whatever_order_they_come() {
    let systems = "picklist Unused: desk.ticket.priority -> crm.Case.Priority { else -> Low }\n";
    let build = |specs: &[(&str, &str)]| {
        let compilation = compile(&fixture_files(specs), None);
        plan::seal(&mut planned(&compilation)).expect("bytes")
    };
    let one = build(&[("main.sync", PROJECT), ("more.sync", systems)]);
    let other = build(&[("more.sync", systems), ("main.sync", PROJECT)]);
    assert_eq!(one, other);
}

#[test]
fn the_spec_hash_is_about_paths_and_contents() {
    let a = SourceFile::new("a.sync", "const A = (\"x\")");
    let b = SourceFile::new("b.sync", "");
    let renamed = SourceFile::new("c.sync", "");
    assert_eq!(spec_hash([&a, &b]), spec_hash([&b, &a]));
    assert_ne!(spec_hash([&a, &b]), spec_hash([&a, &renamed]));
    assert_ne!(spec_hash([&a, &b]), spec_hash([&a]));
}

#[test]
fn names_of_the_environment_stay_names_until_they_are_bound() {
    let mut plan = plan_of(PROJECT);
    let origin = |plan: &Plan| row(plan, "Ticket", "Language__c").cells.left.read.clone();
    assert_eq!(origin(&plan), Expr::Env("inbound_queue".into()));
    let missing = plan::bind(&mut plan.clone(), &BTreeMap::new());
    assert!(matches!(missing, Err(PlanError::Inconsistent { .. })));
    let names = BTreeMap::from([("inbound_queue".into(), "00G1".into())]);
    plan::bind(&mut plan, &names).expect("bound");
    assert_eq!(origin(&plan), Expr::Const(Value::text("00G1")));
}

#[test]
fn what_is_declared_and_not_executed_is_listed() {
    let listed = |text: &str| -> Vec<(String, String)> {
        let listed = plan_of(text).not_executed;
        let one = |n: accordant::plan::NotExecuted| (n.construct.into(), n.name.into());
        listed.into_iter().map(one).collect()
    };
    assert_eq!(listed(PROJECT), []);
    let made = PROJECT.replace(
        "trying  -> paying  by crm",
        "trying  -> paying  by crm  as task",
    );
    assert_ne!(made, PROJECT);
    assert_eq!(listed(&made), [("re-entry".into(), "Journey".into())]);
}

#[test]
fn a_lifecycle_becomes_ways_from_its_hub() {
    let plan = plan_of(PROJECT);
    let life = plan.lifecycles.first().expect("a lifecycle");
    let moves: Vec<String> = life
        .moves
        .iter()
        .map(|m| format!("{} {} {} {}", m.from, m.to, m.by, m.when.is_some()))
        .collect();
    assert_eq!(
        moves,
        ["curious trying desk false", "trying paying crm true"]
    );
    let found: Vec<&Found> = life.columns.iter().map(|c| &c.found).collect();
    assert_eq!(found, [&Found::Hub, &Found::Linked("Person".into())]);
    let last = life.stages.last().expect("three");
    assert_eq!(last.cells[1], ["Team", "Business"]);
    assert!(
        sync(&plan, "Person")
            .write_set
            .right
            .contains(&"Plan__c".into())
    );
}

#[test]
fn a_filter_is_about_the_records_of_its_own_side() {
    let compilation = compile_fixture(PROJECT);
    let plan = planned(&compilation);
    let admission = &sync(&plan, "Prospect").identity.admission;
    assert!(
        matches!(&admission.left, Some(Expr::In { .. })),
        "{admission:?}"
    );
    assert!(
        matches!(&admission.right, Some(Expr::Not(_))),
        "{admission:?}"
    );
}

#[test]
fn tests_of_the_spec_become_cases() {
    let compilation = compile_fixture(PROJECT);
    let model = compilation.model.as_ref().expect("checked");
    let cases = cases(model, &compilation.sources);
    assert_eq!(cases.len(), 1);
    let case = &cases[0];
    assert_eq!(case.name, "an agent's priority reaches the desk");
    assert!(matches!(&case.steps[0].action,
        CaseAction::Given { object, alias, values } if object == "desk.ticket" && alias == "t1" && values["priority"] == Value::text("low")));
    assert_eq!(
        case.steps.last().map(|s| &s.action),
        Some(&CaseAction::Expect(Expected::Quiet))
    );
    let moment = case.steps.iter().find_map(|s| s.at).expect("a time");
    assert_eq!((moment.day, moment.minute), (1, 605));
    let json = serde_json::to_value(&cases).expect("json");
    assert_eq!(
        serde_json::from_value::<Vec<plan::Case>>(json).expect("cases"),
        cases
    );
}

/// The example project of the repository, with its real catalogs.
fn acme() -> Plan {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let mut files = accordant::source::MemoryFiles::default();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).expect("inside").to_string_lossy();
            let name = name.replace('\\', "/");
            files.insert(name, std::fs::read(&path).expect("readable"));
        }
    }
    planned(&compile(&files, Some(jiff::civil::date(2026, 11, 23))))
}

#[test]
fn a_narrowed_sync_admits_and_creates_only_its_own() {
    let plan = acme();
    let deal = sync(&plan, "Deal");
    assert!(
        matches!(&deal.identity.admission.left, Some(Expr::Compare { right, .. }) if **right == Expr::Const(Value::text("default")))
    );
    assert_eq!(
        deal.identity.create_with.left,
        [("pipeline".into(), Value::text("default"))]
    );
    assert!(deal.identity.create_with.right.is_empty());
}

#[test]
fn profiles_say_where_times_deletes_and_conversions_show() {
    let plan = acme();
    let hubspot = &plan.systems["hubspot"];
    assert_eq!(hubspot.modified.as_deref(), Some("hs_lastmodifieddate"));
    let contact = &plan.objects["hubspot.contact"];
    assert_eq!(contact.modified.as_deref(), Some("lastmodifieddate"));
    assert!(contact.fields["lifecyclestage"].forward_only.is_some());
    let salesforce = &plan.systems["salesforce"];
    assert_eq!(salesforce.merged_into.as_deref(), Some("MasterRecordId"));
    assert_eq!(
        salesforce.converted_into["Lead"]["Contact"],
        "ConvertedContactId"
    );
    assert!(
        plan.objects["salesforce.Lead"]
            .fields
            .contains_key("ConvertedContactId")
    );
    assert_eq!(salesforce.converted["Lead"], "IsConverted");
    assert_eq!(salesforce.active["User"], "IsActive");
    assert_eq!(hubspot.merged_from.as_deref(), Some("hs_merged_object_ids"));
    assert!(contact.fields.contains_key("hs_merged_object_ids"));
    assert_eq!(hubspot.merged_into, None);
}

#[test]
fn a_record_type_is_named_by_its_name_and_held_by_its_id() {
    let mut files = MemoryFiles::default();
    let manifest = "[project]\nname = \"p\"\nlanguage = 1\nspecs = [\"*.sync\"]\n[systems.salesforce]\ncatalog = [\"*.json\"]\n";
    files.insert("accordant.toml", manifest);
    files.insert(
        "Account.json",
        include_str!("catalogs/fixtures/describe/Account.json"),
    );
    let spec = r#"
system hubspot: hubspot
system salesforce: salesforce
sync Company: hubspot.company <-> salesforce.Account {
  truth   salesforce
  record type salesforce "household"
  leave   continue
  match   domain = Website
  many    salesforce hold
  many    hubspot hold
  create  in hubspot
  delete  keep
  key     hubspot.hs_object_id
  name    <-> Name
}
"#;
    files.insert("main.sync", spec);
    let compilation = compile(&files, None);
    let narrowed = compilation.model().syncs[0].narrowed.right.clone();
    let narrowed = narrowed.expect("narrowed").node;
    assert_eq!(narrowed.value, Value::text("01254000001upcKAAQ"));
}

#[test]
fn what_is_appended_starts_on_one_side_and_shares_no_links() {
    let plan = acme();
    let meeting = sync(&plan, "Meeting");
    assert_eq!(meeting.mode, Mode::AppendOnly);
    assert!(meeting.identity.originates.left && !meeting.identity.originates.right);
    assert!(meeting.identity.create.right && !meeting.identity.create.left);
    assert_eq!(meeting.link_group.left, "Meeting");
}

#[test]
fn a_dependent_map_is_keyed_by_both_values() {
    let plan = plan_of(WITHIN);
    let map = &plan.maps["Region"];
    assert!(map.within);
    assert_eq!(map.forward["United States\u{1f}AL"], Value::text("Alabama"));
    let lane = row(&plan, "Person", "company").lanes.left.as_ref();
    let value = &lane.expect("a lane").value;
    assert!(
        matches!(value, Expr::Map { within: Some(within), .. } if matches!(&**within, Expr::Normalize { table, .. } if table == "Country")),
        "{value:?}"
    );
}

#[test]
fn a_controlling_value_is_found_however_it_is_spelled() {
    let case = r#"test "t" {
  given desk.customer ann { email = "ann@x.example", country = "CANADA ", company = "AB", surname = "Lee" }
  given crm.Person    ann { Email = "ann@x.example", LastName = "Lee" }
  settle
  expect crm.Person ann { Title = "Alberta" }
  expect quiet
}
"#;
    first_test_passes(&format!("{WITHIN}{case}"));
}

/// The first test of a spec passes on the machine.
#[track_caller]
fn first_test_passes(spec: &str) {
    let compilation = compile_fixture(spec);
    let plan = planned(&compilation);
    let model = compilation.model.as_ref().expect("checked");
    let result = run_case(&plan, &cases(model, &compilation.sources)[0]);
    assert!(result.passed(), "{result:#?}");
}

#[test]
fn an_instant_is_matched_by_its_day_whichever_way_the_row_travels() {
    let case = r#"
sync Ticket: desk.ticket <-> crm.Case {
  truth   crm
  match   subject = Subject and opened_at = OpenedOn__c
  many    desk hold
  many    crm hold
  create  in desk
  delete  keep

  subject   <-  Subject      default "none"
  opened_at <-  OpenedOn__c  via date("Europe/Oslo")
  state     <-  Status       via State
}

picklist State: desk.ticket.state <- crm.Case.Status {
  open  <- New
  closed <- else
}

test "t" {
  given desk.ticket leak { subject = "Leak", opened_at = "2026-03-01T22:30:00Z", state = waiting }
  given crm.Case    leak { Subject = "Leak", OpenedOn__c = 2026-03-01, Status = New }
  given crm.Case    late { Subject = "Late", OpenedOn__c = 2026-03-02, Status = New }
  settle
  expect desk.ticket leak { state = open }
  expect quiet
}
"#;
    first_test_passes(case);
}

#[test]
fn maps_may_depend_on_maps_that_depend_on_others() {
    let case = r#"
picklist State within Land: desk.customer.company -> crm.Person.Title {
  US: tx -> Texas
  CA: on -> Ontario
}
picklist Land: desk.customer.country -> crm.Person.Country {
  us -> US
  ca -> CA
}
picklist Town within State: desk.customer.phone -> crm.Person.FirstName {
  Texas:   par -> Paris
  Ontario: par -> "Paris (Ontario)"
}
sync Person: desk.customer <-> crm.Person {
  truth   desk
  match   email = Email
  many    desk hold
  many    crm hold
  delete  keep

  country   -> Country    via Land
  company   -> Title      via State
  phone     -> FirstName  via Town
}
test "t" {
  given desk.customer ann { email = "ann@x.example", country = "ca", company = "on", phone = "par" }
  given crm.Person    ann { Email = "ann@x.example", LastName = "Lee" }
  settle
  expect crm.Person ann { Country = "CA", Title = "Ontario", FirstName = "Paris (Ontario)" }
  expect quiet
}
"#;
    first_test_passes(case);
}

const WITHIN: &str = r#"
normalize Country: text, ignoring case {
  "USA" -> "United States"
  else  -> keep
}

picklist Region within Country: desk.customer.company <-> crm.Person.Title {
  "United States": AL <-> "Alabama"
  Canada:          AB <-> "Alberta"
}

sync Person: desk.customer <-> crm.Person {
  truth   crm
  match   email = Email
  many    desk hold
  many    crm hold
  key     desk.crm_person_id, crm.Desk_Customer_Id__c
  create  in desk
  delete  keep

  email    <-> Email    via lower_trim
  country  <-> Country  via Country
  company  <-> Title    via Region
  surname  <-> LastName
}
"#;
