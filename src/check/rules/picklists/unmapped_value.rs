//! K001: a value that can come, and for which the map has no row.

use super::paste::rows_to_paste;
use super::words::{fate, some, written};
use crate::analyze::{Applied, Coverage, Place, Portion, PortionOf, home, portion};
use crate::catalog::PickValue;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, Fallback, FieldView, PicklistMap};
use crate::text::{count, list, quoted};

rule! {
    /// # What it checks
    /// Every value that people can choose on the side that a map reads has a row in the map, or an `else` that takes it;
    /// for the fields of the map's header, and for those of the rows that apply it. Two picklist fields on one row without
    /// a map have the same values.
    ///
    /// # Why it matters
    /// A value without a row cannot be translated. Where the target refuses unknown values the record stops syncing; where
    /// it stores them, reports fill with values that nobody counts.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new    -> New
    ///   open   -> Working
    ///   closed -> Closed
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   new           -> New
    ///   open, waiting -> Working
    ///   closed        -> Closed
    /// }
    /// ```
    ///
    /// # How to fix
    /// Paste the rows that the finding proposes and correct them, or say with `else` what all other values become.
    ///
    /// # How to waive
    /// `allow K001 in State because "…" by "…" until 2027-06-30`: records with such a value are held.
    pub K001
}

struct UnmappedValue<'m> {
    map: &'m PicklistMap,
    coverage: &'m Coverage,
    missing: Vec<&'m str>,
    source: FieldView<'m>,
    target: Option<FieldView<'m>>,
    /// The parts of the target's list to which syncs that apply the map are narrowed.
    portions: Vec<Portion<'m>>,
}

/// Finds choosable values without a home: each value once for a map and a direction. A value that a row of the map means,
/// and spells in another way, is the business of the rule on that slip.
pub fn run(cx: &mut Cx<'_>) {
    let mut found: Vec<UnmappedValue<'_>> = Vec::new();
    for coverage in &cx.facts.coverage {
        let map = cx.model.maps.get(coverage.map.index());
        let (Some(map), Some(source)) = (map, cx.model.field(coverage.field)) else {
            continue;
        };
        let said = |v: &&str| {
            let mut same = found
                .iter()
                .filter(|f| f.coverage.map == coverage.map && f.coverage.from == coverage.from);
            same.any(|f| f.missing.contains(v))
        };
        let missing: Vec<&str> = coverage
            .missing
            .iter()
            .map(|v| v.as_str())
            .filter(|v| !said(v) && !misspelt(cx, coverage, v) && comes(cx, coverage, v))
            .collect();
        let read = !cx.model.is_incomplete(map.span) && missing.len() > strangers(cx, coverage);
        if read && !missing.is_empty() && !caught_by_rows(cx, coverage) {
            let target = coverage.target.and_then(|t| cx.model.field(t));
            found.push(UnmappedValue {
                map,
                coverage,
                missing,
                source,
                target,
                portions: portions(cx, coverage),
            });
        }
    }
    let found: Vec<_> = found
        .iter()
        .enumerate()
        .filter(|(n, f)| !found.iter().take(*n).any(|first| first.settles(f)))
        .map(|(_, f)| f.describe())
        .collect();
    found.into_iter().for_each(|f| cx.report(f));
}

fn misspelt(cx: &Cx<'_>, coverage: &Coverage, value: &str) -> bool {
    cx.facts
        .stated
        .iter()
        .any(|s| s.map == Some((coverage.map, coverage.from)) && s.meant.as_deref() == Some(value))
}

/// How many values the map states on this side that nobody can choose: the missing ones may be what was meant by them, and
/// then the slip is the business of the rule on those.
fn strangers(cx: &Cx<'_>, coverage: &Coverage) -> usize {
    let stated = cx.facts.stated.iter();
    stated
        .filter(|s| s.map == Some((coverage.map, coverage.from)) && s.meant.is_none())
        .count()
}

/// The rows that apply the map this way.
fn applied<'m>(cx: &Cx<'m>, coverage: &Coverage) -> impl Iterator<Item = &'m Applied> {
    let (map, from) = (coverage.map, coverage.from);
    let applied = cx.facts.applied.iter();
    applied.filter(move |a| a.map == map && a.from == from)
}

/// The parts of the target's list that the map may write where it is applied.
fn portions<'m>(cx: &Cx<'m>, coverage: &Coverage) -> Vec<Portion<'m>> {
    let narrowed = applied(cx, coverage).filter_map(|a| {
        let row = cx.model.row(a.row)?;
        portion(row.sync, !a.from, cx.model.field(a.target?)?)
    });
    narrowed.collect()
}

/// Whether a value can come where the map is applied: not where all records are in pipelines without it. What a record type
/// offers binds people in its pages, and not what programs write.
fn comes(cx: &Cx<'_>, coverage: &Coverage, value: &str) -> bool {
    let lacks = |a: &Applied| {
        let row = cx.model.row(a.row)?;
        let part = portion(row.sync, a.from, cx.model.field(a.source?)?)?;
        Some(part.of == PortionOf::Pipeline && !part.values.iter().any(|v| *v == value))
    };
    let mut applied = applied(cx, coverage).peekable();
    applied.peek().is_none() || !applied.all(|a| lacks(a) == Some(true))
}

/// Whether every row that applies the map to the field says itself, with `else`, what an unmapped value becomes.
fn caught_by_rows(cx: &Cx<'_>, coverage: &Coverage) -> bool {
    let mut applied = cx
        .facts
        .applied
        .iter()
        .filter(|a| {
            a.map == coverage.map && a.from == coverage.from && a.source == Some(coverage.field)
        })
        .filter_map(|a| cx.model.row(a.row)?.lane(a.from))
        .map(|lane| lane.failure != Fallback::Reject)
        .peekable();
    applied.peek().is_some() && applied.all(|caught| caught)
}

impl<'m> UnmappedValue<'m> {
    /// Whether the rows that this finding proposes give the values of another one a home, too: a two-way row was lost.
    fn settles(&self, other: &Self) -> bool {
        let same =
            self.coverage.map == other.coverage.map && self.coverage.from != other.coverage.from;
        let homes: Vec<String> = self
            .missing
            .iter()
            .filter_map(|v| self.source.choices().find(|c| c.value == **v))
            .filter_map(|v| self.home(v))
            .collect();
        same && self.map.arrow == Arrow::Both
            && other.missing.iter().all(|v| homes.contains(&written(v)))
    }

    /// The likeliest counterpart of a value among those that all syncs with the map may write.
    fn home(&self, value: &PickValue) -> Option<String> {
        let allowed = |v: &&PickValue| {
            let mut parts = self.portions.iter();
            parts.all(|part| part.values.contains(&&v.value))
        };
        let home = home(value, self.target?).filter(allowed)?;
        Some(written(&home.value))
    }

    fn describe(&self) -> Diagnostic {
        let rows = if self.missing.len() == 1 {
            "no row for it"
        } else {
            "no rows for them"
        };
        let (name, values) = (self.source.full_name(), some(&self.missing, "or"));
        let finding = match self.coverage.place {
            Place::Header => Diagnostic::new(
                Code::K001,
                format!("`{name}` can be {values}, and this map has {rows}"),
            )
            .at(self.map.end, "the map ends here"),
            Place::Row(_, span) => {
                let map = &self.map.name.node;
                Diagnostic::new(
                    Code::K001,
                    format!("`{name}` can be {values}, and `{map}` has {rows}"),
                )
                .at(span, "the map is applied here")
            }
        };
        let first = self.missing.first().copied().unwrap_or_default();
        finding.note(self.why(first)).help(self.help())
    }

    fn why(&self, value: &str) -> String {
        match self.target {
            Some(target) if target.rejects_unknown() => fate(target, value),
            Some(target) => format!(
                "without a row a record with `{value}` is held, since nothing says what it means in `{}`",
                target.name()
            ),
            None => format!("without a row a record with `{value}` is held"),
        }
    }

    fn help(&self) -> String {
        if self.map.standard {
            let map = &self.map.name.node;
            return format!(
                "the library's map cannot be changed: say on the row what they become\n  via {map} else blank\nor declare a `picklist` of your own"
            );
        }
        if !self.map.arrow.goes_from(self.coverage.from) {
            return "let the map serve this way, too: `<->` in its header, and in the rows that may be taken back"
                .into();
        }
        let entry = |v: &&str| self.source.choices().find(|c| c.value == **v);
        let pairs: Vec<(String, Option<String>)> = self
            .missing
            .iter()
            .filter_map(entry)
            .map(|v| (written(&v.value), self.home(v)))
            .collect();
        // two values that may be written are most likely taken, and one of them stands for a further value
        let homeless = pairs.iter().any(|(_, home)| home.is_none());
        let arrow = match self.map.arrow {
            Arrow::Both if homeless && !self.portions.is_empty() => Arrow::from(self.coverage.from),
            arrow => arrow,
        };
        let what = if pairs.len() == 1 {
            "the row".into()
        } else {
            count(pairs.len(), "row")
        };
        let mut text = format!(
            "add {what}\n{}",
            rows_to_paste(&pairs, self.coverage.from, arrow)
        );
        if homeless {
            text.push_str("and put the value that each means in place of …");
        }
        for part in &self.portions {
            let values: Vec<String> = part.values.iter().map(|v| quoted(v)).collect();
            let of = match part.of {
                PortionOf::RecordType => "type",
                PortionOf::Pipeline => "pipeline",
            };
            text.push_str(&format!(
                "\nrecords of {of} `{}` may have {}",
                part.name,
                list(&values)
            ));
        }
        text.trim_end().to_owned()
    }
}
