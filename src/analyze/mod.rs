//! Facts about a model: which values have a home, which rows write which field. In comes the [`Model`], out go [`Facts`].
//!
//! Numbers and lists, no words: what a fact is worth is the business of the rules.

mod admission;
mod alike;
mod applied;
mod blank;
mod cast;
mod coverage;
mod day;
mod eval;
pub mod graph;
mod images;
mod lifecycle;
mod order;
mod portion;
mod range;
mod reach;
mod round_trip;
mod satisfy;
pub mod settle;
mod stated;
mod writers;

pub use admission::admission;
pub use alike::{alike, is_field};
pub use applied::{Applied, Declared, forgotten_map};
pub use blank::{create_may_lack, may_be_blank};
pub use coverage::{Coverage, Place, home, standing};
pub use day::day_of_instant;
pub use eval::{Cell, Known, eval};
pub use images::unknown_images;
pub use lifecycle::{
    Automaton, Cause, Chain, Clusters, Contender, End, Event, Explored, Hindrance, Life, Never,
    Race, Reaction, Refusal, StageWrite, Tale, Way, Winner, clusters, shown_in_creates, tale,
};
pub use order::order;
pub use portion::{Portion, PortionOf, portion};
pub use range::{Range, Rest, range};
pub use reach::{Reach, reach};
pub use round_trip::{Round, round_trip};
pub use satisfy::{Answer, Example, Written, disjoint, equals, escapes, satisfy};
pub use stated::StatedValue;
pub use writers::{Write, Writing, writes};

use crate::model::{Model, SyncId};

/// What the rules look at beside the model itself.
#[derive(Debug, Default)]
pub struct Facts {
    /// Which rows apply which maps, in the order of the spec.
    pub applied: Vec<Applied>,
    /// Which map is declared for which fields.
    pub declared: Declared,
    /// What maps leave out of the fields that they are declared for or applied to, in the order of the maps.
    pub coverage: Vec<Coverage>,
    /// Values written out in the spec that their field does not list as active.
    pub stated: Vec<StatedValue>,
    /// By sync: every field that it may write, with the row.
    pub writes: Vec<Vec<Write>>,
    /// Who writes which cell, and whether the updates come to rest.
    pub graph: graph::Graph,
    /// What is known of each lifecycle, in the order of the model.
    pub lifecycles: Vec<Automaton>,
    /// Every write of every lifecycle: what becomes of the other columns where one has moved.
    pub stage_writes: Vec<StageWrite>,
}

impl Facts {
    /// The writes of one sync.
    pub fn writes_of(&self, sync: SyncId) -> &[Write] {
        let writes = self.writes.get(sync.index());
        writes.map_or(&[], Vec::as_slice)
    }
}

/// Gathers the facts of a model.
pub fn analyze(model: &Model) -> Facts {
    let applied = applied::applied(model);
    let by_map = applied::ByMap::new(&applied);
    let stage_writes = lifecycle::stage_writes(model);
    // the graph is read on one core, and the others have the rest to share
    let (((coverage, stated), (declared, writes)), (graph, lifecycles)) = rayon::join(
        || {
            rayon::join(
                || {
                    rayon::join(
                        || coverage::coverage(model, &by_map),
                        || stated::stated(model, &by_map),
                    )
                },
                || rayon::join(|| Declared::new(model), || writers::writes(model)),
            )
        },
        || {
            rayon::join(
                || graph::graph(model, &stage_writes),
                || lifecycle::automata(model),
            )
        },
    );
    Facts {
        applied,
        declared,
        coverage,
        stated,
        writes,
        graph,
        lifecycles,
        stage_writes,
    }
}
