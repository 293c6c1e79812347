//! Roll-ups over lookups, as the package Declarative Lookup Rollup Summaries keeps them in custom metadata: its triggers
//! write a field of the parent whenever a child changes, or when they are scheduled.

use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::{Automation, Effect, Events, Inactive, Kind, Phase, Written};

/// What the names of the package's records begin with.
pub(super) const RECORDS: &str = "dlrs__LookupRollupSummary2.";

/// Reads a record of the package.
pub(super) fn read(document: &Document, names: Names<'_>) -> Result<Automation, Inactive> {
    let root = &document.root;
    let stated = |field: &str| {
        let value = root
            .all("values")
            .find(|v| v.text_of("field") == Some(field));
        value.and_then(|v| v.text_of("value"))
    };
    let name = document
        .stem
        .strip_prefix(RECORDS)
        .unwrap_or(&document.stem);
    if stated("dlrs__Active__c") != Some("true") {
        return Err(Inactive {
            kind: Kind::RollupSummary,
            name: name.into(),
            span: document.span(root),
        });
    }
    let mut head = Head::new(Kind::RollupSummary, name, document, root);
    let mut draft = Draft::new(names);
    let child = stated("dlrs__ChildObject__c").map(|o| names.object(o));
    head.object = child.clone();
    head.events = Some(Events::Saved);
    if stated("dlrs__CalculationMode__c").is_some_and(|mode| mode != "Realtime") {
        head.events = None;
        head.phase = Phase::Later;
    }
    let reference = stated("dlrs__RelationshipField__c");
    let parts = (
        child,
        reference,
        stated("dlrs__ParentObject__c"),
        stated("dlrs__AggregateResultField__c"),
    );
    let (Some(child), Some(reference), Some(parent), Some(result)) = parts else {
        draft.reason("the roll-up does not say which records it sums up");
        return Ok(draft.finish(head));
    };
    draft.read(&child, &[reference.into()]);
    for field in ["dlrs__FieldToAggregate__c", "dlrs__FieldToOrderBy__c"] {
        // an order may be stated behind a field
        if let Some(field) = stated(field).and_then(|f| f.split_whitespace().next()) {
            draft.read_named(&child, field);
        }
    }
    let criteria = stated("dlrs__RelationshipCriteriaFields__c").unwrap_or_default();
    for field in criteria.split_whitespace() {
        draft.read_named(&child, field);
    }
    draft.effects.push(Effect {
        element: head.element.clone(),
        span: head.span,
        target: names.field(parent, result),
        record: Written::Referenced(names.field(&child, reference).field),
        phase: head.phase,
        when: None,
        value: None,
    });
    Ok(draft.finish(head))
}
