//! Where words go: results and machine formats to stdout, words for people and progress to stderr, files to disk whole
//! or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Failure, Format, Global, When};
use crate::diagnostic::render::{Colour, Extent, human, summary};
use crate::diagnostic::{Diagnostic, github::github, json::json, sarif::sarif};
use crate::source::Sources;
use crate::{explain, text};

/// How this run of the program speaks.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// How findings are written.
    pub format: Format,
    colour: Colour,
    loudness: Loudness,
}

/// How much is said beyond findings and results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// Nothing.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// Also what helps to find out why.
    Verbose,
}

impl Output {
    /// From the global arguments and the environment.
    pub fn new(global: &Global) -> Self {
        let wanted = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
                io::stderr().is_terminal() && !refused && !dumb
            }
        };
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Quiet,
            (false, 0) => Loudness::Normal,
            (false, _) => Loudness::Verbose,
        };
        Self {
            format: global.format,
            colour: if wanted { Colour::Ansi } else { Colour::Plain },
            loudness,
        }
    }

    /// How much is said.
    pub const fn loudness(&self) -> Loudness {
        self.loudness
    }

    /// A result: to stdout.
    pub fn result(&self, text: &str) {
        say(&mut io::stdout().lock(), text);
    }

    /// Words for people: to stderr, unless the program is to be quiet.
    pub fn remark(&self, text: &str) {
        if self.loudness > Loudness::Quiet {
            complain(text);
        }
    }

    /// Details for people who look for a reason: to stderr, only with `--verbose`.
    pub fn detail(&self, text: &str) {
        if self.loudness == Loudness::Verbose {
            complain(text);
        }
    }

    /// Why the work could not be done.
    pub fn failure(&self, failure: &Failure) {
        let (on, off) = match self.colour {
            Colour::Plain => ("", ""),
            Colour::Ansi => ("\u{1b}[1;31m", "\u{1b}[0m"),
        };
        complain(&format!(
            "{on}cannot go on:{off} {}\n",
            text::visible(&failure.message)
        ));
        for (i, line) in failure.help.iter().flat_map(|h| h.lines()).enumerate() {
            complain(&format!(
                "  {}   {}\n",
                if i == 0 { "fix" } else { "   " },
                text::visible(line)
            ));
        }
    }

    /// Findings in the format that was asked for, with what was checked in what time for people. `base` is the
    /// project's folder as seen from the working folder: empty, or ending in `/`.
    pub fn findings(
        &self,
        found: &[Diagnostic],
        sources: &Sources,
        base: &str,
        extent: Extent,
        elapsed: Duration,
    ) {
        match self.format {
            Format::Human | Format::Dot | Format::Mermaid | Format::Svg => {
                self.snippets(found, sources);
                self.remark(&summary(found, extent, elapsed));
            }
            Format::Json => self.result(&json(found, sources)),
            Format::Sarif => self.result(&sarif(found, sources, base, explain::page)),
            Format::Github => self.result(&github(found, sources, base)),
        }
    }

    /// Findings for people, each with its place in the text: to stderr.
    pub fn snippets(&self, found: &[Diagnostic], sources: &Sources) {
        complain(&human(found, sources, self.colour));
    }

    /// A bar for work of a known length: on stderr, only on a terminal, never when quiet.
    pub fn progress(&self, total: u64, what: &str) -> ProgressBar {
        let target = match (self.loudness, self.format) {
            (Loudness::Quiet, _) | (_, Format::Json | Format::Sarif | Format::Github) => {
                ProgressDrawTarget::hidden()
            }
            _ => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style =
            ProgressStyle::with_template("  {msg:<10} {wide_bar} {human_pos:>9} of {human_len}");
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("█▌ "),
        );
        bar.set_message(what.to_owned());
        bar
    }
}

/// Words to stderr, whatever the loudness.
pub(super) fn complain(text: &str) {
    say(&mut io::stderr().lock(), text);
}

/// A reader that has gone away is no reason to fail: `accordant … | head` ends in peace.
fn say(to: &mut impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// Writes a file so that others see the old content or the new one, and never a part: beside it, then renamed.
/// Folders on the way are made.
///
/// # Errors
/// In words with the path; nothing is left behind.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!(
            "cannot write `{}`: {}",
            path.display(),
            reason(&error)
        ))
    };
    let name = path
        .file_name()
        .ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let beside = folder.join(format!(
        ".{}.{}.tmp",
        name.to_string_lossy(),
        std::process::id()
    ));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// The reason of an error of the system, in the words of this program and without its number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is a file".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or_default()
                .to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_leaves_the_whole_file_and_nothing_beside_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a/b.txt");
        assert_eq!(write_atomically(&path, b"one"), Ok(()));
        assert_eq!(write_atomically(&path, b"two"), Ok(()));
        assert_eq!(fs::read(&path)?, b"two");
        assert_eq!(fs::read_dir(folder.path().join("a"))?.count(), 1);
        // a folder stands where the file should be
        assert!(write_atomically(&folder.path().join("a"), b"three").is_err());
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }
}
