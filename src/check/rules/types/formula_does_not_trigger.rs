//! T009: the value of a formula changes, and nothing tells that the record has changed.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::catalog::Object;
use crate::model::{FieldView, RowView, SyncView};
use crate::text::quoted;

rule! {
    /// # What it checks
    /// A formula that is read depends only on fields of its own record. Where it reads the clock or other records, its value
    /// changes while the record counts as unchanged.
    ///
    /// # Why it matters
    /// A run reads the records that have changed. What a formula shows today reaches the other side only with the next change
    /// of the record itself.
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
    ///   notes <-> Description
    ///   hours <-  Age__c
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
    ///   notes <-> Description
    ///   amount <- Double__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Map the fields that the formula reads, or accept that its value travels late.
    ///
    /// # How to waive
    /// `allow T009 in Ticket because "…" by "…" until 2027-06-30`
    pub T009
}

struct FormulaDoesNotTrigger<'m> {
    row: RowView<'m>,
    field: FieldView<'m>,
    starts: Vec<&'m str>,
}

/// Finds formulas that are read and depend on more than their record; once for each field of a sync.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    if !sync.merges() {
        return;
    }
    for (row, from) in sync.ways() {
        let Some(field) = row.field(from).filter(|_| row.lane(from).is_some()) else {
            continue;
        };
        let formula = field.field.formula.as_deref();
        if let Some(formula) = formula.filter(|f| reads_elsewhere(f)) {
            let starts = own_fields(field.object, formula);
            cx.report(FormulaDoesNotTrigger { row, field, starts }.describe());
        }
    }
}

/// The names in a formula, in order; a path through a reference is one name.
fn names(formula: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
    formula
        .split(part)
        .filter(|n| n.starts_with(|c: char| c.is_alphabetic()))
}

fn reads_elsewhere(formula: &str) -> bool {
    let clock = |n: &str| n.eq_ignore_ascii_case("today") || n.eq_ignore_ascii_case("now");
    names(formula).any(|n| n.contains('.') || clock(n))
}

fn own_fields<'m>(object: &'m Object, formula: &str) -> Vec<&'m str> {
    let found = names(formula).filter_map(|n| object.get(object.field_any_case(n)?));
    let mut names: Vec<&str> = Vec::new();
    for field in found {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names
}

impl FormulaDoesNotTrigger<'_> {
    fn describe(&self) -> Diagnostic {
        let starts: Vec<String> = self.starts.iter().map(|n| quoted(n)).collect();
        let note = match starts.as_slice() {
            [] => {
                "it reads the clock or other records only, whose changes start no sync of this one"
                    .to_owned()
            }
            _ => format!(
                "of what it reads only {} can start a sync of this record",
                crate::text::list(&starts)
            ),
        };
        Diagnostic::new(
            Code::T009,
            format!(
                "`{}` is a formula whose value changes while its record does not",
                self.field.full_name()
            ),
        )
        .at(
            self.row.row.head,
            "its value travels with the next change of the record",
        )
        .note(note)
        .help("map what the formula reads, or accept that the value travels late")
    }
}
