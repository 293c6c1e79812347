//! Circles among declarations that need each other: pairs of what needs what come in, the circles go out. What the members are
//! is not asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::source::Span;

/// Each circle once, with the places where each member names the next one; it begins with its first member. Of circles that
/// share a member the shortest one is found: the others are looked at when that one has been cut.
pub fn circles<N: Copy + Ord>(needs: &[(N, N, Span)]) -> Vec<Vec<(N, Span)>> {
    let starts: BTreeSet<N> = needs.iter().map(|(from, ..)| *from).collect();
    let mut told: BTreeSet<N> = BTreeSet::new();
    let mut found = Vec::new();
    for start in starts {
        if told.contains(&start) {
            continue;
        }
        if let Some(circle) = through(start, needs) {
            told.extend(circle.iter().map(|(n, _)| *n));
            found.push(circle);
        }
    }
    found
}

/// The shortest circle through a member.
fn through<N: Copy + Ord>(start: N, needs: &[(N, N, Span)]) -> Option<Vec<(N, Span)>> {
    let mut before: BTreeMap<N, (N, Span)> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for (_, next, span) in needs.iter().filter(|(from, ..)| *from == at) {
            if before.contains_key(next) {
                continue;
            }
            before.insert(*next, (at, *span));
            if *next == start {
                return Some(backwards(start, &before));
            }
            open.push_back(*next);
        }
    }
    None
}

fn backwards<N: Copy + Ord>(start: N, before: &BTreeMap<N, (N, Span)>) -> Vec<(N, Span)> {
    let mut path = Vec::new();
    let mut at = start;
    while let Some((previous, span)) = before.get(&at) {
        path.push((*previous, *span));
        at = *previous;
        if at == start {
            break;
        }
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(needs: &[(u8, u8)]) -> Vec<Vec<u8>> {
        let needs: Vec<_> = needs
            .iter()
            .map(|(a, b)| (*a, *b, Span::default()))
            .collect();
        let found = circles(&needs).into_iter();
        found
            .map(|c| c.into_iter().map(|(n, _)| n).collect())
            .collect()
    }

    #[test]
    fn each_circle_is_found_once() {
        assert_eq!(members(&[(1, 2), (2, 3)]), [[0_u8; 0]; 0]);
        assert_eq!(members(&[(1, 1)]), [[1]]);
        assert_eq!(members(&[(0, 1), (1, 2), (2, 3), (3, 1)]), [[1, 2, 3]]);
        assert_eq!(members(&[(1, 2), (2, 1), (3, 4), (4, 3)]), [[1, 2], [3, 4]]);
    }
}
