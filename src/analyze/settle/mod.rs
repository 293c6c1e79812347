//! Does it settle? In comes a [`Network`] of cells and everything that writes them, out goes a [`Judgement`]: whether the
//! updates come to rest after the last edit, after how many rounds, and if not, a [`Witness`] that can be replayed.
//!
//! It knows values as positions in finite domains only. What a network does is defined in `engine.rs`.

pub mod alike;
mod anywhere;
mod asked;
mod edits;
mod engine;
mod judge;
pub mod law;
mod loops;
pub mod network;
mod order;
mod parts;
mod round;
mod run;
pub mod shape;
mod space;
mod state;
mod triggers;
mod witness;
mod written;

pub use anywhere::anywhere;
pub use engine::Act;
pub use judge::{Judgement, Limits, Verdict, judge, most_steps};
pub use network::Network;
pub use order::{Disagreement, disagreements};
pub use witness::{Begin, Step, StepKind, Witness};
