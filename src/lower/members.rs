//! What conditions of a lifecycle read: the records of a cluster are one record to them, whose members have names of their own.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::analyze::Life;
use crate::model::ObjectRef;
use crate::plan::Member;

/// The members of a lifecycle under way, as far as its conditions have named them.
pub(super) struct Members {
    /// The objects of the columns with their names, the hub before all others.
    columns: Vec<(ObjectRef, SmolStr)>,
    /// What was named.
    pub found: BTreeMap<SmolStr, Member>,
}

impl Members {
    /// Nothing of a lifecycle is named yet.
    pub fn of(life: Life<'_>, hub: usize) -> Self {
        let all = std::iter::once(hub).chain(life.columns().filter(|c| *c != hub));
        let named = all.filter_map(|column| {
            let name = life.lifecycle.columns.get(column)?.name.node.clone();
            Some((life.field(column)?.id.object, name))
        });
        Self {
            columns: named.collect(),
            found: BTreeMap::new(),
        }
    }

    /// What a field of a column's object is called; none of an object that has no column.
    pub fn field(&mut self, object: ObjectRef, field: &SmolStr, asked: Asked) -> Option<SmolStr> {
        let (_, column) = self.columns.iter().find(|(o, _)| *o == object)?;
        let name = format_smolstr!("{column}.{field}");
        let member = self.found.entry(name.clone());
        let member = member.or_insert_with(|| Member::Field {
            column: column.clone(),
            field: field.clone(),
            watched: false,
        });
        if let (Member::Field { watched, .. }, Asked::Change) = (member, asked) {
            *watched = true;
        }
        Some(name)
    }

    /// What the instant is called at which a stage was entered.
    pub fn entered(&mut self, stage: &SmolStr) -> SmolStr {
        let name = format_smolstr!("entered({stage})");
        let member = Member::Entered(stage.clone());
        self.found.insert(name.clone(), member);
        name
    }
}

/// What a condition asks of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its value.
    Value,
    /// Whether it has changed.
    Change,
}
