//! Rules on lifecycles: stages, who moves whom, and what the two systems make of it.

pub mod ambiguous_transition;
pub mod backward_move_refused;
pub mod conversion_not_modelled;
pub mod dead_end_stage;
pub mod guard_never_true;
pub mod handoff_without_context;
mod hindrances;
pub mod livelock;
mod lost_to_rows;
pub mod lost_user_transition;
pub mod order_not_preserved;
pub mod re_entry_undefined;
pub mod simultaneous_moves_undecided;
pub mod stage_from_many;
pub mod stories;
pub mod unmapped_stage_value;
pub mod unreachable_stage;
mod words;

pub use hindrances::hindrance;
