//! The decision about a row of stages: a changed cell is a move. One that is permitted sets the other cell to the first value
//! of the entered stage; one that is not is held as it is, and is never put back.
//!
//! The stage in which a pair was is read from its shadow, by the side that shows every stage.

use super::case::Case;
use super::{Cause, Verdict};
use crate::merge::reads_blank;
use crate::runtime::Reason;
use crate::runtime::program::{Move, Stages};
use crate::runtime::shadow::{Consistency, Mark, State, Trace};
use crate::side::{Side, Sides};
use crate::value::Value;

/// The value that a create carries: the first of the stage that the source shows; none where the stage writes nothing.
pub(super) fn composed(case: Case<'_>, stages: &Stages, from: Side) -> Option<Value> {
    let stage = case
        .shown(stages, from, case.now.get(from))
        .first()
        .copied()?;
    let first = stages.values(stage, !from).first()?;
    Some(Value::text(first))
}

impl Case<'_> {
    /// Decides about a row of stages.
    pub(super) fn move_stage(self, stages: &Stages) -> Verdict {
        if self.agree(stages, self.now) {
            return self.remember(Consistency::Consistent);
        }
        match &self.trace.state {
            State::Recovered => Verdict::Accepted(Trace::new(self.known(self.now))),
            State::FirstMet => self.meet(stages),
            State::Known { marks, .. } => {
                let before = self.before(stages, marks);
                let moved = |side: Side| {
                    let now = self.now.get(side);
                    let same = before.is_some_and(|b| self.shows(stages, b, side, now));
                    self.differs(side, marks) && !same
                };
                match (moved(Side::Left), moved(Side::Right)) {
                    (true, true) => self.both_move(stages, before),
                    (true, false) => self.one_moves(stages, before, Side::Left),
                    (false, true) => self.one_moves(stages, before, Side::Right),
                    // Another value of the same stage.
                    _ if self.differs(Side::Left, marks) || self.differs(Side::Right, marks) => {
                        self.remember(Consistency::Inconsistent)
                    }
                    _ => self.quiet(),
                }
            }
        }
    }

    /// Whether both cells show one stage, or nothing.
    pub(super) fn agree(self, stages: &Stages, pair: Sides<&Value>) -> bool {
        let blank = |side: Side| self.row.blank(self.scene, side, pair.get(side));
        let both = |stage: usize| {
            Side::BOTH
                .into_iter()
                .all(|side| self.shows(stages, stage, side, pair.get(side)))
        };
        blank(Side::Left) && blank(Side::Right) || (0..stages.stages.len()).any(both)
    }

    fn shows(self, stages: &Stages, stage: usize, side: Side, value: &Value) -> bool {
        let mut values = stages.values(stage, side).iter();
        values.any(|v| self.row.same(self.scene, side, value, &Value::text(v)))
    }

    /// The stages in which a side shows a value.
    fn shown(self, stages: &Stages, side: Side, value: &Value) -> Vec<usize> {
        let all = 0..stages.stages.len();
        all.filter(|at| self.shows(stages, *at, side, value))
            .collect()
    }

    /// The stage in which the pair was.
    fn before(self, stages: &Stages, marks: &Sides<Mark>) -> Option<usize> {
        let of = |side: Side| match marks.get(side) {
            Mark::Value(value) => self.shown(stages, side, value),
            Mark::Hash(_) => Vec::new(),
        };
        let side = stages.full();
        let (first, second) = (of(side), of(!side));
        let both = first.iter().find(|at| second.contains(at));
        both.or(first.first()).or(second.first()).copied()
    }

    /// A pair that was found unequal: the column that decides says where it is, and the other follows where moves lead there.
    fn meet(self, stages: &Stages) -> Verdict {
        let from = if reads_blank(&self, stages.decides) {
            !stages.decides
        } else {
            stages.decides
        };
        let (there, other) = (self.now.get(from), self.now.get(!from));
        let Some(stage) = self.shown(stages, from, there).first().copied() else {
            return nowhere(there);
        };
        if reads_blank(&self, !from) {
            return self.enter(stages, from, stage, None, Cause::Filled);
        }
        let Some(stands) = self.shown(stages, !from, other).first().copied() else {
            return nowhere(other);
        };
        if !stages.values(stage, !from).is_empty() && !stages.leads(stands, stage) {
            let text = format!(
                "one side is in `{}`, the other in `{}`, and no moves lead there",
                stages.name(stage),
                stages.name(stands)
            );
            return Verdict::Hold(Reason::MoveNotPermitted, text);
        }
        self.enter(stages, from, stage, None, Cause::Won)
    }

    fn one_moves(self, stages: &Stages, before: Option<usize>, side: Side) -> Verdict {
        match self.permitted(stages, before, side) {
            Ok(step) => self.enter(stages, side, step.to, step.by, Cause::Changed),
            Err(verdict) => *verdict,
        }
    }

    /// Both sides moved: the move counts that is permitted after the other, else that of the truth.
    fn both_move(self, stages: &Stages, before: Option<usize>) -> Verdict {
        let steps = (
            self.permitted(stages, before, Side::Left),
            self.permitted(stages, before, Side::Right),
        );
        let (left, right) = match steps {
            (Ok(left), Ok(right)) => (left, right),
            (Err(verdict), _) | (_, Err(verdict)) => return *verdict,
        };
        let follows = |after: &Step<'_>, next: &Step<'_>, by: Side| {
            let mut moves = stages.moves.iter();
            moves.any(|m| {
                m.from == after.to && m.to == next.to && m.by == by && self.may(m) == Ok(true)
            })
        };
        let right_follows = follows(&left, &right, Side::Right);
        let left_follows = follows(&right, &left, Side::Left);
        let winner = match (left_follows, right_follows) {
            _ if left.to == right.to => Some(Side::Left),
            (true, false) => Some(Side::Left),
            (false, true) => Some(Side::Right),
            _ => stages.truth,
        };
        match winner {
            Some(Side::Left) => self.enter(stages, Side::Left, left.to, left.by, Cause::Won),
            Some(Side::Right) => self.enter(stages, Side::Right, right.to, right.by, Cause::Won),
            None => Verdict::Hold(
                Reason::MovesUndecided,
                format!(
                    "one side moved to `{}` and the other to `{}`, and nothing says which counts",
                    stages.name(left.to),
                    stages.name(right.to)
                ),
            ),
        }
    }

    fn may(self, m: &Move) -> Result<bool, Reason> {
        m.when.as_ref().map_or(Ok(true), |w| {
            w.holds(self.scene, &Value::Blank).map_err(|f| f.reason)
        })
    }

    /// The move that a side made, if it may make it.
    fn permitted<'s>(
        self,
        stages: &'s Stages,
        before: Option<usize>,
        side: Side,
    ) -> Result<Step<'s>, Box<Verdict>> {
        let now = *self.now.get(side);
        let targets = self.shown(stages, side, now);
        let Some(first) = targets.first().copied() else {
            return Err(Box::new(nowhere(now)));
        };
        // Nothing was known of the pair: it begins where it is.
        let Some(before) = before else {
            return Ok(Step {
                to: first,
                by: None,
            });
        };
        let mut lines = stages.moves.iter();
        let mut asked = None;
        let found = lines.find(|m| {
            let here = m.from == before && m.by == side && targets.contains(&m.to);
            if here {
                asked = Some(m.to);
            }
            here && self.may(m) == Ok(true)
        });
        found
            .map(|m| Step {
                to: m.to,
                by: Some(m),
            })
            .ok_or_else(|| {
                let (from, to) = (stages.name(before), stages.name(asked.unwrap_or(first)));
                let why = match asked {
                    Some(_) => "and its condition does not hold",
                    None => "which no line of the lifecycle permits here",
                };
                let text = format!("`{now}` would move the pair from `{from}` to `{to}`, {why}");
                Box::new(Verdict::Hold(Reason::MoveNotPermitted, text))
            })
    }

    /// The cell that did not move is set to the first value of the entered stage.
    fn enter(
        self,
        stages: &Stages,
        from: Side,
        stage: usize,
        by: Option<&Move>,
        cause: Cause,
    ) -> Verdict {
        let target = !from;
        let now = *self.now.get(target);
        let Some(value) = stages.values(stage, target).first().map(Value::text) else {
            return self.remember(Consistency::Consistent);
        };
        if self.shows(stages, stage, target, now) {
            return self.remember(Consistency::Consistent);
        }
        if let Err(failed) = self.row.fits(target, &value) {
            return Verdict::Hold(failed.reason, failed.text);
        }
        let place = |value: &Value| {
            let order = stages.order.get(target).as_ref()?;
            order
                .iter()
                .position(|o| self.row.same(self.scene, target, value, &Value::text(o)))
        };
        let back = place(&value)
            .zip(place(now))
            .is_some_and(|(to, from)| to < from);
        if back && by.is_some_and(|m| m.clear_first) {
            return self.clear(from);
        }
        self.write(target, value, cause)
    }

    /// The target is cleared, and the move stays to be made: it is set when the pair is merged once more.
    fn clear(self, from: Side) -> Verdict {
        let verdict = self.write(!from, Value::Blank, Cause::ClearedFirst);
        let (Verdict::Write(mut sent), State::Known { marks, .. }) =
            (verdict.clone(), &self.trace.state)
        else {
            return verdict;
        };
        let blank = Mark::of(&Value::Blank);
        let source = marks.get(from).clone();
        sent.done.state = State::Known {
            marks: match from {
                Side::Left => Sides::new(source, blank),
                Side::Right => Sides::new(blank, source),
            },
            consistent: Consistency::Inconsistent,
        };
        Verdict::Write(sent)
    }
}

/// A move that is permitted.
struct Step<'s> {
    to: usize,
    by: Option<&'s Move>,
}

fn nowhere(value: &Value) -> Verdict {
    let text = if value.is_blank() {
        "a stage was cleared, and nothing says where that leads".to_owned()
    } else {
        format!("`{value}` is in no stage")
    };
    Verdict::Hold(Reason::MoveNotPermitted, text)
}
