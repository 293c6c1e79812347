//! A cluster as conditions see it: one record, whose slots are the lifecycle's members.

use super::Cluster;
use crate::runtime::program::{Member, Node, Scene, alike};
use crate::runtime::protocol::Record;
use crate::side::Sides;
use crate::value::Value;

impl Cluster<'_> {
    /// Whether a condition holds. What cannot be told does not.
    pub(super) fn holds(self, condition: &Node) -> bool {
        let whole = Record {
            values: self.members().into(),
            ..Record::default()
        };
        let scene = Scene {
            records: Sides::new(Some(&whole), None),
            changed: &self.changes(&whole.values),
            links: self.links,
            related: self.related,
        };
        condition.holds(&scene, &Value::Blank) == Ok(true)
    }

    /// Whether a member that a condition asks about is another than it was.
    pub(super) fn has_changes(self) -> bool {
        let mut changes = self.changes(&self.members()).into_iter();
        changes.any(|c| c.left)
    }

    /// What is remembered of the members.
    pub(super) fn watched(self) -> Vec<Value> {
        let members = self.life.members.iter().zip(self.members());
        let kept = members.map(|(member, value)| match member {
            Member::Field {
                watched: Some(_), ..
            } => value,
            Member::Field { .. } | Member::Entered(_) => Value::Blank,
        });
        kept.collect()
    }

    fn members(self) -> Vec<Value> {
        let entered = |stage: usize| self.memory?.entered.get(stage).copied().flatten();
        let value = |member: &Member| match member {
            Member::Field { column, source, .. } => {
                let record = self.records.get(*column).copied().flatten();
                record.map_or(Value::Blank, |r| Member::of(*source, r))
            }
            Member::Entered(stage) => entered(*stage).map_or(Value::Blank, Value::DateTime),
        };
        self.life.members.iter().map(value).collect()
    }

    /// By member, whether it has changed since it was remembered.
    fn changes(self, now: &[Value]) -> Vec<Sides<bool>> {
        let before = |at: usize| self.memory.and_then(|m| m.members.get(at));
        let members = self.life.members.iter().zip(now).enumerate();
        let changed = members.map(|(at, (member, now))| match (member, before(at)) {
            (
                Member::Field {
                    watched: Some(equality),
                    ..
                },
                Some(before),
            ) => Sides::new(!alike(equality, before, now), false),
            _ => Sides::default(),
        });
        changed.collect()
    }
}
