//! The `via` of a row: what a value becomes on its way, which function undoes it, and what counts as equal.

use super::exprs::Scope;
use super::lookup::Cx;
use super::symbols::{Space, Symbol};
use crate::model::{Expr, ExprKind, Fallback, Via, ViaKind};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::syntax::ast;
use crate::value::library::{self, Class};
use crate::value::{Kind, Value};

/// What a `via` and a `through` amount to.
pub(super) struct Change {
    /// The value for the target, by the side of the source; none where that direction has no function.
    pub lanes: Sides<Option<Expr>>,
    /// The normal form that the row's equality is about.
    pub normal: Option<Box<Expr>>,
    /// The clause, for the rules.
    pub via: Option<Box<Via>>,
}

/// The value that passes through a row.
pub(super) const fn input(span: Span, kind: Option<Kind>) -> Expr {
    Expr {
        node: ExprKind::Input,
        span,
        kind,
    }
}

impl Cx<'_> {
    /// A row without `via`: the value passes as it is.
    pub fn unchanged(span: Span, kinds: Sides<Option<Kind>>) -> Change {
        Change {
            lanes: kinds.map(|k| Some(input(span, k))),
            normal: None,
            via: None,
        }
    }

    /// Resolves a `via`. `kinds` are the kinds of the two cells.
    pub fn via(&mut self, via: &ast::Via, span: Span, kinds: Sides<Option<Kind>>) -> Change {
        let otherwise = via
            .otherwise
            .as_ref()
            .map(|f| Spanned::new(self.fallback(f), f.span));
        match &via.how {
            ast::ViaKind::One(transform) => {
                let (lanes, normal, kind) = self.transform(transform, kinds);
                Change {
                    lanes,
                    normal: normal.map(Box::new),
                    via: Some(Box::new(Via {
                        span: transform.span,
                        kind,
                        otherwise,
                    })),
                }
            }
            ast::ViaKind::Pair { right, left } => {
                let kind = ViaKind::Lens(right.name.text.clone());
                let there = self.one_way(right, Side::Left, kinds);
                let back = self.one_way(left, Side::Right, kinds);
                let lanes = Sides::new(there, back);
                Change {
                    lanes,
                    normal: None,
                    via: Some(Box::new(Via {
                        span,
                        kind,
                        otherwise,
                    })),
                }
            }
        }
    }

    /// What stands after `else`.
    pub fn fallback(&mut self, fallback: &ast::Fallback) -> Fallback {
        match &fallback.node {
            ast::FallbackKind::Keep => Fallback::Keep,
            ast::FallbackKind::Blank => Fallback::Blank,
            ast::FallbackKind::Reject => Fallback::Reject,
            ast::FallbackKind::Value(e) => Fallback::Value(self.literal(e, None)),
        }
    }

    /// A value that is written out: a bare name is itself.
    pub fn literal(&mut self, e: &ast::Expr, kind: Option<Kind>) -> Value {
        let found = match &e.ungrouped().node {
            ast::ExprKind::Name(name) if self.symbol(Space::Const, &name.text).is_none() => {
                Value::text(&name.text)
            }
            _ => match self.expr(&Scope::values(), e).node {
                ExprKind::Const(value) => value,
                _ => Value::Blank,
            },
        };
        self.of_kind(found, kind, e.span)
    }

    /// A constant as a value of a field's kind; what cannot be one is reported.
    pub fn of_kind(&mut self, value: Value, kind: Option<Kind>, span: Span) -> Value {
        let Some(kind) = kind.filter(|k| value.kind().is_some_and(|v| v != *k)) else {
            return value;
        };
        let text = value.to_string();
        match crate::value::read_text(kind, &text) {
            Ok(value) => value,
            Err(misread) => {
                self.sink
                    .push(super::rules::wrong_argument_type::value(span, &misread));
                value
            }
        }
    }

    fn transform(
        &mut self,
        t: &ast::Transform,
        kinds: Sides<Option<Kind>>,
    ) -> (Sides<Option<Expr>>, Option<Expr>, ViaKind) {
        match self.symbol(Space::Map, &t.name.text) {
            Some(Symbol::Map(map)) => {
                let lane = |from: Side| {
                    let input = Box::new(input(t.span, *kinds.get(from)));
                    let kind = *kinds.get(!from);
                    let node = match t.each {
                        Some(_) => ExprKind::Each { map, from, input },
                        None => ExprKind::Map {
                            map,
                            from,
                            input,
                            within: None,
                        },
                    };
                    Some(Expr {
                        node,
                        span: t.span,
                        kind,
                    })
                };
                let kind = if t.each.is_some() {
                    ViaKind::Each(map)
                } else {
                    ViaKind::Map(map)
                };
                (Sides::new(lane(Side::Left), lane(Side::Right)), None, kind)
            }
            Some(Symbol::Normalize(table)) => {
                let form = Expr {
                    node: ExprKind::Normalize {
                        table,
                        input: Box::new(input(t.span, Some(Kind::Text))),
                    },
                    span: t.span,
                    kind: Some(Kind::Text),
                };
                (
                    Sides::new(Some(form.clone()), Some(form.clone())),
                    Some(form),
                    ViaKind::Normalize(table),
                )
            }
            Some(Symbol::Poisoned) => poisoned(t.span),
            _ => self.function(t, kinds),
        }
    }

    fn function(
        &mut self,
        t: &ast::Transform,
        kinds: Sides<Option<Kind>>,
    ) -> (Sides<Option<Expr>>, Option<Expr>, ViaKind) {
        let further = self.further(t);
        let there = self.applied(t, &further, Side::Left, kinds);
        if there.is_poisoned() {
            return poisoned(t.span);
        }
        let back = {
            let kept = std::mem::take(&mut self.sink);
            let back = self.applied(t, &further, Side::Right, kinds);
            self.sink = kept;
            back
        };
        match self.class(&there) {
            Some(Class::Normaliser) => {
                let lanes = Sides::new(Some(there.clone()), Some(back));
                (lanes, Some(there), ViaKind::Normaliser(t.name.text.clone()))
            }
            _ => match library::function(&t.name.text).and_then(|f| f.inverse) {
                Some(inverse) => self.lens(t, inverse, there, &further, kinds),
                None => (
                    Sides::new(Some(there), Some(back)),
                    None,
                    ViaKind::OneWay(t.name.text.clone()),
                ),
            },
        }
    }

    /// One half of a pair: the function or map itself, for values that come from a side.
    fn one_way(
        &mut self,
        t: &ast::Transform,
        from: Side,
        kinds: Sides<Option<Kind>>,
    ) -> Option<Expr> {
        match self.symbol(Space::Map, &t.name.text) {
            Some(Symbol::Map(_) | Symbol::Normalize(_) | Symbol::Poisoned) => {
                self.transform(t, kinds).0.get(from).clone()
            }
            _ => {
                let further = self.further(t);
                Some(self.applied(t, &further, from, kinds))
            }
        }
    }

    /// The arguments of a function beside the value that passes.
    fn further(&mut self, t: &ast::Transform) -> Vec<Expr> {
        let arguments = t.arguments.iter();
        arguments.map(|a| self.expr(&Scope::values(), a)).collect()
    }

    /// A function applied to the value that comes from a side.
    fn applied(
        &mut self,
        t: &ast::Transform,
        further: &[Expr],
        from: Side,
        kinds: Sides<Option<Kind>>,
    ) -> Expr {
        let mut arguments = vec![input(t.span, *kinds.get(from))];
        arguments.extend(further.iter().cloned());
        self.apply(&t.name, arguments, t.span, &[])
    }

    /// A function with an inverse goes the way in which its result has the kind of the target; its inverse goes back.
    fn lens(
        &mut self,
        t: &ast::Transform,
        inverse: &str,
        there: Expr,
        further: &[Expr],
        kinds: Sides<Option<Kind>>,
    ) -> (Sides<Option<Expr>>, Option<Expr>, ViaKind) {
        let call = |function: &str, from: Side, kind: Option<Kind>| {
            let mut arguments = vec![input(t.span, *kinds.get(from))];
            arguments.extend(further.iter().cloned());
            Expr {
                node: ExprKind::Call {
                    function: function.into(),
                    arguments: arguments.into(),
                },
                span: t.span,
                kind,
            }
        };
        let kind = ViaKind::Lens(t.name.text.clone());
        let forwards = kinds.right.is_none() || there.kind.is_none() || there.kind == kinds.right;
        let lanes = if forwards {
            Sides::new(Some(there), Some(call(inverse, Side::Right, kinds.left)))
        } else {
            Sides::new(
                Some(call(inverse, Side::Left, kinds.right)),
                Some(call(&t.name.text, Side::Right, kinds.left)),
            )
        };
        (lanes, None, kind)
    }

    /// What is known of an expression over the input as a function: a chain of normalisers that do not disturb each
    /// other is one itself.
    fn class(&self, e: &Expr) -> Option<Class> {
        let ExprKind::Call {
            function,
            arguments,
        } = &e.node
        else {
            return None;
        };
        let outer = library::function(function)?.class;
        match arguments.first().map(|a| &a.node) {
            Some(ExprKind::Input) => Some(outer),
            Some(ExprKind::Call {
                function: inner,
                arguments,
            }) if arguments.len() == 1 => {
                let both = [
                    "lower",
                    "trim",
                    "upper",
                    "collapse",
                    "strip_accents",
                    "lower_trim",
                ];
                let commute = both.contains(&function.as_str()) && both.contains(&inner.as_str());
                (commute && self.class(arguments_head(e)?) == Some(Class::Normaliser))
                    .then_some(Class::Normaliser)
            }
            _ => None,
        }
    }
}

fn arguments_head(e: &Expr) -> Option<&Expr> {
    if let ExprKind::Call { arguments, .. } = &e.node {
        arguments.first()
    } else {
        None
    }
}

fn poisoned(span: Span) -> (Sides<Option<Expr>>, Option<Expr>, ViaKind) {
    (
        Sides::new(Some(Expr::unknown(span)), Some(Expr::unknown(span))),
        None,
        ViaKind::Unknown,
    )
}
