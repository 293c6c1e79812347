//! Patterns of files: `*` and `?` within a name, `**` for any number of folders. A folder stands for all files below it.

use super::{Files, ReadError};

/// The files that a pattern matches, sorted.
///
/// # Errors
/// Where the files cannot be listed.
pub fn matching(files: &dyn Files, pattern: &str) -> Result<Vec<String>, ReadError> {
    let parts: Vec<&str> = pattern
        .split('/')
        .filter(|p| !p.is_empty() && *p != ".")
        .collect();
    let fixed = parts.iter().take_while(|p| !p.contains(['*', '?'])).count();
    let folder = parts.get(..fixed).unwrap_or_default().join("/");
    let mut paths = files.list(&folder)?;
    if fixed < parts.len() {
        paths.retain(|path| {
            let path: Vec<&str> = path.split('/').collect();
            let fits = |head: &[&str]| {
                wildcard(
                    &parts,
                    head,
                    |p| *p == "**",
                    |p, name| name_matches(p, name),
                )
            };
            (fixed + 1..=path.len()).any(|n| path.get(..n).is_some_and(fits))
        });
    }
    Ok(paths)
}

fn name_matches(pattern: &str, name: &str) -> bool {
    if pattern.is_ascii() && name.is_ascii() {
        let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
        return wildcard(pattern, name, |p| *p == b'*', |p, b| *p == b'?' || p == b);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    wildcard(&pattern, &name, |p| *p == '*', |p, c| *p == '?' || p == c)
}

/// Whether a pattern with stars covers a sequence. Only the last star is ever tried again, which is enough, since an
/// earlier one has matched as little as it could.
fn wildcard<P, T>(
    pattern: &[P],
    items: &[T],
    star: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(item) = items.get(i) {
        match pattern.get(p) {
            Some(part) if star(part) => {
                retry = Some((p, i));
                p += 1;
            }
            Some(part) if fits(part, item) => {
                p += 1;
                i += 1;
            }
            _ => {
                let Some((at, from)) = retry else {
                    return false;
                };
                retry = Some((at, from + 1));
                p = at + 1;
                i = from + 1;
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(star))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFiles;

    #[test]
    fn stars_stay_within_a_name_and_double_stars_do_not() {
        let mut files = MemoryFiles::default();
        for path in [
            "a.sync",
            "b.txt",
            "sub/c.sync",
            "sub/deep/d.sync",
            "sub/deep/e.json",
        ] {
            files.insert(path, "");
        }
        let all = |pattern| matching(&files, pattern).unwrap_or_default();
        assert_eq!(all("*.sync"), ["a.sync"]);
        assert_eq!(
            all("**/*.sync"),
            ["a.sync", "sub/c.sync", "sub/deep/d.sync"]
        );
        assert_eq!(all("sub/**/?.sync"), ["sub/c.sync", "sub/deep/d.sync"]);
        assert_eq!(all("./sub/deep/"), ["sub/deep/d.sync", "sub/deep/e.json"]);
        assert_eq!(all("sub/deep/d.sync"), ["sub/deep/d.sync"]);
        assert_eq!(
            all("sub/*"),
            ["sub/c.sync", "sub/deep/d.sync", "sub/deep/e.json"]
        );
        assert_eq!(all("s?b/d*"), ["sub/deep/d.sync", "sub/deep/e.json"]);
        assert!(all("*.SYNC").is_empty());
    }
}
