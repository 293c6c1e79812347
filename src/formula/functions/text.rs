//! Texts. Lengths and places count in the 16-bit units of UTF-16, as Salesforce counts them.

use super::super::evaluate::Outcome;
use super::super::number::Rounding;
use super::super::{Datum, Fault, Number};
use super::{Arguments, LONGEST};

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let test = |f: fn(&str, &str) -> bool| tested(arguments, f);
    Some(match function {
        "LEN" => arguments.text(0).map(|t| Datum::from(t.map_or(0, length))),
        "LEFT" => end(arguments, |units, count| units.get(..count)),
        "RIGHT" => end(arguments, |units, count| units.get(units.len() - count..)),
        "MID" => middle(arguments),
        "SUBSTR" => part(arguments),
        "FIND" => find(arguments),
        "BEGINS" => test(|text, part| text.starts_with(part)),
        "ENDS" => test(|text, part| text.ends_with(part)),
        "CONTAINS" => test(|text, part| text.contains(part)),
        "INCLUDES" => includes(arguments),
        "PICKLISTCOUNT" => arguments.text(0).map(|t| {
            let members = t.unwrap_or_default().split(';');
            let count = members.filter(|m| !m.trim().is_empty()).count();
            Datum::from(i64::try_from(count).unwrap_or(i64::MAX))
        }),
        // a picklist that is not set is tested with an empty text
        "ISPICKVAL" => same(arguments),
        "SUBSTITUTE" => substitute(arguments),
        "TRIM" => arguments
            .text(0)
            .map(|t| filled(t.unwrap_or_default().trim_matches(' '))),
        "UPPER" => cased(arguments, |t, turkish| {
            if turkish { t.replace('i', "İ") } else { t }.to_uppercase()
        }),
        "LOWER" => cased(arguments, |t, turkish| {
            if turkish {
                t.replace('I', "ı").replace('İ', "i")
            } else {
                t
            }
            .to_lowercase()
        }),
        "INITCAP" => arguments.map_text(capitals),
        "REVERSE" => arguments.map_text(|t| t.chars().rev().collect()),
        "LPAD" => padded(arguments, true),
        "RPAD" => padded(arguments, false),
        "ASCII" => arguments.text(0).map(|t| {
            t.and_then(|t| t.chars().next())
                .map_or(Datum::Blank, |c| Datum::from(i64::from(u32::from(c))))
        }),
        "CHR" => character(arguments),
        "BR" => Ok(Datum::Text("\n".to_owned())),
        "TEXT" => text_of(arguments.get(0)),
        "FORMATCURRENCY" => currency(arguments),
        "CASESAFEID" => arguments.map_text(case_safe),
        _ => return None,
    })
}

fn filled(text: &str) -> Datum {
    if text.is_empty() {
        Datum::Blank
    } else {
        Datum::Text(text.to_owned())
    }
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn length(text: &str) -> i64 {
    i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX)
}

fn from_units(units: &[u16]) -> Datum {
    filled(&String::from_utf16_lossy(units))
}

fn index(at: i64) -> usize {
    usize::try_from(at.max(0)).unwrap_or(usize::MAX)
}

fn end(arguments: &Arguments<'_>, cut: impl Fn(&[u16], usize) -> Option<&[u16]>) -> Outcome {
    let (Some(text), Some(count)) = (arguments.text(0)?, arguments.number(1)?) else {
        return Ok(Datum::Blank);
    };
    let units = units(text);
    let count = index(i64::from(count.to_i32())).min(units.len());
    Ok(from_units(cut(&units, count).unwrap_or_default()))
}

fn middle(arguments: &Arguments<'_>) -> Outcome {
    let (Some(text), Some(start), Some(count)) = (
        arguments.text(0)?,
        arguments.number(1)?,
        arguments.number(2)?,
    ) else {
        return Ok(Datum::Blank);
    };
    let (start, count) = (i64::from(start.to_i32()).max(1), i64::from(count.to_i32()));
    Ok(slice(text, start - 1, count))
}

/// So many units from a place.
fn slice(text: &str, start: i64, count: i64) -> Datum {
    let units: Vec<u16> = text
        .encode_utf16()
        .skip(index(start))
        .take(index(count))
        .collect();
    from_units(&units)
}

/// As `MID`, but a place below zero counts from the end, and the rest may be taken.
fn part(arguments: &Arguments<'_>) -> Outcome {
    let (Some(text), Some(start)) = (arguments.text(0)?, arguments.number(1)?) else {
        return Ok(Datum::Blank);
    };
    let count = match arguments.number(2)? {
        Some(count) => i64::from(count.to_i32()),
        None if arguments.has(3) => return Ok(Datum::Blank),
        None => i64::MAX,
    };
    let (start, length) = (i64::from(start.to_i32()), length(text));
    if start.abs() > length {
        return Ok(Datum::Blank);
    }
    let from = if start < 0 {
        length + start
    } else {
        start.max(1) - 1
    };
    Ok(slice(text, from, count))
}

/// The place of a text in another one, from 1; 0 where it is not there.
fn find(arguments: &Arguments<'_>) -> Outcome {
    let (search, text) = (arguments.get(0), arguments.get(1));
    let (Datum::Text(search), Datum::Text(text)) = (search, text) else {
        arguments.text(0)?;
        arguments.text(1)?;
        return Ok(Datum::from(0));
    };
    let from = match arguments.number(2)? {
        Some(start) => index(i64::from(start.to_i32()) - 1),
        None if arguments.has(3) => return Err(Fault::Blank),
        None => 0,
    };
    let (search, text) = (units(search), units(text));
    let from = from.min(text.len());
    let found = if search.is_empty() {
        Some(0)
    } else {
        text.get(from..)
            .and_then(|rest| rest.windows(search.len()).position(|w| w == search))
    };
    Ok(Datum::from(
        found.map_or(0, |at| i64::try_from(from + at + 1).unwrap_or(0)),
    ))
}

/// A test of a text for a part: an empty part is in every text, and nothing is known of a blank text.
fn tested(arguments: &Arguments<'_>, f: impl Fn(&str, &str) -> bool) -> Outcome {
    Ok(match (arguments.text(0)?, arguments.text(1)?) {
        (_, None) => Datum::Bool(true),
        (None, _) => Datum::Blank,
        (Some(text), Some(part)) => Datum::Bool(f(text, part)),
    })
}

fn includes(arguments: &Arguments<'_>) -> Outcome {
    let part = arguments.text(1)?.unwrap_or_default();
    let set = arguments.text(0)?.unwrap_or_default();
    Ok(Datum::Bool(
        set.split(';').any(|member| member.trim() == part),
    ))
}

fn same(arguments: &Arguments<'_>) -> Outcome {
    Ok(Datum::Bool(arguments.text(0)? == arguments.text(1)?))
}

fn substitute(arguments: &Arguments<'_>) -> Outcome {
    let old = match arguments.get(1) {
        Datum::Text(old) if old.is_empty() => return Err(Fault::Range),
        _ => arguments.text(1)?,
    };
    let new = arguments.text(2)?.unwrap_or_default();
    let (Some(text), Some(old)) = (arguments.text(0)?, old) else {
        return Ok(Datum::Blank);
    };
    if text.matches(old).count().saturating_mul(new.len()) > LONGEST {
        return Err(Fault::Range);
    }
    Ok(Datum::Text(text.replace(old, new)))
}

/// Letters in another case, by the rules of Turkish where its locale is given.
fn cased(arguments: &Arguments<'_>, f: impl Fn(String, bool) -> String) -> Outcome {
    let locale = arguments.text(1)?.unwrap_or_default();
    let language = locale.split(['_', '-']).next().unwrap_or_default();
    let turkish = ["tr", "az"].contains(&language);
    arguments.map_text(|t| f(t.to_owned(), turkish))
}

/// The first letter of each word in upper case, the others in lower case; digits go on with a word.
fn capitals(text: &str) -> String {
    let one = |c: char, mut many: Box<dyn Iterator<Item = char>>| match (many.next(), many.next()) {
        (Some(only), None) => only,
        _ => c,
    };
    let mut start = true;
    text.chars()
        .map(|c| {
            let first = std::mem::replace(
                &mut start,
                !(c.is_lowercase() || c.is_uppercase() || c.is_numeric()),
            );
            match c {
                c if c.is_lowercase() && first => one(c, Box::new(c.to_uppercase())),
                c if c.is_uppercase() && !first => one(c, Box::new(c.to_lowercase())),
                c => c,
            }
        })
        .collect()
}

fn padded(arguments: &Arguments<'_>, left: bool) -> Outcome {
    let padding = if arguments.has(3) {
        arguments.text(2)?
    } else {
        Some(" ")
    };
    let (Some(text), Some(count)) = (arguments.text(0)?, arguments.number(1)?) else {
        return Ok(Datum::Blank);
    };
    let (text, count) = (units(text), index(i64::from(count.to_i32())));
    let Some(missing) = count.checked_sub(text.len()).filter(|missing| *missing > 0) else {
        return Ok(from_units(text.get(..count).unwrap_or(&text)));
    };
    let Some(padding) = padding else {
        return Ok(Datum::Blank);
    };
    if count > LONGEST {
        return Err(Fault::Range);
    }
    let padding: Vec<u16> = units(padding).into_iter().cycle().take(missing).collect();
    let whole = if left {
        [padding, text]
    } else {
        [text, padding]
    };
    Ok(from_units(&whole.concat()))
}

fn character(arguments: &Arguments<'_>) -> Outcome {
    let Some(number) = arguments.number(0)? else {
        return Ok(Datum::Blank);
    };
    let code = u32::try_from(number.to_i32()).ok().filter(|code| *code > 0);
    Ok(code
        .and_then(char::from_u32)
        .map_or(Datum::Blank, |c| Datum::Text(c.to_string())))
}

/// What `TEXT` makes of a value: numbers without trailing zeros, dates as ISO 8601 has them.
fn text_of(value: &Datum) -> Outcome {
    Ok(Datum::Text(match value {
        Datum::Blank => return Ok(Datum::Blank),
        Datum::Text(text) => text.clone(),
        Datum::Number(number) => number.clone().stripped().to_string(),
        Datum::Date(date) => date.to_string(),
        Datum::DateTime(millis) => super::moment::civil(*millis)?
            .strftime("%Y-%m-%d %H:%M:%SZ")
            .to_string(),
        Datum::Time(time) => time.strftime("%H:%M:%S%.3f").to_string(),
        Datum::Bool(_) | Datum::Place(_) => return Err(Fault::Kind),
    }))
}

/// `USD 1,000.50`: the code, and the amount with as many places as the currency has.
fn currency(arguments: &Arguments<'_>) -> Outcome {
    let code = arguments.text(0)?.unwrap_or_default();
    let Some(amount) = arguments.number(1)? else {
        return Ok(Datum::Text(String::new()));
    };
    if amount.clone().abs() >= Number::from(i64::MAX) {
        return Err(Fault::Range);
    }
    let places = match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let rounded = amount.at_scale(places, Rounding::HalfEven);
    let digits = rounded.clone().abs().to_string();
    let (whole, behind) = digits
        .find('.')
        .map_or((digits.as_str(), ""), |at| digits.split_at(at));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if rounded.is_negative() { "-" } else { "" };
    Ok(Datum::Text(format!("{code} {sign}{grouped}{behind}")))
}

/// An id of 15 characters with the three that tell which of them are in upper case.
fn case_safe(id: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    if id.len() != 15 || !id.is_ascii() {
        return id.to_owned();
    }
    let sums = id.as_bytes().chunks(5).map(|five| {
        let bits = five
            .iter()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_uppercase());
        bits.map(|(i, _)| 1_usize << i).sum::<usize>()
    });
    let suffix = sums
        .filter_map(|sum| LETTERS.get(sum))
        .map(|b| char::from(*b));
    id.chars().chain(suffix).collect()
}
