//! Whole numbers as decimal digits, the highest first: the four operations by hand, without a limit of length.

use std::cmp::Ordering;

/// Without leading zeros.
pub(super) fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|d| **d == 0).count();
    digits.drain(..zeros);
    digits
}

/// The order of two numbers without leading zeros.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Adds one at the last digit.
pub(super) fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

/// The sum, with a leading zero where nothing is carried.
pub(super) fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
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
pub(super) fn difference(large: &[u8], small: &[u8]) -> Vec<u8> {
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

/// The product, with leading zeros.
pub(super) fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
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
pub(super) fn long_division(numerator: &[u8], divisor: &[u8]) -> (Vec<u8>, Vec<u8>) {
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
