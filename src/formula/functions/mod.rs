//! The functions of which all arguments are computed first, by what they work on.

mod dates;
mod math;
mod pattern;
mod places;
mod text;
mod web;

use super::evaluate::Outcome;
use super::{Datum, Fault, Number, moment};

pub(super) use math::power;

/// The longest text that a function gives, in bytes, so that no formula fills the memory.
pub(super) const LONGEST: usize = 1 << 20;

/// The computed arguments of a call, read as what the function takes. None is a blank, or one that is not given.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a [Datum]);

/// Calls a function; none where it is none of these.
pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let rooms = [
        math::apply,
        text::apply,
        dates::apply,
        places::apply,
        pattern::apply,
        web::apply,
    ];
    rooms.iter().find_map(|room| room(function, arguments))
}

impl Arguments<'_> {
    fn get(&self, at: usize) -> &Datum {
        self.0.get(at).unwrap_or(&Datum::Blank)
    }

    /// Whether so many arguments are given, or more.
    const fn has(&self, count: usize) -> bool {
        self.0.len() >= count
    }

    fn number(&self, at: usize) -> Result<Option<&Number>, Fault> {
        match self.get(at) {
            Datum::Number(number) => Ok(Some(number)),
            Datum::Blank => Ok(None),
            _ => Err(Fault::Kind),
        }
    }

    /// A text that is not empty.
    fn text(&self, at: usize) -> Result<Option<&str>, Fault> {
        match self.get(at) {
            Datum::Text(text) if text.is_empty() => Ok(None),
            Datum::Text(text) => Ok(Some(text)),
            Datum::Blank => Ok(None),
            _ => Err(Fault::Kind),
        }
    }

    /// A day or an instant, as the day and the time in UTC.
    fn day(&self, at: usize) -> Result<Option<jiff::civil::DateTime>, Fault> {
        match self.get(at) {
            Datum::Date(date) => Ok(Some(date.to_datetime(jiff::civil::Time::midnight()))),
            Datum::DateTime(millis) => moment::civil(*millis).map(Some),
            Datum::Blank => Ok(None),
            _ => Err(Fault::Kind),
        }
    }

    fn time(&self, at: usize) -> Result<Option<jiff::civil::Time>, Fault> {
        match self.get(at) {
            Datum::Time(time) => Ok(Some(*time)),
            Datum::Blank => Ok(None),
            _ => Err(Fault::Kind),
        }
    }

    /// Computes a number from a number; a blank stays one.
    fn map_number(&self, f: impl FnOnce(&Number) -> Result<Number, Fault>) -> Outcome {
        self.number(0)?
            .map_or(Ok(Datum::Blank), |n| f(n).map(Datum::Number))
    }

    /// Computes a text from a text; a blank stays one.
    fn map_text(&self, f: impl FnOnce(&str) -> String) -> Outcome {
        Ok(self.text(0)?.map_or(Datum::Blank, |t| Datum::Text(f(t))))
    }
}
