//! Where findings are collected: the only way to report.

use std::collections::HashSet;

use super::{Diagnostic, Level};
use crate::source::Sources;

/// Collects findings in any order; [`Sink::sorted`] gives them in the order of the contract.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// Reports a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Takes over all findings of another sink.
    pub fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Whether anything of level error has been reported.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.level == Level::Error)
    }

    /// The findings as they came in.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// The findings, to be changed or dropped in place (levels, waivers).
    pub const fn inner_mut(&mut self) -> &mut Vec<Diagnostic> {
        &mut self.found
    }

    /// The findings sorted by file, place, code and message, equal ones once.
    pub fn sorted(&self, sources: &Sources) -> Vec<Diagnostic> {
        let mut seen = HashSet::new();
        let mut out: Vec<_> = self
            .found
            .iter()
            .filter(|d| seen.insert((d.code, d.labels.first().map(|l| l.span), d.message.clone())))
            .cloned()
            .collect();
        out.sort_by_cached_key(|d| {
            let span = d.labels.first().map(|l| l.span);
            let path = span
                .and_then(|s| sources.get(s.file))
                .map_or(String::new(), |f| f.path().to_owned());
            (path, span.map(|s| s.start), d.code, d.message.clone())
        });
        out
    }
}
