//! O003: a branch of a route that no record reaches.

use crate::analyze::{Answer, satisfy};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Branch, Expr, Model, Route};
use crate::source::Span;

rule! {
    /// # What it checks
    /// Every branch of a route takes a record that no earlier branch takes. A last `else` may be there for values to come.
    ///
    /// # Why it matters
    /// A branch that is never reached misleads whoever reads the route: somebody waits for records that go elsewhere.
    ///
    /// # Example
    /// ```sync,fail
    /// route crm.Case on create {
    ///   Priority in (High, Medium)            -> queue "Support desk"
    ///   Priority = High and Vip__c            -> user  "ann@crm.example"
    ///   else                                  -> round robin "Second line"
    /// }
    /// ```
    /// ```sync,pass
    /// route crm.Case on create {
    ///   Priority = High and Vip__c            -> user  "ann@crm.example"
    ///   Priority in (High, Medium)            -> queue "Support desk"
    ///   else                                  -> round robin "Second line"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Put the narrower branch first, or delete it.
    ///
    /// # How to waive
    /// It cannot be waived: delete the branch.
    pub O003
}

struct Dead {
    branch: Span,
    cause: Cause,
}

enum Cause {
    /// Its own condition never holds.
    Never,
    /// This one takes all of it.
    Taken(Span),
    /// The earlier ones take all of it together.
    TakenByAll,
}

/// Finds branches that nothing reaches; in a declaration for several objects those that nothing reaches for any of them.
pub fn run(cx: &mut Cx<'_>) {
    let mut found: Vec<Diagnostic> = Vec::new();
    for (i, route) in cx.model.routes.iter().enumerate() {
        let first = |r: &&Route| r.span != route.span;
        if cx.model.routes.iter().take(i).all(|r| first(&r)) {
            found.extend(of_declaration(cx.model, route));
        }
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn of_declaration<'m>(model: &'m Model, first: &'m Route) -> impl Iterator<Item = Diagnostic> {
    let routes: Vec<&Route> = model
        .routes
        .iter()
        .filter(|r| r.span == first.span)
        .collect();
    (0..first.branches.len()).filter_map(move |at| {
        let mut causes = routes.iter().map(|r| dead(model, &r.branches, at));
        let cause = causes.next()??;
        let branch = first.branches.get(at)?.span;
        let all = causes.all(|c| c.is_some());
        all.then(|| Dead { branch, cause }.describe())
    })
}

fn dead(model: &Model, branches: &[Branch], at: usize) -> Option<Cause> {
    let earlier = branches.get(..at)?;
    if let Some(other) = earlier.iter().find(|b| b.condition.is_none()) {
        return Some(Cause::Taken(other.span));
    }
    // An `else` after complete branches is a provision for values to come.
    let own = [branches.get(at)?.condition.as_ref()?];
    let taken: Vec<&Expr> = earlier
        .iter()
        .filter_map(|b| b.condition.as_ref())
        .collect();
    if satisfy(model, &own, &taken) != Answer::No {
        return None;
    }
    if satisfy(model, &own, &[]) == Answer::No {
        return Some(Cause::Never);
    }
    let alone = |b: &&Branch| {
        let condition = b.condition.as_ref();
        condition.is_some_and(|c| satisfy(model, &own, &[c]) == Answer::No)
    };
    let taker = earlier.iter().find(alone);
    Some(taker.map_or(Cause::TakenByAll, |b| Cause::Taken(b.span)))
}

impl Dead {
    fn describe(&self) -> Diagnostic {
        let finding = Diagnostic::new(Code::O003, "no record ever reaches this branch");
        match self.cause {
            Cause::Never => finding
                .at(self.branch, "what it asks for never holds")
                .help("ask for values that one record can have together, or delete the branch"),
            Cause::Taken(earlier) => finding
                .at(self.branch, "everything that it asks for")
                .at(earlier, "is taken here before")
                .help("put the narrower branch first, or delete it"),
            Cause::TakenByAll => finding
                .at(
                    self.branch,
                    "the branches above take everything that it asks for",
                )
                .help("delete it"),
        }
    }
}
