//! What a manifest may say, and what is said about a wrong one.

use accordant::diagnostic::render::{Colour, human};
use accordant::diagnostic::{Code, Diagnostic, Level, Promise, Sink};
use accordant::explain;
use accordant::manifest::{self, Manifest, Setting, StoreConfig, Weight};
use accordant::source::{MemoryFiles, SourceFile, Sources};

fn read(text: &str) -> (Manifest, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(manifest::FILE_NAME, text));
    let mut sink = Sink::default();
    let manifest = manifest::read(file, text, &mut sink);
    let found = sink.sorted(&sources);
    (manifest, found, sources)
}

const WHOLE: &str = r#"
[project]
name = "acme"
language = 1
specs = ["*.sync"]

[systems.salesforce]
catalog  = ["catalogs/salesforce/*.json"]
metadata = ["force-app/main/default"]
[systems.hubspot]
catalog  = ["catalogs/hubspot/*.json"]
base     = false

[environments.local]
hubspot    = { jsonl = "data/hubspot" }
salesforce = { sqlite = "data/salesforce.db" }
state      = "state.db"

[environments.local.names]
inbound_queue = "00G000000000001"

[environments.sandbox]
salesforce = { url = { env = "SF_URL" }, jwt = { client_id = { env = "SF_CLIENT" }, key_file = "sf.key", user = "integration@acme.example" } }
hubspot    = { token = { env = "HUBSPOT_TOKEN" } }

[readiness]
minimum = 0.80

[levels]
P008 = "hint"
unused-declaration = "off"
"#;

#[test]
fn a_whole_manifest_is_read() {
    let (manifest, found, sources) = read(WHOLE);
    assert_eq!(human(&found, &sources, Colour::Plain), "");
    assert_eq!(manifest.project.name, "acme");
    assert_eq!(
        manifest.systems["salesforce"].metadata[0].node,
        "force-app/main/default"
    );
    assert_eq!(
        sources.text(manifest.systems["salesforce"].metadata[0].span),
        "\"force-app/main/default\""
    );
    assert!(manifest.systems["salesforce"].base && !manifest.systems["hubspot"].base);
    let local = &manifest.environments["local"];
    assert!(
        matches!(&local.stores["hubspot"], StoreConfig::Jsonl(path) if path.node == "data/hubspot")
    );
    assert!(matches!(
        &local.stores["salesforce"],
        StoreConfig::Sqlite(_)
    ));
    assert_eq!(local.names["inbound_queue"].node, "00G000000000001");
    let StoreConfig::Remote(remote) = &manifest.environments["sandbox"].stores["salesforce"] else {
        panic!()
    };
    assert_eq!(remote.url, Some(Setting::Env("SF_URL".into())));
    assert_eq!(remote.jwt.as_ref().unwrap().key_file, "sf.key");
    assert_eq!(manifest.readiness, Some(0.8));
    assert_eq!(manifest.levels[&Code::P008], Weight::Level(Level::Hint));
    assert_eq!(manifest.levels[&Code::N006], Weight::Off);
}

#[test]
fn every_slip_is_named_at_its_place() {
    let (_, found, sources) = read(
        r#"
[project]
langauge = 1
specs = "*.sync"

[systems.salesforce]
catalog = ["../shared/*.json", "C:\\catalogs", 7]
base = "no"

[enviroments.local]

[environments.local]
hubspot = { jsnl = "data" }
salesforce = { csv = "a", jsonl = "b" }
state = "/var/state.db"

[environments.live]
hubspot = { token = "pat-na1-1234" }
salesforce = { url = 3, jwt = { user = "a" } }

[readiness]
minimum = 80

[levels]
B001 = "off"
P002 = "off"
K01 = "hint"
K002 = "loud"
"#,
    );
    insta::assert_snapshot!(human(&found, &sources, Colour::Plain));
}

#[test]
fn a_slip_in_the_syntax_is_one_message() {
    let (manifest, found, sources) =
        read("[project]\nname = acme\nlanguage = 1\nspecs = [\"a/*.sync\"]\n");
    insta::assert_snapshot!(human(&found, &sources, Colour::Plain));
    assert_eq!(manifest.project.specs[0].node, "a/*.sync");
}

#[test]
fn nothing_at_all_is_a_finding() {
    let (_, found, sources) = read("");
    insta::assert_snapshot!(human(&found, &sources, Colour::Plain));
}

#[test]
fn levels_weigh_findings() {
    let (manifest, ..) = read(WHOLE);
    let mut found = vec![
        Diagnostic::new(Code::P008, "a"),
        Diagnostic::new(Code::N006, "b"),
        Diagnostic::new(Code::K001, "c"),
    ];
    manifest.weigh(&mut found);
    let left: Vec<_> = found.iter().map(|d| (d.code, d.level)).collect();
    assert_eq!(
        left,
        [(Code::P008, Level::Hint), (Code::K001, Level::Error)]
    );
}

#[test]
fn a_pattern_without_files_is_named() {
    let (manifest, _, sources) = read(WHOLE);
    let mut files = MemoryFiles::default();
    files.insert("catalogs/hubspot/contacts.json", "{}");
    let mut sink = Sink::default();
    let hubspot = manifest::expand(
        &files,
        &manifest.systems["hubspot"].catalog,
        Code::M002,
        &mut sink,
    );
    assert_eq!(hubspot, ["catalogs/hubspot/contacts.json"]);
    let none = manifest::expand(
        &files,
        &manifest.systems["salesforce"].catalog,
        Code::M002,
        &mut sink,
    );
    assert!(none.is_empty());
    insta::assert_snapshot!(human(&sink.sorted(&sources), &sources, Colour::Plain));
}

/// The manifests on the pages do what the pages say.
#[test]
fn the_pages_keep_their_promises() {
    for page in explain::pages() {
        for example in page.examples().into_iter().filter(|e| e.language == "toml") {
            let (_, found, _) = read(&example.text);
            let reported = found.iter().any(|d| d.code == page.code);
            assert_eq!(
                reported,
                example.promise == Promise::Fails,
                "{}: {}",
                page.code,
                example.text
            );
        }
    }
}

/// Whatever bytes come in, something is said and nothing falls over.
#[test]
fn mutants_are_survived() {
    let bytes = WHOLE.as_bytes();
    for at in 0..bytes.len() {
        for with in ["", "\"", "[", "]", "{", "=", "\n", "é"] {
            let mut mutant = bytes[..at].to_vec();
            mutant.extend(with.as_bytes());
            mutant.extend(&bytes[at + 1..]);
            let Ok(text) = String::from_utf8(mutant) else {
                continue;
            };
            let (_, found, sources) = read(&text);
            human(&found, &sources, Colour::Plain);
        }
    }
}
