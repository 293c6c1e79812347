//! The walk through a flow: every element once for all the ways that lead to it, elements in loops until nothing changes.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Flows;
use super::document::{Flow, successors};
use super::state::{Meeting, Record, State, Value};
use crate::automation::condition::{Condition, Decision, DecisionId};
use crate::automation::draft::Draft;
use crate::automation::{Effect, Phase, logic, order};
use crate::catalog::xml::Node;
use crate::formula::{Expr, Node as Part};

/// Rounds through loops after which values that still change are given up, and after which the walk stops.
const WIDEN_AFTER: usize = 2;
const MOST_ROUNDS: usize = 30;
/// Flows that call each other deeper than this are not followed.
const DEEPEST_CALL: usize = 6;
/// Steps in all, called flows included, so that no file takes for ever.
const MOST_STEPS: usize = 50_000;

/// One read of a flow, with the flows that it calls.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub draft: Draft<'a>,
    pub flows: &'a Flows<'a>,
    /// The object of the record that starts the flow.
    pub object: Option<SmolStr>,
    /// What is assigned to that record is stored with it.
    pub before_save: bool,
    pub decisions: Vec<Decision>,
    numbers: BTreeMap<String, DecisionId>,
    steps: usize,
}

/// A flow being walked, from within others or by itself.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    pub flow: &'a Flow<'a>,
    /// The calls that lead here.
    pub prefix: Vec<SmolStr>,
    /// The flows on that way.
    pub callers: Vec<SmolStr>,
}

/// What one element does: what it writes, and where the flow goes on; nowhere is the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Step<'a> {
    pub effects: Vec<Effect>,
    pub next: Vec<(Option<&'a str>, State)>,
}

/// What a whole flow does: what it writes, and the state at its end, if it ends.
#[derive(Debug)]
pub(super) struct Walk {
    pub effects: Vec<Effect>,
    pub end: Option<State>,
}

/// An element during a walk.
#[derive(Debug, Default)]
struct Visit<'a> {
    /// The states that come in, by the element and the exit that they come from; those of entries have no element.
    arriving: BTreeMap<(usize, usize), State>,
    seen: Option<State>,
    step: Step<'a>,
}

impl<'a> Run<'a> {
    pub const fn new(draft: Draft<'a>, flows: &'a Flows<'a>, object: Option<SmolStr>) -> Self {
        Self {
            draft,
            flows,
            object,
            before_save: false,
            decisions: Vec::new(),
            numbers: BTreeMap::new(),
            steps: 0,
        }
    }

    /// The number of a decision of a frame.
    pub fn decision(&mut self, frame: &Frame<'a>, name: &str, decision: Decision) -> DecisionId {
        let key = key(frame, name);
        let next = self.decisions.len();
        let id = *self.numbers.entry(key).or_insert(next);
        match self.decisions.get_mut(id) {
            Some(known) => *known = decision,
            None => self.decisions.push(decision),
        }
        id
    }

    /// The condition under which a decision that has been met takes an outcome; none where it has not been met.
    pub fn outcome(&self, frame: &Frame<'a>, decision: &str, outcome: usize) -> Option<Expr> {
        let id = *self.numbers.get(&key(frame, decision))?;
        let of = self.decisions.get(id)?.outcomes.len() + 1;
        let taken = Condition::always().taking(id, outcome, of);
        (!taken.loose).then(|| taken.formula(&self.decisions))
    }

    /// Walks from these elements, each with the state in which it is entered.
    pub fn walk(&mut self, frame: &Frame<'a>, entries: Vec<(&'a str, State)>) -> Walk {
        let starts: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
        let elements = &frame.flow.elements;
        let order = order::of(&starts, |name| {
            let element = elements.get(name);
            element.map_or_else(Vec::new, |e| successors(e.node))
        });
        let at: BTreeMap<&str, usize> = order.iter().enumerate().map(|(i, n)| (*n, i)).collect();
        let mut visits: Vec<Visit<'a>> = order.iter().map(|_| Visit::default()).collect();
        let mut ends: BTreeMap<(usize, usize), State> = BTreeMap::new();
        for (i, (name, state)) in entries.into_iter().enumerate() {
            match at.get(name).and_then(|n| visits.get_mut(*n)) {
                Some(visit) => drop(visit.arriving.insert((usize::MAX, i), state)),
                None => self.dangling(name),
            }
        }
        let mut round = 0;
        while round < MOST_ROUNDS && self.round(frame, &order, &at, &mut visits, &mut ends, round) {
            round += 1;
        }
        if round == MOST_ROUNDS || self.steps >= MOST_STEPS {
            self.draft
                .reason("its loops are too large to be followed to their end");
        }
        let meeting = Meeting {
            decisions: &self.decisions,
            widen: false,
        };
        Walk {
            effects: visits.into_iter().flat_map(|v| v.step.effects).collect(),
            end: ends
                .into_values()
                .reduce(|a, b| meeting.states(&a, &b, false)),
        }
    }

    /// Goes once through all elements whose incoming states have changed. Whether there were any.
    fn round(
        &mut self,
        frame: &Frame<'a>,
        order: &[&'a str],
        at: &BTreeMap<&str, usize>,
        visits: &mut [Visit<'a>],
        ends: &mut BTreeMap<(usize, usize), State>,
        round: usize,
    ) -> bool {
        let mut changed = false;
        for (i, name) in order.iter().enumerate() {
            let Some(state) = visits
                .get(i)
                .and_then(|visit| self.arriving(i, visit, round > WIDEN_AFTER))
            else {
                continue;
            };
            if self.steps >= MOST_STEPS
                || visits
                    .get(i)
                    .is_some_and(|v| v.seen.as_ref() == Some(&state))
            {
                continue;
            }
            self.steps += 1;
            changed = true;
            let step = match frame.flow.elements.get(name) {
                Some(element) => self.step(frame, *element, &state),
                None => {
                    self.dangling(name);
                    Step::default()
                }
            };
            for (exit, (target, state)) in step.next.iter().enumerate() {
                if state.when.is_never() {
                    continue;
                }
                match target.and_then(|t| visits.get_mut(*at.get(t)?)) {
                    Some(next) => drop(next.arriving.insert((i, exit), state.clone())),
                    None => drop(ends.insert((i, exit), state.clone())),
                }
            }
            if let Some(visit) = visits.get_mut(i) {
                visit.seen = Some(state);
                visit.step = step;
            }
        }
        changed
    }

    /// All states that come into an element, met. Those from later elements come round a loop.
    fn arriving(&self, i: usize, visit: &Visit<'a>, widen: bool) -> Option<State> {
        let meeting = Meeting {
            decisions: &self.decisions,
            widen,
        };
        let before = |from: usize| from < i || from == usize::MAX;
        let (firsts, rounds): (Vec<_>, Vec<_>) = visit
            .arriving
            .iter()
            .partition(|((from, _), _)| before(*from));
        let mut met: Option<State> = None;
        for (_, state) in firsts {
            met = Some(match met {
                Some(met) => meeting.states(&met, state, false),
                None => state.clone(),
            });
        }
        let looping = Meeting {
            widen: true,
            ..meeting
        };
        rounds.into_iter().fold(met, |met, (_, state)| {
            Some(looping.states(&met?, state, true))
        })
    }

    fn dangling(&mut self, name: &str) {
        self.draft.reason(format!(
            "it leads to the element `{name}`, which its file does not have"
        ));
    }

    /// Walks a called flow. None where it cannot be followed.
    pub fn call(
        &mut self,
        frame: &Frame<'a>,
        at: &str,
        called: &str,
        inputs: BTreeMap<SmolStr, Value>,
        state: &State,
    ) -> Option<(Walk, &'a Flow<'a>)> {
        let Some(flow) = self.flows.named.get(&called.to_ascii_lowercase()) else {
            self.draft.reason(format!(
                "it calls the flow `{called}`, which is not among the metadata"
            ));
            return None;
        };
        let inner = Frame {
            flow,
            prefix: frame.prefix.iter().cloned().chain([at.into()]).collect(),
            callers: frame
                .callers
                .iter()
                .cloned()
                .chain([frame.flow.name().into()])
                .collect(),
        };
        if inner.callers.iter().any(|c| c == flow.name()) || inner.callers.len() > DEEPEST_CALL {
            self.draft
                .reason(format!("its call of the flow `{called}` leads in circles"));
            return None;
        }
        if !flow.active {
            self.draft
                .reason(format!("it calls the flow `{called}`, which is not active"));
        }
        let mut variables = self.initial(&inner, state, true);
        variables.extend(inputs);
        let state = State {
            when: state.when.clone(),
            phase: state.phase,
            variables,
        };
        let start = entry(flow)?;
        Some((self.walk(&inner, vec![(start, state)]), flow))
    }

    /// The variables of a flow before its first element. What a caller does not give to a called flow is as the flow
    /// itself begins with it; what nobody is known to give is unknown.
    pub fn initial(
        &mut self,
        frame: &Frame<'a>,
        outer: &State,
        called: bool,
    ) -> BTreeMap<SmolStr, Value> {
        let before = State {
            variables: match called {
                true => BTreeMap::new(),
                false => outer.variables.clone(),
            },
            ..outer.clone()
        };
        let mut out = BTreeMap::new();
        for (name, variable) in frame.flow.variables() {
            let object = variable.object.map(|o| self.draft.names.object(o));
            let whole: Vec<SmolStr> = frame.prefix.iter().cloned().chain([name.into()]).collect();
            let given = variable.input && !called;
            let record = if given {
                Record {
                    whole: true,
                    ..Record::found(object, whole)
                }
            } else {
                Record::blank(object)
            };
            let first = variable.node.child("value");
            let value = match (variable.record, variable.collection) {
                (true, true) => Value::Records(record),
                (true, false) if first.is_some() && !given => {
                    match self.literal(frame, &before, first) {
                        Value::Record(known) => Value::Record(known),
                        _ => Value::Record(record),
                    }
                }
                (true, false) => Value::Record(record),
                (false, _) if given || variable.collection => {
                    Value::Plain(super::value::unknown(frame, &[name.into()]))
                }
                (false, _) => self.literal(frame, &before, first),
            };
            out.insert(name.into(), value);
        }
        out
    }
}

/// The name of a decision among those of all flows of a run.
fn key(frame: &Frame<'_>, decision: &str) -> String {
    format!("{}/{decision}", frame.prefix.join("/"))
}

/// The first element of a flow that others call.
pub(super) fn entry<'a>(flow: &Flow<'a>) -> Option<&'a str> {
    let connected = flow
        .start()
        .and_then(|s| super::document::connector(s, "connector"));
    connected.or_else(|| flow.document.root.text_of("startElementReference"))
}

/// The state in which nothing has happened yet.
pub(super) const fn fresh(phase: Phase, when: Condition) -> State {
    State {
        when,
        phase,
        variables: BTreeMap::new(),
    }
}

impl State {
    /// The condition of a point as a formula; none where it is always reached.
    pub fn condition(&self, decisions: &[Decision]) -> Option<Expr> {
        also(&self.when, None, decisions)
    }
}

/// Both conditions as a formula; none where they always hold.
pub(super) fn also(
    when: &Condition,
    further: Option<&Condition>,
    decisions: &[Decision],
) -> Option<Expr> {
    let both = further.map_or_else(|| when.clone(), |f| when.and(f));
    if both.is_always() && !both.loose {
        return None;
    }
    let formula = both.formula(decisions);
    if both.loose {
        let other = logic::found(&["$Flow", "OtherConditions"]);
        return Some(logic::all(vec![formula, other]));
    }
    (formula.node != Part::Bool(true)).then_some(formula)
}

/// The nodes that an element lists under a name, with their own names.
pub(super) fn named<'n>(
    node: &'n Node,
    list: &'n str,
    name: &'n str,
) -> impl Iterator<Item = (&'n str, &'n Node)> {
    node.all(list)
        .filter_map(move |child| Some((child.text_of(name)?, child)))
}
