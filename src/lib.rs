//! Accordant: a declarative language, compiler, validator and runtime that keeps two business systems one truth.
//!
//! The rooms of the house, downhill: see `ARCHITECTURE.md` beside this file.

pub mod diagnostic;
#[cfg(feature = "compiler")]
pub mod explain;
pub mod plan;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod side;
pub mod source;
#[cfg(feature = "compiler")]
pub mod syntax;
pub mod text;
pub mod value;
