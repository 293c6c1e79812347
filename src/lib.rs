//! Accordant: a declarative language, compiler, validator and runtime that keeps two business systems one truth.
//!
//! The rooms of the house, downhill: see `ARCHITECTURE.md` beside this file.

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
#[cfg(feature = "compiler")]
pub mod explain;
#[cfg(feature = "compiler")]
pub mod manifest;
pub mod side;
pub mod source;
pub mod text;
pub mod value;
