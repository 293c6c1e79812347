//! Facts about a model: which values have a home, which rows write which field. In comes the [`Model`], out go [`Facts`].
//!
//! Numbers and lists, no words: what a fact is worth is the business of the rules.

mod blank;
mod coverage;
mod disjoint;
mod eval;
mod reach;
mod round_trip;
mod writers;

pub use blank::{create_may_lack, implies_set, may_be_blank};
pub use coverage::{Coverage, home, standing};
pub use disjoint::disjoint;
pub use eval::eval;
pub use reach::{Reach, reach};
pub use round_trip::{Round, round_trip};
pub use writers::{Write, writes};

use crate::model::Model;

/// What the rules look at beside the model itself.
#[derive(Debug, Default)]
pub struct Facts {
    /// How well each map covers the fields that it is declared for, in the order of the maps.
    pub coverage: Vec<Coverage>,
    /// Every field that a sync may write, with the row, in the order of the spec.
    pub writes: Vec<Write>,
}

/// Gathers the facts of a model.
pub fn analyze(model: &Model) -> Facts {
    Facts {
        coverage: coverage::coverage(model),
        writes: writers::writes(model),
    }
}
