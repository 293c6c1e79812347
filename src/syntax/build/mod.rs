//! Pairs of the grammar become nodes of the tree. One file a construct, as in `ast`. A builder gets a piece that the
//! grammar has accepted; it returns `None` where it had to report something (or where grammar and builder disagree,
//! which is a bug of ours, reported as such by the reader).

mod automation;
mod budget;
mod declare;
mod expr;
mod lifecycle;
mod literal;
mod metric;
mod model;
mod name;
mod picklist;
mod route;
mod row;
mod signoff;
mod sync;
mod system;
mod test;

use pest::iterators::Pair;

use super::grammar::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span, Spanned};

/// A pair of the grammar.
pub(super) type Node<'t> = Pair<'t, Rule>;

/// Builds nodes of one piece of text, and collects what is wrong with them.
pub(super) struct Builder {
    file: FileId,
    /// Where in the file the piece begins.
    base: usize,
    found: Vec<Diagnostic>,
}

impl Builder {
    pub const fn new(file: FileId, base: usize) -> Self {
        Self {
            file,
            base,
            found: Vec::new(),
        }
    }

    /// What was wrong.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn invalid(&mut self, span: Span, message: String, help: &str) {
        let diagnostic = Diagnostic::new(Code::S007, message).at(span, "");
        self.report(if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        });
    }

    /// The place of a pair, without the blanks that pest lets rules end with: to the end of its last token.
    fn span(&self, node: &Node) -> Span {
        let mut last = node.clone();
        while let Some(inner) = last.clone().into_inner().next_back() {
            last = inner;
        }
        self.place(node.as_span().start(), last.as_span().end())
    }

    /// The place of a token.
    fn token(&self, node: &Node) -> Span {
        let span = node.as_span();
        self.place(span.start(), span.end())
    }

    const fn place(&self, start: usize, end: usize) -> Span {
        Span::new(
            self.file,
            (self.base + start) as u32,
            (self.base + end) as u32,
        )
    }

    fn spanned<T>(&self, node: &Node, value: T) -> Spanned<T> {
        Spanned::new(value, self.span(node))
    }
}

/// The first child of a rule.
fn child<'t>(node: &Node<'t>, rule: Rule) -> Option<Node<'t>> {
    node.clone().into_inner().find(|n| n.as_rule() == rule)
}

/// Whether a rule is among the children.
fn has(node: &Node, rule: Rule) -> bool {
    child(node, rule).is_some()
}
