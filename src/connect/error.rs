//! Why a store as a whole cannot go on.

use std::fmt;
use std::io;
use std::path::Path;

use crate::runtime::ObjectId;

/// A store that cannot be read or written: R003 (store-unreadable). Single records never make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// The code of the diagnostic.
    pub code: &'static str,
    /// The file, folder or system.
    pub file: String,
    /// One-based line in it, where one is to blame.
    pub line: Option<u64>,
    /// What is wrong, in words.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

impl StoreError {
    /// An error about a file, folder or system.
    pub fn new(file: &str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code: "R003",
            file: file.to_owned(),
            line: None,
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    /// The same at a line.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn at(path: &Path, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(&path.display().to_string(), reason, remedy)
    }

    /// The system's own error on a file; `verb` completes "cannot … it".
    pub(super) fn io(path: &Path, verb: &str, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::NotFound => "create it, or correct its path in the project file",
            io::ErrorKind::PermissionDenied => "give yourself the right to read and write it",
            io::ErrorKind::StorageFull => "make room on the disk",
            _ => "see that the file can be read and written, then run again",
        };
        Self::at(path, format!("cannot {verb} it: {error}"), remedy)
    }

    /// The database engine's own error.
    pub(super) fn sql(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let remedy = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "end the other program that uses the database"
            }
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                "put a sound SQLite database there"
            }
            Some(ErrorCode::DiskFull) => "make room on the disk",
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                "give yourself the right to read and write it and its folder"
            }
            _ => {
                "see that the database is sound and has the tables and columns that the plan names"
            }
        };
        Self::at(path, format!("the database says: {error}"), remedy)
    }

    pub(super) fn unknown_object(object: ObjectId) -> Self {
        Self::new(
            "store",
            format!("object {} was not opened", object.0),
            "report this: it is a mistake of accordant",
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for StoreError {}
