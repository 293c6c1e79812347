//! Writes a tree in its one layout: a line each, columns aligned, comments and blank lines where they were. What could
//! not be read stays as it was written. Formatting twice is formatting once, and never changes what a file says.

mod items;
mod layout;
mod lines;
mod phrase;

use super::ast::{Item, Layout, Line, SyntaxTree};
use layout::Shown;

/// The text of a tree in its one layout. `text` is what the tree was parsed from.
pub fn format(tree: &SyntaxTree, text: &str) -> String {
    let printer = Printer { text };
    let mut out = String::with_capacity(text.len());
    let shown: Vec<Shown> = tree
        .items
        .iter()
        .map(|line| printer.item_line(line))
        .collect();
    let around: Vec<_> = tree.items.iter().map(|line| &line.trivia).collect();
    for line in layout::lay_out(&shown, &around, &tree.tail, 0) {
        out.push_str(line.strip_prefix(layout::RAW).unwrap_or(&line).trim_end());
        out.push('\n');
    }
    out
}

/// Turns nodes into text. Leaves (names, numbers, texts) are taken over as they were written.
pub(super) struct Printer<'t> {
    text: &'t str,
}

impl Printer<'_> {
    fn item_line(&self, line: &Line<Item>) -> Shown {
        if matches!(line.node, Item::Broken)
            || items::layout_of(&line.node) == Some(Layout::Unclosed)
        {
            return self.verbatim(line);
        }
        self.item(line)
    }
}
