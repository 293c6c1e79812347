//! Values of a cell that nothing in a network tells apart: a few of them stand for all.
//!
//! Two values are alike if every condition and every function says the same of them, no writer names one of them, and rows take
//! them to values that are alike. That is the coarsest bisimulation, by refinement of classes (Paige and Tarjan, Three partition
//! refinement algorithms, 1987). What can change from one value to another one that is alike, and be seen to have changed, keeps as
//! many as can stand beside each other: on both sides of a row and in its memory.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{
    BLANK, Cell, CellId, Effect, Guard, Lane, Network, Row, Rule, Source, Symbol, Table,
};
use super::parts::cells_of_guard;
use crate::model::{Entry, Phase};
use crate::side::Side;

/// Values of a class that are kept where nobody sees one change to another.
const UNSEEN: usize = 1;
/// Where an automation does.
const CHANGED: usize = 2;
/// Where a row does, which compares both cells and its memory.
const COMPARED: usize = 4;

/// A network with fewer values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fewer {
    /// It comes to rest exactly if the whole one does.
    pub network: Network,
    /// By cell: which of the values these are.
    pub kept: Vec<Vec<Symbol>>,
}

/// The same network with as few values as say the same; none where all are needed.
pub fn fewer(network: &Network) -> Option<Fewer> {
    let classes = classes(network);
    let kept = closed(network, chosen(network, &classes), &classes);
    let all = network.cells.iter().map(Cell::size);
    if all.eq(kept.iter().map(BTreeSet::len)) {
        return None;
    }
    let kept: Vec<Vec<Symbol>> = kept
        .into_iter()
        .map(|values| values.into_iter().collect())
        .collect();
    Some(Fewer {
        network: restricted(network, &kept),
        kept,
    })
}

/// By cell and value: its class.
type Classes = Vec<Vec<usize>>;

/// What is asked of a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// It is this one: nothing else is like it.
    Itself(Symbol),
    Holds(bool),
    Values(Vec<Option<Symbol>>),
    Place(Option<u16>),
    /// Its class before, and those that it goes to and comes from.
    Class(usize, Vec<Option<usize>>),
}

fn classes(network: &Network) -> Classes {
    let mut said: Vec<Vec<Vec<Said>>> = network.cells.iter().map(of_cell).collect();
    let mut tell = |cell: CellId, of: &dyn Fn(Symbol) -> Said| {
        let values = said.get_mut(cell.index()).into_iter().flatten();
        for (symbol, said) in (0..).zip(values) {
            said.push(of(symbol));
        }
    };
    for guard in guards(network) {
        guard.visit(&mut |g| match g {
            Guard::In(cell, values) | Guard::Bound(cell, values) => {
                tell(*cell, &|v| Said::Holds(values.contains(&v)));
            }
            Guard::Where(table) => {
                for (at, cell) in table.inputs.iter().enumerate() {
                    tell(*cell, &|v| Said::Values(slice(network, table, at, v)));
                }
            }
            _ => {}
        });
    }
    for effect in network.rules.iter().flat_map(|r| &r.effects) {
        if let Source::Table(table) = &effect.value {
            for (at, cell) in table.inputs.iter().enumerate() {
                tell(*cell, &|v| Said::Values(slice(network, table, at, v)));
            }
        }
    }
    for row in &network.rows {
        for side in Side::BOTH {
            let class = row.class.get(side);
            tell(*row.cells.get(side), &|v| match is_alone(class, v) {
                true if v != BLANK => Said::Holds(true),
                _ => Said::Itself(v),
            });
        }
    }
    let mut classes: Classes = said.iter().map(|values| numbered(values)).collect();
    loop {
        let finer = refined(network, &classes);
        if finer == classes {
            return classes;
        }
        classes = finer;
    }
}

/// What a cell by itself says of its values.
fn of_cell(cell: &Cell) -> Vec<Vec<Said>> {
    let of = |v: Symbol| {
        let at = usize::from(v);
        let stored = cell.stores.get(at) == Some(&v);
        if cell.open
            || !stored
            || !is_alone(&cell.class, v)
            || cell.stores.iter().filter(|s| **s == v).count() != 1
        {
            return vec![Said::Itself(v)];
        }
        let forward = cell.forward.as_ref().and_then(|f| *f.get(at)?);
        let takes = cell.takes.get(at) == Some(&true);
        vec![Said::Holds(takes), Said::Place(forward)]
    };
    (0..cell.size() as Symbol).map(of).collect()
}

/// Whether a value is the only one of its class.
fn is_alone(class: &[Symbol], value: Symbol) -> bool {
    let own = class.get(usize::from(value));
    class.iter().filter(|c| Some(*c) == own).count() == 1
}

/// Classes that lanes tell apart are parted.
fn refined(network: &Network, classes: &Classes) -> Classes {
    let of = |cell: CellId, v: Symbol| classes.get(cell.index())?.get(usize::from(v)).copied();
    let mut said: Vec<Vec<Vec<Option<usize>>>> = classes
        .iter()
        .map(|values| vec![Vec::new(); values.len()])
        .collect();
    for (row, from, lane) in lanes(network) {
        let (source, target) = (*row.cells.get(from), *row.cells.get(!from));
        for (v, image) in (0..).zip(&lane.image) {
            let image = image.and_then(|i| of(target, i));
            put(&mut said, source, v, [image]);
        }
        let size = network.cells.get(target.index()).map_or(0, Cell::size);
        for v in 0..size as Symbol {
            let sources = (0..).zip(&lane.image).filter(|(_, i)| **i == Some(v));
            let mut from: Vec<Option<usize>> = sources.map(|(s, _)| of(source, s)).collect();
            from.sort_unstable();
            from.push(None);
            put(&mut said, target, v, from);
        }
    }
    let cells = classes.iter().zip(said);
    cells
        .map(|(values, said)| {
            let both = values.iter().zip(said);
            let both: Vec<Said> = both.map(|(c, s)| Said::Class(*c, s)).collect();
            numbered(&both)
        })
        .collect()
}

fn put(
    said: &mut [Vec<Vec<Option<usize>>>],
    cell: CellId,
    value: Symbol,
    more: impl IntoIterator<Item = Option<usize>>,
) {
    let values = said.get_mut(cell.index());
    if let Some(said) = values.and_then(|v| v.get_mut(usize::from(value))) {
        said.extend(more);
    }
}

/// Equal ones have one number: that of the first.
fn numbered<T: Ord>(all: &[T]) -> Vec<usize> {
    let mut first: BTreeMap<&T, usize> = BTreeMap::new();
    let number = |(at, one)| *first.entry(one).or_insert(at);
    all.iter().enumerate().map(number).collect()
}

/// What a table says where one of its inputs has a value, for all values of the others.
fn slice(network: &Network, table: &Table, at: usize, value: Symbol) -> Vec<Option<Symbol>> {
    let size = |cell: &CellId| network.cells.get(cell.index()).map_or(1, Cell::size);
    let further = table.inputs.iter().skip(at + 1).map(size);
    let below: usize = further.product();
    let own = table.inputs.get(at).map_or(1, size);
    let here = |(i, _): &(usize, _)| (i / below.max(1)) % own.max(1) == usize::from(value);
    let values = table.values.iter().copied().enumerate();
    values.filter(here).map(|(_, v)| v).collect()
}

fn guards(network: &Network) -> impl Iterator<Item = &Guard> {
    let rows = network.rows.iter().map(|r| &r.when);
    let rules = network.rules.iter().flat_map(|r| {
        let effects = r.effects.iter().map(|e| &e.when);
        effects.chain([&r.guard])
    });
    rows.chain(rules)
}

fn lanes(network: &Network) -> impl Iterator<Item = (&Row, Side, &Lane)> {
    let of = |row| Side::BOTH.map(|from| (row, from));
    let rows = network.rows.iter().flat_map(of);
    rows.filter_map(|(row, from): (&Row, Side)| Some((row, from, row.lanes.get(from).as_ref()?)))
}

/// By cell: the blank, what is written as a constant, and the first of each class, as many as it needs.
fn chosen(network: &Network, classes: &Classes) -> Vec<BTreeSet<Symbol>> {
    let needed: Vec<usize> = (0..network.cells.len() as u16)
        .map(|at| needed(network, CellId(at)))
        .collect();
    let own = network
        .cells
        .iter()
        .map(|c| BTreeSet::from([BLANK, c.empty]));
    let mut kept: Vec<BTreeSet<Symbol>> = own.collect();
    let mut keep = |cell: CellId, value: Symbol| {
        let values = kept.get_mut(cell.index());
        values.map(|v| v.insert(value));
    };
    for effect in network.rules.iter().flat_map(|r| &r.effects) {
        written(effect)
            .into_iter()
            .for_each(|v| keep(effect.target, v));
    }
    for (row, from, lane) in lanes(network) {
        lane.default
            .into_iter()
            .for_each(|v| keep(*row.cells.get(!from), v));
    }
    let cells = network.cells.iter().zip(classes);
    for (((cell, classes), kept), needed) in cells.zip(&mut kept).zip(needed) {
        let class = |v: &Symbol| classes.get(usize::from(*v)).copied();
        for v in 0..classes.len() as Symbol {
            // what people enter stands for what they enter
            let stands = |k: &Symbol| class(k) == class(&v) && (*k < cell.seeds || v >= cell.seeds);
            if kept.iter().filter(|k| stands(k)).count() < needed {
                kept.insert(v);
            }
        }
    }
    kept
}

/// The values that an effect may write.
fn written(effect: &Effect) -> Vec<Symbol> {
    match &effect.value {
        Source::Constant(value) => vec![*value],
        Source::Table(table) => table.values.iter().flatten().copied().collect(),
        Source::Unknown(values) => values.clone(),
    }
}

/// How many values of a class have to stand beside each other.
fn needed(network: &Network, cell: CellId) -> usize {
    let row = |r: &Row| Side::BOTH.into_iter().any(|s| *r.cells.get(s) == cell);
    if network.rows.iter().any(row) {
        return COMPARED;
    }
    let mut asked = false;
    for guard in guards(network) {
        guard.visit(&mut |g| {
            asked |= *g == Guard::Changed(cell);
            if let Guard::Before(_) = g {
                let mut read = Vec::new();
                cells_of_guard(g, &mut read);
                asked |= read.contains(&cell);
            }
        });
    }
    match asked || network.rules.iter().any(|r| sees(r, cell)) {
        true => CHANGED,
        false => UNSEEN,
    }
}

/// Whether a change of a cell starts an automation whatever its condition says of the values.
fn sees(rule: &Rule, cell: CellId) -> bool {
    let mut read = Vec::new();
    cells_of_guard(&rule.guard, &mut read);
    let turned = rule.entry == Entry::BecomesTrue && read.iter().all(|c| rule.starts.contains(c));
    rule.phase != Phase::Derived && rule.starts.contains(&cell) && !turned
}

/// With what rows make of the values that are kept, and one that is made into each.
fn closed(
    network: &Network,
    mut kept: Vec<BTreeSet<Symbol>>,
    classes: &Classes,
) -> Vec<BTreeSet<Symbol>> {
    let count = |kept: &[BTreeSet<Symbol>]| kept.iter().map(BTreeSet::len).sum::<usize>();
    let most: usize = classes.iter().map(Vec::len).sum();
    for _ in 0..=most {
        let before = count(&kept);
        for (row, from, lane) in lanes(network) {
            let (source, target) = (*row.cells.get(from), *row.cells.get(!from));
            let has = |kept: &[BTreeSet<Symbol>], cell: CellId, v: Symbol| {
                kept.get(cell.index()).is_some_and(|k| k.contains(&v))
            };
            let pairs = (0..).zip(&lane.image);
            let pairs: Vec<(Symbol, Symbol)> =
                pairs.filter_map(|(v, i)| Some((v, (*i)?))).collect();
            for (v, image) in &pairs {
                if has(&kept, source, *v) {
                    kept.get_mut(target.index()).map(|k| k.insert(*image));
                }
            }
            for (v, image) in &pairs {
                let mut others = pairs.iter().filter(|(_, i)| i == image);
                if has(&kept, target, *image) && !others.any(|(o, _)| has(&kept, source, *o)) {
                    kept.get_mut(source.index()).map(|k| k.insert(*v));
                }
            }
        }
        if count(&kept) == before {
            break;
        }
    }
    kept
}

/// The network with these values alone, in their order.
fn restricted(network: &Network, kept: &[Vec<Symbol>]) -> Network {
    let few = Few { network, kept };
    let mut fewer = network.clone();
    for (at, cell) in (0..).map(CellId).zip(&mut fewer.cells) {
        let of = few.of(at);
        cell.stores = few
            .picked(at, &cell.stores)
            .filter_map(|v| few.symbol(at, v))
            .collect();
        cell.empty = few.symbol(at, cell.empty).unwrap_or_default();
        cell.class = few.picked(at, &cell.class).collect();
        cell.takes = few.picked(at, &cell.takes).collect();
        cell.forward = cell.forward.as_ref().map(|f| few.picked(at, f).collect());
        cell.seeds = of.iter().filter(|v| **v < cell.seeds).count() as Symbol;
    }
    for row in &mut fewer.rows {
        few.guard(&mut row.when);
        for side in Side::BOTH {
            let (own, other) = (*row.cells.get(side), *row.cells.get(!side));
            let class = few.picked(own, row.class.get(side)).collect();
            *row.class.get_mut(side) = class;
            if let Some(lane) = row.lanes.get_mut(side) {
                let images = few.picked(own, &lane.image);
                lane.image = images.map(|i| few.symbol(other, i?)).collect();
                lane.default = lane.default.and_then(|v| few.symbol(other, v));
            }
        }
    }
    for rule in &mut fewer.rules {
        few.guard(&mut rule.guard);
        for effect in &mut rule.effects {
            few.guard(&mut effect.when);
            let symbol = |v: Symbol| few.symbol(effect.target, v);
            match &mut effect.value {
                Source::Constant(value) => *value = symbol(*value).unwrap_or_default(),
                Source::Unknown(values) => {
                    *values = values.iter().filter_map(|v| symbol(*v)).collect()
                }
                Source::Table(table) => {
                    few.table(table);
                    for value in &mut table.values {
                        *value = value.and_then(symbol);
                    }
                }
            }
        }
    }
    fewer
}

/// The values that are left.
struct Few<'a> {
    network: &'a Network,
    kept: &'a [Vec<Symbol>],
}

impl Few<'_> {
    fn of(&self, cell: CellId) -> &[Symbol] {
        self.kept.get(cell.index()).map_or(&[], Vec::as_slice)
    }

    /// A value among those that are left; none where it is not.
    fn symbol(&self, cell: CellId, value: Symbol) -> Option<Symbol> {
        let at = self.of(cell).iter().position(|v| *v == value)?;
        Symbol::try_from(at).ok()
    }

    /// What is said of the values that are left.
    fn picked<'s, T: Copy>(
        &'s self,
        cell: CellId,
        all: &'s [T],
    ) -> impl Iterator<Item = T> + use<'s, T> {
        let of = self.of(cell).iter();
        of.filter_map(|v| all.get(usize::from(*v)).copied())
    }

    fn guard(&self, guard: &mut Guard) {
        match guard {
            Guard::In(cell, values) | Guard::Bound(cell, values) => {
                *values = values
                    .iter()
                    .filter_map(|v| self.symbol(*cell, *v))
                    .collect();
            }
            Guard::Where(table) => self.table(table),
            Guard::Not(inner) | Guard::Before(inner) => self.guard(inner),
            Guard::All(parts) | Guard::Any(parts) => parts.iter_mut().for_each(|g| self.guard(g)),
            Guard::Always | Guard::Changed(_) | Guard::Unknown => {}
        }
    }

    /// The part of a table for the inputs that are left.
    fn table(&self, table: &mut Table) {
        let size = |cell: &CellId| self.network.cells.get(cell.index()).map_or(1, Cell::size);
        let is_left = |(at, _): &(usize, &Option<Symbol>)| {
            let mut rest = *at;
            table.inputs.iter().rev().all(|cell| {
                let value = rest % size(cell).max(1);
                rest /= size(cell).max(1);
                self.of(*cell).iter().any(|v| usize::from(*v) == value)
            })
        };
        let values = table.values.iter().enumerate().filter(is_left);
        table.values = values.map(|(_, v)| *v).collect();
    }
}
