//! `accordant fmt`: specs in their one layout.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{reason, write_atomically};
use super::{Exit, Failure, Output, disk::DiskFiles, project};
use crate::diagnostic::{Code, Level, Sink};
use crate::manifest::{self, FILE_NAME};
use crate::source::{FileId, Files, SourceFile};
use crate::syntax;

/// Bring specs into their one layout
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files or folders; the specs of the project if none is given; `-` reads stdin and writes stdout
    pub paths: Vec<PathBuf>,
    /// Change nothing, name the files that differ, and end with exit code 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// Formats by `format`, which takes the text of a spec and gives the same spec in its layout, or why it cannot.
///
/// # Errors
/// Where a file cannot be read, understood or written. The files before it are done.
pub fn run(
    args: &Fmt,
    output: &Output,
    format: impl Fn(&str) -> Result<String, String>,
) -> Result<Exit, Failure> {
    if args.paths.iter().any(|p| p.as_os_str() == "-") {
        return stream(args, output, format);
    }
    let mut differ = 0;
    for path in specs(&args.paths)? {
        let shown = path.display();
        let text = read(&path)?;
        let formatted =
            format(&text).map_err(|why| Failure::new(format!("cannot format `{shown}`: {why}")))?;
        if formatted != text {
            differ += 1;
            output.result(&format!("{shown}\n"));
            if !args.check {
                write_atomically(&path, formatted.as_bytes())?;
            }
        }
    }
    Ok(if args.check && differ > 0 {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// A spec in its one layout.
///
/// # Errors
/// With the first finding of syntax, in words.
pub fn format(text: &str) -> Result<String, String> {
    let text = text.strip_prefix(syntax::BYTE_ORDER_MARK).unwrap_or(text);
    let mut sink = Sink::default();
    let tree = syntax::parse(FileId::default(), text, &mut sink);
    let file = SourceFile::new("", text);
    match sink.iter().find(|d| d.level == Level::Error) {
        None => Ok(syntax::format(&tree, text)),
        Some(first) => {
            let line = first
                .labels
                .first()
                .map_or(0, |l| file.line_column(l.span.start).0);
            Err(format!("line {line}: {}", first.message))
        }
    }
}

fn stream(
    args: &Fmt,
    output: &Output,
    format: impl Fn(&str) -> Result<String, String>,
) -> Result<Exit, Failure> {
    let mut text = String::new();
    let read = io::stdin().lock().read_to_string(&mut text);
    read.map_err(|e| Failure::new(format!("cannot read stdin: {}", reason(&e))))?;
    let formatted =
        format(&text).map_err(|why| Failure::new(format!("cannot format stdin: {why}")))?;
    if args.check {
        return Ok(if formatted == text {
            Exit::Fine
        } else {
            Exit::Findings
        });
    }
    output.result(&formatted);
    Ok(Exit::Fine)
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |e| Failure::new(format!("cannot read `{}`: {}", path.display(), reason(&e)));
    fs::read_to_string(path).map_err(failed)
}

/// The files that are meant: as given, those below a folder, or those of the project.
fn specs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if paths.is_empty() {
        return specs_of_project();
    }
    let mut out = Vec::new();
    for path in paths {
        if !path.is_dir() {
            out.push(path.clone());
            continue;
        }
        let files = DiskFiles::new(path)
            .and_then(|files| files.list(""))
            .map_err(|e| Failure::new(e.0))?;
        out.extend(
            files
                .iter()
                .filter(|f| f.ends_with(".sync"))
                .map(|f| path.join(f)),
        );
    }
    Ok(out)
}

fn specs_of_project() -> Result<Vec<PathBuf>, Failure> {
    let project = project::find(Path::new("."))?;
    let files = DiskFiles::new(&project.root).map_err(|e| Failure::new(e.0))?;
    let text = read(&project.root.join(FILE_NAME))?;
    // what is wrong with the manifest is the business of `check`
    let mut sink = Sink::default();
    let manifest = manifest::read(FileId::default(), &text, &mut sink);
    let specs = manifest::expand(&files, &manifest.project.specs, Code::M001, &mut sink);
    Ok(specs
        .into_iter()
        .map(|path| Path::new(&project.base).join(path))
        .collect())
}
