//! `route`: who gets a record.

use super::{Block, Expr, ObjectRef};
use crate::source::Span;

/// `route salesforce.Lead on create { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Records of what.
    pub object: ObjectRef,
    /// Conditions and targets; the first one that holds decides.
    pub rows: Block<RouteLine>,
}

/// A line of a route.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteLine {
    /// `Country in NorthAmerica -> queue "SMB"`
    Row(RouteRow),
    /// Could not be read; reported.
    Broken,
}

/// A condition and who gets the record.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteRow {
    /// When.
    pub condition: RouteCondition,
    /// Who.
    pub target: RouteTarget,
}

/// When a row of a route applies.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteCondition {
    /// When this holds.
    When(Expr),
    /// `else`: always.
    Else(Span),
}

/// Who gets the record: each a text or `env.name`.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteTarget {
    /// `user env.default_owner`
    User(Expr),
    /// `queue "Partner desk"`
    Queue(Expr),
    /// `round robin "SMB NA"`
    RoundRobin(Expr),
}
