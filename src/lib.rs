//! Accordant: a declarative language, compiler, validator and runtime that keeps two business systems one truth.
//!
//! The rooms of the house, downhill: see `ARCHITECTURE.md` beside this file.

#[cfg(feature = "compiler")]
pub mod analyze;
#[cfg(feature = "compiler")]
pub mod automation;
#[cfg(feature = "compiler")]
pub mod catalog;
#[cfg(feature = "compiler")]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "runtime")]
pub mod connect;
pub mod diagnostic;
#[cfg(feature = "compiler")]
pub mod emit;
#[cfg(feature = "compiler")]
pub mod explain;
#[cfg(feature = "compiler")]
pub mod formula;
#[cfg(feature = "compiler")]
pub mod lower;
#[cfg(feature = "compiler")]
pub mod manifest;
pub mod merge;
#[cfg(feature = "compiler")]
pub mod model;
pub mod plan;
#[cfg(feature = "compiler")]
pub mod platform;
#[cfg(feature = "compiler")]
pub mod resolve;
#[cfg(feature = "runtime")]
pub mod runtime;
#[cfg(feature = "compiler")]
pub mod session;
pub mod side;
pub mod source;
#[cfg(feature = "compiler")]
pub mod syntax;
#[cfg(all(feature = "compiler", feature = "runtime"))]
pub mod testing;
pub mod text;
pub mod value;
