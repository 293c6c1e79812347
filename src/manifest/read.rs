//! From the text of a manifest to its values. Unknown keys and wrong kinds of values are reported at their places.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned as At;
use toml::de::{DeTable, DeValue};

use super::{
    Environment, Jwt, LANGUAGE, Manifest, Project, Remote, Setting, StoreConfig, SystemConfig,
    Weight,
};
use crate::diagnostic::{Code, Diagnostic, Level, RETIRED, Sink};
use crate::source::{FileId, Span, Spanned};
use crate::text::{closest, either, list, quoted};

/// Reads a manifest. Never fails: what cannot be read is reported and stands as its default.
pub fn read(file: FileId, text: &str, sink: &mut Sink) -> Manifest {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let message = error.message().lines().next().unwrap_or_default();
        let message = message
            .split_once(", expected")
            .map_or(message, |(reason, _)| reason);
        let range = error.span().unwrap_or(0..0);
        sink.push(
            Diagnostic::new(Code::M001, "the manifest is not valid TOML").at(
                Span::new(file, range.start as u32, range.end as u32),
                message,
            ),
        );
        // what follows from a slip in the syntax stays silent
        let sink = &mut Sink::default();
        return Reader {
            file,
            environment: Span::default(),
            sink,
        }
        .manifest(&table);
    }
    Reader {
        file,
        environment: Span::default(),
        sink,
    }
    .manifest(&table)
}

struct Reader<'s> {
    file: FileId,
    /// The name of the environment that is being read.
    environment: Span,
    sink: &'s mut Sink,
}

type Node<'i> = At<DeValue<'i>>;

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
fn entries<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t str, Range<usize>, &'t Node<'i>)> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(k, v)| (k.get_ref().as_ref(), k.span(), v))
        .collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    entries
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start as u32, range.end as u32)
    }

    fn spanned<T>(&self, node: T, at: &Node) -> Spanned<T> {
        Spanned::new(node, self.span(at.span()))
    }

    fn report(&mut self, range: Range<usize>, message: String, label: &str, help: String) {
        let found = Diagnostic::new(Code::M001, message).at(self.span(range), label);
        self.sink.push(if help.is_empty() {
            found
        } else {
            found.help(help)
        });
    }

    /// Reports the keys of a table that mean nothing.
    fn known(&mut self, table: &DeTable, of: &str, keys: &[&str]) {
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
    fn wrong(&mut self, key: &str, at: &Node, wanted: &str, example: &str) {
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

    fn table<'t, 'i>(&mut self, key: &str, at: &'t Node<'i>) -> Option<&'t DeTable<'i>> {
        let table = at.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, at, "a table", "{ … }");
        }
        table
    }

    fn text(&mut self, key: &str, at: &Node) -> Option<Spanned<String>> {
        match at.get_ref().as_str() {
            Some(text) => Some(self.spanned(text.to_owned(), at)),
            None => {
                self.wrong(key, at, "a text", "\"…\"");
                None
            }
        }
    }

    /// A path that stays within the project.
    fn path(&mut self, key: &str, at: &Node) -> Option<Spanned<String>> {
        let path = self.text(key, at)?;
        if is_inside(&path.node) {
            return Some(path);
        }
        self.sink.push(
            Diagnostic::new(Code::M006, format!("{} leads out of the project", quoted(&path.node)))
                .at(path.span, "this path is not below the folder of `accordant.toml`")
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
        self.known(
            table,
            "the manifest",
            &["project", "systems", "environments", "readiness", "levels"],
        );
        let mut manifest = Manifest::default();
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
        self.known(table, "a system", &["catalog", "metadata", "base"]);
        let mut system = SystemConfig {
            span,
            catalog: Vec::new(),
            metadata: Vec::new(),
            base: true,
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
        system
    }

    fn environment(&mut self, span: Span, table: &DeTable) -> Environment {
        let mut environment = Environment {
            span,
            ..Environment::default()
        };
        for (key, _, value) in entries(table) {
            match key {
                "state" => environment.state = self.path(key, value),
                "names" => environment.names = self.names(value),
                system => {
                    if let Some(store) = self.store(system, value) {
                        environment.stores.insert(system.to_owned(), store);
                    }
                }
            }
        }
        environment
    }

    fn names(&mut self, at: &Node) -> BTreeMap<String, Spanned<String>> {
        let Some(table) = self.table("names", at) else {
            return BTreeMap::new();
        };
        let mut names = BTreeMap::new();
        for (key, _, value) in entries(table) {
            if let Some(id) = self.text(key, value) {
                names.insert(key.to_owned(), id);
            }
        }
        names
    }

    fn store(&mut self, system: &str, at: &Node) -> Option<StoreConfig> {
        const KINDS: [&str; 3] = ["jsonl", "csv", "sqlite"];
        let Some(table) = at.get_ref().as_table() else {
            self.wrong(
                system,
                at,
                "a table that says where its records are",
                "{ jsonl = \"data\" }",
            );
            return None;
        };
        let stated: Vec<_> = entries(table)
            .into_iter()
            .filter(|(key, ..)| KINDS.contains(key))
            .collect();
        match stated.as_slice() {
            [] => self
                .remote(system, at, table)
                .map(|r| StoreConfig::Remote(Box::new(r))),
            [(key, _, value)] => {
                self.known(table, "a store", &[key]);
                let path = self.path(key, value)?;
                Some(match *key {
                    "jsonl" => StoreConfig::Jsonl(path),
                    "csv" => StoreConfig::Csv(path),
                    _ => StoreConfig::Sqlite(path),
                })
            }
            [_, (_, span, _), ..] => {
                let message = format!("the records of {} are in two places", quoted(system));
                self.report(
                    span.clone(),
                    message,
                    "the second one",
                    "keep one of them".to_owned(),
                );
                None
            }
        }
    }

    fn remote(&mut self, system: &str, at: &Node, table: &DeTable) -> Option<Remote> {
        if !["url", "token", "jwt"]
            .iter()
            .any(|key| table.contains_key(*key))
        {
            let words: Vec<String> = ["jsonl", "csv", "sqlite", "url", "token"]
                .iter()
                .map(|k| quoted(k))
                .collect();
            let near = entries(table).first().and_then(|(key, ..)| {
                closest(key, ["jsonl", "csv", "sqlite", "url", "token", "jwt"])
            });
            let help = near.map_or_else(
                || format!("give {}", either(&words)),
                |n| format!("write {}", quoted(n)),
            );
            let message = format!("nothing says where the records of {} are", quoted(system));
            self.report(at.span(), message, "", help);
            return None;
        }
        self.known(table, "a connection", &["url", "token", "jwt"]);
        let mut remote = Remote {
            span: self.span(at.span()),
            ..Remote::default()
        };
        for (key, _, value) in entries(table) {
            match key {
                "url" => remote.url = self.setting(key, value),
                "token" => remote.token = self.secret(key, value),
                "jwt" => remote.jwt = self.jwt(value),
                _ => {}
            }
        }
        Some(remote)
    }

    /// A text, or a reference to one.
    fn setting(&mut self, key: &str, at: &Node) -> Option<Setting> {
        if let Some(text) = at.get_ref().as_str() {
            return Some(Setting::Text(text.to_owned()));
        }
        let example = "{ env = \"NAME\" }";
        let Some(table) = at.get_ref().as_table() else {
            self.wrong(key, at, "a text or a reference", example);
            return None;
        };
        self.known(table, "a reference", &["env", "file"]);
        match entries(table).as_slice() {
            [("env", _, value)] => self.text("env", value).map(|t| Setting::Env(t.node)),
            [("file", _, value)] => self.text("file", value).map(|t| Setting::File(t.node)),
            [] | [_, _, ..] => {
                self.wrong(key, at, "one reference", example);
                None
            }
            _ => None,
        }
    }

    /// A reference; the text itself is refused.
    fn secret(&mut self, key: &str, at: &Node) -> Option<Setting> {
        match self.setting(key, at)? {
            Setting::Text(_) => {
                // shown at the environment, so that the line with the secret stays out of logs
                let help = format!(
                    "take it out, have a new one issued, and say where to find that\n  \
                     {key} = {{ env = \"NAME\" }}"
                );
                let message = format!("{} is a secret, and a manifest holds none", quoted(key));
                let found = Diagnostic::new(Code::M001, message);
                self.sink.push(
                    found
                        .at(self.environment, "written out in this environment")
                        .help(help),
                );
                None
            }
            reference => Some(reference),
        }
    }

    fn jwt(&mut self, at: &Node) -> Option<Jwt> {
        let table = self.table("jwt", at)?;
        self.known(table, "`jwt`", &["client_id", "key_file", "user"]);
        let mut client_id = None;
        let mut texts = BTreeMap::new();
        for (key, _, value) in entries(table) {
            match key {
                "client_id" => client_id = self.setting(key, value),
                "key_file" | "user" => {
                    texts.insert(
                        key,
                        self.text(key, value).map(|t| t.node).unwrap_or_default(),
                    );
                }
                _ => {}
            }
        }
        for needed in ["client_id", "key_file", "user"] {
            if !table.contains_key(needed) {
                let help = "it needs `client_id`, `key_file` and `user`".to_owned();
                self.report(
                    at.span(),
                    format!("`jwt` lacks {}", quoted(needed)),
                    "",
                    help,
                );
            }
        }
        Some(Jwt {
            client_id: client_id?,
            key_file: texts.remove("key_file")?,
            user: texts.remove("user")?,
        })
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
