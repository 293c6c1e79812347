//! A loop that `check` tells can be run again, and kept as a test that fails until the loop is broken.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use accordant::cli::disk::DiskFiles;
use accordant::source::Files;
use tempfile::TempDir;

use crate::computing::{stamped_again, stamping};
use crate::graph::{HANDLING, PUSHED_ON, SENT_BACK, ticket};
use crate::support::fixture_files;

const SPEC: &str = r#"automation crm "Shout" {
  when  Person.Country changes
  sets  Person.Country = upper(Person.Country)
}

automation desk "Whisper" {
  when  customer.country changes
  sets  customer.country = lower(customer.country)
}

sync Person: desk.customer <-> crm.Person {
  truth   crm
  match   email = Email
  many    desk hold
  many    crm hold
  key     desk.crm_person_id, crm.Desk_Customer_Id__c
  delete  keep

  email    <-> Email
  country  <-> Country
}
"#;

/// The project of a fixture, on the disk.
pub fn project(spec: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let files = fixture_files(&[("main.sync", spec)]);
    for path in files.list("").unwrap() {
        let to = root.path().join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, files.read(&path).unwrap()).unwrap();
    }
    root
}

fn accordant(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accordant"));
    command.args(arguments).current_dir(root).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn what_is_told_was_replayed_and_can_be_replayed_again() {
    let root = project(SPEC);
    let check = accordant(root.path(), &["check"]);
    assert_eq!(check.status.code(), Some(1));
    let told = text(&check.stderr);
    let replay = "  replay  accordant test --witness G001@main.sync:20";
    assert!(told.lines().any(|line| line == replay), "{told}");

    let again = accordant(root.path(), &["test", "--witness", "G001@main.sync:20"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stdout).contains("\nit goes on: "), "{again:?}");

    let gone = accordant(root.path(), &["test", "--witness", "G001@main.sync:19"]);
    assert_eq!(gone.status.code(), Some(2), "{gone:?}");
    let unread = accordant(root.path(), &["test", "--witness", "the loop"]);
    assert_eq!(unread.status.code(), Some(2), "{unread:?}");
}

#[test]
fn a_witness_kept_as_a_test_passes_once_the_loop_is_broken() {
    let root = project(SPEC);
    let dumped = accordant(root.path(), &["dump", "witness", "G001@main.sync:20"]);
    assert_eq!(dumped.status.code(), Some(0), "{dumped:?}");
    let block = text(&dumped.stdout);
    assert!(
        block.starts_with("test \"`country` comes to rest\" {\n"),
        "{block}"
    );

    let fixed = SPEC.replace("country  <-> Country", "country  -> Country");
    fs::write(root.path().join("main.sync"), format!("{fixed}\n{block}")).unwrap();
    let test = accordant(root.path(), &["test"]);
    assert_eq!(test.status.code(), Some(0), "{test:?}");
    assert!(
        text(&test.stdout).ends_with("1 passed, 0 failed\n"),
        "{test:?}"
    );
}

/// Stamps go on without an end: the engine stores a later one each time, as the story has it.
#[test]
fn what_stamps_answer_stamps_with_was_replayed_too() {
    let root = project(&ticket("  opened_at <-> OpenedAt__c\n"));
    let changed = stamping("ISCHANGED({!$Record.OpenedAt__c})");
    for (path, text) in [changed, stamped_again()] {
        let to = root.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    }
    let manifest = root.path().join("accordant.toml");
    let stated = fs::read_to_string(&manifest).unwrap();
    let stated = ["desk", "crm"].iter().fold(stated, |text, system| {
        let head = format!("[systems.{system}]\n");
        text.replace(&head, &format!("{head}metadata = [\"{system}/*\"]\n"))
    });
    fs::write(&manifest, stated).unwrap();
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr);
    assert!(told.contains("G002 diverges: `opened_at`"), "{told}");
    assert!(
        told.contains("replay  accordant test --witness G002@"),
        "{told}"
    );
}

/// Values without an end are no loop that leads back; the engine runs into them all the same.
#[test]
fn what_grows_without_an_end_was_replayed_too() {
    let counts = SPEC
        .replace(
            "Person.Country = upper(Person.Country)",
            "Person.Country = concat(Person.Country, \"x\")",
        )
        .replace(
            "customer.country = lower(customer.country)",
            "customer.country = concat(customer.country, \"x\")",
        );
    let root = project(&counts);
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr);
    let replay = "  replay  accordant test --witness G002@main.sync:20";
    assert!(told.lines().any(|line| line == replay), "{told}");
    assert!(told.contains("it becomes longer each time"), "{told}");

    let again = accordant(root.path(), &["test", "--witness", "G002@main.sync:20"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stdout).contains("\nit goes on: "), "{again:?}");
}

/// A workflow that starts itself again: what runs later waits for its next turn, in a test as in the proof.
#[test]
fn what_grows_by_itself_was_replayed_too() {
    let counts = SPEC
        .replace("upper(Person.Country)", "trim(Person.Country)")
        .replace("lower(customer.country)", "concat(customer.country, \"x\")");
    let root = project(&counts);
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr);
    let replay = "  replay  accordant test --witness G002@main.sync:20";
    assert!(told.lines().any(|line| line == replay), "{told}");
}

/// A lifecycle that two houses pull at: told over cells where they do so by fields of their own, over stages where not.
#[test]
fn a_loop_through_a_lifecycle_was_replayed_too() {
    let straight = |automations: &str| {
        automations
            .replace("Case.Ref__c", "Case.Status")
            .replace("ticket.country", "ticket.state")
    };
    let indirect = [SENT_BACK, PUSHED_ON].concat();
    let direct = [SENT_BACK, PUSHED_ON].map(|pair| {
        let (_copies, moves) = pair.split_once("\n\n").unwrap();
        straight(moves)
    });
    for (automations, code, line) in [(indirect, "G001", 21), (direct.concat(), "L007", 21)] {
        let rows = ticket("  language <-> Language__c\n");
        let root = project(&format!("{automations}{HANDLING}\n{rows}"));
        let check = accordant(root.path(), &["check"]);
        let told = text(&check.stderr);
        let witness = format!("{code}@main.sync:{line}");
        let replay = format!("  replay  accordant test --witness {witness}");
        assert!(told.lines().any(|line| line == replay), "{told}");

        let again = accordant(root.path(), &["test", "--witness", &witness]);
        assert_eq!(again.status.code(), Some(1), "{again:?}");
        assert!(text(&again.stdout).starts_with("test "), "{again:?}");
    }
}

/// Two houses pull at a lifecycle by boxes, so that all there is can be tried.
const MARKS: &str = r#"automation crm "Marks" {
  when  Case.Status = Working
  sets  Case.Vip__c = true
}

automation crm "Sends back" {
  when  Case.Vip__c
  sets  Case.Status = New
}

automation crm "Unmarks" {
  when  Case.Status = New
  sets  Case.Vip__c = false
}

automation desk "Marks" {
  when  ticket.state = new
  sets  ticket.vip = true
}

automation desk "Pushes on" {
  when  ticket.vip
  sets  ticket.state = open
}

automation desk "Unmarks" {
  when  ticket.state = open
  sets  ticket.vip = false
}

"#;

/// A condition on when a stage was entered is no riddle: a field lies before that time or after it, and people can say both.
#[test]
fn a_loop_through_a_condition_on_the_time_of_a_stage_was_replayed_too() {
    let back = "working  -> fresh    by desk by crm";
    let later = format!("{back}  when case.OpenedAt__c > entered(working)");
    let never = format!("{later} and case.OpenedAt__c < entered(working)");
    let told = |line: &str| {
        let rows = ticket("  language <-> Language__c\n");
        let spec = format!("{MARKS}{HANDLING}\n{rows}").replace(back, line);
        let root = project(&spec);
        let check = accordant(root.path(), &["check"]);
        text(&check.stderr).to_owned()
    };
    let found = told(&later);
    assert!(
        found.contains("  replay  accordant test --witness G001@main.sync:31"),
        "{found}"
    );
    let found = told(&never);
    assert!(!found.contains("G00") && !found.contains("B001"), "{found}");
}

/// Loops that depend on when what runs later has its turn, on which of several writes to a field counts, and on what an
/// automation makes of what the row only reads: each is one, and the engine runs into it.
#[test]
fn what_waits_writes_twice_or_decides_beside_the_row_was_replayed_too() {
    let spec = |automations: &str| {
        format!(
            "{automations}{}",
            ticket("  subject <-> Subject\n  vip  <- Vip__c  enforce\n")
        )
    };
    let held = "automation desk \"Holds\" {\n  when  ticket.vip\n  sets  ticket.vip = true\n}\n";
    let twice = "automation desk \"Twice\" {\n  when  ticket.vip changes\n  sets  ticket.vip = false\n  sets  ticket.vip = true\n}\n";
    let beside = "automation desk \"Raises\" {\n  when  ticket.vip changes\n  sets  ticket.vip = true\n}\nautomation crm \"Lowers\" {\n  when  Case.Vip__c changes\n  sets  Case.Vip__c = false\n}\n";
    for automations in [held, twice, beside] {
        let root = project(&spec(automations));
        let check = accordant(root.path(), &["check"]);
        let told = text(&check.stderr);
        assert!(
            told.contains("G001 oscillates: `vip` never settles"),
            "{told}"
        );
        assert!(
            told.contains("  replay  accordant test --witness G001@"),
            "{told}"
        );
    }
}

/// What a house makes of a field that the loop only reads: the story begins with what a record keeps there, and people wait
/// between two edits as a test has them wait.
#[test]
fn what_others_write_beside_the_loop_is_part_of_the_story() {
    let copied = "automation desk \"Copies\" {\n  when  ticket.country changes and ticket.language is blank\n  sets  ticket.country = ticket.reference\n}\nautomation crm \"Clears\" {\n  when  Case.Ref__c = \"A\"\n  sets  Case.Ref__c = blank\n}\n";
    let rewritten = "automation desk \"Rewrites\" {\n  when  ticket.country changes\n  sets  ticket.country = ticket.summary\n}\nautomation crm \"Lowers\" {\n  when  Case.Ref__c changes\n  sets  Case.Ref__c = lower(Case.Ref__c)\n}\n";
    let counted = "automation desk \"Counts\" {\n  when  ticket.hours changes and ticket.score < 10\n  sets  ticket.hours = ticket.hours + 1\n  sets  ticket.score = ticket.amount\n}\n";
    // what travels one way is compared as it is
    let titled = "automation desk \"Titles\" {\n  when  ticket.country changes\n  sets  ticket.country = title(ticket.country)\n}\n";
    // an edit after what waits had its turn, and one that is left until all is at rest
    let turned = "automation desk \"Copies\" {\n  when  ticket.country is blank or ticket.language is set\n  sets  ticket.country = \"x\"\n  sets  ticket.country = ticket.language\n}\nautomation desk \"Fixes\" {\n  when  ticket.country is set\n  sets  ticket.country = \"x\"\n}\n";
    let awaited = "automation desk \"Copies\" {\n  when  ticket.country changes\n  sets  ticket.country = ticket.language\n}\nautomation desk \"Fixes\" {\n  when  ticket.country is blank\n  sets  ticket.country = \"x\"\n  sets  ticket.country = blank\n}\n";
    for (automations, row, code) in [
        (copied, "country -> Ref__c  enforce", "G001"),
        (turned, "country <- Ref__c", "G001"),
        (titled, "country <- Ref__c  via upper, enforce", "G001"),
        (awaited, "country <- Ref__c  blank clears", "G001"),
        (rewritten, "country -> Ref__c  enforce", "G001"),
        (counted, "hours <- Tally__c  fill only", "G002"),
    ] {
        let root = project(&format!("{automations}{}", ticket(&format!("  {row}\n"))));
        let check = accordant(root.path(), &["check"]);
        let told = text(&check.stderr);
        let line = automations.lines().count() + 8;
        let replay = format!("  replay  accordant test --witness {code}@main.sync:{line}");
        assert!(told.lines().any(|line| line == replay), "{told}");
    }
}

/// A record on which the key is stamped is saved then: it does not keep what its automations rewrite at each save. One that nobody
/// saves does.
#[test]
fn what_no_record_keeps_is_no_beginning() {
    let rewrites = |stamp: &str| {
        format!(
            "automation desk \"Caps\" {{\n  when  ticket.hours > 100\n  sets  ticket.hours = 100\n}}\n{}",
            ticket("  hours <- Tally__c  enforce\n")
                .replace("  delete keep\n", &format!("{stamp}  delete keep\n"))
        )
    };
    let flow = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\">\
        <label>Fixes</label><processType>AutoLaunchedFlow</processType>\
        <recordUpdates><name>Set</name><label>Set</label><inputAssignments><field>Tally__c</field>\
        <value><numberValue>5</numberValue></value></inputAssignments><inputReference>$Record</inputReference></recordUpdates>\
        <start><connector><targetReference>Set</targetReference></connector><object>Case</object>\
        <recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>RecordBeforeSave</triggerType></start><status>Active</status></Flow>\n";
    let told = |stamp: &str| {
        let root = project(&rewrites(stamp));
        let manifest = fs::read_to_string(root.path().join("accordant.toml")).unwrap();
        let manifest = manifest.replace(
            "[systems.crm]",
            "[systems.crm]\nmetadata = [\"metadata/*\"]",
        );
        fs::write(root.path().join("accordant.toml"), manifest).unwrap();
        fs::create_dir(root.path().join("metadata")).unwrap();
        fs::write(root.path().join("metadata/Fixes.flow-meta.xml"), flow).unwrap();
        let check = accordant(root.path(), &["check"]);
        text(&check.stderr).to_owned()
    };
    let stamped = told("  key    desk.crm_case_id, crm.Desk_Ticket_Id__c\n");
    assert!(
        !stamped.contains("G001") && !stamped.contains("B001"),
        "{stamped}"
    );
    let found = told("");
    assert!(
        found.contains("  replay  accordant test --witness G001@"),
        "{found}"
    );
}

/// Of more writers beside the loop than can be tried nobody knows whether they let it be.
#[test]
fn a_loop_beside_too_many_others_is_undecided_where_it_does_not_happen() {
    let blank = [
        "language",
        "reference",
        "notes",
        "currency",
        "email",
        "phone",
        "due_on",
        "amount",
        "hours",
        "score",
        "opened_at",
    ];
    let asked: String = blank
        .iter()
        .map(|f| format!(" and ticket.{f} is blank"))
        .collect();
    let copies = format!(
        "automation desk \"Copies\" {{\n  when  ticket.country changes{asked}\n  sets  ticket.country = ticket.summary\n}}\nautomation crm \"Lowers\" {{\n  when  Case.Ref__c changes\n  sets  Case.Ref__c = lower(Case.Ref__c)\n}}\n"
    );
    let rows = ticket("  country -> Ref__c  enforce\n");
    let check = accordant(project(&format!("{copies}{rows}")).path(), &["check"]);
    let told = text(&check.stderr);
    assert!(
        told.contains("G003 undecided: nobody can say whether this comes to rest"),
        "{told}"
    );
    assert!(!told.contains("B001"), "{told}");
}

/// What a line that cannot be read would have said is not guessed: the automation has no part in any loop.
#[test]
fn an_automation_with_a_broken_line_loops_with_nothing() {
    let broken = SPEC.replace("Person.Country changes", "Person.Country changes more");
    let check = accordant(project(&broken).path(), &["check"]);
    let told = text(&check.stderr);
    assert!(told.contains("S001"), "{told}");
    assert!(!told.contains("G001") && !told.contains("B001"), "{told}");
}

/// A rule's fixture, without its marks, and what its finding proposes.
fn lifecycle_fixture(folder: &str, name: &str) -> String {
    let path = format!("tests/rules/lifecycle/{folder}/{name}.sync");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let unmarked = text.lines().map(|l| l.split("//~").next().unwrap());
    unmarked.collect::<Vec<_>>().join("\n")
}

/// A move that the platform refuses, two moves of which nothing says which counts, moves that an automation or a row takes back:
/// the engine was there, the test that tells it fails, and passes once the spec says what its finding proposes.
#[test]
fn what_becomes_of_a_move_was_replayed_and_its_test_passes_once_the_spec_is_mended() {
    let cases = [
        (
            ("backward-move-refused", "invalid", "L005", 24),
            ("as task, keep owner", "clear first, as task, keep owner"),
        ),
        (
            ("simultaneous-moves-undecided", "invalid", "L006", 24),
            ("  start visitor", "  truth crm\n  start visitor"),
        ),
        (
            ("lost-user-transition", "invalid-automation", "L011", 27),
            ("Person.Phase__c = New", "Person.Title = \"New\""),
        ),
        (
            ("lost-user-transition", "invalid-cleared", "L011", 27),
            ("Person.Phase__c = blank", "Person.Title = blank"),
        ),
        (
            ("lost-user-transition", "invalid-over", "L011", 30),
            ("Person.Phase__c = Working", "Person.Title = \"Working\""),
        ),
        (
            ("lost-user-transition", "invalid-elsewhere", "L011", 28),
            (
                "contact.lifecyclestage = customer",
                "contact.notes = \"moved\"",
            ),
        ),
        (
            ("lost-user-transition", "invalid-row", "L011", 17),
            (
                "  notes <-> Phase__c  via Phase, prefer desk unless blank",
                "",
            ),
        ),
    ];
    for ((folder, name, code, line), edit) in cases {
        let spec = lifecycle_fixture(folder, name);
        let root = project(&spec);
        mended(
            root.path(),
            "main.sync",
            &format!("{code}@main.sync:{line}"),
            edit,
        );
    }
}

/// Beside leads that are converted and deals that belong to people through roles: nobody edits what was converted.
#[test]
fn what_becomes_of_a_move_after_a_conversion_was_replayed_too() {
    let cases = [
        (
            "  opportunity -> sql  by salesforce\n",
            "L005@lifecycle.sync:28",
            (
                "by salesforce\n  final",
                "by salesforce, clear first\n  final",
            ),
        ),
        (
            "",
            "L011@lifecycle.sync:25",
            (
                "  sets  Opportunity.StageName = \"Prospecting\"",
                "  sets  Opportunity.NextStep = \"Ask again\"",
            ),
        ),
    ];
    for (line, witness, edit) in cases {
        let root = acme();
        let path = root.path().join("lifecycle.sync");
        let spec = fs::read_to_string(&path).unwrap();
        let mut spec = spec.replacen("  final customer", &format!("{line}  final customer"), 1);
        if line.is_empty() {
            spec.push_str(REOPENS);
        }
        fs::write(&path, spec).unwrap();
        let block = mended(root.path(), "lifecycle.sync", witness, edit);
        let (_, after) = block
            .split_once("convert salesforce.Lead")
            .expect("a conversion");
        assert!(!after.contains("salesforce.Lead"), "{block}");
    }
}

/// An automation that opens a lost deal again.
const REOPENS: &str = "
automation salesforce \"Reopen\" {
  when  Opportunity.StageName = \"Closed Lost\"
  sets  Opportunity.StageName = \"Prospecting\"
}
";

/// The worked example without its tests.
fn acme() -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let root = tempfile::tempdir().unwrap();
    let files = DiskFiles::new(&from).unwrap();
    for path in files.list("").unwrap() {
        if path.starts_with("data/") || path.starts_with("target/") || path == "tests.sync" {
            continue;
        }
        let to = root.path().join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, files.read(&path).unwrap()).unwrap();
    }
    root
}

/// A witness is replayed, told, and kept as a test that passes once a file is edited. The test.
fn mended(root: &Path, file: &str, witness: &str, (wrong, right): (&str, &str)) -> String {
    let check = accordant(root, &["check"]);
    let told = text(&check.stderr);
    let replay = format!("  replay  accordant test --witness {witness}");
    assert!(told.lines().any(|line| line == replay), "{told}");

    let again = accordant(root, &["test", "--witness", witness]);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert!(
        text(&again.stdout).contains("\nit does not come: "),
        "{again:?}"
    );

    let dumped = accordant(root, &["dump", "witness", witness]);
    let block = text(&dumped.stdout).to_owned();
    let spec = fs::read_to_string(root.join(file)).unwrap();
    let edited = spec.replacen(wrong, right, 1);
    assert_ne!(edited, spec);
    fs::write(root.join(file), format!("{edited}\n{block}")).unwrap();
    let test = accordant(root, &["test"]);
    assert_eq!(test.status.code(), Some(0), "{witness}: {test:?}\n{block}");
    let passed = text(&test.stdout).ends_with("1 passed, 0 failed\n");
    assert!(passed, "{test:?}");
    block
}
