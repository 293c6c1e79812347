//! P013: a default would come back as if it were data.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::model::{CellKind, ExprKind, FieldRef, Lane, Model, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::value::Value;

rule! {
    /// # What it checks
    /// A `default` that one row writes is not read back by another row that does not know it. On its own row it reads as a
    /// blank: it never travels back as data. Without a prefix arrow it stands in for a blank of either side; `-> default V`
    /// stands in on the right alone.
    ///
    /// # Why it matters
    /// "Unknown" is written where nothing was known. Once it comes back as data, nobody can tell it from an answer, and it
    /// spreads from there.
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
    ///   language  -> Language__c  default "en"
    ///   language <-  Language__c
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
    ///   language <-> Language__c  default "en"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Make one two-way row of the two, or give the other row the same default.
    ///
    /// # How to waive
    /// `allow P013 in Ticket because "…" by "…" until 2027-06-30`
    pub P013
}

struct DefaultTravelsBack<'m> {
    target: FieldRef,
    value: &'m Value,
    stated: Span,
    reader: RowView<'m>,
    same_row_would_do: Option<String>,
}

/// Finds defaults that another row over the same objects reads as data.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let model = cx.model;
    if !sync.merges() {
        return;
    }
    for (writer, side) in sync.ways() {
        let default = writer.lane(!side).and_then(|l| l.default.as_ref());
        let Some(default) = default.filter(|d| !d.node.is_blank()) else {
            continue;
        };
        let Some(target) = writer.field(side) else {
            continue;
        };
        let source = writer.sync.sync.ends.get(!side).object;
        let reads_back = |r: &RowView<'_>| {
            r.id != writer.id
                && r.sync.merges()
                && reads(model, *r, target.id, source, &default.node)
        };
        if let Some(reader) = model.rows().find(reads_back) {
            let same = writer.field(!side).is_some()
                && writer.field(!side).map(|f| f.id) == written(reader, target.id);
            let found = DefaultTravelsBack {
                target: target.id,
                value: &default.node,
                stated: default.span,
                reader,
                same_row_would_do: same
                    .then(|| writer.draft(crate::model::Arrow::Both).to_string()),
            };
            cx.report(found.describe());
        }
    }
}

/// The side of a row from which it reads a field.
fn side_of(row: RowView<'_>, field: FieldRef) -> Option<Side> {
    let reads = |s: &Side| match &row.row.cells.get(*s).node {
        CellKind::Field(f) => *f == field,
        CellKind::Computed(e) => e.fields().iter().any(|(_, f, _)| *f == field),
        CellKind::Unknown => false,
    };
    Side::BOTH
        .into_iter()
        .find(|s| row.lane(*s).is_some() && reads(s))
}

fn written(row: RowView<'_>, from: FieldRef) -> Option<FieldRef> {
    let side = side_of(row, from)?;
    row.writes(!side).map(|(_, f)| f.id)
}

/// Whether a row brings a field back into records of the object that a default was written for, without knowing it.
fn reads(
    model: &Model,
    row: RowView<'_>,
    field: FieldRef,
    into: Option<crate::model::ObjectRef>,
    default: &Value,
) -> bool {
    let Some(side) = side_of(row, field) else {
        return false;
    };
    let lands = written(row, field).is_some_and(|f| Some(f.object) == into);
    let knows = |lane: Option<&Lane>| {
        lane.and_then(|l| l.default.as_ref())
            .is_some_and(|d| d.node == *default)
    };
    let dropped = row.lane(side).is_some_and(|l| match &l.value.node {
        ExprKind::Map { .. } | ExprKind::Call { .. } => {
            crate::analyze::eval(model, &l.value, default).is_none_or(|v| v.is_blank())
        }
        _ => false,
    });
    lands && !knows(row.lane(!side)) && !dropped && !excluded(row, field, default)
}

/// Whether the row's condition lets a record with the default pass it by.
fn excluded(row: RowView<'_>, field: FieldRef, default: &Value) -> bool {
    let condition = row.row.when.as_deref();
    let unequal = |e: &crate::model::Expr| match &e.node {
        ExprKind::Compare {
            comparison: crate::model::Comparison::NotEqual,
            left,
            right,
        } => {
            matches!(left.node, ExprKind::Field { field: f, .. } if f == field)
                && matches!(&right.node, ExprKind::Const(v) if v == default)
        }
        _ => false,
    };
    condition.is_some_and(|e| match &e.node {
        ExprKind::All(list) => list.iter().any(unequal),
        _ => unequal(e),
    })
}

impl DefaultTravelsBack<'_> {
    fn describe(&self) -> Diagnostic {
        let model = self.reader.sync.model;
        let value = self.value;
        let finding = Diagnostic::new(
            Code::P013,
            format!(
                "the default `{value}` of `{}` would travel back as data",
                model.field_name(self.target)
            ),
        )
        .at(self.stated, "written where the source is blank")
        .at(self.reader.row.head, "and read back here, like an answer")
        .note("once it is data, nobody can tell it from what a person wrote");
        match &self.same_row_would_do {
            Some(row) => finding.help(format!("make one row of the two\n  {row}")),
            None => finding
                .help("give the row that reads it back a condition that leaves the default out"),
        }
    }
}
