//! The rules, one file each, grouped by family. Each file holds its page, its finding, `run` that finds and `describe`
//! that words. Rules do not see each other.

pub mod identity;
pub mod names;
pub mod picklists;
pub mod policy;
pub mod syntax;
pub mod types;

use super::Cx;
use crate::diagnostic::Page;

/// Finds what breaks one rule.
type Run = fn(&mut Cx<'_>);

/// The rules, in the order in which they report.
pub(super) const ALL: &[Run] = &[
    // syntax
    syntax::contradictory_clauses::run,
    // names
    names::unused_declaration::run,
    // types
    types::incompatible_types::run,
    types::unstated_time_zone::run,
    types::multi_select_mismatch::run,
    types::may_truncate::run,
    types::precision_loss::run,
    types::read_only_target::run,
    types::required_field_unmapped::run,
    types::unmapped_reference::run,
    types::text_into_picklist::run,
    types::required_may_be_blank::run,
    types::currency_unmapped::run,
    types::formula_does_not_trigger::run,
    // policy
    policy::missing_authority::run,
    policy::protected_field_written::run,
    policy::against_system_of_record::run,
    policy::may_clear_data::run,
    policy::no_inverse::run,
    policy::lossy_round_trip::run,
    policy::default_travels_back::run,
    policy::row_mapped_twice::run,
    policy::coarse_latest::run,
    // picklists
    picklists::unmapped_value::run,
    picklists::unmapped_pair::run,
    picklists::unknown_value::run,
    picklists::inactive_value::run,
    picklists::round_trip_drift::run,
    picklists::not_idempotent::run,
    picklists::repeated_value::run,
    picklists::record_type_forbids_value::run,
    picklists::label_for_value::run,
    picklists::unreachable_row::run,
    picklists::catch_all_hides_values::run,
    picklists::differs_only_in_case::run,
    picklists::country_picklist_enabled::run,
    // identity
    identity::missing_match::run,
    identity::match_key_normalised_differently::run,
    identity::no_external_id::run,
    identity::missing_many_rule::run,
    identity::master_rule_not_total::run,
    identity::create_without_identity::run,
    identity::missing_delete_policy::run,
    identity::deletes_both_ways::run,
    identity::exists_as_other_object::run,
];

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
    policy::against_system_of_record::PAGE,
    policy::may_clear_data::PAGE,
    policy::no_inverse::PAGE,
    policy::lossy_round_trip::PAGE,
    policy::default_travels_back::PAGE,
    policy::row_mapped_twice::PAGE,
    policy::coarse_latest::PAGE,
    picklists::unmapped_value::PAGE,
    picklists::unknown_value::PAGE,
    picklists::inactive_value::PAGE,
    picklists::round_trip_drift::PAGE,
    picklists::not_idempotent::PAGE,
    picklists::repeated_value::PAGE,
    picklists::record_type_forbids_value::PAGE,
    picklists::label_for_value::PAGE,
    picklists::unreachable_row::PAGE,
    picklists::catch_all_hides_values::PAGE,
    picklists::differs_only_in_case::PAGE,
    picklists::country_picklist_enabled::PAGE,
    identity::missing_match::PAGE,
    identity::match_key_normalised_differently::PAGE,
    identity::no_external_id::PAGE,
    identity::missing_many_rule::PAGE,
    identity::master_rule_not_total::PAGE,
    identity::create_without_identity::PAGE,
    identity::missing_delete_policy::PAGE,
    identity::deletes_both_ways::PAGE,
    identity::exists_as_other_object::PAGE,
];
