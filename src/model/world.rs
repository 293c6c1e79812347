//! Systems, relations, and what is kept for later analyses.

use smol_str::SmolStr;

use super::{End, FieldRef, SyncId};
use crate::diagnostic::Code;
use crate::platform::{Profile, SystemKind};
use crate::side::Sides;
use crate::source::{Span, Spanned};

/// One end of the project.
#[derive(Clone, Debug)]
pub struct System {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The kind.
    pub kind: SystemKind,
    /// What the platform does to writes.
    pub profile: &'static Profile,
    /// The position of its catalog; none where it has none.
    pub catalog: Option<usize>,
    /// The entries of its block as written, for the docs: key and value.
    pub settings: Vec<(SmolStr, String)>,
}

impl System {
    /// An entry of its block.
    pub fn setting(&self, key: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        let (_, value) = settings.find(|(name, _)| name == key)?;
        Some(value)
    }

    /// Whether its block switches something off.
    pub fn switches_off(&self, key: &str) -> bool {
        matches!(self.setting(key), Some("off" | "false"))
    }

    /// The user of the sync, where the spec names one.
    pub fn user(&self) -> Option<&str> {
        self.setting("user")
    }
}

/// `relation NAME: …`: many-to-many with attributes.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The declared name.
    pub name: Spanned<SmolStr>,
    /// The documentation above it.
    pub docs: Option<Box<str>>,
    /// The whole declaration.
    pub span: Span,
    /// The pair: an association of a system, or an object.
    pub ends: Sides<End>,
    /// The syncs of its two ends.
    pub between: Vec<Spanned<SyncId>>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// An attribute of a relation: `label <-> Role via BuyingRoles`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Where it is written.
    pub span: Span,
    /// The row as written.
    pub text: String,
    /// The fields that it names, as far as the catalogs have them.
    pub fields: Sides<Option<FieldRef>>,
}

/// A declaration that is parsed, resolved and formatted, and that this version neither analyses nor executes.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// The construct's keyword: `route`, `budget`.
    pub construct: &'static str,
    /// Its name, or what it is about.
    pub name: SmolStr,
    /// The declaration.
    pub span: Span,
    /// What happens instead, in words.
    pub reason: &'static str,
}

/// `allow CODE in PATH because … by … until …`.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The statement.
    pub span: Span,
    /// The code; none where it is unknown, and reported.
    pub code: Option<Code>,
    /// The declaration that it is limited to, as spans of the spec; empty where the path is unknown.
    pub scope: Vec<Span>,
    /// The reason.
    pub because: String,
    /// Who answers for it.
    pub by: String,
    /// The last day on which it holds.
    pub until: Option<jiff::civil::Date>,
}
