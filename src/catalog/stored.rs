//! Where catalog and platform meet: what is kept of a field's values, and what a field can serve for.

use super::field::{Field, FieldType, Picklist};
use super::object::Object;
use crate::platform::{Case, LineEnds, NameCase, Profile, Refuses, Stored, UnknownValue, Upsert};

impl Field {
    /// What the platform keeps of the field's values.
    pub fn stored(&self, profile: &Profile, object: &str) -> Stored {
        let scaled = matches!(
            self.ty,
            FieldType::Integer | FieldType::Number | FieldType::Currency | FieldType::Percent
        );
        let scale = if self.ty == FieldType::Integer {
            Some(0)
        } else {
            self.scale
        };
        let email = self.ty == FieldType::Email;
        Stored {
            trim: profile.trim,
            case: if profile.lowers(object, &self.name) {
                Case::Lower
            } else if email {
                profile.email_case
            } else {
                Case::Kept
            },
            line_ends: match self.ty {
                FieldType::LongText | FieldType::RichText => profile.line_ends,
                _ => LineEnds::Kept,
            },
            scale: scale.filter(|_| scaled && !self.calculated),
            precision: profile.precision,
        }
    }

    /// The longest text that it takes, in characters, where anything limits it.
    pub fn text_limit(&self, profile: &Profile) -> Option<u32> {
        let text = matches!(
            self.kind(),
            crate::value::Kind::Text | crate::value::Kind::Set
        );
        self.length.or(profile.text_limit).filter(|_| text)
    }

    /// Whether a record can be upserted by its value.
    pub const fn upserts(&self, profile: &Profile) -> bool {
        match profile.upsert {
            Upsert::ExternalId => self.external_id || self.id_lookup,
            Upsert::Unique => self.unique,
            Upsert::Any => true,
        }
    }

    /// Whether its values are compared without case where the platform looks for duplicates.
    pub const fn compares_without_case(&self) -> bool {
        (self.unique || self.id_lookup) && !self.case_sensitive
    }

    /// What happens to a value that is not among its options; nothing for a field without checkable options.
    pub fn unknown_value(&self, profile: &Profile) -> Option<UnknownValue> {
        let options = self.options()?;
        Some(match profile.refuses {
            Refuses::Every => UnknownValue::Rejects,
            Refuses::Restricted if options.restricted => UnknownValue::Rejects,
            Refuses::Restricted | Refuses::Never => UnknownValue::Stores,
        })
    }
}

impl Object {
    /// The list whose *labels* a country or state field takes, where the code field beside it makes it a picklist.
    pub fn label_list(&self, profile: &Profile, field: &str) -> Option<&Picklist> {
        let twin = profile.code_twin(field)?;
        let found = match profile.names {
            NameCase::Ignored => self.field_any_case(&twin),
            NameCase::Matters => self.field(&twin),
        };
        self.get(found?)?.picklist.as_deref()
    }
}
