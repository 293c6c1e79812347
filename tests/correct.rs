//! Correct specs in number: none of them gets a finding at error level.
//!
//! They are made from the building blocks of `correct/blocks.sync`, always the same ones. A line `=== Name after Other` begins
//! a block; a line that begins with `?` and those below that begin with `|` are alternatives, of which a spec has one, `|`
//! alone being nothing.
//! A block comes with what it is after. A line `+ FILE @piece | …` is a file of metadata beside the spec, made as those of the
//! seeded bugs are. `correct/people.sync` has more of them: what the systems do by themselves, lifecycles, record types,
//! currencies, people who are accounts. The words (`correct/words.sync`) are taken as far as a spec uses them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use accordant::diagnostic::Level;
use accordant::session::{Compilation, compile};
use accordant::source::MemoryFiles;
use rayon::prelude::*;

use crate::bugs::{piece, project};
use crate::support::{Random, line, shared};

static BLOCKS: LazyLock<String> = LazyLock::new(|| read("blocks.sync"));
static PEOPLE: LazyLock<String> = LazyLock::new(|| read("people.sync"));
static WORDS: LazyLock<String> = LazyLock::new(|| read("words.sync"));
const SPECS: u64 = 240;
const MORE: u64 = 96;
/// What the library has for them.
const IMPORTS: [(&str, &str); 5] = [
    ("trim", "transforms"),
    ("industry", "picklists"),
    ("lower_trim", "transforms"),
    ("e164", "transforms"),
    ("domain_of", "transforms"),
];

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/correct");
    std::fs::read_to_string(folder.join(name)).expect("readable")
}

/// A part of a spec with choices in it.
struct Block<'a> {
    after: Vec<&'a str>,
    lines: Vec<Vec<&'a str>>,
}

fn blocks(text: &str) -> BTreeMap<&str, Block<'_>> {
    let each = text.split("=== ").skip(1);
    each.map(|block| {
        let (head, body) = block.split_once('\n').expect("a head");
        let (name, after) = match head.split_once(" after ") {
            Some((name, after)) => (name.trim(), after.split(" and ").map(str::trim).collect()),
            None => (head.trim(), Vec::new()),
        };
        let mut lines: Vec<Vec<&str>> = Vec::new();
        for line in body.lines() {
            let (first, other) = (line.trim_start(), lines.last_mut());
            match (first.strip_prefix('?'), first.strip_prefix('|'), other) {
                (_, Some(choice), Some(group)) => group.push(choice.trim()),
                (Some(choice), ..) => lines.push(vec![choice.trim()]),
                _ => lines.push(vec![line]),
            }
        }
        (name, Block { after, lines })
    })
    .collect()
}

/// The declarations of the words, by name.
fn words() -> Vec<(&'static str, &'static str)> {
    let each = WORDS.split("\n\n").filter(|w| !w.trim().is_empty());
    each.map(|declaration| {
        let mut head = declaration.split([' ', ':', '\n']);
        (head.nth(1).expect("a name"), declaration)
    })
    .collect()
}

/// A spec, and the files of metadata beside it, by path.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Spec {
    text: String,
    files: Vec<(String, String)>,
}

/// The spec of a seed.
fn spec(blocks: &BTreeMap<&str, Block<'_>>, seed: u64) -> Spec {
    let mut random = Random::new(seed);
    let names: Vec<&str> = blocks.keys().copied().collect();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..=random.below(4) {
        let mut next = vec![names[random.below(names.len())]];
        while let Some(name) = next.pop() {
            wanted.insert(name);
            next.extend(&blocks[name].after);
        }
    }
    let mut text = String::from(
        "system hubspot: hubspot { auto_create_companies off, lifecycle_automation off }\nsystem salesforce: salesforce\n",
    );
    let mut files = Vec::new();
    for name in wanted {
        for choices in &blocks[name].lines {
            let chosen = choices[random.below(choices.len())];
            match chosen
                .strip_prefix("+ ")
                .and_then(|file| file.split_once(" @"))
            {
                Some((path, call)) => files.push((path.to_owned(), piece(call))),
                None => drop(writeln!(text, "{chosen}")),
            }
        }
    }
    let used: BTreeSet<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let mut words: String = words()
        .into_iter()
        .filter(|(name, _)| used.contains(name))
        .fold(String::new(), |all, (_, declaration)| {
            all + declaration + "\n\n"
        });
    for (name, import) in IMPORTS {
        if used.contains(name) {
            let _ = writeln!(words, "use std.{import}.{name}");
        }
    }
    Spec {
        text: words + &text,
        files,
    }
}

fn compiled(mut files: MemoryFiles, spec: &str) -> Compilation {
    files.insert("main.sync", spec);
    files.insert("words.sync", "");
    files.insert("life.sync", "");
    compile(&files, Some(jiff::civil::date(2026, 11, 23)))
}

/// How many findings there are at each level: errors, warnings, hints.
fn levels(compiled: &Compilation) -> [usize; 3] {
    [Level::Error, Level::Warning, Level::Hint].map(|level| {
        compiled
            .findings
            .iter()
            .filter(|d| d.level == level)
            .count()
    })
}

/// The errors of a spec, with its text.
fn errors(compiled: &Compilation, spec: &str) -> Option<String> {
    let errors = compiled.findings.iter().filter(|d| d.level == Level::Error);
    let said: Vec<String> = errors.map(|d| line(d, &compiled.sources)).collect();
    (!said.is_empty()).then(|| format!("{}\n{spec}", said.join("\n")))
}

/// How many of the specs of some seeds there are, and that none has an error.
fn judged(what: &str, blocks: &str, sound: &MemoryFiles, seeds: std::ops::Range<u64>) -> usize {
    let blocks = self::blocks(blocks);
    let specs: BTreeSet<Spec> = seeds.map(|seed| spec(&blocks, seed)).collect();
    let each: Vec<([usize; 3], Option<String>)> = specs
        .par_iter()
        .map(|spec| {
            let mut files = sound.clone();
            for (path, text) in &spec.files {
                files.insert(path.as_str(), text.as_str());
            }
            let compiled = compiled(files, &spec.text);
            (levels(&compiled), errors(&compiled, &spec.text))
        })
        .collect();
    let sum = |level: usize| -> usize { each.iter().map(|(levels, _)| levels[level]).sum() };
    println!(
        "{what}: {}, errors {}, warnings {}, hints {}",
        specs.len(),
        sum(0),
        sum(1),
        sum(2)
    );
    let wrong: Vec<String> = each.into_iter().filter_map(|(_, wrong)| wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        specs.len(),
        wrong.first().expect("one")
    );
    specs.len()
}

fn harbor() -> MemoryFiles {
    project(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bugs/harbor"))
}

#[test]
fn correct_specs_get_no_finding_at_error_level() {
    let count = judged("correct specs", &BLOCKS, &harbor(), 0..SPECS);
    assert!(count >= 200, "{count} specs");
}

#[test]
fn correct_specs_beside_automations_and_lifecycles_get_no_finding_at_error_level() {
    let mut sound = harbor();
    sound.insert("catalogs/salesforce-more.json", read("catalog.json"));
    let count = judged("with automations and lifecycles", &PEOPLE, &sound, 0..MORE);
    assert!(count >= 60, "{count} specs");
}

/// A two-way sync of fifty fields of four kinds, and the catalogs that have them.
fn fifty() -> (String, [String; 2]) {
    let kinds = [
        r#""type":"text","length":80"#,
        r#""type":"boolean""#,
        r#""type":"date""#,
        r#""type":"number","precision":16,"scale":2"#,
    ];
    let (mut rows, mut left, mut right) = (String::new(), String::new(), String::new());
    for number in 1..=50 {
        let kind = kinds[number % kinds.len()];
        let _ = writeln!(rows, "  f{number} <-> F{number}__c");
        let _ = write!(left, r#"{{"name":"f{number}",{kind},"custom":true}},"#);
        let _ = write!(right, r#"{{"name":"F{number}__c",{kind},"custom":true}},"#);
    }
    let id = r#""type":"text","length":36,"unique":true,"external_id":true,"id_lookup":true,"custom":true"#;
    let catalog = |object: &str, fields: &str, name: &str| {
        format!(
            r#"{{"accordant_catalog":1,"origin":"fifty fields","objects":[{{"name":"{object}","fields":[{fields}{{"name":"{name}",{id}}}]}}]}}"#
        )
    };
    let catalogs = [
        catalog("company", &left, "sf_id"),
        catalog("Account", &right, "HubSpot_Id__c"),
    ];
    let spec = format!(
        "system hubspot: hubspot {{ auto_create_companies off }}\nsystem salesforce: salesforce\n
sync Company: hubspot.company <-> salesforce.Account {{
  truth   salesforce
  match   sf_id = HubSpot_Id__c
  many    salesforce hold
  many    hubspot hold
  delete  keep

{rows}}}\n"
    );
    (spec, catalogs)
}

#[test]
fn fifty_two_way_fields_beside_the_automations_of_a_real_org_are_silent() {
    let place = "salesforce/metadata/northstar-sales-cloud/force-app/main/default";
    let Some(folder) = shared(place) else { return };
    let (spec, [hubspot, salesforce]) = fifty();
    let org = project(&folder);
    let mut files = MemoryFiles::default();
    for path in accordant::source::Files::list(&org, "").expect("listed") {
        let content = accordant::source::Files::read(&org, &path).expect("readable");
        files.insert(format!("metadata/{path}"), content);
    }
    files.insert(
        "accordant.toml",
        "[project]\nname = \"fifty\"\nlanguage = 1\nspecs = [\"*.sync\"]\n
[systems.hubspot]\ncatalog = [\"hubspot.json\"]\n
[systems.salesforce]\ncatalog = [\"salesforce.json\"]\nmetadata = [\"metadata\"]\n",
    );
    files.insert("hubspot.json", hubspot);
    files.insert("salesforce.json", salesforce);
    let compiled = compiled(files, &spec);
    let automations = compiled.model().automations.len();
    let [errors, warnings, hints] = levels(&compiled);
    println!(
        "fifty two-way fields, {automations} automations: errors {errors}, warnings {warnings}, hints {hints}"
    );
    let said = compiled.findings.iter().filter(|d| d.level == Level::Error);
    let said: Vec<String> = said.map(|d| line(d, &compiled.sources)).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    assert!(automations > 17, "{automations}");
}
