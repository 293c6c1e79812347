//! Expressions: which name is a field, which a value, which a constant.
//!
//! Beside a picklist field a bare name is a value of it, and a field there is written `.name`; after `in` a bare name is a
//! constant; elsewhere a name is a field. Functions of the spec are unfolded, so that nothing downstream knows them.

mod calls;
mod paths;

use smol_str::SmolStr;
use thin_vec::thin_vec;

use super::lookup::Cx;
use super::rules::{unknown_name, wrong_argument_type};
use super::symbols::{Space, Symbol};
use crate::model::{Comparison, Expr, ExprKind, ObjectRef, Operation};
use crate::side::{Side, Sides};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, Item, Membership, Name, Presence};
use crate::value::{Kind, Value, read_text};

/// A function of the spec: its module and its item there.
pub(super) type FunctionAt = (usize, usize);

/// Whether records are in sight where an expression stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sight {
    /// Their fields are; where no object is known, the names stay silent.
    #[default]
    Records,
    /// None are: only parameters, constants and values can be meant.
    Values,
}

/// What names can mean where an expression stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// The objects whose fields are in sight.
    pub objects: Sides<Option<ObjectRef>>,
    /// The side that is asked first.
    pub first: Option<Side>,
    /// Parameters of the function under way, with what they stand for.
    pub params: Vec<(SmolStr, Expr)>,
    /// Columns of the lifecycle under way: their name and object.
    pub columns: Vec<(SmolStr, Option<ObjectRef>)>,
    /// Objects at which the paths of an automation start: the name, and the object where it is known.
    pub heads: Vec<(SmolStr, Option<ObjectRef>)>,
    /// Whether fields can be meant at all.
    pub sight: Sight,
    /// The functions that are unfolded around this place, the outermost first.
    pub around: Vec<FunctionAt>,
}

impl Scope {
    /// Fields of one object, as the record on a side.
    pub fn one(side: Side, object: Option<ObjectRef>) -> Self {
        let mut objects = Sides::default();
        *objects.get_mut(side) = object;
        Self {
            objects,
            first: Some(side),
            ..Self::default()
        }
    }

    /// No records: what stands in a constant, or is given to a function beside the value that passes.
    pub fn values() -> Self {
        Self {
            sight: Sight::Values,
            ..Self::default()
        }
    }

    /// Whether an object is unknown, so that unknown fields stay silent.
    fn poisoned(&self) -> bool {
        self.sight == Sight::Records
            && self.columns.is_empty()
            && self.heads.is_empty()
            && self.objects.left.is_none()
            && self.objects.right.is_none()
    }

    /// The object for which a name stands at the start of a path.
    pub(super) fn head(&self, name: &str) -> Option<Option<ObjectRef>> {
        let mut heads = self.columns.iter().chain(&self.heads);
        heads.find(|(n, _)| n == name).map(|(_, object)| *object)
    }
}

impl Cx<'_> {
    /// Resolves an expression.
    pub fn expr(&mut self, scope: &Scope, e: &ast::Expr) -> Expr {
        let span = e.span;
        match &e.node {
            ast::ExprKind::Name(name) => self.name(scope, name),
            ast::ExprKind::Field(name) => self.field_expr(scope, name, span),
            ast::ExprKind::Path(path) => self.path(scope, path),
            ast::ExprKind::Text(t) => Expr::constant(Value::text(t), span),
            ast::ExprKind::Number(n) => Expr::constant(Value::Number(n.value.normalize()), span),
            ast::ExprKind::Quantity(q) => {
                Expr::constant(Value::Number(q.number.value.normalize()), span)
            }
            ast::ExprKind::Date(d) => d.day.map_or_else(
                || Expr::unknown(span),
                |d| Expr::constant(Value::Date(d), span),
            ),
            ast::ExprKind::Bool(b) => Expr::constant(Value::Bool(*b), span),
            ast::ExprKind::Call {
                function,
                arguments,
            } => self.call(scope, function, arguments, span),
            ast::ExprKind::List(_) => {
                self.sink.push(wrong_argument_type::list_out_of_place(span));
                Expr::unknown(span)
            }
            ast::ExprKind::Group(inner) => Expr {
                span,
                ..self.expr(scope, inner)
            },
            ast::ExprKind::Not(inner) => {
                let inner = self.condition(scope, inner);
                truth(ExprKind::Not(Box::new(inner)), span)
            }
            ast::ExprKind::Negative(inner) => {
                let inner = self.expr(scope, inner);
                let zero = Expr::constant(Value::Number(rust_decimal::Decimal::ZERO), span);
                if let ExprKind::Const(Value::Number(n)) = inner.node {
                    return Expr::constant(Value::Number(-n), span);
                }
                arithmetic(Operation::Subtract, zero, inner, span)
            }
            ast::ExprKind::Binary {
                op, left, right, ..
            } => self.binary(scope, *op, left, right, span),
            ast::ExprKind::In { value, set } => self.membership(scope, value, set, span),
            ast::ExprKind::Is { value, presence } => {
                let set = truth(ExprKind::IsSet(Box::new(self.expr(scope, value))), span);
                match presence {
                    Presence::Set => set,
                    Presence::Blank => truth(ExprKind::Not(Box::new(set)), span),
                }
            }
            ast::ExprKind::Changed(inner) => match self.expr(scope, inner).node {
                ExprKind::Field { side, field } => truth(ExprKind::Changed { side, field }, span),
                ExprKind::Unknown => Expr::unknown(span),
                _ => {
                    self.sink.push(wrong_argument_type::not_a_field(inner.span));
                    Expr::unknown(span)
                }
            },
        }
    }

    /// Resolves an expression that must be true or false.
    pub fn condition(&mut self, scope: &Scope, e: &ast::Expr) -> Expr {
        let found = self.expr(scope, e);
        if found.kind.is_some_and(|k| k != Kind::Bool) {
            self.sink
                .push(wrong_argument_type::not_a_condition(found.span, found.kind));
            return Expr::unknown(found.span);
        }
        found
    }

    fn constant(&mut self, module: usize, item: usize, span: Span) -> Expr {
        let Some(Item::Const(c)) = self
            .modules
            .get(module)
            .and_then(|m| m.tree.items.get(item))
            .map(|l| &l.node)
        else {
            return Expr::unknown(span);
        };
        let at = (module, item);
        if let (Some(calls), [outer]) = (&mut self.calls, self.constants.as_slice()) {
            calls.push((*outer, at, span));
        }
        if self.constants.contains(&at) {
            return Expr::unknown(span);
        }
        // What is wrong with the constant itself is told where it is declared.
        self.constants.push(at);
        let kept = std::mem::take(&mut self.sink);
        let here = std::mem::replace(&mut self.module, module);
        let value = self.constant_value(&c.value);
        self.module = here;
        self.sink = kept;
        self.constants.pop();
        value.map_or_else(|| Expr::unknown(span), |v| Expr::constant(v, span))
    }

    /// The value that stands for a constant: a bare name is itself. None where it is not written out.
    pub(super) fn constant_value(&mut self, e: &ast::Expr) -> Option<Value> {
        if let Some(name) = bare(e)
            && self.symbol(Space::Const, &name.text).is_none()
        {
            return Some(Value::text(&name.text));
        }
        match self.expr(&Scope::values(), e).node {
            ExprKind::Const(value) => Some(value),
            _ => None,
        }
    }

    fn binary(
        &mut self,
        scope: &Scope,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        match op {
            BinaryOp::And => truth(
                ExprKind::All(thin_vec![
                    self.condition(scope, left),
                    self.condition(scope, right),
                ]),
                span,
            ),
            BinaryOp::Or => truth(
                ExprKind::Any(thin_vec![
                    self.condition(scope, left),
                    self.condition(scope, right),
                ]),
                span,
            ),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                let operation = match op {
                    BinaryOp::Add => Operation::Add,
                    BinaryOp::Subtract => Operation::Subtract,
                    BinaryOp::Multiply => Operation::Multiply,
                    _ => Operation::Divide,
                };
                let (left, right) = (self.expr(scope, left), self.expr(scope, right));
                arithmetic(operation, left, right, span)
            }
            _ => {
                let comparison = match op {
                    BinaryOp::Equal => Comparison::Equal,
                    BinaryOp::NotEqual => Comparison::NotEqual,
                    BinaryOp::Less => Comparison::Less,
                    BinaryOp::AtMost => Comparison::LessOrEqual,
                    BinaryOp::Greater => Comparison::Greater,
                    _ => Comparison::GreaterOrEqual,
                };
                let (left, right) = self.beside(scope, left, right);
                truth(
                    ExprKind::Compare {
                        comparison,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                    span,
                )
            }
        }
    }

    /// Both operands of a comparison: beside a picklist field a bare name is a value.
    pub fn beside(&mut self, scope: &Scope, left: &ast::Expr, right: &ast::Expr) -> (Expr, Expr) {
        let stands_alone = |cx: &Self, name: &Name| {
            scope.sight == Sight::Values
                && !is_param(scope, name)
                && cx.symbol(Space::Const, &name.text).is_none()
        };
        if let Some(value) = bare(left)
            && stands_alone(self, value)
        {
            let right = self.expr(scope, right);
            return (self.value_of(&right, value), right);
        }
        if let Some(value) = bare(left)
            && self.find_in_scope(scope, &value.text).is_none()
            && self.picklist_named(scope, right)
        {
            let right = self.expr(scope, right);
            let left = self.value_of(&right, value);
            return (left, right);
        }
        let left = self.expr(scope, left);
        let right = match bare(right) {
            Some(name) if self.is_listed(&left) && !is_param(scope, name) => {
                self.value_of(&left, name)
            }
            Some(name) if stands_alone(self, name) => self.value_of(&left, name),
            Some(name)
                if matches!(left.node, ExprKind::Unknown)
                    && self.find_in_scope(scope, &name.text).is_none() =>
            {
                Expr::unknown(name.span)
            }
            _ => self.expr(scope, right),
        };
        let right = self.typed(&left, right);
        (self.typed(&right, left), right)
    }

    fn picklist_named(&self, scope: &Scope, e: &ast::Expr) -> bool {
        let (ast::ExprKind::Name(name) | ast::ExprKind::Field(name)) = &e.ungrouped().node else {
            return false;
        };
        self.find_in_scope(scope, &name.text)
            .and_then(|(_, f)| self.model.field(f))
            .is_some_and(|f| f.field.picklist.is_some())
    }

    fn is_listed(&self, e: &Expr) -> bool {
        let (ExprKind::Field { field, .. } | ExprKind::Related { field, .. }) = e.node else {
            return false;
        };
        self.model
            .field(field)
            .is_some_and(|f| f.field.picklist.is_some())
    }

    /// A value beside a field; it is remembered, so that the rules on picklists see it.
    fn value_of(&mut self, beside: &Expr, name: &Name) -> Expr {
        if let ExprKind::Field { field, .. } | ExprKind::Related { field, .. } = beside.node {
            self.use_value(field, &name.text, name.span);
        }
        Expr::constant(Value::text(&name.text), name.span)
    }

    /// A text constant beside a field of another kind becomes a value of that kind.
    fn typed(&mut self, beside: &Expr, e: Expr) -> Expr {
        let ExprKind::Const(Value::Text(text)) = &e.node else {
            return e;
        };
        if let ExprKind::Field { field, .. } | ExprKind::Related { field, .. } = beside.node
            && self.is_listed(beside)
            && !matches!(bare_text(self.text(e.span)), Some(()))
        {
            let several = (beside.kind == Some(Kind::Set)).then(|| text.split(';'));
            let one = several.is_none().then_some(text.as_str());
            for value in several.into_iter().flatten().chain(one) {
                self.use_value(field, value.trim(), e.span);
            }
        }
        match beside.kind {
            None | Some(Kind::Text) => e,
            Some(kind) => match read_text(kind, text) {
                Ok(value) => Expr::constant(value, e.span),
                Err(misread) => {
                    self.sink.push(wrong_argument_type::value(e.span, &misread));
                    Expr::unknown(e.span)
                }
            },
        }
    }

    fn membership(
        &mut self,
        scope: &Scope,
        value: &ast::Expr,
        set: &Membership,
        span: Span,
    ) -> Expr {
        let input = self.expr(scope, value);
        let members: Vec<ast::Expr> = match set {
            Membership::List(members) => members.clone(),
            Membership::Const(name) => match self.members(name) {
                Some(members) => members,
                None => return Expr::unknown(span),
            },
        };
        let mut list = Vec::new();
        for member in &members {
            let resolved = match bare(member) {
                Some(name) => {
                    if self.is_listed(&input) && matches!(set, Membership::List(_)) {
                        self.value_of(&input, name)
                    } else {
                        Expr::constant(Value::text(&name.text), name.span)
                    }
                }
                None => self.expr(scope, member),
            };
            match (self.typed(&input, resolved).node, input.kind) {
                // whether it is a member is what is asked
                (ExprKind::Const(value), Some(Kind::Set)) => {
                    let members = value.members().into_iter();
                    list.extend(members.map(|m| (Value::Text(m), member.span)));
                }
                (ExprKind::Const(value), _) => list.push((value, member.span)),
                _ => {}
            }
        }
        truth(
            ExprKind::In {
                input: Box::new(input),
                list: list.into(),
            },
            span,
        )
    }

    /// The members of a constant list; none where its name is unknown.
    fn members(&mut self, name: &Name) -> Option<Vec<ast::Expr>> {
        match self.symbol(Space::Const, &name.text) {
            Some(Symbol::Const(module, item)) => {
                let line = self
                    .modules
                    .get(module)
                    .and_then(|m| m.tree.items.get(item));
                let Some(Item::Const(c)) = line.map(|l| &l.node) else {
                    return None;
                };
                match &c.value.ungrouped().node {
                    ast::ExprKind::List(members) => Some(members.clone()),
                    _ => Some(vec![c.value.clone()]),
                }
            }
            Some(Symbol::Poisoned) => None,
            _ => {
                self.unknown(Space::Const, "constant", name);
                None
            }
        }
    }

    /// Reports a name that the module does not see, with the `use` that would bring it in where another one has it.
    pub fn unknown(&mut self, space: Space, what: &str, name: &Name) {
        let finding = match self.elsewhere(space, &name.text).map(SmolStr::new) {
            Some(module) => {
                self.used_elsewhere(space, &name.text);
                unknown_name::not_imported(what, name, &module)
            }
            None => {
                let known = self.visible(space);
                self.meant(self.module, &name.text, &known);
                unknown_name::describe(what, name, known.iter().map(SmolStr::as_str))
            }
        };
        self.sink.push(finding);
    }
}

fn bare(e: &ast::Expr) -> Option<&Name> {
    if let ast::ExprKind::Name(name) = &e.ungrouped().node {
        Some(name)
    } else {
        None
    }
}

fn bare_text(text: &str) -> Option<()> {
    (!text.starts_with('"')).then_some(())
}

fn is_param(scope: &Scope, name: &Name) -> bool {
    scope.params.iter().any(|(n, _)| *n == name.text)
}

const fn truth(node: ExprKind, span: Span) -> Expr {
    Expr {
        node,
        span,
        kind: Some(Kind::Bool),
    }
}

fn arithmetic(operation: Operation, left: Expr, right: Expr, span: Span) -> Expr {
    let kind = match (left.kind, right.kind, operation) {
        (Some(Kind::Date), Some(Kind::Date), Operation::Subtract) => Some(Kind::Number),
        (kind, other, _) => kind.or(other),
    };
    Expr {
        node: ExprKind::Arithmetic {
            operation,
            left: Box::new(left),
            right: Box::new(right),
        },
        span,
        kind,
    }
}
