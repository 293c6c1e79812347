//! Which of several records of a column decides.

use std::cmp::Reverse;

use super::stages_of;
use crate::plan::{Pick, Rank, StageState};
use crate::runtime::program::{Found, Lifecycle, alike};
use crate::runtime::protocol::Record;
use crate::value::Value;

/// The record that decides: of the first alternative for which there is any.
pub fn choose<'r>(life: &Lifecycle, column: usize, records: &[&'r Record]) -> Option<&'r Record> {
    let entry = life.columns.get(column)?;
    let Found::Through { choice, closed, .. } = &entry.found else {
        return records.first().copied();
    };
    let value = |record: &Record| match entry.source.read(record) {
        Ok(value) => value.into_owned(),
        Err(_) => Value::Blank,
    };
    let is_closed = |record: &Record| {
        let value = value(record);
        let mut closing = closed.iter();
        closing.any(|v| alike(&entry.cell.equality, &value, &Value::text(v)))
    };
    let fits = |pick: &Pick, record: &Record| match pick.state {
        None => true,
        Some(StageState::Open) => !is_closed(record),
        Some(StageState::Closed) => is_closed(record),
    };
    choice.iter().find_map(|pick| {
        let all = records.iter().copied().filter(|r| fits(pick, r));
        all.max_by_key(|r| {
            let rank = match pick.rank {
                Rank::Furthest => place(life, column, &value(r)),
                Rank::Latest => (0, 0),
                Rank::Earliest => (0, r.created.map_or(i64::MIN, |at| -at)),
            };
            (rank, r.modified, Reverse(r.id.clone()))
        })
    })
}

/// How far a value is: its stage, and its place in the stage's cell.
fn place(life: &Lifecycle, column: usize, value: &Value) -> (usize, i64) {
    let Some(stage) = stages_of(life, column, value).last().copied() else {
        return (0, -1);
    };
    let mut cell = life.cell(stage, column).iter();
    let at = cell.position(|v| Value::text(v) == *value);
    (stage, at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0))
}
