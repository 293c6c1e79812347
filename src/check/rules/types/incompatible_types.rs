//! T001: the kind of value that arrives is not the kind that the field holds.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};

use crate::analyze::Writing;
use crate::catalog::FieldType;
use crate::model::{ExprKind, FieldView, KeyPart, Part, RowView, SyncView, ViaKind};
use crate::side::{Side, Sides};
use crate::value::Kind;

rule! {
    /// # What it checks
    /// The value that a row brings, after its `via`, is of the kind that the target holds, and a `match` compares values of one
    /// kind. Texts of all forms and picklist values are one kind. A `key` writes ids, which are free text, and `delete … flag`
    /// writes true.
    ///
    /// # Why it matters
    /// A text in a number field is refused, record by record, on the first day. Where the platform converts by itself, it does
    /// so by rules of its own. A number never equals a text that is no number, so a match of the two finds nothing, and every
    /// record is created a second time.
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

/// Finds keys in fields that hold no free text or too short a one, and flags in fields that hold something else than true or
/// false.
pub fn of_statements(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    let facts = cx.facts;
    for write in facts.writes_of(sync.id) {
        let Some(field) = cx.model.field(write.field) else {
            continue;
        };
        let title = field.system.kind.title();
        let (what, writes, help) = match write.by {
            Writing::Key if !holds_ids(&field.field.ty) => (
                "the id of the other record",
                "this key writes ids",
                "name a text field of its own, which the system keeps unique and finds records by",
            ),
            Writing::Key if is_too_short(sync, field) => (
                "the id of the other record",
                "ids of the other system are longer",
                "name a field of its own, with room for 36 characters",
            ),
            Writing::Flag if field.kind() != Kind::Bool => (
                "true",
                "this flag is true or false",
                "name a field that holds true or false",
            ),
            _ => continue,
        };
        let holds = match field.field.length {
            Some(length) if matches!(write.by, Writing::Key) && holds_ids(&field.field.ty) => {
                format!("{length} characters")
            }
            _ => field.field.ty.word().to_owned(),
        };
        let message = format!("`{}` holds {holds}, and {writes}", field.full_name());
        let note = format!("{title} would refuse the value, or lose what the field holds");
        let finding = Diagnostic::new(Code::T001, message)
            .at(write.span, format!("writes {what}"))
            .note(note)
            .help(help);
        cx.report(finding);
    }
}

/// Whether a key writes ids into a field that are longer than it takes.
fn is_too_short(sync: SyncView<'_>, field: FieldView<'_>) -> bool {
    let ends = &sync.sync.ends;
    let mut sides = Side::BOTH.into_iter();
    let other = sides.find(|s| ends.get(*s).object != Some(field.id.object));
    let ids = other.and_then(|side| sync.profile(side));
    let limit = field.field.text_limit(field.system.profile);
    limit
        .zip(ids)
        .is_some_and(|(most, ids)| most < ids.id_length)
}

/// Whether a field takes any id as a text.
fn holds_ids(ty: &FieldType) -> bool {
    ty.kind() == Kind::Text
        && !matches!(
            ty,
            FieldType::Picklist
                | FieldType::Reference
                | FieldType::Email
                | FieldType::Address
                | FieldType::Location
                | FieldType::Binary
        )
}

/// Finds match keys that compare values of two kinds. A key of plain fields takes the form of the row that maps them, whose `via`
/// brings them together.
pub fn of_keys(cx: &mut Cx<'_>, sync: SyncView<'_>) {
    for part in sync.sync.keys.iter().flat_map(|k| &k.parts) {
        if let Some(found) = apart(sync, part) {
            cx.report(found);
        }
    }
}

fn apart(sync: SyncView<'_>, part: &KeyPart) -> Option<Diagnostic> {
    let poisoned = Side::BOTH.iter().any(|s| part.sides.get(*s).is_poisoned());
    let kinds = (part.sides.left.kind?, part.sides.right.kind?);
    let alike =
        kinds.0 == kinds.1 || matches!(kinds, (Kind::Text, Kind::Set) | (Kind::Set, Kind::Text));
    let field = |side: Side| match part.sides.get(side).node {
        ExprKind::Field { field, .. } => Some(field),
        _ => None,
    };
    let fields = Sides::new(field(Side::Left), field(Side::Right));
    let mapped = fields.left.is_some()
        && fields.right.is_some()
        && sync.rows().any(|r| {
            let maps = |s: Side| r.row.cells.get(s).field() == *fields.get(s);
            maps(Side::Left) && maps(Side::Right)
        });
    if poisoned || alike || mapped {
        return None;
    }
    let message = format!(
        "a match compares {} with {}",
        kinds.0.word(),
        kinds.1.word()
    );
    let function = match kinds {
        (Kind::Number, Kind::Text) | (Kind::Text, Kind::Number) => "number",
        (Kind::Bool, Kind::Text) | (Kind::Text, Kind::Bool) => "bool",
        (Kind::DateTime, Kind::Date) | (Kind::Date, Kind::DateTime) => "date",
        _ => "",
    };
    let help = if function.is_empty() {
        "match fields of one kind".to_owned()
    } else {
        format!("match fields of one kind, or bring both to one with `{function}(…)`")
    };
    let finding = Diagnostic::new(Code::T001, message)
        .at(part.span, "of two kinds")
        .note("values of two kinds are not equal: nothing matches, and records are made a second time")
        .help(help);
    Some(finding)
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
                "convert it\n  {}",
                self.row.draft(self.row.row.arrow.node).with(
                    Part::Via,
                    None,
                    format!("via {function}")
                )
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
        // any text would come into the list
        let listed = |side| self.row.field(side).is_some_and(|f| f.picklist().is_some());
        if Side::BOTH.into_iter().any(listed) {
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
