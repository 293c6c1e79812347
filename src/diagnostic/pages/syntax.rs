//! What can be wrong with the text itself, before any name in it is looked up.

use crate::diagnostic::page::pages;

pages! {
    /// # What it checks
    /// The text at this place does not read as the language. The finding says what could stand there, and stays within
    /// one row or one item: everything else in the file is still read and checked.
    ///
    /// # Why it matters
    /// A row that cannot be read would be a field that silently does not sync.
    ///
    /// # Example
    /// A row needs an arrow, which says who may write whom:
    /// ```sync,fail
    /// sync Company: hubspot.company <-> salesforce.Account {
    ///   name = Name
    /// }
    /// ```
    /// ```sync,pass
    /// sync Company: hubspot.company <-> salesforce.Account {
    ///   name <-> Name
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write what the finding names. `accordant fmt` shows how the rest of the file was understood.
    ///
    /// # How to waive
    /// It cannot be waived: what cannot be read cannot be compiled.
    pub S001

    /// # What it checks
    /// A block was opened with `{`, `(` or a quotation mark, and no closing one belongs to it.
    ///
    /// # Why it matters
    /// Without its end nobody can say which rows belong to the block. Items that start at the beginning of a line are
    /// still read, so that one missing bracket costs one message.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist Tier: hubspot.company.tier <-> salesforce.Account.Tier__c {
    ///   gold    <-> Gold
    ///   silver  <-> Silver
    /// ```
    /// ```sync,pass
    /// picklist Tier: hubspot.company.tier <-> salesforce.Account.Tier__c {
    ///   gold    <-> Gold
    ///   silver  <-> Silver
    /// }
    /// ```
    ///
    /// # How to fix
    /// Close the block where it should end. Items always start at the beginning of a line, and what is inside a block
    /// is indented; `accordant fmt` keeps it so.
    ///
    /// # How to waive
    /// It cannot be waived: what cannot be read cannot be compiled.
    pub S002

    /// # What it checks
    /// A row or a sync says the same kind of thing twice, where only one of the two can hold.
    ///
    /// # Why it matters
    /// Which of the two wins would be an accident of order, and a reader would see only one of them.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Company: hubspot.company <-> salesforce.Account {
    ///   truth  salesforce
    ///   truth  hubspot
    ///   name <-> Name
    /// }
    /// ```
    /// ```sync,pass
    /// sync Company: hubspot.company <-> salesforce.Account {
    ///   truth  salesforce
    ///   name <-> Name  hubspot wins
    /// }
    /// ```
    ///
    /// # How to fix
    /// Keep the one that is meant. A direction has clauses of its own: `-> blank clears, <- blank keeps` is no
    /// repetition. `match` may stand several times, as its lines are tried in order.
    ///
    /// # How to waive
    /// It cannot be waived: the two contradict each other.
    pub S003

    /// # What it checks
    /// Expressions, lists or blocks are nested more deeply than the reader of the language goes down.
    ///
    /// # Why it matters
    /// The limit is far above what a person writes. It exists so that a damaged or generated file ends in a message, and
    /// not in a crash.
    ///
    /// # How to fix
    /// Name parts of the expression with `fn` or `const`, and use the names. A file that a program wrote usually shows
    /// a loop in that program.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub S005

    /// # What it checks
    /// A spec file is larger than the compiler reads at once.
    ///
    /// # Why it matters
    /// The limit is far above the largest specs that people write. It keeps a wrong file (a dump of data that happens to
    /// be called `.sync`) from filling the memory of the machine.
    ///
    /// # How to fix
    /// Split the spec: each file is a module, and `use` brings the names of one into another. If the file is not a spec,
    /// narrow the `specs` patterns in `accordant.toml`.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub S006

    /// # What it checks
    /// A number, text, date or time is written in the right place, but is no such value: a month 13, an hour 25, an
    /// unknown escape in a text, a number with more digits than fit.
    ///
    /// # Why it matters
    /// A date that does not exist has no meaning that could be guessed safely.
    ///
    /// # Example
    /// ```sync,fail
    /// allow P008 in Person because "forms are rare" by "revops@acme.example" until 2027-13-01
    /// ```
    /// ```sync,pass
    /// allow P008 in Person because "forms are rare" by "revops@acme.example" until 2027-12-01
    /// ```
    ///
    /// # How to fix
    /// Dates are `2027-06-30`, times of day `10:05`, thousands are grouped with `_` (`100_000`), texts stand in double
    /// quotes with `\"`, `\\`, `\n` and `\t` as escapes.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub S007
}
