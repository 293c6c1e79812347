//! Findings as SARIF 2.1.0, which code-scanning services read.

use serde_json::{Value, json};

use super::json::Place;
use super::{Code, Diagnostic, Label, Level, Page};
use crate::source::{Sources, Span};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with the findings in the order given. `page` looks up the page of a code; `base` is the project's folder as
/// seen from the repository's root: empty, or ending in `/`.
pub fn sarif(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    base: &str,
    page: impl Fn(Code) -> Option<&'static Page>,
) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, page(*code))).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|d| result(d, codes.binary_search(&d.code).unwrap_or(0), sources, base))
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "accordant",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "note",
    }
}

fn rule(code: Code, page: Option<&Page>) -> Value {
    let words = code.slug().replace('-', " ");
    let what = page.and_then(|p| {
        p.section("What it checks")
            .or_else(|| p.section("What happened"))
    });
    let help = page
        .and_then(|p| p.section("How to fix"))
        .unwrap_or_else(|| words.clone());
    let mut rule = json!({
        "id": code.name(),
        "name": code.slug(),
        "shortDescription": { "text": words },
        "help": { "text": help },
        "defaultConfiguration": { "level": level(code.default_level()) },
    });
    if let (Some(page), Some(rule)) = (page, rule.as_object_mut()) {
        rule.insert(
            "fullDescription".to_owned(),
            json!({ "text": what.unwrap_or(words) }),
        );
        rule.insert(
            "help".to_owned(),
            json!({ "text": help, "markdown": page.markdown() }),
        );
    }
    rule
}

fn result(diagnostic: &Diagnostic, rule_index: usize, sources: &Sources, base: &str) -> Value {
    let mut text = diagnostic.message.clone();
    for (n, event) in (1..).zip(diagnostic.story.iter()) {
        text.push_str(&format!("\n{n}. {event}"));
    }
    for (word, remark) in [("why", &diagnostic.note), ("fix", &diagnostic.help)] {
        if let Some(remark) = remark {
            text.push_str(&format!("\n{word}: {remark}"));
        }
    }
    let primary = diagnostic
        .labels
        .first()
        .and_then(|l| location(l.span, sources, base));
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .skip(1)
        .filter_map(|label| related(label, sources, base))
        .collect();
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": rule_index,
        "level": level(diagnostic.level),
        "message": { "text": text },
        "locations": primary.into_iter().collect::<Vec<_>>(),
    });
    if let Some(result) = result.as_object_mut().filter(|_| !related.is_empty()) {
        result.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    result
}

fn related(label: &Label, sources: &Sources, base: &str) -> Option<Value> {
    let mut place = location(label.span, sources, base)?;
    if let Some(place) = place.as_object_mut().filter(|_| !label.text.is_empty()) {
        place.insert("message".to_owned(), json!({ "text": label.text }));
    }
    Some(place)
}

fn location(span: Span, sources: &Sources, base: &str) -> Option<Value> {
    let place = Place::of(span, sources);
    let uri = uri(&format!("{base}{}", place.file?));
    Some(json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri, "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
    }))
}

/// A relative path as a relative reference: what is not unreserved or `/` is percent-encoded, byte by byte.
fn uri(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
