//! `system`: one end of the sync.

use super::{Block, Expr, Name};

/// `system hubspot: hubspot { edition enterprise }`.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// What the spec calls it.
    pub name: Name,
    /// Which platform it is.
    pub kind: Name,
    /// What else is known of it.
    pub settings: Block<SettingLine>,
}

/// A line of a `system` block.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingLine {
    /// `edition enterprise`
    Setting(Setting),
    /// Could not be read; reported.
    Broken,
}

/// `api 60`, `edition enterprise`, `auto_create_companies off`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What.
    pub key: Name,
    /// A name, a text, a number, `true`, `false` or `env.name`.
    pub value: Expr,
}
