//! The decision about one row of one pair: a pure function of what both sides hold now and what is remembered of them.
//!
//! This is the table of section 3 of the semantics, and nothing else decides about a write to a linked pair. The table picks a
//! direction; the clauses of its lane then filter the write.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Reason;
use super::program::{Failed, Row, Scene};
use super::shadow::{Consistency, Mark, State, Trace};
use crate::plan::{Authority, BlankPolicy, Timing};
use crate::side::{Side, Sides};
use crate::value::Value;

/// A person may edit the very side that was written last without being an automation: so many such writes are no evidence yet.
const GRACE: u32 = 2;

/// When the records of a pair were changed last, in milliseconds since 1970, as far as their systems say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Per side.
    pub changed: Sides<Option<i64>>,
    /// Edits closer than this, in milliseconds, cannot be ordered.
    pub tolerance: i64,
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
            Self::Created => "created",
        }
    }
}

/// A write that was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The side that is written.
    pub side: Side,
    /// What is written.
    pub value: Value,
    /// Why.
    pub cause: Cause,
    /// The value that goes to the conflict log, since a rule overwrites it.
    pub lost: Option<Value>,
    /// What is remembered once it was done.
    pub done: Trace,
    /// What is remembered if it is refused.
    pub refused: Trace,
}

/// What is to be done about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing, and what is remembered stays.
    Rest,
    /// Nothing but to remember this.
    Remember(Trace),
    /// A recovered pair differs: that is remembered, and reported once.
    Accepted(Trace),
    /// A side that may not write differs: reported once.
    Drifted(Trace, Side),
    /// A write.
    Write(Box<Sent>),
    /// A person must decide; what is remembered stays.
    Hold(Reason, String),
}

/// Decides about one row of a linked or newly linked pair. `now` are the values of both cells.
pub fn merge(
    row: &Row,
    now: Sides<&Value>,
    trace: &Trace,
    times: &Times,
    scene: &Scene<'_>,
) -> Verdict {
    if row.only_on_create() {
        return Verdict::Rest;
    }
    Case {
        row,
        now,
        trace,
        times,
        scene,
    }
    .decide()
}

/// What is remembered of a row after its record was made on `target` with this value.
pub fn created(row: &Row, target: Side, source: &Value, sent: &Value, scene: &Scene<'_>) -> Trace {
    let now = match target {
        Side::Right => Sides::new(source, sent),
        Side::Left => Sides::new(sent, source),
    };
    let trace = Trace::default();
    let times = Times::default();
    let state = Case {
        row,
        now,
        trace: &trace,
        times: &times,
        scene,
    }
    .known(now);
    Trace {
        last: Some(target),
        ..Trace::new(state)
    }
}

/// The value of a lane in the create of its target: none where nothing is to be written.
pub fn compose(
    row: &Row,
    from: Side,
    source: &Value,
    scene: &Scene<'_>,
) -> Result<Option<Value>, Box<Failed>> {
    let Some(lane) = row.lanes.get(from) else {
        return Ok(None);
    };
    if let Some(when) = &row.when
        && !when.holds(scene, source)?
    {
        return Ok(None);
    }
    let image = row.image(scene, from, source)?;
    let value = if row.blank(scene, !from, &image) {
        lane.default.clone()
    } else {
        Some(image)
    };
    if let Some(value) = &value {
        row.fits(!from, value)?;
    }
    Ok(value)
}

/// Whether a write comes at a first meeting, or answers changes since a shadow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    Met,
    Since,
}

#[derive(Clone, Copy)]
struct Case<'a> {
    row: &'a Row,
    now: Sides<&'a Value>,
    trace: &'a Trace,
    times: &'a Times,
    scene: &'a Scene<'a>,
}

impl Case<'_> {
    fn decide(self) -> Verdict {
        // Equal values through a plain lane are the common case, and consistent.
        if self.consistent(self.now) {
            return self.remember(Consistency::Consistent);
        }
        let two_way =
            self.row.active(Side::Left).is_some() && self.row.active(Side::Right).is_some();
        match &self.trace.state {
            State::Recovered => self.recovered(two_way),
            State::FirstMet if two_way => self.first_met(),
            State::FirstMet => self.send(self.only_lane(), Cause::Won, Meeting::Met),
            State::Known { marks, .. } => {
                let changed = Sides::new(
                    self.changed(Side::Left, marks),
                    self.changed(Side::Right, marks),
                );
                match (changed.left, changed.right) {
                    (false, false) => self.quiet(),
                    _ if !two_way => self.one_way(changed),
                    (true, false) => self.lone_edit(Side::Left),
                    (false, true) => self.lone_edit(Side::Right),
                    (true, true) => self.conflict(),
                }
            }
        }
    }

    /// The side that the only active lane starts at.
    fn only_lane(self) -> Side {
        if self.row.active(Side::Left).is_some() {
            Side::Left
        } else {
            Side::Right
        }
    }

    fn recovered(self, two_way: bool) -> Verdict {
        if two_way && self.row.authority == Authority::Ask {
            return self.ask();
        }
        let from = self.only_lane();
        if !two_way && self.row.active(from).is_some_and(|l| l.enforce) {
            return self.send(from, Cause::Enforced, Meeting::Met);
        }
        if !self.awake() {
            return Verdict::Rest;
        }
        Verdict::Accepted(Trace::new(self.known(self.now)))
    }

    fn first_met(self) -> Verdict {
        match (self.reads_blank(Side::Left), self.reads_blank(Side::Right)) {
            (true, false) => self.send(Side::Right, Cause::Filled, Meeting::Met),
            (false, true) => self.send(Side::Left, Cause::Filled, Meeting::Met),
            _ => match self.row.authority {
                Authority::Ask => self.ask(),
                Authority::Wins(side)
                | Authority::PreferUnlessBlank(side)
                | Authority::LatestElse(side) => self.send(side, Cause::Won, Meeting::Met),
            },
        }
    }

    fn one_way(self, changed: Sides<bool>) -> Verdict {
        let from = self.only_lane();
        if *changed.get(from) {
            return self.send(from, Cause::Changed, Meeting::Since);
        }
        if self.row.active(from).is_some_and(|l| l.enforce) {
            return self.send(from, Cause::Enforced, Meeting::Since);
        }
        let drift = Some(hash(self.now));
        if self.trace.drift == drift || !self.awake() {
            return self.quiet();
        }
        Verdict::Drifted(
            Trace {
                drift,
                last: None,
                streak: 0,
                ..self.trace.clone()
            },
            !from,
        )
    }

    fn lone_edit(self, edited: Side) -> Verdict {
        match self.row.authority {
            Authority::PreferUnlessBlank(side) if side != edited && !self.reads_blank(side) => {
                self.send(side, Cause::PutBack, Meeting::Since)
            }
            Authority::PreferUnlessBlank(side) if side != edited => {
                self.send(edited, Cause::Filled, Meeting::Since)
            }
            _ => self.send(edited, Cause::Changed, Meeting::Since),
        }
    }

    fn conflict(self) -> Verdict {
        match self.row.authority {
            Authority::Ask => self.ask(),
            Authority::Wins(side) => self.send(side, Cause::Won, Meeting::Since),
            Authority::PreferUnlessBlank(side) if self.reads_blank(side) => {
                self.send(!side, Cause::Filled, Meeting::Since)
            }
            Authority::PreferUnlessBlank(side) => self.send(side, Cause::Won, Meeting::Since),
            Authority::LatestElse(side) => match self.newer() {
                Some(newer) => self.send(newer, Cause::Newer, Meeting::Since),
                None => self.send(side, Cause::Won, Meeting::Since),
            },
        }
    }

    /// The side that was changed later, where times can tell.
    fn newer(self) -> Option<Side> {
        let (left, right) = (self.times.changed.left?, self.times.changed.right?);
        if left.abs_diff(right) <= self.times.tolerance.unsigned_abs() {
            None
        } else if left > right {
            Some(Side::Left)
        } else {
            Some(Side::Right)
        }
    }

    fn ask(self) -> Verdict {
        if !self.awake() {
            return Verdict::Rest;
        }
        let Sides { left, right } = self.now;
        Verdict::Hold(
            Reason::ConflictHeld,
            format!("`{left}` stands against `{right}`, and a person decides"),
        )
    }

    /// Filters a chosen write by the clauses of its lane.
    fn send(self, from: Side, mut cause: Cause, meeting: Meeting) -> Verdict {
        // A lane that the row lacks, or that writes in creates only, is never chosen.
        let Some(lane) = self.row.active(from) else {
            return self.quiet();
        };
        match self
            .row
            .when
            .as_ref()
            .map(|w| w.holds(self.scene, &Value::Blank))
        {
            Some(Ok(false)) => return Verdict::Rest,
            Some(Err(failed)) => return Verdict::Hold(failed.reason, failed.text),
            _ => {}
        }
        let image = match self.image(from, self.now) {
            Ok(image) => image,
            Err(failed) => return Verdict::Hold(failed.reason, failed.text),
        };
        let target = !from;
        let into_blank = self.reads_blank(target);
        let value = if !self.row.blank(self.scene, target, &image) {
            image
        } else {
            if !into_blank && (lane.blank == BlankPolicy::Keeps || meeting == Meeting::Met) {
                return self.accept();
            }
            match &lane.default {
                Some(default) => {
                    cause = Cause::Defaulted;
                    default.clone()
                }
                None => Value::Blank,
            }
        };
        if lane.timing == Timing::FillOnly && !into_blank {
            return self.accept();
        }
        if let Err(failed) = self.row.fits(target, &value) {
            return Verdict::Hold(failed.reason, failed.text);
        }
        if value.is_blank() {
            cause = Cause::Cleared;
        } else if cause == Cause::Won && into_blank {
            cause = Cause::Filled;
        }
        self.write(target, value, cause)
    }

    fn write(self, target: Side, value: Value, cause: Cause) -> Verdict {
        let answers = match (&self.trace.state, self.trace.last) {
            (State::Known { marks, .. }, Some(last)) => self.changed(last, marks),
            _ => false,
        };
        let streak = if answers {
            self.trace.streak.saturating_add(1)
        } else {
            0
        };
        if u32::from(streak) >= self.row.bound.saturating_add(GRACE) {
            let text = format!(
                "the row wrote {streak} times in a row because its own writes were changed again: something that is not declared changes it"
            );
            return Verdict::Hold(Reason::Unsettled, text);
        }
        let old = *self.now.get(target);
        let unchanged = match &self.trace.state {
            State::Known {
                marks,
                consistent: Consistency::Consistent,
            } => !self.changed(target, marks),
            _ => false,
        };
        let lost = (!unchanged && !self.reads_blank(target)).then(|| old.clone());
        let after = match target {
            Side::Left => Sides::new(&value, self.now.right),
            Side::Right => Sides::new(self.now.left, &value),
        };
        let done = Trace {
            last: Some(target),
            streak,
            ..Trace::new(self.known(after))
        };
        let refused = Trace {
            refused: true,
            ..Trace::new(self.known(self.now))
        };
        Verdict::Write(Box::new(Sent {
            side: target,
            value,
            cause,
            lost,
            done,
            refused,
        }))
    }

    /// Nothing is written, and the pair as it is becomes the shadow.
    fn accept(self) -> Verdict {
        self.remember(Consistency::Inconsistent)
    }

    /// Remembers the pair as it is, where that is anything new.
    fn remember(self, consistency: Consistency) -> Verdict {
        if self.is_known(consistency) {
            return Verdict::Rest;
        }
        Verdict::Remember(Trace::new(state(self.now, consistency)))
    }

    fn is_known(self, consistency: Consistency) -> bool {
        let State::Known { marks, consistent } = &self.trace.state else {
            return false;
        };
        let Trace {
            drift: None,
            last: None,
            streak: 0,
            refused: false,
            ..
        } = self.trace
        else {
            return false;
        };
        *consistent == consistency
            && !self.changed(Side::Left, marks)
            && !self.changed(Side::Right, marks)
    }

    /// Nothing is written in this round, so the next write answers nobody.
    fn quiet(self) -> Verdict {
        if self.trace.last.is_none() && self.trace.streak == 0 {
            return Verdict::Rest;
        }
        Verdict::Remember(Trace {
            last: None,
            streak: 0,
            ..self.trace.clone()
        })
    }

    fn known(self, pair: Sides<&Value>) -> State {
        let consistent = self.consistent(pair);
        state(
            pair,
            if consistent {
                Consistency::Consistent
            } else {
                Consistency::Inconsistent
            },
        )
    }

    /// Whether a row that would report something is not asleep.
    fn awake(self) -> bool {
        self.row
            .when
            .as_ref()
            .is_none_or(|w| w.holds(self.scene, &Value::Blank) != Ok(false))
    }

    fn changed(self, side: Side, marks: &Sides<Mark>) -> bool {
        let now = *self.now.get(side);
        !marks
            .get(side)
            .is(now, |marked| self.row.same(self.scene, side, now, marked))
    }

    fn reads_blank(self, side: Side) -> bool {
        self.row.reads_blank(self.scene, side, self.now.get(side))
    }

    /// What a lane makes of its source, where a default that stands in for a blank is blank.
    fn image(self, from: Side, pair: Sides<&Value>) -> Result<Value, Box<Failed>> {
        let source = *pair.get(from);
        if self.row.reads_blank(self.scene, from, source) {
            return Ok(Value::Blank);
        }
        self.row.image(self.scene, from, source)
    }

    /// Whether two values agree: the image of one side is the other, in a direction that the row has.
    fn consistent(self, pair: Sides<&Value>) -> bool {
        let lanes = &self.row.lanes;
        let blank = |side: Side| self.row.reads_blank(self.scene, side, pair.get(side));
        let half = |from: Side| {
            let target = *pair.get(!from);
            self.row
                .image(self.scene, from, pair.get(from))
                .is_ok_and(|image| {
                    self.row.same(self.scene, !from, target, &image)
                        || self.row.blank(self.scene, !from, &image) && blank(!from)
                })
        };
        match (lanes.left.is_some(), lanes.right.is_some()) {
            (true, true) => {
                half(Side::Left) || half(Side::Right) || blank(Side::Left) && blank(Side::Right)
            }
            (true, false) => half(Side::Left),
            (false, true) => half(Side::Right),
            (false, false) => true,
        }
    }
}

fn state(pair: Sides<&Value>, consistent: Consistency) -> State {
    State::Known {
        marks: Sides::new(Mark::of(pair.left), Mark::of(pair.right)),
        consistent,
    }
}

/// Both values as one number, to know a drift again.
fn hash(now: Sides<&Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    now.left.hash(&mut hasher);
    now.right.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
