//! What formatting promises.

#[path = "format/random.rs"]
mod random;

use accordant::syntax::format;

use crate::syntax::parse;

/// Formats, and checks that it changes no meaning and that doing it again changes nothing.
pub fn formatted(text: &str) -> String {
    let (tree, _, _) = parse(text);
    let once = format(&tree, text);
    let (again, _, _) = parse(&once);
    let twice = format(&again, &once);
    assert_eq!(once, twice, "formatting twice is formatting once");
    once
}

/// Formats a text without findings, and checks that its tree is the same afterwards.
pub fn formatted_sound(text: &str) -> String {
    let once = formatted(text);
    let (before, found, sources) = parse(text);
    assert_eq!(crate::syntax::render(&found, &sources), "");
    let (after, found, sources) = parse(&once);
    assert_eq!(crate::syntax::render(&found, &sources), "", "in\n{once}");
    for (a, b) in before.meaning().lines().zip(after.meaning().lines()) {
        assert_eq!(a, b);
    }
    assert!(before.same_meaning(&after));
    once
}

#[test]
fn the_example_of_the_guide() {
    insta::assert_snapshot!(formatted_sound(include_str!("format/acme.sync")));
}

#[test]
fn what_could_not_be_read_stays_as_it_was_written() {
    let text = "sync A: hubspot.a <-> salesforce.B {\n    one<->One\n    two   =>  Two // kept\n}\nkonst  x   = 1\n";
    insta::assert_snapshot!(formatted(text));
}

#[test]
fn comments_and_blank_lines_stay_where_they_are() {
    let text = "//! file\n\n\n\n/// doc\nsync A: hubspot.a<->salesforce.B { // head\n\n\n  // first\n  a<->b // trailing\n\n\n  /// of the row\n  c<->d via f,  // inner\n     ask\n  // last\n\n} // end\n// tail\n";
    insta::assert_snapshot!(formatted_sound(text));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, cases: 200, ..Default::default() })]

    /// Formatting a spec changes nothing but its layout, and formatting twice is formatting once.
    #[test]
    fn formatting_keeps_the_meaning(text in random::spec()) {
        formatted_sound(&text);
    }
}
