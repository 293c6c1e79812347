//! Records that have to be read: gathered by object, and asked for in one order.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::runtime::protocol::ObjectId;

/// Ids by object, each once.
#[derive(Debug, Default)]
pub(super) struct Wanted(BTreeMap<ObjectId, BTreeSet<SmolStr>>);

impl Wanted {
    /// Wants these records, too.
    pub fn add(&mut self, object: ObjectId, ids: impl IntoIterator<Item = SmolStr>) {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_some() {
            self.0.entry(object).or_default().extend(ids);
        }
    }

    /// What is asked, an object at a time.
    pub fn asks(self) -> impl Iterator<Item = (ObjectId, Vec<SmolStr>)> {
        let all = self.0.into_iter();
        all.map(|(object, ids)| (object, ids.into_iter().collect()))
    }
}
