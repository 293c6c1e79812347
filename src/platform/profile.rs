//! Placeholder of the profile until the catalog part lands.
use super::SystemKind;

/// What a platform does.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Which.
    pub kind: SystemKind,
}

impl Profile {
    /// The profile of a kind.
    pub const fn of(kind: SystemKind) -> Self {
        Self { kind }
    }
}
