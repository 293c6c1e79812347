//! The page of a code: what `explain` prints. Written as the doc comment of the rule, captured as text.

use super::Code;

/// What there is to say about a code beyond a single finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The code that the page is about.
    pub code: Code,
    /// The version of the tool that first reported it.
    pub since: &'static str,
    /// The lines as captured: each with the blank that follows `///`.
    pub captured: &'static str,
}

/// An example on a page: a fenced block of the spec language or of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the text is: `sync` or `toml`.
    pub language: String,
    /// What the example promises.
    pub promise: Promise,
    /// The text between the fences.
    pub text: String,
}

/// What an example of a page promises, and the tests hold it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// The code of the page is reported.
    Fails,
    /// The code of the page is not reported.
    Passes,
}

impl Page {
    /// The page in Markdown: headings, paragraphs, fenced examples.
    pub fn markdown(&self) -> String {
        let lines: Vec<&str> = self
            .captured
            .lines()
            .map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end())
            .collect();
        let mut text = lines.join("\n").trim().to_owned();
        text.push('\n');
        text
    }

    /// The text below a heading, without the heading; nothing where the page has no such heading.
    pub fn section(&self, heading: &str) -> Option<String> {
        let markdown = self.markdown();
        let mut lines = markdown
            .lines()
            .skip_while(|l| l.strip_prefix("# ") != Some(heading));
        lines.next()?;
        let body: Vec<&str> = lines.take_while(|l| !l.starts_with("# ")).collect();
        Some(body.join("\n").trim().to_owned())
    }

    /// The fenced blocks that promise something, in the order of the page.
    pub fn examples(&self) -> Vec<Example> {
        let markdown = self.markdown();
        let mut lines = markdown.lines();
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
                continue;
            };
            let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
            let (language, promise) = info.split_once(',').unwrap_or((info, ""));
            let promise = match promise {
                "fail" => Promise::Fails,
                "pass" => Promise::Passes,
                _ => continue,
            };
            found.push(Example {
                language: language.to_owned(),
                promise,
                text: body.join("\n") + "\n",
            });
        }
        found
    }
}

/// Declares the page of a rule as its doc comment: gives `pub const PAGE`.
///
/// The headings are `# What it checks`, `# Why it matters`, `# Example` (fenced as `sync,fail` and `sync,pass`),
/// `# How to fix` and `# How to waive`.
macro_rules! rule {
    ($(#[doc = $line:literal])+ pub $code:ident) => {
        /// The page of this rule, as `explain` prints it.
        pub const PAGE: $crate::diagnostic::Page = $crate::diagnostic::Page {
            code: $crate::diagnostic::Code::$code,
            since: "0.1.0",
            captured: concat!($($line, "\n"),+),
        };
    };
}

/// Declares the pages of a family that has no rule files: gives `pub const PAGES`.
macro_rules! pages {
    ($($(#[doc = $line:literal])+ pub $code:ident)+) => {
        /// The pages of this family, as `explain` prints them.
        pub const PAGES: &[$crate::diagnostic::Page] = &[$($crate::diagnostic::Page {
            code: $crate::diagnostic::Code::$code,
            since: "0.1.0",
            captured: concat!($($line, "\n"),+),
        },)+];
    };
}

pub(crate) use {pages, rule};
