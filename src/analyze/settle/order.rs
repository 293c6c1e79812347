//! Does the order matter that nothing fixes? Automations of one record, phase and rank run in any order: where two of them
//! do not commute, the same edits end differently, now so, now otherwise.
//!
//! Aiken, Widom and Hellerstein ask whether unordered rules commute pairwise, by what they read and write. Here both orders
//! are run from every state that can be reached, until rest: orders that part and meet again are no finding.

use super::edits::{Event, events, happen};
use super::engine::{Act, Engine, Unknown};
use super::judge::Limits;
use super::network::{CellId, Network, RecordId, RuleId, Symbol};
use super::parts::{Part, parts};
use super::run::Run;
use super::space::Space;
use super::state::put;
use crate::merge::Shadow;
use crate::model::Phase;

/// Two automations whose order decides what the cells hold in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The automations.
    pub rules: [RuleId; 2],
    /// What the cells hold before anything happens. Cells of other parts are blank.
    pub given: Vec<Symbol>,
    /// The record that a person saves then, with what is changed in it; none where it is enough that time passes.
    pub edit: Option<(RecordId, Vec<(CellId, Symbol)>)>,
    /// What happens in each of the two orders until rest.
    pub acts: [Vec<Act>; 2],
    /// What the cells hold then.
    pub ends: [Vec<Symbol>; 2],
}

/// Rounds after which a run counts as one without an end: such a network is not asked for its order.
const ROUNDS: usize = 64;

/// The first disagreement about a cell that is asked for of each two automations whose order nothing fixes, in parts that
/// can be searched.
pub fn disagreements(
    network: &Network,
    asked: impl Fn(CellId) -> bool,
    limits: Limits,
) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for part in parts(network) {
        let asked: Vec<bool> = part.cells.iter().map(|c| asked(*c)).collect();
        for (one, other) in unordered(&part.network) {
            if let Some(here) = disagreement(&part.network, [one, other], &asked, limits) {
                found.push(whole(&part, here, network));
            }
        }
    }
    found
}

/// The pairs of automations whose order nothing fixes.
fn unordered(network: &Network) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (at, one) in network.rules.iter().enumerate() {
        for (more, other) in network.rules.iter().enumerate().skip(at + 1) {
            let same = (one.record, one.phase, one.rank) == (other.record, other.phase, other.rank);
            if same && one.phase != Phase::Derived {
                pairs.push((at, more));
            }
        }
    }
    pairs
}

fn disagreement(
    network: &Network,
    [one, other]: [usize; 2],
    asked: &[bool],
    limits: Limits,
) -> Option<Disagreement> {
    let mut order: Vec<usize> = (0..network.rules.len()).collect();
    order.sort_by_key(|at| network.rules.get(*at).map(|r| r.rank));
    let first = Engine::ordered(network, Unknown::Inert(None), &order)?;
    for at in &mut order {
        *at = match *at {
            at if at == one => other,
            at if at == other => one,
            at => at,
        };
    }
    let second = Engine::ordered(network, Unknown::Inert(None), &order)?;
    let mut space = Space::new(&first, limits);
    space.start(Shadow::FirstMet).ok()?;
    let (mut forth, mut back) = (Run::new(&first), Run::new(&second));
    let mut read = 0;
    while space.layer().ok()?.is_some() {
        while read < space.nodes.len() {
            space.go(read as u32);
            read += 1;
            let given = space.run.state.clone();
            for event in events(&space.run) {
                let mut ends = [Vec::new(), Vec::new()];
                let mut acts = [Vec::new(), Vec::new()];
                for (run, (end, log)) in [&mut forth, &mut back]
                    .into_iter()
                    .zip(ends.iter_mut().zip(&mut acts))
                {
                    run.state.clone_from(&given);
                    (*end, *log) = to_rest(run, &event)?;
                }
                let [here, there] = &ends;
                let mut cells = here.iter().zip(there).zip(asked);
                if cells.any(|((x, y), asked)| *asked && x != y) {
                    let edit = match event {
                        Event::Pause => None,
                        Event::Save(record, values) => {
                            let values = values.into_iter();
                            let values = values.map(|(at, v)| (CellId(at as u16), v));
                            Some((RecordId(record as u16), values.collect()))
                        }
                    };
                    return Some(Disagreement {
                        rules: [RuleId(one as u16), RuleId(other as u16)],
                        given: given.cells,
                        edit,
                        acts,
                        ends,
                    });
                }
            }
        }
    }
    None
}

/// Lets something happen and the plan run until nothing moves; none where it never ends.
fn to_rest(run: &mut Run<'_, '_>, event: &Event) -> Option<(Vec<Symbol>, Vec<Act>)> {
    run.log = Some(Vec::new());
    happen(run, event);
    for _ in 0..ROUNDS {
        let wrote = run.round();
        if !(run.pause() || wrote) {
            return Some((run.state.cells.clone(), run.log.take().unwrap_or_default()));
        }
    }
    None
}

fn whole(part: &Part, found: Disagreement, network: &Network) -> Disagreement {
    let spread = |values: Vec<Symbol>| {
        let mut all = vec![0; network.cells.len()];
        for (cell, value) in part.cells.iter().zip(values) {
            put(&mut all, cell.index(), value);
        }
        all
    };
    let told = |acts: Vec<Act>| {
        let one = |act: Act| Act {
            writer: part.writer(act.writer),
            cell: part.cell(act.cell),
            ..act
        };
        acts.into_iter().map(one).collect()
    };
    let rule = |rule: RuleId| part.rules.get(rule.index()).copied().unwrap_or(rule);
    let edit = |(record, values): (RecordId, Vec<(CellId, Symbol)>)| {
        let values = values.into_iter().map(|(c, v)| (part.cell(c), v));
        (record, values.collect())
    };
    Disagreement {
        rules: found.rules.map(rule),
        given: spread(found.given),
        edit: found.edit.map(edit),
        acts: found.acts.map(told),
        ends: found.ends.map(spread),
    }
}
