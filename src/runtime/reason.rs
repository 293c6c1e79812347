//! Why a record or a row did not sync, as a code that people can look up.

use std::fmt;

macro_rules! reasons {
    ($($name:ident $code:literal $slug:literal $doc:literal,)*) => {
        /// A runtime outcome that somebody should know of. Codes and slugs are those of the registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $(#[doc = $doc] $name,)* }

        impl Reason {
            /// Every reason, by code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it is printed: `R011`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The name of the outcome in words: `several-match`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }
        }
    };
}

reasons! {
    PlanRefused "R001" "plan-refused" "The plan is damaged, newer or contradicts itself.",
    StateRefused "R002" "state-refused" "The state file is damaged, newer or in use.",
    StoreUnreadable "R003" "store-unreadable" "A store cannot be read or written at all.",
    ValueRejected "R004" "value-rejected" "A value is in no row of a map, or none that the target takes.",
    RequiredBlank "R005" "required-field-blank" "A create lacks a required field.",
    NotConvertible "R006" "value-not-convertible" "A function does not take a value, or a value is not of its field's kind.",
    ParentMissing "R007" "parent-missing" "The record waits for one that it refers to.",
    RecordRefused "R008" "record-refused" "The system refused to make the record, or does not give it back.",
    WriteRefused "R009" "write-refused" "The system refused a change of the record.",
    NotWritten "R010" "field-not-written" "The system took the write and left the field as it was.",
    SeveralMatch "R011" "several-match" "Several records match, and no rule says which.",
    ConflictHeld "R012" "conflict-held" "Both sides changed, and a person decides.",
    AlreadyLinked "R013" "already-linked" "The record that matches is linked with another.",
    Brake "R014" "brake" "The run would pass a limit of the plan.",
    Unsettled "R015" "unsettled" "The row went on writing after the rounds in which it must be quiet.",
    Malformed "R016" "malformed-record" "The record could not be read.",
    DuplicateId "R017" "duplicate-id" "Another record of the store has the same id.",
    Unlinked "R018" "reference-unlinked" "A reference names a record that is not linked.",
    Drift "R019" "drift" "A side that may not write differs.",
    MergeCandidate "R020" "merge-candidate" "Two records on this side stand for one on the other: a person merges them.",
    ProtectedRefused "R021" "protected-write-refused" "A write to a protected field was refused at the last moment.",
    NotExecuted "R022" "not-executed" "The plan declares it, and this version does not execute it.",
    NotAdmitted "R023" "match-not-admitted" "The record that matches is not admitted, and another would double it.",
    MoveNotPermitted "R024" "move-not-permitted" "A move that no line of its lifecycle permits.",
    MovesUndecided "R025" "moves-undecided" "Both sides moved, and nothing says whose move counts.",
}

impl Reason {
    /// The reason of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }

    /// Whether the record itself was refused, by a store or by its own form; other reasons hold it for a decision.
    pub const fn quarantines(self) -> bool {
        matches!(
            self,
            Self::RecordRefused
                | Self::WriteRefused
                | Self::Malformed
                | Self::DuplicateId
                | Self::ProtectedRefused
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
