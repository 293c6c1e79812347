//! O007: records that would belong to the wrong kind of owner.

use crate::catalog::OwnerKind;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{AssigneeKind, FieldView, Model, ObjectRef, Route, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::text::{list, quoted};

use super::named::{Named, named, word};

rule! {
    /// # What it checks
    /// A route gives records to a queue only where queues may own them, and calls a user a user. Where records are made on
    /// a side that gives each an owner, a row or a route says whom, or `protect` says that nobody
    /// does; otherwise that is one warning for the system.
    ///
    /// # Why it matters
    /// A queue that may not own an object is refused with the whole record. A record without an owner of its own belongs
    /// to the integration user, who works on nothing.
    ///
    /// # Example
    /// ```sync,fail
    /// route crm.Person on create {
    ///   else -> queue "Support desk"
    /// }
    /// ```
    /// ```sync,pass
    /// route crm.Person on create {
    ///   else -> user "ann@crm.example"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name a user where queues may not own, or state a route for the object.
    ///
    /// # How to waive
    /// `allow O007 in Ticket because "assignment rules give them away" by "…" until 2027-06-30`
    pub O007
}

/// Finds routes to the wrong kind, then syncs that make records for the integration user.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    let mut told = Vec::new();
    let queues = model
        .routes
        .iter()
        .flat_map(|r| queue_where_users_own(model, r));
    let named = named(model, cx.facts);
    let mistaken = named.iter().filter_map(|n| mistaken(model, n));
    for (span, finding) in queues.chain(mistaken) {
        if !told.contains(&span) {
            told.push(span);
            cx.report(finding);
        }
    }
    for system in 0..model.systems.len() {
        let made: Vec<_> = model
            .sync_views()
            .flat_map(|s| Side::BOTH.map(|side| (s, side)))
            .filter(|(s, side)| {
                s.sync
                    .ends
                    .get(*side)
                    .object
                    .is_some_and(|o| o.system.index() == system)
            })
            .filter(|(s, side)| falls_to_the_integration(*s, *side))
            .collect();
        if let Some((sync, side)) = made.first() {
            cx.report(integration_owns(*sync, *side, &made));
        }
    }
}

/// Branches that give records to a queue where none may own them.
fn queue_where_users_own<'m>(
    model: &'m Model,
    route: &'m Route,
) -> impl Iterator<Item = (Span, Diagnostic)> {
    let system = model.systems.get(route.object.system.index());
    let object = model.object(route.object);
    let may = system
        .zip(object)
        .is_none_or(|(s, o)| s.profile.queue_may_own(&o.name));
    let queues = route
        .branches
        .iter()
        .filter(move |b| !may && b.kind == AssigneeKind::Queue);
    queues.map(move |branch| {
        let name = model.object_name(route.object);
        let finding = Diagnostic::new(Code::O007, format!("no queue can own a `{name}`"))
            .at(branch.who.span, "goes to a queue")
            .note("the system takes only users as owners of this object, and refuses the record")
            .help(
                "name a person, or several by turns\n  user env.default_owner\n  round robin \"…\"",
            );
        (branch.who.span, finding)
    })
}

/// A queue that is called a user, a user who is called a queue, a queue of other objects.
fn mistaken(model: &Model, named: &Named<'_>) -> Option<(Span, Diagnostic)> {
    let kind = named.kind?;
    let owner = named.found.first()?;
    if named.found.iter().all(|o| o.kind != kind) {
        let finding = Diagnostic::new(
            Code::O007,
            format!(
                "`{}` is a {}, not a {}",
                named.name,
                word(owner.kind),
                word(kind)
            ),
        )
        .at(named.span, format!("called a {} here", word(kind)))
        .help(format!("write\n  {} \"{}\"", word(owner.kind), named.name));
        return Some((named.span, finding));
    }
    let object = model.object(named.object)?;
    let owns = |o: &&&crate::catalog::Owner| {
        o.objects.is_empty()
            || o.objects
                .iter()
                .any(|n| n.eq_ignore_ascii_case(&object.name))
    };
    if kind == OwnerKind::Queue && !named.found.iter().any(|o| owns(&o)) {
        let name = model.object_name(named.object);
        let theirs: Vec<String> = owner.objects.iter().map(|o| quoted(o)).collect();
        let finding = Diagnostic::new(
            Code::O007,
            format!("the queue `{}` may not own a `{name}`", named.name),
        )
        .at(named.span, "would own one here")
        .note(format!("it is a queue of {}", list(&theirs)))
        .help("name another queue, or let this one own that object, and read the catalog again");
        return Some((named.span, finding));
    }
    None
}

/// Whether new records get the integration user as their owner: the platform gives each one, and nobody says whom.
fn falls_to_the_integration(sync: SyncView<'_>, side: Side) -> bool {
    let Some(object) = sync.sync.ends.get(side).object else {
        return false;
    };
    sync.makes(side)
        && given_by_platform(sync.model, object)
        && !sync.model.routes.iter().any(|r| r.object == object)
        && !sync
            .sync
            .protect
            .iter()
            .any(|p| p.side == side && sync.model.field(p.field).is_some_and(FieldView::is_owner))
        && !sync
            .rows()
            .any(|r| r.writes(side).is_some_and(|(_, f)| f.is_owner()))
}

/// Whether the platform gives every record an owner, the one who makes it where nothing else is said.
fn given_by_platform(model: &Model, object: ObjectRef) -> bool {
    let fields = model.object(object).map_or(0, |o| o.fields.len() as u32);
    let field = |i| crate::model::FieldRef {
        object,
        field: crate::catalog::FieldIdx(i),
    };
    let is = |f: FieldView<'_>| {
        f.is_owner() && !f.field.nillable && !f.field.required && !f.field.custom
    };
    (0..fields).any(|i| model.field(field(i)).is_some_and(is))
}

fn integration_owns(sync: SyncView<'_>, side: Side, made: &[(SyncView<'_>, Side)]) -> Diagnostic {
    let names: Vec<String> = made
        .iter()
        .map(|(s, _)| quoted(&s.sync.name.node))
        .collect();
    let makes = if names.len() == 1 { "makes" } else { "make" };
    let object = sync.sync.ends.get(side).object;
    let object = object.map_or_else(Default::default, |o| sync.model.object_name(o));
    Diagnostic::new(
        Code::O007,
        format!(
            "what {} {makes} in `{}` belongs to the integration user",
            list(&names),
            sync.side_name(side)
        ),
    )
    .level(Level::Warning)
    .at(
        sync.made_at(side),
        "made here, and nothing says who owns it",
    )
    .note(
        "the platform gives a record to the one who makes it, unless an assignment rule takes over",
    )
    .help(format!(
        "say who gets it\n  route {object} on create {{ else -> user env.default_owner }}"
    ))
}
