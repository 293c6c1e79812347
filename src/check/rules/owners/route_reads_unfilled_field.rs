//! O008: a route that asks for what no new record has.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldRef, FieldView, Model, Route, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::text::{list, quoted};

rule! {
    /// # What it checks
    /// The fields that the conditions of a route read are filled in a new record: by a row of the sync that makes it, or
    /// by the system.
    ///
    /// # Why it matters
    /// A condition on a field that is still blank never holds, and all records go to `else`.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none"
    /// }
    /// route crm.Case on create {
    ///   Language__c = "fr" -> user "ann@crm.example"
    ///   else               -> queue "Support desk"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///   subject  -> Subject  default "none"
    ///   language -> Language__c  via truncate(40)
    /// }
    /// route crm.Case on create {
    ///   Language__c = "fr" -> user "ann@crm.example"
    ///   else               -> queue "Support desk"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Add a row that fills the field, or ask for another one.
    ///
    /// # How to waive
    /// It cannot be waived: a condition that never holds is no condition.
    pub O008
}

struct Unfilled<'m> {
    field: FieldView<'m>,
    place: Span,
    makers: Vec<SyncView<'m>>,
}

/// Finds fields that a route reads too early, each once for a route.
pub fn run(cx: &mut Cx<'_>) {
    let mut told = Vec::new();
    let routes = &cx.model.routes;
    let found: Vec<_> = routes.iter().flat_map(|r| unfilled(cx.model, r)).collect();
    for finding in found {
        if !told.contains(&finding.place) {
            told.push(finding.place);
            cx.report(finding.describe());
        }
    }
}

fn unfilled<'m>(model: &'m Model, route: &'m Route) -> Vec<Unfilled<'m>> {
    let made_here = |s: &SyncView<'_>| {
        let side = side_of(*s, route);
        side.is_some_and(|side| s.makes(side))
    };
    let makers: Vec<_> = model.sync_views().filter(made_here).collect();
    let conditions = route.branches.iter().filter_map(|b| b.condition.as_ref());
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (_, field, place) in conditions.flat_map(|c| c.fields()) {
        if seen.contains(&field) {
            continue;
        }
        seen.push(field);
        let without = makers.iter().copied().filter(|s| !fills(*s, route, field));
        let makers: Vec<_> = without.collect();
        if let (false, Some(field)) = (makers.is_empty(), model.field(field)) {
            found.push(Unfilled {
                field,
                place,
                makers,
            });
        }
    }
    found
}

fn side_of(sync: SyncView<'_>, route: &Route) -> Option<Side> {
    let on = |side: &Side| sync.sync.ends.get(*side).object == Some(route.object);
    Side::BOTH.into_iter().find(on)
}

/// Whether a record that a sync makes has the field from the start.
fn fills(sync: SyncView<'_>, route: &Route, field: FieldRef) -> bool {
    let Some(side) = side_of(sync, route) else {
        return true;
    };
    let by_system = sync.model.field(field).is_none_or(|f| {
        f.never_blank() || f.field.default.is_some() || !f.field.creatable || f.field.calculated
    });
    let narrowed = sync.sync.narrowed.get(side).as_ref();
    let stamp = sync.sync.stamp.get(side).as_ref();
    by_system
        || narrowed.is_some_and(|n| n.node.field == Some(field))
        || stamp.is_some_and(|s| s.node == field)
        || sync
            .rows()
            .any(|r| r.writes(side).is_some_and(|(_, f)| f.id == field))
        || sync.model.is_incomplete(sync.sync.span)
}

impl Unfilled<'_> {
    fn describe(&self) -> Diagnostic {
        let names: Vec<String> = self
            .makers
            .iter()
            .map(|s| quoted(&s.sync.name.node))
            .collect();
        let (makes, fill) = if names.len() == 1 {
            ("makes", "fills")
        } else {
            ("make", "fill")
        };
        let name = self.field.name();
        let mut finding = Diagnostic::new(
            Code::O008,
            format!(
                "`{name}` is still blank when {} {makes} a record",
                list(&names)
            ),
        )
        .at(self.place, "read here, as soon as the record is made");
        for maker in self.makers.iter().take(2) {
            finding = finding.at(
                maker.sync.name.span,
                format!("no row of it {fill} `{name}`"),
            );
        }
        finding
            .note("a condition on a blank field does not hold, and the record goes on to the next branch")
            .help(format!("add a row that fills `{name}`, or ask for a field that is filled"))
    }
}
