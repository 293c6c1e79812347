//! Waivers: findings that the spec allows, with a reason, a person and a day on which that ends.

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic, Level, Page, Sink};
use crate::model::{Model, Waiver};

mod page_expired {
    use crate::diagnostic::rule;

    rule! {
        /// # What it checks
        /// The last day of a waiver (`allow CODE in PATH … until DAY`) has not passed.
        ///
        /// # Why it matters
        /// A waiver is a decision for a time. After its last day the finding that it allowed counts again.
        ///
        /// # How to fix
        /// Fix what was waived, or decide again: write a new day.
        ///
        /// # How to waive
        /// It cannot be waived.
        pub U004
    }
}

mod page_useless {
    use crate::diagnostic::rule;

    rule! {
        /// # What it checks
        /// A waiver allows something that is there.
        ///
        /// # Why it matters
        /// A waiver of nothing would one day hide a finding that nobody has looked at.
        ///
        /// # How to fix
        /// Delete the waiver.
        ///
        /// # How to waive
        /// Set the level of U005 in the manifest.
        pub U005
    }
}

/// The pages of the findings about waivers.
pub const PAGES: &[Page] = &[page_expired::PAGE, page_useless::PAGE];

/// Removes what waivers allow, and reports the waivers that have expired or allow nothing.
///
/// What a waiver allows may be hidden behind an unknown name or an unread line, so that none is useless while there are any.
pub(super) fn apply(model: &Model, found: &mut Sink, before: &Sink, today: Option<Date>) -> Sink {
    let mut sink = Sink::default();
    let sound = !before.iter().any(|d| d.level == Level::Error);
    for waiver in &model.waivers {
        let Some(code) = waiver.code.filter(|_| !waiver.scope.is_empty()) else {
            continue;
        };
        if let Some((until, today)) = waiver.until.zip(today)
            && until < today
        {
            sink.push(expired(waiver, code, until));
            continue;
        }
        let findings = found.inner_mut();
        let before = findings.len();
        findings.retain(|d| !(d.code == code && covers(waiver, d)));
        if sound && findings.len() == before && crate::check::pages().any(|p| p.code == code) {
            sink.push(useless(waiver, code));
        }
    }
    sink
}

fn covers(waiver: &Waiver, finding: &Diagnostic) -> bool {
    finding.code.family() != 'B'
        && finding
            .labels
            .iter()
            .any(|l| waiver.scope.iter().any(|s| s.contains(l.span)))
}

fn expired(waiver: &Waiver, code: Code, until: Date) -> Diagnostic {
    Diagnostic::new(
        Code::U004,
        format!("this waiver of {code} ended on {until}"),
    )
    .at(waiver.span, "no longer holds")
    .help("fix what it allowed, or decide again and write a new day")
}

fn useless(waiver: &Waiver, code: Code) -> Diagnostic {
    Diagnostic::new(
        Code::U005,
        format!("there is no {code} that this waiver could allow"),
    )
    .at(waiver.span, "allows nothing")
    .help("delete it")
}
