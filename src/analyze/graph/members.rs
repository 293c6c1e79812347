//! Multi-selects of whose members conditions ask: the sets that are told apart.
//!
//! A condition tells sets apart by the members that it names, so those sets are looked at that these members make, with one
//! more that stands for the rest. What is asked on one side of a row tells sets apart where they come from as well. Of many
//! members not all sets can be looked at.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::leading::leading;
use super::place::Place;
use super::writes::Write;
use crate::model::{FieldView, Model};
use crate::value::{Kind, Value};

/// Members of which all sets are looked at.
const ALL: usize = 4;

/// The members by which conditions tell sets apart, by the place where these stand.
#[derive(Debug, Default)]
pub(super) struct Members {
    told: BTreeMap<Place, BTreeSet<SmolStr>>,
    /// Where sets are asked for members, and not only compared as a whole.
    asked: BTreeSet<Place>,
}

impl Members {
    /// A condition compares the set of a place with a value.
    pub fn compare(&mut self, place: Place, value: &Value) {
        let members = match value {
            Value::Text(member) => vec![member.clone()],
            other => other.members(),
        };
        self.told.entry(place).or_default().extend(members);
    }

    /// A condition asks whether the set of a place has a member.
    pub fn ask(&mut self, place: Place, member: &Value) {
        self.asked.insert(place);
        self.compare(place, member);
    }

    /// What is asked beside the place that a write of these goes to is asked where it comes from.
    pub fn trace_back(&mut self, model: &Model, writes: &[Write<'_>]) {
        if self.asked.is_empty() {
            return;
        }
        // a way passes each write once
        for _ in writes {
            let before = self.count();
            for write in writes {
                let (Some(made), Some(told)) = (write.made, self.told.get(&write.to).cloned())
                else {
                    continue;
                };
                let asked = self.asked.contains(&write.to);
                for member in told {
                    for (from, value) in leading(model, made, write.input, &Value::Text(member)) {
                        let view = from.view(model);
                        match view.is_some_and(|v| v.kind() == Kind::Set) {
                            true if asked => self.ask(from, &value),
                            true => self.compare(from, &value),
                            false => {}
                        }
                    }
                }
            }
            if self.count() == before {
                break;
            }
        }
    }

    fn count(&self) -> usize {
        self.asked.len() + self.told.values().map(BTreeSet::len).sum::<usize>()
    }

    /// The sets that are told apart, and whether these are all.
    pub fn sets(&self, model: &Model) -> (Vec<(Place, Value)>, bool) {
        let mut found = Vec::new();
        let mut all = true;
        for place in &self.asked {
            let told = self.told.get(place).into_iter().flatten();
            let mut members: Vec<SmolStr> = told.cloned().collect();
            let choices = place.view(model).into_iter();
            let mut choices = choices.flat_map(FieldView::choices);
            let rest = choices.find(|c| !members.contains(&c.value));
            members.extend(rest.map(|c| c.value.clone()));
            all &= members.len() <= ALL;
            let sets = Value::sets(&members, ALL);
            found.extend(sets.into_iter().map(|set| (*place, set)));
        }
        (found, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::graph::edge::AutomationId;

    #[test]
    fn of_many_members_not_all_sets_are_told_apart() {
        let place = Place::Started(AutomationId(0));
        let mut members = Members::default();
        let sets = |members: &Members| {
            let (sets, all) = members.sets(&Model::default());
            (sets.len(), all)
        };
        members.compare(place, &Value::text("a"));
        assert_eq!(sets(&members), (0, true), "compared as a whole");
        for member in ["b", "c"] {
            members.ask(place, &Value::text(member));
        }
        assert_eq!(sets(&members), (7, true));
        members.ask(place, &Value::text("d"));
        members.ask(place, &Value::text("e"));
        assert_eq!(sets(&members), (16, false), "each, each two, and all");
    }
}
