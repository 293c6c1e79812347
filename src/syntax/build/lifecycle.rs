//! `lifecycle`.

use super::{Builder, Node, child, has};
use crate::syntax::ast::{
    Block, Choice, Column, Item, Lifecycle, LifecycleLine, Owner, Pick, Rank, Stage, StageCell,
    StageState, Transition, TransitionClause, TransitionClauseKind,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn lifecycle(&mut self, node: &Node, body: Block<LifecycleLine>) -> Option<Item> {
        Some(Item::Lifecycle(Lifecycle {
            name: self.first_name(node)?,
            body,
        }))
    }

    pub fn column(&mut self, node: &Node) -> Option<LifecycleLine> {
        let choice = child(node, Rule::choice).map(|choice| Choice {
            picks: choice
                .clone()
                .into_inner()
                .filter(|n| n.as_rule() == Rule::pick)
                .map(|n| self.pick(&n))
                .collect(),
            span: self.span(&choice),
        });
        Some(LifecycleLine::Column(Column {
            name: self.first_name(node)?,
            field: self.field_ref(&child(node, Rule::field_ref)?)?,
            through: self.nth_name(node, 1),
            choice,
        }))
    }

    fn pick(&self, node: &Node) -> Pick {
        let word = |rule| child(node, rule);
        Pick {
            rank: match word(Rule::rank).as_ref().map_or("", Node::as_str) {
                "furthest" => Rank::Furthest,
                "latest" => Rank::Latest,
                _ => Rank::Earliest,
            },
            state: word(Rule::stage_state).map(|n| {
                if n.as_str() == "open" {
                    StageState::Open
                } else {
                    StageState::Closed
                }
            }),
            span: self.span(node),
        }
    }

    pub fn stage(&mut self, node: &Node) -> Option<LifecycleLine> {
        let cells = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::stage_cell);
        let cells = cells.map(|n| self.stage_cell(&n)).collect();
        Some(LifecycleLine::Stage(Stage {
            name: self.first_name(node)?,
            cells,
        }))
    }

    fn stage_cell(&mut self, node: &Node) -> StageCell {
        if has(node, Rule::k_none) {
            return StageCell::None(self.span(node));
        }
        StageCell::Values(self.names(node))
    }

    pub fn bounds(&mut self, node: &Node) -> Option<LifecycleLine> {
        let stages = self.name_list(node)?;
        Some(if has(node, Rule::k_start) {
            LifecycleLine::Start(stages)
        } else {
            LifecycleLine::Final(stages)
        })
    }

    pub fn leader(&mut self, node: &Node) -> Option<LifecycleLine> {
        Some(LifecycleLine::Truth(self.first_name(node)?))
    }

    pub fn transition(&mut self, node: &Node) -> Option<LifecycleLine> {
        let clauses = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::step_clause);
        Some(LifecycleLine::Transition(Transition {
            from: self.name_list(node)?,
            to: self.first_name(node)?,
            clauses: clauses
                .map(|n| self.step_clause(&n))
                .collect::<Option<_>>()?,
        }))
    }

    fn step_clause(&mut self, node: &Node) -> Option<TransitionClause> {
        let span = self.span(node);
        let kind = match node.clone().into_inner().next()?.as_rule() {
            Rule::k_by if has(node, Rule::k_conversion) => TransitionClauseKind::ByConversion,
            Rule::k_by => TransitionClauseKind::By(self.first_name(node)?),
            Rule::k_when => TransitionClauseKind::When(self.first_expr(node)?),
            Rule::k_as => TransitionClauseKind::As(self.first_name(node)?),
            Rule::k_clear => TransitionClauseKind::ClearFirst,
            Rule::k_keep if has(node, Rule::k_route) => {
                TransitionClauseKind::Owner(self.spanned(node, Owner::KeepElseRoute))
            }
            Rule::k_keep => TransitionClauseKind::Owner(self.spanned(node, Owner::Keep)),
            _ => TransitionClauseKind::Owner(self.spanned(node, Owner::Route)),
        };
        Some(TransitionClause { node: kind, span })
    }
}
