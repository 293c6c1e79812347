//! A file of a system, as text.

use crate::source::Files;

/// The largest file that is read: 64 MB.
const MAX_BYTES: usize = 64 << 20;

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub message: String,
    /// The byte at which it is.
    pub at: usize,
    /// What to do.
    pub help: &'static str,
    /// The text as far as it can be shown; empty where there is none.
    pub text: String,
}

/// The text of a file.
///
/// # Errors
/// Where it cannot be opened, is too large, or is no UTF-8.
pub fn read_text(path: &str, files: &dyn Files) -> Result<String, Unreadable> {
    let fault = |message, help| Unreadable {
        message,
        at: 0,
        help,
        text: String::new(),
    };
    let bytes = files.read(path).map_err(|error| {
        fault(
            error.0,
            "make the file readable, or take it out of the manifest",
        )
    })?;
    if bytes.len() > MAX_BYTES {
        let what = format!(
            "the file has {} MB, more than {} are not read",
            bytes.len() >> 20,
            MAX_BYTES >> 20
        );
        return Err(fault(
            what,
            "split it, or import it and commit the normalised form",
        ));
    }
    String::from_utf8(bytes).map_err(|error| Unreadable {
        message: "the file is not UTF-8 text".to_owned(),
        at: error.utf8_error().valid_up_to(),
        help: "save it as UTF-8",
        text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}
