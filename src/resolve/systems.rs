//! Systems: their kinds and their settings.

use std::str::FromStr;

use super::Module;
use super::rules::{duplicate_name, unknown_name, unknown_system, wrong_argument_type};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Model, System};
use crate::platform::{Setting, SystemKind};
use crate::source::Spanned;
use crate::syntax::ast::{self, Item, SettingLine};

/// Declares the systems, as far as their kinds are known.
pub(super) fn declare(modules: &[Module], model: &mut Model, sink: &mut Sink) {
    for line in modules.iter().flat_map(|m| &m.tree.items) {
        let Item::System(s) = &line.node else {
            continue;
        };
        let Ok(kind) = SystemKind::from_str(&s.kind.text) else {
            sink.push(unknown_system::kind(&s.kind));
            continue;
        };
        if let Some(first) = model.systems.iter().find(|o| o.name.node == s.name.text) {
            sink.push(duplicate_name::describe(
                &s.name.text,
                first.name.span,
                s.name.span,
            ));
            continue;
        }
        let mut settings = Vec::new();
        for entry in s.settings.nodes() {
            if let SettingLine::Setting(setting) = entry {
                if let Some(finding) = amiss(kind, setting) {
                    // what was to be set is not known, so that nothing is said of what the block lacks
                    model.incomplete.push(line.span);
                    sink.push(finding);
                } else {
                    settings.push((setting.key.text.clone(), setting_text(&setting.value)));
                }
            }
        }
        model.systems.push(System {
            name: Spanned::new(s.name.text.clone(), s.name.span),
            kind,
            profile: kind.profile(),
            catalog: model.catalogs.position(&s.name.text),
            settings,
        });
    }
}

/// What is wrong with an entry of a `system` block, if anything. What the environment gives is not known here.
fn amiss(kind: SystemKind, setting: &ast::Setting) -> Option<Diagnostic> {
    let known = kind.profile().settings;
    let (key, value) = (&setting.key, &setting.value);
    let Some((_, takes)) = known.iter().find(|(name, _)| *name == key.text) else {
        let what = format!("setting of a {} system", kind.title());
        let names = known.iter().map(|(name, _)| *name);
        return Some(unknown_name::describe(&what, key, names));
    };
    let fits = match (takes, &value.node) {
        (_, ast::ExprKind::Path(_)) | (Setting::Number, ast::ExprKind::Number(_)) => true,
        (Setting::Number, _) => false,
        (Setting::Text, node) => {
            matches!(node, ast::ExprKind::Name(_) | ast::ExprKind::Text(_))
        }
        (Setting::Word(words), _) => words.contains(&setting_text(value).as_str()),
    };
    (!fits).then(|| wrong_argument_type::setting(key, value.span, &setting_text(value), *takes))
}

fn setting_text(value: &ast::Expr) -> String {
    match &value.node {
        ast::ExprKind::Name(n) => n.text.to_string(),
        ast::ExprKind::Text(t) => t.to_string(),
        ast::ExprKind::Number(n) => n.value.to_string(),
        ast::ExprKind::Bool(b) => b.to_string(),
        ast::ExprKind::Path(p) => p
            .parts
            .iter()
            .map(|n| n.as_str())
            .collect::<Vec<_>>()
            .join("."),
        _ => String::new(),
    }
}
