//! From the text of a manifest to its values. Unknown keys and wrong kinds of values are reported at their places.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned as At;
use toml::de::{DeTable, DeValue};

use super::{LANGUAGE, Manifest, Project, SystemConfig, Weight};
use crate::diagnostic::{Code, Diagnostic, Level, RETIRED, Sink};
use crate::source::{FileId, Span, Spanned};
use crate::text::{closest, list, quoted};

/// Reads a manifest. Never fails: what cannot be read is reported and stands as its default.
pub fn read(file: FileId, text: &str, sink: &mut Sink) -> Manifest {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let said = error.message().lines().next().unwrap_or_default();
        let message = match said.split_once(", expected") {
            Some(("", expected)) => format!("expected{expected}"),
            Some((reason, _)) => reason.to_owned(),
            None if said.is_empty() => "it cannot be read from here on".to_owned(),
            None => said.to_owned(),
        };
        // a slip that shows at the end of the text is shown at its last character
        let last = text.trim_end().len().saturating_sub(1);
        let range = error.span().unwrap_or(0..0);
        let range = range.start.min(last)..range.end.min(last + 1);
        sink.push(
            Diagnostic::new(Code::M001, "the manifest is not valid TOML").at(
                Span::new(file, range.start as u32, range.end as u32),
                message,
            ),
        );
        // what follows from a slip in the syntax stays silent
        let sink = &mut Sink::default();
        let mut manifest = Reader {
            file,
            environment: Span::default(),
            sink,
        }
        .manifest(&table);
        manifest.unread = true;
        return manifest;
    }
    Reader {
        file,
        environment: Span::default(),
        sink,
    }
    .manifest(&table)
}

/// A manifest that is being read.
pub(super) struct Reader<'s> {
    file: FileId,
    /// The name of the environment that is being read.
    pub(super) environment: Span,
    pub(super) sink: &'s mut Sink,
}

pub(super) type Node<'i> = At<DeValue<'i>>;

/// The words for a kind of value, with their article.
const fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The entries of a table in the order in which they were written.
pub(super) fn entries<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t str, Range<usize>, &'t Node<'i>)> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(k, v)| (k.get_ref().as_ref(), k.span(), v))
        .collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    entries
}

impl Reader<'_> {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start as u32, range.end as u32)
    }

    pub(super) fn spanned<T>(&self, node: T, at: &Node) -> Spanned<T> {
        Spanned::new(node, self.span(at.span()))
    }

    pub(super) fn report(
        &mut self,
        range: Range<usize>,
        message: String,
        label: &str,
        help: String,
    ) {
        let found = Diagnostic::new(Code::M001, message).at(self.span(range), label);
        self.sink.push(if help.is_empty() {
            found
        } else {
            found.help(help)
        });
    }

    /// Reports the keys of a table that mean nothing.
    pub(super) fn known(&mut self, table: &DeTable, of: &str, keys: &[&str]) {
        for (key, span, _) in entries(table) {
            if !keys.contains(&key) {
                let quoted_keys: Vec<String> = keys.iter().map(|k| quoted(k)).collect();
                let help = closest(key, keys.iter().copied()).map_or_else(
                    || format!("{of} has {}", list(&quoted_keys)),
                    |meant| format!("write {}", quoted(meant)),
                );
                self.report(
                    span,
                    format!("{of} has no key {}", quoted(key)),
                    "unknown",
                    help,
                );
            }
        }
    }

    /// Reports a value of the wrong kind.
    pub(super) fn wrong(&mut self, key: &str, at: &Node, wanted: &str, example: &str) {
        let message = format!(
            "{} must be {wanted}, and is {}",
            quoted(key),
            kind(at.get_ref())
        );
        self.report(
            at.span(),
            message,
            "",
            format!("such as  {key} = {example}"),
        );
    }

    pub(super) fn table<'t, 'i>(&mut self, key: &str, at: &'t Node<'i>) -> Option<&'t DeTable<'i>> {
        let table = at.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, at, "a table", "{ … }");
        }
        table
    }

    pub(super) fn text(&mut self, key: &str, at: &Node) -> Option<Spanned<String>> {
        match at.get_ref().as_str() {
            Some(text) => Some(self.spanned(text.to_owned(), at)),
            None => {
                self.wrong(key, at, "a text", "\"…\"");
                None
            }
        }
    }

    /// A path that stays within the project.
    pub(super) fn path(&mut self, key: &str, at: &Node) -> Option<Spanned<String>> {
        let path = self.text(key, at)?;
        if is_inside(&path.node) {
            return Some(path);
        }
        self.sink.push(
            Diagnostic::new(Code::M006, format!("{} leads out of the project", quoted(&path.node)))
                .at(path.span, "not below the folder of the manifest")
                .note("a project means the same on every machine, and reads nothing beside itself")
                .help("copy what is needed into the project, or move `accordant.toml` up to a folder that holds both"),
        );
        None
    }

    fn paths(&mut self, key: &str, at: &Node) -> Vec<Spanned<String>> {
        let Some(items) = at.get_ref().as_array() else {
            self.wrong(key, at, "a list of texts", "[\"…\"]");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.path(key, item))
            .collect()
    }

    fn manifest(mut self, root: &At<DeTable>) -> Manifest {
        let table = root.get_ref();
        let before = self.sink.iter().count();
        self.known(
            table,
            "the manifest",
            &["project", "systems", "environments", "readiness", "levels"],
        );
        let mut manifest = Manifest {
            unread: self.sink.iter().count() > before,
            ..Manifest::default()
        };
        if !table.contains_key("project") {
            let help = format!("add\n  [project]\n  name = \"…\"\n  language = {LANGUAGE}");
            self.report(
                0..0,
                "the manifest has no table `[project]`".to_owned(),
                "",
                help,
            );
        }
        for (key, span, value) in entries(table) {
            match key {
                "project" => manifest.project = self.project(span, value),
                "systems" => manifest.systems = self.named(key, value, Self::system),
                "environments" => manifest.environments = self.named(key, value, Self::environment),
                "readiness" => manifest.readiness = self.readiness(value),
                "levels" => manifest.levels = self.levels(value),
                _ => {}
            }
        }
        manifest
    }

    /// The tables of a table, each under a name that the project gives it.
    fn named<T>(
        &mut self,
        key: &str,
        at: &Node,
        read: impl Fn(&mut Self, Span, &DeTable) -> T,
    ) -> BTreeMap<String, T> {
        let mut out = BTreeMap::new();
        let Some(table) = self.table(key, at) else {
            return out;
        };
        for (name, span, value) in entries(table) {
            if let Some(table) = self.table(name, value) {
                let span = self.span(span);
                out.insert(name.to_owned(), read(self, span, table));
            }
        }
        out
    }

    fn project(&mut self, at: Range<usize>, value: &Node) -> Project {
        let mut project = Project::default();
        let Some(table) = self.table("project", value) else {
            return project;
        };
        self.known(table, "`[project]`", &["name", "language", "specs"]);
        let stated = entries(table);
        for (needed, example) in [("name", "\"acme\""), ("language", "1")] {
            // a key that was meant and misspelt has been reported already
            let meant = stated
                .iter()
                .any(|(key, ..)| closest(key, [needed]).is_some());
            if !meant {
                let message = format!("`[project]` does not say its {}", quoted(needed));
                self.report(
                    at.clone(),
                    message,
                    "",
                    format!("add\n  {needed} = {example}"),
                );
            }
        }
        for (key, _, value) in stated {
            match key {
                "name" => project.name = self.text(key, value).map(|t| t.node).unwrap_or_default(),
                "language" => self.language(value),
                "specs" => project.specs = self.paths(key, value),
                _ => {}
            }
        }
        project
    }

    fn language(&mut self, value: &Node) {
        let version = value
            .get_ref()
            .as_integer()
            .and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        match version {
            Some(version) if version == u64::from(LANGUAGE) => {}
            Some(version) => self.sink.push(
                Diagnostic::new(
                    Code::M004,
                    format!("this tool does not know version {version} of the language"),
                )
                .at(self.span(value.span()), "asked for here")
                .note(format!(
                    "it knows version {LANGUAGE}; by its rules the spec might mean something else"
                ))
                .help(format!(
                    "install a newer accordant, or write\n  language = {LANGUAGE}"
                )),
            ),
            None => self.wrong("language", value, "a whole number", "1"),
        }
    }

    fn system(&mut self, span: Span, table: &DeTable) -> SystemConfig {
        let before = self.sink.iter().count();
        self.known(table, "a system", &["catalog", "metadata", "base"]);
        let mut system = SystemConfig {
            span,
            catalog: Vec::new(),
            metadata: Vec::new(),
            base: true,
            unread: false,
        };
        for (key, _, value) in entries(table) {
            match key {
                "catalog" => system.catalog = self.paths(key, value),
                "metadata" => system.metadata = self.paths(key, value),
                "base" => match value.get_ref().as_bool() {
                    Some(base) => system.base = base,
                    None => self.wrong(key, value, "true or false", "false"),
                },
                _ => {}
            }
        }
        system.unread = self.sink.iter().count() > before;
        system
    }

    fn readiness(&mut self, at: &Node) -> Option<f64> {
        let table = self.table("readiness", at)?;
        self.known(table, "`[readiness]`", &["minimum"]);
        let (_, _, value) = entries(table)
            .into_iter()
            .find(|(key, ..)| *key == "minimum")?;
        let number = match value.get_ref() {
            DeValue::Float(n) => n.as_str().parse().ok(),
            DeValue::Integer(n) => n.as_str().parse().ok(),
            _ => None,
        };
        let minimum = number.filter(|n: &f64| (0.0..=1.0).contains(n));
        if minimum.is_none() {
            let message = "`minimum` must be a number from 0 to 1".to_owned();
            self.report(
                value.span(),
                message,
                "",
                "such as  minimum = 0.80".to_owned(),
            );
        }
        minimum
    }

    fn levels(&mut self, at: &Node) -> BTreeMap<Code, Weight> {
        let mut levels = BTreeMap::new();
        let Some(table) = self.table("levels", at) else {
            return levels;
        };
        for (key, span, value) in entries(table) {
            let code = self.code(key, span);
            let word = value.get_ref().as_str();
            let weight = match word {
                Some("error") => Weight::Level(Level::Error),
                Some("warning") => Weight::Level(Level::Warning),
                Some("hint") => Weight::Level(Level::Hint),
                Some("off") => Weight::Off,
                _ => {
                    self.report(
                        value.span(),
                        format!("the level of {} is none of the four", quoted(key)),
                        "",
                        "write `error`, `warning`, `hint` or `off`".to_owned(),
                    );
                    continue;
                }
            };
            levels.extend(code.map(|code| (code, weight)));
        }
        levels
    }

    /// A code whose level a project may set.
    fn code(&mut self, key: &str, span: Range<usize>) -> Option<Code> {
        let Ok(code) = key.parse::<Code>() else {
            let (message, help) = match RETIRED
                .iter()
                .find(|(code, _)| code.eq_ignore_ascii_case(key))
            {
                Some((code, reason)) => (
                    format!("the code {} is retired", quoted(code)),
                    (*reason).to_owned(),
                ),
                None => {
                    let near = closest(key, Code::ALL.iter().flat_map(|c| [c.name(), c.slug()]));
                    let help = near.map_or_else(
                        || "`accordant explain --all` lists all codes".to_owned(),
                        |near| format!("write {}", quoted(near)),
                    );
                    (format!("there is no code {}", quoted(key)), help)
                }
            };
            self.report(span, message, "unknown", help);
            return None;
        };
        if code.family() == 'B' {
            let message = format!("the level of {} cannot be set", quoted(code.name()));
            let help = "take the line out and report the bug that it hides".to_owned();
            self.report(span, message, "a bug of ours is always an error", help);
            return None;
        }
        Some(code)
    }
}

/// Whether a path stays below the folder that it is relative to, on any machine.
fn is_inside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let absolute = path.starts_with(['/', '\\']) || drive;
    !absolute && !path.is_empty() && path.split(['/', '\\']).all(|part| part != "..")
}
