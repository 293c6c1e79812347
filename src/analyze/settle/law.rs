//! A law about networks of any values, without a search: one side that keeps what is written to it brings all to rest.
//!
//! A side **keeps** what rows write there if its platform stores an equal value and no automation changes it. Let one side
//! of all rows keep, and let the cells of both sides belong to one row each: rows that share a cell wait for each other.
//! After the last edit the first round sends what has changed. Whatever automations of the other side make of that, on
//! whichever of its cells, looks like an edit there, and travels back in the second round; where it is kept it is its own
//! shadow, so nothing more is sent, no record of the other side is saved, and nothing starts the automations there again. It
//! does not matter what they do, only that each has run within the transaction that started it.
//!
//! Further rounds come from what can wait: automations that run later, one after the other, as long as none of them starts
//! itself again, but to put a constant where it stands already; a row whose condition does not hold yet sends each side's
//! change once when it does; and a value that an automation of the keeping side puts in its normal form looks like an edit
//! once. The exceptions are in [`quiet`]. Networks that it does not fit may die out for want of who starts their writers
//! ([`triggers`](super::triggers)); what neither law fits is searched.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{BLANK, Cell, CellId, Guard, Lane, Network, Row, Rule, Source, Symbol};
use super::parts::cells_of_rule;
use super::triggers::die_out;
use crate::model::{Authority, BlankPolicy, Entry, Phase, StartedBy, Timing};
use crate::side::Side;

/// What is known of all automations that write a cell, whatever its value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Automatic {
    /// They leave what rows write there as it is, and leave alone what they have made themselves.
    pub leaves: bool,
    /// They make what they write of what the cell holds alone, and change that so often at most, one after the other, if
    /// nobody else writes there.
    pub ends: Option<u32>,
    /// None of them makes it blank.
    pub fills: bool,
    /// They make it larger only, or smaller only, and none makes it blank.
    pub one_way: bool,
    /// They change it, and what stands in the other cell of its row, so often at most, from where values usually begin, even if
    /// that row, which alone writes there beside them, hands on what stands on either side.
    pub climbs: Option<u32>,
}

/// What is known of each cell, if of the automations only these write: by rule.
pub type Known<'k> = dyn Fn(&[bool]) -> Vec<Automatic> + 'k;

/// The most rounds that write after the last edit, whatever the values are; none where the laws say nothing.
pub fn rests(network: &Network, known: &Known<'_>) -> Option<u32> {
    let live: Vec<bool> = network.rules.iter().map(|r| network.is_live(r)).collect();
    let mut after = network.clone();
    let done = after
        .rules
        .iter_mut()
        .zip(&live)
        .filter(|(_, live)| !**live);
    done.for_each(|(rule, _)| rule.effects.clear());
    let network = &after;
    let law = Law {
        network,
        cells: known(&live),
    };
    // what a platform refuses is read back as if another value were written
    let refused = network.cells.iter().any(|c| c.forward.is_some());
    // a lifecycle writes across
    let across = |rule: &Rule| {
        let system = network.records.get(rule.record.index()).map(|r| r.system);
        rule.effects.iter().any(|e| law.system(e.target) != system)
    };
    let cleared = |rule: &Rule| rule.effects.iter().any(|e| e.clears);
    if refused || network.rules.iter().any(|r| across(r) || cleared(r)) {
        return None;
    }
    // what is computed by what nobody knows changes without a writer
    let mut derived = network.rules.iter().filter(|r| r.phase == Phase::Derived);
    let told = !derived.any(Rule::is_unknown);
    quiet(&law).or_else(|| told.then(|| die_out(law, known)).flatten())
}

/// The rounds of a network with a side that keeps what is written to it.
fn quiet(law: &Law<'_>) -> Option<u32> {
    let network = law.network;
    let turns = law.turns()?;
    let rows = || network.rows.iter();
    let put_back = |row: &Row, from: Side| {
        let enforced = row.lanes.get(from).as_ref().is_some_and(|l| l.enforce);
        enforced && !law.keeps(row, !from)
    };
    if rows().any(|r| Side::BOTH.into_iter().any(|from| put_back(r, from))) {
        return None;
    }
    let quiet = Side::BOTH.into_iter().find(|side| law.is_quiet(*side))?;
    law.apart(!quiet)?;
    let automatic = network.rules.iter().filter(|r| r.phase != Phase::Derived);
    let automatic: BTreeSet<CellId> = automatic
        .flat_map(|r| &r.effects)
        .map(|e| e.target)
        .collect();
    let waiting = rows().filter(|r| r.when != Guard::Always).count();
    let normalised = rows()
        .filter(|r| automatic.contains(r.cells.get(quiet)))
        .count();
    let both = rows().all(|r| law.keeps(r, !quiet));
    if automatic.is_empty() && waiting == 0 && both {
        return Some(1);
    }
    u32::try_from((2 + turns) * (1 + waiting + normalised)).ok()
}

impl Network {
    /// A cell, and the other one of the row that writes it: who has one of these has what was handed on there as it was, and is
    /// handed nothing by others. None where it is handed more than that.
    ///
    /// The row writes only what has changed on the other side, and neither puts anything back nor stands in for a blank.
    pub fn exchange(&self, cell: CellId) -> Option<Vec<CellId>> {
        let into = |cell: CellId| {
            let rows = self.rows.iter();
            rows.flat_map(move |row| {
                let writes = move |from: &Side| {
                    let lane = row.lanes.get(*from).as_ref();
                    let active = lane.is_some_and(|l| l.timing != Timing::OnCreate);
                    active && *row.cells.get(!*from) == cell
                };
                let sides = Side::BOTH.into_iter().filter(writes);
                sides.map(move |from| (row, *row.cells.get(from)))
            })
        };
        let mut found = vec![cell];
        let mut own = into(cell);
        if let Some((row, other)) = own.next() {
            let lanes = Side::BOTH.into_iter().filter_map(|side| {
                let lane = row.lanes.get(side).as_ref()?;
                Some((side, lane)).filter(|(_, l)| l.timing != Timing::OnCreate)
            });
            let plain = |(from, lane): (Side, &Lane)| {
                let always = lane.timing == Timing::Always && lane.default.is_none();
                always && lane.ordered && !lane.enforce && self.stores(row, !from)
            };
            let preferred = matches!(row.authority, Authority::PreferUnlessBlank(_));
            let alone = own.next().is_none() && into(other).all(|(_, from)| from == cell);
            if preferred || !alone || other == cell || !{ lanes }.all(plain) {
                return None;
            }
            found.push(other);
        }
        let mut derived = self.rules.iter().filter(|r| r.phase == Phase::Derived);
        let computed = derived.any(|r| r.effects.iter().any(|e| found.contains(&e.target)));
        (!computed).then_some(found)
    }

    /// Whether the platform stores what a row writes to a side as an equal value.
    fn stores(&self, row: &Row, side: Side) -> bool {
        let Some(cell) = self.cells.get(row.cells.get(side).index()) else {
            return false;
        };
        let class = row.class.get(side);
        let equal = |value: &Symbol| {
            let stored = cell
                .stores
                .get(usize::from(*value))
                .copied()
                .unwrap_or_default();
            // what stands for others is stored as what they are stored as
            let beyond = cell.open && usize::from(stored) + 1 == cell.size();
            beyond || class.get(usize::from(stored)) == class.get(usize::from(*value))
        };
        row.lanes.get(!side).iter().all(|lane| {
            let written = lane.image.iter().flatten().chain(&lane.default);
            // a blank is written where it clears
            let mut filled = written.filter(|value| **value != BLANK);
            filled.all(equal) && (lane.blank == BlankPolicy::Keeps || equal(&cell.empty))
        })
    }

    /// Whether an automation can run after the last edit: one within the saves of people alone does not, unless what runs later
    /// saves as they do.
    fn is_live(&self, rule: &Rule) -> bool {
        let system = |r: &Rule| self.records.get(r.record.index()).map(|r| r.system);
        let later = |r: &&Rule| r.phase == Phase::Later && system(r) == system(rule);
        let mut later = self.rules.iter().filter(later);
        let within = matches!(rule.phase, Phase::BeforeSave | Phase::AfterSave);
        !within || rule.by.includes(StartedBy::Sync) || later.any(|r| rule.by.includes(r.acts))
    }
}

/// A network with what is known of its cells.
pub(super) struct Law<'a> {
    pub network: &'a Network,
    pub cells: Vec<Automatic>,
}

/// Whether what the platform has stored is stored the same again.
fn is_stored_once(cell: &Cell) -> bool {
    let mut stored = cell.stores.iter();
    stored.all(|s| {
        let beyond = cell.open && usize::from(*s) + 1 == cell.size();
        beyond || cell.stores.get(usize::from(*s)) == Some(s)
    })
}

impl Law<'_> {
    /// Whether the automations that write a cell leave what rows write there.
    pub fn leaves(&self, cell: CellId) -> bool {
        let known = self.cells.get(cell.index()).is_some_and(|c| c.leaves);
        known
            && self
                .network
                .cells
                .get(cell.index())
                .is_some_and(is_stored_once)
    }

    /// Whether what a row writes to a side is there afterwards.
    fn keeps(&self, row: &Row, side: Side) -> bool {
        self.leaves(*row.cells.get(side)) && self.stores(row, side)
    }

    /// Whether the platform stores what a row writes to a side as an equal value.
    pub fn stores(&self, row: &Row, side: Side) -> bool {
        self.network.stores(row, side)
    }

    /// Whether a side keeps what is written to it, and is apart from the other side.
    fn is_quiet(&self, side: Side) -> bool {
        let preferred = |row: &Row| {
            // its value is put back for ever where the other side changes it
            row.authority == Authority::PreferUnlessBlank(side) && !self.keeps(row, !side)
        };
        let mut rows = self.network.rows.iter();
        if !rows.all(|r| self.keeps(r, side) && !preferred(r)) {
            return false;
        }
        let Some(here) = self.apart(side) else {
            return false;
        };
        let systems: BTreeSet<u16> = here.iter().filter_map(|c| self.system(*c)).collect();
        let rows = self.network.rows.iter();
        let mut other = rows.flat_map(|r| self.sources(*r.cells.get(!side)));
        let meets = |cell: CellId| self.system(cell).is_some_and(|s| systems.contains(&s));
        here.iter().all(|c| self.leaves(*c)) && !other.any(meets)
    }

    /// The cells of a side, and what they are derived from; none where one belongs to several rows.
    fn apart(&self, side: Side) -> Option<BTreeSet<CellId>> {
        let mut found = BTreeSet::new();
        let rows = self.network.rows.iter();
        let cells = rows.map(|r| self.sources(*r.cells.get(side)));
        for cell in cells.flatten() {
            if !found.insert(cell) {
                return None;
            }
        }
        Some(found)
    }

    /// How many turns of automations that run later can follow from each other, at most; none where they go on for ever.
    ///
    /// Each has one, where none starts itself again; what is left alone once it is written starts nothing twice. Those that do
    /// start each other come to rest where they put one constant in each cell: a cell changes to it once, until one that comes
    /// before them writes there.
    fn turns(&self) -> Option<usize> {
        let rules = &self.network.rules;
        let is_later = |at: &usize| rules.get(*at).is_some_and(|r| r.phase == Phase::Later);
        let later: Vec<usize> = (0..rules.len()).filter(is_later).collect();
        let mut turns = later.len();
        for first in &later {
            let after = self.started_from(*first);
            if after.contains(first) {
                let back = |at: &&usize| self.started_from(**at).contains(first);
                let circle: Vec<usize> = after.iter().filter(back).copied().collect();
                turns += later.len() * self.constants(&circle)?;
            }
        }
        Some(turns)
    }

    /// The automations that are started by one, by those that it starts, and so on.
    fn started_from(&self, first: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            for next in self.started_by(at) {
                if found.insert(next) {
                    waiting.push(next);
                }
            }
        }
        found
    }

    /// How many cells these automations write; none where they write more than one constant to each, or one runs though nothing
    /// has changed.
    fn constants(&self, rules: &[usize]) -> Option<usize> {
        let mut constants: BTreeMap<CellId, Symbol> = BTreeMap::new();
        let rules = rules.iter().filter_map(|at| self.network.rules.get(*at));
        let needs_change = |rule: &Rule| {
            let turned = rule.entry == Entry::BecomesTrue && !rule.guard.is_unknown();
            turned || !rule.starts.is_empty()
        };
        if !rules.clone().all(needs_change) {
            return None;
        }
        for effect in rules.flat_map(|r| &r.effects) {
            let Source::Constant(value) = effect.value else {
                return None;
            };
            if effect.clears || *constants.entry(effect.target).or_insert(value) != value {
                return None;
            }
        }
        Some(constants.len())
    }

    /// The automations that what an automation writes can start.
    fn started_by(&self, at: usize) -> Vec<usize> {
        let network = self.network;
        let effects = network.rules.get(at).into_iter().flat_map(|r| &r.effects);
        let saved: Vec<CellId> = effects.map(|e| e.target).collect();
        let changed = saved.iter().copied().filter(|c| !self.leaves(*c));
        let changed: Vec<CellId> = changed.collect();
        let started = |rule: &Rule| {
            let derived = |cell: &CellId| self.sources(*cell).len() > 1;
            let own = |cell: &CellId| {
                let cell = network.cells.get(cell.index());
                cell.is_some_and(|c| c.record == rule.record)
            };
            let of_start = |start: &CellId| changed.contains(start) || derived(start);
            match rule.starts.as_slice() {
                // every save may start it, also one that changes nothing
                [] if rule.entry == Entry::EveryTime || rule.guard.is_unknown() => {
                    saved.iter().any(own)
                }
                [] => changed.iter().any(own),
                starts => !changed.is_empty() && starts.iter().any(of_start),
            }
        };
        let rules = network.rules.iter().enumerate();
        rules
            .filter(|(_, r)| started(r))
            .map(|(at, _)| at)
            .collect()
    }

    fn system(&self, cell: CellId) -> Option<u16> {
        let record = self.network.cells.get(cell.index())?.record;
        Some(self.network.records.get(record.index())?.system)
    }

    /// A cell, and what it is derived from.
    pub fn sources(&self, cell: CellId) -> BTreeSet<CellId> {
        let mut found = BTreeSet::from([cell]);
        loop {
            let derived = self.network.rules.iter().filter(|r| {
                r.phase == Phase::Derived && r.effects.iter().any(|e| found.contains(&e.target))
            });
            let more: Vec<CellId> = derived
                .flat_map(|r| cells_of_rule(self.network, r))
                .collect();
            let known = found.len();
            found.extend(more);
            if found.len() == known {
                return found;
            }
        }
    }
}
