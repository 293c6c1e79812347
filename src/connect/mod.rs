//! The ends of a run: where records are read from and written to.
//!
//! A [`Store`] is one system's end. It knows shapes, values and ids; it knows neither plans nor syncs, and what a platform
//! does with a write beyond storing it is added by [`Behaving`]. Every store keeps its memory bounded by the page that it was
//! asked for, however many records it holds (the memory store, which is made for tests, excepted).

mod behaving;
mod error;
mod flat;
mod ids;
mod memory;
mod overlay;
mod sqlite;
mod table;
mod workspace;

use std::path::{Path, PathBuf};

use smol_str::SmolStr;

use crate::runtime::driver;
use crate::runtime::{Cursor, ObjectId, Outcome, Page, Record, Shape, Write};
use crate::value::{Value, Wire};

pub use behaving::{Behaving, refusal};
pub use error::StoreError;
pub use flat::{Archived, Csv, Fault, Flat, Format, Jsonl, Patch, Quotes};
pub use ids::{IdStyle, Ids};
pub use memory::Memory;
pub use overlay::Overlay;
pub use sqlite::Sqlite;
pub use workspace::{Begin, Workspace};

/// Largest number of records that is worth asking a store for at once.
const BATCH: usize = 10_000;

/// What a store can do beyond the common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The largest number of ids or writes that it takes in one call.
    pub batch: usize,
    /// How long a cursor of it is good for.
    pub cursors: Lifetime,
}

/// How long something is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the store is closed.
    Session,
    /// Across runs.
    Durable,
}

/// One system's end. `object` is always a position in the shapes that the store was opened with.
///
/// A record that cannot be read is part of a page; an error means that the store as a whole cannot go on. A store that is
/// dropped without [`Store::close`] keeps everything up to the last [`Store::commit`] and nothing after it.
pub trait Store: Send {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Gets ready to read and write objects of these shapes. Everything else needs this first.
    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError>;

    /// Reads a page in the store's own stable order. Writes do not disturb a scan: every record that was there at its start
    /// and was not removed is met once, as it is when it is met; records made meanwhile come last.
    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError>;

    /// As [`Store::scan`], but where the digest of a record is had for less than the record, a glance may stand for it.
    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.scan(object, from, limit)
    }

    /// Reads records by id, in the order of the ids; those that are missing or cannot be read are left out.
    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError>;

    /// The first record, not deleted, whose field in this slot (one with a lookup) has this value.
    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError>;

    /// The ids that the next creates would get.
    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError>;

    /// Executes writes; one outcome a write, in order.
    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError>;

    /// Makes everything written so far durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Commits, and puts everything into its final form.
    fn close(&mut self) -> Result<(), StoreError>;
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        (**self).open(shapes)
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        (**self).scan(object, from, limit)
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        (**self).skim(object, from, limit)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        (**self).read(object, ids)
    }

    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError> {
        (**self).find(object, slot, value)
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        (**self).ids(object)
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        (**self).write(object, writes)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        (**self).commit()
    }

    fn close(&mut self) -> Result<(), StoreError> {
        (**self).close()
    }
}

/// Where an embedded store lies, as the project file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder with one file of JSON lines an object.
    Jsonl(PathBuf),
    /// A folder with one file of comma-separated values an object.
    Csv(PathBuf),
    /// A SQLite database with one table an object.
    Sqlite(PathBuf),
}

impl Location {
    /// The folder or file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Jsonl(path) | Self::Csv(path) | Self::Sqlite(path) => path,
        }
    }

    /// The same kind of store at another place.
    #[must_use]
    pub fn at(&self, path: PathBuf) -> Self {
        match self {
            Self::Jsonl(_) => Self::Jsonl(path),
            Self::Csv(_) => Self::Csv(path),
            Self::Sqlite(_) => Self::Sqlite(path),
        }
    }

    /// Refuses an object whose file has vanished: records of it are known, and neither the file nor a journal that says what is to
    /// be in it is there. A database tells by itself, when it is opened.
    ///
    /// # Errors
    /// R003 where the file has vanished.
    pub fn still_has(&self, object: &str) -> Result<(), StoreError> {
        let ending = match self {
            Self::Jsonl(_) => "jsonl",
            Self::Csv(_) => "csv",
            Self::Sqlite(_) => return Ok(()),
        };
        let file = |ending: &str| self.path().join(format!("{object}.{ending}"));
        if file(ending).exists() || file(&format!("{ending}.journal")).exists() {
            return Ok(());
        }
        Err(StoreError::at(
            &file(ending),
            "there is no such file any more, and earlier runs linked records of it",
            "put it back; to begin without it, put the state aside, too",
        ))
    }

    /// The store at this place; `wire` says how JSON values are written, `style` what the ids of new records look like.
    pub fn store(&self, wire: Wire, style: IdStyle) -> Box<dyn Store> {
        match self {
            Self::Jsonl(path) => Box::new(Flat::<Jsonl>::new(path, wire, style)),
            Self::Csv(path) => Box::new(Flat::<Csv>::new(path, wire, style)),
            Self::Sqlite(path) => Box::new(Sqlite::new(path, style)),
        }
    }
}

/// All stores of a run, addressed by the objects of its program.
#[derive(Default)]
pub struct Stores {
    systems: Vec<(SmolStr, Box<dyn Store>)>,
    /// By object of the program: the position of its system, and its position there.
    routes: Vec<(usize, ObjectId)>,
}

impl Stores {
    /// Adds the store of a system, under the name that the spec declares.
    pub fn add(&mut self, system: impl Into<SmolStr>, store: Box<dyn Store>) {
        self.systems.push((system.into(), store));
    }

    /// Opens every store with the shapes of its own objects.
    pub fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        let mut own: Vec<Vec<Shape>> = vec![Vec::new(); self.systems.len()];
        self.routes.clear();
        for shape in shapes {
            let system = self
                .systems
                .iter()
                .position(|(name, _)| *name == shape.system);
            let system = system.ok_or_else(|| {
                StoreError::new(
                    &shape.system,
                    format!("no store is given for the system `{}`", shape.system),
                    "name a store for it in the environment of the project file",
                )
            })?;
            if let Some(own) = own.get_mut(system) {
                self.routes.push((system, object_id(own.len())));
                own.push(shape.clone());
            }
        }
        for ((_, store), own) in self.systems.iter_mut().zip(&own) {
            store.open(own)?;
        }
        Ok(())
    }

    fn route(&mut self, object: ObjectId) -> Result<(&mut dyn Store, ObjectId), StoreError> {
        let route = self.routes.get(usize::from(object.0)).copied();
        let found = route.and_then(|(system, local)| Some((self.systems.get_mut(system)?, local)));
        match found {
            Some(((_, store), local)) => Ok((store.as_mut(), local)),
            None => Err(StoreError::unknown_object(object)),
        }
    }

    /// As [`Store::scan`].
    pub fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let (store, local) = self.route(object)?;
        store.scan(local, from, limit)
    }

    /// As [`Store::skim`].
    pub fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let (store, local) = self.route(object)?;
        store.skim(local, from, limit)
    }

    /// As [`Store::read`].
    pub fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let (store, local) = self.route(object)?;
        store.read(local, ids)
    }

    /// As [`Store::write`].
    pub fn write(
        &mut self,
        object: ObjectId,
        writes: &[Write],
    ) -> Result<Vec<Outcome>, StoreError> {
        let (store, local) = self.route(object)?;
        store.write(local, writes)
    }

    /// Makes everything written so far durable in every store.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.systems
            .iter_mut()
            .try_for_each(|(_, store)| store.commit())
    }

    /// Closes every store, the later ones also where an earlier one fails; gives the first failure.
    pub fn close(&mut self) -> Result<(), StoreError> {
        let results: Vec<_> = self
            .systems
            .iter_mut()
            .map(|(_, store)| store.close())
            .collect();
        results.into_iter().collect()
    }
}

impl driver::Stores for Stores {
    type Error = StoreError;

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        Self::scan(self, object, from, limit)
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        Self::skim(self, object, from, limit)
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        Self::read(self, object, ids)
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let outcomes = Self::write(self, object, writes)?;
        self.commit()?;
        Ok(outcomes)
    }
}

/// The object at a position; a program has fewer than 65,536 of them.
fn object_id(position: usize) -> ObjectId {
    ObjectId(u16::try_from(position).unwrap_or(u16::MAX))
}

/// The member of a list that an object stands for.
fn of_object<T>(all: &mut [T], object: ObjectId) -> Result<&mut T, StoreError> {
    all.get_mut(usize::from(object.0))
        .ok_or_else(|| StoreError::unknown_object(object))
}
