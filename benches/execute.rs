//! Records of 25 fields in JSON lines through a sync of 20 rows, four of them picklist maps and three text normalisers, into
//! JSON lines: `accordant run` as a whole process against DuckDB on one thread, in turn, on one core where `taskset` is
//! there. `cargo bench --bench execute`, with `ACCORDANT_BENCH_RECORDS` for the number of records.
//!
//! A run also keeps the identity of every record in its state, and writes durably; the second row leaves that out: the
//! compiled program on records read by the store, its values written as JSON lines. The peer needs `pip install duckdb`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use accordant::cli::disk::DiskFiles;
use accordant::connect::{Flat, Format, IdStyle, Jsonl, Store};
use accordant::runtime::program::{Links, Related, Scene, Sync};
use accordant::runtime::{ObjectId, Program, Record, compile, compose};
use accordant::side::{Side, Sides};
use accordant::value::{Value, Wire};
use smol_str::SmolStr;
use support::{in_turn, median, one_core, peak, python_has, records, scratch, time};

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The picklist maps: how many values each has.
const MAPS: [usize; 4] = [50, 60, 100, 200];
/// Rows that take a text as it is.
const PLAIN: usize = 13;
const NORMALISERS: [(&str, &str); 3] = [
    ("lower_trim", "lower(trim(x))"),
    ("trim", "trim(x)"),
    ("upper", "upper(x)"),
];

fn main() {
    if std::env::args().any(|a| a == "--program") {
        return program_alone(&scratch("execute"));
    }
    let count = records();
    let root = scratch("execute");
    generate(&root, count);
    let ours = || {
        let mut command = one_core(env!("CARGO_BIN_EXE_accordant"));
        command.arg("run").arg("--quiet").arg(&root);
        command.args(["--env", "bench"]);
        command
    };
    let theirs = || {
        let mut command = one_core("python3");
        command.arg("-c").arg(sql()).current_dir(&root);
        command
    };
    let alone = || {
        let own = std::env::current_exe().expect("the benchmark knows where it is");
        let mut command = one_core(&own.to_string_lossy());
        command.arg("--program");
        command
    };
    let fresh = |command: &mut Command| {
        reset(&root);
        time(command)
    };
    let runs = if count > 200_000 { 3 } else { 5 };
    let peer = python_has("duckdb");
    let other = |command: &mut Command| {
        if peer { time(command) } else { Duration::ZERO }
    };
    let (run, duck) = in_turn(runs, || fresh(&mut ours()), || other(&mut theirs()));
    let program = median((0..runs).map(|_| time(&mut alone())).collect());
    println!("{count} records");
    let rate = |t: Duration| count as f64 / t.as_secs_f64();
    println!(
        "{:<16} {:>10} {:>8} {:>14}",
        "", "records/s", "MiB", "of DuckDB"
    );
    reset(&root);
    for (name, took, memory) in [
        ("accordant run", run, peak(&mut ours())),
        ("program alone", program, peak(&mut alone())),
        ("DuckDB", duck, peer.then(|| peak(&mut theirs())).flatten()),
    ] {
        let memory = memory.map_or("-".into(), |m| format!("{m:.0}"));
        println!(
            "{name:<16} {:>10.0} {memory:>8} {:>14.2}",
            rate(took),
            rate(took) / rate(duck)
        );
    }
}

/// Empties what a run fills.
fn reset(root: &Path) {
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        let _ = std::fs::remove_file(root.join(file));
    }
    let target = root.join("salesforce");
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).expect("made");
    std::fs::write(target.join("Person__c.jsonl"), "").expect("written");
}

fn generate(root: &Path, count: usize) {
    for folder in ["catalogs/hubspot", "catalogs/salesforce", "hubspot"] {
        std::fs::create_dir_all(root.join(folder)).expect("made");
    }
    let mut spec = String::from(
        "use std.transforms.{lower_trim, trim, upper}\n\nsystem hubspot: hubspot { }\nsystem salesforce: salesforce { }\n\n",
    );
    let (mut left, mut right, mut rows) = (Vec::new(), Vec::new(), String::new());
    for (map, size) in MAPS.iter().enumerate() {
        let values = |stem: &str| -> String {
            let values: Vec<String> = (0..*size)
                .map(|v| format!("{{\"value\":\"{stem}_{v}\"}}"))
                .collect();
            values.join(",")
        };
        for (fields, name, stem) in [
            (&mut left, format!("pick_{map}"), "value"),
            (&mut right, format!("Pick_{map}__c"), "Value"),
        ] {
            fields.push(format!(
                "{{\"name\":\"{name}\",\"type\":\"picklist\",\"picklist\":{{\"values\":[{}],\"restricted\":true}}}}",
                values(stem)
            ));
        }
        let _ = writeln!(
            spec,
            "picklist Map{map}: hubspot.person.pick_{map} -> salesforce.Person__c.Pick_{map}__c {{"
        );
        for v in 0..*size {
            let _ = writeln!(spec, "  value_{v} -> Value_{v}");
        }
        spec.push_str("}\n");
        let _ = writeln!(rows, "  pick_{map} -> Pick_{map}__c  via Map{map}");
    }
    for field in 0..21 {
        left.push(format!(
            "{{\"name\":\"text_{field}\",\"type\":\"text\",\"length\":80}}"
        ));
        right.push(format!(
            "{{\"name\":\"Text_{field}__c\",\"type\":\"text\",\"length\":80,\"custom\":true}}"
        ));
        let via = NORMALISERS
            .get(field)
            .map_or(String::new(), |(normaliser, _)| {
                format!("  via {normaliser}")
            });
        if field < NORMALISERS.len() + PLAIN {
            let _ = writeln!(rows, "  text_{field} -> Text_{field}__c{via}");
        }
    }
    right.push("{\"name\":\"Ext__c\",\"type\":\"text\",\"length\":40,\"unique\":true,\"external_id\":true,\"id_lookup\":true,\"custom\":true}".to_owned());
    let _ = write!(
        spec,
        "\nsync Person: hubspot.person -> salesforce.Person__c {{\n  append only\n  key   salesforce.Ext__c\n\n{rows}}}\n"
    );
    std::fs::write(root.join("main.sync"), spec).expect("written");
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
    std::fs::write(root.join("accordant.toml"), MANIFEST).expect("written");
    let file = std::fs::File::create(root.join("hubspot/person.jsonl")).expect("made");
    let mut out = std::io::BufWriter::new(file);
    for i in 0..count {
        let mut line = format!("{{\"id\":\"{}\"", 10_000_000 + i);
        for (map, size) in MAPS.iter().enumerate() {
            let _ = write!(line, ",\"pick_{map}\":\"value_{}\"", (i * 7 + map) % size);
        }
        for field in 0..21 {
            let _ = write!(
                line,
                ",\"text_{field}\":\" Some Text {}\"",
                (i * 31 + field * 7) % 1000
            );
        }
        line.push_str("}\n");
        out.write_all(line.as_bytes()).expect("written");
    }
    out.flush().expect("written");
}

/// The same work for DuckDB: maps as map literals, as its fastest form in our trials.
fn sql() -> String {
    let mut columns = vec!["id: 'VARCHAR'".to_owned()];
    let mut select = vec!["id AS \"Ext__c\"".to_owned()];
    for (map, size) in MAPS.iter().enumerate() {
        columns.push(format!("pick_{map}: 'VARCHAR'"));
        let pairs: Vec<String> = (0..*size)
            .map(|v| format!("'value_{v}': 'Value_{v}'"))
            .collect();
        select.push(format!(
            "MAP {{{}}}[pick_{map}] AS \"Pick_{map}__c\"",
            pairs.join(", ")
        ));
    }
    for field in 0..21 {
        columns.push(format!("text_{field}: 'VARCHAR'"));
        let value = NORMALISERS
            .get(field)
            .map_or("x", |(_, sql)| sql)
            .replace('x', &format!("text_{field}"));
        if field < NORMALISERS.len() + PLAIN {
            select.push(format!("{value} AS \"Text_{field}__c\""));
        }
    }
    format!(
        "import duckdb\nc=duckdb.connect()\nc.execute('SET threads=1')\nc.execute('''COPY (SELECT {} FROM \
         read_json('hubspot/person.jsonl', format='newline_delimited', columns={{{}}})) TO 'duck.jsonl' (FORMAT json)''')",
        select.join(", "),
        columns.join(", ")
    )
}

/// No record is linked.
struct Unlinked;

impl Links for Unlinked {
    fn linked(&self, _: &[u16], _: Side, _: &str) -> Option<SmolStr> {
        None
    }
}

/// Reads every record by the store, gives it to the program, and writes what comes out.
fn program_alone(root: &Path) {
    let start = Instant::now();
    let files = DiskFiles::new(root).expect("the project is there");
    let compilation = accordant::session::compile(&files, None);
    let mut plan = compilation.plan().expect("it is clean").expect("it lowers");
    accordant::plan::seal(&mut plan).expect("it seals");
    let program: Program = compile(&plan).expect("it compiles");
    let mut store = Flat::<Jsonl>::new(&root.join("hubspot"), Wire::Strings, IdStyle::Digits);
    let sync = program.syncs.first().expect("there is one");
    let shapes: Vec<_> = program
        .shapes
        .iter()
        .filter(|s| s.system == "hubspot")
        .cloned()
        .collect();
    store.open(&shapes).expect("it opens");
    let target = program
        .shapes
        .get(usize::from(sync.objects.right.0))
        .expect("it is there");
    let mut out = std::fs::File::create(root.join("program.jsonl")).expect("made");
    let mut from = None;
    let format = Jsonl::new(target, Wire::Strings, None).expect("it is known");
    let mut lines = Vec::new();
    let related = Related::new();
    loop {
        let page = store.scan(ObjectId(0), from, 256).expect("it reads");
        for record in &page.records {
            let scene = Scene {
                records: Sides::new(Some(record), None),
                changed: &[],
                links: &Unlinked,
                related: &related,
            };
            write_image(sync, record, &scene, &format, &mut lines);
            lines.push(b'\n');
        }
        out.write_all(&lines).expect("written");
        lines.clear();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    println!("{:.3} s", start.elapsed().as_secs_f64());
}

/// What the rows make of a record, as a line that the store would write.
fn write_image(
    sync: &Sync,
    record: &Record,
    scene: &Scene<'_>,
    format: &Jsonl,
    line: &mut Vec<u8>,
) {
    format.begin(&record.id, line);
    for row in &sync.rows {
        let read = row.cells.left.read.eval(scene, &Value::Blank);
        let read = read.as_ref().expect("it reads");
        let value = compose(row, Side::Left, read, scene);
        let value = value.as_ref().expect("it fits");
        if let (Some(slot), Some(value)) = (row.cells.right.slot, value) {
            format.put(slot, value, line);
        }
    }
    format.end(line);
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
hubspot = { jsonl = "hubspot" }
salesforce = { jsonl = "salesforce" }
state = "state.db"
"#;
