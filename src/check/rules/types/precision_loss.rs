//! T003: digits after the decimal point are lost.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::catalog::FieldType;
use crate::model::{FieldView, Part, RowView, SyncView};
use crate::side::Side;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// The target of a number keeps as many digits after the decimal point as its source declares.
    ///
    /// # Why it matters
    /// What is rounded on one side differs from the other side for ever, and sums no longer agree.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   hours -> Days__c
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   key crm.Desk_Ticket_Id__c
    ///
    ///   subject -> Subject  default "none"
    ///   hours -> Days__c  via round(0)
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say that rounding is meant, with `via round(…)`, or give the target more digits.
    ///
    /// # How to waive
    /// `allow T003 in Ticket because "…" by "…" until 2027-06-30`
    pub T003
}

struct PrecisionLoss<'m> {
    sync: SyncView<'m>,
    losses: Vec<Loss<'m>>,
}

#[derive(Clone, Copy)]
struct Loss<'m> {
    row: RowView<'m>,
    target: FieldView<'m>,
    comes: u8,
    stays: u8,
}

/// Finds numbers that lose digits; once a sync, at the first one.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let losses = sync.ways().filter_map(|(row, to)| loss(row, to));
    let losses: Vec<Loss<'_>> = losses.collect();
    if let Some(first) = losses.first().copied() {
        cx.report(PrecisionLoss { sync, losses }.describe(first));
    }
}

fn loss(row: RowView<'_>, to: Side) -> Option<Loss<'_>> {
    if row.lane(!to)?.value.kind != Some(Kind::Number) {
        return None;
    }
    let (_, target) = row.writes(to)?;
    let stays = digits(target)?;
    let comes = digits(row.field(!to).filter(|_| row.passes(!to))?)?;
    (comes > stays).then_some(Loss {
        row,
        target,
        comes,
        stays,
    })
}

fn digits(field: FieldView<'_>) -> Option<u8> {
    match field.field.ty {
        FieldType::Integer => Some(0),
        FieldType::Number | FieldType::Currency | FieldType::Percent => field.field.scale,
        _ => None,
    }
}

impl PrecisionLoss<'_> {
    fn describe(&self, first: Loss<'_>) -> Diagnostic {
        let Loss {
            row,
            target,
            comes,
            stays,
        } = first;
        let others: Vec<String> = self
            .losses
            .iter()
            .skip(1)
            .map(|l| crate::text::quoted(l.target.name()))
            .collect();
        let also = if others.is_empty() {
            String::new()
        } else {
            format!(", and so do {}", crate::text::some(&others, 5, "and"))
        };
        let round = format!("via round({stays})");
        let rounded = Side::BOTH
            .into_iter()
            .filter(|from| row.lane(*from).is_some())
            .fold(row.draft(row.row.arrow.node), |draft, from| {
                draft.with(Part::Via, Some(from), round.as_str())
            });
        let finding = Diagnostic::new(
            Code::T003,
            format!(
                "`{}` keeps {}, {comes} can come{also}",
                target.full_name(),
                places(stays)
            ),
        )
        .at(row.row.head, "digits are lost here");
        finding
            .note(format!(
                "the two sides of `{}` would differ by what is rounded",
                self.sync.sync.name.node
            ))
            .help(format!(
                "give `{}` more digits, or say that it is meant\n  {}",
                target.name(),
                rounded
            ))
    }
}

fn places(digits: u8) -> String {
    match digits {
        0 => "no decimal places".into(),
        n => crate::text::count(n.into(), "decimal place"),
    }
}
