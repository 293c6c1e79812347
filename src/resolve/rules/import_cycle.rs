//! M005: files that use each other in a circle.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::resolve::Module;
use crate::source::Span;
use crate::syntax::ast::{Item, Name};

/// Reports every circle once, from its first file in the order of the project, with the whole path.
pub fn run(modules: &[Module], sink: &mut Sink) {
    let edges: Vec<Vec<(usize, Span)>> = modules.iter().map(|m| imports(m, modules)).collect();
    let mut done = vec![false; modules.len()];
    for start in 0..modules.len() {
        let mut path = Vec::new();
        if let Some(circle) = search(start, start, &edges, &done, &mut path) {
            for (at, _) in &circle {
                if let Some(done) = done.get_mut(*at) {
                    *done = true;
                }
            }
            sink.push(describe(modules, &circle));
        }
    }
}

fn imports(module: &Module, modules: &[Module]) -> Vec<(usize, Span)> {
    let mut found = Vec::new();
    for line in &module.tree.items {
        let Item::Use(import) = &line.node else {
            continue;
        };
        let parts: Vec<&str> = import.path.parts.iter().map(Name::as_str).collect();
        let whole = parts.join(".");
        let parent = parts
            .split_last()
            .map_or(String::new(), |(_, rest)| rest.join("."));
        let target = modules.iter().position(|m| {
            m.name == whole && import.names.is_some() || m.name == parent && import.names.is_none()
        });
        found.extend(target.map(|t| (t, import.path.span)));
    }
    found
}

type Step = (usize, Span);

fn search(
    start: usize,
    at: usize,
    edges: &[Vec<Step>],
    done: &[bool],
    path: &mut Vec<Step>,
) -> Option<Vec<Step>> {
    for (next, span) in edges.get(at)? {
        if done.get(*next).copied().unwrap_or(true) || path.iter().any(|(p, _)| p == next) {
            continue;
        }
        path.push((*next, *span));
        if *next == start {
            return Some(path.clone());
        }
        if let Some(found) = search(start, *next, edges, done, path) {
            return Some(found);
        }
        path.pop();
    }
    None
}

fn describe(modules: &[Module], circle: &[Step]) -> Diagnostic {
    let name = |at: usize| modules.get(at).map_or("", |m| m.name.as_str());
    let mut names: Vec<&str> = circle.iter().map(|(at, _)| name(*at)).collect();
    if let Some(first) = circle.last().map(|(at, _)| name(*at)) {
        names.insert(0, first);
    }
    let mut finding = Diagnostic::new(
        Code::M005,
        format!(
            "these files use each other in a circle: {}",
            names.join(" -> ")
        ),
    );
    for (i, (at, span)) in circle.iter().enumerate() {
        let text = if i == 0 {
            format!("uses `{}`", name(*at))
        } else {
            format!("which uses `{}`", name(*at))
        };
        finding = finding.at(*span, text);
    }
    finding
        .note("what a file declares must be known before another can use it")
        .help("move what both need into a file of its own")
}
