//! Text in, [`SyntaxTree`](ast::SyntaxTree) out. Knows how things are written, and nothing of what names mean.
//!
//! A file is cut into items and their blocks into lines ([`cut`]). Plain rows, which are most of a spec, are read at once
//! ([`plain`]). Every other piece is parsed alone by its own entry rule of `grammar/accordant.pest`; what pest makes of it
//! becomes a node of the tree ([`build`]); what does not fit becomes a message in words for people ([`report`]).
//! [`format`] writes a tree back in its one layout.

pub mod ast;
mod build;
mod bytes;
mod cut;
mod format;
mod grammar;
mod keywords;
mod lines;
mod plain;
mod recover;
mod repeated;
mod report;
mod trivia;
mod words;

/// What some editors put before a text; it is no part of it.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

pub use format::format;
pub use recover::parse;
