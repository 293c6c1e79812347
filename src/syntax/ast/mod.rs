//! The syntax tree: what stands in a file, typed, with its places, its comments and its blank lines, and before any
//! name has been looked up. One file a construct, in the order of the language guide.

mod access;
mod automation;
mod budget;
mod declare;
mod expr;
mod lifecycle;
mod meaning;
mod metric;
mod model;
mod name;
mod picklist;
mod route;
mod row;
mod signoff;
mod sync;
mod system;
mod test;
mod trivia;

pub use automation::{Automation, AutomationLine, Trigger};
pub use budget::{Amount, Budget, BudgetEntry, Count, Used, Volume, VolumeEntry};
pub use declare::{Const, Function, Param, Use};
pub use expr::{BinaryOp, Expr, ExprKind, Membership, Number, Presence, Quantity, Unit};
pub use lifecycle::{
    Choice, Column, Lifecycle, LifecycleLine, Owner, Pick, Rank, Stage, StageCell, StageState,
};
pub use lifecycle::{Transition, TransitionClause, TransitionClauseKind};
pub use metric::{Measure, Metric, MetricClause};
pub use model::{Model, ModelKind, Partition, PartitionRow, PartitionValues};
pub use name::{Arrow, FieldRef, Name, ObjectRef, Path, Quotes, SideField, SideFields};
pub use picklist::{Cell, MapRow, MapRowLine, Normalize, Outcome, Picklist, PicklistEnds};
pub use route::{Route, RouteCondition, RouteLine, RouteRow, RouteTarget};
pub use row::{
    BlankPolicy, Clause, ClauseKind, Fallback, FallbackKind, Operand, Row, Transform, Via, ViaKind,
};
pub use signoff::{Allow, Date, Signoff};
pub use sync::{
    AfterElse, Delete, DeleteAction, Fields, Leave, ManyRule, MatchPair, Mode, Order, Relation,
};
pub use sync::{RelationSide, Statement, Sync, SyncLine};
pub use system::{Setting, SettingLine, System};
pub use test::{Assign, Expect, Moment, Record, RecordRef, Step, StepKind, Test, TestLine};
pub use trivia::{Block, Comment, CommentKind, Layout, Line, Piece, Trivia};

use crate::source::{FileId, Span};

/// One parsed file. Items that could not be read are [`Item::Broken`]; what is wrong with them has been reported.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxTree {
    /// The file.
    pub file: FileId,
    /// The items in the order of the text. The file's own documentation (`//!`) is trivia of the first one, or of `tail`.
    pub items: Vec<Line<Item>>,
    /// Comments after the last item.
    pub tail: Vec<Piece>,
    /// What could not be read, in the order of the text: a declaration, a line of one, a header.
    pub unread: Vec<Span>,
}

/// A declaration at the top level of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `use std.transforms.{lower_trim}`
    Use(Use),
    /// `system hubspot: hubspot { … }`
    System(System),
    /// `model hybrid partition … { … }`
    Model(Model),
    /// `const NorthAmerica = ("United States", "Canada")`
    Const(Const),
    /// `fn site(url: text): text = lower(url)`
    Function(Function),
    /// `budget salesforce { … }`
    Budget(Budget),
    /// `volume per day { … }`
    Volume(Volume),
    /// `picklist Tier: hubspot.company.tier <-> salesforce.Account.Tier__c { … }`
    Picklist(Picklist),
    /// `normalize Country: text, ignoring case { … }`
    Normalize(Normalize),
    /// `sync Company: hubspot.company <-> salesforce.Account { … }`
    Sync(Sync),
    /// `fields Person: hubspot.contact <-> salesforce.(Lead | Contact) { … }`
    Fields(Fields),
    /// `relation BuyingRole: hubspot.(deal ~ contact) <-> salesforce.OpportunityContactRole { … }`
    Relation(Relation),
    /// `lifecycle Revenue { … }`
    Lifecycle(Lifecycle),
    /// `route salesforce.Lead on create { … }`
    Route(Route),
    /// `automation salesforce "Set account tier" { … }`
    Automation(Automation),
    /// `metric MQL: count hubspot.contact where …`
    Metric(Metric),
    /// `signoff design by sales, marketing before sandbox`
    Signoff(Signoff),
    /// `allow P008 in Person because "…" by "…" until 2027-06-30`
    Allow(Allow),
    /// `test "…" { … }`
    Test(Test),
    /// Could not be read; reported.
    Broken,
}
