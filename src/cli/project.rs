//! Which project a command is about.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::manifest::FILE_NAME;

/// A project's folder, and how to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder with the manifest.
    pub root: PathBuf,
    /// The folder as seen from the working folder: empty, or ending in `/`.
    pub base: String,
}

/// Finds the project of a path (a folder or a file): the nearest folder upward that has a manifest.
///
/// # Errors
/// Where nothing is at the path, or no folder above has a manifest.
pub fn find(path: &Path) -> Result<Project, Failure> {
    let failed = |e: std::io::Error| {
        Failure::new(format!(
            "cannot open `{}`: {}",
            path.display(),
            super::output::reason(&e)
        ))
    };
    let place = path.canonicalize().map_err(failed)?;
    let root = place
        .ancestors()
        .find(|folder| folder.join(FILE_NAME).is_file());
    let Some(root) = root else {
        let message = format!(
            "there is no `{FILE_NAME}` in `{}`, nor in a folder above it",
            path.display()
        );
        return Err(Failure::new(message)
            .help("go to the folder of a project, or start one: accordant init"));
    };
    let here = std::env::current_dir()
        .and_then(|p| p.canonicalize())
        .unwrap_or_default();
    Ok(Project {
        base: base(root, &here),
        root: root.to_owned(),
    })
}

/// The way from `here` to `root` with `/`, empty or ending in `/`; absolute where there is no way down.
fn base(root: &Path, here: &Path) -> String {
    let way = match (root.strip_prefix(here), here.strip_prefix(root)) {
        (Ok(down), _) => down.to_owned(),
        (_, Ok(below)) => below.components().map(|_| "..").collect(),
        _ => root.to_owned(),
    };
    let parts: Vec<_> = way
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect();
    match parts.join("/") {
        way if way.is_empty() => way,
        way => format!("{}/", way.replacen("//", "/", 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_project_is_short() {
        let way = |root: &str, here: &str| base(Path::new(root), Path::new(here));
        assert_eq!(way("/a/b", "/a/b"), "");
        assert_eq!(way("/a/b/c", "/a"), "b/c/");
        assert_eq!(way("/a", "/a/b/c"), "../../");
        assert_eq!(way("/x/y", "/a"), "/x/y/");
    }
}
