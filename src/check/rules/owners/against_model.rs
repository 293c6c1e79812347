//! O001: a truth against the operating model.

use crate::analyze::{Answer, Example, admission, equals, satisfy};
use crate::check::Cx;
use crate::check::rules::example::in_words;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{
    Expr, ExprKind, Lead, Mode, Model, OperatingModel, Partition, PartitionPart, SyncView, SystemId,
};
use crate::side::Side;
use crate::source::{Span, Spanned};
use crate::value::Value;

rule! {
    /// # What it checks
    /// The `truth` of every sync is the side that the `model` lets lead: of a hybrid model the one that leads the part
    /// whose records the sync admits. Rows against the truth are told by P005.
    ///
    /// # Why it matters
    /// The model is what both departments have agreed on. A sync that says otherwise decides against one of them, and
    /// nobody has noticed.
    ///
    /// # Example
    /// ```sync,fail
    /// model hybrid partition desk.customer by stage {
    ///   visitor, trial -> desk
    ///   else           -> crm
    /// }
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   from   desk where stage in (trial, paying)
    ///   leave  continue
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   name <- Title
    /// }
    /// ```
    /// ```sync,pass
    /// model hybrid partition desk.customer by stage {
    ///   visitor, trial -> desk
    ///   else           -> crm
    /// }
    /// sync Person: desk.customer <-> crm.Person {
    ///   truth  crm
    ///   from   desk where stage = paying
    ///   leave  continue
    ///   match  email = Email
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///   name <- Title
    /// }
    /// ```
    ///
    /// # How to fix
    /// Let the side win that leads, admit only its part, or change the model.
    ///
    /// # How to waive
    /// `allow O001 in Person because "…" by "…" until 2027-06-30`
    pub O001
}

struct Against<'m> {
    sync: SyncView<'m>,
    truth: &'m Spanned<Side>,
    leads: Span,
    leader: SystemId,
    part: Option<(Side, Example)>,
}

/// Finds syncs whose truth does not lead.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let operating = cx.model.operating_models.iter();
    for operating in operating.filter(|o| !cx.facts.is_misstated(o.span)) {
        let read = |s: &SyncView<'_>| {
            let mut filters = Side::BOTH
                .into_iter()
                .filter_map(|side| s.sync.from.get(side).as_ref());
            !filters.any(|f| cx.facts.is_misstated(f.span))
        };
        let syncs = cx.model.sync_views().filter(read);
        for sync in syncs.filter(|s| s.sync.mode == Mode::Merge) {
            found.extend(judge(operating, sync).map(|f| f.describe()));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn judge<'m>(operating: &'m OperatingModel, sync: SyncView<'m>) -> Option<Against<'m>> {
    let truth = sync.sync.truth.as_ref()?;
    let wins = sync.sync.ends.get(truth.node).object?.system;
    if let Lead::Kind(_) = operating.lead.node {
        let other = sync.sync.ends.get(!truth.node).object?.system;
        let against = operating.leaders.contains(&other) && !operating.leaders.contains(&wins);
        return against.then_some(Against {
            sync,
            truth,
            leads: operating.lead.span,
            leader: other,
            part: None,
        });
    }
    operating.partitions.iter().find_map(|partition| {
        let on = |side: &Side| sync.sync.ends.get(*side).object == Some(partition.object);
        let side = Side::BOTH.into_iter().find(on)?;
        let admitted = admission(sync, side);
        let admitted: Vec<&Expr> = admitted.iter().collect();
        partition.parts.iter().enumerate().find_map(|(at, part)| {
            let leader = part.leader.filter(|l| *l != wins)?;
            let example = of_part(sync.model, partition, at, part, side, &admitted)?;
            Some(Against {
                sync,
                truth,
                leads: part.span,
                leader,
                part: Some((side, example)),
            })
        })
    })
}

/// A record of a part that is admitted.
fn of_part(
    model: &Model,
    partition: &Partition,
    at: usize,
    part: &PartitionPart,
    side: Side,
    admitted: &[&Expr],
) -> Option<Example> {
    let one_of = |p: &PartitionPart| Expr {
        node: ExprKind::Any(
            p.values
                .iter()
                .flatten()
                .map(|v| equals(side, partition.field, Value::text(&v.value)))
                .collect(),
        ),
        span: p.span,
        kind: None,
    };
    let earlier: Vec<Expr> = partition.parts.iter().take(at).map(one_of).collect();
    let earlier: Vec<&Expr> = earlier.iter().collect();
    let own = part.values.is_some().then(|| one_of(part));
    let hold: Vec<&Expr> = admitted.iter().copied().chain(own.as_ref()).collect();
    match satisfy(model, &hold, &earlier) {
        Answer::Yes(example) => Some(example),
        Answer::No | Answer::Unknown => None,
    }
}

impl Against<'_> {
    fn describe(&self) -> Diagnostic {
        let model = self.sync.model;
        let system = |id: SystemId| {
            model
                .systems
                .get(id.index())
                .map_or("", |s| s.name.node.as_str())
        };
        let (leader, truth) = (system(self.leader), self.sync.side_name(self.truth.node));
        let name = &self.sync.sync.name.node;
        match &self.part {
            None => Diagnostic::new(
                Code::O001,
                format!("`{truth}` is the truth of `{name}`, and the model lets `{leader}` lead"),
            )
            .at(self.truth.span, "decides here")
            .at(self.leads, "against the model")
            .help(format!(
                "let the side win that leads, or change the model\n  truth  {leader}"
            )),
            Some((side, example)) => {
                let object = self.sync.sync.ends.get(*side).object;
                let object = object.map_or_else(Default::default, |o| model.object_name(o));
                Diagnostic::new(
                    Code::O001,
                    format!("`{truth}` is the truth of `{name}`, and `{leader}` leads a `{object}` that it admits"),
                )
                .at(self.truth.span, "decides here")
                .at(self.leads, "and that part is led from the other side")
                .note(format!("for example where {}", in_words(model, example)))
                .help("admit only the part that this side leads, with `from … where …`, or change the model")
            }
        }
    }
}
