//! Which stage a changed cluster enters: the moves of both sides, and whose counts.

use std::collections::{HashMap, VecDeque};

use super::{Cluster, Held, Stand, nowhere, stages_of};
use crate::runtime::merge::Cause;
use crate::runtime::program::StageMove;
use crate::runtime::reason::Reason;
use crate::side::Side;

/// Whether a cluster moves.
pub(super) enum Moved {
    /// It does not.
    No,
    /// It does, through these stages.
    To { path: Vec<usize>, cause: Cause },
}

/// The move that a side made: who shows it, and where it may lead.
struct Claim<'a> {
    stand: Stand<'a>,
    targets: Vec<usize>,
}

impl<'a> Cluster<'a> {
    /// The stage in which all that changed, and all that has to follow, are already: whoever moved, nothing is left to do.
    pub(super) fn agreed(self, stage: usize) -> Option<usize> {
        let on = |side: Side, stage: usize| {
            let mut own = self.stands().filter(|s| s.entry.side == side);
            own.any(|s| s.shows(self.life, stage))
        };
        let others = (0..self.life.stages.len()).filter(|s| *s != stage);
        std::iter::once(stage).chain(others).find(|stage| {
            let mut changed = self.stands().filter(|s| s.changed());
            changed.all(|s| s.shows(self.life, *stage) && !s.newly_converted())
                && self.all_show(*stage)
                && on(Side::Left, *stage)
                && on(Side::Right, *stage)
        })
    }

    /// Where the moves of both sides lead.
    pub(super) fn moved(self, stage: usize) -> Result<Moved, Held> {
        let left = self.claim(stage, Side::Left)?;
        let right = self.claim(stage, Side::Right)?;
        let lead = |claim: Claim<'a>| self.permitted(stage, &claim);
        match (left, right) {
            (None, None) => Ok(Moved::No),
            (Some(claim), None) | (None, Some(claim)) => Ok(Moved::To {
                path: lead(claim)?,
                cause: Cause::Changed,
            }),
            (Some(left), Some(right)) => self.both(lead(left)?, lead(right)?),
        }
    }

    /// Both sides moved: the move counts that is permitted after the other, else that of the truth.
    fn both(self, left: Vec<usize>, right: Vec<usize>) -> Result<Moved, Held> {
        let end = |path: &[usize]| path.last().copied().unwrap_or_default();
        let (to_left, to_right) = (end(&left), end(&right));
        let follows = |after: usize, next: usize, by: Side| {
            let mut moves = self.life.moves.iter();
            moves.any(|m| m.from == after && m.to == next && m.by == by && self.may(m))
        };
        let left_follows = follows(to_right, to_left, Side::Left);
        let right_follows = follows(to_left, to_right, Side::Right);
        let winner = match (left_follows, right_follows) {
            _ if to_left == to_right => Some(Side::Left),
            (true, false) => Some(Side::Left),
            (false, true) => Some(Side::Right),
            _ => self.life.truth,
        };
        let path = match winner {
            Some(Side::Left) => left,
            Some(Side::Right) => right,
            None => {
                let text = format!(
                    "one side moved to `{}`, the other to `{}`, and nothing says whose move counts",
                    self.life.name(to_left),
                    self.life.name(to_right)
                );
                return Err((Reason::MovesUndecided, text));
            }
        };
        Ok(Moved::To {
            path,
            cause: Cause::Won,
        })
    }

    /// The move of a side: that of the last of its columns that changed. A record that was never seen and shows nothing moved nowhere.
    fn claim(self, stage: usize, side: Side) -> Result<Option<Claim<'a>>, Held> {
        let is_silent = |s: &Stand<'a>| s.is_blank() && s.seen.is_none() && !s.newly_converted();
        let mut changed = self
            .stands()
            .rev()
            .filter(|s| s.entry.side == side && s.changed() && !is_silent(s));
        let Some(stand) = changed.next() else {
            return Ok(None);
        };
        let mut targets = stages_of(self.life, stand.column, &stand.value());
        if stand.newly_converted() {
            let lines = self.life.moves.iter();
            let by_conversion = lines.filter(|m| m.conversion && m.by == side && m.from == stage);
            targets.extend(by_conversion.map(|m| m.to));
            targets.retain(|t| *t != stage);
            return Ok((!targets.is_empty()).then_some(Claim { stand, targets }));
        }
        if targets.contains(&stage) {
            return Ok(None);
        }
        if targets.is_empty() {
            return Err(nowhere(stand));
        }
        Ok(Some(Claim { stand, targets }))
    }

    /// The stages on the way of a move. Where lines of its side lead there directly, one of them has to be open. Where none does, lines
    /// that are open lead there one after the other: somebody may have made several moves since the cluster was last looked at.
    fn permitted(self, stage: usize, claim: &Claim<'a>) -> Result<Vec<usize>, Held> {
        let side = claim.stand.entry.side;
        let direct = |to: usize| {
            let mut lines = self.life.moves.iter();
            lines.any(|m| m.from == stage && m.to == to && m.by == side)
        };
        let mut before: HashMap<usize, usize> = HashMap::from([(stage, stage)]);
        let mut queue = VecDeque::from([stage]);
        while let Some(at) = queue.pop_front() {
            let near = before.get(&at) == Some(&stage);
            if at != stage && claim.targets.contains(&at) && (near || !direct(at)) {
                return Ok(way(&before, stage, at));
            }
            let lines = self.life.moves.iter();
            for m in lines.filter(|m| m.from == at && m.by == side) {
                if !before.contains_key(&m.to) && self.may(m) {
                    before.insert(m.to, at);
                    queue.push_back(m.to);
                }
            }
        }
        let mut lines = self.life.moves.iter();
        let asked =
            lines.find(|m| m.from == stage && m.by == side && claim.targets.contains(&m.to));
        let why = match asked {
            Some(m) if m.conversion && !self.converted(side) => "and only a conversion does that",
            Some(_) => "and its condition does not hold",
            None => "which no line of the lifecycle permits here",
        };
        let to = asked.map(|m| m.to).or(claim.targets.first().copied());
        let text = format!(
            "`{}` of `{}` would move it from `{}` to `{}`, {why}",
            claim.stand.value(),
            claim.stand.entry.name,
            self.life.name(stage),
            self.life.name(to.unwrap_or_default())
        );
        Err((Reason::MoveNotPermitted, text))
    }

    /// Whether a line is open now. What cannot be told does not open it.
    pub(super) fn may(self, line: &StageMove) -> bool {
        (!line.conversion || self.converted(line.by))
            && line.when.as_ref().is_none_or(|when| self.holds(when))
    }

    /// Whether a record of a side was converted since it was last seen.
    fn converted(self, side: Side) -> bool {
        let mut own = self.stands().filter(|s| s.entry.side == side);
        own.any(Stand::newly_converted)
    }
}

/// The stages after the first, up to the last.
fn way(before: &HashMap<usize, usize>, first: usize, last: usize) -> Vec<usize> {
    let mut path = vec![last];
    while let Some(at) = path.last().and_then(|at| before.get(at)).copied() {
        if at == first {
            break;
        }
        path.push(at);
    }
    path.reverse();
    path
}
