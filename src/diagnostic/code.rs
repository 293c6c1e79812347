//! The one registry of codes. A code is a letter for its room, three digits and a slug; it is stable and never reused.

use std::fmt;
use std::str::FromStr;

use super::Level;

macro_rules! registry {
    ($($name:ident $slug:literal $level:ident,)*) => {
        /// The code of a finding: `K001`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $slug] $name,)*
        }

        impl Code {
            /// Every code, family by family.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name of the finding in words: `unmapped-value`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The level that holds where a project sets none.
            pub const fn default_level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// The code as it is printed: `K001`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

registry! {
    // syntax
    S001 "syntax-error" Error,
    S002 "unclosed-block" Error,
    S003 "repeated-clause" Error,
    S004 "contradictory-clauses" Error,
    S005 "too-deep" Error,
    S006 "file-too-large" Error,
    S007 "invalid-literal" Error,
    // manifest and catalogs
    M001 "invalid-manifest" Error,
    M002 "missing-catalog" Error,
    M003 "stale-catalog" Warning,
    M004 "unsupported-language-version" Error,
    M005 "import-cycle" Error,
    M006 "import-outside-project" Error,
    M007 "malformed-catalog" Error,
    M008 "unreadable-metadata" Warning,
    // names
    N001 "unknown-system" Error,
    N002 "unknown-object" Error,
    N003 "unknown-field" Error,
    N004 "unknown-name" Error,
    N005 "duplicate-name" Error,
    N006 "unused-declaration" Warning,
    N007 "label-for-api-name" Error,
    // types and fields
    T001 "incompatible-types" Error,
    T002 "may-truncate" Error,
    T003 "precision-loss" Warning,
    T004 "read-only-target" Error,
    T005 "required-field-unmapped" Error,
    T006 "unstated-time-zone" Error,
    T007 "multi-select-mismatch" Error,
    T008 "wrong-argument-type" Error,
    T009 "formula-does-not-trigger" Warning,
    T010 "field-not-visible" Error,
    T011 "unmapped-reference" Error,
    T012 "text-into-picklist" Error,
    T013 "required-may-be-blank" Error,
    T014 "currency-unmapped" Error,
    // policy
    P001 "missing-authority" Error,
    P003 "protected-field-written" Error,
    P004 "protected-field-reachable" Error,
    P005 "against-system-of-record" Error,
    P006 "may-clear-data" Error,
    P007 "create-only-race" Warning,
    P008 "coarse-latest" Warning,
    P009 "default-refills-cleared" Error,
    P010 "no-inverse" Error,
    P011 "lossy-round-trip" Error,
    P012 "consent-not-monotone" Error,
    P013 "default-travels-back" Error,
    P014 "row-mapped-twice" Error,
    // picklists
    K001 "unmapped-value" Error,
    K002 "unknown-value" Error,
    K003 "inactive-value" Error,
    K004 "round-trip-drift" Error,
    K005 "not-idempotent" Error,
    K006 "repeated-value" Error,
    K007 "record-type-forbids-value" Error,
    K008 "dependent-value-forbidden" Error,
    K009 "label-for-value" Error,
    K010 "unreachable-row" Warning,
    K011 "catch-all-hides-values" Hint,
    K012 "differs-only-in-case" Error,
    K013 "country-picklist-enabled" Error,
    // graph
    G001 "oscillates" Error,
    G002 "diverges" Error,
    G003 "undecided" Error,
    G004 "two-writers" Error,
    G005 "order-dependent" Error,
    G006 "reference-cycle" Hint,
    G007 "filter-reads-synced-field" Error,
    G008 "opaque-automation" Warning,
    G009 "settles-slowly" Warning,
    // lifecycle
    L001 "unmapped-stage-value" Error,
    L002 "unreachable-stage" Error,
    L003 "dead-end-stage" Error,
    L004 "ambiguous-transition" Error,
    L005 "backward-move-refused" Error,
    L006 "simultaneous-moves-undecided" Error,
    L007 "livelock" Error,
    L008 "order-not-preserved" Error,
    L009 "re-entry-undefined" Error,
    L010 "guard-never-true" Error,
    L011 "lost-user-transition" Error,
    L012 "conversion-not-modelled" Error,
    L013 "stage-from-many" Error,
    L014 "handoff-without-context" Error,
    // identity
    I001 "missing-match" Error,
    I002 "match-key-not-unique" Error,
    I003 "match-key-normalised-differently" Error,
    I004 "no-external-id" Warning,
    I005 "missing-many-rule" Error,
    I006 "master-rule-not-total" Error,
    I007 "create-without-identity" Error,
    I008 "missing-delete-policy" Error,
    I009 "deletes-both-ways" Error,
    I010 "inclusion-overlaps" Error,
    I011 "inclusion-never-true" Error,
    I012 "unreachable-from-anchor" Error,
    I013 "mutable-match-key" Warning,
    I014 "partitions-overlap" Error,
    I015 "exists-as-other-object" Error,
    I016 "second-creator" Error,
    I017 "unbounded-first-load" Hint,
    // owners, routing, model
    O001 "against-model" Error,
    O002 "routing-not-total" Error,
    O003 "dead-branch" Error,
    O004 "owner-without-counterpart" Error,
    O005 "inactive-owner" Error,
    O006 "missing-fallback" Error,
    O007 "owner-kind" Error,
    O008 "route-reads-unfilled-field" Error,
    // quotas
    Q001 "api-budget-exceeded" Error,
    Q002 "storage-budget-exceeded" Error,
    Q003 "noisy-activity" Warning,
    Q004 "unknown-volume" Warning,
    Q005 "contact-tier-exceeded" Error,
    // access and platform
    A001 "missing-field-permission" Error,
    A002 "missing-object-permission" Error,
    A003 "missing-system-permission" Error,
    A004 "validation-rule-can-refuse" Error,
    A005 "no-bypass" Warning,
    A006 "duplicate-rule-blocks" Error,
    A007 "needs-newer-api" Error,
    A008 "native-connector-cannot" Error,
    A009 "personal-user" Warning,
    A010 "assignment-rule-takes-over" Warning,
    A011 "record-locked-by-approval" Warning,
    A012 "edition-too-low" Error,
    A013 "hidden-by-sharing" Warning,
    A014 "two-connectors" Error,
    // data
    D001 "sparse-field" Hint,
    D002 "overloaded-field" Hint,
    D003 "too-long-values" Error,
    D004 "unmapped-values-present" Error,
    D005 "below-readiness" Error,
    // tests and approvals
    U001 "test-failed" Error,
    U002 "missing-signoff" Error,
    U003 "void-signoff" Error,
    U004 "expired-waiver" Error,
    U005 "useless-waiver" Warning,
    U006 "untested" Hint,
    // runtime outcomes
    R001 "plan-refused" Error,
    R002 "state-refused" Error,
    R003 "store-unreadable" Error,
    R004 "value-rejected" Error,
    R005 "required-field-blank" Error,
    R006 "value-not-convertible" Error,
    R007 "parent-missing" Error,
    R008 "record-refused" Error,
    R009 "write-refused" Error,
    R010 "field-not-written" Error,
    R011 "several-match" Error,
    R012 "conflict-held" Error,
    R013 "already-linked" Error,
    R014 "brake" Error,
    R015 "unsettled" Error,
    R016 "malformed-record" Error,
    R017 "duplicate-id" Error,
    R018 "reference-unlinked" Error,
    R019 "drift" Warning,
    R020 "merge-candidate" Error,
    R021 "protected-write-refused" Error,
    R022 "not-executed" Warning,
    R023 "match-not-admitted" Error,
    R024 "move-not-permitted" Error,
    R025 "moves-undecided" Error,
    // bugs of ours
    B001 "internal-error" Error,
}

/// Codes that once were, with the reason why they are no more. They are never given out again.
pub const RETIRED: &[(&str, &str)] = &[(
    "P002",
    "authority on a one-way row: part of S004 contradictory-clauses",
)];

impl Code {
    /// The letter of the family.
    pub fn family(self) -> char {
        self.name().chars().next().unwrap_or('B')
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = ();

    /// Reads `K001`, in either case, or the slug.
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.name().eq_ignore_ascii_case(s) || c.slug().eq_ignore_ascii_case(s))
            .ok_or(())
    }
}
