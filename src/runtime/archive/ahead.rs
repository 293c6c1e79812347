//! Reading ahead in the links. Sweeps ask for the links of neighbours: where that is seen, one query gets many of them.

use smol_str::SmolStr;

use super::Link;
use crate::side::Side;

/// Links that are read ahead at most.
const MOST: usize = 256;

/// The links of one group and side in a range of ids: for each id of the range it is known whether it has a link.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    group: i64,
    /// The first id of the range, and its last; none where it has no end.
    range: Option<(SmolStr, Option<SmolStr>)>,
    /// In the order of their ids.
    links: Vec<Link>,
    /// How often they were asked for.
    hits: usize,
}

impl Ahead {
    /// The link of an id, if its range is known.
    pub(super) fn get(&mut self, side: Side, group: i64, id: &str) -> Option<Option<Link>> {
        if !self.covers(group, id) {
            return None;
        }
        self.hits += 1;
        let found = self
            .links
            .binary_search_by(|link| link.ids.get(side).as_str().cmp(id));
        Some(found.ok().and_then(|at| self.links.get(at)).cloned())
    }

    fn covers(&self, group: i64, id: &str) -> bool {
        self.group == group
            && self.range.as_ref().is_some_and(|(first, last)| {
                first.as_str() <= id && last.as_ref().is_none_or(|last| id <= last.as_str())
            })
    }

    /// How many links from an id on are worth reading: twice as many as before where those were asked for, too.
    pub(super) fn worth(&self, group: i64, id: &str) -> usize {
        let goes_on = self.group == group
            && matches!(&self.range, Some((_, Some(last))) if last.as_str() < id)
            && self.hits * 2 >= self.links.len();
        if goes_on {
            (self.links.len() * 2).clamp(1, MOST)
        } else {
            1
        }
    }

    /// Takes what was read from an id on, at most `limit`; gives the link of that id.
    pub(super) fn take(
        &mut self,
        side: Side,
        group: i64,
        id: &str,
        limit: usize,
        links: Vec<Link>,
    ) -> Option<Link> {
        let last = links.last().filter(|_| links.len() >= limit);
        let last = last.map(|link| link.ids.get(side).clone());
        let found = links.first().filter(|link| *link.ids.get(side) == id);
        let found = found.cloned();
        *self = Self {
            group,
            range: Some((SmolStr::new(id), last)),
            links,
            hits: 1,
        };
        found
    }

    /// Takes a new link, if its id is in the range.
    pub(super) fn put(&mut self, side: Side, group: i64, link: Link) {
        let id = link.ids.get(side);
        if !self.covers(group, id) {
            return;
        }
        let after = self.links.partition_point(|l| l.ids.get(side) < id);
        self.links.insert(after, link);
        if self.links.len() > MOST {
            // Those ahead are asked for next.
            self.links.drain(..MOST / 2);
            if let (Some((first, _)), Some(link)) = (&mut self.range, self.links.first()) {
                *first = link.ids.get(side).clone();
            }
        }
    }

    /// Forgets the range if this id is in it: its link has changed.
    pub(super) fn forget(&mut self, group: i64, id: &str) {
        if self.covers(group, id) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::runtime::Archive;
    use crate::runtime::archive::Rest;
    use crate::side::{Side, Sides};
    use smol_str::SmolStr;

    fn ids(n: usize) -> Sides<SmolStr> {
        Sides::new(
            format!("l{n:03}").into(),
            format!("r{:03}", n * 7 % 100).into(),
        )
    }

    /// In whatever order links are asked for, and changed between the questions, the answers are those of the state.
    #[test]
    fn what_is_read_ahead_is_as_it_is_stored() {
        let mut archive = Archive::memory().expect("opens");
        let groups = Sides::new(1, 2);
        for n in (0..100).filter(|n| n % 3 != 0) {
            archive
                .put_link(groups, 1, &ids(n), Rest::NONE, b"")
                .expect("puts");
        }
        let there = |archive: &Archive, n: usize, wanted: bool| {
            for side in Side::BOTH {
                let found = archive
                    .link(side, *groups.get(side), ids(n).get(side))
                    .expect("asked");
                assert_eq!(found.map(|l| l.ids), wanted.then(|| ids(n)), "{n}");
            }
        };
        for step in [1, 2, 7, 33, 99] {
            for n in (0..100).map(|n| n * step % 100) {
                there(&archive, n, n % 3 != 0);
            }
        }
        for n in 0..100 {
            there(&archive, n, n % 3 != 0);
            let near = (n + 2) % 100;
            if near % 3 == 0 {
                archive
                    .put_link(groups, 1, &ids(near), Rest::NONE, b"")
                    .expect("puts");
                there(&archive, near, true);
                archive.remove_link(groups, 1, &ids(near)).expect("removes");
                there(&archive, near, false);
            } else {
                let rest = Rest(Some(Sides::new(n as i64 + 1, 5)));
                archive.put_rest(groups, &ids(near), rest).expect("puts");
                for side in Side::BOTH {
                    let id = ids(near).get(side).clone();
                    let found = archive.link(side, *groups.get(side), &id).expect("asked");
                    let own = rest.0.map(|r| *r.get(side));
                    assert_eq!(found.map(|l| l.rest), Some(own));
                }
            }
        }
    }
}
