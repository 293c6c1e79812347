//! The library of pages: every code with what there is to know about it. Codes come in, texts go out.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::diagnostic::render::WIDTH;
use crate::diagnostic::{Code, Page, Promise, RETIRED, pages};
use crate::text;

/// All shelves, one a family or floor.
const SHELVES: &[&[Page]] = &[
    pages::syntax::PAGES,
    pages::manifest::PAGES,
    pages::runtime::PAGES,
    pages::testing::PAGES,
    &[pages::internal::PAGE],
    crate::resolve::rules::PAGES,
];

/// Every page there is, shelf by shelf.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    SHELVES
        .iter()
        .flat_map(|shelf| shelf.iter())
        .chain(crate::check::pages())
}

/// The page of a code; none where this version does not report the code.
pub fn page(code: Code) -> Option<&'static Page> {
    pages().find(|p| p.code == code)
}

/// What `explain CODE` prints: the page in Markdown under a title, or that the code is reserved.
pub fn text(code: Code) -> String {
    let level = code.default_level().word();
    let Some(page) = page(code) else {
        return format!(
            "{code} {}\n\nreserved: not checked by this version\n",
            code.slug()
        );
    };
    let mut out = format!("{code} {}    {level}, since {}\n", code.slug(), page.since);
    let markdown = page.markdown();
    let mut paragraph = Vec::new();
    let mut fenced = false;
    let mut below_heading = false;
    for line in markdown.lines().chain([""]) {
        let fence = line.strip_prefix("```");
        let heading = line.strip_prefix("# ").filter(|_| !fenced);
        if !fenced
            && (line.is_empty() || fence.is_some() || heading.is_some())
            && !paragraph.is_empty()
        {
            for line in text::wrap(&paragraph.join(" "), WIDTH - 2) {
                let _ = writeln!(out, "  {line}");
            }
            paragraph.clear();
        }
        if let Some(info) = fence {
            fenced = !fenced;
            let lead = match info.split_once(',').map(|(_, promise)| promise) {
                Some("fail") => "  this fails:\n",
                Some("pass") => "  this passes:\n",
                _ => "",
            };
            out.push_str(if below_heading { "" } else { "\n" });
            out.push_str(lead);
        } else if let Some(heading) = heading {
            let _ = writeln!(out, "\n{}", heading.to_uppercase());
            below_heading = true;
            continue;
        } else if fenced {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        } else if line.is_empty() {
            out.push('\n');
        } else {
            paragraph.push(line);
        }
        below_heading = false;
    }
    tidy(&out)
}

/// Runs of empty lines as one, and none at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.trim_end().lines() {
        if !line.is_empty() || !out.ends_with("\n\n") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What `explain --all` prints: every code on a line, family by family, reserved ones marked.
pub fn index() -> String {
    let mut out = String::new();
    let mut family = None;
    for &code in Code::ALL {
        if family
            .replace(code.family())
            .is_some_and(|f| f != code.family())
        {
            out.push('\n');
        }
        let state = if page(code).is_some() { "" } else { "reserved" };
        let line = format!(
            "{code}  {:<34} {:<8} {state}",
            code.slug(),
            code.default_level().word()
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (code, reason) in RETIRED {
        let _ = write!(out, "\n{code}  retired: {reason}\n");
    }
    out
}

/// A code as data: what `explain --format json` gives, the page by its sections.
pub fn record(code: Code) -> Value {
    let page = page(code);
    json!({
        "code": code.name(),
        "slug": code.slug(),
        "level": code.default_level().word(),
        "checked": page.is_some(),
        "since": page.map(|p| p.since),
        "page": page.map(Page::markdown),
        "examples": page.map_or_else(Vec::new, |p| p.examples().into_iter().map(|e| json!({
            "language": e.language,
            "fails": e.promise == Promise::Fails,
            "text": e.text,
        })).collect()),
    })
}

/// The code that a person most likely meant: by code or slug, exact, then by likeness.
///
/// # Errors
/// In words, with the nearest code where there is one.
pub fn find(word: &str) -> Result<Code, String> {
    if let Ok(code) = word.parse() {
        return Ok(code);
    }
    if let Some((code, reason)) = RETIRED
        .iter()
        .find(|(code, _)| code.eq_ignore_ascii_case(word))
    {
        return Err(format!("{code} is retired: {reason}"));
    }
    let known = Code::ALL.iter().flat_map(|c| [c.slug(), c.name()]);
    Err(match text::closest(word, known) {
        Some(close) => format!("there is no code `{word}`; did you mean `{close}`?"),
        None => format!("there is no code `{word}`; `accordant explain --all` lists them"),
    })
}
