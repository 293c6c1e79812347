//! Fields: their types, limits and picklists.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::serial::{is_false, is_true, yes};
use crate::value::Kind;

/// One field of an object: a Salesforce field, a HubSpot property, a column.
///
/// Catalogs hold hundreds of thousands, and every rule looks at some: what few fields have takes little room in the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// API name, as the system spells it.
    pub name: SmolStr,
    /// What people see; may be empty.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub label: SmolStr,
    /// The type.
    #[serde(rename = "type")]
    pub ty: FieldType,
    /// Longest text in characters, where the system declares one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Digits of a number in all, where declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u8>,
    /// Digits after the decimal point, where declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// A create without a value is refused: not nillable, creatable, and not defaulted by the system.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether the field may be blank. A field that is not nillable may still be left out of a create, see `required`.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub nillable: bool,
    /// Whether a create may carry it.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub creatable: bool,
    /// Whether an update may carry it.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub updatable: bool,
    /// No two records may have the same value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Marked as an external id.
    #[serde(default, skip_serializing_if = "is_false")]
    pub external_id: bool,
    /// Records can be looked up, and upserted, by its value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub id_lookup: bool,
    /// Uniqueness and comparisons tell upper from lower case.
    #[serde(default, skip_serializing_if = "is_false")]
    pub case_sensitive: bool,
    /// The system computes it: a formula, a roll-up, a score.
    #[serde(default, skip_serializing_if = "is_false")]
    pub calculated: bool,
    /// The formula of a calculated field, where the catalog has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Box<str>>,
    /// Hidden from people; still readable and, if not read-only, writable.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
    /// Not part of the platform's standard schema.
    #[serde(default, skip_serializing_if = "is_false")]
    pub custom: bool,
    /// The strongest source that mentions it.
    #[serde(default, skip_serializing_if = "Known::is_catalog")]
    pub known: Known,
    /// The objects that a reference may point to, sorted.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub references: ThinVec<SmolStr>,
    /// Name of the path through a reference: `Account` for `AccountId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Box<str>>,
    /// The values of a picklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picklist: Option<Box<Picklist>>,
    /// What the system fills in where a create says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Box<DefaultValue>>,
}

impl Field {
    /// A plain, writable, optional field.
    pub fn new(name: impl Into<SmolStr>, ty: FieldType) -> Self {
        Self {
            name: name.into(),
            label: SmolStr::default(),
            ty,
            length: None,
            precision: None,
            scale: None,
            required: false,
            nillable: true,
            creatable: true,
            updatable: true,
            unique: false,
            external_id: false,
            id_lookup: false,
            case_sensitive: false,
            calculated: false,
            formula: None,
            hidden: false,
            custom: false,
            known: Known::Catalog,
            references: ThinVec::new(),
            relationship: None,
            picklist: None,
            default: None,
        }
    }

    /// The scalar kind of its values.
    pub const fn kind(&self) -> Kind {
        self.ty.kind()
    }

    /// Neither a create nor an update may carry it.
    pub const fn read_only(&self) -> bool {
        !self.creatable && !self.updatable
    }

    /// Whether the values that it may hold are known and closed enough to be checked: a picklist whose options are here.
    pub fn options(&self) -> Option<&Picklist> {
        self.picklist.as_deref().filter(|p| !p.external)
    }
}

/// By which source an object or a field is known; the later one is the stronger.
///
/// A describe lists what its user may see: an object that is known by [`Known::Catalog`] with a field that is not, has a
/// field that this user cannot see.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The base catalog of the platform's standard schema; the project's own files do not mention it.
    Base,
    /// Source-format metadata.
    Metadata,
    /// A describe result, a property list, or a normalised file.
    #[default]
    Catalog,
}

impl Known {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands out references"
    )]
    pub(super) const fn is_catalog(&self) -> bool {
        matches!(self, Self::Catalog)
    }
}

/// What a system fills in by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// This value, as written on the wire.
    Value(SmolStr),
    /// The result of this formula.
    Formula(SmolStr),
}

/// The type of a field, as far as both vendors' types agree in meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// Text with markup.
    RichText,
    /// An e-mail address.
    Email,
    /// A telephone number, as text.
    Phone,
    /// A web address.
    Url,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// An amount of money.
    Currency,
    /// A percentage; 50 means 50 %.
    Percent,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// One of a list of values.
    Picklist,
    /// Several of a list of values.
    MultiPicklist,
    /// Free text with suggestions.
    Combobox,
    /// The id of another record.
    Reference,
    /// The record's own id.
    Id,
    /// A number that the system counts up.
    AutoNumber,
    /// Encrypted text.
    Encrypted,
    /// A compound of address fields; read only.
    Address,
    /// A compound of latitude and longitude; read only.
    Location,
    /// A JSON document.
    Json,
    /// Bytes.
    Binary,
    /// A type that this version does not know, by its name; treated as text.
    Unknown(Box<str>),
}

impl FieldType {
    /// The scalar kind of the values.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Boolean => Kind::Bool,
            Self::Integer | Self::Number | Self::Currency | Self::Percent => Kind::Number,
            Self::Date => Kind::Date,
            Self::DateTime => Kind::DateTime,
            Self::Time => Kind::Time,
            Self::MultiPicklist => Kind::Set,
            _ => Kind::Text,
        }
    }

    /// The type in words, for messages: `long text`, `reference`.
    pub fn word(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::LongText => "long text",
            Self::RichText => "rich text",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Boolean => "true or false",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::DateTime => "date and time",
            Self::Time => "time of day",
            Self::Picklist => "picklist",
            Self::MultiPicklist => "multi-select picklist",
            Self::Combobox => "combobox",
            Self::Reference => "reference",
            Self::Id => "id",
            Self::AutoNumber => "auto number",
            Self::Encrypted => "encrypted text",
            Self::Address => "address",
            Self::Location => "location",
            Self::Json => "json",
            Self::Binary => "binary",
            Self::Unknown(name) => name,
        }
    }
}

/// The values of a picklist field, in the order of the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picklist {
    /// The values; the same value may stand several times under different controlling values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<PickValue>,
    /// An unknown value is refused. Unrestricted Salesforce picklists store it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub restricted: bool,
    /// The field whose value decides which values are valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<SmolStr>,
    /// The options live elsewhere (owners, pipelines, another platform): they are not to be checked against `values`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub external: bool,
}

impl Picklist {
    /// The first entry of an API value, compared exactly.
    pub fn get(&self, value: &str) -> Option<&PickValue> {
        self.values.iter().find(|v| v.value == value)
    }

    /// All entries of an API value, compared exactly: several where the value depends on a controlling one.
    pub fn entries<'a>(&'a self, value: &'a str) -> impl Iterator<Item = &'a PickValue> {
        self.values.iter().filter(move |v| v.value == value)
    }

    /// The first entry with a label, compared without case.
    pub fn by_label(&self, label: &str) -> Option<&PickValue> {
        self.values
            .iter()
            .find(|v| v.label.eq_ignore_ascii_case(label))
    }
}

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct PickValue {
    /// The API value: what is stored.
    pub value: SmolStr,
    /// What people see; the value itself where the catalog has no other.
    pub label: SmolStr,
    /// May be chosen for new values.
    pub active: bool,
    /// Not offered to people; HubSpot still takes it by API.
    pub hidden: bool,
    /// The value that the system gives where none is said.
    pub default: bool,
    /// The values of the controlling field under which it is valid; empty where nothing controls it, or nothing allows it.
    pub valid_for: ThinVec<SmolStr>,
}

/// A value in a file: a label that is the value itself is left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    value: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<SmolStr>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    active: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    default: bool,
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    valid_for: ThinVec<SmolStr>,
}

impl From<Written> for PickValue {
    fn from(from: Written) -> Self {
        let Written {
            value,
            label,
            active,
            hidden,
            default,
            valid_for,
        } = from;
        Self {
            label: label.unwrap_or_else(|| value.clone()),
            value,
            active,
            hidden,
            default,
            valid_for,
        }
    }
}

impl From<PickValue> for Written {
    fn from(from: PickValue) -> Self {
        let PickValue {
            value,
            label,
            active,
            hidden,
            default,
            valid_for,
        } = from;
        Self {
            label: Some(label).filter(|l| *l != value),
            value,
            active,
            hidden,
            default,
            valid_for,
        }
    }
}

impl PickValue {
    /// An active value whose label is the value.
    pub fn new(value: impl Into<SmolStr>) -> Self {
        let value = value.into();
        Self {
            label: value.clone(),
            value,
            active: true,
            hidden: false,
            default: false,
            valid_for: ThinVec::new(),
        }
    }
}
