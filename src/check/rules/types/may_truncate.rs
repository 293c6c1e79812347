//! T002: a text can be longer than the field that it is written to.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::{Reach, reach};
use crate::catalog::FieldType;
use crate::diagnostic::Level;
use crate::model::{Arrow, FieldView, Part, RowView, SyncView};
use crate::side::Side;
use crate::text::quoted;
use crate::value::Kind;

rule! {
    /// # What it checks
    /// No text can come that is longer than its target. Where a side declares no lengths, one hint a sync lists the targets that
    /// do.
    ///
    /// # Why it matters
    /// The platform refuses a value that is too long, and with it the whole record.
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
    ///   summary -> Short__c
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
    /// Cut the text where that is acceptable, or make the target longer.
    ///
    /// # How to waive
    /// `allow T002 in Ticket because "…" by "…" until 2027-06-30`: a record with a longer text is held.
    pub T002
}

struct MayTruncate<'m> {
    row: RowView<'m>,
    target: FieldView<'m>,
    longest: u32,
    room: u32,
}

struct UnknownLengths<'m> {
    sync: SyncView<'m>,
    targets: Vec<(FieldView<'m>, u32)>,
    /// The first of their rows that changes nothing yet, with the side that it writes.
    plain: Option<(RowView<'m>, Side, u32)>,
}

/// Finds texts that are declared longer than their target; and, once a sync, targets whose source declares no length.
pub fn run(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let mut targets: Vec<(FieldView<'_>, u32)> = Vec::new();
    let mut plain = None;
    for (row, to) in sync.ways().filter(|(row, _)| !row.is_companion()) {
        let Some((target, room)) = room(row, to) else {
            continue;
        };
        match reach(row, !to) {
            Reach::AtMost(longest) if longest > room => {
                cx.report(
                    MayTruncate {
                        row,
                        target,
                        longest,
                        room,
                    }
                    .describe(to),
                );
            }
            Reach::AtMost(_) => {}
            Reach::Open if target.field.ty == FieldType::LongText => {}
            Reach::Open if targets.iter().any(|(f, _)| f.id == target.id) => {}
            Reach::Open => {
                targets.push((target, room));
                if plain.is_none() && row.row.via.is_none() {
                    plain = Some((row, to, room));
                }
            }
        }
    }
    if !targets.is_empty() {
        let unknown = UnknownLengths {
            sync,
            targets,
            plain,
        };
        cx.report(unknown.describe());
    }
}

/// The target of a text, and how long it may be there; nothing for what is short by nature or is chosen from a list.
fn room(row: RowView<'_>, to: Side) -> Option<(FieldView<'_>, u32)> {
    use FieldType as T;
    let (lane, target) = row.writes(to)?;
    let text = lane.value.kind == Some(Kind::Text) && target.kind() == Kind::Text;
    let chosen = matches!(
        target.field.ty,
        T::Picklist | T::Combobox | T::Reference | T::Id | T::Email | T::Phone
    );
    let room = target.field.length?;
    (text && !chosen && !lane.value.is_poisoned()).then_some((target, room))
}

impl MayTruncate<'_> {
    fn describe(&self, to: Side) -> Diagnostic {
        let (longest, room) = (self.longest, self.room);
        let field = self.target.name();
        let one_way = Arrow::from(!to);
        let help = match cut(self.row, one_way, to, room) {
            Some(cut) => format!("make `{field}` longer, or cut the text\n  {cut}"),
            None => format!("make `{field}` longer, or let what the row applies cut the text"),
        };
        Diagnostic::new(
            Code::T002,
            format!(
                "`{}` takes {room} characters, and up to {longest} can come",
                self.target.full_name()
            ),
        )
        .at(
            self.row.row.head,
            format!("up to {longest} characters into {room}"),
        )
        .note(format!(
            "{} refuses a record with a value that is too long",
            self.target.system.kind.title()
        ))
        .help(help)
    }
}

impl UnknownLengths<'_> {
    fn describe(&self) -> Diagnostic {
        let targets = self.targets.iter();
        let targets = targets.map(|(f, room)| format!("{} ({room})", quoted(f.name())));
        let fields = crate::text::some(&targets.collect::<Vec<_>>(), 5, "and");
        Diagnostic::new(Code::T002, format!("texts without a declared length go into {fields}"))
            .level(Level::Hint)
            .at(self.sync.sync.header, "the other side states no lengths")
            .note("a record with a longer text is held, and listed with its reason")
            .help(match self.plain.and_then(|(row, to, room)| cut(row, row.row.arrow.node, to, room)) {
                Some(cut) => format!("cut what may be cut, as in\n  {cut}\na data profile shows whether there are longer texts"),
                None => "cut what may be cut with `via truncate(…)`; a data profile shows whether there are longer texts".to_owned(),
            })
    }
}

/// A row with a cut, where it applies nothing yet: a cut has no way back, so one that travels both ways says what goes back.
fn cut(row: RowView<'_>, arrow: Arrow, to: Side, room: u32) -> Option<String> {
    if row.row.via.is_some() {
        return None;
    }
    let cut = format!("via truncate({room})");
    let cut = row.draft(arrow).with(Part::Via, Some(!to), cut);
    Some(match arrow {
        Arrow::Both => cut.with(Part::Via, Some(to), "via trim").to_string(),
        Arrow::Left | Arrow::Right => cut.to_string(),
    })
}
