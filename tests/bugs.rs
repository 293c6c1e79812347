//! Spec bugs that people make, seeded into sound projects: each is caught with its code, on its line, and nothing else is said
//! at error level.
//!
//! A class of bugs is a table of `bugs/*.toml`: its title, its `code`, and its `bugs`, each an edit: the file, the text that
//! stands there, the text that stands there instead, and a text of the one line that the finding stands on; a fifth names the
//! file of that line where it is another one. `A … B` is the first line with `B` below the one with `A`. `with` are edits
//! that all bugs of a class have in common: of two things that are fine alone the one that is always the same.
//!
//! A file begins with its project: `acme`, the worked example, or a folder of `bugs/`. A file that the project lacks is made
//! where the text that stands there is empty. `@piece | a | b` is the text of the file `bugs/pieces/piece` with `a` for
//! `{1}` and `b` for `{2}`: metadata as the systems write it.
//!
//! Of codes that are hints by default only what the sound project does not say counts. Beside what cannot be read there is no
//! warning, either, that the sound project lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use accordant::cli::disk::DiskFiles;
use accordant::diagnostic::{Code, Diagnostic, Level};
use accordant::explain::page;
use accordant::session::{Compilation, compile};
use accordant::source::{Files, MemoryFiles};
use rayon::prelude::*;
use serde::Deserialize;

use crate::support::line;

/// A class of bugs: all its instances have one code.
#[derive(Deserialize)]
struct Class {
    code: String,
    #[serde(default)]
    with: Vec<[String; 3]>,
    bugs: Vec<Vec<String>>,
}

/// A project without bugs, and what is said about it.
struct Sound {
    files: MemoryFiles,
    said: BTreeSet<(String, String)>,
}

/// A file of a project, the text that stands there, and the one that stands there instead.
struct Edit<'a> {
    file: &'a str,
    old: &'a str,
    new: String,
}

impl<'a> Edit<'a> {
    fn new(file: &'a str, old: &'a str, new: &str) -> Self {
        let (_, file) = file.split_once('/').expect("a project, then a file");
        let new = match new.strip_prefix('@') {
            Some(call) => piece(call),
            None => new.to_owned(),
        };
        Self { file, old, new }
    }

    fn make(&self, files: &mut MemoryFiles) -> Result<(), String> {
        let text = text(files, self.file).unwrap_or_default();
        match text.matches(self.old).count() {
            _ if self.old.is_empty() => files.insert(self.file, format!("{text}{}", self.new)),
            1 => files.insert(self.file, text.replacen(self.old, &self.new, 1)),
            n => return Err(format!("`{}` stands {n} times in {}", self.old, self.file)),
        }
        Ok(())
    }
}

/// The text of a piece, with what it is called with.
pub fn piece(call: &str) -> String {
    let mut parts = call.split('|').map(str::trim);
    let name = parts.next().expect("a name");
    let text = std::fs::read_to_string(folder().join("pieces").join(name)).expect("a piece");
    (1..)
        .zip(parts)
        .fold(text, |text, (n, value): (usize, &str)| {
            text.replace(&format!("{{{n}}}"), value)
        })
}

/// One seeded bug.
struct Bug<'a> {
    edits: Vec<Edit<'a>>,
    at: &'a str,
    found_in: &'a str,
}

impl<'a> Bug<'a> {
    fn new(class: &'a Class, parts: &'a [String]) -> Self {
        let [file, old, new, at, rest @ ..] = parts else {
            panic!("a bug is a file, two texts and a line: {parts:?}");
        };
        let common = class
            .with
            .iter()
            .map(|[file, old, new]| Edit::new(file, old, new));
        let own = Edit::new(file, old, new);
        let found_in = rest.first().map_or(own.file, String::as_str);
        Self {
            edits: common.chain([own]).collect(),
            at,
            found_in,
        }
    }

    /// The project with the bug in it.
    fn seeded(&self, sound: &MemoryFiles) -> Result<MemoryFiles, String> {
        let mut files = sound.clone();
        self.edits
            .iter()
            .try_for_each(|edit| edit.make(&mut files))?;
        Ok(files)
    }

    /// What is wrong with what was found, if anything is.
    fn wrong(&self, code: &str, sound: &Sound) -> Option<String> {
        let files = match self.seeded(&sound.files) {
            Ok(files) => files,
            Err(reason) => return Some(reason),
        };
        let place = text(&files, self.found_in).unwrap_or_default();
        let Some(expected) = line_of(&place, self.at) else {
            return Some(format!("`{}` is not on one line", self.at));
        };
        let compiled = compiled(&files);
        let known: Code = code.parse().expect("a code");
        let hint = known.default_level() == Level::Hint;
        let counts = |d: &&Diagnostic| {
            let of_it = d.code == known && (hint || d.level != Level::Hint);
            let said = || {
                sound
                    .said
                    .contains(&(d.code.to_string(), d.message.clone()))
            };
            let follows = known == Code::S001 && d.level == Level::Warning && !said();
            d.level == Level::Error || (of_it && !(hint && said())) || follows
        };
        let found: BTreeSet<(String, String, u32)> = compiled
            .findings
            .iter()
            .filter(counts)
            .map(|d| stands(d, &compiled))
            .collect();
        if found == BTreeSet::from([(code.to_owned(), self.found_in.to_owned(), expected)]) {
            return None;
        }
        let loud = compiled.findings.iter();
        let loud = loud.filter(|d| d.level != Level::Hint || d.code == known);
        let said: Vec<String> = loud.map(|d| line(d, &compiled.sources)).collect();
        let said = said.join("\n      ");
        Some(format!("not {code} at `{}`, but\n      {said}", self.at))
    }
}

/// The number of the one line that has a text; of the first below it with another one.
fn line_of(place: &str, at: &str) -> Option<u32> {
    let (first, below) = at.split_once(" … ").unwrap_or((at, ""));
    let mut with_it = (1..).zip(place.lines()).filter(|(_, l)| l.contains(first));
    let (number, _) = with_it.next()?;
    if with_it.next().is_some() {
        return None;
    }
    if below.is_empty() {
        return Some(number);
    }
    (1..)
        .zip(place.lines())
        .find(|(n, l)| *n > number && l.contains(below))
        .map(|(n, _)| n)
}

/// The code of a finding, and the path and the number of the line that it stands on.
fn stands(finding: &Diagnostic, compiled: &Compilation) -> (String, String, u32) {
    let span = finding.labels.first().map(|l| l.span).unwrap_or_default();
    let file = compiled.sources.get(span.file);
    let (path, line) = file.map_or_else(<_>::default, |f| {
        (f.path().to_string(), f.line_column(span.start).0)
    });
    (finding.code.to_string(), path, line)
}

fn text(files: &MemoryFiles, path: &str) -> Option<String> {
    String::from_utf8(files.read(path).ok()?).ok()
}

fn compiled(files: &MemoryFiles) -> Compilation {
    compile(files, Some(jiff::civil::date(2026, 11, 23)))
}

/// A project of the disk, without its records.
pub fn project(folder: &Path) -> MemoryFiles {
    let disk = DiskFiles::new(folder).expect("a folder");
    let mut files = MemoryFiles::default();
    for path in disk.list("").expect("listed") {
        if !path.starts_with("data/") && !path.starts_with("target/") {
            let content = disk.read(&path).expect("readable");
            files.insert(path, content);
        }
    }
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bugs")
}

fn projects() -> BTreeMap<String, Sound> {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let mut folders = BTreeMap::from([("acme".to_owned(), acme)]);
    for entry in std::fs::read_dir(folder()).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.join("accordant.toml").exists() {
            let name = path.file_name().expect("a name").to_string_lossy();
            folders.insert(name.into_owned(), path);
        }
    }
    let sound = |path: PathBuf| {
        let files = project(&path);
        let found = compiled(&files).findings;
        let said = found.into_iter().map(|d| (d.code.to_string(), d.message));
        let said = said.collect();
        Sound { files, said }
    };
    folders.into_iter().map(|(n, p)| (n, sound(p))).collect()
}

fn classes() -> BTreeMap<String, Class> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).expect("readable");
            let classes: BTreeMap<String, Class> = toml::from_str(&text).expect("classes");
            for (title, class) in classes {
                assert!(all.insert(title.clone(), class).is_none(), "{title}: twice");
            }
        }
    }
    all
}

/// Codes of findings about specs that have a page, and no class; with the reason why.
const WITHOUT_CLASS: [(&str, &str); 4] = [
    ("S006", "a text of four million letters is no edit"),
    ("I017", "a hint that sound projects have as well"),
    ("U001", "said by `test`, of a spec that is checked"),
    (
        "U005",
        "a waiver is judged only where nothing else is wrong",
    ),
];

#[test]
fn every_code_that_check_may_say_has_a_class() {
    let classes = classes();
    let seeded: BTreeSet<&str> = classes.values().map(|c| c.code.as_str()).collect();
    let of_specs = |c: &&Code| !matches!(c.family(), 'R' | 'B');
    let (said, reserved): (Vec<&Code>, Vec<&Code>) = Code::ALL
        .iter()
        .filter(of_specs)
        .partition(|c| page(**c).is_some());
    let bare: Vec<&str> = said
        .iter()
        .map(|c| c.name())
        .filter(|c| !seeded.contains(c))
        .collect();
    let names: Vec<&str> = reserved.iter().map(|c| c.name()).collect();
    println!(
        "codes with a class: {} of {}; without: {}; not checked by this version: {}",
        said.len() - bare.len(),
        said.len(),
        bare.join(" "),
        names.join(" ")
    );
    let known: Vec<&str> = WITHOUT_CLASS.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&&str> = bare.iter().filter(|c| !known.contains(c)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_projects_are_sound_before_a_bug_is_seeded() {
    for (name, sound) in projects() {
        let compiled = compiled(&sound.files);
        let loud = compiled.findings.iter().filter(|d| d.level != Level::Hint);
        let loud: Vec<String> = loud.map(|d| line(d, &compiled.sources)).collect();
        assert!(loud.is_empty(), "{name}\n  {}", loud.join("\n  "));
    }
}

#[test]
fn every_seeded_bug_is_caught_with_its_code_on_its_line_and_nothing_else_is_said() {
    let (projects, classes) = (projects(), classes());
    let few: Vec<&String> = classes
        .iter()
        .filter(|(_, c)| c.bugs.len() < 5)
        .map(|(title, _)| title)
        .collect();
    assert!(few.is_empty(), "fewer than five instances: {few:?}");
    let all: Vec<(&String, &Class, &Vec<String>)> = classes
        .iter()
        .flat_map(|(title, class)| class.bugs.iter().map(move |bug| (title, class, bug)))
        .collect();
    let wrong: Vec<String> = all
        .par_iter()
        .filter_map(|(title, class, parts)| {
            let bug = Bug::new(class, parts);
            let (project, _) = parts.first()?.split_once('/').expect("a project");
            let sound = projects.get(project).expect("a project");
            let said = bug.wrong(&class.code, sound)?;
            Some(format!("{title}: `{}`\n    {said}", parts.get(2)?.trim()))
        })
        .collect();
    let (seeded, missed) = (all.len(), wrong.len());
    println!(
        "seeded bugs: {} classes, {seeded} instances, {} caught",
        classes.len(),
        seeded - missed
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(classes.len() >= 60, "{} classes", classes.len());
}
