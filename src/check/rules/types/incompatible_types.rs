//! T001: the kind of value that arrives is not the kind that the field holds.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::catalog::FieldType;
use crate::model::{FieldView, RowView, SyncView, ViaKind};
use crate::side::Side;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// The value that a row brings, after its `via`, is of the kind that the target holds. Texts of all forms and picklist
    /// values are one kind.
    ///
    /// # Why it matters
    /// A text in a number field is refused, record by record, on the first day. Where the platform converts by itself, it does
    /// so by rules of its own.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   language -> Amount__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   language -> Amount__c  via number
    /// }
    /// ```
    ///
    /// # How to fix
    /// Convert with a function, or map another field.
    ///
    /// # How to waive
    /// `allow T001 in Ticket because "…" by "…" until 2027-06-30`: records whose value cannot be written are held.
    pub T001
}

struct IncompatibleTypes<'m> {
    row: RowView<'m>,
    to: Side,
    arrives: Kind,
    target: FieldView<'m>,
}

/// Finds rows whose value is of another kind than their target; once a row.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows().filter(|r| !(r.two_way() && r.cannot_go_back())) {
        if let Some(found) = Side::BOTH.into_iter().find_map(|to| mismatch(row, to)) {
            cx.report(found.describe());
        }
    }
}

fn mismatch(row: RowView<'_>, to: Side) -> Option<IncompatibleTypes<'_>> {
    let (lane, target) = row.writes(to).filter(|(_, t)| !t.field.read_only())?;
    let arrives = lane.value.kind.filter(|_| !lane.value.is_poisoned())?;
    let elsewhere = matches!(
        (arrives, target.kind()),
        (Kind::Date, Kind::DateTime)
            | (Kind::DateTime, Kind::Date)
            | (Kind::Text, Kind::Set)
            | (Kind::Set, Kind::Text)
    );
    let compound = |f: FieldView<'_>| {
        matches!(
            f.field.ty,
            FieldType::Address | FieldType::Location | FieldType::Binary
        )
    };
    let opaque = row.passes(!to)
        && row
            .field(!to)
            .is_some_and(|s| (compound(s) || compound(target)) && s.field.ty != target.field.ty);
    let differs = arrives != target.kind() && !elsewhere;
    (differs || opaque).then_some(IncompatibleTypes {
        row,
        to,
        arrives,
        target,
    })
}

impl IncompatibleTypes<'_> {
    fn describe(&self) -> Diagnostic {
        let holds = self.target.field.ty.word();
        let finding = match (self.row.field(!self.to), &self.row.row.via) {
            (_, Some(via)) => Diagnostic::new(
                Code::T001,
                format!(
                    "`{}` holds {holds}, and this `via` gives {}",
                    self.target.full_name(),
                    self.arrives.word()
                ),
            )
            .at(via.span, format!("gives {}", self.arrives.word()))
            .at(self.row.row.cells.get(self.to).span, format!("for {holds}")),
            (source, None) => {
                let comes = source.map_or(self.arrives.word(), |s| s.field.ty.word());
                Diagnostic::new(
                    Code::T001,
                    format!(
                        "`{}` holds {holds}, and {comes} comes",
                        self.target.full_name()
                    ),
                )
                .at(self.row.row.head, format!("from {comes} into {holds}"))
            }
        };
        let finding = finding.note(format!(
            "{} would refuse the value, or convert it by rules of its own",
            self.target.system.kind.title()
        ));
        match self.conversion() {
            Some(function) => finding.help(format!(
                "convert it\n  {}  via {function}",
                self.row.written(self.row.row.arrow.node)
            )),
            None => finding.help("map a field of the same kind"),
        }
    }

    /// A function of the library that makes one kind of the other.
    fn conversion(&self) -> Option<&'static str> {
        if !matches!(
            self.row.row.via.as_ref().map(|v| &v.kind),
            None | Some(ViaKind::Unknown)
        ) {
            return None;
        }
        let other = |kind| {
            if self.arrives == kind {
                self.target.kind()
            } else {
                self.arrives
            }
        };
        match (self.arrives, self.target.kind()) {
            (_, Kind::Number) => Some("number"),
            (_, Kind::Bool) => Some("bool"),
            (_, Kind::Text) if !self.row.two_way() => Some("text"),
            (_, Kind::Text) => match other(Kind::Text) {
                Kind::Number => Some("number"),
                Kind::Bool => Some("bool"),
                _ => None,
            },
            _ => None,
        }
    }
}
