//! What parsing promises.

use accordant::diagnostic::{Code, Diagnostic, Sink};
use accordant::source::{SourceFile, Sources};
use accordant::syntax::ast::{Item, SyncLine, SyntaxTree};

/// The tree of a text and the findings, sorted.
pub fn parse(text: &str) -> (SyntaxTree, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("spec.sync", text));
    let mut sink = Sink::default();
    let tree = accordant::syntax::parse(file, text, &mut sink);
    let found = sink.sorted(&sources);
    (tree, found, sources)
}

/// Findings as plain text: code, message, then each place with the text under it, then the help.
pub fn render(found: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for d in found {
        out += &format!("{}: {}\n", d.code, d.message);
        for label in &d.labels {
            let Some(file) = sources.get(label.span.file) else {
                continue;
            };
            let (line, column) = file.line_column(label.span.start);
            let (end_line, end_column) = file.line_column(label.span.end);
            let code = file.text().lines().nth(line as usize - 1).unwrap_or("");
            let width = if line == end_line {
                end_column.saturating_sub(column).max(1)
            } else {
                1
            };
            let carets = "^".repeat(width as usize);
            out += &format!("  {line}:{column}-{end_line}:{end_column}\n    {code}\n");
            out += &format!(
                "    {}{carets} {}",
                " ".repeat(column as usize - 1),
                label.text
            );
            out = out.trim_end().to_owned() + "\n";
        }
        for help in d.help.iter().flat_map(|h| h.lines()) {
            out += &format!("  help: {help}\n");
        }
    }
    out
}

#[test]
fn the_example_of_the_guide_is_silent() {
    let (tree, found, sources) = parse(include_str!("format/acme.sync"));
    assert_eq!(render(&found, &sources), "");
    assert_eq!(tree.items.len(), 31);
}

/// A finding snapshot for each broken fixture.
#[test]
fn broken_fixtures_are_told_what_where_and_what_to_do() {
    insta::glob!("syntax/broken/*.sync", |path| {
        let text = std::fs::read_to_string(path).expect("fixture");
        let (_, found, sources) = parse(&text);
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(render(&found, &sources)) });
    });
}

#[test]
fn four_slips_are_four_errors_and_the_rest_is_there() {
    let text = "\
sync A: hubspot.a <-> salesforce.A {
  one <-> One
  two <=> Two
  three <-> Three
}

picklist : hubspot.a.b -> salesforce.A.B { x -> y }

const Good = 1

konst Bad = 2

fn broken(: text = 1

const Last = (\"a\", \"b\")
";
    let (tree, found, sources) = parse(text);
    assert_eq!(found.len(), 4, "{}", render(&found, &sources));
    let broken = tree
        .items
        .iter()
        .filter(|i| matches!(i.node, Item::Broken))
        .count();
    assert_eq!((tree.items.len(), broken), (6, 3));
    let Some(Item::Sync(sync)) = tree.items.first().map(|i| &i.node) else {
        panic!("a sync")
    };
    assert_eq!(sync.rows().count(), 2);
    assert_eq!(
        sync.body
            .lines
            .iter()
            .filter(|l| matches!(l.node, SyncLine::Broken))
            .count(),
        1
    );
}

#[test]
fn a_million_nested_brackets_are_a_finding() {
    for open in ["(", "{", "[", "-", "not "] {
        let nested = open.repeat(if open == "(" { 1_000_000 } else { 50_000 });
        for text in [
            format!("const X = {nested}"),
            format!("sync A: a.b <-> c.d {{\n  a <-> ({nested}\n}}\n"),
        ] {
            let (_, found, sources) = parse(&text);
            assert_eq!(
                found.len(),
                1,
                "{open}: {}",
                render(&found, &sources)
                    .chars()
                    .take(400)
                    .collect::<String>()
            );
        }
    }
    let (_, found, _) = parse(&format!("const X = {}1{}", "(".repeat(60), ")".repeat(60)));
    assert_eq!(found.len(), 0);
    let (_, found, _) = parse(&format!(
        "const X = {}1{}",
        "(".repeat(200),
        ")".repeat(200)
    ));
    assert_eq!(
        found.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::S005]
    );
    let (_, found, _) = parse(&format!("const X = 1{}", " + 1".repeat(100_000)));
    assert_eq!(
        found.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::S005]
    );
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let (tree, found, _) = parse(&" ".repeat((64 << 20) + 1));
    assert_eq!(
        found.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::S006]
    );
    assert_eq!(tree.items.len(), 0);
}

#[test]
fn names_of_statements_are_fields_where_an_arrow_follows() {
    let text = "sync A: hubspot.a <-> salesforce.B {\n  from <-> From__c\n  key -> Key__c\n  match.name <- Name\n  owner <-> Owner\n}\n";
    let (tree, found, sources) = parse(text);
    assert_eq!(render(&found, &sources), "");
    let Some(Item::Sync(sync)) = tree.items.first().map(|i| &i.node) else {
        panic!("a sync")
    };
    assert_eq!(sync.rows().count(), 4);
}

#[test]
fn operators_bind_as_the_guide_says() {
    let parsed = |text: &str| {
        let (tree, found, sources) = parse(&format!("const X = {text}"));
        assert_eq!(render(&found, &sources), "", "{text}");
        let meaning = tree.meaning();
        // where groups stand does not matter here
        meaning.replace("Group(", "").replace(')', "")
    };
    for (plain, grouped) in [
        ("a or b and c", "a or (b and c)"),
        ("not a = b and c", "(not (a = b)) and c"),
        ("not a in (b, c) or d", "(not (a in (b, c))) or d"),
        ("a + b * c >= d - e - f", "(a + (b * c)) >= ((d - e) - f)"),
        ("-a * b is set", "((-a) * b) is set"),
        ("a changed and b is blank", "(a changed) and (b is blank)"),
    ] {
        let strip = |s: String| {
            s.replace("Expr { node: Expr { node: ", "Expr { node: ")
                .replace(" }", "")
                .replace(", span: _", "")
        };
        assert_eq!(strip(parsed(plain)), strip(parsed(grouped)), "{plain}");
    }
}

/// Items in parallel: the same findings in the same order, however large the file.
#[test]
fn large_files_give_the_findings_in_order() {
    let item = "sync A: hubspot.a <-> salesforce.B {\n  a => B\n}\n";
    let text = item.repeat(3_000);
    let mut sink = Sink::default();
    let tree = accordant::syntax::parse(accordant::source::FileId(0), &text, &mut sink);
    let places: Vec<u32> = sink
        .iter()
        .filter_map(|d| d.labels.first().map(|l| l.span.start))
        .collect();
    assert_eq!((tree.items.len(), places.len()), (3_000, 3_000));
    assert!(places.is_sorted());
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, cases: 300, ..Default::default() })]

    /// Bytes replaced, removed, doubled: never a panic, in the parser or in the formatter, and labels within the text.
    #[test]
    fn mutants_never_panic(edits in proptest::collection::vec((0usize..12_000, 0u8..4, proptest::prelude::any::<u8>()), 1..12), which in 0usize..5) {
        let sources = [
            include_str!("format/acme.sync"), include_str!("syntax/broken/rows.sync"), include_str!("syntax/broken/maps.sync"),
            include_str!("syntax/broken/items.sync"), include_str!("syntax/broken/unclosed.sync"),
        ];
        let mut bytes = sources[which].as_bytes().to_vec();
        const SIGNS: &[u8] = b"{}()[]\"`\n,;|<>-=/.: \\a0\xe2";
        for (at, how, byte) in edits {
            let at = at % bytes.len();
            match how {
                0 => bytes[at] = SIGNS[usize::from(byte) % SIGNS.len()],
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, SIGNS[usize::from(byte) % SIGNS.len()]),
                _ => bytes[at] = byte,
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (tree, found, _) = parse(&text);
        for label in found.iter().flat_map(|d| &d.labels) {
            proptest::prop_assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{label:?}");
        }
        proptest::prop_assert!(found.iter().all(|d| d.code != Code::B001), "{}", text);
        if found.is_empty() {
            crate::format::formatted_sound(&text);
        } else {
            accordant::syntax::format(&tree, &text);
        }
    }
}

#[test]
fn a_misspelt_clause_and_a_comma_too_many_are_told_where_they_stand() {
    let text =
        "sync A: h.x <-> s.Y {\n  a <-> B  vai Tier\n  c <-> D,\n  e <-> F\n  g <-> H  s win\n}\n";
    let (_, found, sources) = parse(text);
    let told: Vec<String> = found
        .iter()
        .map(|d| {
            let place = sources.place(d.labels[0].span);
            let help = d.help.as_deref().unwrap_or_default();
            format!("{place} {} {help}", d.message)
        })
        .collect();
    assert_eq!(
        told,
        [
            "spec.sync:2 `vai` begins no clause did you mean `via`?",
            "spec.sync:3 a clause follows this comma, and there is the next row remove the comma, or write the clause",
            "spec.sync:5 expected `wins`, found `win` did you mean `wins`?",
        ]
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_spec() {
    let spec = "sync Ticket: desk.ticket -> crm.Case, append only {\n  key crm.Desk_Ticket_Id__c\n  subject -> Subject  default \"none\"\n  lagnuage -> Language__c\n}\n";
    let told = |text: &str| {
        let compilation = crate::support::compile_fixture(text);
        let all = compilation.findings.iter();
        all.map(|d| crate::support::line(d, &compilation.sources))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&format!("\u{feff}{spec}")), told(spec));
    assert!(told(spec).iter().any(|l| l.contains("lagnuage")));
}
