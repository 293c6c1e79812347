//! Criteria as workflow rules, assignment rules and approvals write them: items with a filter logic, or a formula.

use smol_str::SmolStr;

use super::draft::Draft;
use super::names::{USUAL, path_of};
use super::{logic, numbered};
use crate::catalog::FieldType;
use crate::catalog::xml;
use crate::formula::{Expr, Node, Operator};

/// The condition that a node states with `formula`, or with `criteriaItems` and `booleanFilter`, over a record of an
/// object; its reads are noted. None where it states none, or where it cannot be read, which is then a reason.
pub(super) fn condition(draft: &mut Draft<'_>, object: &str, node: &xml::Node) -> Option<Expr> {
    if let Some(text) = node.text_of("formula") {
        return draft.formula(object, text);
    }
    items(draft, object, node, "criteriaItems")
}

/// The condition of the items of a name.
pub(super) fn items(
    draft: &mut Draft<'_>,
    object: &str,
    node: &xml::Node,
    list: &str,
) -> Option<Expr> {
    let items: Vec<Expr> = node
        .all(list)
        .map(|item| one(draft, object, item))
        .collect();
    if items.is_empty() {
        return None;
    }
    let stated = node.text_of("booleanFilter").unwrap_or("and");
    let read = numbered::combine(stated, &items);
    if read.is_none() {
        draft.reason(format!("the filter logic `{stated}` cannot be read"));
    }
    read
}

fn one(draft: &mut Draft<'_>, object: &str, item: &xml::Node) -> Expr {
    let named = item.text_of("field").unwrap_or_default();
    let path = path(draft, object, named);
    draft.read_formula(object, &logic::field(&path));
    let operation = item.text_of("operation").unwrap_or("equals");
    if let Some(other) = item.text_of("valueField") {
        let other = logic::field(&self::path(draft, object, other));
        draft.read_formula(object, &other);
        return compared(draft, operation, logic::field(&path), other);
    }
    let value = item.text_of("value").unwrap_or_default();
    let named = by_name(draft, object, &path, value);
    let field = logic::field(&named);
    let ty = match path.as_slice() {
        [only] => draft.names.known(object, only).map(|f| f.ty.clone()),
        _ => None,
    };
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
        .map(|v| {
            let value = match &ty {
                None if is_order(operation) => ordered(v),
                ty => literal(ty.as_ref(), v),
            };
            compared(draft, operation, field.clone(), value)
        })
        .collect();
    match operation {
        "notEqual" | "notContain" | "excludes" => logic::all(parts),
        _ => logic::any(parts),
    }
}

/// The path of a criterion's field from the object: `Account.Industry` of an opportunity goes through its reference,
/// `User.ProfileId` speaks of who runs it.
fn path(draft: &mut Draft<'_>, object: &str, named: &str) -> Vec<SmolStr> {
    let mut parts = path_of(named);
    if parts.len() < 2 {
        return parts;
    }
    let first = parts.remove(0);
    let own = first.eq_ignore_ascii_case(object);
    if let Some(last) = parts.last_mut() {
        *last = draft.names.by_id(if own { object } else { &first }, last);
    }
    if own {
        return parts;
    }
    let head = match draft.names.toward(object, &first) {
        Some(relationship) => relationship,
        None if first == "User" => SmolStr::new_static("$User"),
        None => likely(draft, object, first),
    };
    parts.insert(0, head);
    parts
}

/// The reference to another object that the catalog tells of none: what standard objects refer to is called as it is,
/// what admins add has a name of its own.
fn likely(draft: &mut Draft<'_>, object: &str, other: SmolStr) -> SmolStr {
    let stem = other.strip_suffix("__c");
    if stem.is_none() && !object.ends_with("__c") {
        return other;
    }
    draft.reason(format!(
        "which reference of `{object}` leads to `{other}` is not known: its fields are in no metadata here"
    ));
    format!("{}__r", stem.unwrap_or(&other)).into()
}

/// Criteria state the records behind references by their names, where records hold ids.
fn by_name(draft: &Draft<'_>, object: &str, path: &[SmolStr], value: &str) -> Vec<SmolStr> {
    let plain = |parts: &[&'static str]| parts.iter().copied().map(SmolStr::new_static).collect();
    match path {
        [user, id] if user == "$User" && id == "ProfileId" => plain(&["$Profile", "Name"]),
        [user, id] if user == "$User" && id == "UserRoleId" => plain(&["$UserRole", "Name"]),
        [way @ .., field] if !value.is_empty() && !is_id(value) => {
            let refers = USUAL.contains(&field.as_str()) || {
                let known = way.is_empty().then(|| draft.names.known(object, field));
                known
                    .flatten()
                    .is_some_and(|f| f.ty == FieldType::Reference)
            };
            match draft.names.relationship(object, field).filter(|_| refers) {
                Some(step) => way.iter().cloned().chain([step, "Name".into()]).collect(),
                None => path.to_vec(),
            }
        }
        _ => path.to_vec(),
    }
}

/// Whether a value has the form of an id.
fn is_id(value: &str) -> bool {
    matches!(value.len(), 15 | 18)
        && value.starts_with(|c: char| c.is_ascii_digit())
        && value.chars().all(|c| c.is_ascii_alphanumeric())
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
        "includes" => including(field, &value),
        "excludes" => logic::not(including(field, &value)),
        other => {
            draft.reason(format!("the operation `{other}` is not read"));
            logic::all(vec![logic::found(&["criteria", other]), field])
        }
    }
}

/// Whether several values have all members that a text names: `A;B` is both.
fn including(field: Expr, value: &Expr) -> Expr {
    let Node::Text(text) = &value.node else {
        return logic::call("INCLUDES", vec![field, value.clone()]);
    };
    let each = text.split(';').map(str::trim).filter(|m| !m.is_empty());
    let has = |member| logic::call("INCLUDES", vec![field.clone(), logic::text(member)]);
    logic::all(each.map(has).collect())
}

fn literal(ty: Option<&FieldType>, value: &str) -> Expr {
    match ty {
        Some(FieldType::Boolean) => logic::truth(matches!(value, "True" | "true" | "1")),
        // no catalog knows the field: so only checkboxes are compared
        None if matches!(value, "True" | "False") => logic::truth(value == "True"),
        // … and days with these words
        None if is_day_in_words(value) => day(value),
        Some(FieldType::Number | FieldType::Integer | FieldType::Currency | FieldType::Percent) => {
            amount(value)
        }
        Some(FieldType::Date) => day(value),
        Some(FieldType::DateTime) => logic::call("DATETIMEVALUE", vec![day(value)]),
        _ => logic::text(value),
    }
}

/// Whether an operation compares by order, which texts seldom have.
fn is_order(operation: &str) -> bool {
    operation.starts_with("less") || operation.starts_with("greater")
}

/// What a field that no catalog knows is compared with by order: a number or a day, if it has the form of one.
fn ordered(value: &str) -> Expr {
    let read = amount(value);
    if !matches!(read.node, Node::Text(_)) {
        return read;
    }
    if is_day_in_words(value) {
        return day(value);
    }
    let read = day(value);
    match read.as_reference() {
        Some(_) => logic::text(value),
        None => read,
    }
}

/// Whether a value is a day, or several, in the words that criteria have for them: `TODAY`, `LAST 3 DAYS`, `2 WEEKS AGO`.
fn is_day_in_words(value: &str) -> bool {
    const SPANS: &[&str] = &["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
    let upper = value.trim().to_ascii_uppercase();
    let unit = |word: &&str| {
        let word = word.strip_suffix('S').unwrap_or(word);
        SPANS.contains(&word)
    };
    let number = |word: &&str| word.parse::<u32>().is_ok();
    let words: Vec<&str> = upper.split([' ', '_']).collect();
    let words: Vec<&str> = words.into_iter().filter(|w| *w != "FISCAL").collect();
    match words.as_slice() {
        ["TODAY" | "YESTERDAY" | "TOMORROW"] => true,
        ["LAST" | "THIS" | "NEXT", span] => unit(span),
        ["LAST" | "NEXT", many, span] | [many, span, "AGO"] => number(many) && unit(span),
        _ => false,
    }
}

/// A number as people write it: `"USD 10,000"`, `50%`.
fn amount(value: &str) -> Expr {
    let plain = value.trim_matches('"').trim();
    let digits = match plain.split_once(' ') {
        Some((code, digits)) if code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase()) => {
            digits
        }
        _ => plain,
    };
    logic::number(&digits.trim_end_matches('%').replace(',', ""))
}

/// A day: a date, or one that is counted from today. What spans several days is known to the run alone.
fn day(value: &str) -> Expr {
    let plain = value.trim_matches('"').trim();
    let today = || logic::call("TODAY", Vec::new());
    let one = || logic::number("1");
    let parts: Vec<&str> = plain
        .strip_suffix(" 12:00 AM")
        .unwrap_or(plain)
        .split(['/', '-'])
        .collect();
    let numeric = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    match (plain.to_ascii_uppercase().as_str(), parts.as_slice()) {
        ("TODAY", _) => today(),
        ("YESTERDAY", _) => logic::compare(Operator::Subtract, today(), one()),
        ("TOMORROW", _) => logic::compare(Operator::Add, today(), one()),
        (_, [a, b, c]) if [a, b, c].into_iter().all(numeric) => {
            let [year, month, day] = if a.len() == 4 { [a, b, c] } else { [c, a, b] };
            logic::call(
                "DATE",
                [year, month, day].map(|n| logic::number(n)).to_vec(),
            )
        }
        _ => logic::found(&["criteria", plain]),
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
    use super::{amount, day, literal, ordered, split};

    #[test]
    fn values_between_commas_are_told_apart() {
        assert_eq!(split("a, b,c"), ["a", "b", "c"]);
        assert_eq!(split("\"Smith, Jones\",x"), ["Smith, Jones", "x"]);
    }

    #[test]
    fn words_for_days_are_no_texts() {
        for (written, read) in [
            ("TODAY", "TODAY()"),
            ("last 3 days", "{!criteria.last 3 days}"),
            ("THIS FISCAL QUARTER", "{!criteria.THIS FISCAL QUARTER}"),
            ("2 weeks ago", "{!criteria.2 weeks ago}"),
            ("THIS ONE", "\"THIS ONE\""),
        ] {
            assert_eq!(literal(None, written).to_string(), read);
        }
    }

    #[test]
    fn numbers_and_days_are_read_as_people_write_them() {
        for (written, read) in [("\"USD 10,000\"", "10000"), ("-5", "-5"), ("12.5%", "12.5")] {
            assert_eq!(amount(written).to_string(), read);
        }
        for (written, read) in [
            ("TODAY", "TODAY()"),
            ("yesterday", "TODAY() - 1"),
            ("1/31/2024", "DATE(2024, 1, 31)"),
            ("2024-01-31", "DATE(2024, 01, 31)"),
            ("1/31/2024 12:00 AM", "DATE(2024, 1, 31)"),
            ("LAST 30 DAYS", "{!criteria.LAST 30 DAYS}"),
        ] {
            assert_eq!(day(written).to_string(), read);
        }
        for (written, read) in [
            ("5", "5"),
            ("\"EUR 2,500\"", "2500"),
            ("1/31/2024", "DATE(2024, 1, 31)"),
            ("Gold", "\"Gold\""),
            ("NEXT 30 DAYS", "{!criteria.NEXT 30 DAYS}"),
            ("LAST IN LINE", "\"LAST IN LINE\""),
        ] {
            assert_eq!(ordered(written).to_string(), read);
        }
    }
}
