//! Words: lists, plurals and likely spellings, for everything that people read.

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    join(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub fn either<T: AsRef<str>>(items: &[T]) -> String {
    join(items, "or")
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
/// Damerau-Levenshtein distance. Of equally close candidates the first one wins.
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
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let folded = fold(candidate);
        if folded.chars().count().abs_diff(word.chars().count()) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &folded);
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, c)| c)
}
