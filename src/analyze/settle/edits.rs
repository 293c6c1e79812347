//! What people can do to a network between two rounds, and combinations of values.

use super::network::{BLANK, Cell, Network, Symbol};
use super::run::{Run, Write};

/// What a person, or time, does between two rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A record is saved with these values, by cell. Without values something is saved that is not here.
    Save(usize, Vec<(usize, Symbol)>),
    /// Rules that run later run before the next round.
    Pause,
}

/// The most that a person has to do for one edit: all cells of a record.
pub(super) fn most_edited(network: &Network) -> u32 {
    let cells = |record: usize| {
        let own = network.cells.iter().filter(|c| c.record.index() == record);
        own.filter(|c| c.edited).count() as u32
    };
    let most = (0..network.records.len()).map(cells).max();
    most.unwrap_or(0).max(1)
}

/// How much a person had to do for it.
pub(super) fn effort(event: &Event) -> u32 {
    match event {
        Event::Save(_, values) => values.len().max(1) as u32,
        Event::Pause => 0,
    }
}

/// Lets something happen.
pub(super) fn happen(run: &mut Run<'_, '_>, event: &Event) {
    match event {
        Event::Pause => {
            run.pause();
        }
        Event::Save(record, values) => {
            let writes: Vec<Write> = values.iter().map(|(cell, v)| (*cell, *v, None)).collect();
            run.edit(*record, &writes);
        }
    }
}

/// What can happen in the state that a run is in.
///
/// Where nothing reacts to the saves of a record, saves of single cells reach what saves of several do.
pub(super) fn events(run: &Run<'_, '_>) -> Vec<Event> {
    let network = run.engine.network;
    let mut events = Vec::new();
    if run.state.pending != 0 {
        events.push(Event::Pause);
    }
    for record in 0..network.records.len() {
        let own = |(_, c): &(usize, &Cell)| c.record.index() == record && c.edited;
        let cells = network.cells.iter().enumerate().filter(own);
        let cells: Vec<(usize, Symbol, Symbol)> =
            cells.map(|(at, c)| (at, run.cell(at), c.seeds)).collect();
        if run.engine.reacts(record) {
            // a value that nobody enters can be left as it is
            let picks = cells
                .iter()
                .map(|(_, held, seeds)| usize::from(*seeds) + usize::from(held >= seeds));
            let mut combination = Combination::new(picks);
            while let Some(picks) = combination.next() {
                let edits = cells.iter().zip(picks).map(|(c, p)| (c, *p as Symbol));
                let edits = edits.filter(|((_, held, seeds), new)| new != held && new < seeds);
                if edits
                    .clone()
                    .any(|((at, ..), new)| !is_entered(network, *at, new))
                {
                    continue;
                }
                events.push(Event::Save(
                    record,
                    edits.map(|((at, ..), new)| (*at, new)).collect(),
                ));
            }
        } else {
            for (at, held, seeds) in cells {
                let entered = |v: &Symbol| *v != held && is_entered(network, at, *v);
                let new = (0..seeds).filter(entered);
                events.extend(new.map(|v| Event::Save(record, vec![(at, v)])));
            }
        }
    }
    events
}

/// Whether people enter a value: no blank where there is none.
fn is_entered(network: &Network, cell: usize, value: Symbol) -> bool {
    let empty = network.cells.get(cell).map_or(BLANK, |c| c.empty);
    value != BLANK || empty == BLANK
}

/// All combinations of positions in lists of these lengths, the last of which counts fastest.
pub(super) struct Combination {
    lengths: Vec<usize>,
    picks: Vec<usize>,
    begun: bool,
}

impl Combination {
    pub fn new(lengths: impl Iterator<Item = usize>) -> Self {
        let lengths: Vec<usize> = lengths.collect();
        Self {
            picks: vec![0; lengths.len()],
            lengths,
            begun: false,
        }
    }

    pub fn next(&mut self) -> Option<&[usize]> {
        if !self.begun {
            self.begun = true;
            return (!self.lengths.contains(&0)).then_some(&self.picks);
        }
        for (pick, length) in self.picks.iter_mut().zip(&self.lengths).rev() {
            *pick += 1;
            if *pick < *length {
                return Some(&self.picks);
            }
            *pick = 0;
        }
        None
    }
}
