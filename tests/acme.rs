//! The worked example: its records are what its generator writes, and its spec passes the gate.

use std::collections::BTreeSet;
use std::path::Path;

use accordant::cli::disk::DiskFiles;
use accordant::diagnostic::Level;
use accordant::session::compile;

#[path = "../examples/acme_data/main.rs"]
#[expect(
    dead_code,
    reason = "its `main` writes the files; here only its texts are wanted"
)]
mod acme_data;

const ACME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme");

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
            "hs_object_id"
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
    assert_eq!(compiled.model().scenarios.len(), 19);
    assert!(compiled.plan().unwrap().is_ok());
}
