//! The engine room: a plan and the records of both sides come in, writes and a report go out.
//!
//! The machine has no clock, no randomness and no I/O of its own. It does not know specs, spans or catalogs.

pub mod archive;
pub mod driver;
pub(crate) mod fingerprint;
mod glance;
pub mod lifecycle;
mod machine;
mod merge;
pub mod program;
mod protocol;
mod reason;
mod report;
mod shadow;

pub use archive::{Archive, ArchiveError};
pub use glance::{Digest, Glance};
pub use machine::{Machine, Settings};
pub use merge::{Cause, Times, Verdict, merge};
pub use program::{Program, compile};
pub use protocol::{
    Action, Command, Cursor, Input, Lookup, Meta, ObjectId, Outcome, Page, Presence, Progress,
    Record, Shape, Slot, Unreadable, Write,
};
pub use reason::Reason;
pub use report::{LifecycleReport, Report, SyncReport};
