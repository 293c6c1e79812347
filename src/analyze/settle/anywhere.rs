//! Do updates come to rest from every state whatsoever, whether it can be reached or not?
//!
//! Who asks that need not ask what people do: every edit leads to one of these states. So each of them takes one step, where a
//! search of what is reached takes one for each edit. Where all come to rest, so do those that are reached, in as many rounds at
//! most; where some do not, nothing is said.
//!
//! Of what is remembered little matters. A row that decides about every change remembers the pair as it is from then on;
//! until then it matters whether a side has changed, and not from what.

use super::edits::Combination;
use super::engine::{Engine, Unknown};
use super::judge::Limits;
use super::loops::Loops;
use super::network::{Guard, Lane, Network, Row, Symbol};
use super::parts::{Part, parts};
use super::space::{Space, TooMany};
use super::state::{Trace, put};
use crate::merge::Shadow;
use crate::model::{Authority, Phase, Timing};
use crate::side::{Side, Sides};

/// The most rounds that write, from every state of a network; none where it does not come to rest from all, or one of its
/// parts has more states than these.
pub fn anywhere(network: &Network, most: usize) -> Option<u32> {
    let parts = parts(network);
    let mut rounds = parts.iter().map(|p| of_part(p, most));
    rounds.try_fold(0, |all, one| Some(one?.max(all)))
}

fn of_part(part: &Part, most: usize) -> Option<u32> {
    let network = &part.network;
    // what stands for others has no steps of its own
    if network.cells.iter().any(|c| c.open) {
        return None;
    }
    let latest = |r: &Row| matches!(r.authority, Authority::LatestElse(_));
    let told = network.unknown().is_empty() && !network.rows.iter().any(latest);
    let unknown = match told {
        true => Unknown::Inert(None),
        false => Unknown::Free,
    };
    let engine = Engine::new(network, unknown)?;
    let limits = Limits {
        states: most,
        steps: most.saturating_mul(4),
        ..Limits::default()
    };
    let mut space = Space::new(&engine, limits);
    all(network, &mut space).ok()?;
    let states = space.close(0).ok()?;
    let mut loops = Loops::default();
    let moving = loops.close(&space, &states);
    moving.is_empty().then(|| loops.longest())
}

/// Meets every state of a network.
fn all(network: &Network, space: &mut Space<'_, '_>) -> Result<(), TooMany> {
    let stored = network.cells.iter().map(|cell| {
        let mut stored = cell.stores.clone();
        stored.push(cell.empty);
        stored.sort_unstable();
        stored.dedup();
        stored
    });
    let stored: Vec<Vec<Symbol>> = stored.collect();
    let later = (0..).zip(&network.rules);
    let later = later.filter(|(_, r)| r.phase == Phase::Later);
    let later: Vec<u32> = later.map(|(at, _)| at).collect();
    let ways: Vec<Remembers> = network.rows.iter().map(|r| remembers(network, r)).collect();
    let lengths = stored.iter().map(Vec::len);
    let lengths = lengths.chain(network.rows.iter().zip(&ways).map(|(r, w)| w.most(r)));
    let lengths: Vec<usize> = lengths.chain(later.iter().map(|_| 2)).collect();
    let count = lengths.iter().try_fold(1_usize, |n, l| n.checked_mul(*l));
    if count.is_none_or(|n| n > space.limits.states) {
        return Err(TooMany);
    }
    let mut combination = Combination::new(lengths.into_iter());
    while let Some(picks) = combination.next() {
        let (cells, more) = picks.split_at(stored.len().min(picks.len()));
        let (traces, pending) = more.split_at(ways.len().min(more.len()));
        space.run.choices.borrow_mut().first();
        loop {
            space.run.state = space.run.engine.blank();
            for ((at, pick), values) in cells.iter().enumerate().zip(&stored) {
                let value = values.get(*pick).copied().unwrap_or_default();
                put(&mut space.run.state.cells, at, value);
            }
            space.run.derive();
            for (at, ((row, way), pick)) in network.rows.iter().zip(&ways).zip(traces).enumerate() {
                let class = space.run.engine.class.get(at);
                let held = row.cells.map(|c| space.run.cell(c.index()));
                let trace = class.map(|class| way.trace(class, held, *pick));
                let trace = trace.unwrap_or(Trace::without(Shadow::Recovered));
                put(&mut space.run.state.traces, at, trace);
            }
            let noted = later.iter().zip(pending).filter(|(_, pick)| **pick == 1);
            space.run.state.pending = noted.fold(0, |all, (rule, _)| all | 1 << rule);
            space.meet(0)?;
            if !space.run.choices.borrow_mut().next() {
                break;
            }
        }
    }
    Ok(())
}

/// What matters of what a row remembers.
#[derive(Clone, Copy)]
enum Remembers {
    /// All of it.
    All,
    /// Of these sides, whether they have changed; nothing of another one.
    Changes(Sides<bool>),
}

/// A row that decides about each change of these sides alone forgets at once what was there before.
fn remembers(network: &Network, row: &Row) -> Remembers {
    let asks = network.rows.iter().any(|r| r.when.asks_changed());
    let active = |from: Side| {
        let lane = row.lanes.get(from).as_ref();
        lane.filter(|l| l.timing != Timing::OnCreate)
    };
    let goes = |from: Side| {
        let target = network.cells.get(row.cells.get(!from).index());
        let takes = target.is_some_and(|c| c.takes.iter().all(|t| *t));
        let made = |lane: &Lane| lane.image.iter().all(Option::is_some);
        active(from).is_none_or(|lane| made(lane) && takes)
    };
    let decides = row.when == Guard::Always && Side::BOTH.into_iter().all(goes);
    let enforced = Side::BOTH
        .into_iter()
        .any(|from| active(from).is_some_and(|l| l.enforce));
    match (active(Side::Left).is_some(), active(Side::Right).is_some()) {
        (left, right) if decides && !asks && row.authority != Authority::Ask => {
            let both = left && right || enforced;
            Remembers::Changes(Sides::new(left || both, right || both))
        }
        _ => Remembers::All,
    }
}

impl Remembers {
    /// How many ways there are to remember a pair, at most.
    fn most(self, row: &Row) -> usize {
        match self {
            Self::All => 2 + row.class.left.len() * row.class.right.len(),
            Self::Changes(sides) => {
                2 + (1 + usize::from(sides.left)) * (1 + usize::from(sides.right))
            }
        }
    }

    /// One of them, where the cells hold these values.
    fn trace(self, class: &Sides<Vec<Symbol>>, held: Sides<Symbol>, pick: usize) -> Trace {
        let Some(at) = pick.checked_sub(2) else {
            return Trace::without(match pick {
                0 => Shadow::Recovered,
                _ => Shadow::FirstMet,
            });
        };
        let of = |side: Side, value: usize| class.get(side).get(value).copied().unwrap_or_default();
        let marks = match self {
            Self::All => {
                let right = class.right.len().max(1);
                Sides::new(of(Side::Left, at / right), of(Side::Right, at % right))
            }
            Self::Changes(sides) => {
                let right = 1 + usize::from(sides.right);
                let changed = Sides::new(at / right == 1, at % right == 1);
                let mark = |side: Side| {
                    let own = of(side, usize::from(*held.get(side)));
                    let mut others = class.get(side).iter().copied().filter(|c| *c != own);
                    let other = others.next().filter(|_| *changed.get(side));
                    other.unwrap_or(own)
                };
                Sides::new(mark(Side::Left), mark(Side::Right))
            }
        };
        Trace {
            shadow: Shadow::Known,
            marks,
        }
    }
}
