//! N001: a system that no `system` line declares.

use crate::diagnostic::{Code, Diagnostic, Label, Sink, rule};
use crate::platform::SystemKind;
use crate::resolve::Module;
use crate::syntax::ast::{Item, Name};
use crate::text::{closest, either, quoted};

rule! {
    /// # What it checks
    /// Every system that the spec names is declared by a `system` line, and its kind is one that this tool knows.
    ///
    /// # Why it matters
    /// The declaration says which platform stands behind a name; without it nothing that follows can be checked.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crn.Case {
    ///   subject -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   subject -> Subject
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write the name that the `system` line gives, or declare the system: `system crm: salesforce { }`.
    ///
    /// # How to waive
    /// It cannot be waived: there is nothing to run against.
    pub N001
}

/// An unknown system.
pub fn describe<'a>(name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let found = Diagnostic::new(Code::N001, format!("there is no system `{}`", name.text))
        .undeclared(&name.text);
    if known.is_empty() {
        let kind = closest(&name.text, SystemKind::ALL.map(SystemKind::word)).unwrap_or("…");
        return found
            .at(name.span, "not declared")
            .help(format!("declare it\n  system {}: {kind} {{ }}", name.text));
    }
    let help = match closest(&name.text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "the declared systems are {}",
            crate::text::list(&known.iter().map(|k| quoted(k)).collect::<Vec<_>>())
        ),
    };
    found.at(name.span, "not declared").help(help)
}

/// Where several places name a system that is not declared, and a declared one is joined by nothing, the slip is where that
/// one is declared.
pub fn declared_amiss(modules: &[Module], sink: &mut Sink) {
    let items = || modules.iter().flat_map(|m| m.tree.sound());
    let joined = |name: &Name| {
        items().any(|item| match item {
            Item::Sync(s) => [&s.left, &s.right]
                .iter()
                .any(|o| o.system.text == name.text),
            _ => false,
        })
    };
    let found = sink.inner_mut();
    let systems = found.iter().filter(|d| d.code == Code::N001);
    let mut unknown = systems.filter_map(|d| d.undeclared.clone());
    let repeated = unknown.next().filter(|first| {
        unknown.next().is_some_and(|next| next == *first) && unknown.all(|name| name == *first)
    });
    let Some(name) = repeated else {
        return;
    };
    let mut idle = items().filter_map(|item| match item {
        Item::System(s) if !joined(&s.name) => Some(&s.name),
        _ => None,
    });
    let (Some(meant), None) = (idle.next(), idle.next()) else {
        return;
    };
    let amiss = |d: &&mut Diagnostic| d.code == Code::N001 && d.undeclared.as_ref() == Some(&name);
    for finding in found.iter_mut().filter(amiss) {
        let text = format!("declared as `{}`", meant.text);
        let span = meant.span;
        finding.labels.insert(0, Label { span, text });
    }
}

/// A system that is declared, and that the sync does not join.
pub fn not_of_this_sync(name: &Name, known: &[String; 2]) -> Diagnostic {
    Diagnostic::new(
        Code::N001,
        format!("this sync does not join `{}`", name.text),
    )
    .at(name.span, "neither side is of this system")
    .help(format!(
        "write {}",
        either(&known.each_ref().map(|k| quoted(k)))
    ))
}

/// A kind that is none.
pub fn kind(name: &Name) -> Diagnostic {
    let kinds = SystemKind::ALL.map(SystemKind::word);
    let help = match closest(&name.text, kinds) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are {}", crate::text::list(&kinds.map(quoted))),
    };
    Diagnostic::new(
        Code::N001,
        format!("`{}` is not a kind of system", name.text),
    )
    .at(name.span, "not a kind")
    .help(help)
}
