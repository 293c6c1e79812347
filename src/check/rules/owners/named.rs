//! The owners that a spec names, and who they are.

use smol_str::SmolStr;

use crate::analyze::Facts;
use crate::catalog::{Owner, OwnerKind};
use crate::model::{AssigneeKind, CellKind, ExprKind, Model, ObjectRef};
use crate::source::Span;
use crate::value::Value;

/// An owner that is written out in a route, or in a row that writes the owner of a record.
pub(super) struct Named<'m> {
    /// As written.
    pub name: SmolStr,
    /// Where.
    pub span: Span,
    /// Whose records it would own.
    pub object: ObjectRef,
    /// What it is said to be; none in a row.
    pub kind: Option<OwnerKind>,
    /// Those whom the catalog knows by that id, name or address.
    pub found: Vec<&'m Owner>,
    /// Everybody whom the catalog knows and who could have been meant.
    pub known: Vec<&'m Owner>,
}

/// Every owner that the spec names, each place once.
pub(super) fn named<'m>(model: &'m Model, facts: &Facts) -> Vec<Named<'m>> {
    let mut found: Vec<Named<'_>> = Vec::new();
    for route in &model.routes {
        for branch in &route.branches {
            let kind = match branch.kind {
                AssigneeKind::User => OwnerKind::User,
                AssigneeKind::Queue => OwnerKind::Queue,
                AssigneeKind::RoundRobin => continue,
            };
            if let ExprKind::Const(Value::Text(name)) = &branch.who.node {
                found.push(who(model, name, branch.who.span, route.object, Some(kind)));
            }
        }
    }
    for write in facts.writes.iter().flatten().filter(|w| w.owner) {
        let Some(row) = write.row().and_then(|id| model.row(id)) else {
            continue;
        };
        if let CellKind::Computed(e) = &row.row.cells.get(!write.side).node
            && let ExprKind::Const(Value::Text(name)) = &e.node
        {
            found.push(who(model, name, e.span, write.field.object, None));
        }
        let default = row.lane(!write.side).and_then(|l| l.default.as_ref());
        if let Some(default) = default
            && let Value::Text(name) = &default.node
        {
            found.push(who(model, name, default.span, write.field.object, None));
        }
    }
    let mut places = Vec::new();
    found.retain(|n| {
        let first = !places.contains(&(n.span, n.object));
        places.push((n.span, n.object));
        first
    });
    found
}

fn who<'m>(
    model: &'m Model,
    name: &SmolStr,
    span: Span,
    object: ObjectRef,
    kind: Option<OwnerKind>,
) -> Named<'m> {
    let system = model.systems.get(object.system.index());
    let catalog = system.and_then(|s| model.catalogs.get(&s.name.node));
    let owners = catalog.map_or(&[][..], |c| &c.owners);
    let is = |o: &&Owner| {
        [&o.id, &o.name, &o.email]
            .into_iter()
            .any(|known| !known.is_empty() && known.eq_ignore_ascii_case(name))
    };
    let meant = kind.unwrap_or(OwnerKind::User);
    Named {
        name: name.clone(),
        span,
        object,
        kind,
        found: owners.iter().filter(is).collect(),
        known: owners.iter().filter(|o| o.kind == meant).collect(),
    }
}

/// `user`, `queue`.
pub(super) const fn word(kind: OwnerKind) -> &'static str {
    match kind {
        OwnerKind::User => "user",
        OwnerKind::Queue => "queue",
    }
}
