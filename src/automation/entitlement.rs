//! Entitlement processes: what their milestones write, when they are met and when their time runs out.

use super::criteria;
use super::draft::{Document, Draft, Head};
use super::names::Names;
use super::workflow::{Applied, Workflows, apply};
use super::{Automation, Inactive, Kind, Phase, logic};

/// Reads a process; its file is named after it, and says of which object its records are.
pub(super) fn read(
    document: &Document,
    workflows: &Workflows<'_>,
    names: Names<'_>,
) -> Result<Automation, Inactive> {
    let root = &document.root;
    let name = root.text_of("name").unwrap_or(&document.stem);
    if root.flag("active") != Some(true) {
        return Err(Inactive {
            kind: Kind::EntitlementProcess,
            name: name.into(),
            span: document.span(root),
        });
    }
    let object = names.object(root.text_of("SObjectType").unwrap_or("Case"));
    let mut head = Head::new(Kind::EntitlementProcess, name, document, root);
    head.object = Some(object.clone());
    head.phase = Phase::Later;
    let mut draft = Draft::new(names);
    if let Some(field) = root.text_of("entryStartDateField") {
        let field = field.rsplit('.').next().unwrap_or(field);
        draft.read_named(&object, field);
    }
    criteria::items(&mut draft, &object, root, "exitCriteriaFilterItems");
    for milestone in root.all("milestones") {
        let named = milestone.text_of("milestoneName").unwrap_or("milestone");
        criteria::items(
            &mut draft,
            &object,
            milestone,
            "milestoneCriteriaFilterItems",
        );
        if let Some(formula) = milestone.text_of("criteriaFormula") {
            draft.formula(&object, formula);
        }
        let timed = milestone.all("timeTriggers");
        let actions = milestone
            .all("successActions")
            .map(|action| ("Met", action))
            .chain(
                timed
                    .flat_map(|t| t.all("actions"))
                    .map(|action| ("Due", action)),
            );
        for (event, action) in actions {
            let applied = Applied {
                workflows,
                object: object.clone(),
                phase: Phase::Later,
                when: Some(logic::found(&["$Milestone", named, event])),
            };
            apply(&mut draft, &applied, action);
        }
    }
    Ok(draft.finish(head))
}
