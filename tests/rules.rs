//! Every rule against its fixtures, and every page against its examples. The formats are in `README.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use accordant::diagnostic::render::{Colour, human};
use accordant::diagnostic::{Code, Diagnostic, Level, Promise};
use accordant::explain;
use accordant::session::Compilation;
use accordant::source::SourceFile;

use crate::support::{compile_fixture, compile_fixture_with, line};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// All folders of rules: `tests/rules/<family>/<slug>`.
pub fn rule_folders() -> Vec<PathBuf> {
    let list = |p: &Path| {
        let mut found: Vec<PathBuf> = std::fs::read_dir(p)
            .expect("readable")
            .map(|e| e.expect("entry").path())
            .filter(|p| p.is_dir())
            .collect();
        found.sort();
        found
    };
    list(&folder())
        .iter()
        .flat_map(|family| list(family))
        .collect()
}

fn code_of(folder: &Path) -> Code {
    let slug = folder.file_name().and_then(|n| n.to_str()).expect("a name");
    slug.parse()
        .unwrap_or_else(|()| panic!("no rule is called `{slug}`"))
}

pub fn specs(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|e| e.expect("entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "sync"))
        .collect();
    found.sort();
    found
}

/// The other files of a rule's folder: metadata of the second system.
pub fn metadata(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|e| e.expect("entry").path())
        .filter(|p| !p.extension().is_some_and(|e| e == "sync" || e == "snap"))
        .map(|p| {
            let name = p
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(&p).expect("readable"))
        })
        .collect();
    found.sort();
    found
}

/// What the marks of a fixture expect: line and code.
fn marks(text: &str) -> BTreeSet<(u32, String)> {
    let mut found = BTreeSet::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let Some((_, mark)) = line.split_once("//~") else {
            continue;
        };
        let (above, codes) = match mark.strip_prefix('^') {
            Some(rest) => (1, rest),
            None => (0, mark),
        };
        for code in codes.split_whitespace() {
            found.insert((number - above, code.to_owned()));
        }
    }
    found
}

fn also(text: &str) -> Vec<Code> {
    let first = text.lines().next().unwrap_or_default();
    let codes = first.strip_prefix("// also:").unwrap_or_default();
    codes
        .split_whitespace()
        .map(|c| c.parse().expect("a code"))
        .collect()
}

fn place(finding: &Diagnostic, compilation: &Compilation) -> (u32, String) {
    let span = finding.labels.first().map(|l| l.span).unwrap_or_default();
    let line = compilation
        .sources
        .get(span.file)
        .map_or(0, |f: &SourceFile| f.line_column(span.start).0);
    (line, finding.code.to_string())
}

#[test]
fn every_fixture_has_the_findings_that_it_marks_and_no_others() {
    let mut wrong = Vec::new();
    for folder in rule_folders() {
        let code = code_of(&folder);
        for path in specs(&folder) {
            let text = std::fs::read_to_string(&path).expect("readable");
            let compilation = compile_fixture_with(&text, &metadata(&folder));
            let mut counted = also(&text);
            counted.push(code);
            let found: BTreeSet<_> = compilation
                .findings
                .iter()
                .filter(|d| counted.contains(&d.code) || d.level == Level::Error)
                .map(|d| place(d, &compilation))
                .collect();
            if found != marks(&text) {
                let said: Vec<String> = compilation
                    .findings
                    .iter()
                    .map(|d| line(d, &compilation.sources))
                    .collect();
                wrong.push(format!(
                    "{}\n  marked {:?}\n  found\n    {}",
                    path.display(),
                    marks(&text),
                    said.join("\n    ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn invalid_fixtures_read_well() {
    for folder in rule_folders() {
        let text =
            std::fs::read_to_string(folder.join("invalid.sync")).expect("a rule has invalid.sync");
        let compilation = compile_fixture_with(&text, &metadata(&folder));
        let code = code_of(&folder);
        let own: Vec<Diagnostic> = compilation
            .findings
            .iter()
            .filter(|d| d.code == code)
            .cloned()
            .collect();
        let rendered = human(&own, &compilation.sources, Colour::Plain);
        insta::with_settings!({
            snapshot_path => folder.clone(), prepend_module_to_snapshot => false, omit_expression => true
        }, { insta::assert_snapshot!("invalid.sync", rendered) });
    }
}

#[test]
fn every_rule_has_its_fixtures() {
    let folders: BTreeSet<Code> = rule_folders().iter().map(|f| code_of(f)).collect();
    let rules = accordant::check::pages()
        .map(|p| p.code)
        .filter(|c| c.family() != 'U');
    let missing: Vec<Code> = rules.filter(|c| !folders.contains(c)).collect();
    assert!(missing.is_empty(), "no fixtures for {missing:?}");
    for folder in rule_folders() {
        assert!(
            folder.join("valid.sync").exists(),
            "{} has no valid.sync",
            folder.display()
        );
    }
}

#[test]
fn the_examples_of_every_page_keep_their_promise() {
    let mut wrong = Vec::new();
    for page in explain::pages() {
        for example in page.examples().iter().filter(|e| e.language == "sync") {
            let compilation = compile_fixture(&example.text);
            let found = compilation.findings.iter().any(|d| d.code == page.code);
            if found != (example.promise == Promise::Fails) {
                let said: Vec<String> = compilation
                    .findings
                    .iter()
                    .map(|d| line(d, &compilation.sources))
                    .collect();
                wrong.push(format!(
                    "{} {:?}\n{}\n  found {said:#?}",
                    page.code, example.promise, example.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
