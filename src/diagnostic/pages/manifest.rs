//! What can be wrong with `accordant.toml` and with the files that it names.

use crate::diagnostic::page::pages;

pages! {
    /// # What it checks
    /// `accordant.toml` is not valid TOML, has a key that means nothing, lacks one that is needed, or has a value of the
    /// wrong kind.
    ///
    /// # Why it matters
    /// A misspelt key would be a setting that silently does nothing: a catalog that is never read, a limit that never
    /// holds.
    ///
    /// # Example
    /// ```toml,fail
    /// [project]
    /// name = "acme"
    /// langauge = 1
    /// specs = ["*.sync"]
    /// ```
    /// ```toml,pass
    /// [project]
    /// name = "acme"
    /// language = 1
    /// specs = ["*.sync"]
    /// ```
    ///
    /// # How to fix
    /// Write the key that the finding suggests, or take the line out. Secrets are given as references, such as
    /// `token = { env = "HUBSPOT_TOKEN" }`, and never as text.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub M001

    /// # What it checks
    /// The manifest names a catalog or metadata file that is not there, a pattern that matches no file, or a spec uses a
    /// system that has no catalog at all.
    ///
    /// # Why it matters
    /// Every name in a spec is checked against the catalog of its system. Without one nothing can be said about its
    /// fields, and what depends on them stays unchecked.
    ///
    /// # Example
    /// ```toml
    /// [systems.salesforce]
    /// catalog = ["catalogs/salesforce/*.json"]     # the folder is empty, or was not committed
    /// ```
    ///
    /// # How to fix
    /// Save the catalog and commit it beside the spec:
    /// `sf sobject describe --sobject Account --json > catalogs/salesforce/Account.json`, or the body of HubSpot's
    /// properties call as `catalogs/hubspot/companies.json`. Then `accordant catalog import` normalises it.
    ///
    /// # How to waive
    /// It cannot be waived. Take the pattern out if the standard objects that are built in are all you need.
    pub M002

    /// # What it checks
    /// The manifest asks for a version of the language that this tool does not know.
    ///
    /// # Why it matters
    /// A newer language may give the same words another meaning. Reading it by the old rules could compile a plan that
    /// does something else than what was written.
    ///
    /// # Example
    /// ```toml,fail
    /// [project]
    /// name = "acme"
    /// language = 2
    /// specs = ["*.sync"]
    /// ```
    /// ```toml,pass
    /// [project]
    /// name = "acme"
    /// language = 1
    /// specs = ["*.sync"]
    /// ```
    ///
    /// # How to fix
    /// Install a newer `accordant`, or write the version that this one knows.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub M004

    /// # What it checks
    /// Spec files use each other in a circle. The finding shows the whole path.
    ///
    /// # Why it matters
    /// A name whose meaning depends on itself has none.
    ///
    /// # Example
    /// ```text
    /// people.sync     use company.{Tier}
    /// company.sync    use people.{Country}
    /// ```
    ///
    /// # How to fix
    /// Move what both need into a file of its own, and `use` that one from both.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub M005

    /// # What it checks
    /// A path in the manifest, or a `use` in a spec, leads out of the project: it is absolute, climbs with `..`, or
    /// passes through a symbolic link that does.
    ///
    /// # Why it matters
    /// A project must mean the same on every machine, and checking a project from a stranger must not read files that are
    /// none of its business.
    ///
    /// # Example
    /// ```toml,fail
    /// [project]
    /// name = "acme"
    /// language = 1
    /// specs = ["*.sync", "../shared/*.sync"]
    /// ```
    /// ```toml,pass
    /// [project]
    /// name = "acme"
    /// language = 1
    /// specs = ["*.sync", "shared/*.sync"]
    /// ```
    ///
    /// # How to fix
    /// Copy the file into the project, or move `accordant.toml` up to the folder that holds both.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub M006

    /// # What it checks
    /// A catalog file is not what it should be: not JSON, no describe result, no list of properties, or a field without
    /// a name or type.
    ///
    /// # Why it matters
    /// Fields that could not be read look like fields that do not exist, and every row that uses them would be an error.
    ///
    /// # Example
    /// ```json
    /// { "status": "error", "message": "You do not have the required permissions" }
    /// ```
    /// An error page that was saved in the place of the catalog is the commonest cause.
    ///
    /// # How to fix
    /// Save the file again from the system that it describes, and look at it before you commit it.
    ///
    /// # How to waive
    /// It cannot be waived. Exclude the file from the `catalog` patterns if it is none.
    pub M007

    /// # What it checks
    /// A metadata file (an object, a flow, a value set, a workflow) could not be read, or has parts that this version does
    /// not understand. The finding names what was skipped; the rest was used.
    ///
    /// # Why it matters
    /// What automations write is known from metadata. A flow that could not be read may write a field that the spec also
    /// writes, and the checks for circular updates would not see it.
    ///
    /// # Example
    /// ```xml
    /// <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
    ///     <label>Title case country
    /// ```
    /// The file ends in the middle of an element.
    ///
    /// # How to fix
    /// Retrieve the file again. If it is complete and is still skipped, declare what it writes in the spec:
    /// `automation salesforce "Title case country" { … }`.
    ///
    /// # How to waive
    /// Set `M008 = "hint"` under `[levels]`, or narrow the `metadata` patterns to what concerns the spec.
    pub M008
}
