//! Dates, instants and times of day, all in UTC.

use jiff::civil::Date;

use super::super::evaluate::Outcome;
use super::super::{Datum, Fault, Number};
use super::{Arguments, moment};

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let of_day = |f: fn(jiff::civil::DateTime) -> i64| {
        arguments
            .day(0)
            .map(|day| day.map_or(Datum::Blank, |day| Datum::from(f(day))))
    };
    let of_time = |f: fn(jiff::civil::Time) -> i64| {
        arguments
            .time(0)
            .map(|time| time.map_or(Datum::Blank, |time| Datum::from(f(time))))
    };
    Some(match function {
        "DATE" => date(arguments),
        "DATEVALUE" => read(
            arguments,
            |t| moment::read_date(t).map(Datum::Date),
            |v| match v {
                Datum::DateTime(millis) => moment::civil(*millis).map(|at| Datum::Date(at.date())),
                Datum::Date(date) => Ok(Datum::Date(*date)),
                _ => Err(Fault::Kind),
            },
        ),
        "DATETIMEVALUE" => read(
            arguments,
            |t| moment::read_date_time(t).map(Datum::DateTime),
            |v| match v {
                Datum::DateTime(millis) => Ok(Datum::DateTime(*millis)),
                Datum::Date(date) => {
                    moment::millis(date.to_datetime(jiff::civil::Time::midnight()))
                        .map(Datum::DateTime)
                }
                _ => Err(Fault::Kind),
            },
        ),
        "TIMEVALUE" => read(
            arguments,
            |t| moment::read_time(t).map(Datum::Time),
            |v| match v {
                Datum::DateTime(millis) => moment::civil(*millis).map(|at| Datum::Time(at.time())),
                Datum::Time(time) => Ok(Datum::Time(*time)),
                _ => Err(Fault::Kind),
            },
        ),
        "ADDMONTHS" => add_months(arguments),
        "YEAR" => of_day(|d| i64::from(d.year())),
        "MONTH" => of_day(|d| i64::from(d.month())),
        "DAY" => of_day(|d| i64::from(d.day())),
        "DAYOFYEAR" => of_day(|d| i64::from(d.day_of_year())),
        "WEEKDAY" => of_day(|d| i64::from(d.weekday().to_sunday_one_offset())),
        "ISOWEEK" => of_day(|d| i64::from(d.date().iso_week_date().week())),
        "ISOYEAR" => of_day(|d| i64::from(d.date().iso_week_date().year())),
        "HOUR" => of_time(|t| i64::from(t.hour())),
        "MINUTE" => of_time(|t| i64::from(t.minute())),
        "SECOND" => of_time(|t| i64::from(t.second())),
        "MILLISECOND" => of_time(|t| moment::of_day(t) % 1000),
        "UNIXTIMESTAMP" => timestamp(arguments),
        "FROMUNIXTIME" => arguments
            .number(0)
            .map(|n| n.map_or(Datum::Blank, |n| Datum::DateTime(n.shifted(3).to_i64()))),
        "FORMATDURATION" => duration(arguments),
        _ => return None,
    })
}

fn date(arguments: &Arguments<'_>) -> Outcome {
    let (Some(year), Some(month), Some(day)) = (
        arguments.number(0)?,
        arguments.number(1)?,
        arguments.number(2)?,
    ) else {
        return Ok(Datum::Blank);
    };
    let year = i16::try_from(year.to_i32())
        .ok()
        .filter(|y| (1..=9999).contains(y));
    let part = |n: &Number| i8::try_from(n.to_i32()).map_err(|_| Fault::Range);
    let date = Date::new(year.ok_or(Fault::Range)?, part(month)?, part(day)?);
    date.map(Datum::Date).map_err(|_| Fault::Range)
}

/// Reads a text, or turns another value into what is wanted.
fn read(
    arguments: &Arguments<'_>,
    text: impl Fn(&str) -> Outcome,
    other: impl Fn(&Datum) -> Outcome,
) -> Outcome {
    match arguments.get(0) {
        Datum::Blank => Ok(Datum::Blank),
        Datum::Text(t) => text(t),
        value => other(value),
    }
}

fn add_months(arguments: &Arguments<'_>) -> Outcome {
    let (Some(at), Some(months)) = (arguments.day(0)?, arguments.number(1)?) else {
        return Ok(Datum::Blank);
    };
    let moved = moment::add_months(at, months.to_i32())?;
    match arguments.get(0) {
        Datum::Date(_) => Ok(Datum::Date(moved.date())),
        _ => moment::millis(moved).map(Datum::DateTime),
    }
}

fn timestamp(arguments: &Arguments<'_>) -> Outcome {
    if let Datum::Time(time) = arguments.get(0) {
        return Ok(Datum::from(moment::of_day(*time) / 1000));
    }
    match arguments.day(0)? {
        Some(at) => Ok(Datum::from(moment::millis(at)? / 1000)),
        None => Ok(Datum::Blank),
    }
}

/// `HH:MM:SS`, or `D:HH:MM:SS`, of seconds, or of what lies between two instants or times.
fn duration(arguments: &Arguments<'_>) -> Outcome {
    let (seconds, days) = match (arguments.get(0), arguments.get(1)) {
        (Datum::Number(seconds), with_days) => (seconds.to_i64(), *with_days == Datum::Bool(true)),
        (Datum::DateTime(from), Datum::DateTime(to)) => (to.saturating_sub(*from) / 1000, true),
        (Datum::Time(from), Datum::Time(to)) => {
            ((moment::of_day(*to) - moment::of_day(*from)) / 1000, false)
        }
        (Datum::Blank, _) | (Datum::DateTime(_) | Datum::Time(_), Datum::Blank) => {
            return Ok(Datum::Blank);
        }
        _ => return Err(Fault::Kind),
    };
    let total = seconds.saturating_abs();
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    Ok(Datum::Text(if days {
        format!(
            "{}:{:02}:{minutes:02}:{seconds:02}",
            total / 86_400,
            hours % 24
        )
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }))
}
