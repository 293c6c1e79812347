//! Dates, instants and times of day: what is added to them, and how they are read from text. All days are those of UTC.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::evaluate::Outcome;
use super::number::Rounding;
use super::{Datum, Fault, Number};

pub(super) const DAY: i64 = 86_400_000;

/// The day and the time of an instant.
pub(super) fn civil(millis: i64) -> Result<DateTime, Fault> {
    let instant = Timestamp::from_millisecond(millis).map_err(|_| Fault::Range)?;
    Ok(Offset::UTC.to_datetime(instant))
}

/// The instant of a day and a time.
pub(super) fn millis(at: DateTime) -> Result<i64, Fault> {
    let instant = Offset::UTC.to_timestamp(at).map_err(|_| Fault::Range)?;
    Ok(instant.as_millisecond())
}

fn day_start(date: Date) -> Result<i64, Fault> {
    millis(date.to_datetime(Time::midnight()))
}

/// Milliseconds since midnight.
pub(super) fn of_day(time: Time) -> i64 {
    let whole =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    whole * 1000 + i64::from(time.subsec_nanosecond()) / 1_000_000
}

/// The time of day so many milliseconds after midnight; days that are full are left out.
pub(super) fn time_of(millis: i64) -> Result<Time, Fault> {
    let within = millis % DAY;
    if within < 0 {
        return Err(Fault::TimeRange);
    }
    Time::midnight()
        .checked_add(SignedDuration::from_millis(within))
        .map_err(|_| Fault::TimeRange)
}

/// What `NOW`, `TODAY` and `TIMENOW` give.
pub(super) fn part_of_now(function: &str, now: i64) -> Outcome {
    Ok(match function {
        "NOW" => Datum::DateTime(now),
        "TODAY" => Datum::Date(civil(now)?.date()),
        _ => Datum::Time(civil(now)?.time()),
    })
}

/// A day moved by whole days, an instant by days and their fractions to the second, a time by milliseconds.
pub(super) fn moved(from: &Datum, by: &Number) -> Outcome {
    match from {
        Datum::Date(date) => {
            let days = SignedDuration::from_secs(by.to_i64().saturating_mul(86_400));
            Ok(Datum::Date(
                date.checked_add(days).map_err(|_| Fault::Range)?,
            ))
        }
        Datum::DateTime(instant) => {
            let seconds = by
                .multiply(&Number::from(86_400))
                .at_scale(0, Rounding::HalfUp);
            let moved = seconds
                .to_i64()
                .checked_mul(1000)
                .and_then(|ms| instant.checked_add(ms));
            moved.map(Datum::DateTime).ok_or(Fault::Range)
        }
        Datum::Time(time) => Ok(Datum::Time(time_of(
            of_day(*time).saturating_add(by.to_i64()),
        )?)),
        _ => Err(Fault::Kind),
    }
}

/// Numbers, the days between two dates or instants, the milliseconds between two times, or a move back.
pub(super) fn subtract(a: Datum, b: Datum) -> Outcome {
    let days = |millis: i64| {
        let days = Number::from(millis).divide(&Number::from(DAY));
        days.map(Datum::Number).ok_or(Fault::Division)
    };
    match (a, b) {
        (Datum::Blank, _) | (_, Datum::Blank) => Ok(Datum::Blank),
        (Datum::Number(a), Datum::Number(b)) => Ok(Datum::Number(a.subtract(&b))),
        (Datum::Date(a), Datum::Date(b)) => days(day_start(a)? - day_start(b)?),
        (Datum::DateTime(a), Datum::DateTime(b)) => days(a.saturating_sub(b)),
        (Datum::Time(a), Datum::Time(b)) => Ok(Datum::from((of_day(a) - of_day(b) + DAY) % DAY)),
        (a, Datum::Number(b)) => moved(&a, &b.negate()),
        _ => Err(Fault::Kind),
    }
}

/// A day, with its time, moved by months. The last day of a month becomes the last one, and so does a day that the other
/// month does not have.
pub(super) fn add_months(at: DateTime, months: i32) -> Result<DateTime, Fault> {
    let month = i64::from(at.year()) * 12 + i64::from(at.month()) - 1 + i64::from(months);
    let year = i16::try_from(month.div_euclid(12)).map_err(|_| Fault::Range)?;
    let month = i8::try_from(month.rem_euclid(12) + 1).map_err(|_| Fault::Range)?;
    let last = Date::new(year, month, 1)
        .map_err(|_| Fault::Range)?
        .days_in_month();
    let is_last = at.day() == at.date().days_in_month();
    let day = if is_last { last } else { at.day().min(last) };
    let date = Date::new(year, month, day).map_err(|_| Fault::Range)?;
    Ok(date.to_datetime(at.time()))
}

/// Reads numbers as `2026-11-26 9:05:00` has them, one after the other; blanks may stand before each.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn number(&mut self) -> Option<i64> {
        let text = self.0.trim_start_matches([' ', '\t']);
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (digits, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        digits.parse().ok()
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.0 = self.0.strip_prefix(sign)?;
        Some(())
    }

    fn date(&mut self) -> Option<Date> {
        // the year has four digits, whatever the others have
        let year = self
            .0
            .find('-')
            .filter(|at| *at == 4)
            .and_then(|_| self.number())?;
        self.sign('-')?;
        let month = self.number()?;
        self.sign('-')?;
        let day = self.number()?;
        Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()
    }

    fn time(&mut self, fraction: bool) -> Option<Time> {
        let hour = self.number()?;
        self.sign(':')?;
        let minute = self.number()?;
        self.sign(':')?;
        let second = self.number()?;
        let mut milli = 0;
        if fraction {
            self.sign('.')?;
            milli = self.number().filter(|m| *m < 1000)?;
        }
        let part = |n: i64| i8::try_from(n).ok();
        Time::new(
            part(hour)?,
            part(minute)?,
            part(second)?,
            i32::try_from(milli * 1_000_000).ok()?,
        )
        .ok()
    }
}

/// Reads `2026-11-26`; what stands behind it is passed over.
pub(super) fn read_date(text: &str) -> Result<Date, Fault> {
    Reader(text).date().ok_or(Fault::DateText)
}

/// Reads `2026-11-26 17:00:00`; what stands behind it is passed over.
pub(super) fn read_date_time(text: &str) -> Result<i64, Fault> {
    let mut reader = Reader(text);
    let mut read = || {
        let date = reader.date()?;
        reader.sign(' ')?;
        Some(date.to_datetime(reader.time(false)?))
    };
    millis(read().ok_or(Fault::DateText)?)
}

/// Reads `17:00:00.000`, and nothing more.
pub(super) fn read_time(text: &str) -> Result<Time, Fault> {
    let mut reader = Reader(text);
    let time = reader.time(true).filter(|_| reader.0.is_empty());
    time.ok_or(Fault::DateText)
}
