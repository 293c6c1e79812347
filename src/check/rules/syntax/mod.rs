//! Rules on syntax.

pub mod circular_order;
pub mod contradictory_clauses;
