//! Small random networks: up to three cells of up to four values, rows with all their clauses, up to three automations.

use accordant::analyze::settle::network::{
    Cell, CellId, Effect, Guard, Lane, Network, Record, RecordId, Row, Rule, Source, Symbol, Sync,
    SyncId, Table,
};
use accordant::model::{Authority, BlankPolicy, Entry, Phase, StartedBy, Timing};
use accordant::side::{Side, Sides};

/// Numbers from a seed: SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// How many networks know what they do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// Everything is known.
    Full,
    /// Some guards and values are not.
    Partial,
}

/// A network. Nine of ten have few states, so that there is time for many.
pub fn network(random: &mut Random, knowledge: Knowledge) -> Network {
    let few = random.percent(92);
    loop {
        let net = any(random, knowledge);
        let states: usize = net.cells.iter().map(Cell::size).product();
        let pairs = net
            .rows
            .iter()
            .map(|r| r.class.left.len() * r.class.right.len());
        if !few || states * pairs.sum::<usize>() <= 54 {
            return net;
        }
    }
}

fn any(random: &mut Random, knowledge: Knowledge) -> Network {
    let mut net = Network {
        records: (0..2)
            .map(|system| Record {
                system,
                stamped: random.percent(12),
            })
            .collect(),
        ..Network::default()
    };
    if random.percent(15) {
        net.records.push(Record {
            system: random.below(2) as u16,
            stamped: false,
        });
    }
    let extra = random.percent(40) || net.records.len() == 3;
    for at in 0..2 + usize::from(extra) {
        let record = match at {
            0 | 1 => at,
            _ if net.records.len() == 3 => 2,
            _ => random.below(2),
        };
        let cell = cell(random, record);
        net.cells.push(cell);
    }
    let derived = extra && random.percent(15);
    net.syncs.push(Sync {
        records: Sides::new(RecordId(0), RecordId(1)),
    });
    if random.percent(15) {
        let third = net.records.get(2).map(|r| r.system);
        net.syncs.push(Sync {
            records: match third {
                Some(0) => Sides::new(RecordId(2), RecordId(1)),
                Some(_) => Sides::new(RecordId(0), RecordId(2)),
                None => Sides::new(RecordId(0), RecordId(1)),
            },
        });
    }
    for sync in 0..net.syncs.len() {
        for _ in 0..1 + usize::from(random.percent(if net.cells.len() > 2 { 35 } else { 8 })) {
            if net.rows.len() < super::interpreter::ROWS
                && let Some(row) = row(random, &net, sync, derived)
            {
                net.rows.push(row);
            }
        }
    }
    let rules = random.pick(&[0, 1, 1, 1, 2, 2, 3]);
    for at in 0..rules {
        let rule = if derived && at == 0 {
            derived_rule(random, &net)
        } else {
            rule(random, &net, derived, knowledge)
        };
        net.rules.push(rule);
    }
    if derived && let Some(cell) = net.cells.get_mut(2) {
        cell.edited = false;
        cell.stores = (0..cell.stores.len() as Symbol).collect();
        cell.empty = 0;
        cell.forward = None;
    }
    net
}

fn cell(random: &mut Random, record: usize) -> Cell {
    let size = random.pick(&[2, 2, 2, 3, 3, 4]);
    let mut cell = Cell::plain(RecordId(record as u16), size);
    if random.percent(35) {
        for value in &mut cell.stores {
            *value = random.below(size.into()) as Symbol;
        }
        if random.percent(70) {
            cell.stores[0] = 0;
        }
    }
    if random.percent(12) {
        let joined = random.below(size.into()) as Symbol;
        let other = random.below(size.into());
        cell.class[other] = joined;
    }
    if random.percent(10) {
        let refused = random.below(size.into());
        cell.takes[refused] = refused == 0;
    }
    if random.percent(8) {
        let place = |v: u16| if v == 0 { None } else { Some(v) };
        cell.forward = Some((0..size).map(place).collect());
    }
    if size > 1 && cell.forward.is_none() && random.percent(12) {
        // never blank
        cell.empty = 1 + random.below(usize::from(size) - 1) as Symbol;
        for value in &mut cell.stores {
            *value = if *value == 0 { cell.empty } else { *value };
        }
        cell.stores[usize::from(cell.empty)] = cell.empty;
        cell.stores[0] = cell.empty;
    }
    cell.edited = random.percent(96);
    if random.percent(12) {
        cell.seeds = 1 + random.below(size.into()) as Symbol;
    }
    cell
}

fn row(random: &mut Random, net: &Network, sync: usize, derived: bool) -> Option<Row> {
    let records = net.syncs[sync].records;
    let mut cell = |record: RecordId| {
        let own: Vec<usize> = (0..net.cells.len())
            .filter(|c| net.cells[*c].record == record)
            .collect();
        (!own.is_empty()).then(|| random.pick(&own))
    };
    let cells = Sides::new(cell(records.left)?, cell(records.right)?);
    let is_derived = |side: Side| derived && *cells.get(side) == 2;
    let class = cells.map(|c| {
        let mut class = net.cells[c].class.clone();
        if random.percent(10) {
            let (from, to) = (random.pick(&class), random.pick(&class));
            class
                .iter_mut()
                .filter(|c| **c == from)
                .for_each(|c| *c = to);
        }
        class
    });
    let shape = random.below(100);
    let has = Sides::new(shape < 82, !(65..82).contains(&shape));
    let size = |side: Side| net.cells[*cells.get(side)].stores.len();
    let mut lane = |from: Side| {
        if !*has.get(from) || is_derived(!from) {
            return None;
        }
        let alike = random.percent(45);
        let image = |value: usize| {
            let other = random.below(size(!from)) as Symbol;
            let same = (value < size(!from)).then_some(value as Symbol);
            let failing = random.percent(6);
            if failing {
                None
            } else {
                same.filter(|_| alike).or(Some(other))
            }
        };
        let image = (0..size(from)).map(image).collect();
        let mut lane = Lane::plain(image);
        lane.blank = random.pick(&[BlankPolicy::Clears, BlankPolicy::Clears, BlankPolicy::Keeps]);
        lane.timing = match random.below(100) {
            0..8 => Timing::FillOnly,
            8..11 => Timing::OnCreate,
            _ => Timing::Always,
        };
        let default = random.below(size(!from)) as Symbol;
        let classes = class.get(!from);
        let blank = classes[usize::from(default)] == classes[0];
        lane.default = (random.percent(12) && !blank).then_some(default);
        lane.ordered = keeps_order(&lane.image, &net.cells[*cells.get(!from)], &class, from);
        Some(lane)
    };
    let mut lanes = Sides::new(lane(Side::Left), lane(Side::Right));
    if lanes.left.is_none() && lanes.right.is_none() {
        return None;
    }
    let one_way = lanes.left.is_some() != lanes.right.is_some();
    for side in Side::BOTH {
        if let Some(lane) = lanes.get_mut(side) {
            lane.enforce = one_way && lane.timing == Timing::Always && random.percent(25);
            if lane.timing == Timing::FillOnly && lane.default.is_none() {
                lane.blank = BlankPolicy::Keeps;
            }
        }
    }
    let side = random.pick(&Side::BOTH);
    let mut authority = random.pick(&[
        Authority::Wins(side),
        Authority::Wins(side),
        Authority::PreferUnlessBlank(side),
        Authority::LatestElse(side),
        Authority::Ask,
    ]);
    let fills = |from: Side| {
        lanes
            .get(from)
            .as_ref()
            .is_some_and(|l| l.timing == Timing::FillOnly)
    };
    let clears = |from: Side| {
        lanes
            .get(from)
            .as_ref()
            .is_some_and(|l| l.blank == BlankPolicy::Clears)
    };
    let contradicts = match authority {
        Authority::PreferUnlessBlank(side) => clears(!side) || fills(side) || fills(!side),
        Authority::Wins(side) => fills(side),
        Authority::LatestElse(_) | Authority::Ask => false,
    };
    if contradicts {
        authority = Authority::Ask;
    }
    let readable: Vec<usize> = (0..net.cells.len())
        .filter(|c| [records.left, records.right].contains(&net.cells[*c].record))
        .collect();
    let when = if random.percent(20) {
        guard(random, net, &readable, 2, true)
    } else {
        Guard::Always
    };
    Some(Row {
        sync: SyncId(sync as u16),
        cells: cells.map(|c| CellId(c as u16)),
        lanes,
        authority,
        when,
        class,
    })
}

/// Whether what a lane makes of filled values, and the platform stores, has their order.
fn keeps_order(
    image: &[Option<Symbol>],
    target: &Cell,
    class: &Sides<Vec<Symbol>>,
    from: Side,
) -> bool {
    let filled = |side: Side, v: usize| class.get(side)[v] != class.get(side)[0];
    let mut last = 0;
    let kept = |(v, image): (usize, &Option<Symbol>)| {
        let stored = image.map(|i| target.stores[usize::from(i)]);
        let before = last;
        last = stored.unwrap_or(last);
        let value = stored.is_none_or(|s| s >= before && filled(!from, s.into()));
        filled(from, v) && value
    };
    let mut images = image.iter().enumerate().skip(1);
    images.all(kept)
}

fn guard(random: &mut Random, net: &Network, cells: &[usize], depth: usize, known: bool) -> Guard {
    let at = random.pick(cells);
    let id = CellId(at as u16);
    let size = net.cells[at].stores.len();
    match random.below(100) {
        0..12 if depth > 0 => Guard::Not(Box::new(guard(random, net, cells, depth - 1, known))),
        12..24 if depth > 0 => Guard::All(
            (0..2)
                .map(|_| guard(random, net, cells, depth - 1, known))
                .collect(),
        ),
        24..32 if depth > 0 => Guard::Any(
            (0..2)
                .map(|_| guard(random, net, cells, depth - 1, known))
                .collect(),
        ),
        32..40 => Guard::Changed(id),
        40..44 if depth > 0 => Guard::Before(Box::new(guard(random, net, cells, depth - 1, known))),
        44..54 => Guard::Where(table(random, net, cells, 2)),
        54..60 if !known => Guard::Unknown,
        60..68 => {
            let bound = random.below(size) as Symbol;
            let (above, blank) = (random.percent(50), random.percent(30));
            let holds = |v: &Symbol| match *v {
                0 => blank,
                v => (v > bound) == above,
            };
            Guard::Bound(id, (0..size as Symbol).filter(holds).collect())
        }
        _ => Guard::In(
            id,
            (0..size as Symbol).filter(|_| random.percent(50)).collect(),
        ),
    }
}

fn table(random: &mut Random, net: &Network, cells: &[usize], size: usize) -> Table {
    let mut inputs = vec![random.pick(cells)];
    if random.percent(25) {
        inputs.push(random.pick(cells));
    }
    let count = inputs.iter().map(|c| net.cells[*c].stores.len()).product();
    let value = |_: usize| {
        let value = random.below(size) as Symbol;
        (!random.percent(5)).then_some(value)
    };
    Table {
        values: (0..count).map(value).collect(),
        inputs: inputs.into_iter().map(|c| CellId(c as u16)).collect(),
    }
}

fn source(
    random: &mut Random,
    net: &Network,
    readable: &[usize],
    target: usize,
    known: bool,
) -> Source {
    let size = net.cells[target].stores.len();
    match random.below(100) {
        0..45 => Source::Constant(random.below(size) as Symbol),
        45..52 if !known => Source::Unknown((0..size as Symbol).collect()),
        52..62 => Source::Table(Table {
            inputs: vec![CellId(target as u16)],
            values: (0..size)
                .map(|v| Some((v + 1).min(size - 1) as Symbol))
                .collect(),
        }),
        _ => Source::Table(table(random, net, readable, size)),
    }
}

fn rule(random: &mut Random, net: &Network, derived: bool, knowledge: Knowledge) -> Rule {
    let known = knowledge == Knowledge::Full;
    let record = random.below(net.records.len());
    let system = net.records[record].system;
    let of = |wanted: &dyn Fn(&Cell) -> bool| -> Vec<usize> {
        (0..net.cells.len())
            .filter(|c| wanted(&net.cells[*c]))
            .collect()
    };
    let own = of(&|c| c.record.index() == record);
    let near = of(&|c| net.records[c.record.index()].system == system);
    let phase = random.pick(&[
        Phase::BeforeSave,
        Phase::BeforeSave,
        Phase::AfterSave,
        Phase::AfterSave,
        Phase::Later,
    ]);
    let mut targets = if phase == Phase::BeforeSave {
        own.clone()
    } else {
        near.clone()
    };
    targets.retain(|c| !(derived && *c == 2));
    let starts = own
        .iter()
        .filter(|_| random.percent(55))
        .map(|c| CellId(*c as u16))
        .collect();
    let conditions = if random.percent(45) {
        guard(random, net, &near, 2, known)
    } else {
        Guard::Always
    };
    let mut effects = Vec::new();
    for _ in 0..1 + usize::from(random.percent(20)) {
        if targets.is_empty() {
            break;
        }
        let target = random.pick(&targets);
        let when = if random.percent(20) {
            guard(random, net, &near, 1, known)
        } else {
            Guard::Always
        };
        effects.push(Effect {
            target: CellId(target as u16),
            when,
            value: source(random, net, &near, target, known),
            clears: phase == Phase::Later
                && net.cells[target].forward.is_some()
                && random.percent(50),
        });
    }
    Rule {
        record: RecordId(record as u16),
        phase,
        starts,
        by: random.pick(&[
            StartedBy::Anyone,
            StartedBy::Anyone,
            StartedBy::People,
            StartedBy::Sync,
        ]),
        acts: random.pick(&[StartedBy::People, StartedBy::Sync]),
        entry: random.pick(&[Entry::EveryTime, Entry::EveryTime, Entry::BecomesTrue]),
        guard: conditions,
        effects,
        limit: random.pick(&[1, 1, 2]),
        rank: random.below(2) as u32,
    }
}

fn derived_rule(random: &mut Random, net: &Network) -> Rule {
    let inputs: Vec<usize> = (0..2).collect();
    Rule {
        record: net.cells[2].record,
        phase: Phase::Derived,
        starts: Vec::new(),
        by: StartedBy::Anyone,
        acts: StartedBy::People,
        entry: Entry::EveryTime,
        guard: Guard::Always,
        effects: vec![Effect {
            target: CellId(2),
            when: Guard::Always,
            value: Source::Table(table(random, net, &inputs, net.cells[2].stores.len())),
            clears: false,
        }],
        limit: 1,
        rank: 0,
    }
}
