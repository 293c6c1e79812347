//! What a flow knows at a point: its variables, and the condition under which the point is reached.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::automation::condition::{Condition, Decision};
use crate::automation::{Phase, Written, logic};
use crate::formula::Expr;

/// The variables of a flow at a point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub when: Condition,
    pub phase: Phase,
    pub variables: BTreeMap<SmolStr, Value>,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A value, as a formula over the record that started the flow.
    Plain(Expr),
    /// A record.
    Record(Record),
    /// Any number of records, told together.
    Records(Record),
    /// What a called flow gives back, by name.
    Outputs(BTreeMap<SmolStr, Self>),
    /// What an action or a part of a screen gives back: the objects of its records, by the names of their types.
    Given(Vec<(SmolStr, SmolStr)>),
}

/// A record, or what all records of a collection have in common.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Its object; none where the metadata do not say it.
    pub object: Option<SmolStr>,
    /// Which record of the system it is.
    pub which: Written,
    /// Where a field comes from that the flow has not assigned.
    pub base: Base,
    /// What the flow has assigned and not stored.
    pub fields: BTreeMap<SmolStr, Assigned>,
    /// It may carry fields that the flow did not assign, so that storing it writes more than is listed.
    pub whole: bool,
    /// The fields that it was read with, where they are listed: a copy of it carries them.
    pub carries: Vec<SmolStr>,
    /// The collection whose item it is: what is assigned to it is assigned to an item of that.
    pub item_of: Option<SmolStr>,
    /// On some ways there is no record.
    pub perhaps: bool,
}

/// Where a field of a record comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    /// The record that started the flow, or one that this path of it leads to.
    Start(Vec<SmolStr>),
    /// That record before the change.
    Prior,
    /// Something that was found; by which name.
    Found(Vec<SmolStr>),
    /// Nothing: the record is new.
    Blank,
}

/// A value that waits to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Assigned {
    pub value: Expr,
    /// It was assigned on some ways only.
    pub when: Option<Condition>,
}

impl Record {
    /// A record of an object of which nothing is set.
    pub fn blank(object: Option<SmolStr>) -> Self {
        Self {
            object,
            which: Written::Made,
            base: Base::Blank,
            fields: BTreeMap::new(),
            whole: false,
            carries: Vec::new(),
            item_of: None,
            perhaps: false,
        }
    }

    /// A record that was found under a name.
    pub fn found(object: Option<SmolStr>, name: Vec<SmolStr>) -> Self {
        Self {
            which: Written::Found,
            base: Base::Found(name),
            ..Self::blank(object)
        }
    }

    /// Whether it is a new record without any field: an empty variable.
    fn is_empty(&self) -> bool {
        self.base == Base::Blank && self.fields.is_empty() && !self.whole
    }
}

/// How paths come together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting<'a> {
    pub decisions: &'a [Decision],
    /// Values that differ are given up: a loop would make them ever longer.
    pub widen: bool,
}

impl Meeting<'_> {
    /// The state where two paths meet. `round` tells that the second comes from a loop: it adds no way to get here.
    pub fn states(&self, a: &State, b: &State, round: bool) -> State {
        let mut variables = a.variables.clone();
        for (name, other) in &b.variables {
            let value = match a.variables.get(name) {
                Some(own) => self.values(name, (own, &a.when), (other, &b.when)),
                None => other.clone(),
            };
            variables.insert(name.clone(), value);
        }
        State {
            when: if round {
                a.when.clone()
            } else {
                a.when.or(&b.when)
            },
            phase: a.phase.min(b.phase),
            variables,
        }
    }

    fn values(&self, name: &str, a: (&Value, &Condition), b: (&Value, &Condition)) -> Value {
        match (a.0, b.0) {
            (x, y) if x == y => x.clone(),
            (Value::Plain(x), Value::Plain(y)) => {
                Value::Plain(self.plain(name, (x, a.1), (y, b.1)))
            }
            (Value::Record(x), Value::Record(y)) => {
                Value::Record(self.records(name, (x, a.1), (y, b.1)))
            }
            (Value::Records(x), Value::Records(y)) => {
                Value::Records(self.records(name, (x, a.1), (y, b.1)))
            }
            (Value::Outputs(x), Value::Outputs(y)) => {
                let mut out = x.clone();
                for (output, other) in y {
                    let value = match x.get(output) {
                        Some(own) => self.values(output, (own, a.1), (other, b.1)),
                        None => other.clone(),
                    };
                    out.insert(output.clone(), value);
                }
                Value::Outputs(out)
            }
            // a record on one way and something else on the other: what can be stored counts
            (Value::Record(_) | Value::Records(_) | Value::Outputs(_) | Value::Given(_), _) => {
                a.0.clone()
            }
            (Value::Plain(_), _) => b.0.clone(),
        }
    }

    fn plain(&self, name: &str, a: (&Expr, &Condition), b: (&Expr, &Condition)) -> Expr {
        if a.0 == b.0 {
            return a.0.clone();
        }
        let apart = a.1.apart_from(b.1);
        if self.widen || apart.loose || apart.is_always() {
            return logic::found(&[name]);
        }
        let choice = logic::choice(apart.formula(self.decisions), a.0.clone(), b.0.clone());
        if logic::is_large(&choice) {
            return logic::found(&[name]);
        }
        choice
    }

    /// Two records under one name. An empty variable takes nothing away from what the other way knows.
    pub fn records(
        &self,
        name: &str,
        a: (&Record, &Condition),
        b: (&Record, &Condition),
    ) -> Record {
        let (x, y) = (a.0, b.0);
        let (which, base) = if x.is_empty() {
            (y.which.clone(), y.base.clone())
        } else if y.is_empty() || (x.which == y.which && x.base == y.base) {
            (x.which.clone(), x.base.clone())
        } else {
            let which = if x.which == y.which {
                x.which.clone()
            } else {
                Written::Found
            };
            (which, Base::Found(vec![name.into()]))
        };
        let mut fields = BTreeMap::new();
        for field in x.fields.keys().chain(y.fields.keys()) {
            if fields.contains_key(field) {
                continue;
            }
            let met = match (x.fields.get(field), y.fields.get(field)) {
                (Some(own), Some(other)) => self.assigned(name, (own, a.1), (other, b.1)),
                (Some(one), None) => partly(one, a.1),
                (None, Some(one)) => partly(one, b.1),
                (None, None) => continue,
            };
            fields.insert(field.clone(), met);
        }
        Record {
            object: x.object.clone().or_else(|| y.object.clone()),
            which,
            base,
            fields,
            whole: x.whole || y.whole,
            carries: if x.carries.is_empty() {
                y.carries.clone()
            } else {
                x.carries.clone()
            },
            item_of: x.item_of.clone().or_else(|| y.item_of.clone()),
            perhaps: x.perhaps || y.perhaps || x.is_empty() != y.is_empty(),
        }
    }

    fn assigned(
        &self,
        name: &str,
        a: (&Assigned, &Condition),
        b: (&Assigned, &Condition),
    ) -> Assigned {
        let when = match (&a.0.when, &b.0.when) {
            (None, None) => None,
            (x, y) if x == y => x.clone(),
            (x, y) => {
                let x = x.as_ref().unwrap_or(a.1);
                Some(x.or(y.as_ref().unwrap_or(b.1)))
            }
        };
        Assigned {
            value: self.plain(name, (&a.0.value, a.1), (&b.0.value, b.1)),
            when: when.filter(|w| !w.is_always()),
        }
    }
}

/// What was assigned on one of two ways.
fn partly(one: &Assigned, way: &Condition) -> Assigned {
    Assigned {
        value: one.value.clone(),
        when: one.when.clone().or_else(|| Some(way.clone())),
    }
}
