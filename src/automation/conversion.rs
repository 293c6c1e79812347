//! Lead conversion: the fields that a lead passes on to the records that it becomes.

use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::{Automation, Effect, Kind, Phase, Written, logic};

/// Reads the settings: one automation of all mappings.
pub(super) fn read(document: &Document, names: Names<'_>) -> Automation {
    let mut head = Head::new(
        Kind::LeadConversion,
        "LeadConvert",
        document,
        &document.root,
    );
    head.object = Some(names.object("Lead"));
    head.phase = Phase::AfterSave;
    let mut draft = Draft::new(names);
    for mapping in document.root.all("objectMapping") {
        let from = mapping.text_of("inputObject").unwrap_or("Lead");
        let Some(to) = mapping.text_of("outputObject") else {
            draft.reason("a mapping does not say of which object its fields are");
            continue;
        };
        for pair in mapping.all("mappingFields") {
            let (Some(input), Some(output)) =
                (pair.text_of("inputField"), pair.text_of("outputField"))
            else {
                draft.reason(format!("a mapping to `{to}` lacks one of its two fields"));
                continue;
            };
            draft.read(from, &[input.into()]);
            draft.effects.push(Effect {
                element: output.into(),
                span: document.span(pair),
                target: draft.names.field(to, output),
                record: Written::Made,
                phase: Phase::AfterSave,
                when: None,
                value: Some(logic::field(&[input.into()])),
            });
        }
    }
    draft.finish(head)
}
