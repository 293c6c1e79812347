//! Symbol tables: who declares what, and what each module sees of the others.
//!
//! Systems, syncs, relations and lifecycles are one namespace for the whole project: there is one of each. Maps,
//! functions, constants and shared rows belong to their module, and reach another one by `use`.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use smol_str::SmolStr;

use super::Module;
use super::lookup::Cx;
use super::rules::{duplicate_name, import_cycle, import_outside_project, unknown_name};
use crate::diagnostic::Sink;
use crate::model::{FieldsId, MapId, NormalizeId, RelationId, SyncId};
use crate::source::{Sources, Span};
use crate::syntax::ast::{Item, Name};
use crate::value::library;

/// The namespaces of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// Picklist maps and normalisation tables.
    Map,
    /// Functions.
    Function,
    /// Constants.
    Const,
    /// Shared rows.
    Fields,
}

impl Space {
    pub(super) const ALL: [Self; 4] = [Self::Map, Self::Function, Self::Const, Self::Fields];

    /// What a name of this space is called in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Function => "function",
            Self::Const => "constant",
            Self::Fields => "shared rows",
        }
    }
}

/// What a name of a module stands for. Functions, constants and shared rows are positions in the module's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A picklist map.
    Map(MapId),
    /// A normalisation table.
    Normalize(NormalizeId),
    /// A function of the spec: module and item.
    Function(usize, usize),
    /// A constant: module and item.
    Const(usize, usize),
    /// Shared rows: module and item, and their number in the project.
    Fields(usize, usize, FieldsId),
    /// A function of the built-in library.
    Library,
    /// The name is unknown, and reported.
    Poisoned,
}

/// What a name of the whole project stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Global {
    /// A sync.
    Sync(SyncId),
    /// A relation.
    Relation(RelationId),
    /// A lifecycle.
    Lifecycle,
    /// Something that could not be read, and is reported.
    Poisoned,
}

#[derive(Clone, Debug)]
struct Entry {
    symbol: Symbol,
    declared: Span,
    /// Declared here rather than imported.
    own: bool,
    used: Used,
}

/// Whether something refers to a name: passes that run side by side may find out at the same time.
#[derive(Debug, Default)]
struct Used(AtomicBool);

impl Used {
    fn mark(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clone for Used {
    fn clone(&self) -> Self {
        Self(AtomicBool::new(self.is()))
    }
}

/// The names that one module sees. Every row asks it; whoever goes through it sorts what comes out.
type Table = HashMap<(Space, SmolStr), Entry>;

/// All symbol tables of a project.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    modules: Vec<Table>,
    globals: BTreeMap<SmolStr, (Global, Span)>,
}

impl Symbols {
    /// Collects every declaration and reports names that are declared twice.
    pub fn declare(modules: &[Module], sources: &Sources, sink: &mut Sink) -> Self {
        let mut symbols = Self::default();
        let (mut maps, mut tables, mut fields, mut syncs, mut relations) = (0, 0, 0, 0, 0);
        for (m, module) in modules.iter().enumerate() {
            let mut table = Table::with_capacity(module.tree.items.len());
            for (i, line) in module.tree.items.iter().enumerate() {
                let (space, symbol, name) = match &line.node {
                    Item::Picklist(p) => {
                        maps += 1;
                        (Space::Map, Symbol::Map(MapId(maps - 1)), &p.name)
                    }
                    Item::Normalize(n) => {
                        tables += 1;
                        (
                            Space::Map,
                            Symbol::Normalize(NormalizeId(tables - 1)),
                            &n.name,
                        )
                    }
                    Item::Function(f) => (Space::Function, Symbol::Function(m, i), &f.name),
                    Item::Const(c) => (Space::Const, Symbol::Const(m, i), &c.name),
                    Item::Fields(f) => {
                        fields += 1;
                        (
                            Space::Fields,
                            Symbol::Fields(m, i, FieldsId(fields - 1)),
                            &f.name,
                        )
                    }
                    Item::Sync(s) => {
                        syncs += 1;
                        symbols.global(&s.name, Global::Sync(SyncId(syncs - 1)), sink);
                        continue;
                    }
                    Item::Relation(r) => {
                        relations += 1;
                        symbols.global(&r.name, Global::Relation(RelationId(relations - 1)), sink);
                        continue;
                    }
                    Item::Lifecycle(l) => {
                        symbols.global(&l.name, Global::Lifecycle, sink);
                        continue;
                    }
                    _ => continue,
                };
                insert(&mut table, (space, symbol), name, true, sink);
            }
            symbols.modules.push(table);
        }
        symbols.unread(modules, sources);
        symbols
    }

    /// Whatever a declaration that could not be read seems to declare, or to import, is poisoned: what refers to it is no
    /// further mistake.
    fn unread(&mut self, modules: &[Module], sources: &Sources) {
        for (module, table) in modules.iter().zip(&mut self.modules) {
            let broken = module.tree.items.iter().filter(|l| l.node == Item::Broken);
            for line in broken {
                let mut words = words(sources.text(line.span));
                let named = if words.next() == Some("use") {
                    usize::MAX
                } else {
                    1
                };
                for word in words.take(named) {
                    let name = SmolStr::new(word);
                    let poison = Entry {
                        symbol: Symbol::Poisoned,
                        declared: line.span,
                        own: true,
                        used: Used(AtomicBool::new(true)),
                    };
                    for space in Space::ALL {
                        table
                            .entry((space, name.clone()))
                            .or_insert_with(|| poison.clone());
                    }
                    let global = (Global::Poisoned, line.span);
                    self.globals.entry(name).or_insert(global);
                }
            }
        }
    }

    fn global(&mut self, name: &Name, global: Global, sink: &mut Sink) {
        if let Some((_, first)) = self.globals.get(&name.text) {
            sink.push(duplicate_name::describe(&name.text, *first, name.span));
        } else {
            self.globals.insert(name.text.clone(), (global, name.span));
        }
    }

    /// What a name of the whole project stands for.
    pub fn get_global(&self, name: &str) -> Option<Global> {
        self.globals.get(name).map(|(g, _)| *g)
    }

    /// The names of the whole project that stand for syncs.
    pub fn sync_names(&self) -> impl Iterator<Item = &str> {
        self.names(|global| matches!(global, Global::Sync(_)))
    }

    /// The names of the whole project that stand for syncs or relations: for what links records.
    pub fn linking_names(&self) -> impl Iterator<Item = &str> {
        self.names(|global| matches!(global, Global::Sync(_) | Global::Relation(_)))
    }

    fn names(&self, wanted: fn(&Global) -> bool) -> impl Iterator<Item = &str> {
        let globals = self.globals.iter();
        globals
            .filter(move |(_, (global, _))| wanted(global))
            .map(|(name, _)| name.as_str())
    }
}

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
}

fn insert(
    table: &mut Table,
    (space, symbol): (Space, Symbol),
    name: &Name,
    own: bool,
    sink: &mut Sink,
) {
    let entry = Entry {
        symbol,
        declared: name.span,
        own,
        used: Used::default(),
    };
    match table.entry((space, name.text.clone())) {
        Slot::Vacant(slot) => {
            slot.insert(entry);
        }
        Slot::Occupied(slot) => sink.push(duplicate_name::describe(
            &name.text,
            slot.get().declared,
            name.span,
        )),
    }
}

impl Cx<'_> {
    /// Follows every `use`: what is taken from where becomes visible in the module.
    pub(super) fn import(&mut self) {
        for m in 0..self.modules.len() {
            let Some(module) = self.modules.get(m) else {
                continue;
            };
            for line in &module.tree.items {
                let Item::Use(import) = &line.node else {
                    continue;
                };
                let (path, names): (&[Name], &[Name]) =
                    match (&import.names, import.path.parts.as_slice()) {
                        (Some(names), path) => (path, names),
                        (None, [path @ .., last]) => (path, std::slice::from_ref(last)),
                        (None, []) => continue,
                    };
                let target: Vec<&str> = path.iter().map(Name::as_str).collect();
                let target = target.join(".");
                if target == "std.transforms" {
                    names.iter().for_each(|n| self.import_function(m, n));
                } else if let Some(from) = self.modules.iter().position(|o| o.name == target) {
                    names.iter().for_each(|n| self.import_symbol(m, from, n));
                } else {
                    let span = path
                        .first()
                        .zip(path.last())
                        .map_or(import.path.span, |(a, b)| a.span.to(b.span));
                    let known: Vec<&str> = self
                        .modules
                        .iter()
                        .map(|o| o.name.as_str())
                        .chain(["std.transforms"])
                        .collect();
                    self.sink
                        .push(import_outside_project::describe(&target, span, &known));
                    names.iter().for_each(|n| self.poison(m, n));
                    self.mentions(line.span);
                }
            }
        }
        import_cycle::run(self.modules, &mut self.sink);
    }

    fn import_function(&mut self, module: usize, name: &Name) {
        if library::function(&name.text).is_some() {
            self.bind(module, Space::Function, name, Symbol::Library);
        } else {
            let known = library::ALL.iter().map(|f| f.name);
            self.sink.push(unknown_name::describe(
                "function of `std.transforms`",
                name,
                known,
            ));
            self.poison(module, name);
        }
    }

    fn import_symbol(&mut self, module: usize, from: usize, name: &Name) {
        let Some(table) = self.symbols.modules.get(from) else {
            return;
        };
        let mut found = Vec::new();
        for space in Space::ALL {
            if let Some(entry) = table.get(&(space, name.text.clone())).filter(|e| e.own) {
                entry.used.mark();
                found.push((space, entry.symbol));
            }
        }
        if found.is_empty() {
            let mut known: Vec<SmolStr> = table
                .iter()
                .filter(|(_, e)| e.own)
                .map(|((_, n), _)| n.clone())
                .collect();
            known.sort();
            known.dedup();
            let near = crate::text::closest(&name.text, known.iter().map(SmolStr::as_str));
            let near = near.map(|n| Name {
                text: n.into(),
                ..name.clone()
            });
            self.meant(from, &name.text, &known);
            let what = format!(
                "declaration of `{}`",
                self.modules.get(from).map_or("", |m| m.name.as_str())
            );
            self.sink.push(unknown_name::describe(
                &what,
                name,
                known.iter().map(SmolStr::as_str),
            ));
            self.poison(module, name);
            near.iter().for_each(|n| self.poison(module, n));
        }
        for (space, symbol) in found {
            self.bind(module, space, name, symbol);
        }
    }

    fn poison(&mut self, module: usize, name: &Name) {
        for space in Space::ALL {
            if let Some(table) = self.symbols.modules.get_mut(module) {
                let entry = Entry {
                    symbol: Symbol::Poisoned,
                    declared: name.span,
                    own: false,
                    used: Used(AtomicBool::new(true)),
                };
                table.entry((space, name.text.clone())).or_insert(entry);
            }
        }
    }

    fn bind(&mut self, module: usize, space: Space, name: &Name, symbol: Symbol) {
        if let Some(table) = self.symbols.modules.get_mut(module) {
            insert(table, (space, symbol), name, false, &mut self.sink);
        }
    }

    /// What a name of the current module stands for in one namespace, without a word if nothing.
    pub(super) fn symbol(&self, space: Space, name: &str) -> Option<Symbol> {
        let table = self.symbols.modules.get(self.module)?;
        let entry = table.get(&(space, SmolStr::new(name)))?;
        entry.used.mark();
        Some(entry.symbol)
    }

    /// The modules that declare a name which the current one does not see.
    pub(super) fn elsewhere(&self, space: Space, name: &str) -> Option<&str> {
        let at = self
            .symbols
            .modules
            .iter()
            .position(|t| t.get(&(space, SmolStr::new(name))).is_some_and(|e| e.own))?;
        self.modules.get(at).map(|m| m.name.as_str())
    }

    /// What stands in a text that is not resolved, since a name before it is unknown, counts as used.
    pub(super) fn mentions(&self, span: Span) {
        for word in words(self.sources.text(span)) {
            Space::ALL
                .into_iter()
                .for_each(|space| self.used_elsewhere(space, word));
        }
    }

    /// A declaration that is named where it is not seen counts as used: the missing `use` is one message.
    pub(super) fn used_elsewhere(&self, space: Space, name: &str) {
        let key = (space, SmolStr::new(name));
        let entries = self.symbols.modules.iter().filter_map(|t| t.get(&key));
        entries.for_each(|entry| entry.used.mark());
    }

    /// The name that a misspelt one is likely to mean counts as used: the slip is one message.
    pub(super) fn meant(&self, module: usize, name: &str, known: &[SmolStr]) {
        let near = crate::text::closest(name, known.iter().map(SmolStr::as_str));
        let table = self.symbols.modules.get(module);
        for ((_, name), entry) in table.into_iter().flatten() {
            if near == Some(name.as_str()) {
                entry.used.mark();
            }
        }
    }

    /// The names that the current module sees in one namespace.
    pub(super) fn visible(&self, space: Space) -> Vec<SmolStr> {
        let table = self.symbols.modules.get(self.module);
        let names = table.into_iter().flat_map(HashMap::keys);
        let names = names.filter(|(s, _)| *s == space).map(|(_, n)| n.clone());
        let mut names: Vec<SmolStr> = names.collect();
        names.sort();
        names
    }

    /// Keeps what nothing refers to, for the rule on unused declarations.
    ///
    /// A name that stands in something that could not be read may be used there.
    pub(super) fn unused(&mut self) {
        let unread = self.modules.iter().flat_map(|m| &m.tree.unread);
        let maybe: BTreeSet<&str> = unread.flat_map(|s| words(self.sources.text(*s))).collect();
        for (module, table) in self.modules.iter().zip(&self.symbols.modules) {
            if module.standard {
                continue;
            }
            let idle = table
                .iter()
                .filter(|((_, name), e)| !e.used.is() && !maybe.contains(name.as_str()));
            self.model.unused.extend(idle.map(|((space, name), e)| {
                let what = if e.own { space.word() } else { "import" };
                (what, name.clone(), e.declared)
            }));
        }
        self.model.unused.sort_by_key(|(_, _, span)| *span);
    }
}
