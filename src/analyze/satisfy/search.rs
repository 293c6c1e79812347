//! The search for a record: one field after the other, as long as the conditions are open.
//!
//! Backtracking over three truth values (Davis, Logemann and Loveland 1962, with finite domains in place of literals). The
//! first pass lets free questions turn out as they please: where it finds nothing, there is nothing. Where a free
//! question was needed, a second pass answers it from the values tried, which may show a record but proves no absence.

use crate::analyze::eval::{Cell, Known};
use crate::value::Value;

use super::formula::{Atom, Form, Formula, Part};
use super::{Answer, Example};

/// How many states are looked at before the search gives up.
const STEPS: usize = 40_000;

/// How many states are looked at for a shorter example.
const POLISH: usize = 4_000;

pub(super) fn search(formula: &Formula<'_>) -> Answer {
    let mut search = Search::new(formula, Pass::Proof);
    match search.run() {
        Some(false) => Answer::No,
        Some(true) if search.freed.iter().all(Option::is_none) => Answer::Yes(search.example()),
        Some(true) => {
            let mut sampled = Search::new(formula, Pass::Sample);
            match sampled.run() {
                Some(true) => Answer::Yes(sampled.example()),
                _ => Answer::Unknown,
            }
        }
        None => Answer::Unknown,
    }
}

/// How free questions are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// As they please.
    Proof,
    /// By the values of their fields.
    Sample,
}

struct Search<'f, 'e> {
    formula: &'f Formula<'e>,
    pass: Pass,
    /// The value of each field that has one so far.
    chosen: Vec<Option<Value>>,
    /// The answer of each free question that has one so far.
    freed: Vec<Option<bool>>,
    steps: usize,
}

/// A truth value, and of an open one the question to settle next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    Is(bool),
    Open(Option<usize>),
}

impl<'f, 'e> Search<'f, 'e> {
    fn new(formula: &'f Formula<'e>, pass: Pass) -> Self {
        Self {
            formula,
            pass,
            chosen: vec![None; formula.cells.len()],
            freed: vec![None; formula.free],
            steps: STEPS,
        }
    }

    /// Whether the goals can be met; what meets them stays chosen. None where that is not known.
    fn run(&mut self) -> Option<bool> {
        if self.steps == 0 {
            return None;
        }
        self.steps -= 1;
        let atom = match self.goals() {
            Truth::Is(met) => return Some(met),
            Truth::Open(None) => return None,
            Truth::Open(Some(at)) => self.formula.atoms.get(at)?,
        };
        let mut open = false;
        if let (Form::Free(at), Pass::Proof) = (atom.form, self.pass) {
            for answer in [true, false] {
                *self.freed.get_mut(at)? = Some(answer);
                match self.run() {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => open = true,
                }
            }
            *self.freed.get_mut(at)? = None;
        } else {
            let at = self.unset(atom)?;
            let (_, values) = self.formula.cells.get(at)?;
            for value in values {
                *self.chosen.get_mut(at)? = Some(value.clone());
                match self.run() {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => open = true,
                }
            }
            *self.chosen.get_mut(at)? = None;
        }
        (!open).then_some(false)
    }

    /// The first field of a question that has no value yet.
    fn unset(&self, atom: &Atom<'_>) -> Option<usize> {
        let mut cells = atom.cells.iter().copied();
        cells.find(|c| self.chosen.get(*c).is_some_and(Option::is_none))
    }

    fn goals(&self) -> Truth {
        let goals = self.formula.goals.iter();
        joined(
            goals.map(|(part, wanted)| match self.truth(part) {
                Truth::Is(b) => Truth::Is(b == *wanted),
                open @ Truth::Open(_) => open,
            }),
            false,
        )
    }

    fn truth(&self, part: &Part) -> Truth {
        match part {
            Part::Atom(at) => self.answer(*at),
            Part::Not(inner) => match self.truth(inner) {
                Truth::Is(b) => Truth::Is(!b),
                open @ Truth::Open(_) => open,
            },
            Part::All(parts) => joined(parts.iter().map(|p| self.truth(p)), false),
            Part::Any(parts) => joined(parts.iter().map(|p| self.truth(p)), true),
        }
    }

    fn answer(&self, at: usize) -> Truth {
        let Some(atom) = self.formula.atoms.get(at) else {
            return Truth::Open(None);
        };
        if let (Form::Free(free), Pass::Proof) = (atom.form, self.pass) {
            let given = self.freed.get(free).copied().flatten();
            return given.map_or(Truth::Open(Some(at)), Truth::Is);
        }
        let value = |cell: Cell| {
            let at = self.formula.cells.iter().position(|(c, _)| *c == cell)?;
            self.chosen.get(at)?.clone()
        };
        let known = Known {
            model: self.formula.model,
            input: None,
            cells: &value,
        };
        match known.holds(atom.expr) {
            Some(b) => Truth::Is(b),
            None => Truth::Open(self.unset(atom).map(|_| at)),
        }
    }

    /// What was chosen, without the fields that do not matter; or as few others that meet the goals, too.
    fn example(mut self) -> Example {
        // Whatever can be evaluated counts now: nothing is proved any more.
        self.pass = Pass::Sample;
        for at in 0..self.chosen.len() {
            let Some(slot) = self.chosen.get_mut(at) else {
                break;
            };
            let value = slot.take();
            if self.goals() != Truth::Is(true)
                && let Some(slot) = self.chosen.get_mut(at)
            {
                *slot = value;
            }
        }
        let length = self.chosen.iter().flatten().count();
        let mut shorter = Search::new(self.formula, Pass::Sample);
        shorter.steps = POLISH;
        let found = (1..length).any(|n| shorter.with(n, 0));
        let best = if found { &shorter.chosen } else { &self.chosen };
        let cells = self.formula.cells.iter().zip(best);
        cells
            .filter_map(|((cell, _), value)| Some((*cell, value.clone()?)))
            .collect()
    }

    /// Whether that many fields from a position on meet the goals.
    fn with(&mut self, count: usize, from: usize) -> bool {
        for at in from..self.chosen.len() {
            let values = self.formula.cells.get(at).map_or(&[][..], |(_, v)| v);
            for value in values {
                if self.steps == 0 {
                    break;
                }
                self.steps -= 1;
                if let Some(slot) = self.chosen.get_mut(at) {
                    *slot = Some(value.clone());
                }
                match self.goals() {
                    Truth::Is(true) => return true,
                    Truth::Open(_) if count > 1 && self.with(count - 1, at + 1) => return true,
                    _ => {}
                }
            }
            if let Some(slot) = self.chosen.get_mut(at) {
                *slot = None;
            }
        }
        false
    }
}

/// The truth of several parts, of which one of the decisive value decides. Of open ones the first that can be settled.
fn joined(parts: impl Iterator<Item = Truth>, decisive: bool) -> Truth {
    let mut open = None;
    for part in parts {
        match part {
            Truth::Is(b) if b == decisive => return Truth::Is(decisive),
            Truth::Is(_) => {}
            Truth::Open(next) => open = Some(open.flatten().or(next)),
        }
    }
    open.map_or(Truth::Is(!decisive), Truth::Open)
}
