//! The files of a project on a disk. Nothing outside the project's folder is ever read through it.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::output::reason;
use crate::source::{Files, ReadError};

/// Bytes of the largest file that is read.
pub const LARGEST: u64 = 256 * 1024 * 1024;
/// Folders within folders that are listed.
const DEEPEST: usize = 64;
/// Folders that a listing never goes into: what tools leave behind.
const PASSED_BY: [&str; 2] = ["node_modules", "target"];

/// The files below a folder.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
    /// Folders below it, relative to it, that no link leads to: what lies in them is where it seems to be.
    plain: RwLock<HashSet<PathBuf>>,
}

impl DiskFiles {
    /// The files below `root`.
    ///
    /// # Errors
    /// Where there is no such folder.
    pub fn new(root: &Path) -> Result<Self, ReadError> {
        let failed = |e| {
            ReadError(format!(
                "cannot open the folder `{}`: {}",
                root.display(),
                reason(&e)
            ))
        };
        Ok(Self {
            root: root.canonicalize().map_err(failed)?,
            plain: RwLock::default(),
        })
    }

    /// The folder, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a path, if it stays within the root once links are followed, and what is there; none where nothing is.
    fn locate(&self, path: &str) -> Result<Option<(PathBuf, Metadata)>, ReadError> {
        let relative = Path::new(path);
        let plain = relative
            .components()
            .all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let refused = || ReadError(format!("`{path}` leads out of the project"));
        if !plain {
            return Err(refused());
        }
        match self.follow(relative) {
            Ok((place, _)) if !place.starts_with(&self.root) => Err(refused()),
            Ok(found) => Ok(Some(found)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(ReadError(format!(
                "cannot open `{path}`: {}",
                reason(&error)
            ))),
        }
    }

    /// The place of a path once links are followed, and what is there. Where none is met below the root, which has none
    /// itself, that is where it seems to be, and the folders that it lies in need not be looked at again for every file.
    fn follow(&self, relative: &Path) -> io::Result<(PathBuf, Metadata)> {
        let place = self.root.join(relative);
        let about = place.symlink_metadata()?;
        if about.is_symlink() || !self.is_plain(relative.parent())? {
            let place = place.canonicalize()?;
            let about = place.metadata()?;
            return Ok((place, about));
        }
        Ok((place, about))
    }

    /// Whether neither a folder nor any that it lies in is a link.
    fn is_plain(&self, folder: Option<&Path>) -> io::Result<bool> {
        let Some(folder) = folder.filter(|f| !f.as_os_str().is_empty()) else {
            return Ok(true);
        };
        let known = self.plain.read().unwrap_or_else(PoisonError::into_inner);
        if known.contains(folder) {
            return Ok(true);
        }
        drop(known);
        let link = self.root.join(folder).symlink_metadata()?.is_symlink();
        let plain = !link && self.is_plain(folder.parent())?;
        if plain {
            let mut known = self.plain.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(folder.to_owned());
        }
        Ok(plain)
    }

    /// Adds the files below a folder. Folders behind links are not gone into: they could lead in circles.
    fn walk(
        &self,
        folder: &Path,
        prefix: &str,
        depth: usize,
        out: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        if depth > DEEPEST {
            return Err(ReadError(format!(
                "folders are nested more than {DEEPEST} deep at `{prefix}`"
            )));
        }
        let failed =
            |e: io::Error| ReadError(format!("cannot list the folder `{prefix}`: {}", reason(&e)));
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            // a name that is not UTF-8 cannot be written in a manifest either
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            if kind.is_dir() {
                if !name.starts_with('.') && !PASSED_BY.contains(&name.as_str()) {
                    self.walk(&entry.path(), &path, depth + 1, out)?;
                }
            } else if kind.is_file() || entry.path().is_file() {
                out.push(path);
            }
        }
        Ok(())
    }
}

impl Files for DiskFiles {
    fn list(&self, dir: &str) -> Result<Vec<String>, ReadError> {
        let dir = dir.trim_end_matches('/');
        let Some((place, about)) = self.locate(dir)? else {
            return Ok(Vec::new());
        };
        if about.is_file() {
            return Ok(vec![dir.to_owned()]);
        }
        let mut out = Vec::new();
        self.walk(&place, dir, 0, &mut out)?;
        out.sort_unstable();
        Ok(out)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let failed = |e: io::Error| ReadError(format!("cannot read `{path}`: {}", reason(&e)));
        let (place, about) = self
            .locate(path)?
            .ok_or_else(|| ReadError(format!("there is no file `{path}`")))?;
        let too_large = || {
            ReadError(format!(
                "`{path}` is larger than {} MB",
                LARGEST / (1024 * 1024)
            ))
        };
        if !about.is_file() {
            return Err(ReadError(format!("`{path}` is not a file")));
        }
        if about.len() > LARGEST {
            return Err(too_large());
        }
        // it may grow while it is read
        let mut bytes = Vec::with_capacity(about.len() as usize + 1);
        let file = fs::File::open(place).map_err(failed)?;
        let read = file
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if read as u64 > LARGEST {
            return Err(too_large());
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> io::Result<(tempfile::TempDir, DiskFiles)> {
        let outer = tempfile::tempdir()?;
        let root = outer.path().join("project");
        fs::create_dir_all(root.join("sub/deep"))?;
        fs::create_dir_all(root.join("target"))?;
        fs::create_dir_all(root.join(".git"))?;
        fs::write(outer.path().join("secret.txt"), "secret")?;
        for path in [
            "b.sync",
            "a.sync",
            "sub/deep/c.json",
            "target/x.sync",
            ".git/config",
        ] {
            fs::write(root.join(path), path)?;
        }
        let files = DiskFiles::new(&root).map_err(|e| io::Error::other(e.0))?;
        Ok((outer, files))
    }

    #[test]
    fn listings_are_sorted_relative_and_pass_by_what_tools_leave() -> io::Result<()> {
        let (_outer, files) = project()?;
        let words = |names: &[&str]| Ok(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            files.list(""),
            words(&["a.sync", "b.sync", "sub/deep/c.json"])
        );
        assert_eq!(files.list("sub/"), words(&["sub/deep/c.json"]));
        assert_eq!(files.list("a.sync"), words(&["a.sync"]));
        assert_eq!(files.list("nowhere"), words(&[]));
        assert_eq!(
            files.read("sub/deep/c.json"),
            Ok(b"sub/deep/c.json".to_vec())
        );
        Ok(())
    }

    #[test]
    fn what_is_too_large_or_no_file_is_refused_unread() -> io::Result<()> {
        let (_outer, files) = project()?;
        fs::File::create(files.root().join("huge.json"))?.set_len(LARGEST + 1)?;
        assert!(
            files
                .read("huge.json")
                .is_err_and(|e| e.0.contains("larger than 256 MB"))
        );
        assert!(files.read("sub").is_err_and(|e| e.0.contains("not a file")));
        assert!(
            files
                .read("none.json")
                .is_err_and(|e| e.0.contains("there is no file"))
        );
        Ok(())
    }

    #[test]
    fn nothing_outside_is_read() -> io::Result<()> {
        let (outer, files) = project()?;
        assert!(files.read("../secret.txt").is_err());
        assert!(files.list("..").is_err());
        let absolute = outer.path().join("secret.txt");
        assert!(files.read(&absolute.to_string_lossy()).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path(), files.root().join("out"))?;
            std::os::unix::fs::symlink(
                outer.path().join("secret.txt"),
                files.root().join("link.sync"),
            )?;
            std::os::unix::fs::symlink(files.root(), files.root().join("round"))?;
            assert!(files.read("out/secret.txt").is_err());
            assert!(files.list("out").is_err());
            assert!(files.read("link.sync").is_err());
            assert_eq!(
                files.list("").map(|l| l.len()),
                Ok(4),
                "links to folders are not gone into"
            );
        }
        Ok(())
    }
}
