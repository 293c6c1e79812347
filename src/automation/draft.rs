//! An automation while it is read: what it reads and writes, and what of it was not understood.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::names::{Names, path_of};
use super::{
    Automation, Effect, Entry, Events, FieldName, Kind, Phase, Understood, logic, percent,
};
use crate::catalog::xml::Node;
use crate::formula::{self, Expr, Reference};
use crate::source::{FileId, Span};

/// A metadata file that has been read as XML.
#[derive(Debug)]
pub(super) struct Document {
    /// Its path.
    pub path: SmolStr,
    /// Its name without folder and suffix.
    pub stem: SmolStr,
    /// Its text among the sources.
    pub file: FileId,
    /// Its root element.
    pub root: Node,
}

impl Document {
    /// Where an element is named, or else where it stands.
    pub fn span(&self, node: &Node) -> Span {
        let named = ["name", "fullName", "label"]
            .iter()
            .find_map(|n| node.child(n))
            .unwrap_or(node);
        span(self.file, named)
    }
}

fn span(file: FileId, node: &Node) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(file, offset(node.at), offset(node.end))
}

/// Who an automation is.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub name: SmolStr,
    pub kind: Kind,
    pub file: SmolStr,
    pub element: SmolStr,
    pub span: Span,
    pub object: Option<SmolStr>,
    pub events: Option<Events>,
    pub phase: Phase,
    pub also: Vec<(Phase, Events)>,
    pub order: Option<u32>,
    pub entry: Entry,
    pub first: Option<Expr>,
}

impl Head {
    /// An automation of an element of a document that runs at each save, after it.
    pub fn new(kind: Kind, name: impl Into<SmolStr>, document: &Document, node: &Node) -> Self {
        let name = name.into();
        Self {
            element: name.clone(),
            name,
            kind,
            file: document.path.clone(),
            span: document.span(node),
            object: None,
            events: None,
            phase: Phase::AfterSave,
            also: Vec::new(),
            order: None,
            entry: Entry::EveryTime,
            first: None,
        }
    }
}

/// What is known of an automation so far.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub names: Names<'a>,
    pub guard: Option<Expr>,
    pub effects: Vec<Effect>,
    pub deletes: BTreeSet<SmolStr>,
    pub locks: bool,
    /// Nothing of it can be read.
    pub opaque: bool,
    reads: BTreeSet<FieldName>,
    reasons: Vec<String>,
}

impl<'a> Draft<'a> {
    pub const fn new(names: Names<'a>) -> Self {
        Self {
            names,
            guard: None,
            effects: Vec::new(),
            deletes: BTreeSet::new(),
            locks: false,
            opaque: false,
            reads: BTreeSet::new(),
            reasons: Vec::new(),
        }
    }

    /// It does something that is not understood. Each reason is told once, on one line.
    pub fn reason(&mut self, why: impl Into<String>) {
        let why = why.into().replace(char::is_control, " ");
        if !self.reasons.contains(&why) {
            self.reasons.push(why);
        }
    }

    /// Whether this is one of its reasons.
    pub fn has_reason(&self, why: &str) -> bool {
        self.reasons.iter().any(|r| r == why)
    }

    /// It reads the fields along a path from an object.
    pub fn read(&mut self, object: &str, path: &[SmolStr]) {
        let way = self.names.way(object, path);
        if !way.whole && !path.is_empty() {
            let path = path.join(".");
            self.reason(format!(
                "where `{path}` leads from `{object}` is not known without its describe"
            ));
        }
        self.reads.extend(way.fields);
    }

    /// It reads what an object's field is written as, be it one behind a reference.
    pub fn read_named(&mut self, object: &str, written: &str) {
        self.read(object, &path_of(written));
    }

    /// It reads a field.
    pub fn read_field(&mut self, field: FieldName) {
        self.reads.insert(field);
    }

    /// It reads a global, such as `$User.Department`, or `$RecordType.Name` of an object.
    pub fn read_global(&mut self, object: Option<&str>, path: &[SmolStr]) {
        let Some((global, rest)) = path.split_first() else {
            return;
        };
        match (global.to_ascii_lowercase().as_str(), rest) {
            ("$user", [_, ..]) => self.read("User", rest),
            ("$profile", [_]) => self.read("Profile", rest),
            ("$userrole", [_]) => self.read("UserRole", rest),
            ("$organization", [_]) => self.read("Organization", rest),
            ("$setup", [of, field]) => {
                let field = self.names.field(of, field);
                self.read_field(field);
            }
            ("$custommetadata", [of, _, field]) => {
                let field = self.names.field(of, field);
                self.read_field(field);
            }
            ("$recordtype", [_]) => {
                if let Some(object) = object {
                    let field = self.names.field(object, "RecordTypeId");
                    self.read_field(field);
                }
                self.read("RecordType", rest);
            }
            _ => {}
        }
    }

    /// It reads what a formula over a record of an object reads.
    pub fn read_formula(&mut self, object: &str, formula: &Expr) {
        let mut found: Vec<&Reference> = Vec::new();
        formula.visit(&mut |e| found.extend(e.as_reference().filter(|r| !r.merge)));
        for reference in found {
            match reference.path.first() {
                Some(first) if first.eq_ignore_ascii_case("$ObjectType") => {}
                Some(first) if first.starts_with('$') => {
                    self.read_global(Some(object), &reference.path);
                }
                // a formula may name its own object first
                Some(first)
                    if reference.path.len() > 1
                        && first.eq_ignore_ascii_case(object)
                        && self.names.known(object, &format!("{first}Id")).is_none() =>
                {
                    self.read(object, reference.path.get(1..).unwrap_or_default());
                }
                _ => self.read(object, &reference.path),
            }
        }
    }

    /// A formula over a record of an object, read and told of what is stored; a reason where it cannot be.
    pub fn formula(&mut self, object: &str, text: &str) -> Option<Expr> {
        match formula::parse(text) {
            Ok(formula) => {
                self.read_formula(object, &formula.root);
                Some(percent::of_stored(self.names, object, &formula.root))
            }
            Err(error) => {
                self.reason(format!("a formula cannot be read: {}", error.message));
                None
            }
        }
    }

    /// What a formula gives, as the number that a field stores.
    pub fn given(&self, target: &FieldName, value: Expr) -> Expr {
        let path = std::slice::from_ref(&target.field);
        match percent::is_percent(self.names, &target.object, path) {
            true => percent::stored(value),
            false => value,
        }
    }

    /// The automation.
    pub fn finish(self, head: Head) -> Automation {
        let understood = match (self.opaque, self.reasons.is_empty()) {
            (true, _) => Understood::Opaque,
            (false, true) => Understood::Full,
            (false, false) => Understood::Partly,
        };
        Automation {
            name: head.name,
            kind: head.kind,
            file: head.file,
            element: head.element,
            span: head.span,
            object: head.object,
            events: head.events,
            phase: head.phase,
            also: head.also,
            order: head.order,
            entry: head.entry,
            first: head.first,
            changes: self
                .guard
                .as_ref()
                .map(logic::demanded_changes)
                .unwrap_or_default(),
            guard: self.guard,
            reads: self.reads.into_iter().collect(),
            effects: self.effects,
            deletes: self.deletes.into_iter().collect(),
            locks: self.locks,
            understood,
            reasons: self.reasons,
        }
    }
}
