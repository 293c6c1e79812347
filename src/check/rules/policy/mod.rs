//! Rules on who wins and what may be lost.

pub mod missing_authority;
