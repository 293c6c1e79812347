//! Pages of the codes that no rule file reports: one file a family.

pub mod internal;
pub mod manifest;
pub mod runtime;
pub mod syntax;
pub mod testing;
