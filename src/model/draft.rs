//! A row as a spec writes it, and as a remedy would have it: what it says stays, but for what the remedy changes.

use std::fmt;

use smol_str::{SmolStr, format_smolstr};

use super::{Arrow, RowView};
use crate::side::{Side, Sides};
use crate::source::Span;

/// A clause of a row; `T` is where it stands, or what it says.
#[derive(Clone, Copy, Debug)]
pub struct Clause<T = Span> {
    /// What it is about.
    pub part: Part,
    /// The side where the direction starts that it is limited to.
    pub from: Option<Side>,
    /// Without the arrow before it; of [`Part::Via`] and [`Part::Otherwise`] without the keyword, too.
    pub said: T,
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
    cells: Sides<SmolStr>,
    clauses: Vec<Clause<SmolStr>>,
}

impl RowView<'_> {
    /// The row with another arrow. What it says of a direction that it loses goes with the direction, who wins with the
    /// conflict; what it says of its one direction is said of that one where it gets another.
    pub fn draft(self, arrow: Arrow) -> Draft {
        let (row, was) = (self.row, self.row.arrow.node);
        let only = Side::BOTH.into_iter().find(|s| was == Arrow::from(*s));
        let said = |span| on_one_line(self.sync.model.text(span));
        let cells = Sides::new(said(row.cells.left.span), said(row.cells.right.span));
        let clauses = row.clauses.iter().map(|c| Clause {
            part: c.part,
            from: c.from,
            said: match c.part {
                Part::Via => format_smolstr!("via {}", said(c.said)),
                Part::Otherwise => format_smolstr!("else {}", said(c.said)),
                _ => said(c.said),
            },
        });
        let mut clauses: Vec<Clause<SmolStr>> = clauses.collect();
        clauses.retain_mut(|c| {
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
        Draft {
            arrow,
            cells,
            clauses,
        }
    }
}

impl Draft {
    /// Lets it say something, of the direction that starts at a side or of all; what it said of the same there goes.
    #[must_use]
    pub fn with(mut self, part: Part, from: Option<Side>, text: impl Into<SmolStr>) -> Self {
        let clauses = &mut self.clauses;
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
        let said = text.into();
        clauses.insert(before.unwrap_or(last), Clause { part, from, said });
        self
    }

    /// Names a field on one side.
    #[must_use]
    pub fn naming(mut self, side: Side, field: &str) -> Self {
        *self.cells.get_mut(side) = field.into();
        self
    }

    /// Drops what it says of something.
    #[must_use]
    pub fn without(mut self, part: Part) -> Self {
        self.clauses.retain(|c| c.part != part);
        self
    }

    /// The conversion of each way, where it says both apart.
    fn pair(&self) -> Option<(&str, &str)> {
        let of = |side| {
            let mut clauses = self.clauses.iter();
            let via = clauses.find(|c| c.part == Part::Via && c.from == Some(side))?;
            via.said.strip_prefix("via ")
        };
        of(Side::Left).zip(of(Side::Right))
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Sides { left, right }, arrow) = (&self.cells, self.arrow);
        write!(f, "{left} {} {right}", arrow.text())?;
        let (pair, mut first) = (self.pair(), true);
        for clause in &self.clauses {
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
                    write!(f, "{join}{limit}{}", clause.said)?;
                }
            }
            first = false;
        }
        Ok(())
    }
}

/// A part of a row that may go over several lines, without its line breaks and comments.
fn on_one_line(text: &str) -> SmolStr {
    if !text.contains('\n') {
        return text.trim().into();
    }
    let code = |line: &str| {
        let mut quote = None;
        let mut before = None;
        let comment = line.char_indices().find(|(_, c)| {
            let opens = quote.is_none() && matches!(c, '"' | '`');
            let begins = quote.is_none() && *c == '/' && before == Some('/');
            if opens {
                quote = Some(*c);
            } else if quote == Some(*c) && before != Some('\\') {
                quote = None;
            }
            before = Some(*c);
            begins
        });
        let end = comment.map_or(line.len(), |(at, _)| at - 1);
        line.get(..end).unwrap_or(line).trim().to_owned()
    };
    let lines: Vec<String> = text.lines().map(code).filter(|l| !l.is_empty()).collect();
    lines.join(" ").into()
}
