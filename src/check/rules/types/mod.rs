//! Rules on types.

pub mod currency_unmapped;
pub mod formula_does_not_trigger;
pub mod incompatible_types;
pub mod may_truncate;
pub mod multi_select_mismatch;
pub mod precision_loss;
pub mod read_only_target;
pub mod required_field_unmapped;
pub mod required_may_be_blank;
pub mod text_into_picklist;
pub mod unmapped_reference;
pub mod unstated_time_zone;
