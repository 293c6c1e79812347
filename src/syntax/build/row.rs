//! Rows and their clauses.

use thin_vec::ThinVec;

use super::name::is_name;
use super::{Builder, Node, child, has};
use crate::diagnostic::{Code, Diagnostic};
use crate::side::Side;
use crate::source::Spanned;
use crate::syntax::ast::{
    Arrow, BlankPolicy, Clause, ClauseKind, Expr, ExprKind, Fallback, FallbackKind, Operand, Path,
    Quotes, Row, Transform, Via, ViaKind,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn row(&mut self, node: Node) -> Option<Row> {
        let mut nodes = node.into_inner();
        let (left, arrow) = self.side(&mut nodes)?;
        let arrow = self.arrow(&arrow?);
        let (right, mut next) = self.side(&mut nodes)?;
        let mut clauses = ThinVec::new();
        while let Some(node) = next {
            if node.as_rule() == Rule::clause {
                clauses.push(self.clause(node)?);
            }
            next = nodes.next();
        }
        self.repeated(&clauses);
        Some(Row {
            left,
            arrow,
            right,
            clauses,
        })
    }

    /// One side of a row, and the node behind it.
    fn side<'t>(
        &mut self,
        nodes: &mut impl Iterator<Item = Node<'t>>,
    ) -> Option<(Operand, Option<Node<'t>>)> {
        let first = nodes.next()?;
        let operand = match first.as_rule() {
            Rule::text => Operand::Text(self.name(&first)),
            Rule::number => Operand::Number(self.number(&first)),
            Rule::computed => Operand::Expr(Box::new(Expr {
                node: ExprKind::Group(Box::new(self.first_expr(&first)?)),
                span: self.span(&first),
            })),
            _ => return self.field_side(&first, nodes),
        };
        Some((operand, nodes.next()))
    }

    fn field_side<'t>(
        &mut self,
        first: &Node<'t>,
        nodes: &mut impl Iterator<Item = Node<'t>>,
    ) -> Option<(Operand, Option<Node<'t>>)> {
        let name = self.name(first);
        let mut next = nodes.next();
        if !next.as_ref().is_some_and(|n| is_name(n.as_rule())) {
            let operand = match (name.quotes, name.as_str()) {
                (Quotes::Bare, truth @ ("true" | "false")) => {
                    Operand::Bool(Spanned::new(truth == "true", name.span))
                }
                _ => Operand::Field(name),
            };
            return Some((operand, next));
        }
        let mut path = Path {
            span: name.span,
            parts: vec![name],
        };
        while let Some(node) = next.take_if(|n| is_name(n.as_rule())) {
            let part = self.name(&node);
            path.span = path.span.to(part.span);
            path.parts.push(part);
            next = nodes.next();
        }
        Some((Operand::Path(path), next))
    }

    fn clause(&mut self, node: Node) -> Option<Clause> {
        let span = self.span(&node);
        let mut nodes = node.clone().into_inner();
        let mut word = nodes.next()?;
        let mut direction = None;
        if word.as_rule() == Rule::arrow {
            direction = Some(self.arrow(&word));
            word = nodes.next()?;
        }
        let kind = match word.as_rule() {
            Rule::k_via => ClauseKind::Via(Box::new(self.via(nodes)?)),
            Rule::k_through => ClauseKind::Through(match child(&node, Rule::alternatives) {
                Some(several) => self.names(&several),
                None => vec![self.first_name(&node)?],
            }),
            Rule::k_prefer => ClauseKind::Prefer(self.name(&nodes.next()?)),
            Rule::k_latest => ClauseKind::Latest(self.first_name(&node)?),
            Rule::k_ask => ClauseKind::Ask,
            Rule::k_blank => ClauseKind::Blank(blank_policy(&node)),
            Rule::k_on => ClauseKind::OnCreate,
            Rule::k_fill => ClauseKind::FillOnly,
            Rule::k_default => ClauseKind::Default(Box::new(self.first_expr(&node)?)),
            Rule::k_enforce => ClauseKind::Enforce,
            Rule::k_currency => ClauseKind::Currency {
                left: Box::new(self.first_name(&node)?),
                right: Box::new(self.nth_name(&node, 1)?),
            },
            Rule::k_when => ClauseKind::When(Box::new(self.first_expr(&node)?)),
            Rule::k_as => ClauseKind::As(self.first_name(&node)?),
            _ => ClauseKind::Wins(self.name(&word)),
        };
        Some(Clause {
            node: kind,
            direction,
            span,
        })
    }

    fn via<'t>(&mut self, mut nodes: impl Iterator<Item = Node<'t>>) -> Option<Via> {
        let how = nodes.next()?;
        let how = match how.as_rule() {
            Rule::transform => ViaKind::One(self.transform(how)?),
            _ => self.transforms(&how)?,
        };
        let otherwise = match nodes.next() {
            Some(fallback) => Some(Box::new(self.fallback(&fallback)?)),
            None => None,
        };
        Some(Via { how, otherwise })
    }

    fn transform(&mut self, node: Node) -> Option<Transform> {
        let mut nodes = node.into_inner();
        let mut first = nodes.next()?;
        let each = (first.as_rule() == Rule::k_each).then(|| self.token(&first));
        if each.is_some() {
            first = nodes.next()?;
        }
        let name = self.name(&first);
        let mut span = each.map_or(name.span, |each| each.to(name.span));
        let mut arguments = Vec::new();
        if let Some(node) = nodes.next() {
            span = span.to(self.span(&node));
            arguments = self.exprs(&node)?;
        }
        Some(Transform {
            each,
            name,
            arguments: arguments.into(),
            span,
        })
    }

    /// `{ -> f, <- g }`, in either order.
    fn transforms(&mut self, node: &Node) -> Option<ViaKind> {
        let (mut right, mut left): (Option<Transform>, Option<Transform>) = (None, None);
        let mut arrow = None;
        for part in node.clone().into_inner() {
            match (
                part.as_rule(),
                arrow.as_ref().map(|a: &Spanned<Arrow>| a.node),
            ) {
                (Rule::arrow, _) => arrow = Some(self.arrow(&part)),
                (Rule::transform, Some(Arrow::Right)) if right.is_none() => {
                    right = Some(self.transform(part)?)
                }
                (Rule::transform, Some(Arrow::Left)) if left.is_none() => {
                    left = Some(self.transform(part)?)
                }
                (Rule::transform, Some(_)) => {
                    self.report(
                        Diagnostic::new(
                            Code::S001,
                            "a pair of transforms has one `->` and one `<-`",
                        )
                        .at(arrow?.span, "")
                        .help("write it as\n  via { -> f, <- g }"),
                    );
                    return None;
                }
                _ => {}
            }
        }
        Some(ViaKind::Pair {
            right: Box::new(right?),
            left: Box::new(left?),
        })
    }

    fn fallback(&mut self, node: &Node) -> Option<Fallback> {
        let what = node.clone().into_inner().nth(1)?;
        let kind = match what.as_rule() {
            Rule::k_keep => FallbackKind::Keep,
            Rule::k_blank => FallbackKind::Blank,
            Rule::k_reject => FallbackKind::Reject,
            _ => FallbackKind::Value(self.only_primary(&what)?),
        };
        Some(Fallback {
            node: kind,
            span: self.span(&what),
        })
    }

    /// Reports each clause that says again what a clause before it says for the same direction (S003).
    fn repeated(&mut self, clauses: &[Clause]) {
        if clauses.len() < 2 {
            return;
        }
        let mut seen: Vec<&Clause> = Vec::new();
        for clause in clauses {
            let same = |c: &&&Clause| c.node.repeats(&clause.node) && overlap(c, clause);
            match seen.iter().find(same) {
                None => seen.push(clause),
                Some(first) => self.report(
                    Diagnostic::new(Code::S003, said_twice(&first.node, &clause.node))
                        .at(clause.span, "said again here")
                        .at(first.span, "first said here")
                        .help("keep one of them"),
                ),
            }
        }
    }
}

fn said_twice(first: &ClauseKind, again: &ClauseKind) -> String {
    match (words(first), words(again)) {
        (a, b) if a == b => format!("`{a}` is said twice in this row"),
        (a, b) => format!("`{a}` and `{b}` both say who wins in this row"),
    }
}

/// Whether two clauses speak of one direction.
fn overlap(a: &Clause, b: &Clause) -> bool {
    let reaches = |c: &Clause, side| c.direction.is_none_or(|d| d.node.writes(side));
    Side::BOTH
        .into_iter()
        .any(|side| reaches(a, side) && reaches(b, side))
}

/// What follows `blank`.
pub(super) fn blank_policy(node: &Node) -> BlankPolicy {
    if has(node, Rule::k_clears) {
        BlankPolicy::Clears
    } else {
        BlankPolicy::Keeps
    }
}

/// How a clause begins.
const fn words(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Via(_) => "via",
        ClauseKind::Through(_) => "through",
        ClauseKind::Prefer(_) => "prefer",
        ClauseKind::Wins(_) => "wins",
        ClauseKind::Latest(_) => "latest",
        ClauseKind::Ask => "ask",
        ClauseKind::Blank(_) => "blank",
        ClauseKind::OnCreate => "on create",
        ClauseKind::FillOnly => "fill only",
        ClauseKind::Default(_) => "default",
        ClauseKind::Enforce => "enforce",
        ClauseKind::Currency { .. } => "currency",
        ClauseKind::When(_) => "when",
        ClauseKind::As(_) => "as",
    }
}
