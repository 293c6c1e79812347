//! Expressions: typed, total and pure, once names are known. Here they are still words.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Date, Name, Path};
use crate::source::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it says.
    pub node: ExprKind,
    /// From its first to its last character.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `email`, `gold`, `NorthAmerica`: a field, a value or a constant, as the neighbours say. Never a quoted text.
    Name(Name),
    /// `.email`: a field, where a bare name would be a value.
    Field(Name),
    /// `contact.hubspotscore`, `env.default_owner`. At least two names.
    Path(Path),
    /// `"Closed Won"`
    Text(SmolStr),
    /// `50`, `1_000.5`
    Number(Number),
    /// `5 minutes`, `18 %`, `10 GB`
    Quantity(Quantity),
    /// `2027-06-30`
    Date(Date),
    /// `true`, `false`
    Bool(bool),
    /// `domain_of(Website)`, `entered(lost)`
    Call {
        /// The function.
        function: Name,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `("United States", "Canada")`: two or more, or none. One in parentheses is a [`Group`](Self::Group).
    List(Vec<Expr>),
    /// `( … )`
    Group(Box<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `a and b`, `a >= b`, `a + b`
    Binary {
        /// What joins them.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `a in ("x", "y")`, `a in NorthAmerica`
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// Where.
        set: Membership,
    },
    /// `a is set`, `a is blank`
    Is {
        /// What is looked at.
        value: Box<Expr>,
        /// What it should be.
        presence: Presence,
    },
    /// `a changed`
    Changed(Box<Expr>),
}

/// What stands after `in`.
#[derive(Clone, Debug, PartialEq)]
pub enum Membership {
    /// `("x", "y")`: the members.
    List(Vec<Expr>),
    /// `NorthAmerica`: a constant, always.
    Const(Name),
}

/// What stands after `is`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// `is set`
    Set,
    /// `is blank`
    Blank,
}

/// What joins two operands, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl BinaryOp {
    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// A number: `60`, `100_000`, `0.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// What it is worth; zero where it could not be read, which has been reported.
    pub value: Decimal,
    /// Where.
    pub span: Span,
}

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// How many.
    pub number: Number,
    /// Of what.
    pub unit: Unit,
    /// Both.
    pub span: Span,
}

/// A unit of time, of storage, or a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `seconds`
    Seconds,
    /// `minutes`
    Minutes,
    /// `hours`
    Hours,
    /// `days`
    Days,
    /// `weeks`
    Weeks,
    /// `months`
    Months,
    /// `years`
    Years,
    /// `KB`
    Kilobytes,
    /// `MB`
    Megabytes,
    /// `GB`
    Gigabytes,
    /// `TB`
    Terabytes,
    /// `%`
    Percent,
}
