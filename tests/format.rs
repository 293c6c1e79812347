//! What formatting promises.

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
fn formatted_sound(text: &str) -> String {
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
