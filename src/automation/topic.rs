//! What a metadata file tells of automations, by its name's end.

use super::lookup;
use crate::catalog::topic_of;
use crate::catalog::xml;

/// What a metadata file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Flow,
    FlowDefinition,
    QuickAction,
    Workflow,
    AssignmentRules,
    EscalationRules,
    AutoResponseRules,
    ApprovalProcess,
    EntitlementProcess,
    LeadConversion,
    LookupRollup,
    Fields,
}

const TOPICS: &[(&str, Topic)] = &[
    (".flow", Topic::Flow),
    (".flowDefinition", Topic::FlowDefinition),
    (".quickAction", Topic::QuickAction),
    (".workflow", Topic::Workflow),
    (".assignmentRules", Topic::AssignmentRules),
    (".escalationRules", Topic::EscalationRules),
    (".autoResponseRules", Topic::AutoResponseRules),
    (".approvalProcess", Topic::ApprovalProcess),
    (".entitlementProcess", Topic::EntitlementProcess),
    (".LeadConvertSetting", Topic::LeadConversion),
    (".LeadConvertSettings", Topic::LeadConversion),
    (".field", Topic::Fields),
    (".object", Topic::Fields),
];

impl Topic {
    /// What the root of such a file is called.
    pub const fn root(self) -> &'static str {
        match self {
            Self::Flow => "Flow",
            Self::FlowDefinition => "FlowDefinition",
            Self::QuickAction => "QuickAction",
            Self::Workflow => "Workflow",
            Self::AssignmentRules => "AssignmentRules",
            Self::EscalationRules => "EscalationRules",
            Self::AutoResponseRules => "AutoResponseRules",
            Self::ApprovalProcess => "ApprovalProcess",
            Self::EntitlementProcess => "EntitlementProcess",
            Self::LeadConversion => "LeadConvertSettings",
            Self::LookupRollup => "CustomMetadata",
            Self::Fields => "CustomObject",
        }
    }

    /// Whether a root is one of such a file; of fields the catalog tells what is wrong.
    pub fn has(self, root: &xml::Node) -> bool {
        self == Self::Fields || root.name == self.root()
    }
}

/// The file's topic, and its name without folder and suffix.
pub(super) fn topic(path: &str) -> Option<(Topic, &str)> {
    let record = || {
        let (topic, stem) = topic_of(path, &[(".md", Topic::LookupRollup)])?;
        stem.starts_with(lookup::RECORDS).then_some((topic, stem))
    };
    topic_of(path, TOPICS).or_else(record)
}
