//! Texts, numbers, quantities, days and times: what they are worth, or why they are worth nothing (S007).

use rust_decimal::Decimal;
use smol_str::{SmolStr, SmolStrBuilder};

use super::{Builder, Node, child};
use crate::source::Span;
use crate::syntax::ast::{Date, Number, Quantity, Unit};
use crate::syntax::grammar::Rule;

impl Builder {
    /// What stands between the quotes of a text.
    pub(super) fn unescape(&mut self, inside: &str, span: Span) -> SmolStr {
        if !inside.contains('\\') {
            return SmolStr::new(inside);
        }
        let mut out = SmolStrBuilder::new();
        let mut chars = inside.chars();
        while let Some(c) = chars.next() {
            match (c, if c == '\\' { chars.next() } else { None }) {
                (_, Some(c @ ('"' | '\\'))) => out.push(c),
                (_, Some('n')) => out.push('\n'),
                (_, Some('t')) => out.push('\t'),
                (_, Some(other)) => self.invalid(
                    span,
                    format!("`\\{other}` stands for nothing in a text"),
                    "a backslash stands before `\"`, `\\`, `n` (new line) or `t` (tab); for the backslash itself write `\\\\`",
                ),
                (c, None) => out.push(c),
            }
        }
        out.finish()
    }

    pub(super) fn number(&mut self, node: &Node) -> Number {
        let (written, span) = (node.as_str(), self.token(node));
        if well_formed(written) {
            if let Ok(value) = Decimal::from_str_exact(&written.replace('_', "")) {
                return Number { value, span };
            }
            self.invalid(
                span,
                format!("`{written}` has more digits than a number can keep"),
                "up to 28 digits are kept",
            );
        } else {
            let digits = written.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let help = match written.get(digits.len()..) {
                Some(unit) if !unit.is_empty() && well_formed(digits) => {
                    format!("write `{digits} {unit}`")
                }
                _ => {
                    "a number is digits, with `_` between them where it helps, and at most one `.`"
                        .to_owned()
                }
            };
            self.invalid(span, format!("`{written}` is no number"), &help);
        }
        Number {
            value: Decimal::ZERO,
            span,
        }
    }

    pub(super) fn quantity(&mut self, node: &Node) -> Option<Quantity> {
        let number = self.number(&child(node, Rule::number)?);
        let unit = unit_of(child(node, Rule::unit)?.as_str());
        Some(Quantity {
            number,
            unit,
            span: self.span(node),
        })
    }

    pub(super) fn date(&mut self, node: &Node) -> Date {
        let (written, span) = (node.as_str(), self.token(node));
        let mut parts = written.split('-');
        let mut next = || parts.next().unwrap_or_default();
        let (year, month, day) = (next().parse(), next().parse(), next().parse());
        let day = match (year, month, day) {
            (Ok(y), Ok(m), Ok(d)) if written.len() == 10 => jiff::civil::Date::new(y, m, d).ok(),
            _ => None,
        };
        if day.is_none() {
            self.invalid(
                span,
                format!("there is no day `{written}`"),
                "a day is written year, month, day: `2027-06-30`",
            );
        }
        Date { day, span }
    }

    /// A time of day; `None`, and reported, where there is no such time.
    pub(super) fn clock(&mut self, node: &Node) -> Option<jiff::civil::Time> {
        let written = node.as_str();
        let (hour, minute) = written.split_once(':').unwrap_or_default();
        let time = match (hour.parse(), minute.parse()) {
            (Ok(h), Ok(m)) if minute.len() == 2 => jiff::civil::Time::new(h, m, 0, 0).ok(),
            _ => None,
        };
        if time.is_none() {
            let span = self.token(node);
            self.invalid(
                span,
                format!("there is no time `{written}`"),
                "times go from `0:00` to `23:59`",
            );
        }
        time
    }
}

/// Digits, single `_` between digits, at most one `.`.
fn well_formed(written: &str) -> bool {
    let digits = |part: &str| {
        part.split('_')
            .all(|run| !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit()))
    };
    match written.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(written),
    }
}

/// The unit of a word that the grammar knows as one.
pub(super) fn unit_of(word: &str) -> Unit {
    match word.strip_suffix('s').unwrap_or(word) {
        "second" => Unit::Seconds,
        "minute" => Unit::Minutes,
        "hour" => Unit::Hours,
        "day" => Unit::Days,
        "week" => Unit::Weeks,
        "month" => Unit::Months,
        "year" => Unit::Years,
        "KB" => Unit::Kilobytes,
        "MB" => Unit::Megabytes,
        "GB" => Unit::Gigabytes,
        "TB" => Unit::Terabytes,
        _ => Unit::Percent,
    }
}
