//! What we build on is what `deny.toml` allows: licences, sources, and crates that are kept out.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

/// Metadata of all packages that are built on this machine.
fn packages() -> Vec<Value> {
    let host = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc is there");
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host
        .lines()
        .find_map(|l| l.strip_prefix("host: "))
        .expect("rustc names its host")
        .to_owned();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--all-features",
            "--filter-platform",
        ])
        .arg(host)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is there");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn rules() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

#[test]
fn dependencies_are_allowed() {
    let rules = rules();
    let texts = |table: &str, key: &str| -> Vec<String> {
        let list = rules[table][key].as_array().unwrap();
        list.iter()
            .map(|v| {
                v.as_str()
                    .unwrap_or_else(|| v["name"].as_str().unwrap())
                    .to_owned()
            })
            .collect()
    };
    let (licences, kept_out) = (texts("licenses", "allow"), texts("bans", "deny"));
    let registries = texts("sources", "allow-registry");
    let mut wrong = BTreeSet::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none stated");
        if !is_allowed(licence, &licences) {
            wrong.insert(format!("{name} is under {licence}"));
        }
        if kept_out.iter().any(|k| k == name) {
            wrong.insert(format!("{name} is kept out by deny.toml"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|s| !registries.iter().any(|r| s == format!("registry+{r}"))) {
            wrong.insert(format!("{name} comes from {}", source.unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn licence_expressions_are_weighed() {
    let allowed = [
        "MIT".to_owned(),
        "Apache-2.0 WITH LLVM-exception".to_owned(),
    ];
    for (expression, fine) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(GPL-3.0 OR MIT) AND Apache-2.0 WITH LLVM-exception", true),
        ("MIT AND (GPL-3.0 OR Apache-2.0)", false),
        ("none stated", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), fine, "{expression}");
    }
}

/// Whether an SPDX expression can be met by the allowed licences; `/` is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (fine, rest) = alternatives(&words, allowed);
    fine && rest.is_empty()
}

fn alternatives<'a, 'b>(words: &'a [&'b str], allowed: &[String]) -> (bool, &'a [&'b str]) {
    let (mut fine, mut rest) = conjunction(words, allowed);
    while let [word, more @ ..] = rest
        && *word == "OR"
    {
        let (other, after) = conjunction(more, allowed);
        (fine, rest) = (fine || other, after);
    }
    (fine, rest)
}

fn conjunction<'a, 'b>(words: &'a [&'b str], allowed: &[String]) -> (bool, &'a [&'b str]) {
    let (mut fine, mut rest) = licence(words, allowed);
    while let [word, more @ ..] = rest
        && *word == "AND"
    {
        let (other, after) = licence(more, allowed);
        (fine, rest) = (fine && other, after);
    }
    (fine, rest)
}

fn licence<'a, 'b>(words: &'a [&'b str], allowed: &[String]) -> (bool, &'a [&'b str]) {
    let known = |name: String| allowed.contains(&name);
    match words {
        ["(", inner @ ..] => {
            let (fine, rest) = alternatives(inner, allowed);
            (
                fine && rest.first() == Some(&")"),
                rest.get(1..).unwrap_or_default(),
            )
        }
        [name, "WITH", exception, rest @ ..] => (known(format!("{name} WITH {exception}")), rest),
        [name, rest @ ..] => (known((*name).to_owned()), rest),
        [] => (false, words),
    }
}
