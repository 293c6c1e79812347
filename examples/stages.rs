use accordant::{analyze, catalog, check, diagnostic::Sink, resolve, session, source::*, syntax};
use std::time::Instant;
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let t = Instant::now();
    let files = accordant::cli::disk::DiskFiles::new(std::path::Path::new(&root)).unwrap();
    let text = String::from_utf8(files.read("main.sync").unwrap()).unwrap();
    println!("read {:?}", t.elapsed());
    let mut sources = Sources::default();
    let t = Instant::now();
    let id = sources.add(SourceFile::new("main.sync", text));
    println!("source {:?}", t.elapsed());
    let t = Instant::now();
    let mut sink = Sink::default();
    let tree = syntax::parse(id, sources.get(id).unwrap().text(), &mut sink);
    println!("parse {:?}", t.elapsed());
    let t = Instant::now();
    let sys = |n: &str, k| catalog::SystemSource {
        name: n.into(),
        kind: k,
        catalog: vec![catalog::Pattern::from(format!("catalogs/{n}/*.json"))],
        metadata: vec![],
        base: catalog::BaseCatalog::None,
    };
    let cats = catalog::load(
        &[
            sys("hubspot", accordant::platform::SystemKind::HubSpot),
            sys("salesforce", accordant::platform::SystemKind::Salesforce),
        ],
        &files,
        &mut sources,
        &mut sink,
    )
    .with_associations();
    println!("catalogs {:?}", t.elapsed());
    let t = Instant::now();
    let modules = [resolve::Module {
        name: "main".into(),
        tree,
        standard: false,
    }];
    let model = resolve::resolve("x", &modules, cats, &[], &sources, &mut sink);
    println!("resolve {:?}", t.elapsed());
    let t = Instant::now();
    let facts = analyze::analyze(&model);
    println!("analyze {:?}", t.elapsed());
    let t = Instant::now();
    check::check(&model, &facts, None, &mut sink);
    println!("check {:?}", t.elapsed());
    let t = Instant::now();
    drop(facts);
    drop(model);
    println!("drop model {:?}", t.elapsed());
    let t = Instant::now();
    drop(modules);
    println!("drop tree {:?}", t.elapsed());
    let t = Instant::now();
    let c = session::compile(&files, None);
    println!("session {:?}", t.elapsed());
    let t = Instant::now();
    drop(c);
    println!("drop {:?}", t.elapsed());
}
