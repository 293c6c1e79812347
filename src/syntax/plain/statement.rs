//! The statements that most syncs have.

use super::Scanner;
use crate::source::FileId;
use crate::syntax::ast::{
    Delete, DeleteAction, Expr, ExprKind, ManyRule, MatchPair, SideField, Statement,
};
use crate::syntax::cut::Range;

/// Words that are no operand of an expression.
const RESERVED: &[&str] = &["not", "and", "or", "in", "is", "true", "false"];

/// Reads `truth`, `match` of fields, `many … hold`, `key`, `create in`, `delete`.
pub(crate) fn statement(file: FileId, text: &str, code: Range) -> Option<Statement> {
    let mut scanner = Scanner::new(file, text, code);
    let statement = match scanner.word()?.0 {
        "truth" => Statement::Truth(scanner.name()?),
        "match" => Statement::Match(scanner.match_pairs()?),
        "many" => {
            let side = scanner.name()?;
            scanner.keyword("hold")?;
            let rule = ManyRule::Hold;
            Statement::Many { side, rule }
        }
        "key" => Statement::Key(scanner.list(Scanner::side_field)?),
        "create" => {
            scanner.keyword("in")?;
            Statement::Create(scanner.list(Scanner::name)?)
        }
        "delete" => Statement::Delete(scanner.list(Scanner::delete)?),
        _ => return None,
    };
    scanner.is_done().then_some(statement)
}

impl Scanner<'_> {
    /// One or more, with commas between them.
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = vec![one(self)?];
        while self.accept(b',') {
            all.push(one(self)?);
        }
        Some(all)
    }

    fn side_field(&mut self) -> Option<SideField> {
        let side = self.name()?;
        self.sign(b'.')?;
        let field = self.name()?;
        let span = side.span.to(field.span);
        Some(SideField { side, field, span })
    }

    fn match_pairs(&mut self) -> Option<Vec<MatchPair>> {
        let mut pairs = vec![self.match_pair()?];
        while !self.is_done() {
            self.keyword("and")?;
            pairs.push(self.match_pair()?);
        }
        Some(pairs)
    }

    fn match_pair(&mut self) -> Option<MatchPair> {
        let left = self.field()?;
        self.sign(b'=')?;
        let right = self.field()?;
        let span = left.span.to(right.span);
        Some(MatchPair { left, right, span })
    }

    fn field(&mut self) -> Option<Expr> {
        let name = self.name()?;
        let is_field = !RESERVED.contains(&name.as_str());
        is_field.then_some(Expr {
            span: name.span,
            node: ExprKind::Name(name),
        })
    }

    fn delete(&mut self) -> Option<Delete> {
        let (mut word, start) = self.word()?;
        let mut side = None;
        let mut end = start;
        if word == "in" {
            side = Some(self.name()?);
            (word, end) = self.word()?;
        }
        let action = match word {
            "keep" => DeleteAction::Keep,
            "unlink" => DeleteAction::Unlink,
            "archive" => DeleteAction::Archive,
            "propagate" => DeleteAction::Propagate,
            _ => return None,
        };
        let span = start.to(end);
        Some(Delete { side, action, span })
    }
}
