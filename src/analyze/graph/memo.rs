//! Answers that are found once. Rows and automations of one form give equal networks, since a network knows no names; a spec
//! has many parts and few forms.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Answers by what was asked.
pub(super) struct Memo<K, V>(Mutex<HashMap<K, Arc<OnceLock<V>>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Memo<K, V> {
    /// The answer to a question. Whoever asks while another one looks for it waits.
    pub fn get(&self, key: &K, find: impl FnOnce(&K) -> V) -> V {
        let slot = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match known.get(key) {
                Some(slot) => Arc::clone(slot),
                None => Arc::clone(known.entry(key.clone()).or_default()),
            }
        };
        slot.get_or_init(|| find(key)).clone()
    }
}
