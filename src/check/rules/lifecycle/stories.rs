//! Stories of findings as tests, which the engine runs before they are told.

use super::{backward_move_refused, livelock, lost_user_transition, simultaneous_moves_undecided};
use crate::analyze::Facts;
use crate::diagnostic::Code;
use crate::model::{Model, Scenario};
use crate::source::Span;

/// The story of a finding: what people expect in the end does not come.
#[derive(Clone, Debug)]
pub struct Story {
    /// The first place of the finding.
    pub place: Span,
    /// The position of the lifecycle that has to be carried out for that; none where another writer takes its place.
    pub lifecycle: Option<usize>,
    /// What people wait for.
    pub waits: Waits,
    /// What happens, with the expectation at its end.
    pub scenario: Scenario,
}

/// What people wait for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// A value, once all has come to rest.
    Value,
    /// The rest itself.
    Rest,
}

/// The stories of all findings of a code.
pub fn stories(model: &Model, facts: &Facts, code: Code) -> Vec<Story> {
    match code {
        Code::L005 => backward_move_refused::stories(model, facts),
        Code::L006 => simultaneous_moves_undecided::stories(model, facts),
        Code::L007 => livelock::stories(model, facts),
        Code::L011 => lost_user_transition::stories(model, facts),
        _ => Vec::new(),
    }
}
