//! Fields that are computed: formulas over a record, and roll-ups over its children.

use smol_str::SmolStr;

use super::criteria;
use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::{Automation, Effect, Kind, Phase, Written};
use crate::catalog::xml::{Node, without_placeholders};
use crate::formula::Expr;

/// The computed fields of a file: of a field, or of a whole object.
pub(super) fn read(document: &Document, names: Names<'_>) -> Vec<Automation> {
    if document.root.name == "CustomField" {
        // objects/X/fields/F.field-meta.xml
        let folder = document.path.rsplit('/').nth(2).unwrap_or_default();
        let object = names.object(&without_placeholders(folder));
        return one(document, names, &object, &document.root)
            .into_iter()
            .collect();
    }
    let object = names.object(&document.stem);
    let fields = document.root.all("fields");
    fields
        .filter_map(|field| one(document, names, &object, field))
        .collect()
}

fn one(
    document: &Document,
    names: Names<'_>,
    object: &SmolStr,
    field: &Node,
) -> Option<Automation> {
    let summary = field.text_of("summaryOperation");
    let formula = field.text_of("formula");
    let kind = match (summary, formula) {
        (Some(_), _) => Kind::RollupSummary,
        (None, Some(_)) => Kind::FormulaField,
        (None, None) => return None,
    };
    let name = field.text_of("fullName").unwrap_or(&document.stem);
    let target = names.field(object, name);
    let mut head = Head::new(kind, target.to_string(), document, field);
    head.element = target.field.clone();
    head.object = Some(object.clone());
    head.phase = Phase::Derived;
    let mut draft = Draft::new(names);
    let value: Option<Expr> = match summary {
        Some(_) => {
            roll_up(&mut draft, field);
            None
        }
        None => formula
            .and_then(|text| draft.formula(object, text))
            .map(|value| draft.given(&target, value)),
    };
    draft.effects.push(Effect {
        element: target.field.clone(),
        span: document.span(field),
        target,
        record: Written::Itself,
        phase: Phase::Derived,
        when: None,
        value,
    });
    Some(draft.finish(head))
}

/// Notes what a roll-up reads: the children's field, their reference to the parent, and its filters.
fn roll_up(draft: &mut Draft<'_>, field: &Node) {
    let mut child = None;
    for tag in ["summaryForeignKey", "summarizedField"] {
        if let Some((object, name)) = field.text_of(tag).and_then(|f| f.split_once('.')) {
            draft.read(object, &[name.into()]);
            child = Some(object);
        }
    }
    match child {
        Some(child) => {
            let filter = criteria::items(draft, child, field, "summaryFilterItems");
            if filter.is_none() && field.child("summaryFilterItems").is_some() {
                draft.reason("the filter of the roll-up cannot be read");
            }
        }
        None => draft.reason("the roll-up does not say which records it sums up"),
    }
}

/// Whether the text of a field or an object has something computed in it, or a name by which others reach it: the others
/// need not be read.
pub(super) fn concerns(text: &str) -> bool {
    ["<formula>", "<summaryOperation>", "<relationshipName>"]
        .iter()
        .any(|tag| text.contains(tag))
}

/// The names by which the objects that these fields refer to reach the records that have them.
pub(super) fn children(
    document: &Document,
) -> impl Iterator<Item = ((String, String), (SmolStr, SmolStr))> {
    let root = &document.root;
    let whole = root.name != "CustomField";
    let folder = document.path.rsplit('/').nth(2).unwrap_or_default();
    let object: SmolStr = if whole {
        document.stem.clone()
    } else {
        without_placeholders(folder).as_ref().into()
    };
    let fields = root
        .all("fields")
        .filter(move |_| whole)
        .chain((!whole).then_some(root));
    fields.filter_map(move |field| {
        let parent = field.text_of("referenceTo")?.to_ascii_lowercase();
        let name = field.text_of("relationshipName")?.to_ascii_lowercase();
        let own: SmolStr = field.text_of("fullName").unwrap_or(&document.stem).into();
        let name = if own.ends_with("__c") {
            format!("{name}__r")
        } else {
            name
        };
        Some(((parent, name), (object.clone(), own)))
    })
}
