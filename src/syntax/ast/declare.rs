//! `use`, `const` and `fn`.

use super::{Expr, Name, Path};

/// `use std.picklists.industry`, `use std.transforms.{lower_trim, e164}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The module, or with no list the one thing of it.
    pub path: Path,
    /// What is taken from the module, where a list was written.
    pub names: Option<Vec<Name>>,
}

/// `const NorthAmerica = ("United States", "Canada")`.
#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    /// What it is called.
    pub name: Name,
    /// What it stands for.
    pub value: Expr,
}

/// `fn site(url: text): text = lower(url)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// What it is called.
    pub name: Name,
    /// What it takes.
    pub params: Vec<Param>,
    /// The type of what it gives.
    pub returns: Name,
    /// How.
    pub body: Expr,
}

/// A parameter of a function: `url: text`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub kind: Name,
}
