//! T011: the id of a record of one system is written into a reference of the other.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::catalog::Object;
use crate::model::{CellKind, ExprKind, FieldView, Part, RowView, SyncId, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::text::{either, list, quoted};

rule! {
    /// # What it checks
    /// A row into a reference says with `through` by which links the record on this side is found that it means.
    ///
    /// # Why it matters
    /// The id of a record on one side means nothing on the other side: the write is refused, or points to a stranger.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   agent_id -> OwnerId
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   agent_id -> OwnerId  through Agent
    /// }
    /// sync Agent: desk.agent <-> crm.User, link only {
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name the sync whose links lead to the counterpart.
    ///
    /// # How to waive
    /// `allow T011 in Ticket because "…" by "…" until 2027-06-30`, where the source does hold ids of the target's system.
    pub T011
}

struct UnmappedReference<'m> {
    row: RowView<'m>,
    to: Side,
    target: FieldView<'m>,
}

/// Finds rows into references without `through`; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows().filter(|r| r.row.through.is_none()) {
        let into = |to: Side| {
            let (lane, target) = row.writes(to)?;
            let constant = match (&row.row.cells.get(!to).node, &lane.value.node) {
                (
                    _,
                    ExprKind::Map { .. }
                    | ExprKind::Const(_)
                    | ExprKind::Env(_)
                    | ExprKind::Unknown,
                ) => true,
                (CellKind::Computed(e), _) => {
                    matches!(e.node, ExprKind::Const(_) | ExprKind::Env(_))
                }
                (CellKind::Field(_), _) => false,
                (CellKind::Unknown, _) => true,
            };
            let stamp = row
                .sync
                .sync
                .stamp
                .get(to)
                .as_ref()
                .is_some_and(|s| s.node == target.id);
            let open = !target.field.references.is_empty() && !constant && !stamp;
            open.then_some(UnmappedReference { row, to, target })
        };
        if let Some(found) = Side::BOTH.into_iter().find_map(into) {
            cx.report(found.describe());
        }
    }
    let strays: Vec<_> = sync.rows().filter_map(stray).collect();
    strays.iter().for_each(|s| cx.report(s.describe()));
}

/// A row whose `through` links records of an object that its target does not refer to.
struct StrayReference<'m> {
    links: Vec<String>,
    place: Span,
    reference: UnmappedReference<'m>,
}

fn stray(row: RowView<'_>) -> Option<StrayReference<'_>> {
    let through = row.row.through.as_ref().filter(|t| !t.node.is_empty())?;
    Side::BOTH.into_iter().find_map(|to| {
        let (_, target) = row.writes(to)?;
        let syncs = through.node.iter().map(|s| row.sync.model.sync(*s));
        let objects: Option<Vec<&Object>> = syncs.map(|s| s?.object(to)).collect();
        let objects = objects?;
        let strays = objects.iter().filter(|o| !refers(target, &o.name));
        let links: Vec<String> = strays.map(|o| quoted(&o.name)).collect();
        let stray = !target.field.references.is_empty() && !links.is_empty();
        stray.then_some(StrayReference {
            links,
            place: through.span,
            reference: UnmappedReference { row, to, target },
        })
    })
}

fn refers(target: FieldView<'_>, object: &str) -> bool {
    let mut objects = target.field.references.iter();
    objects.any(|r| r.eq_ignore_ascii_case(object))
}

impl StrayReference<'_> {
    fn describe(&self) -> Diagnostic {
        let target = self.reference.target;
        let objects: Vec<String> = target.field.references.iter().map(|o| quoted(o)).collect();
        let message = format!(
            "`{}` refers to {}, and an id of {} comes",
            target.full_name(),
            either(&objects),
            either(&self.links)
        );
        let finding = Diagnostic::new(Code::T011, message)
            .at(self.place, format!("links {}", list(&self.links)))
            .note("an id of another object is refused, or leads to the wrong record");
        match self.reference.sync() {
            Some(sync) => finding.help(format!(
                "name the sync that links the two\n  through {}",
                self.reference.name(sync)
            )),
            None => finding.help(
                "add a sync that links the two: `link only` recognises records and writes nothing",
            ),
        }
    }
}

impl UnmappedReference<'_> {
    fn describe(&self) -> Diagnostic {
        let objects: Vec<String> = self
            .target
            .field
            .references
            .iter()
            .map(|o| crate::text::quoted(o))
            .collect();
        let through = self.sync().map_or_else(|| "…".into(), |s| self.name(s));
        let finding = Diagnostic::new(
            Code::T011,
            format!(
                "`{}` refers to {}, and an id of the other system comes",
                self.target.full_name(),
                crate::text::either(&objects)
            ),
        )
        .at(self.row.row.head, "nothing says which record is meant")
        .note("an id of one system means nothing in the other one");
        let row = self.row.draft(self.row.row.arrow.node);
        let row = row.with(Part::Through, None, format!("through {through}"));
        let help = format!("name the sync that links the two\n  {row}");
        match self.sync() {
            Some(_) => finding.help(help),
            None => finding.help(format!("{help}\nwhere no sync does yet, add one: `link only` recognises records and writes nothing")),
        }
    }

    /// The sync that links records of an object that the reference points to.
    fn sync(&self) -> Option<SyncId> {
        let points = |name: &str| refers(self.target, name);
        let mut syncs = self.row.sync.model.sync_views();
        syncs
            .find(|s| s.object(self.to).is_some_and(|o| points(&o.name)))
            .map(|s| s.id)
    }

    fn name(&self, sync: SyncId) -> String {
        self.row
            .sync
            .model
            .sync(sync)
            .map_or_else(String::new, |s| s.sync.name.node.to_string())
    }
}
