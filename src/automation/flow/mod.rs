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

/// The flows of a system, by name in lower case: what subflows call.
pub(super) type Flows<'a> = BTreeMap<String, Flow<'a>>;
