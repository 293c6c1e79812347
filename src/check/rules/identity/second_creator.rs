//! I016: one thing that is made twice, once in each house.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Mode, Model, SyncView, System};
use crate::platform::PlatformWrite;
use crate::side::Side;

use super::words::{creates_twice, likely_key};

rule! {
    /// # What it checks
    /// Where a sync creates on both sides, there is a `key` (a side of creation without one is told by I004). And where the sync of an object creates, the platform does not
    /// make records of that object by itself: HubSpot makes a company for the domain of a new address, unless
    /// `auto_create_companies off` says that it does not; where nothing is said, that is a warning.
    ///
    /// # Why it matters
    /// While one side makes a record, the other makes its own of the same thing, and after the next run there are two of
    /// everything.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   create in desk, crm
    ///   delete keep
    ///   subject <-> Subject, -> default "none"
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  email = SuppliedEmail
    ///   many   desk hold
    ///   many   crm hold
    ///   key    desk.crm_case_id, crm.Desk_Ticket_Id__c
    ///   create in desk, crm
    ///   delete keep
    ///   subject <-> Subject, -> default "none"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name a key on both sides, create on one side only, or switch the platform's own creation off.
    ///
    /// # How to waive
    /// `allow I016 in Ticket because "…" by "…" until 2027-06-30`
    pub I016
}

/// Finds syncs that create on both sides without both keys, and platforms that create beside a sync.
pub fn run(cx: &mut Cx<'_>) {
    let both: Vec<_> = cx.model.sync_views().filter_map(both_houses).collect();
    let alone: Vec<_> = cx
        .model
        .systems
        .iter()
        .filter_map(|s| by_itself(cx.model, s))
        .collect();
    both.into_iter().chain(alone).for_each(|f| cx.report(f));
}

fn both_houses(sync: SyncView<'_>) -> Option<Diagnostic> {
    if !creates_twice(sync) {
        return None;
    }
    let (left, right) = ((sync.sync.create.left)?, (sync.sync.create.right)?);
    let keys = Side::BOTH.map(|side| likely_key(sync, side));
    let name = &sync.sync.name.node;
    Some(
        Diagnostic::new(
            Code::I016,
            format!(
                "both sides of `{name}` create, and nothing keeps them from making one thing twice"
            ),
        )
        .at(left, "created here")
        .at(right, "and here, without a `key`")
        .note(
            "two records that are made at the same time, or sent twice, never learn of each other",
        )
        .help(format!(
            "name a key on both sides, or create on one side only\n  key  {}",
            keys.join(", ")
        )),
    )
}

/// A platform that makes records of an object by itself, beside a sync that does.
fn by_itself(model: &Model, system: &System) -> Option<Diagnostic> {
    let known = model.catalogs.get(&system.name.node)?;
    let on = |sync: SyncView<'_>, object: &str| {
        let found = known.object(object);
        Side::BOTH.into_iter().find(|side| {
            let end = sync.sync.ends.get(*side).object;
            found.is_some()
                && end.map(|o| o.object) == found
                && sync
                    .system(*side)
                    .is_some_and(|s| s.name.node == system.name.node)
        })
    };
    let merges = || model.sync_views().filter(|s| s.sync.mode == Mode::Merge);
    let beside = |write: &PlatformWrite| {
        let made = write.makes?;
        let travels = |s: SyncView<'_>| {
            on(s, write.object).is_some_and(|side| s.sync.arrow.node.goes_from(!side))
        };
        let creates = |s: &SyncView<'_>| Side::BOTH.iter().any(|side| s.creates(*side));
        let creator = merges().find(|s| on(*s, made).is_some() && creates(s))?;
        merges().any(travels).then_some((made, creator))
    };
    let mut writes = system.profile.writes.iter();
    writes.find_map(|write| {
        let setting = write.setting?;
        let stated = system.setting(setting);
        let on = |_: &_| !system.switches_off(setting);
        let (object, sync) = beside(write).filter(on)?;
        let side = Side::BOTH.into_iter().find(|s| sync.creates(*s))?;
        let level = if stated.is_some() {
            Level::Error
        } else {
            Level::Warning
        };
        let name = &system.name.node;
        Some(
            Diagnostic::new(
                Code::I016,
                format!(
                    "`{name}` makes a `{object}` by itself, and `{}` makes its own",
                    sync.sync.name.node
                ),
            )
            .level(level)
            .at(
                system.name.span,
                if stated.is_some() {
                    "switched on here"
                } else {
                    "nothing says that this is off"
                },
            )
            .at(sync.made_at(side), "created here, too")
            .note(format!("it does so when {}", write.when))
            .help(format!(
                "switch it off there, and say so\n  system {name}: {} {{ {setting} off }}",
                system.kind
            )),
        )
    })
}
