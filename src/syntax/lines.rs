//! Which entry rule reads an item, and which one each line of its block.

use super::ast::{
    Assign, AutomationLine, BudgetEntry, Item, LifecycleLine, MapRowLine, PartitionRow, Picklist,
    RouteLine, SettingLine, Sync, SyncLine, TestLine, VolumeEntry,
};
use super::build::{Builder, Node};
use super::cut::{self, Cut};
use super::grammar::Rule;
use super::keywords::STATEMENTS;
use super::recover::{COUNTS, ENTRIES, PLAIN, Plain, Reader, STEPS, needs_block};
use super::{plain as plainly, repeated, report};

/// Reads an item that begins with a word that opens items.
pub(super) fn item(reader: &mut Reader, cut: &Cut) -> Option<Item> {
    let word = cut::word_at(reader.text, cut.code.0);
    let head = reader.head(cut);
    if cut.block.is_none() && needs_block(word) {
        return without_block(reader, cut, word);
    }
    match word {
        "use" => reader.read(Rule::use_item, head, |b, n| b.use_item(&n)),
        "const" => reader.read(Rule::const_item, head, |b, n| b.const_item(&n)),
        "fn" => reader.read(Rule::fn_item, head, |b, n| b.fn_item(&n)),
        "metric" => reader.read(Rule::metric_item, head, |b, n| b.metric_item(&n)),
        "signoff" => reader.read(Rule::signoff_item, head, |b, n| b.signoff_item(&n)),
        "allow" => reader.read(Rule::allow_item, head, |b, n| b.allow_item(&n)),
        "system" => {
            let block = reader.block(cut, ENTRIES, None, setting);
            repeated::settings(reader, &block);
            reader.read(Rule::system_head, head, |b, n| b.system(&n, block))
        }
        "model" => {
            let block = reader.block(cut, PLAIN, None, partition_row);
            reader.read(Rule::model_head, head, |b, n| b.model(&n, block))
        }
        "budget" => {
            let block = reader.block(cut, ENTRIES, None, budget_entry);
            reader.read(Rule::budget_head, head, |b, n| b.budget(&n, block))
        }
        "volume" => {
            let block = reader.block(cut, COUNTS, None, volume_entry);
            reader.read(Rule::volume_head, head, |b, n| b.volume(&n, block))
        }
        "picklist" => {
            let rows = reader.block(cut, PLAIN, MAP_ROWS, map_row);
            match plainly::picklist(reader.file, reader.text, head) {
                Some((name, ends)) => Some(Item::Picklist(Picklist {
                    name,
                    within: None,
                    ends: Some(ends),
                    rows,
                })),
                None => reader.read(Rule::picklist_head, head, |b, n| b.picklist(&n, rows)),
            }
        }
        "normalize" => {
            let block = reader.block(cut, PLAIN, MAP_ROWS, map_row);
            reader.read(Rule::normalize_head, head, |b, n| b.normalize(&n, block))
        }
        "sync" | "fields" | "relation" => sync(reader, cut, word),
        "lifecycle" => {
            let block = reader.block(cut, PLAIN, None, lifecycle_line);
            repeated::bounds(reader, &block);
            reader.read(Rule::lifecycle_head, head, |b, n| b.lifecycle(&n, block))
        }
        "route" => {
            let block = reader.block(cut, PLAIN, None, route_row);
            reader.read(Rule::route_head, head, |b, n| b.route(&n, block))
        }
        "automation" => {
            let block = reader.block(cut, PLAIN, None, automation_line);
            reader.read(Rule::automation_head, head, |b, n| b.automation(&n, block))
        }
        _ => {
            let block = reader.block(cut, STEPS, None, step);
            reader.read(Rule::test_head, head, |b, n| b.test(&n, block))
        }
    }
}

/// An item that lacks its block: what is wrong with its header says more, if anything is.
fn without_block(reader: &mut Reader, cut: &Cut, word: &str) -> Option<Item> {
    let rule = match word {
        "budget" => Rule::budget_head,
        "volume" => Rule::volume_head,
        "picklist" => Rule::picklist_head,
        "normalize" => Rule::normalize_head,
        "sync" => Rule::sync_head,
        "fields" => Rule::fields_head,
        "relation" => Rule::relation_head,
        "lifecycle" => Rule::lifecycle_head,
        "route" => Rule::route_head,
        "automation" => Rule::automation_head,
        _ => Rule::test_head,
    };
    let span = reader.span(cut.code).after();
    if reader.read(rule, cut.code, |_, _| Some(())).is_some() {
        reader.report(report::missing_block(word, span));
    }
    None
}

/// Rows of a map.
const MAP_ROWS: Option<Plain<MapRowLine>> =
    Some(|reader, cut| plainly::map_row(reader.file, reader.text, cut.code).map(MapRowLine::Row));

/// Rows of a sync.
const SYNC_ROWS: Option<Plain<SyncLine>> =
    Some(|reader, cut| plainly::row(reader.file, reader.text, cut.code).map(SyncLine::Row));

/// Rows of a sync, and its plainest statements.
const SYNC_LINES: Option<Plain<SyncLine>> = Some(|reader, cut| {
    let (file, text) = (reader.file, reader.text);
    let statement = || plainly::statement(file, text, cut.code).map(SyncLine::Statement);
    let row = plainly::row(file, text, cut.code).map(SyncLine::Row);
    row.or_else(statement)
});

fn sync(reader: &mut Reader, cut: &Cut, word: &str) -> Option<Item> {
    let place = match word {
        "sync" => Place::Sync,
        "fields" => Place::Fields,
        _ => Place::Relation,
    };
    let plain = if place == Place::Sync {
        SYNC_LINES
    } else {
        SYNC_ROWS
    };
    let block = reader.block(cut, PLAIN, plain, |reader, cut| {
        sync_line(reader, cut, place)
    });
    repeated::statements(reader, &block);
    let head = reader.head(cut);
    match place {
        Place::Sync => match plainly::sync(reader.file, reader.text, head) {
            Some((name, left, arrow, right)) => Some(Item::Sync(Sync {
                name,
                left,
                arrow,
                right,
                modes: Vec::new(),
                body: block,
            })),
            None => reader.read(Rule::sync_head, head, |b, n| b.sync(&n, block)),
        },
        Place::Fields => reader.read(Rule::fields_head, head, |b, n| b.fields(&n, block)),
        Place::Relation => reader.read(Rule::relation_head, head, |b, n| b.relation(&n, block)),
    }
}

/// Reads a line without a block.
fn plain<T>(
    reader: &mut Reader,
    cut: &Cut,
    rule: Rule,
    broken: T,
    build: impl FnOnce(&mut Builder, Node) -> Option<T>,
) -> T {
    if !reader.brackets(cut) {
        return broken;
    }
    reader.read(rule, cut.code, build).unwrap_or(broken)
}

fn setting(reader: &mut Reader, cut: &Cut) -> SettingLine {
    plain(reader, cut, Rule::setting, SettingLine::Broken, |b, n| {
        b.setting(&n)
    })
}

fn partition_row(reader: &mut Reader, cut: &Cut) -> PartitionRow {
    plain(
        reader,
        cut,
        Rule::partition_row,
        PartitionRow::Broken,
        |b, n| b.partition_row(&n),
    )
}

fn budget_entry(reader: &mut Reader, cut: &Cut) -> BudgetEntry {
    plain(
        reader,
        cut,
        Rule::budget_entry,
        BudgetEntry::Broken,
        |b, n| b.budget_entry(&n),
    )
}

fn volume_entry(reader: &mut Reader, cut: &Cut) -> VolumeEntry {
    plain(
        reader,
        cut,
        Rule::volume_entry,
        VolumeEntry::Broken,
        |b, n| b.volume_entry(&n),
    )
}

pub(super) fn map_row(reader: &mut Reader, cut: &Cut) -> MapRowLine {
    plain(reader, cut, Rule::map_row, MapRowLine::Broken, |b, n| {
        b.map_row(n)
    })
}

fn route_row(reader: &mut Reader, cut: &Cut) -> RouteLine {
    plain(reader, cut, Rule::route_row, RouteLine::Broken, |b, n| {
        b.route_row(&n)
    })
}

fn assign(reader: &mut Reader, cut: &Cut) -> Assign {
    plain(reader, cut, Rule::assign, Assign::Broken, |b, n| {
        b.assign(&n)
    })
}

fn automation_line(reader: &mut Reader, cut: &Cut) -> AutomationLine {
    let rule = match cut::word_at(reader.text, cut.code.0) {
        "when" => Rule::trigger,
        "writes" => Rule::writes,
        "sets" => Rule::sets,
        word => {
            let diagnostic = report::unknown_line(
                reader.span(cut.code),
                word,
                "an `automation`",
                &["when", "writes", "sets"],
            );
            reader.report(diagnostic);
            reader.unread(cut);
            return AutomationLine::Broken;
        }
    };
    plain(reader, cut, rule, AutomationLine::Broken, |b, n| {
        b.automation_line(&n)
    })
}

fn lifecycle_line(reader: &mut Reader, cut: &Cut) -> LifecycleLine {
    let word = cut::word_at(reader.text, cut.code.0);
    let named = if reader.slice(cut.code).starts_with('`') {
        reader
            .slice((cut.code.0 + 1, cut.code.1))
            .split_once('`')
            .map_or("", |(_, rest)| rest)
    } else {
        reader.slice((cut.code.0 + word.len(), cut.code.1))
    };
    let stage = named.trim_start().starts_with(':');
    let broken = LifecycleLine::Broken;
    match reader.leading_word(cut) {
        _ if stage => plain(reader, cut, Rule::stage, broken, |b, n| b.stage(&n)),
        "column" => plain(reader, cut, Rule::column, broken, |b, n| b.column(&n)),
        "truth" => plain(reader, cut, Rule::truth, broken, |b, n| b.leader(&n)),
        "start" | "final" => plain(reader, cut, Rule::bounds, broken, |b, n| b.bounds(&n)),
        _ => plain(reader, cut, Rule::transition, broken, |b, n| {
            b.transition(&n)
        }),
    }
}

fn step(reader: &mut Reader, cut: &Cut) -> TestLine {
    let values = reader.block(cut, ENTRIES, None, assign);
    if !reader.brackets(cut) {
        return TestLine::Broken;
    }
    let head = reader.head(cut);
    reader
        .read(Rule::step, head, |b, n| b.step(&n, values))
        .unwrap_or(TestLine::Broken)
}

/// Whose block a line stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Sync,
    Fields,
    Relation,
}

pub(super) fn sync_line(reader: &mut Reader, cut: &Cut, place: Place) -> SyncLine {
    let code = reader.slice(cut.code);
    let broken = SyncLine::Broken;
    if code.starts_with("...") {
        return plain(reader, cut, Rule::spread, broken, |b, n| b.spread(&n));
    }
    if code.starts_with(['-', '<']) {
        return plain(reader, cut, Rule::blank_line, broken, |b, n| {
            b.statement(&n)
        });
    }
    let word = reader.leading_word(cut);
    let Some((_, rule)) = STATEMENTS.iter().find(|(w, _)| *w == word) else {
        return plain(reader, cut, Rule::row, broken, |b, n| {
            b.row(n).map(SyncLine::Row)
        });
    };
    let misplaced = match place {
        Place::Sync => *rule == Rule::ends,
        Place::Fields => true,
        Place::Relation => false,
    };
    if misplaced {
        let span = reader.span((cut.code.0, cut.code.0 + word.len()));
        reader.report(report::misplaced(word, span));
        reader.unread(cut);
        return SyncLine::Broken;
    }
    plain(reader, cut, *rule, broken, |b, n| b.statement(&n))
}
