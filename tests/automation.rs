//! What the systems do by themselves is read from metadata as a person reads it: fields, triggers, and how much of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use accordant::automation::{self, Account, Automation, Automations, Kind, Understood};
use accordant::catalog::{self, BaseCatalog, Pattern, SystemSource};
use accordant::cli::disk::DiskFiles;
use accordant::diagnostic::{Code, Diagnostic, Sink};
use accordant::platform::SystemKind;
use accordant::source::{Files, MemoryFiles, Sources};

use crate::support::shared;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/automation")
}

/// All automations of a folder, of both systems, and what is said about its files.
fn read(files: &dyn Files) -> (Automations, Vec<Diagnostic>, Sources) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let mut found = Automations::default();
    for kind in [SystemKind::Salesforce, SystemKind::HubSpot] {
        let system = SystemSource {
            name: kind.word().into(),
            kind,
            catalog: Vec::new(),
            metadata: vec![Pattern {
                text: ".".to_owned(),
                place: None,
            }],
            base: BaseCatalog::Standard,
        };
        let catalogs = catalog::load(
            std::slice::from_ref(&system),
            files,
            &mut Sources::default(),
            &mut Sink::default(),
        );
        for catalog in catalogs.iter() {
            let read = automation::load(&system, catalog, files, &mut sources, &mut sink);
            found.active.extend(read.active);
            found.inactive.extend(read.inactive);
        }
    }
    let findings = sink.sorted(&sources);
    (found, findings, sources)
}

fn folder(path: &Path) -> Automations {
    let files = DiskFiles::new(path).unwrap();
    let (found, findings, _) = read(&files);
    assert!(findings.is_empty(), "{findings:#?}");
    found
}

/// What a person has written down about an automation.
#[derive(Debug)]
struct Row<'t> {
    folder: &'t str,
    file: &'t str,
    name: &'t str,
    trigger: &'t str,
    understood: &'t str,
    writes: &'t str,
    reads: &'t str,
}

fn rows(table: &str) -> Vec<Row<'_>> {
    let lines = table
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty());
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [folder, file, name, trigger, understood, writes, reads] = cells[..] else {
                panic!("a row has seven cells: {line}");
            };
            Row {
                folder,
                file,
                name,
                trigger,
                understood,
                writes,
                reads,
            }
        })
        .collect()
}

fn fields<F: ToString>(fields: impl IntoIterator<Item = F>) -> String {
    let mut names: Vec<String> = fields.into_iter().map(|f| f.to_string()).collect();
    names.sort();
    names.join(" ")
}

fn sorted(cell: &str) -> String {
    fields(cell.split_whitespace())
}

/// Compares the automations of the table's folders with it, both ways. The number of rows.
fn compare(table: &str, root: &Path, listed: impl Fn(&Automation) -> bool) -> usize {
    let rows = rows(table);
    let mut folders: BTreeMap<&str, Automations> = BTreeMap::new();
    for row in &rows {
        folders
            .entry(row.folder)
            .or_insert_with(|| folder(&root.join(row.folder)));
    }
    let mut wrong = Vec::new();
    for row in &rows {
        let place = format!("{}/{} {}", row.folder, row.file, row.name);
        let mut same = folders[row.folder]
            .active
            .iter()
            .filter(|a| a.file == row.file && a.name == row.name);
        let (Some(found), None) = (same.next(), same.next()) else {
            wrong.push(format!("{place}: there is not one of it"));
            continue;
        };
        let mut check = |what: &str, wanted: &str, got: String| {
            if wanted != got {
                wrong.push(format!(
                    "{place}: {what}\n  wanted {wanted}\n  got    {got}"
                ));
            }
        };
        check("trigger", row.trigger, automation::trigger(found));
        check(
            "understood",
            row.understood,
            found.understood.word().to_owned(),
        );
        check("writes", &sorted(row.writes), fields(found.writes()));
        if row.reads != "?" {
            check("reads", &sorted(row.reads), fields(&found.reads));
        }
    }
    for (folder, found) in &folders {
        for automation in found.active.iter().filter(|a| listed(a)) {
            let is = |r: &&Row<'_>| {
                r.folder == *folder && automation.file == r.file && automation.name == r.name
            };
            if rows.iter().find(is).is_none() {
                wrong.push(format!(
                    "{folder}/{} {}: not in the table",
                    automation.file, automation.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    rows.len()
}

#[test]
fn fixtures_are_read_as_a_person_reads_them() {
    let count = compare(include_str!("automation/fixtures.tsv"), &fixtures(), |_| {
        true
    });
    assert!(count > 30);
}

#[test]
fn public_metadata_are_read_as_a_person_reads_them() {
    let Some(root) = shared("salesforce/metadata") else {
        return;
    };
    let stored = |a: &Automation| !matches!(a.kind, Kind::FormulaField | Kind::RollupSummary);
    let count = compare(include_str!("automation/truth.tsv"), &root, stored);
    println!("{count} automations of public metadata read as a person reads them");
    assert!(count >= 40);
}

#[test]
fn what_is_written_and_when_is_told() {
    for name in ["org", "portal"] {
        let output = accordant(&["dump", "automations", name]);
        assert!(output.status.success());
        insta::assert_snapshot!(format!("automations_{name}"), text(&output.stdout));
    }
}

#[test]
fn each_automation_is_one_json_object_of_the_promised_members() {
    let output = accordant(&["dump", "automations", "org", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let members = [
        "name",
        "kind",
        "object",
        "trigger",
        "guard",
        "reads",
        "writes",
        "file",
        "element",
        "understood",
        "why",
    ];
    for one in &list {
        let mut keys: Vec<&str> = one
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut wanted = members.to_vec();
        keys.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(keys, wanted);
        let kind = one["kind"].as_str().unwrap();
        assert!(Kind::ALL.iter().any(|k| k.word() == kind), "{kind}");
        let full = one["understood"] == "full";
        assert!(full || one["why"].is_string(), "{one}");
    }
    // a line an automation, between the brackets
    assert_eq!(text(&output.stdout).lines().count(), list.len() + 2);
    let nothing = accordant(&[
        "dump",
        "automations",
        "org/objects/Invoice__c/fields/Status__c.field-meta.xml",
        "--format",
        "json",
    ]);
    assert_eq!(text(&nothing.stdout), "[]\n");
    assert_eq!(
        accordant(&["dump", "automations", "nowhere"]).status.code(),
        Some(2)
    );
}

#[test]
fn what_is_switched_off_is_counted_and_not_listed() {
    let mut off: Vec<String> = folder(&fixtures())
        .inactive
        .iter()
        .map(|i| format!("{} {}", i.kind.word(), i.name))
        .collect();
    off.sort();
    assert_eq!(
        off,
        [
            "apex_trigger Dead",
            "assignment_rule Old",
            "auto_response_rule Silent",
            "hubspot_workflow Off",
            "process_builder Restocks_Shelves-1",
            "record_triggered_flow Retired",
            "record_triggered_flow Switched_Off",
            "record_triggered_flow Versions-1",
            "workflow_rule Asleep",
        ]
    );
}

#[test]
fn effects_stand_at_their_elements() {
    let files = DiskFiles::new(&fixtures().join("org")).unwrap();
    let (found, _, sources) = read(&files);
    let calling = found
        .active
        .iter()
        .find(|a| a.name == "Calls_Others")
        .unwrap();
    let places: Vec<String> = calling
        .effects
        .iter()
        .map(|e| format!("{} {}", e.element, sources.text(e.span)))
        .collect();
    assert_eq!(places[0], "Store <name>Store</name>");
    assert_eq!(
        places[1], places[0],
        "the first is in the file of the flow that is called"
    );
    let file = |i: usize| sources.get(calling.effects[i].span.file).unwrap().path();
    assert!(file(0).ends_with("Rates_An_Account.flow-meta.xml"));
    assert!(file(1).ends_with("Calls_Others.flow-meta.xml"));
    for automation in &found.active {
        assert!(
            !sources.text(automation.span).is_empty(),
            "{}",
            automation.name
        );
    }
}

#[test]
fn unreadable_files_are_told_and_the_others_are_used() {
    let mut files = MemoryFiles::default();
    let sound = include_str!("automation/org/flows/On_A_Schedule.flow-meta.xml");
    files.insert("flows/Sound.flow-meta.xml", sound);
    files.insert("flows/Cut.flow-meta.xml", &sound[..200]);
    files.insert("flows/Latin.flow-meta.xml", b"<Flow>\xe9</Flow>".to_vec());
    files.insert("flows/Misnamed.flow-meta.xml", "<Workflow></Workflow>");
    files.insert("triggers/None.trigger", "trigger None on");
    files.insert("flow.json", "{ \"actions\": [1, 2");
    files.insert("deep.json", format!("{{\"actions\": {}", "[".repeat(5_000)));
    let (found, findings, sources) = read(&files);
    assert_eq!(found.active.len(), 1);
    let told: Vec<String> = findings
        .iter()
        .map(|f| crate::support::line(f, &sources))
        .collect();
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(
        findings
            .iter()
            .all(|f| f.code == Code::M008 && f.help.is_some())
    );
}

#[test]
fn endless_flows_are_read_in_the_end() {
    let mut files = MemoryFiles::default();
    // flows that call each other twice, and a decision of a hundred outcomes over a chain of a thousand elements
    for i in 0..40 {
        let calls = |name: &str, to: &str, next: &str| {
            format!("<subflows><name>{name}</name><flowName>F{to}</flowName>{next}</subflows>")
        };
        let next = (i + 1) % 40;
        let body = format!(
            "{}{}<start><connector><targetReference>A</targetReference></connector></start>",
            calls(
                "A",
                &next.to_string(),
                "<connector><targetReference>B</targetReference></connector>"
            ),
            calls("B", &next.to_string(), "")
        );
        files.insert(
            format!("flows/F{i}.flow-meta.xml"),
            format!("<Flow><processType>AutoLaunchedFlow</processType>{body}<status>Active</status></Flow>"),
        );
    }
    let connector =
        |to: usize| format!("<connector><targetReference>E{to}</targetReference></connector>");
    let mut long =
        String::from("<Flow><processType>AutoLaunchedFlow</processType><status>Active</status>");
    long.push_str("<start><object>Account</object><triggerType>RecordBeforeSave</triggerType>");
    long.push_str(&connector(0));
    long.push_str("</start>");
    for i in 0..1_000 {
        let rule = format!(
            "<rules><name>r{i}</name><conditions><leftValueReference>$Record.F{i}__c</leftValueReference><operator>EqualTo</operator><rightValue><stringValue>x</stringValue></rightValue></conditions>{}</rules>",
            connector(i * 7 % 1_000)
        );
        long.push_str(&format!(
            "<decisions><name>E{i}</name>{rule}<defaultConnector><targetReference>E{}</targetReference></defaultConnector></decisions>",
            i + 1
        ));
    }
    long.push_str("<assignments><name>E1000</name><assignmentItems><assignToReference>$Record.Site</assignToReference><operator>Assign</operator><value><stringValue>x</stringValue></value></assignmentItems></assignments></Flow>");
    files.insert("flows/Long.flow-meta.xml", long);
    let (found, findings, _) = read(&files);
    assert!(findings.is_empty());
    let long = found.active.iter().find(|a| a.name == "Long").unwrap();
    assert_eq!(fields(long.writes()), "Account.Site");
    let circle = found.active.iter().find(|a| a.name == "F0").unwrap();
    assert_eq!(circle.understood, Understood::Partly);
}

#[test]
fn a_project_is_told_how_far_its_automations_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| copy_all(from, to);
    copy(&fixtures().join("org"), &folder.path().join("force-app"));
    copy(&fixtures().join("portal"), &folder.path().join("workflows"));
    std::fs::write(
        folder.path().join("accordant.toml"),
        "[project]\nname = \"p\"\nlanguage = 1\nspecs = [\"*.sync\"]\n\n[systems.salesforce]\nmetadata = [\"force-app\"]\n\n[systems.hubspot]\nmetadata = [\"workflows/*.json\"]\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("main.sync"),
        "system hubspot: hubspot\nsystem salesforce: salesforce\n",
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_accordant"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let told = run(&["catalog", "check"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    insta::assert_snapshot!("catalog_check", text(&told.stdout));
    let json = run(&["catalog", "check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let account = Account::of(&crate::automation::folder(&folder.path().join("force-app")));
    assert_eq!(
        json["systems"][1]["automations"],
        serde_json::to_value(&account).unwrap()
    );
    assert_eq!(run(&["catalog", "check", "nowhere"]).status.code(), Some(2));
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn accordant(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_accordant"))
        .args(arguments)
        .current_dir(fixtures())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
