//! S004, too: syncs that are to come before each other.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{SyncId, circles};
use crate::source::Span;
use crate::text::{list, quoted};

/// Finds `after` and `yields to` that lead back to where they stand; each circle once.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    let mut stated: Vec<(SyncId, SyncId, Span)> = Vec::new();
    for sync in model.sync_views() {
        let after = sync.sync.after.iter().map(|a| &a.sync);
        let first = after.chain(&sync.sync.yields_to);
        stated.extend(first.map(|s| (sync.id, s.node, s.span)));
    }
    for circle in circles(&stated) {
        let name = |id: SyncId| model.sync(id).map_or("", |s| s.sync.name.node.as_str());
        let names: Vec<String> = circle.iter().map(|(id, _)| quoted(name(*id))).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} is to come after itself"),
            several => format!("{} are to come after each other", list(several)),
        };
        let mut finding = Diagnostic::new(Code::S004, message);
        let next = circle.iter().skip(1).chain(circle.first());
        for ((_, span), (before, _)) in circle.iter().zip(next) {
            finding = finding.at(*span, format!("{} comes first", quoted(name(*before))));
        }
        cx.report(
            finding
                .note("in no order all of these hold, and one of them would be passed over")
                .help("delete one of them"),
        );
    }
}
