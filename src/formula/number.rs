//! Decimal numbers as Salesforce computes with them: an integer and a scale, up to 39 digits an operation, rounded half up.
//! The scale is part of the result (`1.0 + 0.00` is `1.00`), as it shows where a number becomes text.

use std::cmp::Ordering;
use std::fmt;

/// The digits of every operation.
pub(super) const PRECISION: usize = 39;

/// The digits that a result is shown with, and that whole numbers are judged by: six less, so that thirds add up.
pub(super) const SHOWN: usize = 33;

/// The largest exponent that is read; what lies beyond is no number of a business.
const EXPONENT: i32 = 2_000;

/// How digits are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    /// A half goes away from zero.
    HalfUp,
    /// A half goes towards zero.
    HalfDown,
    /// A half goes to the even neighbour.
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceiling,
}

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

    pub(super) fn negate(mut self) -> Self {
        self.negative = !self.negative && !self.digits.is_empty();
        self
    }

    pub(super) fn abs(mut self) -> Self {
        self.negative = false;
        self
    }

    /// The number with that many digits behind the point.
    pub(super) fn at_scale(&self, scale: i32, rounding: Rounding) -> Self {
        if scale >= self.scale {
            let zeros = usize::try_from(i64::from(scale) - i64::from(self.scale)).unwrap_or(0);
            let mut digits = self.digits.clone();
            if !digits.is_empty() {
                digits.resize(digits.len() + zeros, 0);
            }
            return Self::new(self.negative, digits, scale);
        }
        let dropped = usize::try_from(i64::from(self.scale) - i64::from(scale)).unwrap_or(0);
        self.without(dropped, rounding)
    }

    /// The number without its last digits.
    fn without(&self, dropped: usize, rounding: Rounding) -> Self {
        let keep = self.digits.len().saturating_sub(dropped);
        let (kept, rest) = self.digits.split_at(keep);
        // where more is dropped than there is, what is dropped begins with zeros
        let leading = self.digits.len() >= dropped;
        let first = if leading {
            rest.first().copied().unwrap_or(0)
        } else {
            0
        };
        let behind = rest.iter().skip(usize::from(leading)).any(|d| *d > 0);
        let any = first > 0 || behind;
        let odd = kept.last().is_some_and(|d| d % 2 == 1);
        let half = first.cmp(&5).then(if behind {
            Ordering::Greater
        } else {
            Ordering::Equal
        });
        let up = match rounding {
            Rounding::HalfUp => half.is_ge(),
            Rounding::HalfDown => half.is_gt(),
            Rounding::HalfEven => half.is_gt() || half.is_eq() && odd,
            Rounding::Up => any,
            Rounding::Down => false,
            Rounding::Floor => any && self.negative,
            Rounding::Ceiling => any && !self.negative,
        };
        let mut digits = kept.to_vec();
        if up {
            increment(&mut digits);
        }
        let scale = self
            .scale
            .saturating_sub(i32::try_from(dropped).unwrap_or(i32::MAX));
        Self::new(self.negative, digits, scale)
    }

    /// The number with at most that many digits.
    pub(super) fn at_precision(&self, precision: usize, rounding: Rounding) -> Self {
        let mut number = self.clone();
        // rounding 99.9 up gives a digit more
        while number.digits.len() > precision {
            number = number.without(number.digits.len() - precision, rounding);
        }
        number
    }

    fn rounded(self) -> Self {
        if self.digits.len() > PRECISION {
            return self.at_precision(PRECISION, Rounding::HalfUp);
        }
        self
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        let (a, b) = (
            self.at_scale(scale, Rounding::Down),
            other.at_scale(scale, Rounding::Down),
        );
        if a.negative == b.negative {
            return Self::new(a.negative, sum(&a.digits, &b.digits), scale).rounded();
        }
        let (large, small) = if compare(&a.digits, &b.digits).is_ge() {
            (a, b)
        } else {
            (b, a)
        };
        Self::new(
            large.negative,
            difference(&large.digits, &small.digits),
            scale,
        )
        .rounded()
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        self.add(&other.clone().negate())
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        self.times(other).rounded()
    }

    fn times(&self, other: &Self) -> Self {
        let digits = product(&self.digits, &other.digits);
        let scale = self.scale.saturating_add(other.scale);
        Self::new(self.negative != other.negative, digits, scale)
    }

    /// The quotient; none where the divisor is zero. An exact one is as short as the scales of the two allow.
    pub(super) fn divide(&self, other: &Self) -> Option<Self> {
        self.quotient(other, PRECISION, Rounding::HalfUp)
    }

    fn quotient(&self, other: &Self, precision: usize, rounding: Rounding) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let wanted = self.scale.saturating_sub(other.scale);
        if self.is_zero() {
            return Some(Self::new(false, Vec::new(), wanted));
        }
        let more = (precision + 2 + other.digits.len()).saturating_sub(self.digits.len());
        let mut numerator = self.digits.clone();
        numerator.resize(numerator.len() + more, 0);
        let (digits, rest) = long_division(&numerator, &other.digits);
        let scale = wanted.saturating_add(i32::try_from(more).ok()?);
        let mut exact = Self::new(self.negative != other.negative, digits, scale);
        if !trimmed(rest).is_empty() {
            // what is left over is more than nothing: it decides ties
            exact.digits.push(1);
            exact.scale = exact.scale.saturating_add(1);
            return Some(exact.at_precision(precision, rounding));
        }
        let stripped = exact.stripped_to(wanted);
        Some(stripped.at_precision(precision, rounding))
    }

    /// Without trailing zeros, as far as the scale stays at least so large.
    fn stripped_to(mut self, scale: i32) -> Self {
        while self.scale > scale && self.digits.last() == Some(&0) {
            self.digits.pop();
            self.scale -= 1;
        }
        if self.is_zero() {
            self.scale = self.scale.min(scale);
        }
        self
    }

    /// Without trailing zeros, before the point as well.
    pub(super) fn stripped(self) -> Self {
        if self.is_zero() {
            Self::ZERO
        } else {
            self.stripped_to(i32::MIN)
        }
    }

    /// What is left of a division by a whole number of times, with the sign of the dividend; none where the divisor is
    /// zero, or where the whole quotient has more digits than an operation.
    pub(super) fn remainder(&self, other: &Self) -> Option<Self> {
        let wanted = self.scale.saturating_sub(other.scale);
        let mut whole = self
            .quotient(other, PRECISION, Rounding::Down)?
            .at_scale_if_above(0);
        if whole.scale < 0 && compare_magnitudes(&self.subtract(&whole.times(other)), other).is_ge()
        {
            return None;
        }
        if wanted > whole.scale {
            let room = i32::try_from(PRECISION.saturating_sub(whole.precision())).unwrap_or(0);
            let scale = whole.scale + room.min(wanted - whole.scale);
            whole = whole.at_scale(scale, Rounding::Down);
        } else {
            whole = whole.stripped_to(wanted);
        }
        Some(self.subtract(&whole.times(other)))
    }

    fn at_scale_if_above(self, scale: i32) -> Self {
        if self.scale > scale {
            self.at_scale(scale, Rounding::Down)
        } else {
            self
        }
    }

    /// A power with a whole exponent in 18 digits; none where it divides by zero.
    pub(super) fn power(&self, exponent: i32) -> Option<Self> {
        const DIGITS: usize = 18;
        let one = Self::from(1);
        let mut magnitude = exponent.unsigned_abs();
        if magnitude == 0 {
            return Some(one);
        }
        let precision = DIGITS + magnitude.to_string().len() + 1;
        let mut result = one.clone();
        let mut seen = false;
        for bit in 1..32 {
            magnitude = magnitude.wrapping_mul(2);
            if magnitude & (1 << 31) != 0 {
                seen = true;
                result = result.times(self).at_precision(precision, Rounding::HalfUp);
            }
            if bit < 31 && seen {
                result = result
                    .times(&result)
                    .at_precision(precision, Rounding::HalfUp);
            }
        }
        if exponent < 0 {
            result = one.quotient(&result, precision, Rounding::HalfUp)?;
        }
        Some(result.at_precision(DIGITS, Rounding::HalfUp))
    }

    /// Rounds to places behind the point, or before it where they are below zero; never adds digits. What is rounded away
    /// altogether is a plain zero.
    pub(super) fn round(&self, places: i32, rounding: Rounding) -> Self {
        let one = Self::from(1);
        let small = compare_magnitudes(self, &one).is_lt();
        let kept = if small {
            i64::from(places) + 1
        } else {
            let precision = i64::try_from(self.precision()).unwrap_or(i64::MAX);
            precision - i64::from(self.scale) + i64::from(places)
        };
        let Ok(kept @ 1..) = usize::try_from(kept) else {
            return Self::ZERO;
        };
        let result = if small {
            // a one before it keeps the zeros behind the point from being leading ones
            let shifted = self.clone().abs().add(&one).at_precision(kept, rounding);
            let back = shifted.subtract(&one);
            if self.negative { back.negate() } else { back }
        } else {
            self.at_precision(kept, rounding)
        };
        result.plain()
    }

    /// The same number with a scale of zero or more.
    pub(super) fn plain(self) -> Self {
        if self.scale < 0 {
            self.at_scale(0, Rounding::Down)
        } else {
            self
        }
    }

    /// A percentage as a share: a hundredth, without trailing zeros.
    pub(super) fn share(mut self) -> Self {
        self.scale = self.scale.saturating_add(2);
        self.stripped()
    }

    /// The number times a power of ten.
    pub(super) fn shifted(&self, places: i32) -> Self {
        let mut number = self.clone();
        number.scale = number.scale.saturating_sub(places);
        number.plain()
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

fn compare_magnitudes(a: &Number, b: &Number) -> Ordering {
    let scale = a.scale.max(b.scale);
    compare(
        &a.at_scale(scale, Rounding::Down).digits,
        &b.at_scale(scale, Rounding::Down).digits,
    )
}

fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|d| **d == 0).count();
    digits.drain(..zeros);
    digits
}

fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut other = short.iter().rev();
    let mut carry = 0;
    let mut digits: Vec<u8> = long
        .iter()
        .rev()
        .map(|d| {
            let sum = d + other.next().copied().unwrap_or(0) + carry;
            carry = sum / 10;
            sum % 10
        })
        .collect();
    digits.push(carry);
    digits.reverse();
    digits
}

/// The difference of two numbers of which the first is not the smaller one.
fn difference(large: &[u8], small: &[u8]) -> Vec<u8> {
    let mut other = small.iter().rev();
    let mut borrow = 0;
    let mut digits: Vec<u8> = large
        .iter()
        .rev()
        .map(|d| {
            let taken = other.next().copied().unwrap_or(0) + borrow;
            borrow = u8::from(*d < taken);
            d + 10 * borrow - taken
        })
        .collect();
    digits.reverse();
    trimmed(digits)
}

fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut cells = vec![0_u32; a.len() + b.len()];
    for (i, x) in a.iter().rev().enumerate() {
        for (cell, y) in cells.iter_mut().skip(i).zip(b.iter().rev()) {
            *cell += u32::from(*x) * u32::from(*y);
        }
    }
    let mut carry = 0;
    let mut digits: Vec<u8> = cells
        .into_iter()
        .map(|cell| {
            let value = cell + carry;
            carry = value / 10;
            u8::try_from(value % 10).unwrap_or(0)
        })
        .collect();
    digits.reverse();
    digits
}

/// Quotient and rest, a digit at a time.
fn long_division(numerator: &[u8], divisor: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut rest: Vec<u8> = Vec::new();
    let digits = numerator
        .iter()
        .map(|digit| {
            if !(rest.is_empty() && *digit == 0) {
                rest.push(*digit);
            }
            let mut times = 0;
            while compare(&rest, divisor).is_ge() {
                rest = difference(&rest, divisor);
                times += 1;
            }
            times
        })
        .collect();
    (digits, rest)
}
