//! The engine room: a plan and the records of both sides come in, writes and a report go out.
//!
//! The machine has no clock, no randomness and no I/O of its own. It does not know specs, spans or catalogs.

mod protocol;

pub use protocol::{
    Action, Command, Cursor, Input, Lookup, Meta, ObjectId, Outcome, Page, Progress, Record, Shape,
    Slot, Unreadable, Write,
};
