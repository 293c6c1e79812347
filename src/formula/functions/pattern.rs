//! Texts against patterns: regular expressions, and those of `LIKE`.

use std::iter::Peekable;
use std::str::Chars;

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

/// Whether the whole text fits the pattern, and its beginning each pattern that looks ahead before it.
fn matches(arguments: &Arguments<'_>, translate: impl Fn(&str) -> String) -> Outcome {
    let text = arguments.text(0)?.unwrap_or_default();
    let (ahead, pattern) = ahead(arguments.text(1)?.unwrap_or_default());
    let fits = |pattern: &str, end: &str| {
        let regex = Regex::new(&format!("^(?:{}){end}", translate(pattern)));
        regex.map(|r| r.is_match(text)).map_err(|_| Fault::Pattern)
    };
    for (wanted, pattern) in ahead {
        if fits(pattern, "")? != wanted {
            return Ok(Datum::Bool(false));
        }
    }
    // `$` stands before a line end as well in some dialects, but not in this one
    fits(pattern, "$").map(Datum::Bool)
}

/// The patterns that a pattern looks ahead with at its beginning, each with whether it has to fit, and what is left. The
/// engine has no such groups; at the beginning each is a pattern of its own.
fn ahead(pattern: &str) -> (Vec<(bool, &str)>, &str) {
    let mut rest = pattern.strip_prefix('^').unwrap_or(pattern);
    let mut found = Vec::new();
    loop {
        let group = ["(?=", "(?!"]
            .iter()
            .find_map(|open| Some((*open == "(?=", rest.strip_prefix(open)?)));
        let closed = group.and_then(|(wanted, inner)| {
            let end = outer(inner).find(|(_, c)| *c == ')')?.0;
            let (look, after) = inner.split_at_checked(end)?;
            Some((wanted, look, after.strip_prefix(')')?))
        });
        let Some((wanted, look, after)) = closed else {
            break;
        };
        found.push((wanted, look));
        rest = after;
    }
    // of alternatives only the first looks ahead
    if found.is_empty() || outer(rest).any(|(_, c)| c == '|') {
        return (Vec::new(), pattern);
    }
    (found, rest)
}

/// The signs of a pattern that stand in no group and no class and are not escaped, with their places. A bracket that closes
/// what was not opened is among them.
fn outer(pattern: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut depth, mut class, mut escaped) = (0_usize, 0_usize, false);
    pattern.char_indices().filter(move |(_, c)| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '\\' => escaped = true,
            '[' => class += 1,
            ']' => class = class.saturating_sub(1),
            '(' if class == 0 => depth += 1,
            ')' if class == 0 && depth > 0 => depth -= 1,
            _ => return class == 0 && depth == 0,
        }
        false
    })
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
                Some('Q') => out.push_str(&regex::escape(&quoted(&mut chars))),
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

/// What stands up to `\E`, or to the end.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.next_if_eq(&'E').is_some() {
            break;
        }
        out.push(c);
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
