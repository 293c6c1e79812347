//! What each kind of system does to a write: what it stores, what it refuses, what it writes by itself.
//! Knows no spec and no network; the rest of the house asks a [`Profile`] for capabilities, never for a vendor's name.

mod kind;

mod profile;

pub use kind::SystemKind;
pub use profile::Profile;
