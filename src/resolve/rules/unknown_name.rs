//! N004: a map, function, sync, stage, constant or list that nothing declares.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::diagnostic::{Code, Diagnostic, Sink, rule};
use crate::model::{Controller, FieldView, RowView, Within};
use crate::source::Span;
use crate::syntax::ast::{Name, Path};
use crate::text::{begun, closest, count, quoted};

rule! {
    /// # What it checks
    /// Every map, function, constant, block of shared rows, sync, stage, column, record type and pipeline that the spec
    /// names is declared somewhere that this file sees: in the file itself, or in another one by `use`.
    ///
    /// # Why it matters
    /// A name that stands for nothing would leave a rule out without a word.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject  via tidy
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject  via trim
    /// }
    /// ```
    ///
    /// # How to fix
    /// Correct the name, declare it, or bring it in from the file that declares it: `use people.Country`.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub N004
}

/// An unknown name of some kind: `sync`, `map`, `stage`.
pub fn describe<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let found = Diagnostic::new(Code::N004, format!("there is no {what} `{}`", name.text))
        .undeclared(&name.text)
        .at(name.span, "not known here");
    let near = closest(&name.text, known.iter().copied());
    match near.or_else(|| begun(&name.text, known.iter().copied())) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => found,
        None if known.len() <= 8 => {
            let known: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            found.help(format!("known here: {}", crate::text::list(&known)))
        }
        None => found,
    }
}

/// What is declared nowhere is told once, at its first place: the slip may be where it was to be declared.
pub fn once(sink: &mut Sink) {
    let of = |d: &Diagnostic| Some((d.undeclared.clone()?, d.labels.first()?.span));
    let mut places: BTreeMap<SmolStr, BTreeSet<Span>> = BTreeMap::new();
    for (name, span) in sink.iter().filter_map(of) {
        places.entry(name).or_default().insert(span);
    }
    sink.inner_mut().retain_mut(|d| {
        let Some((name, span)) = of(d) else {
            return true;
        };
        let all = places.get(&name);
        let others = all.map_or(0, BTreeSet::len).saturating_sub(1);
        if others > 0 {
            d.note = Some(format!(
                "it is named in {}, too",
                count(others, "other place")
            ));
        }
        all.and_then(BTreeSet::first) == Some(&span)
    });
}

/// A name that another file declares.
pub fn not_imported(what: &str, name: &Name, module: &str) -> Diagnostic {
    Diagnostic::new(
        Code::N004,
        format!("this file does not see the {what} `{}`", name.text),
    )
    .at(name.span, "not brought in")
    .help(format!(
        "add this line at the top of the file\n  use {module}.{}",
        name.text
    ))
}

/// A name that no environment of the manifest defines.
pub fn environment(name: &Name, known: &[SmolStr]) -> Diagnostic {
    let found = Diagnostic::new(
        Code::N004,
        format!("no environment defines `{}`", name.text),
    )
    .at(name.span, "not in the manifest");
    match closest(&name.text, known.iter().map(SmolStr::as_str)) {
        Some(near) => found.help(format!("did you mean `env.{near}`?")),
        None => found.help(format!(
            "give it a value for each environment in accordant.toml\n  [environments.local.names]\n  {} = \"…\"",
            name.text
        )),
    }
}

/// Functions, constants or blocks of shared rows that lead back to themselves: the name of each, and where it names the next one.
pub fn circle(members: &[(SmolStr, Span)]) -> Diagnostic {
    let names: Vec<String> = members.iter().map(|(n, _)| quoted(n)).collect();
    let message = match names.as_slice() {
        [one] => format!("{one} is defined by itself"),
        several => format!("{} are defined by each other", crate::text::list(several)),
    };
    let next = members.iter().skip(1).chain(members.first());
    let mut finding = Diagnostic::new(Code::N004, message);
    for ((_, span), (next, _)) in members.iter().zip(next) {
        finding = finding.at(*span, format!("needs `{next}`"));
    }
    finding
        .note("a definition that needs itself has no value")
        .help("write out what it stands for")
}

/// `entered` of something that is no stage.
pub fn not_a_stage(span: Span) -> Diagnostic {
    Diagnostic::new(Code::N004, "`entered` takes the name of one stage")
        .at(span, "no stage is named")
        .help("write it as in `entered(lost)`")
}

/// A function that calls others too deep.
pub fn too_deep(name: &Name) -> Diagnostic {
    Diagnostic::new(Code::N004, format!("`{}` is called too deep", name.text))
        .at(name.span, "in too many functions")
        .help("write out what some of the functions stand for")
}

/// A path where no record is in sight.
pub fn no_record(path: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::N004,
        "there is no record here whose fields could be read",
    )
    .at(path.span, "a path")
    .note("functions and constants know values, and no records")
    .help("give the function the field as a parameter")
}

/// A path over a field that names no other record.
pub fn no_reference(head: &Name, last: &Name, field: FieldView<'_>) -> Diagnostic {
    let message = format!(
        "`{}` holds {}, and names no other record",
        field.full_name(),
        field.field.ty.word()
    );
    let found = Diagnostic::new(Code::N004, message).at(head.span, "not a reference");
    let fields = field.object.fields.iter();
    let mut references = fields.filter(|f| !f.references.is_empty() && !f.custom);
    match (references.next(), references.next()) {
        (Some(only), None) => found.help(format!(
            "a path goes through a reference, as in `{}.{}`",
            only.name, last.text
        )),
        _ => {
            found.help("a path goes through a reference, and names a field of the record behind it")
        }
    }
}

/// A reference to objects that no catalog file describes.
pub fn leads_nowhere(head: &Name, reference: &str) -> Diagnostic {
    let message = format!("`{reference}` leads to records that the catalog does not have");
    Diagnostic::new(Code::N004, message)
        .at(head.span, "what is behind it is not known")
        .help("read the catalog of that object, too")
}

/// A map whose values depend on a row that the sync does not have.
pub fn no_controller(within: &Within, sync: &str, row: RowView<'_>) -> Diagnostic {
    let name = &within.name.node;
    let lacks = match within.by {
        Controller::Field => format!("no row of `{sync}` maps `{name}`"),
        _ => format!("no row of `{sync}` applies `{name}`"),
    };
    Diagnostic::new(
        Code::N004,
        format!("{lacks}, on which the values of this map depend"),
    )
    .at(
        row.row.via.as_ref().map_or(row.row.head, |v| v.span),
        "applied here",
    )
    .at(within.name.span, "depends on this")
    .note("without the other value nobody can tell which row of the map is meant")
    .help(format!("map that field in `{sync}`, too"))
}

/// A map whose values depend on themselves.
pub fn within_itself(within: &Within) -> Diagnostic {
    let name = &within.name.node;
    Diagnostic::new(
        Code::N004,
        format!("the values of this map depend on themselves, by `{name}`"),
    )
    .at(within.name.span, "leads back here")
    .note("a value that needs itself can never be found")
    .help("name the map or the field of the controlling values")
}

/// A stage with more or fewer cells than the lifecycle has columns.
pub fn stage_width(name: &Name, cells: usize, columns: usize) -> Diagnostic {
    let message = format!(
        "stage `{}` has {}, and there are {}",
        name.text,
        count(cells, "value"),
        count(columns, "column")
    );
    Diagnostic::new(Code::S001, message)
        .at(name.span, "this stage")
        .help("write one cell for each column; `none` where the stage does not show there")
}

/// A path over more than one reference.
pub fn too_far(name: &Name) -> Diagnostic {
    Diagnostic::new(
        Code::N004,
        format!(
            "a path follows one reference, and `{}` would be a second one",
            name.text
        ),
    )
    .at(name.span, "too far")
    .note("the record that a reference names is read beside its own, and no other is")
    .help("name a field of the record that the first reference leads to")
}

/// A path of an automation that begins with the system, which its head names.
pub fn system_again(path: &Path) -> Diagnostic {
    let parts = path.parts.iter().skip(1);
    let rest: Vec<&str> = parts.map(|part| part.text.as_str()).collect();
    Diagnostic::new(
        Code::N004,
        "an automation names its fields as `Object.Field`, without the system",
    )
    .at(path.span, "begins with the system")
    .note("the line with its name says in which system it runs")
    .help(format!("write `{}`", rest.join(".")))
}

/// A path that is not `Object.Field`.
pub fn not_a_field_path(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::N004,
        "an automation names its fields as `Object.Field`",
    )
    .at(span, "not a field of an object")
}
