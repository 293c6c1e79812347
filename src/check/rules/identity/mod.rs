//! Rules on identity: how records are recognised, created and deleted.

pub mod create_without_identity;
pub mod deletes_both_ways;
pub mod exists_as_other_object;
pub mod master_rule_not_total;
pub mod match_key_normalised_differently;
pub mod missing_delete_policy;
pub mod missing_many_rule;
pub mod missing_match;
pub mod no_external_id;
mod words;
