//! What several tests need: projects in memory, findings in a stable form, the shared data.

use std::path::PathBuf;

use accordant::diagnostic::Diagnostic;
use accordant::plan::Plan;
use accordant::session::{Compilation, compile};
use accordant::source::{MemoryFiles, Sources};

/// The manifest of every fixture: two invented systems without the standard catalogs.
const MANIFEST: &str = r#"
[project]
name = "fixture"
language = 1
specs = ["*.sync"]

[systems.desk]
catalog = ["catalogs/desk.json"]
base = false

[systems.crm]
catalog = ["catalogs/crm.json"]
base = false

[environments.local.names]
inbound_queue = "00G000000000001"
"#;

/// The declarations that every fixture stands on.
const SYSTEMS: &str = "system desk: hubspot\nsystem crm: salesforce\n";

/// Compiles a fixture: its text as `main.sync` over the two invented systems.
pub fn compile_fixture(text: &str) -> Compilation {
    compile(
        &fixture_files(&[("main.sync", text)]),
        Some(jiff::civil::date(2026, 11, 23)),
    )
}

/// The plan of a compile. A gate that is shut is told with its findings.
pub fn planned(compilation: &Compilation) -> Plan {
    let Some(plan) = compilation.plan() else {
        let findings = compilation.findings.iter();
        let findings: Vec<String> = findings.map(|d| line(d, &compilation.sources)).collect();
        panic!("the gate is shut:\n{}", findings.join("\n"));
    };
    plan.expect("a plan")
}

/// Compiles a fixture whose second system has metadata: names and texts of files.
pub fn compile_fixture_with(text: &str, metadata: &[(String, String)]) -> Compilation {
    if metadata.is_empty() {
        return compile_fixture(text);
    }
    let mut files = fixture_files(&[("main.sync", text)]);
    let manifest = MANIFEST.replace(
        "[systems.crm]",
        "[systems.crm]\nmetadata = [\"metadata/*\"]",
    );
    files.insert("accordant.toml", manifest.as_str());
    for (name, text) in metadata {
        files.insert(format!("metadata/{name}"), text.as_str());
    }
    compile(&files, Some(jiff::civil::date(2026, 11, 23)))
}

/// The files of a fixture's project.
pub fn fixture_files(specs: &[(&str, &str)]) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    files.insert("accordant.toml", MANIFEST);
    files.insert("systems.sync", SYSTEMS);
    files.insert("catalogs/desk.json", include_str!("../catalogs/desk.json"));
    files.insert("catalogs/crm.json", include_str!("../catalogs/crm.json"));
    for (path, text) in specs {
        files.insert(*path, *text);
    }
    files
}

/// A place in the large shared data; where it is absent, a line says that the test is skipped.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ACCORDANT_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    let place = root.join("data").join(path);
    if place.exists() {
        return Some(place);
    }
    println!("skipped: the shared data are not here");
    None
}

/// A finding as `path:line:column CODE message`.
pub fn line(finding: &Diagnostic, sources: &Sources) -> String {
    let place = finding
        .labels
        .first()
        .and_then(|l| sources.get(l.span.file).map(|f| (f, l.span)));
    match place {
        Some((file, span)) => {
            let (line, column) = file.line_column(span.start);
            format!(
                "{}:{line}:{column} {} {}",
                file.path(),
                finding.code,
                finding.message
            )
        }
        None => format!("{} {}", finding.code, finding.message),
    }
}

/// A small generator of pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014), the same on every machine.
pub struct Random(u64);

impl Random {
    /// A generator that gives the same numbers for the same seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound that is not zero.
    pub const fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
