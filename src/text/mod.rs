//! Words: lists, plurals and likely spellings, for everything that people read.

use std::borrow::Cow;

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    join(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub fn either<T: AsRef<str>>(items: &[T]) -> String {
    join(items, "or")
}

/// At most so many items of a list that may be long, and how many more there are, joined by `and` or `or`: `a, b and 7 more`.
pub fn some<T: AsRef<str>>(items: &[T], most: usize, word: &str) -> String {
    let more = items.len().saturating_sub(most);
    if more == 0 {
        return join(items, word);
    }
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    format!("{} {word} {} more", shown.join(", "), number(more as u64))
}

fn join<T: AsRef<str>>(items: &[T], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", head.join(", "), last.as_ref())
        }
    }
}

/// `1 row`, `2 rows`: the count with thousands separators, the noun in its number.
pub fn count(n: usize, noun: &str) -> String {
    let plural = match noun {
        n if n.ends_with('y') && !n.ends_with("ay") && !n.ends_with("ey") => {
            format!("{}ies", &n[..n.len() - 1])
        }
        n if n.ends_with('s') || n.ends_with("ch") || n.ends_with('x') => format!("{n}es"),
        n => format!("{n}s"),
    };
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {plural}", number(n as u64))
    }
}

/// A whole number with thousands separators: `1,204`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A text in backticks, as messages quote what the user wrote.
pub fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// The candidate that was most likely meant by `word`, if one is close enough to be worth naming.
///
/// Case, `_`, `-` and blanks do not count as differences; beyond that one edit in three letters is allowed, by the
/// Damerau-Levenshtein distance. Of equally close candidates that one wins which begins alike for longer, then the first one.
#[cfg(feature = "compiler")]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |s: &str| {
        s.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let word = fold(word);
    let allowed = (word.chars().count() / 3).max(1);
    let alike = |other: &str| {
        word.chars()
            .zip(other.chars())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let mut best: Option<(usize, std::cmp::Reverse<usize>, &str)> = None;
    for candidate in candidates {
        let folded = fold(candidate);
        if folded.chars().count().abs_diff(word.chars().count()) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &folded);
        let rank = (distance, std::cmp::Reverse(alike(&folded)));
        if distance <= allowed && best.is_none_or(|(d, s, _)| rank < (d, s)) {
            best = Some((rank.0, rank.1, candidate));
        }
    }
    best.map(|(.., c)| c)
}

/// The one candidate that a word of three letters or more begins, where there is one.
#[cfg(feature = "compiler")]
pub fn begun<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut begun = candidates.into_iter().filter(|c| c.starts_with(word));
    let only = begun.next().filter(|_| word.chars().count() >= 3);
    only.filter(|_| begun.next().is_none())
}

/// Breaks a text between words into lines of at most `width` columns; a longer word has a line of its own.
#[cfg(feature = "compiler")]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (i, word) in text.split(' ').enumerate() {
        let needed = unicode_width::UnicodeWidthStr::width(word);
        if used > 0 && used + 1 + needed > width {
            lines.push(String::new());
            used = 0;
        } else if i > 0 {
            if let Some(line) = lines.last_mut() {
                line.push(' ');
            }
            used += 1;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        used += needed;
    }
    lines
}

/// The text with everything replaced by `\u{fffd}` that a terminal would obey instead of showing: control characters,
/// escapes, marks that reverse the direction of writing, and signs without a width that hide in names.
///
/// Line breaks are replaced as well; texts of several lines are taken apart first.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) {
        Cow::Owned(
            text.chars()
                .map(|c| if is_hidden(c) { '\u{fffd}' } else { c })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a character is obeyed rather than shown. The joiners that scripts need are not among them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_short_and_say_by_how_much() {
        let names: Vec<String> = (1..=1_203).map(|n| format!("`R and D {n}`")).collect();
        let some = |n: usize, most, word| some(&names[..n], most, word);
        assert_eq!(some(0, 3, "and"), "");
        assert_eq!(some(1, 3, "or"), "`R and D 1`");
        assert_eq!(some(2, 3, "or"), "`R and D 1` or `R and D 2`");
        assert_eq!(some(3, 2, "and"), "`R and D 1`, `R and D 2` and 1 more");
        assert_eq!(some(1_203, 1, "or"), "`R and D 1` or 1,202 more");
    }
}
