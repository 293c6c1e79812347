//! Lifecycles: columns, stages and transitions. Whether they make a sound automaton is for later analyses.
//!
//! A transition with an unknown stage is reported and left out, and its lifecycle is kept as incomplete.

use smol_str::SmolStr;

use super::exprs::Scope;
use super::lookup::Cx;
use super::rows::docs;
use super::rules::{duplicate_name, unknown_name};
use super::symbols::Global;
use crate::model::{
    ExprKind, Lifecycle, Made, MapValue, NewOwner, ObjectRef, Pick, Rank, Role, Stage, StageColumn,
    StageIdx, StageState, Through, Transition, ValueUse,
};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Item, LifecycleLine, Name, StageCell, TransitionClauseKind};

/// The columns of the lifecycle under way with their objects, as guards see them.
type Columns = Vec<(SmolStr, Option<ObjectRef>)>;

/// Resolves every lifecycle of the project.
pub(super) fn lifecycles(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Lifecycle(l) = &line.node else {
            return;
        };
        let before = cx.sink.iter().count();
        let lifecycle = cx.lifecycle(line, l);
        if cx.sink.iter().count() > before {
            cx.model.incomplete.push(line.span);
        }
        cx.model.lifecycles.push(lifecycle);
    });
}

impl Cx<'_> {
    fn lifecycle(&mut self, line: &ast::Line<Item>, l: &ast::Lifecycle) -> Lifecycle {
        let mut lifecycle = Lifecycle {
            name: Spanned::new(l.name.text.clone(), l.name.span),
            docs: docs(line),
            span: line.span,
            columns: Vec::new(),
            stages: Vec::new(),
            start: None,
            finals: Vec::new(),
            transitions: Vec::new(),
            truth: None,
        };
        let mut columns = Columns::new();
        for line in l.body.nodes() {
            match line {
                LifecycleLine::Column(column) => {
                    let mut earlier = lifecycle.columns.iter().map(|c| &c.name);
                    let name = &column.name;
                    if let Some(first) = earlier.find(|n| n.node == name.text) {
                        let finding = duplicate_name::describe(&name.text, first.span, name.span);
                        self.sink.push(finding);
                    }
                    let (column, object) = self.column(column);
                    columns.push((column.name.node.clone(), object));
                    lifecycle.columns.push(column);
                }
                LifecycleLine::Stage(stage) => self.stage(stage, &mut lifecycle),
                _ => {}
            }
        }
        for line in &l.body.lines {
            match &line.node {
                LifecycleLine::Start(names) => {
                    lifecycle.start = self.stage_names(&lifecycle, names).into_iter().next();
                }
                LifecycleLine::Final(names) => {
                    let finals = self.stage_names(&lifecycle, names);
                    lifecycle.finals.extend(finals);
                }
                LifecycleLine::Truth(name) => {
                    lifecycle.truth = self.system(name).map(|s| Spanned::new(s, name.span));
                }
                LifecycleLine::Transition(t) => {
                    let transition = self.transition(t, line.span, &lifecycle, &columns);
                    lifecycle.transitions.extend(transition);
                }
                _ => {}
            }
        }
        lifecycle
    }

    fn column(&mut self, column: &ast::Column) -> (StageColumn, Option<ObjectRef>) {
        let object = self.object_ref(&column.field.object);
        let field = object.and_then(|o| self.field(o, &column.field.field));
        let through = column
            .through
            .as_ref()
            .map(|name| Spanned::new(self.through(name), name.span));
        let start = column.through.as_ref().map(|t| t.span);
        let end = column.choice.as_ref().map(|c| c.span);
        let rule = match (start, end) {
            (None, None) => None,
            (Some(only), None) | (None, Some(only)) => Some(only),
            (Some(start), Some(end)) => Some(start.to(end)),
        };
        let choice = column.choice.iter().flat_map(|c| &c.picks).map(pick);
        let column = StageColumn {
            name: Spanned::new(column.name.text.clone(), column.name.span),
            field,
            through,
            choice: choice.collect(),
            rule: rule.map(|span| self.text(span).to_owned()),
        };
        (column, object)
    }

    fn through(&mut self, name: &Name) -> Through {
        match self.symbols.get_global(&name.text) {
            Some(Global::Sync(sync)) => Through::Sync(sync),
            Some(Global::Relation(relation)) => Through::Relation(relation),
            Some(Global::Poisoned) => Through::Unknown,
            _ => {
                let known: Vec<&str> = self.symbols.linking_names().collect();
                self.sink.push(unknown_name::describe(
                    "sync or relation",
                    name,
                    known.into_iter(),
                ));
                Through::Unknown
            }
        }
    }

    fn stage(&mut self, stage: &ast::Stage, lifecycle: &mut Lifecycle) {
        let mut cells = Vec::new();
        for (i, cell) in stage.cells.iter().enumerate() {
            let field = lifecycle.columns.get(i).and_then(|c| c.field);
            let StageCell::Values(names) = cell else {
                cells.push(Vec::new());
                continue;
            };
            let values: Vec<MapValue> = names
                .iter()
                .map(|n| MapValue {
                    value: n.text.clone(),
                    span: n.span,
                })
                .collect();
            if let Some(field) = field {
                // The first value of a cell is what is written, the others are only recognised.
                let uses = values.iter().enumerate().map(|(i, v)| ValueUse {
                    field,
                    value: v.clone(),
                    role: if i == 0 {
                        Role::Written
                    } else {
                        Role::Compared
                    },
                });
                self.values.extend(uses);
            }
            cells.push(values);
        }
        let unread = self.is_unread(lifecycle.span);
        if stage.cells.len() != lifecycle.columns.len() && !unread {
            let finding =
                unknown_name::stage_width(&stage.name, stage.cells.len(), lifecycle.columns.len());
            self.sink.push(finding);
        }
        let name = Spanned::new(stage.name.text.clone(), stage.name.span);
        if let Some(first) = lifecycle.stages.iter().find(|s| s.name.node == name.node) {
            self.sink.push(duplicate_name::describe(
                &name.node,
                first.name.span,
                name.span,
            ));
        }
        lifecycle.stages.push(Stage { name, cells });
    }

    fn stage_name(&mut self, lifecycle: &Lifecycle, name: &Name) -> Option<Spanned<StageIdx>> {
        let found = lifecycle
            .rows()
            .find(|(_, stage)| stage.name.node == name.text);
        if found.is_none() {
            let known = lifecycle.stages.iter().map(|s| s.name.node.as_str());
            self.sink.push(unknown_name::describe("stage", name, known));
        }
        found.map(|(at, _)| Spanned::new(at, name.span))
    }

    fn stage_names(&mut self, lifecycle: &Lifecycle, names: &[Name]) -> Vec<Spanned<StageIdx>> {
        names
            .iter()
            .filter_map(|name| self.stage_name(lifecycle, name))
            .collect()
    }

    fn transition(
        &mut self,
        t: &ast::Transition,
        span: Span,
        lifecycle: &Lifecycle,
        columns: &Columns,
    ) -> Option<Transition> {
        let from = self.stage_names(lifecycle, &t.from);
        let to = self.stage_name(lifecycle, &t.to);
        let mut out = Transition {
            span,
            from,
            to: to?,
            by: Vec::new(),
            conversion: None,
            when: None,
            clear_first: None,
            made: None,
            owner: None,
        };
        for clause in &t.clauses {
            match &clause.node {
                TransitionClauseKind::By(name) => {
                    let system = self.system(name);
                    out.by.extend(system.map(|s| Spanned::new(s, name.span)));
                }
                TransitionClauseKind::ByConversion => out.conversion = Some(clause.span),
                TransitionClauseKind::When(e) => {
                    let scope = Scope {
                        columns: columns.clone(),
                        ..Scope::default()
                    };
                    let condition = self.condition(&scope, e);
                    self.stages_entered(lifecycle, &condition);
                    out.when = Some(condition);
                }
                TransitionClauseKind::ClearFirst => out.clear_first = Some(clause.span),
                TransitionClauseKind::As(name) => {
                    out.made = self.made(name).map(|m| Spanned::new(m, clause.span));
                }
                TransitionClauseKind::Owner(owner) => {
                    let node = match owner.node {
                        ast::Owner::Keep => NewOwner::Keep,
                        ast::Owner::KeepElseRoute => NewOwner::KeepElseRoute,
                        ast::Owner::Route => NewOwner::Route,
                    };
                    out.owner = Some(Spanned::new(node, clause.span));
                }
            }
        }
        Some(out)
    }

    /// `entered(stage)` names stages of its own lifecycle.
    fn stages_entered(&mut self, lifecycle: &Lifecycle, condition: &crate::model::Expr) {
        let mut names = Vec::new();
        condition.visit(&mut |e| {
            if let ExprKind::Entered(stage) = &e.node {
                names.push(Name {
                    text: stage.clone(),
                    span: e.span,
                    quotes: ast::Quotes::Bare,
                });
            }
        });
        self.stage_names(lifecycle, &names);
    }

    fn made(&mut self, name: &Name) -> Option<Made> {
        let found = Made::ALL.into_iter().find(|m| m.word() == name.text);
        if found.is_none() {
            let known = Made::ALL.iter().map(|m| m.word());
            self.sink
                .push(unknown_name::describe("kind of re-entry", name, known));
        }
        found
    }
}

const fn pick(pick: &ast::Pick) -> Pick {
    Pick {
        rank: match pick.rank {
            ast::Rank::Furthest => Rank::Furthest,
            ast::Rank::Latest => Rank::Latest,
            ast::Rank::Earliest => Rank::Earliest,
        },
        state: match pick.state {
            None => None,
            Some(ast::StageState::Open) => Some(StageState::Open),
            Some(ast::StageState::Closed) => Some(StageState::Closed),
        },
    }
}
