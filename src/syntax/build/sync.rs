//! `sync`, `fields` and `relation`, and their statements.

use super::row::blank_policy;
use super::{Builder, Node, child, has};
use crate::source::Spanned;
use crate::syntax::ast::{
    AfterElse, Block, Delete, DeleteAction, Fields, Item, Leave, ManyRule, MatchPair, Mode, Order,
    Relation, RelationSide, Statement, Sync, SyncLine,
};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn sync(&mut self, node: &Node, body: Block<SyncLine>) -> Option<Item> {
        let mut objects = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::object_ref);
        let modes = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::mode);
        Some(Item::Sync(Sync {
            name: self.first_name(node)?,
            left: self.object_ref(&objects.next()?)?,
            arrow: self.arrow(&child(node, Rule::arrow)?),
            right: self.object_ref(&objects.next()?)?,
            modes: modes.map(|n| self.spanned(&n, mode(&n))).collect(),
            body,
        }))
    }

    pub fn fields(&mut self, node: &Node, body: Block<SyncLine>) -> Option<Item> {
        let mut objects = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::object_ref);
        Some(Item::Fields(Fields {
            name: self.first_name(node)?,
            left: self.object_ref(&objects.next()?)?,
            arrow: self.arrow(&child(node, Rule::arrow)?),
            right: self.object_ref(&objects.next()?)?,
            body,
        }))
    }

    pub fn relation(&mut self, node: &Node, body: Block<SyncLine>) -> Option<Item> {
        let mut sides = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::relation_side);
        Some(Item::Relation(Relation {
            name: self.first_name(node)?,
            left: self.relation_side(&sides.next()?)?,
            arrow: self.arrow(&child(node, Rule::arrow)?),
            right: self.relation_side(&sides.next()?)?,
            body,
        }))
    }

    fn relation_side(&mut self, node: &Node) -> Option<RelationSide> {
        match child(node, Rule::association) {
            None => Some(RelationSide::Object(self.object_ref(node)?)),
            Some(ends) => Some(RelationSide::Association {
                system: self.first_name(node)?,
                from: self.first_name(&ends)?,
                to: self.nth_name(&ends, 1)?,
                span: self.span(node),
            }),
        }
    }

    pub fn spread(&mut self, node: &Node) -> Option<SyncLine> {
        let except = self.name_list(node).unwrap_or_default();
        Some(SyncLine::Spread {
            name: self.first_name(node)?,
            except,
        })
    }

    pub fn statement(&mut self, node: &Node) -> Option<SyncLine> {
        Some(SyncLine::Statement(match node.as_rule() {
            Rule::truth => Statement::Truth(self.first_name(node)?),
            Rule::mode_line => Statement::Mode(mode(&child(node, Rule::mode)?)),
            Rule::match_line => {
                let pairs = node
                    .clone()
                    .into_inner()
                    .filter(|n| n.as_rule() == Rule::match_pair);
                Statement::Match(pairs.map(|n| self.match_pair(&n)).collect::<Option<_>>()?)
            }
            Rule::many => Statement::Many {
                side: self.first_name(node)?,
                rule: self.many_rule(node)?,
            },
            Rule::key => {
                let fields = node
                    .clone()
                    .into_inner()
                    .filter(|n| n.as_rule() == Rule::side_field);
                Statement::Key(fields.map(|n| self.side_field(&n)).collect::<Option<_>>()?)
            }
            Rule::create => Statement::Create(self.name_list(node)?),
            Rule::delete => {
                let rules = node
                    .clone()
                    .into_inner()
                    .filter(|n| n.as_rule() == Rule::delete_rule);
                Statement::Delete(rules.map(|n| self.delete_rule(&n)).collect::<Option<_>>()?)
            }
            Rule::after => Statement::After {
                sync: self.first_name(node)?,
                otherwise: self.after_else(node)?,
            },
            Rule::yields => Statement::YieldsTo(self.name_list(node)?),
            Rule::converts => Statement::ConvertsTo(self.first_name(node)?),
            Rule::admission => {
                let (side, condition) = (self.first_name(node)?, self.first_expr(node)?);
                if has(node, Rule::k_from) {
                    Statement::From { side, condition }
                } else {
                    Statement::While { side, condition }
                }
            }
            Rule::leave => Statement::Leave(self.leave(node)?),
            Rule::handoff => {
                let within = child(node, Rule::quantity);
                let fields = node
                    .clone()
                    .into_inner()
                    .filter(|n| n.as_rule() == Rule::path);
                Statement::Handoff {
                    requires: fields.map(|n| self.path(&n)).collect(),
                    within: within.and_then(|n| self.quantity(&n)),
                }
            }
            Rule::narrow => {
                let (system, value) = (self.first_name(node)?, self.nth_name(node, 1)?);
                if has(node, Rule::k_record) {
                    Statement::RecordType { system, value }
                } else {
                    Statement::Pipeline { system, value }
                }
            }
            Rule::protect => {
                let fields = self.side_fields(&child(node, Rule::side_fields)?)?;
                let word = |rule| child(node, rule).map(|n| self.token(&n));
                let after_create = word(Rule::k_after)
                    .zip(word(Rule::k_create))
                    .map(|(a, b)| a.to(b));
                Statement::Protect {
                    fields,
                    after_create,
                }
            }
            Rule::blank_line => Statement::Blank {
                direction: self.arrow(&child(node, Rule::arrow)?),
                policy: blank_policy(node),
            },
            Rule::ends => Statement::Ends(self.name_list(node)?),
            _ => return None,
        }))
    }

    fn match_pair(&mut self, node: &Node) -> Option<MatchPair> {
        let mut sides = node
            .clone()
            .into_inner()
            .filter(|n| matches!(n.as_rule(), Rule::call | Rule::xpath));
        let (left, right) = (self.primary(&sides.next()?)?, self.primary(&sides.next()?)?);
        Some(MatchPair {
            span: left.span.to(right.span),
            left,
            right,
        })
    }

    fn many_rule(&mut self, node: &Node) -> Option<ManyRule> {
        if has(node, Rule::k_hold) {
            return Some(ManyRule::Hold);
        }
        let which = if has(node, Rule::k_first) {
            Order::First
        } else {
            Order::Last
        };
        Some(ManyRule::Keep {
            which,
            by: self.name_list(node)?,
        })
    }

    fn delete_rule(&mut self, node: &Node) -> Option<Delete> {
        let side = if has(node, Rule::k_in) {
            Some(self.first_name(node)?)
        } else {
            None
        };
        let last = node.clone().into_inner().next_back()?;
        let action = match last.as_rule() {
            Rule::k_keep => DeleteAction::Keep,
            Rule::k_unlink => DeleteAction::Unlink,
            Rule::k_archive => DeleteAction::Archive,
            Rule::k_propagate => DeleteAction::Propagate,
            _ => DeleteAction::Flag(self.name(&last)),
        };
        Some(Delete {
            side,
            action,
            span: self.span(node),
        })
    }

    /// The inner `None`: nothing is said.
    #[expect(clippy::option_option, reason = "the outer one is the builder's own")]
    fn after_else(&mut self, node: &Node) -> Option<Option<AfterElse>> {
        if has(node, Rule::k_without) {
            return Some(Some(AfterElse::Without));
        }
        if has(node, Rule::k_as) {
            return Some(Some(AfterElse::As(self.nth_name(node, 1)?)));
        }
        Some(None)
    }

    fn leave(&mut self, node: &Node) -> Option<Spanned<Leave>> {
        let word = node.clone().into_inner().nth(1)?;
        let leave = match word.as_rule() {
            Rule::k_continue => Leave::Continue,
            Rule::k_freeze => Leave::Freeze,
            _ => Leave::Unlink,
        };
        Some(self.spanned(&word, leave))
    }
}

fn mode(node: &Node) -> Mode {
    if has(node, Rule::k_link) {
        Mode::LinkOnly
    } else {
        Mode::AppendOnly
    }
}
