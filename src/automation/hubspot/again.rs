//! Whether a workflow enrols a record that it has enrolled before. A record enrols once, when it first meets the criteria. Where that
//! is switched on it enrols again, but only as one of the triggers fires that were chosen for it, and it meets the criteria then. A
//! trigger fires at every change of its property to a value that it admits, also where the value before was one (HubSpot Knowledge
//! Base: Add re-enrollment triggers to a workflow).

use smol_str::SmolStr;

use crate::automation::draft::Head;
use crate::automation::{Entry, logic};
use crate::formula::Expr;

/// The condition under which records are enrolled, from the criteria, whether they enrol again, where that is said, and the
/// triggers. The head gets the entry that goes with it, and the condition of the first time where no trigger need fire then.
///
/// What a trigger enrolled may enrol once more by meeting the criteria for the first time without one: one run too many at most.
pub(super) fn enrolled(
    head: &mut Head,
    criteria: Expr,
    again: Option<bool>,
    triggers: &[Expr],
) -> Expr {
    if again == Some(false) {
        head.entry = Entry::Once;
        return criteria;
    }
    if triggers.is_empty() {
        return criteria;
    }
    head.entry = Entry::EveryTime;
    let met = logic::conjuncts(&criteria);
    let mut fires: Vec<Expr> = Vec::new();
    // whose changes fire whatever they are to
    let mut firing: Vec<SmolStr> = Vec::new();
    for trigger in triggers {
        let own = properties(trigger);
        let changed = changes(&own);
        let implied = *trigger == criteria || met.contains(trigger);
        let asks = logic::conjuncts(trigger).iter().any(is_change);
        fires.push(match (own.is_empty() || asks, implied) {
            (true, _) => trigger.clone(),
            (false, true) => changed,
            (false, false) => logic::all(vec![changed, trigger.clone()]),
        });
        if implied || is_change(trigger) {
            firing.extend(own);
        }
    }
    fires.dedup();
    let fires = logic::any(fires);
    // what the record does not hold, such as a list that it is in, changes unseen
    let mut unseen = false;
    criteria.visit(&mut |e| unseen |= e.as_reference().is_some_and(|r| r.merge));
    if unseen || properties(&criteria).iter().any(|p| !firing.contains(p)) {
        head.first = Some(logic::all(vec![
            logic::not(fires.clone()),
            criteria.clone(),
        ]));
    }
    logic::all(vec![fires, criteria])
}

/// A change of one of some properties.
pub(super) fn changes(properties: &[SmolStr]) -> Expr {
    let changed =
        |p: &SmolStr| logic::call("ISCHANGED", vec![logic::field(std::slice::from_ref(p))]);
    logic::any(properties.iter().map(changed).collect())
}

fn is_change(e: &Expr) -> bool {
    e.as_call("ISCHANGED").is_some()
}

/// The properties of the enrolled record that a condition reads, sorted, each once.
fn properties(e: &Expr) -> Vec<SmolStr> {
    let mut found: Vec<SmolStr> = Vec::new();
    e.visit(&mut |e| {
        if let Some(reference) = e.as_reference().filter(|r| !r.merge)
            && let [property] = reference.path.as_slice()
        {
            found.push(property.clone());
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}
