//! `accordant check` of generated projects against a JSON Schema validator (jsonschema-rs, called from Python) on the equal
//! document: whole processes in turn, reading all files included. `cargo bench --bench check`
//!
//! The peer needs `pip install jsonschema-rs`; without it only our own times are printed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod support;

use std::path::Path;
use std::process::Command;

use support::automated::automated;
use support::{in_turn, median, peak, project, python_has, time};

const VALIDATE: &str = "import json,sys,jsonschema_rs
d=json.load(open(sys.argv[1])); v=jsonschema_rs.validator_for(json.load(open(sys.argv[2])))
sys.exit(0 if v.is_valid(d) else 1)";

fn main() {
    let peer = python_has("jsonschema_rs");
    println!(
        "{:>8} {:>12} {:>9} {:>14} {:>8}",
        "fields", "check ms", "MiB", "peer ms", "ratio"
    );
    for fields in [100, 1_000, 10_000, 100_000] {
        let root = project(fields);
        let ours = || check(&root);
        let theirs = || {
            let mut command = Command::new("python3");
            command
                .args(["-c", VALIDATE])
                .arg(root.join("document.json"))
                .arg(root.join("schema.json"));
            command
        };
        let runs = if fields > 10_000 { 5 } else { 9 };
        let (a, b) = in_turn(
            runs,
            || time(&mut ours()),
            || {
                if peer {
                    time(&mut theirs())
                } else {
                    std::time::Duration::ZERO
                }
            },
        );
        let memory = peak(&mut ours()).map_or("-".into(), |m| format!("{m:.0}"));
        let (a, b) = (a.as_secs_f64() * 1e3, b.as_secs_f64() * 1e3);
        let (shown, ratio) = if peer {
            (format!("{b:.0}"), format!("{:.2}", a / b))
        } else {
            ("-".into(), "-".into())
        };
        println!("{fields:>8} {a:>12.1} {memory:>9} {shown:>14} {ratio:>8}");
    }
    println!(
        "\n{:>8} {:>6} {:>12} {:>12} {:>9}",
        "fields", "flows", "transitions", "check ms", "MiB"
    );
    for part in [1, 2, 4] {
        let (fields, flows, transitions) = (2_500 * part, 125 * part, 25 * part);
        let root = automated(fields, flows, transitions);
        let times = (0..9).map(|_| time(&mut check(&root))).collect();
        let ms = median(times).as_secs_f64() * 1e3;
        let memory = peak(&mut check(&root)).map_or("-".into(), |m| format!("{m:.0}"));
        println!("{fields:>8} {flows:>6} {transitions:>12} {ms:>12.1} {memory:>9}");
    }
}

fn check(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accordant"));
    command.arg("check").arg("--quiet").arg(root);
    command
}
