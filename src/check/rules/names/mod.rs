//! Rules on names.

pub mod unused_declaration;
