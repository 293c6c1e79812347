//! K002: a value that its field does not have.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::words::{consequence, fate, some, suggestion};
use crate::analyze::{Applied, Rest, StatedValue, range, unknown_images};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Catalogued, FieldView, Model, PicklistMap, Role, RowView};
use crate::side::Side;
use crate::text::closest;

rule! {
    /// # What it checks
    /// Every value that the spec states beside a picklist field, in a map, a row, a filter or a stage, is one that the
    /// field has. What the library's maps write, and what a map writes to another field than those of its header, is looked
    /// at where a row applies it.
    ///
    /// # Why it matters
    /// A restricted picklist refuses an unknown value, and the whole record with it: that is an error. A picklist that is
    /// not restricted stores it beside its list, and reports count it apart: a warning. A value that is only read and
    /// never comes makes a row or a filter that does nothing: a warning.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where state = closed
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject  -> Subject  default "none"
    ///   "Workng" -> Status
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where state = closed
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject   -> Subject  default "none"
    ///   "Working" -> Status
    /// }
    /// ```
    ///
    /// # How to fix
    /// Use the API name of a value that the field has, or add the value in the system and read the catalog again.
    ///
    /// # How to waive
    /// `allow K002 in Ticket because "…" by "…" until 2027-06-30`
    pub K002
}

struct UnknownValue<'m> {
    stated: &'m StatedValue,
    homeless: Option<&'m str>,
    field: FieldView<'m>,
}

struct UnknownImages<'m> {
    applied: &'m Applied,
    map: &'m PicklistMap,
    target: FieldView<'m>,
    values: Vec<&'m str>,
}

/// Finds stated values that their field does not list at all, once for each place, and what rows write through a map that is
/// not declared for their field.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for stated in &cx.facts.stated {
        if let (Catalogued::Unknown, Some(field)) = (stated.standing, cx.model.field(stated.field))
        {
            found.push(
                UnknownValue {
                    stated,
                    homeless: homeless(cx, stated),
                    field,
                }
                .describe(),
            );
        }
    }
    let mut seen = HashSet::new();
    for applied in &cx.facts.applied {
        if let Some(finding) = images(cx, applied)
            && seen.insert((applied.span, applied.from))
        {
            found.push(finding.describe());
        }
    }
    let dependent = |m: &&PicklistMap| !m.standard && m.within.is_some();
    for map in cx.model.maps.iter().filter(dependent) {
        found.extend(strange_blocks(cx.model, map));
    }
    found.into_iter().for_each(|f| cx.report(f));
}

/// The blocks of a dependent map under values that no controlling row ever has, in the spelling of the right side; once a
/// value. Silent where other values may come.
fn strange_blocks(model: &Model, map: &PicklistMap) -> Vec<Diagnostic> {
    let is_applied = |r: &RowView<'_>| {
        let within = r.dependent_map().map(|(_, w)| w.name.span);
        within.is_some() && within == map.within.as_ref().map(|w| w.name.span)
    };
    let mut known: Vec<SmolStr> = Vec::new();
    for row in model.rows().filter(is_applied) {
        match row.controller().and_then(|c| controlling(row, c)) {
            Some(values) => known.extend(values),
            None => return Vec::new(),
        }
    }
    known.sort();
    known.dedup();
    let is_known = |under: &str| known.iter().any(|k| k.eq_ignore_ascii_case(under));
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for under in map
        .rows
        .iter()
        .filter_map(|r| Some(&r.within.as_ref()?.right))
    {
        let value = under.value.as_str();
        if known.is_empty() || is_known(value) || told.contains(&value) {
            continue;
        }
        told.push(value);
        let within = map.within.as_ref().map_or("", |w| w.name.node.as_str());
        let finding = Diagnostic::new(Code::K002, format!("`{within}` has no value `{value}`"))
            .at(under.span, "rows stand under it")
            .note("a row counts where the controlling field has the value before the `:`, in the spelling of the right side: these are never reached");
        let near = closest(value, known.iter().map(SmolStr::as_str));
        found.push(match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("use one of its values: {}", some(&known, "and"))),
        });
    }
    found
}

/// All values that a controlling row may have on the right side where a dependent row asks for them; none where they cannot
/// be listed.
fn controlling(dependent: RowView<'_>, controller: RowView<'_>) -> Option<Vec<SmolStr>> {
    let mut values: Vec<SmolStr> = Vec::new();
    let right = controller.field(Side::Right).and_then(FieldView::picklist);
    let listed = right.iter().flat_map(|p| &p.values);
    values.extend(listed.map(|v| v.value.clone()));
    if dependent.lane(Side::Left).is_some() {
        controller.lane(Side::Left)?;
        let written = range(controller, Side::Left);
        (written.rest == Rest::Closed).then_some(())?;
        values.extend(written.values);
    }
    if dependent.lane(Side::Right).is_some() && controller.row.normal.is_none() {
        right?;
    }
    Some(values)
}

/// What a row writes through a map of the library, or to another field than those of the map's header.
fn images<'m>(cx: &Cx<'m>, applied: &'m Applied) -> Option<UnknownImages<'m>> {
    let map = cx.model.maps.get(applied.map.index())?;
    let header = &map.ends.get(!applied.from).fields;
    let beyond = !header.is_empty() && !header.contains(&applied.target?);
    if !(map.standard || beyond) {
        return None;
    }
    let values = unknown_images(cx.model, applied);
    (!values.is_empty()).then_some(UnknownImages {
        applied,
        map,
        target: cx.model.field(applied.target?)?,
        values,
    })
}

/// The value that was meant, where no other row of the map takes it: the slip leaves it without a home.
fn homeless<'m>(cx: &Cx<'m>, stated: &'m StatedValue) -> Option<&'m str> {
    let meant = stated.meant.as_ref()?;
    let (map, side) = stated.map?;
    let coverage = &cx.facts.coverage;
    let first = coverage.partition_point(|c| c.map < map);
    let of_map = coverage.iter().skip(first).take_while(|c| c.map == map);
    let mut over = of_map.filter(|c| c.from == side);
    over.any(|c| c.missing.contains(meant))
        .then_some(meant.as_str())
}

impl UnknownValue<'_> {
    fn describe(&self) -> Diagnostic {
        let value = &self.stated.value.value;
        let refused = self.stated.role == Role::Written && self.field.rejects_unknown();
        let level = if refused || self.homeless.is_some() {
            Level::Error
        } else {
            Level::Warning
        };
        let place = match self.stated.role {
            Role::Written => "it would be written here",
            Role::Compared => "it is looked for here",
        };
        let why = match self.homeless {
            Some(meant) if !refused => {
                format!("no record has it, and a record with `{meant}` finds no row and is held")
            }
            _ => consequence(self.stated, self.field),
        };
        Diagnostic::new(
            Code::K002,
            format!("`{}` has no value `{value}`", self.field.full_name()),
        )
        .level(level)
        .at(self.stated.value.span, place)
        .note(why)
        .help(suggestion(self.field, self.stated))
    }
}

impl UnknownImages<'_> {
    fn describe(&self) -> Diagnostic {
        let (map, target) = (&self.map.name.node, self.target);
        let level = if target.rejects_unknown() {
            Level::Error
        } else {
            Level::Warning
        };
        let first = self.values.first().copied().unwrap_or_default();
        let message = format!(
            "the map `{map}` writes {}, which `{}` does not offer",
            some(&self.values, "and"),
            target.full_name()
        );
        Diagnostic::new(Code::K002, message)
            .level(level)
            .at(self.applied.span, "the map is applied here")
            .note(fate(target, first))
            .help("declare a `picklist` for this field, or add the values to it and read the catalog again")
    }
}
