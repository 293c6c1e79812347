//! Both sides move before either has heard of the other: which of the two moves counts.
//!
//! One of them counts if it is also permitted after the other one, and not the other way round: the outcome is as if they
//! had come in that order. Where that decides nothing, the `truth` of the lifecycle does.

use super::{Explored, Life};
use crate::analyze::disjoint;
use crate::model::{StageIdx, SystemId, Transition};

/// Two moves out of one stage, one of each side, to different stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Race {
    /// The stage that both leave.
    pub stage: StageIdx,
    /// The two moves.
    pub moves: [Contender; 2],
    /// Which one counts.
    pub winner: Winner,
}

/// One of the moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The line that permits it.
    pub transition: usize,
    /// Who moves.
    pub by: SystemId,
    /// To where.
    pub to: StageIdx,
}

/// Which of two moves counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// This one is permitted after the other, and not the other way round.
    Follows(StageIdx),
    /// This one, since its side is the truth.
    Truth(StageIdx),
    /// Neither is permitted after the other.
    Apart,
    /// Each is permitted after the other.
    Either,
}

/// The races of a lifecycle, by stage.
pub(super) fn races(life: Life<'_>, explored: &Explored) -> Vec<Race> {
    let mut found: Vec<Race> = Vec::new();
    for (stage, _) in life.lifecycle.rows() {
        let moves = contenders(life, explored, stage);
        for (n, a) in moves.iter().enumerate() {
            for b in moves.iter().skip(n + 1) {
                let race = race(life, stage, *a, *b);
                let known = |r: &Race| {
                    r.stage == stage
                        && r.moves.map(|m| (m.by, m.to)) == [(a.by, a.to), (b.by, b.to)]
                };
                found.extend(race.filter(|_| !found.iter().any(known)));
            }
        }
    }
    found
}

fn contenders(life: Life<'_>, explored: &Explored, stage: StageIdx) -> Vec<Contender> {
    let mut moves: Vec<Contender> = Vec::new();
    for (transition, t) in life.lifecycle.transitions.iter().enumerate() {
        if !explored.taken.contains(&(transition, stage)) {
            continue;
        }
        let movers = life.movers(t).into_iter();
        let able = movers.filter(|by| !life.ways(t, stage, *by).is_empty());
        moves.extend(able.map(|by| Contender {
            transition,
            by,
            to: t.to.node,
        }));
    }
    moves.sort_by_key(|m| m.by);
    moves
}

fn race(life: Life<'_>, stage: StageIdx, a: Contender, b: Contender) -> Option<Race> {
    let line = |c: Contender| life.lifecycle.transitions.get(c.transition);
    let (first, second) = (line(a)?, line(b)?);
    let exclusive = match (&first.when, &second.when) {
        (Some(x), Some(y)) => disjoint(life.model, x, y),
        _ => false,
    };
    if a.by == b.by || a.to == b.to || exclusive {
        return None;
    }
    let follows = |before: StageIdx, next: Contender, as_in: &Transition| {
        let mut lines = life.lifecycle.transitions.iter();
        lines.any(|t| {
            t.leaves(before)
                && t.to.node == next.to
                && t.conversion.is_some() == as_in.conversion.is_some()
                && life.movers(t).contains(&next.by)
        })
    };
    let truth = life.lifecycle.truth.map(|t| t.node);
    let winner = match (follows(b.to, a, first), follows(a.to, b, second)) {
        (true, false) => Winner::Follows(a.to),
        (false, true) => Winner::Follows(b.to),
        _ if truth == Some(a.by) => Winner::Truth(a.to),
        _ if truth == Some(b.by) => Winner::Truth(b.to),
        (true, true) => Winner::Either,
        (false, false) => Winner::Apart,
    };
    Some(Race {
        stage,
        moves: [a, b],
        winner,
    })
}
