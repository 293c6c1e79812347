//! A story of a lifecycle as a test: the records that it is about, the moves that people make, and what they may expect of the last
//! of them.

use smol_str::SmolStr;

use super::{Event, Life, Way, clusters};
use crate::analyze::cast::{ALIAS, Cast};
use crate::analyze::satisfy::{self, Answer};
use crate::analyze::settle::Begin;
use crate::model::{
    Expectation, Expr, ExprKind, FieldRef, Moment, ObjectRef, Scenario, StageIdx, Step, StepKind,
    Transition, Values,
};
use crate::side::Side;
use crate::source::Spanned;
use crate::value::Value;

/// Any instant after the days of a test: that of a stage, for a field which is to lie after it.
const LATER: i64 = 1_769_904_000_000;
/// When people move: ten in the morning.
const MORNING: u32 = 10 * 60;

/// Fields with their values.
type Fields = Vec<(FieldRef, Value)>;

/// What is told of a lifecycle.
#[derive(Clone, Debug)]
pub struct Tale<'a> {
    /// The events, each of which a run has seen before the next one.
    pub way: &'a [Event],
    /// What happens then, before any run.
    pub at_once: &'a [Event],
    /// Records that are there, too.
    pub others: Vec<ObjectRef>,
    /// What somebody set before anything happens.
    pub before: Vec<(FieldRef, Value)>,
    /// What somebody sets after a run has seen it all.
    pub after: Option<(FieldRef, Value)>,
    /// The column, and what it is to show in the end; where nothing is said, that it all comes to rest.
    pub wanted: Option<(usize, &'a str)>,
}

/// A tale as a scenario. None where it cannot be told so: no key links its records, or nobody can say what opens a line.
pub fn tale(life: Life<'_>, tale: &Tale<'_>) -> Option<Scenario> {
    let span = life.lifecycle.name.span;
    let columns = columns(life, tale);
    let ties = ties(life, &columns)?;
    let mut telling = Telling {
        life,
        cast: Cast::new(life.model, span, objects(life, tale, &columns, &ties)?),
        steps: Vec::new(),
        day: 1,
        ties,
        converted: Vec::new(),
    };
    for (field, value) in &tale.before {
        telling.cast.set(*field, value.clone());
    }
    // those who meet are anywhere, the others begin at the beginning
    telling.begin(!tale.at_once.is_empty())?;
    for event in tale.way {
        if telling.happens(event, None)? {
            telling.settle();
        }
    }
    for event in tale.at_once {
        telling.happens(event, tale.wanted)?;
    }
    if !tale.at_once.is_empty() {
        telling.settle();
    }
    if let Some((field, value)) = &tale.after {
        telling.edit(field.object, vec![(*field, value.clone())]);
        telling.settle();
    }
    let (name, expected) = match tale.wanted {
        Some((column, value)) => {
            let field = life.field(column)?;
            let expected = Expectation::Record {
                object: field.id.object,
                alias: SmolStr::new_static(ALIAS),
                values: telling.values(vec![(field.id, Value::text(value))]),
            };
            (format!("`{}` becomes `{value}`", field.name()), expected)
        }
        None => (
            format!("`{}` comes to rest", life.lifecycle.name.node),
            Expectation::Quiet,
        ),
    };
    let last = telling.cast.step(None, StepKind::Expect(expected));
    telling.steps.push(last);
    Some(Scenario {
        name: Spanned::new(name, span),
        span,
        steps: telling.steps,
    })
}

/// The columns that a tale names or asks; the first one, since who belongs together does so through it, and one on the other side of
/// that.
fn columns(life: Life<'_>, tale: &Tale<'_>) -> Vec<usize> {
    let events = tale.way.iter().chain(tale.at_once);
    let wanted = tale.wanted.iter().map(|(column, _)| *column);
    let mut columns: Vec<usize> = wanted.chain(events.map(Event::column)).collect();
    columns.push(0);
    let system = |c: usize| life.system(c);
    if columns.iter().all(|c| system(*c) == system(0)) {
        let entries = life.lifecycle.columns.iter().enumerate();
        let mut single = entries.filter(|(_, c)| c.through.is_none());
        let other = single.find(|(c, _)| system(*c) != system(0));
        columns.extend(other.map(|(c, _)| c));
    }
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// Their objects, those that conditions ask, and what ties records; what a conversion makes is not there before.
fn objects(
    life: Life<'_>,
    tale: &Tale<'_>,
    columns: &[usize],
    ties: &[Tie],
) -> Option<Vec<ObjectRef>> {
    let own = columns.iter().map(|c| Some(life.field(*c)?.id.object));
    let mut found = own.collect::<Option<Vec<_>>>()?;
    let events = tale.way.iter().chain(tale.at_once);
    let lines: Vec<&Transition> = events.filter_map(|e| life.line_of(e)).collect();
    let asked = lines.iter().filter_map(|t| t.when.as_ref());
    found.extend(asked.flat_map(Expr::fields).map(|(_, f, _)| f.object));
    let makes = lines.iter().any(|t| t.conversion.is_some());
    for tie in ties {
        found.push(tie.object);
        found.extend((!makes).then_some(tie.end));
    }
    found.extend(&tale.others);
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// A record that ties another one to the record of a column.
struct Tie {
    column: usize,
    object: ObjectRef,
    near: FieldRef,
    far: FieldRef,
    /// The object that `near` names.
    end: ObjectRef,
}

/// What leads to those of some columns that have several records: in a tale there is one. None where nothing does.
fn ties(life: Life<'_>, columns: &[usize]) -> Option<Vec<Tie>> {
    let through = |c: &&usize| {
        let column = life.lifecycle.columns.get(**c);
        column.is_some_and(|c| c.through.is_some())
    };
    let mut through = columns.iter().filter(through).peekable();
    if through.peek().is_none() {
        return Some(Vec::new());
    }
    let found = clusters(life).ok()?;
    let tie = |column: &usize| match *found.ways.get(*column)? {
        Way::Through {
            object,
            near,
            far,
            sync,
        } => {
            let ends = Side::BOTH.map(|s| sync.sync.ends.get(s).object);
            let mut ends = ends.into_iter().flatten();
            Some(Tie {
                column: *column,
                object,
                near: near.id,
                far: far.id,
                end: ends.find(|o| o.system == object.system)?,
            })
        }
        Way::Hub | Way::Linked(_) => None,
    };
    through.map(tie).collect()
}

struct Telling<'m> {
    life: Life<'m>,
    cast: Cast<'m>,
    steps: Vec<Step>,
    day: u32,
    /// What ties records, and has not done so yet: it does where the first of them moves.
    ties: Vec<Tie>,
    /// The columns whose record was converted.
    converted: Vec<usize>,
}

impl Telling<'_> {
    /// Everybody is there, and a run has seen them: in the first stage, if that is said.
    fn begin(&mut self, first: bool) -> Option<()> {
        let columns = self.life.columns().filter(|_| first);
        let first = self.life.lifecycle.first();
        for column in columns {
            let field = self.life.field(column)?.id;
            if let Some(value) = self.life.written(first, column) {
                self.cast.set(field, Value::text(value));
            }
        }
        let syncs = self.cast.syncs();
        let mut linked = false;
        for sync in &syncs {
            linked |= self.cast.link(*sync, Begin::Met).is_some();
        }
        for sync in &syncs {
            // who is not admitted in the first stage was linked before they came into it, or is admitted in a later one
            if self.cast.admit(*sync).is_none() && syncs.len() == 1 {
                linked |= self.cast.link(*sync, Begin::Recovered).is_some();
            }
        }
        self.steps = self.cast.beginning();
        self.settle();
        linked.then_some(())
    }

    fn settle(&mut self) {
        let step = self.cast.step(None, StepKind::Settle);
        self.steps.push(step);
        self.day += 1;
    }

    /// Tells an event. Whether anything happens: those who join are there from the start, and show what a run writes to them.
    /// Whoever moves sets what is wanted in the end, where that shows the same stage in the same column.
    fn happens(&mut self, event: &Event, wanted: Option<(usize, &str)>) -> Option<bool> {
        let Event::Moves {
            transition,
            column,
            from,
            to,
            ..
        } = *event
        else {
            return Some(false);
        };
        let line = self.life.lifecycle.transitions.get(transition)?;
        let field = self.life.field(column)?.id;
        for (object, values) in self.opening(line)? {
            self.edit(object, values);
        }
        if line.conversion.is_some() {
            let kind = StepKind::Convert {
                object: field.object,
                alias: SmolStr::new_static(ALIAS),
            };
            self.at(kind);
            self.converted.push(column);
        } else {
            if self.converted.contains(&column) {
                return None;
            }
            let wanted = wanted.filter(|(c, v)| *c == column && self.life.shows(to, column, v));
            let value = match wanted {
                Some((_, value)) => value,
                None => self.life.entered(column, from, to)?,
            };
            if let Some(at) = self.ties.iter().position(|t| t.column == column) {
                let tie = self.ties.remove(at);
                let ends = [tie.near, tie.far].map(|f| (f, Value::text(ALIAS)));
                self.edit(tie.object, ends.into());
            }
            self.edit(field.object, vec![(field, Value::text(value))]);
        }
        Some(true)
    }

    /// What is set so that the condition of a line holds, by record.
    fn opening(&self, line: &Transition) -> Option<Vec<(ObjectRef, Fields)>> {
        let Some(when) = &line.when else {
            return Some(Vec::new());
        };
        let mut when = when.clone();
        when.rewrite(&mut |e| {
            if matches!(e.node, ExprKind::Entered(_)) {
                e.node = ExprKind::Const(Value::DateTime(LATER));
            }
        });
        let Answer::Yes(example) = satisfy::satisfy(self.life.model, &[&when], &[]) else {
            return None;
        };
        let stages: Vec<FieldRef> = self
            .life
            .columns()
            .filter_map(|c| Some(self.life.field(c)?.id))
            .collect();
        let mut found: Vec<(ObjectRef, Fields)> = Vec::new();
        for (cell, value) in example {
            if cell.through.is_some() {
                return None;
            }
            if stages.contains(&cell.field) {
                continue;
            }
            let object = cell.field.object;
            match found.iter_mut().find(|(o, _)| *o == object) {
                Some((_, values)) => values.push((cell.field, value)),
                None => found.push((object, vec![(cell.field, value)])),
            }
        }
        Some(found)
    }

    fn edit(&mut self, object: ObjectRef, values: Fields) {
        let values = self.values(values);
        self.at(StepKind::Edit {
            object,
            alias: SmolStr::new_static(ALIAS),
            values,
        });
    }

    fn at(&mut self, kind: StepKind) {
        let moment = Moment {
            day: self.day,
            minute: MORNING,
        };
        let step = self.cast.step(Some(moment), kind);
        self.steps.push(step);
    }

    fn values(&self, values: Fields) -> Values {
        let span = self.cast.span;
        values.into_iter().map(|(f, v)| (f, v, span)).collect()
    }
}

impl<'m> Life<'m> {
    /// The line that permits a move.
    fn line_of(self, event: &Event) -> Option<&'m Transition> {
        match event {
            Event::Moves { transition, .. } => self.lifecycle.transitions.get(*transition),
            Event::Begins { .. } | Event::Joins { .. } => None,
        }
    }

    /// What a move sets in a column: of the values of the entered stage the first that the one before does not have.
    pub fn entered(self, column: usize, from: StageIdx, to: StageIdx) -> Option<&'m str> {
        let mut cell = self.lifecycle.cell(to, column).iter();
        let new = cell.find(|v| !self.shows(from, column, &v.value))?;
        Some(new.value.as_str())
    }
}
