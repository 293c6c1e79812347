//! The loop between a machine and the stores: executes what the machine asks for and tells it what came of that.

use std::collections::VecDeque;
use std::fmt;

use smol_str::SmolStr;

use super::{
    ArchiveError, Command, Cursor, Input, Machine, ObjectId, Outcome, Page, Progress, Record, Write,
};

/// The records of both sides, by object of the program. An error means that a store as a whole cannot go on (R003).
pub trait Stores {
    /// Why a store cannot go on.
    type Error;

    /// Reads a page in a stable order, deleted records included.
    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, Self::Error>;

    /// As [`Stores::scan`], but where the digest of a record is had for less than the record, a glance may stand for it.
    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, Self::Error> {
        self.scan(object, from, limit)
    }

    /// Reads records by id, deleted ones included; those that are not there are left out.
    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, Self::Error>;

    /// Writes, and makes it durable; one outcome a write, in order.
    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, Self::Error>;

    /// The reason, where an error of [`Stores::write`] is about the batch and not about the store: none of its writes was
    /// executed, and some of them may be.
    fn refusal(&self, _error: &Self::Error) -> Option<String> {
        None
    }
}

/// Why a run ended before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError<E> {
    /// The state failed (R002).
    Archive(ArchiveError),
    /// A store failed (R003).
    Store(E),
}

impl<E> From<ArchiveError> for RunError<E> {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl<E: fmt::Display> fmt::Display for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It does.
    GoOn,
    /// It ends after what is under way.
    Stop,
}

/// Executes one command; none where it has no answer.
pub fn execute<S: Stores + ?Sized>(
    command: &Command,
    stores: &mut S,
) -> Result<Option<Input>, S::Error> {
    Ok(Some(match command {
        Command::Scan {
            object,
            from,
            limit,
        } => Input::Page(stores.scan(*object, *from, *limit)?),
        Command::Skim {
            object,
            from,
            limit,
        } => Input::Page(stores.skim(*object, *from, *limit)?),
        Command::Read { object, ids } => Input::Records(stores.read(*object, ids)?),
        Command::Write { object, writes } => Input::Outcomes(write(stores, *object, writes)?),
        Command::Progress(_) | Command::Finish => return Ok(None),
    }))
}

/// Writes a batch. One that is refused as a whole is cut in halves, until what spoils it is alone and refused for itself.
fn write<S: Stores + ?Sized>(
    stores: &mut S,
    object: ObjectId,
    writes: &[Write],
) -> Result<Vec<Outcome>, S::Error> {
    let error = match stores.write(object, writes) {
        Ok(outcomes) => return Ok(outcomes),
        Err(error) => error,
    };
    let Some(reason) = stores.refusal(&error) else {
        return Err(error);
    };
    let (first, second) = writes.split_at(writes.len() / 2);
    if first.is_empty() {
        let refused = Outcome::Refused {
            field: None,
            reason,
        };
        return Ok(vec![refused; writes.len()]);
    }
    let mut outcomes = write(stores, object, first)?;
    outcomes.extend(write(stores, object, second)?);
    Ok(outcomes)
}

/// Runs a machine to its end. `clock` gives milliseconds since 1970; `on_progress` is told how far the run is and says
/// whether it goes on.
pub fn run<S: Stores + ?Sized>(
    machine: &mut Machine,
    stores: &mut S,
    mut clock: impl FnMut() -> i64,
    mut on_progress: impl FnMut(&Progress) -> Wish,
) -> Result<(), RunError<S::Error>> {
    let mut commands: VecDeque<Command> = machine.step(Input::Start, clock())?.into();
    while let Some(command) = commands.pop_front() {
        if let Command::Progress(progress) = &command
            && on_progress(progress) == Wish::Stop
        {
            commands.extend(machine.step(Input::Stop, clock())?);
        }
        if let Some(input) = execute(&command, stores).map_err(RunError::Store)? {
            commands.extend(machine.step(input, clock())?);
        }
    }
    Ok(())
}
