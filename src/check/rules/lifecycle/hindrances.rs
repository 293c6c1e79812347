//! Why a lifecycle is not carried out, in words.

use smol_str::SmolStr;

use super::lost_to_rows::lost_to_rows;
use super::words::head;
use crate::analyze::{Automaton, Cause, Chain, Hindrance, Life, clusters};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::Span;

/// What stands against carrying a lifecycle out, as the end of a sentence.
pub fn hindrance(life: Life<'_>, found: Hindrance) -> String {
    let field = |column| {
        life.field(column)
            .map_or_else(SmolStr::default, |f| f.full_name())
    };
    let object = |column| {
        let object = life.field(column).map(|f| f.id.object);
        object.map_or_else(SmolStr::default, |o| life.model.object_name(o))
    };
    let name = |column: usize| {
        let column = life.lifecycle.columns.get(column);
        column.map_or("", |c| c.name.node.as_str())
    };
    match found {
        Hindrance::NoField => "a column has no field".into(),
        Hindrance::ManySystems => "its columns are of more than two systems".into(),
        Hindrance::NoHub => "all its records are found through others".into(),
        Hindrance::NotLinked(column) => {
            format!(
                "no two-way sync links its columns with `{}`",
                object(column)
            )
        }
        Hindrance::LinkedOften(column) => {
            format!("several syncs link its columns with `{}`", object(column))
        }
        Hindrance::References(_) => "a column is found through the references of a sync".into(),
        Hindrance::LeadsNowhere(column) => {
            let name = life.through(column).map_or("", |r| r.name.node.as_str());
            format!("the records of `{name}` do not lead from one column to another")
        }
        Hindrance::ReadOnly(column) => format!("`{}` cannot be written", field(column)),
        Hindrance::Protected(column) => format!("`{}` is protected", field(column)),
        Hindrance::Row(column) => format!("a row writes `{}`, too", field(column)),
        Hindrance::Shared(column) => format!("another lifecycle has `{}`, too", field(column)),
        Hindrance::OneOfMany {
            transition,
            by,
            column,
        } => {
            let line = life.lifecycle.transitions.get(transition);
            format!(
                "a move by `{}` to `{}` would have to write one of several records of `{}`",
                life.system_name(by),
                line.map_or("", |t| life.lifecycle.stage_name(t.to.node)),
                name(column),
            )
        }
        Hindrance::ClosedUnknown(column) => {
            format!(
                "no catalog says in which stages `{}` is closed",
                name(column)
            )
        }
    }
}

/// A lifecycle that moves nobody, though it has lines that permit it and nothing else is wrong with them.
pub(super) fn not_carried_out(life: Life<'_>, facts: &Automaton) -> Option<Diagnostic> {
    let lifecycle = life.lifecycle;
    let found = clusters(life).err()?;
    let of_row = |c: &Chain| {
        let mut reactions = c.reactions.iter();
        reactions.any(|r| matches!(r.cause, Cause::Row(_)))
    };
    let told = match found {
        Hindrance::NoField | Hindrance::Protected(_) => true,
        Hindrance::Row(_) => {
            facts.chains.iter().any(of_row) || !lost_to_rows(life, facts).is_empty()
        }
        // who converts nothing makes no move, which is told
        Hindrance::OneOfMany { transition, .. } => {
            let line = lifecycle.transitions.get(transition);
            line.is_some_and(|t| t.conversion.is_some())
        }
        // what links them may be in a declaration that could not be read
        Hindrance::NotLinked(_) | Hindrance::LeadsNowhere(_) | Hindrance::NoHub => {
            lifecycle.transitions.is_empty() || !life.model.incomplete.is_empty()
        }
        _ => lifecycle.transitions.is_empty(),
    };
    if told {
        return None;
    }
    let column = |column: usize| lifecycle.columns.get(column).map(|c| c.name.span);
    let at = |at: Option<Span>| at.unwrap_or(lifecycle.name.span);
    let name = &lifecycle.name.node;
    let message = format!("`{name}` moves nobody: {}", hindrance(life, found));
    let finding = Diagnostic::new(Code::L013, message).level(Level::Warning);
    let (finding, help) = match found {
        Hindrance::OneOfMany {
            transition,
            column: many,
            ..
        } => {
            let line = lifecycle.transitions.get(transition);
            let own = life.system(many).map_or("", |s| life.system_name(s));
            let finding = finding
                .at(at(line.map(head)), "this line permits the move")
                .at(at(column(many)), "one of several records shows it");
            let to = line.map_or("", |t| lifecycle.stage_name(t.to.node));
            (
                finding,
                format!("let `{own}` alone make the move to `{to}`\n  by {own}"),
            )
        }
        Hindrance::NoField
        | Hindrance::Protected(_)
        | Hindrance::ManySystems
        | Hindrance::NoHub => {
            let finding = finding.at(lifecycle.name.span, "this one");
            (
                finding,
                "let its columns be of two systems, one of them with a record that a sync links"
                    .into(),
            )
        }
        Hindrance::NotLinked(c)
        | Hindrance::LinkedOften(c)
        | Hindrance::References(c)
        | Hindrance::LeadsNowhere(c) => {
            let finding = finding.at(at(column(c)), "no one way leads to this record");
            (finding, "link it with the first column by one sync in both directions, or by a relation between linked records".into())
        }
        Hindrance::ReadOnly(c) | Hindrance::Row(c) | Hindrance::Shared(c) => {
            let finding = finding.at(at(column(c)), "this lifecycle alone has to write it");
            (finding, "take the other writer out, or the column".into())
        }
        Hindrance::ClosedUnknown(c) => {
            let finding = finding.at(at(column(c)), "which of these is open?");
            (finding, "say `furthest`, `latest` or `earliest` without `open` and `closed`, or import the catalog again with its stages".into())
        }
    };
    Some(
        finding
            .note("a lifecycle is carried out whole, or not at all: it is checked and documented, and no move travels")
            .help(help),
    )
}
