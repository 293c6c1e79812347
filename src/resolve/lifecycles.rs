//! Lifecycles: columns, stages and transitions. Whether they make a sound automaton is for later analyses.

use smol_str::SmolStr;

use super::exprs::Scope;
use super::lookup::Cx;
use super::rows::docs;
use super::rules::unknown_name;
use super::symbols::Global;
use crate::model::{
    Deferred, Lifecycle, MapValue, ObjectRef, Role, Stage, StageColumn, Transition, ValueUse,
};
use crate::source::Spanned;
use crate::syntax::ast::{self, Item, LifecycleLine, Name, StageCell, TransitionClauseKind};

/// Resolves every lifecycle of the project.
pub(super) fn lifecycles(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| {
        let Item::Lifecycle(l) = &line.node else {
            return;
        };
        let mut lifecycle = Lifecycle {
            name: Spanned::new(l.name.text.clone(), l.name.span),
            docs: docs(line),
            span: line.span,
            columns: Vec::new(),
            stages: Vec::new(),
            start: None,
            finals: Vec::new(),
            transitions: Vec::new(),
        };
        let mut objects = Vec::new();
        for line in l.body.nodes() {
            match line {
                LifecycleLine::Column(column) => cx.column(column, &mut lifecycle, &mut objects),
                LifecycleLine::Stage(stage) => cx.stage(stage, &mut lifecycle),
                _ => {}
            }
        }
        for line in &l.body.lines {
            match &line.node {
                LifecycleLine::Start(names) => {
                    cx.stage_names(&lifecycle, names);
                    lifecycle.start = names.first().map(|n| Spanned::new(n.text.clone(), n.span));
                }
                LifecycleLine::Final(names) => {
                    cx.stage_names(&lifecycle, names);
                    lifecycle
                        .finals
                        .extend(names.iter().map(|n| Spanned::new(n.text.clone(), n.span)));
                }
                LifecycleLine::Transition(t) => {
                    let transition = cx.transition(t, line.span, &lifecycle, &objects);
                    lifecycle.transitions.push(transition);
                }
                _ => {}
            }
        }
        cx.model.deferred.push(Deferred {
            construct: "lifecycle",
            name: lifecycle.name.node.clone(),
            span: line.span,
            reason: "stages are documented and not moved yet; rows move their fields",
        });
        cx.model.lifecycles.push(lifecycle);
    });
}

impl Cx<'_> {
    fn column(
        &mut self,
        column: &ast::Column,
        lifecycle: &mut Lifecycle,
        objects: &mut Vec<(SmolStr, Option<ObjectRef>)>,
    ) {
        let object = self.object_ref(&column.field.object);
        let field = object.and_then(|o| self.field(o, &column.field.field));
        if let Some(through) = &column.through
            && !matches!(
                self.symbols.get_global(&through.text),
                Some(Global::Sync(_) | Global::Relation(_) | Global::Poisoned)
            )
        {
            let known: Vec<&str> = self.symbols.sync_names().collect();
            self.sink.push(unknown_name::describe(
                "sync or relation",
                through,
                known.into_iter(),
            ));
        }
        let rule = match (&column.through, &column.choice) {
            (None, None) => None,
            (through, choice) => {
                let start = through
                    .as_ref()
                    .map_or_else(|| column.field.span, |t| t.span);
                let end = choice.as_ref().map_or(start, |c| c.span);
                Some(self.text(start.to(end)).to_owned())
            }
        };
        objects.push((column.name.text.clone(), object));
        lifecycle.columns.push(StageColumn {
            name: Spanned::new(column.name.text.clone(), column.name.span),
            field,
            rule,
        });
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
        if stage.cells.len() != lifecycle.columns.len() {
            let finding =
                unknown_name::stage_width(&stage.name, stage.cells.len(), lifecycle.columns.len());
            self.sink.push(finding);
        }
        let name = Spanned::new(stage.name.text.clone(), stage.name.span);
        if let Some(first) = lifecycle.stages.iter().find(|s| s.name.node == name.node) {
            self.sink.push(super::rules::duplicate_name::describe(
                &name.node,
                first.name.span,
                name.span,
            ));
        }
        lifecycle.stages.push(Stage { name, cells });
    }

    fn stage_names(&mut self, lifecycle: &Lifecycle, names: &[Name]) {
        for name in names {
            if !lifecycle.stages.iter().any(|s| s.name.node == name.text) {
                let known = lifecycle.stages.iter().map(|s| s.name.node.as_str());
                self.sink.push(unknown_name::describe("stage", name, known));
            }
        }
    }

    fn transition(
        &mut self,
        t: &ast::Transition,
        span: crate::source::Span,
        lifecycle: &Lifecycle,
        objects: &[(SmolStr, Option<ObjectRef>)],
    ) -> Transition {
        self.stage_names(lifecycle, &t.from);
        self.stage_names(lifecycle, std::slice::from_ref(&t.to));
        let mut out = Transition {
            span,
            from: t.from.iter().map(|n| n.text.clone()).collect(),
            to: t.to.text.clone(),
            by: None,
            conversion: None,
            when: None,
            remarks: Vec::new(),
        };
        for clause in &t.clauses {
            match &clause.node {
                TransitionClauseKind::By(name) => {
                    self.system(name);
                    out.by = Some(name.text.clone());
                }
                TransitionClauseKind::ByConversion => out.conversion = Some(clause.span),
                TransitionClauseKind::When(e) => {
                    let scope = Scope {
                        columns: objects.to_vec(),
                        ..Scope::default()
                    };
                    out.when = Some(self.condition(&scope, e));
                }
                TransitionClauseKind::As(_) | TransitionClauseKind::Owner(_) => {
                    out.remarks.push(self.text(clause.span).to_owned());
                }
            }
        }
        out
    }
}
