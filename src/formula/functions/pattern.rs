//! Texts against patterns: regular expressions, and those of `LIKE`.

use regex::Regex;

use super::super::evaluate::Outcome;
use super::super::{Datum, Fault};
use super::Arguments;

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    Some(match function {
        "REGEX" => matches(arguments, translate),
        "LIKE" => matches(arguments, |like| translate(&from_like(like))),
        _ => return None,
    })
}

/// Whether the whole text fits the pattern.
fn matches(arguments: &Arguments<'_>, pattern: impl Fn(&str) -> String) -> Outcome {
    let text = arguments.text(0)?.unwrap_or_default();
    let pattern = pattern(arguments.text(1)?.unwrap_or_default());
    let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|_| Fault::Pattern)?;
    // `$` stands before a line end as well in some dialects, but not in this one
    Ok(Datum::Bool(whole.is_match(text)))
}

/// `%` is any text and `_` any sign, unless a backslash stands before it.
fn from_like(like: &str) -> String {
    let mut out = String::new();
    let mut chars = like.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next_if(|next| matches!(next, '%' | '_')) {
                Some(literal) => out.push(literal),
                None => {
                    out.push('\\');
                    out.extend(chars.next());
                }
            },
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '*' | '?' | '+' | '^' | '$' | '(' | ')' | '{' | '}' | '[' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A pattern of Java as one of this engine: classes are those of ASCII, and a lone `]` is itself.
fn translate(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[ \\t\\n\\x0B\\f\\r]"),
                Some('S') => out.push_str("[^ \\t\\n\\x0B\\f\\r]"),
                Some('Z') => out.push_str("\\z"),
                Some('p') if chars.peek() == Some(&'{') => {
                    let name: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.push_str(&class(&name));
                }
                // letters mean something, other signs are themselves
                Some(c) if c.is_ascii_alphanumeric() => out.extend(['\\', c]),
                Some(c) => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
                None => out.push('\\'),
            },
            '[' => {
                depth += 1;
                out.push('[');
            }
            ']' if depth == 0 => out.push_str("\\]"),
            ']' => {
                depth -= 1;
                out.push(']');
            }
            '~' if depth > 0 => out.push_str("\\~"),
            c => out.push(c),
        }
    }
    out
}

/// A named class; those of POSIX are of ASCII.
fn class(name: &str) -> String {
    let posix = [
        "Alpha", "Digit", "Alnum", "Upper", "Lower", "Punct", "Space", "Blank", "Graph", "Print",
        "Cntrl", "XDigit",
    ];
    if posix.contains(&name) {
        format!("[[:{}:]]", name.to_ascii_lowercase())
    } else {
        format!("\\p{{{name}}}")
    }
}
