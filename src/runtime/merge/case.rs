//! A row over the values of two records, as the merge table asks for it.

use std::borrow::Cow;

use super::Times;
use crate::merge::{self, Lane, Shadow};
use crate::plan::Authority;
use crate::runtime::program::{Failed, Row, Scene};
use crate::runtime::shadow::{Consistency, Mark, State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub row: &'a Row,
    pub now: Sides<&'a Value>,
    pub trace: &'a Trace,
    pub times: &'a Times,
    pub scene: &'a Scene<'a>,
}

impl merge::Row for Case<'_> {
    type Value = Value;
    type Failure = Box<Failed>;

    #[inline]
    fn authority(&self) -> Authority {
        self.row.authority
    }

    #[inline]
    fn lane(&self, from: Side) -> Option<Lane<'_, Value>> {
        let lane = self.row.lanes.get(from).as_ref()?;
        Some(Lane {
            blank: lane.blank,
            timing: lane.timing,
            default: lane.default.as_ref(),
            enforce: lane.enforce,
        })
    }

    #[inline]
    fn value(&self, side: Side) -> &Value {
        self.now.get(side)
    }

    #[inline]
    fn shadow(&self) -> Shadow {
        match self.trace.state {
            State::Recovered => Shadow::Recovered,
            State::FirstMet => Shadow::FirstMet,
            State::Known { .. } => Shadow::Known,
        }
    }

    #[inline]
    fn changed(&self, side: Side) -> bool {
        match &self.trace.state {
            State::Known { marks, .. } => self.differs(side, marks),
            State::Recovered | State::FirstMet => false,
        }
    }

    /// Edits within the tolerance of the clocks cannot be ordered.
    fn newer(&self) -> Option<Side> {
        let (left, right) = (self.times.changed.left?, self.times.changed.right?);
        if left.abs_diff(right) <= self.times.tolerance.unsigned_abs() {
            None
        } else if left > right {
            Some(Side::Left)
        } else {
            Some(Side::Right)
        }
    }

    #[inline]
    fn awake(&self) -> Result<bool, Box<Failed>> {
        match &self.row.when {
            Some(when) => when.holds(self.scene, &Value::Blank),
            None => Ok(true),
        }
    }

    #[inline]
    fn same(&self, side: Side, x: &Value, y: &Value) -> bool {
        self.row.same(self.scene, side, x, y)
    }

    #[inline]
    fn cleared(&self, side: Side) -> Value {
        self.row.cells.get(side).cleared()
    }

    #[inline]
    fn blank(&self, side: Side, value: &Value) -> bool {
        self.row.blank(self.scene, side, value)
    }

    #[inline]
    fn image(&self, from: Side, value: &Value) -> Result<Value, Box<Failed>> {
        let image = self.row.image(self.scene, from, value);
        image.map(Cow::into_owned)
    }

    #[inline]
    fn fits(&self, target: Side, value: &Value) -> Result<(), Box<Failed>> {
        self.row.fits(target, value)
    }
}

impl Case<'_> {
    pub(super) fn differs(&self, side: Side, marks: &Sides<Mark>) -> bool {
        let now = *self.now.get(side);
        !marks
            .get(side)
            .is(now, |marked| self.row.same(self.scene, side, now, marked))
    }

    /// The shadow that a pair of values is.
    pub(super) fn known(&self, pair: Sides<&Value>) -> State {
        let consistent = if merge::consistent(self, pair) {
            Consistency::Consistent
        } else {
            Consistency::Inconsistent
        };
        state(pair, consistent)
    }
}

pub(super) fn state(pair: Sides<&Value>, consistent: Consistency) -> State {
    State::Known {
        marks: Sides::new(Mark::of(pair.left), Mark::of(pair.right)),
        consistent,
    }
}
