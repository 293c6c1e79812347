//! What a network does, step by step. Everything that is proved or found is proved and found of this.
//!
//! **A save** of a record is given values for some of its cells.
//! 1. A value that would move a forward-only cell backwards is dropped; a save that has lost all its values is no save. People
//!    are not stopped so: they clear the cell first.
//! 2. The rules before a save run in their order. Each sees the draft as the ones before it left it, and assigns to it; the
//!    conditions and values of all its effects are taken first.
//! 3. What was assigned is stored: [`Cell::stores`](super::network::Cell::stores), once. Derived cells are computed anew.
//! 4. Rules that run later are noted, where they are started.
//! 5. The rules after a save run in their order, each at most [`Rule::limit`](super::network::Rule::limit) times in a
//!    transaction. The conditions and values of all effects of a rule are taken first here, too; then each record that they
//!    write is saved, a save like this one.
//!
//! A rule is **started** by a save if it is a save of those [whose saves](super::network::Rule::by) start it, one of its `starts`
//! has changed, and its guard holds: those of a round are the sync's, an edit is one of people, and what runs later
//! [acts](super::network::Rule::acts) in a name of its own; where the guard has to become
//! true, if it did not hold before. *Before* is what all cells held when the save began; *changed* is what differs from it.
//! The limits are the platform's: Salesforce runs a record-triggered flow once for a record in a transaction, a process up
//! to five times more, and fires what a workflow's field update starts once more (Triggers and Order of Execution, Apex
//! Developer Guide). They end every transaction. They end no loop through a sync, which starts a new one.
//!
//! A cell that is [never blank](super::network::Cell::empty) begins with what it holds in the place of a blank; people cannot leave it
//! blank, and a row that clears it writes that.
//!
//! **A round** is one run of the plan: its syncs in order. All rows of a sync are decided on from one read, by the
//! [merge table](crate::merge), then the left record is saved with what is written to it, then the right one, each in a
//! transaction of its own; of two rows that write one cell the first one's value is sent. A forward-only cell is read back:
//! if another value stands there, the pair as it was is remembered.
//!
//! **A pause** lies between two rounds. The rules that were noted run once, in the order of their ranks, each in a
//! transaction of its own; its effects take the values of that moment, and what had changed is not known any more. An effect
//! that [clears](super::network::Effect::clears) a cell which would refuse it does so first, in a transaction of its own. What
//! they start waits for the next pause.
//!
//! **What nobody knows** is whether an unknown guard holds, what an unknown source writes, and under `latest` which of two
//! edits is newer: a record's time moves with any of its fields, and what lies within the tolerance of the clocks has no
//! order. [`Unknown::Free`] takes every answer, each time anew; [`Unknown::Inert`] takes one: what is unknown in a guard is such
//! that the guard does not hold if that is up to it, also where it stands under a *not*; an unknown source writes nothing; and
//! the newer side is always the same one.

use super::network::{BLANK, CellId, Guard, Network, Rule, Source, Symbol, Table, Writer};
use super::state::{Layout, State, Trace};
use crate::model::Phase;
use crate::side::{Side, Sides};

/// How what nobody knows is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It does nothing. Of two edits that of this side is newer; none: they have no order.
    Inert(Option<Side>),
    /// In every way.
    Free,
}

/// What one writer did to one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// The writer.
    pub writer: Writer,
    /// The cell.
    pub cell: CellId,
    /// What it wrote.
    pub value: Symbol,
    /// What the cell held when the save was done, before anything after it.
    pub stored: Symbol,
}

/// The rules of a record, by phase, in their order.
#[derive(Debug, Default)]
pub(super) struct OfRecord {
    pub before: Vec<usize>,
    pub after: Vec<usize>,
    pub later: Vec<usize>,
}

/// A network prepared for its steps.
#[derive(Debug)]
pub(super) struct Engine<'n> {
    pub network: &'n Network,
    pub layout: Layout,
    pub unknown: Unknown,
    pub by_record: Vec<OfRecord>,
    pub later: Vec<usize>,
    pub derived: Vec<usize>,
    /// By sync.
    pub rows: Vec<Vec<usize>>,
    /// By row and side: the first value of each value's class.
    pub class: Vec<Sides<Vec<Symbol>>>,
    /// Whether any cell is read back.
    pub reads_back: bool,
}

impl<'n> Engine<'n> {
    /// Prepares a network; none where its states are too many to be numbered.
    pub fn new(network: &'n Network, unknown: Unknown) -> Option<Self> {
        let mut order: Vec<usize> = (0..network.rules.len()).collect();
        order.sort_by_key(|at| network.rules.get(*at).map(|r| r.rank));
        Self::ordered(network, unknown, &order)
    }

    /// As [`new`](Self::new), with the rules in this order.
    pub fn ordered(network: &'n Network, unknown: Unknown, order: &[usize]) -> Option<Self> {
        let of = |record: Option<usize>, phase: Phase| -> Vec<usize> {
            let fits = |at: &usize| {
                network.rules.get(*at).is_some_and(|r| {
                    r.phase == phase && record.is_none_or(|record| r.record.index() == record)
                })
            };
            order.iter().copied().filter(fits).collect()
        };
        let by_record = (0..network.records.len()).map(|record| OfRecord {
            before: of(Some(record), Phase::BeforeSave),
            after: of(Some(record), Phase::AfterSave),
            later: of(Some(record), Phase::Later),
        });
        let rows = (0..network.syncs.len()).map(|sync| {
            let own = |at: &usize| {
                let row = network.rows.get(*at);
                row.is_some_and(|r| r.sync.index() == sync)
            };
            (0..network.rows.len()).filter(own).collect()
        });
        let class = network.rows.iter();
        let class = class.map(|r| Sides::new(firsts(&r.class.left), firsts(&r.class.right)));
        Some(Self {
            network,
            layout: Layout::new(network)?,
            unknown,
            by_record: by_record.collect(),
            later: of(None, Phase::Later),
            derived: of(None, Phase::Derived),
            rows: rows.collect(),
            class: class.collect(),
            reads_back: network.cells.iter().any(|c| c.forward.is_some()),
        })
    }

    /// A state of this network, all blank, also what is never blank.
    pub fn blank(&self) -> State {
        let recovered = Trace::without(crate::merge::Shadow::Recovered);
        State {
            cells: vec![0; self.network.cells.len()],
            traces: vec![recovered; self.network.rows.len()],
            pending: 0,
        }
    }

    /// The cells that hold something.
    pub fn filled(&self, cells: &[Symbol]) -> impl Iterator<Item = usize> {
        let all = self.network.cells.iter().zip(cells).enumerate();
        let filled = all.filter(|(_, (cell, held))| **held != BLANK && **held != cell.empty);
        filled.map(|(at, _)| at)
    }

    /// Whether any save of a record starts anything.
    pub fn reacts(&self, record: usize) -> bool {
        self.by_record
            .get(record)
            .is_some_and(|r| !(r.before.is_empty() && r.after.is_empty() && r.later.is_empty()))
    }
}

/// By value, the first one of its class.
fn firsts(class: &[Symbol]) -> Vec<Symbol> {
    let first = |c: &Symbol| class.iter().position(|other| other == c).unwrap_or(0);
    class.iter().map(|c| first(c) as Symbol).collect()
}

/// A position in a table.
pub(super) fn look_up(
    table: &Table,
    network: &Network,
    value: impl Fn(CellId) -> Symbol,
) -> Option<Symbol> {
    let at = table.inputs.iter().fold(0, |at, cell| {
        let size = network.cells.get(cell.index()).map_or(0, |c| c.size());
        at * size + usize::from(value(*cell))
    });
    table.values.get(at).copied().flatten()
}

impl Guard {
    /// Whether it asks what nobody knows.
    pub fn is_unknown(&self) -> bool {
        let mut found = false;
        self.visit(&mut |g| found |= *g == Self::Unknown);
        found
    }

    /// Whether it asks what has changed, or what was before that.
    pub(super) fn asks_changed(&self) -> bool {
        let mut found = false;
        self.visit(&mut |g| found |= matches!(g, Self::Changed(_) | Self::Before(_)));
        found
    }

    /// Calls a function on this condition and on all within it.
    pub(super) fn visit<'g>(&'g self, f: &mut impl FnMut(&'g Self)) {
        f(self);
        match self {
            Self::Not(inner) | Self::Before(inner) => inner.visit(f),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|g| g.visit(f)),
            Self::Always
            | Self::In(..)
            | Self::Bound(..)
            | Self::Changed(_)
            | Self::Where(_)
            | Self::Unknown => {}
        }
    }
}

impl Rule {
    /// Whether not all is known of what it does.
    pub(super) fn is_unknown(&self) -> bool {
        let later = self.phase == Phase::Later;
        self.guard.is_unknown()
            || self.effects.iter().any(|e| {
                e.when.is_unknown()
                    || later && e.when.asks_changed()
                    || matches!(e.value, Source::Unknown(_))
            })
    }
}

impl Network {
    /// Those who do what nobody knows.
    pub fn unknown(&self) -> Vec<Writer> {
        let rows = (0..).zip(&self.rows).filter(|(_, r)| r.when.is_unknown());
        let rows = rows.map(|(at, _)| Writer::Row(super::network::RowId(at), Side::Left));
        let rules = (0..).zip(&self.rules).filter(|(_, r)| r.is_unknown());
        rows.chain(rules.map(|(at, _)| Writer::Rule(super::network::RuleId(at))))
            .collect()
    }
}
