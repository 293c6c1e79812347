//! The closed library of functions that a row may use. The compiler types and reasons with it, the runtime calls it:
//! both see the one table [`ALL`]. Functions are total and pure: a value that they do not take is a [`Failure`].

mod number;
mod text;
mod time;

use std::fmt;

pub use text::Folding;

use super::{Kind, Value};

/// A value that a function does not take, with the reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl Failure {
    /// A reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// How often an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Once.
    One,
    /// Once or not at all.
    Optional,
    /// Once or more; only the last parameter.
    Several,
}

/// One parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name in the docs.
    pub name: &'static str,
    /// The kinds that it takes; empty takes any.
    pub kinds: &'static [Kind],
    /// How often it is given.
    pub arity: Arity,
    /// Which of their values it takes.
    pub range: Range,
}

impl Param {
    /// Whether a value of one of its kinds is one that it takes.
    ///
    /// # Errors
    /// With the reason, as a call of the function would give it.
    pub fn takes(&self, value: &Value) -> Result<(), Failure> {
        let arguments = std::slice::from_ref(value);
        match self.range {
            Range::Any => Ok(()),
            Range::Zone => time::zone(text_at(arguments, 0)?).map(drop),
            Range::Region => text::is_region(text_at(arguments, 0)?),
            Range::Count => count_at(arguments, 0).map(drop),
        }
    }

    const fn within(self, range: Range) -> Self {
        Self { range, ..self }
    }
}

/// Which values a parameter takes, of those that its kinds have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// All.
    Any,
    /// Names of time zones.
    Zone,
    /// Codes of regions with phone numbers of their own.
    Region,
    /// Counts, from 0 on.
    Count,
}

/// The kind of a function's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// This kind.
    Is(Kind),
    /// The kind of the value that passes.
    Same,
}

/// What is known of a function's image, for the proofs of the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Idempotent from text to text: a normal form.
    Normaliser,
    /// Different values stay different.
    Injective,
    /// Different values may become one.
    Lossy,
}

/// What a blank first argument gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBlank {
    /// Blank.
    Blank,
    /// Whatever the function says.
    Asked,
}

/// One function of the library.
#[derive(Debug)]
pub struct Function {
    /// The name, as specs and plans write it.
    pub name: &'static str,
    /// The parameters; the first is the value that passes.
    pub params: &'static [Param],
    /// The kind of the result.
    pub result: ResultKind,
    /// What is known of its image.
    pub class: Class,
    /// The function `g` with `f(g(f(x))) = f(x)`, given the same further arguments.
    pub inverse: Option<&'static str>,
    /// What a blank gives.
    pub on_blank: OnBlank,
    /// What it does, in one line.
    pub doc: &'static str,
    /// What it computes; its name comes in as well, since one computation may have several.
    pub eval: fn(&str, &[Value]) -> Result<Value, Failure>,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// Applies the function. Fails where the number of arguments, a kind or a value is none that it takes.
    pub fn call(&self, arguments: &[Value]) -> Result<Value, Failure> {
        if self.on_blank == OnBlank::Blank && arguments.first().is_none_or(Value::is_blank) {
            return Ok(Value::Blank);
        }
        (self.eval)(self.name, arguments)
    }

    /// Whether the function takes this many arguments.
    pub fn takes(&self, count: usize) -> bool {
        let least = self
            .params
            .iter()
            .filter(|p| p.arity != Arity::Optional)
            .count();
        let open = self
            .params
            .last()
            .is_some_and(|p| p.arity == Arity::Several);
        count >= least && (open || count <= self.params.len())
    }
}

/// The function of this name.
pub fn function(name: &str) -> Option<&'static Function> {
    ALL.binary_search_by(|f| f.name.cmp(name))
        .ok()
        .and_then(|i| ALL.get(i))
}

const ANY: &[Kind] = &[];
const TEXT: &[Kind] = &[Kind::Text];
const NUMBER: &[Kind] = &[Kind::Number];
const DAY: &[Kind] = &[Kind::Date, Kind::DateTime];

const fn one(name: &'static str, kinds: &'static [Kind]) -> Param {
    Param {
        name,
        kinds,
        arity: Arity::One,
        range: Range::Any,
    }
}

const fn optional(name: &'static str, kinds: &'static [Kind]) -> Param {
    Param {
        name,
        kinds,
        arity: Arity::Optional,
        range: Range::Any,
    }
}

const fn several(name: &'static str, kinds: &'static [Kind]) -> Param {
    Param {
        name,
        kinds,
        arity: Arity::Several,
        range: Range::Any,
    }
}

const ONE_TEXT: &[Param] = &[one("text", TEXT)];
const TEXT_AND_TEXT: &[Param] = &[one("text", TEXT), one("part", TEXT)];
const TEXT_AND_COUNT: &[Param] = &[one("text", TEXT), one("count", NUMBER).within(Range::Count)];
const ONE_NUMBER: &[Param] = &[one("number", NUMBER)];
const TWO_NUMBERS: &[Param] = &[one("number", NUMBER), several("others", NUMBER)];
const ONE_DAY: &[Param] = &[one("day", DAY)];
const ZONE: Param = one("zone", TEXT).within(Range::Zone);
const IN_ZONE: &[Param] = &[one("time", DAY), ZONE];
const REGION: Param = optional("region", TEXT).within(Range::Region);
const PLACES: Param = optional("places", NUMBER).within(Range::Count);

macro_rules! library {
    ($($name:ident($params:expr) -> $result:ident $class:ident $(inverse $inverse:literal)? $(, $blank:ident)?: $eval:path, $doc:literal;)*) => {
        /// Every function, sorted by name.
        pub static ALL: &[Function] = &[$(Function {
            name: stringify!($name),
            params: $params,
            result: library!(@result $result),
            class: Class::$class,
            inverse: library!(@inverse $($inverse)?),
            on_blank: library!(@blank $($blank)?),
            doc: $doc,
            eval: |_, arguments| $eval(arguments),
        },)*];
    };
    (@result Same) => { ResultKind::Same };
    (@result $kind:ident) => { ResultKind::Is(Kind::$kind) };
    (@inverse) => { None };
    (@inverse $inverse:literal) => { Some($inverse) };
    (@blank) => { OnBlank::Blank };
    (@blank $blank:ident) => { OnBlank::$blank };
}

library! {
    abs(ONE_NUMBER) -> Number Lossy: number::abs, "the number without its sign";
    add_days(&[one("day", DAY), one("count", NUMBER)]) -> Same Injective: time::add_days, "the day or instant so many days later";
    bool(&[one("value", ANY)]) -> Bool Lossy inverse "text": number::bool, "true or false, read from yes, no, true, false, 1, 0";
    coalesce(&[one("value", ANY), several("others", ANY)]) -> Same Lossy, Asked: text::coalesce, "the first that is not blank";
    collapse(ONE_TEXT) -> Text Normaliser: text::collapse, "the text trimmed, each run of white space one blank";
    concat(&[one("text", TEXT), several("parts", ANY)]) -> Text Lossy, Asked: text::concat, "the texts one after the other; blank where all are";
    contains(TEXT_AND_TEXT) -> Bool Lossy: text::contains, "whether the part stands in the text";
    date(IN_ZONE) -> Date Lossy inverse "instant": time::date, "the day on which the instant falls in that time zone; a day is itself";
    day(ONE_DAY) -> Number Lossy: time::day, "the day of the month";
    days_between(&[one("from", DAY), one("to", DAY)]) -> Number Lossy: time::days_between, "the number of whole days from one to the other";
    digits(ONE_TEXT) -> Text Normaliser: text::digits, "the digits of the text";
    domain_of(ONE_TEXT) -> Text Normaliser: text::domain_of, "the host of a URL or an e-mail address, in lower case, without `www.`";
    e164(&[one("text", TEXT), REGION]) -> Text Normaliser: text::e164, "the phone number in international form, `+12125550100`";
    ends_with(TEXT_AND_TEXT) -> Bool Lossy: text::ends_with, "whether the text ends with the part";
    instant(&[one("day", &[Kind::Date]), ZONE]) -> DateTime Injective inverse "date": time::instant, "midnight of the day in that time zone";
    left(TEXT_AND_COUNT) -> Text Lossy: text::left, "the first characters";
    length(ONE_TEXT) -> Number Lossy: text::length, "the number of characters";
    lower(ONE_TEXT) -> Text Normaliser: text::lower, "in lower case";
    lower_trim(ONE_TEXT) -> Text Normaliser: text::lower_trim, "in lower case, without white space around it";
    max(TWO_NUMBERS) -> Number Lossy: number::max, "the largest";
    min(TWO_NUMBERS) -> Number Lossy: number::min, "the smallest";
    month(ONE_DAY) -> Number Lossy: time::month, "the month, from 1 to 12";
    number(&[one("value", ANY)]) -> Number Lossy inverse "text": number::number, "the number that the text spells";
    prefix(TEXT_AND_TEXT) -> Text Injective inverse "strip_prefix": text::prefix, "the part before the text";
    replace(&[one("text", TEXT), one("part", TEXT), one("by", ANY)]) -> Text Lossy: text::replace, "each place of the part replaced";
    right(TEXT_AND_COUNT) -> Text Lossy: text::right, "the last characters";
    round(&[one("number", NUMBER), PLACES]) -> Number Lossy: number::round, "rounded to so many decimal places, halves away from zero";
    split_first(&[one("text", TEXT), optional("separator", TEXT)]) -> Text Lossy: text::split_first, "what stands before the first separator, or the first word";
    split_last(&[one("text", TEXT), optional("separator", TEXT)]) -> Text Lossy: text::split_last, "what stands after the last separator, or the last word";
    starts_with(TEXT_AND_TEXT) -> Bool Lossy: text::starts_with, "whether the text starts with the part";
    strip_accents(ONE_TEXT) -> Text Normaliser: text::strip_accents, "without accents";
    strip_prefix(TEXT_AND_TEXT) -> Text Injective inverse "prefix": text::strip_prefix, "the text without the part that it must start with";
    text(&[one("value", ANY)]) -> Text Injective: text::text, "the value as text";
    title(ONE_TEXT) -> Text Normaliser: text::title, "each word with a capital, the rest in lower case";
    trim(ONE_TEXT) -> Text Normaliser: text::trim, "without white space around it";
    truncate(TEXT_AND_COUNT) -> Text Lossy: text::truncate, "cut to so many characters, white space at the cut removed";
    upper(ONE_TEXT) -> Text Normaliser: text::upper, "in upper case";
    year(ONE_DAY) -> Number Lossy: time::year, "the year";
}

fn text_at(arguments: &[Value], at: usize) -> Result<&str, Failure> {
    match arguments.get(at) {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Blank) | None => Ok(""),
        Some(other) => Err(Failure::new(format!("`{other}` is not a text"))),
    }
}

fn count_at(arguments: &[Value], at: usize) -> Result<Option<u32>, Failure> {
    use rust_decimal::prelude::ToPrimitive;
    match arguments.get(at) {
        Some(Value::Number(n)) => n
            .trunc()
            .to_u32()
            .map(Some)
            .ok_or_else(|| Failure::new(format!("`{n}` is not a count"))),
        Some(Value::Blank) | None => Ok(None),
        Some(other) => Err(Failure::new(format!("`{other}` is not a number"))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for f in ALL {
            assert_eq!(function(f.name), Some(f));
            assert!(
                f.inverse.is_none_or(|g| function(g).is_some()),
                "{}",
                f.name
            );
            assert!(
                f.class != Class::Normaliser || f.result == ResultKind::Is(Kind::Text),
                "{}",
                f.name
            );
        }
        assert_eq!(function("eval"), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Blank),
            any::<bool>().prop_map(Value::Bool),
            (any::<i64>(), 0u32..20).prop_map(|(n, s)| Value::Number(Decimal::new(n, s))),
            any::<i64>().prop_map(Value::DateTime),
            (0i64..2_000_000_000_000).prop_map(Value::DateTime),
            (-9999i16..=9999, 1i8..=12, 1i8..=28)
                .prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
            ".{0,12}".prop_map(Value::text),
            "[ 0-9+()-]{3,18}".prop_map(Value::text),
            "(https?://)?(www\\.){0,2}[A-Za-z.]{0,9}(/[a-z]*)?".prop_map(Value::text),
            prop::collection::vec("[a-z]{0,3}", 0..3).prop_map(Value::set),
            Just(Value::text("America/New_York")),
        ]
    }

    fn further(f: &Function) -> Vec<Value> {
        let more = |p: &Param| match p.name {
            "zone" => Value::text("America/Sao_Paulo"),
            "region" => Value::text("US"),
            _ if p.kinds == NUMBER => Value::Number(Decimal::from(3)),
            _ => Value::text("ab"),
        };
        f.params.iter().skip(1).map(more).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_panics(arguments in prop::collection::vec(value(), 0..4)) {
            for f in ALL {
                let _ = f.call(&arguments);
            }
        }

        /// What is quick for ASCII is what Unicode says.
        #[test]
        fn case_is_that_of_unicode(any in ".{0,40}", ascii in "[ -~]{0,40}") {
            for text in [any, ascii] {
                let apply = |name| function(name).and_then(|f| f.call(&[Value::text(&text)]).ok());
                prop_assert_eq!(apply("lower"), Some(Value::text(text.to_lowercase())));
                prop_assert_eq!(apply("upper"), Some(Value::text(text.to_uppercase())));
                prop_assert_eq!(apply("lower_trim"), Some(Value::text(text.trim().to_lowercase())));
            }
        }

        #[test]
        fn a_blank_passes_as_a_blank(rest in prop::collection::vec(value(), 0..3)) {
            let arguments: Vec<Value> = std::iter::once(Value::Blank).chain(rest).collect();
            for f in ALL.iter().filter(|f| f.on_blank == OnBlank::Blank) {
                prop_assert_eq!(f.call(&arguments), Ok(Value::Blank));
            }
        }

        #[test]
        fn normalisers_are_idempotent(first in value()) {
            for f in ALL.iter().filter(|f| f.class == Class::Normaliser) {
                let apply = |v: Value| f.call(&[vec![v], further(f)].concat());
                if let Ok(once) = apply(first.clone()) {
                    prop_assert_eq!(apply(once.clone()), Ok(once), "{} of {:?}", f.name, first);
                }
            }
        }

        #[test]
        fn inverses_invert(first in value()) {
            for f in ALL {
                let Some(g) = f.inverse.and_then(function) else { continue };
                let apply = |f: &Function, v: Value| f.call(&[vec![v], further(f)].concat());
                let Ok(image) = apply(f, first.clone()) else { continue };
                let Ok(back) = apply(g, image.clone()) else {
                    prop_assert!(false, "{} does not take what {} gives: {:?}", g.name, f.name, image);
                    continue;
                };
                prop_assert_eq!(apply(f, back), Ok(image), "{} of {:?}", f.name, first);
            }
        }
    }
}
