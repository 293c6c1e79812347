//! I011: a filter that no record passes.

use crate::analyze::{Answer, admission, satisfy};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, SyncView};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// `from … where` and `while … where` hold for some record, together with the record type or pipeline that the sync is
    /// narrowed to.
    ///
    /// # Why it matters
    /// A sync that admits nothing does nothing, without a word.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where priority = high and priority = urgent
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where priority = high or priority = urgent
    ///   key  crm.Desk_Ticket_Id__c
    ///   subject -> Subject  default "none", via truncate(80)
    /// }
    /// ```
    ///
    /// # How to fix
    /// Ask for what one record can have: `or` where it says `and`, most often.
    ///
    /// # How to waive
    /// It cannot be waived: delete the sync, or let it admit something.
    pub I011
}

/// Finds filters that never hold.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for sync in cx.model.sync_views() {
        for side in Side::BOTH {
            found.extend(never(sync, side));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn never(sync: SyncView<'_>, side: Side) -> Option<Diagnostic> {
    let impossible = |conditions: &[Expr]| {
        let conditions: Vec<&Expr> = conditions.iter().collect();
        satisfy(sync.model, &conditions, &[]) == Answer::No
    };
    let admitted = admission(sync, side);
    let from = sync.sync.from.get(side).as_ref();
    if let Some(filter) = from.filter(|_| impossible(&admitted)) {
        let alone = impossible(filter.condition.as_slice());
        let narrowed = sync.sync.narrowed.get(side).as_ref().filter(|_| !alone);
        return Some(describe(sync, side, filter.span, narrowed.map(|n| n.span)));
    }
    let stays = sync.sync.active_while.get(side).as_ref()?;
    impossible(stays.condition.as_slice()).then(|| describe(sync, side, stays.span, None))
}

fn describe(sync: SyncView<'_>, side: Side, place: Span, narrowed: Option<Span>) -> Diagnostic {
    let object = sync.sync.ends.get(side).object;
    let object = object.map_or_else(Default::default, |o| sync.model.object_name(o));
    let finding = Diagnostic::new(Code::I011, format!("no `{object}` ever passes this filter"));
    let finding = match narrowed {
        Some(narrowed) => finding
            .at(place, "never holds")
            .at(narrowed, "together with this"),
        None => finding.at(place, "never holds"),
    };
    finding
        .note(format!(
            "`{}` would do nothing, without a word",
            sync.sync.name.node
        ))
        .help("ask for what one record can have together: `or` where it says `and`, most often")
}
