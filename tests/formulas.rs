//! Formulas of Salesforce: all that people write is read, printed and read back; what is none is an error, never a panic.

use std::path::{Path, PathBuf};

use accordant::formula::cases::Reader;
use accordant::formula::{
    Blanks, Context, Datum, DatumKind, Fault, Formula, FormulaError, Reference, parse,
};

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
        (".5", 0, "`.5` does not fit here"),
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

/// What a formula computes over nothing, as Java prints it.
fn compute(formula: &str) -> String {
    compute_as("Text", formula)
}

fn compute_as(kind: &str, formula: &str) -> String {
    let line = serde_json::json!({
        "test": "t", "formula": formula, "returnType": kind, "referenceFields": [],
        "cases": [{"inputs": "No data", "formula": "", "formulaNullAsNull": ""}],
    });
    let cases = Reader::default().line(&line.to_string()).expect("a line");
    cases[0].as_zeros.computed.clone()
}

#[track_caller]
fn computes(table: &[(&str, &str)]) {
    for (formula, wanted) in table {
        assert_eq!(compute(formula), *wanted, "{formula}");
    }
}

const RANGE: &str = "Error: com.force.formula.FormulaEvaluationException";
const NO_DATE: &str = "Error: com.force.formula.FormulaDateException";
const NO_NUMBER: &str = "Error: java.lang.NumberFormatException";
const BY_ZERO: &str = "Error: java.lang.ArithmeticException";
const KIND: &str = "Error: com.force.formula.impl.FormulaRuntimeTypeException";

#[test]
fn numbers_have_39_digits_and_a_scale() {
    computes(&[
        ("1.0 + 0.00", "1.00"),
        ("10 / 4", "2.5"),
        ("1 / 3", "0.33333333333333333333333333333333"),
        ("(1 / 3) * 3", "1.00000000000000000000000000000000"),
        ("2 / 3 - 0.6", "0.06666666666666666666666666666667"),
        ("100 / 10", "10"),
        ("0 / 5", "0"),
        ("0.00 / 5", "0.00"),
        ("5 / 0", BY_ZERO),
        ("0 / 0", BY_ZERO),
        (
            "123456789012345678901234567890 * 123456789012345678901234567890",
            "15241578753238836750495351562536198787500000000000000000000",
        ),
        ("2 ^ 10", "1024"),
        ("2 ^ -1", "0.5"),
        ("2 ^ 0.5", RANGE),
        ("64 ^ 64", RANGE),
        ("0 ^ -1", RANGE),
        ("VALUE(\"1e-2000\") ^ 1000000000", "0"),
        ("VALUE(\"1e2000\") ^ 1000000000", RANGE),
        ("MOD(-101, 10)", "-1"),
        ("MOD(100.5, -10)", "0.5"),
        ("MOD(10, 0.3)", "0.1"),
        ("MOD(1, 0)", BY_ZERO),
        ("ROUND(-1.17, 1)", "-1.2"),
        ("ROUND(0.0006, 3)", "0.001"),
        ("ROUND(2.5, 0)", "3"),
        ("ROUND(-123456.3335, -2)", "-123500"),
        ("ROUND(9.99, 1)", "10"),
        ("TRUNC(-4.47, 1)", "-4.4"),
        ("CEILING(-1.3) & ''", KIND),
        ("TEXT(CEILING(-1.3)) & TEXT(FLOOR(-1.7))", "-2-1"),
        ("TEXT(MCEILING(-1.3)) & TEXT(MFLOOR(-1.3))", "-1-2"),
        ("FLOOR(6/11*11)", "6"),
        ("MAX(1, 2.50, 2.5)", "2.5"),
        ("MIN(1, NULL)", "null"),
        ("SQRT(-1)", NO_NUMBER),
        ("LN(0)", NO_NUMBER),
        ("EXP(1000)", NO_NUMBER),
        ("LOG(1000)", "2.9999999999999996"),
        ("ACOS(2)", NO_NUMBER),
        ("ROUND(ATAN2(1, 1), 10)", "0.7853981634"),
        ("VALUE('1.e3')", "1000"),
        ("VALUE('.5')", "0.5"),
        (
            "VALUE('five')",
            "Error: com.force.formula.impl.InvalidNumericValueException",
        ),
        ("VALUE(NULL)", "null"),
        ("-(-2)", "2"),
        ("+NULL", "null"),
    ]);
    assert_eq!(compute_as("Percent", "0.125"), "12.5");
}

#[test]
fn blanks_go_their_own_way_in_each_function() {
    computes(&[
        ("1 + NULL", "null"),
        ("'a' & NULL & 'b'", "ab"),
        ("IF(NULL = 1, 'y', 'n')", "n"),
        ("IF(NOT(NULL), 'y', 'n')", "n"),
        ("IF(OR(NULL, TRUE), 'y', 'n')", "y"),
        ("IF(AND(TRUE, NULL), 'y', 'n')", "n"),
        ("IF(NULL = '', 'y', 'n')", "y"),
        ("IF('a' <> NULL, 'y', 'n')", "y"),
        ("IF(NULL < 1, 'y', 'n')", "n"),
        ("IF(ISBLANK(NULL), 'y', 'n')", "y"),
        ("IF(ISBLANK(''), 'y', 'n')", "y"),
        ("IF(ISNULL(''), 'y', 'n')", "n"),
        ("IF(ISNULL(IF(TRUE, NULL, 'abc')), 'y', 'n')", "n"),
        ("IF(ISNULL(IF(TRUE, NULL, 37)), 'y', 'n')", "y"),
        ("NULLVALUE(NULL, 6)", "6"),
        ("NULLVALUE(NULL, 'x')", "null"),
        ("BLANKVALUE(NULL, 'x')", "x"),
        ("BLANKVALUE('', 'x')", "x"),
        ("CASE(NULL, NULL, 1, 2)", "2"),
        ("CASE('', NULL, 'a', 'b')", "a"),
        ("IN(NULL, NULL, 1)", "false"),
        ("LEN(NULL)", "0"),
        ("LEFT('abc', NULL)", "null"),
        ("BEGINS('abc', NULL)", "true"),
        ("CONTAINS(NULL, 'a')", "null"),
        ("FIND(NULL, 'a')", "0"),
        ("ISNUMBER(NULL)", "false"),
        ("DATE(2020, NULL, 1)", "null"),
        ("ATAN2(NULL, 1)", "Error: java.lang.NullPointerException"),
    ]);
}

#[test]
fn only_what_decides_is_computed() {
    computes(&[
        ("IF(TRUE, 37, 1/0)", "37"),
        ("IF(FALSE, 1/0, 37)", "37"),
        ("IFS(FALSE, 1/0, TRUE, 2, 1/0)", "2"),
        ("IF(AND(FALSE, 1/0 = 0), 'y', 'n')", "n"),
        ("IF(OR(TRUE, 1/0 = 0), 'y', 'n')", "y"),
        ("IFERROR(1/0, 7)", "7"),
        ("IFERROR(VALUE('x'), 7)", "7"),
        ("IFERROR(1, 1/0)", "1"),
        // cases are computed all
        ("CASE(1, 1, 2, 3, 1/0, 4)", BY_ZERO),
    ]);
}

#[test]
fn texts_are_cut_searched_and_padded_in_utf_16() {
    computes(&[
        ("LEFT('123456', 37)", "123456"),
        ("RIGHT('123456', 3)", "456"),
        ("RIGHT('123456', -2)", "null"),
        ("MID('123456', 0, 2)", "12"),
        ("MID('123456', 4, 37)", "456"),
        ("SUBSTR('123456', -2)", "56"),
        ("LEN('🦀')", "2"),
        ("PICKLISTCOUNT('B;A')", "2"),
        ("PICKLISTCOUNT(NULL)", "0"),
        ("FIND('w', 'Something wicked this way comes', 15)", "23"),
        ("FIND('a', 'bab', 9)", "0"),
        ("SUBSTITUTE('aXbX', 'X', NULL)", "ab"),
        ("SUBSTITUTE('a', '', 'b')", RANGE),
        ("TRIM('  a b  ') & '|'", "a b|"),
        ("TRIM('   ')", "null"),
        ("LPAD('string', 10, ',.;')", ",.;,string"),
        ("RPAD('string', 8, ',.;')", "string,."),
        ("RPAD('string', 3)", "str"),
        ("UPPER('große')", "GROSSE"),
        ("UPPER('idempotent', 'tr_TR')", "İDEMPOTENT"),
        ("LOWER('IDEMPOTENT', 'tr')", "ıdempotent"),
        ("INITCAP(\"mr. 123smith _o'NEIL\")", "Mr. 123smith _O'Neil"),
        ("REVERSE('ab🦀')", "🦀ba"),
        ("ASCII('☁')", "9729"),
        ("CHR(9729)", "☁"),
        ("CHR(0)", "null"),
        ("TEXT(1.500)", "1.5"),
        ("TEXT(100)", "100"),
        ("TEXT(DATE(1968, 12, 20))", "1968-12-20"),
        (
            "TEXT(DATETIMEVALUE('2016-2-29 3:05:10'))",
            "2016-02-29 03:05:10Z",
        ),
        ("TEXT(TIMEVALUE('12:34:56.7'))", "12:34:56.007"),
        ("IF('b' > 'a', 'y', 'n')", "y"),
        ("CASESAFEID('001A0000006Vm9r')", "001A0000006Vm9rIAC"),
        ("INCLUDES('a;b c', 'b c')", "true"),
        ("ENDS('abc', 'bc')", "true"),
        ("'a\\nb' & \"\\\"\\\\\"", "a\\nb\"\\"),
        ("FORMATCURRENCY('JPY', -1234.5)", "JPY -1,234"),
        ("'a' & 1", KIND),
    ]);
}

#[test]
fn days_instants_and_times_are_those_of_utc() {
    computes(&[
        ("DATE(2005, 4, 5) + 1.9", "Wed Apr 06 00:00:00 GMT 2005"),
        ("DATE(2005, 4, 5) - DATE(2005, 4, 1)", "4"),
        ("DATE(2011, 2, 29)", RANGE),
        ("DATE(10000, 1, 1)", RANGE),
        ("DATEVALUE('2011-2-9')", "Wed Feb 09 00:00:00 GMT 2011"),
        ("DATEVALUE('11-02-09')", NO_DATE),
        ("DATEVALUE('2011-02-29')", NO_DATE),
        (
            "DATEVALUE(DATETIMEVALUE('2004-12-31 11:32:10') + 3.6)",
            "Tue Jan 04 00:00:00 GMT 2005",
        ),
        (
            "DATETIMEVALUE('2016-02-29 13:15:10') + 0.16666",
            "Mon Feb 29 17:15:09 GMT 2016",
        ),
        (
            "TIMEVALUE('10:34:56.789') - TIMEVALUE('12:34:56.789')",
            "79200000",
        ),
        ("TIMEVALUE('12:34:56.789') + 93600000", "14:34:56.789"),
        (
            "TIMEVALUE('00:00:00.000') - 1",
            "Error: java.time.DateTimeException",
        ),
        (
            "IFERROR(TIMEVALUE('00:00:00.000') - 1, NULL)",
            "Error: java.time.DateTimeException",
        ),
        ("TIMEVALUE('12:34:56.789Z')", NO_DATE),
        (
            "ADDMONTHS(DATE(2016, 1, 31), 1)",
            "Mon Feb 29 00:00:00 GMT 2016",
        ),
        (
            "ADDMONTHS(DATE(2016, 2, 29), 1)",
            "Thu Mar 31 00:00:00 GMT 2016",
        ),
        (
            "ADDMONTHS(DATE(2016, 2, 28), 1)",
            "Mon Mar 28 00:00:00 GMT 2016",
        ),
        (
            "ADDMONTHS(DATE(2016, 3, 30), -1)",
            "Mon Feb 29 00:00:00 GMT 2016",
        ),
        ("WEEKDAY(DATE(2016, 11, 3))", "5"),
        ("ISOWEEK(DATE(2006, 1, 1))", "52"),
        ("ISOYEAR(DATE(2006, 1, 1))", "2005"),
        ("DAYOFYEAR(DATE(2008, 12, 31))", "366"),
        ("HOUR(TIMEVALUE('23:59:01.5'))", "23"),
        ("UNIXTIMESTAMP(DATE(2005, 4, 5))", "1112659200"),
        ("FROMUNIXTIME(1112659200.5)", "Tue Apr 05 00:00:00 GMT 2005"),
        ("FORMATDURATION(-1000001, TRUE)", "11:13:46:41"),
        (
            "FORMATDURATION(TIMEVALUE('08:34:56.789'), TIMEVALUE('06:34:56.789'))",
            "02:00:00",
        ),
        ("DATE(2020, 1, 1) < 5", KIND),
        ("NOW()", "Error: `NOW` cannot be computed here"),
    ]);
}

#[test]
fn patterns_places_and_pages() {
    computes(&[
        ("REGEX('94103-1234', '\\\\d{5}(-\\\\d{4})?')", "true"),
        ("REGEX('x94103', '\\\\d{5}')", "false"),
        ("REGEX('٣', '\\\\d')", "false"),
        // what looks ahead at the beginning is a pattern of its own
        ("REGEX('a1', '^(?=.*[0-9])(?=.*[a-z]).{2,}$')", "true"),
        ("REGEX('aa', '(?=.*[0-9])(?=.*[a-z]).{2,}')", "false"),
        ("REGEX('bad', '(?!bad|[)]).*')", "false"),
        ("REGEX('good', '(?!bad|[)]).*')", "true"),
        (
            "REGEX('b', '(?=a)a|b')",
            "Error: java.util.regex.PatternSyntaxException",
        ),
        ("REGEX('a.b', '\\\\Qa.b\\\\E')", "true"),
        ("REGEX('axb', '\\\\Qa.b\\\\E')", "false"),
        (
            "REGEX('a', '(')",
            "Error: java.util.regex.PatternSyntaxException",
        ),
        ("LIKE('Howdy', 'Ho_dy')", "true"),
        ("LIKE('Howdy', 'ho%')", "false"),
        ("LIKE('100%', '100\\\\%')", "true"),
        (
            "DISTANCE(GEOLOCATION(0, 0), GEOLOCATION(0, 0), 'km')",
            "0.0",
        ),
        ("DISTANCE(GEOLOCATION(0, 0), GEOLOCATION(0, 0), 'm')", RANGE),
        ("GEOLOCATION(91, 0)", RANGE),
        (
            "HTMLENCODE('<a b=\"1\">&')",
            "&lt;a b=&quot;1&quot;&gt;&amp;",
        ),
        ("JSENCODE(\"it's </b>\")", "it\\'s \\u003C/b\\u003E"),
        ("URLENCODE('a b&ü')", "a+b%26%C3%BC"),
        (
            "HYPERLINK('/x', 'y')",
            "<a href=\"/x\" target=\"_blank\">y</a>",
        ),
        ("JSONVALUE('{\"a\": {\"b\": 1}}', 'a')", ""),
        (
            "JSONPATHVALUE('{\"a\": {\"b\": [1, \"x\"]}}', '$.a.b[1]')",
            "x",
        ),
        (
            "VLOOKUP(1, 2, 3)",
            "Error: `VLOOKUP` cannot be computed here",
        ),
        ("ABS(1, 2)", "Error: `ABS` does not take so many arguments"),
    ]);
}

/// A record of two fields, before and after a change.
struct Change;

impl Context for Change {
    fn value(&self, reference: &Reference) -> Result<Datum, Fault> {
        match reference.path[0].as_str() {
            "Stage" => Ok(Datum::Text("Won".to_owned())),
            "Blank" => Ok(Datum::Blank),
            _ => Err(Fault::Reference(reference.clone())),
        }
    }

    fn kind(&self, reference: &Reference) -> DatumKind {
        if reference.path[0] == "Blank" {
            DatumKind::Number
        } else {
            DatumKind::Text
        }
    }

    fn prior(&self, reference: &Reference) -> Result<Datum, Fault> {
        match reference.path[0].as_str() {
            "Stage" => Ok(Datum::Text("Open".to_owned())),
            _ => self.value(reference),
        }
    }

    fn is_new(&self) -> Option<bool> {
        Some(false)
    }

    fn now(&self) -> Option<i64> {
        Some(86_400_000 + 1)
    }
}

#[test]
fn what_comes_from_the_record_and_its_change_is_asked_for() {
    let compute = |text: &str, blanks| read(text).evaluate(&Change, blanks);
    for (text, wanted) in [
        (
            "ISCHANGED(Stage) && ISPICKVAL(PRIORVALUE(Stage), 'Open') && ISPICKVAL(Stage, 'Won')",
            true,
        ),
        ("ISCHANGED(Blank) || ISNEW()", false),
        (
            "TODAY() = DATE(1970, 1, 2) && NOW() > DATETIMEVALUE(TODAY())",
            true,
        ),
        ("Blank = 0", true),
    ] {
        assert_eq!(
            compute(text, Blanks::AsZeros),
            Ok(Datum::Bool(wanted)),
            "{text}"
        );
    }
    assert_eq!(compute("Blank = 0", Blanks::AsBlanks), Ok(Datum::Blank));
    let unknown = compute("Other + 1", Blanks::AsZeros).expect_err("no such field");
    assert_eq!(unknown.to_string(), "the value of `Other` is not known");
}

#[test]
fn formulas_that_salesforce_refuses_are_told() {
    for (text, wanted) in [
        ("LEN(5)", "argument 1 of `LEN` is of a wrong kind"),
        ("LEN('a', 'b')", "`LEN` does not take 2 arguments"),
        ("NOSUCH(1)", "there is no function `NOSUCH`"),
        ("'a' + 1", "the operands of `+` do not fit together"),
        (
            "DATE(2020, 1, 1) + DATE(2020, 1, 1)",
            "the operands of `+` do not fit together",
        ),
        ("IF(1, 2, 3)", "argument 1 of `IF` is of a wrong kind"),
        ("CASE(1, 2, 3)", "`CASE` does not take 3 arguments"),
    ] {
        let error = read(text).kind(&Change).expect_err(text);
        assert_eq!(error.message, wanted);
    }
    for (text, wanted) in [
        ("IF(Blank > 1, NULL, 'a')", DatumKind::Text),
        ("CASE(Stage, 'a', 1, NULL)", DatumKind::Number),
        ("ADDMONTHS(DATE(2020, 1, 1), 1) - 1", DatumKind::Date),
    ] {
        assert_eq!(read(text).kind(&Change), Ok(wanted), "{text}");
    }
}

#[test]
fn cases_of_the_engine_come_out_the_same() {
    let Some(path) = shared("salesforce/formula/gold.jsonl") else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("readable");
    let mut reader = Reader::default();
    let (mut all, mut different) = (0, Vec::new());
    for line in text.lines() {
        for case in reader.line(line).expect("a line of cases") {
            all += 1;
            if !case.is_equal() {
                different.push(format!("{} {}", case.test, case.inputs));
            }
        }
    }
    println!("{} of {all} cases are equal", all - different.len());
    assert_eq!(all, 3_064);
    let listed: Vec<String> = include_str!("formulas/different.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split_once('\t').expect("a reason").0.to_owned())
        .collect();
    assert_eq!(different, listed);
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
            Ok(formula) => {
                assert_eq!(parse(&formula.to_string()).as_ref(), Ok(&formula), "{text}");
                // any outcome will do, but a panic
                let _ = (
                    formula.kind(&Change),
                    formula.evaluate(&Change, Blanks::AsZeros),
                );
            }
            Err(error) => assert!(
                error.at <= text.len() && !error.message.contains('\n'),
                "{text}"
            ),
        }
    }
}
