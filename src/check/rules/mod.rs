//! The rules, one file each, grouped by family. Each file holds its page, its finding, `run` that finds and `describe`
//! that words. Rules do not see each other.

pub mod names;
pub mod picklists;
pub mod policy;
pub mod syntax;
pub mod types;

use super::Cx;
use crate::diagnostic::Page;

/// Runs every rule.
pub(super) fn run(cx: &mut Cx<'_>) {
    // names
    names::unused_declaration::run(cx);

    // policy
    policy::missing_authority::run(cx);
    policy::protected_field_written::run(cx);
    policy::against_system_of_record::run(cx);
    policy::may_clear_data::run(cx);
    policy::no_inverse::run(cx);
    policy::lossy_round_trip::run(cx);
    policy::default_travels_back::run(cx);
    policy::row_mapped_twice::run(cx);
    policy::coarse_latest::run(cx);

    // picklists
    picklists::unmapped_value::run(cx);

    // syntax
    syntax::contradictory_clauses::run(cx);

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
}

/// The pages of the rules.
pub const PAGES: &[Page] = &[
    names::unused_declaration::PAGE,
    policy::missing_authority::PAGE,
    picklists::unmapped_value::PAGE,
    syntax::contradictory_clauses::PAGE,
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
    policy::protected_field_written::PAGE,
    policy::against_system_of_record::PAGE,
    policy::may_clear_data::PAGE,
    policy::no_inverse::PAGE,
    policy::lossy_round_trip::PAGE,
    policy::default_travels_back::PAGE,
    policy::row_mapped_twice::PAGE,
    types::formula_does_not_trigger::PAGE,
    policy::coarse_latest::PAGE,
];
