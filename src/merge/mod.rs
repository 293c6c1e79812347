//! The merge table: which direction a row is written in, if any, and which clauses filter the write.
//!
//! This is section 3 of the semantics. Beside it only rows of stages, whose lifecycle says which moves there are, decide about a
//! write to a linked pair. It is written once, over whatever a [`Row`] calls its values: the runtime executes it over the values
//! of records, the analysis of circular updates over the positions of finite domains. What comes out is a [`Decision`]; what is
//! remembered of it, counted and logged is the business of who asked.

mod send;

use crate::plan::{Authority, BlankPolicy, Timing};
use crate::side::{Side, Sides};

/// A row of one pair as the table sees it: what both sides hold, what is remembered of them, and the functions in between.
pub trait Row {
    /// What a cell holds; what it is by default is the blank.
    type Value: Clone + Default + PartialEq;
    /// Why a value cannot be made or written.
    type Failure;

    /// Who wins a conflict.
    fn authority(&self) -> Authority;
    /// The lane that starts at a side, those included that write in creates only.
    fn lane(&self, from: Side) -> Option<Lane<'_, Self::Value>>;
    /// What a side holds.
    fn value(&self, side: Side) -> &Self::Value;
    /// How far the pair has come.
    fn shadow(&self) -> Shadow;
    /// Whether what a side holds is not the same as in the shadow; asked only where there is one.
    fn changed(&self, side: Side) -> bool;
    /// The side that was changed later, where times can tell.
    fn newer(&self) -> Option<Side>;
    /// Whether the condition of the row holds.
    fn awake(&self) -> Result<bool, Self::Failure>;
    /// Whether two values of a side are one.
    fn same(&self, side: Side, x: &Self::Value, y: &Self::Value) -> bool;
    /// What a side holds once it is cleared: a blank, but where a platform has none.
    fn cleared(&self, side: Side) -> Self::Value;
    /// Whether a value counts as nothing on a side.
    fn blank(&self, side: Side, value: &Self::Value) -> bool;
    /// What a lane makes of a value, before defaults: a blank of a blank, and of a side without a lane.
    fn image(&self, from: Side, value: &Self::Value) -> Result<Self::Value, Self::Failure>;
    /// Refuses a value that the target would not take.
    fn fits(&self, target: Side, value: &Self::Value) -> Result<(), Self::Failure>;
}

/// The clauses of one direction.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'r, V> {
    /// What a blank does.
    pub blank: BlankPolicy,
    /// When it may write.
    pub timing: Timing,
    /// Stands in for a blank.
    pub default: Option<&'r V>,
    /// Drift is undone.
    pub enforce: bool,
}

/// How far a row of a pair has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shadow {
    /// Without a shadow; the pair was found by a link or a stamp.
    Recovered,
    /// Without a shadow; the pair was found by a match key.
    FirstMet,
    /// With a shadow.
    Known,
}

/// What is to be done about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<V, F> {
    /// Nothing, and all that is remembered stays.
    Rest,
    /// Nothing; the shadow stays, and the next write answers nobody.
    Quiet,
    /// The pair is consistent, and is the shadow.
    Adopt,
    /// The pair is not consistent, rests as it is, and is the shadow.
    Accept,
    /// As with [`Accept`](Self::Accept), for a recovered pair: it is reported.
    Recover,
    /// This side, which may not write, differs: it is reported.
    Drift(Side),
    /// A write. The shadow is the pair as sent; as it is where the write is refused.
    Write {
        /// The side that is written.
        side: Side,
        /// What is written.
        value: V,
        /// Why.
        cause: Cause,
    },
    /// A person must decide; the shadow stays.
    Ask,
    /// What would have to be written cannot be; the shadow stays.
    Hold(F),
}

/// Why a field was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The other side changed.
    Changed,
    /// Both sides changed, or met unequal, and the authority won.
    Won,
    /// Both sides changed, and the other edit was newer.
    Newer,
    /// It was blank.
    Filled,
    /// The other side was cleared.
    Cleared,
    /// The other side is blank, and a default stands in.
    Defaulted,
    /// A side that may not write had changed.
    Enforced,
    /// A side that may only fill a blank had changed.
    PutBack,
    /// A field that does not move backwards is cleared before it is set.
    ClearedFirst,
    /// The record was made.
    Created,
}

impl Cause {
    /// Every cause.
    pub const ALL: &[Self] = &[
        Self::Changed,
        Self::Won,
        Self::Newer,
        Self::Filled,
        Self::Cleared,
        Self::Defaulted,
        Self::Enforced,
        Self::PutBack,
        Self::ClearedFirst,
        Self::Created,
    ];

    /// The cause in a word or two: `newer edit`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Won => "won",
            Self::Newer => "newer edit",
            Self::Filled => "filled",
            Self::Cleared => "cleared",
            Self::Defaulted => "default",
            Self::Enforced => "enforced",
            Self::PutBack => "put back",
            Self::ClearedFirst => "cleared first",
            Self::Created => "created",
        }
    }
}

/// Whether a write comes at a first meeting, or answers changes since a shadow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    Met,
    Since,
}

type Decided<R> = Decision<<R as Row>::Value, <R as Row>::Failure>;

/// Decides about one row of a linked or newly linked pair. A row that writes in creates only is at rest.
#[inline]
pub fn decide<R: Row>(row: &R) -> Decided<R> {
    let active = Sides::new(
        active(row, Side::Left).is_some(),
        active(row, Side::Right).is_some(),
    );
    let two_way = active.left && active.right;
    let from = if active.left { Side::Left } else { Side::Right };
    if !active.left && !active.right {
        return Decision::Rest;
    }
    // Equal values through a plain lane are the common case, and consistent.
    if consistent(
        row,
        Sides::new(row.value(Side::Left), row.value(Side::Right)),
    ) {
        return Decision::Adopt;
    }
    match row.shadow() {
        Shadow::Recovered => recovered(row, (!two_way).then_some(from)),
        Shadow::FirstMet if two_way => first_met(row),
        Shadow::FirstMet => send::send(row, from, Cause::Won, Meeting::Met),
        Shadow::Known => match (row.changed(Side::Left), row.changed(Side::Right)) {
            (false, false) => Decision::Quiet,
            (left, right) if !two_way => one_way(row, from, Sides::new(left, right)),
            (true, false) => lone_edit(row, Side::Left),
            (false, true) => lone_edit(row, Side::Right),
            (true, true) => conflict(row),
        },
    }
}

/// The lane that starts at a side, where it may write outside a create.
#[inline]
fn active<R: Row>(row: &R, from: Side) -> Option<Lane<'_, R::Value>> {
    row.lane(from).filter(|l| l.timing != Timing::OnCreate)
}

/// `only` is the side that the only lane starts at, where there is but one.
fn recovered<R: Row>(row: &R, only: Option<Side>) -> Decided<R> {
    match only {
        None if row.authority() == Authority::Ask => return ask(row),
        Some(from) if active(row, from).is_some_and(|l| l.enforce) => {
            return send::send(row, from, Cause::Enforced, Meeting::Met);
        }
        _ => {}
    }
    if asleep(row) {
        return Decision::Rest;
    }
    Decision::Recover
}

fn first_met<R: Row>(row: &R) -> Decided<R> {
    match (reads_blank(row, Side::Left), reads_blank(row, Side::Right)) {
        (true, false) => send::send(row, Side::Right, Cause::Filled, Meeting::Met),
        (false, true) => send::send(row, Side::Left, Cause::Filled, Meeting::Met),
        _ => match row.authority() {
            Authority::Ask => ask(row),
            Authority::Wins(side)
            | Authority::PreferUnlessBlank(side)
            | Authority::LatestElse(side) => send::send(row, side, Cause::Won, Meeting::Met),
        },
    }
}

fn one_way<R: Row>(row: &R, from: Side, changed: Sides<bool>) -> Decided<R> {
    if *changed.get(from) {
        return send::send(row, from, Cause::Changed, Meeting::Since);
    }
    if active(row, from).is_some_and(|l| l.enforce) {
        return send::send(row, from, Cause::Enforced, Meeting::Since);
    }
    if asleep(row) {
        return Decision::Quiet;
    }
    Decision::Drift(!from)
}

fn lone_edit<R: Row>(row: &R, edited: Side) -> Decided<R> {
    let (from, cause) = match row.authority() {
        Authority::PreferUnlessBlank(side) if side != edited && !reads_blank(row, side) => {
            (side, Cause::PutBack)
        }
        Authority::PreferUnlessBlank(side) if side != edited => (edited, Cause::Filled),
        _ => (edited, Cause::Changed),
    };
    send::send(row, from, cause, Meeting::Since)
}

fn conflict<R: Row>(row: &R) -> Decided<R> {
    let (from, cause) = match row.authority() {
        Authority::Ask => return ask(row),
        Authority::Wins(side) => (side, Cause::Won),
        Authority::PreferUnlessBlank(side) if reads_blank(row, side) => (!side, Cause::Filled),
        Authority::PreferUnlessBlank(side) => (side, Cause::Won),
        Authority::LatestElse(side) => match row.newer() {
            Some(newer) => (newer, Cause::Newer),
            None => (side, Cause::Won),
        },
    };
    send::send(row, from, cause, Meeting::Since)
}

fn ask<R: Row>(row: &R) -> Decided<R> {
    if asleep(row) {
        return Decision::Rest;
    }
    Decision::Ask
}

/// Whether a row that would report something is asleep.
fn asleep<R: Row>(row: &R) -> bool {
    matches!(row.awake(), Ok(false))
}

/// Whether what a side holds reads as nothing.
#[inline]
pub fn reads_blank<R: Row>(row: &R, side: Side) -> bool {
    blank_or_default(row, side, row.value(side))
}

/// Whether a value reads as nothing on a side: it is blank, or the default that stood in for a blank.
#[inline]
pub fn blank_or_default<R: Row>(row: &R, side: Side, value: &R::Value) -> bool {
    let default = || row.lane(!side).and_then(|l| l.default);
    row.blank(side, value) || default().is_some_and(|d| row.same(side, value, d))
}

/// Whether two values agree: the image of one side is the other, in a direction that the row has.
#[inline]
pub fn consistent<R: Row>(row: &R, pair: Sides<&R::Value>) -> bool {
    let blank = |side: Side| blank_or_default(row, side, pair.get(side));
    // where no blank can stand, what is cleared agrees with a blank
    let empty = |from: Side| {
        let target = *pair.get(!from);
        let replaced = row.lane(from).is_some_and(|l| l.default.is_some());
        !replaced && row.same(!from, target, &row.cleared(!from))
    };
    let half = |from: Side| {
        let target = *pair.get(!from);
        row.image(from, pair.get(from)).is_ok_and(|image| {
            row.same(!from, target, &image)
                || row.blank(!from, &image) && (blank(!from) || empty(from))
        })
    };
    match (
        row.lane(Side::Left).is_some(),
        row.lane(Side::Right).is_some(),
    ) {
        (true, true) => {
            half(Side::Left) || half(Side::Right) || blank(Side::Left) && blank(Side::Right)
        }
        (true, false) => half(Side::Left),
        (false, true) => half(Side::Right),
        (false, false) => true,
    }
}
