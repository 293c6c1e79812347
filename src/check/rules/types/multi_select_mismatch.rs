//! T007: one side holds several values, the other one.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::model::{ExprKind, FieldView, RowView, SyncView};
use crate::side::Side;
use crate::source::Span;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// A field that holds several values is mapped to one that holds several, and its picklist map is applied to each of them.
    ///
    /// # Why it matters
    /// Of several values one field can keep one: the others are lost, or all are stored as one text that no list knows.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   tags -> Language__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   tags -> Topics__c  via each Topic
    /// }
    /// picklist Topic: desk.ticket.tags -> crm.Case.Topics__c {
    ///   billing -> Billing
    ///   bug     -> Bug
    ///   idea    -> Idea
    /// }
    /// ```
    ///
    /// # How to fix
    /// Map a multi-select to a multi-select, with `via each`, or choose two fields that both hold one value.
    ///
    /// # How to waive
    /// `allow T007 in Ticket because "…" by "…" until 2027-06-30`
    pub T007
}

enum Mismatch<'m> {
    Several {
        source: Option<FieldView<'m>>,
        target: FieldView<'m>,
        head: Span,
    },
    Single {
        source: Option<FieldView<'m>>,
        target: FieldView<'m>,
        head: Span,
    },
    WantsEach {
        map: Span,
    },
    NotASet {
        map: Span,
    },
}

/// Finds rows between one value and several, and maps that are applied to the wrong of the two; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows() {
        if let Some(found) = Side::BOTH.into_iter().find_map(|to| mismatch(row, to)) {
            cx.report(found.describe());
        }
    }
}

fn mismatch(row: RowView<'_>, to: Side) -> Option<Mismatch<'_>> {
    let (lane, target) = row.writes(to)?;
    let (source, head, map) = (row.field(!to), row.row.head, lane.value.span);
    let set = Some(Kind::Set);
    let comes = match &lane.value.node {
        ExprKind::Unknown => return None,
        ExprKind::Map { input, .. } | ExprKind::Each { input, .. } => input.kind,
        _ => lane.value.kind,
    };
    let each = matches!(lane.value.node, ExprKind::Each { .. });
    let mapped = each || matches!(lane.value.node, ExprKind::Map { .. });
    match (comes == set, target.kind()) {
        (true, Kind::Text) => Some(Mismatch::Several {
            source,
            target,
            head,
        }),
        (false, Kind::Set) if comes == Some(Kind::Text) => Some(Mismatch::Single {
            source,
            target,
            head,
        }),
        (true, Kind::Set) if mapped && !each => Some(Mismatch::WantsEach { map }),
        (false, _) if each && comes.is_some() => Some(Mismatch::NotASet { map }),
        _ => None,
    }
}

impl Mismatch<'_> {
    fn describe(&self) -> Diagnostic {
        let name = |f: &Option<FieldView<'_>>| {
            f.map_or_else(|| "the source".into(), |f| format!("`{}`", f.name()))
        };
        let choose = "choose two fields that both hold one value, or both several";
        match self {
            Self::Several {
                source,
                target,
                head,
            } => Diagnostic::new(
                Code::T007,
                format!(
                    "{} holds several values, and `{}` holds one",
                    name(source),
                    target.name()
                ),
            )
            .at(*head, "from several values to one")
            .note("all but one of the values would be lost")
            .help(choose),
            Self::Single {
                source,
                target,
                head,
            } => Diagnostic::new(
                Code::T007,
                format!(
                    "{} holds one value, and `{}` holds several",
                    name(source),
                    target.name()
                ),
            )
            .at(*head, "from one value to several")
            .note("the one value would replace all the others")
            .help(choose),
            Self::WantsEach { map } => {
                Diagnostic::new(Code::T007, "this map takes one value, and several come")
                    .at(*map, "applied to all of them at once")
                    .help("write `each` before its name: the map is applied to every value")
            }
            Self::NotASet { map } => {
                Diagnostic::new(Code::T007, "`each` takes several values, and one comes")
                    .at(*map, "applied to each of one value")
                    .help("drop `each`")
            }
        }
    }
}
