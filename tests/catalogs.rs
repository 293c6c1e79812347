//! Catalogs: what loads from real files, what a base catalog holds, what is told of bad ones.

use std::path::{Path, PathBuf};

use accordant::catalog::{BaseCatalog, Catalog, Known, SystemSource, import, load};
use accordant::diagnostic::{Code, Sink};
use accordant::platform::SystemKind;
use accordant::source::{Files, MemoryFiles, ReadError, Sources};

/// The folder of the large public schemas, where it is present.
fn shared() -> Option<Folder> {
    let root = std::env::var_os("ACCORDANT_SHARED")
        .map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
            PathBuf::from,
        )
        .join("data");
    if root.is_dir() {
        return Some(Folder(root));
    }
    println!("skipped: the shared data are not here");
    None
}

/// Files of a folder on disk.
struct Folder(PathBuf);

impl Files for Folder {
    fn list(&self, dir: &str) -> Result<Vec<String>, ReadError> {
        fn walk(root: &Path, path: &Path, out: &mut Vec<String>) {
            if path.is_dir() {
                std::fs::read_dir(path)
                    .expect("lists")
                    .for_each(|e| walk(root, &e.expect("an entry").path(), out));
            } else if path.exists() {
                out.push(
                    path.strip_prefix(root)
                        .expect("below")
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
        let mut out = Vec::new();
        walk(&self.0, &self.0.join(dir), &mut out);
        out.sort();
        Ok(out)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.0.join(path)).map_err(|e| ReadError(e.to_string()))
    }
}

fn source(
    kind: SystemKind,
    catalog: &[&str],
    metadata: &[&str],
    base: BaseCatalog,
) -> SystemSource {
    SystemSource {
        name: kind.word().into(),
        kind,
        catalog: catalog.iter().map(|p| (*p).into()).collect(),
        metadata: metadata.iter().map(|p| (*p).into()).collect(),
        base,
    }
}

/// One catalog, and what was reported, as `code message`.
fn one(system: &SystemSource, files: &dyn Files) -> (Catalog, Vec<String>) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let catalogs = load(std::slice::from_ref(system), files, &mut sources, &mut sink);
    let found = sink.sorted(&sources);
    let lines = found.iter().map(|d| {
        let label = d.labels.first();
        let place = label.map_or_else(String::new, |l| sources.place(l.span));
        format!(
            "{} {place} {}: {}",
            d.code,
            d.message,
            label.map_or("", |l| &l.text)
        )
    });
    (
        catalogs.get(&system.name).expect("is there").clone(),
        lines.collect(),
    )
}

/// Objects, fields, picklist values, record types, processes, value sets, owners of a catalog.
fn counts(c: &Catalog) -> [usize; 7] {
    let values = |f: &accordant::catalog::Field| f.picklist.as_ref().map_or(0, |p| p.values.len());
    [
        c.objects.len(),
        c.objects.iter().map(|o| o.fields.len()).sum(),
        c.objects.iter().flat_map(|o| &o.fields).map(values).sum(),
        c.objects.iter().map(|o| o.record_types.len()).sum(),
        c.objects.iter().map(|o| o.processes.len()).sum(),
        c.value_sets.len(),
        c.owners.len(),
    ]
}

#[test]
fn explore() {
    let Some(files) = shared() else { return };
    for m in [
        "northstar-sales-cloud",
        "npsp",
        "dreamhouse",
        "ebikes",
        "easy-spaces",
    ] {
        for base in [BaseCatalog::None, BaseCatalog::Standard] {
            let s = source(
                SystemKind::Salesforce,
                &[],
                &[&format!("salesforce/metadata/{m}")],
                base,
            );
            let t = std::time::Instant::now();
            let (c, lines) = one(&s, &files);
            println!(
                "{m} {base:?} {:?} missing={} {:?}",
                counts(&c),
                c.missing,
                t.elapsed()
            );
            lines.iter().take(20).for_each(|l| println!("   {l}"));
            let unknown: std::collections::BTreeSet<_> = c
                .objects
                .iter()
                .flat_map(|o| &o.fields)
                .filter_map(|f| match &f.ty {
                    accordant::catalog::FieldType::Unknown(u) => Some(u.clone()),
                    _ => None,
                })
                .collect();
            println!("   unknown types {unknown:?}");
        }
    }
    for (k, p) in [
        (SystemKind::Salesforce, "salesforce/describe/*.json"),
        (SystemKind::Salesforce, "salesforce/soql_metadata/*.json"),
        (SystemKind::HubSpot, "hubspot/p*/*.json"),
    ] {
        for base in [BaseCatalog::None, BaseCatalog::Standard] {
            let (c, lines) = one(&source(k, &[p], &[], base), &files);
            println!("{p} {base:?} {:?} missing={}", counts(&c), c.missing);
            lines.iter().take(20).for_each(|l| println!("   {l}"));
            let unknown: std::collections::BTreeSet<_> = c
                .objects
                .iter()
                .flat_map(|o| &o.fields)
                .filter_map(|f| match &f.ty {
                    accordant::catalog::FieldType::Unknown(u) => Some(u.clone()),
                    _ => None,
                })
                .collect();
            println!("   unknown types {unknown:?}");
        }
    }
}
