//! Members of a cluster: what conditions of a lifecycle read, as slots of one record.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::Source;
use super::compile::{Compiler, Done, inconsistent, index};
use super::lifecycle::{column, stage};
use crate::plan::{self, Equality};
use crate::runtime::Record;
use crate::value::{Kind, Value};

/// What a condition may read of a cluster.
#[derive(Debug)]
pub enum Member {
    /// A member of the record of a column.
    Field {
        /// The column.
        column: usize,
        /// Where it is found there.
        source: Source,
        /// How it is told whether it has changed, where a condition asks that.
        watched: Option<Equality>,
    },
    /// The instant at which a stage was entered last.
    Entered(usize),
}

impl Member {
    /// What a record has in this member, read or not: what its kind does not allow fails where it is evaluated.
    pub fn of(source: Source, record: &Record) -> Value {
        match source {
            Source::Slot(slot, _) => {
                let value = record.values.get(usize::from(slot));
                value.cloned().unwrap_or_default()
            }
            other => other
                .read(record)
                .map_or_else(|_| Value::Blank, Cow::into_owned),
        }
    }
}

impl<'p> Compiler<'p> {
    /// The members of a lifecycle, each at the slot that conditions know it by.
    pub(super) fn members(&self, lifecycle: &'p plan::Lifecycle) -> Done<Vec<Member>> {
        let one = |member: &'p plan::Member| match member {
            plan::Member::Field {
                column: name,
                field,
                watched,
            } => {
                let key = object(lifecycle, name)?;
                let equality = self.field(key, field).map(|f| f.equality);
                Ok(Member::Field {
                    column: column(lifecycle, name)?,
                    source: self.source(key, field)?,
                    watched: watched.then(|| equality.unwrap_or_default()),
                })
            }
            plan::Member::Entered(name) => Ok(Member::Entered(stage(lifecycle, name)?)),
        };
        lifecycle.members.values().map(one).collect()
    }

    /// Where conditions of a lifecycle find a member.
    pub(super) fn member(&self, lifecycle: &plan::Lifecycle, name: &SmolStr) -> Done<Source> {
        let position = lifecycle.members.keys().position(|m| m == name);
        let (Some(at), Some(member)) = (position, lifecycle.members.get(name)) else {
            return inconsistent(format!(
                "a condition of the lifecycle `{}` reads `{name}`, which there is not",
                lifecycle.name
            ));
        };
        let kind = match member {
            plan::Member::Field { column, field, .. } => {
                match self.source(object(lifecycle, column)?, field)? {
                    Source::Slot(_, kind) => kind,
                    Source::Id => Kind::Text,
                    Source::Created | Source::Modified => Kind::DateTime,
                }
            }
            plan::Member::Entered(_) => Kind::DateTime,
        };
        Ok(Source::Slot(index(at)?, kind))
    }

    /// The field that a member of a lifecycle is.
    pub(super) fn field_of_member(
        &self,
        lifecycle: &plan::Lifecycle,
        name: &SmolStr,
    ) -> Option<&'p plan::Field> {
        match lifecycle.members.get(name)? {
            plan::Member::Field { column, field, .. } => {
                self.field(object(lifecycle, column).ok()?, field)
            }
            plan::Member::Entered(_) => None,
        }
    }
}

/// The object of a column.
fn object<'l>(lifecycle: &'l plan::Lifecycle, name: &SmolStr) -> Done<&'l SmolStr> {
    let at = column(lifecycle, name)?;
    match lifecycle.columns.get(at) {
        Some(column) => Ok(&column.object),
        None => inconsistent(format!("the lifecycle `{}` lacks a column", lifecycle.name)),
    }
}
