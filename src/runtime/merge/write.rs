//! What is remembered and reported of a decision.

use std::hash::{Hash, Hasher};

use super::case::{Case, state};
use super::{Sent, Verdict};
use crate::merge::{Cause, Decision, Row as _, reads_blank};
use crate::runtime::Reason;
use crate::runtime::fingerprint::Fingerprint;
use crate::runtime::program::Failed;
use crate::runtime::shadow::{Consistency, State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

/// A person may edit the very side that was written last without being an automation: so many such writes are no evidence yet.
const GRACE: u32 = 2;

impl Case<'_> {
    /// The verdict of a decision.
    pub(super) fn verdict(self, decision: Decision<Value, Box<Failed>>) -> Verdict {
        match decision {
            Decision::Rest => Verdict::Rest,
            Decision::Quiet => self.quiet(),
            Decision::Adopt => self.remember(Consistency::Consistent),
            Decision::Accept => self.remember(Consistency::Inconsistent),
            Decision::Recover => Verdict::Accepted(Trace::new(self.known(self.now))),
            Decision::Drift(side) => self.drift(side),
            Decision::Write { side, value, cause } => self.write(side, value, cause),
            Decision::Ask => self.ask(),
            Decision::Hold(failed) => Verdict::Hold(failed.reason, failed.text),
        }
    }

    pub(super) fn write(self, target: Side, value: Value, cause: Cause) -> Verdict {
        let answers = self.trace.last.is_some_and(|last| self.changed(last));
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
            } => !self.differs(target, marks),
            _ => false,
        };
        let lost = (!unchanged && !reads_blank(&self, target)).then(|| old.clone());
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

    fn ask(self) -> Verdict {
        let Sides { left, right } = self.now;
        Verdict::Hold(
            Reason::ConflictHeld,
            format!("`{left}` stands against `{right}`, and a person decides"),
        )
    }

    /// A drift that was reported already stays silent.
    fn drift(self, side: Side) -> Verdict {
        let drift = Some(hash(self.now));
        if self.trace.drift == drift {
            return self.quiet();
        }
        Verdict::Drifted(
            Trace {
                drift,
                last: None,
                streak: 0,
                ..self.trace.clone()
            },
            side,
        )
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
            && !self.differs(Side::Left, marks)
            && !self.differs(Side::Right, marks)
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
}

/// Both values as one number, to know a drift again.
fn hash(now: Sides<&Value>) -> u64 {
    let mut hasher = Fingerprint::default();
    now.left.hash(&mut hasher);
    now.right.hash(&mut hasher);
    hasher.finish()
}
