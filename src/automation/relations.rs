//! How the standard objects of Salesforce refer to each other, where neither a catalog nor the spelling says it.

/// The names by which standard objects reach the records that refer to them: the name, the referring object, the field where it
/// is not named after the object.
pub(super) const CHILDREN: &[(&str, &str, &str)] = &[
    ("AccountContactRelations", "AccountContactRelation", ""),
    ("AccountTeamMembers", "AccountTeamMember", ""),
    ("Assets", "Asset", ""),
    ("Attachments", "Attachment", "ParentId"),
    ("CampaignMembers", "CampaignMember", ""),
    ("CaseComments", "CaseComment", "ParentId"),
    ("Cases", "Case", ""),
    ("ChildAccounts", "Account", "ParentId"),
    ("ChildAssets", "Asset", "ParentId"),
    ("ChildCampaigns", "Campaign", "ParentId"),
    ("ChildWorkOrders", "WorkOrder", "ParentWorkOrderId"),
    ("Contacts", "Contact", ""),
    (
        "ContentDocumentLinks",
        "ContentDocumentLink",
        "LinkedEntityId",
    ),
    ("ContractLineItems", "ContractLineItem", ""),
    ("Contracts", "Contract", ""),
    ("EmailMessages", "EmailMessage", "ParentId"),
    ("Entitlements", "Entitlement", ""),
    ("Events", "Event", "WhatId"),
    ("Notes", "Note", "ParentId"),
    ("Opportunities", "Opportunity", ""),
    ("OpportunityContactRoles", "OpportunityContactRole", ""),
    ("OpportunityLineItems", "OpportunityLineItem", ""),
    ("OpportunityTeamMembers", "OpportunityTeamMember", ""),
    ("OrderItems", "OrderItem", ""),
    ("Orders", "Order", ""),
    ("PricebookEntries", "PricebookEntry", ""),
    ("QuoteLineItems", "QuoteLineItem", ""),
    ("Quotes", "Quote", ""),
    (
        "ServiceAppointments",
        "ServiceAppointment",
        "ParentRecordId",
    ),
    ("ServiceContracts", "ServiceContract", ""),
    ("Tasks", "Task", "WhatId"),
    ("WorkOrderLineItems", "WorkOrderLineItem", ""),
    ("WorkOrders", "WorkOrder", ""),
];

/// Standard objects beside those of the base catalog, as far as custom references are likely to be called after them: `Contract__r`
/// leads to contracts.
pub(super) const OBJECTS: &[&str] = &[
    "Asset",
    "Contract",
    "ContractLineItem",
    "Entitlement",
    "Individual",
    "OpportunityLineItem",
    "Order",
    "OrderItem",
    "Pricebook2",
    "PricebookEntry",
    "Product2",
    "Quote",
    "QuoteLineItem",
    "ServiceAppointment",
    "ServiceContract",
    "ServiceResource",
    "ServiceTerritory",
    "WorkOrder",
    "WorkOrderLineItem",
];

/// References of standard objects that are not called after the object that they lead to: the object that has one, or `*` for
/// all, the name by which paths pass it, and where it leads; `?` where that differs from record to record.
pub(super) const REFERENCES: &[(&str, &str, &str)] = &[
    ("*", "Owner", "User"),
    ("*", "CreatedBy", "User"),
    ("*", "LastModifiedBy", "User"),
    ("*", "Manager", "User"),
    ("*", "ActivatedBy", "User"),
    ("*", "CompanySigned", "User"),
    ("*", "CompanyAuthorizedBy", "User"),
    ("*", "DelegatedApprover", "User"),
    ("*", "ReportsTo", "Contact"),
    ("*", "CustomerSigned", "Contact"),
    ("*", "CustomerAuthorizedBy", "Contact"),
    ("*", "BillToContact", "Contact"),
    ("*", "ShipToContact", "Contact"),
    ("*", "PersonContact", "Contact"),
    ("*", "AssetProvidedBy", "Account"),
    ("*", "AssetServicedBy", "Account"),
    ("*", "RootAsset", "Asset"),
    ("*", "Assignee", "User"),
    ("*", "SyncedQuote", "Quote"),
    ("*", "OriginalOrder", "Order"),
    ("*", "OriginalOrderItem", "OrderItem"),
    ("*", "ParentWorkOrder", "WorkOrder"),
    ("*", "RootWorkOrder", "WorkOrder"),
    ("*", "ParentWorkOrderLineItem", "WorkOrderLineItem"),
    ("ServiceResource", "RelatedRecord", "User"),
    ("Case", "Product", "Product2"),
    ("Case", "Source", "?"),
    ("CaseComment", "Parent", "Case"),
    ("EmailMessage", "Parent", "Case"),
    ("Attachment", "Parent", "?"),
    ("Note", "Parent", "?"),
    ("FeedItem", "Parent", "?"),
    ("*", "RelatedTo", "?"),
    ("*", "RelatedRecord", "?"),
    ("*", "ParentRecord", "?"),
    ("*", "LinkedEntity", "?"),
    ("*", "TargetObject", "?"),
    ("*", "UserOrGroup", "?"),
    ("*", "What", "?"),
    ("*", "Who", "?"),
];

/// Where a reference of an object leads that [`REFERENCES`] has, `?` where that differs.
pub(super) fn standard(object: &str, name: &str) -> Option<&'static str> {
    let of = |entry: &str| entry == "*" || entry.eq_ignore_ascii_case(object);
    let mut found = REFERENCES.iter();
    let (.., to) = found.find(|(o, called, _)| called.eq_ignore_ascii_case(name) && of(o))?;
    Some(to)
}
