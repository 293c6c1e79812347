//! N004: a map, function, sync, stage, constant or list that nothing declares.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::diagnostic::{Code, Diagnostic, Sink, rule};
use crate::source::Span;
use crate::syntax::ast::{Name, Path};
use crate::text::{begun, closest, count};

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

/// A function, or a block of shared rows, that leads back to itself.
pub fn recursive(name: &Name) -> Diagnostic {
    Diagnostic::new(Code::N004, format!("`{}` is defined by itself", name.text))
        .at(name.span, "leads back here")
        .note("a definition that needs itself has no value")
        .help("write out what it stands for")
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
