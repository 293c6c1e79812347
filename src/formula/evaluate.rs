//! What a formula gives over a record, as Salesforce's engine has it: blanks, three-valued comparisons, which arguments are
//! computed at all.

use std::cmp::Ordering;

use super::functions::{self, Arguments, LONGEST};
use super::number::Rounding;
use super::{
    Blanks, Context, Datum, DatumKind, Expr, Fault, Formula, FormulaError, Node, Number, Operator,
    Reference, kinds, moment, signatures,
};

/// What a function gives.
pub(super) type Outcome = Result<Datum, Fault>;

impl Formula {
    /// Computes the formula over a record.
    ///
    /// # Errors
    /// Where Salesforce shows `#Error!`, and where what is needed is not known here.
    pub fn evaluate(&self, context: &dyn Context, blanks: Blanks) -> Result<Datum, Fault> {
        Evaluator { context, blanks }.evaluate(&self.root)
    }

    /// The kind of its values, by what is known of what it reads.
    ///
    /// # Errors
    /// Where Salesforce refuses to save it: an unknown function, arguments that do not fit.
    pub fn kind(&self, context: &dyn Context) -> Result<DatumKind, FormulaError> {
        kinds::check(&self.root, context)
    }
}

#[derive(Clone, Copy)]
struct Evaluator<'a> {
    context: &'a dyn Context,
    blanks: Blanks,
}

impl Evaluator<'_> {
    fn evaluate(self, expr: &Expr) -> Outcome {
        match &expr.node {
            Node::Text(text) => Ok(Datum::Text(text.to_string())),
            Node::Number(digits) => {
                let number = Number::parse(digits).ok_or(Fault::NoNumber)?;
                Ok(Datum::Number(
                    number.at_precision(super::number::PRECISION, Rounding::HalfUp),
                ))
            }
            Node::Bool(value) => Ok(Datum::Bool(*value)),
            Node::Null => Ok(Datum::Blank),
            Node::Reference(reference) => self.read(reference),
            Node::Sign { minus, operand } => match self.evaluate(operand)? {
                Datum::Number(number) if *minus => Ok(Datum::Number(number.negate())),
                value @ (Datum::Number(_) | Datum::Blank) => Ok(value),
                _ => Err(Fault::Kind),
            },
            Node::Binary {
                operator,
                left,
                right,
            } => self.binary(*operator, left, right),
            Node::Call {
                function,
                arguments,
            } => self.call(function, arguments),
            Node::Pairs(_) => Err(Fault::Kind),
        }
    }

    fn read(self, reference: &Reference) -> Outcome {
        Ok(self.filled(reference, self.context.value(reference)?))
    }

    /// The value, or zero where a blank number is one.
    fn filled(self, reference: &Reference, value: Datum) -> Datum {
        let zero = self.blanks == Blanks::AsZeros
            && value == Datum::Blank
            && self.context.kind(reference) == DatumKind::Number;
        if zero {
            Datum::Number(Number::ZERO)
        } else {
            value
        }
    }

    fn binary(self, operator: Operator, left: &Expr, right: &Expr) -> Outcome {
        let null = |e| kinds::kind(e, self.context) == DatumKind::Null;
        let plus = matches!(operator, Operator::Add | Operator::Subtract);
        if plus && (null(left) || null(right)) {
            return Ok(Datum::Blank);
        }
        let (a, b) = (self.evaluate(left)?, self.evaluate(right)?);
        match operator {
            Operator::Equal | Operator::Unequal => {
                let text = self.is_text(left) || self.is_text(right);
                let equal = equals(&a, &b, text);
                let wanted = operator == Operator::Equal;
                Ok(equal.map_or(Datum::Blank, |e| Datum::Bool(e == wanted)))
            }
            Operator::Less => order(&a, &b, Ordering::is_lt),
            Operator::LessOrEqual => order(&a, &b, Ordering::is_le),
            Operator::Greater => order(&a, &b, Ordering::is_gt),
            Operator::GreaterOrEqual => order(&a, &b, Ordering::is_ge),
            Operator::Concatenate => concatenate(a, b),
            Operator::Add => add(a, b),
            Operator::Subtract => moment::subtract(a, b),
            Operator::Power => numbers(&a, &b, functions::power),
            Operator::Multiply => numbers(&a, &b, |a, b| Ok(a.multiply(b))),
            Operator::Divide => numbers(&a, &b, |a, b| a.divide(b).ok_or(Fault::Division)),
        }
    }

    fn is_text(self, expr: &Expr) -> bool {
        kinds::kind(expr, self.context) == DatumKind::Text
    }

    fn call(self, function: &str, arguments: &[Expr]) -> Outcome {
        let signature =
            signatures::signature(function).ok_or_else(|| Fault::Unknown(function.into()))?;
        if !signature.takes(arguments.len()) {
            return Err(Fault::Arguments(function.into()));
        }
        match (function, arguments) {
            ("IF" | "IFS", _) => self.choose(arguments),
            ("AND", _) => self.all(arguments, true),
            ("OR", _) => self.all(arguments, false),
            ("IFERROR", [value, instead]) => match self.evaluate(value) {
                Err(fault) if fault.is_caught() => self.evaluate(instead),
                outcome => outcome,
            },
            ("PRIORVALUE", [field]) => self.prior(field),
            ("ISCHANGED", [field]) => {
                let (before, now) = (self.prior(field)?, self.evaluate(field)?);
                Ok(Datum::Bool(
                    before != now && !(before.is_blank() && now.is_blank()),
                ))
            }
            ("ISNEW", _) => self
                .context
                .is_new()
                .map(Datum::Bool)
                .ok_or_else(|| Fault::Unknown(function.into())),
            ("NOW" | "TODAY" | "TIMENOW", _) => {
                let now = self
                    .context
                    .now()
                    .ok_or_else(|| Fault::Unknown(function.into()))?;
                moment::part_of_now(function, now)
            }
            _ => {
                let values = arguments
                    .iter()
                    .map(|e| self.evaluate(e))
                    .collect::<Result<Vec<_>, _>>()?;
                match self.apply(function, arguments, &values)? {
                    Datum::Text(text) if text.len() > LONGEST => Err(Fault::Range),
                    value => Ok(value),
                }
            }
        }
    }

    /// Functions of which all arguments are computed.
    fn apply(self, function: &str, arguments: &[Expr], values: &[Datum]) -> Outcome {
        let text = |count| arguments.iter().take(count).any(|e| self.is_text(e));
        match (function, values) {
            ("CASE", [value, cases @ ..]) => case(value, cases, text(1)),
            ("IN", [value, others @ ..]) => {
                let found = others
                    .iter()
                    .any(|o| equals(value, o, text(1)) == Some(true));
                Ok(Datum::Bool(*value != Datum::Blank && found))
            }
            ("NOT", [Datum::Bool(value)]) => Ok(Datum::Bool(!value)),
            ("NOT", [Datum::Blank]) => Ok(Datum::Blank),
            ("NOT", _) => Err(Fault::Kind),
            ("ISBLANK", [value]) => Ok(Datum::Bool(value.is_blank())),
            // a text is never null, so its other value is never taken
            ("ISNULL", [value]) => Ok(Datum::Bool(!text(1) && *value == Datum::Blank)),
            ("NULLVALUE", [value, instead]) if !text(2) => Ok(first_of(value, instead)),
            ("NULLVALUE", [value, _]) => Ok(value.clone()),
            ("BLANKVALUE", [value, instead]) => Ok(first_of(value, instead)),
            ("CURRENCYRATE", [code]) => {
                let code = if let Datum::Text(code) = code {
                    code
                } else {
                    ""
                };
                Ok(Datum::Number(
                    self.context.rate(code).unwrap_or_else(|| Number::from(1)),
                ))
            }
            _ => functions::apply(function, &Arguments(values))
                .unwrap_or_else(|| Err(Fault::Unknown(function.into()))),
        }
    }

    /// `IF` and `IFS`: the first result whose condition holds, or the last. Nothing else is computed.
    fn choose(self, arguments: &[Expr]) -> Outcome {
        let mut rest = arguments;
        while let [condition, result, more @ ..] = rest {
            if self.holds(condition)? {
                return self.evaluate(result);
            }
            rest = more;
        }
        rest.first()
            .map_or(Ok(Datum::Blank), |otherwise| self.evaluate(otherwise))
    }

    /// Whether all, or any, of the conditions hold, up to the first that decides.
    fn all(self, arguments: &[Expr], all: bool) -> Outcome {
        for argument in arguments {
            if self.holds(argument)? != all {
                return Ok(Datum::Bool(!all));
            }
        }
        Ok(Datum::Bool(all))
    }

    /// A condition; a blank does not hold.
    fn holds(self, condition: &Expr) -> Result<bool, Fault> {
        match self.evaluate(condition)? {
            Datum::Bool(value) => Ok(value),
            Datum::Blank => Ok(false),
            _ => Err(Fault::Kind),
        }
    }

    fn prior(self, field: &Expr) -> Outcome {
        let reference = field.as_reference().ok_or(Fault::Kind)?;
        Ok(self.filled(reference, self.context.prior(reference)?))
    }
}

fn first_of(value: &Datum, instead: &Datum) -> Datum {
    if value.is_blank() { instead } else { value }.clone()
}

fn case(value: &Datum, cases: &[Datum], text: bool) -> Outcome {
    let mut rest = cases;
    while let [when, then, more @ ..] = rest {
        if equals(value, when, text) == Some(true) {
            return Ok(then.clone());
        }
        rest = more;
    }
    Ok(rest.first().cloned().unwrap_or_default())
}

/// Whether two values are equal; a blank equals nothing, unless it is a text.
fn equals(a: &Datum, b: &Datum, text: bool) -> Option<bool> {
    if text && (a.is_blank() || b.is_blank()) {
        return Some(a.is_blank() && b.is_blank());
    }
    (*a != Datum::Blank && *b != Datum::Blank).then(|| a == b)
}

/// Compares two values of a kind; with a blank, nothing is known.
fn order(a: &Datum, b: &Datum, holds: impl Fn(Ordering) -> bool) -> Outcome {
    let order = match (a, b) {
        (Datum::Blank, _) | (_, Datum::Blank) => return Ok(Datum::Blank),
        (Datum::Number(a), Datum::Number(b)) => a.cmp(b),
        (Datum::Text(a), Datum::Text(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (Datum::Date(a), Datum::Date(b)) => a.cmp(b),
        (Datum::DateTime(a), Datum::DateTime(b)) => a.cmp(b),
        (Datum::Time(a), Datum::Time(b)) => a.cmp(b),
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        _ => return Err(Fault::Kind),
    };
    Ok(Datum::Bool(holds(order)))
}

fn numbers(a: &Datum, b: &Datum, f: impl Fn(&Number, &Number) -> Result<Number, Fault>) -> Outcome {
    match (a, b) {
        (Datum::Number(a), Datum::Number(b)) => f(a, b).map(Datum::Number),
        (Datum::Number(_) | Datum::Blank, Datum::Number(_) | Datum::Blank) => Ok(Datum::Blank),
        _ => Err(Fault::Kind),
    }
}

/// Joins texts; a blank adds nothing.
fn concatenate(a: Datum, b: Datum) -> Outcome {
    match (a, b) {
        (Datum::Blank, other @ (Datum::Text(_) | Datum::Blank))
        | (other @ Datum::Text(_), Datum::Blank) => Ok(other),
        (Datum::Text(a), Datum::Text(b)) => Ok(Datum::Text(a + &b)),
        _ => Err(Fault::Kind),
    }
}

/// Adds numbers, joins texts, moves dates.
pub(super) fn add(a: Datum, b: Datum) -> Outcome {
    match (a, b) {
        (Datum::Number(a), Datum::Number(b)) => Ok(Datum::Number(a.add(&b))),
        (a @ Datum::Text(_), b) | (a, b @ Datum::Text(_)) => concatenate(a, b).or(Err(Fault::Kind)),
        (Datum::Blank, _) | (_, Datum::Blank) => Ok(Datum::Blank),
        (a, Datum::Number(b)) => moment::moved(&a, &b),
        (Datum::Number(a), b @ (Datum::Date(_) | Datum::DateTime(_))) => moment::moved(&b, &a),
        _ => Err(Fault::Kind),
    }
}
