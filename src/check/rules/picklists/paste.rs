//! Text of maps to be pasted.

use super::words::written;
use crate::analyze::home;
use crate::model::{Arrow, FieldView, Row};
use crate::side::{Side, Sides};

/// Rows of a map as text; against the arrow the home stands on the left.
pub(super) fn rows_to_paste(
    pairs: &[(String, Option<String>)],
    from: Side,
    arrow: Arrow,
) -> String {
    let width = pairs
        .iter()
        .map(|(v, _)| v.chars().count())
        .max()
        .unwrap_or(0);
    let arrow = arrow.text();
    let mut text = String::new();
    for (value, home) in pairs {
        let home = home.as_deref().unwrap_or("…");
        let (left, right) = match from {
            Side::Left => (value.as_str(), home),
            Side::Right => (home, value.as_str()),
        };
        text.push_str(&format!("  {left:width$}  {arrow}  {right}\n"));
    }
    text
}

/// So many rows are proposed; more nobody reads in a finding.
const LONGEST: usize = 24;

/// A whole map of the two fields, to be pasted.
pub(super) fn block(row: &Row, fields: &Sides<FieldView<'_>>) -> String {
    let (left, right) = (fields.left, fields.right);
    let arrow = row.arrow.node;
    let name = pascal(&row.name);
    let mut rows: Vec<(Vec<String>, Option<String>)> = Vec::new();
    let from = if arrow == Arrow::Left {
        Side::Right
    } else {
        Side::Left
    };
    for choice in fields.get(from).choices() {
        let value = written(&choice.value);
        let home = home(choice, *fields.get(!from)).map(|h| written(&h.value));
        match rows.iter_mut().find(|(_, h)| home.is_some() && *h == home) {
            Some((values, _)) if !values.contains(&value) => values.push(value),
            Some(_) => {}
            None => rows.push((vec![value], home)),
        }
    }
    let mut lines: Vec<(String, String)> = Vec::new();
    for (values, home) in &rows {
        let (value, home) = (
            values.join(", "),
            home.clone().unwrap_or_else(|| "…".into()),
        );
        lines.push(if from == Side::Left {
            (value, home)
        } else {
            (home, value)
        });
    }
    if arrow == Arrow::Both {
        for choice in right.choices().map(|c| written(&c.value)) {
            if !lines.iter().any(|(_, r)| *r == choice) {
                lines.push(("…".into(), choice));
            }
        }
    }
    let width = lines
        .iter()
        .map(|(l, _)| l.chars().count())
        .max()
        .unwrap_or(0);
    let arrow = arrow.text();
    let open = lines.iter().any(|(l, r)| l == "…" || r == "…");
    let mut text = if open {
        "declare a map and put the value that each means in place of …\n".to_owned()
    } else {
        "declare a map\n".to_owned()
    };
    text.push_str(&format!(
        "  picklist {name}: {} {arrow} {} {{\n",
        left.full_name(),
        right.full_name()
    ));
    for (l, r) in lines.iter().take(LONGEST) {
        text.push_str(&format!("    {l:width$} {arrow} {r}\n"));
    }
    if lines.len() > LONGEST {
        text.push_str(&format!("    // and {} more\n", lines.len() - LONGEST));
    }
    text.push_str(&format!("  }}\nand apply it on the row\n  via {name}"));
    text
}

/// A field's name as the name of a map: `hs_lead_status` becomes `HsLeadStatus`.
fn pascal(name: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    };
    name.split(|c: char| !c.is_alphanumeric())
        .map(capital)
        .collect()
}
