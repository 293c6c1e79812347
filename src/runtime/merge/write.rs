//! A chosen direction: the clauses filter its write, and what will be remembered goes along.

use super::case::{Case, Meeting};
use super::{Cause, Sent, Verdict};
use crate::plan::{BlankPolicy, Timing};
use crate::runtime::Reason;
use crate::runtime::program::Failed;
use crate::runtime::shadow::{Consistency, Mark, State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

/// A person may edit the very side that was written last without being an automation: so many such writes are no evidence yet.
const GRACE: u32 = 2;

impl Case<'_> {
    /// Filters a chosen write by the clauses of its lane.
    pub(super) fn send(self, from: Side, mut cause: Cause, meeting: Meeting) -> Verdict {
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

    pub(super) fn write(self, target: Side, value: Value, cause: Cause) -> Verdict {
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
    pub(super) fn remember(self, consistency: Consistency) -> Verdict {
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
    pub(super) fn quiet(self) -> Verdict {
        if self.trace.last.is_none() && self.trace.streak == 0 {
            return Verdict::Rest;
        }
        Verdict::Remember(Trace {
            last: None,
            streak: 0,
            ..self.trace.clone()
        })
    }

    pub(super) fn known(self, pair: Sides<&Value>) -> State {
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

    /// What a lane makes of its source, where a default that stands in for a blank is blank.
    fn image(self, from: Side, pair: Sides<&Value>) -> Result<Value, Box<Failed>> {
        let source = *pair.get(from);
        if self.row.reads_blank(self.scene, from, source) {
            return Ok(Value::Blank);
        }
        self.row.image(self.scene, from, source)
    }
}

fn state(pair: Sides<&Value>, consistent: Consistency) -> State {
    State::Known {
        marks: Sides::new(Mark::of(pair.left), Mark::of(pair.right)),
        consistent,
    }
}
