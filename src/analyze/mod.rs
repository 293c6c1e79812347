//! Facts about a model: which values have a home, which rows write which field. In comes the [`Model`], out go [`Facts`].
//!
//! Numbers and lists, no words: what a fact is worth is the business of the rules.

mod alike;
mod applied;
mod blank;
mod coverage;
mod disjoint;
mod eval;
mod images;
mod range;
mod reach;
mod round_trip;
pub mod settle;
mod stated;
mod writers;

pub use alike::{alike, is_field};
pub use applied::{Applied, Declared, forgotten_map};
pub use blank::{create_may_lack, implies_set, may_be_blank};
pub use coverage::{Coverage, Place, home, standing};
pub use disjoint::disjoint;
pub use eval::eval;
pub use images::unknown_images;
pub use range::{Range, Rest, range};
pub use reach::{Reach, reach};
pub use round_trip::{Round, round_trip};
pub use stated::StatedValue;
pub use writers::{Write, writes};

use crate::model::Model;

/// What the rules look at beside the model itself.
#[derive(Debug, Default)]
pub struct Facts {
    /// Which rows apply which maps, in the order of the spec.
    pub applied: Vec<Applied>,
    /// Which map is declared for which fields.
    pub declared: Declared,
    /// How well each map covers the fields that it is declared for or applied to, in the order of the maps.
    pub coverage: Vec<Coverage>,
    /// Values written out in the spec that their field does not list as active.
    pub stated: Vec<StatedValue>,
    /// Every field that a sync may write, with the row, in the order of the spec.
    pub writes: Vec<Write>,
}

/// Gathers the facts of a model.
pub fn analyze(model: &Model) -> Facts {
    let applied = applied::applied(model);
    let by_map = applied::ByMap::new(&applied);
    let ((coverage, stated), (declared, writes)) = rayon::join(
        || {
            rayon::join(
                || coverage::coverage(model, &by_map),
                || stated::stated(model, &by_map),
            )
        },
        || (Declared::new(model), writers::writes(model)),
    );
    Facts {
        applied,
        declared,
        coverage,
        stated,
        writes,
    }
}
