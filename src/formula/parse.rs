//! Text in, [`Formula`] out: pairs of the grammar become nodes, and operators get their precedence.

use std::fmt;
use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;
use smol_str::SmolStr;

use super::grammar::{Grammar, Rule};
use super::{Expr, Formula, Node, Operator, Reference, scan};

/// How high a tree may be, so that whoever walks it does not overflow the stack.
const HIGHEST: usize = 400;

/// Why a text is no formula: where, in bytes, and what is wrong there, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    /// The byte of the text where it shows.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl FormulaError {
    pub(super) const fn new(at: usize, message: String) -> Self {
        Self { at, message }
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.at, self.message)
    }
}

impl std::error::Error for FormulaError {}

/// Reads a formula in time linear in its length.
///
/// # Errors
/// Where it is not of the language, or too long or too deep to be walked safely.
pub fn parse(text: &str) -> Result<Formula, FormulaError> {
    scan::scan(text)?;
    let mut pairs =
        Grammar::parse(Rule::formula, text).map_err(|error| explain(text, &error.location))?;
    let expr = pairs
        .next()
        .and_then(|formula| formula.into_inner().next())
        .ok_or_else(|| nothing(0))?;
    Ok(Formula {
        root: expression(expr)?.expr,
    })
}

fn nothing(at: usize) -> FormulaError {
    FormulaError::new(at, "nothing is written here".to_owned())
}

/// What pest found, in words: it knows where it could not go on.
fn explain(text: &str, location: &pest::error::InputLocation) -> FormulaError {
    let at = match location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => *at,
    };
    let rest = text.get(at..).unwrap_or_default();
    let word: String = rest
        .chars()
        .enumerate()
        .take_while(|(i, c)| *i < 40 && (*i == 0 || c.is_alphanumeric() || *c == '_'))
        .map(|(_, c)| c)
        .collect();
    let message = if rest.trim().is_empty() {
        "the formula ends where a value is missing".to_owned()
    } else {
        format!("`{}` does not fit here", word.trim_end())
    };
    FormulaError::new(at, message)
}

/// A tree and its height.
struct Built {
    expr: Expr,
    height: usize,
}

impl Built {
    const fn leaf(node: Node, span: Range<usize>) -> Self {
        Self {
            expr: Expr { node, span },
            height: 1,
        }
    }

    fn over(node: Node, span: Range<usize>, below: usize) -> Result<Self, FormulaError> {
        if below >= HIGHEST {
            return Err(FormulaError::new(
                span.start,
                format!("more than {HIGHEST} operators and calls stand in each other"),
            ));
        }
        Ok(Self {
            expr: Expr { node, span },
            height: below + 1,
        })
    }
}

/// A link between two operands: an operator, or one of the two that become calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Or,
    And,
    Operator(Operator),
}

impl Link {
    const fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Operator(operator) => operator.strength(),
        }
    }

    fn read(sign: &str) -> Self {
        Self::Operator(match sign {
            "||" => return Self::Or,
            "&&" => return Self::And,
            "=" | "==" => Operator::Equal,
            "<>" | "!=" => Operator::Unequal,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "+" => Operator::Add,
            "-" => Operator::Subtract,
            "&" => Operator::Concatenate,
            "^" => Operator::Power,
            "*" => Operator::Multiply,
            // the grammar has no other
            _ => Operator::Divide,
        })
    }
}

/// Builds `operand (infix operand)*`: an operator waits on the stack until a looser one follows.
fn expression(pair: Pair<'_, Rule>) -> Result<Built, FormulaError> {
    let at = pair.as_span().start();
    let mut operands: Vec<Built> = Vec::new();
    let mut links: Vec<Link> = Vec::new();
    let mut prefixes: Vec<(usize, char)> = Vec::new();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::prefix => {
                let sign = part.as_str().chars().next().unwrap_or('!');
                prefixes.push((part.as_span().start(), sign));
            }
            Rule::infix => {
                let link = Link::read(part.as_str());
                while links
                    .last()
                    .is_some_and(|l| l.strength() >= link.strength())
                {
                    reduce(&mut operands, &mut links)?;
                }
                links.push(link);
            }
            _ => {
                let mut operand = primary(part)?;
                while let Some((at, sign)) = prefixes.pop() {
                    operand = prefixed(operand, at, sign)?;
                }
                operands.push(operand);
            }
        }
    }
    while !links.is_empty() {
        reduce(&mut operands, &mut links)?;
    }
    operands.pop().ok_or_else(|| nothing(at))
}

/// Joins the last two operands by the last link.
fn reduce(operands: &mut Vec<Built>, links: &mut Vec<Link>) -> Result<(), FormulaError> {
    let (Some(link), Some(right), Some(left)) = (links.pop(), operands.pop(), operands.pop())
    else {
        return Ok(());
    };
    let span = left.expr.span.start..right.expr.span.end;
    let below = left.height.max(right.height);
    let name = match link {
        Link::Or => "OR",
        Link::And => "AND",
        Link::Operator(operator) => {
            let node = Node::Binary {
                operator,
                left: Box::new(left.expr),
                right: Box::new(right.expr),
            };
            operands.push(Built::over(node, span, below)?);
            return Ok(());
        }
    };
    // a chain is one call; `OR(a, b) || c` is the same as `a || b || c`
    let (mut arguments, below) = match left.expr.node {
        Node::Call {
            function,
            arguments,
        } if function == name => (arguments, right.height.max(left.height - 1)),
        node => {
            let span = left.expr.span;
            (vec![Expr { node, span }], below)
        }
    };
    arguments.push(right.expr);
    operands.push(call(name.into(), arguments, span, below)?);
    Ok(())
}

fn call(
    function: SmolStr,
    arguments: Vec<Expr>,
    span: Range<usize>,
    below: usize,
) -> Result<Built, FormulaError> {
    let node = Node::Call {
        function,
        arguments,
    };
    Built::over(node, span, below)
}

fn prefixed(operand: Built, at: usize, sign: char) -> Result<Built, FormulaError> {
    let span = at..operand.expr.span.end;
    let below = operand.height;
    if !matches!(sign, '-' | '+') {
        return call("NOT".into(), vec![operand.expr], span, below);
    }
    let node = Node::Sign {
        minus: sign == '-',
        operand: Box::new(operand.expr),
    };
    Built::over(node, span, below)
}

fn primary(pair: Pair<'_, Rule>) -> Result<Built, FormulaError> {
    let span = pair.as_span().start()..pair.as_span().end();
    let text = pair.as_str();
    Ok(match pair.as_rule() {
        Rule::number => Built::leaf(Node::Number(text.into()), span),
        Rule::text => Built::leaf(Node::Text(unescape(text, span.start)?), span),
        Rule::constant => {
            let node = match text.to_ascii_lowercase().as_str() {
                "true" => Node::Bool(true),
                "false" => Node::Bool(false),
                _ => Node::Null,
            };
            Built::leaf(node, span)
        }
        Rule::reference => Built::leaf(Node::Reference(reference(text, false)), span),
        Rule::merge => {
            let inner = pair.into_inner().next();
            let name = inner.as_ref().map_or("", |p| p.as_str());
            Built::leaf(Node::Reference(reference(name, true)), span)
        }
        Rule::group => {
            let inner = pair.into_inner().next();
            let mut built = expression(inner.ok_or_else(|| nothing(span.start))?)?;
            built.expr.span = span;
            built
        }
        Rule::pairs => named(pair, span)?,
        _ => called(pair, span)?,
    })
}

fn reference(text: &str, merge: bool) -> Reference {
    Reference {
        path: text.split('.').map(SmolStr::from).collect(),
        merge,
    }
}

fn called(pair: Pair<'_, Rule>, span: Range<usize>) -> Result<Built, FormulaError> {
    let mut parts = pair.into_inner();
    let function = parts.next().map_or("", |name| name.as_str());
    let (mut arguments, mut below) = (Vec::new(), 0);
    for argument in parts {
        let built = expression(argument)?;
        below = below.max(built.height);
        arguments.push(built.expr);
    }
    call(function.to_ascii_uppercase().into(), arguments, span, below)
}

fn named(pair: Pair<'_, Rule>, span: Range<usize>) -> Result<Built, FormulaError> {
    let (mut pairs, mut below) = (Vec::new(), 0);
    for entry in pair.into_inner() {
        let at = entry.as_span().start();
        let mut parts = entry.into_inner();
        if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            let built = expression(value)?;
            below = below.max(built.height);
            let name = match name.as_rule() {
                Rule::text => unescape(name.as_str(), at)?,
                _ => name.as_str().into(),
            };
            pairs.push((name, built.expr));
        }
    }
    Built::over(Node::Pairs(pairs), span, below)
}

/// The text within the quotes. `\"` and `\\` are a quote and a backslash; `\n`, `\r`, `\t` and `\'` may be written, and stay
/// the two signs that they are, as Salesforce has it.
fn unescape(quoted: &str, at: usize) -> Result<SmolStr, FormulaError> {
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    if !inner.contains('\\') {
        return Ok(inner.into());
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next().map(|(_, c)| c) {
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c @ ('n' | 'r' | 't' | 'N' | 'R' | 'T' | '\'')) => out.extend(['\\', c]),
            other => {
                let c = other.unwrap_or(' ');
                return Err(FormulaError::new(
                    at + 1 + i,
                    format!("`\\{c}` is no escape: `\\\\{c}` is a backslash before it"),
                ));
            }
        }
    }
    Ok(out.into())
}
