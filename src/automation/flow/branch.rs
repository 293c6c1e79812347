//! Where a flow parts: decisions, experiments, faults, and pauses.

use super::document::{Element, connector};
use super::run::{Frame, Run, Step};
use super::state::State;
use super::value::unknown;
use crate::automation::condition::{Condition, Decision};
use crate::automation::{Phase, logic};
use crate::catalog::xml::Node;
use crate::formula::Expr;

impl<'a> Run<'a> {
    pub fn decide(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let rules: Vec<&Node> = node.all("rules").collect();
        if rules.len() > 60 {
            self.draft.reason(format!(
                "the decision `{}` has more outcomes than are told apart",
                element.name
            ));
        }
        let mut outcomes = Vec::new();
        for rule in &rules {
            let mut condition = self.rule(frame, state, rule);
            if logic::is_large(&condition) {
                let name = rule.text_of("name").unwrap_or(element.name);
                condition = unknown(frame, &[name.into()]);
            }
            if rule.flag("doesRequireRecordChangedToMeetCriteria") == Some(true) {
                let name = rule.text_of("name").unwrap_or(element.name);
                let became = unknown(frame, &[name.into(), "$BecameTrue".into()]);
                condition = logic::all(vec![condition, became]);
            }
            outcomes.push(condition);
        }
        let of = rules.len() + 1;
        let constants: Vec<Option<bool>> = outcomes.iter().map(logic::constant).collect();
        let id = self.decision(frame, element.name, Decision { outcomes });
        let mut next = Vec::new();
        let connectors = rules
            .iter()
            .map(|rule| connector(rule, "connector"))
            .chain([connector(node, "defaultConnector")]);
        let mut settled = false;
        for (outcome, target) in connectors.enumerate() {
            let sure = constants.get(outcome).copied().flatten();
            let when = if settled || sure == Some(false) {
                Condition::never()
            } else {
                state.when.taking(id, outcome, of)
            };
            settled |= sure == Some(true);
            next.push((
                target,
                State {
                    when,
                    ..state.clone()
                },
            ));
        }
        Step {
            next,
            ..Step::default()
        }
    }

    /// An experiment sends some records along one of its paths, and the others on, by chance.
    pub fn draw(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let node = element.node;
        let mut targets: Vec<Option<&str>> = Vec::new();
        let mut outcomes = Vec::new();
        for path in node.all("paths") {
            let name = path.text_of("name").unwrap_or("path");
            outcomes.push(unknown(frame, &[element.name.into(), name.into()]));
            targets.push(connector(path, "connector"));
        }
        targets.push(connector(node, "defaultConnector").or_else(|| connector(node, "connector")));
        let of = targets.len();
        let id = self.decision(frame, element.name, Decision { outcomes });
        let way = |(outcome, target)| {
            let when = state.when.taking(id, outcome, of);
            let variables = state.variables.clone();
            (
                target,
                State {
                    when,
                    variables,
                    ..*state
                },
            )
        };
        Step {
            next: targets.into_iter().enumerate().map(way).collect(),
            ..Step::default()
        }
    }

    /// The state in which a condition holds, and that in which it does not.
    pub fn parted(
        &mut self,
        frame: &Frame<'a>,
        name: &str,
        condition: Expr,
        state: &State,
    ) -> (State, State) {
        let condition = if logic::is_large(&condition) {
            unknown(frame, &[name.into()])
        } else {
            condition
        };
        let sure = logic::constant(&condition);
        let outcomes = vec![condition];
        let id = self.decision(frame, name, Decision { outcomes });
        let way = |outcome: usize, holds: bool| State {
            when: match sure {
                None => state.when.taking(id, outcome, 2),
                Some(sure) if sure == holds => state.when.clone(),
                Some(_) => Condition::never(),
            },
            ..state.clone()
        };
        (way(0, true), way(1, false))
    }

    /// Where an element leads: on, or to what handles its failure.
    pub fn or_fault(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: State,
    ) -> Vec<(Option<&'a str>, State)> {
        let mut next = self.aside(frame, element, &state);
        next.push((connector(element.node, "connector"), state));
        next
    }

    /// Where an element leads when it fails, when it takes too long, and by the paths that an action has of its own.
    fn aside(
        &mut self,
        frame: &Frame<'a>,
        element: Element<'a>,
        state: &State,
    ) -> Vec<(Option<&'a str>, State)> {
        let node = element.node;
        let mut exits = vec![
            ("$Fault", connector(node, "faultConnector")),
            ("$Timeout", connector(node, "timeoutConnector")),
        ];
        for path in node.all("actionCallPaths") {
            let name = path.text_of("pathName").or_else(|| path.text_of("name"));
            exits.push((name.unwrap_or("$Path"), connector(path, "connector")));
        }
        let mut next = Vec::new();
        for (exit, target) in exits.into_iter().filter(|(_, target)| target.is_some()) {
            let taken = unknown(frame, &[element.name.into(), exit.into()]);
            let outcomes = vec![taken];
            let key = format!("{}/{exit}", element.name);
            let id = self.decision(frame, &key, Decision { outcomes });
            let when = state.when.taking(id, 0, 2);
            let state = State {
                when,
                ..state.clone()
            };
            next.push((target, state));
        }
        next
    }

    /// After a pause the flow goes on in a transaction of its own.
    pub fn wait(&mut self, frame: &Frame<'a>, element: Element<'a>, state: &State) -> Step<'a> {
        let mut step = Step::default();
        for event in element.node.all("waitEvents") {
            let mut later = State {
                phase: Phase::Later,
                ..state.clone()
            };
            self.awaited(frame, event, state);
            if event.child("conditions").is_some() {
                let condition = self.rule(frame, state, event);
                // what the flow keeps of its own way is nothing that a record says
                if asks_a_record(&condition) {
                    let event = event.text_of("name").unwrap_or("event");
                    let name = format!("{}/{event}", element.name);
                    later = self.parted(frame, &name, condition, &later).0;
                }
            }
            self.given_back(frame, event, element.name, &mut later);
            step.next.push((connector(event, "connector"), later));
        }
        step.next.extend(self.aside(frame, element, state));
        let at_once = connector(element.node, "defaultConnector");
        step.next.push((at_once, state.clone()));
        step
    }

    /// Reads what tells the moment that is waited for: values, or a field by the names of its object and itself.
    fn awaited(&mut self, frame: &Frame<'a>, event: &'a Node, state: &State) {
        let mut named = (None, None);
        for input in event.all("inputParameters") {
            let value = input.child("value");
            self.literal(frame, state, value);
            let text = value.and_then(|v| v.text_of("stringValue"));
            match input.text_of("name") {
                Some("TimeTableColumnEnumOrId") => named.0 = text,
                Some("TimeFieldColumnEnumOrId") => named.1 = text,
                _ => {}
            }
        }
        if let (Some(object), Some(field)) = named {
            self.draft.read_named(object, field);
        }
        if let Some(moment) = event.text_of("resumeDateReference") {
            self.named(frame, state, moment);
        }
        // a change of a record that fits these filters
        if let Some(object) = event.text_of("object") {
            self.filtered(frame, state, object, event);
        }
    }
}

/// Whether a condition asks a field of a record.
fn asks_a_record(condition: &Expr) -> bool {
    let mut asks = false;
    condition.visit(&mut |e| {
        asks |= e
            .as_reference()
            .is_some_and(|r| !r.merge && r.global().is_none());
    });
    asks
}
