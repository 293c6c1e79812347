//! Who writes one field, as a list that people read.

use std::fmt::Write;

use crate::analyze::graph::{Edge, Graph, Writer, acting, row};
use crate::model::{Arrow, Entry, FieldRef, Model};
use crate::source::Sources;
use crate::text::closest;

/// Steps to the right at which a path is cut, and said to be.
const DEEPEST: usize = 40;

/// The field of a path such as `salesforce.Contact.Phone`.
///
/// # Errors
/// In words, with the name that was most likely meant.
pub fn find_field(model: &Model, path: &str) -> Result<FieldRef, String> {
    let parts: Vec<&str> = path.splitn(3, '.').collect();
    let [system, object, field] = parts.as_slice() else {
        return Err(format!(
            "`{path}` names no field: write `system.Object.Field`"
        ));
    };
    let unknown = |what: &str, word: &str, known: Vec<&str>| match closest(word, known) {
        Some(near) => format!("there is no {what} `{word}`: did you mean `{near}`?"),
        None => format!("there is no {what} `{word}`"),
    };
    let systems: Vec<&str> = model.systems.iter().map(|s| s.name.node.as_str()).collect();
    let Some(at) = systems.iter().position(|s| s == system) else {
        return Err(unknown("system", system, systems));
    };
    let Some(catalog) = model.catalogs.get(system) else {
        return Err(format!("`{system}` has no catalog"));
    };
    let Some(found) = catalog.object(object) else {
        let objects = catalog.objects.iter().map(|o| o.name.as_str()).collect();
        return Err(unknown("object", object, objects));
    };
    let Some(field_at) = catalog.field(found, field) else {
        let fields = catalog
            .get(found)
            .map(|o| o.fields.iter().map(|f| f.name.as_str()).collect());
        return Err(unknown("field", field, fields.unwrap_or_default()));
    };
    let system = crate::model::SystemId(at as u32);
    let object = crate::model::ObjectRef {
        system,
        object: found,
    };
    Ok(FieldRef {
        object,
        field: field_at,
    })
}

/// Who writes a field, from what, and who writes that.
pub fn writers(model: &Model, graph: &Graph, field: FieldRef, sources: &Sources) -> String {
    let mut out = format!("{}\n", model.field_name(field));
    let listing = Listing {
        model,
        graph,
        sources,
    };
    let mut seen = vec![field];
    listing.written(&mut out, field, 1, &mut seen);
    let read: Vec<&Edge> = graph
        .edges
        .iter()
        .filter(|e| e.target != field && (e.starts.contains(&field) || e.reads.contains(&field)))
        .collect();
    if !read.is_empty() {
        out.push_str("\n  goes on to\n");
        for edge in read {
            let _ = writeln!(
                out,
                "    {}   by {}   {}",
                model.field_name(edge.target),
                listing.who(edge),
                sources.place(edge.span)
            );
        }
    }
    out
}

struct Listing<'a> {
    model: &'a Model,
    graph: &'a Graph,
    sources: &'a Sources,
}

impl Listing<'_> {
    fn written(&self, out: &mut String, field: FieldRef, depth: usize, seen: &mut Vec<FieldRef>) {
        let margin = "  ".repeat(depth);
        let edges: Vec<&Edge> = self
            .graph
            .edges
            .iter()
            .filter(|e| e.target == field)
            .collect();
        if edges.is_empty() {
            let _ = writeln!(out, "{margin}people write it, and nothing else does");
        }
        for edge in edges {
            let place = self.sources.place(edge.span);
            let _ = writeln!(
                out,
                "{margin}{}{}   {place}",
                self.who(edge),
                self.when(edge)
            );
            let mut before: Vec<FieldRef> = Vec::new();
            for source in edge.starts.iter().chain(&edge.reads) {
                if *source != field && !before.contains(source) {
                    before.push(*source);
                }
            }
            for source in before {
                let _ = write!(out, "{margin}  from {}", self.model.field_name(source));
                if seen.contains(&source) {
                    out.push_str("   (above)\n");
                    continue;
                }
                seen.push(source);
                let others = self.graph.edges.iter().any(|e| e.target == source);
                let cut = others && depth >= DEEPEST;
                out.push_str(if cut { " …\n" } else { "\n" });
                if others && !cut {
                    self.written(out, source, depth + 2, seen);
                }
            }
        }
    }

    fn who(&self, edge: &Edge) -> String {
        match edge.writer {
            Writer::Row(_, from) => {
                let name = row(self.model, edge).map(|r| r.row.name.clone());
                format!(
                    "row {} {}",
                    name.unwrap_or_default(),
                    Arrow::from(from).text()
                )
            }
            Writer::Automation(..) => match acting(self.model, edge) {
                Some((a, _)) if a.kind == "platform" => format!("{} itself", a.name),
                Some((a, _)) => format!("{} `{}`", a.kind, a.name),
                None => String::new(),
            },
            Writer::Step(_) => {
                let lifecycle = self.graph.lifecycle(self.model, edge);
                format!(
                    "lifecycle `{}`",
                    lifecycle.map_or("", |l| l.name.node.as_str())
                )
            }
            Writer::Route(_) => {
                let route = self.graph.route(self.model, edge);
                let object = route.map(|r| self.model.object_name(r.object));
                format!("route {}", object.unwrap_or_default())
            }
        }
    }

    /// When an automation runs, as far as it is short.
    fn when(&self, edge: &Edge) -> String {
        let Some((automation, effect)) = acting(self.model, edge) else {
            return match edge.writer {
                Writer::Step(_) => ", when the other column has moved".to_owned(),
                Writer::Route(_) => {
                    ", when a record is made for which no owner comes along".to_owned()
                }
                Writer::Row(..) | Writer::Automation(..) => String::new(),
            };
        };
        let opaque = automation.opaque.is_some() && effect.value.is_none();
        if opaque {
            return ", code that names it".to_owned();
        }
        match (automation.entry, automation.changes.as_slice()) {
            (Entry::BecomesTrue, _) => ", when its condition becomes true".to_owned(),
            (Entry::Once, _) => ", once, when its condition becomes true".to_owned(),
            (Entry::EveryTime, []) => String::new(),
            (Entry::EveryTime, changes) => {
                let names: Vec<&str> = changes
                    .iter()
                    .filter_map(|f| self.model.field(*f))
                    .map(|f| f.name())
                    .collect();
                format!(", when {} changes", names.join(" or "))
            }
        }
    }
}
