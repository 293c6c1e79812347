//! L011: a permitted move that is taken back.

use super::words::{cause_place, head, moved, reaction, way_to, whole};
use crate::analyze::{Automaton, Chain, Life};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, Level, rule};
use crate::model::{Authority, RowView, StageIdx, SystemId, Timing};
use crate::platform::PlatformWrite;
use crate::side::Side;

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
    for (life, facts) in whole(cx) {
        for column in life.columns() {
            if let Some(write) = moved_by_platform(life, column) {
                cx.report(platform_moves(life, column, write));
            }
        }
        for chain in facts.chains.iter().filter(|c| c.repeats.is_none()) {
            cx.report(led_back(life, facts, chain));
        }
        for column in life.columns() {
            let Some((transition, from, by)) = taken(life, facts, column) else {
                continue;
            };
            let rows = cx.model.rows().flat_map(|r| Side::BOTH.map(|s| (r, s)));
            let mut rows = rows.filter(|(r, side)| puts_back(life, column, *r, *side));
            if let Some((row, side)) = rows.next() {
                let found = LostToRow {
                    life,
                    facts,
                    row,
                    side,
                    column,
                    transition,
                    from,
                    by,
                };
                cx.report(found.describe());
            }
        }
    }
}

/// What the platform writes into a column by itself, where a sync of the project starts it and nothing switches it off.
fn moved_by_platform(life: Life<'_>, column: usize) -> Option<&'static PlatformWrite> {
    let field = life.field(column)?;
    let system = field.id.object.system;
    let is_off = |w: &PlatformWrite| {
        let mut settings = field.system.settings.iter();
        settings.any(|(key, value)| Some(key.as_str()) == w.setting && value == "off")
    };
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

/// A move that shows in a column.
fn taken(life: Life<'_>, facts: &Automaton, column: usize) -> Option<(usize, StageIdx, SystemId)> {
    let by = life.system(column)?;
    let mut taken = facts.explored.taken.iter();
    let shows = |(line, from): &&(usize, StageIdx)| {
        let t = life.lifecycle.transitions.get(*line);
        t.is_some_and(|t| life.movers(t).contains(&by) && life.ways(t, *from, by).contains(&column))
    };
    taken.find(shows).map(|(line, from)| (*line, *from, by))
}

/// Whether a row writes a column, on a side, over whatever people set there.
fn puts_back(life: Life<'_>, column: usize, row: RowView<'_>, side: Side) -> bool {
    let Some((lane, field)) = row.writes(side).filter(|_| row.sync.merges()) else {
        return false;
    };
    let is_column = |f: crate::model::FieldRef| {
        let mut columns = life.columns();
        columns.any(|c| life.field(c).is_some_and(|known| known.id == f))
    };
    let preferred = row.authority() == Some(Authority::PreferUnlessBlank(!side));
    let insists = lane.enforce || (row.two_way() && preferred);
    let foreign = row.field(!side).is_none_or(|f| !is_column(f.id));
    let here = life.field(column).is_some_and(|f| f.id == field.id);
    here && lane.timing == Timing::Always && (insists || (!row.two_way() && foreign))
}

/// A move whose reactions end where it began.
fn led_back(life: Life<'_>, facts: &Automaton, chain: &Chain) -> Diagnostic {
    let line = life.lifecycle.transitions.get(chain.transition);
    let mut story = way_to(life, facts, chain.from);
    let mut by = "";
    if let Some(t) = line {
        let ways = life.movers(t).into_iter();
        let mut ways =
            ways.filter_map(|by| Some((by, life.ways(t, chain.from, by).first().copied()?)));
        if let Some((system, way)) = ways.next() {
            by = life.system_name(system);
            story.push(moved(
                life,
                chain.transition,
                by,
                way,
                (chain.from, t.to.node),
            ));
        }
    }
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
        story.push(format!(
            "the row `{}` writes `{target}` as `{other}` has it, and the move is gone",
            self.row.row.name
        ));
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
