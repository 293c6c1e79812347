//! T012: free text is written into a picklist.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::catalog::FieldType;
use crate::diagnostic::Level;
use crate::model::{
    CellKind, Expr, ExprKind, Fallback, FieldView, Model, NormalizeTable, RowView, SyncView,
    ViaKind,
};
use crate::side::Side;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// Between a field that holds any text and one that holds values of a list stands a map, or something else whose results are
    /// known.
    ///
    /// # Why it matters
    /// A list that refuses unknown values refuses the whole record; one that stores them fills reports with values that nobody
    /// counts.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   language -> Priority
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   priority -> Priority  via Rank
    /// }
    /// picklist Rank: desk.ticket.priority -> crm.Case.Priority {
    ///   low          -> Low
    ///   normal       -> Medium
    ///   high, urgent -> High
    /// }
    /// ```
    ///
    /// # How to fix
    /// Map the values, and say with `else` what all other texts become.
    ///
    /// # How to waive
    /// `allow T012 in Ticket because "…" by "…" until 2027-06-30`
    pub T012
}

struct TextIntoPicklist<'m> {
    row: RowView<'m>,
    to: Side,
    target: FieldView<'m>,
}

/// Finds rows that bring any text into a list of values; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync
        .rows()
        .filter(|r| r.row.through.is_none() && !r.is_companion())
    {
        if let Some(found) = Side::BOTH.into_iter().find_map(|to| free(row, to)) {
            cx.report(found.describe());
        }
    }
}

fn free(row: RowView<'_>, to: Side) -> Option<TextIntoPicklist<'_>> {
    let (lane, target) = row.writes(to)?;
    let listed = target.picklist().is_some() && target.field.ty != FieldType::Combobox;
    let text = lane.value.kind == Some(Kind::Text) && target.kind() == Kind::Text;
    if !listed || !text {
        return None;
    }
    let model = row.sync.model;
    let source = match &row.row.cells.get(!to).node {
        CellKind::Field(f) => model.field(*f).is_some_and(is_free),
        CellKind::Computed(e) => any_text(model, e, false),
        CellKind::Unknown => false,
    };
    any_text(model, &lane.value, source).then_some(TextIntoPicklist { row, to, target })
}

/// A field whose values no list limits.
fn is_free(field: FieldView<'_>) -> bool {
    field.field.picklist.is_none()
}

/// Whether an expression can give any text, where its input can (`input`).
fn any_text(model: &Model, e: &Expr, input: bool) -> bool {
    match &e.node {
        ExprKind::Input => input,
        ExprKind::Field { field, .. } | ExprKind::Related { field, .. } => {
            model.field(*field).is_some_and(is_free)
        }
        ExprKind::Call { arguments, .. } => arguments.iter().any(|a| any_text(model, a, input)),
        ExprKind::Arithmetic { left, right, .. } => {
            any_text(model, left, input) || any_text(model, right, input)
        }
        ExprKind::Normalize { table, .. } => {
            let table = model.normalizers.get(table.index());
            let keeps = |t: &NormalizeTable| match &t.otherwise {
                Some(otherwise) => matches!(otherwise.fallback, Fallback::Keep),
                None => !model.is_incomplete(t.span),
            };
            input && table.is_some_and(keeps)
        }
        _ => false,
    }
}

impl TextIntoPicklist<'_> {
    fn describe(&self) -> Diagnostic {
        let title = self.target.system.kind.title();
        let (level, fate) = if self.target.rejects_unknown() {
            (
                Level::Error,
                format!("{title} refuses a record with a value that is not in the list"),
            )
        } else {
            (
                Level::Warning,
                format!(
                    "{title} stores a value that is not in the list, and reports count it apart"
                ),
            )
        };
        let source = self
            .row
            .field(!self.to)
            .map_or_else(|| "…".to_owned(), |f| f.full_name().to_string());
        let (left, right) = match self.to {
            Side::Right => (source, self.target.full_name().to_string()),
            Side::Left => (self.target.full_name().to_string(), source),
        };
        let finding = Diagnostic::new(
            Code::T012,
            format!(
                "`{}` takes values of a list, and any text can come",
                self.target.full_name()
            ),
        )
        .level(level)
        .at(self.row.row.head, "any text, as it is written")
        .note(fate);
        let arrow = self.row.row.arrow.node.text();
        match self.row.row.via.as_ref().map(|v| &v.kind) {
            Some(ViaKind::Normalize(_)) => finding.help("let its `else` be a value of the list, `blank` or `reject`"),
            _ => finding.help(format!("map the values\n  picklist NAME: {left} {arrow} {right} {{ … }}\nand apply the map: via NAME")),
        }
    }
}
