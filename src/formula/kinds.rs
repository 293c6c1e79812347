//! What is known of an expression before anything is computed: the kind of its values, and whether functions are called
//! with arguments that they take.

use super::{Context, DatumKind, Expr, FormulaError, Node, Operator};

/// A function: what it takes, and what it gives.
pub(super) struct Signature {
    name: &'static str,
    /// A letter a parameter; `?` after one makes it and all behind it optional, `*` lets it be repeated.
    takes: &'static str,
    /// A letter; `=` is the kind of the first argument that has one, `|` that of results of cases.
    gives: char,
}

const fn f(name: &'static str, takes: &'static str, gives: char) -> Signature {
    Signature { name, takes, gives }
}

/// `T` text, `N` number, `B` true or false, `D` date, `M` date and time, `C` time of day, `L` place, `E` date with or without
/// time, `F` any date or time, `A` anything.
const FUNCTIONS: &[Signature] = &[
    f("ABS", "N", 'N'),
    f("ACOS", "N", 'N'),
    f("ADDMONTHS", "EN", '='),
    f("AND", "B*", 'B'),
    f("ASCII", "T", 'N'),
    f("ASIN", "N", 'N'),
    f("ATAN", "N", 'N'),
    f("ATAN2", "NN", 'N'),
    f("BEGINS", "TT", 'B'),
    f("BLANKVALUE", "AA", '='),
    f("BR", "", 'T'),
    f("CASE", "AAAA*", '|'),
    f("CASESAFEID", "T", 'T'),
    f("CEILING", "N", 'N'),
    f("CHR", "N", 'T'),
    f("CONTAINS", "TT", 'B'),
    f("COS", "N", 'N'),
    f("CURRENCYRATE", "T", 'N'),
    f("DATE", "NNN", 'D'),
    f("DATETIMEVALUE", "A", 'M'),
    f("DATEVALUE", "A", 'D'),
    f("DAY", "E", 'N'),
    f("DAYOFYEAR", "E", 'N'),
    f("DISTANCE", "LLT", 'N'),
    f("ENDS", "TT", 'B'),
    f("EXP", "N", 'N'),
    f("FIND", "TTN?", 'N'),
    f("FLOOR", "N", 'N'),
    f("FORMATCURRENCY", "TN", 'T'),
    f("FORMATDURATION", "AA?", 'T'),
    f("FROMUNIXTIME", "N", 'M'),
    f("GEOLOCATION", "NN", 'L'),
    f("HOUR", "C", 'N'),
    f("HTMLENCODE", "T", 'T'),
    f("HYPERLINK", "TTT?", 'T'),
    f("IF", "BAA", '|'),
    f("IFERROR", "AA", '='),
    f("IFS", "BAA*", '|'),
    f("IMAGE", "TTN?N", 'T'),
    f("IN", "AA*", 'B'),
    f("INCLUDES", "TT", 'B'),
    f("INITCAP", "T", 'T'),
    f("ISBLANK", "A", 'B'),
    f("ISCHANGED", "A", 'B'),
    f("ISCLONE", "", 'B'),
    f("ISNEW", "", 'B'),
    f("ISNULL", "A", 'B'),
    f("ISNUMBER", "T", 'B'),
    f("ISOWEEK", "E", 'N'),
    f("ISOYEAR", "E", 'N'),
    f("ISPICKVAL", "TT", 'B'),
    f("JSENCODE", "T", 'T'),
    f("JSINHTMLENCODE", "T", 'T'),
    f("JSONPATHVALUE", "TT", 'T'),
    f("JSONVALUE", "TT", 'T'),
    f("LEFT", "TN", 'T'),
    f("LEN", "T", 'N'),
    f("LIKE", "TT", 'B'),
    f("LN", "N", 'N'),
    f("LOG", "N", 'N'),
    f("LOWER", "TT?", 'T'),
    f("LPAD", "TNT?", 'T'),
    f("MAX", "N*", 'N'),
    f("MCEILING", "N", 'N'),
    f("MFLOOR", "N", 'N'),
    f("MID", "TNN", 'T'),
    f("MILLISECOND", "C", 'N'),
    f("MIN", "N*", 'N'),
    f("MINUTE", "C", 'N'),
    f("MOD", "NN", 'N'),
    f("MONTH", "E", 'N'),
    f("NOT", "B", 'B'),
    f("NOW", "", 'M'),
    f("NULLVALUE", "AA", '='),
    f("OR", "B*", 'B'),
    f("PI", "", 'N'),
    f("PRIORVALUE", "A", '='),
    f("REGEX", "TT", 'B'),
    f("REVERSE", "T", 'T'),
    f("RIGHT", "TN", 'T'),
    f("ROUND", "NN", 'N'),
    f("RPAD", "TNT?", 'T'),
    f("SECOND", "C", 'N'),
    f("SIN", "N", 'N'),
    f("SQRT", "N", 'N'),
    f("SUBSTITUTE", "TTT", 'T'),
    f("SUBSTR", "TNN?", 'T'),
    f("TAN", "N", 'N'),
    f("TEXT", "A", 'T'),
    f("TIMENOW", "", 'C'),
    f("TIMEVALUE", "A", 'C'),
    f("TODAY", "", 'D'),
    f("TRIM", "T", 'T'),
    f("TRUNC", "NN?", 'N'),
    f("UNIXTIMESTAMP", "F", 'N'),
    f("UPPER", "TT?", 'T'),
    f("URLENCODE", "T", 'T'),
    f("VALUE", "T", 'N'),
    f("WEEKDAY", "E", 'N'),
    f("YEAR", "E", 'N'),
];

/// The function of a name in upper case.
pub(super) fn signature(name: &str) -> Option<&'static Signature> {
    let at = FUNCTIONS.binary_search_by(|f| f.name.cmp(name)).ok()?;
    FUNCTIONS.get(at)
}

impl Signature {
    /// Whether it takes so many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        let letters = self.takes.chars().filter(char::is_ascii_alphabetic).count();
        let least = match self.takes.find('?') {
            Some(at) => at - 1,
            None => letters,
        };
        let cases = match self.name {
            "CASE" => count.is_multiple_of(2),
            "IFS" => !count.is_multiple_of(2),
            _ => true,
        };
        count >= least && (count <= letters || self.takes.ends_with('*')) && cases
    }

    /// The letter of a parameter.
    fn parameter(&self, at: usize) -> char {
        let mut letters = self.takes.chars().filter(char::is_ascii_alphabetic);
        letters
            .nth(at)
            .or_else(|| self.takes.chars().rfind(char::is_ascii_alphabetic))
            .unwrap_or('A')
    }
}

/// Whether a value of this kind may stand where the letter does.
fn fits(letter: char, kind: DatumKind) -> bool {
    use DatumKind::{Bool, Date, DateTime, Null, Number, Place, Text, Time, Unknown};
    match kind {
        Null | Unknown => true,
        Text => matches!(letter, 'T' | 'A'),
        Number => matches!(letter, 'N' | 'A'),
        Bool => matches!(letter, 'B' | 'A'),
        Date => matches!(letter, 'D' | 'E' | 'F' | 'A'),
        DateTime => matches!(letter, 'M' | 'E' | 'F' | 'A'),
        Time => matches!(letter, 'C' | 'F' | 'A'),
        Place => matches!(letter, 'L' | 'A'),
    }
}

/// The kind of an expression's values, by what is known of what it reads.
///
/// # Errors
/// Where a function is unknown, or called with arguments that it does not take.
pub(super) fn check(expr: &Expr, cx: &dyn Context) -> Result<DatumKind, FormulaError> {
    let mut found = Ok(());
    expr.visit(&mut |e| {
        if found.is_ok() {
            found = check_one(e, cx);
        }
    });
    found.map(|()| kind(expr, cx))
}

fn check_one(expr: &Expr, cx: &dyn Context) -> Result<(), FormulaError> {
    let wrong = |message: String| Err(FormulaError::new(expr.span.start, message));
    match &expr.node {
        Node::Call {
            function,
            arguments,
        } => {
            let Some(signature) = signature(function) else {
                return wrong(format!("there is no function `{function}`"));
            };
            if !signature.takes(arguments.len()) {
                return wrong(format!(
                    "`{function}` does not take {} arguments",
                    arguments.len()
                ));
            }
            for (i, argument) in arguments.iter().enumerate() {
                if !fits(signature.parameter(i), kind(argument, cx)) {
                    return wrong(format!(
                        "argument {} of `{function}` is of a wrong kind",
                        i + 1
                    ));
                }
            }
            Ok(())
        }
        Node::Binary {
            operator,
            left,
            right,
        } => {
            let (a, b) = (kind(left, cx), kind(right, cx));
            let open = |k| matches!(k, DatumKind::Null | DatumKind::Unknown);
            let both = |letter| fits(letter, a) && fits(letter, b);
            let fine = match operator {
                Operator::Add | Operator::Subtract => arithmetic(*operator, a, b).is_some(),
                Operator::Concatenate => both('T'),
                Operator::Power | Operator::Multiply | Operator::Divide => both('N'),
                _ => a == b || open(a) || open(b),
            };
            if fine {
                Ok(())
            } else {
                wrong(format!(
                    "the operands of `{}` do not fit together",
                    operator.sign()
                ))
            }
        }
        _ => Ok(()),
    }
}

/// The kind of an expression's values; unknown where the expression is wrong.
pub(super) fn kind(expr: &Expr, cx: &dyn Context) -> DatumKind {
    match &expr.node {
        Node::Text(_) => DatumKind::Text,
        Node::Number(_) | Node::Sign { .. } => DatumKind::Number,
        Node::Bool(_) => DatumKind::Bool,
        Node::Null => DatumKind::Null,
        Node::Reference(reference) => cx.kind(reference),
        Node::Pairs(_) => DatumKind::Unknown,
        Node::Binary {
            operator,
            left,
            right,
        } => match operator {
            Operator::Add | Operator::Subtract => {
                arithmetic(*operator, kind(left, cx), kind(right, cx)).unwrap_or(DatumKind::Unknown)
            }
            Operator::Concatenate => DatumKind::Text,
            Operator::Power | Operator::Multiply | Operator::Divide => DatumKind::Number,
            _ => DatumKind::Bool,
        },
        Node::Call {
            function,
            arguments,
        } => match signature(function).map(|s| s.gives) {
            Some('T') => DatumKind::Text,
            Some('N') => DatumKind::Number,
            Some('B') => DatumKind::Bool,
            Some('D') => DatumKind::Date,
            Some('M') => DatumKind::DateTime,
            Some('C') => DatumKind::Time,
            Some('L') => DatumKind::Place,
            Some('=') => common(arguments.iter(), cx),
            Some('|') => common(results(function, arguments), cx),
            _ => DatumKind::Unknown,
        },
    }
}

/// What `+` or `-` gives; none where the operands do not fit together.
fn arithmetic(operator: Operator, a: DatumKind, b: DatumKind) -> Option<DatumKind> {
    use DatumKind::{Date, DateTime, Null, Number, Text, Time, Unknown};
    Some(match (a, b) {
        (Null, _) | (_, Null) => Null,
        (Unknown, _) | (_, Unknown) => Unknown,
        (Number, Number) => Number,
        (Date | DateTime | Time, Number) => a,
        (Number, Date | DateTime) if operator == Operator::Add => b,
        (Text, Text) if operator == Operator::Add => Text,
        (Date | DateTime | Time, _) if a == b && operator == Operator::Subtract => Number,
        _ => return None,
    })
}

/// The first kind that is one.
fn common<'a>(exprs: impl Iterator<Item = &'a Expr>, cx: &dyn Context) -> DatumKind {
    exprs
        .map(|e| kind(e, cx))
        .find(|k| *k != DatumKind::Null)
        .unwrap_or(DatumKind::Null)
}

/// The arguments that are results: every second one of `IF`, `IFS` and `CASE`, and the last.
fn results<'a>(function: &str, arguments: &'a [Expr]) -> impl Iterator<Item = &'a Expr> {
    let first = if function == "CASE" { 2 } else { 1 };
    let cases = arguments.iter().skip(first).step_by(2);
    cases.chain(arguments.last())
}
