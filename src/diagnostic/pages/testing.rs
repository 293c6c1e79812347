//! What the tests of a spec have to say.

use crate::diagnostic::page::pages;

pages! {
    /// # What it checks
    /// A `test` block of the spec does not hold. It was run by the engine that runs production, over both systems in memory:
    /// an expectation found another value or another record, `settle` found no rest within 12 rounds, or a step was about a
    /// record that is not there. `accordant test` reports it, and names what stood there instead.
    ///
    /// # Why it matters
    /// A test is what people agreed on, in their own words. Where it fails, either a later change of the spec broke the
    /// agreement, or the agreement has changed and nobody wrote it down.
    ///
    /// # Example
    /// ```text
    /// test "a form never overwrites the name that sales wrote" {
    ///   given hubspot.contact ann { email = "ann@x.example", lastname = "Lee" }
    ///   given salesforce.Contact ann { Email = "ann@x.example", LastName = "Lee" }
    ///   settle
    ///   at day 1 10:00 hubspot.contact ann { lastname = "asdf" }
    ///   settle
    ///   expect salesforce.Contact ann { LastName = "Lee" }
    /// }
    /// ```
    /// fails as long as the row of the last name lets every edit travel, and passes with `prefer salesforce unless blank`.
    ///
    /// # How a test is read
    /// Day 1 is 2026-01-01, all times are UTC. What is `given` first is there since the day before. `ann` names a pair: the
    /// record that the engine made or linked for her on the other side is `ann`, too. Where a field holds the id of another
    /// record, the alias of that record stands for its id: `associatedcompanyid = acme`. A field that no row reads keeps what
    /// the test wrote. Names of the environment stand for themselves: what is written for `env.desk` is `desk`.
    ///
    /// The automations of both systems run as their platforms let them. What runs later, as workflows of HubSpot and scheduled
    /// paths of Salesforce do, has its turn when a run is over, or when time passes: before the next step with a later time.
    ///
    /// # How to fix
    /// Read what is held first: the finding tells it with its code, and it is usually the reason. Then correct the row, the
    /// admission or the map; or the expectation, if the agreement has changed.
    ///
    /// # How to waive
    /// It cannot be waived. Delete the test, if what it promises is promised no more.
    pub U001
}
