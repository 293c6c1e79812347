//! The worked example: its records are what its generator writes, and its spec passes the gate.

use std::collections::BTreeSet;
use std::path::Path;

use accordant::cli::disk::DiskFiles;
use accordant::diagnostic::Level;
use accordant::session::compile;
use accordant::source::{Files, MemoryFiles};

#[path = "../examples/acme_data/main.rs"]
#[expect(
    dead_code,
    reason = "its `main` writes the files; here only its texts are wanted"
)]
mod acme_data;

const ACME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme");

/// The slips of the README: file, what stands there, what is written instead, the code.
const SLIPS: [(&str, &str, &str, &str); 10] = [
    (
        "company.sync",
        "tier               <-> Tier__c",
        "teir               <-> Tier__c",
        "N003",
    ),
    ("values.sync", "  bronze  <-> Bronze\n", "", "K001"),
    (
        "company.sync",
        "Original_Source__c after create",
        "BillingCountry",
        "P003",
    ),
    (
        "company.sync",
        "  truth   salesforce",
        "  // truth   salesforce",
        "P001",
    ),
    (
        "people.sync",
        "default \"Unknown\", prefer",
        "prefer",
        "T013",
    ),
    (
        "people.sync",
        "  yields    to Contact",
        "  // yields    to Contact",
        "I015",
    ),
    ("revenue.sync", "  many      salesforce hold\n", "", "I005"),
    (
        "people.sync",
        "<-> AccountId  through Company",
        "<-> AccountId",
        "T011",
    ),
    (
        "revenue.sync",
        "dealname          <-> Name",
        "dealname          -> Name",
        "T005",
    ),
    (
        "company.sync",
        "prefer salesforce unless blank",
        "prefer salesforce unless blank, -> blank clears",
        "S004",
    ),
];

/// The project's spec, manifest and catalogs in memory.
fn project() -> MemoryFiles {
    let disk = DiskFiles::new(Path::new(ACME)).unwrap();
    let mut files = MemoryFiles::default();
    for path in disk.list("").unwrap() {
        if !path.starts_with("data/") && !path.starts_with("target/") {
            let content = disk.read(&path).unwrap();
            files.insert(path, content);
        }
    }
    files
}

#[test]
fn each_slip_of_the_readme_is_told_with_its_code() {
    let readme = std::fs::read_to_string(Path::new(ACME).join("README.md")).unwrap();
    for (file, old, new, code) in SLIPS {
        let mut files = project();
        let text = String::from_utf8(files.read(file).unwrap()).unwrap();
        assert!(text.contains(old), "{file} has no `{old}`");
        files.insert(file, text.replacen(old, new, 1));
        let compiled = compile(&files, Some(jiff::civil::date(2026, 11, 20)));
        let errors = compiled.findings.iter().filter(|f| f.level == Level::Error);
        let mut codes: Vec<String> = errors.map(|f| f.code.to_string()).collect();
        codes.dedup();
        assert_eq!(codes, [code], "{file}: `{old}`");
        assert!(readme.contains(&format!("| {code}: ")), "{code}");
    }
}

#[test]
fn the_records_are_what_the_generator_writes() {
    let made = acme_data::files();
    let mut size = 0;
    for (path, text) in &made {
        let committed = std::fs::read_to_string(Path::new(ACME).join("data").join(path)).unwrap();
        assert!(
            committed == *text,
            "{path} differs: cargo run --example acme_data"
        );
        size += text.len();
    }
    assert!(
        size < 3_000_000,
        "{size} bytes are more than an example needs"
    );
    assert!(made == acme_data::files(), "twice is the same");
}

#[test]
fn every_record_has_an_id_of_its_own() {
    for (path, text) in acme_data::files() {
        let id = if path.starts_with("hubspot") {
            "id"
        } else {
            "Id"
        };
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = record[id].as_str().unwrap().to_owned();
            assert!(
                path.starts_with("hubspot") || id.len() == 18,
                "{path}: {id}"
            );
            assert!(seen.insert(id.clone()), "{path}: {id} twice");
        }
    }
}

#[test]
fn the_spec_passes_its_own_check() {
    let files = DiskFiles::new(Path::new(ACME)).unwrap();
    let compiled = compile(&files, Some(jiff::civil::date(2026, 11, 20)));
    let worse: Vec<_> = compiled
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Hint)
        .map(|finding| format!("{finding:?}"))
        .collect();
    assert!(worse.is_empty(), "{worse:#?}");
    assert_eq!(compiled.model().scenarios.len(), 23);
    assert!(compiled.plan().unwrap().is_ok());
}

/// The workflow that most teams have beside their lifecycle: its part has as many values as it has, of which few differ.
#[test]
fn a_workflow_that_scores_people_beside_the_lifecycle_is_silent() {
    let mut files = project();
    let score = r#"automation hubspot "Score makes an MQL" {
  when  contact.hubspotscore >= 50 and contact.lifecyclestage in (subscriber, lead)
  sets  contact.lifecyclestage = marketingqualifiedlead
}
"#;
    files.insert("score.sync", score);
    let compiled = compile(&files, Some(jiff::civil::date(2026, 11, 20)));
    let worse = compiled.findings.iter().filter(|f| f.level != Level::Hint);
    let worse: Vec<_> = worse.map(|finding| format!("{finding:?}")).collect();
    assert!(worse.is_empty(), "{worse:#?}");
}
