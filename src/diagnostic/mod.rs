//! What we tell people. Findings come in from every room as [`Diagnostic`]s; sorted lists go out to the renderers.
//! Knows places and words, and nothing of what was checked.

mod code;
#[cfg(feature = "compiler")]
mod excerpt;
#[cfg(feature = "compiler")]
pub mod github;
#[cfg(feature = "compiler")]
pub mod json;
#[cfg(feature = "compiler")]
mod page;
#[cfg(feature = "compiler")]
pub mod pages;
#[cfg(feature = "compiler")]
pub mod render;
#[cfg(feature = "compiler")]
pub mod sarif;
mod sink;

pub use code::{Code, RETIRED};
#[cfg(feature = "compiler")]
pub(crate) use page::rule;
#[cfg(feature = "compiler")]
pub use page::{Example, Page, Promise};
pub use sink::Sink;

use smol_str::SmolStr;

use crate::source::Span;

/// How much a finding weighs. Errors close the gate; the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Hint,
    /// Likely to cause trouble.
    Warning,
    /// The spec cannot be run like this.
    Error,
}

impl Level {
    /// `error`, `warning`, `hint`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place and what there is to say of it. Read in order, the labels of a diagnostic form a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where, on the trimmed token.
    pub span: Span,
    /// What to say there; may be empty on a primary label whose message says it all.
    pub text: String,
}

/// One finding in words: what (message), where (labels, the first one primary), why (note), what to do (help).
///
/// Message, labels and note are lower case, without a full stop and without line breaks, and quote the user in
/// backticks. `help` may have several lines; lines indented by two blanks are text to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which finding.
    pub code: Code,
    /// How much it weighs here: the code's default until the project's levels are applied.
    pub level: Level,
    /// What is wrong, alone on a line.
    pub message: String,
    /// Where; the first one is the primary place.
    pub labels: Vec<Label>,
    /// What happens, event by event, where a finding is about the order of events; each without a line break.
    pub story: Box<[String]>,
    /// Why it matters, where that is not obvious.
    pub note: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// The command that runs what is told here again, where it has been run.
    pub replay: Option<String>,
    /// The name that nothing declares, where that is what is wrong: all findings on one name are one slip.
    pub undeclared: Option<SmolStr>,
}

impl Diagnostic {
    /// A finding with its message; places, reason and remedy are added by the methods below.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.default_level(),
            message: message.into(),
            labels: Vec::new(),
            story: Box::default(),
            note: None,
            help: None,
            replay: None,
            undeclared: None,
        }
    }

    /// Says that nothing declares a name.
    #[must_use]
    pub fn undeclared(mut self, name: &SmolStr) -> Self {
        self.undeclared = Some(name.clone());
        self
    }

    /// Another level than the code's default, where a rule says that it depends.
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Adds a place. The first one added is the primary one.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Takes up another finding of the same mistake: its places, and what it says beside this one.
    pub fn also(&mut self, other: Self) {
        self.level = self.level.max(other.level);
        for label in other.labels {
            if !self.labels.contains(&label) {
                self.labels.push(label);
            }
        }
        let said = self.note.get_or_insert_default();
        if other.message != self.message && !said.contains(&other.message) {
            let join = if said.is_empty() { "" } else { "; " };
            said.push_str(&format!("{join}likewise, {}", other.message));
        }
        if said.is_empty() {
            self.note = None;
        }
    }

    /// Tells what happens, one event after the other.
    #[must_use]
    pub fn story(mut self, events: Vec<String>) -> Self {
        self.story = events.into();
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
