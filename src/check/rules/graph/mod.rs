//! Rules on circular updates: what writes which field, and whether it comes to rest.

pub mod diverges;
pub mod opaque_automation;
pub mod order_dependent;
pub mod oscillates;
pub mod reference_cycle;
pub mod settles_slowly;
pub mod two_writers;
pub mod undecided;
mod words;
