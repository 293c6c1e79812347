//! Bugs of ours.

use crate::diagnostic::rule;

rule! {
    /// # What it checks
    /// Accordant reached a state that its authors held to be impossible, noticed it, and stopped before doing anything
    /// on the strength of it. It is a bug of ours and never a mistake of yours.
    ///
    /// # Why it matters
    /// A compiler that goes on after a broken assumption writes a wrong plan. Stopping costs a report; going on could
    /// cost data. Nothing was written to any system, and no file was left half done.
    ///
    /// # How to fix
    /// Report the message with the version (`accordant --version`), the command and, if you may share them, the spec
    /// and the catalogs. The place that is shown is what was being worked on: writing that part in another way often
    /// avoids the bug until it is mended.
    ///
    /// # How to waive
    /// It cannot be waived, and no project can lower its level.
    pub B001
}
