//! Whether the condition of an automation can turn again and again, while some suspects write: the second way to be started of
//! the [law of triggers](super::triggers).

use std::collections::BTreeSet;

use super::network::{BLANK, CellId, Guard, Rule, RuleId, Symbol, Writer};
use super::parts::cells_of_guard;
use super::triggers::{Triggers, Writers};
use crate::model::Phase;

/// What a cell is known to hold.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Holds {
    /// One of these values.
    Among(BTreeSet<Symbol>),
    /// Not a blank.
    Something,
    /// Whatever.
    Anything,
}

/// What a cell holds after a write, if it was changed.
#[derive(Clone)]
pub(super) struct After {
    pub value: Holds,
    /// Whether it holds that even where the cell was not changed.
    pub sure: bool,
}

/// What is seen of a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It was done.
    Written,
    /// It changed some cell that the condition reads.
    Changed,
}

/// The condition of an automation that is suspected.
pub(super) struct Asked<'a> {
    pub triggers: &'a Triggers<'a>,
    pub at: RuleId,
    pub rule: &'a Rule,
    pub suspects: &'a Writers,
}

impl Asked<'_> {
    /// What the condition reads, and what that is derived from.
    fn cells(&self) -> BTreeSet<CellId> {
        let mut read = Vec::new();
        cells_of_guard(&self.rule.guard, &mut read);
        let law = &self.triggers.law;
        read.into_iter().flat_map(|c| law.sources(c)).collect()
    }

    /// Those of some writers that change what the condition reads.
    pub fn changers(&self, writers: &Writers) -> Writers {
        let cells = self.cells().into_iter();
        let changers = cells.flat_map(|c| self.triggers.changers(c, writers, self.suspects));
        changers.collect()
    }

    /// Whether the condition becomes true again and again: some writers make it so, and some suspects undo that.
    ///
    /// One that runs later cannot do both alone. It has to become true once for each turn, and once no more in between, and
    /// a turn is one write.
    pub fn turns(&self, by: &Writers) -> bool {
        let all = self.changers(self.suspects);
        let alone = all.iter().all(|w| *w == Writer::Rule(self.at));
        let network = self.triggers.law.network;
        let records = self.cells().into_iter();
        let records = records.filter_map(|c| network.cells.get(c.index()).map(|c| c.record));
        let one = records.collect::<BTreeSet<_>>().len() == 1;
        if alone && one && self.rule.phase == Phase::Later {
            return false;
        }
        let made = self.changers(by);
        made.iter().any(|w| self.may_turn(*w, true)) && all.iter().any(|w| self.may_turn(*w, false))
    }

    /// Whether a writer may turn the condition.
    fn may_turn(&self, writer: Writer, truth: bool) -> bool {
        self.turned(&self.rule.guard, writer, truth) && self.may_be(writer, truth, Seen::Changed)
    }

    /// Whether nothing turns a condition again and again.
    pub fn is_steady(&self, guard: &Guard) -> bool {
        let turned = |truth| self.suspects.iter().any(|w| self.turned(guard, *w, truth));
        !(turned(true) && turned(false))
    }

    /// Whether a writer may turn a part of a condition: what it does not write stays. A bound is passed once by values that go
    /// one way.
    fn turned(&self, guard: &Guard, writer: Writer, truth: bool) -> bool {
        let after = |cell: CellId| {
            let own = self.triggers.after(writer, cell, self.suspects);
            let mut sources = self.triggers.law.sources(cell).into_iter();
            let derived = sources
                .any(|s| s != cell && self.triggers.after(writer, s, self.suspects).is_some());
            match own {
                None if derived => Some(Holds::Anything),
                own => own.map(|a| a.value),
            }
        };
        match guard {
            Guard::Always => false,
            Guard::In(cell, values) => match after(*cell) {
                None => false,
                Some(Holds::Among(some)) => some.iter().any(|v| values.contains(v) == truth),
                Some(Holds::Something) => !(truth && values == &[BLANK]),
                Some(Holds::Anything) => true,
            },
            Guard::Bound(cell, values) => match after(*cell) {
                None => false,
                Some(Holds::Among(some)) => some.iter().any(|v| values.contains(v) == truth),
                Some(_) => !self.triggers.goes_one_way(*cell, self.suspects),
            },
            Guard::Where(table) => table.inputs.iter().any(|c| after(*c).is_some()),
            Guard::Not(inner) => self.turned(inner, writer, !truth),
            Guard::All(parts) | Guard::Any(parts) => {
                parts.iter().any(|g| self.turned(g, writer, truth))
            }
            Guard::Changed(_) | Guard::Before(_) | Guard::Unknown => true,
        }
    }

    /// Whether the condition may be so once a writer has written.
    pub fn may_be(&self, writer: Writer, truth: bool, seen: Seen) -> bool {
        let cells = self.cells();
        let after = |cell: CellId| self.triggers.after(writer, cell, self.suspects);
        let network = self.triggers.law.network;
        let record = |cell: CellId| network.cells.get(cell.index()).map(|c| c.record);
        // records are saved one after the other, and which cell was changed is known of one alone
        let records: BTreeSet<_> = cells.iter().filter_map(|c| record(*c)).collect();
        let written = cells.iter().filter(|c| after(**c).is_some()).count();
        let value = |cell: CellId| {
            let Some(after) = after(cell) else {
                let constant = self.constant(cell).map(|v| BTreeSet::from([v]));
                return constant.map_or(Holds::Anything, Holds::Among);
            };
            match after.value {
                Holds::Among(_) if records.len() == 1 && after.sure => after.value,
                value if written == 1 && seen == Seen::Changed => value,
                _ => Holds::Anything,
            }
        };
        self.holds(&self.rule.guard, &value) != Some(!truth)
    }

    /// What a cell holds for ever, if the automation runs for ever: it puts one constant there, and nobody another value.
    fn constant(&self, cell: CellId) -> Option<Symbol> {
        let mut writes = self.triggers.writes(self.at, cell);
        let effect = writes.next().filter(|e| e.when == Guard::Always)?;
        let changed = self.triggers.changers(cell, self.suspects, self.suspects);
        let own = self.triggers.constant(effect)?;
        changed.is_empty().then_some(own)
    }

    /// Whether a condition holds, as far as what some cells hold decides it.
    fn holds(&self, guard: &Guard, value: &impl Fn(CellId) -> Holds) -> Option<bool> {
        let any = |parts: &[Guard], sought: bool| {
            let mut unknown = false;
            for part in parts {
                match self.holds(part, value) {
                    Some(held) if held == sought => return Some(sought),
                    Some(_) => {}
                    None => unknown = true,
                }
            }
            (!unknown).then_some(!sought)
        };
        // of a cell alone
        let one = |cell: CellId, held: &dyn Fn(Symbol) -> bool| match value(cell) {
            Holds::Among(some) if some.iter().all(|v| held(*v)) => Some(true),
            Holds::Among(some) => some.iter().all(|v| !held(*v)).then_some(false),
            Holds::Something | Holds::Anything => None,
        };
        match guard {
            Guard::Always => Some(true),
            Guard::In(cell, values) if values == &[BLANK] && value(*cell) == Holds::Something => {
                Some(false)
            }
            Guard::In(cell, values) | Guard::Bound(cell, values) => {
                one(*cell, &|v| values.contains(&v))
            }
            Guard::Where(table) => match table.inputs.as_slice() {
                [only] => one(*only, &|v| {
                    let held = table.values.get(usize::from(v)).copied().flatten();
                    held.is_some_and(|v| v != 0)
                }),
                _ => None,
            },
            Guard::Not(inner) => self.holds(inner, value).map(|held| !held),
            Guard::All(parts) => any(parts, false),
            Guard::Any(parts) => any(parts, true),
            Guard::Changed(_) | Guard::Before(_) | Guard::Unknown => None,
        }
    }
}
