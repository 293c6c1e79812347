//! What references, literals and texts of a flow mean at a point of it.

use smol_str::SmolStr;

use super::document::Resource;
use super::run::{Frame, Run};
use super::state::{Base, Record, State, Value};
use super::typed::object_of;
use crate::automation::{Written, logic, percent};
use crate::catalog::xml::Node;
use crate::formula::{Expr, Node as Part, Operator, Reference};

/// What a value says about itself beside what it is.
const ABOUT_VALUES: &[&str] = &[
    "formulaDataType",
    "complexValueType",
    "inputConfiguratorMode",
    "isReverseValueMapping",
    "setupReferenceType",
    "valueMapName",
];

/// Formulas that use each other deeper than this are given up.
const DEEPEST: usize = 16;

impl<'a> Run<'a> {
    /// A value as flows write it: a literal or a reference.
    pub fn literal(&mut self, frame: &Frame<'a>, state: &State, value: Option<&Node>) -> Value {
        let Some(value) = value else {
            return Value::Plain(logic::null());
        };
        for one in value.all("collectionElements") {
            self.literal(frame, state, Some(one));
        }
        let states =
            |c: &&Node| !ABOUT_VALUES.contains(&c.name.as_str()) && !c.text.trim().is_empty();
        let Some(inner) = value.children.iter().find(states) else {
            return Value::Plain(match value.child("collectionElements") {
                Some(_) => unknown(frame, &["$List".into()]),
                None => logic::null(),
            });
        };
        let text = inner.text.trim();
        Value::Plain(match inner.name.as_str() {
            "elementReference" | "transformValueReference" => {
                return self.named(frame, state, text);
            }
            // blanks around a text are part of it
            "stringValue" => self.template(frame, state, &inner.text, 0),
            "booleanValue" => logic::truth(text.eq_ignore_ascii_case("true")),
            "numberValue" => logic::number(text),
            "dateValue" => logic::call("DATEVALUE", vec![logic::text(text)]),
            "dateTimeValue" => logic::call("DATETIMEVALUE", vec![logic::text(text)]),
            "timeValue" => logic::call("TIMEVALUE", vec![logic::text(text)]),
            "formulaExpression" => match crate::formula::parse(text) {
                Ok(formula) => self.inlined(frame, state, &formula.root, 0),
                Err(error) => {
                    self.draft
                        .reason(format!("a formula cannot be read: {}", error.message));
                    logic::found(&["formula"])
                }
            },
            "sobjectValue" | "apexValue" | "setupReference" => logic::text(text),
            other => {
                self.draft
                    .reason(format!("a value of the kind `{other}` is not read"));
                logic::found(&[other])
            }
        })
    }

    /// The same where only a plain value makes sense.
    pub fn plain(&mut self, frame: &Frame<'a>, state: &State, value: Option<&Node>) -> Expr {
        let value = self.literal(frame, state, value);
        as_plain(value)
    }

    /// What a reference such as `$Record.Account.Name` or `Get_Rule` means.
    pub fn named(&mut self, frame: &Frame<'a>, state: &State, written: &str) -> Value {
        let path: Vec<SmolStr> = written
            .trim()
            .trim_start_matches("{!")
            .trim_end_matches('}')
            .split('.')
            .map(|p| SmolStr::new(p.trim()))
            .collect();
        self.path(frame, state, &path, 0)
    }

    pub fn path(
        &mut self,
        frame: &Frame<'a>,
        state: &State,
        path: &[SmolStr],
        depth: usize,
    ) -> Value {
        // a record behind a reference, once something was assigned to it, is a variable of its own: `$Record.Account`
        for length in (1..=path.len()).rev() {
            let (head, rest) = path.split_at(length);
            if let Some(value) = state.variables.get(head.join(".").as_str()) {
                let value = value.clone();
                return self.part(&value, rest, path);
            }
        }
        let Some(first) = path.first() else {
            return Value::Plain(logic::null());
        };
        if let Some(global) = self.global(path) {
            return Value::Plain(global);
        }
        let flow = frame.flow;
        let plain = match flow.resources.get(first.as_str()) {
            Some(Resource::Formula(Ok(formula))) if depth < DEEPEST => {
                let inlined = self.inlined(frame, state, formula, depth + 1);
                if logic::is_large(&inlined) {
                    unknown(frame, path)
                } else {
                    inlined
                }
            }
            Some(Resource::Formula(Err(error))) => {
                self.draft.reason(format!(
                    "the formula `{first}` cannot be read: {}",
                    error.message
                ));
                unknown(frame, path)
            }
            Some(Resource::Constant(node)) if depth < DEEPEST => {
                self.plain(frame, state, node.child("value"))
            }
            Some(Resource::Template(text)) if depth < DEEPEST => {
                self.template(frame, state, text, depth + 1)
            }
            Some(Resource::Outcome(decision, at)) => self
                .outcome(frame, decision, *at)
                .filter(|taken| !logic::is_large(taken))
                .unwrap_or_else(|| unknown(frame, path)),
            _ => unknown(frame, path),
        };
        Value::Plain(plain)
    }

    /// A part of a value: a field of a record, an output of a called flow.
    fn part(&mut self, value: &Value, rest: &[SmolStr], path: &[SmolStr]) -> Value {
        match (value, rest) {
            (_, []) => value.clone(),
            (Value::Record(record) | Value::Records(record), _) => self
                .related(record, rest)
                .unwrap_or_else(|| Value::Plain(self.field(record, rest))),
            (Value::Outputs(outputs), [output, rest @ ..]) => match outputs.get(output) {
                Some(value) => {
                    let value = value.clone();
                    self.part(&value, rest, path)
                }
                None => Value::Plain(unknown_at(path)),
            },
            (Value::Given(types), [output, rest @ ..]) => match object_of(types, output) {
                Some(object) => {
                    let known = path.len().saturating_sub(rest.len());
                    let name = path.get(..known).unwrap_or(path).to_vec();
                    let record = Record::found(Some(object.clone()), name);
                    self.part(&Value::Records(record), rest, path)
                }
                None => Value::Plain(unknown_at(path)),
            },
            (Value::Plain(_), _) => Value::Plain(unknown_at(path)),
        }
    }

    /// The record that a path from a record leads to, or the records that refer to it; none where the path ends in a field.
    fn related(&mut self, record: &Record, path: &[SmolStr]) -> Option<Value> {
        let names = self.draft.names;
        let object = record.object.as_deref()?;
        let first = path.first()?;
        let own = record.base == Base::Start(Vec::new());
        if let ([_], Some((child, field))) = (path, names.children(object, first)) {
            let name = match &record.base {
                Base::Found(name) => name.iter().chain(path).cloned().collect(),
                _ => path.to_vec(),
            };
            let which = if own {
                Written::Referring(field)
            } else {
                Written::Found
            };
            return Some(Value::Records(Record {
                which,
                ..Record::found(Some(child), name)
            }));
        }
        let (reference, target) = names.reference(object, path)?;
        self.draft.read(object, &reference);
        let which = match reference.as_slice() {
            [field] if own => Written::Referenced(field.clone()),
            _ => Written::Found,
        };
        let longer = |way: &[SmolStr]| way.iter().chain(path).cloned().collect();
        let base = match &record.base {
            Base::Start(way) => Base::Start(longer(way)),
            Base::Found(name) => Base::Found(longer(name)),
            Base::Prior | Base::Blank => return None,
        };
        Some(Value::Record(Record {
            which,
            base,
            ..Record::blank(Some(target))
        }))
    }

    /// A field of a record, or one along a path from it. What the flow has assigned hides what is stored.
    pub fn field(&mut self, record: &Record, path: &[SmolStr]) -> Expr {
        let assigned = match path {
            [field] => {
                let same = |(name, _): &(&SmolStr, _)| field.eq_ignore_ascii_case(name);
                record.fields.iter().find(same).map(|(_, a)| a)
            }
            _ => None,
        };
        if let Some(assigned) = assigned
            && assigned.when.is_none()
        {
            return assigned.value.clone();
        }
        if let Some(object) = &record.object
            && record.base != Base::Blank
        {
            self.draft.read(object, path);
        }
        let stored = match &record.base {
            Base::Start(way) => {
                let whole: Vec<SmolStr> = way.iter().chain(path).cloned().collect();
                logic::field(&whole)
            }
            Base::Prior => logic::call("PRIORVALUE", vec![logic::field(path)]),
            Base::Found(name) => {
                let whole: Vec<SmolStr> = name.iter().chain(path).cloned().collect();
                unknown_at(&whole)
            }
            Base::Blank => logic::null(),
        };
        match assigned.and_then(|a| Some((a, a.when.as_ref()?))) {
            Some((assigned, when)) if !when.loose => {
                let condition = when.formula(&self.decisions);
                logic::choice(condition, assigned.value.clone(), stored)
            }
            Some(_) => unknown_at(path),
            None => stored,
        }
    }

    /// The globals that are the same in every flow.
    fn global(&mut self, path: &[SmolStr]) -> Option<Expr> {
        let first = path.first().filter(|f| f.starts_with('$'))?;
        let last = path.last().map_or("", SmolStr::as_str);
        Some(match (first.as_str(), last) {
            ("$GlobalConstant", "True") => logic::truth(true),
            ("$GlobalConstant", "False") => logic::truth(false),
            ("$GlobalConstant", "EmptyString") => logic::text(""),
            ("$Flow", "CurrentDate") => logic::call("TODAY", Vec::new()),
            ("$Flow", "CurrentDateTime") => logic::call("NOW", Vec::new()),
            ("$Flow" | "$GlobalConstant", _) => unknown_at(path),
            _ => {
                self.draft.read_global(None, path);
                logic::field(path)
            }
        })
    }

    /// A formula with what its references mean put in.
    fn inlined(&mut self, frame: &Frame<'a>, state: &State, formula: &Expr, depth: usize) -> Expr {
        percent::compared(logic::replace(formula, &mut |reference: &Reference| {
            let value = as_plain(self.path(frame, state, &reference.path, depth));
            match self.is_percent(&reference.path, &value) {
                true => percent::share(value),
                false => value,
            }
        }))
    }

    /// Whether a reference of a formula, which has this value, is to a percent field of a record.
    fn is_percent(&self, path: &[SmolStr], value: &Expr) -> bool {
        let Some(object) = self.object.as_deref() else {
            return false;
        };
        let path = match path {
            [record, way @ ..] if record == "$Record" => way,
            [_, _, ..] => plain_path(value).unwrap_or_default(),
            _ => &[],
        };
        !path.is_empty() && percent::is_percent(self.draft.names, object, path)
    }

    /// The condition of a formula that is not part of a flow's resources.
    pub fn formula(&mut self, frame: &Frame<'a>, state: &State, text: &str) -> Option<Expr> {
        match crate::formula::parse(text) {
            Ok(formula) => Some(self.inlined(frame, state, &formula.root, 0)),
            Err(error) => {
                self.draft
                    .reason(format!("a formula cannot be read: {}", error.message));
                None
            }
        }
    }

    /// A text with merge fields, as the texts and values that it is joined from.
    pub fn template(&mut self, frame: &Frame<'a>, state: &State, text: &str, depth: usize) -> Expr {
        let mut joined: Option<Expr> = None;
        let mut rest = text;
        loop {
            let (before, reference, after) = match rest.split_once("{!") {
                Some((before, tail)) => match tail.split_once('}') {
                    Some((reference, after)) => (before, Some(reference), after),
                    None => (rest, None, ""),
                },
                None => (rest, None, ""),
            };
            if !before.is_empty() {
                joined = Some(join(joined, logic::text(before)));
            }
            let Some(reference) = reference else { break };
            let path: Vec<SmolStr> = reference.split('.').map(|p| p.trim().into()).collect();
            let value = as_plain(self.path(frame, state, &path, depth));
            joined = Some(join(joined, value));
            rest = after;
            if joined.as_ref().is_some_and(logic::is_large) {
                joined = Some(unknown(frame, &["text".into()]));
            }
        }
        joined.unwrap_or_else(|| logic::text(""))
    }
}

fn join(before: Option<Expr>, part: Expr) -> Expr {
    match before {
        Some(before) => logic::compare(Operator::Concatenate, before, part),
        None => part,
    }
}

/// A value as a formula; a record by its id.
pub(super) fn as_plain(value: Value) -> Expr {
    match value {
        Value::Plain(plain) => plain,
        Value::Record(record) | Value::Records(record) => match record.base {
            Base::Start(mut path) => {
                path.push(SmolStr::new_static("Id"));
                logic::field(&path)
            }
            Base::Found(name) => unknown_at(&name),
            Base::Prior => logic::call("PRIORVALUE", vec![logic::field(&["Id".into()])]),
            Base::Blank if record.fields.is_empty() => logic::null(),
            Base::Blank => logic::found(&["record"]),
        },
        Value::Outputs(_) | Value::Given(_) => logic::found(&["outputs"]),
    }
}

/// Something that only the run of the flow knows.
pub(super) fn unknown(frame: &Frame<'_>, path: &[SmolStr]) -> Expr {
    let whole: Vec<SmolStr> = frame.prefix.iter().chain(path).cloned().collect();
    unknown_at(&whole)
}

fn unknown_at(path: &[SmolStr]) -> Expr {
    let parts: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    logic::found(&parts)
}

/// The path of a formula that is nothing but a field of the starting record, or along a path from it.
pub(super) fn plain_path(e: &Expr) -> Option<&[SmolStr]> {
    match &e.node {
        Part::Reference(r) if !r.merge && r.global().is_none() => Some(&r.path),
        _ => None,
    }
}
