//! A law about networks of any values, without a search: who can go on writing for ever is started for ever.
//!
//! Suppose that updates never come to rest. Then some writers write without an end, and after a while only those do. Each of
//! them needs others, or itself, to start it again and again:
//!
//! - a lane of a row writes only where its source is not as it was remembered, and remembers what it has sent. What the other
//!   lane sends is no such change, if the platform stores an equal value; under `enforce`, and where its side is preferred, a
//!   change of its target starts it as well;
//! - an automation that is started by changes needs changes of these cells, one that is started by every save needs saves;
//! - one whose condition has to become true needs a writer after which it may be false, and one after which it may be true:
//!   of [what is known to be written](super::written) it is known what it says, and values that go one way pass a bound once;
//! - an automation that runs within a save needs a transaction, and thereby a row or an automation that runs later.
//!
//! A cell that is written without an end need not change: all who write it may write one value, conditions that decide which
//! one may stay as they are, or what they make of its value, one after the other, may have an end
//! ([`Automatic`](super::law::Automatic)), even where a row hands on what they make.
//!
//! So all writers are suspected, and whoever is started by none of the suspects is none; where nobody is left, updates come to
//! rest. These are the triggering graph of active rules (Aiken, Widom, Hellerstein: Behavior of database production rules,
//! 1992) and its refinement by conditions (Baralis, Ceri, Paraboschi: Improved rule analysis by means of triggering and
//! activation graphs, 1994), with the memory of rows as a third way to be started.

use std::collections::BTreeSet;

use super::asked::{Asked, Seen};
use super::law::{Known, Law};
use super::network::{CellId, Effect, RowId, Rule, RuleId, Source, Writer};
use crate::model::{Entry, Phase, Timing};
use crate::side::Side;

pub(super) type Writers = BTreeSet<Writer>;

/// The most rounds that write after the last edit, whatever the values are; none where somebody may write for ever.
pub(super) fn die_out(law: Law<'_>, known: &Known<'_>) -> Option<u32> {
    let network = law.network;
    let mut triggers = Triggers {
        law,
        steady: BTreeSet::new(),
    };
    let lanes = (0..).zip(&network.rows).flat_map(|(at, row)| {
        let lane = move |side: &Side| is_active(row.lanes.get(*side).as_ref());
        let sides = Side::BOTH.into_iter().filter(lane);
        sides.map(move |side| Writer::Row(RowId(at), side))
    });
    let rules = (0..).zip(&network.rules);
    let rules = rules.filter(|(_, r)| r.phase != Phase::Derived && !r.effects.is_empty());
    let mut suspects: Writers = lanes
        .chain(rules.map(|(at, _)| Writer::Rule(RuleId(at))))
        .collect();
    let (mut writes, mut sent) = (0_u32, 0_u32);
    while !suspects.is_empty() {
        triggers.steady(&suspects);
        let left = triggers.started(&suspects);
        let cells = triggers.law.cells.iter();
        let steps = cells.flat_map(|c| [c.ends, c.climbs]).flatten().max();
        let most = steps.unwrap_or_default().saturating_add(2);
        let mut done = suspects.difference(&left).peekable();
        done.peek()?;
        // each write of those that are done starts another one once, and each cell goes on to its end after each
        let each = writes.saturating_add(1).saturating_mul(most);
        for writer in done {
            let times = each.saturating_mul(u32::from(triggers.limit(*writer)));
            writes = writes.saturating_add(times);
            if matches!(writer, Writer::Row(..)) {
                sent = sent.saturating_add(times);
            }
        }
        suspects = left;
        let rules = 0..network.rules.len() as u16;
        let writes = rules.map(|at| suspects.contains(&Writer::Rule(RuleId(at))));
        triggers.law.cells = known(&writes.collect::<Vec<bool>>());
    }
    Some(sent.max(1))
}

fn is_active(lane: Option<&super::network::Lane>) -> bool {
    lane.is_some_and(|l| l.timing != Timing::OnCreate)
}

pub(super) struct Triggers<'a> {
    pub law: Law<'a>,
    /// The automations whose conditions, those of their effects among them, no suspect turns again and again.
    steady: BTreeSet<RuleId>,
}

impl Triggers<'_> {
    pub fn rule(&self, at: RuleId) -> Option<&Rule> {
        self.law.network.rules.get(at.index())
    }

    /// How often a writer writes in a transaction.
    fn limit(&self, writer: Writer) -> u8 {
        match writer {
            Writer::Row(..) => 1,
            Writer::Rule(at) => self.rule(at).map_or(1, |r| r.limit.max(1)),
        }
    }

    /// Finds out whose conditions stay as they are, by those that are known to do so already.
    fn steady(&mut self, suspects: &Writers) {
        self.steady.clear();
        loop {
            let stays = |w: &Writer| match *w {
                Writer::Rule(at) if !self.steady.contains(&at) => {
                    self.is_steady(at, suspects).then_some(at)
                }
                _ => None,
            };
            let more: Vec<RuleId> = suspects.iter().filter_map(stays).collect();
            if more.is_empty() {
                return;
            }
            self.steady.extend(more);
        }
    }

    /// The condition of an automation.
    fn asked<'a>(&'a self, at: RuleId, suspects: &'a Writers) -> Option<Asked<'a>> {
        let rule = self.rule(at)?;
        Some(Asked {
            triggers: self,
            at,
            rule,
            suspects,
        })
    }

    fn is_steady(&self, at: RuleId, suspects: &Writers) -> bool {
        let Some(asked) = self.asked(at, suspects) else {
            return false;
        };
        let rule = asked.rule;
        let conditions = rule.effects.iter().map(|e| &e.when);
        let mut conditions = conditions.chain([&rule.guard]);
        conditions.all(|g| asked.is_steady(g))
    }

    /// The suspects that suspects start.
    fn started(&self, suspects: &Writers) -> Writers {
        let begins = |w: &Writer| match w {
            Writer::Row(..) => true,
            Writer::Rule(at) => self.rule(*at).is_some_and(|r| r.phase == Phase::Later),
        };
        let mut by: Writers = suspects.iter().copied().filter(begins).collect();
        loop {
            let known = by.len();
            for writer in suspects.iter().filter(|w| !begins(w)) {
                if !by.contains(writer) && self.is_started(*writer, &by, suspects) {
                    by.insert(*writer);
                }
            }
            if by.len() == known {
                break;
            }
        }
        let live = |w: &Writer| !begins(w) || self.is_started(*w, &by, suspects);
        by.iter().copied().filter(live).collect()
    }

    /// Whether some writers start one, where all suspects may write in between.
    fn is_started(&self, writer: Writer, by: &Writers, suspects: &Writers) -> bool {
        match writer {
            Writer::Row(at, from) => self.is_sent(at, from, by),
            Writer::Rule(at) => self.is_run(at, by, suspects),
        }
    }

    /// Whether some writers start a lane.
    fn is_sent(&self, at: RowId, from: Side, by: &Writers) -> bool {
        let Some(row) = self.law.network.rows.get(at.index()) else {
            return false;
        };
        // what a lane sends and the platform keeps is no change to the row
        let changed = |side: Side| {
            let echo = Some(Writer::Row(at, !side)).filter(|_| self.law.stores(row, side));
            let mut changers = self.changers(*row.cells.get(side), by, by).into_iter();
            changers.any(|w| Some(w) != echo)
        };
        changed(from) || self.puts_back(row, from) && changed(!from)
    }

    /// Whether some writers start an automation.
    fn is_run(&self, at: RuleId, by: &Writers, suspects: &Writers) -> bool {
        let Some(asked) = self.asked(at, suspects) else {
            return false;
        };
        let rule = asked.rule;
        // what nobody knows may turn by itself
        let known = !rule.guard.is_unknown() && !rule.guard.asks_changed();
        if rule.entry == Entry::BecomesTrue && known && !asked.turns(by) {
            return false;
        }
        match rule.starts.as_slice() {
            [] => self.is_saved(rule, by),
            starts => {
                let starts = starts.iter();
                let changers = starts.flat_map(|c| self.changers(*c, by, suspects));
                let changers: Writers = changers.collect();
                let mut seen = changers.iter().copied().chain(asked.changers(suspects));
                !changers.is_empty() && seen.any(|w| asked.may_be(w, true, Seen::Written))
            }
        }
    }

    /// Whether some writers save the record of an automation.
    fn is_saved(&self, rule: &Rule, by: &Writers) -> bool {
        let network = self.law.network;
        let record = |cell: CellId| network.cells.get(cell.index()).map(|c| c.record);
        let saves = |w: &Writer| match *w {
            Writer::Row(at, from) => {
                let row = network.rows.get(at.index());
                row.is_some_and(|r| record(*r.cells.get(!from)) == Some(rule.record))
            }
            Writer::Rule(at) => {
                let mut effects = self.rule(at).into_iter().flat_map(|r| &r.effects);
                effects.any(|e| record(e.target) == Some(rule.record))
            }
        };
        by.iter().any(saves)
    }

    /// Those of some writers that can change a cell again and again, where all suspects may write it.
    pub fn changers(&self, cell: CellId, writers: &Writers, suspects: &Writers) -> Writers {
        let mut found = Writers::new();
        for cell in self.law.sources(cell) {
            let still = self.is_still(cell, suspects);
            let of_cell = writers.iter().filter(|w| self.is_writer(**w, cell));
            found.extend(of_cell.filter(|w| !still || matches!(w, Writer::Row(..))));
        }
        found
    }

    /// Whether one writes a cell.
    pub fn is_writer(&self, writer: Writer, cell: CellId) -> bool {
        match writer {
            Writer::Row(at, from) => {
                let row = self.law.network.rows.get(at.index());
                row.is_some_and(|r| *r.cells.get(!from) == cell)
            }
            Writer::Rule(at) => self.writes(at, cell).next().is_some(),
        }
    }

    /// Whether the automations among some suspects do not change a cell for ever.
    fn is_still(&self, cell: CellId, suspects: &Writers) -> bool {
        let writers = suspects
            .iter()
            .copied()
            .filter(|w| self.is_writer(*w, cell));
        let known = self.law.cells.get(cell.index()).copied();
        let known = known.unwrap_or_default();
        if known.climbs.is_some() {
            return true;
        }
        let mut values: Vec<Option<&Source>> = Vec::new();
        let mut rules = BTreeSet::new();
        for writer in writers {
            match writer {
                Writer::Row(..) => return self.law.leaves(cell),
                Writer::Rule(at) => {
                    rules.insert(at);
                    let effects = self.writes(at, cell);
                    values.extend(effects.map(|e| self.is_fixed(e, suspects).then_some(&e.value)));
                }
            }
        }
        // one whose conditions stay as they are writes one of its values
        let steady = rules.len() == 1 && rules.is_subset(&self.steady);
        let one = values.iter().all(|v| Some(v) == values.first());
        self.law.leaves(cell)
            || known.ends.is_some()
            || (one || steady) && !values.is_empty() && !values.contains(&None)
    }

    /// Whether an effect writes one value, however often: a constant, or what is made of cells that nobody writes.
    fn is_fixed(&self, effect: &Effect, suspects: &Writers) -> bool {
        let Source::Table(table) = &effect.value else {
            return self.constant(effect).is_some();
        };
        let mut sources = table.inputs.iter().flat_map(|c| self.law.sources(*c));
        !sources.any(|c| suspects.iter().any(|w| self.is_writer(*w, c)))
    }
}
