//! Statements that may stand once in a block, and stand there twice (S003).

use std::collections::BTreeMap;

use super::ast::{Block, LifecycleLine, Setting, SettingLine, Statement, SyncLine};
use super::recover::Reader;
use crate::diagnostic::{Code, Diagnostic};
use crate::side::Side;
use crate::source::Span;

/// Remembers what was said where, and reports what is said again.
struct Once<'a> {
    seen: BTreeMap<(&'static str, &'a str), Span>,
    found: Vec<Diagnostic>,
}

impl<'a> Once<'a> {
    const fn new() -> Self {
        Self {
            seen: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    fn say(&mut self, what: &'static str, of: &'a str, span: Span) {
        let Some(first) = self.seen.get(&(what, of)) else {
            self.seen.insert((what, of), span);
            return;
        };
        let words = format!("{what} {of}");
        self.found.push(
            Diagnostic::new(
                Code::S003,
                format!("`{}` is said twice in this block", words.trim()),
            )
            .at(span, "said again here")
            .at(*first, "first said here")
            .help("keep one of them"),
        );
    }

    fn finish(self, reader: &mut Reader) {
        self.found.into_iter().for_each(|d| reader.report(d));
    }
}

/// Of a `sync`, `fields` or `relation`.
pub(super) fn statements(reader: &mut Reader, block: &Block<SyncLine>) {
    let mut once = Once::new();
    for line in &block.lines {
        let SyncLine::Statement(statement) = &line.node else {
            continue;
        };
        let (what, of) = match statement {
            Statement::Match(_) | Statement::Protect { .. } => continue,
            Statement::Blank { direction, .. } => {
                let span = line.span;
                match (
                    direction.node.writes(Side::Right),
                    direction.node.writes(Side::Left),
                ) {
                    (true, true) if once.seen.contains_key(&("<- blank", "")) => {
                        once.say("<- blank", "", span)
                    }
                    (true, true) => {
                        once.say("-> blank", "", span);
                        once.seen.entry(("<- blank", "")).or_insert(span);
                    }
                    (true, false) => once.say("-> blank", "", span),
                    _ => once.say("<- blank", "", span),
                }
                continue;
            }
            Statement::Truth(_) => ("truth", ""),
            Statement::Mode(_) => ("only", ""),
            Statement::Many { side, .. } => ("many", side.as_str()),
            Statement::Key(_) => ("key", ""),
            Statement::Create(_) => ("create", ""),
            Statement::Delete(_) => ("delete", ""),
            Statement::After { sync, .. } => ("after", sync.as_str()),
            Statement::YieldsTo(_) => ("yields to", ""),
            Statement::ConvertsTo(_) => ("converts to", ""),
            Statement::From { side, .. } => ("from", side.as_str()),
            Statement::While { side, .. } => ("while", side.as_str()),
            Statement::Leave(_) => ("leave", ""),
            Statement::Handoff { .. } => ("handoff", ""),
            Statement::RecordType { system, .. } => ("record type", system.as_str()),
            Statement::Pipeline { system, .. } => ("pipeline", system.as_str()),
            Statement::Ends(_) => ("ends", ""),
        };
        once.say(what, of, line.span);
    }
    once.finish(reader);
}

/// Of a `lifecycle`.
pub(super) fn bounds(reader: &mut Reader, block: &Block<LifecycleLine>) {
    let mut once = Once::new();
    for line in &block.lines {
        match &line.node {
            LifecycleLine::Start(_) => once.say("start", "", line.span),
            LifecycleLine::Final(_) => once.say("final", "", line.span),
            LifecycleLine::Truth(_) => once.say("truth", "", line.span),
            _ => {}
        }
    }
    once.finish(reader);
}

/// Of a `system`.
pub(super) fn settings(reader: &mut Reader, block: &Block<SettingLine>) {
    let mut once = Once::new();
    for line in &block.lines {
        if let SettingLine::Setting(Setting { key, .. }) = &line.node {
            once.say("", key.as_str(), line.span);
        }
    }
    once.finish(reader);
}
