//! Flows: a file comes in as XML, an automation goes out.
//!
//! [`document`] gives the elements by name, [`run`] walks them once for all paths, [`step`] says what one element does to
//! the variables ([`store`] and [`collect`] where records are concerned, [`assign`] where values are, [`branch`] where the flow parts,
//! [`screen`] where people are asked), [`value`] what a reference means at a point, [`state`] how paths come together.

mod assign;
mod branch;
mod call;
mod collect;
mod document;
mod filter;
mod fits;
mod quick;
mod run;
mod screen;
mod start;
mod state;
mod step;
mod store;
mod typed;
mod value;

pub(super) use document::{Flow, versioned};
pub(super) use start::{kind, read};

use std::collections::BTreeMap;

use super::draft::Document;

/// What flows call by name; the names are in lower case.
#[derive(Debug, Default)]
pub(super) struct Flows<'a> {
    /// The flows of the system.
    pub named: BTreeMap<String, Flow<'a>>,
    /// The files of its quick actions.
    pub quick: BTreeMap<String, &'a Document>,
}
