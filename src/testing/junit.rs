//! Results in the form that CI systems read. There is no standard but what they agree on: suites, cases, failures.

use std::fmt::Write;

use super::CaseResult;

/// The results as a JUnit XML document: one suite, named after the project. It holds no times, so the same results give
/// the same bytes.
pub fn junit(project: &str, results: &[CaseResult]) -> String {
    let failed = results.iter().filter(|r| !r.passed()).count();
    let (name, tests) = (escaped(project), results.len());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = format!("name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\"");
    let _ = writeln!(
        out,
        "<testsuites {counts}>\n  <testsuite {counts} skipped=\"0\">"
    );
    for result in results {
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
            escaped(&result.name),
            escaped(result.origin.file.trim_end_matches(".sync")),
            escaped(&result.origin.file),
            result.origin.line
        );
        let Some(first) = result.failures.first() else {
            out.push_str("/>\n");
            continue;
        };
        let failures = result.failures.iter();
        let mut lines: Vec<String> = failures
            .map(|f| format!("{}:{}: {}", f.origin.file, f.origin.line, f.text))
            .collect();
        lines.extend(result.held.iter().cloned());
        let _ = writeln!(
            out,
            ">\n      <failure type=\"U001\" message=\"{}\">{}</failure>\n    </testcase>",
            escaped(&first.text),
            escaped(&lines.join("\n"))
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Text for an element or an attribute in double quotes. Characters that XML cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Origin;
    use crate::testing::Failure;

    #[test]
    fn what_xml_minds_is_escaped() {
        let origin = Origin {
            file: "a&b.sync".into(),
            line: 7,
        };
        let result = CaseResult {
            name: "\"a\" < b\u{1}".into(),
            origin: origin.clone(),
            failures: vec![Failure {
                origin,
                text: "expected <x>".into(),
            }],
            held: vec!["held & kept".into()],
        };
        let text = junit("p", &[result]);
        assert!(text.contains("name=\"&quot;a&quot; &lt; b\u{fffd}\" classname=\"a&amp;b\""));
        assert!(text.contains("a&amp;b.sync:7: expected &lt;x&gt;\nheld &amp; kept</failure>"));
        assert!(text.contains("tests=\"1\" failures=\"1\""));
    }
}
