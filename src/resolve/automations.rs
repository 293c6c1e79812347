//! Writers that are not the spec: declared automations, those that were read from metadata, and what the platforms write by
//! themselves.
//!
//! In come declarations and automations with names, and the profiles; out go [`Automation`]s with ids.

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::exprs::Scope;
use super::lookup::Cx;
use super::rules::unknown_name;
use crate::automation::Automations;
use crate::catalog::FieldIdx;
use crate::model::{
    Automation, Effect, Entry, Events, Expr, ExprKind, FieldRef, Model, ObjectRef, Phase,
    StartedBy, SystemId, Written,
};
use crate::platform::Automations as Run;
use crate::source::Span;
use crate::syntax::ast::{self, AutomationLine, Item, Trigger};
use crate::value::Value;

mod formulas;
mod metadata;
mod platform;
mod user;

/// Resolves every `automation` of the spec, then what was read from the metadata of its systems, then what their platforms
/// write.
pub(super) fn automations(cx: &mut Cx<'_>, read: &[(SmolStr, Automations)]) {
    cx.each_item(|cx, line| {
        if let Item::Automation(declared) = &line.node
            && let Some(system) = cx.system(&declared.system)
        {
            let before = cx.sink.iter().count();
            let found = cx.declared(system, declared);
            // what a wrong name or a broken line would have done is not known, and nothing follows from it
            let broken = declared.body.nodes().any(|l| *l == AutomationLine::Broken);
            if !broken && cx.sink.iter().count() == before {
                cx.model.automations.push(found);
            }
        }
    });
    metadata::bind(&mut cx.model, read);
    platform::writes(&mut cx.model);
}

impl Cx<'_> {
    fn declared(&mut self, system: SystemId, declared: &ast::Automation) -> Automation {
        let scope = self.heads(system, declared);
        let mut found = Automation {
            name: declared.name.text.clone(),
            kind: "declared automation",
            span: declared.name.span,
            system,
            object: None,
            phase: self.phase(system),
            order: None,
            events: Events::Saved,
            changes: Vec::new(),
            by: StartedBy::Anyone,
            entry: Entry::EveryTime,
            guard: None,
            effects: Vec::new(),
            opaque: None,
            asks: Vec::new(),
        };
        for line in declared.body.nodes() {
            match line {
                AutomationLine::When(Trigger::Changes(paths, condition)) => {
                    let fields = paths
                        .iter()
                        .filter_map(|p| self.automation_field(&scope, p));
                    found.changes.extend(fields.map(|(f, _)| f));
                    if let Some(e) = condition {
                        let condition = self.condition(&scope, e);
                        found.guard = Some(both(found.guard.take(), condition));
                    }
                }
                AutomationLine::When(Trigger::BecomesTrue(e)) => {
                    let condition = self.condition(&scope, e);
                    found.entry = Entry::BecomesTrue;
                    found.guard = Some(both(found.guard.take(), condition));
                }
                AutomationLine::Writes(paths) => {
                    for path in paths {
                        let target = self.automation_field(&scope, path);
                        found.effects.extend(target.map(|t| effect(t, None)));
                    }
                }
                AutomationLine::Sets { field, value } => {
                    if let Some(target) = self.automation_field(&scope, field) {
                        let written = ast::Expr {
                            node: ast::ExprKind::Path(field.clone()),
                            span: field.span,
                        };
                        let value = match &value.node {
                            ast::ExprKind::Name(name) if name.text == "blank" => {
                                Expr::constant(Value::Blank, value.span)
                            }
                            _ => self.beside(&scope, &written, value).1,
                        };
                        found.effects.push(effect(target, Some(value)));
                    }
                }
                AutomationLine::Broken => {}
            }
        }
        self.start(&mut found);
        found
    }

    /// Code of Salesforce runs in the transaction of the change; workflows of HubSpot run when their queue comes to them.
    fn phase(&self, system: SystemId) -> Phase {
        let profile = self
            .model
            .systems
            .get(system.index())
            .map(|s| s.profile.automations);
        match profile {
            Some(Run::Later) => Phase::Later,
            _ => Phase::AfterSave,
        }
    }

    /// The objects that the paths of an automation start at, each looked up once.
    fn heads(&mut self, system: SystemId, declared: &ast::Automation) -> Scope {
        let mut scope = Scope::default();
        for path in paths(declared) {
            let [head, .., _] = path.parts.as_slice() else {
                continue;
            };
            if head.text == "env" || scope.heads.iter().any(|(n, _)| *n == head.text) {
                continue;
            }
            let object = if head.text == declared.system.text && path.parts.len() > 2 {
                self.sink.push(unknown_name::system_again(path));
                None
            } else {
                self.object(system, head)
            };
            scope.heads.push((head.text.clone(), object));
        }
        scope
    }

    /// `Account.Rating`: an object of the automation's system and a field.
    fn automation_field(&mut self, scope: &Scope, path: &ast::Path) -> Option<(FieldRef, Span)> {
        let known_wrong = |head: &ast::Name| scope.head(&head.text) == Some(None);
        if path.parts.first().is_some_and(known_wrong) {
            return None;
        }
        if path.parts.len() != 2 {
            self.sink.push(unknown_name::not_a_field_path(path.span));
            return None;
        }
        match self.path(scope, path).node {
            ExprKind::Field { field, .. } => Some((field, path.span)),
            _ => None,
        }
    }

    /// Decides which object starts an automation, and what its fields of other objects are as seen from there.
    fn start(&self, found: &mut Automation) {
        let condition = found.guard.iter().flat_map(Expr::fields).map(|(_, f, _)| f);
        let targets = found.effects.iter().map(|e| e.target);
        let mut named = found
            .changes
            .iter()
            .copied()
            .chain(condition)
            .chain(targets);
        let Some(object) = named.next().map(|f| f.object) else {
            return;
        };
        found.object = Some(object);
        found.changes.retain(|f| f.object == object);
        for effect in &mut found.effects {
            effect.record = written(&self.model, object, effect.target.object);
            if let Some(value) = &mut effect.value {
                self.seen_from(object, value);
            }
        }
        if let Some(guard) = &mut found.guard {
            self.seen_from(object, guard);
        }
    }

    /// Fields of another object are read along the only reference to it; where there is none, the value is unknown.
    fn seen_from(&self, object: ObjectRef, e: &mut Expr) {
        e.rewrite(&mut |e| {
            let found = match e.node {
                ExprKind::Field { side, field } if field.object != object => {
                    let reference = only_reference(&self.model, object, field.object);
                    reference.map(|(_, reference)| ExprKind::Related {
                        side,
                        reference,
                        field,
                    })
                }
                ExprKind::Changed { field, .. } if field.object != object => None,
                _ => return,
            };
            e.node = found.unwrap_or(ExprKind::Unknown);
        });
    }
}

/// The record of an object that an automation of another one writes, where a single reference joins the two.
fn written(model: &Model, from: ObjectRef, to: ObjectRef) -> Written {
    if from == to {
        return Written::Itself;
    }
    let there = only_reference(model, from, to);
    let back = only_reference(model, to, from);
    match (there, back) {
        (Some((Kept::InField, reference)), _) => Written::Referenced(reference),
        (_, Some((Kept::InField, reference))) => Written::Referring(reference),
        (Some((_, reference)), _) => Written::Referenced(reference),
        (None, Some((_, reference))) => Written::Referring(reference),
        (None, None) => Written::Found,
    }
}

/// How a record refers to another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// By a field that holds the id.
    InField,
    /// By an association. Where there is a field as well, as for the primary company of a contact, the field says which record is
    /// meant, and from its side.
    AsAssociation,
}

/// The reference of one object to another, where there is just one. Fields come before associations.
fn only_reference(model: &Model, from: ObjectRef, to: ObjectRef) -> Option<(Kept, FieldRef)> {
    let (from_object, to_object) = (model.object(from)?, model.object(to)?);
    let all = (0..).zip(&from_object.fields).filter(|(_, f)| {
        let mut names = f.references.iter();
        names.any(|n| n.eq_ignore_ascii_case(&to_object.name))
    });
    let kept = |name: &str| match from_object.association(name) {
        None => Kept::InField,
        Some(_) => Kept::AsAssociation,
    };
    let all: Vec<(Kept, u32)> = all.map(|(at, f)| (kept(&f.name), at)).collect();
    let in_field = all.iter().any(|(kept, _)| *kept == Kept::InField);
    let mut found = all
        .into_iter()
        .filter(|(kept, _)| !in_field || *kept == Kept::InField);
    let (kept, at) = found.next()?;
    found.next().is_none().then_some((
        kept,
        FieldRef {
            object: from,
            field: FieldIdx(at),
        },
    ))
}

const fn effect((target, span): (FieldRef, Span), value: Option<Expr>) -> Effect {
    Effect {
        span,
        target,
        record: Written::Itself,
        when: None,
        value,
        stamp: None,
    }
}

fn both(first: Option<Expr>, second: Expr) -> Expr {
    match first {
        None => second,
        Some(first) => Expr {
            span: first.span,
            kind: second.kind,
            node: ExprKind::All(thin_vec![first, second]),
        },
    }
}

/// Every path of a declaration, in order.
fn paths(declared: &ast::Automation) -> Vec<&ast::Path> {
    let mut found = Vec::new();
    for line in declared.body.nodes() {
        match line {
            AutomationLine::When(Trigger::Changes(paths, condition)) => {
                found.extend(paths);
                condition.iter().for_each(|e| paths_of(e, &mut found));
            }
            AutomationLine::Writes(paths) => found.extend(paths),
            AutomationLine::When(Trigger::BecomesTrue(e)) => paths_of(e, &mut found),
            AutomationLine::Sets { field, value } => {
                found.push(field);
                paths_of(value, &mut found);
            }
            AutomationLine::Broken => {}
        }
    }
    found
}

fn paths_of<'a>(e: &'a ast::Expr, found: &mut Vec<&'a ast::Path>) {
    match &e.node {
        ast::ExprKind::Path(path) => found.push(path),
        ast::ExprKind::Group(inner)
        | ast::ExprKind::Not(inner)
        | ast::ExprKind::Negative(inner)
        | ast::ExprKind::Changed(inner)
        | ast::ExprKind::In { value: inner, .. }
        | ast::ExprKind::Is { value: inner, .. } => paths_of(inner, found),
        ast::ExprKind::Binary { left, right, .. } => {
            paths_of(left, found);
            paths_of(right, found);
        }
        ast::ExprKind::Call { arguments, .. } => {
            arguments.iter().for_each(|a| paths_of(a, found));
        }
        _ => {}
    }
}
