//! Ids for new records: deterministic, never one that was seen, and of the form that the platform gives.

use smol_str::{SmolStr, format_smolstr};

/// The form of a system's ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdStyle {
    /// Decimal digits, one more than the highest there is, as HubSpot numbers its records; also for stores of one's own.
    Digits,
    /// Eighteen characters as Salesforce makes them: three for the object, twelve that count, three that check the case.
    Salesforce,
}

impl IdStyle {
    /// The style of a kind of system.
    pub fn of_kind(kind: &str) -> Self {
        if kind == "salesforce" {
            Self::Salesforce
        } else {
            Self::Digits
        }
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// Marks the ids of this generator among others of the same object.
const MARK: &str = "AC0";

/// The key prefixes of standard objects, from Salesforce's documentation.
const PREFIXES: [(&str, &str); 12] = [
    ("Account", "001"),
    ("Campaign", "701"),
    ("CampaignMember", "00v"),
    ("Case", "500"),
    ("Contact", "003"),
    ("Event", "00U"),
    ("Lead", "00Q"),
    ("Opportunity", "006"),
    ("Pricebook2", "01s"),
    ("Product2", "01t"),
    ("Task", "00T"),
    ("User", "005"),
];

/// Makes ids for one object. It must [`observe`](Self::observe) every id there is before it is asked for a new one.
#[derive(Clone, Debug)]
pub struct Ids {
    style: IdStyle,
    prefix: SmolStr,
    last: u64,
}

impl Ids {
    /// A generator for an object of which no record is known yet.
    pub fn new(style: IdStyle, object: &str) -> Self {
        let known = PREFIXES.iter().find(|(name, _)| *name == object);
        let prefix = match known {
            Some((_, prefix)) => SmolStr::new_static(prefix),
            None => {
                let hash = object.bytes().fold(0_u64, |hash, b| {
                    hash.wrapping_mul(31).wrapping_add(u64::from(b))
                });
                format_smolstr!("a{}", base62(hash, 2))
            }
        };
        Self {
            style,
            prefix,
            last: 0,
        }
    }

    /// Takes note of an id that is in use.
    pub fn observe(&mut self, id: &str) {
        let number = match self.style {
            IdStyle::Digits => digits(id),
            IdStyle::Salesforce => self.observe_salesforce(id),
        };
        self.last = self.last.max(number.unwrap_or(0));
    }

    /// Learns the object's prefix; gives the number of an id of our own making.
    fn observe_salesforce(&mut self, id: &str) -> Option<u64> {
        if !matches!(id.len(), 15 | 18) || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let (prefix, rest) = id.split_at_checked(3)?;
        if prefix != self.prefix {
            self.prefix = SmolStr::new(prefix);
        }
        let count = rest.strip_prefix(MARK)?.get(..9)?;
        count.bytes().try_fold(0_u64, |number, b| {
            let digit = BASE62.iter().position(|d| *d == b)?;
            number
                .checked_mul(62)?
                .checked_add(u64::try_from(digit).ok()?)
        })
    }

    /// A new id, greater than all before.
    pub fn next_id(&mut self) -> SmolStr {
        self.last = self.last.saturating_add(1);
        match self.style {
            IdStyle::Digits => format_smolstr!("{}", self.last),
            IdStyle::Salesforce => {
                let id = format!("{}{MARK}{}", self.prefix, base62(self.last, 9));
                let check = case_check(&id);
                format_smolstr!("{id}{check}")
            }
        }
    }
}

/// The number of an id of digits; one beyond what any system gives leaves no room to count on, and does not count.
fn digits(id: &str) -> Option<u64> {
    let number = id
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| id.parse().ok())
        .flatten();
    number.filter(|number| *number < 1_000_000_000_000_000_000)
}

/// A number in base 62, in this many digits.
fn base62(mut number: u64, digits: usize) -> String {
    let mut out = vec![b'0'; digits];
    for digit in out.iter_mut().rev() {
        *digit = usize::try_from(number % 62)
            .ok()
            .and_then(|i| BASE62.get(i))
            .copied()
            .unwrap_or(b'0');
        number /= 62;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The last three characters of an 18-character id: for each five of the first fifteen, which are capitals, as five bits.
fn case_check(id: &str) -> String {
    id.as_bytes()
        .chunks(5)
        .map(|five| {
            let bits = five
                .iter()
                .enumerate()
                .filter(|(_, b)| b.is_ascii_uppercase())
                .map(|(i, _)| 1_usize << i)
                .sum();
            char::from(BASE32.get::<usize>(bits).copied().unwrap_or(b'A'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_go_on_after_the_highest() {
        let mut ids = Ids::new(IdStyle::Digits, "contacts");
        for id in ["7", "51234567890", "abc", "12x"] {
            ids.observe(id);
        }
        assert_eq!(ids.next_id(), "51234567891");
    }

    #[test]
    fn the_check_of_a_known_salesforce_id() {
        assert_eq!(case_check("001A0000006Vm9r"), "IAC");
    }

    #[test]
    fn salesforce_ids_go_on_and_learn_the_prefix() {
        let mut ids = Ids::new(IdStyle::Salesforce, "Invoice__c");
        ids.observe("a0X5g000001ABCDEAO");
        let first = ids.next_id();
        assert_eq!((first.len(), first.get(..6)), (18, Some("a0XAC0")));
        let mut again = Ids::new(IdStyle::Salesforce, "Invoice__c");
        again.observe(&first);
        let second = again.next_id();
        assert!(second > first && second != first);
    }
}
