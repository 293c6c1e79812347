//! Functions over days and instants.

use std::cell::RefCell;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Failure, text_at};
use crate::value::Value;

type Answer = Result<Value, Failure>;

thread_local! {
    /// The zone asked for last: a row asks for the same one again and again.
    static LAST: RefCell<Option<(String, TimeZone)>> = const { RefCell::new(None) };
}

pub(super) fn zone(name: &str) -> Result<TimeZone, Failure> {
    LAST.with_borrow_mut(|last| {
        if let Some((known, zone)) = last
            && known == name
        {
            return Ok(zone.clone());
        }
        let zone = TimeZone::get(name)
            .map_err(|_| Failure::new(format!("`{name}` is not a time zone")))?;
        *last = Some((name.to_owned(), zone.clone()));
        Ok(zone)
    })
}

fn stamp(ms: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_millisecond(ms).map_err(|_| Failure::new(format!("`{ms}` is not a time")))
}

pub(super) fn date(arguments: &[Value]) -> Answer {
    match arguments.first() {
        Some(Value::DateTime(ms)) => Ok(Value::Date(
            stamp(*ms)?
                .to_zoned_datetime(zone(text_at(arguments, 1)?)?)
                .date(),
        )),
        _ => day_of(arguments, 0).map(Value::Date),
    }
}

pub(super) fn instant(arguments: &[Value]) -> Answer {
    match arguments.first() {
        Some(Value::Date(day)) => {
            let midnight = day.to_zoned_datetime(zone(text_at(arguments, 1)?)?);
            let midnight =
                midnight.map_err(|_| Failure::new(format!("`{day}` has no midnight there")))?;
            Ok(Value::DateTime(midnight.timestamp().as_millisecond()))
        }
        Some(other) => Err(Failure::new(format!("`{other}` is not a day"))),
        None => Ok(Value::Blank),
    }
}

/// The day of an argument; of an instant, its day in UTC.
fn day_of(arguments: &[Value], at: usize) -> Result<Date, Failure> {
    match arguments.get(at) {
        Some(Value::Date(day)) => Ok(*day),
        Some(Value::DateTime(ms)) => Ok(stamp(*ms)?.to_zoned_datetime(TimeZone::UTC).date()),
        Some(other) => Err(Failure::new(format!("`{other}` is not a day"))),
        None => Err(Failure::new("a day is missing")),
    }
}

pub(super) fn year(arguments: &[Value]) -> Answer {
    Ok(Value::Number(Decimal::from(day_of(arguments, 0)?.year())))
}

pub(super) fn month(arguments: &[Value]) -> Answer {
    Ok(Value::Number(Decimal::from(day_of(arguments, 0)?.month())))
}

pub(super) fn day(arguments: &[Value]) -> Answer {
    Ok(Value::Number(Decimal::from(day_of(arguments, 0)?.day())))
}

pub(super) fn add_days(arguments: &[Value]) -> Answer {
    let count = match arguments.get(1) {
        Some(Value::Number(n)) => n.trunc().to_i64(),
        _ => None,
    };
    let count = count
        .filter(|n| n.unsigned_abs() <= 7_304_484)
        .ok_or_else(|| Failure::new("not a number of days"))?;
    let late = |_| Failure::new("the day is beyond the calendar");
    match arguments.first() {
        Some(Value::Date(day)) => day
            .checked_add(Span::new().days(count))
            .map(Value::Date)
            .map_err(late),
        Some(Value::DateTime(ms)) => {
            let later = ms
                .checked_add(count * 86_400_000)
                .and_then(|ms| stamp(ms).ok());
            later
                .map(|t| Value::DateTime(t.as_millisecond()))
                .ok_or_else(|| Failure::new("the time is beyond the calendar"))
        }
        Some(other) => Err(Failure::new(format!("`{other}` is not a day"))),
        None => Ok(Value::Blank),
    }
}

pub(super) fn days_between(arguments: &[Value]) -> Answer {
    if arguments.get(1).is_none_or(Value::is_blank) {
        return Ok(Value::Blank);
    }
    let (from, to) = (day_of(arguments, 0)?, day_of(arguments, 1)?);
    let span = from
        .until(to)
        .map_err(|_| Failure::new("the days are too far apart"))?;
    Ok(Value::Number(Decimal::from(span.get_days())))
}
