//! The one integration-test binary; each file beside this one is a module of it.

mod cli;
mod connect;
mod dependencies;
mod diagnostics;
mod format;
mod layering;
mod manifest;
mod rules;
mod support;
mod syntax;
