//! Expressions: the flat list of operands and operators becomes a tree, by precedence climbing.

use std::iter::Peekable;

use pest::iterators::Pairs;

use super::name::is_name;
use super::{Builder, Node, child, has};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Membership, Presence};
use crate::syntax::grammar::Rule;

/// More operators than this in one expression are refused (S005): the tree would be as deep.
const MAX_OPERATORS: usize = 400;

/// How tightly things bind, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Sign,
}

impl Binding {
    /// The next tighter one: what the right operand of a left-associative operator is made of.
    const fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Compare,
            Self::Compare => Self::Add,
            Self::Add => Self::Multiply,
            Self::Multiply | Self::Sign => Self::Sign,
        }
    }
}

fn infix(symbol: &str) -> (BinaryOp, Binding) {
    match symbol {
        "or" => (BinaryOp::Or, Binding::Or),
        "and" => (BinaryOp::And, Binding::And),
        "!=" => (BinaryOp::NotEqual, Binding::Compare),
        "<=" => (BinaryOp::AtMost, Binding::Compare),
        ">=" => (BinaryOp::AtLeast, Binding::Compare),
        "<" => (BinaryOp::Less, Binding::Compare),
        ">" => (BinaryOp::Greater, Binding::Compare),
        "+" => (BinaryOp::Add, Binding::Add),
        "-" => (BinaryOp::Subtract, Binding::Add),
        "*" => (BinaryOp::Multiply, Binding::Multiply),
        "/" => (BinaryOp::Divide, Binding::Multiply),
        _ => (BinaryOp::Equal, Binding::Compare),
    }
}

type Tokens<'t> = Peekable<Pairs<'t, Rule>>;

impl Builder {
    pub(super) fn expr(&mut self, node: &Node) -> Option<Expr> {
        let operator = |n: &Node| matches!(n.as_rule(), Rule::infix | Rule::prefix | Rule::postfix);
        if let Some(one) = node
            .clone()
            .into_inner()
            .filter(operator)
            .nth(MAX_OPERATORS)
        {
            let place = self.token(&one);
            self.report(
                Diagnostic::new(
                    Code::S005,
                    format!("this expression has more than {MAX_OPERATORS} operators"),
                )
                .at(place, "one too many")
                .help("put the values in a `const` and compare with `in`"),
            );
            return None;
        }
        self.climb(&mut node.clone().into_inner().peekable(), Binding::Or)
    }

    fn climb(&mut self, tokens: &mut Tokens, least: Binding) -> Option<Expr> {
        let first = tokens.next()?;
        let mut left = if first.as_rule() == Rule::prefix {
            let negation = first.as_str() == "not";
            let operand = self.climb(
                tokens,
                if negation {
                    Binding::Not
                } else {
                    Binding::Sign
                },
            )?;
            let span = self.token(&first).to(operand.span);
            let node = if negation {
                ExprKind::Not(Box::new(operand))
            } else {
                ExprKind::Negative(Box::new(operand))
            };
            Expr { node, span }
        } else {
            self.primary(&first)?
        };
        loop {
            let (binding, is_infix) = match tokens.peek() {
                Some(n) if n.as_rule() == Rule::infix => (infix(n.as_str()).1, true),
                Some(n) if n.as_rule() == Rule::postfix => (Binding::Compare, false),
                _ => return Some(left),
            };
            if binding < least {
                return Some(left);
            }
            let token = tokens.next()?;
            left = if is_infix {
                let right = self.climb(tokens, binding.tighter())?;
                let span = left.span.to(right.span);
                let (op, op_span) = (infix(token.as_str()).0, self.token(&token));
                Expr {
                    node: ExprKind::Binary {
                        op,
                        op_span,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                    span,
                }
            } else {
                self.postfix(left, &token)?
            };
        }
    }

    fn postfix(&mut self, value: Expr, node: &Node) -> Option<Expr> {
        let span = value.span.to(self.span(node));
        let value = Box::new(value);
        let node = match child(node, Rule::list) {
            Some(list) => ExprKind::In {
                value,
                set: Membership::List(self.exprs(&list)?),
            },
            None if has(node, Rule::k_in) => ExprKind::In {
                value,
                set: Membership::Const(self.first_name(node)?),
            },
            None if has(node, Rule::k_changed) => ExprKind::Changed(value),
            None if has(node, Rule::k_set) => ExprKind::Is {
                value,
                presence: Presence::Set,
            },
            None => ExprKind::Is {
                value,
                presence: Presence::Blank,
            },
        };
        Some(Expr { node, span })
    }

    /// The expressions among the children.
    pub(super) fn exprs(&mut self, node: &Node) -> Option<Vec<Expr>> {
        node.clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::expr)
            .map(|n| self.expr(&n))
            .collect()
    }

    /// The first expression among the children.
    pub(super) fn first_expr(&mut self, node: &Node) -> Option<Expr> {
        self.expr(&child(node, Rule::expr)?)
    }

    /// An operand without operators: a literal, a name, a call, or something in parentheses.
    pub(super) fn primary(&mut self, node: &Node) -> Option<Expr> {
        let span = self.span(node);
        let kind = match node.as_rule() {
            Rule::text => ExprKind::Text(self.name(node).text),
            Rule::number => ExprKind::Number(self.number(node)),
            Rule::quantity => ExprKind::Quantity(self.quantity(node)?),
            Rule::date => ExprKind::Date(self.date(node)),
            Rule::boolean => ExprKind::Bool(node.as_str() == "true"),
            Rule::field => ExprKind::Field(self.first_name(node)?),
            Rule::call => {
                let arguments = self.exprs(&child(node, Rule::arguments)?)?;
                ExprKind::Call {
                    function: self.first_name(node)?,
                    arguments,
                }
            }
            Rule::xpath => self.name_or_path(node)?,
            Rule::list => {
                let mut members = self.exprs(node)?;
                match (members.len(), members.pop()) {
                    (1, Some(only)) => ExprKind::Group(Box::new(only)),
                    (_, last) => {
                        members.extend(last);
                        ExprKind::List(members)
                    }
                }
            }
            Rule::expr => return self.expr(node),
            rule if is_name(rule) => ExprKind::Name(self.name(node)),
            _ => return None,
        };
        Some(Expr { node: kind, span })
    }

    fn name_or_path(&mut self, node: &Node) -> Option<ExprKind> {
        let mut path = self.path(node);
        match path.parts.len() {
            1 => path.parts.pop().map(ExprKind::Name),
            _ => Some(ExprKind::Path(path)),
        }
    }

    /// The one operand within a rule that wraps it.
    pub(super) fn only_primary(&mut self, node: &Node) -> Option<Expr> {
        self.primary(&node.clone().into_inner().next()?)
    }
}
