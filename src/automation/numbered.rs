//! Filter logic: conditions that are put together by their numbers, as `1 AND (2 OR 3)`.

use super::logic;
use crate::formula::Expr;

/// Puts conditions together as a filter logic says: `and`, `or`, or `1 AND (2 OR 3)`. None where it cannot be read.
pub(super) fn combine(written: &str, conditions: &[Expr]) -> Option<Expr> {
    let written = written.trim();
    if written.is_empty() || written.eq_ignore_ascii_case("and") {
        return Some(logic::all(conditions.to_vec()));
    }
    if written.eq_ignore_ascii_case("or") {
        return Some(logic::any(conditions.to_vec()));
    }
    let tokens = tokens(written)?;
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        conditions,
    };
    let read = reader.or(0)?;
    (reader.at == tokens.len()).then_some(read)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Number(usize),
    And,
    Or,
    Not,
    Open,
    Close,
}

fn tokens(written: &str) -> Option<Vec<Token>> {
    let spaced = written.replace('(', " ( ").replace(')', " ) ");
    spaced
        .split_whitespace()
        .map(|word| match word {
            "(" => Some(Token::Open),
            ")" => Some(Token::Close),
            "&&" => Some(Token::And),
            "||" => Some(Token::Or),
            _ if word.eq_ignore_ascii_case("and") => Some(Token::And),
            _ if word.eq_ignore_ascii_case("or") => Some(Token::Or),
            _ if word.eq_ignore_ascii_case("not") => Some(Token::Not),
            _ => word.parse().ok().map(Token::Number),
        })
        .collect()
}

/// Brackets deeper than any filter has.
const DEEPEST: usize = 50;

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    conditions: &'a [Expr],
}

impl Reader<'_> {
    fn take(&mut self, token: Token) -> bool {
        let found = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.and(depth)?];
        while self.take(Token::Or) {
            parts.push(self.and(depth)?);
        }
        Some(logic::any(parts))
    }

    fn and(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.one(depth)?];
        while self.take(Token::And) {
            parts.push(self.one(depth)?);
        }
        Some(logic::all(parts))
    }

    fn one(&mut self, depth: usize) -> Option<Expr> {
        if depth > DEEPEST {
            return None;
        }
        if self.take(Token::Not) {
            return self.one(depth + 1).map(logic::not);
        }
        if self.take(Token::Open) {
            let inner = self.or(depth + 1)?;
            return self.take(Token::Close).then_some(inner);
        }
        let Some(Token::Number(n)) = self.tokens.get(self.at) else {
            return None;
        };
        self.at += 1;
        self.conditions.get(n.checked_sub(1)?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::*;

    fn names(written: &str) -> Option<String> {
        let conditions: Vec<Expr> = ["A", "B", "C"]
            .map(|n| logic::field(&[SmolStr::new(n)]))
            .to_vec();
        combine(written, &conditions).map(|e| e.to_string())
    }

    #[test]
    fn filter_logic_is_read_with_its_precedence() {
        assert_eq!(names("and").as_deref(), Some("AND(A, B, C)"));
        assert_eq!(names("OR").as_deref(), Some("OR(A, B, C)"));
        assert_eq!(names("1 AND (2 OR 3)").as_deref(), Some("AND(A, OR(B, C))"));
        assert_eq!(
            names("1 OR 2 AND NOT 3").as_deref(),
            Some("OR(A, AND(B, NOT(C)))")
        );
        for bad in ["1 AND", "4", "0", "(1", "1 2", "x", "1 AND ()"] {
            assert_eq!(names(bad), None, "{bad}");
        }
        assert_eq!(names(&"(".repeat(100_000)), None);
    }
}
