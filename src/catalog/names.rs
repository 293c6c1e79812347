//! Where the fields of an object stand, by their names.

use super::field::Field;
use super::object::FieldIdx;
use super::serial::hash_without_case;
use crate::platform::NameCase;

/// The fields of one object by a hash of their names without case: every row of a spec asks for two, and the fields
/// themselves are too large to search in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(Vec<(u32, FieldIdx)>);

impl Names {
    /// The names of these fields.
    pub fn of(fields: &[Field]) -> Self {
        let names = fields.iter().map(|f| hash_without_case(&f.name));
        let mut names: Vec<_> = names.zip((0..).map(FieldIdx)).collect();
        names.sort_unstable();
        Self(names)
    }

    /// A field by its name, among the fields that these are the names of; the exact spelling first where several differ in
    /// case only.
    pub fn find(&self, fields: &[Field], name: &str, case: NameCase) -> Option<FieldIdx> {
        let hash = hash_without_case(name);
        let first = self.0.partition_point(|(h, _)| *h < hash);
        let rest = self.0.iter().skip(first);
        let alike = rest.take_while(|(h, _)| *h == hash).map(|(_, at)| *at);
        let named = |is: fn(&str, &str) -> bool| {
            let is = |at: &FieldIdx| fields.get(at.0 as usize).is_some_and(|f| is(&f.name, name));
            alike.clone().find(is)
        };
        let exact = named(|a, b| a == b);
        match case {
            NameCase::Matters => exact,
            NameCase::Ignored => exact.or_else(|| named(str::eq_ignore_ascii_case)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::FieldType;

    #[test]
    fn a_field_is_found_as_its_system_spells_names() {
        let spelt = [
            "Name",
            "name",
            "Phone__c",
            "Mobile_Phone_Of_The_Assistant__c",
        ];
        let fields = spelt.map(|n| Field::new(n, FieldType::Text));
        let names = Names::of(&fields);
        let find = |name, case| names.find(&fields, name, case).map(|at| at.0);
        for (at, name) in (0..).zip(spelt) {
            assert_eq!(find(name, NameCase::Matters), Some(at));
            assert_eq!(find(name, NameCase::Ignored), Some(at));
        }
        assert_eq!(find("NAME", NameCase::Ignored), Some(0));
        assert_eq!(find("phone__C", NameCase::Ignored), Some(2));
        assert_eq!(find("phone__C", NameCase::Matters), None);
        assert_eq!(find("Phone", NameCase::Ignored), None);
        assert_eq!(find("", NameCase::Ignored), None);
    }
}
