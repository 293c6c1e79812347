//! `metric`: numbers counted on both sides.

use super::{Expr, Name, ObjectRef, Quantity};
use crate::source::Span;

/// `metric MQL: count hubspot.contact where …, equals count salesforce.Lead where …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What it is called.
    pub name: Name,
    /// What is measured.
    pub measure: Measure,
    /// What it should be.
    pub clauses: Vec<MetricClause>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// `count hubspot.contact where …`
    Count {
        /// Records of what.
        object: ObjectRef,
        /// Which of them.
        condition: Option<Expr>,
        /// All of it.
        span: Span,
    },
    /// `rate entered(mql) -> entered(sql) within 90 days`
    Rate {
        /// What begins.
        from: Expr,
        /// What should follow.
        to: Expr,
        /// In what time.
        within: Option<Quantity>,
        /// All of it.
        span: Span,
    },
}

/// What a metric should be.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricClause {
    /// `equals count salesforce.Lead where …`
    Equals(Measure),
    /// `baseline 18 %`
    Baseline(Quantity),
    /// `target 25 %`
    Target(Quantity),
}
