//! Pains of real integrations, each as a small project: what people asked for help with in public is either told by `check`
//! before anything runs, or survived by a run. Each file names where it was told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use accordant::diagnostic::Level;
use accordant::lower::cases;
use accordant::session::{Compilation, compile};
use accordant::source::MemoryFiles;
use accordant::testing::run_case;

use crate::support::{compile_fixture, line};

fn projects() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pains");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|e| e.expect("entry").path())
        .collect();
    paths.sort();
    let text = |p: &PathBuf| std::fs::read_to_string(p).expect("readable");
    paths.iter().map(|p| (p.clone(), text(p))).collect()
}

/// Over the two invented systems; over the standard catalogs where it declares its own.
fn compiled(text: &str) -> Compilation {
    if !text.contains("\nsystem ") {
        return compile_fixture(text);
    }
    let mut files = MemoryFiles::default();
    let manifest = "[project]\nname = \"p\"\nlanguage = 1\nspecs = [\"*.sync\"]\n";
    files.insert("accordant.toml", manifest);
    files.insert("main.sync", text);
    compile(&files, None)
}

#[test]
fn every_pain_is_told_before_the_run_or_survived_by_it() {
    let mut wrong = Vec::new();
    for (path, text) in projects() {
        let compilation = compiled(&text);
        let mut marks: BTreeSet<(u32, String)> = BTreeSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            if let Some((_, code)) = line.split_once("//~ ") {
                marks.insert((number, code.trim().to_owned()));
            }
        }
        let found: BTreeSet<(u32, String)> = compilation
            .findings
            .iter()
            .filter(|d| d.level == Level::Error)
            .map(|d| {
                let span = d.labels.first().map(|l| l.span).unwrap_or_default();
                let file = compilation.sources.get(span.file);
                let line = file.map_or(0, |f| f.line_column(span.start).0);
                (line, d.code.to_string())
            })
            .collect();
        if found != marks {
            let said = compilation.findings.iter();
            let said: Vec<String> = said.map(|d| line(d, &compilation.sources)).collect();
            wrong.push(format!("{}\n  {}", path.display(), said.join("\n  ")));
            continue;
        }
        let Ok(model) = &compilation.model else {
            continue;
        };
        let plan = compilation
            .plan()
            .expect("the gate is open")
            .expect("a plan");
        let cases = cases(model, &compilation.sources);
        assert!(
            !cases.is_empty(),
            "{} is neither told nor run",
            path.display()
        );
        for case in &cases {
            let result = run_case(&plan, case);
            if !result.passed() {
                wrong.push(format!("{}\n  {result:#?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
