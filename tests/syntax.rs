//! What parsing promises.

use accordant::diagnostic::{Diagnostic, Sink};
use accordant::source::{SourceFile, Sources};
use accordant::syntax::ast::SyntaxTree;

/// The tree of a text and the findings, sorted.
pub fn parse(text: &str) -> (SyntaxTree, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("spec.sync", text));
    let mut sink = Sink::default();
    let tree = accordant::syntax::parse(file, text, &mut sink);
    let found = sink.sorted(&sources);
    (tree, found, sources)
}

/// Findings as plain text: code, message, then each place with the text under it, then the help.
pub fn render(found: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for d in found {
        out += &format!("{}: {}\n", d.code, d.message);
        for label in &d.labels {
            let Some(file) = sources.get(label.span.file) else {
                continue;
            };
            let (line, column) = file.line_column(label.span.start);
            let (end_line, end_column) = file.line_column(label.span.end);
            let code = file.text().lines().nth(line as usize - 1).unwrap_or("");
            let width = if line == end_line {
                end_column.saturating_sub(column).max(1)
            } else {
                1
            };
            let carets = "^".repeat(width as usize);
            out += &format!("  {line}:{column}-{end_line}:{end_column}\n    {code}\n");
            out += &format!(
                "    {}{carets} {}",
                " ".repeat(column as usize - 1),
                label.text
            );
            out = out.trim_end().to_owned() + "\n";
        }
        for help in d.help.iter().flat_map(|h| h.lines()) {
            out += &format!("  help: {help}\n");
        }
    }
    out
}

#[test]
fn the_example_of_the_guide_is_silent() {
    let (tree, found, sources) = parse(include_str!("format/acme.sync"));
    assert_eq!(render(&found, &sources), "");
    assert_eq!(tree.items.len(), 31);
}
