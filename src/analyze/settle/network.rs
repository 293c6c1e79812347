//! Networks: the cells of linked records in both systems and everything that writes them, as finite tables.
//!
//! A network knows no names, no spans and no kinds of values. A value of a cell is its position in the cell's domain
//! ([`Symbol`]), position 0 is the blank. Who builds a network keeps what stands behind the positions: that is how a
//! witness gets its words.

use crate::model::{Authority, BlankPolicy, Entry, Phase, StartedBy, Timing};
use crate::side::{Side, Sides};

/// A value of a cell: its position in the domain of the cell. 0 is the blank.
pub type Symbol = u16;

/// The blank of every cell.
pub const BLANK: Symbol = 0;

macro_rules! position {
    ($(#[doc = $doc:literal] $name:ident;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// The position as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

position! {
    #[doc = "A record: a position in [`Network::records`]."] RecordId;
    #[doc = "A cell: a position in [`Network::cells`]."] CellId;
    #[doc = "A sync: a position in [`Network::syncs`]."] SyncId;
    #[doc = "A row: a position in [`Network::rows`]."] RowId;
    #[doc = "An automation: a position in [`Network::rules`]."] RuleId;
}

/// Records that are linked, their cells, and who writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Network {
    /// The records.
    pub records: Vec<Record>,
    /// The cells of all records.
    pub cells: Vec<Cell>,
    /// The syncs in the order of execution.
    pub syncs: Vec<Sync>,
    /// The rows of all syncs; those of one sync in its order.
    pub rows: Vec<Row>,
    /// The automations. Those of one record and phase run by rank, those of one rank in this order.
    pub rules: Vec<Rule>,
}

/// A record of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// The system, any number that tells systems apart: an automation writes within one system only.
    pub system: u16,
    /// Whether the sync saves it at the first meeting, as where its key is stamped: it keeps what its automations leave then.
    pub stamped: bool,
}

/// Two records that a sync holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sync {
    /// The records of the pair.
    pub records: Sides<RecordId>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The record.
    pub record: RecordId,
    /// What the platform stores when a value is written. Its length is the size of the domain.
    pub stores: Vec<Symbol>,
    /// What it holds before anybody has entered something, and once it was cleared: the blank, but on a field that is never blank,
    /// such as a box. It is stored as it is, and automations write it where they empty the field.
    pub empty: Symbol,
    /// Values of one class are equal to the platform: by value, any number that the class has alone.
    pub class: Vec<Symbol>,
    /// Which values the platform takes from a sync; another one is refused.
    pub takes: Vec<bool>,
    /// On a field that moves forward only: how far each value is. A write backwards is ignored, and nothing is said; a value
    /// without a place, such as the blank, may be written always. The runtime reads such fields back.
    pub forward: Option<Vec<Option<u16>>>,
    /// Whether people edit it. A derived value is edited by nobody.
    pub edited: bool,
    /// So many of its first values, the blank among them, are what records begin with and people enter; the others come from
    /// rows and automations alone.
    pub seeds: Symbol,
    /// Whether its values have no end: the last one stands for all that lie beyond.
    pub open: bool,
    /// Whether somebody declared that it must never be written.
    pub protected: bool,
}

/// A line of a sync: two cells, and a lane for each direction that it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// Its sync.
    pub sync: SyncId,
    /// Its cells, each of the record of that side, or of another one of its kind: rows of a sync that hold several pairs are
    /// decided on together, and those of a pair stand together. A computed source is a derived cell.
    pub cells: Sides<CellId>,
    /// The lane that starts at each side.
    pub lanes: Sides<Option<Lane>>,
    /// Who wins, on a two-way row.
    pub authority: Authority,
    /// The row writes only where this holds. [`Guard::Changed`] asks whether the cell differs from the shadow.
    pub when: Guard,
    /// Values of one class are equal to the row, on each side: at least as coarse as the classes of the cell. Values of
    /// the blank's class are blank.
    pub class: Sides<Vec<Symbol>>,
}

/// One direction of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    /// By source value: what is to be written, or none where the map or the function fails. Blanks have blank images.
    pub image: Vec<Option<Symbol>>,
    /// What a blank does.
    pub blank: BlankPolicy,
    /// When it may write.
    pub timing: Timing,
    /// Stands in for a blank.
    pub default: Option<Symbol>,
    /// Drift is undone.
    pub enforce: bool,
    /// All values whatsoever have an order, and their images have the same one.
    pub ordered: bool,
}

/// A condition over cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// It always holds.
    Always,
    /// The cell has one of these values, and of all values whatsoever no other one would do.
    In(CellId, Vec<Symbol>),
    /// The cell has one of these values, and of all filled values whatsoever those on one side of a bound do.
    Bound(CellId, Vec<Symbol>),
    /// What started this was a change of the cell.
    Changed(CellId),
    /// It held before the save that started this; rows are started by none, and ask for what is there.
    Before(Box<Guard>),
    /// Whatever else cells decide: not blank means that it holds.
    Where(Table),
    /// It does not hold.
    Not(Box<Guard>),
    /// All hold.
    All(Vec<Guard>),
    /// One holds.
    Any(Vec<Guard>),
    /// Nobody knows: it may hold or not, each time anew.
    Unknown,
}

/// A function of some cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// The cells, the last of which counts fastest.
    pub inputs: Vec<CellId>,
    /// The value for each combination of theirs; none where it fails, which writes nothing.
    pub values: Vec<Option<Symbol>>,
}

/// An automation of a system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The record whose saves start it.
    pub record: RecordId,
    /// When it runs.
    pub phase: Phase,
    /// It is started only by a save that changes one of these cells; by every save where there are none.
    pub starts: Vec<CellId>,
    /// Whose saves start it.
    pub by: StartedBy,
    /// In whose name it saves where it runs later.
    pub acts: StartedBy,
    /// Whether its guard has to become true.
    pub entry: Entry,
    /// The condition under which it runs.
    pub guard: Guard,
    /// What it writes.
    pub effects: Vec<Effect>,
    /// How often it runs for its record in one transaction, after a save: the platform's own limit.
    pub limit: u8,
    /// Rules of one record and phase run in the order of their ranks. Nothing fixes the order of those of one rank.
    pub rank: u32,
}

/// One write of an automation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Effect {
    /// The cell that is written: before a save, one of the record itself.
    pub target: CellId,
    /// The condition beyond the rule's own.
    pub when: Guard,
    /// What is written.
    pub value: Source,
    /// A forward-only cell that would refuse it is cleared before, by a save of its own. Of rules that run later.
    pub clears: bool,
}

/// What an effect writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// This value.
    Constant(Symbol),
    /// A function of cells.
    Table(Table),
    /// Nobody knows: one of these values, each time anew.
    Unknown(Vec<Symbol>),
}

/// Who writes a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Writer {
    /// A row, in the direction that starts at this side.
    Row(RowId, Side),
    /// An automation.
    Rule(RuleId),
}

impl Cell {
    /// A cell of so many values, the blank among them, that stores what it is given, takes all of it and is edited.
    pub fn plain(record: RecordId, size: u16) -> Self {
        Self {
            record,
            stores: (0..size).collect(),
            empty: BLANK,
            class: (0..size).collect(),
            takes: vec![true; size.into()],
            forward: None,
            edited: true,
            seeds: size,
            open: false,
            protected: false,
        }
    }

    /// The number of its values.
    pub const fn size(&self) -> usize {
        self.stores.len()
    }
}

impl Network {
    /// Whether people enter some values of a cell alone, and others are made of these.
    pub fn is_sampled(&self) -> bool {
        let mut cells = self.cells.iter();
        cells.any(|c| c.edited && usize::from(c.seeds) < c.size())
    }
}

impl Lane {
    /// A lane that writes the images of its source whenever it changes, and clears where it is cleared.
    pub const fn plain(image: Vec<Option<Symbol>>) -> Self {
        Self {
            image,
            blank: BlankPolicy::Clears,
            timing: Timing::Always,
            default: None,
            enforce: false,
            ordered: false,
        }
    }
}
