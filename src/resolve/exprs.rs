//! Expressions: which name is a field, which a value, which a constant.
//!
//! Beside a picklist field a bare name is a value of it, and a field there is written `.name`; after `in` a bare name is a
//! constant; elsewhere a name is a field. Functions of the spec are unfolded, so that nothing downstream knows them.

use smol_str::SmolStr;

use super::lookup::Cx;
use super::rules::{unknown_name, wrong_argument_type};
use super::symbols::{Space, Symbol};
use crate::model::{Comparison, Expr, ExprKind, FieldRef, ObjectRef, Operation};
use crate::side::{Side, Sides};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, Item, Membership, Name, Presence};
use crate::value::library::{self, ResultKind};
use crate::value::{Kind, Value, read_text};

/// How deep functions may call each other.
const DEEPEST: usize = 24;

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

    fn name(&mut self, scope: &Scope, name: &Name) -> Expr {
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

    fn field_expr(&mut self, scope: &Scope, name: &Name, span: Span) -> Expr {
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
                    object,
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
                ExprKind::All(vec![
                    self.condition(scope, left),
                    self.condition(scope, right),
                ]),
                span,
            ),
            BinaryOp::Or => truth(
                ExprKind::Any(vec![
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
                list,
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

    fn call(
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
                            arguments,
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
