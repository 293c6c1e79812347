//! The order in which the elements of an automation are walked.

use std::collections::BTreeSet;

/// What can be reached from these, each before what it leads to, save round loops. Without recursion, so that no file
/// overflows the stack.
pub(super) fn of<'a>(starts: &[&'a str], next: impl Fn(&str) -> Vec<&'a str>) -> Vec<&'a str> {
    let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
    for start in starts.iter().rev() {
        if !seen.insert(*start) {
            continue;
        }
        let mut open: Vec<(&str, Vec<&str>)> = vec![(start, next(start))];
        while let Some((name, rest)) = open.last_mut() {
            match rest.pop() {
                Some(follower) if seen.insert(follower) => open.push((follower, next(follower))),
                Some(_) => {}
                None => {
                    out.push(*name);
                    open.pop();
                }
            }
        }
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_leads_to_something_comes_before_it() {
        let next = |name: &str| match name {
            "a" => vec!["b", "d"],
            "b" => vec!["c"],
            "c" => vec!["b", "d"],
            _ => vec![],
        };
        assert_eq!(of(&["a"], next), ["a", "b", "c", "d"]);
        assert_eq!(of(&["c", "a"], next).len(), 4);
    }
}
