//! Criteria as workflow rules, assignment rules and approvals write them: items with a filter logic, or a formula.

use smol_str::SmolStr;

use super::draft::Draft;
use super::logic;
use crate::catalog::FieldType;
use crate::catalog::xml::Node;
use crate::formula::{Expr, Operator};

/// The condition that a node states with `formula`, or with `criteriaItems` and `booleanFilter`, over a record of an
/// object; its reads are noted. None where it states none, or where it cannot be read, which is then a reason.
pub(super) fn condition(draft: &mut Draft<'_>, object: &str, node: &Node) -> Option<Expr> {
    if let Some(text) = node.text_of("formula") {
        return draft.formula(object, text);
    }
    items(draft, object, node, "criteriaItems")
}

/// The condition of the items of a name.
pub(super) fn items(draft: &mut Draft<'_>, object: &str, node: &Node, list: &str) -> Option<Expr> {
    let items: Vec<Expr> = node
        .all(list)
        .map(|item| one(draft, object, item))
        .collect();
    if items.is_empty() {
        return None;
    }
    let stated = node.text_of("booleanFilter").unwrap_or("and");
    let read = logic::by_logic(stated, &items);
    match &read {
        Some(condition) => draft.read_formula(object, condition),
        None => draft.reason(format!("the filter logic `{stated}` cannot be read")),
    }
    read
}

fn one(draft: &mut Draft<'_>, object: &str, item: &Node) -> Expr {
    let named = item.text_of("field").unwrap_or_default();
    let path = path(draft, object, named);
    let field = logic::field(&path);
    let operation = item.text_of("operation").unwrap_or("equals");
    if let Some(other) = item.text_of("valueField") {
        let other = logic::field(&self::path(draft, object, other));
        return compared(draft, operation, field, other);
    }
    let ty = match path.as_slice() {
        [only] => draft.names.known(object, only).map(|f| f.ty.clone()),
        _ => None,
    };
    let value = item.text_of("value").unwrap_or_default();
    if value.is_empty() {
        let blank = logic::call("ISBLANK", vec![field]);
        return if operation == "equals" {
            blank
        } else {
            logic::not(blank)
        };
    }
    let many = matches!(
        operation,
        "equals" | "notEqual" | "contains" | "notContain" | "startsWith" | "includes" | "excludes"
    );
    let values: Vec<&str> = if many { split(value) } else { vec![value] };
    let parts: Vec<Expr> = values
        .into_iter()
        .map(|v| compared(draft, operation, field.clone(), literal(ty.as_ref(), v)))
        .collect();
    match operation {
        "notEqual" | "notContain" | "excludes" => logic::all(parts),
        _ => logic::any(parts),
    }
}

/// The path of a criterion's field from the object: `Account.Industry` of an opportunity goes through its reference,
/// `User.ProfileId` speaks of who runs it.
fn path(draft: &Draft<'_>, object: &str, named: &str) -> Vec<SmolStr> {
    let mut parts: Vec<SmolStr> = named.split('.').map(SmolStr::from).collect();
    if parts.len() < 2 {
        return parts;
    }
    let first = parts.remove(0);
    if first.eq_ignore_ascii_case(object) {
        return parts;
    }
    let of_object = draft
        .names
        .fields(object)
        .iter()
        .any(|f| f.relationship.as_deref() == Some(first.as_str()));
    let head = if first == "User" && !of_object {
        SmolStr::new_static("$User")
    } else {
        match first.strip_suffix("__c") {
            Some(stem) => format!("{stem}__r").into(),
            None => first,
        }
    };
    parts.insert(0, head);
    parts
}

fn compared(draft: &mut Draft<'_>, operation: &str, field: Expr, value: Expr) -> Expr {
    let pair = |function, a, b| logic::call(function, vec![a, b]);
    let sign = |operator, a, b| logic::compare(operator, a, b);
    match operation {
        "equals" => sign(Operator::Equal, field, value),
        "notEqual" => sign(Operator::Unequal, field, value),
        "lessThan" => sign(Operator::Less, field, value),
        "greaterThan" => sign(Operator::Greater, field, value),
        "lessOrEqual" => sign(Operator::LessOrEqual, field, value),
        "greaterOrEqual" => sign(Operator::GreaterOrEqual, field, value),
        "contains" => pair("CONTAINS", field, value),
        "notContain" => logic::not(pair("CONTAINS", field, value)),
        "startsWith" => pair("BEGINS", field, value),
        "includes" => pair("INCLUDES", field, value),
        "excludes" => logic::not(pair("INCLUDES", field, value)),
        other => {
            draft.reason(format!("the operation `{other}` is not read"));
            logic::all(vec![logic::found(&["criteria", other]), field])
        }
    }
}

fn literal(ty: Option<&FieldType>, value: &str) -> Expr {
    match ty {
        Some(FieldType::Boolean) => logic::truth(matches!(value, "True" | "true" | "1")),
        Some(FieldType::Number | FieldType::Integer | FieldType::Currency | FieldType::Percent) => {
            logic::number(value)
        }
        _ => logic::text(value),
    }
}

/// Values between commas; quotes keep a comma within one.
fn split(value: &str) -> Vec<&str> {
    let (mut out, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in value.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                out.extend(value.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    out.extend(value.get(start..));
    out.into_iter()
        .map(|v| v.trim().trim_matches('"'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn values_between_commas_are_told_apart() {
        assert_eq!(split("a, b,c"), ["a", "b", "c"]);
        assert_eq!(split("\"Smith, Jones\",x"), ["Smith, Jones", "x"]);
    }
}
