//! The main job from outside: build, run and preview on embedded stores, with the exit codes that scripts rely on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const SPEC: &str = r#"
system desk: hubspot { }
system crm: salesforce { }

sync Person: desk.customer <-> crm.Person {
  truth   crm
  match   email = Email
  many    desk hold
  many    crm hold
  key     desk.crm_person_id, crm.Desk_Customer_Id__c
  create  in desk, crm
  delete  keep

  email    <-> Email     via lower_trim
  surname  <-> LastName  default "Unknown"
  name     <-> FirstName
  phone    <-> Phone     latest else crm
}
"#;

const MANIFEST: &str = r#"
[project]
name = "people"
language = 1
specs = ["*.sync"]

[systems.desk]
catalog = ["catalogs/desk.json"]
base = false

[systems.crm]
catalog = ["catalogs/crm.json"]
base = false

[environments.local]
desk = { jsonl = "data/desk" }
crm = { jsonl = "data/crm" }

[environments.inplace]
desk = { jsonl = "data/desk" }
crm = { jsonl = "data/crm" }
state = "inplace.db"
"#;

/// A project on the disk with one person on both sides and one on each.
fn project() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("accordant.toml", MANIFEST);
    put("main.sync", SPEC);
    put("catalogs/desk.json", include_str!("catalogs/desk.json"));
    put("catalogs/crm.json", include_str!("catalogs/crm.json"));
    put(
        "data/desk/customer.jsonl",
        "{\"id\":\"1\",\"email\":\"Ann@x.example\",\"surname\":\"Lee\",\"name\":\"Ann\",\"phone\":\"\"}\n\
         {\"id\":\"2\",\"email\":\"bo@x.example\",\"surname\":\"\",\"name\":\"Bo\"}\n",
    );
    put(
        "data/crm/Person.jsonl",
        "{\"Id\":\"003000000000001AAA\",\"Email\":\"ann@x.example\",\"LastName\":\"Lee\",\"FirstName\":\"Ann\",\"Phone\":\"+1\"}\n\
         {\"Id\":\"003000000000002AAA\",\"Email\":\"cy@x.example\",\"LastName\":\"Cy\"}\n",
    );
    root
}

fn accordant(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accordant"));
    command.args(arguments).current_dir(root).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Records created and changed, both sides of all syncs.
fn counts(report: &Value) -> (u64, u64) {
    let sum = |what: &str| {
        let syncs = report["syncs"].as_array().unwrap();
        let of = |s: &Value| s[what]["left"].as_u64().unwrap() + s[what]["right"].as_u64().unwrap();
        syncs.iter().map(of).sum()
    };
    (sum("created"), sum("updated"))
}

#[test]
fn a_preview_says_what_the_run_does_and_a_second_run_writes_nothing() {
    let root = project();
    let before = fs::read(root.path().join("data/crm/Person.jsonl")).unwrap();
    let preview = accordant(
        root.path(),
        &["preview", "--format", "json", "--detailed-exitcode"],
    );
    assert_eq!(code(&preview), 3, "{preview:?}");
    let run = accordant(root.path(), &["run", "--format", "json"]);
    assert_eq!(code(&run), 0, "{run:?}");
    assert_eq!(json(&preview)["syncs"], json(&run)["syncs"]);
    assert_eq!(json(&preview)["fields"], json(&run)["fields"]);
    assert_eq!(counts(&json(&run)).0, 2, "one record is made on each side");

    let again = accordant(root.path(), &["run", "--format", "json"]);
    assert_eq!(
        (code(&again), json(&again)["fields"].as_u64()),
        (0, Some(0))
    );
    assert_eq!(counts(&json(&again)), (0, 0));
    let after = fs::read(root.path().join("data/crm/Person.jsonl")).unwrap();
    assert_eq!(before, after, "`local` leaves the project's data as it is");
}

#[test]
fn an_edit_on_each_side_goes_to_the_side_that_wins() {
    let root = project();
    assert_eq!(code(&accordant(root.path(), &["run"])), 0);
    let work = root.path().join("target/accordant/local");
    let edit = |path: &str, from: &str, to: &str| {
        let path = work.join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    edit(
        "desk/customer.jsonl",
        "\"name\":\"Ann\"",
        "\"name\":\"Anna\"",
    );
    edit(
        "crm/Person.jsonl",
        "\"FirstName\":\"Ann\"",
        "\"FirstName\":\"Anne\"",
    );
    let run = accordant(root.path(), &["run", "--format", "json"]);
    assert_eq!(json(&run)["fields"], 1, "{run:?}");
    let desk = fs::read_to_string(work.join("desk/customer.jsonl")).unwrap();
    assert!(desk.contains("\"name\":\"Anne\""), "{desk}");
}

#[test]
fn other_environments_work_in_place() {
    let root = project();
    let run = accordant(root.path(), &["run", "--env", "inplace"]);
    assert_eq!(code(&run), 0, "{run:?}");
    let desk = fs::read_to_string(root.path().join("data/desk/customer.jsonl")).unwrap();
    assert!(desk.contains("cy@x.example"), "{desk}");
    let fresh = accordant(root.path(), &["run", "--env", "inplace", "--fresh"]);
    assert_eq!(code(&fresh), 2, "only copies can be started over");
}

#[test]
fn an_unreadable_record_is_held_and_the_others_go_on() {
    let root = project();
    let path = root.path().join("data/desk/customer.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}not json at all\n")).unwrap();
    let run = accordant(root.path(), &["run", "--format", "json"]);
    assert_eq!(code(&run), 4, "{run:?}");
    assert_eq!(json(&run)["held"][0]["code"], "R016");
    assert_eq!(counts(&json(&run)).0, 2);
}

#[test]
fn a_plan_is_run_as_it_was_built_and_refused_when_it_is_stale_or_damaged() {
    let root = project();
    assert_eq!(code(&accordant(root.path(), &["build"])), 0);
    let plan = "target/accordant/plan.json";
    assert_eq!(code(&accordant(root.path(), &["run", plan])), 0);

    let text = fs::read_to_string(root.path().join(plan)).unwrap();
    fs::write(
        root.path().join("damaged.json"),
        text.replacen("crm.Person", "crm.Persom", 1),
    )
    .unwrap();
    let damaged = accordant(root.path(), &["run", "damaged.json"]);
    assert_eq!(code(&damaged), 2);
    assert!(
        String::from_utf8_lossy(&damaged.stderr).contains("R001"),
        "{damaged:?}"
    );

    let catalog = root.path().join("catalogs/crm.json");
    let wider = fs::read_to_string(&catalog)
        .unwrap()
        .replace("\"length\": 80", "\"length\": 70");
    fs::write(&catalog, wider).unwrap();
    let stale = accordant(root.path(), &["run", plan]);
    assert_eq!(code(&stale), 5, "{stale:?}");
}

#[test]
fn a_state_that_is_none_is_refused() {
    let root = project();
    fs::write(
        root.path().join("inplace.db"),
        "this is no database, and was none",
    )
    .unwrap();
    let run = accordant(root.path(), &["run", "--env", "inplace"]);
    assert_eq!(code(&run), 2, "{run:?}");
    assert!(
        String::from_utf8_lossy(&run.stderr).contains("R002"),
        "{run:?}"
    );
}

#[test]
fn what_is_missing_is_said() {
    let root = project();
    let unknown = accordant(root.path(), &["run", "--env", "locl"]);
    assert_eq!(code(&unknown), 2);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `local`?"));
    fs::remove_dir_all(root.path().join("data/desk")).unwrap();
    let missing = accordant(root.path(), &["run"]);
    assert_eq!(code(&missing), 2, "{missing:?}");
    assert!(
        String::from_utf8_lossy(&missing.stderr).contains("R003"),
        "{missing:?}"
    );
}

#[test]
fn a_file_that_vanishes_is_not_taken_for_an_empty_one() {
    let root = project();
    let place = |path: &str| root.path().join(path);
    let run = || {
        accordant(
            root.path(),
            &["run", "--env", "inplace", "--format", "json"],
        )
    };
    assert_eq!(code(&run()), 0);
    for file in ["data/desk/customer.jsonl", "data/crm/Person.jsonl"] {
        let aside = place("aside");
        fs::rename(place(file), &aside).unwrap();
        let refused = run();
        assert_eq!(code(&refused), 2, "{refused:?}");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains("R003") && told.contains(file), "{told}");
        assert!(!place(file).exists(), "none is made in its place");
        fs::rename(&aside, place(file)).unwrap();
        let back = run();
        assert_eq!((code(&back), json(&back)["fields"].as_u64()), (0, Some(0)));
    }
}

#[test]
fn a_run_says_what_it_archived_and_a_record_that_comes_back_is_held() {
    let root = project();
    let place = |path: &str| root.path().join(path);
    let spec = SPEC.replace("delete  keep", "delete  in desk archive, in crm keep");
    fs::write(place("main.sync"), spec).unwrap();
    let run = || accordant(root.path(), &["run", "--env", "inplace"]);
    assert_eq!(code(&run()), 0);
    let people = place("data/crm/Person.jsonl");
    let sound = fs::read_to_string(&people).unwrap();
    let ann = "{\"Id\":\"003000000000001AAA\"";
    let deleted = sound.replace(ann, &format!("{ann},\"IsDeleted\":true"));
    fs::write(&people, deleted).unwrap();
    let archives = run();
    assert_eq!(code(&archives), 0, "{archives:?}");
    let told = String::from_utf8_lossy(&archives.stdout).into_owned();
    assert!(
        told.contains("Person: 1 record of desk.customer archived"),
        "{told}"
    );
    fs::write(&people, sound).unwrap();
    for _ in 0..2 {
        let back = run();
        assert_eq!(code(&back), 4, "{back:?}");
        let told = String::from_utf8_lossy(&back.stdout).into_owned();
        assert!(told.contains("R012 conflict-held"), "{told}");
    }
}

/// A side that may not write, pairs whose memory is gone: the difference stays, and is told once.
#[test]
fn a_difference_that_stays_is_told_once() {
    let root = project();
    let place = |path: &str| root.path().join(path);
    let spec = SPEC.replace("phone    <-> Phone     latest else crm", "phone <- Phone");
    fs::write(place("main.sync"), spec).unwrap();
    let run = || {
        let run = accordant(root.path(), &["run", "--env", "inplace"]);
        assert_eq!(code(&run), 0, "{run:?}");
        let told = String::from_utf8(run.stdout).unwrap();
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let first = run();
    assert!(first.contains("and 4 keys in 2 systems"), "{first}");
    let people = place("data/desk/customer.jsonl");
    let edit = |from: &str, to: &str| {
        let text = fs::read_to_string(&people).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&people, text.replace(from, to)).unwrap();
    };
    edit("\"phone\":\"+1\"", "\"phone\":\"+2\"");
    let drift = "R019 drift 1 desk.customer 1 phone: `+2` here, `+1` in crm.Person 003000000000001AAA; \
        only the other side may write it";
    for told in [true, false] {
        let text = run();
        assert_eq!(text.contains(drift), told, "{text}");
    }
    fs::remove_file(place("inplace.db")).unwrap();
    edit("\"name\":\"Ann\"", "\"name\":\"Anna\"");
    let accepted = "accepted as they are 2 crm.Person 003000000000001AAA name: `Ann` here, `Anna` in \
        desk.customer 1; nothing says which came first";
    for told in [true, false] {
        let text = run();
        assert_eq!(text.contains(accepted), told, "{text}");
    }
}

#[test]
fn a_preview_says_that_the_run_would_be_stopped() {
    let root = project();
    let place = |path: &str| root.path().join(path);
    let spec = SPEC.replace("delete  keep", "delete  in desk archive, in crm keep");
    fs::write(place("main.sync"), spec).unwrap();
    let one = |n: usize| {
        format!(
            "{{\"Id\":\"0030000000000{n}AAA\",\"Email\":\"p{n}@x.example\",\"LastName\":\"P\"}}\n"
        )
    };
    let all: String = (10..30).map(one).collect();
    fs::write(place("data/crm/Person.jsonl"), all).unwrap();
    assert_eq!(code(&accordant(root.path(), &["run"])), 0);
    let copy = place("target/accordant/local/crm/Person.jsonl");
    let kept = fs::read_to_string(&copy).unwrap();
    let deleted = kept.replace(
        "{\"Id\":\"0030000000000",
        "{\"IsDeleted\":true,\"Id\":\"0030000000000",
    );
    assert_ne!(kept, deleted);
    fs::write(&copy, deleted).unwrap();
    for command in ["preview", "run"] {
        let output = accordant(root.path(), &[command]);
        assert_eq!(code(&output), 5, "{output:?}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let brake = "R014 brake: the run stops before its end: Person: ";
        assert!(told.contains(brake), "{told}");
    }
}

#[test]
fn a_line_that_two_syncs_cannot_read_is_told_once() {
    let root = project();
    let place = |path: &str| root.path().join(path);
    let second = "\nsync Seen: desk.customer <-> crm.Prospect, link only {\n  match email = Email\n  many desk hold\n  many crm hold\n}\n";
    fs::write(place("main.sync"), format!("{SPEC}{second}")).unwrap();
    let desk = place("data/desk/customer.jsonl");
    let broken = fs::read_to_string(&desk).unwrap() + "{\"id\":\"3\",\n";
    fs::write(&desk, broken).unwrap();
    let run = accordant(root.path(), &["run"]);
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(told.contains("1 record needs a person"), "{told} {run:?}");
    assert_eq!(told.matches("customer.jsonl:3").count(), 1, "{told}");
}

#[test]
fn a_new_project_passes_its_own_check_and_tests() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(code(&accordant(root.path(), &["init", "demo"])), 0);
    let demo = root.path().join("demo");
    let check = accordant(&demo, &["check", "--deny", "warnings"]);
    assert_eq!(code(&check), 0, "{check:?}");
    assert_eq!(code(&accordant(&demo, &["fmt", "--check"])), 0);
    let test = accordant(&demo, &["test"]);
    assert_eq!(code(&test), 0, "{test:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_its_code_and_the_next_one_goes_on() {
    const PEOPLE: usize = 5_000;
    let root = project();
    let mut people = String::new();
    for n in 0..PEOPLE {
        people.push_str(&format!(
            "{{\"id\":\"{n}\",\"email\":\"p{n}@x.example\",\"surname\":\"P{n}\",\"name\":\"\",\"phone\":\"\"}}\n"
        ));
    }
    fs::write(root.path().join("data/desk/customer.jsonl"), people).unwrap();
    let state = root.path().join("target/accordant/local/state.db");
    let mut run = Command::new(env!("CARGO_BIN_EXE_accordant"))
        .arg("run")
        .current_dir(root.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // interrupts are watched for before the state is opened, and so many records take longer than a signal
    while !state.exists() && run.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let id = run.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    assert_eq!(run.wait().unwrap().code(), Some(130));

    let rest = accordant(root.path(), &["run", "--format", "json"]);
    assert_eq!(code(&rest), 0, "{rest:?}");
    let again = json(&accordant(root.path(), &["run", "--format", "json"]));
    assert_eq!(counts(&again), (0, 0));
    let written = fs::read_to_string(root.path().join("target/accordant/local/crm/Person.jsonl"));
    assert_eq!(written.unwrap().lines().count(), PEOPLE + 2);
}
