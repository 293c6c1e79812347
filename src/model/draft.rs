//! A row as a spec writes it, and as a remedy would have it: what it says stays, but for what the remedy changes.

use std::fmt;

use smol_str::SmolStr;

use super::{Arrow, RowView};
use crate::side::{Side, Sides};

/// The text of a row, in parts: of what stands left and right of the arrow, and of each clause.
#[derive(Clone, Debug, Default)]
pub struct RowText {
    /// The two cells.
    pub cells: Sides<SmolStr>,
    /// The clauses, in the order of the spec.
    pub clauses: Vec<Clause>,
}

/// A clause of a row as text, without the arrow before it.
#[derive(Clone, Debug)]
pub struct Clause {
    /// What it is about.
    pub part: Part,
    /// The side where the direction starts that it is limited to.
    pub from: Option<Side>,
    /// What it says.
    pub text: SmolStr,
}

/// What a clause is about; a row says each once for a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `via lower_trim`; one for each way where `via { -> f, <- g }` is written.
    Via,
    /// `else keep`, behind the `via`.
    Otherwise,
    /// `through Company`
    Through,
    /// `salesforce wins`, `prefer salesforce unless blank`, `latest else salesforce`, `ask`
    Authority,
    /// `blank clears`, `blank keeps`
    Blank,
    /// `on create`, `fill only`
    Timing,
    /// `default "Unknown"`
    Default,
    /// `enforce`
    Enforce,
    /// `currency deal_currency_code, CurrencyIsoCode`
    Currency,
    /// `when country = "US"`
    When,
    /// `as home_country`
    Name,
}

impl Part {
    /// Whether it says what happens in one direction, and in the other one nothing of the sort need hold.
    const fn of_direction(self) -> bool {
        matches!(
            self,
            Self::Blank | Self::Timing | Self::Default | Self::Enforce
        )
    }
}

/// A row to be pasted in place of the one that it was made of.
#[derive(Clone, Debug)]
pub struct Draft {
    arrow: Arrow,
    text: RowText,
}

impl RowView<'_> {
    /// The row with another arrow. What it says of a direction that it loses goes with the direction, who wins with the
    /// conflict; what it says of its one direction is said of that one where it gets another.
    pub fn draft(self, arrow: Arrow) -> Draft {
        let (was, mut text) = (self.row.arrow.node, self.row.text.clone());
        let only = Side::BOTH.into_iter().find(|s| was == Arrow::from(*s));
        text.clauses.retain_mut(|c| {
            if c.part.of_direction() {
                c.from = c.from.or(only);
            }
            let lost = c.from.is_some_and(|from| !arrow.goes_from(from));
            let idle = match arrow {
                Arrow::Both => c.part == Part::Enforce && was != Arrow::Both,
                Arrow::Left | Arrow::Right => c.part == Part::Authority,
            };
            !lost && !idle
        });
        Draft { arrow, text }
    }
}

impl Draft {
    /// Lets it say something, of the direction that starts at a side or of all; what it said of the same there goes.
    #[must_use]
    pub fn with(mut self, part: Part, from: Option<Side>, text: impl Into<SmolStr>) -> Self {
        let clauses = &mut self.text.clauses;
        let before = clauses.iter().position(|c| c.part == part);
        clauses.retain_mut(|c| {
            if c.part == part && c.from.is_none() {
                let other = from.map(|from| !from);
                c.from = other.filter(|other| self.arrow.goes_from(*other));
                return c.from.is_some();
            }
            c.part != part || from.is_some_and(|from| c.from != Some(from))
        });
        let last = match part {
            Part::Via => 0,
            _ => clauses.len(),
        };
        let text = text.into();
        clauses.insert(before.unwrap_or(last), Clause { part, from, text });
        self
    }

    /// Names a field on one side.
    #[must_use]
    pub fn naming(mut self, side: Side, field: &str) -> Self {
        *self.text.cells.get_mut(side) = field.into();
        self
    }

    /// Drops what it says of something.
    #[must_use]
    pub fn without(mut self, part: Part) -> Self {
        self.text.clauses.retain(|c| c.part != part);
        self
    }

    /// The conversion of each way, where it says both apart.
    fn pair(&self) -> Option<(&str, &str)> {
        let of = |side| {
            let mut clauses = self.text.clauses.iter();
            let via = clauses.find(|c| c.part == Part::Via && c.from == Some(side))?;
            via.text.strip_prefix("via ")
        };
        of(Side::Left).zip(of(Side::Right))
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Sides { left, right }, arrow) = (&self.text.cells, self.arrow);
        write!(f, "{left} {} {right}", arrow.text())?;
        let (pair, mut first) = (self.pair(), true);
        for clause in &self.text.clauses {
            let join = match clause.part {
                Part::Otherwise => " ",
                _ if first => "  ",
                _ => ", ",
            };
            match (clause.part, pair) {
                (Part::Via, Some(_)) if clause.from == Some(Side::Right) => continue,
                (Part::Via, Some((there, back))) => {
                    write!(f, "{join}via {{ -> {there}, <- {back} }}")?;
                }
                _ => {
                    let limit = clause.from.filter(|_| arrow == Arrow::Both);
                    let limit = limit.map_or("", |from| match from {
                        Side::Left => "-> ",
                        Side::Right => "<- ",
                    });
                    write!(f, "{join}{limit}{}", clause.text)?;
                }
            }
            first = false;
        }
        Ok(())
    }
}
