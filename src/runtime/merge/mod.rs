//! The decision about one row of one pair: a pure function of what both sides hold now and what is remembered of them.
//!
//! The [table](crate::merge) decides; here it is asked about the values of records, and what it says becomes what is remembered,
//! logged and reported.

mod case;
mod write;

use std::borrow::Cow;

use super::Reason;
use super::program::{Failed, Row, Scene};
use super::shadow::Trace;
use crate::merge::decide;
use crate::side::{Side, Sides};
use crate::value::Value;
use case::Case;

pub use crate::merge::Cause;

/// When the records of a pair were changed last, in milliseconds since 1970, as far as their systems say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Per side.
    pub changed: Sides<Option<i64>>,
    /// Edits closer than this, in milliseconds, cannot be ordered.
    pub tolerance: i64,
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
    let case = Case {
        row,
        now,
        trace,
        times,
        scene,
    };
    case.verdict(decide(&case))
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
pub fn compose<'v>(
    row: &'v Row,
    from: Side,
    source: &'v Value,
    scene: &Scene<'v>,
) -> Result<Option<Cow<'v, Value>>, Box<Failed>> {
    let Some(lane) = row.lanes.get(from) else {
        return Ok(None);
    };
    if let Some(when) = &row.when
        && !when.holds(scene, source)?
    {
        return Ok(None);
    }
    let taken = |value: Cow<'v, Value>| {
        if !lane.fits {
            row.fits(!from, &value)?;
        }
        Ok(Some(value))
    };
    // A default that stands on the source reads as blank: it does not travel back.
    if !row.reads_blank(scene, from, source) {
        let image = lane.image(scene, source)?;
        if !row.blank(scene, !from, &image) {
            return taken(image);
        }
    }
    match &lane.default {
        Some(default) => taken(Cow::Borrowed(default)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
