//! One compile from start to end: the only caller of all stages. Files come in through [`Files`], a [`Compilation`] goes
//! out. No disk, no clock.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;
use rayon::prelude::*;
use smol_str::SmolStr;

use crate::analyze::{self, Facts};
use crate::automation::{self, Automations};
use crate::catalog::{self, BaseCatalog, Catalogs, Pattern, Said, SystemSource};
use crate::check::{self, Checked};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::lower;
use crate::manifest::{self, FILE_NAME, Manifest, SystemConfig};
use crate::model::Model;
use crate::plan::Plan;
use crate::platform::SystemKind;
use crate::resolve::{self, Module, World};
use crate::source::{FileId, Files, SourceFile, Sources, Spanned};
use crate::syntax;
use crate::syntax::ast::{Item, Name, SyntaxTree};

/// The library that ships with the tool: module name, path in messages, text.
const LIBRARY: &[(&str, &str, &str)] = &[(
    "std.picklists",
    "std/picklists.sync",
    include_str!("../specs/std/picklists.sync"),
)];

/// What a compile has made, whether or not it is clean.
#[derive(Debug)]
pub struct Compilation {
    /// Every text that findings point into.
    pub sources: Sources,
    /// The project file.
    pub manifest: Manifest,
    /// The specs of the project, in its order. Their trees are given up as soon as names are known.
    specs: Vec<FileId>,
    /// The model: checked if nothing of level error was found.
    pub model: Result<Checked<Model>, Box<Model>>,
    /// The facts about it.
    pub facts: Facts,
    /// All findings, sorted, with the project's levels.
    pub findings: Vec<Diagnostic>,
    /// How many files of the project were read.
    pub files: usize,
}

impl Compilation {
    /// The model, checked or not.
    pub fn model(&self) -> &Model {
        match &self.model {
            Ok(checked) => checked,
            Err(model) => model,
        }
    }

    /// The spec files by path and text, in the order of the project: what a plan's spec hash is about.
    pub fn specs(&self) -> impl Iterator<Item = &SourceFile> {
        self.specs.iter().filter_map(|id| self.sources.get(*id))
    }

    /// The trees of the spec files by the names of their modules, read again.
    pub fn trees(&self) -> impl Iterator<Item = (SmolStr, SyntaxTree)> {
        let files = self.specs.iter().zip(self.specs());
        files.map(|(id, file)| (module_name(file.path()), parse_one(*id, file.text()).0))
    }
}

impl Compilation {
    /// The plan of a project that passed the gate, not sealed yet; none where it did not pass.
    ///
    /// # Errors
    /// B001 where the gate let through what it should not have.
    pub fn plan(&self) -> Option<Result<Plan, Box<Diagnostic>>> {
        let model = self.model.as_ref().ok()?;
        let hash = lower::spec_hash(self.specs());
        Some(lower::lower(model, &self.facts, &self.inputs(&hash)))
    }

    /// The plan of a project whether or not it passed the gate, for replays in memory alone; none where a name in it is unknown.
    pub fn rehearsal(&self) -> Option<Plan> {
        let hash = lower::spec_hash(self.specs());
        lower::rehearsal(self.model(), &self.facts, &self.inputs(&hash)).ok()
    }

    fn inputs<'a>(&'a self, spec_hash: &'a str) -> lower::Inputs<'a> {
        lower::Inputs {
            sources: &self.sources,
            spec_hash,
            tool: concat!("accordant ", env!("CARGO_PKG_VERSION")),
            language: self.manifest.project.language,
        }
    }
}

/// Compiles a project up to the gate. `today` decides which waivers have expired and how old catalogs are.
pub fn compile(files: &dyn Files, today: Option<Date>) -> Compilation {
    let mut sources = Sources::default();
    let mut sink = Sink::default();
    let manifest = read_manifest(files, &mut sources, &mut sink);
    let (mut modules, mut said) = rayon::join(
        || parse(files, &manifest, &mut sources, &mut sink),
        || said(files, &manifest),
    );
    let before = sources.iter().count();
    let systems = systems(&manifest, &modules, &mut sink);
    let said = systems
        .iter()
        .map(|s| said.remove(&s.name).unwrap_or_default());
    let catalogs = catalog::lay(&systems, said.collect(), &mut sources, &mut sink);
    let catalogs = catalogs.with_associations();
    let automations = automations(&systems, &catalogs, files, &mut sources, &mut sink);
    let world = World {
        catalogs,
        automations: &automations,
        environments: &environment_names(&manifest),
    };
    let model = resolve::resolve(
        &manifest.project.name,
        &mut modules,
        world,
        &sources,
        &mut sink,
    );
    let specs = modules.iter().filter(|m| !m.standard);
    let specs = specs.map(|m| m.tree.file).collect();
    drop(modules);
    let facts = analyze::analyze(&model);
    check::check(&model, &facts, today, &mut sink);
    manifest.weigh(sink.inner_mut());
    let findings = sink.sorted(&sources);
    let files = before;
    Compilation {
        model: check::gate(model, &findings),
        sources,
        manifest,
        specs,
        facts,
        findings,
        files,
    }
}

/// What the systems of a project do by themselves.
#[derive(Debug)]
pub struct Survey {
    /// Every text that findings point into.
    pub sources: Sources,
    /// The automations of each system that the spec declares, in its order.
    pub systems: Vec<(SmolStr, Automations)>,
    /// What is wrong with the manifest and the metadata, sorted, with the project's levels.
    pub findings: Vec<Diagnostic>,
}

/// Reads what the systems of a project do by themselves, without compiling the project.
pub fn survey(files: &dyn Files) -> Survey {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let manifest = read_manifest(files, &mut sources, &mut sink);
    // what is wrong with the specs is for `check` to tell
    let modules = parse(files, &manifest, &mut sources, &mut Sink::default());
    let declared = systems(&manifest, &modules, &mut sink);
    let catalogs = catalog::load(&declared, files, &mut sources, &mut sink);
    let systems = automations(&declared, &catalogs, files, &mut sources, &mut sink);
    manifest.weigh(sink.inner_mut());
    let findings = sink.sorted(&sources);
    Survey {
        sources,
        systems,
        findings,
    }
}

/// Reads what each system does by itself from its metadata.
fn automations(
    systems: &[SystemSource],
    catalogs: &Catalogs,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<(SmolStr, Automations)> {
    let mut found = Vec::new();
    for (system, catalog) in systems.iter().zip(catalogs.iter()) {
        let read = automation::load(system, catalog, files, sources, sink);
        found.push((system.name.clone(), read));
    }
    found
}

fn read_manifest(files: &dyn Files, sources: &mut Sources, sink: &mut Sink) -> Manifest {
    match files.read(FILE_NAME).map(String::from_utf8) {
        Ok(Ok(text)) => {
            let file = sources.add(SourceFile::new(FILE_NAME, text.clone()));
            manifest::read(file, &text, sink)
        }
        Ok(Err(_)) => {
            sink.push(
                Diagnostic::new(Code::M001, format!("`{FILE_NAME}` is not UTF-8 text"))
                    .help("save it as UTF-8"),
            );
            Manifest::default()
        }
        Err(error) => {
            sink.push(Diagnostic::new(
                Code::M001,
                format!("cannot read `{FILE_NAME}`: {error}"),
            ));
            Manifest::default()
        }
    }
}

/// What the files of every system say that the manifest describes, whatever the specs make of them.
fn said(files: &dyn Files, manifest: &Manifest) -> BTreeMap<SmolStr, Said> {
    let systems = manifest.systems.par_iter().map(|(name, config)| {
        let (metadata, catalog) = (patterns(&config.metadata), patterns(&config.catalog));
        (name.into(), catalog::read(&metadata, &catalog, files))
    });
    systems.collect()
}

/// Reads and parses the specs of the project, in parallel, and the parts of the library that they use.
fn parse(
    files: &dyn Files,
    manifest: &Manifest,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<Module> {
    let paths = manifest::expand(files, &manifest.project.specs, Code::M001, sink);
    let mut read: Vec<FileId> = Vec::new();
    for path in paths {
        match files.read(&path).map(String::from_utf8) {
            Ok(Ok(mut text)) => {
                if text.starts_with(syntax::BYTE_ORDER_MARK) {
                    text.drain(..syntax::BYTE_ORDER_MARK.len_utf8());
                }
                read.push(sources.add(SourceFile::new(path, text)));
            }
            Ok(Err(error)) => sink.push(not_text(&path, error.utf8_error().valid_up_to())),
            Err(error) => sink.push(Diagnostic::new(
                Code::M001,
                format!("cannot read `{path}`: {error}"),
            )),
        }
    }
    let parsed: Vec<(SmolStr, SyntaxTree, Sink)> = read
        .par_iter()
        .filter_map(|id| sources.get(*id).map(|file| (id, file)))
        .map(|(id, file)| {
            let (tree, found) = parse_one(*id, file.text());
            (module_name(file.path()), tree, found)
        })
        .collect();
    let mut modules = Vec::new();
    for (name, tree, found) in parsed {
        sink.absorb(found);
        modules.push(Module {
            name,
            tree,
            standard: false,
        });
    }
    for (name, path, text) in LIBRARY {
        if modules.iter().any(|m| uses(&m.tree, name)) {
            let file = sources.add(SourceFile::new(*path, *text));
            let (tree, found) = parse_one(file, text);
            sink.absorb(found);
            modules.push(Module {
                name: (*name).into(),
                tree,
                standard: true,
            });
        }
    }
    modules
}

/// `people` for `people.sync`, `sales.deals` for `sales/deals.sync`.
fn module_name(path: &str) -> SmolStr {
    path.strip_suffix(".sync")
        .unwrap_or(path)
        .replace('/', ".")
        .into()
}

fn parse_one(file: FileId, text: &str) -> (SyntaxTree, Sink) {
    let mut sink = Sink::default();
    let tree = syntax::parse(file, text, &mut sink);
    (tree, sink)
}

fn not_text(path: &str, at: usize) -> Diagnostic {
    Diagnostic::new(
        Code::S001,
        format!("`{path}` is not UTF-8 text, from byte {at} on"),
    )
    .help("save the file as UTF-8")
}

fn uses(tree: &SyntaxTree, module: &str) -> bool {
    tree.sound().any(|item| {
        let Item::Use(import) = item else {
            return false;
        };
        let parts: Vec<&str> = import.path.parts.iter().map(Name::as_str).collect();
        let path = parts.join(".");
        path == module
            || path
                .strip_prefix(module)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The systems that the spec declares, with where the manifest says that they are described.
fn systems(manifest: &Manifest, modules: &[Module], sink: &mut Sink) -> Vec<SystemSource> {
    let mut systems: Vec<SystemSource> = Vec::new();
    let declared = |name: &str| {
        let mut items = modules.iter().flat_map(|m| m.tree.sound());
        items.any(|i| matches!(i, Item::System(s) if s.name.text == name))
    };
    // a system without a table may be the one that a table of another name is about
    let astray = manifest.unread || manifest.systems.keys().any(|name| !declared(name));
    for item in modules.iter().flat_map(|m| m.tree.sound()) {
        let Item::System(system) = item else { continue };
        let Ok(kind) = SystemKind::from_str(&system.kind.text) else {
            continue;
        };
        if systems.iter().any(|s| s.name == system.name.text) {
            continue;
        }
        let config = manifest.systems.get(system.name.as_str());
        systems.push(SystemSource {
            name: system.name.text.clone(),
            kind,
            catalog: config.map_or_else(Vec::new, |c| patterns(&c.catalog)),
            metadata: config.map_or_else(Vec::new, |c| patterns(&c.metadata)),
            base: match config {
                Some(c) if c.unread => BaseCatalog::Unread,
                None if astray => BaseCatalog::Unread,
                Some(c) if !c.base => BaseCatalog::None,
                _ => BaseCatalog::Standard,
            },
        });
    }
    for (name, config) in &manifest.systems {
        let known = declared(name) || joins(modules, name);
        if !modules.is_empty() && !known {
            sink.push(undeclared(name, config, &systems));
        }
    }
    systems
}

/// Whether a sync joins a system of that name. Where no spec declares it, that is told there.
fn joins(modules: &[Module], name: &str) -> bool {
    let mut items = modules.iter().flat_map(|m| m.tree.sound());
    items.any(|item| match item {
        Item::Sync(s) => [&s.left, &s.right].iter().any(|o| o.system.text == name),
        _ => false,
    })
}

fn patterns(stated: &[Spanned<String>]) -> Vec<Pattern> {
    stated
        .iter()
        .map(|s| Pattern {
            text: s.node.clone(),
            place: Some(s.span),
        })
        .collect()
}

fn undeclared(name: &str, config: &SystemConfig, systems: &[SystemSource]) -> Diagnostic {
    let finding = Diagnostic::new(Code::M001, format!("no spec declares a system `{name}`"))
        .at(config.span, "described here");
    match crate::text::closest(name, systems.iter().map(|s| s.name.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => {
            let kinds = SystemKind::ALL.map(SystemKind::word);
            let kind = crate::text::closest(name, kinds).unwrap_or("…");
            finding.help(format!(
                "declare it in a spec\n  system {name}: {kind} {{ }}"
            ))
        }
    }
}

fn environment_names(manifest: &Manifest) -> Vec<SmolStr> {
    let names = manifest.environments.values().flat_map(|e| e.names.keys());
    let mut names: Vec<SmolStr> = names.map(SmolStr::new).collect();
    names.sort();
    names.dedup();
    names
}
