//! What stands around lines and means nothing to the compiler: comments and blank lines. `fmt` keeps it, docs quote it.

use smol_str::SmolStr;

use crate::source::Span;

/// How a comment begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommentKind {
    /// `//`: for readers of the file.
    Plain,
    /// `///`: documents what stands below.
    Doc,
    /// `//!`: documents the file.
    File,
}

/// One comment, up to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// How it begins.
    pub kind: CommentKind,
    /// What it says, without the slashes and the blank after them, and without trailing blanks.
    pub text: SmolStr,
    /// From the first slash to the last character.
    pub span: Span,
}

/// A line that holds no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// One or more blank lines.
    Blank,
    /// A line that is a comment.
    Comment(Comment),
}

/// The comments of one line of code. Most lines have none, and then this is a null pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trivia(pub(crate) Option<Box<Around>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around {
    pub leading: Vec<Piece>,
    pub inner: Vec<Comment>,
    pub trailing: Option<Comment>,
    pub closing: Option<Comment>,
}

impl Trivia {
    /// The lines above: comments, and a [`Piece::Blank`] for each run of blank lines.
    pub fn leading(&self) -> &[Piece] {
        self.0.as_ref().map_or(&[], |a| &a.leading)
    }

    /// Comments within a statement that goes over several lines, except in its block.
    pub fn inner(&self) -> &[Comment] {
        self.0.as_ref().map_or(&[], |a| &a.inner)
    }

    /// The comment at the end of the line; of a block, at the line that opens it.
    pub fn trailing(&self) -> Option<&Comment> {
        self.0.as_ref().and_then(|a| a.trailing.as_ref())
    }

    /// The comment behind the `}` of a block over several lines.
    pub fn closing(&self) -> Option<&Comment> {
        self.0.as_ref().and_then(|a| a.closing.as_ref())
    }

    /// The documentation (`///`) of what stands below it, line by line.
    pub fn docs(&self) -> impl Iterator<Item = &str> {
        self.comments(CommentKind::Doc)
    }

    /// The documentation of the file (`//!`), which stands above its first item.
    pub fn file_docs(&self) -> impl Iterator<Item = &str> {
        self.comments(CommentKind::File)
    }

    fn comments(&self, kind: CommentKind) -> impl Iterator<Item = &str> {
        self.leading().iter().filter_map(move |piece| match piece {
            Piece::Comment(c) if c.kind == kind => Some(c.text.as_str()),
            _ => None,
        })
    }

    pub(crate) fn around(&mut self) -> &mut Around {
        self.0.get_or_insert_default()
    }
}

/// A statement, a row or an item, with what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<T> {
    /// What it says.
    pub node: T,
    /// From its first to its last character, its block included.
    pub span: Span,
    /// The comments around it.
    pub trivia: Trivia,
}

/// How a block was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// There is none.
    Absent,
    /// On one line: `{ edition enterprise }`.
    Inline,
    /// A line for each entry.
    Lines,
    /// Its `}` is missing, which has been reported.
    Unclosed,
}

/// What stands between `{` and `}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block<T> {
    /// The lines, those that could not be read included.
    pub lines: Vec<Line<T>>,
    /// Comments after the last line.
    pub tail: Vec<Piece>,
    /// How it was written.
    pub layout: Layout,
    /// From `{` to `}`; empty, behind the header, where there is no block.
    pub span: Span,
}

impl<T> Block<T> {
    /// What the lines say, in order.
    pub fn nodes(&self) -> impl Iterator<Item = &T> {
        self.lines.iter().map(|line| &line.node)
    }
}
