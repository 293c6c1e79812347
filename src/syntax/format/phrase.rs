//! Parts of lines: names, references, expressions, clauses.

use super::Printer;
use crate::source::Span;
use crate::syntax::ast::{
    Amount, Arrow, BlankPolicy, Cell, Clause, ClauseKind, Expr, ExprKind, FallbackKind, FieldRef,
    Membership, Name, ObjectRef, Operand, Outcome, Path, Presence, Quantity, RecordRef,
    RelationSide, SideFields, Transform, Via, ViaKind,
};

impl Printer<'_> {
    /// What was written at a place.
    pub(super) fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    pub(super) fn name(&self, name: &Name) -> &str {
        self.slice(name.span)
    }

    pub(super) fn joined<'n>(
        &self,
        names: impl IntoIterator<Item = &'n Name>,
        separator: &str,
    ) -> String {
        names
            .into_iter()
            .map(|n| self.name(n))
            .collect::<Vec<_>>()
            .join(separator)
    }

    pub(super) fn names(&self, names: &[Name]) -> String {
        self.joined(names, ", ")
    }

    pub(super) fn path(&self, path: &Path) -> String {
        self.joined(&path.parts, ".")
    }

    pub(super) fn paths(&self, paths: &[Path]) -> String {
        paths
            .iter()
            .map(|p| self.path(p))
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(super) fn object(&self, object: &ObjectRef) -> String {
        match object.objects.as_slice() {
            [one] => format!("{}.{}", self.name(&object.system), self.name(one)),
            several => format!(
                "{}.({})",
                self.name(&object.system),
                self.joined(several, " | ")
            ),
        }
    }

    pub(super) fn field(&self, field: &FieldRef) -> String {
        format!("{}.{}", self.object(&field.object), self.name(&field.field))
    }

    pub(super) fn side_fields(&self, fields: &SideFields) -> String {
        match fields.fields.as_slice() {
            [one] => format!("{}.{}", self.name(&fields.side), self.name(one)),
            several => format!("{}.{{{}}}", self.name(&fields.side), self.names(several)),
        }
    }

    pub(super) fn relation_side(&self, side: &RelationSide) -> String {
        match side {
            RelationSide::Object(object) => self.object(object),
            RelationSide::Association {
                system, from, to, ..
            } => {
                format!(
                    "{}.({} ~ {})",
                    self.name(system),
                    self.name(from),
                    self.name(to)
                )
            }
        }
    }

    pub(super) fn record(&self, record: &RecordRef) -> String {
        format!(
            "{} {}",
            self.object(&record.object),
            self.name(&record.alias)
        )
    }

    pub(super) fn quantity(&self, quantity: &Quantity) -> String {
        let unit = Span {
            start: quantity.number.span.end,
            ..quantity.span
        };
        format!(
            "{} {}",
            self.slice(quantity.number.span),
            self.slice(unit).trim()
        )
    }

    pub(super) fn amount(&self, amount: &Amount) -> String {
        let mut out = self.slice(amount.number.span).to_owned();
        if let Some(unit) = &amount.unit {
            out += &format!(" {}", self.slice(unit.span));
        }
        if let Some(per) = &amount.per {
            out += &format!(" per {}", self.name(per));
        }
        out
    }

    pub(super) fn cell(&self, cell: &Cell) -> String {
        match cell {
            Cell::Value(name) => self.name(name).to_owned(),
            Cell::Values(names) => self.names(names),
            Cell::Else(_) => "else".to_owned(),
            Cell::Outcome(outcome) => match outcome.node {
                Outcome::Keep => "keep",
                Outcome::Reject => "reject",
                Outcome::Blank => "blank",
                Outcome::None => "none",
            }
            .to_owned(),
        }
    }

    pub(super) fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Field(name) | Operand::Text(name) => self.name(name).to_owned(),
            Operand::Path(path) => self.path(path),
            Operand::Number(number) => self.slice(number.span).to_owned(),
            Operand::Bool(truth) => truth.node.to_string(),
            Operand::Expr(expr) => self.expr(expr),
        }
    }

    pub(super) fn clauses(&self, clauses: &[Clause]) -> String {
        clauses
            .iter()
            .map(|c| self.clause(c))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn clause(&self, clause: &Clause) -> String {
        let said = match &clause.node {
            ClauseKind::Via(via) => self.via(via),
            ClauseKind::Through(syncs) => match syncs.as_slice() {
                [one] => format!("through {}", self.name(one)),
                several => format!("through ({})", self.joined(several, " | ")),
            },
            ClauseKind::Prefer(side) => format!("prefer {} unless blank", self.name(side)),
            ClauseKind::Wins(side) => format!("{} wins", self.name(side)),
            ClauseKind::Latest(side) => format!("latest else {}", self.name(side)),
            ClauseKind::Ask => "ask".to_owned(),
            ClauseKind::Blank(policy) => format!("blank {}", blank(*policy)),
            ClauseKind::OnCreate => "on create".to_owned(),
            ClauseKind::FillOnly => "fill only".to_owned(),
            ClauseKind::Default(value) => format!("default {}", self.expr(value)),
            ClauseKind::Enforce => "enforce".to_owned(),
            ClauseKind::Currency { left, right } => {
                format!("currency {}, {}", self.name(left), self.name(right))
            }
            ClauseKind::When(condition) => format!("when {}", self.expr(condition)),
            ClauseKind::As(name) => format!("as {}", self.name(name)),
        };
        clause
            .direction
            .map_or(said.clone(), |d| format!("{} {said}", d.node.symbol()))
    }

    fn via(&self, via: &Via) -> String {
        let how = match &via.how {
            ViaKind::One(transform) => self.transform(transform),
            ViaKind::Pair { right, left } => {
                format!(
                    "{{ {} {}, {} {} }}",
                    Arrow::Right.symbol(),
                    self.transform(right),
                    Arrow::Left.symbol(),
                    self.transform(left)
                )
            }
        };
        let Some(fallback) = &via.otherwise else {
            return format!("via {how}");
        };
        let otherwise = match &fallback.node {
            FallbackKind::Keep => "keep".to_owned(),
            FallbackKind::Blank => "blank".to_owned(),
            FallbackKind::Reject => "reject".to_owned(),
            FallbackKind::Value(value) => self.expr(value),
        };
        format!("via {how} else {otherwise}")
    }

    fn transform(&self, transform: &Transform) -> String {
        let each = if transform.each.is_some() {
            "each "
        } else {
            ""
        };
        let called = transform.span.end != transform.name.span.end;
        let arguments = if called {
            format!("({})", self.exprs(&transform.arguments))
        } else {
            String::new()
        };
        format!("{each}{}{arguments}", self.name(&transform.name))
    }

    pub(super) fn exprs(&self, exprs: &[Expr]) -> String {
        exprs
            .iter()
            .map(|e| self.expr(e))
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        match &expr.node {
            ExprKind::Name(name) => self.name(name).to_owned(),
            ExprKind::Field(name) => format!(".{}", self.name(name)),
            ExprKind::Path(path) => self.path(path),
            ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Date(_) | ExprKind::Bool(_) => {
                self.slice(expr.span).to_owned()
            }
            ExprKind::Quantity(quantity) => self.quantity(quantity),
            ExprKind::Call {
                function,
                arguments,
            } => format!("{}({})", self.name(function), self.exprs(arguments)),
            ExprKind::List(members) => format!("({})", self.exprs(members)),
            ExprKind::Group(inner) => format!("({})", self.expr(inner)),
            ExprKind::Not(inner) => format!("not {}", self.expr(inner)),
            ExprKind::Negative(inner) => format!("-{}", self.expr(inner)),
            ExprKind::Binary {
                op, left, right, ..
            } => {
                format!("{} {} {}", self.expr(left), op.symbol(), self.expr(right))
            }
            ExprKind::In { value, set } => match set {
                Membership::List(members) => {
                    format!("{} in ({})", self.expr(value), self.exprs(members))
                }
                Membership::Const(name) => format!("{} in {}", self.expr(value), self.name(name)),
            },
            ExprKind::Is {
                value,
                presence: Presence::Set,
            } => format!("{} is set", self.expr(value)),
            ExprKind::Is {
                value,
                presence: Presence::Blank,
            } => format!("{} is blank", self.expr(value)),
            ExprKind::Changed(value) => format!("{} changed", self.expr(value)),
        }
    }
}

pub(super) const fn blank(policy: BlankPolicy) -> &'static str {
    match policy {
        BlankPolicy::Clears => "clears",
        BlankPolicy::Keeps => "keeps",
    }
}
