//! The program from outside: arguments, streams, exit codes, files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use accordant::cli::check::{Check, Deny};
use accordant::cli::fmt::Fmt;
use accordant::cli::{self, Exit, Format, Global, When};
use accordant::diagnostic::{Code, Diagnostic, Level, Sink};
use accordant::manifest;
use accordant::source::FileId;

fn accordant(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_accordant"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .output()
        .expect("the program starts")
}

fn here(arguments: &[&str]) -> Output {
    accordant(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn explain_prints_to_stdout() {
    let output = here(&["explain", "r011"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("R011 several-match"));
    assert_eq!(stderr(&output), "");
    let output = here(&["explain", "--all"]);
    assert!(stdout(&output).contains("K001  unmapped-value"));
    assert!(
        stdout(&output)
            .lines()
            .all(|line| line.chars().count() <= 100)
    );
    let output = here(&["explain", "S001", "--format", "json"]);
    let page: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(page["slug"], "syntax-error");
    assert_eq!(page["examples"][0]["fails"], true);
}

#[test]
fn explain_guesses_a_misspelt_name() {
    let output = here(&["explain", "several-mach"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(
        stderr(&output).contains("did you mean `several-match`?"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_accordant"))
        .args(["explain", "--all", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
fn usage_is_exit_code_two_and_help_is_none() {
    assert_eq!(here(&["fro"]).status.code(), Some(2));
    assert_eq!(here(&["explain"]).status.code(), Some(2));
    assert_eq!(
        here(&["explain", "K001", "--format", "xml"]).status.code(),
        Some(2)
    );
    for fine in [
        &["--help"][..],
        &["--version"],
        &["help"],
        &["help", "explain"],
        &["init", "--help"],
    ] {
        let output = here(fine);
        assert_eq!(
            (output.status.code(), stderr(&output).as_str()),
            (Some(0), ""),
            "{fine:?}"
        );
    }
}

#[test]
fn the_table_of_exit_codes_is_printed() {
    insta::assert_snapshot!(stdout(&here(&["help", "exit-codes"])));
    let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 130]);
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = here(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("explain"), "{shell}");
    }
}

#[test]
fn init_makes_a_project_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = accordant(folder.path(), &["init", "my project"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!(stderr(&output));
    let root = folder.path().join("my project");
    let text = fs::read_to_string(root.join(manifest::FILE_NAME)).unwrap();
    let mut sink = Sink::default();
    let read = manifest::read(FileId(0), &text, &mut sink);
    assert_eq!(sink.iter().count(), 0);
    assert_eq!(read.project.name, "my-project");
    for path in ["main.sync", ".gitignore", ".github/workflows/accordant.yml"] {
        assert!(root.join(path).is_file(), "{path}");
    }
    for catalog in ["hubspot/contacts.json", "salesforce/Account.json"] {
        let text = fs::read_to_string(root.join("catalogs").join(catalog)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }

    fs::write(root.join("main.sync"), "mine").unwrap();
    fs::remove_file(root.join(".gitignore")).unwrap();
    let again = accordant(folder.path(), &["init", "my project"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("`main.sync`"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(root.join("main.sync")).unwrap(), "mine");
    assert!(
        !root.join(".gitignore").exists(),
        "nothing is written where something would be overwritten"
    );
}

#[test]
fn a_project_is_found_from_below() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(accordant(folder.path(), &["init"]).status.code(), Some(0));
    let project =
        cli::project::find(&folder.path().join("catalogs/hubspot/contacts.json")).unwrap();
    assert_eq!(project.root, folder.path().canonicalize().unwrap());
    let lost = tempfile::tempdir().unwrap();
    assert!(
        cli::project::find(lost.path())
            .unwrap_err()
            .help
            .unwrap()
            .contains("accordant init")
    );
}

#[test]
fn fmt_rewrites_what_differs_and_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (tidy, messy) = (
        folder.path().join("a.sync"),
        folder.path().join("sub/b.sync"),
    );
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(&tidy, "tidy").unwrap();
    fs::write(&messy, "MESSY").unwrap();
    fs::write(folder.path().join("c.txt"), "NO SPEC").unwrap();
    let global = Global {
        format: Format::Human,
        color: When::Never,
        quiet: false,
        verbose: 0,
    };
    let output = cli::Output::new(&global);
    let lower = |text: &str| Ok(text.to_lowercase());
    let fmt = |check| Fmt {
        paths: vec![folder.path().to_owned()],
        check,
    };

    assert_eq!(
        cli::fmt::run(&fmt(true), &output, lower),
        Ok(Exit::Findings)
    );
    assert_eq!(
        fs::read_to_string(&messy).unwrap(),
        "MESSY",
        "a check changes nothing"
    );
    assert_eq!(cli::fmt::run(&fmt(false), &output, lower), Ok(Exit::Fine));
    assert_eq!(fs::read_to_string(&messy).unwrap(), "messy");
    assert_eq!(
        fs::read_to_string(folder.path().join("c.txt")).unwrap(),
        "NO SPEC"
    );
    assert_eq!(cli::fmt::run(&fmt(true), &output, lower), Ok(Exit::Fine));
    let failure =
        cli::fmt::run(&fmt(true), &output, |_| Err("it has errors".to_owned())).unwrap_err();
    assert!(failure.message.ends_with("it has errors"));
}

#[test]
fn a_check_fails_on_errors_and_on_what_is_denied() {
    let found = |level| vec![Diagnostic::new(Code::K001, "a").level(level)];
    let check = |deny| Check {
        paths: Vec::new(),
        deny,
    };
    let ends = |deny, level| check(deny).verdict(&found(level));
    assert_eq!(ends(None, Level::Error), Exit::Findings);
    assert_eq!(ends(None, Level::Warning), Exit::Fine);
    assert_eq!(ends(Some(Deny::Warnings), Level::Warning), Exit::Findings);
    assert_eq!(ends(Some(Deny::Warnings), Level::Hint), Exit::Fine);
}

#[test]
fn dump_formulas_prints_a_line_a_case_and_names_the_lines_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let half = r#"{"test": "half", "formula": "Amount__c / 2", "returnType": "Double",
        "referenceFields": [{"devName": "Amount", "dataType": "Double"}],
        "cases": [{"inputs": "[5]", "formula": "2.5", "formulaNullAsNull": "2.5"},
                  {"inputs": "[]", "formula": "0", "formulaNullAsNull": "1"}]}"#
        .replace('\n', "");
    fs::write(folder.path().join("good.jsonl"), format!("{half}\n\n")).unwrap();
    let output = accordant(folder.path(), &["dump", "formulas", "good.jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        concat!(
            r#"{"test":"half","inputs":"[5]","expected":"2.5","computed":"2.5","#,
            r#""expected_null_as_null":"2.5","computed_null_as_null":"2.5","equal":true}"#,
            "\n",
            r#"{"test":"half","inputs":"[]","expected":"0","computed":"0","#,
            r#""expected_null_as_null":"1","computed_null_as_null":"null","equal":false}"#,
            "\n",
        )
    );
    assert_eq!(stderr(&output), "2 cases, 1 equal\n");

    let refused = r#"{"test": "refused", "formula": "1 +", "error": "it does not compile"}"#;
    let bad = format!("{half}\n{{\"test\": 1}}\n{refused}\n");
    fs::write(folder.path().join("bad.jsonl"), bad).unwrap();
    let output = accordant(folder.path(), &["dump", "formulas", "bad.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output).lines().count(), 3);
    let told = stderr(&output);
    assert!(
        told.contains("M007") && told.contains("bad.jsonl:2:1"),
        "{told}"
    );
    assert!(told.ends_with("3 cases, 2 equal\n"), "{told}");

    for (arguments, reason) in [
        (&["dump", "formulas"][..], "`dump formulas` needs a file"),
        (
            &["dump", "formulas", "none.jsonl"],
            "cannot read `none.jsonl`",
        ),
    ] {
        let output = accordant(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}
