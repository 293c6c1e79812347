//! Rows: one line a field.

use thin_vec::ThinVec;

use super::{Arrow, Expr, Name, Number, Path};
use crate::source::{Span, Spanned};

/// `country <-> BillingCountry  via Country, prefer salesforce unless blank`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Left of the arrow.
    pub left: Operand,
    /// Who may write whom.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: Operand,
    /// What else holds, in the order of the text. No clause is written twice for one direction.
    pub clauses: ThinVec<Clause>,
}

/// One side of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `email`, or a backticked name: a field of the sync's object, or an associated object.
    Field(Name),
    /// `Account.Tier__c`: read through a reference. At least two names.
    Path(Path),
    /// `"Completed"`
    Text(Name),
    /// `42`
    Number(Number),
    /// `true`, `false`
    Bool(Spanned<bool>),
    /// `(firstname + " " + lastname)`: an [`ExprKind::Group`](super::ExprKind::Group).
    Expr(Box<Expr>),
}

/// A clause of a row: `via Country`, `-> on create`. There are as many as rows: what few of them have is boxed.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What it says.
    pub node: ClauseKind,
    /// The direction that it is limited to.
    pub direction: Option<Spanned<Arrow>>,
    /// All of it, the arrow included.
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `via lower_trim else keep`
    Via(Box<Via>),
    /// `through Company`, `through (Contact | Lead)`: by the links of these syncs, in this order.
    Through(Vec<Name>),
    /// `prefer salesforce unless blank`
    Prefer(Name),
    /// `salesforce wins`
    Wins(Name),
    /// `latest else salesforce`
    Latest(Name),
    /// `ask`
    Ask,
    /// `blank clears`, `blank keeps`
    Blank(BlankPolicy),
    /// `on create`
    OnCreate,
    /// `fill only`
    FillOnly,
    /// `default "Unknown"`
    Default(Box<Expr>),
    /// `enforce`
    Enforce,
    /// `currency deal_currency_code, CurrencyIsoCode`: the fields of both sides that hold the currency.
    Currency {
        /// Of the left side.
        left: Box<Name>,
        /// Of the right side.
        right: Box<Name>,
    },
    /// `when country = "US"`
    When(Box<Expr>),
    /// `as home_country`: what the row is called.
    As(Name),
}

impl ClauseKind {
    /// Whether it says again what another clause says: both begin alike, or both say who wins.
    pub fn repeats(&self, other: &Self) -> bool {
        let authority = |k: &Self| {
            matches!(
                k,
                Self::Prefer(_) | Self::Wins(_) | Self::Latest(_) | Self::Ask
            )
        };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            || authority(self) && authority(other)
    }
}

/// Whether a cleared value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankPolicy {
    /// It does.
    Clears,
    /// It does not.
    Keeps,
}

/// How a value changes on its way, and what happens where it cannot.
#[derive(Clone, Debug, PartialEq)]
pub struct Via {
    /// How.
    pub how: ViaKind,
    /// `else keep`: instead of holding the row.
    pub otherwise: Option<Box<Fallback>>,
}

/// One transform for the row, or one for each way.
#[derive(Clone, Debug, PartialEq)]
pub enum ViaKind {
    /// `via lower_trim`
    One(Transform),
    /// `via { -> f, <- g }`
    Pair {
        /// To the right.
        right: Box<Transform>,
        /// To the left.
        left: Box<Transform>,
    },
}

/// `lower_trim`, `e164("US")`, `each Interests`: a function, a map or a normaliser.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    /// Where `each` stands: the transform is of the members of a multi-select.
    pub each: Option<Span>,
    /// Its name.
    pub name: Name,
    /// Its further arguments.
    pub arguments: ThinVec<Expr>,
    /// All of it.
    pub span: Span,
}

/// What stands after `else`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// What comes out.
    pub node: FallbackKind,
    /// Where, without `else`.
    pub span: Span,
}

/// What comes out where a transform fails.
#[derive(Clone, Debug, PartialEq)]
pub enum FallbackKind {
    /// The value itself.
    Keep,
    /// Nothing.
    Blank,
    /// The row is held: as without `else`, but said.
    Reject,
    /// This value.
    Value(Expr),
}
