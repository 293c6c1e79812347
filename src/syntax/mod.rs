//! Text in, [`SyntaxTree`](ast::SyntaxTree) out. Knows how things are written, and nothing of what names mean.

pub mod ast;
