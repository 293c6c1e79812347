//! Syncs: headers first, so that every sync can be named from every other; then statements and rows.

use super::exprs::Scope;
use super::lookup::{Cx, Gaps};
use super::rows::{Around, arrow, docs};
use super::rules::{repeated, unknown_name};
use crate::model::{
    Absent, After, DeletePolicy, End, ExprKind, FieldRef, Filter, Handoff, Key, KeyPart, Leave,
    Many, Mode, Narrowing, ObjectRef, Order, Protect, SortKey, Sync,
};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Item, Line, Name, Statement, SyncLine};
use crate::value::Value;

/// Makes a sync of every header, with its ends resolved and nothing else.
pub(super) fn headers(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Sync(s) = &line.node else { return };
        let ends = Sides::new(cx.end(&s.left), cx.end(&s.right));
        let header = s.name.span.to(s.right.span);
        cx.model.syncs.push(Sync {
            name: Spanned::new(s.name.text.clone(), s.name.span),
            docs: docs(line),
            header,
            span: line.span,
            ends,
            arrow: Spanned::new(arrow(s.arrow.node), s.arrow.span),
            mode: Mode::Merge,
            truth: None,
            truth_poisoned: false,
            keys: Vec::new(),
            many: Sides::default(),
            stamp: Sides::default(),
            create: Sides::default(),
            delete: Sides::default(),
            after: Vec::new(),
            yields_to: Vec::new(),
            converts_to: None,
            from: Sides::default(),
            active_while: Sides::default(),
            leave: None,
            narrowed: Sides::default(),
            protect: Vec::new(),
            handoff: None,
            rows: Vec::new(),
        });
    });
}

const fn is_sync(item: &Item) -> Option<&ast::Sync> {
    match item {
        Item::Sync(sync) => Some(sync),
        _ => None,
    }
}

/// Resolves shared rows against their own headers, then the statements and rows of every sync.
pub(super) fn bodies(cx: &mut Cx<'_>, bodies: Vec<Vec<Line<SyncLine>>>) {
    shared(cx);
    let made = cx.side_by_side(is_sync, bodies, |cx, n, _, s, body| {
        let mut sync = cx.model.syncs.get(n)?.clone();
        sync.mode = mode(s, &body);
        cx.gaps = Gaps::None;
        for line in &body {
            if let SyncLine::Statement(statement) = &line.node {
                cx.statement(&mut sync, statement, line.span);
            }
        }
        let around = Around {
            ends: sync.ends.clone(),
            blank: Sides::default(),
            shared: Vec::new(),
        };
        sync.rows = cx.rows(&body, &around);
        Some((sync, cx.gaps))
    });
    let gaps = made
        .iter()
        .flatten()
        .filter(|(_, gaps)| *gaps == Gaps::Some);
    cx.model.incomplete.extend(gaps.map(|(sync, _)| sync.span));
    cx.model.syncs = made.into_iter().flatten().map(|(sync, _)| sync).collect();
}

/// The mode that the header says, or else the body.
fn mode(sync: &ast::Sync, body: &[Line<SyncLine>]) -> Mode {
    let stated = body.iter().find_map(|line| match &line.node {
        SyncLine::Statement(Statement::Mode(mode)) => Some(mode),
        _ => None,
    });
    match sync.modes.first().map(|m| &m.node).or(stated) {
        Some(ast::Mode::LinkOnly) => Mode::LinkOnly,
        Some(ast::Mode::AppendOnly) => Mode::AppendOnly,
        None => Mode::Merge,
    }
}

/// What is wrong in a block of shared rows is said once, against the first objects of its header that it is wrong for.
fn shared(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Fields(f) = &line.node else { return };
        let lefts = alternatives(cx, &f.left);
        let rights = alternatives(cx, &f.right);
        let outer = std::mem::take(&mut cx.sink);
        let mut places = std::collections::HashSet::new();
        for left in &lefts {
            for right in &rights {
                let around = Around {
                    ends: Sides::new(left.clone(), right.clone()),
                    blank: Sides::default(),
                    shared: Vec::new(),
                };
                cx.rows(&f.body.lines, &around);
            }
        }
        let found = std::mem::replace(&mut cx.sink, outer);
        for finding in found.iter() {
            if places.insert((finding.code, finding.labels.first().map(|l| l.span))) {
                cx.sink.push(finding.clone());
            }
        }
    });
}

fn alternatives(cx: &mut Cx<'_>, path: &ast::ObjectRef) -> Vec<End> {
    let Some(system) = cx.system(&path.system) else {
        return vec![End {
            span: path.span,
            object: None,
        }];
    };
    path.objects
        .iter()
        .map(|name| End {
            span: name.span,
            object: cx.object(system, name),
        })
        .collect()
}

impl Cx<'_> {
    fn statement(&mut self, sync: &mut Sync, statement: &Statement, span: Span) {
        match statement {
            Statement::Truth(name) => {
                sync.truth = self.side(&sync.ends, name).map(|s| Spanned::new(s, span));
                sync.truth_poisoned = sync.truth.is_none();
            }
            Statement::Match(pairs) => sync.keys.push(self.key(sync, pairs, span)),
            Statement::Many { side, rule } => {
                if let Some(on) = self.side(&sync.ends, side) {
                    let rule = self.many(sync.ends.get(on).object, rule);
                    if let Some(first) = sync.many.get(on) {
                        self.sink.push(repeated::describe("many", first.span, span));
                    }
                    *sync.many.get_mut(on) = Some(Spanned::new(rule, span));
                }
            }
            Statement::Key(fields) => {
                for stamp in fields {
                    let Some(side) = self.side(&sync.ends, &stamp.side) else {
                        continue;
                    };
                    let object = sync.ends.get(side).object;
                    let field = object.and_then(|o| self.field(o, &stamp.field));
                    let first = sync.stamp.get(side).as_ref().map(|s| s.span);
                    match first.filter(|first| *first != stamp.span) {
                        Some(first) => {
                            let again = repeated::describe("key", first, stamp.span);
                            self.sink.push(again);
                        }
                        None => {
                            if field.is_none() {
                                self.gaps = Gaps::Some;
                            }
                            *sync.stamp.get_mut(side) = field.map(|f| Spanned::new(f, stamp.span));
                        }
                    }
                }
            }
            Statement::Create(names) => {
                for name in names {
                    if let Some(side) = self.side(&sync.ends, name) {
                        *sync.create.get_mut(side) = Some(name.span);
                    }
                }
            }
            Statement::Delete(policies) => policies.iter().for_each(|p| self.delete(sync, p)),
            Statement::After {
                sync: first,
                otherwise,
            } => {
                let Some(id) = self.sync(first) else {
                    self.gaps = Gaps::Some;
                    return;
                };
                let otherwise = match otherwise {
                    None => Absent::Wait,
                    Some(ast::AfterElse::Without) => Absent::Without,
                    Some(ast::AfterElse::As(name)) => match self.sync(name) {
                        Some(other) => Absent::As(other),
                        None => {
                            self.gaps = Gaps::Some;
                            return;
                        }
                    },
                };
                sync.after.push(After {
                    sync: Spanned::new(id, first.span),
                    otherwise,
                });
            }
            Statement::YieldsTo(names) => {
                for name in names {
                    match self.sync(name) {
                        Some(other) => sync.yields_to.push(Spanned::new(other, name.span)),
                        None => self.gaps = Gaps::Some,
                    }
                }
            }
            Statement::ConvertsTo(name) => {
                sync.converts_to = self.sync(name).map(|s| Spanned::new(s, name.span));
            }
            Statement::From { side, condition } => {
                if let Some((on, filter)) = self.filter(sync, side, condition, span) {
                    *sync.from.get_mut(on) = Some(filter);
                }
            }
            Statement::While { side, condition } => {
                if let Some((on, filter)) = self.filter(sync, side, condition, span) {
                    *sync.active_while.get_mut(on) = Some(filter);
                }
            }
            Statement::Leave(stated) => sync.leave = Some(stated.map(leave)),
            Statement::Handoff { requires, within } => {
                let requires = requires
                    .iter()
                    .filter_map(|p| self.handoff_field(sync, p))
                    .collect();
                let within = within.as_ref().map(seconds);
                sync.handoff = Some(Handoff {
                    span,
                    requires,
                    within,
                });
            }
            Statement::RecordType { system, value } => {
                self.narrow(sync, system, value, span, Narrow::RecordType)
            }
            Statement::Pipeline { system, value } => {
                self.narrow(sync, system, value, span, Narrow::Pipeline)
            }
            Statement::Protect {
                fields,
                after_create,
            } => {
                let Some(side) = self.side(&sync.ends, &fields.side) else {
                    return;
                };
                let Some(object) = sync.ends.get(side).object else {
                    return;
                };
                for name in &fields.fields {
                    if let Some(field) = self.field(object, name) {
                        let after_create = after_create.is_some();
                        sync.protect.push(Protect {
                            side,
                            field,
                            after_create,
                            span: name.span,
                        });
                    }
                }
            }
            Statement::Mode(_) | Statement::Blank { .. } | Statement::Ends(_) => {}
        }
    }

    fn key(&mut self, sync: &Sync, pairs: &[ast::MatchPair], span: Span) -> Key {
        let parts = pairs
            .iter()
            .map(|pair| {
                let left = self.expr(&Scope::one(Side::Left, sync.ends.left.object), &pair.left);
                let right = self.expr(
                    &Scope::one(Side::Right, sync.ends.right.object),
                    &pair.right,
                );
                KeyPart {
                    span: pair.span,
                    sides: Sides::new(left, right),
                }
            })
            .collect();
        Key { span, parts }
    }

    fn many(&mut self, object: Option<ObjectRef>, rule: &ast::ManyRule) -> Many {
        match rule {
            ast::ManyRule::Hold => Many::Hold,
            ast::ManyRule::Keep { which, by } => {
                let order = match which {
                    ast::Order::First => Order::Ascending,
                    ast::Order::Last => Order::Descending,
                };
                Many::First(
                    by.iter()
                        .filter_map(|name| self.sort_key(object?, name, order))
                        .collect(),
                )
            }
        }
    }

    fn sort_key(&mut self, object: ObjectRef, name: &Name, order: Order) -> Option<SortKey> {
        let id = name.text.eq_ignore_ascii_case("id");
        let field = if id {
            None
        } else {
            Some(self.field(object, name)?)
        };
        Some(SortKey {
            field,
            order,
            span: name.span,
        })
    }

    fn delete(&mut self, sync: &mut Sync, policy: &ast::Delete) {
        let sides = match &policy.side {
            None => Side::BOTH.to_vec(),
            Some(name) => self.side(&sync.ends, name).into_iter().collect(),
        };
        for side in sides {
            let action = match &policy.action {
                ast::DeleteAction::Keep => DeletePolicy::Keep,
                ast::DeleteAction::Unlink => DeletePolicy::Unlink,
                ast::DeleteAction::Archive => DeletePolicy::Archive,
                ast::DeleteAction::Propagate => DeletePolicy::Propagate,
                ast::DeleteAction::Flag(name) => {
                    DeletePolicy::Flag(sync.ends.get(side).object.and_then(|o| self.field(o, name)))
                }
            };
            *sync.delete.get_mut(side) = Some(Spanned::new(action, policy.span));
        }
    }

    fn filter(
        &mut self,
        sync: &Sync,
        side: &Name,
        condition: &ast::Expr,
        span: Span,
    ) -> Option<(Side, Filter)> {
        let on = self.side(&sync.ends, side)?;
        let condition = self.condition(&Scope::one(on, sync.ends.get(on).object), condition);
        Some((
            on,
            Filter {
                span,
                condition: Some(condition),
            },
        ))
    }

    fn handoff_field(&mut self, sync: &Sync, path: &ast::Path) -> Option<Spanned<FieldRef>> {
        let objects = Sides::new(sync.ends.left.object, sync.ends.right.object);
        let scope = Scope {
            objects,
            first: Some(Side::Left),
            ..Scope::default()
        };
        let known = objects.left.is_some() && objects.right.is_some();
        let found = match path.parts.as_slice() {
            [name] if !known && self.find_in_scope(&scope, &name.text).is_none() => return None,
            [name] => self.expr(
                &scope,
                &ast::Expr {
                    node: ast::ExprKind::Name(name.clone()),
                    span: path.span,
                },
            ),
            _ => self.path(&scope, path),
        };
        match found.node {
            ExprKind::Field { field, .. } => Some(Spanned::new(field, path.span)),
            _ => None,
        }
    }

    fn narrow(&mut self, sync: &mut Sync, system: &Name, value: &Name, span: Span, by: Narrow) {
        let Some(side) = self.side(&sync.ends, system) else {
            return;
        };
        let Some(object) = sync.ends.get(side).object else {
            return;
        };
        let Some(entry) = self.model.object(object) else {
            return;
        };
        // Each with what records hold: a record type is known by its name, and held by its id.
        let known: Vec<(&str, &str)> = match by {
            Narrow::RecordType => {
                let types = entry.record_types.iter();
                types
                    .map(|r| (&*r.name, r.id.as_deref().unwrap_or(&r.name)))
                    .collect()
            }
            Narrow::Pipeline => entry.pipelines.iter().map(|p| (&*p.id, &*p.id)).collect(),
        };
        let found = known
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&value.text));
        if found.is_none() && !known.is_empty() {
            self.sink.push(unknown_name::describe(
                by.word(),
                value,
                known.iter().map(|(name, _)| *name),
            ));
            return;
        }
        let held = found
            .map_or(value.text.as_str(), |(_, held)| held)
            .to_owned();
        let fields = by.fields().iter();
        let field = fields.copied().find_map(|f| self.find_field(object, f));
        let narrowing = Narrowing {
            field,
            value: Value::text(held),
            name: value.text.clone(),
        };
        *sync.narrowed.get_mut(side) = Some(Spanned::new(narrowing, span));
    }
}

#[derive(Clone, Copy)]
enum Narrow {
    RecordType,
    Pipeline,
}

impl Narrow {
    const fn word(self) -> &'static str {
        match self {
            Self::RecordType => "record type",
            Self::Pipeline => "pipeline",
        }
    }

    /// The field that holds it, by the names that objects give it.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::RecordType => &["RecordTypeId"],
            Self::Pipeline => &["pipeline", "hs_pipeline"],
        }
    }
}

const fn leave(leave: ast::Leave) -> Leave {
    match leave {
        ast::Leave::Continue => Leave::Continue,
        ast::Leave::Freeze => Leave::Freeze,
        ast::Leave::Unlink => Leave::Unlink,
    }
}

/// A span of time in seconds; a month counts as 30 days, a year as 365.
pub(super) fn seconds(quantity: &ast::Quantity) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    let unit = match quantity.unit {
        ast::Unit::Seconds => 1,
        ast::Unit::Minutes => 60,
        ast::Unit::Hours => 3_600,
        ast::Unit::Weeks => 7 * 86_400,
        ast::Unit::Months => 30 * 86_400,
        ast::Unit::Years => 365 * 86_400,
        _ => 86_400,
    };
    quantity
        .number
        .value
        .to_i64()
        .unwrap_or(i64::MAX / 86_400_000)
        .saturating_mul(unit)
}
