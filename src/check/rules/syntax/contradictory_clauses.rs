//! S004: clauses that exclude each other, or that can do nothing.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{
    Arrow, Authority, BlankPolicy, Lane, Mode, Row, RowView, Stated, SyncView, Timing,
};
use crate::side::Side;
use crate::source::{Span, Spanned};
use crate::value::Value;

rule! {
    /// # What it checks
    /// What one row, and one sync, says can all be true at once, and every clause can do something.
    ///
    /// # Why it matters
    /// Of two clauses that exclude each other one is not what its writer meant. A clause that can do nothing reads like a
    /// decision and is none.
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
    ///   notes <-> Description  prefer desk unless blank, <- blank clears
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
    ///   notes <-> Description  prefer desk unless blank
    /// }
    /// ```
    ///
    /// # How to fix
    /// Keep the clause that says what you mean.
    ///
    /// # How to waive
    /// It cannot be waived: a row that contradicts itself has no meaning.
    pub S004
}

#[derive(Clone, Copy)]
enum Clash {
    PreferClears,
    PreferFills,
    WinsFills,
    FillsClears,
    CreatesClears,
    CreatesFills,
    EnforcesBothWays,
    EnforcesFills,
    EnforcesCreates,
    AuthorityOneWay,
    NoSuchDirection(Side),
    BlankDefault,
    AgainstSync(Arrow),
    LinkOnlyRow,
    AppendOnly(&'static str),
}

struct Contradiction<'m> {
    name: &'m str,
    clash: Clash,
    here: Span,
    against: Span,
}

/// Finds contradictions of rows, and between rows and the kind of their sync.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    of_sync(sync, &mut |found| cx.report(found.describe()));
    for row in sync.rows().filter(|r| !r.is_companion()) {
        of_row(row, &mut |found| cx.report(found.describe()));
    }
}

fn of_sync(sync: SyncView<'_>, report: &mut impl FnMut(Contradiction<'_>)) {
    if sync.sync.mode != Mode::AppendOnly {
        return;
    }
    let keys = sync.sync.keys.iter().map(|k| ("match", k.span));
    let many = Side::BOTH
        .into_iter()
        .filter_map(|s| Some(("many", sync.sync.many.get(s).as_ref()?.span)));
    for (word, here) in keys.chain(many) {
        let name = sync.sync.name.node.as_str();
        report(Contradiction {
            name,
            clash: Clash::AppendOnly(word),
            here,
            against: sync.sync.header,
        });
    }
}

fn of_row(row: RowView<'_>, report: &mut impl FnMut(Contradiction<'_>)) {
    let name = row.row.name.as_str();
    let mut found = |clash, here, against| {
        report(Contradiction {
            name,
            clash,
            here,
            against,
        })
    };
    let (sync, arrow) = (row.sync.sync, &row.row.arrow);
    if sync.mode == Mode::LinkOnly {
        return found(Clash::LinkOnlyRow, row.row.head, sync.header);
    }
    if Side::BOTH
        .into_iter()
        .any(|s| row.lane(s).is_some() && !sync.arrow.node.goes_from(s))
    {
        return found(
            Clash::AgainstSync(sync.arrow.node),
            arrow.span,
            sync.arrow.span,
        );
    }
    if let Some(authority) = row.row.authority.as_ref().filter(|_| !row.two_way()) {
        found(Clash::AuthorityOneWay, authority.span, arrow.span);
    }
    for stated in &row.row.stated {
        if let Some(side) = limited_to(stated).filter(|s| row.lane(*s).is_none()) {
            found(Clash::NoSuchDirection(side), stated.span, arrow.span);
        }
    }
    let enforced = row
        .row
        .stated
        .iter()
        .find(|s| matches!(s.node, Stated::Enforce(_)));
    if let Some(enforced) = enforced.filter(|_| row.two_way()) {
        found(Clash::EnforcesBothWays, enforced.span, arrow.span);
    }
    let plain = row.row.stated.is_empty();
    for side in Side::BOTH {
        if let Some(lane) = row.lane(side).filter(|l| !plain || l.default.is_some()) {
            of_lane(row, side, lane, &mut found);
        }
    }
}

fn of_lane(row: RowView<'_>, side: Side, lane: &Lane, found: &mut impl FnMut(Clash, Span, Span)) {
    let stated = |wanted: fn(&Stated) -> bool| said(row.row, side, wanted);
    let clears = stated(|s| matches!(s, Stated::Blank(_, BlankPolicy::Clears)));
    let fills = stated(|s| matches!(s, Stated::Timing(_, Timing::FillOnly)));
    let creates = stated(|s| matches!(s, Stated::Timing(_, Timing::OnCreate)));
    let enforces = stated(|s| matches!(s, Stated::Enforce(_))).filter(|_| !row.two_way());
    let authority = row.row.authority.as_ref().filter(|_| row.two_way());
    let prefers = authority
        .filter(|a| matches!(a.node, Authority::PreferUnlessBlank(_)))
        .map(|a| a.span);
    let into = authority
        .filter(|a| a.node == Authority::PreferUnlessBlank(!side))
        .map(|a| a.span);
    let wins = authority
        .filter(|a| a.node == Authority::Wins(side))
        .map(|a| a.span);
    let pairs = [
        (Clash::PreferClears, clears, into),
        (Clash::PreferFills, fills, prefers),
        (Clash::WinsFills, fills, wins),
        (
            Clash::FillsClears,
            clears.filter(|_| lane.default.is_none()),
            fills,
        ),
        (Clash::CreatesClears, clears, creates),
        (Clash::CreatesFills, fills, creates),
        (Clash::EnforcesFills, enforces, fills),
        (Clash::EnforcesCreates, enforces, creates),
    ];
    for (clash, here, against) in pairs {
        if let Some((here, against)) = here.zip(against) {
            found(clash, here, against);
        }
    }
    if let Some(default) = lane
        .default
        .as_ref()
        .filter(|d| blank_in_normal_form(row, &d.node))
    {
        found(
            Clash::BlankDefault,
            default.span,
            row.row.normal.as_ref().map_or(default.span, |n| n.span),
        );
    }
}

fn said(row: &Row, side: Side, wanted: fn(&Stated) -> bool) -> Option<Span> {
    let here = |s: &&Spanned<Stated>| limited_to(s).is_none_or(|d| d == side) && wanted(&s.node);
    row.stated.iter().find(here).map(|s| s.span)
}

const fn limited_to(stated: &Spanned<Stated>) -> Option<Side> {
    match stated.node {
        Stated::Blank(side, _)
        | Stated::Timing(side, _)
        | Stated::Default(side)
        | Stated::Enforce(side) => side,
        Stated::Half(side) => Some(side),
    }
}

fn blank_in_normal_form(row: RowView<'_>, default: &Value) -> bool {
    let normal = row.row.normal.as_ref();
    default.is_blank()
        || normal
            .and_then(|n| crate::analyze::eval(row.sync.model, n, default))
            .is_some_and(|v| v.is_blank())
}

impl Contradiction<'_> {
    fn describe(&self) -> Diagnostic {
        let (what, why, help) = self.clash.words();
        let finding =
            Diagnostic::new(Code::S004, format!("`{}` {what}", self.name)).at(self.here, "this");
        let finding = if self.against == self.here {
            finding
        } else {
            finding.at(self.against, "contradicts this")
        };
        finding.note(why).help(help)
    }
}

impl Clash {
    fn words(self) -> (String, &'static str, String) {
        let (what, why, help) = match self {
            Self::PreferClears => (
                "clears a side that it prefers",
                "the other side may only fill a blank of the preferred side, so there is nothing that it could clear",
                "drop one of the two clauses",
            ),
            Self::PreferFills => (
                "prefers a side unless it is blank, and only fills blanks",
                "the preferred side is filled only where it is blank anyway, and the other side must follow it",
                "drop `fill only`",
            ),
            Self::WinsFills => (
                "lets a side win that may only fill blanks",
                "a side that wins must be able to overwrite the other one",
                "drop one of the two clauses",
            ),
            Self::FillsClears => (
                "only fills blanks, and clears",
                "a blank that is written into a blank changes nothing",
                "drop one of the two clauses",
            ),
            Self::CreatesClears => (
                "writes on create only, and clears",
                "a record that is being created has nothing to clear",
                "drop `blank clears`",
            ),
            Self::CreatesFills => (
                "writes on create only, and only fills blanks",
                "in a record that is being created every field is blank",
                "drop `fill only`",
            ),
            Self::EnforcesBothWays => (
                "enforces a value that may change on both sides",
                "on a two-way row a change of the other side is an edit, not drift",
                "drop `enforce`, or let the row travel one way",
            ),
            Self::EnforcesFills => (
                "enforces a value that it only fills in",
                "what differs from the source would be put back, and may not be overwritten",
                "drop one of the two clauses",
            ),
            Self::EnforcesCreates => (
                "enforces a value that it writes on create only",
                "what is written once is not put back later",
                "drop one of the two clauses",
            ),
            Self::AuthorityOneWay => (
                "travels one way, and says who wins",
                "with one writer there is no conflict to win",
                "drop the clause, or write `<->`",
            ),
            Self::NoSuchDirection(side) => {
                return (
                    format!(
                        "does not travel `{}`, and this clause is about that direction",
                        Arrow::from(side).text()
                    ),
                    "the clause can do nothing",
                    "drop the clause, or write `<->`".into(),
                );
            }
            Self::BlankDefault => (
                "has a default that is blank",
                "a blank cannot stand in for a blank",
                "write the value that a blank stands for",
            ),
            Self::AgainstSync(arrow) => {
                return (
                    format!(
                        "travels in a direction that its sync, which goes `{}`, does not have",
                        arrow.text()
                    ),
                    "the arrow of a sync limits all its rows",
                    format!("write `{}`", arrow.text()),
                );
            }
            Self::LinkOnlyRow => (
                "is a row of a `link only` sync",
                "such a sync recognises records and writes nothing",
                "delete the row, or `link only`",
            ),
            Self::AppendOnly(word) => {
                return (
                    format!("is `append only`, and has a `{word}`"),
                    "what is written once is never recognised again",
                    format!("delete the `{word}`, or `append only`"),
                );
            }
        };
        (what.into(), why, help.into())
    }
}
