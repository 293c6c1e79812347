//! K004: a value that goes across and comes back as another one.

use crate::analyze::eval;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Arrow, MapRow, Model, PicklistMap, RowView, SyncView, Timing};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

rule! {
    /// # What it checks
    /// The value that a two-way row of a map writes back means, on its way across, what it was written for; and two
    /// one-way rows over the same two fields undo each other.
    ///
    /// A map that is finer on one side is fine: a pair that agrees in one direction is left alone.
    ///
    /// # Why it matters
    /// What a person chose travels, and comes back as something else that nobody chose.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist Stage: desk.customer.stage <-> crm.Case.Status {
    ///   visitor <-> New
    ///   trial   <-> Working
    ///   paying  <-> Closed
    ///   paying  <-> Escalated
    /// }
    /// ```
    /// ```sync,pass
    /// picklist Stage: desk.customer.stage <-> crm.Case.Status {
    ///   visitor <-> New
    ///   trial   <-> Working
    ///   paying  <-> Closed, Escalated
    /// }
    /// ```
    ///
    /// # How to fix
    /// Put several values that mean the same into one row, the value that is written first; or take the earlier row away.
    /// Make one two-way row of two one-way rows.
    ///
    /// # How to waive
    /// `allow K004 in Stage because "…" by "…" until 2027-06-30`
    pub K004
}

/// The journey of a value: where it starts, what it becomes, and as what it comes back or goes on.
struct Drift<'m> {
    places: [(Span, &'static str); 2],
    systems: [&'m str; 3],
    values: [String; 3],
    help: &'static str,
}

/// Finds first values that an earlier row of their map takes away.
pub fn of_maps(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let maps = cx.model.maps.iter();
    for map in maps.filter(|m| !m.standard && !m.bijective && m.arrow == Arrow::Both) {
        for (i, row) in map
            .rows
            .iter()
            .enumerate()
            .filter(|(_, r)| r.arrow == Arrow::Both)
        {
            found.extend(taken_away(cx.model, map, i, row));
        }
    }
    let found: Vec<_> = found.iter().map(Drift::describe).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

/// Finds one-way rows that do not undo each other; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let one_way = |from: Side| sync.rows().filter(move |r| is_one_way(*r, from));
    let to_left: Vec<_> = one_way(Side::Right).collect();
    for there in one_way(Side::Left) {
        if let Some(drift) = to_left.iter().find_map(|back| opposed(there, *back)) {
            cx.report(drift.describe());
        }
    }
}

fn taken_away<'m>(
    model: &'m Model,
    map: &'m PicklistMap,
    at: usize,
    row: &MapRow,
) -> Option<Drift<'m>> {
    let (back, start) = (row.values.left.first()?, row.values.right.first()?);
    let takes = |r: &&MapRow| {
        r.arrow.goes_from(Side::Left)
            && r.key(Side::Left) == row.key(Side::Left)
            && r.values.left.iter().any(|v| v.value == back.value)
    };
    let earlier = map.rows.iter().take(at).find(takes)?;
    let onward = earlier
        .values
        .right
        .first()
        .filter(|v| v.value != start.value)?;
    let system = |side: Side| {
        let field = map.ends.get(side).fields.first()?;
        model.field(*field).map(|f| f.system.kind.title())
    };
    let (left, right) = (
        system(Side::Left).unwrap_or("left"),
        system(Side::Right).unwrap_or("right"),
    );
    Some(Drift {
        places: [
            (back.span, "comes back as this value"),
            (earlier.span, "which an earlier row sends elsewhere"),
        ],
        systems: [right, left, right],
        values: [
            start.value.to_string(),
            back.value.to_string(),
            onward.value.to_string(),
        ],
        help: "put both values into one row, the one that is written first; or take the value out of the earlier row",
    })
}

/// Whether a row always travels, and only from this side.
fn is_one_way(row: RowView<'_>, from: Side) -> bool {
    row.row.arrow.node.goes_from(from)
        && !row.two_way()
        && row.row.when.is_none()
        && row.lane(from).is_some_and(|l| l.timing == Timing::Always)
}

/// Two one-way rows over the same fields, and a value that does not survive them.
fn opposed<'m>(there: RowView<'m>, back: RowView<'m>) -> Option<Drift<'m>> {
    let same = |side: Side| there.field(side).map(|f| f.id) == back.field(side).map(|f| f.id);
    if !(same(Side::Left) && same(Side::Right)) {
        return None;
    }
    let start = there.field(Side::Left)?;
    let (home, away) = (
        start.system.kind.title(),
        there.field(Side::Right)?.system.kind.title(),
    );
    let model = there.sync.model;
    let (across, again) = (
        &there.lane(Side::Left)?.value,
        &back.lane(Side::Right)?.value,
    );
    start.choices().find_map(|choice| {
        let value = Value::text(&choice.value);
        let image = eval(model, across, &value).filter(|v| !v.is_blank())?;
        let end = eval(model, again, &image)?;
        (end != value).then(|| Drift {
            places: [
                (there.row.head, "goes across here"),
                (back.row.head, "and comes back here"),
            ],
            systems: [home, away, home],
            values: [value.to_string(), image.to_string(), end.to_string()],
            help: "make one two-way row of them, with one map",
        })
    })
}

impl Drift<'_> {
    fn describe(&self) -> Diagnostic {
        let [start, through, end] = &self.values;
        let [first, second, third] = self.systems;
        let [place, other] = self.places;
        Diagnostic::new(
            Code::K004,
            format!("`{start}` goes across as `{through}`, and that comes back as `{end}`"),
        )
        .at(place.0, place.1)
        .at(other.0, other.1)
        .note(format!(
            "{first} `{start}`, then {second} `{through}`, then {third} `{end}`: nobody chose that"
        ))
        .help(self.help)
    }
}
