//! Does it settle? In comes a [`Network`] of cells and everything that writes them, out goes a judgement: whether the
//! updates come to rest after the last edit, after how many rounds, and if not, a witness.
//!
//! It knows values as positions in finite domains only.

pub mod network;

pub use network::Network;
