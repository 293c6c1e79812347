//! O002: a route that leaves records to nobody.

use crate::analyze::{Answer, satisfy};
use crate::check::Cx;
use crate::check::rules::example::in_words;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, Model, Route};

rule! {
    /// # What it checks
    /// Every record that is made meets one of the conditions of its route. The check knows the values of lists, inactive
    /// ones and blanks included, and the ranges of numbers and dates.
    ///
    /// # Why it matters
    /// A record that no branch takes belongs to nobody, or to the integration user, and nobody works on it.
    ///
    /// # Example
    /// ```sync,fail
    /// route crm.Case on create {
    ///   Priority = High           -> queue "Support desk"
    ///   Priority in (Medium, Low) -> round robin "Second line"
    /// }
    /// ```
    /// ```sync,pass
    /// route crm.Case on create {
    ///   Priority = High -> queue "Support desk"
    ///   else            -> round robin "Second line"
    /// }
    /// ```
    ///
    /// # How to fix
    /// End with `else`.
    ///
    /// # How to waive
    /// It cannot be waived: end with `else`.
    pub O002
}

struct NotTotal<'m> {
    model: &'m Model,
    route: &'m Route,
    gap: Answer,
}

/// Finds routes with a gap; a declaration for several objects once.
pub fn run(cx: &mut Cx<'_>) {
    let mut told = Vec::new();
    for route in &cx.model.routes {
        if let Some(found) = gap(cx.model, route)
            && !told.contains(&route.span)
        {
            told.push(route.span);
            cx.report(found.describe());
        }
    }
}

fn gap<'m>(model: &'m Model, route: &'m Route) -> Option<NotTotal<'m>> {
    let conditions: Vec<&Expr> = route
        .branches
        .iter()
        .map_while(|b| b.condition.as_ref())
        .collect();
    let ends = conditions.len() < route.branches.len();
    let poisoned = conditions.iter().any(|c| c.is_poisoned()) || model.is_incomplete(route.span);
    if ends || poisoned {
        return None;
    }
    let gap = satisfy(model, &[], &conditions);
    (gap != Answer::No).then_some(NotTotal { model, route, gap })
}

impl NotTotal<'_> {
    fn describe(&self) -> Diagnostic {
        let object = self.model.object_name(self.route.object);
        let (message, place) = match &self.gap {
            Answer::Yes(example) if self.route.branches.is_empty() || example.is_empty() => (
                format!("no branch takes a new `{object}`"),
                "this route".to_owned(),
            ),
            Answer::Yes(example) => (
                format!(
                    "no branch takes a new `{object}` whose {}",
                    in_words(self.model, example)
                ),
                "nobody gets it here".to_owned(),
            ),
            Answer::No | Answer::Unknown => (
                format!("nothing shows that these branches take every new `{object}`"),
                "what they ask cannot be decided before a run".to_owned(),
            ),
        };
        Diagnostic::new(Code::O002, message)
            .at(self.route.place, place)
            .note("a record that no branch takes belongs to nobody, or to the integration user")
            .help("say who gets all others\n  else -> user env.default_owner")
    }
}
