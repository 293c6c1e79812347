//! Expressions of a plan: names become slots, functions pointers, maps tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::eval::{Lookup, Members, Node, Source, Spellings, Table, fold, fold_controlling};
use super::{Compiler, Done, extend, inconsistent, index};
use crate::plan::{self, Equality, Expr, Fallback};
use crate::side::{Side, Sides};
use crate::value::Value;
use crate::value::library::Folding;

/// What an expression is compiled in.
#[derive(Clone, Copy)]
pub(in crate::runtime::program) struct Place<'p> {
    /// What it sees.
    sees: Sees<'p>,
    /// Equality of the value that passes.
    input: Equality,
}

/// The records that an expression sees, and with them what the numbers of [`Node::Changed`] stand for.
#[derive(Clone, Copy)]
enum Sees<'p> {
    /// The two records of a pair: rows, against their shadows.
    Pair(&'p plan::Sync),
    /// One record on the left, as an automation does: slots, against the record before.
    Record(&'p SmolStr),
    /// The members of a cluster as one record on the left: slots, against what is remembered of it.
    Cluster(&'p plan::Lifecycle),
}

impl<'p> Place<'p> {
    pub(super) const fn of_sync(sync: &'p plan::Sync, input: Equality) -> Self {
        Self {
            sees: Sees::Pair(sync),
            input,
        }
    }

    /// An expression of an automation, over the record that starts it.
    pub(in crate::runtime::program) fn of_object(object: &'p SmolStr) -> Self {
        Self {
            sees: Sees::Record(object),
            input: Equality::default(),
        }
    }

    /// A condition of a lifecycle, over the members of a cluster.
    pub(in crate::runtime::program) fn of_cluster(lifecycle: &'p plan::Lifecycle) -> Self {
        Self {
            sees: Sees::Cluster(lifecycle),
            input: Equality::default(),
        }
    }
}

impl<'p> Compiler<'p> {
    /// Where an expression finds what it names.
    fn seen(&self, place: Place<'_>, side: Side, name: &SmolStr) -> Done<Source> {
        match place.sees {
            Sees::Pair(sync) => self.source(sync.objects.get(side), name),
            Sees::Record(object) => self.source(object, name),
            Sees::Cluster(lifecycle) => self.member(lifecycle, name),
        }
    }

    /// Takes note of what an expression reads.
    fn reads(&mut self, side: Side, source: Source) {
        if let Source::Slot(slot, _) = source {
            self.reads.push((side, slot));
        }
    }

    pub(super) fn equality(&self, place: Place<'_>, expr: &Expr) -> Equality {
        let (side, name) = match expr {
            Expr::Input => return place.input,
            Expr::Field { side, field } => (*side, field),
            _ => return Equality::default(),
        };
        let field = match place.sees {
            Sees::Pair(sync) => self.field(sync.objects.get(side), name),
            Sees::Record(object) => self.field(object, name),
            Sees::Cluster(lifecycle) => self.field_of_member(lifecycle, name),
        };
        field.map_or(Equality::default(), |f| f.equality)
    }

    fn nodes(&mut self, place: Place<'_>, exprs: &'p [Expr]) -> Done<Box<[Node]>> {
        exprs.iter().map(|e| self.node(place, e)).collect()
    }

    fn boxed(&mut self, place: Place<'_>, expr: &'p Expr) -> Done<Box<Node>> {
        self.node(place, expr).map(Box::new)
    }

    pub(in crate::runtime::program) fn node(
        &mut self,
        place: Place<'_>,
        expr: &'p Expr,
    ) -> Done<Node> {
        Ok(match expr {
            Expr::Input => Node::Input,
            Expr::Const(value) => Node::Const(value.clone()),
            Expr::Env(name) => {
                return inconsistent(format!("the environment's `{name}` has not been put in"));
            }
            Expr::Field { side, field } => {
                let source = self.seen(place, *side, field)?;
                self.reads(*side, source);
                Node::Field(*side, source)
            }
            Expr::Related {
                side,
                reference,
                object,
                field,
            } => {
                let reference = self.seen(place, *side, reference)?;
                self.reads(*side, reference);
                let (id, _) = self.object(object)?;
                let entry = (*side, reference, id);
                if !self.related.contains(&entry) {
                    self.related.push(entry);
                }
                let source = self.source(object, field)?;
                if let Source::Slot(slot, _) = source {
                    extend(&mut self.along, &[(id, slot)]);
                }
                Node::Related {
                    side: *side,
                    reference,
                    object: id,
                    source,
                }
            }
            Expr::Call {
                function: name,
                arguments,
            } => {
                let Some(function) = (self.functions)(name) else {
                    return inconsistent(format!(
                        "it calls `{name}`, which is no function of this version"
                    ));
                };
                if !function.takes(arguments.len()) {
                    return inconsistent(format!(
                        "`{name}` does not take {} arguments",
                        arguments.len()
                    ));
                }
                Node::Call(function, self.nodes(place, arguments)?)
            }
            Expr::Map {
                map,
                from,
                input,
                within,
            } => {
                let lookup = self.lookup(place, input);
                let within = within.as_ref().map(|w| self.boxed(place, w)).transpose()?;
                let input = self.boxed(place, input)?;
                Node::Map {
                    table: self.table(map, *from)?,
                    lookup,
                    input,
                    within,
                    each: Members::Whole,
                }
            }
            Expr::Each { map, from, input } => {
                let lookup = self.lookup(place, input);
                let input = self.boxed(place, input)?;
                Node::Map {
                    table: self.table(map, *from)?,
                    lookup,
                    input,
                    within: None,
                    each: Members::Each,
                }
            }
            Expr::Normalize { table, input } => match self.spellings.get(table).cloned() {
                Some(table) => Node::Normalize {
                    table,
                    input: self.boxed(place, input)?,
                },
                None => return inconsistent(format!("it has no table `{table}`")),
            },
            Expr::Linked { syncs, from, input } => {
                let syncs: Box<[u16]> = syncs
                    .iter()
                    .map(|s| self.sync_index(s))
                    .collect::<Done<_>>()?;
                self.through.extend_from_slice(&syncs);
                Node::Linked {
                    syncs,
                    from: *from,
                    input: self.boxed(place, input)?,
                }
            }
            Expr::Otherwise { first, second } => {
                Node::Otherwise(self.boxed(place, first)?, self.boxed(place, second)?)
            }
            Expr::Not(inner) => Node::Not(self.boxed(place, inner)?),
            Expr::All(parts) => Node::All(self.nodes(place, parts)?),
            Expr::Any(parts) => Node::Any(self.nodes(place, parts)?),
            Expr::Compare {
                comparison,
                left,
                right,
            } => Node::Compare(
                *comparison,
                self.boxed(place, left)?,
                self.boxed(place, right)?,
            ),
            Expr::In { input, list } => {
                let mut list = list.clone();
                list.sort_unstable();
                Node::In(self.boxed(place, input)?, list.into())
            }
            Expr::IsSet(inner) => Node::IsSet(self.boxed(place, inner)?),
            Expr::Changed { side, field } => {
                self.asks_changed = true;
                match (place.sees, self.seen(place, *side, field)?) {
                    (Sees::Pair(sync), _) => {
                        Node::Changed(*side, changed_rows(sync, *side, field)?)
                    }
                    (_, Source::Slot(slot, _)) => Node::Changed(*side, Box::new([slot])),
                    _ => return inconsistent(format!("`{field}` is no field that changes")),
                }
            }
            Expr::Arithmetic {
                operation,
                left,
                right,
            } => Node::Arithmetic(
                *operation,
                self.boxed(place, left)?,
                self.boxed(place, right)?,
            ),
            Expr::If {
                condition,
                then,
                otherwise,
            } => Node::If(
                self.boxed(place, condition)?,
                self.boxed(place, then)?,
                self.boxed(place, otherwise)?,
            ),
        })
    }

    fn lookup(&self, place: Place<'_>, input: &Expr) -> Lookup {
        let equality = self.equality(place, input);
        if equality.fold_case || equality.trim {
            Lookup::Folded
        } else {
            Lookup::Exact
        }
    }

    fn table(&self, name: &SmolStr, from: Side) -> Done<Arc<Table>> {
        match self.forward.get(&(name, from)) {
            Some(table) => Ok(Arc::clone(table)),
            None => inconsistent(format!("it has no map `{name}`")),
        }
    }

    pub(super) fn optional(
        &mut self,
        place: Place<'_>,
        expr: &'p Sides<Option<Expr>>,
    ) -> Done<Sides<Option<Node>>> {
        let mut one = |e: &'p Option<Expr>| e.as_ref().map(|e| self.node(place, e)).transpose();
        Ok(Sides::new(one(&expr.left)?, one(&expr.right)?))
    }
}

/// The rows whose cell on a side is this field.
fn changed_rows(sync: &plan::Sync, side: Side, field: &SmolStr) -> Done<Box<[u16]>> {
    let reads = |row: &plan::Row| {
        let cell = row.cells.get(side);
        cell.field.as_ref() == Some(field)
            || cell.read
                == Expr::Field {
                    side,
                    field: field.clone(),
                }
    };
    let rows: Vec<usize> = sync
        .rows
        .iter()
        .enumerate()
        .filter(|(_, r)| reads(r))
        .map(|(at, _)| at)
        .collect();
    if rows.is_empty() {
        return inconsistent(format!(
            "`{}` asks whether `{field}` changed, and no row maps it",
            sync.name
        ));
    }
    rows.into_iter().map(index).collect()
}

pub(super) fn table(
    name: &SmolStr,
    rows: &BTreeMap<SmolStr, Value>,
    otherwise: Option<&Fallback>,
) -> Table {
    let mut folded: HashMap<String, Option<&Value>> = HashMap::new();
    for (key, value) in rows {
        let slot = folded.entry(fold(key)).or_insert(Some(value));
        if slot.is_some_and(|known| known != value) {
            *slot = None;
        }
    }
    Table {
        name: name.clone(),
        exact: rows
            .iter()
            .map(|(k, v)| (fold_controlling(k), v.clone()))
            .collect(),
        folded: folded
            .into_iter()
            .filter_map(|(k, v)| Some((k, v?.clone())))
            .collect(),
        otherwise: otherwise.cloned().unwrap_or(Fallback::Reject),
    }
}

pub(super) fn spellings(name: &SmolStr, normalizer: &plan::Normalizer) -> Spellings {
    let folding = Folding {
        case: normalizer.ignore_case,
        punctuation: normalizer.ignore_punctuation,
        accents: normalizer.ignore_accents,
    };
    Spellings {
        name: name.clone(),
        folding,
        table: normalizer
            .table
            .iter()
            .map(|(k, v)| (folding.fold(k), v.clone()))
            .collect(),
        otherwise: normalizer.otherwise.clone(),
    }
}
