//! Rules on who wins and what may be lost.

pub mod against_system_of_record;
pub mod coarse_latest;
pub mod consent_not_monotone;
pub mod create_only_race;
pub mod default_refills_cleared;
pub mod default_travels_back;
pub mod lossy_round_trip;
pub mod may_clear_data;
pub mod missing_authority;
pub mod no_inverse;
pub mod protected_field_reachable;
pub mod protected_field_written;
pub mod row_mapped_twice;
