//! Rows: cells, lanes and clauses. Shared rows are resolved for every sync that spreads them.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::clauses::stated_clauses;
use super::exprs::Scope;
use super::lookup::{Cx, Gaps};
use super::rules::unknown_name;
use super::symbols::{Space, Symbol};
use super::transforms::{Change, input};
use crate::model::{
    Arrow, Authority, BlankPolicy, Cell, CellKind, End, Expr, ExprKind, Fallback, FieldsId, Lane,
    MapValue, ObjectRef, Role, Row, Stated, SyncId, Timing, ValueUse,
};
use crate::side::{Side, Sides};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, ClauseKind, Item, Name, Operand, Statement, SyncLine};
use crate::value::{Kind, Value};

/// What the rows of one block stand under.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// The pair.
    pub ends: Sides<End>,
    /// What a cleared value does, by the side that it comes from, where the block says so for all rows.
    pub blank: Sides<Option<BlankPolicy>>,
    /// The shared blocks that lead here, the innermost last: the rows stand in that one.
    pub shared: Vec<FieldsId>,
}

/// The arrow of the tree as the model's.
pub(super) const fn arrow(a: ast::Arrow) -> Arrow {
    match a {
        ast::Arrow::Right => Arrow::Right,
        ast::Arrow::Left => Arrow::Left,
        ast::Arrow::Both => Arrow::Both,
    }
}

/// The documentation of a line as one text.
pub(super) fn docs<T>(line: &ast::Line<T>) -> Option<Box<str>> {
    let text: Vec<&str> = line.trivia.docs().collect();
    (!text.is_empty()).then(|| text.join("\n").into())
}

impl Cx<'_> {
    /// The rows among the lines of a block, those that it spreads included, in order.
    pub fn rows(&mut self, body: &[ast::Line<SyncLine>], around: &Around) -> Vec<Row> {
        let mut around = around.clone();
        for line in body {
            if let SyncLine::Statement(Statement::Blank { direction, policy }) = &line.node {
                for side in Side::BOTH
                    .into_iter()
                    .filter(|s| arrow(direction.node).goes_from(*s))
                {
                    *around.blank.get_mut(side) = Some(blank(*policy));
                }
            }
        }
        let own = |line: &&ast::Line<SyncLine>| matches!(line.node, SyncLine::Row(_));
        let mut rows = Vec::with_capacity(body.iter().filter(own).count());
        for line in body {
            match &line.node {
                SyncLine::Row(row) => self.row(line, row, &around, &mut rows),
                SyncLine::Spread { name, except } => self.spread(name, except, &around, &mut rows),
                SyncLine::Statement(_) | SyncLine::Broken => {}
            }
        }
        rows
    }

    fn spread(&mut self, name: &Name, except: &[Name], around: &Around, rows: &mut Vec<Row>) {
        let Some(symbol) = self.symbol(Space::Fields, &name.text) else {
            self.gaps = Gaps::Some;
            return self.unknown(Space::Fields, "block of shared rows", name);
        };
        let Symbol::Fields(module, item, id) = symbol else {
            self.gaps = Gaps::Some;
            return;
        };
        if around.shared.contains(&id) {
            // A circle, which is told where the blocks are declared.
            self.gaps = Gaps::Some;
            return;
        }
        let modules = self.modules;
        let line = modules.get(module).and_then(|m| m.tree.items.get(item));
        let Some(Item::Fields(fields)) = line.map(|l| &l.node) else {
            return;
        };
        if line.is_some_and(|l| self.is_unread(l.span)) {
            self.gaps = Gaps::Some;
        }
        // The block itself has been resolved against its own header: what is wrong in it is said once, there.
        let kept = std::mem::take(&mut self.sink);
        let here = std::mem::replace(&mut self.module, module);
        let inner = Around {
            ends: around.ends.clone(),
            blank: around.blank,
            shared: around.shared.iter().copied().chain([id]).collect(),
        };
        let spread = self.rows(&fields.body.lines, &inner);
        self.module = here;
        self.sink = kept;
        for name in except {
            if !spread.iter().any(|r| r.name == name.text) {
                let known: Vec<SmolStr> = spread.iter().map(|r| r.name.clone()).collect();
                self.sink.push(unknown_name::describe(
                    "row of these shared rows",
                    name,
                    known.iter().map(SmolStr::as_str),
                ));
            }
        }
        rows.extend(
            spread
                .into_iter()
                .filter(|r| !except.iter().any(|e| e.text == r.name)),
        );
    }

    fn row(
        &mut self,
        line: &ast::Line<SyncLine>,
        row: &ast::Row,
        around: &Around,
        rows: &mut Vec<Row>,
    ) {
        let objects = Sides::new(around.ends.left.object, around.ends.right.object);
        let mut cells = Sides::new(
            self.cell(&row.left, Side::Left, objects.left),
            self.cell(&row.right, Side::Right, objects.right),
        );
        for side in Side::BOTH {
            let kind = self.kind_of(cells.get(!side));
            let other = cells.get(!side).field();
            self.settle_constant(cells.get_mut(side), kind, other);
        }
        let kinds = Sides::new(self.kind_of(&cells.left), self.kind_of(&cells.right));
        let head = operand_span(&row.left).to(operand_span(&row.right));
        let direction = arrow(row.arrow.node);
        let mut clauses = self.clauses(row, around, kinds, head);
        let lanes = lanes(direction, around, &mut clauses, head);
        let name = clauses
            .name
            .or_else(|| operand_name(&row.left))
            .or_else(|| operand_name(&row.right));
        let resolved = Row {
            name: name.unwrap_or_default(),
            span: line.span,
            head,
            docs: docs(line),
            arrow: Spanned::new(direction, row.arrow.span),
            cells,
            lanes,
            via: clauses.change.via,
            through: clauses.through,
            normal: clauses.change.normal,
            authority: clauses.authority,
            when: clauses.when,
            currency: clauses.currency.map(Box::new),
            shared: around.shared.last().copied(),
            stated: clauses.stated,
            clauses: stated_clauses(row),
        };
        let companion = self.companion(&resolved);
        rows.push(resolved);
        rows.extend(companion);
    }

    /// The currency of an amount travels like the amount.
    fn companion(&self, row: &Row) -> Option<Row> {
        let currency = row.currency.as_ref()?;
        let span = currency.span;
        let cells = Sides::new(currency.node.left?, currency.node.right?).map(|f| Cell {
            node: CellKind::Field(f),
            span,
        });
        let lanes = Sides::new(row.lanes.left.as_ref(), row.lanes.right.as_ref()).map(|lane| {
            lane.map(|l| Lane {
                value: input(span, Some(Kind::Text)),
                failure: Fallback::Reject,
                blank: l.blank,
                timing: l.timing,
                default: None,
                enforce: l.enforce,
            })
        });
        let name = self
            .model
            .field(currency.node.left?)
            .map(|f| f.field.name.clone())?;
        Some(Row {
            name,
            head: span,
            span,
            docs: None,
            cells,
            lanes,
            via: None,
            through: None,
            normal: None,
            currency: None,
            stated: ThinVec::new(),
            clauses: ThinVec::new(),
            ..row.clone()
        })
    }

    fn cell(&mut self, operand: &Operand, side: Side, object: Option<ObjectRef>) -> Cell {
        let span = operand_span(operand);
        let scope = Scope::one(side, object);
        let computed = |e: Expr| {
            if e.is_poisoned() {
                CellKind::Unknown
            } else {
                CellKind::Computed(Box::new(e))
            }
        };
        let node = match operand {
            Operand::Field(name) => object
                .and_then(|o| self.field(o, name))
                .map_or(CellKind::Unknown, CellKind::Field),
            Operand::Path(path) => computed(self.path(&scope, path)),
            Operand::Text(text) => computed(Expr::constant(Value::text(&text.text), span)),
            Operand::Number(n) => {
                computed(Expr::constant(Value::Number(n.value.normalize()), span))
            }
            Operand::Bool(b) => computed(Expr::constant(Value::Bool(b.node), span)),
            Operand::Expr(e) => computed(self.expr(&scope, e)),
        };
        Cell { node, span }
    }

    fn kind_of(&self, cell: &Cell) -> Option<Kind> {
        match &cell.node {
            CellKind::Field(f) => self.model.field(*f).map(|f| f.kind()),
            CellKind::Computed(e) => e.kind,
            CellKind::Unknown => None,
        }
    }

    /// A constant takes the kind of the field that it is written to, and is a value of its picklist.
    fn settle_constant(
        &mut self,
        cell: &mut Cell,
        kind: Option<Kind>,
        target: Option<crate::model::FieldRef>,
    ) {
        let CellKind::Computed(e) = &mut cell.node else {
            return;
        };
        let ExprKind::Const(value) = &mut e.node else {
            return;
        };
        let span = e.span;
        let settled = self.of_kind(std::mem::take(value), kind, span);
        let own = settled.kind();
        if own.is_some() && kind.is_some() && own != kind {
            // It cannot be a value of the field, which has been reported.
            cell.node = CellKind::Unknown;
            return;
        }
        if let (Value::Text(text), Some(field)) = (&settled, target)
            && self
                .model
                .field(field)
                .is_some_and(|f| f.field.picklist.is_some())
        {
            let value = MapValue {
                value: text.clone(),
                span,
            };
            self.values.push(ValueUse {
                field,
                value,
                role: Role::Written,
            });
        }
        **e = Expr::constant(settled, span);
    }

    fn clauses(
        &mut self,
        row: &ast::Row,
        around: &Around,
        kinds: Sides<Option<Kind>>,
        head: Span,
    ) -> Clauses {
        let mut out = Clauses::new(Self::unchanged(head, kinds));
        for clause in &row.clauses {
            let limit = clause.direction.as_ref().map(|d| arrow(d.node));
            self.clause(clause, limit, around, kinds, row, &mut out);
        }
        out
    }

    fn clause(
        &mut self,
        clause: &ast::Clause,
        limit: Option<Arrow>,
        around: &Around,
        kinds: Sides<Option<Kind>>,
        row: &ast::Row,
        out: &mut Clauses,
    ) {
        let span = clause.span;
        let way = limit.unwrap_or_else(|| arrow(row.arrow.node));
        let sides = || Side::BOTH.into_iter().filter(|s| way.goes_from(*s));
        let only = match limit {
            Some(Arrow::Right) => Some(Side::Left),
            Some(Arrow::Left) => Some(Side::Right),
            _ => None,
        };
        let mut state = |stated: Stated| out.stated.push(Spanned::new(stated, span));
        match &clause.node {
            ClauseKind::Via(via) => {
                out.change = self.via(via, span, kinds);
                if let ast::ViaKind::Pair { right, left } = &via.how {
                    for (side, half) in [(Side::Left, right), (Side::Right, left)] {
                        out.stated.push(Spanned::new(Stated::Half(side), half.span));
                    }
                }
            }
            ClauseKind::Through(names) => {
                let syncs: Vec<SyncId> = names.iter().filter_map(|n| self.sync(n)).collect();
                out.through = Some(Box::new(Spanned::new(syncs, span)));
            }
            ClauseKind::Prefer(_)
            | ClauseKind::Wins(_)
            | ClauseKind::Latest(_)
            | ClauseKind::Ask => {
                if let Some(authority) = self.authority(&clause.node, &around.ends) {
                    out.authority = Some(Spanned::new(authority, span));
                }
            }
            ClauseKind::Blank(policy) => {
                state(Stated::Blank(only, blank(*policy)));
                sides().for_each(|s| *out.blank.get_mut(s) = Some(blank(*policy)));
            }
            ClauseKind::OnCreate | ClauseKind::FillOnly => {
                let timing = if matches!(clause.node, ClauseKind::OnCreate) {
                    Timing::OnCreate
                } else {
                    Timing::FillOnly
                };
                state(Stated::Timing(only, timing));
                sides().for_each(|s| *out.timing.get_mut(s) = Some(timing));
            }
            ClauseKind::Default(e) => {
                for side in sides() {
                    let value = self.literal(e, *kinds.get(!side));
                    *out.default.get_mut(side) = Some(Box::new(Spanned::new(value, e.span)));
                }
                state(Stated::Default(only));
            }
            ClauseKind::Enforce => {
                state(Stated::Enforce(only));
                sides().for_each(|s| *out.enforce.get_mut(s) = true);
            }
            ClauseKind::Currency { left, right } => {
                let fields = Sides::new(
                    around.ends.left.object.and_then(|o| self.field(o, left)),
                    around.ends.right.object.and_then(|o| self.field(o, right)),
                );
                out.currency = Some(Spanned::new(fields, span));
            }
            ClauseKind::When(e) => {
                let first = if arrow(row.arrow.node) == Arrow::Left {
                    Side::Right
                } else {
                    Side::Left
                };
                let objects = Sides::new(around.ends.left.object, around.ends.right.object);
                let scope = Scope {
                    objects,
                    first: Some(first),
                    ..Scope::default()
                };
                out.when = Some(Box::new(self.condition(&scope, e)));
            }
            ClauseKind::As(name) => out.name = Some(name.text.clone()),
        }
    }

    fn authority(&mut self, clause: &ClauseKind, ends: &Sides<End>) -> Option<Authority> {
        Some(match clause {
            ClauseKind::Prefer(name) => Authority::PreferUnlessBlank(self.side(ends, name)?),
            ClauseKind::Wins(name) => Authority::Wins(self.side(ends, name)?),
            ClauseKind::Latest(name) => Authority::LatestElse(self.side(ends, name)?),
            _ => Authority::Ask,
        })
    }
}

/// The lanes of a row, by the side at which each starts. What its `via` makes of values moves into them.
fn lanes(
    direction: Arrow,
    around: &Around,
    clauses: &mut Clauses,
    head: Span,
) -> Sides<Option<Lane>> {
    let mut lane = |from: Side| {
        let change = clauses.change.lanes.get_mut(from).take();
        direction.goes_from(from).then(|| {
            let mut value = change.unwrap_or_else(|| input(head, None));
            if let Some(through) = &clauses.through {
                value = Expr {
                    node: ExprKind::Linked {
                        syncs: through.node.clone().into(),
                        from,
                        input: Box::new(value),
                    },
                    span: through.span,
                    kind: Some(Kind::Text),
                };
            }
            let via = clauses.change.via.as_ref();
            let failure = via.and_then(|v| v.otherwise.as_ref());
            let around = *around.blank.get(from);
            let blank = clauses.blank.get(from).or(around);
            Lane {
                value,
                failure: failure.map_or(Fallback::Reject, |f| f.node.clone()),
                blank: blank.unwrap_or(BlankPolicy::Keeps),
                timing: clauses.timing.get(from).unwrap_or(Timing::Always),
                default: clauses.default.get_mut(from).take(),
                enforce: *clauses.enforce.get(from),
            }
        })
    };
    Sides::new(lane(Side::Left), lane(Side::Right))
}

/// The clauses of a row, gathered.
struct Clauses {
    change: Change,
    through: Option<Box<Spanned<Vec<SyncId>>>>,
    authority: Option<Spanned<Authority>>,
    blank: Sides<Option<BlankPolicy>>,
    timing: Sides<Option<Timing>>,
    default: Sides<Option<Box<Spanned<Value>>>>,
    enforce: Sides<bool>,
    currency: Option<Spanned<Sides<Option<crate::model::FieldRef>>>>,
    when: Option<Box<Expr>>,
    name: Option<SmolStr>,
    stated: ThinVec<Spanned<Stated>>,
}

impl Clauses {
    fn new(change: Change) -> Self {
        Self {
            change,
            through: None,
            authority: None,
            blank: Sides::default(),
            timing: Sides::default(),
            default: Sides::default(),
            enforce: Sides::default(),
            currency: None,
            when: None,
            name: None,
            stated: ThinVec::new(),
        }
    }
}

const fn blank(policy: ast::BlankPolicy) -> BlankPolicy {
    match policy {
        ast::BlankPolicy::Clears => BlankPolicy::Clears,
        ast::BlankPolicy::Keeps => BlankPolicy::Keeps,
    }
}

fn operand_span(operand: &Operand) -> Span {
    match operand {
        Operand::Field(n) | Operand::Text(n) => n.span,
        Operand::Path(p) => p.span,
        Operand::Number(n) => n.span,
        Operand::Bool(b) => b.span,
        Operand::Expr(e) => e.span,
    }
}

fn operand_name(operand: &Operand) -> Option<SmolStr> {
    match operand {
        Operand::Field(n) => Some(n.text.clone()),
        Operand::Path(p) => {
            let parts: Vec<&str> = p.parts.iter().map(Name::as_str).collect();
            Some(parts.join(".").into())
        }
        _ => None,
    }
}
