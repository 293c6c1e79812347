//! Names along references: which fields a path such as `Account.Owner.Name` passes, by the catalog where it knows them, by
//! the platform's spelling where it does not.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::FieldName;
use super::relations::{CHILDREN, OBJECTS, REFERENCES, standard};
use crate::catalog::{Association, Catalog, Field};

/// Deeper than any path that Salesforce takes.
const LONGEST: usize = 12;

/// Resolves names in one system.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    catalog: &'a Catalog,
    children: &'a Children,
}

/// The names by which an object reaches the records that refer to it, as the metadata of references state them: object and
/// name, both in lower case, to the referring object and its field.
pub(super) type Children = BTreeMap<(String, String), (SmolStr, SmolStr)>;

/// References that every object has.
pub(super) const USUAL: &[&str] = &["RecordTypeId", "OwnerId", "CreatedById", "LastModifiedById"];

/// Where a path leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Every field on it, the last one included.
    pub fields: Vec<FieldName>,
    /// Whether it could be followed to its end.
    pub whole: bool,
}

impl<'a> Names<'a> {
    pub const fn new(catalog: &'a Catalog, children: &'a Children) -> Self {
        Self { catalog, children }
    }

    /// The object whose records refer to those of this one under a name, and the field by which they do.
    pub fn children(&self, object: &str, name: &str) -> Option<(SmolStr, SmolStr)> {
        let key = (object.to_ascii_lowercase(), name.to_ascii_lowercase());
        if let Some(known) = self.children.get(&key) {
            return Some(known.clone());
        }
        let (_, child, field) = CHILDREN
            .iter()
            .find(|(n, ..)| n.eq_ignore_ascii_case(name))?;
        let person = matches!(object, "Contact" | "Lead") && *field == "WhatId";
        let field = match *field {
            _ if person => "WhoId".into(),
            "" if child.eq_ignore_ascii_case(object) => "ParentId".into(),
            "" => format!("{object}Id").into(),
            field => SmolStr::new_static(field),
        };
        Some((SmolStr::new_static(child), field))
    }

    /// The reference at the end of a path that leads to a record, as a path that ends in its field, and the object behind
    /// it. None where the path ends in a field.
    pub fn reference(&self, object: &str, path: &[SmolStr]) -> Option<(Vec<SmolStr>, SmolStr)> {
        let (last, steps) = path.split_last()?;
        let mut at = SmolStr::new(object);
        for step in steps.iter().take(LONGEST) {
            at = self.step(&at, step).1?;
        }
        let leads = custom_stem(last).is_some()
            || (self.known(&at, last).is_none()
                && (self.known(&at, &format!("{last}Id")).is_some()
                    || self.fields(&at).iter().any(|f| {
                        let name = f.relationship.as_deref();
                        name.is_some_and(|r| r.eq_ignore_ascii_case(last))
                    })
                    || self.knows(last)
                    || standard(&at, last).is_some()));
        if !leads {
            return None;
        }
        let (field, target) = self.step(&at, last);
        Some((
            steps.iter().cloned().chain([field.field]).collect(),
            target?,
        ))
    }

    /// Whether the catalog has an object.
    pub fn knows(&self, object: &str) -> bool {
        self.catalog.object(object).is_some()
    }

    /// The object as the catalog spells it.
    pub fn object(&self, name: &str) -> SmolStr {
        let known = self.catalog.object(name).and_then(|o| self.catalog.get(o));
        known.map_or_else(|| name.into(), |o| o.name.clone())
    }

    /// The field as the catalog spells it.
    pub fn field(&self, object: &str, name: &str) -> FieldName {
        let field = self.known(object, name);
        FieldName {
            object: self.object(object),
            field: field.map_or_else(|| name.into(), |f| f.name.clone()),
        }
    }

    /// A field that the catalog knows.
    pub fn known(&self, object: &str, name: &str) -> Option<&'a Field> {
        let object = self.catalog.object(object)?;
        let field = self.catalog.field(object, name)?;
        self.catalog.get(object)?.get(field)
    }

    /// The fields of an object, as far as the catalog knows them.
    pub fn fields(&self, object: &str) -> &'a [Field] {
        let known = self
            .catalog
            .object(object)
            .and_then(|o| self.catalog.get(o));
        known.map_or(&[], |o| &o.fields)
    }

    /// The associations of an object.
    pub fn associations(&self, object: &str) -> &'a [Association] {
        let known = self
            .catalog
            .object(object)
            .and_then(|o| self.catalog.get(o));
        known.map_or(&[], |o| &o.associations)
    }

    /// The reference of one object to another, where there is just one.
    pub fn only_reference(&self, from: &str, to: &str) -> Option<SmolStr> {
        let mut found = self
            .fields(from)
            .iter()
            .filter(|f| f.references.iter().any(|r| r.eq_ignore_ascii_case(to)));
        let only = found.next()?.name.clone();
        found.next().is_none().then_some(only)
    }

    /// The fields along a path from an object.
    pub fn way(&self, object: &str, path: &[SmolStr]) -> Way {
        let mut way = Way::default();
        let mut object = SmolStr::new(object);
        let Some((last, steps)) = path.split_last() else {
            return way;
        };
        for step in steps.iter().take(LONGEST) {
            let (field, target) = self.step(&object, step);
            way.fields.push(field);
            let Some(target) = target else { return way };
            object = target;
        }
        // `Owner:User` alone is the reference itself
        let last = last.split(':').next().unwrap_or(last);
        way.fields
            .push(self.field(&object, &self.by_id(&object, last)));
        way.whole = steps.len() <= LONGEST;
        way
    }

    /// The field of a reference that is named without its end: criteria write `RecordType` for `RecordTypeId`.
    pub fn by_id(&self, object: &str, name: &str) -> SmolStr {
        let spelled = format!("{name}Id");
        let usual = || USUAL.iter().any(|f| f.eq_ignore_ascii_case(&spelled));
        let refers = self.known(object, name).is_none()
            && !name.contains("__")
            && (self.known(object, &spelled).is_some() || usual());
        if refers { spelled.into() } else { name.into() }
    }

    /// The reference that a name on a path stands for, and the object that it leads to, if there is only one.
    fn step(&self, object: &str, step: &str) -> (FieldName, Option<SmolStr>) {
        let (name, forced) = match step.split_once(':') {
            Some((name, object)) => (name, Some(object)),
            None => (step, None),
        };
        let by_relationship = |f: &&Field| {
            f.relationship
                .as_deref()
                .is_some_and(|r| r.eq_ignore_ascii_case(name))
        };
        let spelled = spelled(name);
        let known = self
            .fields(object)
            .iter()
            .find(by_relationship)
            .or_else(|| self.known(object, &spelled));
        let target = forced.map(|o| self.object(o)).or_else(|| {
            let stated = known.map_or(&[][..], |f| f.references.as_slice());
            match stated {
                [only] => Some(only.clone()),
                many if many.iter().any(|o| o == "User") => Some(SmolStr::new_static("User")),
                [] => self.usual(object, name),
                _ => None,
            }
        });
        let field = known.map_or(spelled, |f| f.name.clone());
        (FieldName::new(self.object(object), field), target)
    }

    /// The object that a reference of this name leads to where no catalog says it.
    fn usual(&self, object: &str, name: &str) -> Option<SmolStr> {
        if let Some(stem) = custom_stem(name) {
            let custom = format!("{stem}__c");
            // `Account__r` leads to accounts, unless there are custom ones
            let beside = OBJECTS.iter().find(|o| o.eq_ignore_ascii_case(stem));
            return Some(match beside {
                _ if self.knows(&custom) => self.object(&custom),
                _ if self.knows(stem) => self.object(stem),
                Some(object) => SmolStr::new_static(object),
                None => custom.into(),
            });
        }
        if let Some(to) = standard(object, name) {
            return (to != "?").then(|| SmolStr::new_static(to));
        }
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "parent" | "masterrecord") {
            return Some(self.object(object));
        }
        let plain = lower.strip_prefix("converted").map(|rest| rest.len());
        let at = plain.map_or(0, |rest| name.len() - rest);
        Some(self.object(name.get(at..).unwrap_or(name)))
    }

    /// Whether nothing but the name of a relationship says that it leads to an object: no catalog has the object, nor a reference to
    /// it.
    pub fn is_guessed(&self, relationship: &str, object: &str) -> bool {
        let named = custom_stem(relationship).map(|stem| format!("{stem}__c"));
        let refers = |f: &Field| f.references.iter().any(|o| o == object);
        named.is_some_and(|n| n == object)
            && !self.knows(object)
            && !self
                .catalog
                .objects
                .iter()
                .any(|o| o.fields.iter().any(refers))
    }

    /// The name by which paths pass a reference: `Account` for `AccountId`.
    pub fn relationship(&self, object: &str, field: &str) -> Option<SmolStr> {
        if let Some(name) = self
            .known(object, field)
            .and_then(|f| f.relationship.as_deref())
        {
            return Some(name.into());
        }
        match field.strip_suffix("__c") {
            Some(stem) => Some(format!("{stem}__r").into()),
            None => field
                .strip_suffix("Id")
                .filter(|stem| !stem.is_empty())
                .map(Into::into),
        }
    }

    /// The name by which paths from an object pass to another object, or pass a reference of this name: `Project__r` for
    /// `Project__c`, whatever the reference is called. None where no reference is known.
    pub fn toward(&self, object: &str, named: &str) -> Option<SmolStr> {
        let fields = self.fields(object);
        let called = |f: &&Field| {
            let name = f.relationship.as_deref();
            name.is_some_and(|r| r.eq_ignore_ascii_case(named))
        };
        if fields.iter().any(|f| called(&f)) || self.known(object, &format!("{named}Id")).is_some()
        {
            return Some(named.into());
        }
        // `User` is whoever runs it, not one of the users that the record names
        let refers = |f: &&Field| {
            let objects = f.references.iter();
            named != "User" && objects.into_iter().any(|r| r.eq_ignore_ascii_case(named))
        };
        let found = fields.iter().filter(refers);
        match found.min_by_key(|f| !f.name.eq_ignore_ascii_case(named)) {
            Some(field) => self.relationship(object, &field.name),
            None => REFERENCES
                .iter()
                .find(|(of, _, to)| *of == object && to.eq_ignore_ascii_case(named))
                .map(|(_, called, _)| SmolStr::new_static(called)),
        }
    }

    /// The reference that an object's field update names as its target: a field, a relationship, or the other object.
    pub fn reference_to(&self, object: &str, named: &str) -> (FieldName, Option<SmolStr>) {
        if let Some(relationship) = self.relationship(object, named)
            && (self.known(object, named).is_some() || named.ends_with("Id"))
        {
            let (field, target) = self.step(object, &relationship);
            return (field, target);
        }
        if named.ends_with("__c")
            && let Some(field) = self
                .fields(object)
                .iter()
                .find(|f| f.references.iter().any(|r| r.eq_ignore_ascii_case(named)))
        {
            let field = FieldName::new(self.object(object), field.name.clone());
            return (field, Some(self.object(named)));
        }
        match named.strip_suffix("__c") {
            Some(stem) => self.step(object, &format!("{stem}__r")),
            None => self.step(object, named),
        }
    }
}

/// The path that a field is written as: `RecordType.DeveloperName` passes a reference.
pub(super) fn path_of(written: &str) -> Vec<SmolStr> {
    let parts = written.split('.');
    parts.map(|p| SmolStr::new(p.trim())).collect()
}

/// The field of a relationship by its spelling: `Project__c` for `Project__r`, `AccountId` for `Account`.
fn spelled(name: &str) -> SmolStr {
    match custom_stem(name) {
        Some(stem) => format!("{stem}__c").into(),
        None => format!("{name}Id").into(),
    }
}

/// What stands before `__r`.
fn custom_stem(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(3)?;
    let (stem, end) = (name.get(..at)?, name.get(at..)?);
    end.eq_ignore_ascii_case("__r").then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SystemKind;

    fn way(object: &str, path: &str) -> String {
        let catalog = Catalog::new("salesforce", SystemKind::Salesforce, Vec::new());
        let path: Vec<SmolStr> = path.split('.').map(SmolStr::from).collect();
        let way = Names::new(&catalog, &Children::new()).way(object, &path);
        let mut out: Vec<String> = way.fields.iter().map(ToString::to_string).collect();
        out.extend((!way.whole).then(|| "?".to_owned()));
        out.join(" ")
    }

    #[test]
    fn paths_are_followed_by_their_spelling() {
        assert_eq!(way("Contact", "Email"), "Contact.Email");
        assert_eq!(
            way("Contact", "Account.OwnerId"),
            "Contact.AccountId Account.OwnerId"
        );
        assert_eq!(
            way("Invoice__c", "Project__r.Owner.Name"),
            "Invoice__c.Project__c Project__c.OwnerId User.Name"
        );
        assert_eq!(
            way("Account", "Parent.Name"),
            "Account.ParentId Account.Name"
        );
        assert_eq!(way("Lead", "Owner:Queue.Name"), "Lead.OwnerId Queue.Name");
        assert_eq!(way("Task", "What.Name"), "Task.WhatId ?");
        assert_eq!(
            way("EmailMessage", "Parent.Contact.Email"),
            "EmailMessage.ParentId Case.ContactId Contact.Email"
        );
        assert_eq!(
            way("Order", "BillToContact.LastName"),
            "Order.BillToContactId Contact.LastName"
        );
        assert_eq!(way("Note", "Parent.Name"), "Note.ParentId ?");
        assert_eq!(way("Crate__c", "RecordType"), "Crate__c.RecordTypeId");
        assert_eq!(
            way("Crate__c", "Lid__r.Owner"),
            "Crate__c.Lid__c Lid__c.OwnerId"
        );
    }
}
