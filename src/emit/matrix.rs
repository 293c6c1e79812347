//! The integration matrix as a spreadsheet: one line a field.

use super::Book;
use super::rows::lines;
use crate::side::Side;

const HEAD: [&str; 17] = [
    "Sync",
    "Left object",
    "Left field",
    "Left label",
    "Left type",
    "Direction",
    "Right object",
    "Right field",
    "Right label",
    "Right type",
    "Who wins",
    "A blank on the left",
    "A blank on the right",
    "When written",
    "Change on the way",
    "Default",
    "Defined in",
];

/// The matrix as CSV (RFC 4180) in UTF-8.
pub fn csv(book: Book<'_>) -> String {
    let mut out = String::new();
    line(&mut out, HEAD.map(str::to_owned));
    for (view, sync) in book.syncs() {
        for row in lines(view, sync) {
            let (left_label, left_name, left_type) = row.cell(Side::Left);
            let (right_label, right_name, right_type) = row.cell(Side::Right);
            line(
                &mut out,
                [
                    sync.name.to_string(),
                    sync.objects.left.to_string(),
                    left_name,
                    left_label,
                    left_type,
                    row.arrow().to_owned(),
                    sync.objects.right.to_string(),
                    right_name,
                    right_label,
                    right_type,
                    row.authority(),
                    row.blank(Side::Left),
                    row.blank(Side::Right),
                    row.timing(),
                    row.transform(),
                    row.default(),
                    row.place(),
                ],
            );
        }
    }
    out
}

fn line(out: &mut String, cells: [String; HEAD.len()]) {
    let cells = cells.map(|c| cell(&c));
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell that no spreadsheet takes for a formula.
///
/// The signs are those of OWASP's page on CSV injection; a leading apostrophe makes the cell a text.
fn cell(text: &str) -> String {
    let start = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    let formula = start.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell(" +1"), "' +1");
        assert_eq!(cell("@SUM"), "'@SUM");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell("\t=1"), "\"'\t=1\"");
        assert_eq!(cell("a, b"), "\"a, b\"");
        assert_eq!(cell("Plain"), "Plain");
    }
}
