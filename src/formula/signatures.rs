//! The functions: what each takes, and what it gives.

/// A function: what it takes, and what it gives.
pub(super) struct Signature {
    /// Its name, in upper case.
    pub(super) name: &'static str,
    /// A letter a parameter; `?` after one makes it and all behind it optional, `*` lets it be repeated.
    pub(super) takes: &'static str,
    /// A letter; `=` is the kind of the first argument that has one, `|` that of results of cases.
    pub(super) gives: char,
}

const fn f(name: &'static str, takes: &'static str, gives: char) -> Signature {
    Signature { name, takes, gives }
}

/// `T` text, `N` number, `B` true or false, `D` date, `M` date and time, `C` time of day, `L` place, `E` date with or without
/// time, `F` any date or time, `A` anything.
pub(super) const SIGNATURES: &[Signature] = &[
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
    f("PICKLISTCOUNT", "T", 'N'),
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
    let at = SIGNATURES.binary_search_by(|f| f.name.cmp(name)).ok()?;
    SIGNATURES.get(at)
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
    pub(super) fn parameter(&self, at: usize) -> char {
        let mut letters = self.takes.chars().filter(char::is_ascii_alphabetic);
        letters
            .nth(at)
            .or_else(|| self.takes.chars().rfind(char::is_ascii_alphabetic))
            .unwrap_or('A')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{Blanks, Context, Datum, DatumKind, Fault, Reference, parse};

    struct Nothing;

    impl Context for Nothing {
        fn value(&self, _: &Reference) -> Result<Datum, Fault> {
            Ok(Datum::Blank)
        }

        fn kind(&self, _: &Reference) -> DatumKind {
            DatumKind::Unknown
        }

        fn prior(&self, _: &Reference) -> Result<Datum, Fault> {
            Ok(Datum::Blank)
        }

        fn is_new(&self) -> Option<bool> {
            Some(true)
        }

        fn now(&self) -> Option<i64> {
            Some(0)
        }
    }

    #[test]
    fn every_function_is_sorted_and_computed_with_each_number_of_arguments() {
        assert!(SIGNATURES.is_sorted_by(|a, b| a.name < b.name));
        for function in SIGNATURES {
            let counts: Vec<usize> = (0..8).filter(|n| function.takes(*n)).collect();
            assert!(!counts.is_empty(), "{}", function.name);
            for count in counts {
                let text = format!("{}({})", function.name, vec!["x"; count].join(", "));
                let outcome = parse(&text).unwrap().evaluate(&Nothing, Blanks::AsBlanks);
                let computed = !matches!(outcome, Err(Fault::Unknown(_) | Fault::Arguments(_)));
                // whether a record is a copy, nobody is asked
                assert!(
                    computed || function.name == "ISCLONE",
                    "{text}: {outcome:?}"
                );
            }
        }
    }
}
