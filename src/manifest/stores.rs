//! The tables `[environments.NAME]`: where the records of each system are, and how to reach a system without its secrets.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::read::{Node, Reader, entries};
use super::{Environment, Jwt, Remote, Setting, StoreConfig};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::text::{closest, either, quoted};

impl Reader<'_> {
    pub(super) fn environment(&mut self, span: Span, table: &DeTable) -> Environment {
        let mut environment = Environment {
            span,
            ..Environment::default()
        };
        self.environment = span;
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
}
