//! Two SQLite stores of 13 text columns, 5 % of the records different in one to three of them: `accordant run` with its state
//! kept durably, on linked records and on a first run, against the bare SQL `ATTACH` and upsert, in turn.
//! `cargo bench --bench sync`, with `ACCORDANT_BENCH_RECORDS` for the number of records.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rusqlite::{Connection, params_from_iter};
use support::{median, peak, records, scratch, time};

const COLUMNS: usize = 13;

fn main() {
    let root = scratch("sync");
    if std::env::args().any(|a| a == "--upsert") {
        return upsert(&root);
    }
    let count = records();
    generate(&root, count);
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accordant"));
        command.arg("run").arg("--quiet").arg(&root);
        command.args(["--env", "bench"]);
        command
    };
    let bare = || {
        let mut command =
            Command::new(std::env::current_exe().expect("the benchmark knows where it is"));
        command.arg("--upsert");
        command
    };
    // the state after a first run, and the source changed after it
    reset(&root, "first");
    time(&mut run());
    differ(&root.join("a.db"), count, 1);
    keep(&root, "linked");
    let timed = |from: &str, command: &mut Command| {
        reset(&root, from);
        time(command)
    };
    let (mut first, mut linked, mut sql) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..if count > 200_000 { 3 } else { 5 } {
        sql.push(timed("linked", &mut bare()));
        linked.push(timed("linked", &mut run()));
        first.push(timed("first", &mut run()));
    }
    let sql = median(sql);
    println!("{count} records");
    println!("{:<14} {:>8} {:>8} {:>8}", "", "s", "MiB", "ratio");
    for (name, from, took, mut command) in [
        ("upsert in SQL", "linked", sql, bare()),
        ("linked", "linked", median(linked), run()),
        ("first run", "first", median(first), run()),
    ] {
        reset(&root, from);
        let memory = peak(&mut command).map_or("-".into(), |m| format!("{m:.0}"));
        println!(
            "{name:<14} {:>8.2} {memory:>8} {:>8.2}",
            took.as_secs_f64(),
            ratio(took, sql)
        );
    }
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

/// The files of a run.
const FILES: [&str; 3] = ["a.db", "b.db", "state.db"];

/// Puts the files of a run by, under a name.
fn keep(root: &Path, name: &str) {
    std::fs::create_dir_all(root.join(name)).expect("made");
    for file in FILES {
        if root.join(file).is_file() {
            Connection::open(root.join(file))
                .and_then(|db| db.execute_batch("PRAGMA journal_mode = DELETE"))
                .expect("it can be folded");
            std::fs::copy(root.join(file), root.join(name).join(file)).expect("copied");
        }
    }
}

/// Takes them out again.
fn reset(root: &Path, name: &str) {
    for file in FILES {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(root.join(format!("{file}{suffix}")));
        }
        let kept = root.join(name).join(file);
        if kept.is_file() {
            std::fs::copy(kept, root.join(file)).expect("copied");
        }
    }
}

/// The least that the work can be: one statement over both databases.
fn upsert(root: &Path) {
    let db = Connection::open(root.join("b.db")).expect("it opens");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        .expect("set");
    db.execute("ATTACH ? AS a", [root.join("a.db").to_string_lossy()])
        .expect("attached");
    let list = |f: &dyn Fn(usize) -> String, glue: &str| {
        (1..COLUMNS).map(f).collect::<Vec<_>>().join(glue)
    };
    let sql = format!(
        "INSERT INTO Person__c (Id, Col_0__c, {}) SELECT 'new' || col_0, col_0, {} FROM a.person WHERE true \
         ON CONFLICT (Col_0__c) DO UPDATE SET {} WHERE {}",
        list(&|c| format!("Col_{c}__c"), ", "),
        list(&|c| format!("col_{c}"), ", "),
        list(&|c| format!("Col_{c}__c = excluded.Col_{c}__c"), ", "),
        list(
            &|c| format!("Col_{c}__c IS NOT excluded.Col_{c}__c"),
            " OR "
        ),
    );
    db.execute(&sql, []).expect("it runs");
}

/// Changes one to three columns of every twentieth record.
fn differ(path: &Path, count: usize, round: usize) {
    let mut db = Connection::open(path).expect("it opens");
    let all = db.transaction().expect("begun");
    for i in (0..count).skip(round).step_by(20) {
        for column in 0..=(i / 20 % 3) {
            let column = 1 + (i / 20 + column * 5) % (COLUMNS - 1);
            let sql = format!("UPDATE person SET col_{column} = ? WHERE rowid = ?");
            let mut statement = all.prepare_cached(&sql).expect("prepared");
            statement
                .execute((format!("changed {round} {i}"), i as i64 + 1))
                .expect("changed");
        }
    }
    all.commit().expect("committed");
}

fn generate(root: &Path, count: usize) {
    for folder in ["catalogs/hubspot", "catalogs/salesforce"] {
        std::fs::create_dir_all(root.join(folder)).expect("made");
    }
    let (mut left, mut right, mut rows) = (Vec::new(), Vec::new(), String::new());
    for column in 0..COLUMNS {
        let unique = if column == 0 {
            ",\"unique\":true,\"id_lookup\":true"
        } else {
            ""
        };
        left.push(format!(
            "{{\"name\":\"col_{column}\",\"type\":\"text\",\"length\":80{unique}}}"
        ));
        right.push(format!("{{\"name\":\"Col_{column}__c\",\"type\":\"text\",\"length\":80,\"custom\":true{unique}}}"));
        let _ = writeln!(rows, "  col_{column} -> Col_{column}__c");
    }
    let spec = format!(
        "system hubspot: hubspot {{ }}\nsystem salesforce: salesforce {{ }}\n\nsync Person: hubspot.person -> salesforce.Person__c {{\n  \
         truth   hubspot\n  match   col_0 = Col_0__c\n  many    salesforce hold\n  many    hubspot hold\n  delete  keep\n\n{rows}}}\n"
    );
    std::fs::write(root.join("main.sync"), spec).expect("written");
    std::fs::write(root.join("accordant.toml"), MANIFEST).expect("written");
    for (side, object, fields) in [
        ("hubspot", "person", left),
        ("salesforce", "Person__c", right),
    ] {
        let text = format!(
            "{{\"accordant_catalog\":1,\"objects\":[{{\"name\":\"{object}\",\"fields\":[\n{}\n]}}]}}\n",
            fields.join(",\n")
        );
        std::fs::write(root.join(format!("catalogs/{side}/{object}.json")), text).expect("written");
    }
    let _ = std::fs::remove_dir_all(root.join("first"));
    let _ = std::fs::remove_dir_all(root.join("linked"));
    reset(root, "nothing");
    store(
        &root.join("a.db"),
        "person",
        "id",
        |c| format!("col_{c}"),
        count,
    );
    store(
        &root.join("b.db"),
        "Person__c",
        "Id",
        |c| format!("Col_{c}__c"),
        count,
    );
    differ(&root.join("a.db"), count, 0);
    keep(root, "first");
}

fn store(path: &Path, table: &str, id: &str, name: impl Fn(usize) -> String, count: usize) {
    let mut db = Connection::open(path).expect("it opens");
    let columns: Vec<String> = (0..COLUMNS)
        .map(|c| format!("{} TEXT{}", name(c), if c == 0 { " UNIQUE" } else { "" }))
        .collect();
    db.execute_batch(&format!(
        "CREATE TABLE {table} ({id} TEXT PRIMARY KEY, {})",
        columns.join(", ")
    ))
    .expect("made");
    let all = db.transaction().expect("begun");
    let marks = vec!["?"; COLUMNS + 1].join(", ");
    for i in 0..count {
        let mut values = vec![format!("{}", 10_000_000 + i)];
        values.extend((0..COLUMNS).map(|c| {
            if c == 0 {
                format!("key-{i}")
            } else {
                format!("text {c} {}", i * 31 % 9973)
            }
        }));
        let mut statement = all
            .prepare_cached(&format!("INSERT INTO {table} VALUES ({marks})"))
            .expect("prepared");
        statement
            .execute(params_from_iter(values))
            .expect("inserted");
    }
    all.commit().expect("committed");
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

[environments.bench]
hubspot = { sqlite = "a.db" }
salesforce = { sqlite = "b.db" }
state = "state.db"
"#;
