//! I003: a match key whose two sides are not brought to the same form.

use crate::analyze::{alike, day_of_instant, is_field};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, ExprKind, FieldRef, KeyPart, RowView, SyncView};
use crate::platform::Case;
use crate::side::{Side, Sides};
use crate::source::Span;

rule! {
    /// # What it checks
    /// The two sides of a match key are compared in one form: the functions of both sides are the same, or they are those
    /// of the row that maps these fields.
    ///
    /// # Why it matters
    /// Where one side is lowered and the other is not, equal records are not found, and are created a second time. Where
    /// the key and the row differ, records are linked whose row then sees two different values.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  name = lower(LastName)
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   name <-> LastName  via trim
    /// }
    /// ```
    /// ```sync,pass
    /// sync Customer: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   match  name = LastName
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   name <-> LastName  via lower
    /// }
    /// ```
    ///
    /// # How to fix
    /// Put the function on the row and match the plain fields: a key is compared by the equality of the row.
    ///
    /// # How to waive
    /// `allow I003 in Customer because "…" by "…" until 2027-06-30`
    pub I003
}

/// One side of a key part: the field, and what is done to it.
struct Form<'m> {
    field: FieldRef,
    e: &'m Expr,
}

struct Differently<'m> {
    part: &'m KeyPart,
    fields: Sides<FieldRef>,
    row: Option<Span>,
    sync: SyncView<'m>,
}

/// Finds parts of match keys with two forms.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        for part in sync.sync.keys.iter().flat_map(|k| &k.parts) {
            found.extend(judge(sync, part).map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn judge<'m>(sync: SyncView<'m>, part: &'m KeyPart) -> Option<Differently<'m>> {
    let (left, right) = (form(&part.sides.left)?, form(&part.sides.right)?);
    if alike(left.e, right.e) {
        return None;
    }
    let fields = Sides::new(left.field, right.field);
    let maps = |row: &RowView<'_>| {
        Side::BOTH
            .into_iter()
            .all(|s| row.row.cells.get(s).field() == Some(*fields.get(s)))
    };
    let row = sync.rows().find(maps);
    let poisoned = |r: &RowView<'_>| {
        let mut lanes = Side::BOTH.into_iter().filter_map(|s| r.lane(s));
        lanes.any(|lane| lane.value.is_poisoned())
    };
    if row.as_ref().is_some_and(poisoned) {
        return None;
    }
    let day = row.and_then(day_of_instant);
    let fits = |side: Side, form: &Form<'_>| {
        let plain = is_field(form.e);
        // An instant and a day are compared as days.
        if let Some((instant, day)) = &day {
            return plain || side == *instant && alike(day, form.e);
        }
        let normal = row.and_then(|r| {
            r.row
                .normal
                .as_deref()
                .or_else(|| r.lane(side).map(|l| &l.value))
                .filter(|e| e.node != ExprKind::Input)
        });
        // A plain field takes the form of its row; a function must be that form.
        match normal {
            Some(normal) => plain || alike(normal, form.e),
            None => plain,
        }
    };
    let both = fits(Side::Left, &left) && fits(Side::Right, &right);
    let one_plain = is_field(left.e) || is_field(right.e);
    let unmapped = row.is_none() && one_plain;
    let stored = one_plain && stored_alike(sync, &left, &right);
    if both || unmapped || stored {
        return None;
    }
    Some(Differently {
        part,
        fields,
        row: row.map(|r| r.row.head),
        sync,
    })
}

/// The field of a key's side, where it has one alone.
fn form(e: &Expr) -> Option<Form<'_>> {
    match e.fields().as_slice() {
        [(_, field, _)] if !e.is_poisoned() => Some(Form { field: *field, e }),
        _ => None,
    }
}

/// Whether the function of one side does what the platform of the other does to its field anyway.
fn stored_alike(sync: SyncView<'_>, left: &Form<'_>, right: &Form<'_>) -> bool {
    let (plain, side, other) = if is_field(left.e) {
        (left, Side::Left, right)
    } else {
        (right, Side::Right, left)
    };
    let (Some(field), Some(profile)) = (sync.model.field(plain.field), sync.profile(side)) else {
        return false;
    };
    let lowered = profile.email_case == Case::Lower
        && field.field.ty == crate::catalog::FieldType::Email
        || profile.lowers(&field.object.name, field.name());
    let mut harmless = true;
    other.e.visit(&mut |e| {
        if let ExprKind::Call { function, .. } = &e.node {
            harmless &= matches!(function.as_str(), "trim")
                || (lowered && matches!(function.as_str(), "lower" | "lower_trim"));
        } else {
            harmless &= is_field(e);
        }
    });
    harmless
}

impl Differently<'_> {
    fn describe(&self) -> Diagnostic {
        let name = |side: Side| {
            self.sync
                .model
                .field(*self.fields.get(side))
                .map_or("", |f| f.name())
        };
        let (left, right) = (name(Side::Left), name(Side::Right));
        let message = format!("`{left}` and `{right}` are matched in different forms");
        let finding =
            Diagnostic::new(Code::I003, message).at(self.part.span, "compared like this here");
        let finding = match self.row {
            Some(row) => finding.at(row, "and like that by the row that maps them"),
            None => finding,
        };
        finding
            .note("records that are one are not found, or records are linked whose row then sees a difference")
            .help(format!("put the function on the row, which a plain key follows\n  match  {left} = {right}"))
    }
}
