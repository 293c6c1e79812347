//! Functions: those of the library are checked, those of the spec unfolded.

use smol_str::SmolStr;

use super::super::lookup::Cx;
use super::super::rules::{unknown_name, wrong_argument_type};
use super::super::symbols::{Space, Symbol};
use super::{FunctionAt, Scope, bare};
use crate::model::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast::{self, Item, Name};
use crate::value::Kind;
use crate::value::library::{self, ResultKind};

/// How deep functions may call each other.
const DEEPEST: usize = 24;

impl Cx<'_> {
    pub(super) fn call(
        &mut self,
        scope: &Scope,
        function: &Name,
        arguments: &[ast::Expr],
        span: Span,
    ) -> Expr {
        if function.text == "entered" && !scope.columns.is_empty() {
            let stage = match arguments {
                [
                    ast::Expr {
                        node: ast::ExprKind::Text(stage),
                        ..
                    },
                ] => Some(stage.clone()),
                [only] => bare(only).map(|n| n.text.clone()),
                _ => None,
            };
            let Some(stage) = stage else {
                self.sink.push(unknown_name::not_a_stage(span));
                return Expr::unknown(span);
            };
            return Expr {
                node: ExprKind::Entered(stage),
                span,
                kind: Some(Kind::DateTime),
            };
        }
        let arguments: Vec<Expr> = arguments.iter().map(|a| self.expr(scope, a)).collect();
        self.apply(function, arguments, span, &scope.around)
    }

    /// A function applied to resolved arguments: of the spec, unfolded; of the library, checked against its signature.
    pub fn apply(
        &mut self,
        function: &Name,
        arguments: Vec<Expr>,
        span: Span,
        around: &[FunctionAt],
    ) -> Expr {
        match self.symbol(Space::Function, &function.text) {
            Some(Symbol::Function(module, item)) => {
                self.unfold((module, item), function, arguments, span, around)
            }
            Some(Symbol::Poisoned) => Expr::unknown(span),
            _ => match library::function(&function.text) {
                Some(known) => {
                    if let Some(finding) = wrong_argument_type::call(known, &arguments, span) {
                        self.sink.push(finding);
                        return Expr::unknown(span);
                    }
                    let input = arguments.first().and_then(|a| a.kind);
                    let kind = match known.result {
                        ResultKind::Is(kind) => Some(kind),
                        ResultKind::Same => input,
                    };
                    Expr {
                        node: ExprKind::Call {
                            function: function.text.clone(),
                            arguments: arguments.into(),
                        },
                        span,
                        kind,
                    }
                }
                None => {
                    self.unknown_call(function);
                    Expr::unknown(span)
                }
            },
        }
    }

    /// Reports a name that is applied to a value and is neither a map nor a function here.
    fn unknown_call(&mut self, name: &Name) {
        for space in [Space::Function, Space::Map] {
            if self.elsewhere(space, &name.text).is_some() {
                return self.unknown(space, space.word(), name);
            }
        }
        let mut known = self.visible(Space::Function);
        known.extend(self.visible(Space::Map));
        known.extend(library::ALL.iter().map(|f| SmolStr::new_static(f.name)));
        known.sort();
        self.meant(self.module, &name.text, &known);
        let known = known.iter().map(SmolStr::as_str);
        self.sink
            .push(unknown_name::describe("map or function", name, known));
    }

    /// The body of a function of the spec, with the arguments in the place of the parameters. What is wrong with the body itself
    /// is told where it is declared.
    fn unfold(
        &mut self,
        at: FunctionAt,
        name: &Name,
        arguments: Vec<Expr>,
        span: Span,
        around: &[FunctionAt],
    ) -> Expr {
        let Some(f) = self.function_at(at) else {
            return Expr::unknown(span);
        };
        if let Some(calls) = &mut self.calls
            && let [caller] = around
        {
            calls.push((*caller, at, name.span));
        }
        if f.params.len() != arguments.len() {
            self.sink.push(wrong_argument_type::count_of(
                name,
                f.params.len(),
                arguments.len(),
                span,
            ));
            return Expr::unknown(span);
        }
        for (param, argument) in f.params.iter().zip(&arguments) {
            if let Some(finding) = wrong_argument_type::argument(name, param, argument) {
                self.sink.push(finding);
                return Expr::unknown(span);
            }
        }
        if around.contains(&at) {
            return Expr::unknown(span);
        }
        if around.len() >= DEEPEST {
            self.sink.push(unknown_name::too_deep(name));
            return Expr::unknown(span);
        }
        let names = f.params.iter().map(|p| p.name.text.clone());
        let scope = Scope {
            params: names.zip(arguments).collect(),
            around: around.iter().copied().chain([at]).collect(),
            ..Scope::values()
        };
        let kept = std::mem::take(&mut self.sink);
        let here = std::mem::replace(&mut self.module, at.0);
        let body = self.expr(&scope, &f.body);
        self.module = here;
        let mut found = std::mem::replace(&mut self.sink, kept);
        let of_body = |d: &crate::diagnostic::Diagnostic| {
            let place = d.labels.first().map(|l| l.span);
            place.is_some_and(|p| f.body.span.contains(p))
        };
        found.inner_mut().retain(|d| !of_body(d));
        self.sink.absorb(found);
        Expr { span, ..body }
    }
}

impl<'a> Cx<'a> {
    /// A function of the spec.
    pub(super) fn function_at(&self, (module, item): FunctionAt) -> Option<&'a ast::Function> {
        let modules = self.modules;
        let line = modules.get(module).and_then(|m| m.tree.items.get(item))?;
        match &line.node {
            Item::Function(f) => Some(f),
            _ => None,
        }
    }
}
