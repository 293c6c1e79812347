//! K011: known values that only the `else` of a map takes.

use super::words::{some, written};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Fallback, FieldView, Otherwise, PicklistMap};
use crate::side::Side;

rule! {
    /// # What it checks
    /// Which values that people can choose today fall under the `else` of a map. Listed once for each map.
    ///
    /// # Why it matters
    /// `else` is meant for values that nobody knows yet. Values that are known, and lumped together by it, are often
    /// forgotten ones.
    ///
    /// # Example
    /// ```sync,fail
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   closed -> Closed
    ///   else   -> New
    /// }
    /// ```
    /// ```sync,pass
    /// picklist State: desk.ticket.state -> crm.Case.Status {
    ///   closed             -> Closed
    ///   new, open, waiting -> New
    ///   else               -> New
    /// }
    /// ```
    ///
    /// # How to fix
    /// Give the values rows of their own, if only to say that they were thought of.
    ///
    /// # How to waive
    /// `allow K011 in State because "…" by "…" until 2027-06-30`
    pub K011
}

struct CatchAll<'m> {
    map: &'m PicklistMap,
    otherwise: &'m Otherwise,
    from: Side,
    source: FieldView<'m>,
    caught: Vec<&'m str>,
}

/// Finds maps whose `else` takes known values.
pub fn run(cx: &mut Cx<'_>) {
    let mut found: Vec<CatchAll<'_>> = Vec::new();
    for coverage in cx.facts.coverage.iter().filter(|c| !c.caught.is_empty()) {
        let map = cx
            .model
            .maps
            .get(coverage.map.index())
            .filter(|m| !m.standard);
        let (Some(map), Some(source)) = (map, cx.model.field(coverage.field)) else {
            continue;
        };
        let Some(otherwise) = map.otherwise.get(coverage.from) else {
            continue;
        };
        if !found.iter().any(|f| std::ptr::eq(f.map, map)) {
            let caught = coverage.caught.iter().map(|v| v.as_str()).collect();
            found.push(CatchAll {
                map,
                otherwise,
                from: coverage.from,
                source,
                caught,
            });
        }
    }
    let found: Vec<_> = found.iter().map(CatchAll::describe).collect();
    found.into_iter().for_each(|f| cx.report(f));
}

impl CatchAll<'_> {
    fn describe(&self) -> Diagnostic {
        let message = format!(
            "only `else` takes {} of `{}`",
            some(&self.caught, "and"),
            self.source.full_name()
        );
        Diagnostic::new(Code::K011, message)
            .at(
                self.otherwise.span,
                "taken here together with whatever may come later",
            )
            .help(self.help())
    }

    /// A row that says what `else` does with each of the values.
    fn help(&self) -> String {
        let all: Vec<String> = self.caught.iter().map(|v| written(v)).collect();
        let row = |values: &str, home: &str| match self.from {
            Side::Left => format!("  {values} -> {home}"),
            Side::Right => format!("  {home} <- {values}"),
        };
        match &self.otherwise.fallback {
            Fallback::Value(value) => format!(
                "if that is meant, say so in a row\n{}",
                row(&all.join(", "), &written(&value.to_string()))
            ),
            _ => "if that is not meant, give them rows of their own".to_owned(),
        }
    }
}
