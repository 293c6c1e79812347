//! L004: two lines, or two stages, for one move.

use super::words::{arrow, head, stage, whole};
use crate::analyze::{Automaton, Life, disjoint};
use crate::check::Cx;
use crate::check::rules::picklists::words::written;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{MapValue, StageIdx, SystemId, Transition};

rule! {
    /// # What it checks
    /// No two lines permit one move under conditions that may hold together and then do different things; and no value that
    /// a system sets can mean two stages that it may enter from where it is, or that it stays there.
    ///
    /// # Why it matters
    /// Which of the two happens would depend on which one is looked at first.
    ///
    /// # Example
    /// ```sync,fail
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New | Working
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   lost     -> talking   by desk  when contact.score >= 80, as lead, route
    ///   final customer
    /// }
    /// ```
    /// ```sync,pass
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New | Working
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score < 80, as task, keep owner
    ///   lost     -> talking   by desk  when contact.score >= 80, as lead, route
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Make the conditions exclude each other, or one line of the two; give each stage a value of its own.
    ///
    /// # How to waive
    /// `allow L004 in Journey because "…" by "…" until 2027-06-30`
    pub L004
}

/// A line, and a value that both its stages have.
struct Stay<'m> {
    life: Life<'m>,
    line: &'m Transition,
    from: StageIdx,
    by: SystemId,
    values: [&'m MapValue; 2],
}

/// A move by a value that the stage before has as well, beside another one: setting it may mean the move, or none.
fn stays<'m>(
    life: Life<'m>,
    facts: &Automaton,
    line: usize,
    t: &'m Transition,
) -> Option<Stay<'m>> {
    if t.conversion.is_some() || facts.never.iter().any(|(n, _)| *n == line) {
        return None;
    }
    let movers = life.movers(t);
    let mut starts = t.from.iter().map(|f| f.node);
    starts.find_map(|from| {
        let ways = movers.iter().flat_map(|by| {
            let columns = life.columns().filter(|c| life.system(*c) == Some(*by));
            columns.map(|column| (*by, column))
        });
        let mut ways = ways.filter(|_| facts.explored.reaches(from));
        ways.find_map(|(by, column)| {
            let values = shared_by(life, (from, t.to.node), column)?;
            let decides = decides(life, t.to.node, column);
            (decides || life.ways(t, from, by).contains(&column)).then_some(Stay {
                life,
                line: t,
                from,
                by,
                values,
            })
        })
    })
}

/// A value of a column that a stage has beside others, and that another stage has as well.
fn shared_by(
    life: Life<'_>,
    (from, to): (StageIdx, StageIdx),
    column: usize,
) -> Option<[&MapValue; 2]> {
    let (old, new) = (
        life.lifecycle.cell(from, column),
        life.lifecycle.cell(to, column),
    );
    let mut several = old.iter().filter(|_| old.len() > 1);
    several.find_map(|o| Some([o, new.iter().find(|n| n.value == o.value)?]))
}

/// Whether a column is the last one that shows a stage, and so tells it.
fn decides(life: Life<'_>, stage: StageIdx, column: usize) -> bool {
    let shows = |c: &usize| !life.lifecycle.cell(stage, *c).is_empty();
    life.columns().rev().find(shows) == Some(column)
}

impl Stay<'_> {
    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let (here, there) = (stage(life, self.from), stage(life, self.line.to.node));
        let [old, new] = self.values;
        Diagnostic::new(
            Code::L004,
            format!(
                "{} means {here} and {there}, and `{}` may set it to move on, or to stay",
                crate::text::quoted(&written(&old.value)),
                life.system_name(self.by)
            ),
        )
        .at(new.span, format!("a value of {there}"))
        .at(old.span, format!("and of {here}, beside others"))
        .at(head(self.line), "this move shows in that field")
        .note("when it is set nobody can tell whether somebody has moved")
        .help("leave the value to one of the two stages")
    }
}

/// Two lines of which one event may mean either.
struct AmbiguousTransition<'m> {
    life: Life<'m>,
    from: StageIdx,
    by: SystemId,
    lines: [&'m Transition; 2],
    doubt: Doubt<'m>,
}

enum Doubt<'m> {
    /// Both lead to one stage, and say different things of the move.
    Line,
    /// They lead to two stages that share a value.
    Stage(&'m MapValue, &'m MapValue),
    /// Both are conversions, and no value tells them apart.
    Conversion,
}

/// Finds pairs of lines that one event may take, once a pair; and lines whose event may be none, once a line.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        let lines = &life.lifecycle.transitions;
        let mut told = Vec::new();
        for (n, first) in lines.iter().enumerate() {
            for (m, second) in lines.iter().enumerate().skip(n + 1) {
                if let Some(found) = doubt(life, facts, (n, first), (m, second)) {
                    if let Doubt::Stage(value, same) = found.doubt {
                        told.extend([value.span, same.span]);
                    }
                    cx.report(found.describe());
                }
            }
        }
        for (line, t) in lines.iter().enumerate() {
            let stay = stays(life, facts, line, t);
            if let Some(found) = stay.filter(|s| !s.values.iter().any(|v| told.contains(&v.span))) {
                told.extend(found.values.map(|v| v.span));
                cx.report(found.describe());
            }
        }
    }
}

fn doubt<'m>(
    life: Life<'m>,
    facts: &Automaton,
    (n, first): (usize, &'m Transition),
    (m, second): (usize, &'m Transition),
) -> Option<AmbiguousTransition<'m>> {
    let exclusive = match (&first.when, &second.when) {
        (Some(a), Some(b)) => disjoint(life.model, a, b) || a.is_poisoned() || b.is_poisoned(),
        _ => false,
    };
    if exclusive || first.conversion.is_some() != second.conversion.is_some() {
        return None;
    }
    let taken = |line: usize, from| facts.explored.taken.contains(&(line, from));
    let from = first
        .from
        .iter()
        .map(|f| f.node)
        .find(|f| second.leaves(*f) && taken(n, *f) && taken(m, *f))?;
    let others = life.movers(second);
    let by = life
        .movers(first)
        .into_iter()
        .find(|by| others.contains(by))?;
    let doubt = if first.to.node == second.to.node {
        differ(first, second).then_some(Doubt::Line)
    } else {
        shared(life, by, from, first, second)
    };
    Some(AmbiguousTransition {
        life,
        from,
        by,
        lines: [first, second],
        doubt: doubt?,
    })
}

/// Whether two lines to one stage say different things: what is made, who owns it, or whether a condition is needed at all.
fn differ(a: &Transition, b: &Transition) -> bool {
    a.made.map(|m| m.node) != b.made.map(|m| m.node)
        || a.owner.map(|o| o.node) != b.owner.map(|o| o.node)
        || a.clear_first.is_some() != b.clear_first.is_some()
        || a.when.is_some() != b.when.is_some()
}

/// A value by which a system moves to either of two stages.
fn shared<'m>(
    life: Life<'m>,
    by: SystemId,
    from: StageIdx,
    a: &Transition,
    b: &Transition,
) -> Option<Doubt<'m>> {
    let ways = life.ways(a, from, by);
    for column in ways
        .iter()
        .copied()
        .filter(|c| life.ways(b, from, by).contains(c))
    {
        let theirs = life.lifecycle.cell(b.to.node, column);
        for value in life.lifecycle.cell(a.to.node, column) {
            let same = theirs.iter().find(|v| v.value == value.value);
            let moved = !life.shows(from, column, &value.value);
            if let Some(same) = same.filter(|_| moved) {
                return Some(Doubt::Stage(value, same));
            }
        }
    }
    let silent = |t: &Transition| {
        let mut ways = ways.iter();
        ways.all(|c| life.lifecycle.cell(t.to.node, *c).is_empty())
    };
    let conversions = a.conversion.is_some() && silent(a) && silent(b);
    conversions.then_some(Doubt::Conversion)
}

impl AmbiguousTransition<'_> {
    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let by = life.system_name(self.by);
        let [first, second] = self.lines;
        let (to, other) = (stage(life, first.to.node), stage(life, second.to.node));
        match &self.doubt {
            Doubt::Line => Diagnostic::new(
                Code::L004,
                format!(
                    "two lines permit `{}` by `{by}`, and say different things of it",
                    arrow(life, self.from, first.to.node)
                ),
            )
            .at(head(second), "this line may be meant")
            .at(head(first), "or this one")
            .note("both conditions may hold at once, and which line counts would be chance")
            .help("give them conditions that exclude each other, or make one line of the two"),
            Doubt::Stage(value, same) => Diagnostic::new(
                Code::L004,
                format!(
                    "{} in {} means {to} and {other}, and `{by}` may move to either from {}",
                    crate::text::quoted(&written(&value.value)),
                    crate::text::quoted(&self.column_of(value)),
                    stage(life, self.from)
                ),
            )
            .at(same.span, format!("the value of {other}"))
            .at(value.span, format!("and of {to}"))
            .note("when it is set nobody can tell which of the two is meant")
            .help("give each of the two a value of its own, or let another system make one of the moves"),
            Doubt::Conversion => Diagnostic::new(
                Code::L004,
                format!("a conversion out of {} means {to} and {other}", stage(life, self.from)),
            )
            .at(head(second), "this line may be meant")
            .at(head(first), "or this one")
            .note("a conversion does not say by itself which stage it leads to")
            .help("give them conditions that exclude each other"),
        }
    }

    fn column_of(&self, value: &MapValue) -> String {
        let has = |c: &usize| {
            let mut rows = self.life.lifecycle.rows();
            rows.any(|(at, _)| {
                let cell = self.life.lifecycle.cell(at, *c);
                cell.iter().any(|v| v.span == value.span)
            })
        };
        let column = self.life.columns().find(has);
        let field = column.and_then(|c| self.life.field(c));
        field.map_or_else(String::new, |f| f.full_name().to_string())
    }
}
