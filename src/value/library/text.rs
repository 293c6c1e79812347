//! Functions over texts.

use std::borrow::Cow;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, Region};
use rust_decimal::Decimal;
use smol_str::StrExt;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Failure, count_at, text_at};
use crate::value::{Value, write_text};

type Answer = Result<Value, Failure>;

/// The image of the first argument; the value itself where nothing changes.
fn change(arguments: &[Value], f: impl FnOnce(&str) -> Cow<'_, str>) -> Answer {
    let text = text_at(arguments, 0)?;
    match f(text) {
        Cow::Borrowed(same) if same.len() == text.len() => {
            Ok(arguments.first().cloned().unwrap_or_default())
        }
        other => Ok(Value::text(other)),
    }
}

/// In lower case; ASCII needs neither tables nor memory for it.
fn lowered(text: &str) -> Value {
    match text {
        "" => Value::Blank,
        text if text.is_ascii() => Value::Text(text.to_ascii_lowercase_smolstr()),
        text => Value::text(text.to_lowercase()),
    }
}

/// In upper case, in the same way.
fn raised(text: &str) -> Value {
    match text {
        "" => Value::Blank,
        text if text.is_ascii() => Value::Text(text.to_ascii_uppercase_smolstr()),
        text => Value::text(text.to_uppercase()),
    }
}

pub(super) fn lower(arguments: &[Value]) -> Answer {
    text_at(arguments, 0).map(lowered)
}

pub(super) fn lower_trim(arguments: &[Value]) -> Answer {
    text_at(arguments, 0).map(|text| lowered(text.trim()))
}

pub(super) fn trim(arguments: &[Value]) -> Answer {
    change(arguments, |t| Cow::Borrowed(t.trim()))
}

pub(super) fn upper(arguments: &[Value]) -> Answer {
    text_at(arguments, 0).map(raised)
}

/// Letters whose capital is more than one character stay as they are, so that twice is once.
pub(super) fn title(arguments: &[Value]) -> Answer {
    change(arguments, |text| {
        let mut out = String::with_capacity(text.len());
        let mut start = true;
        for c in text.chars() {
            let mut capital = c.to_uppercase();
            match (start, capital.next(), capital.next()) {
                (true, Some(one), None) => out.push(one),
                (true, ..) => out.push(c),
                (false, ..) => out.push(small(c)),
            }
            start = !c.is_alphanumeric() && c != '\'' && c != '’';
        }
        Cow::Owned(out)
    })
}

/// The small letter of a character, where it is one character and leads back.
fn small(c: char) -> char {
    let mut letters = c.to_lowercase();
    match (letters.next(), letters.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub(super) fn collapse(arguments: &[Value]) -> Answer {
    change(arguments, |t| {
        Cow::Owned(t.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

/// Decomposed by Unicode's NFD, the combining marks left out, composed again.
pub(super) fn strip_accents(arguments: &[Value]) -> Answer {
    change(arguments, |t| {
        if t.is_ascii() {
            return Cow::Borrowed(t);
        }
        Cow::Owned(t.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect())
    })
}

pub(super) fn digits(arguments: &[Value]) -> Answer {
    change(arguments, |t| {
        Cow::Owned(t.chars().filter(char::is_ascii_digit).collect())
    })
}

fn first(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

pub(super) fn left(arguments: &[Value]) -> Answer {
    let count = count_at(arguments, 1)?.unwrap_or(0) as usize;
    change(arguments, |t| Cow::Borrowed(first(t, count)))
}

pub(super) fn truncate(arguments: &[Value]) -> Answer {
    let count = count_at(arguments, 1)?.unwrap_or(0) as usize;
    change(arguments, |t| {
        let cut = first(t, count);
        Cow::Borrowed(if cut.len() < t.len() {
            cut.trim_end()
        } else {
            t
        })
    })
}

pub(super) fn right(arguments: &[Value]) -> Answer {
    let count = count_at(arguments, 1)?.unwrap_or(0) as usize;
    change(arguments, |t| {
        let skipped = t.chars().count().saturating_sub(count);
        Cow::Owned(t.chars().skip(skipped).collect())
    })
}

pub(super) fn replace(arguments: &[Value]) -> Answer {
    let (part, by) = (text_at(arguments, 1)?, text_at(arguments, 2)?);
    if part.is_empty() {
        return change(arguments, |t| Cow::Borrowed(t));
    }
    change(arguments, |t| Cow::Owned(t.replace(part, by)))
}

pub(super) fn prefix(arguments: &[Value]) -> Answer {
    let part = text_at(arguments, 1)?;
    change(arguments, |t| Cow::Owned(format!("{part}{t}")))
}

pub(super) fn strip_prefix(arguments: &[Value]) -> Answer {
    let (text, part) = (text_at(arguments, 0)?, text_at(arguments, 1)?);
    match text.strip_prefix(part) {
        Some("") => Err(Failure::new(format!("`{text}` has nothing after `{part}`"))),
        Some(rest) => Ok(Value::text(rest)),
        None => Err(Failure::new(format!(
            "`{text}` does not start with `{part}`"
        ))),
    }
}

pub(super) fn concat(arguments: &[Value]) -> Answer {
    Ok(Value::text(
        arguments.iter().map(write_text).collect::<String>(),
    ))
}

pub(super) fn coalesce(arguments: &[Value]) -> Answer {
    Ok(arguments
        .iter()
        .find(|v| !v.is_blank())
        .cloned()
        .unwrap_or_default())
}

pub(super) fn split_first(arguments: &[Value]) -> Answer {
    let separator = text_at(arguments, 1)?;
    change(arguments, |t| {
        Cow::Borrowed(match separator {
            "" => t.split_whitespace().next().unwrap_or_default(),
            s => t.split(s).next().unwrap_or_default().trim(),
        })
    })
}

pub(super) fn split_last(arguments: &[Value]) -> Answer {
    let separator = text_at(arguments, 1)?;
    change(arguments, |t| {
        Cow::Borrowed(match separator {
            "" => t.split_whitespace().next_back().unwrap_or_default(),
            s => t.rsplit(s).next().unwrap_or_default().trim(),
        })
    })
}

/// The host: what follows `://` or `@`, up to the first `/ ? # :`. It must have a dot within and no white space.
pub(super) fn domain_of(arguments: &[Value]) -> Answer {
    let text = text_at(arguments, 0)?;
    let bad = || Failure::new(format!("`{text}` has no domain"));
    let rest = text
        .trim()
        .split_once("://")
        .map_or(text.trim(), |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    let mut host = rest
        .split(':')
        .next()
        .unwrap_or_default()
        .trim_matches('.')
        .to_lowercase();
    while let Some(shorter) = host.strip_prefix("www.") {
        host = shorter.trim_start_matches('.').to_owned();
    }
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let sound = host.contains('.')
        && host.chars().all(inner)
        && host.split('.').all(|label| !label.is_empty());
    if sound {
        Ok(Value::text(host))
    } else {
        Err(bad())
    }
}

/// By libphonenumber's rules; a number without a country code is read in the region.
pub(super) fn e164(arguments: &[Value]) -> Answer {
    let text = text_at(arguments, 0)?;
    let region = region(text_at(arguments, 1)?)?;
    let number = PhoneNumber::parse(text, region)
        .map_err(|_| Failure::new(format!("`{text}` is not a phone number")))?;
    if number.is_valid() {
        Ok(Value::text(number.to_string()))
    } else {
        Err(Failure::new(format!(
            "`{text}` is not a valid phone number"
        )))
    }
}

/// The region of a code, none of an empty one.
pub(super) fn region(code: &str) -> Result<Option<Region>, Failure> {
    if code.is_empty() {
        return Ok(None);
    }
    let code = code.to_ascii_uppercase();
    let region = Region::from_code(&code);
    region
        .map(Some)
        .map_err(|_| Failure::new(format!("`{code}` is not a region")))
}

/// Whether a code is that of a region with phone numbers of its own.
pub(super) fn is_region(code: &str) -> Result<(), Failure> {
    let unnumbered = |r: &Region| PHONE_NUMBER_UTIL.get_country_code_for_region(*r).is_none();
    match region(code)?.filter(unnumbered) {
        Some(_) => Err(Failure::new(format!("`{code}` is not a region"))),
        None => Ok(()),
    }
}

pub(super) fn contains(arguments: &[Value]) -> Answer {
    Ok(Value::Bool(
        text_at(arguments, 0)?.contains(text_at(arguments, 1)?),
    ))
}

pub(super) fn starts_with(arguments: &[Value]) -> Answer {
    Ok(Value::Bool(
        text_at(arguments, 0)?.starts_with(text_at(arguments, 1)?),
    ))
}

pub(super) fn ends_with(arguments: &[Value]) -> Answer {
    Ok(Value::Bool(
        text_at(arguments, 0)?.ends_with(text_at(arguments, 1)?),
    ))
}

pub(super) fn length(arguments: &[Value]) -> Answer {
    Ok(Value::Number(Decimal::from(
        text_at(arguments, 0)?.chars().count(),
    )))
}

pub(super) fn text(arguments: &[Value]) -> Answer {
    match arguments.first() {
        Some(Value::Text(text)) => Ok(Value::Text(text.clone())),
        Some(other) => Ok(Value::text(write_text(other))),
        None => Ok(Value::Blank),
    }
}

/// What does not count in looking a text up in a table of spellings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// Case does not count.
    pub case: bool,
    /// Punctuation and white space do not count.
    pub punctuation: bool,
    /// Accents do not count.
    pub accents: bool,
}

impl Folding {
    /// The text without what does not count; idempotent. Both the keys of a table and what is looked up go through here.
    pub fn fold(self, text: &str) -> String {
        let mut folded = match self.accents && !text.is_ascii() {
            true => text
                .nfd()
                .filter(|c| !is_combining_mark(*c))
                .nfc()
                .collect(),
            false => text.to_owned(),
        };
        if self.case {
            folded = folded.to_lowercase();
        }
        if self.punctuation {
            folded.retain(char::is_alphanumeric);
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        let domain = |t: &str| domain_of(&[Value::text(t)]).ok().map(|v| v.to_string());
        for text in [
            "https://www.Acme.example/x?y#z",
            "ann@acme.example",
            "ACME.example:8080",
            "www.acme.example.",
        ] {
            assert_eq!(domain(text).as_deref(), Some("acme.example"), "{text}");
        }
        for text in ["acme", "n/a", "http://", "a b.example", "..", "www."] {
            assert_eq!(domain(text), None, "{text}");
        }
    }

    #[test]
    fn phone_numbers() {
        let phone = |t: &str, r: &str| {
            e164(&[Value::text(t), Value::text(r)])
                .ok()
                .map(|v| v.to_string())
        };
        assert_eq!(
            phone("(212) 555-0100", "US").as_deref(),
            Some("+12125550100")
        );
        assert_eq!(phone("+49 30 901820", "US").as_deref(), Some("+4930901820"));
        assert_eq!(phone("12", "US"), None);
        assert_eq!(phone("212 555 0100", "XX"), None);
        assert_eq!(phone("ask reception", "US"), None);
    }

    #[test]
    fn names_and_cases() {
        let apply =
            |f: fn(&[Value]) -> Answer, t: &str| f(&[Value::text(t)]).map(|v| v.to_string());
        assert_eq!(apply(split_first, "Ann Maria  Lee").as_deref(), Ok("Ann"));
        assert_eq!(apply(split_last, "Ann Maria  Lee ").as_deref(), Ok("Lee"));
        assert_eq!(
            apply(title, "o'NEIL mary-ann").as_deref(),
            Ok("O'neil Mary-Ann")
        );
        assert_eq!(
            apply(strip_accents, "Zoë Ångström").as_deref(),
            Ok("Zoe Angstrom")
        );
        assert_eq!(apply(collapse, "  a \t b\n").as_deref(), Ok("a b"));
    }
}
