//! The folder in which a run works: copies of an environment's store files, and nothing else of the project.
//!
//! ```text
//!   <folder>/copied.json          what was copied, from where, with its hash
//!   <folder>/<system>/...         the store files of one system
//! ```
//!
//! The copies are made under a temporary name and renamed as a whole, so the folder is there completely or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::{Location, StoreError};

const STAMP: &str = "copied.json";

/// How a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// From new copies; what earlier runs left is removed.
    Fresh,
    /// From what the last run left, or from new copies where there was none.
    GoOn,
}

/// A work folder that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The folder; state belongs here too.
    pub folder: PathBuf,
    /// Where each system's store is in it.
    pub stores: BTreeMap<SmolStr, Location>,
    /// Originals, as paths from the project's root, that are not any more what was copied.
    pub outdated: Vec<String>,
}

/// What was copied.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stamp {
    /// By path from the root: the SHA-256 of the content.
    files: BTreeMap<String, String>,
}

/// One file to copy: from where, and to where in the work folder.
struct Copying {
    name: String,
    from: PathBuf,
    to: PathBuf,
}

impl Workspace {
    /// Gets a work folder ready: `stores` are the originals of an environment, relative to `root` or absolute.
    ///
    /// A folder with other content than a run leaves is refused, never removed.
    pub fn prepare(
        root: &Path,
        stores: &BTreeMap<SmolStr, Location>,
        folder: &Path,
        begin: Begin,
    ) -> Result<Self, StoreError> {
        let copies = stores.iter().map(|(system, original)| {
            let name = match original {
                Location::Sqlite(path) => {
                    Path::new(system.as_str()).join(path.file_name().unwrap_or_default())
                }
                Location::Jsonl(_) | Location::Csv(_) => PathBuf::from(system.as_str()),
            };
            (system.clone(), original.at(folder.join(name)))
        });
        let copies: BTreeMap<SmolStr, Location> = copies.collect();
        let mut files = Vec::new();
        for (system, original) in stores {
            let original = original.at(root.join(original.path()));
            files.extend(listed(root, system, &original)?);
        }
        let now = stamp(&files)?;
        let earlier = earlier(folder)?;
        let outdated = match (begin, earlier) {
            (Begin::GoOn, Some(earlier)) => differences(&earlier, &now),
            (_, earlier) => {
                if earlier.is_some() {
                    fs::remove_dir_all(folder).map_err(|e| StoreError::io(folder, "remove", &e))?;
                }
                copy_all(&files, stores, &now, folder)?;
                Vec::new()
            }
        };
        Ok(Self {
            folder: folder.to_owned(),
            stores: copies,
            outdated,
        })
    }
}

/// The stamp of the folder, none where there is no folder or an empty one.
fn earlier(folder: &Path) -> Result<Option<Stamp>, StoreError> {
    let cannot = |e: io::Error| StoreError::io(folder, "read", &e);
    let mut content = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content.map_err(cannot)?,
    };
    if content.next().is_none() {
        fs::remove_dir(folder).map_err(cannot)?;
        return Ok(None);
    }
    let path = folder.join(STAMP);
    let stamp = fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let reason = format!("it is not a work folder: `{STAMP}` is missing or damaged");
    stamp
        .map(Some)
        .ok_or_else(|| StoreError::at(folder, reason, "move it away, or remove it"))
}

/// The store files of a system, by name.
fn listed(root: &Path, system: &str, store: &Location) -> Result<Vec<Copying>, StoreError> {
    let path = store.path();
    let cannot = |e: io::Error| StoreError::io(path, "read", &e);
    let file_name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let mut found = match store {
        Location::Sqlite(path) => {
            // What the database has not taken in yet is beside it.
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            let log = PathBuf::from(log);
            let exists = fs::metadata(path).map_err(cannot)?.is_file();
            let both = [
                Some(path.clone()).filter(|_| exists),
                Some(log).filter(|log| log.is_file()),
            ];
            both.into_iter().flatten().collect::<Vec<_>>()
        }
        Location::Jsonl(path) => with_ending(path, "jsonl").map_err(cannot)?,
        Location::Csv(path) => with_ending(path, "csv").map_err(cannot)?,
    };
    found.sort_unstable();
    let copying = |from: PathBuf| {
        let name = from
            .strip_prefix(root)
            .unwrap_or(&from)
            .to_string_lossy()
            .replace('\\', "/");
        Copying {
            name,
            to: Path::new(system).join(file_name(&from)),
            from,
        }
    };
    Ok(found.into_iter().map(copying).collect())
}

/// The files of a folder with an ending, and the journals that interrupted runs left beside them.
fn with_ending(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let endings = [format!(".{ending}"), format!(".{ending}.journal")];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !name.starts_with('.')
            && endings.iter().any(|ending| name.ends_with(ending))
            && path.is_file()
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn stamp(files: &[Copying]) -> Result<Stamp, StoreError> {
    let mut stamp = Stamp::default();
    for file in files {
        let hash = digest(&file.from).map_err(|e| StoreError::io(&file.from, "read", &e))?;
        stamp.files.insert(file.name.clone(), hash);
    }
    Ok(stamp)
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

/// The files that were changed, removed or added since.
fn differences(earlier: &Stamp, now: &Stamp) -> Vec<String> {
    let mut names: Vec<&String> = earlier.files.keys().chain(now.files.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| earlier.files.get(*name) != now.files.get(*name))
        .cloned()
        .collect()
}

fn copy_all(
    files: &[Copying],
    stores: &BTreeMap<SmolStr, Location>,
    stamp: &Stamp,
    folder: &Path,
) -> Result<(), StoreError> {
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let cannot = |e: io::Error| StoreError::io(&partial, "write", &e);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(cannot)?;
    }
    for system in stores.keys() {
        fs::create_dir_all(partial.join(system.as_str())).map_err(cannot)?;
    }
    fs::create_dir_all(&partial).map_err(cannot)?;
    for file in files {
        fs::copy(&file.from, partial.join(&file.to))
            .map_err(|e| StoreError::io(&file.from, "copy", &e))?;
    }
    let mut bytes = serde_json::to_vec_pretty(stamp).map_err(|e| cannot(e.into()))?;
    bytes.push(b'\n');
    let mut out = File::create(partial.join(STAMP)).map_err(cannot)?;
    out.write_all(&bytes)
        .and_then(|()| out.sync_all())
        .map_err(cannot)?;
    fs::rename(&partial, folder).map_err(cannot)
}
