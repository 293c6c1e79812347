//! The rules, one file each, grouped by family. Each file holds its page, its finding, `run` that finds and `describe`
//! that words. Rules do not see each other.

pub mod names;
pub mod picklists;
pub mod policy;

use super::Cx;
use crate::diagnostic::Page;

/// Runs every rule.
pub(super) fn run(cx: &mut Cx<'_>) {
    // names
    names::unused_declaration::run(cx);

    // policy
    policy::missing_authority::run(cx);

    // picklists
    picklists::unmapped_value::run(cx);
}

/// The pages of the rules.
pub const PAGES: &[Page] = &[
    names::unused_declaration::PAGE,
    policy::missing_authority::PAGE,
    picklists::unmapped_value::PAGE,
];
