//! P010: a two-way row whose way back is not known.

use crate::check::Cx;
use crate::check::rules::computed;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::model::{Arrow, CellKind, Part, RowView, SyncView, ViaKind};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// What changes a value on a two-way row can be undone: by a normal form, a map, a function with a known inverse, or a pair
    /// `via { -> f, <- g }`. Both sides of the row are fields.
    ///
    /// # Why it matters
    /// Without a way back an edit of the other side has nowhere to go: it would be lost, or written untranslated.
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
    ///   summary <-> Short__c  via truncate(20)
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
    ///   summary -> Short__c  via truncate(20)
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the row travel one way, or state the function that leads back.
    ///
    /// # How to waive
    /// It cannot be waived: there is nothing to write.
    pub P010
}

enum NoInverse<'m> {
    Function {
        row: RowView<'m>,
        name: &'m str,
        via: Span,
    },
    Computed {
        row: RowView<'m>,
        side: Side,
    },
}

/// Finds two-way rows with a one-way function, or with a side that is not a field.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for row in sync.rows().filter(|r| r.two_way()) {
        let computed = |s: &Side| matches!(row.row.cells.get(*s).node, CellKind::Computed(_));
        if let Some(side) = Side::BOTH.into_iter().find(computed) {
            cx.report(NoInverse::Computed { row, side }.describe());
        } else if let Some(via) = &row.row.via
            && let ViaKind::OneWay(name) = &via.kind
        {
            cx.report(
                NoInverse::Function {
                    row,
                    name,
                    via: via.span,
                }
                .describe(),
            );
        }
    }
}

impl NoInverse<'_> {
    fn describe(&self) -> Diagnostic {
        match self {
            Self::Function { row, name, via } => Diagnostic::new(
                Code::P010,
                format!(
                    "`{}` travels both ways, and nothing undoes `{name}`",
                    row.row.name
                ),
            )
            .at(*via, "gives no way back")
            .at(row.row.arrow.span, "and this arrow needs one")
            .note("an edit on the other side could not be translated")
            .help(format!(
                "let it travel one way: `->` or `<-`
or state the function of each way
  {}",
                row.draft(Arrow::Both)
                    .with(Part::Via, Some(Side::Right), "via …")
            )),
            Self::Computed { row, side } => {
                Diagnostic::new(Code::P010, "a two-way row needs a field on both sides")
                    .at(row.row.cells.get(*side).span, "this can only be read")
                    .at(row.row.arrow.span, "and this arrow writes it, too")
                    .note("a constant, a computation or a path cannot be written")
                    .help(computed::help(*row, *side))
            }
        }
    }
}
