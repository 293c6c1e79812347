//! `metric`.

use super::{Builder, Node, child, has};
use crate::syntax::ast::{Item, Measure, Metric, MetricClause};
use crate::syntax::grammar::Rule;

impl Builder {
    pub fn metric_item(&mut self, node: &Node) -> Option<Item> {
        let clauses = node
            .clone()
            .into_inner()
            .filter(|n| n.as_rule() == Rule::metric_clause);
        Some(Item::Metric(Metric {
            name: self.first_name(node)?,
            measure: self.measure(&child(node, Rule::measure)?)?,
            clauses: clauses
                .map(|n| self.metric_clause(&n))
                .collect::<Option<_>>()?,
        }))
    }

    fn measure(&mut self, node: &Node) -> Option<Measure> {
        let span = self.span(node);
        if let Some(counted) = child(node, Rule::counted) {
            let condition = match child(&counted, Rule::expr) {
                Some(expr) => Some(self.expr(&expr)?),
                None => None,
            };
            let object = self.object_ref(&child(&counted, Rule::object_ref)?)?;
            return Some(Measure::Count {
                object,
                condition,
                span,
            });
        }
        let rate = child(node, Rule::rate)?;
        let mut steps = self.exprs(&rate)?.into_iter();
        let within = child(&rate, Rule::quantity).and_then(|n| self.quantity(&n));
        Some(Measure::Rate {
            from: steps.next()?,
            to: steps.next()?,
            within,
            span,
        })
    }

    fn metric_clause(&mut self, node: &Node) -> Option<MetricClause> {
        if let Some(measure) = child(node, Rule::measure) {
            return Some(MetricClause::Equals(self.measure(&measure)?));
        }
        let quantity = self.quantity(&child(node, Rule::quantity)?)?;
        Some(if has(node, Rule::k_target) {
            MetricClause::Target(quantity)
        } else {
            MetricClause::Baseline(quantity)
        })
    }
}
