//! The one integration-test binary; each file beside this one is a module of it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod acme;
mod answers;
mod automation;
mod bugs;
mod catalogs;
mod cli;
mod computing;
mod connect;
mod correct;
mod counting;
mod dependencies;
mod diagnostics;
mod emit;
mod format;
mod formulas;
mod graph;
mod layering;
mod lifecycles;
mod lower;
mod manifest;
mod mutants;
mod noise;
mod pains;
mod people;
mod remedies;
mod rules;
mod running;
mod runtime;
mod settle;
mod several;
mod support;
mod syntax;
mod testing;
mod witness;
