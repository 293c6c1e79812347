//! What ties automations that start each other within one system to a sync.
//!
//! Where they go on for ever, a system that no sync touches is its own affair. A sync does so in two ways: its rows **send**
//! what the automations write, and then they go on for ever as well, whoever began; or it **begins** them: a row, or a
//! lifecycle, writes a value that starts one of them, by way of others perhaps. Then only what the sync writes counts, since
//! what people start there goes on without it. Automations that run within a save end with it and need no row.

use std::collections::{BTreeMap, BTreeSet};

use super::consequence::acting;
use super::edge::{Edge, Writer};
use super::parts::Component;
use crate::model::{FieldRef, Model, Phase};

/// What is looked up about some edges.
pub(super) struct Tied<'m> {
    model: &'m Model,
    edges: &'m [Edge],
    /// The rows that send what automations that run later write: by what starts them, as positions in the list of all edges.
    senders: BTreeMap<FieldRef, Vec<usize>>,
}

impl<'m> Tied<'m> {
    pub fn new(model: &'m Model, edges: &'m [Edge], known: &[usize]) -> Self {
        let mut tied = Self {
            model,
            edges,
            senders: BTreeMap::new(),
        };
        let known = || tied.at(known);
        let later = known().filter(|(_, e)| tied.is_later(e));
        let mut senders: BTreeMap<FieldRef, Vec<usize>> =
            later.map(|(_, e)| (e.target, Vec::new())).collect();
        for (i, edge) in known().filter(|(_, e)| matches!(e.writer, Writer::Row(..))) {
            for start in &edge.starts {
                if let Some(rows) = senders.get_mut(start) {
                    rows.push(i);
                }
            }
        }
        tied.senders = senders;
        tied
    }

    /// The edges at some positions.
    fn at<'a>(&'a self, among: &'a [usize]) -> impl Iterator<Item = (usize, &'m Edge)> + 'a {
        let among = among.iter();
        among.filter_map(|i| Some((*i, self.edges.get(*i)?)))
    }

    fn is_later(&self, edge: &Edge) -> bool {
        acting(self.model, edge).is_some_and(|(a, _)| a.phase == Phase::Later)
    }

    /// Adds to a part of automations alone what, among some edges, ties it to a sync.
    pub fn complete(&self, part: &mut Component, among: &[usize]) {
        let inside = || self.at(&part.edges).map(|(_, e)| e);
        let alone = inside().all(is_automatic);
        if !alone || !inside().any(|e| self.is_later(e)) {
            return;
        }
        let sent = part.cells.iter().filter_map(|c| self.senders.get(c));
        let sent = sent.flatten().copied();
        let sent: BTreeSet<usize> = sent.filter(|i| among.binary_search(i).is_ok()).collect();
        let begins = sent.is_empty();
        let more = match begins {
            true => self.beginning(part, among),
            false => sent,
        };
        let more: Vec<usize> = more.into_iter().collect();
        for (at, edge) in self.at(&more) {
            part.edges.push(at);
            part.cells.insert(edge.target);
            if begins {
                part.given.insert(edge.target);
            }
        }
        part.edges.sort_unstable();
    }

    /// The writes of syncs that lead into a part, and the automations on their ways.
    fn beginning(&self, part: &Component, among: &[usize]) -> BTreeSet<usize> {
        let outside = || {
            self.at(among)
                .filter(|(i, _)| part.edges.binary_search(i).is_err())
        };
        let mut before = part.cells.clone();
        let read = self.at(&part.edges).flat_map(|(_, e)| &e.starts);
        before.extend(read.copied());
        let mut leads: BTreeSet<usize> = BTreeSet::new();
        loop {
            let known = leads.len();
            for (at, edge) in outside() {
                if before.contains(&edge.target) && leads.insert(at) && is_automatic(edge) {
                    before.extend(&edge.starts);
                }
            }
            if leads.len() == known {
                break;
            }
        }
        // of these, what a sync begins
        let mut begun: BTreeSet<FieldRef> = BTreeSet::new();
        let mut found: BTreeSet<usize> = BTreeSet::new();
        loop {
            let known = found.len();
            for (at, edge) in self.at(among).filter(|(i, _)| leads.contains(i)) {
                if !is_automatic(edge) || edge.starts.iter().any(|s| begun.contains(s)) {
                    found.insert(at);
                    begun.insert(edge.target);
                }
            }
            if found.len() == known {
                break;
            }
        }
        found
    }
}

const fn is_automatic(edge: &Edge) -> bool {
    matches!(edge.writer, Writer::Automation(..))
}
