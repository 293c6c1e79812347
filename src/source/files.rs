//! How a compile reads the world: a listing and a read, behind a trait, so that the core never touches a disk.

use std::collections::BTreeMap;
use std::fmt;

/// Why a file could not be read, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tree of files below a project's root. Paths are relative to the root and written with `/`.
pub trait Files: Sync {
    /// All files below `dir` (`""` is the root), sorted. A `dir` that is a file lists itself.
    fn list(&self, dir: &str) -> Result<Vec<String>, ReadError>;

    /// The bytes of one file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// Files held in memory, for tests and for programs that embed the compiler.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// Adds a file, or replaces the one of that path.
    pub fn insert(&mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), content.into());
    }
}

impl Files for MemoryFiles {
    fn list(&self, dir: &str) -> Result<Vec<String>, ReadError> {
        let dir = dir.trim_end_matches('/');
        Ok(self
            .0
            .keys()
            .filter(|p| {
                dir.is_empty()
                    || p.as_str() == dir
                    || p.strip_prefix(dir)
                        .is_some_and(|rest| rest.starts_with('/'))
            })
            .cloned()
            .collect())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| ReadError(format!("there is no file `{path}`")))
    }
}
