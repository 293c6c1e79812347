//! Rules on identity: how records are recognised, created and deleted.

pub mod create_without_identity;
pub mod deletes_both_ways;
pub mod exists_as_other_object;
pub mod filter_reads_synced_field;
pub mod inclusion_never_true;
pub mod inclusion_overlaps;
pub mod master_rule_not_total;
pub mod match_key_normalised_differently;
pub mod match_key_not_unique;
pub mod missing_delete_policy;
pub mod missing_many_rule;
pub mod missing_match;
pub mod mutable_match_key;
pub mod no_external_id;
pub mod partitions_overlap;
pub mod second_creator;
pub mod unbounded_first_load;
pub mod unreachable_from_anchor;
mod words;
