//! Under which condition a point of an automation is reached: which outcomes of which decisions lead there.

use std::collections::BTreeMap;

use crate::automation::logic;
use crate::formula::Expr;

/// More ways than this to one point are not told apart.
const MOST_WAYS: usize = 24;

/// A decision that has been met: the condition of each outcome but the last, which is what is left.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Decision {
    pub outcomes: Vec<Expr>,
}

/// A decision by its number in the run.
pub(super) type DecisionId = usize;

/// Some of the outcomes of a decision, as a set of bits, and all that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    some: u64,
    all: u64,
}

/// One way: outcomes of several decisions together.
type Way = BTreeMap<DecisionId, Taken>;

/// The ways that lead to a point; none where it is never reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    ways: Vec<Way>,
    /// Some of what distinguished the ways has been forgotten.
    pub loose: bool,
}

impl Condition {
    /// Always reached.
    pub fn always() -> Self {
        Self {
            ways: vec![Way::new()],
            loose: false,
        }
    }

    /// Never reached.
    pub fn never() -> Self {
        Self::default()
    }

    /// Whether no way leads there.
    pub const fn is_never(&self) -> bool {
        self.ways.is_empty() && !self.loose
    }

    /// Whether it is reached whatever the decisions say.
    pub fn is_always(&self) -> bool {
        self.ways.iter().any(Way::is_empty)
    }

    /// The ways on which a decision of so many outcomes took this one.
    pub fn taking(&self, decision: DecisionId, outcome: usize, of: usize) -> Self {
        // a decision of more outcomes than bits has been reported, and is not told apart
        if of == 0 || of > 63 || outcome >= of {
            return Self {
                loose: true,
                ..self.clone()
            };
        }
        let all = (1u64 << of) - 1;
        let some = 1u64 << outcome;
        let ways = self.ways.iter().filter_map(|way| {
            let mut way = way.clone();
            let taken = way.entry(decision).or_insert(Taken { some: all, all });
            taken.some &= some;
            (taken.some != 0).then_some(way)
        });
        Self {
            ways: ways.collect(),
            loose: self.loose,
        }
    }

    /// Either of them.
    pub fn or(&self, other: &Self) -> Self {
        let mut ways = self.ways.clone();
        for way in &other.ways {
            if !ways.contains(way) {
                ways.push(way.clone());
            }
        }
        while join_two(&mut ways) {}
        let mut loose = self.loose || other.loose;
        if ways.len() > MOST_WAYS {
            ways = vec![common(&ways)];
            loose = true;
        }
        Self { ways, loose }
    }

    /// Both of them.
    pub fn and(&self, other: &Self) -> Self {
        let mut ways: Vec<Way> = Vec::new();
        for a in &self.ways {
            for b in &other.ways {
                if let Some(both) = both(a, b)
                    && !ways.contains(&both)
                {
                    ways.push(both);
                }
            }
        }
        while join_two(&mut ways) {}
        let mut loose = self.loose || other.loose;
        if ways.len() > MOST_WAYS {
            ways = vec![common(&ways)];
            loose = true;
        }
        Self { ways, loose }
    }

    /// It without what it has in common with another, as far as that is one way: what tells the two apart.
    pub fn apart_from(&self, other: &Self) -> Self {
        let mut shared = common(&self.ways);
        let others = common(&other.ways);
        shared.retain(|decision, taken| others.get(decision) == Some(taken));
        let mut own = self.clone();
        for way in &mut own.ways {
            way.retain(|decision, _| !shared.contains_key(decision));
        }
        own
    }

    /// As a formula.
    pub fn formula(&self, decisions: &[Decision]) -> Expr {
        let way = |way: &Way| {
            let parts = way
                .iter()
                .filter_map(|(id, taken)| Some(outcome(decisions.get(*id)?, taken.some)));
            logic::all(parts.collect())
        };
        logic::any(self.ways.iter().map(way).collect())
    }
}

/// The condition under which a decision takes one of these outcomes: the first whose own condition holds is taken.
fn outcome(decision: &Decision, some: u64) -> Expr {
    let has = |i: usize| some >> i & 1 == 1;
    let last = logic::truth(has(decision.outcomes.len()));
    let outcomes = decision.outcomes.iter().enumerate().rev();
    outcomes.fold(last, |rest, (i, condition)| {
        if has(i) {
            logic::any(vec![condition.clone(), rest])
        } else {
            logic::all(vec![logic::not(condition.clone()), rest])
        }
    })
}

fn both(a: &Way, b: &Way) -> Option<Way> {
    let mut out = a.clone();
    for (decision, taken) in b {
        let entry = out.entry(*decision).or_insert(*taken);
        entry.some &= taken.some;
        if entry.some == 0 {
            return None;
        }
    }
    Some(out)
}

/// Joins two ways into one where that loses nothing. Whether it did.
fn join_two(ways: &mut Vec<Way>) -> bool {
    for i in 0..ways.len() {
        for j in i + 1..ways.len() {
            let (Some(a), Some(b)) = (ways.get(i), ways.get(j)) else {
                continue;
            };
            if let Some(joined) = joined(a, b) {
                ways.remove(j);
                if let Some(way) = ways.get_mut(i) {
                    *way = joined;
                }
                return true;
            }
        }
    }
    false
}

/// The one way that two are: where one holds whenever the other does, or where they differ in one decision.
fn joined(a: &Way, b: &Way) -> Option<Way> {
    if implies(a, b) {
        return Some(b.clone());
    }
    if implies(b, a) {
        return Some(a.clone());
    }
    if a.len() != b.len() || !a.keys().eq(b.keys()) {
        return None;
    }
    let mut differing = a.iter().zip(b).filter(|((_, x), (_, y))| x != y);
    let ((decision, x), (_, y)) = differing.next()?;
    if differing.next().is_some() {
        return None;
    }
    let mut out = a.clone();
    let some = x.some | y.some;
    if some == x.all {
        out.remove(decision);
    } else if let Some(taken) = out.get_mut(decision) {
        taken.some = some;
    }
    Some(out)
}

/// Whether a way is one of those that another stands for.
fn implies(a: &Way, b: &Way) -> bool {
    b.iter().all(|(decision, taken)| {
        a.get(decision)
            .is_some_and(|own| own.some & !taken.some == 0)
    })
}

/// What all ways share.
fn common(ways: &[Way]) -> Way {
    let Some((first, others)) = ways.split_first() else {
        return Way::new();
    };
    let mut out = first.clone();
    for way in others {
        out.retain(|decision, _| way.contains_key(decision));
        for (decision, taken) in &mut out {
            taken.some |= way.get(decision).map_or(0, |t| t.some);
        }
    }
    out.retain(|_, taken| taken.some != taken.all);
    out
}

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::*;

    fn decisions() -> Vec<Decision> {
        let one = |names: &[&str]| Decision {
            outcomes: names
                .iter()
                .map(|n| logic::field(&[SmolStr::new(n)]))
                .collect(),
        };
        vec![one(&["A", "B"]), one(&["C"])]
    }

    fn told(condition: &Condition) -> String {
        condition.formula(&decisions()).to_string()
    }

    #[test]
    fn outcomes_are_told_by_the_conditions_before_them() {
        let start = Condition::always();
        assert_eq!(told(&start.taking(0, 0, 3)), "A");
        assert_eq!(told(&start.taking(0, 1, 3)), "AND(NOT(A), B)");
        assert_eq!(told(&start.taking(0, 2, 3)), "AND(NOT(A), NOT(B))");
        assert_eq!(
            told(&start.taking(0, 1, 3).taking(1, 1, 2)),
            "AND(NOT(A), B, NOT(C))"
        );
    }

    #[test]
    fn branches_that_meet_again_leave_no_trace() {
        let start = Condition::always();
        let [a, b, c] = [0, 1, 2].map(|i| start.taking(0, i, 3));
        assert_eq!(told(&a.or(&b)), "OR(A, B)");
        assert!(a.or(&b).or(&c).is_always());
        assert!(
            a.taking(1, 0, 2)
                .or(&a.taking(1, 1, 2))
                .or(&b)
                .or(&c)
                .is_always()
        );
        assert!(start.or(&a).is_always());
        assert!(a.taking(0, 1, 3).is_never() && Condition::never().is_never());
        assert!(!a.or(&Condition::never()).is_never());
    }

    #[test]
    fn what_two_branches_share_does_not_tell_them_apart() {
        let inner = Condition::always().taking(0, 0, 3);
        let (yes, no) = (inner.taking(1, 0, 2), inner.taking(1, 1, 2));
        assert_eq!(told(&yes.apart_from(&no)), "C");
        assert_eq!(told(&yes.and(&inner)), "AND(A, C)");
        assert_eq!(told(&yes.and(&no)), "FALSE");
    }
}
