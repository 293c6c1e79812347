//! The lists of a page: values that mean the same, and spellings.

use std::collections::BTreeSet;
use std::fmt::Write;

use smol_str::SmolStr;

use super::Book;
use super::markdown::{alternatives, prose, table, text};
use super::phrase::value;
use crate::model::{Fallback, MapValue, NormalizeTable, PicklistMap, RowView, ViaKind};
use crate::plan::Sync;
use crate::side::Side;

/// The maps and tables of a sync's rows, in the order in which the rows use them.
pub fn lists(out: &mut String, book: Book<'_>, sync: &Sync) {
    let Some(view) = book
        .model
        .sync_views()
        .find(|v| v.sync.name.node == sync.name)
    else {
        return;
    };
    let mut seen = BTreeSet::new();
    for row in view.rows() {
        match row.row.via.as_ref().map(|v| &v.kind) {
            Some(ViaKind::Map(id) | ViaKind::Each(id)) => {
                if let Some(map) = book.model.maps.get(id.index())
                    && seen.insert(("map", id.0))
                {
                    map_table(out, book, row, map);
                }
            }
            Some(ViaKind::Normalize(id)) => {
                if let Some(table) = book.model.normalizers.get(id.index())
                    && seen.insert(("table", id.0))
                {
                    spellings(out, table);
                }
            }
            _ => {}
        }
    }
}

fn map_table(out: &mut String, book: Book<'_>, row: RowView<'_>, map: &PicklistMap) {
    let _ = writeln!(out, "## List {}\n", text(&map.name.node));
    if let Some(docs) = &map.docs {
        let _ = writeln!(out, "{}\n", prose(docs));
    }
    let shown = |side: Side, values: &[MapValue]| {
        let shown: Vec<String> = values
            .iter()
            .map(|v| labelled(book, map, side, v))
            .collect();
        shown.join(", ")
    };
    let within = map.within.as_ref().map(|w| text(&w.name.node));
    let rows: Vec<Vec<String>> = map
        .rows
        .iter()
        .map(|r| {
            let arrow = match r.arrow.text() {
                "->" => "→",
                "<-" => "←",
                _ => "↔",
            };
            let mut cells = vec![
                shown(Side::Left, &r.values.left),
                arrow.to_owned(),
                shown(Side::Right, &r.values.right),
            ];
            if within.is_some() {
                let outer = r.within.as_ref().map(|w| text(&w.left.value));
                cells.insert(0, outer.unwrap_or_default());
            }
            cells
        })
        .collect();
    let sides = super::rows::names(row.sync).map(|n| text(&n));
    let mut head = vec![sides.left.as_str(), "", sides.right.as_str()];
    if let Some(within) = &within {
        head.insert(0, within);
    }
    let _ = writeln!(out, "{}", table(&head, &rows));
    for from in Side::BOTH.into_iter().filter(|s| row.lane(*s).is_some()) {
        let otherwise = map.otherwise.get(from).as_ref().map(|o| &o.fallback);
        let _ = writeln!(
            out,
            "- Any other value of {} {}.",
            text(row.sync.side_name(from)),
            text(&unknown(otherwise))
        );
    }
    out.push('\n');
}

/// A value with its label, where the catalog has another.
fn labelled(book: Book<'_>, map: &PicklistMap, side: Side, v: &MapValue) -> String {
    let field = map.ends.get(side).fields.first();
    let label: Option<SmolStr> = field
        .and_then(|f| book.model.field(*f))
        .and_then(|f| f.picklist()?.get(&v.value).map(|p| p.label.clone()));
    match label {
        Some(label) if !label.is_empty() && label != v.value => {
            format!("{} ({})", text(&label), text(&v.value))
        }
        _ => text(&v.value),
    }
}

fn unknown(otherwise: Option<&Fallback>) -> String {
    match otherwise {
        None | Some(Fallback::Reject) => "is held and reported; the other fields go on".to_owned(),
        Some(Fallback::Keep) => "passes as it is".to_owned(),
        Some(Fallback::Blank) => "counts as blank".to_owned(),
        Some(Fallback::Value(v)) => format!("becomes {}", value(v)),
    }
}

fn spellings(out: &mut String, normalizer: &NormalizeTable) {
    let _ = writeln!(out, "## Spellings {}\n", text(&normalizer.name.node));
    if let Some(docs) = &normalizer.docs {
        let _ = writeln!(out, "{}\n", prose(docs));
    }
    let rows: Vec<Vec<String>> = normalizer
        .rows
        .iter()
        .map(|r| {
            let variants: Vec<String> = r.variants.iter().map(|v| text(&v.value)).collect();
            vec![variants.join(", "), text(&r.output.value)]
        })
        .collect();
    let _ = writeln!(out, "{}", table(&["Written as", "Becomes"], &rows));
    let ignored: Vec<String> = [
        (normalizer.ignore_case, "upper and lower case"),
        (normalizer.ignore_punctuation, "punctuation"),
        (normalizer.ignore_punctuation, "blanks"),
        (normalizer.ignore_accents, "accents"),
    ]
    .into_iter()
    .filter_map(|(stated, word)| stated.map(|_| word.to_owned()))
    .collect();
    if !ignored.is_empty() {
        let ignored = alternatives(&ignored, "or");
        let _ = writeln!(out, "- Differences in {ignored} do not count.");
    }
    let otherwise = normalizer.otherwise.as_ref().map(|o| &o.fallback);
    let other = unknown(Some(otherwise.unwrap_or(&Fallback::Keep)));
    let _ = writeln!(out, "- Any other text {}.\n", text(&other));
}
