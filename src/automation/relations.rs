//! How the standard objects of Salesforce refer to each other, where neither a catalog nor the spelling says it.

/// The names by which standard objects reach the records that refer to them: the name, the referring object, the field where it
/// is not named after the object.
pub(super) const CHILDREN: &[(&str, &str, &str)] = &[
    ("Assets", "Asset", ""),
    ("CampaignMembers", "CampaignMember", ""),
    ("CaseComments", "CaseComment", "ParentId"),
    ("Cases", "Case", ""),
    ("ChildAccounts", "Account", "ParentId"),
    ("ChildCampaigns", "Campaign", "ParentId"),
    ("Contacts", "Contact", ""),
    ("Contracts", "Contract", ""),
    ("Events", "Event", "WhatId"),
    ("Opportunities", "Opportunity", ""),
    ("OpportunityContactRoles", "OpportunityContactRole", ""),
    ("OpportunityLineItems", "OpportunityLineItem", ""),
    ("OrderItems", "OrderItem", ""),
    ("Orders", "Order", ""),
    ("QuoteLineItems", "QuoteLineItem", ""),
    ("Quotes", "Quote", ""),
    ("Tasks", "Task", "WhatId"),
    ("WorkOrders", "WorkOrder", ""),
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
    ("Case", "Product", "Product2"),
    ("Case", "Source", "?"),
    ("CaseComment", "Parent", "Case"),
    ("EmailMessage", "Parent", "Case"),
    ("Attachment", "Parent", "?"),
    ("Note", "Parent", "?"),
    ("FeedItem", "Parent", "?"),
    ("*", "RelatedTo", "?"),
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
