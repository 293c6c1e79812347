//! The one integration-test binary; each file beside this one is a module of it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod runtime;
