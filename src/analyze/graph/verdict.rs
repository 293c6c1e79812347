//! The judgement about a part, and what would change it.

use super::build::{Built, Reads, Writers, build};
use super::domain::Seeds;
use super::edge::AutomationId;
use super::memo::Memo;
use super::parts::Component;
use crate::analyze::settle::network::{CellId, Guard, RowId as RowAt, RuleId, Writer as At};
use crate::analyze::settle::{Judgement, Limits, Network, Verdict, Witness, judge};
use crate::model::{Model, RowId};
use crate::side::Side;

/// States that a part may have to be searched.
const STATES: usize = 100_000;
/// Steps that a search may take: from each state, every edit of every record.
const STEPS: u64 = 4_000_000;
/// A circle that makes new values for so many rounds makes them for ever: no chain of automations of real systems is as long.
const GROWING: u32 = 6;

/// A part with what was found about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The network, and what its positions stand for.
    pub built: Built,
    /// What the search says of it.
    pub judgement: Judgement,
    /// What would bring it to rest, where it never comes to rest; each was tried.
    pub remedies: Vec<Remedy>,
}

/// A change after which a part comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Values of the row travel from this side only.
    OneWay(RowId, Side),
    /// The row no longer undoes drift.
    NoEnforce(RowId),
    /// Values that differ in case alone are one to the row.
    IgnoreCase(RowId),
    /// The automation does not run for the user of the sync.
    Guarded(AutomationId),
}

/// Judges a part: with few values first, since a loop that few values have is the shortest; then with as many as can be
/// searched. A part that is too large even so is judged by its own cells alone.
pub(super) fn judged(writers: Writers<'_>, component: &Component, known: &Known) -> Judged {
    let look = |seeds: Seeds, reads: Reads| {
        let built = build(writers, component, seeds, reads);
        let judgement = (steps(&built.network) <= STEPS).then(|| known.judge(&built.network));
        (
            built,
            judgement.filter(|j| !matches!(j.verdict(), Verdict::TooLarge { .. })),
        )
    };
    let done = |built: &Built, judgement: &Judgement| {
        judgement.verdict().rounds().is_none() || !built.open.is_empty()
    };
    let mut best = match look(Seeds::Few, Reads::All) {
        (built, Some(judgement)) => Judged::new(built, judgement),
        (whole, None) => match look(Seeds::Few, Reads::Inside) {
            (built, Some(judgement)) => Judged::new(built, judgement),
            (_, None) => Judged::new(whole.clone(), too_large(&whole)),
        },
    };
    for seeds in [Seeds::Some, Seeds::All] {
        if done(&best.built, &best.judgement) {
            break;
        }
        match look(seeds, Reads::All) {
            (built, _) if built.values == best.built.values => {}
            (built, Some(judgement)) => best = Judged::new(built, judgement),
            (_, None) => break,
        }
    }
    best.remedies = remedies(writers.model, &best, known);
    best
}

/// The judgement about a part of which not even the states are counted out.
fn too_large(built: &Built) -> Judgement {
    let sizes = built.network.cells.iter().map(|c| c.size() as u64);
    let states = sizes.clone().try_fold(1_u64, u64::checked_mul);
    let mut cut: Vec<(u64, CellId)> = sizes.zip((0..).map(CellId)).collect();
    cut.sort_by_key(|(size, cell)| (u64::MAX - size, *cell));
    let cut: Vec<CellId> = cut.into_iter().map(|(_, cell)| cell).collect();
    let verdict = Verdict::TooLarge { states, cut };
    Judgement {
        kept: verdict.clone(),
        lost: verdict,
    }
}

/// The judgements about networks that were made so far.
#[derive(Default)]
pub(super) struct Known(Memo<Network, Judgement>);

impl Known {
    fn judge(&self, network: &Network) -> Judgement {
        let limits = Limits { states: STATES };
        self.0.get(network, |network| judge(network, limits))
    }
}

/// The steps of a search, at most: combinations of what cells hold and rows remember, and of the edits of a record.
pub(super) fn steps(network: &Network) -> u64 {
    let cells = network.cells.iter().map(|c| c.size() as u64);
    let count = |class: &[u16]| {
        let mut classes = class.to_vec();
        classes.sort_unstable();
        classes.dedup();
        classes.len() as u64
    };
    let rows = network
        .rows
        .iter()
        .map(|r| count(&r.class.left).saturating_mul(count(&r.class.right)) + 2);
    let states = cells.chain(rows).fold(1, u64::saturating_mul);
    let edits = (0..network.records.len()).map(|record| {
        let own = network
            .cells
            .iter()
            .filter(|c| c.record.index() == record && c.edited);
        own.map(|c| c.size() as u64).fold(1, u64::saturating_mul)
    });
    states.saturating_mul(edits.fold(0, u64::saturating_add).max(1))
}

impl Judged {
    const fn new(built: Built, judgement: Judgement) -> Self {
        Self {
            built,
            judgement,
            remedies: Vec::new(),
        }
    }

    /// The run that never comes to rest, where one is known.
    pub fn witness(&self) -> Option<&Witness> {
        match self.judgement.verdict() {
            Verdict::Oscillates(witness) | Verdict::Undecided { witness, .. } => Some(witness),
            Verdict::Stable | Verdict::Settles { .. } | Verdict::TooLarge { .. } => None,
        }
    }

    /// Whether each round makes another value, without an end.
    pub fn diverges(&self) -> bool {
        let rounds = self.judgement.verdict().rounds();
        !self.built.open.is_empty() && rounds.is_some_and(|r| r >= GROWING)
    }

    /// Who writes in the rounds that repeat, each once; all writers of the part where no such rounds are known.
    pub fn turning(&self) -> Vec<At> {
        let network = &self.built.network;
        let Some(witness) = self.witness() else {
            let rows = (0..).zip(&network.rows).flat_map(|(at, row)| {
                let lanes = Side::BOTH
                    .into_iter()
                    .filter(|s| row.lanes.get(*s).is_some());
                lanes.map(move |side| At::Row(RowAt(at), side))
            });
            let rules = (0..network.rules.len() as u16).map(|at| At::Rule(RuleId(at)));
            return rows.chain(rules).collect();
        };
        let steps = witness.steps.iter().skip(witness.again);
        let mut writers: Vec<At> = steps.flat_map(|s| &s.acts).map(|a| a.writer).collect();
        writers.sort_unstable();
        writers.dedup();
        writers
    }
}

/// The changes that bring a part to rest, of those that concern who writes in the rounds that repeat.
fn remedies(model: &Model, judged: &Judged, known: &Known) -> Vec<Remedy> {
    let built = &judged.built;
    let mut found = Vec::new();
    if judged.witness().is_none() && !judged.diverges() {
        return found;
    }
    let settles = |network: &Network| {
        let rounds = known.judge(network).verdict().rounds();
        rounds.is_some_and(|r| built.open.is_empty() || r < GROWING)
    };
    for writer in judged.turning() {
        match writer {
            At::Row(at, from) => {
                let Some(id) = built.rows.get(at.index()).copied() else {
                    continue;
                };
                let one_way = change(&built.network, at, |row| *row.lanes.get_mut(!from) = None);
                let two_way = model.row(id).is_some_and(|r| r.two_way());
                if two_way && settles(&one_way) {
                    found.push(Remedy::OneWay(id, from));
                }
                let mut tame = built.network.clone();
                let lanes = tame.rows.get_mut(at.index()).map(|r| &mut r.lanes);
                let lane = lanes.and_then(|l| l.get_mut(from).as_mut());
                if let Some(lane) = lane.filter(|l| l.enforce) {
                    lane.enforce = false;
                    if settles(&tame) {
                        found.push(Remedy::NoEnforce(id));
                    }
                }
                if from == Side::Left || !two_way {
                    let folded = fold(built, at);
                    if folded.as_ref().is_some_and(settles) {
                        found.push(Remedy::IgnoreCase(id));
                    }
                }
            }
            At::Rule(at) => {
                let Some(id) = built.automations.get(at.index()).copied().flatten() else {
                    continue;
                };
                let mut without = built.network.clone();
                if let Some(rule) = without.rules.get_mut(RuleId::index(at)) {
                    rule.guard = Guard::Not(Box::new(Guard::Always));
                }
                if settles(&without) {
                    found.push(Remedy::Guarded(id));
                }
            }
        }
    }
    found
}

fn change(
    network: &Network,
    at: RowAt,
    f: impl FnOnce(&mut crate::analyze::settle::network::Row),
) -> Network {
    let mut changed = network.clone();
    if let Some(row) = changed.rows.get_mut(at.index()) {
        f(row);
    }
    changed
}

/// The network with a row that takes values for one which differ in case alone; none where there are no such values.
fn fold(built: &Built, at: RowAt) -> Option<Network> {
    let row = built.network.rows.get(at.index())?;
    let mut changed = false;
    let mut class = row.class.clone();
    for side in Side::BOTH {
        let values = built.values.get(row.cells.get(side).index())?;
        let lower = |v: &crate::value::Value| v.as_text().map(str::to_lowercase);
        let of = class.get_mut(side);
        for i in 0..values.len() {
            let first = values
                .iter()
                .position(|v| lower(v).is_some() && values.get(i).and_then(lower) == lower(v));
            let to = first.and_then(|f| of.get(f).copied());
            if let (Some(to), Some(slot)) = (to, of.get_mut(i))
                && *slot != to
            {
                *slot = to;
                changed = true;
            }
        }
    }
    changed.then(|| change(&built.network, at, |row| row.class = class))
}
