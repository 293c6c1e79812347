//! Every malformed file gets findings, never a panic: at least 20,000 mutants of all that people write by hand or export.
//!
//! A mutant is a fixture with a few bytes, tokens or lines changed, moved, doubled or taken out, from a fixed seed. The
//! number can be raised with `ACCORDANT_MUTANTS`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use accordant::plan;
use accordant::session::compile;
use accordant::source::{Files, MemoryFiles};

use crate::support::{Random, fixture_files};

/// Mutants of each kind in an ordinary run; together more than 20,000.
const SPECS: usize = 15_000;
const MANIFESTS: usize = 2_500;
const CATALOGS: usize = 3_000;
const PLANS: usize = 2_500;
const METADATA: usize = 4_000;

fn wanted(share: usize) -> usize {
    let all = SPECS + MANIFESTS + CATALOGS + PLANS + METADATA;
    std::env::var("ACCORDANT_MUTANTS")
        .ok()
        .and_then(|n| n.parse::<usize>().ok())
        .map_or(share, |n| n * share / all)
}

/// All spec files of the tests, small ones first.
fn specs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests", "specs/templates", "examples"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut texts: Vec<String> = paths
        .iter()
        .map(|p| std::fs::read_to_string(p).expect("readable"))
        .collect();
    texts.sort_by_key(String::len);
    texts
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "sync") {
            found.push(path);
        }
    }
}

/// Changes a text in one to four places.
fn mutate(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let until = (at + 1 + random.below(12)).min(bytes.len());
        match random.below(9) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(at..until)),
            2 => {
                let piece = bytes[at..until].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            3 => bytes.insert(at, b"{}()<>-\"`|,;:/\n 0\xff"[random.below(18)]),
            4 => bytes.truncate(at),
            5 => {
                let words = [
                    "via",
                    "else",
                    "keep",
                    "<->",
                    "not",
                    "where",
                    "in",
                    "\"",
                    "{",
                    "}",
                    "//",
                    "...",
                    "🦀",
                    "99999999999999999999",
                ];
                let word = words[random.below(words.len())].bytes();
                bytes.splice(at..at, word);
            }
            6 => swap_lines(&mut bytes, random),
            7 => {
                let line = bytes[at..]
                    .iter()
                    .position(|b| *b == b'\n')
                    .map_or(bytes.len(), |n| at + n);
                bytes.drain(at..line);
            }
            _ => bytes[at] = u8::try_from(random.below(256)).expect("a byte"),
        }
    }
    bytes
}

fn swap_lines(bytes: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
    lines.swap(a, b);
    *bytes = lines.join(&b'\n');
}

fn survives(what: &str, seed: u64, input: &[u8], work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        panic!(
            "{what} with seed {seed} panics:\n{}",
            String::from_utf8_lossy(input)
        );
    }
}

fn check(files: &MemoryFiles) {
    let compilation = compile(files, Some(jiff::civil::date(2026, 11, 23)));
    for finding in &compilation.findings {
        assert!(
            !finding.message.contains('\n'),
            "a message has one line: {}",
            finding.message
        );
    }
    accordant::diagnostic::render::human(
        &compilation.findings,
        &compilation.sources,
        accordant::diagnostic::render::Colour::Plain,
    );
}

#[test]
fn mutated_specs_get_findings() {
    let texts = specs();
    let small = texts.iter().filter(|t| t.len() < 3_000).count();
    (0..wanted(SPECS) as u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed + 1);
        let text = &texts[random.below(small)];
        let mutant = mutate(text, &mut random);
        let mut files = fixture_files(&[]);
        files.insert("main.sync", mutant.clone());
        survives("a spec", seed, &mutant, || check(&files));
    });
}

#[test]
fn mutated_manifests_get_findings() {
    let text = include_str!("../examples/acme/accordant.toml");
    let mut random = Random::new(2);
    for seed in 0..wanted(MANIFESTS) as u64 {
        let mutant = mutate(text, &mut random);
        let mut files = MemoryFiles::default();
        files.insert("accordant.toml", mutant.clone());
        survives("a manifest", seed, &mutant, || check(&files));
    }
}

#[test]
fn mutated_catalogs_get_findings() {
    let texts = [
        include_str!("catalogs/desk.json"),
        include_str!("catalogs/crm.json"),
    ];
    let spec = include_str!("rules/picklists/unmapped-value/valid.sync");
    let mut random = Random::new(3);
    for seed in 0..wanted(CATALOGS) as u64 {
        let which = random.below(2);
        let mutant = mutate(texts[which], &mut random);
        let mut files = fixture_files(&[("main.sync", spec)]);
        files.insert(
            ["catalogs/desk.json", "catalogs/crm.json"][which],
            mutant.clone(),
        );
        survives("a catalog", seed, &mutant, || check(&files));
    }
}

#[test]
fn mutated_plans_are_refused_or_the_same() {
    let compilation =
        crate::support::compile_fixture(include_str!("rules/picklists/unmapped-value/valid.sync"));
    let mut made = compilation.plan().unwrap().unwrap();
    let text = String::from_utf8(plan::seal(&mut made).unwrap()).unwrap();
    let same: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut random = Random::new(4);
    for seed in 0..wanted(PLANS) as u64 {
        let mutant = mutate(&text, &mut random);
        survives("a plan", seed, &mutant, || {
            if plan::load(&mutant).is_ok() {
                // a change of white space alone leaves the document as it was
                let loaded: serde_json::Value = serde_json::from_slice(&mutant).unwrap();
                assert!(loaded == same, "a changed plan was taken");
            }
        });
    }
}

/// Metadata of the fixtures, by path and text.
fn metadata() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/automation");
    let files = accordant::cli::disk::DiskFiles::new(&root).expect("opens");
    let paths = files.list("").expect("lists");
    let told = paths.into_iter().filter(|p| p.contains('/'));
    told.map(|path| {
        let bytes = files.read(&path).expect("reads");
        (path, String::from_utf8(bytes).expect("text"))
    })
    .collect()
}

#[test]
fn mutated_metadata_are_read_or_told() {
    use accordant::automation;
    use accordant::catalog::{self, BaseCatalog, Pattern, SystemSource};
    use accordant::diagnostic::Sink;
    use accordant::platform::SystemKind;
    use accordant::source::Sources;

    let all = metadata();
    let mut random = Random::new(5);
    let system = |kind: SystemKind, base| SystemSource {
        name: kind.word().into(),
        kind,
        catalog: Vec::new(),
        metadata: vec![Pattern {
            text: ".".to_owned(),
            place: None,
        }],
        base,
    };
    let systems = [SystemKind::Salesforce, SystemKind::HubSpot].map(|kind| {
        let source = system(kind, BaseCatalog::Standard);
        let loaded = catalog::load(
            &[source],
            &MemoryFiles::default(),
            &mut Sources::default(),
            &mut Sink::default(),
        );
        let catalog = loaded.iter().next().expect("a catalog").clone();
        (system(kind, BaseCatalog::None), catalog)
    });
    for seed in 0..wanted(METADATA) as u64 {
        let (path, text) = &all[random.below(all.len())];
        let mutant = mutate(text, &mut random);
        let mut files = MemoryFiles::default();
        // what it calls is beside it
        for (beside, text) in all.iter().filter(|(p, _)| p.contains("Rates_An_Account")) {
            files.insert(beside.clone(), text.clone());
        }
        files.insert(path.clone(), mutant.clone());
        survives("a metadata file", seed, &mutant, || {
            for (source, catalog) in &systems {
                let (mut sources, mut sink) = (Sources::default(), Sink::default());
                let read = automation::load(source, catalog, &files, &mut sources, &mut sink);
                for automation in &read.active {
                    automation::json_line(automation);
                    assert!(automation.reasons.iter().all(|r| !r.contains('\n')));
                }
            }
        });
    }
}
