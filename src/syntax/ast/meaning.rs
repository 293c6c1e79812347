//! What a tree says, apart from where it says it: for comparing trees of differently laid out texts, and for reading.

use super::SyntaxTree;

/// What is left out: places, and how blocks were laid out.
const PLACES: [&str; 2] = ["Span { ", "layout: "];

impl SyntaxTree {
    /// Whether two trees say the same, comments included, wherever it stands.
    pub fn same_meaning(&self, other: &Self) -> bool {
        self.items.len() == other.items.len() && self.meaning() == other.meaning()
    }

    /// All that the tree says, in one line an item, without places.
    pub fn meaning(&self) -> String {
        let mut out = String::new();
        for item in &self.items {
            without_places(&format!("{item:?}"), &mut out);
            out.push('\n');
        }
        without_places(&format!("{:?}", self.tail), &mut out);
        out
    }
}

/// Copies what a derived `Debug` wrote, with `_` for places.
fn without_places(debug: &str, out: &mut String) {
    let mut rest = debug;
    while let Some((at, place)) = PLACES
        .iter()
        .filter_map(|p| rest.find(p).map(|at| (at, *p)))
        .min()
    {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        out.push('_');
        let end = if place == "Span { " {
            from.find('}').map(|n| n + 1)
        } else {
            from.find(',')
        };
        rest = from.get(end.unwrap_or(from.len())..).unwrap_or_default();
    }
    out.push_str(rest);
}
