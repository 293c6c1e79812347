//! What each kind of system does to a write: what it stores, what it refuses, what it writes by itself.
//! Knows no spec, no catalog and no network; the rest of the house asks a [`Profile`] for capabilities, never for a
//! vendor's name.

mod hubspot;
mod kind;
mod profile;
mod salesforce;
mod store;
mod stored;

pub use kind::SystemKind;
pub use profile::{
    Automations, Conversion, Marks, Merged, NameCase, PlatformWrite, Profile, Refuses, Setting,
    UnknownValue, Upsert,
};
pub use stored::{Case, LineEnds, Precision, Stored, Trim};
