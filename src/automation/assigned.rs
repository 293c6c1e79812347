//! Which fields of which objects code assigns, as far as its text shows it: `new Account(Rating = 'Hot')`, and
//! `c.Title = 'x'` where `c` is declared as `Contact c`. In comes code without comments. What methods, maps and casts
//! carry is not followed.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::FieldName;
use super::names::Names;

/// The objects of variables, by their names in lower case.
pub(super) type Declared = BTreeMap<String, SmolStr>;

/// The fields that a text assigns, and the variables that it declares.
pub(super) fn read(text: &str, names: Names<'_>) -> (BTreeSet<FieldName>, Declared) {
    let tokens = tokens(text);
    let mut declared = Declared::new();
    let mut out = BTreeSet::new();
    let mut add = |object: &str, field: &str| {
        let exists = names.known(object, field).is_some() || is_added(object, field);
        if exists && !field.eq_ignore_ascii_case("Id") {
            out.insert(names.field(object, field));
        }
    };
    for at in 0..tokens.len() {
        let before = at.checked_sub(1).and_then(|i| tokens.get(i));
        match tokens.get(at..).unwrap_or_default() {
            [new, object, "(", rest @ ..]
                if new.eq_ignore_ascii_case("new") && names.knows(object) =>
            {
                for field in named(rest) {
                    add(object, field);
                }
            }
            [variable, ".", field, "=", ..] if before != Some(&".") => {
                if let Some(object) = declared.get(&variable.to_ascii_lowercase()) {
                    add(object, field);
                }
            }
            [object, variable, "=" | ";" | ":" | "," | ")", ..]
                if before != Some(&".") && is_name(variable) && names.knows(object) =>
            {
                declared.insert(variable.to_ascii_lowercase(), names.object(object));
            }
            _ => {}
        }
    }
    (out, declared)
}

/// Whether a field is one that no base catalog has: a custom one, or one that an account has of its person.
fn is_added(object: &str, field: &str) -> bool {
    let person = |f: &str| f.starts_with("Person") || f.ends_with("__pc");
    field.ends_with("__c") || (object.eq_ignore_ascii_case("Account") && person(field))
}

/// The names before equals signs up to the bracket that closes.
fn named<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    let (mut depth, mut out) = (0_usize, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => break,
            ")" | "]" | "}" => depth -= 1,
            name if depth == 0 && tokens.get(at + 1) == Some(&"=") => out.push(name),
            _ => {}
        }
    }
    out
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Names, signs, and comparisons as one; a text between quotes is a quote.
fn tokens(text: &str) -> Vec<&str> {
    const PAIRS: [&str; 5] = ["==", "!=", "<=", ">=", "=>"];
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if part(first) {
            rest.find(|c| !part(c)).unwrap_or(rest.len())
        } else if first == '\'' {
            quoted(rest)
        } else if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        match first {
            '\'' => out.push("'"),
            c if c.is_whitespace() => {}
            _ => out.push(token),
        }
    }
    out
}

/// The length of the text that a quote begins.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
