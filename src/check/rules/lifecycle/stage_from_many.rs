//! L013: many records, and nothing says which of them decides.

use super::hindrances::not_carried_out;
use super::words::whole;
use crate::analyze::Life;
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{ObjectRef, StageColumn, Through};
use crate::side::Side;
use crate::source::Span;

rule! {
    /// # What it checks
    /// A column to which many records may belong says which of them decides, and a column of records that no sync links says
    /// what leads to them. A lifecycle that is not carried out, since its records are not found from each other or cannot be
    /// written, is a warning.
    ///
    /// # Why it matters
    /// A person has three opportunities, one won, one lost, one open. Which stage the person is in would be that of whichever is
    /// read last.
    ///
    /// # Example
    /// ```sync,fail
    /// relation Role: desk.(deal ~ contact) <-> crm.OpportunityContactRole {
    /// }
    ///
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column deal     crm.Opportunity.StageName  through Role
    ///
    ///   talking:   lead,         none
    ///   open:      opportunity,  Prospecting | Proposal
    ///   won:       customer,     Won
    ///   lost:      other,        Lost
    ///
    /// }
    /// ```
    /// ```sync,pass
    /// relation Role: desk.(deal ~ contact) <-> crm.OpportunityContactRole {
    /// }
    ///
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column deal     crm.Opportunity.StageName  through Role, furthest open else latest closed
    ///
    ///   talking:   lead,         none
    ///   open:      opportunity,  Prospecting | Proposal
    ///   won:       customer,     Won
    ///   lost:      other,        Lost
    ///
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say which one decides, for instance `furthest open else latest closed`.
    ///
    /// # How to waive
    /// `allow L013 in Journey because "…" by "…" until 2027-06-30`
    pub L013
}

/// Finds columns to which many records lead without a choice, and columns to which nothing leads; else what stands against carrying
/// a lifecycle out.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        let columns = life.lifecycle.columns.iter().enumerate();
        let found: Vec<Diagnostic> = columns.filter_map(|(n, c)| unclear(life, n, c)).collect();
        if found.is_empty() {
            let rests = not_carried_out(life, facts);
            rests.into_iter().for_each(|f| cx.report(f));
        }
        found.into_iter().for_each(|f| cx.report(f));
    }
}

fn unclear(life: Life<'_>, n: usize, column: &StageColumn) -> Option<Diagnostic> {
    let object = life.field(n).map(|f| f.id.object)?;
    match column.through {
        Some(through) => {
            let many = matches!(through.node, Through::Relation(_));
            (many && column.choice.is_empty()).then(|| no_choice(life, n, through.span))
        }
        None if n > 0 && !linked(life, n, object) => Some(no_way(life, n, column.name.span)),
        None => None,
    }
}

/// Whether a sync links a column's records with those of another column.
fn linked(life: Life<'_>, column: usize, object: ObjectRef) -> bool {
    let others = life.columns().filter(|c| *c != column);
    let others: Vec<ObjectRef> = others
        .filter_map(|c| life.field(c))
        .map(|f| f.id.object)
        .collect();
    let links = |side: Side, sync: &crate::model::Sync| {
        let near = sync.ends.get(side).object == Some(object);
        near && sync
            .ends
            .get(!side)
            .object
            .is_some_and(|o| others.contains(&o))
    };
    let mut syncs = life.model.syncs.iter();
    others.contains(&object) || syncs.any(|s| Side::BOTH.into_iter().any(|side| links(side, s)))
}

fn object(life: Life<'_>, column: usize) -> String {
    life.field(column)
        .map_or_else(String::new, |f| f.object.name.to_string())
}

fn no_choice(life: Life<'_>, column: usize, through: Span) -> Diagnostic {
    let object = object(life, column);
    let name = life
        .lifecycle
        .columns
        .get(column)
        .map_or("", |c| c.name.node.as_str());
    Diagnostic::new(
        Code::L013,
        format!(
            "somebody may have several records of `{object}`, and nothing says which one decides"
        ),
    )
    .at(through, "leads to many")
    .note(format!(
        "with one open and one lost, what `{name}` shows would be that of whichever is read last"
    ))
    .help("say which one, behind a comma\n  …, furthest open else latest closed")
}

fn no_way(life: Life<'_>, column: usize, place: Span) -> Diagnostic {
    let object = object(life, column);
    Diagnostic::new(
        Code::L013,
        format!("nothing leads from the other columns to `{object}`"),
    )
    .at(place, "which record is it?")
    .note("no sync links its records with those of another column, so nobody knows whose stage it shows")
    .help("name the sync or relation that leads there, and which of several decides\n  … through …, furthest open else latest closed")
}
