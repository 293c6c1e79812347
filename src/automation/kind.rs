//! The kinds of automations, and their names.

/// What an automation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A flow that a change of a record starts.
    RecordTriggeredFlow,
    /// A flow that a schedule starts.
    ScheduledFlow,
    /// A flow that a platform event starts.
    PlatformEventFlow,
    /// A flow that other automations, code or an interface call.
    AutolaunchedFlow,
    /// A flow that people walk through.
    ScreenFlow,
    /// A process of Process Builder.
    ProcessBuilder,
    /// A workflow rule.
    WorkflowRule,
    /// A formula field.
    FormulaField,
    /// A roll-up summary field.
    RollupSummary,
    /// An assignment rule of leads or cases.
    AssignmentRule,
    /// An escalation rule of cases.
    EscalationRule,
    /// An auto-response rule of leads or cases, which sends mail.
    AutoResponseRule,
    /// The fields that a converted lead passes on.
    LeadConversion,
    /// An approval process.
    ApprovalProcess,
    /// An entitlement process.
    EntitlementProcess,
    /// An Apex trigger.
    ApexTrigger,
    /// An Apex class that something other than a trigger starts.
    ApexClass,
    /// A HubSpot workflow.
    HubspotWorkflow,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 18] = [
        Self::RecordTriggeredFlow,
        Self::ScheduledFlow,
        Self::PlatformEventFlow,
        Self::AutolaunchedFlow,
        Self::ScreenFlow,
        Self::ProcessBuilder,
        Self::WorkflowRule,
        Self::FormulaField,
        Self::RollupSummary,
        Self::AssignmentRule,
        Self::EscalationRule,
        Self::AutoResponseRule,
        Self::LeadConversion,
        Self::ApprovalProcess,
        Self::EntitlementProcess,
        Self::ApexTrigger,
        Self::ApexClass,
        Self::HubspotWorkflow,
    ];

    /// The stable word of machine formats.
    pub const fn word(self) -> &'static str {
        self.names().0
    }

    /// In words for people, one of them.
    pub const fn phrase(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::RecordTriggeredFlow => ("record_triggered_flow", "record-triggered flow"),
            Self::ScheduledFlow => ("scheduled_flow", "scheduled flow"),
            Self::PlatformEventFlow => ("platform_event_flow", "platform-event flow"),
            Self::AutolaunchedFlow => ("autolaunched_flow", "autolaunched flow"),
            Self::ScreenFlow => ("screen_flow", "screen flow"),
            Self::ProcessBuilder => ("process_builder", "process of Process Builder"),
            Self::WorkflowRule => ("workflow_rule", "workflow rule"),
            Self::FormulaField => ("formula_field", "formula field"),
            Self::RollupSummary => ("rollup_summary", "roll-up summary"),
            Self::AssignmentRule => ("assignment_rule", "assignment rule"),
            Self::EscalationRule => ("escalation_rule", "escalation rule"),
            Self::AutoResponseRule => ("auto_response_rule", "auto-response rule"),
            Self::LeadConversion => ("lead_conversion", "lead conversion"),
            Self::ApprovalProcess => ("approval_process", "approval process"),
            Self::EntitlementProcess => ("entitlement_process", "entitlement process"),
            Self::ApexTrigger => ("apex_trigger", "Apex trigger"),
            Self::ApexClass => ("apex_class", "Apex class"),
            Self::HubspotWorkflow => ("hubspot_workflow", "HubSpot workflow"),
        }
    }
}
