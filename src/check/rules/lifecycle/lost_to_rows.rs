//! Rows that keep writing a column as another field has it, over the moves that people make in it.

use super::stories::{Story, Waits};
use super::words::{head, moved, way_to};
use crate::analyze::{Automaton, Event, Life, Tale, eval, tale};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Authority, CellKind, ExprKind, FieldRef, RowView, StageIdx, SystemId, Timing, ViaKind,
};
use crate::side::Side;
use crate::text::quoted;
use crate::value::Value;

/// A row that keeps writing a column as another field has it.
pub(super) struct LostToRow<'m> {
    life: Life<'m>,
    facts: &'m Automaton,
    row: RowView<'m>,
    side: Side,
    column: usize,
    transition: usize,
    from: StageIdx,
    by: SystemId,
}

/// One for each column.
pub(super) fn lost_to_rows<'m>(life: Life<'m>, facts: &'m Automaton) -> Vec<LostToRow<'m>> {
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

/// The edits that show in a column. A row writes nothing to what was converted.
fn taken(life: Life<'_>, facts: &Automaton, column: usize) -> Vec<(usize, StageIdx, SystemId)> {
    let Some(by) = life.system(column) else {
        return Vec::new();
    };
    let taken = facts.explored.taken.iter();
    let shows = |(line, from): &&(usize, StageIdx)| {
        let t = life.lifecycle.transitions.get(*line);
        let edits = t.filter(|t| t.conversion.is_none() && life.movers(t).contains(&by));
        let way = facts.explored.way_to(*from).unwrap_or_default();
        edits.is_some_and(|t| life.ways(t, *from, by).contains(&column))
            && !life.is_converted(column, &way)
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
    pub fn story(&self) -> Option<Story> {
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
            before: Vec::new(),
            after: None,
            wanted: Some((self.column, moved)),
        };
        match (self.other(), insists(self.row, self.side)) {
            (Some(other), true) => told.before = vec![other],
            (Some(other), false) => told.after = Some(other),
            // what is always the same is written where the records meet
            (None, _) => {
                (told.way, told.at_once) = (&[], &[]);
                told.before = vec![(life.field(self.column)?.id, Value::text(moved))];
            }
        }
        Some(Story {
            place: self.row.row.head,
            lifecycle: None,
            waits: Waits::Value,
            scenario: tale(life, &told)?,
        })
    }

    /// What people read of it.
    pub fn describe(&self) -> Diagnostic {
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
