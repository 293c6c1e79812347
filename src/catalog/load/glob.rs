//! Patterns of paths: `*` within a folder, `**` across folders, `?` one character; a folder stands for all below it.

use crate::source::{Files, ReadError, Span};

/// A path or a pattern of paths, relative to the project's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern: `catalogs/*.json`, `force-app/main/default`.
    pub text: String,
    /// Where the manifest says it.
    pub place: Option<Span>,
}

impl<S: Into<String>> From<S> for Pattern {
    fn from(text: S) -> Self {
        Self {
            text: text.into(),
            place: None,
        }
    }
}

impl Pattern {
    /// The files that it means, sorted.
    pub(super) fn expand(&self, files: &dyn Files) -> Result<Vec<String>, ReadError> {
        let text = self.text.trim_start_matches("./").trim_end_matches('/');
        let text = if text == "." { "" } else { text };
        let Some(wild) = text.find(['*', '?']) else {
            return files.list(text);
        };
        let folder = text
            .get(..wild)
            .and_then(|t| t.rsplit_once('/'))
            .map_or("", |(folder, _)| folder);
        let mut found = files.list(folder)?;
        found.retain(|path| matches(text, path));
        Ok(found)
    }
}

/// Whether a path, or a folder above it, has the form of the pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    (1..=path.len()).any(|n| {
        path.get(..n)
            .is_some_and(|head| parts_match(&pattern, head))
    })
}

/// Which prefixes of the path the pattern can consume, part by part: linear in their product, whatever the pattern.
fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        if *part == "**" {
            let from = reached.iter().position(|r| *r).unwrap_or(next.len());
            next.iter_mut().skip(from).for_each(|n| *n = true);
        } else {
            for (i, name) in path.iter().enumerate() {
                if reached.get(i) == Some(&true)
                    && name_matches(part, name)
                    && let Some(n) = next.get_mut(i + 1)
                {
                    *n = true;
                }
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

/// One name against one part of a pattern; the star backtracks to its last occurrence only.
fn name_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_in_their_folder_and_double_stars_do_not() {
        assert!(matches("catalogs/*.json", "catalogs/a.json"));
        assert!(!matches("catalogs/*.json", "catalogs/x/a.json"));
        assert!(matches("catalogs/**/*.json", "catalogs/a.json"));
        assert!(matches("catalogs/**/*.json", "catalogs/x/y/a.json"));
        assert!(matches(
            "**/objects",
            "force-app/main/objects/A/A.object-meta.xml"
        ));
        assert!(matches("a?c*", "abc.json"));
        assert!(!matches("a?c", "ac"));
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }
}
