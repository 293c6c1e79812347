//! P014: two rows of one sync write the same field, or a row and a statement do; or a row writes the key of another sync.

use std::collections::BTreeMap;

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{Write, Writing, disjoint};
use crate::catalog::FieldType;
use crate::model::{CellKind, ExprKind, FieldRef, FieldView, Mode, RowView, SyncId, SyncView};
use crate::side::Side;

rule! {
    /// # What it checks
    /// In one sync and direction a field is written by one row, or by rows whose conditions cannot hold together. The field of
    /// a `key` or of `delete … flag` is written by that statement: no row writes it, and none carries the ids of a key on. Nor
    /// does a row of another sync write the field of a `key`, unless what it writes is the same id.
    ///
    /// # Why it matters
    /// With two rows the later one wins, or the earlier one, or the two take turns: it depends on what has changed. A key puts
    /// an id over whatever the field holds, and a row that carries the field takes that id to the other side. A key is read, too:
    /// what another sync leaves there is taken for the id of a record, and the wrong two are linked, or none.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language -> Language__c
    ///   country  -> Language__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language -> Language__c  when vip = true
    ///   country  -> Language__c  when vip = false
    /// }
    /// ```
    ///
    /// # How to fix
    /// Delete one of the rows, or give both conditions that exclude each other. Give a key and a flag a field of their own.
    ///
    /// # How to waive
    /// It cannot be waived: the order of the rows means nothing.
    pub P014
}

struct RowMappedTwice<'m> {
    first: RowView<'m>,
    second: RowView<'m>,
    side: Side,
    field: FieldView<'m>,
}

/// Finds rows that write a field which an earlier row of the sync writes; once for each later row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    if !Side::BOTH.into_iter().any(|side| doubles(sync, side)) {
        return;
    }
    let mut earlier: [BTreeMap<_, Vec<RowView<'_>>>; 2] = Default::default();
    for second in sync.rows() {
        let mut found = None;
        for (rows, side) in earlier.iter_mut().zip(Side::BOTH) {
            let Some((_, field)) = second.writes(side) else {
                continue;
            };
            let rows = rows.entry(field.id).or_default();
            if let Some(first) = rows.iter().find(|first| !may_share(**first, second)) {
                found = found.or(Some(RowMappedTwice {
                    first: *first,
                    second,
                    side,
                    field,
                }));
            }
            rows.push(second);
        }
        if let Some(found) = found {
            cx.report(found.describe());
        }
    }
}

/// Finds rows that write what a key or a flag writes, and rows that carry the ids of a key; once for each statement.
pub fn of_statements(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let facts = cx.facts;
    let writes = facts.writes_of(sync.id).iter();
    for write in writes.filter(|w| matches!(w.by, Writing::Key | Writing::Flag)) {
        let mut rows = sync.rows();
        let row = rows.find(|r| overwritten(*r, write) || carries(*r, write));
        if let Some((row, field)) = row.zip(cx.model.field(write.field)) {
            cx.report(beside_a_row(row, write, field));
        }
    }
}

/// Whether a row writes the field of a statement, something else than the id that a key writes.
fn overwritten(row: RowView<'_>, write: &Write) -> bool {
    let source = row.field(!write.side);
    let id = source.is_some_and(|f| f.field.ty == FieldType::Id) && row.passes(!write.side);
    row.writes(write.side)
        .is_some_and(|(_, f)| f.id == write.field)
        && !(id && write.by == Writing::Key)
}

/// Whether a row carries the ids of a key to the other side.
fn carries(row: RowView<'_>, write: &Write) -> bool {
    let mut read = false;
    match &row.row.cells.get(write.side).node {
        CellKind::Field(field) => read = *field == write.field,
        CellKind::Computed(e) => e.visit(&mut |e| {
            read |= matches!(e.node, ExprKind::Field { field, .. } if field == write.field);
        }),
        CellKind::Unknown => {}
    }
    read && write.by == Writing::Key && row.lane(write.side).is_some()
}

/// Finds rows that write what a key of another sync writes; once for each row.
pub fn of_other_syncs(cx: &mut Cx<'_>) {
    let (model, writes) = (cx.model, &cx.facts.writes);
    let mut keys: BTreeMap<FieldRef, Vec<&Write>> = BTreeMap::new();
    for key in writes.iter().flatten().filter(|w| w.by == Writing::Key) {
        keys.entry(key.field).or_default().push(key);
    }
    let mut found = Vec::new();
    for write in writes.iter().flatten() {
        let row = write.row().and_then(|id| model.row(id));
        let Some(row) = row.filter(|r| r.sync.sync.mode != Mode::LinkOnly) else {
            continue;
        };
        let foreign = |key: &&&Write| key.sync != write.sync && !is_same_id(row, write, key);
        let key = keys.get(&write.field).and_then(|k| k.iter().find(foreign));
        let other = key.and_then(|key| model.sync(key.sync));
        let (Some(key), Some(other), Some(field)) = (key, other, model.field(write.field)) else {
            continue;
        };
        let name = field.full_name();
        let (of_key, of_row) = (&other.sync.name.node, &row.sync.sync.name.node);
        let holds = other.sync.ends.get(!key.side).object;
        let holds = holds.map_or_else(|| "the other side".into(), |o| model.object_name(o));
        found.push(
            Diagnostic::new(
                Code::P014,
                format!("`{name}` is the key of `{of_key}`, and a row of `{of_row}` writes it"),
            )
            .at(row.row.head, format!("this row of `{of_row}` writes it"))
            .at(key.span, format!("the key of `{of_key}` is kept there"))
            .note(format!(
                "`{of_key}` takes what stands there for the id of a record of {holds}: it links the wrong two, or none"
            ))
            .help("give the key a field that no row writes, or let the row write another one"),
        );
    }
    found.into_iter().for_each(|f| cx.report(f));
}

/// Whether a row writes the id that a key of another sync keeps in the field, too: both lead to one object.
fn is_same_id(row: RowView<'_>, write: &Write, key: &Write) -> bool {
    let source = row.field(!write.side);
    let is_id = source.is_some_and(|f| f.field.ty == FieldType::Id) && row.passes(!write.side);
    let object = |sync: SyncId, side: Side| {
        let sync = row.sync.model.sync(sync)?;
        sync.sync.ends.get(side).object
    };
    is_id && object(write.sync, !write.side) == object(key.sync, !key.side)
}

fn beside_a_row(row: RowView<'_>, write: &Write, field: FieldView<'_>) -> Diagnostic {
    let (statement, puts) = match write.by {
        Writing::Flag => ("flag", "true"),
        _ => ("key", "an id"),
    };
    let name = field.full_name();
    let (message, here) = if overwritten(row, write) {
        let message = format!("`{name}` is written by a row and by the {statement}");
        (message, "this row writes it")
    } else {
        let message = format!("`{name}` holds the ids of the {statement}, and a row carries it");
        (message, "this row carries it to the other side")
    };
    let note = if carries(row, write) {
        format!(
            "the {statement} puts {puts} over what the field holds, and the row takes it to the other side"
        )
    } else {
        format!("the {statement} puts {puts} over what the row has written")
    };
    Diagnostic::new(Code::P014, message)
        .at(write.span, format!("the {statement} writes it"))
        .at(row.row.head, here)
        .note(note)
        .help(format!(
            "give the {statement} a field that no row maps, or delete the row"
        ))
}

/// Whether two rows write one field of a side.
fn doubles(sync: SyncView<'_>, side: Side) -> bool {
    let fields = sync.rows().filter_map(|r| Some(r.writes(side)?.1.id));
    let mut fields: Vec<FieldRef> = fields.collect();
    fields.sort_unstable();
    fields.windows(2).any(|two| matches!(two, [a, b] if a == b))
}

/// Whether two rows may write one field: never both at once, or both the currency that two amounts share.
fn may_share(first: RowView<'_>, second: RowView<'_>) -> bool {
    let conditions = first.row.when.as_ref().zip(second.row.when.as_ref());
    let fields = |r: RowView<'_>| (r.row.cells.left.field(), r.row.cells.right.field());
    let one_currency =
        first.is_companion() && second.is_companion() && fields(first) == fields(second);
    one_currency || conditions.is_some_and(|(a, b)| disjoint(first.sync.model, a, b))
}

impl RowMappedTwice<'_> {
    fn describe(&self) -> Diagnostic {
        let conditional = self.first.row.when.is_some() && self.second.row.when.is_some();
        let place = |r: RowView<'_>| {
            if r.row.shared.is_some() {
                r.row.head
            } else {
                r.row.cells.get(self.side).span
            }
        };
        let finding = Diagnostic::new(
            Code::P014,
            format!(
                "`{}` is written by two rows of this sync",
                self.field.full_name()
            ),
        )
        .at(place(self.second), "written here")
        .at(place(self.first), "and already written here")
        .note("which of the two values stays would depend on what has changed");
        if conditional {
            finding.help("let their conditions exclude each other: both may hold for one record")
        } else {
            finding.help("delete one of them, or give both a `when` that excludes the other")
        }
    }
}
