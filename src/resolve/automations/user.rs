//! What automations ask of whoever is at work: the user of the sync, or a person.
//!
//! The `system` block names the user of the sync. Of people it is known that they are others; of both nothing else is.

use smol_str::SmolStr;

use crate::automation as read;
use crate::formula::{Expr as Formula, Node};
use crate::model::{Comparison, StartedBy, System};

/// By what a user is named in `$User`.
const NAMES: &[&str] = &["Username", "Id", "Alias", "Email"];

/// Globals that are about whoever is at work, or about settings that differ by user or organisation.
const GLOBALS: &[&str] = &[
    "$User",
    "$Profile",
    "$UserRole",
    "$Permission",
    "$Setup",
    "$Organization",
];

/// Whoever is at work while a formula is computed.
#[derive(Clone, Copy)]
pub(super) struct AtWork<'m> {
    /// Whose saves they are.
    pub by: StartedBy,
    /// The user of the sync, where the spec names one.
    pub user: Option<&'m str>,
}

impl<'m> AtWork<'m> {
    /// Anyone, in a system.
    pub fn anyone(system: Option<&'m System>) -> Self {
        Self {
            by: StartedBy::Anyone,
            user: system.and_then(System::user),
        }
    }

    /// What a comparison of whoever is at work with a constant gives; none where that is not known. A user has one name, so that
    /// the user of the sync has no other one.
    pub fn compare(self, comparison: Comparison, left: &Formula, right: &Formula) -> Option<bool> {
        let (name, stated) = match (&left.node, &right.node) {
            (_, Node::Text(text)) => (named(left)?, text),
            (Node::Text(text), _) => (named(right)?, text),
            _ => return None,
        };
        let of_sync = self.user?.eq_ignore_ascii_case(stated);
        let equal = match self.by {
            StartedBy::Sync if of_sync => true,
            StartedBy::Sync => name.eq_ignore_ascii_case("Username").then_some(false)?,
            StartedBy::People if of_sync => false,
            StartedBy::People | StartedBy::Anyone => return None,
        };
        match comparison {
            Comparison::Equal => Some(equal),
            Comparison::NotEqual => Some(!equal),
            _ => None,
        }
    }
}

/// The name of whoever is at work that an expression is.
fn named(e: &Formula) -> Option<&str> {
    let [global, name] = e.as_reference()?.path.as_slice() else {
        return None;
    };
    let is_name = NAMES.iter().any(|n| n.eq_ignore_ascii_case(name));
    (is_name && global.eq_ignore_ascii_case("$User")).then_some(name)
}

/// What the conditions and values of an automation ask of whoever is at work, sorted, each once.
pub(super) fn asked(from: &read::Automation) -> Vec<SmolStr> {
    let effects = from.effects.iter();
    let stated = effects.flat_map(|e| e.when.iter().chain(&e.value));
    let mut found: Vec<SmolStr> = Vec::new();
    for e in from.guard.iter().chain(&from.first).chain(stated) {
        e.visit(&mut |e| {
            let Some(reference) = e.as_reference() else {
                return;
            };
            let about = |g: &str| GLOBALS.iter().any(|known| known.eq_ignore_ascii_case(g));
            if reference.path.first().is_some_and(|g| about(g)) {
                found.push(reference.path.join(".").into());
            }
        });
    }
    found.sort_unstable();
    found.dedup();
    found
}
