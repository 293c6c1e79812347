//! `IF`, `IFS` and `CASE` of formulas, taken apart wherever they stand in one: what it gives, and when.

use super::{Case, Formulas};
use crate::formula::{Expr as Formula, Node, Operator};
use crate::model::{Expr, ExprKind};
use crate::value::Kind;

/// More cases than these are not told apart.
const MOST: usize = 64;

/// One way through a choice: the conditions under which it is taken, and what it gives.
type Way = (Vec<Formula>, Formula);

impl Formulas<'_> {
    /// What a formula gives, case by case. Without a value where it cannot be said.
    pub fn cases(&self, e: &Formula) -> Vec<Case> {
        self.cases_within(e, &mut 0)
    }

    fn cases_within(&self, e: &Formula, count: &mut usize) -> Vec<Case> {
        let whole = match ways(e) {
            Some(_) => None,
            None => self.value(e),
        };
        let apart = || first_choice(e).and_then(|choice| Some((choice, ways(choice)?)));
        let Some((choice, ways)) = apart().filter(|_| whole.is_none() && *count < MOST) else {
            *count += 1;
            return vec![(Vec::new(), whole)];
        };
        let mut found = Vec::new();
        for (conditions, result) in ways {
            let conditions: Vec<Expr> = conditions.iter().map(|c| self.condition(c)).collect();
            let mut chosen = |part: &Formula| std::ptr::eq(part, choice).then(|| result.clone());
            let cases = self.cases_within(&e.replaced(&mut chosen), count);
            let cases = cases.into_iter();
            found
                .extend(cases.map(|(more, value)| {
                    (conditions.iter().cloned().chain(more).collect(), value)
                }));
        }
        found
    }

    /// A condition with choices in it: one of its cases, which holds itself; none where there are no choices.
    pub(super) fn chosen(&self, e: &Formula) -> Option<Expr> {
        first_choice(e)?;
        let case = |(mut conditions, value): Case| {
            let truth = value.filter(|v| v.kind == Some(Kind::Bool));
            conditions.push(truth.unwrap_or_else(|| self.unknown(e)));
            self.at(ExprKind::All(conditions.into()), Some(Kind::Bool))
        };
        let cases = self.cases(e).into_iter().map(case).collect();
        Some(self.at(ExprKind::Any(cases), Some(Kind::Bool)))
    }
}

/// The first choice in a formula, outermost first.
fn first_choice(e: &Formula) -> Option<&Formula> {
    let mut found = None;
    e.visit(&mut |e| {
        if found.is_none() && ways(e).is_some() {
            found = Some(e);
        }
    });
    found
}

/// The ways through a formula that is a choice.
fn ways(e: &Formula) -> Option<Vec<Way>> {
    let Node::Call {
        function,
        arguments,
    } = &e.node
    else {
        return None;
    };
    let (pairs, otherwise) = match (function.as_str(), arguments.as_slice()) {
        ("IF", [pair @ .., otherwise]) if pair.len() == 2 => (pair, otherwise),
        ("IFS", [pairs @ .., otherwise]) if pairs.len() >= 2 => (pairs, otherwise),
        ("CASE", [of, pairs @ .., otherwise]) if pairs.len() >= 2 => {
            return Some(by_value(of, pairs, otherwise));
        }
        _ => return None,
    };
    let mut before: Vec<Formula> = Vec::new();
    let mut found = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let [condition, result] = pair else { continue };
        let taken = before.iter().chain([condition]);
        found.push((taken.cloned().collect(), result.clone()));
        before.push(not(condition));
    }
    found.push((before, otherwise.clone()));
    Some(found)
}

/// The ways of a `CASE`, whose values exclude each other.
fn by_value(of: &Formula, pairs: &[Formula], otherwise: &Formula) -> Vec<Way> {
    let mut none = Vec::new();
    let mut found = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let [value, result] = pair else { continue };
        let equal = at(
            of,
            Node::Binary {
                operator: Operator::Equal,
                left: Box::new(of.clone()),
                right: Box::new(value.clone()),
            },
        );
        none.push(not(&equal));
        found.push((vec![equal], result.clone()));
    }
    found.push((none, otherwise.clone()));
    found
}

fn not(e: &Formula) -> Formula {
    let node = Node::Call {
        function: "NOT".into(),
        arguments: vec![e.clone()],
    };
    at(e, node)
}

/// Another form in the place of a formula.
fn at(place: &Formula, node: Node) -> Formula {
    let span = place.span.clone();
    Formula { node, span }
}
