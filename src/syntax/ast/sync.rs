//! `sync`, `fields` and `relation`, which share their lines.

use super::{
    Arrow, BlankPolicy, Block, Expr, Name, ObjectRef, Path, Quantity, Row, SideField, SideFields,
};
use crate::source::{Span, Spanned};

/// `sync Company: hubspot.company <-> salesforce.Account { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sync {
    /// What it is called.
    pub name: Name,
    /// Left of the arrow.
    pub left: ObjectRef,
    /// Who may write whom.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: ObjectRef,
    /// Modes said in the header: `, link only`.
    pub modes: Vec<Spanned<Mode>>,
    /// Its statements and rows.
    pub body: Block<SyncLine>,
}

/// `fields Person: hubspot.contact <-> salesforce.(Lead | Contact) { … }`: rows that several syncs share.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// What they are called.
    pub name: Name,
    /// Left of the arrow.
    pub left: ObjectRef,
    /// Who may write whom.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: ObjectRef,
    /// Rows, other `fields`, and what blanks do. No other statement gets in here.
    pub body: Block<SyncLine>,
}

/// `relation BuyingRole: hubspot.(deal ~ contact) <-> salesforce.OpportunityContactRole { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// What it is called.
    pub name: Name,
    /// Left of the arrow.
    pub left: RelationSide,
    /// Who may write whom.
    pub arrow: Spanned<Arrow>,
    /// Right of the arrow.
    pub right: RelationSide,
    /// Its statements and rows.
    pub body: Block<SyncLine>,
}

/// One side of a relation.
#[derive(Clone, Debug, PartialEq)]
pub enum RelationSide {
    /// `hubspot.(deal ~ contact)`: labelled associations of two objects.
    Association {
        /// The system.
        system: Name,
        /// One end.
        from: Name,
        /// The other end.
        to: Name,
        /// All of it.
        span: Span,
    },
    /// `salesforce.OpportunityContactRole`: an object that joins two others.
    Object(ObjectRef),
}

impl RelationSide {
    /// The system.
    pub const fn system(&self) -> &Name {
        match self {
            Self::Association { system, .. } => system,
            Self::Object(object) => &object.system,
        }
    }

    /// All of it.
    pub const fn span(&self) -> Span {
        match self {
            Self::Association { span, .. } => *span,
            Self::Object(object) => object.span,
        }
    }
}

/// What a sync does at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Records are recognised, never written.
    LinkOnly,
    /// Records are written once, never matched, never updated.
    AppendOnly,
}

/// A line of a `sync`, `fields` or `relation`.
#[derive(Clone, Debug, PartialEq)]
pub enum SyncLine {
    /// `name <-> Name`
    Row(Row),
    /// `...Person except phone`
    Spread {
        /// Which `fields`.
        name: Name,
        /// The rows that are left out, by name.
        except: Vec<Name>,
    },
    /// Everything else: `truth salesforce`.
    Statement(Statement),
    /// Could not be read; reported.
    Broken,
}

/// A statement of a sync. `truth`, `leave`, `create`, `delete`, `key`, `ends` stand at most once in a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `truth salesforce`
    Truth(Name),
    /// `link only`, `append only`
    Mode(Mode),
    /// `match name = Name and country = BillingCountry`: one match key.
    Match(Vec<MatchPair>),
    /// `many salesforce keep first by CreatedDate, Id`
    Many {
        /// The side on which there are several, by the name of its system.
        side: Name,
        /// What happens then.
        rule: ManyRule,
    },
    /// `key hubspot.salesforceaccountid, salesforce.HubSpot_Company_Id__c`
    Key(Vec<SideField>),
    /// `create in hubspot, salesforce`
    Create(Vec<Name>),
    /// `delete keep`, `delete in hubspot archive, in salesforce keep`
    Delete(Vec<Delete>),
    /// `after Company else without`
    After {
        /// The sync that comes first.
        sync: Name,
        /// What happens to a record whose parent never comes.
        otherwise: Option<AfterElse>,
    },
    /// `yields to Contact`
    YieldsTo(Vec<Name>),
    /// `converts to Contact`
    ConvertsTo(Name),
    /// `from hubspot where lifecyclestage = customer`
    From {
        /// Whose records.
        side: Name,
        /// Which of them.
        condition: Expr,
    },
    /// `while hubspot where not archived`
    While {
        /// Whose records.
        side: Name,
        /// Which of them.
        condition: Expr,
    },
    /// `leave continue`
    Leave(Spanned<Leave>),
    /// `handoff requires hs_analytics_source, within 5 minutes`
    Handoff {
        /// What must be filled.
        requires: Vec<Path>,
        /// How fast.
        within: Option<Quantity>,
    },
    /// `record type salesforce "Customer"`
    RecordType {
        /// The system that has it.
        system: Name,
        /// Which.
        value: Name,
    },
    /// `pipeline hubspot "default"`
    Pipeline {
        /// The system that has it.
        system: Name,
        /// Which.
        value: Name,
    },
    /// `protect salesforce.{OwnerId, Contract_Start__c} after create`
    Protect {
        /// The fields.
        fields: SideFields,
        /// Where `after create` stands: set once, then locked.
        after_create: Option<Span>,
    },
    /// `<- blank keeps`: for all rows of the block.
    Blank {
        /// Which way.
        direction: Spanned<Arrow>,
        /// What a cleared value does.
        policy: BlankPolicy,
    },
    /// `ends Deal, Contact`: the syncs of a relation's two ends.
    Ends(Vec<Name>),
}

/// `email = Email`: two operands that must be equal.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchPair {
    /// Of the left record.
    pub left: Expr,
    /// Of the right record.
    pub right: Expr,
    /// Both.
    pub span: Span,
}

/// What happens when several records match.
#[derive(Clone, Debug, PartialEq)]
pub enum ManyRule {
    /// `hold`
    Hold,
    /// `keep first by CreatedDate, Id`
    Keep {
        /// From which end of the order.
        which: Order,
        /// The order.
        by: Vec<Name>,
    },
}

/// Which end of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `first`
    First,
    /// `last`
    Last,
}

/// `in hubspot archive`, `keep`: what a delete on the other side does.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// In which side; in both where it is not said.
    pub side: Option<Name>,
    /// What.
    pub action: DeleteAction,
    /// All of it.
    pub span: Span,
}

/// What a delete on the other side does.
#[derive(Clone, Debug, PartialEq)]
pub enum DeleteAction {
    /// Nothing; the link stays.
    Keep,
    /// The link goes.
    Unlink,
    /// The record is archived.
    Archive,
    /// The field is set.
    Flag(Name),
    /// The record is deleted.
    Propagate,
}

/// `else without`, `else as Other`.
#[derive(Clone, Debug, PartialEq)]
pub enum AfterElse {
    /// It comes without its parent.
    Without,
    /// It is left to this sync of the same left object.
    As(Name),
}

/// What happens to a linked pair that leaves the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leave {
    /// It goes on.
    Continue,
    /// It stays as it is.
    Freeze,
    /// The link goes.
    Unlink,
}
