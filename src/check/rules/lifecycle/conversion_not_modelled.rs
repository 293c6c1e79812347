//! L012: records are converted, and the lifecycle does not say what that means.

use super::words::{head, whole};
use crate::analyze::Life;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{SyncView, Transition};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// Where a column's records are converted into others, as leads are in Salesforce, a line says what the conversion means
    /// (`by conversion`), and the sync of these records says where the link goes (`converts to`). And only where there is such a
    /// column does a line say so, and only of the system that has it.
    ///
    /// # Why it matters
    /// A converted lead is read-only and its status final: without a line it vanishes from the lifecycle, or looks like a move
    /// that nobody permits.
    ///
    /// # Example
    /// ```sync,fail
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column lead     crm.Lead.Status
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         Open | Working
    ///   sold:      opportunity,  Converted
    ///   lost:      other,        Rejected
    ///
    ///   start visitor
    ///   visitor -> talking  by desk
    ///   talking -> sold     by crm
    ///   talking -> lost     by crm
    ///   final sold, lost
    /// }
    /// ```
    /// ```sync,pass
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column lead     crm.Lead.Status
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         Open | Working
    ///   sold:      opportunity,  Converted
    ///   lost:      other,        Rejected
    ///
    ///   start visitor
    ///   visitor -> talking  by desk
    ///   talking -> sold     by crm  by conversion
    ///   talking -> lost     by crm
    ///   final sold, lost
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say which stage a conversion leads to: `talking -> sold  by crm by conversion`.
    ///
    /// # How to waive
    /// `allow L012 in Journey because "…" by "…" until 2027-06-30`
    pub L012
}

/// Finds columns whose records are converted without a line or a link for it, and lines `by conversion` without such a column.
pub fn run(cx: &mut Cx<'_>) {
    let strays: Vec<_> = cx.model.sync_views().filter_map(stray).collect();
    strays.into_iter().for_each(|f| cx.report(f));
    for (life, _) in whole(cx.model, cx.facts) {
        let lines = &life.lifecycle.transitions;
        let converted = life.columns().find(|c| life.converts(*c));
        let line = lines.iter().find(|t| t.conversion.is_some());
        match (converted, line) {
            (Some(column), None) if !lines.is_empty() => cx.report(no_line(life, column)),
            (Some(column), Some(line)) => {
                lines
                    .iter()
                    .for_each(|t| others_convert(cx, life, column, t));
                if let Some(sync) = stays(life, column) {
                    cx.report(link_stays(life, column, sync, line));
                }
            }
            (None, Some(line)) => cx.report(nothing_converts(line)),
            _ => {}
        }
    }
}

/// Reports who is said to convert and has no column of records that are converted.
fn others_convert(cx: &mut Cx<'_>, life: Life<'_>, column: usize, line: &Transition) {
    let able = |system| {
        let mut columns = life.columns();
        columns.any(|c| life.converts(c) && life.system(c) == Some(system))
    };
    let others = line.by.iter().filter(|by| !able(by.node));
    for by in others.filter(|_| line.conversion.is_some()) {
        let owner = life.system(column).map_or("", |s| life.system_name(s));
        let name = life.system_name(by.node);
        cx.report(
            Diagnostic::new(Code::L012, format!("`{name}` converts no records"))
                .at(by.span, "so nobody there makes this move")
                .at(place(life, column), "these records are converted")
                .note(format!(
                    "a `{}` is converted in `{owner}`, and nowhere else",
                    object(life, column)
                ))
                .help(format!("let `{owner}` convert\n  by {owner} by conversion\nor let `{name}` make the move with an edit, without `by conversion`")),
        );
    }
}

/// A sync that is said to convert to one that keeps the same object, or links it with another one: the link cannot follow.
fn stray(sync: SyncView<'_>) -> Option<Diagnostic> {
    let to = sync.sync.converts_to.as_ref()?;
    let target = sync.model.sync(to.node)?;
    let object = |s: SyncView<'_>, side: Side| s.sync.ends.get(side).object;
    let follows = |target: SyncView<'_>| {
        let stays = |side: Side| object(sync, side) == object(target, side);
        stays(Side::Left) != stays(Side::Right)
    };
    let known = |s| object(s, Side::Left).is_some() && object(s, Side::Right).is_some();
    if !known(sync) || !known(target) || follows(target) {
        return None;
    }
    let (from, into) = (&sync.sync.name.node, &target.sync.name.node);
    let message = format!("no record of `{from}` is converted into one of `{into}`");
    let finding = Diagnostic::new(Code::L012, message)
        .at(to.span, "the link would follow to here")
        .at(
            target.sync.header,
            "which does not link the same with another",
        )
        .note("of a linked pair one record is converted, and the other one stays what it is");
    let others = || sync.model.sync_views().filter(|s| s.id != sync.id);
    Some(match others().find(|s| s.merges() && follows(*s)) {
        Some(meant) => finding.help(format!(
            "name the sync of what it becomes\n  converts to {}",
            meant.sync.name.node
        )),
        None => finding.help("add a sync of what it becomes, or leave `converts to` out"),
    })
}

/// The sync of a column's records, where it does not say what they are converted to.
fn stays<'m>(life: Life<'m>, column: usize) -> Option<SyncView<'m>> {
    let object = life.field(column)?.id.object;
    let of_it = |s: &SyncView<'_>| {
        s.merges()
            && Side::BOTH
                .into_iter()
                .any(|side| s.sync.ends.get(side).object == Some(object))
    };
    let mut syncs = life.model.sync_views().filter(of_it);
    let first = syncs.next()?;
    let mut all = std::iter::once(first).chain(syncs);
    all.all(|s| s.sync.converts_to.is_none()).then_some(first)
}

fn place(life: Life<'_>, column: usize) -> Span {
    let columns = &life.lifecycle.columns;
    columns
        .get(column)
        .map_or(life.lifecycle.span, |c| c.name.span)
}

fn object(life: Life<'_>, column: usize) -> String {
    life.field(column)
        .map_or_else(String::new, |f| f.object.name.to_string())
}

fn no_line(life: Life<'_>, column: usize) -> Diagnostic {
    let by = life.system(column).map_or("", |s| life.system_name(s));
    Diagnostic::new(
        Code::L012,
        format!(
            "a `{}` can be converted, and no line says what that means",
            object(life, column)
        ),
    )
    .at(
        place(life, column),
        "the records of this column are converted",
    )
    .note("a converted record is read-only, and leaves its column for good")
    .help(format!(
        "say which stage a conversion leads to\n  … -> …  by {by} by conversion"
    ))
}

fn link_stays(life: Life<'_>, column: usize, sync: SyncView<'_>, line: &Transition) -> Diagnostic {
    let name = &sync.sync.name.node;
    Diagnostic::new(
        Code::L012,
        format!(
            "the sync `{name}` does not say what a converted `{}` becomes",
            object(life, column)
        ),
    )
    .at(
        line.conversion.unwrap_or(line.span),
        "this move is a conversion",
    )
    .at(sync.sync.header, "and the link of the record stays behind")
    .note("the person would be linked with a record that nobody can write any more")
    .help("say in the sync where the link goes\n  converts to …")
}

fn nothing_converts(line: &Transition) -> Diagnostic {
    Diagnostic::new(Code::L012, "no column has records that are converted")
        .at(
            line.conversion.unwrap_or(line.span),
            "nothing can be converted",
        )
        .at(head(line), "so this never happens")
        .note("Salesforce converts leads, and no other records")
        .help("add a column on `Lead`, or let the move be an edit")
}
