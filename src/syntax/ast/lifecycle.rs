//! `lifecycle`: stages over columns of both systems, and who may move a record between them.

use super::{Block, Expr, FieldRef, Name};
use crate::source::{Span, Spanned};

/// `lifecycle Revenue { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifecycle {
    /// What it is called.
    pub name: Name,
    /// Columns, stages and transitions.
    pub body: Block<LifecycleLine>,
}

/// A line of a lifecycle.
#[derive(Clone, Debug, PartialEq)]
pub enum LifecycleLine {
    /// `column contact hubspot.contact.lifecyclestage`
    Column(Column),
    /// `mql: marketingqualifiedlead, "Working - Contacted", none`
    Stage(Stage),
    /// `lead, mql -> sql by salesforce by conversion`
    Transition(Transition),
    /// `start subscriber`
    Start(Vec<Name>),
    /// `final customer`
    Final(Vec<Name>),
    /// `truth salesforce`: whose move counts where both sides moved.
    Truth(Name),
    /// Could not be read; reported.
    Broken,
}

/// `column deal salesforce.Opportunity.StageName through BuyingRole, furthest open else latest closed`.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What guards call it.
    pub name: Name,
    /// The field that holds the stage.
    pub field: FieldRef,
    /// The relation or sync that leads there.
    pub through: Option<Name>,
    /// Which of several candidate records.
    pub choice: Option<Choice>,
}

/// `furthest open else latest closed`: the alternatives in order, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Tried in this order.
    pub picks: Vec<Pick>,
    /// All of it.
    pub span: Span,
}

/// `furthest open`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Which.
    pub rank: Rank,
    /// Of which ones; of all where it is not said.
    pub state: Option<StageState>,
    /// Both.
    pub span: Span,
}

/// Which of several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rank {
    /// The one in the last stage.
    Furthest,
    /// The one that changed last.
    Latest,
    /// The one that was made first.
    Earliest,
}

/// Whether a record is still on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageState {
    /// It is.
    Open,
    /// It is not.
    Closed,
}

/// `customer: customer | evangelist, none, "Closed Won"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What it is called.
    pub name: Name,
    /// One for each column, in their order.
    pub cells: Vec<StageCell>,
}

/// What a column holds in a stage.
#[derive(Clone, Debug, PartialEq)]
pub enum StageCell {
    /// `customer | evangelist`: any of these; the first is what is written.
    Values(Vec<Name>),
    /// `none`: nothing is written.
    None(Span),
}

/// `lost -> mql by hubspot when …, as task, keep owner else route`.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The stages that are left.
    pub from: Vec<Name>,
    /// The stage that is entered.
    pub to: Name,
    /// By whom, when, and how.
    pub clauses: Vec<TransitionClause>,
}

/// A clause of a transition.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionClause {
    /// What it says.
    pub node: TransitionClauseKind,
    /// All of it.
    pub span: Span,
}

/// The clauses of a transition.
#[derive(Clone, Debug, PartialEq)]
pub enum TransitionClauseKind {
    /// `by hubspot`: who may take it. Two of them: either.
    By(Name),
    /// `by conversion`
    ByConversion,
    /// `when contact.hubspotscore >= 50`
    When(Expr),
    /// `as task`: what is made at a re-entry.
    As(Name),
    /// `clear first`: a field that does not move backwards is cleared, and set then.
    ClearFirst,
    /// `keep owner else route`
    Owner(Spanned<Owner>),
}

/// Who owns what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// `keep owner`
    Keep,
    /// `keep owner else route`: whoever had it; where that one is gone, by the route.
    KeepElseRoute,
    /// `route`
    Route,
}
