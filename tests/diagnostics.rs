//! What findings look like in each format, on hand-made findings.

use std::collections::BTreeSet;
use std::time::Duration;

use accordant::diagnostic::render::{Colour, Extent, human, summary};
use accordant::diagnostic::{
    Code, Diagnostic, Level, RETIRED, Sink, github::github, json::json, sarif::sarif,
};
use accordant::explain;
use accordant::source::{FileId, SourceFile, Sources, Span};
use serde_json::{Value, json};

const COMPANY: &str = "\
picklist Tier: hubspot.company.tier <-> salesforce.Account.Tier__c {
  gold    <-> Gold
  silver  <-> Silver
}

sync Company: hubspot.company <-> salesforce.Account {
\ttruth   salesforce
  name\t<-> Name   \"日本 株式会社\", prefer salesforce unless blank
  contract_start <-> Contract_Start__c
  // nothing
  // of note
  // stands
  // between
  // these
  protect salesforce.{OwnerId, Contract_Start__c}
}
";

const CATALOG: &str = r#"{"name":"Account","fields":[{"name":"Tier__c","type":"picklist","restrictedPicklist":true,"picklistValues":[{"value":"Gold","active":true},{"value":"Silver","active":true},{"value":"Bronze","active":true}]}]}"#;

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("company.sync", COMPANY));
    sources.add(SourceFile::new(
        "catalogs/salesforce/Account, old.json",
        CATALOG,
    ));
    sources.add(SourceFile::new(
        "odd.sync",
        "\u{1b}[31mname\u{202e}eman <-> Name\r\nlast",
    ));
    sources.add(SourceFile::new("empty.sync", ""));
    sources
}

/// The span of the `nth` occurrence of a text in a file.
fn span(sources: &Sources, file: u32, text: &str, nth: usize) -> Span {
    let content = sources.get(FileId(file)).unwrap().text();
    let (start, found) = content.match_indices(text).nth(nth).unwrap();
    Span::new(FileId(file), start as u32, (start + found.len()) as u32)
}

fn findings(sources: &Sources) -> Vec<Diagnostic> {
    let at = |file, text, nth| span(sources, file, text, nth);
    let end = Span::new(FileId(2), 999, 999);
    vec![
        Diagnostic::new(Code::K001, "`hubspot.company.tier` can be `bronze`, and this map has no row for it")
            .at(at(0, "}\n", 0), "the map ends here")
            .at(at(1, r#"{"value":"Bronze","active":true}"#, 0), "Salesforce has a likely counterpart here")
            .note("Salesforce restricts `Tier__c`: a record with `bronze` would be refused, and could not sync at all")
            .help("add the row\n  bronze  <-> Bronze"),
        Diagnostic::new(
            Code::P003,
            "`salesforce.Account.Contract_Start__c` is protected, and this row writes it",
        )
        .at(at(0, "Contract_Start__c", 0), "written here when HubSpot changes")
        .at(at(0, "Contract_Start__c", 1), "protected here")
        .help("let it travel one way:  contract_start <- Contract_Start__c"),
        Diagnostic::new(Code::P008, "`name` compares times of whole records, since `Name` has no time of its own")
            .at(at(0, "\"日本 株式会社\"", 0), "wide characters and a tab stand before this label, whose text is so long that it has to be broken into several lines")
            .at(at(0, "prefer salesforce unless blank", 0), ""),
        Diagnostic::new(Code::S002, "this block is not closed")
            .at(span(sources, 0, "sync Company", 0).to(at(0, "unless blank\n", 0)), "opened here")
            .level(Level::Hint),
        Diagnostic::new(Code::N004, "there is no `name\u{202e}eman`, nor anything like it \u{1b}[2J")
            .at(at(2, "name\u{202e}eman", 0), "named \u{7} here")
            .at(end, "the file ends here"),
        Diagnostic::new(Code::S001, "a file without a word").at(Span::new(FileId(3), 0, 0), "nothing is here"),
        Diagnostic::new(Code::M002, "no file matches `catalogs/hubspot/*.json`, 100% sure: none, at all")
            .note("without the catalog of a system nothing can be said about its fields, and every row that uses one of them stays unchecked")
            .help("save the body of the properties call there, or take the pattern out"),
    ]
}

#[test]
fn people_see_what_where_why_and_what_to_do() {
    let sources = sources();
    let screen = human(&findings(&sources), &sources, Colour::Plain);
    assert!(
        !screen.chars().any(|c| c.is_control() && c != '\n'),
        "terminals must not be given orders"
    );
    insta::assert_snapshot!(screen);
}

#[test]
fn colours_add_nothing_but_colour() {
    let sources = sources();
    let plain = human(&findings(&sources), &sources, Colour::Plain);
    let coloured = human(&findings(&sources), &sources, Colour::Ansi);
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    let trim = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&plain), trim(&stripped));
}

#[test]
fn a_label_on_an_endless_line_shows_its_neighbourhood() {
    let mut sources = Sources::default();
    let long = format!("{}\"needle\"{}", "x".repeat(100_000), "y".repeat(100_000));
    let file = sources.add(SourceFile::new("long.json", long));
    let found =
        Diagnostic::new(Code::M007, "a needle").at(Span::new(file, 100_000, 100_008), "here");
    insta::assert_snapshot!(human(&[found], &sources, Colour::Plain));
}

/// Spans that rules should not make, and that must not bring the renderer down.
#[test]
fn no_span_breaks_a_format() {
    let sources = sources();
    for file in 0..5 {
        let length = sources
            .get(FileId(file))
            .map_or(0, |f| f.text().len() as u32);
        for start in 0..=length + 1 {
            for end in [
                start.saturating_sub(1),
                start,
                start + 1,
                start + 40,
                length,
                length + 7,
            ] {
                let span = Span::new(FileId(file), start, end);
                let found = [Diagnostic::new(Code::B001, "x")
                    .at(span, "a")
                    .at(Span::new(FileId(file), 3, 5), "b")];
                human(&found, &sources, Colour::Plain);
                json(&found, &sources);
                github(&found, &sources, "");
            }
        }
    }
}

#[test]
fn the_last_line_counts_and_points_on() {
    let sources = sources();
    let extent = Extent {
        files: 7,
        syncs: 4,
        rows: 1_261,
    };
    let mut out = summary(&findings(&sources), extent, Duration::from_millis(14));
    out += &summary(
        &[],
        Extent {
            files: 1,
            syncs: 1,
            rows: 1,
        },
        Duration::from_millis(2_345),
    );
    insta::assert_snapshot!(out);
}

#[test]
fn json_is_the_contract() {
    let sources = sources();
    let out: Value = serde_json::from_str(&json(&findings(&sources), &sources)).unwrap();
    insta::assert_snapshot!(format!("{out:#}"));
}

#[test]
fn github_commands_are_escaped() {
    let sources = sources();
    insta::assert_snapshot!(github(&findings(&sources), &sources, "examples/acme/"));
}

#[test]
fn sarif_is_valid() {
    let sources = sources();
    let out = sarif(&findings(&sources), &sources, "a b/", explain::page);
    let document: Value = serde_json::from_str(&out).unwrap();
    let validator = jsonschema::validator_for(&sarif_schema()).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&document)
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let results = document["runs"][0]["results"].as_array().unwrap();
    let rules = document["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    insta::assert_snapshot!(format!("{:#}", json!([results[0], results[3], results[6]])));
}

/// The part of SARIF 2.1.0 that we write, in our own words: required members, known levels, one-based regions.
fn sarif_schema() -> Value {
    let message = json!({ "type": "object", "required": ["text"], "properties": { "text": { "type": "string", "minLength": 1 } } });
    let level = json!({ "enum": ["none", "note", "warning", "error"] });
    let one = json!({ "type": "integer", "minimum": 1 });
    let location = json!({
        "type": "object",
        "required": ["physicalLocation"],
        "additionalProperties": false,
        "properties": {
            "message": message,
            "physicalLocation": {
                "type": "object",
                "required": ["artifactLocation", "region"],
                "properties": {
                    "artifactLocation": {
                        "type": "object",
                        "required": ["uri"],
                        "properties": {
                            "uri": { "type": "string", "pattern": "^[A-Za-z0-9%/._~-]+$" },
                            "uriBaseId": { "const": "%SRCROOT%" },
                        },
                    },
                    "region": {
                        "type": "object",
                        "required": ["startLine"],
                        "additionalProperties": false,
                        "properties": { "startLine": one, "startColumn": one, "endLine": one, "endColumn": one },
                    },
                },
            },
        },
    });
    let rule = json!({
        "type": "object",
        "required": ["id"],
        "additionalProperties": false,
        "properties": {
            "id": { "type": "string" },
            "name": { "type": "string" },
            "shortDescription": message,
            "fullDescription": message,
            "help": message,
            "defaultConfiguration": { "type": "object", "properties": { "level": level } },
        },
    });
    json!({
        "type": "object",
        "required": ["version", "runs"],
        "additionalProperties": false,
        "properties": {
            "$schema": { "type": "string", "pattern": "^https://" },
            "version": { "const": "2.1.0" },
            "runs": { "type": "array", "minItems": 1, "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": false,
                "properties": {
                    "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
                    "tool": { "type": "object", "required": ["driver"], "properties": { "driver": {
                        "type": "object",
                        "required": ["name"],
                        "properties": { "rules": { "type": "array", "uniqueItems": true, "items": rule } },
                    } } },
                    "results": { "type": "array", "items": {
                        "type": "object",
                        "required": ["message"],
                        "additionalProperties": false,
                        "properties": {
                            "ruleId": { "type": "string" },
                            "ruleIndex": { "type": "integer", "minimum": 0 },
                            "level": level,
                            "message": message,
                            "locations": { "type": "array", "items": location },
                            "relatedLocations": { "type": "array", "items": location },
                        },
                    } },
                },
            } },
        },
    })
}

#[test]
fn findings_are_sorted_and_said_once() {
    let sources = sources();
    let mut sink = Sink::default();
    for finding in findings(&sources)
        .into_iter()
        .rev()
        .chain(findings(&sources))
    {
        sink.push(finding);
    }
    let order: Vec<&str> = sink
        .sorted(&sources)
        .iter()
        .map(|d| d.code.name())
        .collect();
    assert_eq!(
        order,
        ["M002", "K001", "S002", "P008", "P003", "S001", "N004"]
    );
}

#[test]
fn codes_are_unique_and_none_comes_back() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|c| c.name()).collect();
    let slugs: BTreeSet<&str> = Code::ALL.iter().map(|c| c.slug()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert_eq!(slugs.len(), Code::ALL.len(), "a slug is given twice");
    for (code, _) in RETIRED {
        assert!(!names.contains(code), "{code} is retired");
    }
    assert!(
        Code::ALL
            .windows(2)
            .all(|w| w[0].family() != w[1].family() || w[0].name() < w[1].name())
    );
}

#[test]
fn each_page_is_whole_and_alone() {
    let mut seen = BTreeSet::new();
    for page in explain::pages() {
        assert!(seen.insert(page.code.name()), "{} has two pages", page.code);
        let runtime = page.code.family() == 'R';
        let what = if runtime {
            "What happened"
        } else {
            "What it checks"
        };
        for heading in [what, "Why it matters", "How to fix"] {
            assert!(
                page.section(heading).is_some_and(|s| !s.is_empty()),
                "{} lacks `{heading}`",
                page.code
            );
        }
        assert!(
            runtime || page.section("How to waive").is_some(),
            "{} does not say how to waive it",
            page.code
        );
        assert_eq!(
            page.markdown().matches("```").count() % 2,
            0,
            "{} has an open fence",
            page.code
        );
        for line in explain::text(page.code).lines() {
            assert!(
                line.chars().count() <= 100,
                "{}: too long: {line}",
                page.code
            );
        }
    }
}

#[test]
fn explain_prints_a_page() {
    insta::assert_snapshot!(explain::text(Code::S001));
}

#[test]
fn explain_knows_every_code_and_guesses_the_others() {
    assert_eq!(explain::find("k001"), Ok(Code::K001));
    assert_eq!(explain::find("unmapped-value"), Ok(Code::K001));
    assert!(
        explain::find("unmaped-value")
            .unwrap_err()
            .contains("did you mean `unmapped-value`?")
    );
    assert!(explain::find("P002").unwrap_err().contains("S004"));
    let index = explain::index();
    for code in Code::ALL {
        assert!(index.contains(code.slug()));
    }
}
