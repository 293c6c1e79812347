//! Who gets a record, and which side leads: routes and the operating model, with names resolved.

use super::{Expr, FieldRef, MapValue, ObjectRef, SystemId};
use crate::platform::SystemKind;
use crate::source::{Span, Spanned};

/// `route OBJECT on create { … }`: who gets a record that is made and for which no owner comes along.
///
/// A declaration for several objects is one route for each of them. In its conditions the record is the left one.
#[derive(Clone, Debug)]
pub struct Route {
    /// The whole declaration.
    pub span: Span,
    /// Where the object is written.
    pub place: Span,
    /// The object.
    pub object: ObjectRef,
    /// The branches; the first one whose condition holds decides.
    pub branches: Vec<Branch>,
}

/// A line of a route.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The line.
    pub span: Span,
    /// When it applies; none for `else`.
    pub condition: Option<Expr>,
    /// What kind of owner gets the record.
    pub kind: AssigneeKind,
    /// Which one: a text, or a name of the environment.
    pub who: Expr,
}

/// What kind of owner a route names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssigneeKind {
    /// `user`
    User,
    /// `queue`
    Queue,
    /// `round robin`: several people, by turns.
    RoundRobin,
}

/// `model …`: the rule pack that the spec is held to.
#[derive(Clone, Debug)]
pub struct OperatingModel {
    /// The declaration.
    pub span: Span,
    /// Who leads.
    pub lead: Spanned<Lead>,
    /// The systems of the kind that leads; of a hybrid model, and where none is declared, empty.
    pub leaders: Vec<SystemId>,
    /// Which part of the records each side leads, of a hybrid model; one for each object that it names.
    pub partitions: Vec<Partition>,
}

/// Who leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The system of one kind leads everywhere.
    Kind(SystemKind),
    /// Each side leads a part.
    Hybrid,
}

/// The parts of a hybrid model.
#[derive(Clone, Debug)]
pub struct Partition {
    /// Whose field.
    pub object: ObjectRef,
    /// The field that tells the parts apart.
    pub field: FieldRef,
    /// The parts, in order.
    pub parts: Vec<PartitionPart>,
}

/// A line of a partition.
#[derive(Clone, Debug)]
pub struct PartitionPart {
    /// The line.
    pub span: Span,
    /// The values; none for `else`.
    pub values: Option<Vec<MapValue>>,
    /// The system that leads; none where its name is unknown.
    pub leader: Option<SystemId>,
}
