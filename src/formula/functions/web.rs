//! Texts for pages: links, images, escapes, and values out of JSON.

use serde_json::Value as Json;

use super::super::evaluate::Outcome;
use super::super::{Datum, Fault, Number};
use super::Arguments;

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let encode = |f: fn(&str) -> String| {
        arguments
            .text(0)
            .map(|t| Datum::Text(f(t.unwrap_or_default())))
    };
    Some(match function {
        "HYPERLINK" => link(arguments),
        "IMAGE" => image(arguments),
        "HTMLENCODE" => encode(html),
        "JSENCODE" => encode(script),
        "JSINHTMLENCODE" => encode(|t| script(&html(t))),
        "URLENCODE" => encode(url),
        "JSONVALUE" => json(arguments),
        "JSONPATHVALUE" => json_path(arguments),
        _ => return None,
    })
}

fn link(arguments: &Arguments<'_>) -> Outcome {
    let [to, label, target] = [0, 1, 2].map(|at| arguments.text(at));
    let target = target?.unwrap_or("_blank");
    let (to, label) = (to?.unwrap_or_default(), label?.unwrap_or_default());
    Ok(Datum::Text(format!(
        "<a href=\"{to}\" target=\"{target}\">{label}</a>"
    )))
}

fn image(arguments: &Arguments<'_>) -> Outcome {
    let source = arguments.text(0)?.unwrap_or_default();
    let label = arguments.text(1)?.unwrap_or_default();
    let size = |at, name| {
        let number = arguments.number(at)?;
        Ok::<String, Fault>(
            number.map_or_else(String::new, |n: &Number| format!(" {name}=\"{n}\"")),
        )
    };
    let (height, width) = (size(2, "height")?, size(3, "width")?);
    Ok(Datum::Text(format!(
        "<img src=\"{source}\" alt=\"{label}\"{height}{width} border=\"0\"/>"
    )))
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{2028}' => out.push_str("<br>"),
            '\u{2029}' => out.push_str("<p>"),
            '©' => out.push_str("&copy;"),
            c if u32::from(c) > 0xffff => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A text for a string of JavaScript; the longest sign first.
fn script(text: &str) -> String {
    const SIGNS: [(&str, &str); 15] = [
        ("&#39;", "\\&#39;"),
        ("!--", "\\!--"),
        ("/*", "\\/\\*"),
        ("*/", "\\*\\/"),
        ("\\", "\\\\"),
        ("'", "\\'"),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\"", "\\\""),
        ("<", "\\u003C"),
        (">", "\\u003E"),
        ("\u{2028}", "\\n"),
        ("\u{2029}", "\\u2029"),
        ("\0", ""),
        ("*", "\\*"),
    ];
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let sign = SIGNS
            .iter()
            .find_map(|(from, to)| rest.strip_prefix(from).map(|rest| (rest, *to)));
        if let Some((after, to)) = sign {
            out.push_str(to);
            rest = after;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

fn url(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            b if b.is_ascii_alphanumeric() => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// A value of a JSON text by a key. What is no JSON is a fault.
fn json(arguments: &Arguments<'_>) -> Outcome {
    let (Some(text), Some(key)) = (arguments.text(0)?, arguments.text(1)?) else {
        return Ok(Datum::Blank);
    };
    let value: Json = serde_json::from_str(text).map_err(|_| Fault::Range)?;
    Ok(value.get(key).map_or(Datum::Blank, |found| match found {
        Json::String(text) => Datum::Text(text.clone()),
        Json::Array(_) | Json::Object(_) => Datum::Text(String::new()),
        scalar => Datum::Text(scalar.to_string()),
    }))
}

/// A value of a JSON text by a path such as `$.a.b[0]`; whatever is wrong gives a blank.
fn json_path(arguments: &Arguments<'_>) -> Outcome {
    let (Some(text), Some(path)) = (arguments.text(0)?, arguments.text(1)?) else {
        return Ok(Datum::Blank);
    };
    let steps = path.strip_prefix('$').unwrap_or(path);
    let steps = steps
        .split(['.', '[', ']'])
        .map(|s| s.trim_matches(['\'', '"']))
        .filter(|s| !s.is_empty());
    let value: Json = serde_json::from_str(text).unwrap_or_default();
    let found = steps.into_iter().try_fold(&value, |at, step| match at {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => at.get(step),
    });
    Ok(match found {
        None | Some(Json::Null) => Datum::Blank,
        Some(Json::String(text)) => Datum::Text(text.clone()),
        Some(other) => Datum::Text(other.to_string()),
    })
}
