//! Relations, waivers, and the constructs that are kept for later analyses.

use std::str::FromStr;

use smol_str::SmolStr;

use super::Module;
use super::exprs::Scope;
use super::lookup::Cx;
use super::rows::docs;
use super::rules::unknown_name;
use super::symbols::{Global, Space, Symbol};
use crate::diagnostic::Code;
use crate::model::{Attribute, Deferred, End, FieldRef, Relation, Waiver};
use crate::side::{Side, Sides};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::ast::{self, Item, Operand, Statement, SyncLine};

/// Resolves relations: their objects, the syncs of their ends, the fields of their attributes.
pub(super) fn relations(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Relation(r) = &line.node else {
            return;
        };
        let ends = Sides::new(cx.relation_end(&r.left), cx.relation_end(&r.right));
        let mut between = Vec::new();
        let mut attributes = Vec::new();
        for line in &r.body.lines {
            match &line.node {
                SyncLine::Statement(Statement::Ends(names)) => {
                    for name in names {
                        between.extend(cx.sync(name).map(|s| Spanned::new(s, name.span)));
                    }
                }
                SyncLine::Row(row) => {
                    let text = cx.text(line.span).to_owned();
                    let fields = Sides::new(
                        cx.attribute(&r.left, &row.left, ends.left.object),
                        cx.attribute(&r.right, &row.right, ends.right.object),
                    );
                    for clause in &row.clauses {
                        if let ast::ClauseKind::Via(via) = &clause.node
                            && let ast::ViaKind::One(t) = &via.how
                            && cx.symbol(Space::Map, &t.name.text).is_none()
                        {
                            cx.unknown(Space::Map, "map", &t.name);
                        }
                    }
                    attributes.push(Attribute {
                        span: line.span,
                        text,
                        fields,
                    });
                }
                _ => {}
            }
        }
        cx.model.relations.push(Relation {
            name: Spanned::new(r.name.text.clone(), r.name.span),
            docs: docs(line),
            span: line.span,
            ends,
            between,
            attributes,
        });
        defer(
            cx,
            "relation",
            r.name.text.clone(),
            line.span,
            "many-to-many records are not written yet",
        );
    });
}

/// Keeps a declaration that this version does not execute, so that it is told.
pub(super) fn defer(
    cx: &mut Cx<'_>,
    construct: &'static str,
    name: SmolStr,
    span: Span,
    reason: &'static str,
) {
    cx.model.deferred.push(Deferred {
        construct,
        name,
        span,
        reason,
    });
}

impl Cx<'_> {
    fn relation_end(&mut self, side: &ast::RelationSide) -> End {
        match side {
            ast::RelationSide::Object(object) => self.end(object),
            ast::RelationSide::Association {
                system,
                from,
                to,
                span,
            } => {
                if let Some(system) = self.system(system) {
                    self.object(system, from);
                    self.object(system, to);
                }
                End {
                    span: *span,
                    object: None,
                }
            }
        }
    }

    /// A field of a relation's row. An association has a `label` and nothing else.
    fn attribute(
        &mut self,
        side: &ast::RelationSide,
        operand: &Operand,
        object: Option<crate::model::ObjectRef>,
    ) -> Option<FieldRef> {
        let Operand::Field(name) = operand else {
            return None;
        };
        if let ast::RelationSide::Association { .. } = side {
            if name.text != "label" {
                self.sink.push(unknown_name::describe(
                    "attribute of an association",
                    name,
                    ["label"].into_iter(),
                ));
            }
            return None;
        }
        self.field(object?, name)
    }

    fn check_expr(&mut self, object: &ast::ObjectRef, e: &ast::Expr) {
        for object in self.objects(object) {
            let scope = Scope::one(Side::Left, Some(object));
            self.condition(&scope, e);
        }
    }

    /// `salesforce.(Lead | Contact)`: the objects that are known.
    pub fn objects(&mut self, path: &ast::ObjectRef) -> Vec<crate::model::ObjectRef> {
        let Some(system) = self.system(&path.system) else {
            return Vec::new();
        };
        path.objects
            .iter()
            .filter_map(|name| self.object(system, name))
            .collect()
    }

    fn measure(&mut self, measure: &ast::Measure) {
        if let ast::Measure::Count {
            object, condition, ..
        } = measure
        {
            match condition {
                Some(condition) => self.check_expr(object, condition),
                None => {
                    self.objects(object);
                }
            }
        }
    }
}

/// Resolves the names of what is not executed by this version, and keeps each declaration so that it is reported.
pub(super) fn deferred(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| match &line.node {
        Item::Budget(b) => {
            cx.system(&b.system);
            defer(
                cx,
                "budget",
                b.system.text.clone(),
                line.span,
                "calls are not counted against it yet",
            );
        }
        Item::Volume(v) => {
            for entry in v.entries.nodes() {
                if let ast::VolumeEntry::Counts { object, .. } = entry {
                    cx.objects(object);
                }
            }
            defer(
                cx,
                "volume",
                v.per.text.clone(),
                line.span,
                "no estimate is made of it yet",
            );
        }
        Item::Metric(m) => {
            cx.measure(&m.measure);
            for clause in &m.clauses {
                if let ast::MetricClause::Equals(measure) = clause {
                    cx.measure(measure);
                }
            }
            defer(
                cx,
                "metric",
                m.name.text.clone(),
                line.span,
                "it is not counted yet",
            );
        }
        Item::Signoff(s) => defer(
            cx,
            "signoff",
            s.name.text.clone(),
            line.span,
            "no environment is gated by it yet",
        ),
        _ => {}
    });
}

/// Resolves waivers: their code, and the declaration or row that they are limited to.
pub(super) fn waivers(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        if line.node == Item::Broken {
            cx.half_waived(line.span);
        }
        let Item::Allow(a) = &line.node else { return };
        let code = Code::from_str(&a.code.text).ok();
        if code.is_none() {
            cx.sink.push(unknown_name::describe(
                "code",
                &a.code,
                Code::ALL.iter().map(|c| c.name()),
            ));
        }
        let scope = cx.waived(&a.path);
        cx.model.waivers.push(Waiver {
            span: line.span,
            code,
            scope,
            because: a.because.text.to_string(),
            by: a.by.text.to_string(),
            until: a.until.day,
        });
    });
}

impl Cx<'_> {
    /// What a waiver that cannot be read may allow is told when it has been mended, if it is still to be told.
    fn half_waived(&mut self, span: Span) {
        let mut words = self.text(span).split_whitespace();
        if words.next() != Some("allow") {
            return;
        }
        let code = words.next().and_then(|word| Code::from_str(word).ok());
        let files = self.sources.iter();
        let scope = files.map(|(id, file)| Span::new(id, 0, file.text().len() as u32));
        let scope = scope.collect();
        self.model.waivers.push(Waiver {
            span,
            code,
            scope,
            because: String::new(),
            by: String::new(),
            until: None,
        });
    }

    /// The places of the declaration that a path names, or of one row of it.
    fn waived(&mut self, path: &ast::Path) -> Vec<Span> {
        let [head, rest @ ..] = path.parts.as_slice() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if let Some(Global::Sync(id)) = self.symbols.get_global(&head.text) {
            let Some(sync) = self.model.syncs.get(id.index()) else {
                return found;
            };
            match rest.first() {
                None => found.push(sync.span),
                Some(row) => found.extend(
                    sync.rows
                        .iter()
                        .filter(|r| r.name == row.text)
                        .map(|r| r.span),
                ),
            }
        } else {
            for space in Space::ALL {
                let Some(symbol) = self.symbol(space, &head.text) else {
                    continue;
                };
                found.extend(self.place(symbol, rest));
            }
            let modules = self.modules;
            for line in modules.iter().flat_map(|m| &m.tree.items) {
                if line.node.name().is_some_and(|n| n.text == head.text)
                    && !found.contains(&line.span)
                {
                    found.push(line.span);
                }
            }
        }
        let unread = self.symbols.get_global(&head.text) == Some(Global::Poisoned);
        if found.is_empty() && !unread {
            let names = self
                .modules
                .iter()
                .flat_map(|m| &m.tree.items)
                .filter_map(|l| l.node.name());
            let known: Vec<SmolStr> = names.map(|n| n.text.clone()).collect();
            let name = rest.first().unwrap_or(head);
            self.sink.push(unknown_name::describe(
                "declaration or row",
                name,
                known.iter().map(SmolStr::as_str),
            ));
        }
        found
    }

    fn place(&self, symbol: Symbol, rest: &[ast::Name]) -> Vec<Span> {
        let (Symbol::Fields(module, item, _)
        | Symbol::Function(module, item)
        | Symbol::Const(module, item)) = symbol
        else {
            return Vec::new();
        };
        let Some(line) = self
            .modules
            .get(module)
            .and_then(|m| m.tree.items.get(item))
        else {
            return Vec::new();
        };
        match (&line.node, rest.first()) {
            (Item::Fields(fields), Some(row)) => {
                let lines = fields.body.lines.iter().filter(|l| {
                    matches!(&l.node, SyncLine::Row(r) if matches!(&r.left, Operand::Field(n) if n.text == row.text))
                });
                lines.map(|l| l.span).collect()
            }
            _ => vec![line.span],
        }
    }
}

/// The documentation of every file, by path.
pub(super) fn file_docs(modules: &[Module], sources: &Sources) -> Vec<(SmolStr, String)> {
    let mut docs = Vec::new();
    for module in modules.iter().filter(|m| !m.standard) {
        let Some(first) = module.tree.items.first() else {
            continue;
        };
        let text: Vec<&str> = first.trivia.file_docs().collect();
        if let (false, Some(file)) = (text.is_empty(), sources.get(module.tree.file)) {
            docs.push((file.path().into(), text.join("\n")));
        }
    }
    docs
}
