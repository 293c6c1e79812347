//! Names and paths: a field of the records in sight, or of one that a reference leads to.

use smol_str::SmolStr;

use super::super::lookup::Cx;
use super::super::rules::unknown_name;
use super::super::symbols::{Space, Symbol};
use super::{Scope, Sight};
use crate::model::{Expr, ExprKind, FieldRef, ObjectRef};
use crate::side::Side;
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::value::Kind;

impl Cx<'_> {
    pub(super) fn name(&mut self, scope: &Scope, name: &Name) -> Expr {
        if let Some((_, value)) = scope.params.iter().find(|(n, _)| *n == name.text) {
            return value.clone();
        }
        if let Some(found) = self.find_in_scope(scope, &name.text) {
            return self.of_field(found.0, found.1, name.span);
        }
        match self.symbol(Space::Const, &name.text) {
            Some(Symbol::Const(module, item)) => self.constant(module, item, name.span),
            Some(Symbol::Poisoned) if scope.sight == Sight::Values => Expr::unknown(name.span),
            _ => self.field_expr(scope, name, name.span),
        }
    }

    /// A field of either side by its API name, without a word if there is none.
    pub fn find_in_scope(&self, scope: &Scope, name: &str) -> Option<(Side, FieldRef)> {
        let first = scope.first.unwrap_or(Side::Left);
        [first, !first].into_iter().find_map(|side| {
            let object = (*scope.objects.get(side))?;
            self.find_field(object, name).map(|f| (side, f))
        })
    }

    /// A field of a side as an expression.
    pub fn of_field(&self, side: Side, field: FieldRef, span: Span) -> Expr {
        let kind = self.model.field(field).map(|f| f.kind());
        Expr {
            node: ExprKind::Field { side, field },
            span,
            kind,
        }
    }

    pub(super) fn field_expr(&mut self, scope: &Scope, name: &Name, span: Span) -> Expr {
        if scope.poisoned() {
            return Expr::unknown(span);
        }
        if let Some((side, field)) = self.find_in_scope(scope, &name.text) {
            return self.of_field(side, field, span);
        }
        let first = scope.first.unwrap_or(Side::Left);
        match [first, !first]
            .into_iter()
            .find_map(|s| *scope.objects.get(s))
        {
            Some(object) => {
                self.field(object, name);
            }
            None if scope.sight == Sight::Values => self.no_value(scope, name),
            None if !scope.heads.is_empty() => {
                self.sink.push(unknown_name::not_a_field_path(span));
            }
            None => {
                let columns = scope.columns.iter().map(|(n, _)| n.as_str());
                self.sink
                    .push(unknown_name::describe("column", name, columns));
            }
        }
        Expr::unknown(span)
    }

    /// Reports a name that is no value where only values can stand.
    fn no_value(&mut self, scope: &Scope, name: &Name) {
        let mut known = self.visible(Space::Const);
        self.meant(self.module, &name.text, &known);
        known.extend(scope.params.iter().map(|(n, _)| n.clone()));
        let what = match scope.around.is_empty() {
            true => "constant",
            false => "parameter or constant",
        };
        let known = known.iter().map(SmolStr::as_str);
        self.sink.push(unknown_name::describe(what, name, known));
    }

    /// `contact.hubspotscore`, `env.default_owner`, `hubspot.country`, `Account.Tier__c`.
    pub fn path(&mut self, scope: &Scope, path: &ast::Path) -> Expr {
        let [head, rest @ .., last] = path.parts.as_slice() else {
            return Expr::unknown(path.span);
        };
        if head.text == "env" && rest.is_empty() {
            if !self.environments.contains(&last.text) {
                let known: Vec<SmolStr> = self.environments.to_vec();
                self.sink.push(unknown_name::environment(last, &known));
                return Expr::unknown(path.span);
            }
            return Expr {
                node: ExprKind::Env(last.text.clone()),
                span: path.span,
                kind: Some(Kind::Text),
            };
        }
        if scope.sight == Sight::Values {
            self.sink.push(unknown_name::no_record(path));
            return Expr::unknown(path.span);
        }
        let first = scope.first.unwrap_or(Side::Left);
        let (owners, hops) = if let Some(object) = scope.head(&head.text) {
            (vec![(Side::Left, object)], rest)
        } else if let Some(side) = self.side_of_system(scope, head) {
            (vec![(side, *scope.objects.get(side))], rest)
        } else {
            let both = [first, !first].map(|s| (s, *scope.objects.get(s)));
            let hops = path.parts.split_last().map_or(&[][..], |(_, hops)| hops);
            (both.to_vec(), hops)
        };
        match (hops, owners.first()) {
            ([], Some((side, owner))) => {
                let field = owner.and_then(|o| self.field(o, last));
                field.map_or_else(
                    || Expr::unknown(path.span),
                    |f| self.of_field(*side, f, path.span),
                )
            }
            ([reference], _) if !scope.poisoned() => {
                self.related(scope, &owners, reference, last, path.span)
            }
            ([_, second, ..], _) if !scope.poisoned() => {
                self.sink.push(unknown_name::too_far(second));
                Expr::unknown(path.span)
            }
            _ => Expr::unknown(path.span),
        }
    }

    fn side_of_system(&self, scope: &Scope, name: &Name) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| {
            let system = scope
                .objects
                .get(*side)
                .and_then(|o| self.model.systems.get(o.system.index()));
            system.is_some_and(|s| s.name.node == name.text)
        })
    }

    /// A field of the record that a reference names, of the first owner that has such a reference.
    fn related(
        &mut self,
        scope: &Scope,
        owners: &[(Side, Option<ObjectRef>)],
        head: &Name,
        last: &Name,
        span: Span,
    ) -> Expr {
        let known = owners.iter().filter_map(|(side, o)| Some((*side, (*o)?)));
        for (side, owner) in known.clone() {
            let Some(reference) = self.reference(owner, &head.text) else {
                continue;
            };
            let Some(object) = self.target(reference, &last.text) else {
                let field = self.model.field_name(reference);
                self.sink.push(unknown_name::leads_nowhere(head, &field));
                return Expr::unknown(span);
            };
            let Some(field) = self.field(object, last) else {
                return Expr::unknown(span);
            };
            let kind = self.model.field(field).map(|f| f.kind());
            return Expr {
                node: ExprKind::Related {
                    side,
                    reference,
                    field,
                },
                span,
                kind,
            };
        }
        match known.clone().next() {
            Some((_, object)) => {
                if let Some(field) = self.field(object, head) {
                    let found = self.model.field(field);
                    if let Some(finding) = found.map(|f| unknown_name::no_reference(head, last, f))
                    {
                        self.sink.push(finding);
                    }
                }
            }
            None if owners.len() > 1 => {
                let heads = scope.columns.iter().chain(&scope.heads);
                let known = heads.map(|(n, _)| n.as_str());
                let what = if scope.columns.is_empty() {
                    "object"
                } else {
                    "column"
                };
                self.sink.push(unknown_name::describe(what, head, known));
            }
            None => {}
        }
        Expr::unknown(span)
    }

    /// The object that a reference leads to: of several the first that has a field of the name.
    fn target(&self, reference: FieldRef, field: &str) -> Option<ObjectRef> {
        let view = self.model.field(reference)?;
        let catalog = self.model.catalogs.get(&view.system.name.node)?;
        let system = reference.object.system;
        let mut targets: Vec<ObjectRef> = view
            .field
            .references
            .iter()
            .filter_map(|t| {
                let object = catalog.object(t)?;
                Some(ObjectRef { system, object })
            })
            .collect();
        targets.sort_by_key(|t| self.find_field(*t, field).is_none());
        targets.first().copied()
    }

    /// The reference of an object that a path goes through: by relationship name, or by the field's own name.
    fn reference(&self, owner: ObjectRef, name: &str) -> Option<FieldRef> {
        let object = self.model.object(owner)?;
        let at = object.fields.iter().position(|f| {
            f.relationship
                .as_deref()
                .is_some_and(|r| r.eq_ignore_ascii_case(name))
        });
        match at {
            Some(i) => Some(FieldRef {
                object: owner,
                field: crate::catalog::FieldIdx(i as u32),
            }),
            None => self.find_field(owner, name).filter(|f| {
                self.model
                    .field(*f)
                    .is_some_and(|v| !v.field.references.is_empty())
            }),
        }
    }
}
