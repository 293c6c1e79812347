//! Functions, constants and shared rows where they are declared: whether a body says something, is of the type that it states,
//! and leads anywhere but back to itself.
//!
//! Whoever uses one is not told again what is wrong with it.

use super::exprs::{FunctionAt, Scope};
use super::lookup::Cx;
use super::rules::{unknown_name, wrong_argument_type};
use super::symbols::{Space, Symbol};
use crate::model::{Expr, ExprKind, circles};
use crate::source::Span;
use crate::syntax::ast::{self, Item, Name, SyncLine};

/// Looks at every function, constant and block of shared rows of the project.
pub(super) fn declared(cx: &mut Cx<'_>) {
    cx.calls = Some(Vec::new());
    let mut spreads: Vec<(FunctionAt, FunctionAt, Span)> = Vec::new();
    for (m, module) in cx.modules.iter().enumerate() {
        cx.module = m;
        for (i, line) in module.tree.items.iter().enumerate() {
            match &line.node {
                Item::Function(f) => cx.declared_function((m, i), f),
                Item::Const(c) => cx.declared_constant((m, i), c),
                Item::Fields(f) => spreads.extend(cx.spreads((m, i), f)),
                _ => {}
            }
        }
    }
    let calls = cx.calls.take().unwrap_or_default();
    for circle in circles(&calls).into_iter().chain(circles(&spreads)) {
        let named = circle.into_iter().filter_map(|(at, span)| {
            let name = cx.name_at(at)?;
            Some((name.text.clone(), span))
        });
        let members: Vec<_> = named.collect();
        cx.sink.push(unknown_name::circle(&members));
    }
}

impl<'a> Cx<'a> {
    fn declared_function(&mut self, at: FunctionAt, f: &ast::Function) {
        let mut params = Vec::with_capacity(f.params.len());
        for param in &f.params {
            let kind = self.type_named(&param.kind);
            let value = Expr {
                node: ExprKind::Input,
                span: param.name.span,
                kind,
            };
            params.push((param.name.text.clone(), value));
        }
        self.type_named(&f.returns);
        let scope = Scope {
            params,
            around: vec![at],
            ..Scope::values()
        };
        let body = self.expr(&scope, &f.body);
        if let Some(finding) = wrong_argument_type::result(f, &body) {
            self.sink.push(finding);
        }
    }

    fn type_named(&mut self, name: &Name) -> Option<crate::value::Kind> {
        let kind = wrong_argument_type::kind_named(&name.text);
        if kind.is_none() {
            let known = wrong_argument_type::TYPES.iter().map(|(n, _)| *n);
            self.sink.push(unknown_name::describe("type", name, known));
        }
        kind
    }

    fn declared_constant(&mut self, at: FunctionAt, c: &ast::Const) {
        self.constants.push(at);
        let members = match &c.value.ungrouped().node {
            ast::ExprKind::List(members) => members.as_slice(),
            _ => std::slice::from_ref(&c.value),
        };
        for member in members {
            let before = self.sink.iter().count();
            let value = self.constant_value(member);
            let is_other = self.names_a_constant(member);
            if value.is_none() && !is_other && self.sink.iter().count() == before {
                let finding = wrong_argument_type::not_a_value(&c.name, member.span);
                self.sink.push(finding);
            }
        }
        self.constants.pop();
    }

    /// Whether a value is another constant, or the same one: what is wrong with that is told there.
    fn names_a_constant(&self, e: &ast::Expr) -> bool {
        match &e.ungrouped().node {
            ast::ExprKind::Name(name) => self.symbol(Space::Const, &name.text).is_some(),
            _ => false,
        }
    }

    /// Which blocks of shared rows a block spreads.
    fn spreads(
        &self,
        at: FunctionAt,
        f: &ast::Fields,
    ) -> impl Iterator<Item = (FunctionAt, FunctionAt, Span)> {
        f.body.nodes().filter_map(move |line| {
            let SyncLine::Spread { name, .. } = line else {
                return None;
            };
            match self.symbol(Space::Fields, &name.text)? {
                Symbol::Fields(module, item, _) => Some((at, (module, item), name.span)),
                _ => None,
            }
        })
    }

    /// The name of a function, a constant or a block of shared rows.
    fn name_at(&self, (module, item): FunctionAt) -> Option<&'a Name> {
        let line = self.modules.get(module)?.tree.items.get(item)?;
        match &line.node {
            Item::Function(f) => Some(&f.name),
            Item::Const(c) => Some(&c.name),
            Item::Fields(f) => Some(&f.name),
            _ => None,
        }
    }
}
