//! Operations on numbers: each exact first, then rounded to the digits of an operation.

use std::cmp::Ordering;

use super::digits::{compare, difference, increment, long_division, product, sum, trimmed};
use super::{Number, PRECISION};

/// How digits are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formula) enum Rounding {
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

impl Number {
    pub(in crate::formula) fn negate(mut self) -> Self {
        self.negative = !self.negative && !self.digits.is_empty();
        self
    }

    pub(in crate::formula) fn abs(mut self) -> Self {
        self.negative = false;
        self
    }

    /// The number with that many digits behind the point.
    pub(in crate::formula) fn at_scale(&self, scale: i32, rounding: Rounding) -> Self {
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
    pub(in crate::formula) fn at_precision(&self, precision: usize, rounding: Rounding) -> Self {
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

    pub(in crate::formula) fn add(&self, other: &Self) -> Self {
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

    pub(in crate::formula) fn subtract(&self, other: &Self) -> Self {
        self.add(&other.clone().negate())
    }

    pub(in crate::formula) fn multiply(&self, other: &Self) -> Self {
        self.times(other).rounded()
    }

    fn times(&self, other: &Self) -> Self {
        let digits = product(&self.digits, &other.digits);
        let scale = self.scale.saturating_add(other.scale);
        Self::new(self.negative != other.negative, digits, scale)
    }

    /// The quotient; none where the divisor is zero. An exact one is as short as the scales of the two allow.
    pub(in crate::formula) fn divide(&self, other: &Self) -> Option<Self> {
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
    pub(in crate::formula) fn stripped(self) -> Self {
        if self.is_zero() {
            Self::ZERO
        } else {
            self.stripped_to(i32::MIN)
        }
    }

    /// What is left of a division by a whole number of times, with the sign of the dividend; none where the divisor is
    /// zero, or where the whole quotient has more digits than an operation.
    pub(in crate::formula) fn remainder(&self, other: &Self) -> Option<Self> {
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
    pub(in crate::formula) fn power(&self, exponent: i32) -> Option<Self> {
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
    pub(in crate::formula) fn round(&self, places: i32, rounding: Rounding) -> Self {
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
    pub(in crate::formula) fn plain(self) -> Self {
        if self.scale < 0 {
            self.at_scale(0, Rounding::Down)
        } else {
            self
        }
    }

    /// A percentage as a share: a hundredth, without trailing zeros.
    pub(in crate::formula) fn share(mut self) -> Self {
        self.scale = self.scale.saturating_add(2);
        self.stripped()
    }

    /// The number times a power of ten.
    pub(in crate::formula) fn shifted(&self, places: i32) -> Self {
        let mut number = self.clone();
        number.scale = number.scale.saturating_sub(places);
        number.plain()
    }
}

pub(super) fn compare_magnitudes(a: &Number, b: &Number) -> Ordering {
    let scale = a.scale.max(b.scale);
    compare(
        &a.at_scale(scale, Rounding::Down).digits,
        &b.at_scale(scale, Rounding::Down).digits,
    )
}
