//! Measures how fast a store of JSON lines is read: `cargo run --release --example scan_speed -- 1000000`.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use accordant::connect::{Flat, IdStyle, Jsonl, Store};
use accordant::runtime::{Action, Lookup, Meta, ObjectId, Shape, Slot, Write};
use accordant::value::{Kind, Value, Wire};

fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(200_000), |n| n.parse())?;
    let folder = std::env::temp_dir().join(format!("accordant-scan-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("contacts.jsonl");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path)?);
    for i in 0..count {
        let mut line = format!(
            "{{\"id\":\"{}\"",
            10_000_000 + i.wrapping_mul(7_919) % 90_000_000
        );
        for field in 0..24 {
            let value = match field % 6 {
                0 => format!("\"{}\"", i * 7 % 10_000),
                1 => "\"2026-11-20\"".to_owned(),
                2 => "\"true\"".to_owned(),
                _ => format!("\"some text {}\"", (i + field) % 1000),
            };
            write!(line, ",\"field_{field:02}\":{value}")?;
        }
        writeln!(out, "{line}}}")?;
    }
    out.flush()?;
    let bytes = std::fs::metadata(&path)?.len();
    let kind = |field: usize| match field % 6 {
        0 => Kind::Number,
        1 => Kind::Date,
        2 => Kind::Bool,
        _ => Kind::Text,
    };
    let fields = (0..20).map(|field| Slot {
        name: format!("field_{field:02}").into(),
        kind: kind(field),
        lookup: Lookup::None,
    });
    let shape = Shape {
        system: "crm".into(),
        object: "contacts".into(),
        meta: Meta {
            id: "id".into(),
            deleted: None,
            modified: None,
            created: None,
            merged_into: None,
        },
        fields: fields.collect(),
    };
    println!(
        "{count} records of {} bytes, 25 members, 20 of them mapped",
        bytes / count.max(1)
    );
    let mut store = Flat::<Jsonl>::new(&folder, Wire::Strings, IdStyle::Digits);
    store.open(std::slice::from_ref(&shape))?;
    for name in ["first scan, indexing", "second scan"] {
        let start = Instant::now();
        let (mut from, mut met) = (None, 0);
        loop {
            let page = store.scan(ObjectId(0), from, 1000)?;
            met += page.records.len();
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        rate(name, met, start);
    }
    let start = Instant::now();
    let values: Vec<(u16, Value)> = (3..6)
        .map(|slot| (slot, Value::text("a new text")))
        .collect();
    let write = Write {
        action: Action::Create,
        values,
    };
    let writes = vec![write; 1000];
    let mut made = 0;
    while made < count {
        made += store.write(ObjectId(0), &writes)?.len() as u64;
        store.commit()?;
    }
    rate(
        "creates, a commit a thousand",
        usize::try_from(made)?,
        start,
    );
    let start = Instant::now();
    store.close()?;
    rate("close", usize::try_from(count + made)?, start);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn rate(name: &str, count: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{name}: {count} in {seconds:.2} s, {:.0} a second",
        count as f64 / seconds
    );
}
