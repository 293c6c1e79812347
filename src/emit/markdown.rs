//! Markdown: text of users made harmless, tables, lists.

use std::fmt::Write;

/// Text that means nothing but itself, on one line, in a table too.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '\\' | '|' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A name as it is spelt in a system.
pub fn code(name: &str) -> String {
    if name.contains(['`', '|', '\n', '\\']) {
        text(name)
    } else {
        format!("`{name}`")
    }
}

/// A name with the label that people know, where it has another.
pub fn named(label: &str, name: &str) -> String {
    if label.is_empty() || label == name {
        code(name)
    } else {
        format!("{} ({})", text(label), code(name))
    }
}

/// A documentation comment: its own paragraphs, without a way to start other Markdown structure by accident.
pub fn prose(docs: &str) -> String {
    let lines = docs.lines().map(|line| {
        let line = line.trim();
        if line.starts_with(['#', '|', '<']) {
            format!("\\{line}")
        } else {
            line.replace('<', "\\<")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A table; cells are Markdown already.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "| {} |", head.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

/// `a`, `a or b`, `a, b or c`.
pub fn alternatives(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_a_table_or_become_markup() {
        assert_eq!(text("a|b\n*c* <x>"), "a\\|b \\*c\\* \\<x\\>");
        assert_eq!(code("a`b"), "a\\`b");
        assert_eq!(named("E-mail", "email"), "E-mail (`email`)");
        assert_eq!(named("", "email"), "`email`");
        assert_eq!(prose("# not a title\n<b>"), "\\# not a title\n\\<b>");
    }
}
