//! Proofs over infinite domains: what is known of all values that a chain of changes can give, and whether a store leaves
//! them as they are.
//!
//! A [`Shape`] is an abstract value (Cousot and Cousot, Abstract interpretation, 1977): which normal forms a text is in, how
//! long it may be, how many decimal places a number may have. A change maps shapes to shapes; where the shape of what is
//! written is one that the store does not change, what is written **stays**. Idempotence is no argument, since it is not
//! closed under composition; a normal form that a later change keeps is one.
//!
//! A text is **free** of a part that it does not contain. A replacement frees its results of the part that it looks for where
//! that is one character which is not in what replaces it, or where the replacement is not empty and shares no character with
//! it: what is left of a text between two replaced parts is one piece of it, which has no such part, and whatever reaches
//! beyond contains a character of the replacement. By the same reason it keeps texts free of other parts.
//!
//! What stays decides about rows beside automations, over any domain ([`law`](super::law)).

use std::collections::BTreeSet;

use smol_str::SmolStr;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    forms: u16,
    /// Parts that a text does not contain.
    free: BTreeSet<SmolStr>,
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

    /// A count among the further arguments; a number is rounded to a whole one where nothing is said.
    fn count(&self) -> Option<u32> {
        match self {
            Self::Call(function, more) => match more.first() {
                Some(Value::Number(n)) => u32::try_from(*n).ok(),
                None if function.name == "round" => Some(0),
                _ => None,
            },
            Self::Scale(places) => Some(*places),
            Self::Trim | Self::Lower | Self::Lines => None,
        }
    }

    /// What a replacement looks for, and what it puts there.
    fn replaced(&self) -> Option<(&str, &str)> {
        match self {
            Self::Call(function, more) if function.name == "replace" => match more.as_slice() {
                [Value::Text(part), Value::Text(by)] => Some((part, by)),
                [Value::Text(part), Value::Blank] => Some((part, "")),
                _ => None,
            },
            _ => None,
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
    pub fn leaves(&self, shape: &Shape) -> bool {
        if let Some((part, by)) = self.replaced() {
            return part == by || shape.is_free(part);
        }
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

    /// Whether what it makes of a number, or of such a text, is such a one again.
    pub fn fills(&self, filled: Filled) -> bool {
        if let Some((part, by)) = self.replaced() {
            return part.is_empty() || filled.has(by);
        }
        let first = match self {
            Self::Call(_, more) => more.first(),
            _ => None,
        };
        match self.name() {
            "lower" | "upper" | "title" | "lines" | "round" | "concat" => true,
            "left" => self.count().is_some_and(|n| n > 0),
            "truncate" => filled == Filled::Begun && self.count().is_some_and(|n| n > 0),
            "trim" | "collapse" | "lower_trim" => filled == Filled::Begun,
            "prefix" => first
                .and_then(Value::as_text)
                .is_some_and(|t| filled.has(t)),
            _ => false,
        }
    }

    /// The shape of what it makes of values of a shape.
    pub fn shape(&self, of: Shape) -> Shape {
        if self.leaves(&of) {
            return of;
        }
        if let Some((part, by)) = self.replaced() {
            return of.replaced(part, by);
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
                    places: self.count(),
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
            free: of.free.into_iter().filter(|p| self.frees(p)).collect(),
        }
    }

    /// Whether its results are free of a part that the texts are free of which it is given.
    fn frees(&self, part: &str) -> bool {
        match self.name() {
            "trim" | "left" | "truncate" => true,
            "collapse" | "lines" => !part.contains(char::is_whitespace),
            // no letter becomes a digit or a sign, and each becomes something
            "lower" | "upper" => part
                .chars()
                .all(|c| c.is_ascii() && !c.is_ascii_alphabetic()),
            _ => false,
        }
    }
}

/// Texts that are not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// There is some character.
    Some,
    /// The first character is no white space.
    Begun,
}

impl Filled {
    /// Whether a text is such a one.
    pub fn has(self, text: &str) -> bool {
        match self {
            Self::Some => !text.is_empty(),
            Self::Begun => text.starts_with(|c: char| !c.is_whitespace()),
        }
    }
}

impl Shape {
    const fn has(&self, forms: u16) -> bool {
        self.forms & forms == forms
    }

    /// Whether no text of the shape contains a part.
    fn is_free(&self, part: &str) -> bool {
        self.free.iter().any(|p| part.contains(p.as_str()))
            || self.has(LOWER) && !is_lower(part)
            || self.has(UPPER) && !is_upper(part)
    }

    /// The shape of its texts once a part is replaced.
    fn replaced(self, part: &str, by: &str) -> Self {
        let apart = |p: &str| match p.chars().nth(1) {
            None => !by.contains(p),
            Some(_) => !by.is_empty() && !by.contains(|c| p.contains(c)),
        };
        let mut keeps = 0;
        for (form, kept) in [
            (LOWER, is_lower(by)),
            (UPPER, is_upper(by)),
            (LINES, !by.contains('\r')),
            (
                TRIMMED | COLLAPSED,
                !by.is_empty() && !by.contains(char::is_whitespace),
            ),
        ] {
            keeps |= if kept { form } else { 0 };
        }
        let shorter = by.chars().count() <= part.chars().count();
        let parts = self.free.into_iter().chain([SmolStr::from(part)]);
        Self {
            forms: self.forms & keeps,
            free: parts.filter(|p| apart(p)).collect(),
            longest: self.longest.filter(|_| shorter),
            places: None,
        }
    }

    /// Texts of at most so many characters.
    pub fn of_length(longest: u32) -> Self {
        Self {
            longest: Some(longest),
            ..Self::default()
        }
    }

    /// Numbers of at most so many decimal places.
    pub fn of_places(places: u32) -> Self {
        Self {
            places: Some(places),
            ..Self::default()
        }
    }
}

/// Whether a text is its own lower case. That is so letter by letter, also of parts of it.
fn is_lower(text: &str) -> bool {
    text.chars().all(|c| c.to_lowercase().eq([c]))
}

/// Whether a text is its own upper case.
fn is_upper(text: &str) -> bool {
    text.chars().all(|c| c.to_uppercase().eq([c]))
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

    fn replace(part: &str, by: &str) -> Change {
        call("replace", vec![Value::text(part), Value::text(by)])
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
            replace("a", "b"),
            replace("B", "a"),
            replace(" ", "-"),
            replace("-", " "),
            replace("ab", ""),
            replace("a", ""),
            replace("aa", "a"),
            replace("ss", "x"),
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
            "[abAB -]{0,9}",
            "[+(]?[ 0-9()-]{3,16}",
            "(https?://)?(www\\.){0,2}[A-Za-zΣ.]{0,9}(/[a-z]*)?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_leaves_a_shape_leaves_its_values(first in text(), chain in prop::collection::vec(0usize..25, 0..5)) {
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
            for change in all.iter().filter(|c| c.leaves(&shape)) {
                prop_assert_eq!(change.apply(&value), Some(value.clone()), "{:?} of {:?}", change, first);
            }
        }

        #[test]
        fn what_fills_makes_nothing_blank(first in text(), at in 0usize..25) {
            let change = &changes()[at];
            for filled in [Filled::Some, Filled::Begun] {
                if filled.has(&first) && change.fills(filled) {
                    let made = change.apply(&Value::text(&first)).expect("a text");
                    prop_assert!(made.as_text().is_some_and(|t| filled.has(t)), "{:?} of {:?}", change, first);
                }
            }
        }

        #[test]
        fn changes_of_case_go_round_by_the_same_spellings(first in text(), chain in prop::collection::vec(0usize..25, 1..5)) {
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
            if again.leaves(&once.shape(Shape::of_places(scale))) {
                prop_assert_eq!(again.apply(&rounded), Some(rounded.clone()));
            }
        }
    }

    /// Whether what a chain makes of values of a shape is left as it is by another one.
    fn stays(source: Shape, chain: &[Change], then: &[Change]) -> bool {
        let made = chain
            .iter()
            .fold(source, |shape, change| change.shape(shape));
        then.iter().all(|change| change.leaves(&made))
    }

    #[test]
    fn a_replacement_frees_texts_of_what_it_replaces() {
        let replaced = replace("a", "b");
        assert!(stays(
            Shape::default(),
            std::slice::from_ref(&replaced),
            std::slice::from_ref(&replaced)
        ));
        // upper case has no small letter, and small letters stay free of a great one
        let lower = call("lower", Vec::new());
        let chain = [lower.clone(), replaced.clone()];
        assert!(stays(Shape::default(), &chain, &chain));
        // what is left may come together
        let joined = replace("ab", "");
        assert!(!joined.leaves(&joined.shape(Shape::default())));
        // a small letter comes back
        assert!(!stays(
            Shape::default(),
            &[replaced.clone(), lower],
            &[replaced]
        ));
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
