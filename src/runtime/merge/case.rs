//! The table: which direction a row is written in, if any.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Cause, Times, Verdict};
use crate::plan::Authority;
use crate::runtime::Reason;
use crate::runtime::program::{Row, Scene};
use crate::runtime::shadow::{Consistency, Mark, State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

/// Whether a write comes at a first meeting, or answers changes since a shadow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    Met,
    Since,
}

#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub row: &'a Row,
    pub now: Sides<&'a Value>,
    pub trace: &'a Trace,
    pub times: &'a Times,
    pub scene: &'a Scene<'a>,
}

impl Case<'_> {
    pub fn decide(self) -> Verdict {
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

    /// Whether a row that would report something is not asleep.
    pub(super) fn awake(self) -> bool {
        self.row
            .when
            .as_ref()
            .is_none_or(|w| w.holds(self.scene, &Value::Blank) != Ok(false))
    }

    pub(super) fn changed(self, side: Side, marks: &Sides<Mark>) -> bool {
        let now = *self.now.get(side);
        !marks
            .get(side)
            .is(now, |marked| self.row.same(self.scene, side, now, marked))
    }

    pub(super) fn reads_blank(self, side: Side) -> bool {
        self.row.reads_blank(self.scene, side, self.now.get(side))
    }

    /// Whether two values agree: the image of one side is the other, in a direction that the row has.
    pub(super) fn consistent(self, pair: Sides<&Value>) -> bool {
        if let Some(stages) = &self.row.stages {
            return self.agree(stages, pair);
        }
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

/// Both values as one number, to know a drift again.
fn hash(now: Sides<&Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    now.left.hash(&mut hasher);
    now.right.hash(&mut hasher);
    hasher.finish()
}
