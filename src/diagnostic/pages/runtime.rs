//! Why a run refused to start, why a record did not sync, why a write was held.

use crate::diagnostic::page::pages;

pages! {
    /// # What happened
    /// The plan was not loaded: it is damaged, written in a newer format, made from other catalogs than the ones present,
    /// contradicts itself, or its hash does not fit its content.
    ///
    /// # Why it matters
    /// A plan is a promise that somebody checked. One that has changed since is a promise of nobody. Nothing was read
    /// from a store, and nothing was written.
    ///
    /// # How to fix
    /// Build it again from the spec: `accordant build`. If only the format is newer, use the version of the tool that
    /// wrote it. Never edit a plan by hand.
    pub R001

    /// # What happened
    /// The state file was not used: it is damaged, in use by another run, belongs to another project or environment, or
    /// was written by a newer version.
    ///
    /// # Why it matters
    /// The state holds which records belong together and what was last agreed on. Another project's state would make a
    /// run compare strangers.
    ///
    /// # How to fix
    /// Check `state` of the environment in `accordant.toml`, wait for a run that still goes on, and let the user of the run
    /// read and write the file and its folder. A file that is damaged is put back from a copy. Only where there is none, move
    /// it away and run again: stamped ids and match keys find the pairs anew, pairs that agree are adopted without a write,
    /// and differences are reported instead of being decided: edits that no run has carried over yet stay where they were
    /// made.
    pub R002

    /// # What happened
    /// A store could not be opened, read to its end, or written to: a missing folder, a file without permission, a broken database, a
    /// system that does not answer. Or a file is gone of which earlier runs linked records: it is not taken for an empty one.
    ///
    /// # Why it matters
    /// Records that could not be read are not records that do not exist. Nothing is ever deleted or created on the
    /// strength of an unreadable store.
    ///
    /// # How to fix
    /// Check the path or address under `[environments]`, and the permissions. Then run again: it goes on where it was.
    pub R003

    /// # What happened
    /// The value of a field has no place on the other side: it is in no row of the map, the map says `reject`, or the
    /// target would refuse it.
    ///
    /// # Why it matters
    /// The row is held and the rest of the record goes on. Writing the value anyway would be refused by a restricted
    /// picklist, or pollute the reports of an unrestricted one.
    ///
    /// # Example
    /// ```text
    /// R004 value-rejected   3   country "Freedonia" is in no map
    /// ```
    ///
    /// # How to fix
    /// Correct the value in the record, or give it a row in the map. `else keep`, `else blank` and `else VALUE` say what
    /// happens to all values that have none. The record is taken up by itself as soon as either changes.
    pub R004

    /// # What happened
    /// A record was to be created, and a field without which the target accepts none is blank.
    ///
    /// # Why it matters
    /// The create as a whole is held: half a record is worse than none.
    ///
    /// # How to fix
    /// Fill the field in the source record, or give the row a `default`, which stands in for the blank and never travels
    /// back.
    pub R005

    /// # What happened
    /// The function of a row could not make a value of the other side from this one: text that is no date, a phone number
    /// that is none, a number that does not fit.
    ///
    /// # Why it matters
    /// The row is held; the other rows of the record go on. A guess would be written with the authority of a fact.
    ///
    /// # How to fix
    /// Correct the value, or say on the row what happens to such values: `else keep`, `else blank`, `else VALUE`.
    pub R006

    /// # What happened
    /// The record waits for another one that is not linked: its company is held, not admitted by the filter, or has not
    /// arrived yet.
    ///
    /// # Why it matters
    /// Without its parent the record would be an orphan on the other side, or be refused. It wakes by itself when the
    /// parent is linked.
    ///
    /// # How to fix
    /// Look at the parent first: where it is held, `accordant run --verbose` names it with its own reason. `after SYNC else
    /// without` lets records whose parent will never come go on without one.
    pub R007

    /// # What happened
    /// The target refused to create the record (a validation rule, a duplicate rule, a trigger, a missing permission), or
    /// took it and does not give it back.
    ///
    /// # Why it matters
    /// The record was taken out of its batch, so that the others were written, and is held with the words of the system.
    /// It has no counterpart yet, and what refers to it waits.
    ///
    /// # How to fix
    /// Correct the record so that the rule is content, or exempt the integration user from the rule. It is tried again
    /// when the record or the plan changes.
    pub R008

    /// # What happened
    /// The target refused a change of a record that exists: a validation rule, a missing permission, a lock by an
    /// approval, a file that is read-only.
    ///
    /// # Why it matters
    /// The record stays as it is there, and the two sides differ. What the system said is kept with it.
    ///
    /// # How to fix
    /// Correct the values, grant the permission or end the lock, or take the field out of the spec. It is tried again when
    /// the record or the plan changes.
    pub R009

    /// # What happened
    /// The write was accepted, and reading the record back shows the old value. Some fields refuse in silence: HubSpot's
    /// lifecycle stage does not move backwards, and Salesforce ignores an amount where products exist.
    ///
    /// # Why it matters
    /// Taken for an edit of a person, the old value would travel back and undo the source. It is a held conflict instead.
    ///
    /// # How to fix
    /// Decide which side is right and change the other one, or let the row travel one way from the side that refuses.
    pub R010

    /// # What happened
    /// A match key fits several records of a side, and the spec says `hold`, or its order does not single one out.
    ///
    /// # Why it matters
    /// Linking the wrong one mixes two people or two companies, and is hard to undo.
    ///
    /// # Example
    /// ```text
    /// R011 several-match   5   two Salesforce contacts share ann@acme.example
    /// ```
    ///
    /// # How to fix
    /// Merge the duplicates, or state an order that always decides: `many salesforce keep first by CreatedDate, Id`.
    pub R011

    /// # What happened
    /// Both sides changed a field, and the row says `ask`: a person decides. Or a record was deleted on one side and changed on
    /// the other; or one came back whose counterpart was archived or deleted with it.
    ///
    /// # Why it matters
    /// Both values are kept where they are, and neither is lost. The other rows of the record go on. Between a record and a
    /// deleted one nothing travels, and no other is made in its place.
    ///
    /// # How to fix
    /// Make the two sides agree, on either side: the same value, both records there, or both deleted. If the answer is always the
    /// same, say so on the row: `SIDE wins`, `latest else SIDE`.
    pub R012

    /// # What happened
    /// The record that a match key or a stamp names already belongs to another one.
    ///
    /// # Why it matters
    /// A record is linked at most once across syncs that share its object. A second link would let two records write the
    /// same fields in turns.
    ///
    /// # How to fix
    /// The two on this side are likely duplicates: merge them. If they are not, correct the value that makes the match key
    /// fit both.
    pub R013

    /// # What happened
    /// The run stopped because it was about to create, change or delete more records than the plan allows in one go.
    ///
    /// # Why it matters
    /// Mass changes are mostly mistakes: a filter that matches everything, a store that was restored empty. Nothing beyond
    /// the limit was written.
    ///
    /// # How to fix
    /// Find out what is behind it before anything else: a filter, a restored or emptied store. If the deletes are meant, make
    /// them by hand on the other side, or run once with `delete keep`: the links then end without a delete.
    pub R014

    /// # What happened
    /// A row was still writing after as many rounds as the compiler had proved to be enough, and was stopped for this
    /// record.
    ///
    /// # Why it matters
    /// Something that the spec does not know of changes the field back: an automation that nobody declared.
    ///
    /// # How to fix
    /// Find the writer in the field's history, and declare it: `automation salesforce "its name" { … }`. The compiler
    /// then says whether the two can live together.
    pub R015

    /// # What happened
    /// A record of a store cannot be read: a line that is no JSON, a row with too many columns, an id that is missing.
    ///
    /// # Why it matters
    /// It is left out with its file and line, and the others go on. It does not count as deleted.
    ///
    /// # How to fix
    /// Correct the line, or export the file again.
    pub R016

    /// # What happened
    /// Two records of one object carry the same id in a store. The first is used; this one, named with its place, is left
    /// out.
    ///
    /// # Why it matters
    /// Links are made by id, and which of the two is the record is anybody's guess.
    ///
    /// # How to fix
    /// Take the wrong one out. Two exports that were joined into one file are the commonest cause.
    pub R017

    /// # What happened
    /// A reference points to a record that has no counterpart on the other side, so there is no id to write.
    ///
    /// # Why it matters
    /// The row is held, and the other rows of the record go on. It is written as soon as the counterpart is linked.
    ///
    /// # How to fix
    /// See why the record that it points to is not linked: if it is held, `accordant run --verbose` names it with its reason.
    /// If it never will be linked, let the row say what stands in its place, or leave such references out with `when`.
    pub R018

    /// # What happened
    /// A field that only the other side may write was changed here. It was reported once and left alone.
    ///
    /// # Why it matters
    /// The two sides differ and will stay so until the owning side changes.
    ///
    /// # How to fix
    /// `enforce` on the row undoes such edits. If people here are right to edit the field, make the row two-way.
    pub R019

    /// # What happened
    /// A lead was converted into a contact, or a record was merged into another, that is already linked to another record.
    ///
    /// # Why it matters
    /// Two records of one side now stand for one of the other. The earlier link stands, and nothing is overwritten.
    ///
    /// # How to fix
    /// Merge the two records. The link follows the merge.
    pub R020

    /// # What happened
    /// A write to a protected field reached the last check before the wire, and was refused there.
    ///
    /// # Why it matters
    /// The compiler proves that no plan can contain such a write. That one did anyway means a damaged plan, or a bug of
    /// ours; the protection held.
    ///
    /// # How to fix
    /// Build the plan again. If it happens with a fresh plan, report it.
    pub R021

    /// # What happened
    /// The spec contains something that this version checks and documents, but does not execute yet. The finding names it.
    ///
    /// # Why it matters
    /// Nothing is ignored in silence: what is not executed is said at build, and again at each run.
    ///
    /// # How to fix
    /// Nothing is wrong with the spec. Do that part by hand for now, or keep the automation that does it today.
    pub R022

    /// # What happened
    /// The record would be created on the other side, and there is one with its match key there that the filter (`from`) of
    /// that side does not admit.
    ///
    /// # Why it matters
    /// A record that is not admitted is not linked, and to create another with its key would double it.
    ///
    /// # How to fix
    /// Nothing, if the other record will be admitted one day: they are linked then. Otherwise widen the filter, or correct
    /// the value that makes the match key fit both.
    pub R023

    /// # What happened
    /// Somebody moved a record to a stage to which no line of its lifecycle leads from where it was, or whose condition does
    /// not hold; or cleared the stage.
    ///
    /// # Why it matters
    /// The other system was not told, and nothing was put back: both sides stay as people left them. Other fields go on.
    ///
    /// # How to fix
    /// Move the record to a stage that the lifecycle permits, or back; or permit the move in the spec. It is looked at again
    /// in each run.
    pub R024

    /// # What happened
    /// Both sides moved a record to different stages since the last run. Neither move may follow on the other, or each may,
    /// and the lifecycle has no `truth`.
    ///
    /// # Why it matters
    /// Whichever was taken, somebody's move would be lost. Both sides stay as they are.
    ///
    /// # How to fix
    /// Set both sides to the stage that is right. To decide it once and for all, say `truth` in the lifecycle, or permit one
    /// move after the other.
    pub R025
}
