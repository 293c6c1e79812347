//! What the writers of the [law of triggers](super::triggers) leave in the cells that they write, as far as that is known: which
//! constants, by way of rows too; something; values that only rise, or only fall.

use std::collections::BTreeSet;

use super::asked::{After, Holds};
use super::network::{
    BLANK, Cell, CellId, Effect, Guard, Row, RowId, RuleId, Source, Symbol, Writer,
};
use super::triggers::{Triggers, Writers};
use crate::model::{Authority, BlankPolicy};
use crate::side::Side;

impl Triggers<'_> {
    /// Whether the suspects that write a cell make it larger only, or smaller only: its automations do, or one row alone
    /// brings what does so.
    pub fn goes_one_way(&self, cell: CellId, suspects: &Writers) -> bool {
        let mut cell = cell;
        // a way passes each row once
        for _ in 0..=self.law.network.rows.len() {
            if self.law.sources(cell).len() > 1 {
                return false;
            }
            let mut lanes = suspects.iter().filter_map(|w| match *w {
                Writer::Row(at, from) => {
                    let row = self.law.network.rows.get(at.index())?;
                    (*row.cells.get(!from) == cell).then_some((at, row, from))
                }
                Writer::Rule(_) => None,
            });
            let is_rule = |w: &&Writer| matches!(w, Writer::Rule(_)) && self.is_writer(**w, cell);
            let mut rules = suspects.iter().filter(is_rule);
            let Some((at, row, from)) = lanes.next() else {
                let known = self.law.cells.get(cell.index());
                return known.is_some_and(|c| c.one_way);
            };
            let lane = row.lanes.get(from).as_ref();
            let passed = lane.is_some_and(|l| l.ordered && !l.enforce)
                && row.authority != Authority::PreferUnlessBlank(from)
                && !suspects.contains(&Writer::Row(at, !from))
                && self.law.stores(row, !from);
            if !passed || lanes.next().is_some() || rules.next().is_some() {
                return false;
            }
            cell = *row.cells.get(from);
        }
        false
    }

    /// The effects of an automation on a cell, of which the last one counts whose condition holds.
    pub fn writes(&self, at: RuleId, cell: CellId) -> impl Iterator<Item = &Effect> {
        let effects = self
            .rule(at)
            .into_iter()
            .flat_map(|r| r.effects.iter().rev());
        let mut fixed = false;
        effects
            .filter(move |e| e.target == cell)
            .take_while(move |e| {
                let overwritten = fixed;
                fixed |= e.when == Guard::Always;
                !overwritten
            })
    }

    /// The constant that an effect writes, and that is stored so.
    pub fn constant(&self, effect: &Effect) -> Option<Symbol> {
        let Source::Constant(value) = effect.value else {
            return None;
        };
        let cell = self.law.network.cells.get(effect.target.index())?;
        is_one(cell, value).then_some(value)
    }

    /// What a cell of a condition holds once a writer has changed it; none where the writer does not write it.
    pub fn after(&self, writer: Writer, cell: CellId, suspects: &Writers) -> Option<After> {
        let known = self.law.cells.get(cell.index()).copied();
        let fills = known.unwrap_or_default().fills;
        match writer {
            Writer::Row(at, from) => {
                let row = self.law.network.rows.get(at.index())?;
                (*row.cells.get(!from) == cell).then(|| self.sent(at, row, from, suspects))
            }
            Writer::Rule(at) => {
                let mut writes = self.writes(at, cell).peekable();
                writes.peek()?;
                let sure = self.writes(at, cell).any(|e| e.when == Guard::Always);
                let constants = writes.map(|e| self.constant(e));
                let value = match constants.collect::<Option<BTreeSet<Symbol>>>() {
                    Some(some) => Holds::Among(some),
                    None if fills => Holds::Something,
                    None => Holds::Anything,
                };
                Some(After { value, sure })
            }
        }
    }

    /// What a lane leaves in its target: what its source holds was put there by those who change that, and a blank that is kept
    /// goes nowhere.
    fn sent(&self, at: RowId, row: &Row, from: Side, suspects: &Writers) -> After {
        let lane = row.lanes.get(from).as_ref();
        let stored = self.law.stores(row, !from);
        let kept = lane.is_some_and(|l| l.blank == BlankPolicy::Keeps);
        match self.images(at, from, suspects, &[]) {
            Some(some) => After {
                value: Holds::Among(some),
                sure: true,
            },
            None if kept && stored && !self.puts_back(row, from) => After {
                value: Holds::Something,
                sure: false,
            },
            None => After {
                value: Holds::Anything,
                sure: false,
            },
        }
    }

    /// Whether a change of its target starts a lane.
    pub fn puts_back(&self, row: &Row, from: Side) -> bool {
        let enforced = row.lanes.get(from).as_ref().is_some_and(|l| l.enforce);
        enforced || row.authority == Authority::PreferUnlessBlank(from)
    }

    /// What a lane sends again and again, if the platform keeps it: the images of what those put in its source who change it, by
    /// way of other lanes than these.
    fn images(
        &self,
        at: RowId,
        from: Side,
        suspects: &Writers,
        passed: &[Writer],
    ) -> Option<BTreeSet<Symbol>> {
        let row = self.law.network.rows.get(at.index())?;
        let here = Writer::Row(at, from);
        let source = *row.cells.get(from);
        let derived = self.law.sources(source).len() > 1;
        if self.puts_back(row, from) || derived || passed.contains(&here) {
            return None;
        }
        let passed = [passed, &[here]].concat();
        let echo = Some(Writer::Row(at, !from)).filter(|_| self.law.stores(row, from));
        let mut held = BTreeSet::new();
        for writer in self.changers(source, suspects, suspects) {
            match writer {
                _ if Some(writer) == echo => {}
                Writer::Row(at, from) => held.extend(self.images(at, from, suspects, &passed)?),
                Writer::Rule(at) => {
                    for effect in self.writes(at, source) {
                        held.insert(self.constant(effect)?);
                    }
                }
            }
        }
        let lane = row.lanes.get(from).as_ref()?;
        let target = self.law.network.cells.get(row.cells.get(!from).index())?;
        // a blank has no image: it clears, or its default stands there
        let class = row.class.get(from);
        let image = |v: Symbol| {
            let filled = class.get(usize::from(v)) != class.first();
            let image = (*lane.image.get(usize::from(v))?).filter(|_| filled)?;
            (image != BLANK && is_one(target, image)).then_some(image)
        };
        held.into_iter().map(image).collect()
    }
}

/// A value that the platform stores as it is, and that stands for no others.
fn is_one(cell: &Cell, value: Symbol) -> bool {
    let last = cell.open && usize::from(value) + 1 >= cell.size();
    cell.stores.get(usize::from(value)) == Some(&value) && !last
}
