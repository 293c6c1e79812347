//! Accordant: a declarative language, compiler, validator and runtime that keeps two business systems one truth.
//!
//! The rooms of the house, downhill: see `ARCHITECTURE.md` beside this file.

#[cfg(feature = "runtime")]
pub mod connect;
pub mod diagnostic;
pub mod plan;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod side;
pub mod source;
pub mod text;
pub mod value;
