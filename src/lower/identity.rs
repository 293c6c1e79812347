//! Identity: admission, keys, stamps, creates and deletes.

use smol_str::SmolStr;

use super::{Cx, Done, impossible};
use crate::model::{self, Filter, Mode, Model, SyncId, SyncView};
use crate::plan::{Absent, After, Comparison, DeletePolicy, Expr, Identity, Leave, Many, SortKey};
use crate::side::{Side, Sides};
use crate::value::Value;

/// For each sync and side the name under which its links are unique: that of the first sync of that object.
///
/// Records that are only appended from do not belong to the sync, and may be linked elsewhere.
pub(super) fn link_groups(model: &Model) -> Vec<Sides<SmolStr>> {
    let group = |sync: &model::Sync, side: Side| {
        let own = || sync.name.node.clone();
        if sync.mode == Mode::AppendOnly {
            return own();
        }
        let object = sync.ends.get(side).object;
        let first = model
            .syncs
            .iter()
            .find(|s| s.mode != Mode::AppendOnly && s.ends.get(side).object == object);
        first.map_or_else(own, |s| s.name.node.clone())
    };
    model
        .syncs
        .iter()
        .map(|s| Sides::new(group(s, Side::Left), group(s, Side::Right)))
        .collect()
}

impl Cx<'_> {
    /// The identity rules of a sync.
    pub fn identity(&mut self, view: SyncView<'_>, writes: Sides<bool>) -> Done<Identity> {
        let sync = view.sync;
        let create = Sides::new(Side::Left, Side::Right)
            .map(|side| *writes.get(side) && (view.creates(side) || sync.mode == Mode::AppendOnly));
        let mut keys = Vec::with_capacity(sync.keys.len());
        for key in &sync.keys {
            keys.push(self.match_key(view, key)?);
        }
        let mut stamp = Sides::new(None, None);
        let mut delete = Sides::new(DeletePolicy::Keep, DeletePolicy::Keep);
        for side in Side::BOTH {
            let stated = sync.stamp.get(side).as_ref();
            *stamp.get_mut(side) = stated.map(|s| self.field(s.node));
            if let Some(policy) = sync.delete.get(side) {
                *delete.get_mut(side) = self.delete(&policy.node, policy.span)?;
            }
        }
        Ok(Identity {
            admission: Sides::new(
                self.admission(view, Side::Left)?,
                self.admission(view, Side::Right)?,
            ),
            originates: Sides::new(originates(view, Side::Left), originates(view, Side::Right)),
            active_while: Sides::new(
                self.filter(sync.active_while.left.as_ref())?,
                self.filter(sync.active_while.right.as_ref())?,
            ),
            leave: sync.leave.as_ref().map_or(Leave::Continue, |l| l.node),
            keys,
            many: Sides::new(
                self.many(sync.many.left.as_ref().map(|m| &m.node)),
                self.many(sync.many.right.as_ref().map(|m| &m.node)),
            ),
            stamp,
            create_with: Sides::new(
                self.create_with(view, Side::Left, create.left),
                self.create_with(view, Side::Right, create.right),
            ),
            create,
            delete,
            yields_to: sync.yields_to.iter().map(|s| self.name(s.node)).collect(),
            converts_to: sync.converts_to.as_ref().map(|s| self.name(s.node)),
            after: sync.after.iter().map(|a| self.after(a)).collect(),
        })
    }

    fn name(&self, id: SyncId) -> SmolStr {
        let sync = self.model.syncs.get(id.index());
        sync.map_or_else(SmolStr::default, |s| s.name.node.clone())
    }

    fn after(&self, after: &model::After) -> After {
        After {
            sync: self.name(after.sync.node),
            otherwise: match &after.otherwise {
                model::Absent::Wait => Absent::Wait,
                model::Absent::Without => Absent::Without,
                model::Absent::As(other) => Absent::As(self.name(*other)),
            },
        }
    }

    fn filter(&mut self, filter: Option<&Filter>) -> Done<Option<Expr>> {
        let condition = filter.and_then(|f| f.condition.as_ref());
        condition.map(|c| self.expr(c)).transpose()
    }

    /// What `from` says of a side, and the record type or pipeline that the sync is narrowed to.
    fn admission(&mut self, view: SyncView<'_>, side: Side) -> Done<Option<Expr>> {
        let stated = self.filter(view.sync.from.get(side).as_ref())?;
        let narrowed = self
            .narrowing(view, side)
            .map(|(field, value)| Expr::Compare {
                comparison: Comparison::Equal,
                left: Box::new(Expr::Field { side, field }),
                right: Box::new(Expr::Const(value)),
            });
        Ok(match (narrowed, stated) {
            (Some(narrowed), Some(stated)) => Some(Expr::All(vec![narrowed, stated])),
            (one, other) => one.or(other),
        })
    }

    fn narrowing(&mut self, view: SyncView<'_>, side: Side) -> Option<(SmolStr, Value)> {
        let narrowing = &view.sync.narrowed.get(side).as_ref()?.node;
        Some((self.field(narrowing.field?), narrowing.value.clone()))
    }

    fn create_with(
        &mut self,
        view: SyncView<'_>,
        side: Side,
        creates: bool,
    ) -> Vec<(SmolStr, Value)> {
        let narrowed = self.narrowing(view, side).filter(|_| creates);
        narrowed.into_iter().collect()
    }

    /// The declared order of a side. The record's id is always its last criterion, so nothing after it counts.
    fn many(&mut self, many: Option<&model::Many>) -> Many {
        let Some(model::Many::First(keys)) = many else {
            return Many::Hold;
        };
        let fields = keys.iter().map_while(|k| Some((k.field?, k.order)));
        let keys: Vec<_> = fields.collect();
        Many::First(
            keys.into_iter()
                .map(|(field, order)| SortKey {
                    field: self.field(field),
                    order,
                })
                .collect(),
        )
    }

    fn delete(
        &mut self,
        policy: &model::DeletePolicy,
        span: crate::source::Span,
    ) -> Done<DeletePolicy> {
        Ok(match policy {
            model::DeletePolicy::Keep => DeletePolicy::Keep,
            model::DeletePolicy::Unlink => DeletePolicy::Unlink,
            model::DeletePolicy::Archive => DeletePolicy::Archive,
            model::DeletePolicy::Propagate => DeletePolicy::Propagate,
            model::DeletePolicy::Flag(Some(field)) => DeletePolicy::Flag(self.field(*field)),
            model::DeletePolicy::Flag(None) => return Err(impossible("an unknown flag", span)),
        })
    }
}

/// Whether records of a side start matches and creates.
fn originates(view: SyncView<'_>, side: Side) -> bool {
    let sync = view.sync;
    if sync.mode == Mode::AppendOnly {
        return sync.arrow.node.goes_from(side);
    }
    let silent = sync.from.get(side).is_none() && sync.from.get(!side).is_some();
    !silent || view.creates(!side)
}
