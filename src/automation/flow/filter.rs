//! The conditions of flows: comparisons of decisions, entry filters, filters of lookups and updates.

use smol_str::SmolStr;

use super::run::{Frame, Run};
use super::state::{Base, State, Value};
use super::value::{as_plain, plain_path, unknown};
use crate::automation::names::path_of;
use crate::automation::{Written, logic, numbered};
use crate::catalog::xml;
use crate::formula::{Expr, Node, Operator};

/// Operators that compare a date with today.
const CALENDAR: &[&str] = &[
    "IsToday",
    "IsTomorrow",
    "IsYesterday",
    "IsThisMonth",
    "IsNextMonth",
    "IsLastMonth",
    "ThisYear",
    "NextYear",
    "LastYear",
    "IsAnniversaryOfToday",
    "IsNotAnniversaryOfToday",
    "GreaterThanLastNumberOfDays",
    "LastNumberOfDays",
    "NextNumberOfDays",
    "LastNumberOfMonths",
    "NextNumberOfMonths",
    "LastNumberOfYears",
];

impl<'a> Run<'a> {
    /// The condition of a rule of a decision, or of anything else that has `conditions` and `conditionLogic`.
    pub fn rule(&mut self, frame: &Frame<'a>, state: &State, rule: &'a xml::Node) -> Expr {
        self.conditions(frame, state, rule, ("conditions", "conditionLogic"))
    }

    /// The condition that a node lists under a name, with the name of its logic.
    pub fn conditions(
        &mut self,
        frame: &Frame<'a>,
        state: &State,
        rule: &'a xml::Node,
        (list, logic): (&'a str, &str),
    ) -> Expr {
        let mut parts = Vec::new();
        for condition in rule.all(list) {
            parts.push(self.condition(frame, state, condition));
        }
        let stated = rule.text_of(logic).unwrap_or("and");
        // a formula stands for the logic, whatever the logic is called
        let by_formula = rule.child("formula").is_some();
        let stated = if by_formula || stated.eq_ignore_ascii_case("formula_evaluates_to_true") {
            "and"
        } else {
            stated
        };
        match numbered::combine(stated, &parts) {
            Some(read) => logic::plainly(read),
            None => {
                self.draft
                    .reason(format!("the condition logic `{stated}` cannot be read"));
                let name = rule.text_of("name").unwrap_or("rule");
                unknown(frame, &[name.into()])
            }
        }
    }

    fn condition(&mut self, frame: &Frame<'a>, state: &State, condition: &'a xml::Node) -> Expr {
        // a group of conditions
        if condition.child("conditions").is_some() {
            let lists = ("conditions", "conditionLogic");
            return self.conditions(frame, state, condition, lists);
        }
        let operator = condition.text_of("operator").unwrap_or("EqualTo");
        let left = condition.text_of("leftValueReference").unwrap_or_default();
        let value = self.named(frame, state, left);
        let right = self.plain(frame, state, condition.child("rightValue"));
        // what the records of a collection come to
        if let (Some(field), Value::Record(r) | Value::Records(r)) =
            (condition.text_of("aggregationField"), &value)
        {
            let each = r.clone();
            self.field(&each, &path_of(field));
        }
        // a record is null where none was found; the record before a change where there was none
        if let (Value::Record(record), "IsNull") = (&value, operator) {
            let absent = match &record.base {
                Base::Prior => logic::call("ISNEW", Vec::new()),
                Base::Start(_) if record.perhaps => logic::blank(unknown(frame, &[left.into()])),
                Base::Start(way) if way.is_empty() => logic::truth(false),
                _ => logic::blank(as_plain(value)),
            };
            return negated_by(absent, &right);
        }
        self.compared(as_plain(value), operator, right)
    }

    /// A comparison with one of the operators of flows.
    pub fn compared(&mut self, left: Expr, operator: &str, right: Expr) -> Expr {
        let pair = |function, left, right| logic::call(function, vec![left, right]);
        match operator {
            "EqualTo" | "IsOn" | "None" => equal(left, right),
            "NotEqualTo" => match equal(left, right).node {
                Node::Binary {
                    operator: Operator::Equal,
                    left,
                    right,
                } => logic::compare(Operator::Unequal, *left, *right),
                node => logic::not(Expr { node, span: 0..0 }),
            },
            "GreaterThan" | "IsAfter" => logic::compare(Operator::Greater, left, right),
            "GreaterThanOrEqualTo" => logic::compare(Operator::GreaterOrEqual, left, right),
            "LessThan" | "IsBefore" => logic::compare(Operator::Less, left, right),
            "LessThanOrEqualTo" => logic::compare(Operator::LessOrEqual, left, right),
            "StartsWith" => pair("BEGINS", left, right),
            "Contains" => pair("CONTAINS", left, right),
            "EndsWith" => {
                let length = logic::call("LEN", vec![right.clone()]);
                logic::compare(Operator::Equal, pair("RIGHT", left, length), right)
            }
            "IsNull" | "IsBlank" | "IsEmpty" => negated_by(logic::blank(left), &right),
            "HasNoValue" => logic::blank(left),
            "HasValue" => logic::not(logic::blank(left)),
            "IsChanged" => match plain_path(&left) {
                Some(_) => negated_by(logic::call("ISCHANGED", vec![left]), &right),
                None => unknown_test(&left, operator),
            },
            // what people or the run of the flow did: known to nobody before
            "WasSet" | "WasSelected" | "WasVisited" | "In" | "NotIn" | "HasError" => {
                unknown_test(&left, operator)
            }
            // the calendar, which a record does not hold
            other if CALENDAR.contains(&other) => unknown_test(&left, other),
            other => {
                self.draft
                    .reason(format!("the operator `{other}` is not read"));
                unknown_test(&left, other)
            }
        }
    }

    /// The filters on the record that starts a flow.
    pub fn entry(
        &mut self,
        frame: &Frame<'a>,
        state: &State,
        start: &'a xml::Node,
    ) -> Option<Expr> {
        if let Some(formula) = start.text_of("filterFormula") {
            return self.formula(frame, state, formula);
        }
        let filtered = self.holding(frame, state, start, "$Record");
        let stated = start.child("conditions").map(|_| {
            let lists = ("conditions", "conditionLogic");
            self.conditions(frame, state, start, lists)
        });
        match (filtered, stated) {
            (Some(filtered), Some(stated)) => Some(logic::all(vec![filtered, stated])),
            (one, other) => one.or(other),
        }
    }

    /// The condition that the filters of a node state over a record that the flow has, by its name; none where it has none.
    pub fn holding(
        &mut self,
        frame: &Frame<'a>,
        state: &State,
        node: &'a xml::Node,
        record: &str,
    ) -> Option<Expr> {
        let mut parts = Vec::new();
        for filter in node.all("filters") {
            let field = filter.text_of("field").unwrap_or_default();
            let left = match self.named(frame, state, record) {
                Value::Record(r) | Value::Records(r) => {
                    Value::Plain(self.field(&r, &path_of(field)))
                }
                _ => self.named(frame, state, &format!("{record}.{field}")),
            };
            let right = self.plain(frame, state, filter.child("value"));
            let operator = filter.text_of("operator").unwrap_or("EqualTo");
            parts.push(self.compared(as_plain(left), operator, right));
        }
        if parts.is_empty() {
            return None;
        }
        let stated = node.text_of("filterLogic").unwrap_or("and");
        let read = numbered::combine(stated, &parts);
        if read.is_none() {
            self.draft
                .reason(format!("the filter logic `{stated}` cannot be read"));
        }
        read
    }

    /// Reads the filters of a lookup, an update or a delete, and tells which records they leave.
    pub fn filtered(
        &mut self,
        frame: &Frame<'a>,
        state: &State,
        object: &str,
        node: &'a xml::Node,
    ) -> Written {
        let mut which = Written::Found;
        for filter in node.all("filters") {
            let Some(field) = filter.text_of("field") else {
                continue;
            };
            self.draft.read_named(object, field);
            let value = self.plain(frame, state, filter.child("value"));
            if filter.text_of("operator") == Some("EqualTo")
                && let Some(found) = self.by_filter(object, field, &value)
                && which == Written::Found
            {
                which = found;
            }
        }
        let stated = node.text_of("filterLogic").unwrap_or("and");
        if stated.eq_ignore_ascii_case("and") {
            which
        } else {
            Written::Found
        }
    }

    /// Which records have this value in this field.
    pub fn by_filter(&self, object: &str, field: &str, value: &Expr) -> Option<Written> {
        let start = self.object.as_deref()?;
        let path = plain_path(value)?;
        if field.eq_ignore_ascii_case("Id") {
            return match path {
                [id] if id.eq_ignore_ascii_case("Id") => object
                    .eq_ignore_ascii_case(start)
                    .then_some(Written::Itself),
                [reference] => Some(Written::Referenced(reference.clone())),
                [way, id] if id.eq_ignore_ascii_case("Id") => {
                    let way = [way.clone(), SmolStr::new_static("Id")];
                    let passed = self.draft.names.way(start, &way).fields.into_iter().next();
                    passed.map(|f| Written::Referenced(f.field))
                }
                _ => None,
            };
        }
        match path {
            [id] if id.eq_ignore_ascii_case("Id") => Some(Written::Referring(
                self.draft.names.field(object, field).field,
            )),
            _ => None,
        }
    }
}

/// Equality, which for a condition is the condition or its opposite, and for two texts is known.
fn equal(left: Expr, right: Expr) -> Expr {
    if let (Node::Text(a), Node::Text(b)) = (&left.node, &right.node)
        && (a == b || !a.eq_ignore_ascii_case(b))
    {
        return logic::truth(a == b);
    }
    match right.node {
        Node::Bool(true) if is_condition(&left) => left,
        Node::Bool(false) if is_condition(&left) => logic::not(left),
        Node::Null => logic::call("ISBLANK", vec![left]),
        _ => logic::compare(Operator::Equal, left, right),
    }
}

fn is_condition(e: &Expr) -> bool {
    match &e.node {
        Node::Bool(_) => true,
        Node::Call { function, .. } => is_test(function),
        Node::Binary { operator, .. } => operator.is_comparison(),
        _ => false,
    }
}

/// Whether a function answers with a truth value.
fn is_test(function: &str) -> bool {
    matches!(
        function,
        "AND"
            | "OR"
            | "NOT"
            | "ISBLANK"
            | "ISNULL"
            | "ISCHANGED"
            | "ISNEW"
            | "ISPICKVAL"
            | "BEGINS"
            | "CONTAINS"
            | "INCLUDES"
            | "ISNUMBER"
            | "REGEX"
    )
}

/// A test, or its opposite where the right side says `false`.
fn negated_by(test: Expr, wanted: &Expr) -> Expr {
    match &wanted.node {
        Node::Bool(false) => logic::not(test),
        Node::Bool(true) | Node::Null => test,
        _ => logic::compare(Operator::Equal, test, wanted.clone()),
    }
}

/// A test whose outcome only the run of the flow knows.
fn unknown_test(left: &Expr, operator: &str) -> Expr {
    let mut path: Vec<String> = match left.as_reference() {
        Some(reference) => reference.path.iter().map(ToString::to_string).collect(),
        None => vec!["value".to_owned()],
    };
    path.push(format!("${operator}"));
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    logic::found(&parts)
}
