//! O004: an owner that the spec names and the system does not know.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::Model;
use crate::text::{closest, quoted};

use super::named::{Named, named, word};
use crate::catalog::OwnerKind;

rule! {
    /// # What it checks
    /// Users and queues that a route or an owner's row names by id, name or address are in the catalog of their system.
    /// Where the catalog lists none of that kind, nothing is said.
    ///
    /// # Why it matters
    /// A record that goes to somebody who does not exist is refused, or stays with the integration user.
    ///
    /// # Example
    /// ```sync,fail
    /// route crm.Case on create {
    ///   else -> queue "Suport desk"
    /// }
    /// ```
    /// ```sync,pass
    /// route crm.Case on create {
    ///   else -> queue "Support desk"
    /// }
    /// ```
    ///
    /// # How to fix
    /// Name an owner who is there, or read the catalog again.
    ///
    /// # How to waive
    /// It cannot be waived: the owner has to be there.
    pub O004
}

/// Finds owners that are not there.
pub fn run(cx: &mut Cx<'_>) {
    let mut told = Vec::new();
    for named in named(cx.model, cx.facts) {
        let missing = named.found.is_empty() && !named.known.is_empty();
        if missing && !told.contains(&named.span) {
            told.push(named.span);
            cx.report(describe(cx.model, &named));
        }
    }
}

fn describe(model: &Model, named: &Named<'_>) -> Diagnostic {
    let kind = word(named.kind.unwrap_or(OwnerKind::User));
    let system = model.systems.get(named.object.system.index());
    let system = system.map_or("", |s| s.name.node.as_str());
    let names = || {
        named.known.iter().map(|o| {
            if o.name.is_empty() {
                o.id.as_str()
            } else {
                o.name.as_str()
            }
        })
    };
    let addresses = named.known.iter().map(|o| o.email.as_str());
    let meant = closest(&named.name, names().chain(addresses));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let shown: Vec<String> = names().take(6).map(quoted).collect();
            let more = if named.known.len() > 6 { ", …" } else { "" };
            format!("name one who is there: {}{more}", shown.join(", "))
        }
    };
    Diagnostic::new(
        Code::O004,
        format!("`{system}` has no {kind} `{}`", named.name),
    )
    .at(named.span, "would own records here")
    .note("the catalog lists the owners of that system, and this one is not among them")
    .help(help)
}
