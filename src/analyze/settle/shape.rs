//! Proofs over infinite domains: what is known of all values that a chain of changes can give, and whether a store leaves
//! them as they are.
//!
//! A [`Shape`] is an abstract value (Cousot and Cousot, Abstract interpretation, 1977): which normal forms a text is in, how
//! long it may be, how many decimal places a number may have. A change maps shapes to shapes; where the shape of what is
//! written is one that the store does not change, what is written **stays**. Idempotence is no argument, since it is not
//! closed under composition; a normal form that a later change keeps is one.
//!
//! What stays decides about rows beside automations, over any domain ([`law`](super::law)).

use crate::value::{Value, library};

/// One change of a value: a function with constant further arguments, or what a platform does when it stores.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A function of the library.
    Call(&'static library::Function, Vec<Value>),
    /// Blanks around a text are dropped.
    Trim,
    /// A text is put in lower case.
    Lower,
    /// Line ends become one character.
    Lines,
    /// A number is rounded to so many decimal places.
    Scale(u32),
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    forms: u16,
    longest: Option<u32>,
    places: Option<u32>,
}

// The normal forms of a text: what the change of that name leaves as it is.
const TRIMMED: u16 = 1;
const COLLAPSED: u16 = 1 << 1;
const LOWER: u16 = 1 << 2;
const UPPER: u16 = 1 << 3;
const TITLED: u16 = 1 << 4;
const LINES: u16 = 1 << 5;
const DIGITS: u16 = 1 << 6;
const E164: u16 = 1 << 7;
const HOST: u16 = 1 << 8;
const PLAIN: u16 = 1 << 9;
const SPACING: u16 = TRIMMED | COLLAPSED | LINES;
/// What a text of digits, with or without a sign, is in.
const LETTERLESS: u16 = SPACING | LOWER | UPPER | TITLED | PLAIN;

/// What a change does to what is known: the forms that its results are in, and those that it keeps.
struct Effect {
    gives: u16,
    keeps: u16,
    /// The results are not longer than what they are made of.
    shortens: bool,
}

const fn effect(gives: u16, keeps: u16, shortens: bool) -> Effect {
    Effect {
        gives,
        keeps,
        shortens,
    }
}

impl Change {
    /// What it makes of a value; none where it fails.
    pub fn apply(&self, value: &Value) -> Option<Value> {
        let call = |name: &str, more: &[Value]| {
            let arguments = [std::slice::from_ref(value), more].concat();
            library::function(name)?.call(&arguments).ok()
        };
        match (self, value) {
            (Self::Call(function, more), _) => call(function.name, more),
            (Self::Trim, Value::Text(text)) => Some(Value::text(text.trim())),
            (Self::Lower, Value::Text(text)) => Some(Value::text(text.to_lowercase())),
            (Self::Lines, Value::Text(text)) => {
                Some(Value::text(text.replace("\r\n", "\n").replace('\r', "\n")))
            }
            (Self::Scale(places), Value::Number(_)) => {
                call("round", &[Value::Number((*places).into())])
            }
            _ => Some(value.clone()),
        }
    }

    /// A count among the further arguments.
    fn count(&self) -> Option<u32> {
        match self {
            Self::Call(_, more) => match more.first()? {
                Value::Number(n) => u32::try_from(*n).ok(),
                _ => None,
            },
            Self::Scale(places) => Some(*places),
            Self::Trim | Self::Lower | Self::Lines => None,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Call(function, _) => function.name,
            Self::Trim => "trim",
            Self::Lower => "lower",
            Self::Lines => "lines",
            Self::Scale(_) => "round",
        }
    }

    /// Whether it changes the case of letters, and blanks around them at most. Such changes, one after the other in any order
    /// and all of them again and again, give what they gave: from the second time on, and but for `ẞ` from the first.
    pub fn is_of_case(&self) -> bool {
        matches!(self.name(), "lower" | "lower_trim" | "upper" | "title")
    }

    /// Whether it leaves every value of a shape as it is.
    pub fn leaves(&self, shape: Shape) -> bool {
        let within = |most: Option<u32>| most.zip(self.count()).is_some_and(|(m, n)| m <= n);
        let form = match self.name() {
            "trim" => TRIMMED,
            "collapse" => COLLAPSED,
            "lower" => LOWER,
            "lower_trim" => LOWER | TRIMMED,
            "upper" => UPPER,
            "title" => TITLED,
            "lines" => LINES,
            "digits" => DIGITS,
            "e164" => E164,
            "domain_of" => HOST,
            "strip_accents" => PLAIN,
            "left" | "truncate" => return within(shape.longest),
            "round" => return within(shape.places),
            _ => return false,
        };
        shape.has(form)
    }

    /// The shape of what it makes of values of a shape.
    pub fn shape(&self, of: Shape) -> Shape {
        if self.leaves(of) {
            return of;
        }
        let cased = LOWER | UPPER | TITLED;
        let done = match self.name() {
            "trim" => effect(TRIMMED, cased | SPACING | PLAIN, true),
            "collapse" => effect(SPACING, cased | PLAIN, true),
            "lower" => effect(LOWER, SPACING, false),
            "lower_trim" if of.has(LOWER) => effect(TRIMMED, cased | SPACING | PLAIN, true),
            "lower_trim" => effect(LOWER | TRIMMED, SPACING, false),
            "upper" => effect(UPPER, SPACING, false),
            "title" => effect(TITLED, SPACING, true),
            "lines" => effect(LINES, cased | SPACING | PLAIN, true),
            "digits" => effect(DIGITS | LETTERLESS, 0, true),
            "e164" => effect(E164 | LETTERLESS, 0, false),
            "domain_of" => effect(HOST, 0, false),
            "strip_accents" => effect(PLAIN, 0, false),
            "truncate" => effect(0, cased | SPACING | DIGITS | PLAIN, true),
            "left" => effect(0, cased | LINES | DIGITS | PLAIN, true),
            "round" => {
                return Shape {
                    places: self.count().or(Some(0)),
                    ..Shape::default()
                };
            }
            _ => return Shape::default(),
        };
        let cut = ["truncate", "left"].contains(&self.name());
        let longest = of.longest.filter(|_| done.shortens);
        Shape {
            forms: done.gives | of.forms & done.keeps,
            longest: match self.count().filter(|_| cut) {
                Some(count) => Some(longest.map_or(count, |l| l.min(count))),
                None => longest,
            },
            places: None,
        }
    }
}

impl Shape {
    const fn has(self, forms: u16) -> bool {
        self.forms & forms == forms
    }

    /// Texts of at most so many characters.
    pub const fn of_length(longest: u32) -> Self {
        Self {
            forms: 0,
            longest: Some(longest),
            places: None,
        }
    }

    /// Numbers of at most so many decimal places.
    pub const fn of_places(places: u32) -> Self {
        Self {
            forms: 0,
            longest: None,
            places: Some(places),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(name: &str, more: Vec<Value>) -> Change {
        Change::Call(library::function(name).expect("a function"), more)
    }

    fn number(n: u32) -> Value {
        Value::Number(n.into())
    }

    fn changes() -> Vec<Change> {
        let plain = [
            "trim",
            "collapse",
            "lower",
            "lower_trim",
            "upper",
            "title",
            "digits",
            "domain_of",
            "strip_accents",
        ];
        let mut all: Vec<Change> = plain.map(|name| call(name, Vec::new())).into();
        all.extend([
            call("e164", vec![Value::text("US")]),
            call("truncate", vec![number(5)]),
            call("truncate", vec![number(3)]),
            call("left", vec![number(4)]),
            call("prefix", vec![Value::text(" A")]),
            Change::Trim,
            Change::Lower,
            Change::Lines,
        ]);
        all
    }

    #[test]
    fn every_letter_goes_round_by_the_same_spellings() {
        let all: Vec<Change> = changes().into_iter().filter(Change::is_of_case).collect();
        let cased = |c: &char| !c.to_lowercase().eq([*c]) || !c.to_uppercase().eq([*c]);
        for letter in ('\u{1}'..=char::MAX).filter(cased) {
            for text in [
                format!("{letter}"),
                format!("a{letter}"),
                format!("{letter}A b"),
            ] {
                for (first, second) in all.iter().flat_map(|f| all.iter().map(move |s| (f, s))) {
                    let round = |v: &Value| first.apply(v).and_then(|v| second.apply(&v));
                    let once = round(&Value::text(&text)).expect("a text");
                    let twice = round(&once).expect("a text");
                    assert!(twice == once || letter == 'ẞ', "{text:?}");
                    assert_eq!(round(&twice).as_ref(), Some(&twice), "{text:?}");
                }
            }
        }
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            ".{0,10}",
            "[ \\r\\n\\t]{0,2}[a-zA-ZßİΣσςǆéÉ. ']{0,8}[ \\r\\n]{0,2}",
            "[+(]?[ 0-9()-]{3,16}",
            "(https?://)?(www\\.){0,2}[A-Za-zΣ.]{0,9}(/[a-z]*)?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_leaves_a_shape_leaves_its_values(first in text(), chain in prop::collection::vec(0usize..17, 0..4)) {
            let all = changes();
            let mut value = Value::text(&first);
            let mut shape = Shape::of_length(first.chars().count() as u32);
            for at in chain {
                let Some(next) = all[at].apply(&value) else { return Ok(()) };
                value = next;
                shape = all[at].shape(shape);
                if value.is_blank() {
                    return Ok(());
                }
            }
            for change in all.iter().filter(|c| c.leaves(shape)) {
                prop_assert_eq!(change.apply(&value), Some(value.clone()), "{:?} of {:?}", change, first);
            }
        }

        #[test]
        fn changes_of_case_go_round_by_the_same_spellings(first in text(), chain in prop::collection::vec(0usize..17, 1..5)) {
            let all: Vec<Change> = changes().into_iter().filter(Change::is_of_case).collect();
            prop_assert_eq!(all.len(), 5);
            let round = |value: Value| {
                let changes = chain.iter().map(|at| &all[at % all.len()]);
                changes.fold(value, |v, c| c.apply(&v).expect("a text"))
            };
            let twice = round(round(Value::text(&first)));
            prop_assert_eq!(round(twice.clone()), twice, "{:?}", first);
        }

        #[test]
        fn numbers_keep_their_places(n in any::<i64>(), scale in 0u32..9, first in 0u32..6, then in 0u32..6) {
            let value = Value::Number(rust_decimal::Decimal::new(n, scale));
            let once = Change::Scale(first);
            let Some(rounded) = once.apply(&value) else { return Ok(()) };
            let again = Change::Scale(then);
            if again.leaves(once.shape(Shape::of_places(scale))) {
                prop_assert_eq!(again.apply(&rounded), Some(rounded.clone()));
            }
        }
    }

    /// Whether what a chain makes of values of a shape is left as it is by another one.
    fn stays(source: Shape, chain: &[Change], then: &[Change]) -> bool {
        let made = chain
            .iter()
            .fold(source, |shape, change| change.shape(shape));
        then.iter().all(|change| change.leaves(made))
    }

    #[test]
    fn a_normal_form_survives_what_keeps_it() {
        let lower = call("lower_trim", Vec::new());
        let short = call("truncate", vec![number(80)]);
        assert!(stays(
            Shape::default(),
            &[lower.clone(), short.clone()],
            &[Change::Trim]
        ));
        assert!(stays(
            Shape::of_length(40),
            std::slice::from_ref(&lower),
            &[]
        ));
        assert!(!stays(
            Shape::default(),
            &[call("title", Vec::new())],
            &[lower]
        ));
        // cut after it was trimmed, a text may end with a blank
        let left = call("left", vec![number(80)]);
        assert!(!stays(
            Shape::default(),
            &[Change::Trim, left],
            &[Change::Trim]
        ));
        assert!(stays(Shape::of_length(40), &[], &[short]));
    }
}
