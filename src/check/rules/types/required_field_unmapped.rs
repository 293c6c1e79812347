//! T005: a create would be refused, because a field that must be filled is not mapped.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{Life, Writing, create_may_lack, shown_in_creates};
use crate::model::{Arrow, CellKind, FieldRef, FieldView, RowView, SyncView};
use crate::side::Side;
use crate::text::quoted;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// Where a sync creates records, a row, a constant, a key or the stage of a lifecycle fills every field without which a
    /// create is refused. Rows that fill one unless their source is blank are told along.
    ///
    /// # Why it matters
    /// Every create would fail, and that shows in production, not in review.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   notes -> Description
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject      default "no subject"
    ///   notes   -> Description
    /// }
    /// ```
    ///
    /// # How to fix
    /// Paste the rows that the finding proposes, and correct them.
    ///
    /// # How to waive
    /// It cannot be waived: the create can never succeed.
    pub T005
}

struct RequiredFieldUnmapped<'m> {
    sync: SyncView<'m>,
    side: Side,
    missing: Vec<FieldView<'m>>,
    /// Rows of the same creates that fill a required field, unless their source is blank.
    weak: Vec<RowView<'m>>,
}

/// Finds required fields that nothing fills in a create; once for each side of a sync.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for side in Side::BOTH.into_iter().filter(|s| sync.makes(*s)) {
        let missing = missing(cx, sync, side);
        if !missing.is_empty() {
            let weak = sync.rows().filter(|r| create_may_lack(*r, side));
            let found = RequiredFieldUnmapped {
                sync,
                side,
                missing,
                weak: weak.collect(),
            };
            cx.report(found.describe());
        }
    }
}

/// The required fields that no row fills in the records that a sync makes on a side; none where a row could not be read.
fn missing<'m>(cx: &Cx<'_>, sync: SyncView<'m>, side: Side) -> Vec<FieldView<'m>> {
    let unclear = |r: RowView<'_>| matches!(r.row.cells.get(side).node, CellKind::Unknown);
    if sync.rows().any(unclear) {
        return Vec::new();
    }
    let written = |f: &FieldView<'_>| {
        let mut writes = cx.facts.writes_of(sync.id).iter();
        writes.any(|w| w.side == side && w.field == f.id && w.by != Writing::Flag)
    };
    let fields = sync.fields(side);
    let mut missing: Vec<_> = fields.filter(|f| f.field.required && !written(f)).collect();
    if !missing.is_empty() {
        let stages: Vec<FieldRef> = stages(sync, side).collect();
        missing.retain(|f| !stages.contains(&f.id));
    }
    missing
}

/// The fields in which the records that a sync makes show their stage, whichever it is.
fn stages(sync: SyncView<'_>, side: Side) -> impl Iterator<Item = FieldRef> {
    let source = sync.sync.ends.get(!side).object;
    let always = move |(life, column): &(Life<'_>, usize)| {
        let from = |c: &usize| life.field(*c).is_some_and(|f| Some(f.id.object) == source);
        let shows = |at, c: usize| !life.lifecycle.cell(at, c).is_empty();
        let mut stages = life.lifecycle.rows().map(|(at, _)| at);
        stages.all(|at| shows(at, *column) || !life.columns().filter(from).any(|c| shows(at, c)))
    };
    let shown = shown_in_creates(sync, side).into_iter().filter(always);
    shown.filter_map(|(life, column)| Some(life.field(column)?.id))
}

impl RequiredFieldUnmapped<'_> {
    fn describe(&self) -> Diagnostic {
        let names: Vec<String> = self.missing.iter().map(|f| quoted(f.name())).collect();
        let object = self.missing.first().map_or("", |f| f.object.name.as_str());
        let (needs, fills) = if names.len() == 1 {
            ("it", "it")
        } else {
            ("them", "them")
        };
        let finding = Diagnostic::new(
            Code::T005,
            format!(
                "a new `{object}` needs {}, and no row fills {fills}",
                crate::text::list(&names)
            ),
        )
        .at(self.sync.made_at(self.side), "records are created here");
        let finding = self.weak.iter().fold(finding, |finding, row| {
            let target = row.field(self.side).map_or("", FieldView::name);
            finding.at(row.row.head, format!("and a blank leaves `{target}` out"))
        });
        let title = self
            .sync
            .system(self.side)
            .map_or("the system", |s| s.kind.title());
        let rows: Vec<String> = self
            .missing
            .iter()
            .map(|f| format!("  {}", self.row(*f)))
            .collect();
        let more = if self.weak.is_empty() {
            ""
        } else {
            "\nand say in the rows that may be blank what stands in for a blank, with `default`"
        };
        finding
            .note(format!("{title} refuses a create without {needs}"))
            .help(format!("add\n{}{more}", rows.join("\n")))
    }

    /// A row for a field: from the source field of the likeliest name, with a default; else a constant in creates.
    fn row(&self, field: FieldView<'_>) -> String {
        let sources = || {
            self.sync
                .fields(!self.side)
                .filter(|s| s.kind() == field.kind())
        };
        let named = || sources().map(FieldView::name);
        let value = match (field.kind(), field.choices().next()) {
            (_, Some(choice)) => format!("\"{}\"", choice.value),
            (Kind::Text | Kind::Set, None) => "\"Unknown\"".to_owned(),
            (Kind::Number, None) => "0".to_owned(),
            (Kind::Bool, None) => "false".to_owned(),
            (Kind::Date, None) => "\"2030-01-01\"".to_owned(),
            (Kind::DateTime, None) => "\"2030-01-01T00:00:00Z\"".to_owned(),
            (Kind::Time, None) => "\"09:00\"".to_owned(),
        };
        let like = crate::text::closest(field.name(), named());
        let source = like.unwrap_or(&value);
        let (left, right) = match self.side {
            Side::Left => (field.name(), source),
            Side::Right => (source, field.name()),
        };
        let arrow = Arrow::from(!self.side).text();
        match like {
            Some(_) => format!("{left} {arrow} {right}  default {value}"),
            None => format!("{left} {arrow} {right}  on create"),
        }
    }
}
