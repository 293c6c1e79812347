//! Cases that Salesforce's own engine has computed, beside what is computed here: a formula, the fields that it reads, and
//! rows of inputs with their results, a formula a line of JSON.
//!
//! A result is a text as Java prints it: `1.50`, `Fri Dec 31 11:32:00 GMT 2004`, `null`, `Error: ` and the name of a class.

mod record;

use jiff::civil::{DateTime, Time};
use serde::Deserialize;

use super::number::{Rounding, SHOWN};
use super::{Blanks, Datum, Fault, Formula, FormulaError, moment, parse};
use record::{FieldLine, Record};

/// The length that a text has at most as the result of a formula.
const SHOWN_UNITS: usize = 1_300;

/// One case: what Salesforce has computed, and what is computed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name of its test.
    pub test: String,
    /// The inputs as the file has them.
    pub inputs: String,
    /// With blank numbers as zeros.
    pub as_zeros: Results,
    /// With blank numbers as blanks; none where the file has none.
    pub as_blanks: Option<Results>,
}

/// Two results of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// What the file says.
    pub expected: String,
    /// What comes out here.
    pub computed: String,
}

impl Results {
    fn agree(&self) -> bool {
        self.expected == self.computed
    }
}

impl Case {
    /// Whether all results are as expected.
    pub fn is_equal(&self) -> bool {
        self.as_zeros.agree() && self.as_blanks.as_ref().is_none_or(Results::agree)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    test: String,
    formula: String,
    #[serde(default)]
    return_type: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    reference_fields: Option<Vec<FieldLine>>,
    #[serde(default)]
    cases: Vec<CaseLine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CaseLine {
    #[serde(default)]
    inputs: String,
    formula: Option<String>,
    formula_null_as_null: Option<String>,
}

/// Reads lines one after the other. What a test was called with before tells whether a formula is the same with its two
/// fields exchanged: its inputs are exchanged then, too.
#[derive(Debug, Default)]
pub struct Reader {
    first: Vec<(String, String)>,
}

impl Reader {
    /// Computes the cases of a line.
    ///
    /// # Errors
    /// Where the line is not of the format; the text says why.
    pub fn line(&mut self, text: &str) -> Result<Vec<Case>, String> {
        let line: Line = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let mut fields = line.reference_fields.unwrap_or_default();
        if self.is_exchanged(&line.test, &line.formula, &fields) {
            fields.reverse();
        }
        let formula = parse(&line.formula);
        let record = Record::new(&fields);
        if line.error.is_some() {
            return Ok(vec![refused(&line.test, &formula, &record)]);
        }
        let percent = line.return_type.as_deref() == Some("Percent");
        let truth = line.return_type.as_deref() == Some("Boolean");
        let show = |outcome: Result<Datum, Fault>| match outcome {
            Ok(Datum::Blank) if truth => "false".to_owned(),
            Ok(value) => printed(&value, percent),
            Err(fault) => format!("Error: {}", class(&fault)),
        };
        let cases = line.cases.into_iter().map(|case| {
            let record = record.filled(&case.inputs);
            let compute = |blanks| match &formula {
                Ok(formula) => show(record.compute(formula, blanks)),
                Err(error) => format!("Error: {error}"),
            };
            let results = |expected, blanks| Results {
                expected,
                computed: compute(blanks),
            };
            Case {
                test: line.test.clone(),
                as_zeros: results(
                    case.formula.unwrap_or_else(|| "null".to_owned()),
                    Blanks::AsZeros,
                ),
                as_blanks: case
                    .formula_null_as_null
                    .map(|expected| results(expected, Blanks::AsBlanks)),
                inputs: case.inputs,
            }
        });
        Ok(cases.collect())
    }

    fn is_exchanged(&mut self, test: &str, formula: &str, fields: &[FieldLine]) -> bool {
        let Some((_, first)) = self.first.iter().find(|(t, _)| t == test) else {
            self.first.push((test.to_owned(), formula.to_owned()));
            return false;
        };
        let [a, b] = fields else {
            return false;
        };
        // a sign that no formula has keeps the first name apart while the second one is replaced
        let exchanged = first
            .replace(&a.dev_name, "\0")
            .replace(&b.dev_name, &a.dev_name)
            .replace('\0', &b.dev_name);
        first != formula && exchanged == formula
    }
}

/// A formula that must not compile: it is a case of its own.
fn refused(test: &str, formula: &Result<Formula, FormulaError>, record: &Record) -> Case {
    let compiles = formula.as_ref().is_ok_and(|f| f.kind(record).is_ok());
    let expected = "does not compile".to_owned();
    let computed = if compiles {
        "compiles".to_owned()
    } else {
        expected.clone()
    };
    Case {
        test: test.to_owned(),
        inputs: String::new(),
        as_zeros: Results { expected, computed },
        as_blanks: None,
    }
}

/// A value as Java prints it; control characters are blanks, as in the file.
fn printed(value: &Datum, percent: bool) -> String {
    let moment = |at: DateTime| {
        let year = at.year();
        format!("{} {year}", at.strftime("%a %b %d %H:%M:%S GMT"))
    };
    match value {
        Datum::Blank => "null".to_owned(),
        Datum::Text(text) => {
            let units: Vec<u16> = text.encode_utf16().take(SHOWN_UNITS).collect();
            let shown = String::from_utf16_lossy(&units);
            shown
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect()
        }
        Datum::Number(number) => {
            let number = if percent {
                number.shifted(2)
            } else {
                number.clone()
            };
            let places = i32::try_from(SHOWN).unwrap_or(0) - 1;
            number.round(places, Rounding::HalfUp).to_string()
        }
        Datum::Bool(value) => value.to_string(),
        Datum::Date(date) => moment(date.to_datetime(Time::midnight())),
        Datum::DateTime(millis) => moment::civil(*millis).map_or_else(|e| e.to_string(), moment),
        Datum::Time(time) => {
            let format = match (time.second(), time.subsec_nanosecond()) {
                (0, 0) => "%H:%M",
                (_, 0) => "%H:%M:%S",
                _ => "%H:%M:%S%.3f",
            };
            time.strftime(format).to_string()
        }
        Datum::Place(place) => format!("{place:?}"),
    }
}

/// The class of Salesforce's engine, or of Java, that stands for a fault.
fn class(fault: &Fault) -> String {
    match fault {
        Fault::Division => "java.lang.ArithmeticException",
        Fault::NoNumber => "java.lang.NumberFormatException",
        Fault::Range => "com.force.formula.FormulaEvaluationException",
        Fault::NumberText => "com.force.formula.impl.InvalidNumericValueException",
        Fault::DateText => "com.force.formula.FormulaDateException",
        Fault::TimeRange => "java.time.DateTimeException",
        Fault::Kind => "com.force.formula.impl.FormulaRuntimeTypeException",
        Fault::Blank => "java.lang.NullPointerException",
        Fault::Pattern => "java.util.regex.PatternSyntaxException",
        Fault::Arguments(_) | Fault::Unknown(_) | Fault::Reference(_) => return fault.to_string(),
    }
    .to_owned()
}
