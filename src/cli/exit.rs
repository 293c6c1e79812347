//! How the program ends.

use std::fmt;
use std::process::ExitCode;

/// What the exit code says. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine,
    /// There are findings: errors, denied warnings, files to format, failed tests.
    Findings,
    /// The work could not be done.
    Failed,
    /// There are changes, and `--detailed-exitcode` asked to say so.
    Changes,
    /// The run finished, with records held or quarantined.
    Held,
    /// Refused for safety.
    Refused,
    /// Interrupted; the state is saved.
    Interrupted,
}

impl Exit {
    /// All ways to end, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Fine,
        Self::Findings,
        Self::Failed,
        Self::Changes,
        Self::Held,
        Self::Refused,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::Changes => 3,
            Self::Held => 4,
            Self::Refused => 5,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for `accordant help exit-codes`.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Findings => {
                "findings: errors, or warnings with `--deny warnings`; differences of `fmt --check`; a failed spec test"
            }
            Self::Failed => {
                "the work could not be done: usage, an unreadable file, the network, a bug of ours"
            }
            Self::Changes => "changes are present: `preview`, only with `--detailed-exitcode`",
            Self::Held => "the run finished with records held or quarantined",
            Self::Refused => {
                "refused for safety: stale plan, brake, lock held, confirmation missing"
            }
            Self::Interrupted => "interrupted, state saved",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why the work could not be done, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    /// A failure with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
