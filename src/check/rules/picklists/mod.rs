//! Rules on picklists.

pub mod catch_all_hides_values;
pub mod country_picklist_enabled;
pub mod dependent_value_forbidden;
pub mod differs_only_in_case;
pub mod inactive_value;
pub mod label_for_value;
pub mod not_idempotent;
mod paste;
pub mod record_type_forbids_value;
pub mod repeated_value;
pub mod round_trip_drift;
pub mod unknown_value;
pub mod unmapped_pair;
pub mod unmapped_value;
pub mod unreachable_row;
pub(super) mod words;
