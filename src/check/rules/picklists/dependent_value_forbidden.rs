//! K008: a value that its controlling field does not allow.

use smol_str::SmolStr;

use super::words::some;
use crate::analyze::{Rest, range};
use crate::catalog::Picklist;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{ExprKind, FieldView, PicklistMap, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// A value of a dependent list stands under a controlling value that allows it: in a map `within` a controlling field,
    /// block by block; and where a sync writes both fields, for at least one value that it can write to the controlling
    /// one.
    ///
    /// # Why it matters
    /// Salesforce and HubSpot refuse a dependent value under a controlling value that does not allow it, with the whole
    /// record: `Alabama` is no state of Canada.
    ///
    /// # Example
    /// ```sync,fail
    /// normalize Land: text, ignoring case { "usa" -> "US", "canada" -> "CA" }
    /// picklist Area within Land: desk.ticket.summary <-> crm.Visit__c.Area__c {
    ///   US: tx -> Texas
    ///   CA: tx -> Texas
    /// }
    /// ```
    /// ```sync,pass
    /// normalize Land: text, ignoring case { "usa" -> "US", "canada" -> "CA" }
    /// picklist Area within Land: desk.ticket.summary <-> crm.Visit__c.Area__c {
    ///   US: tx -> Texas
    ///   CA: on -> Ontario
    /// }
    /// ```
    ///
    /// # How to fix
    /// Move the row to the block that allows its value, or allow the value there and read the catalog again.
    ///
    /// # How to waive
    /// `allow K008 in Area because "…" by "…" until 2027-06-30`
    pub K008
}

/// A dependent list and the field that controls it.
struct Dependent<'m> {
    field: FieldView<'m>,
    list: &'m Picklist,
    controller: FieldView<'m>,
}

impl<'m> Dependent<'m> {
    /// The dependence of a field, where its catalog knows what allows what.
    fn of(field: FieldView<'m>) -> Option<Self> {
        let list = field.picklist()?;
        let name = list.controller.as_deref()?;
        let at = field.object.field_any_case(name)?;
        let controller = field.model.field(crate::model::FieldRef {
            object: field.id.object,
            field: at,
        })?;
        let known = list.values.iter().any(|v| !v.valid_for.is_empty());
        known.then_some(Self {
            field,
            list,
            controller,
        })
    }

    /// Whether a value that the list knows is allowed under a controlling value.
    fn allows(&self, value: &str, under: &str) -> bool {
        let mut entries = self.list.entries(value);
        self.list.get(value).is_none() || entries.any(|v| v.valid_for.iter().any(|c| c == under))
    }
}

/// Finds values of maps that nothing allows where they stand; once a row.
pub fn of_maps(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for map in cx.model.maps.iter().filter(|m| !m.standard) {
        for side in Side::BOTH {
            let fields = map
                .ends
                .get(side)
                .fields
                .iter()
                .filter_map(|f| cx.model.field(*f));
            if let Some(dependent) = fields.filter_map(Dependent::of).next() {
                in_map(map, side, &dependent, &mut found);
            }
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

/// Finds rows whose values nothing allows where they stand.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        for side in Side::BOTH {
            if let Some(found) = in_sync(row, side) {
                cx.report(found);
            }
        }
    }
}

fn in_map(map: &PicklistMap, side: Side, dependent: &Dependent<'_>, found: &mut Vec<Diagnostic>) {
    for row in map.rows.iter().filter(|r| r.arrow.goes_from(!side)) {
        let Some((within, value)) = row.within.as_ref().zip(row.values.get(side).first()) else {
            continue;
        };
        // A controlling value that the list does not know is another field's word for it.
        let under = within.get(side);
        let known = dependent
            .controller
            .picklist()
            .is_some_and(|p| p.get(&under.value).is_some());
        if known && !dependent.allows(&value.value, &under.value) {
            let place = Place {
                value: value.span,
                under: under.span,
            };
            found.push(describe(
                dependent,
                std::slice::from_ref(&value.value),
                std::slice::from_ref(&under.value),
                place,
            ));
        }
    }
}

/// A row whose dependent values are allowed under nothing that its sync writes to the controlling field.
fn in_sync(row: RowView<'_>, side: Side) -> Option<Diagnostic> {
    let (lane, field) = row.writes(side)?;
    if matches!(
        lane.value.node,
        ExprKind::Map {
            within: Some(_),
            ..
        }
    ) {
        return None;
    }
    let dependent = Dependent::of(field)?;
    let controlling = row.sync.rows().find(|r| {
        r.writes(side)
            .is_some_and(|(_, f)| f.id == dependent.controller.id)
    })?;
    let written = range(controlling, !side);
    if written.rest != Rest::Closed || written.values.is_empty() {
        return None;
    }
    let mut values = range(row, !side).values;
    values.retain(|v| {
        !written
            .values
            .iter()
            .any(|under| dependent.allows(v, under))
    });
    let place = Place {
        value: row.row.via.as_ref().map_or(row.row.head, |v| v.span),
        under: controlling.row.head,
    };
    (!values.is_empty()).then(|| describe(&dependent, &values, &written.values, place))
}

/// Where the dependent value stands, and where the controlling one.
struct Place {
    value: Span,
    under: Span,
}

fn describe(
    dependent: &Dependent<'_>,
    values: &[SmolStr],
    under: &[SmolStr],
    place: Place,
) -> Diagnostic {
    let (field, controller) = (dependent.field.name(), dependent.controller.name());
    let first = values.first().map_or("", SmolStr::as_str);
    let mut allowed: Vec<&SmolStr> = dependent
        .list
        .entries(first)
        .flat_map(|v| &v.valid_for)
        .collect();
    allowed.dedup();
    let fate = if dependent.field.rejects_unknown() {
        "is refused"
    } else {
        "has a value that nobody can choose"
    };
    let finding = Diagnostic::new(
        Code::K008,
        format!(
            "{} of `{field}` is not allowed where `{controller}` is {}",
            some(values, "or"),
            some(under, "or")
        ),
    )
    .at(place.value, "written here")
    .at(place.under, format!("with this in `{controller}`"))
    .note(format!(
        "`{controller}` controls `{field}`: a record with both {fate}"
    ));
    if allowed.is_empty() {
        finding.help(format!("no value of `{controller}` allows `{first}`: write another one, or read the catalog again"))
    } else {
        finding.help(format!(
            "`{first}` is allowed where `{controller}` is {}",
            some(&allowed, "or")
        ))
    }
}
