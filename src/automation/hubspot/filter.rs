//! Filters of workflows as conditions over the enrolled record.

use serde_json::Value;
use smol_str::SmolStr;

use super::operation::{beside, bounds, on_day, values};
use super::{Body, Flow, object, objects, text};
use crate::automation::logic;
use crate::formula::{Expr, Operator};
use crate::value::Kind;

/// Filters within filters deeper than any editor makes them.
const DEEPEST: usize = 20;

impl Flow<'_> {
    /// A branch of filters of version 4. `of` is the associated object that the filters are about.
    pub fn branch(&mut self, branch: &Body, of: Option<&str>, depth: usize) -> Expr {
        if depth > DEEPEST {
            self.draft
                .reason("its filters are nested too deep to be read");
            return logic::found(&["$Filter"]);
        }
        let kind = text(branch, "filterBranchType").unwrap_or("AND");
        if kind == "UNIFIED_EVENTS" {
            return self.event(branch);
        }
        let associated = match kind {
            "ASSOCIATION" | "PROPERTY_ASSOCIATION" => {
                text(branch, "objectTypeId").map(|id| self.object_named(id))
            }
            _ => None,
        };
        let of = associated.as_deref().or(of);
        if objects(branch, "filters").any(|f| text(f, "property") == Some("hs_name")) {
            return self.changed(branch);
        }
        let mut parts: Vec<Expr> = Vec::new();
        for filter in objects(branch, "filters") {
            parts.push(self.filter(filter, of));
        }
        for inner in objects(branch, "filterBranches") {
            parts.push(self.branch(inner, of, depth + 1));
        }
        match kind {
            "OR" => logic::any(parts),
            "NOT_ANY" => logic::not(logic::any(parts)),
            "NOT_ALL" => logic::not(logic::all(parts)),
            "ASSOCIATION" | "PROPERTY_ASSOCIATION" => {
                // some record at the other end; which one, only the run knows
                let some = logic::found(&["$Associated", of.unwrap_or("record")]);
                logic::all(vec![some, logic::all(parts)])
            }
            "AND" | "RESTRICTED" => logic::all(parts),
            other => {
                self.draft
                    .reason(format!("filters of the kind `{other}` are not read"));
                logic::found(&["$Filter", other])
            }
        }
    }

    /// One filter.
    pub fn filter(&mut self, filter: &Body, of: Option<&str>) -> Expr {
        let kind = text(filter, "filterType").unwrap_or("PROPERTY");
        match (kind, text(filter, "property"), object(filter, "operation")) {
            ("PROPERTY", Some(property), Some(operation)) => {
                let property = SmolStr::new(property);
                let field = match of {
                    Some(of) => {
                        self.read_of(of, &property);
                        logic::found(&["$Associated", of, &property])
                    }
                    None => {
                        self.read(&property);
                        logic::field(std::slice::from_ref(&property))
                    }
                };
                self.operation(of, &property, field, operation)
            }
            ("PROPERTY", ..) => {
                self.draft
                    .reason("a filter lacks its property or its operation");
                logic::found(&["$Filter"])
            }
            // lists, forms, events: known to the portal alone
            (kind, property, _) => {
                if let Some(property) = property {
                    self.read(property);
                }
                let which = ["listId", "formId", "pageUrl", "emailId", "eventId"]
                    .iter()
                    .find_map(|key| super::id(filter, key))
                    .unwrap_or_default();
                logic::found(&[&format!("${kind}"), &which])
            }
        }
    }

    pub fn operation(
        &mut self,
        of: Option<&str>,
        property: &str,
        field: Expr,
        operation: &Body,
    ) -> Expr {
        let operator = text(operation, "operator").unwrap_or_default();
        let values = values(operation);
        let blank = || logic::call("ISBLANK", vec![field.clone()]);
        let with_blank = operation.get("includeObjectsWithNoValueSet") == Some(&Value::Bool(true));
        let on_day = on_day(&field, operator, operation);
        let found = match (on_day, self.kind(of, property)) {
            (Some(found), Some(Kind::Date)) => found,
            (_, Some(Kind::Set)) => self.of_set(property, &field, operator, &values),
            _ => self.compared(property, &field, operator, &values),
        };
        if let Some(between) = bounds(&field, operator, operation) {
            return between;
        }
        let negative = operator.contains("NOT") || operator.contains("NONE");
        match (with_blank, negative) {
            (true, _) if !operator.ends_with("KNOWN") => logic::any(vec![found, blank()]),
            (false, true) if !operator.ends_with("KNOWN") && !values.is_empty() => {
                logic::all(vec![found, logic::not(blank())])
            }
            _ => found,
        }
    }

    /// The kind of a property of the enrolled record, or of one of another object.
    fn kind(&self, of: Option<&str>, property: &str) -> Option<Kind> {
        let object = of.unwrap_or(&self.object);
        let known = self.draft.names.known(object, property);
        known.map(|f| f.ty.kind())
    }

    /// A comparison of a property that has several values at once: whether it has one of some, all of them, or these and no
    /// others.
    fn of_set(&mut self, property: &str, field: &Expr, operator: &str, values: &[SmolStr]) -> Expr {
        let has = |v: &SmolStr| logic::call("INCLUDES", vec![field.clone(), logic::text(v)]);
        let each: Vec<Expr> = values.iter().map(has).collect();
        let all = logic::text(&values.join(";"));
        match operator {
            _ if values.is_empty() => self.compared(property, field, operator, values),
            "IS_ANY_OF" | "CONTAINS" | "SET_ANY" => logic::any(each),
            "IS_NONE_OF" | "DOES_NOT_CONTAIN" | "NOT_CONTAINS" | "SET_NOT_ANY" => {
                logic::not(logic::any(each))
            }
            "IS_ALL_OF" | "CONTAINS_ALL" | "SET_ALL" => logic::all(each),
            "IS_NOT_ALL_OF" | "DOES_NOT_CONTAIN_ALL" | "SET_NOT_ALL" => {
                logic::not(logic::all(each))
            }
            "IS_EQUAL_TO" | "IS" | "HAS_EXACTLY" | "IS_EXACTLY" | "CONTAINS_EXACTLY" | "EQ"
            | "SET_EQ" => logic::compare(Operator::Equal, field.clone(), all),
            "IS_NOT_EQUAL_TO"
            | "IS_NOT"
            | "IS_NOT_EXACTLY"
            | "DOES_NOT_CONTAIN_EXACTLY"
            | "NEQ"
            | "SET_NEQ" => logic::compare(Operator::Unequal, field.clone(), all),
            other => self.compared(property, field, other, values),
        }
    }

    /// A comparison by an operator of either version.
    pub fn compared(
        &mut self,
        property: &str,
        field: &Expr,
        operator: &str,
        values: &[SmolStr],
    ) -> Expr {
        let known = || logic::not(logic::call("ISBLANK", vec![field.clone()]));
        let each = |one: &dyn Fn(Expr, Expr) -> Expr| -> Vec<Expr> {
            values
                .iter()
                .map(|v| one(field.clone(), logic::text(v)))
                .collect()
        };
        let call = |name: &'static str| move |a: Expr, b: Expr| logic::call(name, vec![a, b]);
        let sign = |operator: Operator| move |a: Expr, b: Expr| logic::compare(operator, a, b);
        let number = |operator: Operator| {
            let value = values
                .first()
                .map_or_else(logic::null, |v| logic::number(v));
            logic::compare(operator, field.clone(), value)
        };
        let unread = || logic::found(&[property, &format!("${operator}")]);
        match operator {
            "IS_KNOWN" | "HAS_PROPERTY" | "IS_NOT_EMPTY" => known(),
            "IS_UNKNOWN" | "IS_NOT_KNOWN" | "NOT_HAS_PROPERTY" | "IS_EMPTY" => logic::not(known()),
            // what it is compared with stands in a form that is not read
            _ if values.is_empty() => unread(),
            "IS_EQUAL_TO" | "IS" | "IS_ANY_OF" | "HAS_EXACTLY" | "IS_EXACTLY" | "EQ"
            | "SET_ANY" | "SET_EQ" => logic::any(each(&sign(Operator::Equal))),
            "IS_NOT_EQUAL_TO" | "IS_NOT" | "IS_NONE_OF" | "IS_NOT_EXACTLY" | "NEQ"
            | "SET_NOT_ANY" | "SET_NEQ" => logic::all(each(&sign(Operator::Unequal))),
            "CONTAINS" | "CONTAINS_EXACTLY" => logic::any(each(&call("CONTAINS"))),
            "DOES_NOT_CONTAIN" | "DOES_NOT_CONTAIN_EXACTLY" | "NOT_CONTAINS" => {
                logic::not(logic::any(each(&call("CONTAINS"))))
            }
            "STARTS_WITH" => logic::any(each(&call("BEGINS"))),
            "ENDS_WITH" => logic::any(each(&call("ENDS"))),
            "IS_GREATER_THAN" | "GT" => number(Operator::Greater),
            "IS_GREATER_THAN_OR_EQUAL_TO" | "GTE" => number(Operator::GreaterOrEqual),
            "IS_LESS_THAN" | "LT" => number(Operator::Less),
            "IS_LESS_THAN_OR_EQUAL_TO" | "LTE" => number(Operator::LessOrEqual),
            // the past and the calendar, which a record does not hold
            _ => unread(),
        }
    }

    /// The filters of version 3: one of the groups, all of a group.
    pub fn groups(&mut self, groups: Option<&Value>) -> Option<Expr> {
        let groups = groups?.as_array().filter(|g| !g.is_empty())?;
        let mut any = Vec::new();
        for group in groups {
            let mut all = Vec::new();
            // some bodies leave the inner list out
            let filters = group
                .as_array()
                .map_or(std::slice::from_ref(group), Vec::as_slice);
            for filter in filters.iter().filter_map(Value::as_object) {
                all.push(self.old_filter(filter));
            }
            any.push(logic::all(all));
        }
        Some(logic::any(any))
    }

    fn old_filter(&mut self, filter: &Body) -> Expr {
        let Some(property) = text(filter, "property") else {
            let which = text(filter, "filterFamily").unwrap_or("filter");
            return logic::found(&["$Filter", which]);
        };
        self.read(property);
        let property = SmolStr::new(property);
        let field = logic::field(std::slice::from_ref(&property));
        let operator = text(filter, "operator").unwrap_or("EQ");
        if let Some(other) = text(filter, "compareProperty") {
            self.read(other);
            return beside(&field, operator, &logic::field(&[other.into()]))
                .unwrap_or_else(|| logic::found(&[&property, &format!("${operator}")]));
        }
        let value = ["value", "strValue"]
            .iter()
            .find_map(|key| super::id(filter, key));
        let several = operator.starts_with("SET_") || operator.ends_with("CONTAINS");
        let values: Vec<SmolStr> = match (several, value) {
            (true, Some(value)) => value.split(';').map(SmolStr::from).collect(),
            (false, Some(value)) => vec![value],
            (_, None) => Vec::new(),
        };
        match self.kind(None, &property) {
            Some(Kind::Set) => self.of_set(&property, &field, operator, &values),
            _ => self.compared(&property, &field, operator, &values),
        }
    }
}
