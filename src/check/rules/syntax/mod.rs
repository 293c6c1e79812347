//! Rules on syntax.

pub mod contradictory_clauses;
