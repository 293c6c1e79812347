//! Formulas of Salesforce: all that people write is read, printed and read back; what is none is an error, never a panic.

use std::path::{Path, PathBuf};

use accordant::formula::{Formula, FormulaError, parse};

use crate::support::{Random, shared};

fn read(text: &str) -> Formula {
    parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn refuse(text: &str) -> FormulaError {
    match parse(text) {
        Err(error) => error,
        Ok(formula) => panic!("`{text}` was read as `{formula}`"),
    }
}

#[test]
fn operators_bind_as_in_salesforce() {
    let table = [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("1-2-3", "1 - 2 - 3"),
        // a power is looser than a product, and a sign tighter than all
        ("2*3^2", "2 * 3 ^ 2"),
        ("2*(3^2)", "2 * (3 ^ 2)"),
        ("-2^2", "-2 ^ 2"),
        ("-(2^2)", "-(2 ^ 2)"),
        ("a -- 2", "a - -2"),
        ("a&b+c", "a & b + c"),
        ("a==b", "a = b"),
        ("a!=b", "a <> b"),
        ("!a", "NOT(a)"),
        ("not a = b", "NOT(a) = b"),
        ("a || b || c && d", "OR(a, b, AND(c, d))"),
        ("a < b = true", "a < b = TRUE"),
        ("if(nUlL, 'it''', \"a\\\"\\n\")", ""),
    ];
    for (text, printed) in table {
        if printed.is_empty() {
            refuse(text);
            continue;
        }
        let formula = read(text);
        assert_eq!(formula.to_string(), printed, "{text}");
        assert_eq!(read(printed), formula, "{text}");
    }
}

#[test]
fn every_form_of_the_language_is_read() {
    for text in [
        "/* a comment with \\*/ inside */ Amount /**/ > 1.50",
        "{!$Record.Amount} + { ! x }",
        "{!$Record__Prior.Owner:User.Name} & $Setup.Limits__c.Top__c",
        "URLFOR($Action.Account.New, null, [id=Account.Id, \"retURL\"='/x'])",
        "isPickVal(Stage__c, 'It\\'s')",
        "NOW()",
        "TRUE && FALSE",
        "Nullable__c + Trueish__c + Notes__c",
        "REGEX(Zip, '\\\\d{5}')",
    ] {
        if text.contains("{ !") {
            refuse(text);
        } else {
            let formula = read(text);
            assert_eq!(read(&formula.to_string()), formula, "{text}");
        }
    }
}

#[test]
fn what_is_no_formula_is_told_where_it_shows() {
    for (text, at, message) in [
        ("", 0, "nothing is written here"),
        (" /* x */ ", 0, "nothing is written here"),
        ("a +", 3, "the formula ends where a value is missing"),
        ("a b", 2, "`b` does not fit here"),
        ("IF(a, b", 2, "this bracket is not closed by `)`"),
        ("a)", 1, "`)` closes nothing"),
        ("f(a]", 3, "`]` where `)` is missing"),
        ("'abc", 0, "this text is not closed"),
        ("a /* b", 2, "this comment is not closed"),
        (
            "'\\d'",
            1,
            "`\\d` is no escape: `\\\\d` is a backslash before it",
        ),
        ("a = = b", 4, "`=` does not fit here"),
        (".5", 0, "`.` does not fit here"),
    ] {
        let error = refuse(text);
        assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
    }
}

#[test]
fn what_a_formula_reads_is_told_once_in_the_order_of_the_text() {
    let formula =
        read("IF(Account.Name = 'x', $User.Id, {!var}) & account.NAME & PRIORVALUE(Phone) & VAR");
    let fields: Vec<String> = formula.fields().iter().map(|f| f.to_string()).collect();
    assert_eq!(
        fields,
        ["Account.Name", "$User.Id", "{!var}", "Phone", "VAR"]
    );
    assert_eq!(formula.fields()[1].global(), Some("$User"));
    assert!(formula.calls("PRIORVALUE") && formula.reads_the_past());
    assert!(read("{!$Record__Prior.Name}").reads_the_past());
    assert!(!read("Name").reads_the_past());
}

#[test]
fn tests_of_picklists_are_found_in_each_of_their_forms() {
    for text in [
        "ISPICKVAL(Stage, 'Won')",
        "TEXT(Stage) = 'Won'",
        "'Won' == Stage",
    ] {
        let formula = read(text);
        let (field, value) = formula.root.as_picklist_test().expect(text);
        assert_eq!((field.to_string().as_str(), value), ("Stage", "Won"));
    }
    assert!(read("TEXT(a) <> 'Won'").root.as_picklist_test().is_none());
}

#[test]
fn deep_and_long_formulas_are_read_or_refused_on_a_small_stack() {
    let deep = |n: usize| format!("{}1{}", "IF(a, b, ".repeat(n), ")".repeat(n));
    let chain = |n: usize, sign: &str| vec!["a"; n].join(sign);
    let work = move || {
        for n in [1, 50, 99] {
            let formula = read(&deep(n));
            assert_eq!(read(&formula.to_string()), formula);
        }
        assert_eq!(read(&chain(399, "&")).fields().len(), 1);
        assert_eq!(read(&chain(20_000, "||")).fields().len(), 1);
        for text in [
            deep(1_000),
            deep(100_000),
            chain(1_000, "+"),
            "(".repeat(90_000),
            "!".repeat(90_000),
            format!("{}a", "-".repeat(50_000)),
            "a".repeat(200_000),
            "[a=".repeat(90_000),
        ] {
            refuse(&text);
        }
    };
    let small = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    small.expect("a thread").join().expect("no overflow");
}

/// What stands between two tags, entities resolved.
fn elements(text: &str, tag: &str) -> Vec<String> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    text.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .map(|inner| {
            [
                ("&lt;", "<"),
                ("&gt;", ">"),
                ("&quot;", "\""),
                ("&apos;", "'"),
                ("&amp;", "&"),
            ]
            .iter()
            .fold(inner.to_owned(), |text, (entity, sign)| {
                text.replace(entity, sign)
            })
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// All formulas of the public metadata: what tag they stand in, and what they say.
fn metadata() -> Option<Vec<(&'static str, String)>> {
    let folder = shared("salesforce/metadata")?;
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for tag in ["errorConditionFormula", "formula", "expression"] {
            found.extend(elements(&text, tag).into_iter().map(|t| (tag, t)));
        }
    }
    Some(found)
}

#[test]
fn every_formula_of_the_public_metadata_is_read_and_printed() {
    let Some(formulas) = metadata() else {
        return;
    };
    let count = |tag| formulas.iter().filter(|(t, _)| *t == tag).count();
    assert_eq!(
        (
            count("errorConditionFormula"),
            count("formula"),
            count("expression")
        ),
        (18, 73, 5)
    );
    for (_, text) in &formulas {
        let formula = read(text);
        assert_eq!(read(&formula.to_string()), formula, "{text}");
    }
}

#[test]
fn mutated_formulas_are_read_back_or_refused() {
    let texts = [
        "IF(AND(NOT(ISBLANK(A__c)), {!$Record.B} > 1.5 * -2), 'x' & \"y\\n\", CASE(TEXT(P), 'a', 1, NULL))",
        "a || b && !c = (d <> e ^ 2) /* c */ - f(g, [h=1, 'i'=2])",
    ];
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let mut chars: Vec<char> = texts[random.below(2)].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(chars.len());
            match random.below(4) {
                0 => drop(chars.remove(at)),
                1 => chars.insert(
                    at,
                    ['(', ')', '"', '\'', '!', '{', '}', '\\', '/', '*', '=', 'é']
                        [random.below(12)],
                ),
                2 => {
                    let other = random.below(chars.len());
                    chars.swap(at, other);
                }
                _ => {
                    chars[at] = [' ', 'a', '1', '.', '&', '|', ',', '$', '[', ']', '<', '🦀']
                        [random.below(12)]
                }
            }
        }
        let text: String = chars.into_iter().collect();
        match parse(&text) {
            Ok(formula) => assert_eq!(parse(&formula.to_string()).as_ref(), Ok(&formula), "{text}"),
            Err(error) => assert!(
                error.at <= text.len() && !error.message.contains('\n'),
                "{text}"
            ),
        }
    }
}
