//! Rows of syncs and of maps.

use thin_vec::ThinVec;

use super::{Scanner, bare};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{
    BlankPolicy, Cell, Clause, ClauseKind, MapRow, Name, Operand, Outcome, Row, Transform, Via,
    ViaKind,
};
use crate::syntax::cut::Range;

/// Reads a row of a sync.
pub(crate) fn row(file: FileId, text: &str, code: Range) -> Option<Row> {
    let mut scanner = Scanner::new(file, text, code);
    let left = scanner.operand()?;
    let arrow = scanner.arrow()?;
    let right = scanner.operand()?;
    let mut more = scanner.accept(b',') || !scanner.is_done();
    let commas = scanner.rest().iter().filter(|b| **b == b',').count();
    let mut clauses: ThinVec<Clause> = ThinVec::with_capacity(usize::from(more) + commas);
    while more {
        let clause = scanner.clause()?;
        let said = |c: &Clause| c.node.repeats(&clause.node);
        if clauses.iter().any(said) {
            return None;
        }
        clauses.push(clause);
        more = scanner.accept(b',');
    }
    scanner.is_done().then_some(Row {
        left,
        arrow,
        right,
        clauses,
    })
}

/// Reads a row of a map.
pub(crate) fn map_row(file: FileId, text: &str, code: Range) -> Option<MapRow> {
    let mut scanner = Scanner::new(file, text, code);
    let left = scanner.cell()?;
    let arrow = scanner.arrow()?;
    let right = scanner.cell()?;
    scanner.is_done().then_some(MapRow {
        within: None,
        left,
        arrow,
        right,
    })
}

impl Scanner<'_> {
    fn operand(&mut self) -> Option<Operand> {
        let name = self.name()?;
        let is_field = !matches!(name.as_str(), "true" | "false");
        is_field.then_some(Operand::Field(name))
    }

    fn cell(&mut self) -> Option<Cell> {
        if self.rest().first() == Some(&b'"') {
            return self.quoted().map(Cell::Value);
        }
        let (word, span) = self.word()?;
        let outcome = match word {
            "else" => return Some(Cell::Else(span)),
            "keep" => Outcome::Keep,
            "reject" => Outcome::Reject,
            "blank" => Outcome::Blank,
            "none" => Outcome::None,
            _ => return Some(Cell::Value(bare(word, span))),
        };
        Some(Cell::Outcome(Spanned::new(outcome, span)))
    }

    fn clause(&mut self) -> Option<Clause> {
        let (word, start) = self.word()?;
        let (node, end) = match word {
            "via" => {
                let name = self.name().filter(|n| n.text != "each")?;
                let span = name.span;
                (ClauseKind::Via(Box::new(one(name))), span)
            }
            "prefer" => {
                let name = self.name()?;
                self.keyword("unless")?;
                (ClauseKind::Prefer(name), self.keyword("blank")?)
            }
            "latest" => {
                self.keyword("else")?;
                named(self.name()?, ClauseKind::Latest)
            }
            "through" => named(self.name()?, |name| ClauseKind::Through(vec![name])),
            "as" => named(self.name()?, ClauseKind::As),
            "ask" => (ClauseKind::Ask, start),
            "enforce" => (ClauseKind::Enforce, start),
            "on" => (ClauseKind::OnCreate, self.keyword("create")?),
            "fill" => (ClauseKind::FillOnly, self.keyword("only")?),
            "blank" => match self.word()? {
                ("clears", end) => (ClauseKind::Blank(BlankPolicy::Clears), end),
                ("keeps", end) => (ClauseKind::Blank(BlankPolicy::Keeps), end),
                _ => return None,
            },
            "default" | "when" | "currency" => return None,
            _ => (ClauseKind::Wins(bare(word, start)), self.keyword("wins")?),
        };
        Some(Clause {
            node,
            direction: None,
            span: start.to(end),
        })
    }
}

fn named(name: Name, clause: impl FnOnce(Name) -> ClauseKind) -> (ClauseKind, Span) {
    let span = name.span;
    (clause(name), span)
}

/// `via NAME`.
const fn one(name: Name) -> Via {
    let span = name.span;
    Via {
        how: ViaKind::One(Transform {
            each: None,
            name,
            arguments: ThinVec::new(),
            span,
        }),
        otherwise: None,
    }
}
