//! Lifecycles: stages as rows over columns of both systems, and who may move a record from one to another.

use smol_str::SmolStr;

use super::{Expr, FieldRef, MapValue, RelationId, SyncId, SystemId};
use crate::source::{Span, Spanned};

pub use crate::plan::{Pick, Rank, StageState};

/// `lifecycle NAME { … }`.
///
/// A cluster is what belongs to one person or one company: a record for each column, as far as there are any. Its stage is
/// the row in which the last column with a record stands; a record that has not changed since the stage was left no longer
/// decides.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The whole declaration.
    pub span: Span,
    /// The columns.
    pub columns: Vec<StageColumn>,
    /// The stages, from the first to the last.
    pub stages: Vec<Stage>,
    /// The stage in which everybody begins; the first row where nothing is said.
    pub start: Option<Spanned<StageIdx>>,
    /// Stages that nothing leaves.
    pub finals: Vec<Spanned<StageIdx>>,
    /// The permitted moves. A line that names an unknown stage is not among them, and reported.
    pub transitions: Vec<Transition>,
    /// `truth SYSTEM`: whose move counts where both sides moved, and the moves do not follow on each other.
    pub truth: Option<Spanned<SystemId>>,
}

/// A stage of its lifecycle, by its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageIdx(pub u32);

impl StageIdx {
    /// The row as a position.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A column of a lifecycle: a field in which the stage shows.
#[derive(Clone, Debug)]
pub struct StageColumn {
    /// What guards call it.
    pub name: Spanned<SmolStr>,
    /// The field; none where its name is unknown.
    pub field: Option<FieldRef>,
    /// What leads from the person to its records; none where a sync links them.
    pub through: Option<Spanned<Through>>,
    /// Which of several records decides: the alternatives in order.
    pub choice: Vec<Pick>,
    /// As written after the field, for the docs.
    pub rule: Option<String>,
}

/// What leads to the records of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// The references of a sync.
    Sync(SyncId),
    /// A many-to-many relation.
    Relation(RelationId),
    /// A name that is unknown, and reported.
    Unknown,
}

/// A row of the stage table.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// For each column the values, the first of which is written; none writes nothing.
    pub cells: Vec<Vec<MapValue>>,
}

/// A permitted move.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Where it is written.
    pub span: Span,
    /// From any of these stages.
    pub from: Vec<Spanned<StageIdx>>,
    /// To this one.
    pub to: Spanned<StageIdx>,
    /// Who may take it; either system where nobody is named.
    pub by: Vec<Spanned<SystemId>>,
    /// By the conversion of a record, and not by an edit.
    pub conversion: Option<Span>,
    /// When it is permitted. In it a field is one of the column's record, whichever its side.
    pub when: Option<Expr>,
    /// A field that does not move backwards is cleared, and set then.
    pub clear_first: Option<Span>,
    /// What is made at a re-entry.
    pub made: Option<Spanned<Made>>,
    /// Who owns it.
    pub owner: Option<Spanned<NewOwner>>,
}

/// What is made when somebody comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// A task for the owner.
    Task,
    /// A new lead.
    Lead,
    /// A new opportunity.
    Opportunity,
}

impl Made {
    /// All, in the order in which they are named to people.
    pub const ALL: [Self; 3] = [Self::Task, Self::Lead, Self::Opportunity];

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Lead => "lead",
            Self::Opportunity => "opportunity",
        }
    }
}

/// Who owns what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewOwner {
    /// Whoever had it.
    Keep,
    /// Whoever had it; where that one is gone, by the route.
    KeepElseRoute,
    /// Whom the route names.
    Route,
}

impl NewOwner {
    /// As it is written.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Keep => "keep owner",
            Self::KeepElseRoute => "keep owner else route",
            Self::Route => "route",
        }
    }
}

impl Lifecycle {
    /// A stage.
    pub fn stage(&self, at: StageIdx) -> Option<&Stage> {
        self.stages.get(at.index())
    }

    /// The stages by their rows.
    pub fn rows(&self) -> impl Iterator<Item = (StageIdx, &Stage)> {
        (0..).map(StageIdx).zip(&self.stages)
    }

    /// What a stage is called.
    pub fn stage_name(&self, at: StageIdx) -> &str {
        self.stage(at).map_or("", |s| s.name.node.as_str())
    }

    /// The values that a column may show in a stage; empty where it shows nothing.
    pub fn cell(&self, at: StageIdx, column: usize) -> &[MapValue] {
        self.stage(at)
            .and_then(|s| s.cells.get(column))
            .map_or(&[], Vec::as_slice)
    }

    /// The stage in which everybody begins.
    pub fn first(&self) -> StageIdx {
        self.start.map_or(StageIdx(0), |s| s.node)
    }

    /// Whether nothing is to leave a stage.
    pub fn is_final(&self, at: StageIdx) -> bool {
        self.finals.iter().any(|f| f.node == at)
    }
}

impl Transition {
    /// Whether it leads away from a stage.
    pub fn leaves(&self, stage: StageIdx) -> bool {
        self.from.iter().any(|f| f.node == stage)
    }
}
