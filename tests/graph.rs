//! The cell graph from outside: automations of metadata in loops, silence about what is fine, drawings, lists, bounds.

use accordant::cli::disk::DiskFiles;
use accordant::diagnostic::render::{Colour, human};
use accordant::diagnostic::{Code, Diagnostic, Level};
use accordant::emit::graph::{dot, drawing, find_field, mermaid, svg, writers};
use accordant::session::{Compilation, compile};
use accordant::source::{Files, MemoryFiles};

use crate::support::{compile_fixture, compile_fixture_with, line, shared};

const SHOUT: &str = include_str!("graph/Shout.flow-meta.xml");

const HEAD: &str = "  truth  desk\n  match  subject = Subject\n  many   desk hold\n  many   crm hold\n  delete keep\n\n";

pub fn ticket(rows: &str) -> String {
    format!("sync Ticket: desk.ticket <-> crm.Case {{\n{HEAD}{rows}}}\n")
}

fn codes(compilation: &Compilation, level: Level) -> Vec<String> {
    let found = compilation.findings.iter().filter(|d| d.level == level);
    found.map(|d| line(d, &compilation.sources)).collect()
}

/// A flow that changes the spelling, read from its file, with a workflow that changes it back.
#[test]
fn a_loop_through_a_flow_is_told_with_the_flow_s_file() {
    let quiet = "automation desk \"Whisper\" {\n  when  ticket.language changes\n  sets  ticket.language = lower(ticket.language)\n}\n\n";
    let text = format!("{quiet}{}", ticket("  language <-> Language__c\n"));
    let metadata = [("Shout.flow-meta.xml".to_owned(), SHOUT.to_owned())];
    let compilation = compile_fixture_with(&text, &metadata);
    let own: Vec<Diagnostic> = compilation
        .findings
        .iter()
        .filter(|d| d.code == Code::G001)
        .cloned()
        .collect();
    insta::assert_snapshot!(human(&own, &compilation.sources, Colour::Plain));
}

#[test]
fn a_flow_alone_comes_to_rest_and_is_no_finding() {
    let metadata = [("Shout.flow-meta.xml".to_owned(), SHOUT.to_owned())];
    let compilation = compile_fixture_with(&ticket("  language <-> Language__c\n"), &metadata);
    assert_eq!(codes(&compilation, Level::Error), [""; 0]);
    let rows: Vec<u32> = bounds(&compilation);
    assert_eq!(rows, [2], "what the flow makes of a value is brought back");
}

/// A flow that sets the language where another field has a value.
fn flow(
    name: &str,
    moment: &str,
    asks: &str,
    language: &str,
    order: Option<u32>,
) -> (String, String) {
    let order = order.map(|n| format!("<triggerOrder>{n}</triggerOrder>"));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\">\
         <label>{name}</label><processType>AutoLaunchedFlow</processType>\
         <recordUpdates><name>Set</name><label>Set</label><inputAssignments><field>Language__c</field>\
         <value><stringValue>{language}</stringValue></value></inputAssignments>\
         <inputReference>$Record</inputReference></recordUpdates>\
         <start><connector><targetReference>Set</targetReference></connector><filterLogic>and</filterLogic>\
         <filters><field>{asks}</field><operator>EqualTo</operator><value><stringValue>go</stringValue></value></filters>\
         <object>Case</object><recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>{moment}</triggerType></start>\
         <status>Active</status>{}</Flow>\n",
        order.unwrap_or_default()
    );
    (format!("{name}.flow-meta.xml"), text)
}

#[test]
fn flows_that_do_not_commute_are_told_unless_something_orders_them() {
    const BEFORE: &str = "RecordBeforeSave";
    const AFTER: &str = "RecordAfterSave";
    let told = |one: (&str, &str, Option<u32>), other: (&str, &str, Option<u32>)| {
        let metadata = [
            flow("English", one.0, "Ref__c", one.1, one.2),
            flow("German", other.0, "Region__c", other.1, other.2),
        ];
        let text = ticket("  language <-> Language__c\n");
        let compilation = compile_fixture_with(&text, &metadata);
        let mut findings = compilation.findings.iter();
        findings.any(|d| d.code == Code::G005)
    };
    for moment in [BEFORE, AFTER] {
        assert!(told((moment, "en", None), (moment, "de", None)), "{moment}");
        let same = told((moment, "en", None), (moment, "en", None));
        assert!(!same, "{moment}: both write the same");
        for orders in [
            (Some(1), Some(2)),
            (Some(1), Some(1)),
            (Some(1), None),
            (None, Some(1_001)),
        ] {
            let told = told((moment, "en", orders.0), (moment, "de", orders.1));
            assert!(!told, "{moment} {orders:?}");
        }
    }
    assert!(!told((BEFORE, "en", None), (AFTER, "de", None)));
}

pub const HANDLING: &str = "lifecycle Handling {
  column ticket  desk.ticket.state
  column case    crm.Case.Status

  fresh:    new,              New
  working:  open | waiting,   Working
  done:     closed,           Closed | Escalated | \"On Hold\"

  truth crm
  start fresh
  fresh    -> working  by desk by crm
  working  -> fresh    by desk by crm
  working  -> done     by crm
  final done
}
";

/// On each side a value goes through a field of its own, so that no automation moves a column by looking at one.
pub const SENT_BACK: &str = "automation crm \"Copies the status\" {
  when  Case.Status changes
  sets  Case.Ref__c = Case.Status
}

automation crm \"Sends back\" {
  when  Case.Ref__c = \"Working\"
  sets  Case.Status = New
}

";
pub const PUSHED_ON: &str = "automation desk \"Copies the state\" {
  when  ticket.state changes
  sets  ticket.country = ticket.state
}

automation desk \"Pushes on\" {
  when  ticket.country = \"new\"
  sets  ticket.state = open
}

";

#[test]
fn a_loop_through_a_lifecycle_is_told_and_half_of_it_is_not() {
    let spec = |automations: &str| {
        format!(
            "{automations}{HANDLING}\n{}",
            ticket("  language <-> Language__c\n")
        )
    };
    let compilation = compile_fixture(&spec(&format!("{SENT_BACK}{PUSHED_ON}")));
    let own: Vec<Diagnostic> = compilation
        .findings
        .iter()
        .filter(|d| d.level == Level::Error)
        .cloned()
        .collect();
    insta::assert_snapshot!(human(&own, &compilation.sources, Colour::Plain));
    for half in [SENT_BACK, PUSHED_ON] {
        let compilation = compile_fixture(&spec(half));
        assert_eq!(codes(&compilation, Level::Error), [""; 0]);
    }
}

#[test]
fn lifecycles_and_routes_are_among_those_who_write() {
    let route = "route crm.Case on create {\n  Language__c = \"en\" -> queue env.inbound_queue\n  else -> queue env.inbound_queue\n}\n";
    let text = format!(
        "{HANDLING}\n{route}\n{}",
        ticket("  language <-> Language__c\n  agent_id -> OwnerId\n")
    );
    let compilation = compile_fixture(&text);
    let (model, graph) = (compilation.model(), &compilation.facts.graph);
    let list = |path: &str| {
        let field = find_field(model, path).expect("a field");
        writers(model, graph, field, &compilation.sources)
    };
    let lists = [list("crm.Case.Status"), list("crm.Case.OwnerId")].join("\n");
    let drawn = mermaid(&drawing(model, graph, None));
    insta::assert_snapshot!("lifecycles_and_routes", format!("{lists}\n{drawn}"));
}

fn bounds(compilation: &Compilation) -> Vec<u32> {
    let plan = compilation
        .plan()
        .expect("the gate is open")
        .expect("a plan");
    let rows = plan.syncs.iter().flat_map(|s| &s.rows);
    rows.map(|r| r.bound).collect()
}

#[test]
fn the_plan_has_the_rounds_that_each_row_needs() {
    let answers = "automation desk \"a\" {\n  when  ticket.country = \"1\"\n  sets  ticket.country = \"2\"\n}\nautomation crm \"b\" {\n  when  Case.Ref__c = \"2\"\n  sets  Case.Ref__c = \"3\"\n}\n";
    let text = format!(
        "{answers}{}",
        ticket("  country <-> Ref__c\n  language <-> Language__c\n")
    );
    let found = bounds(&compile_fixture(&text));
    assert!(found[0] > found[1], "{found:?}");
    assert_eq!(found[1], 1);
}

/// Fifty rows that are fine give nothing, whatever automations do elsewhere.
#[test]
fn fifty_two_way_fields_beside_automations_that_touch_none_of_them_are_silent() {
    let Some(metadata) = shared("salesforce/metadata/northstar-sales-cloud/force-app") else {
        return;
    };
    let disk = DiskFiles::new(&metadata).expect("a folder");
    let mut files = MemoryFiles::default();
    for path in disk.list("").unwrap_or_default() {
        if let Ok(bytes) = disk.read(&path) {
            files.insert(format!("force-app/{path}"), bytes);
        }
    }
    let field = |i: usize, name: &str| {
        format!("{{\"name\":\"{name}{i}\",\"type\":\"text\",\"length\":80}}")
    };
    let fields = |name: &str| {
        (0..50)
            .map(|i| field(i, name))
            .collect::<Vec<_>>()
            .join(",")
    };
    let catalog = |object: &str, name: &str| {
        format!(
            "{{\"accordant_catalog\":1,\"origin\":\"test\",\"objects\":[{{\"name\":\"{object}\",\"label\":\"\",\"fields\":[{}]}}]}}",
            fields(name)
        )
    };
    files.insert("catalogs/hubspot.json", catalog("company", "own_"));
    files.insert("catalogs/salesforce.json", catalog("Account", "Own_"));
    files.insert(
        "accordant.toml",
        "[project]\nname = \"p\"\nlanguage = 1\nspecs = [\"*.sync\"]\n[systems.hubspot]\ncatalog = [\"catalogs/hubspot.json\"]\n[systems.salesforce]\ncatalog = [\"catalogs/salesforce.json\"]\nmetadata = [\"force-app/**\"]\n",
    );
    let rows: String = (0..50)
        .map(|i| format!("  own_{i} <-> Own_{i}\n"))
        .collect();
    files.insert(
        "main.sync",
        format!("system hubspot: hubspot\nsystem salesforce: salesforce\n\nsync Company: hubspot.company <-> salesforce.Account {{\n  truth  salesforce\n  match  name = Name\n  many   hubspot hold\n  many   salesforce hold\n  delete keep\n\n{rows}}}\n"),
    );
    let compilation = compile(&files, None);
    let read = compilation.model().automations.len();
    assert!(read > 20, "only {read} automations were read");
    let graph = compilation
        .findings
        .iter()
        .filter(|d| d.code.family() == 'G');
    let said: Vec<String> = graph.map(|d| line(d, &compilation.sources)).collect();
    assert_eq!(said, [""; 0]);
    assert_eq!(codes(&compilation, Level::Error), [""; 0]);
}

#[test]
fn who_writes_a_field_is_listed_and_drawn() {
    let text = format!(
        "automation crm \"Default language\" {{\n  when  Case.Language__c is blank\n  sets  Case.Language__c = \"en\"\n}}\n\n{}",
        ticket("  language <-> Language__c\n  country   -> Ref__c\n")
    );
    let compilation = compile_fixture(&text);
    let (model, graph) = (compilation.model(), &compilation.facts.graph);
    let field = find_field(model, "crm.Case.Language__c").expect("a field");
    insta::assert_snapshot!("list", writers(model, graph, field, &compilation.sources));
    let all = drawing(model, graph, None);
    insta::assert_snapshot!("dot", dot(&all));
    insta::assert_snapshot!("mermaid", mermaid(&all));
    let picture = svg(model, &all);
    assert!(
        picture.starts_with("<svg ") && picture.ends_with("</svg>\n"),
        "{picture}"
    );
    assert_eq!(
        find_field(model, "crm.Case.Languag__c"),
        Err("there is no field `Languag__c`: did you mean `Language__c`?".to_owned())
    );
}

/// Numbers that both sides change: told as growth, whichever way they go and however fast.
#[test]
fn numbers_that_never_rest_are_told_as_what_grows() {
    for (one, other) in [
        ("+ 1", "+ 1"),
        ("+ 1", "- 1"),
        ("+ 1", "+ 5"),
        ("* 2", "* 3"),
    ] {
        let text = format!(
            "automation desk \"a\" {{\n  when  ticket.amount changes\n  sets  ticket.amount = ticket.amount {one}\n}}\n\
             automation crm \"b\" {{\n  when  Case.Score__c changes\n  sets  Case.Score__c = Case.Score__c {other}\n}}\n{}",
            ticket("  amount <-> Score__c\n")
        );
        let compilation = compile_fixture(&text);
        let mut errors = compilation
            .findings
            .iter()
            .filter(|d| d.level == Level::Error);
        let found = errors.next().expect("it never rests");
        assert_eq!(found.code, Code::G002, "{one} {other}: {}", found.message);
        let why = found.note.as_deref().unwrap_or_default();
        assert!(
            why.ends_with("each time, without an end"),
            "{one} {other}: {why}"
        );
    }
}

/// A house that cleans what the other one writes, beside a row that knows the spellings: nothing of it goes on for ever.
#[test]
fn spellings_that_both_houses_clean_are_silent() {
    let table = "use std.transforms.lower_trim\n\nnormalize Country: text, ignoring case, punctuation {\n  \"US\", \"USA\" -> \"United States\"\n  \"UK\", \"England\" -> \"United Kingdom\"\n  else -> keep\n}\n";
    let rows = [
        "via Country",
        "via Country, latest else desk",
        "via lower_trim",
    ];
    let workflows = [
        "when  ticket.country = \"USA\"\n  sets  ticket.country = \"United States\"",
        "when  ticket.country is blank\n  sets  ticket.country = \"Unknown\"",
        "when  ticket.country in (\"US\", \"U.S.\")\n  sets  ticket.country = \"USA\"",
    ];
    let flows = [
        "when  Case.Ref__c changes\n  sets  Case.Ref__c = upper(Case.Ref__c)",
        "when  Case.Ref__c changes\n  sets  Case.Ref__c = title(Case.Ref__c)",
        "when  Case.Ref__c changes\n  sets  Case.Ref__c = left(Case.Ref__c, 20)",
        "when  Case.Ref__c = \"Deutschland\"\n  sets  Case.Ref__c = \"Germany\"",
    ];
    for row in rows {
        for workflow in workflows {
            for flow in flows {
                let text = format!(
                    "{table}automation desk \"w\" {{\n  {workflow}\n}}\nautomation crm \"f\" {{\n  {flow}\n}}\n{}",
                    ticket(&format!("  country <-> Ref__c {row}\n"))
                );
                let compilation = compile_fixture(&text);
                let errors = codes(&compilation, Level::Error);
                assert_eq!(errors, [""; 0], "{row}\n{workflow}\n{flow}");
            }
        }
    }
}

/// Workflows of one house that start each other in a circle, each with a constant: every field changes to it once.
#[test]
fn workflows_that_start_each_other_with_constants_are_silent() {
    let sets = [
        ("ticket.country = \"USA\"", "ticket.language = \"en\""),
        ("ticket.language = \"en\"", "ticket.reference = \"x\""),
        ("ticket.reference = \"x\"", "ticket.vip = true"),
        ("ticket.vip", "ticket.country = \"USA\""),
        ("ticket.amount > 100", "ticket.vip = true"),
    ];
    let rows = ticket(
        "  country   <-> Origin__c\n  language  <-> Language__c\n  reference <-> Ref__c\n  amount    <-> Score__c\n  vip       <-> Vip__c\n",
    );
    let spec = |sets: &[(&str, &str)]| {
        let each = sets.iter().enumerate().map(|(at, (when, then))| {
            format!("automation desk \"{at}\" {{\n  when  {when}\n  sets  {then}\n}}\n")
        });
        each.chain([rows.clone()]).collect::<String>()
    };
    let compilation = compile_fixture(&spec(&sets));
    assert_eq!(codes(&compilation, Level::Error), [""; 0]);
    // a second constant is put once, where nobody starts the first one again
    let mut pulled = sets.to_vec();
    pulled.push(("ticket.vip", "ticket.vip = false"));
    let compilation = compile_fixture(&spec(&pulled));
    assert_eq!(codes(&compilation, Level::Error), [""; 0]);
    // two that start each other are no rest
    pulled.push(("not ticket.vip", "ticket.vip = true"));
    let compilation = compile_fixture(&spec(&pulled));
    assert_ne!(codes(&compilation, Level::Error), [""; 0]);
}

/// A flow that grades at each save, by a number that only grows, and one that stamps a change: what they start has an end, unless
/// each stamp makes another change.
#[test]
fn grades_and_stamps_are_silent() {
    let start = |moment: &str, asks: &str, then: &str| {
        format!(
            "<start><connector><targetReference>{then}</targetReference></connector>{asks}<object>Case</object>\
             <recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>{moment}</triggerType></start><status>Active</status></Flow>\n"
        )
    };
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\">\
        <label>Flow</label><processType>AutoLaunchedFlow</processType>";
    let sets = |name: &str, field: &str, value: &str| {
        format!(
            "<assignments><name>{name}</name><label>{name}</label><assignmentItems><assignToReference>$Record.{field}</assignToReference>\
             <operator>Assign</operator><value>{value}</value></assignmentItems></assignments>"
        )
    };
    let text = |value: &str| format!("<stringValue>{value}</stringValue>");
    let at_least = |name: &str, bound: u32| {
        format!(
            "<rules><name>Is_{name}</name><label>{name}</label><conditionLogic>and</conditionLogic><conditions>\
             <leftValueReference>$Record.Tally__c</leftValueReference><operator>GreaterThanOrEqualTo</operator>\
             <rightValue><numberValue>{bound}</numberValue></rightValue></conditions>\
             <connector><targetReference>{name}</targetReference></connector></rules>"
        )
    };
    let grades = format!(
        "{head}<decisions><name>Grade</name><label>Grade</label><defaultConnector><targetReference>Low</targetReference></defaultConnector>\
         <defaultConnectorLabel>Other</defaultConnectorLabel>{}{}</decisions>{}{}{}{}",
        at_least("High", 80),
        at_least("Medium", 50),
        sets("High", "Ref__c", &text("high")),
        sets("Medium", "Ref__c", &text("medium")),
        sets("Low", "Ref__c", &text("low")),
        start("RecordBeforeSave", "", "Grade")
    );
    let changed = "<filterLogic>and</filterLogic><filters><field>Language__c</field><operator>IsChanged</operator>\
        <value><booleanValue>true</booleanValue></value></filters>";
    let now = "<elementReference>$Flow.CurrentDateTime</elementReference>";
    let stamps = format!(
        "{head}{}{}",
        sets("Stamp", "OpenedAt__c", now),
        start("RecordBeforeSave", changed, "Stamp")
    );
    let automation = |when: &str, sets: &str| {
        format!("automation desk \"w\" {{\n  when  {when}\n  sets  {sets}\n}}\n")
    };
    let counts = automation(
        "ticket.country = \"high\"",
        "ticket.hours = ticket.hours + 10",
    );
    let graded = "  hours <-> Tally__c\n  country <-> Ref__c\n";
    let stamped = "  opened_at <-> OpenedAt__c\n  language <-> Language__c\n";
    let answers = |value: &str| {
        automation(
            "ticket.opened_at changes",
            &format!("ticket.language = {value}"),
        )
    };
    for (workflow, flow, rows, rests) in [
        (counts, &grades, graded, true),
        (answers("\"en\""), &stamps, stamped, true),
        (answers("upper(ticket.country)"), &stamps, stamped, true),
        (
            answers("concat(ticket.language, \"x\")"),
            &stamps,
            stamped,
            false,
        ),
    ] {
        let metadata = [("Flow.flow-meta.xml".to_owned(), flow.clone())];
        let compilation = compile_fixture_with(&format!("{workflow}{}", ticket(rows)), &metadata);
        let errors = codes(&compilation, Level::Error);
        assert_eq!(errors.is_empty(), rests, "{workflow}{errors:?}");
    }
}

/// What is offered in the place of a row keeps its clauses, but for those that have no meaning there; none is offered whose writes
/// an automation replaces.
#[test]
fn a_row_that_is_offered_is_whole() {
    const STATES: &str = "picklist State: desk.ticket.state <-> crm.Case.Status {\n  new, open <-> New\n  \
        waiting <-> Working, Escalated, \"On Hold\"\n  closed <-> Closed\n}\n\n";
    let pushes = |house: &str, when: &str, sets: &str| {
        format!("automation {house} \"In {house}\" {{\n  when  {when}\n  sets  {sets}\n}}\n\n")
    };
    let rows = ticket("  state <-> Status  via State, desk wins, <- blank keeps\n");
    let offered = |desk: &str, crm: &str| {
        let compilation = compile_fixture(&format!("{STATES}{desk}{crm}{rows}"));
        let mut findings = compilation.findings.iter();
        let found = findings.find(|d| d.code == Code::G001).expect("a loop");
        found.help.clone().unwrap_or_default()
    };
    let help = offered(
        &pushes("desk", "ticket.state = new", "ticket.state = closed"),
        &pushes("crm", "Case.Status = Closed", "Case.Status = New"),
    );
    assert!(
        help.contains("  state -> Status  via State    //"),
        "{help}"
    );
    let back = "  state <- Status  via State, blank keeps    //";
    assert!(help.contains(back), "{help}");
    let help = offered(
        &pushes("desk", "ticket.state changes", "ticket.state = closed"),
        &pushes("crm", "Case.Status changes", "Case.Status = New"),
    );
    assert!(!help.contains("state -> Status"), "G004: {help}");
    assert!(help.contains(back), "{help}");
}
