//! Text and places. Files come in by name and content; spans and lines go out.
//! Knows nothing of any language, and never touches a disk: that is behind [`Files`].

mod files;
mod glob;
mod span;

use std::sync::Arc;

pub use files::{Files, MemoryFiles, ReadError};
pub use glob::matching;
pub use span::{FileId, Span, Spanned};

/// A text that spans point into: a spec, a manifest, a catalog or a metadata file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<String>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// A file by its path relative to the project's root (always with `/`) and its text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut line_starts = Vec::with_capacity(breaks.clone().count() + 1);
        line_starts.push(0);
        line_starts.extend(breaks.map(|at| at as u32 + 1));
        Self {
            path: path.into(),
            text: Arc::new(text),
            line_starts,
        }
    }

    /// Path relative to the project's root, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, for who outlives the file.
    pub fn shared_text(&self) -> Arc<String> {
        Arc::clone(&self.text)
    }

    /// One-based line and column (in characters) of a byte offset; past the end, the end.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .line_starts
            .partition_point(|s| *s as usize <= offset)
            .max(1);
        let start = self.line_starts.get(line - 1).map_or(0, |s| *s as usize);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |t| t.chars().count());
        (line as u32, column as u32 + 1)
    }

    /// A line by its one-based number, with the byte offset of its start and without its line break.
    pub fn line(&self, number: u32) -> Option<(u32, &str)> {
        let index = number.checked_sub(1)? as usize;
        let start = *self.line_starts.get(index)?;
        let end = self
            .line_starts
            .get(index + 1)
            .map_or(self.text.len(), |next| *next as usize - 1);
        let line = self.text.get(start as usize..end)?;
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }

    /// The text under a span's range; empty where the range does not fit the text.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}

/// All texts of one compile. A [`FileId`] is a position in it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes a file in and names it.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id that this collection gave out.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The files in the order in which they came in.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text under a span; empty for a span of no file.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .map_or("", |f| f.slice(span.start, span.end))
    }

    /// `path:line` of a span, for messages and origins.
    pub fn place(&self, span: Span) -> String {
        self.get(span.file).map_or_else(String::new, |f| {
            format!("{}:{}", f.path(), f.line_column(span.start).0)
        })
    }
}
