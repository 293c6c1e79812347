//! Words that the rules on circular updates share: who writes, and the story of a run that never comes to rest.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::analyze::graph::{AutomationId, Built, Judged, Place, Remedy};
use crate::analyze::settle::network::{CellId, RecordId, Symbol, Writer};
use crate::analyze::settle::{Act, Begin, Disagreement, Step, StepKind, Witness};
use crate::analyze::{Chain, Facts};
use crate::diagnostic::Diagnostic;
use crate::model::{Arrow, Automation, Lifecycle, Model, Part, RowId, RowView, System};
use crate::source::Span;
use crate::text::{count, list};
use crate::value::Value;

/// The most automations that a finding points at.
const SHOWN: usize = 4;

/// The rounds that are told of values without an end.
const GROWING: usize = 4;

/// A writer as people call it: ``row `phone` ->``, ``row `phone` of `Contact` ->`` where another sync has one of that name, too,
/// ``the record-triggered flow `Title Case` ``.
pub(super) fn writer(model: &Model, built: &Built, writer: Writer) -> String {
    match writer {
        Writer::Row(at, from) => match built.rows.get(at.index()).and_then(|r| model.row(*r)) {
            Some(row) => {
                let others = built.rows.iter().filter(|r| r.sync != row.id.sync);
                let mut others = others.filter_map(|r| model.row(*r));
                let name = &row.row.name;
                let of = match others.any(|other| other.row.name == *name) {
                    true => format!(" of `{}`", row.sync.sync.name.node),
                    false => String::new(),
                };
                format!("row `{name}`{of} {}", Arrow::from(from).text())
            }
            None => "a row".to_owned(),
        },
        Writer::Rule(at) => {
            let id = built.automations.get(at.index()).copied().flatten();
            let step = built.steps.get(&at).and_then(|l| model.lifecycles.get(*l));
            match (id.and_then(|id| model.automations.get(id.index())), step) {
                (Some(automation), _) => automatic(automation),
                (None, Some(lifecycle)) => format!("lifecycle `{}`", lifecycle.name.node),
                (None, None) => "a computed cell".to_owned(),
            }
        }
    }
}

/// An automation as people call it.
pub(super) fn automatic(automation: &Automation) -> String {
    match automation.kind {
        "platform" => format!("{} itself", automation.name),
        kind => format!("the {kind} `{}`", automation.name),
    }
}

/// The rows and the automations of some writers, each once.
pub(super) fn split(built: &Built, writers: &[Writer]) -> (Vec<RowId>, Vec<AutomationId>) {
    let (mut rows, mut automations) = (Vec::new(), Vec::new());
    for writer in writers {
        match writer {
            Writer::Row(at, _) => rows.extend(built.rows.get(at.index()).copied()),
            Writer::Rule(at) => {
                automations.extend(built.automations.get(at.index()).copied().flatten());
            }
        }
    }
    let (mut seen, mut known) = (BTreeSet::new(), BTreeSet::new());
    rows.retain(|row| seen.insert(*row));
    automations.retain(|id| known.insert(*id));
    (rows, automations)
}

/// The rows of a part that write in the rounds that repeat, and where none of its own does, all of those; the first is what a finding is
/// about.
pub(super) fn about<'m>(model: &'m Model, judged: &Judged) -> Vec<RowView<'m>> {
    let (mut rows, _) = split(&judged.built, &judged.turning());
    // what grows may begin with a row beside it
    if rows.iter().all(|r| judged.built.beside.contains(r)) {
        rows.extend(judged.built.own_rows());
    }
    rows.sort_by_key(|row| judged.built.beside.contains(row));
    rows.into_iter().filter_map(|r| model.row(r)).collect()
}

/// The lifecycles that write in the rounds that repeat, each once.
fn lifecycles<'m>(model: &'m Model, judged: &Judged) -> Vec<&'m Lifecycle> {
    let mut found: Vec<usize> = Vec::new();
    for writer in judged.turning() {
        if let Writer::Rule(at) = writer {
            found.extend(judged.built.steps.get(&at));
        }
    }
    found.sort_unstable();
    found.dedup();
    let lifecycles = found.into_iter();
    lifecycles.filter_map(|l| model.lifecycles.get(l)).collect()
}

/// What a finding is about: its first row, else its first lifecycle, else its first automation.
pub(super) fn subject(model: &Model, judged: &Judged) -> SmolStr {
    let row = about(model, judged).first().map(|r| r.row.name.clone());
    let lifecycles = || lifecycles(model, judged);
    let name = row.or_else(|| lifecycles().first().map(|l| l.name.node.clone()));
    let automation = || automations(model, judged).next().map(|a| a.name.clone());
    name.or_else(automation).unwrap_or_default()
}

/// The automations that write in the rounds that repeat.
fn automations<'m>(model: &'m Model, judged: &Judged) -> impl Iterator<Item = &'m Automation> {
    let (_, automations) = split(&judged.built, &judged.turning());
    let automations = automations.into_iter();
    automations.filter_map(|a| model.automations.get(a.index()))
}

/// Whether a part moves a lifecycle round and round, which is told with its stages.
pub(super) fn is_livelock(facts: &Facts, judged: &Judged) -> bool {
    let chains = |lifecycle: &usize| facts.lifecycles.get(*lifecycle).map(|l| &l.chains);
    let mut chains = judged.built.steps.values().filter_map(chains).flatten();
    chains.any(Chain::repeats)
}

/// Points at the rows, lifecycles and automations that write in the rounds that repeat.
pub(super) fn point(
    finding: Diagnostic,
    model: &Model,
    judged: &Judged,
    first: &str,
) -> Diagnostic {
    let rows = about(model, judged);
    let mut finding = finding;
    for (at, row) in rows.iter().enumerate() {
        finding = finding.at(row.row.head, if at == 0 { first } else { "and this row" });
    }
    for (at, lifecycle) in lifecycles(model, judged).into_iter().enumerate() {
        let text = match (at, rows.is_empty()) {
            (0, true) => "this lifecycle",
            _ => "and this lifecycle, which sets the other column",
        };
        finding = finding.at(lifecycle.name.span, text);
    }
    let mut seen: Vec<Span> = Vec::new();
    for automation in automations(model, judged) {
        if !seen.contains(&automation.span) && seen.len() < SHOWN {
            seen.push(automation.span);
            let and = if finding.labels.is_empty() {
                ""
            } else {
                "and "
            };
            let text = format!("{and}{}", automatic(automation));
            finding = finding.at(automation.span, text);
        }
    }
    finding
}

/// What happens, event by event, until it is again as it was, or clearly never will be.
pub(super) fn story(model: &Model, built: &Built, witness: &Witness) -> Vec<String> {
    let telling = Telling { model, built };
    let mut events: Vec<String> = telling.beginning(witness).into_iter().collect();
    let mut again = events.len();
    let told = match witness.period {
        0 => witness.again + GROWING,
        _ => witness.steps.len(),
    };
    for (at, step) in witness.steps.iter().enumerate().take(told) {
        events.extend(telling.step(step));
        if at + 1 == witness.again {
            again = events.len();
        }
    }
    let end = match (witness.period, again) {
        (0, _) => "and so on".to_owned(),
        (_, 0) => "all is as it was, and goes on like this".to_owned(),
        (_, at) => format!("all is as after {at}, and goes on like this"),
    };
    if let Some(last) = events.last_mut() {
        last.push_str(&format!("; {end}"));
    }
    events
}

/// What becomes of one save in each of two orders.
pub(super) fn orders(model: &Model, built: &Built, found: &Disagreement) -> Vec<String> {
    let telling = Telling { model, built };
    let held = telling.held(&found.given);
    let mut events = Vec::new();
    if !held.is_empty() {
        events.push(list(&held));
    }
    events.push(match &found.edit {
        Some((record, values)) => telling.save(*record, values),
        None => "what was noted for later runs".to_owned(),
    });
    let both = found.rules.map(Writer::Rule);
    for (first, acts) in both.into_iter().zip(&found.acts) {
        let mut told = telling.acts(acts);
        let idle = both
            .into_iter()
            .filter(|w| acts.iter().all(|a| a.writer != *w));
        told.extend(idle.map(|w| format!("{} does nothing", writer(model, built, w))));
        let first = writer(model, built, first);
        events.push(format!("{first} first: {}", told.join("; ")));
    }
    events
}

struct Telling<'a> {
    model: &'a Model,
    built: &'a Built,
}

impl Telling<'_> {
    fn value(&self, cell: CellId, value: Symbol) -> Value {
        let values = self.built.values.get(cell.index());
        values
            .and_then(|v| v.get(usize::from(value)))
            .cloned()
            .unwrap_or_default()
    }

    /// ``HubSpot `contact.country` ``.
    fn cell(&self, cell: CellId) -> String {
        let place = self.built.places.get(cell.index());
        let field = match place {
            Some(Place::Computed { row, .. }) => {
                let name = self.model.row(*row).map(|r| r.row.name.clone());
                return format!("the computed `{}`", name.unwrap_or_default());
            }
            Some(place) => place.field().and_then(|f| self.model.field(f)),
            None => None,
        };
        let record = self.built.network.cells.get(cell.index()).map(|c| c.record);
        let second = record.is_some_and(|r| self.built.is_second(r));
        let of = if second { " of a second record" } else { "" };
        field.map_or_else(
            || "a field".to_owned(),
            |f| {
                let system = f.system.kind.title();
                format!("{system} `{}.{}`{of}", f.object.name, f.name())
            },
        )
    }

    /// Whether a cell is one that people know of.
    fn is_told(&self, cell: CellId) -> bool {
        let place = self.built.places.get(cell.index());
        !matches!(place, Some(Place::Started(_)))
    }

    fn is_computed(&self, cell: CellId) -> bool {
        let place = self.built.places.get(cell.index());
        matches!(place, Some(Place::Computed { .. }))
    }

    /// What cells hold that are not blank; what is computed follows from others.
    fn held(&self, given: &[Symbol]) -> Vec<String> {
        let given = (0..).zip(given).filter(|(_, v)| **v != 0);
        let given =
            given.filter(|(at, _)| self.is_told(CellId(*at)) && !self.is_computed(CellId(*at)));
        let told = given.map(|(at, v)| {
            let cell = CellId(at);
            format!("{} is `{}`", self.cell(cell), self.value(cell, *v))
        });
        told.collect()
    }

    /// What a person does to a record.
    fn save(&self, record: RecordId, values: &[(CellId, Symbol)]) -> String {
        if values.is_empty() {
            return format!("a user saves {} with another change", self.record(record));
        }
        let edits: Vec<String> = values.iter().map(|(c, v)| self.edit(*c, *v)).collect();
        format!("a user {}", list(&edits))
    }

    fn beginning(&self, witness: &Witness) -> Option<String> {
        let held = self.held(&witness.given);
        let several = self.built.network.syncs.len() > 1;
        let how = match (witness.begin, several) {
            (Begin::Met, false) => "two records meet",
            (Begin::Met, true) => "records meet",
            (Begin::Recovered, false) => "what was remembered of two linked records is lost",
            (Begin::Recovered, true) => "what was remembered of linked records is lost",
        };
        match (held.is_empty(), witness.begin) {
            (true, Begin::Met) => None,
            (true, Begin::Recovered) => Some(how.to_owned()),
            (false, _) => Some(format!("{how}: {}", list(&held))),
        }
    }

    /// One step in words; none where nothing is written.
    fn step(&self, step: &Step) -> Option<String> {
        let mut clauses = Vec::new();
        match &step.kind {
            StepKind::Edit(record, values) => clauses.push(self.save(*record, values)),
            StepKind::Pause | StepKind::Round => {}
        }
        clauses.extend(self.acts(&step.acts));
        (!clauses.is_empty()).then(|| clauses.join("; "))
    }

    /// What was written, one after the other; the same by the same once.
    fn acts(&self, acts: &[Act]) -> Vec<String> {
        let mut clauses = Vec::new();
        let mut before: Option<&Act> = None;
        for (at, act) in acts.iter().enumerate() {
            if !self.is_told(act.cell) {
                continue;
            }
            let said =
                |b: &Act| b.writer == act.writer && b.cell == act.cell && b.value == act.value;
            if before.is_some_and(said) {
                continue;
            }
            let changed_again = acts.iter().skip(at + 1).any(|a| a.cell == act.cell);
            let same = before.is_some_and(|b| b.cell == act.cell);
            clauses.push(self.act(act, changed_again, same));
            before = Some(act);
        }
        clauses
    }

    fn edit(&self, cell: CellId, value: Symbol) -> String {
        match self.value(cell, value) {
            Value::Blank => format!("clears {}", self.cell(cell)),
            value => format!("sets {} to `{value}`", self.cell(cell)),
        }
    }

    /// What one writer did, to the cell that was named last (`same`) or to another one; what is stored is told where nobody
    /// changes it right afterwards.
    fn act(&self, act: &Act, changed_again: bool, same: bool) -> String {
        let who = writer(self.model, self.built, act.writer);
        let what = match (self.value(act.cell, act.value), same) {
            (Value::Blank, true) => format!("{who} clears it"),
            (Value::Blank, false) => format!("{who} clears {}", self.cell(act.cell)),
            (value, true) => format!("{who} makes it `{value}`"),
            (value, false) => format!("{who} writes {} `{value}`", self.cell(act.cell)),
        };
        if act.stored == act.value || changed_again {
            return what;
        }
        match self.value(act.cell, act.stored) {
            Value::Blank => format!("{what}, which stays blank"),
            stored => format!("{what}, stored as `{stored}`"),
        }
    }

    fn record(&self, record: RecordId) -> String {
        let object = self.built.objects.get(record.index());
        let name = object.map(|o| self.model.object_name(*o));
        format!("a record of `{}`", name.unwrap_or_default())
    }
}

/// The ways to bring a part to rest, as a text to choose from; none where none was found.
pub(super) fn remedies(model: &Model, judged: &Judged) -> String {
    let ways: Vec<String> = judged
        .remedies
        .iter()
        .filter_map(|r| remedy(model, *r))
        .collect();
    match ways.as_slice() {
        [] => "let one of these writers go, or let it write once only".to_owned(),
        [one] => format!("this brings it to rest\n  {one}"),
        several => format!("one of\n  {}", several.join("\n  ")),
    }
}

fn remedy(model: &Model, remedy: Remedy) -> Option<String> {
    match remedy {
        Remedy::OneWay(row, from) => {
            let row = model.row(row)?;
            let owner = row.sync.system(from)?.kind.title();
            Some(format!(
                "{}    // {owner} owns it",
                row.draft(Arrow::from(from))
            ))
        }
        Remedy::NoEnforce(row) => {
            let row = model.row(row)?;
            let arrow = row.row.arrow.node;
            let draft = row.draft(arrow).without(Part::Enforce);
            Some(format!("{draft}    // without `enforce`"))
        }
        Remedy::IgnoreCase(row) => {
            // a row that has a table already has one that does not help
            let row = model.row(row).filter(|r| r.row.normal.is_none())?;
            let draft = row.draft(Arrow::Both).with(Part::Via, None, "via …");
            Some(format!(
                "{draft}    // a `normalize` table that ignores case"
            ))
        }
        Remedy::Guarded(id) => {
            let automation = model.automations.get(id.index())?;
            let system = model.systems.get(automation.system.index())?;
            (automation.kind != "platform").then(|| guarded(automation, system))
        }
        Remedy::Without(id) => {
            let automation = model.automations.get(id.index())?;
            (automation.kind != "platform").then(|| {
                let automation = automatic(automation);
                format!("{automation} goes, or does not answer what the others write")
            })
        }
    }
}

/// How an automation leaves alone what the sync writes: where its system has users, by a condition that names the one of the sync.
fn guarded(automation: &Automation, system: &System) -> String {
    let who = automatic(automation);
    let user = system.user();
    if automation.kind == "declared automation" {
        let user = user.map_or("the integration user".to_owned(), |u| format!("`{u}`"));
        return format!("{who} does not run for {user}");
    }
    if !system
        .profile
        .settings
        .iter()
        .any(|(key, _)| *key == "user")
    {
        return format!("{who} leaves alone what the integration writes");
    }
    let reference = match automation.kind {
        "workflow rule" | "assignment rule" => "$User.Username",
        _ => "{!$User.Username}",
    };
    match user {
        Some(user) => format!("{who} does not run for `{user}`: `{reference} <> \"{user}\"`"),
        None => format!(
            "{who} does not run for the integration user: `{reference} <> \"…\"`, with `user \"…\"` in `system {}`",
            system.name.node
        ),
    }
}

/// How long it takes, in words.
pub(super) fn rounds(n: u32) -> String {
    count(n as usize, "round")
}
