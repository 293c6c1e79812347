//! What the benchmarks share: generated projects, timed processes, and a table of medians.
#![expect(dead_code, reason = "each benchmark uses a part of it")]

pub mod automated;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rows of one sync of a generated project.
const ROWS: usize = 50;

/// The folder for everything that benchmarks generate.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/bench")
        .join(name);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// A project of so many mapped fields, 50 a sync, every fifth a picklist of eight values with its map; and the same
/// content as one JSON document with its JSON Schema, for validators of documents.
pub fn project(fields: usize) -> PathBuf {
    let root = scratch(&format!("project-{fields}"));
    let spec = fill(&root, fields);
    std::fs::write(root.join("main.sync"), spec).expect("written");
    root
}

/// Writes the files of such a project, its spec aside, which is given back.
fn fill(root: &Path, fields: usize) -> String {
    for side in ["hubspot", "salesforce"] {
        std::fs::create_dir_all(root.join("catalogs").join(side)).expect("the folder can be made");
    }
    let mut spec = String::from(
        "use std.transforms.{lower_trim}\n\nsystem hubspot: hubspot { }\nsystem salesforce: salesforce { }\n\n",
    );
    let mut document = String::from("{\"syncs\":[");
    for sync in 0..fields.div_ceil(ROWS) {
        write_sync(root, sync, &mut spec, &mut document);
    }
    document.push_str("]}\n");
    std::fs::write(root.join("document.json"), document).expect("written");
    std::fs::write(root.join("schema.json"), SCHEMA).expect("written");
    std::fs::write(root.join("accordant.toml"), MANIFEST).expect("written");
    spec
}

fn write_sync(root: &Path, sync: usize, spec: &mut String, document: &mut String) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let (mut rows, mut json) = (String::new(), Vec::new());
    for row in 0..ROWS {
        let k = sync * ROWS + row;
        let (l, r) = (format!("field_{k}"), format!("Field_{k}__c"));
        if row % 5 == 4 {
            let (lv, rv) = (values("value"), values("Value"));
            left.push(picklist(&l, &lv));
            right.push(picklist(&r, &rv));
            let _ = writeln!(
                spec,
                "picklist Map{k}: hubspot.object_{sync}.{l} <-> salesforce.Object_{sync}__c.{r} {{"
            );
            for (a, b) in lv.iter().zip(&rv) {
                let _ = writeln!(spec, "  {a} <-> {b}");
            }
            spec.push_str("}\n");
            let _ = writeln!(
                rows,
                "  {l} <-> {r}  via Map{k}, prefer salesforce unless blank"
            );
            let map: Vec<String> = lv
                .iter()
                .zip(&rv)
                .map(|(a, b)| format!("\"{a}\":\"{b}\""))
                .collect();
            json.push(format!(
                "{{\"left\":\"{l}\",\"right\":\"{r}\",\"direction\":\"<->\",\"type\":\"picklist\",\"authority\":\"prefer\",\"map\":{{{}}}}}",
                map.join(",")
            ));
        } else {
            left.push(format!(
                "{{\"name\":\"{l}\",\"label\":\"Field {k}\",\"type\":\"text\",\"length\":80}}"
            ));
            right.push(format!("{{\"name\":\"{r}\",\"label\":\"Field {k}\",\"type\":\"text\",\"length\":80,\"custom\":true}}"));
            let clause = [
                "via lower_trim",
                "prefer salesforce unless blank",
                "salesforce wins",
                "salesforce wins",
            ][row % 5 % 4];
            let _ = writeln!(rows, "  {l} <-> {r}  {clause}");
            let authority = ["truth", "prefer", "wins", "wins"][row % 5 % 4];
            json.push(format!(
                "{{\"left\":\"{l}\",\"right\":\"{r}\",\"direction\":\"<->\",\"type\":\"text\",\"authority\":\"{authority}\"}}"
            ));
        }
    }
    left.push(
        "{\"name\":\"sf_id\",\"type\":\"text\",\"unique\":true,\"id_lookup\":true}".to_owned(),
    );
    right.push("{\"name\":\"Ext__c\",\"type\":\"text\",\"length\":40,\"unique\":true,\"external_id\":true,\"id_lookup\":true,\"custom\":true}".to_owned());
    let first = sync * ROWS;
    let _ = write!(
        spec,
        "sync Sync{sync}: hubspot.object_{sync} <-> salesforce.Object_{sync}__c {{\n  truth   salesforce\n  \
         match   field_{first} = Field_{first}__c\n  many    salesforce hold\n  many    hubspot hold\n  \
         key     hubspot.sf_id, salesforce.Ext__c\n  create  in hubspot, salesforce\n  delete  keep\n\n{rows}}}\n\n"
    );
    if sync > 0 {
        document.push(',');
    }
    let _ = write!(
        document,
        "{{\"name\":\"Sync{sync}\",\"left\":\"object_{sync}\",\"right\":\"Object_{sync}__c\",\"rows\":[{}]}}",
        json.join(",")
    );
    for (side, object, fields) in [
        ("hubspot", format!("object_{sync}"), left),
        ("salesforce", format!("Object_{sync}__c"), right),
    ] {
        let fields = fields.join(",\n");
        let entry = format!("{{\"name\":\"{object}\",\"fields\":[\n{fields}\n]}}");
        write_catalog(root, side, &object, &[entry]);
    }
}

/// Writes a catalog of some objects for a system.
fn write_catalog(root: &Path, side: &str, name: &str, objects: &[String]) {
    let path = root
        .join("catalogs")
        .join(side)
        .join(format!("{name}.json"));
    let text = format!(
        "{{\"accordant_catalog\":1,\"objects\":[\n{}\n]}}\n",
        objects.join(",\n")
    );
    std::fs::write(path, text).expect("written");
}

fn values(stem: &str) -> Vec<String> {
    (0..8).map(|n| format!("{stem}_{n}")).collect()
}

fn picklist(name: &str, values: &[String]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|v| format!("{{\"value\":\"{v}\"}}"))
        .collect();
    format!(
        "{{\"name\":\"{name}\",\"type\":\"picklist\",\"picklist\":{{\"values\":[{}],\"restricted\":true}}}}",
        values.join(",")
    )
}

const MANIFEST: &str = r#"[project]
name = "bench"
language = 1
specs = ["*.sync"]

[systems.hubspot]
catalog = ["catalogs/hubspot/*.json"]
base = false

[systems.salesforce]
catalog = ["catalogs/salesforce/*.json"]
base = false
"#;

const SCHEMA: &str = r##"{
  "type": "object", "required": ["syncs"], "additionalProperties": false,
  "properties": { "syncs": { "type": "array", "items": {
    "type": "object", "required": ["name", "left", "right", "rows"], "additionalProperties": false,
    "properties": {
      "name": { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$" },
      "left": { "type": "string", "minLength": 1 }, "right": { "type": "string", "minLength": 1 },
      "rows": { "type": "array", "items": {
        "type": "object", "required": ["left", "right", "direction", "type"], "additionalProperties": false,
        "properties": {
          "left": { "type": "string", "pattern": "^[a-z][a-z0-9_]*$" },
          "right": { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*(__c)?$" },
          "direction": { "enum": ["->", "<-", "<->"] },
          "type": { "enum": ["text", "picklist", "number", "date"] },
          "authority": { "enum": ["truth", "prefer", "latest", "wins", "ask"] },
          "map": { "type": "object", "additionalProperties": { "type": "string", "minLength": 1 } }
        }
      } }
    }
  } } }
}
"##;

/// Whether a Python module is there.
pub fn python_has(module: &str) -> bool {
    let import = format!("import {module}");
    Command::new("python3")
        .args(["-c", &import])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// Runs a command to its end and gives its time; its output is thrown away.
pub fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the command starts");
    assert!(status.success(), "{command:?} failed: {status}");
    start.elapsed()
}

/// A command that runs on one core where `taskset` can see to that.
pub fn one_core(program: &str) -> Command {
    let pinned = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if pinned {
        let mut command = Command::new("taskset");
        command.args(["-c", "1", program]);
        command
    } else {
        Command::new(program)
    }
}

/// How many records a benchmark of records takes: `ACCORDANT_BENCH_RECORDS`, else 200,000.
pub fn records() -> usize {
    std::env::var("ACCORDANT_BENCH_RECORDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200_000)
}

/// Medians of two commands that run in turn, A B A B …, after one run of each that is not counted.
pub fn in_turn(
    runs: usize,
    mut a: impl FnMut() -> Duration,
    mut b: impl FnMut() -> Duration,
) -> (Duration, Duration) {
    a();
    b();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        left.push(a());
        right.push(b());
    }
    (median(left), median(right))
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The peak memory of a command in MiB, where `/usr/bin/time` can tell.
pub fn peak(command: &mut Command) -> Option<f64> {
    let mut measured = Command::new("/usr/bin/time");
    measured
        .arg("-f")
        .arg("%M")
        .arg(command.get_program())
        .args(command.get_args());
    let output = measured.stdout(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines()
        .last()?
        .trim()
        .parse::<f64>()
        .ok()
        .map(|kib| kib / 1024.0)
}
