//! What name resolution reports, in words: one file a finding.

pub mod duplicate_name;
pub mod import_cycle;
pub mod import_outside_project;
pub mod label_for_api_name;
pub mod repeated;
pub mod unknown_field;
pub mod unknown_name;
pub mod unknown_object;
pub mod unknown_system;
pub mod wrong_argument_type;

use crate::diagnostic::Page;

/// The pages of the findings of this room.
pub const PAGES: &[Page] = &[
    unknown_system::PAGE,
    unknown_object::PAGE,
    unknown_field::PAGE,
    unknown_name::PAGE,
    duplicate_name::PAGE,
    label_for_api_name::PAGE,
    wrong_argument_type::PAGE,
];
