//! Decimal numbers as Salesforce computes with them: an integer and a scale, up to 39 digits an operation, rounded half up.
//! The scale is part of the result (`1.0 + 0.00` is `1.00`), as it shows where a number becomes text.

mod arithmetic;
mod digits;

use std::cmp::Ordering;
use std::fmt;

pub(super) use arithmetic::Rounding;
use arithmetic::compare_magnitudes;
use digits::trimmed;

/// The digits of every operation.
pub(super) const PRECISION: usize = 39;

/// The digits that a result is shown with, and that whole numbers are judged by: six less, so that thirds add up.
pub(super) const SHOWN: usize = 33;

/// The largest exponent that is read; what lies beyond is no number of a business.
const EXPONENT: i32 = 2_000;

/// A decimal number; equal numbers of different scale are equal.
#[derive(Clone, Debug, Default)]
pub struct Number {
    negative: bool,
    /// Decimal digits, the highest first, without leading zeros; none is zero.
    digits: Vec<u8>,
    /// How many of the digits stand behind the point; below zero, how many zeros follow.
    scale: i32,
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self {
        negative: false,
        digits: Vec::new(),
        scale: 0,
    };

    fn new(negative: bool, digits: Vec<u8>, scale: i32) -> Self {
        let digits = trimmed(digits);
        Self {
            negative: negative && !digits.is_empty(),
            digits,
            scale,
        }
    }

    /// Reads a sign, digits with at most one point, and an exponent: `-1.`, `.5`, `1.e-3`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, behind].concat();
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) || exponent.abs() > EXPONENT {
            return None;
        }
        let scale = i32::try_from(behind.len()).ok()? - exponent;
        Some(Self::new(
            negative,
            all.bytes().map(|b| b - b'0').collect(),
            scale,
        ))
    }

    /// A number from a floating one by its shortest text; none where it is not finite.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let mut number = Self::parse(&text)?;
        // `1` is shown as `1.0` there, and `1e10` as `1.0E10`
        let (mantissa, _) = text.split_once('e')?;
        let exponent = text.split_once('e')?.1.parse::<i32>().ok()?;
        let plain = (-3..7).contains(&exponent) || value == 0.0;
        if plain && number.scale < 1 {
            number = number.at_scale(1, Rounding::Down);
        } else if !plain && !mantissa.contains('.') {
            number = number.at_scale(number.scale + 1, Rounding::Down);
        }
        Some(number)
    }

    /// The nearest floating number.
    pub fn to_f64(&self) -> f64 {
        let digits: String = self.digits.iter().map(|d| char::from(b'0' + d)).collect();
        let sign = if self.negative { "-" } else { "" };
        let digits = if digits.is_empty() { "0" } else { &digits };
        format!("{sign}{digits}e{}", -i64::from(self.scale))
            .parse()
            .unwrap_or(0.0)
    }

    /// The whole part, in 64 bits; what lies beyond wraps around, as Salesforce's engine has it.
    pub fn to_i64(&self) -> i64 {
        let whole = self.at_scale(0, Rounding::Down);
        let magnitude = whole.digits.iter().fold(0_u64, |sum, d| {
            sum.wrapping_mul(10).wrapping_add(u64::from(*d))
        });
        let value = magnitude.cast_signed();
        if whole.negative {
            value.wrapping_neg()
        } else {
            value
        }
    }

    /// The whole part in 32 bits, wrapping around.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "wrapping is what is wanted"
    )]
    pub fn to_i32(&self) -> i32 {
        self.to_i64() as i32
    }

    /// Whether it has no fraction, and fits into 32 bits.
    pub fn as_exact_i32(&self) -> Option<i32> {
        let whole = i32::try_from(self.to_i64()).ok()?;
        (Self::from(i64::from(whole)) == *self).then_some(whole)
    }

    /// Whether it is zero.
    pub const fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether it is below zero.
    pub const fn is_negative(&self) -> bool {
        self.negative
    }

    /// How many digits stand behind the point; below zero, how many zeros follow its digits.
    pub const fn scale(&self) -> i32 {
        self.scale
    }

    fn precision(&self) -> usize {
        self.digits.len().max(1)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        let digits = value
            .unsigned_abs()
            .to_string()
            .bytes()
            .map(|b| b - b'0')
            .collect();
        Self::new(value < 0, digits, 0)
    }
}

impl fmt::Display for Number {
    /// Writes all digits, never an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.clone().plain();
        let behind = usize::try_from(plain.scale).unwrap_or(0);
        let mut text: String = plain.digits.iter().map(|d| char::from(b'0' + d)).collect();
        if text.len() <= behind {
            text = format!("{}{text}", "0".repeat(behind + 1 - text.len()));
        }
        if behind > 0 {
            text.insert(text.len() - behind, '.');
        }
        write!(f, "{}{text}", if plain.negative { "-" } else { "" })
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => compare_magnitudes(self, other),
            (true, true) => compare_magnitudes(other, self),
        }
    }
}
