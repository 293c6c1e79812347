//! The context of resolution, and the lookups that every pass needs: systems, objects, fields, syncs.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use rayon::prelude::*;
use smol_str::SmolStr;

use super::Module;
use super::exprs::FunctionAt;
use super::rules::{
    label_for_api_name, unknown_field, unknown_name, unknown_object, unknown_system,
};
use super::symbols::{Global, Symbols};
use crate::catalog::Catalog;
use crate::diagnostic::Sink;
use crate::model::{End, FieldRef, MapValue, Model, ObjectRef, Role, SyncId, SystemId, ValueUse};
use crate::side::{Side, Sides};
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, Name};

/// Everything that resolution looks at and fills.
pub(super) struct Cx<'a> {
    pub model: Shared<Model>,
    pub modules: &'a [Module],
    pub symbols: Shared<Symbols>,
    pub environments: &'a [SmolStr],
    pub sources: &'a Sources,
    pub sink: Sink,
    /// Values that stand beside fields outside of maps, in the order in which they were met.
    pub values: Vec<ValueUse>,
    /// The module whose names are looked up now.
    pub module: usize,
    /// Whether rows of the declaration under way are missing.
    pub gaps: Gaps,
    /// The constants whose values are looked for, the outermost first.
    pub constants: Vec<FunctionAt>,
    /// While what is declared is looked at: which function calls which, which constant names which, and where.
    pub calls: Option<Vec<(FunctionAt, FunctionAt, Span)>>,
}

/// What a pass reports of an item, and the values that it meets there.
type Met = (Sink, Vec<ValueUse>);

/// Whether something of a declaration is missing that its text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gaps {
    /// All of it has been resolved.
    None,
    /// Lines could not be read, or the name of shared rows is unknown.
    Some,
}

/// What passes that run side by side read together. It is changed between them, while nobody else has it.
#[derive(Debug)]
pub(super) struct Shared<T>(Arc<T>);

impl<T: Clone> Shared<T> {
    pub fn new(inner: T) -> Self {
        Self(Arc::new(inner))
    }

    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> Cx<'a> {
    /// The same project, with nothing found in it yet.
    fn apart(&self) -> Self {
        Self {
            model: Shared(Arc::clone(&self.model.0)),
            modules: self.modules,
            symbols: Shared(Arc::clone(&self.symbols.0)),
            environments: self.environments,
            sources: self.sources,
            sink: Sink::default(),
            values: Vec::new(),
            module: self.module,
            gaps: Gaps::None,
            constants: Vec::new(),
            calls: None,
        }
    }

    /// Runs a pass over the wanted items of every module side by side, each with its number, its line and its body, which
    /// is the pass's own: what it makes finds room where that was. It cannot see what it makes of the others; what it finds
    /// comes together in the order of the items.
    pub fn side_by_side<I: Sync, B: Send, T: Send>(
        &mut self,
        wanted: fn(&'a ast::Item) -> Option<&'a I>,
        bodies: Vec<B>,
        make: impl Fn(&mut Self, usize, &'a ast::Line<ast::Item>, &'a I, B) -> T + Sync,
    ) -> Vec<T> {
        let modules: &'a [Module] = self.modules;
        let of = |(m, module): (usize, &'a Module)| {
            let lines = module.tree.items.iter();
            lines.filter_map(move |line| Some((m, line, wanted(&line.node)?)))
        };
        let items: Vec<_> = modules.iter().enumerate().flat_map(of).collect();
        let (made, each): (Vec<T>, Vec<Met>) = items
            .par_iter()
            .zip(bodies)
            .enumerate()
            .map_init(
                || self.apart(),
                |cx, (n, ((module, line, item), body))| {
                    cx.module = *module;
                    let made = make(cx, n, line, item, body);
                    let found = std::mem::take(&mut cx.sink);
                    (made, (found, std::mem::take(&mut cx.values)))
                },
            )
            .unzip();
        for (found, values) in each {
            self.sink.absorb(found);
            self.values.extend(values);
        }
        made
    }

    /// Remembers a value that stands beside a field and is compared with it.
    pub fn use_value(&mut self, field: FieldRef, value: &str, span: Span) {
        let value = MapValue {
            value: value.into(),
            span,
        };
        self.values.push(ValueUse {
            field,
            value,
            role: Role::Compared,
        });
    }

    /// Runs a pass over the items of every module, with the module set.
    pub fn each_item(&mut self, mut f: impl FnMut(&mut Self, &'a ast::Line<ast::Item>)) {
        let modules: &'a [Module] = self.modules;
        for (m, module) in modules.iter().enumerate() {
            self.module = m;
            for line in &module.tree.items {
                f(self, line);
            }
        }
    }

    /// Keeps the declarations in which lines could not be read.
    pub fn incomplete(&mut self) {
        self.each_item(|cx, line| {
            if cx.is_unread(line.span) {
                cx.model.incomplete.push(line.span);
            }
        });
    }

    /// Whether a part of a declaration could not be read.
    pub fn is_unread(&self, whole: Span) -> bool {
        let mut unread = self.modules.iter().flat_map(|m| &m.tree.unread);
        unread.any(|part| whole.contains(*part))
    }

    /// Whether the module under way belongs to the library.
    pub fn standard(&self) -> bool {
        self.modules.get(self.module).is_some_and(|m| m.standard)
    }

    /// A declared system.
    pub fn system(&mut self, name: &Name) -> Option<SystemId> {
        let found = self
            .model
            .systems
            .iter()
            .position(|s| s.name.node == name.text);
        let poisoned = || self.symbols.get_global(&name.text) == Some(Global::Poisoned);
        if found.is_none() && !poisoned() && !self.is_declared(name) {
            let known = self.model.systems.iter().map(|s| s.name.node.as_str());
            self.sink.push(unknown_system::describe(name, known));
        }
        found.map(|i| SystemId(i as u32))
    }

    /// Whether a system of this name is declared, if not in a way that can be read.
    fn is_declared(&self, name: &Name) -> bool {
        let mut items = self.modules.iter().flat_map(|m| m.tree.sound());
        items.any(|i| matches!(i, ast::Item::System(s) if s.name.text == name.text))
    }

    fn catalog(&self, system: SystemId) -> Option<&Catalog> {
        let system = self.model.systems.get(system.index())?;
        self.model.catalogs.at(system.catalog?)
    }

    /// An object of a system's catalog; unknown ones are reported, unless the catalog is missing.
    pub fn object(&mut self, system: SystemId, name: &Name) -> Option<ObjectRef> {
        let catalog = self.catalog(system)?;
        if let Some(object) = catalog.object(&name.text) {
            return Some(ObjectRef { system, object });
        }
        if catalog.missing {
            return None;
        }
        let label = catalog
            .objects
            .iter()
            .find(|o| o.label.eq_ignore_ascii_case(&name.text));
        let finding = match label {
            Some(object) => label_for_api_name::object(name, &catalog.system, object),
            None => unknown_object::describe(name, catalog),
        };
        self.sink.push(finding);
        None
    }

    /// `salesforce.Account`, one object.
    pub fn object_ref(&mut self, path: &ast::ObjectRef) -> Option<ObjectRef> {
        let system = self.system(&path.system)?;
        self.object(system, path.objects.first()?)
    }

    /// An end of a sync.
    pub fn end(&mut self, path: &ast::ObjectRef) -> End {
        End {
            span: path.span,
            object: self.object_ref(path),
        }
    }

    /// A field by its API name, without a word if there is none.
    pub fn find_field(&self, object: ObjectRef, name: &str) -> Option<FieldRef> {
        let catalog = self.catalog(object.system)?;
        catalog
            .field(object.object, name)
            .map(|field| FieldRef { object, field })
    }

    /// A field of an object; an unknown one is reported, unless the catalog is missing.
    pub fn field(&mut self, object: ObjectRef, name: &Name) -> Option<FieldRef> {
        if let Some(field) = self.find_field(object, &name.text) {
            return Some(field);
        }
        let catalog = self.catalog(object.system)?;
        if catalog.missing {
            return None;
        }
        let entry = catalog.get(object.object)?;
        let label = entry
            .fields
            .iter()
            .find(|f| !f.label.is_empty() && f.label.eq_ignore_ascii_case(&name.text));
        let owner = self.model.object_name(object);
        let finding = match label {
            Some(field) => label_for_api_name::field(name, &owner, field),
            None => unknown_field::describe(name, &owner, entry),
        };
        self.sink.push(finding);
        None
    }

    /// A sync of the project.
    pub fn sync(&mut self, name: &Name) -> Option<SyncId> {
        match self.symbols.get_global(&name.text) {
            Some(Global::Sync(id)) => Some(id),
            Some(Global::Poisoned) => None,
            _ => {
                let known: Vec<&str> = self.symbols.sync_names().collect();
                self.sink
                    .push(unknown_name::describe("sync", name, known.into_iter()));
                None
            }
        }
    }

    /// The side of a sync that a system's name stands for.
    pub fn side(&mut self, ends: &Sides<End>, name: &Name) -> Option<Side> {
        let system = self.system(name)?;
        let on = |side: Side| ends.get(side).object.is_some_and(|o| o.system == system);
        match (on(Side::Left), on(Side::Right)) {
            (true, _) => Some(Side::Left),
            (_, true) => Some(Side::Right),
            _ => {
                if ends.left.object.is_some() && ends.right.object.is_some() {
                    let known = Side::BOTH.map(|s| self.system_name(ends, s));
                    self.sink
                        .push(unknown_system::not_of_this_sync(name, &known));
                }
                None
            }
        }
    }

    fn system_name(&self, ends: &Sides<End>, side: Side) -> String {
        let system = ends
            .get(side)
            .object
            .and_then(|o| self.model.systems.get(o.system.index()));
        system.map_or_else(String::new, |s| s.name.node.to_string())
    }

    /// The text of a span, as the user wrote it.
    pub fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }
}
