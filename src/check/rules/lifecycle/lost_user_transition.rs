//! L011: a permitted move that is taken back.

use super::stories::{Story, Waits};
use super::words::{cause_place, event, head, moved, reaction, way_to, whole};
use crate::analyze::{Automaton, Chain, Event, Facts, Life, Tale, eval, tale};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{
    Authority, CellKind, ExprKind, FieldRef, Model, RowView, StageIdx, SystemId, Timing, ViaKind,
};
use crate::platform::PlatformWrite;
use crate::side::Side;
use crate::text::quoted;
use crate::value::Value;

rule! {
    /// # What it checks
    /// Nothing takes back a move that its lifecycle permits: no row keeps writing the field as another one has it, no row or
    /// automation leads the stage back to where it was. A platform that moves the field by itself is a warning.
    ///
    /// # Why it matters
    /// A rep moves somebody, as agreed, and a minute later it is undone. After the second time people stop trusting the tool.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Person: desk.contact <-> crm.Person {
    ///   notes <-> Phase__c  prefer desk unless blank
    /// }
    ///
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
    ///   final customer
    /// }
    /// ```
    /// ```sync,pass
    /// sync Person: desk.contact <-> crm.Person {
    ///   notes <-> Title  prefer desk unless blank
    /// }
    ///
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
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Leave the field to the lifecycle: take the row out, or the line that permits the move.
    ///
    /// # How to waive
    /// `allow L011 in Journey because "…" by "…" until 2027-06-30`
    pub L011
}

/// A row that keeps writing a column as another field has it.
struct LostToRow<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    row: RowView<'m>,
    side: Side,
    column: usize,
    transition: usize,
    from: StageIdx,
    by: SystemId,
}

/// Finds rows that put a column back, once a column; and moves whose consequences lead back to where they began.
pub fn run(cx: &mut Cx<'_>) {
    for (life, facts) in whole(cx.model, cx.facts) {
        for column in life.columns() {
            if let Some(write) = moved_by_platform(life, column) {
                cx.report(platform_moves(life, column, write));
            }
        }
        for chain in facts.chains.iter().filter(|c| c.repeats.is_none()) {
            cx.report(led_back(life, facts, chain));
        }
        for found in lost_to_rows(life, facts) {
            cx.report(found.describe());
        }
    }
}

/// What each of them looks like to those who move, as far as people and the spec are all that it takes.
pub(super) fn stories(model: &Model, facts: &Facts) -> Vec<Story> {
    let mut found = Vec::new();
    for (life, facts) in whole(model, facts) {
        let chains = facts.chains.iter().filter(|c| c.repeats.is_none());
        found.extend(chains.filter_map(|c| story_of_chain(life, facts, c)));
        let rows = lost_to_rows(life, facts).into_iter();
        found.extend(rows.filter_map(|f| f.story()));
    }
    found
}

fn lost_to_rows<'m>(life: Life<'m>, facts: &'m Automaton) -> Vec<LostToRow<'m>> {
    let lost = |column: usize| {
        let moves = taken(life, facts, column);
        let first = moves.first().copied()?;
        let rows = life.model.rows();
        let mut rows = rows.flat_map(|r| Side::BOTH.map(|s| (r, s)));
        let (row, side) = rows.find(|(r, side)| puts_back(life, column, *r, *side))?;
        // a row that writes one value alone takes back moves to others
        let fixed = match &row.row.cells.get(!side).node {
            CellKind::Computed(e) => match &e.node {
                ExprKind::Const(value) => value.as_text(),
                _ => None,
            },
            _ => None,
        };
        let others = |(line, from, _): &(usize, StageIdx, SystemId)| {
            let line = life.lifecycle.transitions.get(*line);
            let value = line.and_then(|t| life.entered(column, *from, t.to.node));
            value != fixed
        };
        let (transition, from, by) = moves.into_iter().find(others).unwrap_or(first);
        Some(LostToRow {
            life,
            facts,
            row,
            side,
            column,
            transition,
            from,
            by,
        })
    };
    life.columns().filter_map(lost).collect()
}

/// Whoever makes the move expects it to stay.
fn story_of_chain(life: Life<'_>, facts: &Automaton, chain: &Chain) -> Option<Story> {
    let event = chain.begins(life)?;
    let line = life.lifecycle.transitions.get(chain.transition)?;
    let Event::Moves {
        column, from, to, ..
    } = event
    else {
        return None;
    };
    let told = Tale {
        way: &facts.explored.way_to(chain.from)?,
        at_once: &[event],
        others: chain.objects(life),
        before: None,
        after: None,
        wanted: Some((column, life.entered(column, from, to)?)),
    };
    Some(Story {
        place: head(line),
        lifecycle: Some(life.number),
        waits: Waits::Value,
        scenario: tale(life, &told)?,
    })
}

/// What the platform writes into a column by itself, where a sync of the project starts it and nothing switches it off.
fn moved_by_platform(life: Life<'_>, column: usize) -> Option<&'static PlatformWrite> {
    let field = life.field(column)?;
    let system = field.id.object.system;
    let is_off = |w: &PlatformWrite| w.setting.is_some_and(|s| field.system.switches_off(s));
    let starts = |w: &PlatformWrite| {
        life.model.sync_views().any(|sync| {
            Side::BOTH.into_iter().any(|side| {
                let end = sync.sync.ends.get(side).object;
                let here = end.is_some_and(|o| o.system == system)
                    && sync.object(side).is_some_and(|o| o.name == w.object);
                let mut rows = sync.rows().filter_map(|r| r.writes(side));
                here && (sync.makes(side) || rows.any(|(_, f)| f.name() == w.field))
            })
        })
    };
    let mut writes = field.system.profile.writes.iter();
    writes.find(|w| {
        let target = (field.object.name.as_str(), field.name());
        w.setting.is_some() && w.writes.contains(&target) && !is_off(w) && starts(w)
    })
}

fn platform_moves(life: Life<'_>, column: usize, write: &PlatformWrite) -> Diagnostic {
    let field = life.field(column);
    let name = field.map_or_else(Default::default, |f| f.full_name());
    let system = field.map_or("", |f| f.system.kind.title());
    let columns = &life.lifecycle.columns;
    let place = columns
        .get(column)
        .map_or(life.lifecycle.span, |c| c.name.span);
    let setting = write.setting.unwrap_or_default();
    Diagnostic::new(
        Code::L011,
        format!("{system} moves `{name}` by itself when {}", write.when),
    )
    .level(Level::Warning)
    .at(place, "moved by people here, and by the platform as well")
    .note(format!(
        "a sync writes `{}` there, and that starts it: what somebody has moved is moved on, and nobody did it",
        write.object
    ))
    .help(format!("switch it off in {system}, and say so in the system's block\n  {setting} off"))
}

/// The moves that show in a column.
fn taken(life: Life<'_>, facts: &Automaton, column: usize) -> Vec<(usize, StageIdx, SystemId)> {
    let Some(by) = life.system(column) else {
        return Vec::new();
    };
    let taken = facts.explored.taken.iter();
    let shows = |(line, from): &&(usize, StageIdx)| {
        let t = life.lifecycle.transitions.get(*line);
        t.is_some_and(|t| life.movers(t).contains(&by) && life.ways(t, *from, by).contains(&column))
    };
    let found = taken.filter(shows);
    found.map(|(line, from)| (*line, *from, by)).collect()
}

/// Whether a row writes a column, on a side, over whatever people set there.
fn puts_back(life: Life<'_>, column: usize, row: RowView<'_>, side: Side) -> bool {
    let Some((lane, field)) = row.writes(side).filter(|_| row.sync.merges()) else {
        return false;
    };
    let is_column = |f: FieldRef| {
        let mut columns = life.columns();
        columns.any(|c| life.field(c).is_some_and(|known| known.id == f))
    };
    let foreign = row.field(!side).is_none_or(|f| !is_column(f.id));
    let here = life.field(column).is_some_and(|f| f.id == field.id);
    here && lane.timing == Timing::Always && (insists(row, side) || (!row.two_way() && foreign))
}

/// Whether a row writes a side over every edit there, at once.
fn insists(row: RowView<'_>, side: Side) -> bool {
    let preferred = row.authority() == Some(Authority::PreferUnlessBlank(!side));
    let enforced = row.writes(side).is_some_and(|(lane, _)| lane.enforce);
    enforced || (row.two_way() && preferred)
}

/// A move whose reactions end where it began.
fn led_back(life: Life<'_>, facts: &Automaton, chain: &Chain) -> Diagnostic {
    let line = life.lifecycle.transitions.get(chain.transition);
    let mut story = way_to(life, facts, chain.from);
    let begins = chain.begins(life);
    story.extend(begins.map(|e| event(life, &e)));
    let by = match begins {
        Some(Event::Moves { by, .. }) => life.system_name(by),
        _ => "",
    };
    story.extend(chain.reactions.iter().map(|r| reaction(life, r)));
    let finding = Diagnostic::new(
        Code::L011,
        format!(
            "a move of `{by}` out of `{}` is taken back",
            life.lifecycle.stage_name(chain.from)
        ),
    )
    .at(
        line.map_or(life.lifecycle.span, head),
        "this line permits the move",
    );
    let places = chain.reactions.iter().filter_map(|r| cause_place(life, r));
    places
        .fold(finding, |finding, place| {
            finding.at(place, "and this undoes it")
        })
        .story(story)
        .note("whoever made the move finds it undone, and nobody has decided that")
        .help("leave the field to the lifecycle, or let what writes it say what the stages say")
}

impl LostToRow<'_> {
    /// What the other side holds, so that the row writes something else than the move: the field, and a value of it.
    fn other(&self) -> Option<(FieldRef, Value)> {
        let life = self.life;
        let (lane, _) = self.row.writes(self.side)?;
        let source = self.row.field(!self.side)?;
        let line = life.lifecycle.transitions.get(self.transition)?;
        let moved = life.entered(self.column, self.from, line.to.node)?;
        let maps = match self.row.row.via.as_ref().map(|v| &v.kind) {
            Some(ViaKind::Map(map)) => life.model.maps.get(map.index()),
            _ => None,
        };
        let rows = maps.into_iter().flat_map(|m| &m.rows);
        let mapped = rows
            .flat_map(|r| r.values.get(!self.side))
            .map(|v| &v.value);
        let listed = source.choices().map(|c| &c.value);
        let stages = life.lifecycle.rows();
        let shown = stages.flat_map(|(at, _)| life.lifecycle.cell(at, self.column));
        let mut all = mapped.chain(listed).chain(shown.map(|v| &v.value));
        let value = all.find(|v| {
            let image = eval(life.model, &lane.value, &Value::text(v));
            image.is_some_and(|i| !i.is_blank() && i != Value::text(moved))
        })?;
        Some((source.id, Value::text(value)))
    }

    /// Whoever makes the move expects it to stay.
    fn story(&self) -> Option<Story> {
        let life = self.life;
        let line = life.lifecycle.transitions.get(self.transition)?;
        let moved = life.entered(self.column, self.from, line.to.node)?;
        let way = self.facts.explored.way_to(self.from)?;
        let event = Event::Moves {
            transition: self.transition,
            by: self.by,
            column: self.column,
            from: self.from,
            to: line.to.node,
        };
        let ends = Side::BOTH.map(|s| self.row.sync.sync.ends.get(s).object);
        let mut told = Tale {
            way: &way,
            at_once: &[event],
            others: ends.into_iter().flatten().collect(),
            before: None,
            after: None,
            wanted: Some((self.column, moved)),
        };
        match (self.other(), insists(self.row, self.side)) {
            (Some(other), true) => told.before = Some(other),
            (Some(other), false) => told.after = Some(other),
            // what is always the same is written where the records meet
            (None, _) => {
                (told.way, told.at_once) = (&[], &[]);
                told.before = Some((life.field(self.column)?.id, Value::text(moved)));
            }
        }
        Some(Story {
            place: self.row.row.head,
            lifecycle: None,
            waits: Waits::Value,
            scenario: tale(life, &told)?,
        })
    }

    fn describe(&self) -> Diagnostic {
        let life = self.life;
        let line = life.lifecycle.transitions.get(self.transition);
        let by = life.system_name(self.by);
        let target = self.row.field(self.side).map_or("", |f| f.name());
        let other = self.row.sync.side_name(!self.side);
        let mut story = way_to(life, self.facts, self.from);
        if let Some(t) = line {
            let stages = (self.from, t.to.node);
            story.push(moved(life, self.transition, by, self.column, stages));
        }
        let writes = format!(
            "the row `{}` writes `{target}` as `{other}` has it, and the move is gone",
            self.row.row.name
        );
        match self.other() {
            Some((field, value)) => {
                let name = life.model.field(field).map(|f| f.full_name());
                let name = quoted(&name.unwrap_or_default());
                let set = format!("somebody in `{other}` sets {name} to `{value}`");
                let before = insists(self.row, self.side);
                story.insert(if before { 0 } else { story.len() }, set);
                story.push(writes);
            }
            None => story.push(format!(
                "where the records meet, or what was remembered of them is lost, {writes}"
            )),
        }
        Diagnostic::new(
            Code::L011,
            format!(
                "a move that `{by}` makes in `{target}` is taken back by the row `{}`",
                self.row.row.name
            ),
        )
        .at(self.row.row.head, "keeps writing the field")
        .at(
            line.map_or(life.lifecycle.span, head),
            "this line permits the move",
        )
        .story(story)
        .note("whoever made the move finds it undone, and nobody has decided that")
        .help(
            "leave the field to the lifecycle: take the row out, or the line that permits the move",
        )
    }
}
