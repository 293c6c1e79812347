//! The rules, one file each, grouped by family. Each file holds its page, its finding, `run` that finds and `describe`
//! that words. Rules do not see each other.

mod example;
pub mod graph;
pub mod identity;
pub mod lifecycle;
pub mod names;
pub mod owners;
pub mod picklists;
pub mod policy;
pub mod syntax;
pub mod types;

use super::Cx;
use crate::diagnostic::Page;

/// Runs every rule.
pub(super) fn run(cx: &mut Cx<'_>) {
    // syntax
    syntax::contradictory_clauses::run(cx);

    // names
    names::unused_declaration::run(cx);

    // types
    types::incompatible_types::run(cx);
    types::unstated_time_zone::run(cx);
    types::multi_select_mismatch::run(cx);
    types::may_truncate::run(cx);
    types::precision_loss::run(cx);
    types::read_only_target::run(cx);
    types::required_field_unmapped::run(cx);
    types::unmapped_reference::run(cx);
    types::text_into_picklist::run(cx);
    types::required_may_be_blank::run(cx);
    types::currency_unmapped::run(cx);
    types::formula_does_not_trigger::run(cx);

    // policy
    policy::missing_authority::run(cx);
    policy::protected_field_written::run(cx);
    policy::protected_field_reachable::run(cx);
    policy::against_system_of_record::run(cx);
    policy::may_clear_data::run(cx);
    policy::no_inverse::run(cx);
    policy::lossy_round_trip::run(cx);
    policy::default_refills_cleared::run(cx);
    policy::consent_not_monotone::run(cx);
    policy::default_travels_back::run(cx);
    policy::row_mapped_twice::run(cx);
    policy::create_only_race::run(cx);
    policy::coarse_latest::run(cx);

    // picklists
    picklists::unmapped_value::run(cx);
    picklists::unmapped_pair::run(cx);
    picklists::unknown_value::run(cx);
    picklists::inactive_value::run(cx);
    picklists::round_trip_drift::run(cx);
    picklists::not_idempotent::run(cx);
    picklists::repeated_value::run(cx);
    picklists::record_type_forbids_value::run(cx);
    picklists::dependent_value_forbidden::run(cx);
    picklists::label_for_value::run(cx);
    picklists::unreachable_row::run(cx);
    picklists::catch_all_hides_values::run(cx);
    picklists::differs_only_in_case::run(cx);
    picklists::country_picklist_enabled::run(cx);

    // graph
    graph::oscillates::run(cx);
    graph::diverges::run(cx);
    graph::undecided::run(cx);
    graph::two_writers::run(cx);
    graph::reference_cycle::run(cx);
    graph::opaque_automation::run(cx);
    graph::settles_slowly::run(cx);
    // lifecycle
    lifecycle::unmapped_stage_value::run(cx);
    lifecycle::unreachable_stage::run(cx);
    lifecycle::dead_end_stage::run(cx);
    lifecycle::ambiguous_transition::run(cx);
    lifecycle::backward_move_refused::run(cx);
    lifecycle::simultaneous_moves_undecided::run(cx);
    lifecycle::livelock::run(cx);
    lifecycle::order_not_preserved::run(cx);
    lifecycle::re_entry_undefined::run(cx);
    lifecycle::guard_never_true::run(cx);
    lifecycle::lost_user_transition::run(cx);
    lifecycle::conversion_not_modelled::run(cx);
    lifecycle::stage_from_many::run(cx);
    lifecycle::handoff_without_context::run(cx);

    // identity
    identity::missing_match::run(cx);
    identity::match_key_normalised_differently::run(cx);
    identity::no_external_id::run(cx);
    identity::missing_many_rule::run(cx);
    identity::master_rule_not_total::run(cx);
    identity::create_without_identity::run(cx);
    identity::missing_delete_policy::run(cx);
    identity::deletes_both_ways::run(cx);
    identity::exists_as_other_object::run(cx);
    identity::match_key_not_unique::run(cx);
    identity::inclusion_overlaps::run(cx);
    identity::inclusion_never_true::run(cx);
    identity::unreachable_from_anchor::run(cx);
    identity::mutable_match_key::run(cx);
    identity::partitions_overlap::run(cx);
    identity::second_creator::run(cx);
    identity::unbounded_first_load::run(cx);
    identity::filter_reads_synced_field::run(cx);

    // owners, routing, model
    owners::against_model::run(cx);
    owners::routing_not_total::run(cx);
    owners::dead_branch::run(cx);
    owners::owner_without_counterpart::run(cx);
    owners::inactive_owner::run(cx);
    owners::missing_fallback::run(cx);
    owners::owner_kind::run(cx);
    owners::route_reads_unfilled_field::run(cx);
}

/// The pages of the rules.
pub const PAGES: &[Page] = &[
    syntax::contradictory_clauses::PAGE,
    names::unused_declaration::PAGE,
    types::incompatible_types::PAGE,
    types::unstated_time_zone::PAGE,
    types::multi_select_mismatch::PAGE,
    types::may_truncate::PAGE,
    types::precision_loss::PAGE,
    types::read_only_target::PAGE,
    types::required_field_unmapped::PAGE,
    types::unmapped_reference::PAGE,
    types::text_into_picklist::PAGE,
    types::required_may_be_blank::PAGE,
    types::currency_unmapped::PAGE,
    types::formula_does_not_trigger::PAGE,
    policy::missing_authority::PAGE,
    policy::protected_field_written::PAGE,
    policy::protected_field_reachable::PAGE,
    policy::against_system_of_record::PAGE,
    policy::may_clear_data::PAGE,
    policy::no_inverse::PAGE,
    policy::lossy_round_trip::PAGE,
    policy::default_refills_cleared::PAGE,
    policy::consent_not_monotone::PAGE,
    policy::default_travels_back::PAGE,
    policy::row_mapped_twice::PAGE,
    policy::create_only_race::PAGE,
    policy::coarse_latest::PAGE,
    picklists::unmapped_value::PAGE,
    picklists::unknown_value::PAGE,
    picklists::inactive_value::PAGE,
    picklists::round_trip_drift::PAGE,
    picklists::not_idempotent::PAGE,
    picklists::repeated_value::PAGE,
    picklists::record_type_forbids_value::PAGE,
    picklists::dependent_value_forbidden::PAGE,
    picklists::label_for_value::PAGE,
    picklists::unreachable_row::PAGE,
    picklists::catch_all_hides_values::PAGE,
    picklists::differs_only_in_case::PAGE,
    picklists::country_picklist_enabled::PAGE,
    graph::oscillates::PAGE,
    graph::diverges::PAGE,
    graph::undecided::PAGE,
    graph::two_writers::PAGE,
    graph::reference_cycle::PAGE,
    graph::opaque_automation::PAGE,
    graph::settles_slowly::PAGE,
    lifecycle::unmapped_stage_value::PAGE,
    lifecycle::unreachable_stage::PAGE,
    lifecycle::dead_end_stage::PAGE,
    lifecycle::ambiguous_transition::PAGE,
    lifecycle::backward_move_refused::PAGE,
    lifecycle::simultaneous_moves_undecided::PAGE,
    lifecycle::livelock::PAGE,
    lifecycle::order_not_preserved::PAGE,
    lifecycle::re_entry_undefined::PAGE,
    lifecycle::guard_never_true::PAGE,
    lifecycle::lost_user_transition::PAGE,
    lifecycle::conversion_not_modelled::PAGE,
    lifecycle::stage_from_many::PAGE,
    lifecycle::handoff_without_context::PAGE,
    identity::missing_match::PAGE,
    identity::match_key_normalised_differently::PAGE,
    identity::no_external_id::PAGE,
    identity::missing_many_rule::PAGE,
    identity::master_rule_not_total::PAGE,
    identity::create_without_identity::PAGE,
    identity::missing_delete_policy::PAGE,
    identity::deletes_both_ways::PAGE,
    identity::exists_as_other_object::PAGE,
    identity::match_key_not_unique::PAGE,
    identity::inclusion_overlaps::PAGE,
    identity::inclusion_never_true::PAGE,
    identity::unreachable_from_anchor::PAGE,
    identity::mutable_match_key::PAGE,
    identity::partitions_overlap::PAGE,
    identity::second_creator::PAGE,
    identity::unbounded_first_load::PAGE,
    identity::filter_reads_synced_field::PAGE,
    owners::against_model::PAGE,
    owners::routing_not_total::PAGE,
    owners::dead_branch::PAGE,
    owners::owner_without_counterpart::PAGE,
    owners::inactive_owner::PAGE,
    owners::missing_fallback::PAGE,
    owners::owner_kind::PAGE,
    owners::route_reads_unfilled_field::PAGE,
];
