//! `accordant dump formulas`: cases of formulas that Salesforce has computed, beside what is computed here.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::output::reason;
use super::{Exit, Failure, Output};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::formula::cases::{Case, Reader};
use crate::source::{SourceFile, Sources, Span};
use crate::text::{count, number};

/// What is printed of a case, in this order.
#[derive(Serialize)]
struct Line<'a> {
    test: &'a str,
    inputs: &'a str,
    expected: &'a str,
    computed: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_null_as_null: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    computed_null_as_null: Option<&'a str>,
    equal: bool,
}

impl<'a> From<&'a Case> for Line<'a> {
    fn from(case: &'a Case) -> Self {
        let blanks = case.as_blanks.as_ref();
        Self {
            test: &case.test,
            inputs: &case.inputs,
            expected: &case.as_zeros.expected,
            computed: &case.as_zeros.computed,
            expected_null_as_null: blanks.map(|r| r.expected.as_str()),
            computed_null_as_null: blanks.map(|r| r.computed.as_str()),
            equal: case.is_equal(),
        }
    }
}

/// Prints a line of JSON for every case of a file. A line that cannot be read is told, and the others go on.
///
/// # Errors
/// Where no file is named, or it cannot be read.
pub fn run(path: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let path = path.ok_or_else(|| {
        Failure::new("`dump formulas` needs a file").help("accordant dump formulas FILE.jsonl")
    })?;
    let text = fs::read_to_string(path)
        .map_err(|e| Failure::new(format!("cannot read `{}`: {}", path.display(), reason(&e))))?;
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(SourceFile::new(path.display().to_string(), text.as_str()));
    let mut reader = Reader::default();
    let (mut start, mut all, mut equal) = (0, 0, 0_u64);
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        match reader.line(words) {
            _ if words.is_empty() => {}
            Ok(cases) => {
                let mut lines = String::new();
                for case in &cases {
                    let json = serde_json::to_string(&Line::from(case));
                    lines += &json.map_err(|e| Failure::new(e.to_string()))?;
                    lines.push('\n');
                    equal += u64::from(case.is_equal());
                }
                all += cases.len();
                output.result(&lines);
            }
            Err(why) => sink.push(bad_line(
                Span::new(file, start, start + length(words)),
                &why,
            )),
        }
        start += length(line);
    }
    let found = sink.sorted(&sources);
    output.snippets(&found, &sources);
    output.remark(&format!(
        "{}, {} equal\n",
        count(all, "case"),
        number(equal)
    ));
    Ok(if found.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

fn bad_line(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(Code::M007, "the line is no formula with its cases")
        .at(span, "")
        .note(why.to_owned())
        .help("write an object with `test`, `formula`, `referenceFields` and `cases` on the line")
}
